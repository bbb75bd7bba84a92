"""The lock file beside the store: one writer, or any number of readers.

DuckDB's own lock is not enough: it goes when the same process opens and closes the database file (`notes` in ARCHITECTURE: facts).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Refused, TryAgain


def lock_path(store: Path) -> Path:
    """Return where the lock of a store lies."""
    return store.with_name(store.name + ".lock")


@contextmanager
def locked(store: Path, *, writing: bool) -> Iterator[None]:
    """Hold the lock of a store; raise `TryAgain` where another process holds it, naming who and since when."""
    path = lock_path(store)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if writing:
            raise TryAgain(f"{path}: the lock file can't be written ({error.strerror}).", "Check the permissions of the store's folder.") from None
        descriptor = _open_plain(store)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if writing else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            raise TryAgain(
                f"{store}: the store is in use by another process{_holder(path)}.", "Wait until it has finished, then run the same command again."
            ) from None
        if writing:
            _sign(descriptor)
        yield
        if writing:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _open_plain(store: Path) -> int:
    """Open the store's folder in place of a lock file that can't be made: readers of a read-only folder may read."""
    try:
        return os.open(store.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{store}: the store's folder can't be read ({error.strerror}).", "Check its permissions.") from None


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}).encode(), 0)


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_text())
        return f" (process {said['pid']}, since {said['since']})"
    except (OSError, ValueError, KeyError, TypeError):  # a reader holds it, or the writer has only just come
        return ""
