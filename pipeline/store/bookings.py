"""Incoming bookings into the book: straight into an empty table, or only those that are new or say something else (rules 4.4, 4.5, 4.8).

Temporary tables: `fresh` holds incoming rows that the book does not have as they are, `differing` those of them that it knows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from pipeline.store.book import Book
from pipeline.store.former import keep_rows
from pipeline.store.incoming import Lacking, Lying, count_rows, reject, spoken, streamed
from pipeline.store.log import next_event
from pipeline.store.naming import ID_ONLY, LIVING, SAME_KEYS
from pipeline.store.writing import WRITTEN, find_written

PLAIN = ("customer_id", "starts_at", "ends_at", "status", "service", "staff", "price", "created_at")
MOST_HANDED_OUT = 2_000_000  # ids, of some 70 bytes each: with more, memory would grow with them, and to look for nobody afterwards takes no longer
MANY = 100_000  # rows of a first piece, after which more may come
LIVE = "{}status = 'booked' AND {}starts_at >= ?"
COLUMNS = (
    "booking_id, customer_id, starts_at, ends_at, status, service, staff, price, created_at, "
    "alert_message, source_alert, book_alert, first_batch, last_batch, first_file, first_row"
)
TRIMMED = "nullif(trim({}, ' ' || chr(9) || chr(10) || chr(13)), '')"
# Staged rows whose customers were found.
BY_KEYS = f"SELECT s.*, CASE WHEN {ID_ONLY} THEN s.id_key ELSE w.customer_id END AS customer_id FROM staged_bookings s LEFT JOIN whose w ON {SAME_KEYS}"

BY_PLACE = "SELECT * FROM withheld ORDER BY file_no, source_row"


def by_id(columns: Sequence[str]) -> str:
    """Return the query that reads a stream of bookings that name customers by id; `columns` are those that it has."""
    return f"SELECT *, id_key AS customer_id FROM ({streamed('bookings', columns)})"


def insert_straight(book: Book, batch_id: int, source: str, stream: Any = None) -> None:
    """Insert all rows of a source (file_no, source_row, customer_id and the columns of bookings); `stream` is what it is called `incoming` for."""
    statement = (
        f"INSERT INTO bookings ({COLUMNS}) SELECT booking_id, customer_id, starts_at, ends_at, status, service, staff, price, created_at, "
        f"alert_message, alert_message, NULL, {int(batch_id)}, {int(batch_id)}, file_no, source_row FROM ({source})"
    )
    book.feed(statement, incoming=stream)


def _said(lacking: Lacking, groups: Sequence[Sequence[int]], row: str, *, stored: bool) -> str:
    """Return a hash of what a row says, in SQL, of the columns that its file has; of a stored row, one for each group of files."""
    names = ("booking_id", *PLAIN, "alert_message")
    hashes = []
    for number, files in enumerate(groups):
        has = [name for name in names if not set(files) & set(lacking.get(name, ()))]
        columns = ", ".join(f"{row}.{'source_alert' if stored and name == 'alert_message' else name}" for name in has)
        hashes.append(f"{{'one': hash({number}, {columns}), 'two': hash({columns}, {number})}}")
    if stored:
        return f"unnest([{', '.join(hashes)}])"
    cases = " ".join(f"WHEN {row}.file_no IN ({', '.join(map(str, files))}) THEN {one}" for files, one in zip(groups, hashes, strict=True))
    return hashes[0] if len(groups) == 1 else f"CASE {cases} END"


def keep_fresh(book: Book, lacking: Lacking, groups: Sequence[Sequence[int]], source: tuple[str, Any]) -> None:
    """Put into `fresh` the incoming rows that the book does not have just so.

    `groups` are the files that have the same columns. Rows are told apart by two hashes of what the source says in them (128 bits), the stored
    ones of customers who are unknown by now left out, so that their rows come back. `source`: a query, and the stream that it calls `incoming`, if any.
    """
    query, stream = source
    book.run(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT said.one AS one, said.two AS two FROM (SELECT {_said(lacking, groups, 't', stored=True)} AS said "
        "FROM bookings t ANTI JOIN (SELECT customer_id FROM customers WHERE status = 'deleted') gone USING (customer_id))"
    )
    columns = ("file_no", "source_row", "booking_id", *PLAIN, "alert_message")
    statement = (
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {', '.join(columns)} FROM (SELECT *, {_said(lacking, groups, 'f', stored=False)} AS said "
        f"FROM ({query}) f) f ANTI JOIN known ON f.said.one = known.one AND f.said.two = known.two"
    )
    book.feed(statement, incoming=stream)
    book.run("DROP TABLE known")


def count_known(book: Book) -> int:
    """Return how many fresh rows are of bookings that the book knows."""
    return count_rows(book, "(SELECT booking_id FROM bookings SEMI JOIN fresh USING (booking_id))")


def find_again(book: Book, source: str, stream: Any) -> None:
    """Put into `again` every row of a stream whose id a fresh row has: those too that the book has just so."""
    columns = ("file_no", "source_row", "booking_id", *PLAIN, "alert_message")
    book.feed(f"CREATE OR REPLACE TEMP TABLE again AS SELECT {', '.join(columns)} FROM ({source}) SEMI JOIN fresh USING (booking_id)", incoming=stream)


def clash_again(book: Book, message: str) -> None:
    """Let the rows come back that say something else than the book has, and stand beside one that says just that (rule 7.6)."""
    content = ", ".join((*PLAIN, "alert_message"))
    book.run(
        "CREATE OR REPLACE TEMP TABLE clashing AS SELECT file_no, source_row, booking_id FROM again WHERE booking_id IN "
        f"(SELECT booking_id FROM again GROUP BY booking_id HAVING count(DISTINCT hash({content})) > 1)"
    )
    book.run("INSERT INTO found SELECT file_no, source_row, 'duplicate-id', ? FROM clashing ORDER BY file_no, source_row", message)
    book.run("DELETE FROM fresh WHERE booking_id IN (SELECT booking_id FROM clashing)")


def withhold(book: Book, columns: Sequence[str], rows: pl.DataFrame) -> None:
    """Put rows of a stream that were kept back, which has these columns, into `withheld`."""
    book.run(f"CREATE OR REPLACE TEMP TABLE withheld AS {by_id(columns)}", incoming=rows)


def clash_left_out(book: Book, source: str, stream: Any, message: str) -> None:
    """Let rows that were left out, and those that came in with the same id, come back as duplicate-id; `source` reads them all again.

    Of rows that were left out and are the same, the first alone comes back (rule 7.6).
    """
    columns = f"file_no, source_row, booking_id, hash({', '.join((*PLAIN, 'alert_message'))}) AS content"
    book.feed(f"CREATE OR REPLACE TEMP TABLE out AS SELECT {columns} FROM ({source}) ANTI JOIN ({LIVING}) c USING (customer_id)", incoming=stream)
    inside = f"first_file AS file_no, first_row AS source_row, booking_id, hash({', '.join((*PLAIN, 'source_alert'))}) AS content"
    book.run(
        f"CREATE OR REPLACE TEMP TABLE alike AS SELECT *, true AS is_out FROM out UNION ALL SELECT {inside}, false AS is_out FROM bookings SEMI JOIN out "
        "USING (booking_id)"
    )
    book.run("CREATE OR REPLACE TEMP TABLE clashed AS SELECT booking_id FROM alike GROUP BY booking_id HAVING count(DISTINCT content) > 1")
    book.run(
        "DELETE FROM found USING (SELECT *, row_number() OVER (PARTITION BY booking_id ORDER BY file_no, source_row) AS n FROM alike WHERE is_out) o "
        "WHERE found.file_no = o.file_no AND found.source_row = o.source_row AND (n > 1 OR booking_id IN (SELECT booking_id FROM clashed))"
    )
    book.run(
        "INSERT INTO found SELECT file_no, source_row, 'duplicate-id', ? FROM alike SEMI JOIN clashed USING (booking_id) ORDER BY file_no, source_row", message
    )
    book.run("DELETE FROM bookings WHERE booking_id IN (SELECT booking_id FROM clashed)")


def ids_to_go_by(book: Book, asked: pl.Series) -> pl.Series | None:
    """Return the ids of all customers where these are many, or some of them nobody's; None where none is, or there are too many customers to hand them out.

    NOTE: rows that are deleted again before the end make DuckDB write the whole table once more, so those of nobody had better not come in. To look
    up each of many rows on its way takes less than to look for those of nobody afterwards; of few rows the book is asked.
    """
    if count_rows(book, "customers") > MOST_HANDED_OUT:
        return None
    named = asked.drop_nulls().to_frame("customer_id").unique() if len(asked) < MANY else None
    if named is not None and len(named) == book.ask(f"SELECT count(*) AS n FROM ({LIVING}) c SEMI JOIN named USING (customer_id)", named=named)["n"][0]:
        return None
    return book.ask(LIVING)["customer_id"]


def reject_unknown(book: Book, lying: Lying, message: str) -> None:
    """Let the rows come back whose customer nobody knows."""
    reject(book, lying, f"ANTI JOIN ({LIVING}) c USING (customer_id) WHERE {lying.where}", "unknown-customer", message)


def find_differing(book: Book, lacking: Lacking) -> int:
    """Put into `differing` the fresh rows of bookings that the book knows; return how many.

    The columns: row_id, booking_id, file_no, source_row; old_ and new_ of the plain ones; stored, remembered and said of the alert.
    """
    pairs = [f"t.{name} AS old_{name}, {spoken(name, lacking.get(name, ()), f't.{name}')} AS new_{name}" for name in PLAIN]
    said = spoken("alert_message", lacking.get("alert_message", ()), "t.source_alert")
    book.run(
        f"CREATE OR REPLACE TEMP TABLE differing AS SELECT t.rowid AS row_id, t.booking_id, f.file_no, f.source_row, {', '.join(pairs)}, "
        f"t.alert_message AS stored, t.source_alert AS remembered, {said} AS said FROM bookings t JOIN fresh f USING (booking_id)"
    )
    book.run("CREATE OR REPLACE TEMP VIEW alerts_said AS SELECT row_id AS key, stored, remembered, said FROM differing")
    return count_rows(book, "differing")


def write_differing(book: Book, batch_id: int, when: datetime) -> int:
    """Write what differs, column by column, and the source's word on alerts (decided in `said_alerts`), with history; return how many changed.

    Former rows are kept, of those too of which only what is remembered changes.
    """
    changed = " OR ".join(f"old_{name} IS DISTINCT FROM new_{name}" for name in PLAIN)
    book.run(f"CREATE OR REPLACE TEMP TABLE written_to AS SELECT row_id FROM differing WHERE {changed} OR said IS DISTINCT FROM remembered")
    keep_rows(book, batch_id, "bookings", "SELECT row_id FROM written_to")
    for name in PLAIN:
        _set(book, f"{name} = d.new_{name}", f"d.old_{name} IS DISTINCT FROM d.new_{name}")
    _set(book, "source_alert = d.said", "d.said IS DISTINCT FROM d.remembered")
    book.run("UPDATE bookings SET alert_message = s.after FROM said_alerts s WHERE bookings.rowid = s.key")
    _set(book, f"last_batch = {int(batch_id)}", "d.row_id IN (SELECT row_id FROM written_to)")
    stamp = (batch_id, when)
    alerts = "FROM said_alerts s JOIN (SELECT * EXCLUDE (remembered) FROM differing) d ON d.row_id = s.key"
    # Who wrote it: see BY_BOOK.
    _log(book, stamp, ("alert", "alert_message", ", 'source_alert', after"), alerts)
    _log(book, stamp, ("status", "status", ""), "FROM (SELECT *, old_status AS before, new_status AS after FROM differing WHERE old_status <> new_status) d")
    return count_rows(book, f"(SELECT row_id FROM differing WHERE {changed} OR row_id IN (SELECT key FROM said_alerts))")


def _set(book: Book, change: str, where: str) -> None:
    if book.ask(f"SELECT EXISTS (SELECT 1 FROM differing d WHERE {where}) AS any_differs")["any_differs"][0]:
        book.run(f"UPDATE bookings SET {change} FROM differing d WHERE bookings.rowid = d.row_id AND {where}")


def _log(book: Book, stamp: tuple[int, datetime], what: tuple[str, str, str], source: str) -> None:
    """Write history of what the source changed; `what`: the action, the column, and what else is said of it."""
    action, column, more = what
    book.run(
        "INSERT INTO history SELECT row_number() OVER (ORDER BY d.booking_id) - 1 + ?, ?, d.file_no, NULL, d.source_row, 'bookings', d.new_customer_id, "
        f"d.booking_id, '{action}', json_object('{column}', before), json_object('{column}', after{more}), NULL, 'source', ? {source} "
        "ORDER BY d.booking_id",
        next_event(book),
        *stamp,
    )


def any_bookings(book: Book) -> bool:
    """Tell whether the book has any bookings."""
    return bool(book.ask("SELECT EXISTS (SELECT 1 FROM bookings) AS there")["there"][0])


def find_moved(book: Book, as_of: datetime) -> int:
    """Put into `moved` the bookings that changed customer, or became future and live, and are so now (rule 4.8); return how many.

    The columns: booking_no (the row's number), alert and book_wrote (no blanks around), and the customer's alert before the load and after it.
    """
    now, before = LIVE.format("d.new_", "d.new_"), LIVE.format("d.old_", "d.old_")
    find_written(book, "differing")
    book.run(
        f"CREATE OR REPLACE TEMP TABLE moved AS SELECT d.row_id AS booking_no, {TRIMMED.format('b.alert_message')} AS alert, "
        f"{TRIMMED.format(WRITTEN)} AS book_wrote, coalesce(a.old, CASE WHEN a.customer_id IS NULL THEN c.alert_message END) AS former, "
        "c.alert_message AS present FROM bookings b JOIN differing d ON b.rowid = d.row_id JOIN customers c ON c.customer_id = d.new_customer_id "
        f"LEFT JOIN alerts_changed a ON a.customer_id = d.new_customer_id "
        f"LEFT JOIN written h ON h.item = d.booking_id WHERE {now} AND (d.new_customer_id <> d.old_customer_id OR NOT ({before}))",
        as_of,
        as_of,
    )
    return count_rows(book, "moved")


def judged_bookings(book: Book) -> pl.DataFrame:
    """Return what was decided about moved bookings (`judged`): row_id, booking_id, customer_id, file_no, source_row, before, after, effect."""
    return book.ask(
        "SELECT j.booking_no AS row_id, d.booking_id, d.new_customer_id AS customer_id, d.file_no, d.source_row, b.alert_message AS before, j.after, j.effect "
        "FROM bookings b JOIN judged j ON b.rowid = j.booking_no JOIN differing d ON d.row_id = j.booking_no ORDER BY j.booking_no"
    )


def moved_rows(book: Book) -> pl.DataFrame:
    """Return the row_id of every booking in `moved`."""
    return book.ask("SELECT booking_no AS row_id FROM moved")


def show_new(book: Book, *, any_differ: bool) -> None:
    """Make `new_bookings` a view of the fresh rows of bookings that the book does not know."""
    known = "ANTI JOIN differing USING (booking_id)" if any_differ else ""
    book.run(f"CREATE OR REPLACE TEMP VIEW new_bookings AS SELECT * FROM fresh {known}")


def no_marks(book: Book) -> None:
    """Make an empty table of marks."""
    book.run("CREATE OR REPLACE TEMP TABLE marks (booking_no VARCHAR, alert VARCHAR)")


def insert_new(book: Book, batch_id: int) -> int:
    """Insert the fresh rows of bookings that the book does not know, with the alerts that the rules give them (`marks`); return how many."""
    before = count_rows(book, "bookings")
    new = count_rows(book, "new_bookings")
    book.run(
        f"INSERT INTO bookings ({COLUMNS}) SELECT booking_id, customer_id, starts_at, ends_at, status, service, staff, price, created_at, "
        "coalesce(alert_message, alert), alert_message, alert, ?, ?, file_no, source_row FROM new_bookings LEFT JOIN marks ON booking_no = booking_id "
        "ORDER BY file_no, source_row",
        batch_id,
        batch_id,
    )
    if count_rows(book, "bookings") != before + new:
        raise AssertionError(f"{new:,} bookings were handed on, and not all of them arrived: nothing is written")
    return new


def mark_straight(book: Book) -> None:
    """Give bookings that were inserted straight the alerts that the rules give them (`marks`, booking_no being the row's number)."""
    if not count_rows(book, "marks"):
        return
    book.run("UPDATE bookings SET alert_message = m.alert, book_alert = m.alert FROM marks m WHERE bookings.rowid = m.booking_no")


def find_silent(book: Book, as_of: datetime, *, straight: int | None) -> bool:
    """Put into `silent` and `alerted` the new bookings that rule 4.4 speaks of and the customers' alerts; tell whether there may be any.

    `straight`: the batch whose bookings were inserted straight; their booking_no is the row's number, else the booking's id.
    """
    book.run("CREATE OR REPLACE TEMP TABLE alerted AS SELECT customer_id, alert_message FROM customers WHERE alert_message IS NOT NULL")
    number, table = ("booking_id", "new_bookings WHERE true") if straight is None else ("rowid", f"bookings WHERE first_batch = {int(straight)}")
    book.run(
        f"CREATE OR REPLACE TEMP TABLE silent AS SELECT {number} AS booking_no, customer_id, alert_message AS alert FROM {table} "
        f"AND {LIVE.format('', '')} AND alert_message IS NULL AND customer_id IN (SELECT customer_id FROM alerted)",
        as_of,
    )
    return count_rows(book, "alerted") > 0
