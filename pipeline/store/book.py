"""Opening the book: what is there, who may write, and one transaction a batch."""

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl

from pipeline.errors import FlagbookError, Refused, TryAgain
from pipeline.settings import Settings
from pipeline.store.formats import check_format, is_current, make_tables, upgrade
from pipeline.store.lock import locked
from pipeline.store.rewriting import MARK, write_anew

LOG = logging.getLogger("flagbook.store")
BROKEN = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)
LOCKED_DOWN = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "enable_external_access": False,
    "lock_configuration": True,
}


class _Stream:
    """A frame shown to DuckDB as nothing but an Arrow stream, which it reads without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let the user's interrupt be one; DuckDB turns it into an error of its own."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


@dataclass(frozen=True)
class Book:
    """An open book; `path` is its file. `after` is what is to be done once the transaction that is open is committed."""

    path: Path
    con: duckdb.DuckDBPyConnection
    after: list[Callable[[], None]] = field(default_factory=list)

    def ask(self, query: str, *values: Any, **frames: pl.DataFrame) -> pl.DataFrame:
        """Run a query with values for its question marks, `frames` standing in it by name; return its rows."""
        with self._shown(frames):
            return pl.DataFrame(self.con.sql(query, params=list(values)))

    def run(self, statement: str, *values: Any, **frames: pl.DataFrame) -> None:
        """Run a statement that gives no rows; one that changes rows by an empty frame changes none, and is left out.

        NOTE: DuckDB 2.0 loses rows in a transaction whose first insert into a table came from an empty Arrow stream.
        """
        if not statement.startswith("CREATE") and any(not len(frame) for frame in frames.values()):
            return
        with self._shown(frames):
            self.con.execute(statement, list(values))

    def feed(self, statement: str, **streams: Any) -> None:
        """Run a statement over Arrow streams, standing in it by name, each of which is read once; None stands for one that it does not name."""
        streams = {name: stream for name, stream in streams.items() if stream is not None}
        for name, stream in streams.items():
            self.con.register(name, stream)
        try:
            with _stoppable():
                self.con.execute(statement)
        except duckdb.Error:
            for stream in streams.values():
                stream.check()  # raises what went wrong in there, if anything did
            raise
        for name in streams:
            self.con.unregister(name)

    def decide(self, name: str, rule: Callable[..., Any], *tables: str) -> None:
        """Make a temporary table of what a rule gives for other tables: it runs inside the book, however many rows they have."""
        frames = [nw.from_native(self.con.sql(f"SELECT * FROM {table}")) for table in tables]
        query = nw.to_native(rule(*frames)).sql_query()
        with _stoppable():
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    @contextmanager
    def _shown(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        for name, frame in frames.items():
            self.con.register(name, _Stream(frame))
        with _stoppable():
            yield
        # NOTE: not in a `finally`: after a failure inside a transaction, unregistering fails too and would hide the first error.
        for name in frames:
            self.con.unregister(name)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """Commit at the end, or leave nothing (rule 6.1); without `keep`, leave nothing in any case."""
        self.con.execute("BEGIN TRANSACTION")
        self.after.clear()
        try:
            yield
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.con.execute("COMMIT" if keep else "ROLLBACK")
        for act in self.after if keep else ():
            act()

    def value(self, key: str) -> str | None:
        """Return one entry of the book's own settings."""
        rows = self.ask("SELECT value FROM book WHERE key = ?", key)["value"]
        return rows[0] if len(rows) else None


@contextmanager
def open_book(path: Path, *, writing: bool, creating: bool = False, loading: bool = False) -> Iterator[Book]:
    """Open a book for reading or writing, under its lock.

    Raises `Refused` where there is none (unless `creating`) or the file is not a book, `TryAgain` where it is in use.
    """
    _check_path(path, creating=creating)
    with _opened(path, writing=writing, creating=creating, loading=loading) as book:
        current = is_current(book)
        if current or writing:
            if not current:
                upgrade(book)
            yield book
    if not (current or writing):
        # Only a writer may upgrade, so a reader opens the book as one first.
        with open_book(path, writing=True):
            pass
        with _opened(path, writing=False) as book:
            yield book


@contextmanager
def _opened(path: Path, *, writing: bool, creating: bool = False, loading: bool = False) -> Iterator[Book]:
    with locked(path, writing=writing):
        made = writing and creating and not path.exists()
        con = _connect(path, writing=writing, loading=loading)
        try:
            book = Book(path, con)
            if made:
                make_tables(book)
            check_format(book)
            if writing and book.value(MARK) is not None:
                LOG.warning("%s: writing the store anew, which an erasure began and could not finish.", path)
                con.close()
                write_anew(path, LOCKED_DOWN)
                con = _connect(path, writing=writing, loading=loading)
                book = Book(path, con)
            yield book
        except duckdb.Error as error:
            if isinstance(error, BROKEN) or _found_no_room(error):  # of a commit that found no room, a TransactionException
                raise _broken(path, error) from None
            raise
        finally:
            con.close()


def rewrite_store(path: Path) -> None:
    """Write the store anew, so that what was taken out of it is nowhere in its file; raise `TryAgain` where that can't be done now."""
    with locked(path, writing=True):
        try:
            write_anew(path, LOCKED_DOWN)
        except duckdb.Error as error:
            raise _broken(path, error) from None


def _broken(path: Path, error: duckdb.Error) -> FlagbookError:
    """Return what to say of a store that can't be read or written to its end; what DuckDB says may quote values."""
    if _found_no_room(error):
        return TryAgain(f"{path}: the disk is full; nothing was written.", "Free some space, then run the same command again.")
    return Refused(f"{path}: the store is damaged.", "Restore it from a backup.")


def _found_no_room(error: duckdb.Error) -> bool:
    """Tell whether an error is for want of room on the disk, by the words of the system: the error's own may hold a path, which may hold any word."""
    return any(os.strerror(number).lower() in str(error).lower() for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@contextmanager
def open_for_load(path: Path, *, dry_run: bool) -> Iterator[Book]:
    """Open a book to load into, making it where there is none; a dry run without a store works on an empty one in memory."""
    if dry_run and not path.exists():
        _check_path(path, creating=True)
        con = duckdb.connect(":memory:")
        try:
            _set_up(con, loading=True)
            book = Book(path, con)
            make_tables(book)
            yield book
        finally:
            con.close()
    else:
        with open_book(path, writing=True, creating=True, loading=True) as book:
            yield book


def _check_path(path: Path, *, creating: bool) -> None:
    if path.is_dir():
        raise Refused(f"{path}: this is a folder, not a store.", "Name the store's file, such as flagbook.duckdb.")
    if path.exists():
        if path.stat().st_size == 0:
            raise Refused(f"{path}: the store is an empty file.", "Restore it from a backup, or move it away and make a new one with: flagbook init")
        return
    if path.with_name(path.name + ".wal").exists():
        raise Refused(
            f"{path}: the store is missing but its .wal file is there.", "Restore the store beside it first: opening it now would throw the .wal file away."
        )
    if not creating:
        raise Refused(f"{path}: there is no store here.", "Check --store, or make one with: flagbook init")
    if not path.parent.is_dir():
        raise Refused(f"{path.parent}: there is no such folder for the store.", "Make the folder first.")


def _connect(path: Path, *, writing: bool, loading: bool) -> duckdb.DuckDBPyConnection:
    previous = os.umask(0o077)  # the book decides who is served: nobody else may read it
    try:
        con = duckdb.connect(str(path), read_only=not writing)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise TryAgain(f"{path}: the store is in use by another program.", "Close it there, then run the same command again.") from None
        raise _unusable(path, error) from None
    except duckdb.Error as error:
        raise _unusable(path, error) from None
    finally:
        os.umask(previous)
    _set_up(con, loading=loading)
    return con


def _set_up(con: duckdb.DuckDBPyConnection, *, loading: bool = False) -> None:
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET memory_limit = '600MiB'")
    if loading:
        # NOTE: DuckDB takes a stream for one row, and would keep all of it in memory to join it; so joins of a load are done as they are written.
        con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    for name, value in LOCKED_DOWN.items():
        con.execute(f"SET {name} = {str(value).lower()}")


def _unusable(path: Path, error: duckdb.Error) -> Refused:
    if isinstance(error, duckdb.IOException) and "permission" in str(error).lower():
        return Refused(f"{path}: the store can't be opened for want of permission.", "Check the permissions of the file and its folder.")
    return Refused(f"{path}: this is not a store of Flagbook, or it is damaged.", "Check --store, or restore the store from a backup.")


def settings_differ(book: Book, settings: Settings) -> bool:
    """Tell whether views of the book go by other settings than these."""
    return _stored_types(book) != _types(settings) or book.value("timezone") != settings.business.timezone


def _types(settings: Settings) -> list[tuple[object, ...]]:
    return [(kind.name, place, kind.colour, kind.alerts, kind.holds) for place, kind in enumerate(settings.flags.types)]


def _stored_types(book: Book) -> list[tuple[object, ...]]:
    return [tuple(row) for row in book.ask("SELECT name, severity, colour, alerts, holds FROM flag_types ORDER BY severity").rows()]


def write_settings(book: Book, settings: Settings) -> None:
    """Bring what views need of the settings into the book: the flag types and the business time zone."""
    kinds = _types(settings)
    if _stored_types(book) != kinds:
        book.run("DELETE FROM flag_types")
        frame = pl.DataFrame(kinds, schema=["name", "severity", "colour", "alerts", "holds"], orient="row")
        book.run("INSERT INTO flag_types SELECT * FROM kinds", kinds=frame)
    if book.value("timezone") != settings.business.timezone:
        book.run("INSERT OR REPLACE INTO book VALUES ('timezone', ?)", settings.business.timezone)
