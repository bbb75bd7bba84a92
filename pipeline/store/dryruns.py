"""Opening the book to write to it, or to see what that would come to: a dry run works on a copy, and leaves every byte of the store alone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import TryAgain
from pipeline.store.book import Book, look_first, open_book
from pipeline.store.connecting import Work, connect
from pipeline.store.lock import locked
from pipeline.store.place import check_log, check_place
from pipeline.store.rewriting import MARK
from pipeline.store.wal import logs_of


@contextmanager
def open_for_load(path: Path, *, dry_run: bool, bookings_alone: bool = False) -> Iterator[Book]:
    """Open a book to load into, making it where there is none; see `open_to_write` for a dry run."""
    work = Work.STREAM if bookings_alone else Work.LOAD
    with open_to_write(path, dry_run=dry_run, creating=True, work=work) as book:
        yield book


@contextmanager
def open_to_write(path: Path, *, dry_run: bool, creating: bool = False, work: Work = Work.ANY) -> Iterator[Book]:
    """Open a book to write to it; a dry run works on a copy elsewhere, or an empty book where there is none, and leaves every byte of the store alone.

    NOTE: not on a copy in memory, which may not hold what a large file has.
    """
    if not dry_run:
        with open_book(path, writing=True, creating=creating, work=work) as book:
            yield book
        return
    check_place(path, creating=creating)
    with TemporaryDirectory(prefix="flagbook-") as folder:
        copy = Path(folder) / path.name
        if path.exists():
            _copy_files(path, copy)
        with open_book(copy, writing=True, creating=creating, work=work) as book:
            copy.unlink()  # so that a run that is killed leaves nobody's data behind
            yield book


def _copy_files(path: Path, copy: Path) -> None:
    """Copy a store and its log, while nobody writes to it; what an erasure could not finish is not finished in the copy."""
    with locked(path, writing=False):
        check_place(path)
        check_log(path)
        look_first(path)
        files = {source: target for source, target in zip((path, *logs_of(path)), (copy, *logs_of(copy)), strict=True) if source.exists()}
        needed, free = sum(source.stat().st_size for source in files), shutil.disk_usage(copy.parent).free
        todo = "Free some space there, or name another folder in TMPDIR."
        if free < needed:
            raise TryAgain(f"{copy.parent.parent}: a dry run works on a copy of the store, of {needed:,} bytes, and {free:,} are free.", todo)
        try:
            for source, target in files.items():
                shutil.copyfile(source, target)
        except OSError as error:
            raise TryAgain(f"{copy.parent.parent}: the copy of the store that a dry run works on can't be written ({error.strerror}).", todo) from None
    con = connect(copy, writing=True)
    try:
        con.execute("DELETE FROM book WHERE key = ?", [MARK])
    finally:
        con.close()
