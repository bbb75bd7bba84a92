"""Reading a store to its last value: finds every block that is not what was written, and says whether two stores hold the same."""

from dataclasses import dataclass

import duckdb

from pipeline.health import Fault
from pipeline.store.book import Book
from pipeline.store.refusals import broken_off


@dataclass(frozen=True)
class Content:
    """What a table holds, in whatever order: how many rows, and two sums over their hashes."""

    rows: int
    mixed: int
    summed: int


def list_tables(book: Book) -> list[str]:
    """Return the names of the book's own tables, in alphabetical order."""
    return book.ask("SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY table_name")["table_name"].to_list()


def read_content(book: Book, table: str) -> Content:
    """Read every column of a table; raise DuckDB's error where that fails."""
    row = "hash({})".format(", ".join(f'"{name}"' for name in _columns(book, table)))
    found = book.con.execute(f'SELECT count(*), bit_xor(h), sum(h::HUGEINT)::VARCHAR FROM (SELECT {row} AS h FROM "{table}")').fetchall()
    rows, mixed, summed = found[0]
    return Content(rows, mixed or 0, int(summed or 0))


@dataclass(frozen=True)
class Scan:
    """How many rows of a table were read, every column of them, and what could not be."""

    rows: int
    faults: tuple[Fault, ...] = ()


def scan_table(book: Book, table: str) -> Scan:
    """Read every column of a table, and say which can't be read."""
    try:
        return Scan(read_content(book, table).rows)
    except duckdb.Error as error:
        if broken_off(book.path, error) is None:
            raise
    lost = [name for name in _columns(book, table) if not _can_be_read(book, table, name)]
    what = f"it can't be read to its end: a block of {', '.join(lost) or 'it'} is not what was written, or is gone"
    return Scan(0, (Fault("block-damaged", table, what, "Copy the store aside, then restore a backup (docs/runbook.md: The store is damaged)."),))


def _can_be_read(book: Book, table: str, column: str) -> bool:
    try:
        book.con.execute(f'SELECT bit_xor(hash("{column}")) FROM "{table}"').fetchall()
    except duckdb.Error:
        return False
    return True


def _columns(book: Book, table: str) -> list[str]:
    names = book.ask("SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT internal ORDER BY column_index", table)["column_name"]
    return [str(name) for name in names]
