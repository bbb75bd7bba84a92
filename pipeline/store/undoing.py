"""What an undo needs of the book: the items that a batch changed, as they were, as it left them, and as they are."""

import polars as pl

from pipeline.store.book import Book
from pipeline.store.reading import items_query
from schemas.columns import Kind
from schemas.entities import STATUS
from schemas.entity import Entity

TYPES = {Kind.DATE: "DATE", Kind.TEXT: "VARCHAR"}
STAMP_TYPES = {"made_by": "VARCHAR", "made_at": "TIMESTAMPTZ", "updated_by": "VARCHAR", "updated_at": "TIMESTAMPTZ"}
# The first state that a batch's events name of an item, and the last; an item may have several events in one batch.
SIDES = ("before", "after")
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
    """Return the items that a batch changed, a row for each name as its events write it, with its first state and its last.

    The columns are customer_id, item, first_event, last_event, and before_ and after_ of the fields and stamps, of is_there, and of
    value (of an item that is a plain value, else null).
    """
    said = "".join(f"({side} ->> '{column}')::{kind} AS {side}_{name}, " for side in SIDES for name, (column, kind) in kept_values(entity).items())
    is_value = "item = 'status'" if entity is STATUS else "false"
    there = ", ".join(f"{side} IS NOT NULL AND NOT {is_value} AS {side}_is_there, {side} ->> 'status' AS {side}_value" for side in SIDES)
    items = "item IN ('status', 'blocked')" if entity is STATUS else "true"
    return book.ask(
        f"WITH ends AS (SELECT customer_id, item, {ENDS}, min(event_id) AS first_event, max(event_id) AS last_event "
        f"FROM history WHERE batch_id = ? AND entity = ? AND {items} GROUP BY customer_id, item) "
        f"SELECT customer_id, item, first_event, last_event, {said}{there} FROM ends ORDER BY first_event",
        batch_id,
        entity.entity_in_history,
    )


def present_items(book: Book, entity: Entity, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the items that customers (customer_id) have now: customer_id, now_item, and now_ of all that `changed_items` has."""
    kept = ", ".join(f"{name} AS now_{name}" for name in kept_values(entity))
    shown = f"{kept}, " if kept else ""
    found = f"SELECT customer_id, item_name AS now_item, {shown}true AS now_is_there, NULL::VARCHAR AS now_value "
    found += f"FROM ({items_query(entity)}) SEMI JOIN asked USING (customer_id)"
    if entity is STATUS:
        nothing = "".join(f"NULL AS now_{name}, " for name in kept_values(entity))
        found = f"{found} WHERE item_name = 'blocked' UNION ALL "
        found += f"SELECT customer_id, 'status', {nothing}false, status FROM customers SEMI JOIN asked USING (customer_id)"
    return book.ask(found, asked=customers)


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
