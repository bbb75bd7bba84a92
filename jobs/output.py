"""What the program says: where that can't be said, the exit code still tells what became of the book."""

import errno
import io
import json
import os
import sys
from contextlib import suppress
from typing import Any

import click

from pipeline.errors import TryAgain

WRITING = ("load", "apply", "undo", "erase", "migrate", "nightly")
WHOLE = "A batch is in the book whole or not at all: flagbook batches tells whether this one is."
ELSEWHERE = "Send it somewhere else, or free the place."


class _Unfailing(io.FileIO):
    """A place to complain to: where it takes nothing (a full disk, a reader that has gone), what is said there is lost, and nothing else."""

    def write(self, said: Any) -> int:
        """Write what can be written, and take all of it as written."""
        with suppress(OSError):
            super().write(said)
        return len(said)


def prepare_streams() -> None:
    """Let characters that stdout or stderr has no bytes for stand as escapes, and stderr never fail."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    with suppress(AttributeError, OSError, ValueError):  # none, closed, or no file
        place = _Unfailing(sys.stderr.fileno(), "w", closefd=False)
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(place), sys.stderr.encoding, "backslashreplace", line_buffering=True, write_through=True)


def is_writing(words: list[str]) -> bool:
    """Tell whether a call is to write a batch."""
    return any(word in WRITING for word in words) and "--dry-run" not in words


def tell(text: str) -> None:
    """Say a text on stdout. A reader who has gone wants to know no more, which is no fault.

    Raises `TryAgain` where it can't be written for another cause, such as a full disk; of a call that wrote to the book stderr says so, and it is done.
    """
    try:
        click.echo(text)
    except OSError as error:
        silence()
        if error.errno == errno.EPIPE:
            return
        unsaid = f"The output can't be written ({error.strerror})."
        if not is_writing(sys.argv[1:]):
            raise TryAgain(unsaid, ELSEWHERE) from None
        click.echo(f"Warning: {unsaid} {ELSEWHERE}\n{WHOLE}", err=True)


def in_json(said: Any) -> str:
    """Return an object as JSON; times in ISO 8601, and as escapes the characters that stdout has no bytes for."""
    text = json.dumps(said, ensure_ascii=False, default=as_text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(said, default=as_text)
    return text


def as_text(value: Any) -> str:
    """Return what JSON has no form for as text: times in ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def silence() -> None:
    """Let stdout go nowhere, lest the end of the program tries once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
