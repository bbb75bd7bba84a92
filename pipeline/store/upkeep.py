"""What the nightly upkeep needs of the book: flags past their last day, whose alerts there are, and which batches a night wrote."""

from datetime import date

import polars as pl

from pipeline.store.book import Book
from pipeline.store.reading import items_query
from schemas.entities import FLAGS


def expired_flags(book: Book, day: date) -> pl.DataFrame:
    """Return the flags whose last day lies before `day`, as `items_query` has them, by customer and type (rule 3.7)."""
    return book.ask(f"SELECT * FROM ({items_query(FLAGS)}) WHERE expires_on < ? ORDER BY customer_id, item_name", day)


def alerted_customers(book: Book) -> pl.DataFrame:
    """Return customer_no (from 0, in the order of ids), customer_id and alert_message of the customers who have a flag or an alert."""
    found = book.ask(
        "SELECT customer_id, alert_message FROM customers WHERE alert_message IS NOT NULL OR customer_id IN (SELECT customer_id FROM flags) "
        "ORDER BY customer_id"
    )
    return found.with_row_index("customer_no").with_columns(pl.col("customer_no").cast(pl.Int64))


def batches_of_run(book: Book, run: str) -> dict[str, int]:
    """Return step → batch_id of the batches that a night wrote."""
    found = book.ask("SELECT run, batch_id FROM batches WHERE starts_with(run, ?) ORDER BY batch_id", f"{run}/")
    return {key.removeprefix(f"{run}/"): batch_id for key, batch_id in found.rows()}
