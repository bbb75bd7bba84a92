"""Whole customers and bookings that a batch brought or took away, and taking them away or bringing them back (rule 6.7).

A row is untouched since a batch where no later load wrote to it and no later history speaks of it. Rows that were taken away and
brought back meanwhile are as they were; so are those of a batch that was undone without a rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipeline.store.book import Book
from pipeline.store.former import KEYS, Back, Rows, columns_of, find_back, put_back
from pipeline.store.log import NOT_ERASED, next_event, standing_undos

REMOVED, RESTORED = "removed", "restored"
BROUGHT = {
    "bookings": "first_batch = ? OR booking_id IN (SELECT item FROM history WHERE batch_id = ? AND entity = 'bookings' AND action = 'restored')",
    "customers": "first_batch = ? OR customer_id IN (SELECT item FROM history WHERE batch_id = ? AND entity = 'customers' AND action = 'restored')",
}


def find_whole(book: Book, batch_id: int) -> "Whole":
    """Return what undoing a batch does to whole rows: those that come back, are put back as they were, and go; each leans on the ones before."""
    coming, back = _find_removed(book, batch_id), find_back(book, batch_id)
    return Whole(batch_id, _find_brought(book, batch_id), coming, back, pl.DataFrame())


def _find_brought(book: Book, batch_id: int) -> dict[str, Rows]:
    """Put what a batch brought into `going_bookings` and `going_customers` (row_id, id, customer_id, untouched).

    A customer is touched who has flags, tags or any other item, or bookings that stay when others are back with their former customers. Of rows of
    before `last_batch` was kept nobody knows which load wrote to them: any later one may have.
    """
    settled = [batch for number, undone, left in standing_undos(book) if not left for batch in (number, undone)]
    book.run(
        "CREATE OR REPLACE TEMP TABLE settled AS SELECT * FROM batches_settled", batches_settled=pl.DataFrame({"batch_id": settled}, {"batch_id": pl.Int64})
    )
    later = "SELECT {} FROM history WHERE batch_id > ? AND action NOT IN ('removed', 'restored') AND batch_id NOT IN (SELECT batch_id FROM settled)"
    later += " AND (before IS NOT NULL OR after IS NOT NULL)"  # an end that found no flag changed nothing, and there is nothing of it to undo
    since = "coalesce(last_batch <= ?, NOT EXISTS (SELECT 1 FROM batches WHERE batch_id > ? AND kind NOT IN ('apply', 'undo', 'expiry', 'compose')))"
    book.run(
        f"CREATE OR REPLACE TEMP TABLE going_bookings AS SELECT rowid AS row_id, booking_id AS id, customer_id, {since} "
        f"AND booking_id NOT IN ({later.format('item')} AND entity = 'bookings') AS untouched FROM bookings WHERE {BROUGHT['bookings']}",
        *(batch_id,) * 5,
    )
    staying = "SELECT customer_id FROM bookings WHERE rowid NOT IN (SELECT row_id FROM going_bookings WHERE untouched UNION ALL "
    staying += "SELECT row_id FROM back_bookings WHERE untouched) UNION ALL SELECT former_customer FROM back_bookings WHERE untouched"
    book.run(
        f"CREATE OR REPLACE TEMP TABLE going_customers AS SELECT rowid AS row_id, customer_id AS id, customer_id, {since} "
        f"AND customer_id NOT IN ({later.format('customer_id')} AND customer_id IS NOT NULL) "
        f"AND customer_id NOT IN ({staying}) "
        f"AS untouched FROM customers WHERE {BROUGHT['customers']}",
        *(batch_id,) * 5,
    )
    return {table: _found(book, f"going_{table}") for table in KEYS}


def _find_removed(book: Book, batch_id: int) -> dict[str, Rows]:
    """Put what a batch took away into `coming_bookings` and `coming_customers` (id, customer_id, alert_message, untouched).

    A row is untouched where nothing has taken its id since, and of a booking, where its customer is there or comes back too.
    """
    there = "h.customer_id IN (SELECT customer_id FROM customers UNION ALL SELECT id FROM coming_customers WHERE untouched)"
    for table, condition in (("customers", "true"), ("bookings", there)):
        key = KEYS[table]
        book.run(
            f"CREATE OR REPLACE TEMP TABLE coming_{table} AS SELECT item AS id, h.customer_id, before ->> 'alert_message' AS alert_message, "
            f"t.{key} IS NULL AND {condition} AS untouched "
            f"FROM history h LEFT JOIN {table} t ON t.{key} = h.item WHERE batch_id = ? AND entity = ? AND action = 'removed' AND {NOT_ERASED}",
            batch_id,
            table,
        )
    return {table: _found(book, f"coming_{table}") for table in KEYS}


def _found(book: Book, table: str) -> Rows:
    moving: int = book.ask(f"SELECT count(*) AS n FROM {table} WHERE untouched")["n"][0]
    return Rows(moving, book.ask(f"SELECT id, customer_id FROM {table} WHERE NOT untouched ORDER BY id"))


@dataclass(frozen=True)
class Moved:
    """The batch that moves whole rows, and why and by whom."""

    batch_id: int
    as_of: datetime
    reason: str | None
    by: str


@dataclass(frozen=True)
class Whole:
    """What an undo of batch `undoes` does to whole rows, by table: those that go, come back, or are put back as they were; and bookings' statuses.

    Which rows stands in the tables of `find_whole`. `statuses` has row_id, booking_id, customer_id, before and after.
    """

    undoes: int
    going: Mapping[str, Rows]
    coming: Mapping[str, Rows]
    back: Mapping[str, Back]
    statuses: pl.DataFrame

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many rows of each table go, come back, and are put back as they were."""
        moving = {"removed": self.going, "restored": self.coming, "put_back": {table: back.rows for table, back in self.back.items()}}
        return {table: {word: rows[table].moving for word, rows in moving.items()} for table in KEYS}

    def columns(self) -> dict[str, dict[str, int]]:
        """Return how many values are put back of each column of each table; keys are not shown, they go with what they are made of."""
        return {table: {name: count for name, count in back.columns.items() if not name.endswith("_key")} for table, back in self.back.items()}

    def left(self) -> dict[str, pl.DataFrame]:
        """Return the rows of each table that are left alone: id, customer_id."""
        return {table: pl.concat([self.going[table].left, self.coming[table].left, self.back[table].rows.left]) for table in KEYS}

    def total(self) -> int:
        """Return how many rows go, come back, or are put back."""
        return sum(sum(counts.values()) for counts in self.counts().values())


def move_rows(book: Book, moved: Moved, whole: Whole) -> None:
    """Put rows back as they were; give bookings their statuses back, take rows away and bring rows back, all of that with history."""
    put_back(book, moved.batch_id, whole.undoes, whole.back)
    _write_statuses(book, moved, whole.statuses)
    for table, key in KEYS.items():
        before = book.ask(f"SELECT count(*) AS n FROM {table}")["n"][0]
        if whole.going[table].moving:
            _remove(book, moved, table)
        if whole.coming[table].moving:
            _restore(book, moved, table, whole.undoes)
        after = book.ask(f"SELECT count(*) AS n, count(DISTINCT {key}) AS ids FROM {table}").row(0)
        if set(after) != {before - whole.going[table].moving + whole.coming[table].moving}:
            raise AssertionError(f"{table}: {before:,} rows became {after}, which the undo does not account for: nothing is written")


def forget_saying(book: Book, batch_id: int, undone: int) -> None:
    """Remember again what the source said before a batch, where the undo has put its word back.

    Loads of an earlier version kept no rows, and wrote it into the history. Of later ones `former` rows have it: a customer to whose row a further one
    wrote is not put back as they were, and their status may be.
    """
    statuses = "SELECT customer_id FROM history WHERE batch_id = ? AND entity = 'customers' AND item = 'status'"
    book.run(
        "UPDATE customers SET source_status = f.source_status FROM former_customers f "
        f"WHERE f.batch_id = ? AND f.customer_id = customers.customer_id AND f.customer_id IN ({statuses})",
        undone,
        batch_id,
    )
    for table, key, memory, which, undid in (
        ("customers", "customer_id", "source_status", "item = 'status'", "entity = 'customers' AND item = 'status'"),
        ("customers", "customer_id", "source_alert", "item = 'source_alert'", "entity = 'flags'"),
        ("bookings", "item", "source_alert", "action = 'alert'", "entity = 'bookings' AND action = 'alert'"),
    ):
        book.run(
            f"UPDATE {table} SET {memory} = former.said FROM ("
            f"SELECT {key} AS id, before ->> '{memory}' AS said FROM history SEMI JOIN "
            f"(SELECT {key} FROM history WHERE batch_id = ? AND {undid}) back USING ({key}) "
            f"WHERE batch_id = ? AND entity = '{table}' AND {which} AND json_exists(before, '$.{memory}')) former WHERE {table}.{KEYS[table]} = former.id",
            batch_id,
            undone,
        )


HEAD = "row_number() OVER (ORDER BY {}) - 1 + ?, ?, NULL, NULL, NULL"


def _remove(book: Book, moved: Moved, table: str) -> None:
    key = KEYS[table]
    pairs = ", ".join(f"'{name}', t.{name}::VARCHAR" for name in columns_of(book, table))
    going = f"SELECT id FROM going_{table} WHERE untouched"
    book.run(
        f"INSERT INTO history SELECT {HEAD.format(f't.{key}')}, '{table}', t.customer_id, t.{key}, '{REMOVED}', "
        f"json_object({pairs}), NULL, ?, ?, ? FROM {table} t WHERE t.{key} IN ({going})",
        next_event(book),
        moved.batch_id,
        moved.reason,
        moved.by,
        moved.as_of,
    )
    book.run(f"DELETE FROM {table} WHERE {key} IN ({going})")


def _restore(book: Book, moved: Moved, table: str, undone: int) -> None:
    names = columns_of(book, table)
    coming = f"SELECT id FROM coming_{table} WHERE untouched"
    source = f"FROM history h WHERE batch_id = ? AND entity = '{table}' AND action = '{REMOVED}' AND item IN ({coming})"
    values = ", ".join(f"(before ->> '{name}')::{kind}" for name, kind in names.items())
    book.run(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} {source} ORDER BY event_id", undone)
    book.run(
        f"INSERT INTO history SELECT {HEAD.format('event_id')}, '{table}', h.customer_id, item, '{RESTORED}', NULL, before, ?, ?, ? {source}",
        next_event(book),
        moved.batch_id,
        moved.reason,
        moved.by,
        moved.as_of,
        undone,
    )


def _write_statuses(book: Book, moved: Moved, changes: pl.DataFrame) -> None:
    book.run("UPDATE bookings SET status = ch.after FROM ch WHERE bookings.rowid = ch.row_id", ch=changes)
    book.run(
        f"INSERT INTO history SELECT {HEAD.format('booking_id')}, 'bookings', customer_id, booking_id, 'status', "
        "json_object('status', before), json_object('status', after), ?, ?, ? FROM ch",
        next_event(book),
        moved.batch_id,
        moved.reason,
        moved.by,
        moved.as_of,
        ch=changes,
    )
