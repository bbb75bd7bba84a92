"""Whose staged bookings are: their combinations of keys, the customers found for them, and customers that are made (rules 2.1 to 2.4)."""

import polars as pl

from pipeline.store.book import Book
from pipeline.store.incoming import Lying, take_out

ID_ONLY = "s.email_key IS NULL AND s.phone IS NULL"
SAME_KEYS = " AND ".join(f"s.{key} IS NOT DISTINCT FROM w.{key}" for key in ("id_key", "email_key", "phone"))
LIVING = "SELECT customer_id FROM customers WHERE status <> 'deleted'"


def begin_naming(book: Book) -> int:
    """Put into `combinations` the distinct keys of staged bookings that name a customer by more than an id; return how many.

    The columns: who (from 0), id_key, email_key, phone (as it stands).
    """
    book.run(
        "CREATE OR REPLACE TEMP TABLE combinations AS SELECT row_number() OVER () - 1 AS who, * FROM ("
        f"SELECT DISTINCT id_key, email_key, phone FROM staged_bookings s WHERE NOT ({ID_ONLY}))"
    )
    begin_decisions(book)
    n: int = book.ask("SELECT count(*) AS n FROM combinations")["n"][0]
    return n


def begin_decisions(book: Book) -> None:
    """Make an empty table of decisions."""
    book.run("CREATE OR REPLACE TEMP TABLE whose (who BIGINT, id_key VARCHAR, email_key VARCHAR, phone VARCHAR, customer_id VARCHAR, fault VARCHAR)")


def combinations_between(book: Book, first: int, end: int) -> pl.DataFrame:
    """Return who, id_key, email_key and phone of some combinations."""
    return book.ask("SELECT * FROM combinations WHERE who >= ? AND who < ? ORDER BY who", first, end)


def add_decisions(book: Book, decisions: pl.DataFrame) -> None:
    """Keep what was decided: who, id_key, email_key, phone, customer_id (null where nobody is meant), fault."""
    book.run("INSERT INTO whose SELECT who, id_key, email_key, phone, customer_id, fault FROM decisions", decisions=decisions)


def reject_nameless(book: Book, messages: dict[str, str]) -> None:
    """Let the staged bookings come back whose keys name nobody, or several; `messages` by fault."""
    said = pl.DataFrame({"fault": list(messages), "message": list(messages.values())})
    book.run(
        "CREATE OR REPLACE TEMP TABLE nameless AS SELECT s.rowid AS row_id, file_no, source_row, "
        f"coalesce(w.fault, 'unknown-customer') AS fault FROM staged_bookings s LEFT JOIN whose w ON {SAME_KEYS} "
        f"WHERE w.fault IS NOT NULL OR ({ID_ONLY} AND s.id_key NOT IN ({LIVING}))"
    )
    book.run("INSERT INTO found SELECT file_no, source_row, fault, message FROM nameless JOIN said USING (fault) ORDER BY file_no, source_row", said=said)
    take_out(book, "staged_bookings", "SELECT row_id FROM nameless")


def make_by_id(book: Book, batch_id: int, lying: Lying) -> int:
    """Make the customers whose ids rows name, where nobody has any of a row's keys; return how many. Rows that were staged may say more."""
    if lying.table == "staged_bookings":
        known = _known("first_name", "last_name", "company", "email", "email_key", "phone")
        unknown = f"s.id_key IS NOT NULL AND ({ID_ONLY} OR w.fault = 'unknown-customer')"
        found = f"SELECT s.id_key AS customer_id, {known} FROM staged_bookings s LEFT JOIN whose w ON {SAME_KEYS} WHERE {unknown} GROUP BY s.id_key"
    else:
        nothing = ", ".join(f"NULL::VARCHAR AS {name}" for name in ("first_name", "last_name", "company", "email", "email_key", "phone"))
        found = f"SELECT DISTINCT customer_id, {nothing} FROM {lying.table} WHERE {lying.where}"
    return _make(book, batch_id, found)


FIRST_ROW = "file_no * 1000000000000 + source_row"


def make_by(book: Book, batch_id: int, key: str, forms: pl.DataFrame) -> int:
    """Make the customers whom staged bookings name by a key (email_key or phone) that nobody has, and by no id; return how many.

    `forms`: who and customer_id, for combinations that name nobody: the id that is made of the key.
    """
    rest = {"email_key": ("email", "phone"), "phone": ("email", "email_key")}[key]
    known = _known("first_name", "last_name", "company", key, *rest)
    return _make(
        book,
        batch_id,
        f"SELECT f.customer_id, {known} FROM staged_bookings s JOIN combinations w ON {SAME_KEYS} JOIN forms f ON f.who = w.who GROUP BY f.customer_id",
        forms=forms,
    )


def _known(*columns: str) -> str:
    """Return what the first row of each that says something says in some columns, in SQL; a number that tells nobody counts where there is no other."""
    said = {name: f"s.{name}" for name in columns} | ({"phone": "coalesce(s.phone, s.spare_phone)"} if "phone" in columns else {})
    return ", ".join(f"arg_min({one}, {FIRST_ROW}) AS {name}" for name, one in said.items())


def _make(book: Book, batch_id: int, found: str, **frames: pl.DataFrame) -> int:
    book.run(f"CREATE OR REPLACE TEMP TABLE made AS SELECT * FROM ({found}) ANTI JOIN customers USING (customer_id)", **frames)
    book.run(
        "INSERT INTO customers (customer_id, first_name, last_name, company, email, email_key, phone, status, first_batch, last_batch) "
        "SELECT customer_id, first_name, last_name, company, email, email_key, phone, 'active', ?, ? FROM made ORDER BY customer_id",
        batch_id,
        batch_id,
    )
    n: int = book.ask("SELECT count(*) AS n FROM made")["n"][0]
    return n
