"""Rows of exports on their way into the book: streamed or staged, what came back of them, and ids that stand twice (rule 7.6).

All of it lies in temporary tables, inside the caller's transaction. `found` holds the findings: file_no, source_row, code, message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.store.book import Book

CONTENT = {
    "customers": ("first_name", "last_name", "company", "email", "phone", "status", "alert_message"),
    "bookings": ("customer_id", "starts_at", "ends_at", "status", "service", "staff", "price", "created_at", "alert_message"),
}
COLUMNS = {
    "customers": {"source_row": "BIGINT"} | dict.fromkeys(("customer_id", *CONTENT["customers"], "email_key"), "VARCHAR"),
    "bookings": {
        "source_row": "BIGINT",
        **dict.fromkeys(("booking_id", "id_key", "email_key", "phone", "status", "service", "staff", "alert_message"), "VARCHAR"),
        **dict.fromkeys(("starts_at", "ends_at", "created_at"), "TIMESTAMPTZ"),
        "price": "DECIMAL(18, 4)",
        **dict.fromkeys(("first_name", "last_name", "company", "email", "spare_phone"), "VARCHAR"),
    },
}
KEYS = {"customers": "customer_id", "bookings": "booking_id"}


@dataclass(frozen=True)
class Lying:
    """A table in which rows of exports lie, and how it calls their file and row; `where` tells them from other rows."""

    layout: str
    table: str
    file: str = "file_no"
    row: str = "source_row"
    content: tuple[str, ...] = ()
    where: str = "true"

    @property
    def key(self) -> str:
        """Return the column of the id."""
        return KEYS[self.layout]


def staged(layout: str) -> Lying:
    """Return the staging table of a layout."""
    content = CONTENT["customers"] if layout == "customers" else ("id_key", "email_key", "phone", *CONTENT["bookings"][1:])
    return Lying(layout, f"staged_{layout}", content=content)


# Where bookings lie that are new to the book: in the book itself, or beside it.
STRAIGHT = Lying("bookings", "bookings", "first_file", "first_row", CONTENT["bookings"])
FRESH = Lying("bookings", "fresh", content=CONTENT["bookings"])
WITHHELD = Lying("bookings", "withheld", content=CONTENT["bookings"])  # since their ids stand more than once


def stage(book: Book, layout: str, columns: Sequence[str], stream: Any) -> None:
    """Bring a stream of typed rows, which has these columns, into the staging table of its layout."""
    book.feed(f"CREATE OR REPLACE TEMP TABLE staged_{layout} AS {streamed(layout, columns)}", incoming=stream)


def streamed(layout: str, columns: Sequence[str]) -> str:
    """Return the query that reads the stream `incoming`, which has file_no and these columns; others of the layout are null. Statuses become text."""
    kinds = COLUMNS[layout]
    said = [f"{name}::VARCHAR AS {name}" if name == "status" else name if name in columns else f"NULL::{kinds[name]} AS {name}" for name in kinds]
    return f"SELECT file_no, {', '.join(said)} FROM incoming"


def stand_in(book: Book) -> None:
    """Let temporary tables stand in for empty ones, for a load that is taken back: else the store's file would have grown by what it held.

    NOTE: DuckDB writes long inserts into the file before they are committed, and does not make the file smaller again. In a temporary table that the
    same transaction made it does not find the rows of an insert of more than a row group: so the transaction, in which nothing was done, begins anew.
    """
    for table in CONTENT:
        if not count_rows(book, table):
            book.run(f"CREATE TEMP TABLE {table} AS SELECT * FROM {table}")
        book.run(f"CREATE TEMP TABLE former_{table} AS SELECT * FROM former_{table} LIMIT 0")  # nothing reads them in a load
    book.con.commit()
    book.con.begin()


def begin_findings(book: Book) -> None:
    """Make an empty table of findings."""
    book.run("CREATE OR REPLACE TEMP TABLE found (file_no BIGINT, source_row BIGINT, code VARCHAR, message VARCHAR)")


def add_findings(book: Book, found: pl.DataFrame) -> None:
    """Add findings: file_no, source_row, code, message."""
    book.run("INSERT INTO found SELECT file_no, source_row, code, message FROM more", more=found)


def count_rejected(book: Book, files: Sequence[int]) -> int:
    """Return how many rows of some files came back."""
    n: int = book.ask(f"SELECT count(*) AS n FROM (SELECT DISTINCT file_no, source_row FROM found WHERE {_among('file_no', files)})")["n"][0]
    return n


def _among(name: str, numbers: Sequence[int]) -> str:
    return f"{name} IN ({', '.join(map(str, numbers))})" if numbers else "false"


def count_codes(book: Book) -> dict[str, int]:
    """Return how many rows came back with each code, most frequent first."""
    return dict(book.ask("SELECT code, count(DISTINCT (file_no, source_row)) AS n FROM found GROUP BY code ORDER BY n DESC, code").rows())


def findings_between(book: Book, file_no: int, first: int, last: int) -> pl.DataFrame:
    """Return the findings of a file's rows from `first` to `last`, in their order: source_row, message."""
    return book.ask("SELECT source_row, message FROM found WHERE file_no = ? AND source_row BETWEEN ? AND ? ORDER BY source_row, rowid", file_no, first, last)


def rows_among(book: Book, file_no: int, rows: pl.Series) -> pl.Series:
    """Return those of a file's rows (their numbers) that came back."""
    return book.ask("SELECT n FROM asked SEMI JOIN (SELECT source_row AS n FROM found WHERE file_no = ?) f USING (n)", file_no, asked=rows.to_frame("n"))["n"]


def files_with_findings(book: Book, codes: Sequence[str] = ()) -> set[int]:
    """Return the numbers of the files of which rows came back; with `codes`, for one of these."""
    return set(book.ask(f"SELECT DISTINCT file_no FROM found WHERE {_said_of(codes) if codes else 'true'}", *codes)["file_no"])


def _said_of(codes: Sequence[str]) -> str:
    return f"code IN ({', '.join('?' * len(codes))})"


def rows_with(book: Book, what: tuple[int, Sequence[str]], first: int, last: int) -> pl.Series:
    """Return the numbers of a file's rows from `first` to `last` that came back for one of some codes; `what`: the file's number, and the codes."""
    number, codes = what
    where = f"file_no = ? AND source_row BETWEEN ? AND ? AND {_said_of(codes)}"
    return book.ask(f"SELECT DISTINCT source_row FROM found WHERE {where}", number, first, last, *codes)["source_row"]


def add_details(book: Book, codes: Sequence[str], details: pl.DataFrame) -> None:
    """Put a detail (file_no, source_row, detail) behind what was said of rows that came back for one of some codes."""
    book.run(
        "UPDATE found SET message = found.message || ' (' || d.detail || ')' FROM details d "
        f"WHERE found.file_no = d.file_no AND found.source_row = d.source_row AND {_said_of(codes)}",
        *codes,
        details=details,
    )


def clash(book: Book, lying: Lying, message: str) -> None:
    """Take rows out of a table whose id stands on several rows: all of them where their content differs, all but the first where it is the same.

    Those with different content come back as duplicate-id.
    """
    key, content = lying.key, ", ".join(lying.content)
    book.run(f"CREATE OR REPLACE TEMP TABLE hashes AS SELECT hash({key}) AS h FROM {lying.table} WHERE {lying.where} GROUP BY h HAVING count(*) > 1")
    if not count_rows(book, "hashes"):
        return
    book.run(
        f"CREATE OR REPLACE TEMP TABLE twice AS SELECT row_id, file_no, source_row, count(*) OVER same_id > 1 AS is_repeated, "
        "min(content) OVER same_id <> max(content) OVER same_id AS differs, "
        "row_number() OVER (PARTITION BY key ORDER BY file_no, source_row) AS n FROM ("
        f"SELECT rowid AS row_id, {lying.file} AS file_no, {lying.row} AS source_row, {key} AS key, hash({content}) AS content "
        f"FROM {lying.table} SEMI JOIN hashes ON hash({key}) = h WHERE {lying.where}) WINDOW same_id AS (PARTITION BY key)"
    )
    book.run("INSERT INTO found SELECT file_no, source_row, 'duplicate-id', ? FROM twice WHERE is_repeated AND differs", message)
    take_out(book, lying.table, "SELECT row_id FROM twice WHERE is_repeated AND (differs OR n > 1)")


def take_out(book: Book, table: str, row_ids: str) -> None:
    """Delete the rows that a query names."""
    book.run(f"DELETE FROM {table} WHERE rowid IN ({row_ids})")


def count_rows(book: Book, table: str) -> int:
    """Return how many rows a table holds."""
    n: int = book.ask(f"SELECT count(*) AS n FROM {table}")["n"][0]
    return n


def reject(book: Book, lying: Lying, whose: str, code: str, message: str) -> None:
    """Let the rows come back that `whose` leaves (a join, or a condition, on the table, called t), and take them out."""
    book.run(f"CREATE OR REPLACE TEMP TABLE nobodys AS SELECT rowid AS row_id, {lying.file} AS file_no, {lying.row} AS source_row FROM {lying.table} t {whose}")
    if count_rows(book, "nobodys"):
        book.run("INSERT INTO found SELECT file_no, source_row, ?, ? FROM nobodys ORDER BY file_no, source_row", code, message)
        take_out(book, lying.table, "SELECT row_id FROM nobodys")


def spoken(name: str, lacking: Sequence[int], else_value: str, row: str = "f") -> str:
    """Return what a row says in a column, in SQL; rows of files that lack the column (`lacking`) say `else_value` (rule 4.5)."""
    return f"CASE WHEN {row}.file_no IN ({', '.join(map(str, lacking))}) THEN {else_value} ELSE {row}.{name} END" if lacking else f"{row}.{name}"


Lacking = Mapping[str, Sequence[int]]
