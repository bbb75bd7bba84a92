"""Work on a hostile file in a process of its own, which has so much memory and time and no more; whatever becomes of it, this one goes on."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pipeline.confined import FULL
from pipeline.errors import Refused, TryAgain
from pipeline.settings import Files

FREE_SPACE = "Free space there, then run again."
# On a machine of many cores Polars would set aside much memory for threads that a trial has no use for.
ENVIRONMENT = {"POLARS_MAX_THREADS": "2"}


@contextmanager
def spooled(data: bytes, where: str) -> Iterator[IO[bytes]]:
    """Give a file without a name that holds `data`, which nobody else can open; raise `TryAgain` where there is no room for it."""
    try:
        handle = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed below
        handle.write(data)
        handle.seek(0)
    except OSError as error:
        raise TryAgain(f"{where}: the folder for temporary files can't be written ({error.strerror}).", FREE_SPACE) from error
    with handle:
        yield handle


def run_apart(program: Path, task: Mapping[str, Any], files: tuple[IO[bytes], IO[bytes] | None], limits: Files) -> int | None:
    """Run a program of ours with a task and its limits; return its exit code, None where it was stopped for taking too long.

    `files`: what it reads, and what it writes to, if anything.
    """
    words = json.dumps({**task, "memory": limits.read_memory, "seconds": 2 * limits.read_seconds + 1})
    given, answer = files
    try:
        # NOTE: what a parser says as it dies may hold cells' values, so nobody hears it.
        done = subprocess.run(  # noqa: S603  # a program of ours
            [sys.executable, "-I", str(program), words],
            stdin=given,
            stdout=answer or subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.read_seconds,
            check=False,
            env={**os.environ, **ENVIRONMENT},
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def refuse_end(code: int | None, where: str, limits: Files, fix: str) -> Exception:
    """Return what to raise where a program ended before its work was done; `fix`: what to do about such a file."""
    if code == FULL:
        return TryAgain(f"{where}: the folder for temporary files is full.", FREE_SPACE)
    if code is None:
        reason = f"reading the file takes longer than {limits.read_seconds:,} seconds, which is the limit"
        return Refused(f"{where}: {reason}.", f"{fix} Or raise files.read_seconds in the settings.")
    reason = f"the file could not be read safely: it is damaged, or needs more than {limits.read_memory:,} bytes of memory, which is the limit"
    return Refused(f"{where}: {reason}.", f"{fix} Or raise files.read_memory in the settings.")
