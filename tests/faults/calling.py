"""The program called in this process, which is quick: its exit code, or the expected failure that ended it."""

import shlex
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from jobs.cli import global_first, group
from pipeline.errors import FlagbookError


def call(command: str) -> int | FlagbookError:
    """Run a command line in the present folder; what it says is dropped."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        try:
            code = group.main(global_first(shlex.split(command)), standalone_mode=False)
        except FlagbookError as error:
            return error
    return code if isinstance(code, int) else 0
