"""A copy of a store, made and checked while nobody writes to it, which has its name only when it is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipeline.errors import FlagbookError, Refused, TryAgain
from pipeline.lasting import flush, give_name, is_running
from pipeline.store.book import Book, open_as_it_is
from pipeline.store.connecting import connect
from pipeline.store.place import check_place, check_room, unfinished
from pipeline.store.refusals import broken_off, found_no_room, refusal
from pipeline.store.scanning import Content, list_tables, read_content
from pipeline.store.wal import logs_of

Tell = Callable[[str, int, int], None]
DEFINED = (
    "SELECT 'table' AS kind, table_name AS name, sql FROM duckdb_tables() WHERE NOT temporary AND NOT internal UNION ALL "
    "SELECT 'view', view_name, sql FROM duckdb_views() WHERE NOT temporary AND NOT internal UNION ALL "
    "SELECT 'macro', function_name, macro_definition FROM duckdb_functions() WHERE NOT internal ORDER BY ALL"
)


def copy_book(path: Path, target: Path, tell: Tell) -> tuple[dict[str, int], int]:
    """Copy a store under a name that is free; return how many rows of each table were compared, and the last batch.

    Raises `Refused` where the name is taken, `TryAgain` where the copy can't be written or the store is being written to.
    """
    check_place(path)
    _check_target(target)
    check_room(target, sum(file.stat().st_size for file in (path, *logs_of(path)) if file.exists()))
    _sweep(target, path.stem)
    beside = unfinished(target, os.getpid())
    try:
        with open_as_it_is(path, beside=beside) as book:
            kept = _write_copy(book, target, tell)
            last_batch: int = book.ask("SELECT coalesce(max(batch_id), 0) AS n FROM batches")["n"][0]
            _require_same(beside, kept, tell)
        flush(beside)
        _give_name(beside, target)
        flush(target.absolute().parent)
    finally:
        for file in (beside, *logs_of(beside)):
            file.unlink(missing_ok=True)
    return {table: content.rows for table, content in kept[0].items()}, last_batch


Kept = tuple[dict[str, Content], list[tuple[object, ...]]]  # what the tables hold, and how all is defined


def _write_copy(book: Book, target: Path, tell: Tell) -> Kept:
    """Write all that a book holds into the database beside it; return what that is."""
    kept = _read_all(book, "reading", tell)
    name = book.ask("SELECT current_database() AS name")["name"][0].replace('"', '""')
    tell("copying", 1, 3)
    try:
        book.con.execute(f'COPY FROM DATABASE "{name}" TO beside')
        book.con.execute("CHECKPOINT beside")
        book.con.execute("DETACH beside")
    except duckdb.Error as error:
        raise _not_written(book.path, target, error) from None
    return kept


def _not_written(path: Path, target: Path, error: duckdb.Error) -> FlagbookError | duckdb.Error:
    return refusal("disk-full", target) if found_no_room(error) else broken_off(path, error) or error


def _read_all(book: Book, what: str, tell: Tell) -> Kept:
    tell(what, 0 if what == "reading" else 2, 3)
    return {table: read_content(book, table) for table in list_tables(book)}, book.ask(DEFINED).rows()


def _require_same(beside: Path, kept: Kept, tell: Tell) -> None:
    """Raise `TryAgain` unless the copy, read from its file, has every row and definition."""
    con = connect(beside, writing=False)
    try:
        same = _read_all(Book(beside, con), "comparing", tell) == kept
    except duckdb.Error as error:
        if broken_off(beside, error) is None:
            raise
        same = False
    finally:
        con.close()
    if not same:
        raise TryAgain(
            f"{beside}: what was written is not what the store holds; it is removed.", "Choose another disk for the backup; this one may be failing."
        )


def _sweep(target: Path, stem: str) -> None:
    """Remove what backups of this store that were killed left in the folder."""
    for left in target.absolute().parent.iterdir():
        name, _, process = left.name.removesuffix(".wal").removesuffix(".new").rpartition(".")
        is_ours = name == f".{target.name}" or name.startswith(f".{stem}-")
        if is_ours and left.name.removesuffix(".wal").endswith(".new") and process.isdigit() and not is_running(int(process)):
            left.unlink(missing_ok=True)


def _give_name(beside: Path, target: Path) -> None:
    """Give the copy its name; raise `Refused` where something has taken that since the copy began, and leave it alone."""
    for log in logs_of(target):
        if os.path.lexists(log):
            raise _taken(log)
    try:
        give_name(beside, target)
    except FileExistsError:
        raise _taken(target) from None


def _taken(path: Path) -> Refused:
    return Refused(f"{path}: this is there already, and a backup never overwrites.", "Choose another name, or name a folder: backups in it bear their time.")


def _check_target(target: Path) -> None:
    for path in (target, *logs_of(target)):
        if os.path.lexists(path):
            raise _taken(path)
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TryAgain(f"{target.parent}: the folder can't be made ({error.strerror}).", "Choose another place for the backup.") from None
    if not os.access(target.absolute().parent, os.W_OK):
        raise TryAgain(f"{target.parent}: the folder can't be written to.", "Choose another place for the backup, or mend the folder's permissions.")
