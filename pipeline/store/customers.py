"""Staged customers into the book: new ones, and what the source says of those that it knows (rules 4.5, 4.6)."""

from datetime import datetime

import polars as pl

from pipeline.store.book import Book
from pipeline.store.former import keep_rows
from pipeline.store.incoming import Lacking, count_rows, spoken
from pipeline.store.log import next_event

PLAIN = ("first_name", "last_name", "company", "email", "phone", "email_key")


def write_new_customers(book: Book, batch_id: int, *, have_alerts: bool = False) -> int:
    """Insert the staged customers that the book does not know; return how many. With `have_alerts`, those of `alerts_changed` are in it from the first."""
    before = count_rows(book, "customers")
    # To nobody known everybody is new, and a copy of them would only take room.
    kind, known = ("TABLE", " ANTI JOIN customers USING (customer_id)") if before else ("VIEW", "")
    book.run(f"CREATE OR REPLACE TEMP {kind} newcomers AS SELECT * FROM staged_customers{known}")
    book.run(
        "INSERT INTO customers (customer_id, first_name, last_name, company, email, phone, status, first_batch, last_batch, email_key, source_status, "
        "source_alert, alert_message) "
        "SELECT customer_id, first_name, last_name, company, email, phone, coalesce(status, 'active'), ?, ?, email_key, status, n.alert_message, "
        f"{'a.new' if have_alerts else 'NULL'} "
        f"FROM newcomers n {'LEFT JOIN alerts_changed a USING (customer_id)' if have_alerts else ''} ORDER BY n.file_no, n.source_row",
        batch_id,
        batch_id,
    )
    new = count_rows(book, "newcomers")
    if count_rows(book, "customers") != before + new:
        raise AssertionError(f"{new:,} customers were handed on, and not all of them arrived: nothing is written")
    return new


def find_differing(book: Book, lacking: Lacking) -> int:
    """Put into `customers_differ` what the export says otherwise of customers that the book knows; return how many there are.

    The columns: row_id, customer_id, file_no, source_row; old_ and new_ of the plain ones; stored, remembered and said of the status;
    remembered_alert and said_alert. A blank status says nothing.
    """
    pairs = [f"t.{name} AS old_{name}, {spoken(name, lacking[_column(name)], f't.{name}')} AS new_{name}" for name in PLAIN]
    status = f"coalesce({spoken('status', lacking['status'], 'NULL')}, t.source_status)"
    alert = spoken("alert_message", lacking["alert_message"], "t.source_alert")
    differs = [f"old_{name} IS DISTINCT FROM new_{name}" for name in PLAIN]
    book.run(
        f"CREATE OR REPLACE TEMP TABLE customers_differ AS SELECT * FROM (SELECT t.rowid AS row_id, t.customer_id, f.file_no, f.source_row, "
        f"{', '.join(pairs)}, "
        f"t.status AS stored, t.source_status AS remembered, {status} AS said, t.source_alert AS remembered_alert, {alert} AS said_alert "
        "FROM customers t JOIN (SELECT * FROM staged_customers ANTI JOIN newcomers USING (customer_id)) f USING (customer_id)) "
        f"WHERE {' OR '.join(differs)} OR said IS DISTINCT FROM remembered OR said_alert IS DISTINCT FROM remembered_alert"
    )
    book.run("CREATE OR REPLACE TEMP VIEW statuses_said AS SELECT row_id AS key, stored, remembered, said FROM customers_differ WHERE said IS NOT NULL")
    return count_rows(book, "customers_differ")


def no_differing(book: Book) -> None:
    """Note that no customer is known of whom anything could differ."""
    book.run("CREATE OR REPLACE TEMP TABLE customers_changed (customer_id VARCHAR)")


def named_otherwise(book: Book) -> list[str]:
    """Return the customers (see `find_differing`) whose name and e-mail address are both others than the book had, where both were filled."""
    names = [f"lower(coalesce({side}_last_name, {side}_company))" for side in ("old", "new")]
    query = f"SELECT customer_id FROM customers_differ WHERE {names[0]} <> {names[1]} AND old_email_key <> new_email_key ORDER BY customer_id"
    return book.ask(query)["customer_id"].to_list()


def _column(name: str) -> str:
    return name.removesuffix("_key")


def write_differing(book: Book, batch_id: int, when: datetime) -> None:
    """Write the plain columns that differ, what the source says of the status (decided in `said_statuses`), and what it said; former rows are kept."""
    keep_rows(book, batch_id, "customers", "SELECT row_id FROM customers_differ")
    for name in PLAIN:
        _set(book, f"{name} = d.new_{name}", f"d.old_{name} IS DISTINCT FROM d.new_{name}")
    _set(book, "source_status = d.said", "d.said IS DISTINCT FROM d.remembered")
    _set(book, "source_alert = d.said_alert", "d.said_alert IS DISTINCT FROM d.remembered_alert")
    book.run("UPDATE customers SET status = s.after FROM said_statuses s WHERE customers.rowid = s.key")
    book.run(
        "INSERT INTO history SELECT row_number() OVER (ORDER BY customer_id) - 1 + ?, ?, d.file_no, NULL, d.source_row, 'customers', customer_id, 'status', "
        "'status', json_object('status', before), json_object('status', after), NULL, 'source', ? "
        "FROM said_statuses s JOIN customers_differ d ON d.row_id = s.key ORDER BY customer_id",
        next_event(book),
        batch_id,
        when,
    )
    changed = " OR ".join(f"old_{name} IS DISTINCT FROM new_{name}" for name in PLAIN)
    book.run(
        "CREATE OR REPLACE TEMP TABLE customers_changed AS SELECT customer_id FROM customers_differ "
        f"WHERE {changed} OR row_id IN (SELECT key FROM said_statuses)"
    )
    _set(book, f"last_batch = {int(batch_id)}", "true")


def _set(book: Book, change: str, where: str) -> None:
    if book.ask(f"SELECT EXISTS (SELECT 1 FROM customers_differ d WHERE {where}) AS any_differs")["any_differs"][0]:
        book.run(f"UPDATE customers SET {change} FROM customers_differ d WHERE customers.rowid = d.row_id AND {where}")


def alert_words(book: Book) -> pl.DataFrame:
    """Return what the source says anew about customers' alerts: customer_id, said, remembered, file_no, source_row; new customers' texts too."""
    return book.ask(
        "SELECT customer_id, said_alert AS said, remembered_alert AS remembered, file_no, source_row FROM customers_differ "
        "WHERE said_alert IS DISTINCT FROM remembered_alert UNION ALL "
        "SELECT customer_id, alert_message, NULL, file_no, source_row FROM newcomers WHERE alert_message IS NOT NULL ORDER BY customer_id"
    )


def no_words() -> pl.DataFrame:
    """Return what `alert_words` does where no customers were loaded."""
    return pl.DataFrame(schema={"customer_id": pl.String, "said": pl.String, "remembered": pl.String, "file_no": pl.Int64, "source_row": pl.Int64})


def count_changed(book: Book, more: pl.DataFrame) -> int:
    """Return how many known customers a load changed; `more` (customer_id) are those whose flag it changed."""
    return count_rows(book, "customers_changed") + int(
        book.ask("SELECT count(*) AS n FROM m ANTI JOIN customers_changed USING (customer_id) ANTI JOIN newcomers USING (customer_id)", m=more)["n"][0]
    )
