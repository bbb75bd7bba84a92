"""Rows as they were before a batch wrote to them, and putting them back (rules 6.5, 6.7).

A load keeps each row that it changes, whole, before it writes to it. An undo puts it back where nothing has written to the row since, and
keeps the present one in turn, so that undoing the undo is the same. What the history tells of is left to the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from pipeline.store.book import Book
from pipeline.store.log import count_erased_rows

KEYS: Final = {"bookings": "booking_id", "customers": "customer_id"}
# Where a row came from never changes; of the others here the history tells, item by item.
NOT_FROM_HERE: Final = {
    "bookings": {"booking_id", "first_batch", "first_file", "first_row", "book_alert", "status", "alert_message"},
    "customers": {"customer_id", "first_batch", "status", "blocked", "blocked_at", "blocked_by", "blocked_reason", "alert_message"},
}
WRITER: Final = "last_batch"  # the last load that wrote to a row: put back too, but not counted


@dataclass(frozen=True)
class Rows:
    """Whole rows of one table that an undo moves: how many, and those (id, customer_id) that are left alone since something touched them."""

    moving: int
    left: pl.DataFrame


@dataclass(frozen=True)
class Back:
    """The former rows of one table that an undo puts back, and how many values of each column (those that differ somewhere)."""

    rows: Rows
    columns: Mapping[str, int]


def columns_of(book: Book, table: str) -> dict[str, str]:
    """Return the columns of a table and their types."""
    found = book.ask("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND database_name <> 'temp' ORDER BY column_index", table)
    return dict(found.rows())


def keep_rows(book: Book, batch_id: int, table: str, row_ids: str) -> None:
    """Keep the rows of a table that a query names by row_id as they are now: what a batch is about to write to, each once."""
    book.run(
        f"INSERT INTO former_{table} BY NAME SELECT {int(batch_id)}::BIGINT AS batch_id, t.* FROM {table} t WHERE t.rowid IN (SELECT row_id FROM ({row_ids}))"
    )


def find_back(book: Book, batch_id: int) -> dict[str, Back]:
    """Put the rows that a batch kept into `back_bookings` and `back_customers`; `coming_customers` must be there.

    The columns: row_id (null where the row is gone), id, customer_id (the present one), untouched, differs, and has_<column> for each column
    that can be put back: whether it differs. Of bookings also former_customer, former_starts, and whether the batch gave it to another
    customer (changed_hands). A booking whose former customer will not be there is touched.
    """
    undoes = book.ask("SELECT max(undoes) AS n FROM batches WHERE batch_id = ?", batch_id)["n"][0]
    for table in KEYS:
        _find_back(book, batch_id, table, undoes)
    return {table: _count(book, table) for table in KEYS}


def _find_back(book: Book, batch_id: int, table: str, undoes: int | None) -> None:
    """Find out what is still as the batch left it: a row's writer is then the load itself, or of an undo the one that it put back."""
    key = KEYS[table]
    writer = f"{int(batch_id)}" if undoes is None else f"a.{WRITER}"
    earlier = "" if undoes is None else f"LEFT JOIN former_{table} a ON a.batch_id = {int(undoes)} AND a.{key} = f.{key}"
    differing = _put_back_columns(book, table)
    has = "".join(f", t.{name} IS DISTINCT FROM f.{name} AS has_{name}" for name in differing)
    any_has = " OR ".join(f"has_{name}" for name in differing if name != WRITER)
    more, there = "", "true"
    if table == "bookings":
        more = ", f.customer_id AS former_customer, f.starts_at AS former_starts, f.customer_id IS DISTINCT FROM coalesce(n.customer_id, t.customer_id) "
        more += "AS changed_hands"
        # What the batch left is what the next one kept, or what is there.
        earlier += f" LEFT JOIN (SELECT booking_id, arg_min(customer_id, batch_id) AS customer_id FROM former_bookings WHERE batch_id > {int(batch_id)} "
        earlier += "GROUP BY booking_id) n ON n.booking_id = f.booking_id"
        there = "f.customer_id IN (SELECT customer_id FROM customers UNION ALL SELECT id FROM coming_customers WHERE untouched)"
    book.run(
        f"CREATE OR REPLACE TEMP TABLE back_{table} AS SELECT *, {any_has} AS differs FROM ("
        f"SELECT t.rowid AS row_id, f.{key} AS id, coalesce(t.customer_id, f.customer_id) AS customer_id, "
        f"t.{key} IS NOT NULL AND t.{WRITER} IS NOT DISTINCT FROM {writer} AND {there} AS untouched{has}{more} "
        f"FROM former_{table} f LEFT JOIN {table} t ON t.{key} = f.{key} {earlier} WHERE f.batch_id = ?)",
        batch_id,
    )


def _put_back_columns(book: Book, table: str) -> list[str]:
    return [name for name in columns_of(book, table) if name not in NOT_FROM_HERE[table]]


def _count(book: Book, table: str) -> Back:
    names = [name for name in _put_back_columns(book, table) if name != WRITER]
    each = ", ".join(f"count(*) FILTER (untouched AND has_{name}) AS {name}" for name in names)
    counts = book.ask(f"SELECT count(*) FILTER (untouched AND differs) AS moving, {each} FROM back_{table}").row(0, named=True)
    left = book.ask(f"SELECT id, customer_id FROM back_{table} WHERE NOT untouched ORDER BY id")
    return Back(Rows(counts.pop("moving"), left), {name: count for name, count in counts.items() if count})


def put_back(book: Book, batch_id: int, undone: int, back: Mapping[str, Back]) -> None:
    """Keep the rows that `find_back` found untouched as they are now, as those of the undo `batch_id`, and put the former ones back."""
    for table, key in KEYS.items():
        keep_rows(book, batch_id, table, f"SELECT row_id FROM back_{table} WHERE untouched")
        kept = book.ask(f"SELECT (SELECT count(*) FROM former_{table} WHERE batch_id = ?) AS n, count(*) FILTER (untouched) AS m FROM back_{table}", batch_id)
        if kept["n"][0] != kept["m"][0]:
            raise AssertionError(f"{table}: of {kept['m'][0]:,} rows {kept['n'][0]:,} were kept: nothing is written")
        if not kept["n"][0]:
            continue
        for name in (*back[table].columns, WRITER):
            book.run(
                f"UPDATE {table} SET {name} = k.{name} FROM (SELECT b.row_id, f.{name} FROM back_{table} b JOIN former_{table} f ON f.{key} = b.id "
                f"WHERE f.batch_id = ? AND b.untouched AND b.has_{name}) k WHERE {table}.rowid = k.row_id",
                undone,
            )


def count_rewritten(book: Book, batch_id: int) -> int:
    """Return how many rows a load of an earlier version changed that were there before: of names, times and the like it kept no record.

    Those of which an erasure took the record are none of them.
    """
    counts = " + ".join(
        f"(SELECT count(*) FROM {table} WHERE {WRITER} = ? AND first_batch <> ? AND {key} NOT IN (SELECT {key} FROM former_{table} WHERE batch_id = ?))"
        for table, key in KEYS.items()
    )
    n: int = book.ask(f"SELECT {counts} AS n", *(batch_id,) * 6)["n"][0]
    return max(n - count_erased_rows(book, batch_id), 0)
