"""Opening the book: what is there, who may write, and one transaction a batch."""

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

from pipeline.lasting import flush
from pipeline.settings import Settings
from pipeline.store.connecting import Found, Work, connect, with_less_memory
from pipeline.store.formats import check_format, is_current, make_tables, make_views, upgrade
from pipeline.store.lock import locked
from pipeline.store.place import check_folder, check_log, check_place, sweep, unfinished
from pipeline.store.refusals import broken_off
from pipeline.store.rewriting import MARK, write_anew
from pipeline.store.shown import Shown, stoppable, uninterrupted
from pipeline.store.typekeys import write_type_keys

LOG = logging.getLogger("flagbook.store")


@dataclass(frozen=True)
class Book:
    """An open book; `path` is its file. `after` is what is to be done once the transaction that is open is committed."""

    path: Path
    con: duckdb.DuckDBPyConnection
    work: Work = Work.ANY
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

    def search(self, find: Callable[[], Found]) -> Found:
        """Return what `find` finds; outside a transaction, where it looks through long tables for a few rows, and may be called twice."""
        return with_less_memory(self.con, find) if self.work is Work.INSTRUCTIONS else find()

    def feed(self, statement: str, **streams: Any) -> None:
        """Run a statement over Arrow streams, standing in it by name, each of which is read once; None stands for one that it does not name."""
        streams = {name: stream for name, stream in streams.items() if stream is not None}
        for name, stream in streams.items():
            self.con.register(name, stream)
        try:
            with stoppable():
                self.con.execute(statement)
        except duckdb.Error:
            for stream in streams.values():
                stream.check()  # raises what went wrong in there, if anything did
            raise
        with stoppable():
            for name in streams:
                self.con.unregister(name)

    def decide(self, name: str, rule: Callable[..., Any], *tables: str) -> None:
        """Make a temporary table of what a rule gives for other tables: it runs inside the book, however many rows they have."""
        frames = [nw.from_native(self.con.sql(f"SELECT * FROM {table}")) for table in tables]
        query = nw.to_native(rule(*frames)).sql_query()
        with stoppable():
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    @contextmanager
    def _shown(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        streams = {name: Shown(frame) for name, frame in frames.items()}
        with stoppable():
            for name, stream in streams.items():
                self.con.register(name, stream)
            yield
        # NOTE: not in a `finally`: after a failure inside a transaction, unregistering fails too and would hide the first error.
        with stoppable():
            for name, stream in streams.items():
                self.con.unregister(name)
                stream.forget()

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
        with uninterrupted():
            self.con.execute("COMMIT" if keep else "ROLLBACK")
            for act in self.after if keep else ():
                act()

    def value(self, key: str) -> str | None:
        """Return one entry of the book's own settings."""
        rows = self.ask("SELECT value FROM book WHERE key = ?", key)["value"]
        return rows[0] if len(rows) else None


@contextmanager
def open_book(path: Path, *, writing: bool, creating: bool = False, work: Work = Work.ANY) -> Iterator[Book]:
    """Open a book for reading or writing, under its lock.

    Raises `Refused` where there is none (unless `creating`) or the file is not a book, before anything is touched; `TryAgain` where it is in use.
    """
    check_place(path, creating=creating, writing=writing)
    if writing:
        check_folder(path)
    if not path.exists():
        make_book(path)
    with _opened(path, writing=writing, work=work) as book:
        if current := is_current(book):
            yield book
    if not current:
        _upgrade_apart(path)
        with _opened(path, writing=writing, work=work) as book:
            yield book


@contextmanager
def _opened(path: Path, *, writing: bool, work: Work = Work.ANY, beside: Path | None = None) -> Iterator[Book]:
    with locked(path, writing=writing):
        check_place(path)  # it may have changed while somebody else had the lock
        has_log = check_log(path)
        if writing:
            if has_log:  # to open a database for writing is to write: its log goes into it
                _look_first(path)
            sweep(path)
        con = connect(path, writing=writing, work=work, beside=beside)
        try:
            book = Book(path, con, work)
            check_format(book)
            if writing and book.value(MARK) is not None:
                LOG.warning("%s: writing the store anew, which an erasure began and could not finish.", path)
                con.close()
                write_anew(path)
                con = connect(path, writing=writing, work=work, beside=beside)
                book = Book(path, con, work)
            yield book
        except duckdb.Error as error:
            if (known := broken_off(path, error)) is not None:
                raise known from None
            raise
        finally:
            con.close()


@contextmanager
def open_as_it_is(path: Path, *, beside: Path | None = None) -> Iterator[Book]:
    """Open a book for reading, of whatever format that this program knows; it is not brought up to date.

    `beside`: a database to be made, which may be written to as `beside`.
    """
    check_place(path)
    with _opened(path, writing=False, beside=beside) as book:
        yield book


def rewrite_store(path: Path) -> None:
    """Write the store anew, so that what was taken out of it is nowhere in its file; raise `TryAgain` where that can't be done now."""
    with locked(path, writing=True):
        try:
            write_anew(path)
        except duckdb.Error as error:
            raise broken_off(path, error) or error from None


def _look_first(path: Path) -> None:
    """Raise `Refused` where a file is no book of ours, without changing a byte of it."""
    con = connect(path, writing=False)
    try:
        check_format(Book(path, con))
    finally:
        con.close()


def make_book(path: Path) -> None:
    """Make an empty book, which has its name only when it is whole."""
    with locked(path, writing=True):
        if path.exists():  # by now
            return
        sweep(path)
        beside = unfinished(path, os.getpid())
        con = connect(beside, writing=True)
        try:
            make_tables(Book(beside, con))
            con.execute("CHECKPOINT")
        except duckdb.Error as error:
            raise broken_off(path, error) or error from None
        finally:
            con.close()
        flush(beside)
        beside.rename(path)
        flush(path.parent)


def _upgrade_apart(path: Path) -> None:
    """Bring a book of an earlier program up to date on a connection of its own, and into its file, so that no log has to be replayed over it."""
    with _opened(path, writing=True) as book:
        if not is_current(book):
            upgrade(book)
        book.con.execute("CHECKPOINT")


def settings_differ(book: Book, settings: Settings) -> bool:
    """Tell whether views of the book go by other settings than these."""
    return _stored_types(book) != _types(settings) or book.value("timezone") != settings.business.timezone


def former_zones(book: Book) -> list[str]:
    """Return the business time zones by which migrations were read before the one that the book was last written by."""
    zones = book.value("former_timezones")
    return zones.split(",") if zones else []


def _types(settings: Settings) -> list[tuple[object, ...]]:
    return [(kind.name, place, kind.colour, kind.alerts, kind.holds) for place, kind in enumerate(settings.flags.types)]


def _stored_types(book: Book) -> list[tuple[object, ...]]:
    return [tuple(row) for row in book.ask("SELECT name, severity, colour, alerts, holds FROM flag_types ORDER BY severity").rows()]


def write_settings(book: Book, settings: Settings) -> None:
    """Bring what views need of the settings into the book: the flag types and the business time zone."""
    kinds, stored = _types(settings), _stored_types(book)
    if stored != kinds:
        if stored:  # else it is new, and they are this program's
            make_views(book)  # those of an earlier program went by other rules for types
        book.run("DELETE FROM flag_types")
        frame = pl.DataFrame(kinds, schema=["name", "severity", "colour", "alerts", "holds"], orient="row")
        book.run("INSERT INTO flag_types SELECT * FROM kinds", kinds=frame)
        write_type_keys(book, settings.type_names())
    if (former := book.value("timezone")) != settings.business.timezone:
        if book.ask("SELECT EXISTS (SELECT 1 FROM batches WHERE kind = 'migrate') AS any_migrated").item():
            zones = dict.fromkeys([*former_zones(book), former or "UTC"])
            book.run("INSERT OR REPLACE INTO book VALUES ('former_timezones', ?)", ",".join(zones))
        book.run("INSERT OR REPLACE INTO book VALUES ('timezone', ?)", settings.business.timezone)
