"""The failures that a user can cause, each with a reason, a remedy and an exit code.

Only expected failures derive from `FlagbookError`; anything else is a bug and keeps its traceback.
"""


class FlagbookError(Exception):
    """An expected failure: `reason` says where and what, `fix` what to do about it."""

    exit_code = 1

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.reason}\n{self.fix}"


class Refused(FlagbookError):
    """A file, the settings or the store can't be used as it is. Nothing was written."""

    exit_code = 3


class NotRecognised(Refused):
    """A file that is read well, and has no table with the columns that were looked for."""


class Shrunk(Refused):
    """An export, in one file or several, has far fewer rows than last time's."""

    def __init__(self, reason: str) -> None:
        fix = "Look whether the export was cut short; if it is meant, run it again with --accept-shrink"
        super().__init__(reason, f"{fix} (the share is batches.shrink_percent in the settings).")


class TryAgain(FlagbookError):
    """The store is in use, or an output can't be written. Nothing was written."""

    exit_code = 5
