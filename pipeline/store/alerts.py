"""Customers' alerts that a batch changes, held until all of them are known: `alerts_changed`, a temporary table."""

from datetime import datetime

import polars as pl

from pipeline.store.book import Book
from pipeline.store.incoming import count_rows


def begin_alerts(book: Book) -> None:
    """Make `alerts_changed` empty: the customers whose alert the batch changes, from what (old) to what (new), and which row says so."""
    book.run(
        "CREATE OR REPLACE TEMP TABLE alerts_changed (place BIGINT, customer_id VARCHAR, old VARCHAR, new VARCHAR, "
        "file_no BIGINT, sheet VARCHAR, source_row BIGINT, reason VARCHAR, changed_by VARCHAR)"
    )


def keep_alerts(book: Book, alerts: pl.DataFrame) -> None:
    """Add alerts of further customers, with all columns of the table, to `alerts_changed`; their places follow those that are there."""
    book.run("INSERT INTO alerts_changed BY NAME SELECT * FROM alerts", alerts=alerts)


def alerts_of_booked(book: Book, as_of: datetime) -> pl.DataFrame:
    """Return `alerts_changed`, with a number (customer_no), of the customers who have bookings of which rule 4.3 speaks."""
    return book.ask(
        "SELECT place AS customer_no, * EXCLUDE (place) FROM alerts_changed "
        "SEMI JOIN (SELECT customer_id FROM bookings WHERE status = 'booked' AND starts_at >= ?) USING (customer_id) ORDER BY customer_no",
        as_of,
    )


def write_alerts(book: Book, stamp: tuple[int, datetime], event: int, *, have_them: bool) -> None:
    """Write the alerts of customers in `alerts_changed`, unless all have them, with their history, the first event numbered `event`."""
    if not count_rows(book, "alerts_changed"):
        return
    if not have_them:
        book.run(
            "UPDATE customers SET alert_message = a.new FROM alerts_changed a "
            "WHERE customers.customer_id = a.customer_id AND customers.alert_message IS DISTINCT FROM a.new"
        )
    book.run(
        "INSERT INTO history SELECT place + ?, ?, file_no, sheet, source_row, 'customers', customer_id, 'alert_message', 'alert', "
        "json_object('alert_message', old), json_object('alert_message', new), reason, changed_by, ? FROM alerts_changed",
        event,
        *stamp,
    )
