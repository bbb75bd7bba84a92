"""The file of heads, outside the store: a line for each batch, with its number, its head and the time; only ever added to.

Whoever can write to the store can seal anew what they change. They can't unwrite what somebody else keeps.
"""

import logging
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Refused
from pipeline.settings import Settings
from pipeline.store.book import Book
from pipeline.store.chain import Outside, heads_behind
from pipeline.store.lock import lock_path, night_path
from pipeline.store.wal import logs_of

LINE = re.compile(r"(\d{1,18}) ([0-9a-f]{64}) \S+")
LOG = logging.getLogger("flagbook.store")


def heads_path(store: Path, settings: Settings) -> Path:
    """Return where the heads of a store are kept: where the settings say (from their folder), else beside it."""
    named = settings.history.heads_file
    return settings.folder / named if named else store.with_name(store.name + ".heads")


def check_heads(store: Path, settings: Settings) -> None:
    """Raise `Refused` where the settings put the heads into the store itself, its log or one of its locks."""
    if not settings.history.heads_file or not store.name:  # what has no name is no store, which others say
        return
    path = heads_path(store, settings)
    try:
        place, taken = path.resolve(), [one.resolve() for one in (store, *logs_of(store), lock_path(store), night_path(store))]
    except (OSError, RuntimeError):  # links in a circle, or too long a name: no store, which others say
        return
    if place in taken:
        raise Refused(f"{path}: history.heads_file is the store, or one of the files that belong to it.", "Name a file of its own.")


def read_heads(path: Path) -> Outside | None:
    """Return batch and head of every line, in the order of the file; None where there is no such file. A line that was cut short is left out.

    Raises `OSError` where it can't be read.
    """
    if not path.exists():
        return None
    if not path.is_file():
        raise OSError("this is not a plain file")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [LINE.fullmatch(line) for line in lines]
    return [(int(one[1]), one[2]) for one in found if one]


def keep_heads(book: Book, path: Path) -> None:
    """Add to the file the heads that it does not have yet, those too that a killed run left out; where that fails, say so: the batches stand."""
    try:
        known = read_heads(path)
        new = heads_behind(book, known or [])
        _append(path, new)
    except OSError as error:
        LOG.warning(
            "%s: the head of the last batch could not be written there (%s). The batch stands; the next one writes it too.", path, error.strerror or error
        )
        return
    numbers = {number for number, _ in known or []}
    if clash := [number for number, _ in new if number in numbers]:
        LOG.warning("%s: this file has another head for batch %d: the store was put back, or changed, or the file is another store's.", path, clash[0])


def _append(path: Path, new: Outside) -> None:
    """Add lines in one write that is on the disk when it ends; a line that was cut short before is ended first."""
    if not new:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    text = "".join(f"{number} {head} {now}\n" for number, head in new).encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        whole = not size or os.pread(descriptor, 1, size - 1) == b"\n"
        written = os.write(descriptor, (b"" if whole else b"\n") + text)
        os.fsync(descriptor)
        if written < len(text):
            raise OSError("there is no room for it")
    finally:
        with suppress(OSError):  # what could not be written was said when it was
            os.close(descriptor)
