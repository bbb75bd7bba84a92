"""Taking a customer's personal data out of the book: what stays bears a pseudonym, and what went is gone from every table (see docs/erasing.md)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from pipeline.store.book import Book
from pipeline.store.former import columns_of
from pipeline.store.log import next_event
from pipeline.store.rewriting import MARK
from pipeline.store.sealing import EVENT_TEXT
from pipeline.store.suppression import PSEUDONYMS
from schemas.entities import ENTITIES

KEPT: Final = {"customer_id", "status", "first_batch", "last_batch", "blocked"}
TEXTS: Final = ("alert_message", "source_alert", "book_alert")
# Where the history's items have names that the settings list, or numbers: elsewhere a name may be a word about the customer.
NAMED: Final = "('flags', 'bookings', 'customers')"
SAID: Final = ("comment", "alert_message", "source_alert", "book_alert", "said", "blocked_reason")
# Where a person's data may stand besides, in words that somebody wrote: table, column.
ELSEWHERE: Final = (
    *(("batches", name) for name in ("reason", "submitted_by", "approved_by")),
    ("batch_files", "name"),
    ("batch_rows", "message"),
    *(("history", name) for name in ("before", "after", "reason", "changed_by", "item")),
    ("flags", "comment"),
    *(("customers", name) for name in ("first_name", "last_name", "company", "email", "phone", "alert_message", "blocked_reason")),
    ("bookings", "alert_message"),
)


@dataclass(frozen=True)
class Erasing:
    """Who is erased, by which batch, under which pseudonym; by whom, when and why."""

    batch_id: int
    customer_id: str
    pseudonym: str
    by: str
    as_of: datetime
    reason: str | None


def is_known(book: Book, customer_id: str) -> bool:
    """Tell whether anything in the book is of a customer, who may have gone from the table of customers."""
    tables = ["customers", "bookings", "history", "batch_rows", "former_customers", "former_bookings"]
    some = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE customer_id = ?)" for table in tables)
    return bool(book.ask(f"SELECT {some} AS some", *(customer_id,) * len(tables))["some"][0])


def is_erased(book: Book, customer_id: str) -> bool:
    """Tell whether an id is the pseudonym of somebody who was erased."""
    return bool(book.ask(f"SELECT ? IN ({PSEUDONYMS}) AS some", customer_id)["some"][0])


def next_pseudonym(book: Book) -> str:
    """Return the first of erased-1, erased-2, … that nobody has."""
    taken = set(book.ask("SELECT customer_id FROM history WHERE customer_id LIKE 'erased-%' UNION SELECT customer_id FROM customers")["customer_id"])
    return next(name for n in range(1, len(taken) + 2) if (name := f"erased-{n}") not in taken)


def personal_keys(book: Book, customer_id: str) -> pl.DataFrame:
    """Return every e-mail address (email_key, in normal form), phone number and name that the book has of a customer, as they stand: kind, value."""
    rows = "SELECT {} FROM {} WHERE customer_id = ?"
    parts = [
        rows.format(f"'{kind}' AS kind, {column} AS value", table)
        for kind, column in (("email", "email_key"), ("email_said", "email"), ("phone", "phone"), ("name", "concat_ws(' ', first_name, last_name)"))
        for table in ("customers", "former_customers")
    ]
    parts += [rows.format(f"'{kind}', {side} ->> '{name}'", "history") for kind, name in HISTORY_KEYS.items() for side in ("before", "after")]
    query = " UNION ".join(parts)
    return book.ask(f"SELECT kind, value FROM ({query}) WHERE trim(value) <> '' ORDER BY ALL", *(customer_id,) * len(parts))


HISTORY_KEYS: Final = {"email": "email_key", "email_said": "email", "phone": "phone"}


def erase_customer(book: Book, erasing: Erasing) -> dict[str, int]:
    """Take a customer's data out of every table, and record that; the caller holds the transaction. Returns how many rows of what were concerned."""
    _find_own(book, erasing.customer_id)
    counts = {"bookings": _count(book, "bookings", erasing), "events": _erase_events(book, erasing), "rows of batches": _erase_rows(book, erasing)}
    for table in (one.table for one in ENTITIES if one.table):
        counts[table] = _count(book, table, erasing)
        book.run(f"DELETE FROM {table} WHERE customer_id = ?", erasing.customer_id)
    counts["former rows"] = _erase_former(book, erasing)
    _erase_bookings(book, erasing)
    _erase_record(book, erasing)
    _log(book, erasing)
    book.run("INSERT OR REPLACE INTO book VALUES (?, ?)", MARK, str(erasing.batch_id))
    return counts


def _count(book: Book, table: str, erasing: Erasing) -> int:
    n: int = book.ask(f"SELECT count(*) AS n FROM {table} WHERE customer_id = ?", erasing.customer_id)["n"][0]
    return n


def _find_own(book: Book, customer_id: str) -> None:
    """Put into `own_bookings` the bookings that are or ever were the customer's, and into `own_texts` what was written about them."""
    book.run(
        "CREATE OR REPLACE TEMP TABLE own_bookings AS SELECT booking_id FROM bookings WHERE customer_id = ? UNION "
        "SELECT booking_id FROM former_bookings WHERE customer_id = ? UNION SELECT item FROM history WHERE customer_id = ? AND entity = 'bookings'",
        *(customer_id,) * 3,
    )
    tables = {"customers": TEXTS[:2], "former_customers": TEXTS[:2], "bookings": TEXTS, "former_bookings": TEXTS, "flags": ("comment",)}
    parts = [f"SELECT {name} AS text FROM {table} WHERE customer_id = ?" for table, names in tables.items() for name in names]
    parts += [f"SELECT {side} ->> '{name}' FROM history WHERE customer_id = ?" for name in SAID for side in ("before", "after")]
    book.run(
        f"CREATE OR REPLACE TEMP TABLE own_texts AS SELECT DISTINCT text FROM ({' UNION ALL '.join(parts)}) WHERE trim(text) <> ''",
        *(customer_id,) * len(parts),
    )


def _erase_events(book: Book, erasing: Erasing) -> int:
    """Take the values out of the customer's events, and out of those of other customers' bookings that say what was written about this one."""
    told = " OR ".join(f"{side} ->> '{name}' IN (SELECT text FROM own_texts)" for side in ("before", "after") for name in TEXTS)
    book.run(
        "CREATE OR REPLACE TEMP TABLE erasing AS SELECT event_id, customer_id = ? AS is_own FROM history WHERE customer_id = ? "
        f"OR (entity = 'bookings' AND item IN (SELECT booking_id FROM own_bookings) AND ({told}))",
        erasing.customer_id,
        erasing.customer_id,
    )
    item = f"CASE WHEN NOT e.is_own THEN h.item WHEN h.item = ? THEN ? WHEN h.entity IN {NAMED} THEN h.item END"
    by = "CASE WHEN h.changed_by = ? THEN ? ELSE h.changed_by END"
    book.run(
        f"UPDATE history h SET customer_id = CASE WHEN e.is_own THEN ? ELSE h.customer_id END, item = {item}, before = NULL, after = NULL, "
        f"reason = NULL, changed_by = {by} FROM erasing e WHERE e.event_id = h.event_id",
        erasing.pseudonym,
        *(erasing.customer_id, erasing.pseudonym) * 2,
    )
    book.run("UPDATE commitments SET salt = NULL, erased_by = ? FROM erasing e WHERE e.event_id = commitments.event_id", erasing.batch_id)
    n: int = book.ask("SELECT count(*) AS n FROM erasing")["n"][0]
    return n


def _erase_rows(book: Book, erasing: Erasing) -> int:
    """Take the customer out of what became of rows; messages of others' rows name the pseudonym in place of the id."""
    n = _count(book, "batch_rows", erasing)
    book.run("UPDATE batch_rows SET customer_id = ?, item = NULL, message = NULL WHERE customer_id = ?", erasing.pseudonym, erasing.customer_id)
    pattern = "'(^|[^\\w@.+-])' || regexp_escape(?) || '($|[^\\w@+-])'"
    for _ in range(2):  # of two mentions with a single character between them, the first takes that
        book.run(
            f"UPDATE batch_rows SET message = regexp_replace(message, {pattern}, '\\1' || ? || '\\2', 'g') WHERE contains(message, ?)",
            erasing.customer_id,
            erasing.pseudonym,
            erasing.customer_id,
        )
    return n


def _erase_former(book: Book, erasing: Erasing) -> int:
    """Take the customer's former rows out; `former_erased` then has how many each batch had kept (batch, rows)."""
    n = 0
    theirs = " UNION ALL ".join(f"SELECT batch_id FROM {table} WHERE customer_id = ?" for table in ("former_customers", "former_bookings"))
    book.run(
        f"CREATE OR REPLACE TEMP TABLE former_erased AS SELECT batch_id AS batch, count(*) AS rows FROM ({theirs}) GROUP BY ALL", *(erasing.customer_id,) * 2
    )
    for table in ("former_customers", "former_bookings"):
        n += _count(book, table, erasing)
        book.run(f"DELETE FROM {table} WHERE customer_id = ?", erasing.customer_id)
    for name in TEXTS:
        book.run(
            f"UPDATE former_bookings SET {name} = NULL WHERE booking_id IN (SELECT booking_id FROM own_bookings) AND {name} IN (SELECT text FROM own_texts)"
        )
    return n


def _erase_bookings(book: Book, erasing: Erasing) -> None:
    """Let the customer's bookings bear the pseudonym and no alert; those that became others' lose what was written about this customer."""
    nothing = ", ".join(f"{name} = NULL" for name in TEXTS)
    book.run(f"UPDATE bookings SET customer_id = ?, last_batch = ?, {nothing} WHERE customer_id = ?", erasing.pseudonym, erasing.batch_id, erasing.customer_id)
    for name in TEXTS:
        book.run(
            f"UPDATE bookings SET {name} = NULL WHERE booking_id IN (SELECT booking_id FROM own_bookings) AND {name} IN (SELECT text FROM own_texts) "
            f"AND customer_id NOT IN (SELECT customer_id FROM customers c WHERE c.alert_message = bookings.{name} AND c.customer_id <> ?)",
            erasing.customer_id,
        )


def _erase_record(book: Book, erasing: Erasing) -> None:
    """Leave of the customer's own row the pseudonym, deleted, and the batches that brought it and wrote to it."""
    nothing = ", ".join(f"{name} = NULL" for name in columns_of(book, "customers") if name not in KEPT)
    book.run(
        f"UPDATE customers SET customer_id = ?, status = 'deleted', blocked = false, last_batch = ?, {nothing} WHERE customer_id = ?",
        erasing.pseudonym,
        erasing.batch_id,
        erasing.customer_id,
    )


def _log(book: Book, erasing: Erasing) -> None:
    """Write the event of the erasure: which events it erased, and a digest of what it left of each, so that no others can be passed off as erased.

    And how many former rows of each batch are gone, for an undo of that batch to say so.
    """
    former = "(SELECT coalesce(list({'batch': batch, 'rows': rows} ORDER BY batch), []) FROM former_erased)"
    events = f"coalesce(list({{'event': event_id, 'rest': sha256({EVENT_TEXT})}} ORDER BY event_id), [])"
    listed = f"SELECT to_json({{'customer': ?, 'events': {events}, 'former': {former}}})"
    book.run(
        "INSERT INTO history SELECT ?, ?, NULL, NULL, NULL, 'customers', ?, 'data', 'erased', NULL, "
        f"({listed} FROM history h WHERE event_id IN (SELECT event_id FROM erasing)), ?, ?, ?",
        next_event(book),
        erasing.batch_id,
        erasing.pseudonym,
        erasing.pseudonym,
        erasing.reason,
        erasing.by,
        erasing.as_of,
    )


def find_mentions(book: Book, values: list[str]) -> dict[str, int]:
    """Return table.column → in how many rows a text holds one of some values, whatever their case: words that somebody wrote, which nothing takes out."""
    found = {}
    words = sorted({value.lower() for value in values})
    some = " OR ".join(["contains(lower({0}::VARCHAR), ?)"] * len(words)) or "false"
    for table, column in ELSEWHERE:
        n = book.ask(f"SELECT count(*) AS n FROM {table} WHERE {some.format(column)}", *words)["n"][0]
        if n:
            found[f"{table}.{column}"] = n
    return found
