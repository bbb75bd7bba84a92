"""What other systems' files said before, as the history of migrations has it, and what a migration asks of the book."""

import polars as pl

from pipeline.store.book import Book
from pipeline.store.incoming import COLUMNS, CONTENT
from pipeline.store.log import undone_batches

# Batches of migrations that stand; `undone` are those that do not.
MIGRATIONS = "SELECT batch_id FROM batches ANTI JOIN undone USING (batch_id) WHERE kind = 'migrate'"


def said_last(book: Book, source: str, customers: pl.Series) -> pl.DataFrame:
    """Return what a source said last of the flags of some customers: customer_id, flag_type, said (null: nothing stands) and said_until."""
    last = "arg_max_null(after ->> '{}', event_id)"
    return book.ask(
        f"SELECT customer_id, item AS flag_type, {last.format('said')} AS said, ({last.format('said_until')})::DATE AS said_until "
        f"FROM history SEMI JOIN asked USING (customer_id) WHERE entity = 'flags' AND batch_id IN ({MIGRATIONS}) "
        "AND coalesce(after ->> 'source', before ->> 'source') = ? GROUP BY customer_id, item ORDER BY customer_id, item",
        source,
        asked=customers.to_frame("customer_id"),
        undone=undone_batches(book),
    )


def count_brought(book: Book, source: str) -> int:
    """Count the flags that stand and that a source said, as far as migrations are recorded, stand."""
    last = "arg_max_null(after ->> 'said', event_id)"
    found = book.ask(
        "SELECT count(*) AS n FROM flags SEMI JOIN ("
        f"SELECT customer_id, item AS flag_type FROM history WHERE entity = 'flags' AND batch_id IN ({MIGRATIONS}) "
        f"AND coalesce(after ->> 'source', before ->> 'source') = ? GROUP BY ALL HAVING {last} IS NOT NULL) USING (customer_id, flag_type)",
        source,
        undone=undone_batches(book),
    )
    return int(found.item())


def events_known(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return how many events migrations brought of each item at each time: customer_id, flag_type, at, n."""
    return book.ask(
        "SELECT customer_id, item AS flag_type, changed_at AS at, count(*) AS n FROM history SEMI JOIN asked USING (customer_id) "
        f"WHERE entity = 'flags' AND batch_id IN ({MIGRATIONS}) GROUP BY ALL ORDER BY ALL",
        asked=customers.to_frame("customer_id"),
        undone=undone_batches(book),
    )


def stage_customers(book: Book, customers: pl.DataFrame) -> None:
    """Bring customers (see `CUSTOMERS` of the files' reader), each once, into the staging table; what is blank says nothing of one who is known."""
    kinds = COLUMNS["customers"]
    plain = [name for name in (*CONTENT["customers"], "email_key") if name not in ("status", "alert_message")]
    said = ", ".join(f"coalesce(i.{name}, c.{name}) AS {name}" for name in plain)
    named = {name: name for name in kinds if name not in plain} | {name: name for name in plain}
    columns = ", ".join(named[name] for name in kinds)
    book.run(
        f"CREATE OR REPLACE TEMP TABLE staged_customers AS SELECT file_no, {columns} FROM (SELECT i.file_no, i.source_row, i.customer_id, "
        f"i.status::VARCHAR AS status, NULL::VARCHAR AS alert_message, {said} FROM incoming i LEFT JOIN customers c USING (customer_id))",
        incoming=customers,
    )


def customer_names(book: Book) -> pl.DataFrame:
    """Return customer_id, first_name and last_name of all customers who are not deleted."""
    return book.ask("SELECT customer_id, first_name, last_name FROM customers WHERE status <> 'deleted' ORDER BY customer_id")


def flags_of(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return the flags that stand of some customers: customer_id, flag_type, comment, expires_on."""
    return book.ask(
        "SELECT customer_id, flag_type, comment, expires_on FROM flags SEMI JOIN asked USING (customer_id) ORDER BY customer_id, flag_type",
        asked=customers.to_frame("customer_id"),
    )


def customers_of(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return customer_id, names, e-mail address, phone number and status of those of some customers that the book has."""
    return book.ask(
        "SELECT customer_id, first_name, last_name, company, email, phone, status FROM customers SEMI JOIN asked USING (customer_id) ORDER BY customer_id",
        asked=customers.to_frame("customer_id"),
    )
