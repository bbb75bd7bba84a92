"""A bug as it is shown: where it happened, and nothing of what the data held."""

import os
import traceback

SHOWS_ALL = "FLAGBOOK_SHOW_VALUES"
WITHHELD = (
    f"(what it says is left out, since it may hold what cells hold; {SHOWS_ALL}=1 in the environment shows it)\n"
    "This is a bug: please report it with the lines above."
)


def show_bug(error: BaseException) -> str:
    """Return a traceback with the files, lines, code and types of all errors in the chain.

    NOTE: messages are left out, save where the environment asks for them: DuckDB, Polars and Pandera put cells' values into theirs.
    """
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    if os.environ.get(SHOWS_ALL) == "1":
        return "".join(told.format()).rstrip()
    return f"{''.join(_without_messages(told).format()).rstrip()}\n{WITHHELD}"


def _without_messages(told: traceback.TracebackException) -> traceback.TracebackException:
    """Take what an error says off it and off all that led to it: its text, its notes, and the line that a parser quotes."""
    seen, waiting = set(), [told]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        one._str = ""  # type: ignore[attr-defined]
        one.__notes__ = None
        if hasattr(one, "text"):
            one.text, one.msg = "", ""
        waiting += [another for another in (one.__cause__, one.__context__, *(one.exceptions or ())) if another is not None]
    return told
