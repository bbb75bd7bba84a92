"""What an undo needs of the book: the items that a batch changed, as they were, as it left them, and as they are."""

import polars as pl

from pipeline.store.book import Book
from pipeline.store.reading import MARKS
from schemas.columns import Kind
from schemas.entities import STATUS
from schemas.entity import Entity

TYPES = {Kind.DATE: "DATE", Kind.TEXT: "VARCHAR"}
STAMP_TYPES = {"made_by": "VARCHAR", "made_at": "TIMESTAMPTZ", "updated_by": "VARCHAR", "updated_at": "TIMESTAMPTZ"}
# The first state that a batch's events name of an item, and the last; an item may have several events in one batch.
ENDS = "first(before ORDER BY event_id) AS before, last(after ORDER BY event_id) AS after"


def find_undo(book: Book, batch_id: int) -> int | None:
    """Return the batch that undid a batch and still stands, or None; one that found nothing to put back undid nothing."""
    rows = book.ask(
        "SELECT max(batch_id) AS batch_id FROM batches u WHERE undoes = ? AND status = 'applied' "
        "AND NOT EXISTS (SELECT 1 FROM batches again WHERE again.undoes = u.batch_id AND again.status = 'applied')",
        batch_id,
    )
    found: int | None = rows["batch_id"][0]
    return found


def kept_values(entity: Entity) -> dict[str, tuple[str, str]]:
    """Return the engine's name → (the table's column, its type) for the fields and stamps that an entity keeps."""
    fields = {one.name: (one.name, TYPES[entity.kind_of(one)]) for one in entity.fields}
    return fields | {name: (column, STAMP_TYPES[name]) for name, column in entity.stamps.items()}


def changed_items(book: Book, entity: Entity, batch_id: int) -> pl.DataFrame:
    """Return the items of an entity that a batch changed: customer_id, item, and before_, after_ and now_ of what is kept of it.

    Beside the fields and stamps that is is_there, and value (of an item that is a plain value, else null).
    """
    kept = kept_values(entity)
    said = ", ".join(f"({side} ->> '{column}')::{kind} AS {side}_{name}" for side in ("before", "after") for name, (column, kind) in kept.items())
    if entity is STATUS:
        items = "item IN ('status', 'blocked')"
        values = "before ->> 'status' AS before_value, after ->> 'status' AS after_value, CASE WHEN e.item = 'status' THEN c.status END AS now_value, "
        there = "CASE WHEN e.item = 'blocked' THEN before IS NOT NULL ELSE false END AS before_is_there, "
        there += "CASE WHEN e.item = 'blocked' THEN after IS NOT NULL ELSE false END AS after_is_there, "
        there += "e.item = 'blocked' AND i.customer_id IS NOT NULL AS now_is_there"
        now = ", ".join(f"i.{name} AS now_{name}" for name in kept)
        source = f"JOIN customers c ON c.customer_id = e.customer_id LEFT JOIN ({MARKS}) i ON i.customer_id = e.customer_id AND i.item_name = e.item"
        now = now.replace("i.", "CASE WHEN e.item = 'blocked' THEN i.").replace(" AS now", " END AS now")
    else:
        items = "true"
        values = "NULL::VARCHAR AS before_value, NULL::VARCHAR AS after_value, NULL::VARCHAR AS now_value, "
        there = "before IS NOT NULL AS before_is_there, after IS NOT NULL AS after_is_there, i.customer_id IS NOT NULL AS now_is_there"
        now = ", ".join(f"i.{column} AS now_{name}" for name, (column, _) in kept.items())
        source = f"LEFT JOIN {entity.table} i ON i.customer_id = e.customer_id AND i.{entity.item} = e.item"
    columns = ", ".join(part for part in (said, now) if part)
    return book.ask(
        f"WITH ends AS (SELECT customer_id, item, {ENDS} FROM history WHERE batch_id = ? AND entity = ? AND {items} GROUP BY ALL) "
        f"SELECT e.customer_id, e.item, {columns}, {values}{there} FROM ends e {source} ORDER BY 1, 2",
        batch_id,
        entity.entity_in_history,
    )


def changed_bookings(book: Book, batch_id: int, action: str, column: str) -> pl.DataFrame:
    """Return the bookings of which a batch changed the alert or the status: row_id, booking_id, customer_id, before_value, after_value, now_value."""
    return book.ask(
        f"WITH ends AS (SELECT item AS booking_id, {ENDS} FROM history WHERE batch_id = ? AND entity = 'bookings' AND action = ? GROUP BY ALL) "
        f"SELECT b.rowid AS row_id, booking_id, b.customer_id, before ->> '{column}' AS before_value, after ->> '{column}' AS after_value, "
        f"b.{column} AS now_value FROM ends JOIN bookings b USING (booking_id) ORDER BY row_id",
        batch_id,
        action,
    )


def former_alerts(book: Book, batch_id: int, customers: pl.DataFrame) -> pl.DataFrame:
    """Return customer_no and former, the alert before a batch, of the customers (customer_id, customer_no) whose alert it changed."""
    return book.ask(
        f"WITH ends AS (SELECT customer_id, {ENDS} FROM history WHERE batch_id = ? AND entity = 'customers' AND action = 'alert' GROUP BY ALL) "
        "SELECT customer_no, before ->> 'alert_message' AS former FROM ends JOIN asked USING (customer_id)",
        batch_id,
        asked=customers.select("customer_id", "customer_no"),
    )


def named_customers(book: Book, ids: pl.DataFrame) -> pl.DataFrame:
    """Return customer_no (from 0, in the order of ids), customer_id and alert_message of the customers in `ids` (customer_id)."""
    found = book.ask("SELECT customer_id, alert_message FROM customers SEMI JOIN ids USING (customer_id) ORDER BY customer_id", ids=ids)
    return found.with_row_index("customer_no").with_columns(pl.col("customer_no").cast(pl.Int64))
