"""What is wrong with rows, said with the headers of the file instead of the book's columns, and with what can be done in that file."""

import re

import polars as pl

from pipeline.legacy.opening import Source

OURS = ("starts_at", "ends_at", "created_at", "price")  # columns that the casts of exports name in their messages
NOBODY = "nothing tells whose the row is: fill {}"
NO_ID = "the row has no id of its own: fill {}"
BY_ID = "name one by customer_id"
NO_IDS = "correct it here or in the book, or add a column of ids and name it in a copy of the map"


def in_file_words(findings: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Return findings (see `FINDINGS`) with messages in the file's words."""
    if not len(findings):
        return findings
    columns, message = source.map.columns_of(source.kind), pl.col("message")
    for name in OURS:
        headers = _present(source, *(("day", name) if name == "starts_at" else (name,)))
        if headers:
            message = message.str.replace_all(rf"\b{re.escape(name)}\b", " / ".join(headers).replace("$", "$$"))
    for name, column in {"first_name": "name", "last_name": "name", **{name: name for name in columns}}.items():
        if headers := _present(source, column):
            message = message.str.replace(f"(column {name})", f"(column {headers[0]})", literal=True)
    no_id = NO_ID.format(" or ".join(_present(source, "booking_id"))) if source.kind == "bookings" else NOBODY.format(_keys(source))
    said = {"missing-customer": NOBODY.format(_keys(source)), "missing-id": no_id}
    message = pl.coalesce(pl.col("code").replace_strict(said, default=None, return_dtype=pl.String), message)
    if "customer_id" not in columns:
        message = pl.when(pl.col("code") == "ambiguous-customer").then(message.str.replace(BY_ID, NO_IDS, literal=True)).otherwise(message)
    return findings.with_columns(message.alias("message"))


def _keys(source: Source) -> str:
    """Return the headers of which one must be filled for a row to tell whose it is; a name alone tells it only in bookings that have nothing else."""
    by = _present(source, "name", "first_name") if source.names_only() else _present(source, "customer_id", "email", "phone")
    return " or ".join(by) or "in a column that tells its customer, and name that in the map"


def _present(source: Source, *names: str) -> list[str]:
    """Return the headers, as the file writes them, that some of our columns are read from: of each column the first."""
    columns = source.map.columns_of(source.kind)
    there = {name: next((header for header in columns.get(name, ()) if source.has((header,))), None) for name in names}
    return [header for header in there.values() if header]
