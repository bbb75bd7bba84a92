"""Who was erased: keyed hashes of ids, e-mail addresses and phone numbers, by which a person is known again who comes with a later file.

The key is random and lies in the book. A hash says nothing to who has not got it; to who has, it answers whether a key is among them.
"""

import secrets

import polars as pl

from pipeline.store.book import Book

KEY = "suppression_key"
KINDS = {"id_key": "id", "email_key": "email", "phone_key": "phone"}
PSEUDONYMS = "SELECT customer_id FROM history WHERE entity = 'customers' AND action = 'erased'"
HASHED = "sha256(? || sha256(? || kind || ':' || key))"


def any_suppressed(book: Book) -> bool:
    """Tell whether anybody was erased."""
    return bool(book.ask("SELECT EXISTS (SELECT 1 FROM suppressed) AS some")["some"][0])


def suppress(book: Book, batch_id: int, keys: pl.DataFrame) -> None:
    """Remember keys (kind, key) of somebody who is erased by a batch."""
    secret = book.value(KEY) or secrets.token_hex(32)
    book.run("INSERT OR REPLACE INTO book VALUES (?, ?)", KEY, secret)
    book.run(f"INSERT INTO suppressed SELECT DISTINCT kind, {HASHED} AS hash, ? FROM keys ORDER BY hash", secret, secret, batch_id, keys=keys)


def known_again(book: Book, keys: pl.DataFrame) -> pl.DataFrame:
    """Return who of those combinations of keys (who, id_key, email_key, phone_key in normal form) that have a key of somebody who was erased.

    A pseudonym counts as such a key: whoever a file calls so is not to be joined with what is left of the one who was erased.
    """
    secret = book.value(KEY)
    asked = pl.concat([keys.select("who", pl.lit(kind).alias("kind"), pl.col(name).alias("key")) for name, kind in KINDS.items()]).drop_nulls("key")
    found = f"SELECT DISTINCT who FROM (SELECT who, kind, {HASHED} AS hash FROM asked) SEMI JOIN suppressed USING (kind, hash) "
    found += f"UNION SELECT who FROM asked WHERE kind = 'id' AND key IN ({PSEUDONYMS}) ORDER BY who"
    return book.ask(found, secret, secret, asked=asked)


def begin_left_out(book: Book) -> None:
    """Make an empty table of rows that are left alone since they are of somebody who was erased: file_no, source_row."""
    book.run("CREATE OR REPLACE TEMP TABLE left_out (file_no BIGINT, source_row BIGINT)")


def add_left_out(book: Book, rows: pl.DataFrame) -> None:
    """Note rows (file_no, source_row)."""
    book.run("INSERT INTO left_out SELECT file_no, source_row FROM more", more=rows)


def write_left_out(book: Book, batch_id: int, message: str) -> None:
    """Write what became of those rows."""
    book.run(
        "INSERT INTO batch_rows SELECT ?, file_no, NULL, source_row, NULL, NULL, NULL, 'ignored', 'erased-customer', ? "
        "FROM (SELECT DISTINCT file_no, source_row FROM left_out) ORDER BY file_no, source_row",
        batch_id,
        message,
    )


def keys_of_nobody(book: Book, table: str, columns: tuple[str, str, str]) -> pl.DataFrame:
    """Return the different keys (who, id_key, email_key, phone as it stands) of a table's rows whose id no customer has who is there.

    `columns`: what the table, called t, says them in.
    """
    names = ", ".join(f"{column} AS {name}" for column, name in zip(columns, ("id_key", "email_key", "phone"), strict=True))
    return book.ask(
        f"SELECT row_number() OVER () - 1 AS who, * FROM (SELECT DISTINCT {names} FROM {table} t) k "
        "WHERE id_key IS NULL OR id_key NOT IN (SELECT customer_id FROM customers WHERE status <> 'deleted')"
    )


def leave_out(book: Book, table: tuple[str, str, str], columns: tuple[str, str, str], keys: pl.DataFrame) -> None:
    """Take the rows out of a table that have one of these combinations of keys (id_key, email_key, phone), and note them.

    `table`: its name, and what it calls files and rows; `columns` as above.
    """
    if not len(keys):
        return
    name, file, row = table
    same = " AND ".join(f"{column} IS NOT DISTINCT FROM k.{key}" for column, key in zip(columns, ("id_key", "email_key", "phone"), strict=True))
    book.run("CREATE OR REPLACE TEMP TABLE leaving AS SELECT DISTINCT id_key, email_key, phone FROM given", given=keys.select("id_key", "email_key", "phone"))
    book.run(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT t.rowid AS row_id, t.{file} AS file_no, t.{row} AS source_row FROM {name} t JOIN leaving k ON {same}"
    )
    book.run("INSERT INTO left_out SELECT file_no, source_row FROM gone")
    book.run(f"DELETE FROM {name} WHERE rowid IN (SELECT row_id FROM gone)")


def left_out(book: Book) -> pl.DataFrame:
    """Return file_no and source_row of those rows, each once, in their order."""
    return book.ask("SELECT DISTINCT file_no, source_row FROM left_out ORDER BY ALL")


def living_customers(book: Book) -> pl.Series:
    """Return the ids of the customers who are there."""
    return book.ask("SELECT customer_id FROM customers WHERE status <> 'deleted'")["customer_id"]


def staged_people(book: Book) -> pl.DataFrame:
    """Return the customers of a migration, as they are staged: file_no, source_row, customer_id, email_key, phone."""
    return book.ask("SELECT file_no, source_row, customer_id, email_key, phone FROM staged_customers ORDER BY file_no, source_row")


def take_out_people(book: Book, ids: pl.Series) -> None:
    """Take customers out of those that are staged."""
    book.run("DELETE FROM staged_customers WHERE customer_id IN (SELECT customer_id FROM erased_ids)", erased_ids=ids.to_frame("customer_id"))
