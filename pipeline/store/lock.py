"""The lock files beside the store: one writer, or any number of readers; and one night at a time.

DuckDB's own lock is not enough: it goes when the same process opens and closes the database file.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Refused, TryAgain
from pipeline.lasting import is_running


def lock_path(store: Path) -> Path:
    """Return where the lock of a store lies."""
    return store.with_name(store.name + ".lock")


def night_path(store: Path) -> Path:
    """Return where the lock of a store's nights lies."""
    return store.with_name(store.name + ".night.lock")


@contextmanager
def locked(store: Path, *, writing: bool) -> Iterator[None]:
    """Hold the lock of a store; raise `TryAgain` where another process holds it, naming who and since when."""
    path = lock_path(store)
    try:
        descriptor = _open(path)
    except OSError as error:
        if writing:
            raise TryAgain(f"{path}: the lock file can't be written ({error.strerror}).", "Check the permissions of the store's folder.") from None
        descriptor = _open_plain(store)
    with _held(descriptor, writing=writing) as is_mine:
        if not is_mine:
            raise TryAgain(f"{store}: the store is in use by another process{_holder(path)}.", "Wait until it has finished, then run the same command again.")
        yield


@contextmanager
def night_locked(store: Path) -> Iterator[None]:
    """Hold the lock of a whole night, which leaves the store itself free between two batches; raise `TryAgain` where another night holds it."""
    path = night_path(store)
    try:
        descriptor = _open(path)
    except OSError as error:
        raise TryAgain(f"{path}: the lock file can't be written ({error.strerror}).", "Check the permissions of the store's folder.") from None
    with _held(descriptor, writing=True) as is_mine:
        if not is_mine:
            raise TryAgain(f"{store}: a night is under way already{_holder(path)}.", "Wait until it has finished, then run the same command again.")
        yield


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@contextmanager
def _held(descriptor: int, *, writing: bool) -> Iterator[bool]:
    """Yield whether the lock could be had, and let it go at the end; a writer signs it meanwhile."""
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if writing else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        if writing:
            _sign(descriptor)
        try:
            yield True
        finally:
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
    """Write into a lock who holds it; where the disk is full nobody can read who does, and the lock holds all the same."""
    signed = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(signed).encode(), 0)


def _holder(path: Path) -> str:
    """Return who signed a lock, in brackets; nothing where a reader holds it: nobody has signed, or somebody who was killed."""
    try:
        said = json.loads(path.read_text())
        if said["host"] == socket.gethostname() and not is_running(int(said["pid"])):
            return ""
        return f" (process {said['pid']} on {said['host']}, since {said['since']})"
    except (OSError, ValueError, KeyError, TypeError):  # a writer has only just come
        return ""
