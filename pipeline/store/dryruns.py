"""Opening the book to write to it, or to see what that would come to: a dry run works on a copy, and leaves every byte of the store alone (rule 6.4)."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.errors import FlagbookError, TryAgain
from pipeline.store.book import Book, make_book, open_as_it_is, open_book
from pipeline.store.connecting import Work, connect, private_files
from pipeline.store.formats import is_current, upgrade
from pipeline.store.place import check_place
from pipeline.store.refusals import NO_ROOM, broken_off, found_no_room, not_opened, refusal
from pipeline.store.rewriting import MARK
from pipeline.store.wal import logs_of

BEGINS = "flagbook-dry-run-"  # the folder of a copy
LEAST = 1 << 24  # bytes: an empty book and a little work


@contextmanager
def open_for_load(path: Path, *, dry_run: bool, bookings_alone: bool = False) -> Iterator[Book]:
    """Open a book to load into, making it where there is none; see `open_to_write`."""
    with open_to_write(path, dry_run=dry_run, creating=True, work=Work.STREAM if bookings_alone else Work.LOAD) as book:
        yield book


@contextmanager
def open_to_write(path: Path, *, dry_run: bool, creating: bool = False, work: Work = Work.ANY) -> Iterator[Book]:
    """Open a book to write to, or for a dry run a copy of it (else an empty one), to which whatever is written is lost; `path` is the book's all the same.

    Raises what `open_book` raises, for a dry run as for a reader; and `TryAgain` where the folder for temporary files has no room for the copy.
    NOTE: not a copy in memory, which may not hold what a large file has.
    """
    if not dry_run:
        with open_book(path, writing=True, creating=creating, work=work) as book:
            yield book
        return
    check_place(path, creating=creating)
    with _own_folder() as folder:
        copy = folder / path.name
        _make_copy(path, copy)
        con = _connect(path, copy, work)
        copy.unlink()  # it is open: a run that is killed leaves nobody's data behind
        try:
            yield Book(path, con, work)
        except duckdb.Error as error:
            raise _told(path, error) or error from None
        finally:
            con.close()


def _make_copy(path: Path, copy: Path) -> None:
    """Copy a book and its log as they are while nobody writes to them, and bring the copy to where a run would begin; an empty one where there is none."""
    if path.exists():
        with open_as_it_is(path):
            _copy_files(path, copy)
    else:
        _require_room(0)
        make_book(copy)
    con = _connect(path, copy)
    try:
        book = Book(path, con)
        book.run("DELETE FROM book WHERE key = ?", MARK)  # a run first does what an erasure began; nothing that it reads differs by that
        if not is_current(book):
            upgrade(book)
        con.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise _told(path, error) or error from None
    finally:
        con.close()


def _copy_files(path: Path, copy: Path) -> None:
    """Copy the log, then the store.

    NOTE: in this order, since to close the store's file once more ends DuckDB's own lock, which keeps other programs from it.
    """
    pairs = [(one, copy.with_name(one.name)) for one in (*logs_of(path), path) if one.exists()]
    _require_room(sum(one.stat().st_size for one, _ in pairs))
    with private_files():
        for one, other in pairs:
            try:
                shutil.copyfile(one, other)
            except OSError as error:
                if error.errno in NO_ROOM:
                    raise refusal("no-room-to-try", Path(tempfile.gettempdir())) from None
                what = f"{one}: this can't be copied for a dry run ({error.strerror})."
                raise TryAgain(what, "Look at its disk, and at that of the folder for temporary files (TMPDIR).") from None


def _require_room(size: int) -> None:
    folder = Path(tempfile.gettempdir())
    needed, free = size + LEAST, shutil.disk_usage(folder).free
    if free < needed:
        raise refusal("no-room-to-try", folder, detail=f": it needs {needed:,} bytes, and {free:,} are free")


def _connect(path: Path, copy: Path, work: Work = Work.ANY) -> duckdb.DuckDBPyConnection:
    return connect(copy, writing=True, work=work, told=lambda _, error: _told(path, error) or not_opened(path, error))


def _told(path: Path, error: duckdb.Error) -> FlagbookError | None:
    """Return what to say of an error on a copy, by the store's own path; where there is no room for the copy or its work, by that of its folder."""
    if found_no_room(error) or isinstance(error, duckdb.OutOfMemoryException):
        return refusal("no-room-to-try", Path(tempfile.gettempdir()))
    return broken_off(path, error)


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Yield a new folder for temporary files, which goes at the end; those go first that runs left which were killed."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=BEGINS, ignore_cleanup_errors=True)
    except OSError as error:
        named = os.environ.get("TMPDIR", "/tmp")  # noqa: S108  # what the system says where the environment names none
        what = f"{named}: nothing can be written in the folder for temporary files ({error.strerror})."
        raise TryAgain(what, "Make room there, or name another folder in TMPDIR.") from None
    with folder as name, _held(Path(name)) as is_mine:
        if not is_mine:  # another dry run took it for one that was left, in the moment before it was held
            raise TryAgain(f"{name}: another dry run took this folder away.", "Run the same command again.")
        for left in Path(name).parent.glob(f"{BEGINS}*"):
            with _held(left) as is_nobodys:
                if is_nobodys:
                    shutil.rmtree(left, ignore_errors=True)
        yield Path(name)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder while this runs; yield whether it is there and nobody else holds it. What is no folder, or not ours, is left alone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield os.fstat(descriptor).st_uid == os.geteuid() and folder.exists()
    finally:
        os.close(descriptor)
