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

DONE = "What this call did is done all the same: its files are there, and flagbook batches lists what is in the book."
ELSEWHERE = "Send it somewhere else, or free the place."


class _Unfailing(io.FileIO):
    """A place to complain to: where it takes nothing (a full disk, a reader that has gone), what is said there is lost, and nothing else."""

    def write(self, said: Any) -> int:
        """Write what can be written, and take all of it as written."""
        with suppress(OSError):
            super().write(said)
        return len(said)


def prepare_streams() -> None:
    """Let characters that stdout or stderr has no bytes for stand as escapes, and stderr never fail; a stream that is closed leads nowhere.

    NOTE: where stdin is closed, what a library opens first would take its place, and some end the program then.
    """
    for place, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            _send_nowhere(place)
            setattr(sys, name, os.fdopen(place, mode, closefd=False))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    with suppress(AttributeError, OSError, ValueError):  # no file
        unfailing = _Unfailing(sys.stderr.fileno(), "w", closefd=False)
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(unfailing), sys.stderr.encoding, "backslashreplace", line_buffering=True, write_through=True)


def tell(text: str, *, is_done: bool = False) -> None:
    """Say a text on stdout. A reader who has gone wants to know no more, which is no fault.

    Raises `TryAgain` where it can't be written for another cause, such as a full disk; of what is done (`is_done`) stderr says so instead.
    """
    try:
        click.echo(text)
    except OSError as error:
        if error.errno == errno.EPIPE:
            silence()
        elif is_done:
            click.echo(f"Warning: {unsaid(error).reason} {ELSEWHERE}\n{DONE}", err=True)
        else:
            raise unsaid(error) from None


def unsaid(error: OSError) -> TryAgain:
    """Return what to raise where what there is to say can't be written; of that no more is tried."""
    with suppress(OSError, ValueError):
        place = sys.stdout.fileno()
        kept = os.dup(place)
        silence()
        sys.stdout.flush()
        os.dup2(kept, place)
        os.close(kept)
    return TryAgain(f"The output can't be written ({error.strerror}).", ELSEWHERE)


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
        _send_nowhere(sys.stdout.fileno())


def _send_nowhere(place: int) -> None:
    """Let a file descriptor lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != place:
        os.dup2(nowhere, place)
        os.close(nowhere)
