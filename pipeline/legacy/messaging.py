"""What is wrong with rows, said with the headers of the file instead of the book's columns, and with what can be done in that file."""

import re

import polars as pl

from pipeline.legacy.opening import Source

OURS = ("starts_at", "ends_at", "created_at", "price")  # columns that the casts of exports name in their messages
NO_ID = "nothing tells whose the row is: fill {}"
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
    if "customer_id" not in columns:
        by = _present(source, "email", "phone", "name", "first_name")
        said = pl.when(pl.col("code").is_in(["missing-id", "missing-customer"])).then(pl.lit(NO_ID.format(" or ".join(by) or "its customer")))
        generic = pl.col("message").str.replace(BY_ID, NO_IDS, literal=True)
        message = said.when(pl.col("code") == "ambiguous-customer").then(generic).otherwise(message)
    return findings.with_columns(message.alias("message"))


def _present(source: Source, *names: str) -> list[str]:
    """Return the headers, as the file writes them, that some of our columns are read from: of each column the first."""
    columns = source.map.columns_of(source.kind)
    there = {name: next((header for header in columns.get(name, ()) if source.has((header,))), None) for name in names}
    return [header for header in there.values() if header]
