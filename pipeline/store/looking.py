"""Looking into the book: batches, customers, history, whole tables. Nothing here writes."""

from datetime import datetime
from typing import Any

import polars as pl

from pipeline.store.book import Book
from pipeline.store.log import left_apart, standing_undos
from schemas.entities import ENTITIES, FLAGS
from schemas.entity import Entity

TABLES = (
    *("customers", "bookings"),
    *(entity.table for entity in ENTITIES if entity.table),
    *("history", "batches", "batch_files", "batch_rows", "flag_types"),
)
# What the book needs to undo and to seal; salts and digests are exported in hexadecimal digits. Keys of who was erased are not exported.
BESIDES = ("former_customers", "former_bookings", "commitments", "heads", "type_keys")
VIEWS = (
    *("customer_flags", "flag_history", "agenda", "held_bookings", "breaches", "customer_report"),
    *("workstack", "changes", "expiring_and_stale", "kept_alerts"),
)


def list_batches(book: Book) -> list[dict[str, Any]]:
    """Return every batch, newest first."""
    return book.ask("SELECT * FROM batches ORDER BY batch_id DESC").to_dicts()


def find_batch(book: Book, batch_id: int) -> dict[str, Any] | None:
    """Return one batch with its head, its files, and how many rows came back with each combination of codes; None where there is no such batch."""
    records = book.ask("SELECT b.*, h.head FROM batches b LEFT JOIN heads h USING (batch_id) WHERE batch_id = ?", batch_id).to_dicts()
    if not records:
        return None
    files = book.ask("SELECT file_no, name, sha256 FROM batch_files WHERE batch_id = ? ORDER BY file_no", batch_id).to_dicts()
    codes = book.ask(
        "SELECT code, count(*) AS n FROM (SELECT unnest(string_split(code, ',')) AS code FROM batch_rows "
        "WHERE batch_id = ? AND outcome = 'rejected' AND code IS NOT NULL) "
        "GROUP BY code ORDER BY n DESC, code",
        batch_id,
    )
    return {"batch": records[0], "files": files, "findings": dict(codes.rows())}


def customer_record(book: Book, customer_id: str) -> dict[str, Any]:
    """Return one customer's own columns."""
    columns = "customer_id, first_name, last_name, company, email, phone, status, blocked, blocked_at, blocked_by, blocked_reason, alert_message"
    return book.ask(f"SELECT {columns} FROM customers WHERE customer_id = ?", customer_id).row(0, named=True)


def customer_flags(book: Book, customer_id: str) -> list[dict[str, Any]]:
    """Return a customer's active flags, most severe first, with the colour of their type (null where it is retired)."""
    return book.ask(
        "SELECT f.* EXCLUDE (customer_id), t.colour FROM flags f LEFT JOIN flag_types t ON type_key(t.name) = type_key(f.flag_type) WHERE customer_id = ? "
        "ORDER BY coalesce(t.severity, 1000), flag_type",
        customer_id,
    ).to_dicts()


def other_items(book: Book, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return what a customer has of entities other than flags: by entity, each item's name and fields, and who and when."""
    found = {}
    for entity in ENTITIES:
        if entity.table and entity is not FLAGS:
            query = f"SELECT * EXCLUDE (customer_id, version) FROM {entity.table} WHERE customer_id = ? ORDER BY {entity.item}"
            found[entity.name] = book.ask(query, customer_id).to_dicts()
    return found


def coming_bookings(book: Book, customer_id: str, as_of: datetime) -> list[dict[str, Any]]:
    """Return a customer's coming bookings, soonest first."""
    return book.ask(
        "SELECT booking_id, starts_at, ends_at, service, staff, alert_message FROM bookings WHERE customer_id = ? AND status = 'booked' AND starts_at >= ? "
        "ORDER BY starts_at, booking_id",
        customer_id,
        as_of,
    ).to_dicts()


def flag_events(book: Book, customer_id: str) -> list[dict[str, Any]]:
    """Return every flag event of a customer, in the order in which the book took them; undone_by is the batch that has undone it, null if none."""
    undone = [(batch, number) for number, batch, _ in standing_undos(book)]
    events = book.ask(
        "SELECT * EXCLUDE (customer_id, name), type_key(flag_type) AS item "
        "FROM flag_history LEFT JOIN undone USING (batch_id) WHERE customer_id = ? ORDER BY event_id",
        customer_id,
        undone=pl.DataFrame(undone, {"batch_id": pl.Int64, "undone_by": pl.Int64}, orient="row"),
    )
    otherwise = left_apart(book).filter(customer_id=customer_id).select("batch_id", "item", apart_by="undone_by", is_apart=True)
    rows = events.join(otherwise, on=["batch_id", "item"], how="left", validate="m:1", maintain_order="left")
    rows = rows.with_columns(undone_by=pl.when("is_apart").then("apart_by").otherwise("undone_by"))
    return rows.select(events.columns).drop("item").to_dicts()


def current_items(book: Book, entity: Entity) -> list[dict[str, Any]]:
    """Return every item of customers who are not deleted: the upload's columns and customer_name, by customer, severity and name."""
    fields = "".join(f"i.{one.name}, " for one in entity.fields)
    return book.ask(
        f"SELECT i.customer_id, i.{entity.item}, {fields}i.version, "
        "coalesce(nullif(concat_ws(' ', first_name, last_name), ''), company) AS customer_name "
        f"FROM {entity.table} i JOIN customers c ON c.customer_id = i.customer_id LEFT JOIN flag_types t ON type_key(t.name) = type_key(i.{entity.item}) "
        f"WHERE c.status <> 'deleted' ORDER BY i.customer_id, coalesce(t.severity, 1000), i.{entity.item}"
    ).to_dicts()


def whole_table(book: Book, name: str) -> pl.DataFrame:
    """Return a table or view of `TABLES`, `BESIDES` or `VIEWS`, in the order of its first columns where it is a table."""
    assert name in (*TABLES, *BESIDES, *VIEWS), "callers check the name"
    order = "" if name in VIEWS else " ORDER BY ALL" if name not in ("customers", "bookings", "history", "batches", "batch_rows") else " ORDER BY 1"
    found = book.ask(f"SELECT * FROM {name}{order}")
    return found.with_columns(pl.col(pl.Binary).bin.encode("hex"))


def count_hindered(book: Book, as_of: datetime) -> tuple[int, int]:
    """Return how many bookings from `as_of` on are held, and how many are breaches (rules 5.1, 5.2)."""
    held = breaches = 0
    if book.ask("SELECT EXISTS (SELECT 1 FROM customer_flags WHERE held) AS some")["some"][0]:
        query = "SELECT count(*) AS n FROM bookings SEMI JOIN (SELECT customer_id FROM customer_flags WHERE held) h USING (customer_id) "
        held = book.ask(query + "WHERE status = 'booked' AND starts_at >= ?", as_of)["n"][0]
    if book.ask("SELECT EXISTS (SELECT 1 FROM customers WHERE blocked) AS some")["some"][0]:
        # As the view has them; but the batch of a load that is under way has no record yet.
        breaches = book.ask(
            "SELECT count(*) AS n FROM bookings b JOIN (SELECT customer_id, blocked_at FROM customers WHERE blocked) c USING (customer_id) "
            "LEFT JOIN batches n ON n.batch_id = b.first_batch WHERE blocked_at < coalesce(b.created_at, n.as_of, ?)",
            as_of,
        )["n"][0]
    return held, breaches
