"""Exports into the book: rows are staged, duplicates and differences found, and the differences written.

The store finds what differs; the rules say what it means. All of it happens inside the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipeline.store.book import Book


@dataclass(frozen=True)
class Target:
    """A table that exports are loaded into: its key, the columns taken as they come, and those that the rules merge."""

    table: str
    key: str
    plain: tuple[str, ...]
    merged: tuple[str, ...]

    @property
    def staged(self) -> str:
        """Return the name of the staging table."""
        return f"staged_{self.table}"

    @property
    def content(self) -> tuple[str, ...]:
        """Return the columns by which two rows of one export are the same."""
        return (*self.plain, *self.merged)


CUSTOMERS = Target("customers", "customer_id", ("first_name", "last_name", "company", "email", "phone"), ("status", "alert_message"))
BOOKINGS = Target(
    "bookings",
    "booking_id",
    ("id_key", "email_key", "phone_key", "starts_at", "ends_at", "status", "service", "staff", "price", "created_at"),
    ("alert_message",),
)


def stage(book: Book, target: Target, file_no: int, frame: pl.DataFrame, *, first: bool) -> None:
    """Add typed rows of an export to the staging table, made by the first batch."""
    start = f"CREATE OR REPLACE TEMP TABLE {target.staged} AS" if first else f"INSERT INTO {target.staged}"
    book.run(f"{start} SELECT ?::BIGINT AS file_no, * FROM typed", file_no, typed=frame)


def drop_duplicates(book: Book, target: Target) -> tuple[pl.DataFrame, int]:
    """Take rows with an id that stands more than once out of the staging table (rule 7.6).

    Returns file_no, source_row, id of those with different content, all rejected, and how many repetitions of the same were left out.
    """
    key, staged = target.key, target.staged
    content = ", ".join(target.content)
    place = "file_no * 1000000000 + source_row"
    book.run(f"CREATE OR REPLACE TEMP TABLE twice AS SELECT {key}, min({place}) AS first_row FROM {staged} GROUP BY {key} HAVING count(*) > 1")
    if not count_rows(book, "twice"):
        return pl.DataFrame(schema={"file_no": pl.Int64, "source_row": pl.Int64, "id": pl.String}), 0
    book.run(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key}, any_value(first_row) AS first_row, count(DISTINCT hash({content})) AS contents "
        f"FROM {staged} JOIN twice USING ({key}) GROUP BY {key}"
    )
    clashing = book.ask(f"SELECT file_no, source_row, s.{key} AS id FROM {staged} s JOIN repeated r USING ({key}) WHERE contents > 1")
    same = book.ask(f"SELECT count(*) - count(DISTINCT s.{key}) AS n FROM {staged} s JOIN repeated r USING ({key}) WHERE contents = 1")["n"][0]
    book.run(f"DELETE FROM {staged} USING repeated r WHERE {staged}.{key} = r.{key} AND (contents > 1 OR {place} <> first_row)")
    return clashing, same


def staged_keys(book: Book) -> pl.DataFrame:
    """Return the distinct combinations of keys that staged bookings name their customers by."""
    return book.ask("SELECT DISTINCT id_key, email_key, phone_key FROM staged_bookings")


def name_customers(book: Book, decisions: pl.DataFrame) -> pl.DataFrame:
    """Put the customers into the staged bookings; take out and return the rows whose keys name nobody.

    `decisions`: id_key, email_key, phone_key, customer_id (null where nobody is meant), fault.
    """
    match = " AND ".join(f"s.{key} IS NOT DISTINCT FROM d.{key}" for key in ("id_key", "email_key", "phone_key"))
    if decisions["email_key"].is_null().all() and decisions["phone_key"].is_null().all():
        match = "s.id_key = d.id_key"
    found, bad = decisions.filter(pl.col("customer_id").is_not_null()), decisions.filter(pl.col("customer_id").is_null())
    book.run("CREATE OR REPLACE TEMP TABLE whose AS SELECT * FROM found", found=found)
    book.run(f"CREATE OR REPLACE TEMP VIEW named_bookings AS SELECT s.*, d.customer_id FROM staged_bookings s JOIN whose d ON {match}")
    return book.ask(f"SELECT file_no, source_row, d.* FROM staged_bookings s JOIN d ON {match}", d=bad)


def count_rows(book: Book, table: str) -> int:
    """Return how many rows a table holds."""
    n: int = book.ask(f"SELECT count(*) AS n FROM {table}")["n"][0]
    return n


def write_new_customers(book: Book, batch_id: int) -> int:
    """Insert the staged customers that the book does not know; return how many."""
    book.run("CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM staged_customers ANTI JOIN customers USING (customer_id)")
    book.run(
        "INSERT INTO customers (customer_id, first_name, last_name, company, email, phone, status, first_batch, last_batch, email_key, phone_key, "
        "source_status) "
        "SELECT customer_id, first_name, last_name, company, email, phone, coalesce(status, 'active'), ?, ?, email_key, phone_key, status FROM fresh",
        batch_id,
        batch_id,
    )
    book.run("DELETE FROM staged_customers USING fresh WHERE staged_customers.customer_id = fresh.customer_id")
    return count_rows(book, "fresh")


def update_customers(book: Book, batch_id: int, present: Iterable[str]) -> pl.DataFrame:
    """Bring the columns that the export has into the customers that it knows; return the ids of those that changed."""
    names = [name for name in CUSTOMERS.plain if name in present]
    keys = [key for name, key in (("email", "email_key"), ("phone", "phone_key")) if name in present]
    return _update(book, batch_id, CUSTOMERS, "staged_customers", [*names, *keys])


def _update(book: Book, batch_id: int, target: Target, staged: str, names: Sequence[str]) -> pl.DataFrame:
    table, key = target.table, target.key
    if not names:
        return pl.DataFrame(schema={"id": pl.String})
    differs = " OR ".join(f"t.{name} IS DISTINCT FROM s.{name}" for name in names)
    book.run(f"CREATE OR REPLACE TEMP TABLE differing AS SELECT t.rowid AS row_id, s.* FROM {table} t JOIN {staged} s USING ({key}) WHERE {differs}")
    sets = ", ".join(f"{name} = d.{name}" for name in names)
    book.run(f"UPDATE {table} SET {sets}, last_batch = ? FROM differing d WHERE {table}.rowid = d.row_id", batch_id)
    return book.ask(f"SELECT {key} AS id FROM differing")


def said_and_stored(book: Book, target: Target, column: str, remembered: str) -> pl.DataFrame:
    """Return key, said, stored and remembered where the source says something else about `column` than it did last time."""
    staged = "named_bookings" if target is BOOKINGS else target.staged
    return book.ask(
        f"SELECT t.{target.key} AS key, s.{column} AS said, t.{column} AS stored, t.{remembered} AS remembered "
        f"FROM {target.table} t JOIN {staged} s USING ({target.key}) WHERE s.{column} IS DISTINCT FROM t.{remembered}"
    )


def write_said(book: Book, target: Target, column: str, remembered: str, frames: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """Remember what the source said (`frames[0]`: key, said), and set what changes by it (`frames[1]`: key, after)."""
    said, changes = frames
    if len(said):
        book.run(f"UPDATE {target.table} SET {remembered} = said.said FROM said WHERE {target.table}.{target.key} = said.key", said=said)
    if len(changes):
        book.run(f"UPDATE {target.table} SET {column} = ch.after FROM ch WHERE {target.table}.{target.key} = ch.key", ch=changes)


# Where the book remembers what the source last said (rule 4.5).
SOURCES = {"customers": "source_status", "bookings": "source_alert"}


def log_said(book: Book, batch_id: int, when: datetime, target: Target, changes: pl.DataFrame) -> None:
    """Write a history row for each changed status or alert (rule 6.7).

    `changes` has key, column, action, before and after; with remembered too, what the source said before and now is kept beside
    them, for an undo to put back.
    """
    if not len(changes):
        return
    event = book.ask("SELECT coalesce(max(event_id), 0) + 1 AS n FROM history")["n"][0]
    item = "key" if target is BOOKINGS else '"column"'
    said, now = (f", '{memory}', remembered", f", '{memory}', after") if (memory := SOURCES.get(target.table)) and "remembered" in changes.columns else ("", "")
    book.run(
        f"INSERT INTO history SELECT n + ?, ?, NULL, NULL, NULL, '{target.table}', t.customer_id, {item}, action, "
        f'json_object("column", before{said}), json_object("column", after{now}), NULL, \'source\', ? '
        f"FROM ch JOIN {target.table} t ON t.{target.key} = ch.key ORDER BY n",
        event,
        batch_id,
        when,
        ch=changes.with_row_index("n"),
    )


def count_known_bookings(book: Book) -> int:
    """Return how many of the named bookings the book knows already."""
    if not count_rows(book, "bookings"):
        return 0
    return count_rows(book, "(SELECT booking_id FROM named_bookings SEMI JOIN bookings USING (booking_id))")


NEW = "named_bookings n ANTI JOIN bookings USING (booking_id)"


def silent_new_bookings(book: Book, as_of: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the new bookings that rule 4.4 speaks of, of customers who have an alert, and those customers' alerts.

    The bookings have booking_no (their id), customer_id and alert; future from the as-of on, and live while booked (4.3).
    """
    bookings = book.ask(
        f"SELECT booking_id AS booking_no, n.customer_id, n.alert_message AS alert FROM {NEW} "
        "SEMI JOIN (SELECT customer_id FROM customers WHERE alert_message IS NOT NULL) c ON c.customer_id = n.customer_id "
        "WHERE n.status = 'booked' AND n.starts_at >= ? AND n.alert_message IS NULL",
        as_of,
    )
    asked = bookings.select("customer_id").unique()
    alerts = book.ask("SELECT customer_id, alert_message FROM customers SEMI JOIN asked USING (customer_id)", asked=asked)
    return bookings, alerts


def write_new_bookings(book: Book, batch_id: int, marks: pl.DataFrame) -> None:
    """Insert the new bookings, with the alerts that the rules give them (`marks`: booking_no, alert)."""
    book.run("CREATE OR REPLACE TEMP TABLE marked AS SELECT booking_no AS booking_id, alert FROM marks", marks=marks)
    marked, alert = ("LEFT JOIN marked USING (booking_id)", "coalesce(alert_message, alert)") if len(marks) else ("", "alert_message")
    book.run(
        "INSERT INTO bookings (booking_id, customer_id, starts_at, ends_at, status, service, staff, price, alert_message, created_at, "
        "first_batch, last_batch, source_alert) SELECT booking_id, customer_id, starts_at, ends_at, status, service, staff, price, "
        f"{alert}, created_at, ?, ?, alert_message FROM (SELECT n.* FROM {NEW}) {marked}",
        batch_id,
        batch_id,
    )


def update_bookings(book: Book, batch_id: int, present: Iterable[str]) -> pl.DataFrame:
    """Bring the columns that the export has into the bookings that it knows; return the ids of those that changed."""
    plain = ("starts_at", "ends_at", "status", "service", "staff", "price", "created_at")
    return _update(book, batch_id, BOOKINGS, "named_bookings", ["customer_id", *(name for name in plain if name in present)])


def changed_statuses(book: Book) -> pl.DataFrame:
    """Return key, before and after of the known bookings whose status the export changes."""
    return book.ask(
        "SELECT booking_id AS key, b.status AS before, n.status AS after FROM bookings b JOIN named_bookings n USING (booking_id) WHERE b.status <> n.status"
    )


def refresh_phone_keys(book: Book, keys: pl.DataFrame, region: str) -> None:
    """Replace the phone numbers' normal forms (`keys`: customer_id, phone_key) and remember the region they were made with."""
    book.run("UPDATE customers SET phone_key = keys.phone_key FROM keys WHERE customers.customer_id = keys.customer_id", keys=keys)
    book.run("INSERT OR REPLACE INTO book VALUES ('phone_region', ?)", region)
