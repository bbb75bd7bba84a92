"""What an undo needs of the book: the items that a batch changed, as they were, as it left them, and as they are."""

import polars as pl

from pipeline.store.book import Book

FIELDS = {
    "comment": "VARCHAR",
    "expires_on": "DATE",
    "flagged_by": "VARCHAR",
    "flagged_at": "TIMESTAMPTZ",
    "updated_by": "VARCHAR",
    "updated_at": "TIMESTAMPTZ",
}
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


def changed_flags(book: Book, batch_id: int) -> pl.DataFrame:
    """Return the flags that a batch changed: customer_id, flag_type, and before_, after_ and now_ of each field and of is_there."""
    fields = ", ".join(f"({side} ->> '{field}')::{kind} AS {side}_{field}" for side in ("before", "after") for field, kind in FIELDS.items())
    there = ", ".join(f"({side} ->> 'comment') IS NOT NULL AS {side}_is_there" for side in ("before", "after"))
    now = ", ".join(f"f.{field} AS now_{field}" for field in FIELDS)
    return book.ask(
        f"WITH ends AS (SELECT customer_id, item AS flag_type, {ENDS} FROM history WHERE batch_id = ? AND entity = 'flags' GROUP BY ALL) "
        f"SELECT e.customer_id, e.flag_type, {fields}, {there}, {now}, f.comment IS NOT NULL AS now_is_there "
        "FROM ends e LEFT JOIN flags f ON f.customer_id = e.customer_id AND f.flag_type = e.flag_type ORDER BY 1, 2",
        batch_id,
    )


def changed_bookings(book: Book, batch_id: int) -> pl.DataFrame:
    """Return the bookings whose alert a batch changed: row_id, booking_id, customer_id, before_alert, after_alert, now_alert."""
    return book.ask(
        f"WITH ends AS (SELECT item AS booking_id, {ENDS} FROM history WHERE batch_id = ? AND entity = 'bookings' AND action = 'alert' GROUP BY ALL) "
        "SELECT b.rowid AS row_id, booking_id, b.customer_id, before ->> 'alert_message' AS before_alert, after ->> 'alert_message' AS after_alert, "
        "b.alert_message AS now_alert FROM ends JOIN bookings b USING (booking_id) ORDER BY row_id",
        batch_id,
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
