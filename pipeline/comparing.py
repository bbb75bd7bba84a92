"""Another system's files against the book, item by item: for the weeks in which both are kept."""

from collections.abc import Sequence

import polars as pl

from pipeline.chaining import standing_in
from pipeline.context import Context
from pipeline.parting import Spoken
from pipeline.store.sources import customers_of, flags_of

PLAIN = ("first_name", "last_name", "company", "email", "phone")
DIFFERENCE = ("customer_id", "item", "difference", "in_file", "in_book")
SAME = "same"


def compare(spoken: Spoken, people: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the items that differ (`DIFFERENCE`), by customer and item, and counts of flags and customers by what they are.

    `people`: customers as the files have them, each once; a blank cell says nothing. A flag is the same where the book's comment holds the source's.
    """
    known = customers_of(context.book, people["customer_id"])
    flags = _flags(standing_in(spoken, context), flags_of(context.book, people["customer_id"]))
    absent = people.join(known, on="customer_id", how="anti").select("customer_id")
    there = flags.join(absent, on="customer_id", how="anti")
    lacking = absent.select(
        "customer_id",
        pl.lit("customer").alias("item"),
        pl.lit("not in the book").alias("difference"),
        pl.lit(None, pl.String).alias("in_file"),
        pl.lit(None, pl.String).alias("in_book"),
    )
    profiles = _profiles(people, known)
    every = pl.concat([lacking, there.filter(pl.col("difference") != SAME), profiles]).sort("customer_id", "item", maintain_order=True)
    counts = {f"flags {what}": n for what, n in flags.group_by("difference").agg(n=pl.len().cast(pl.Int64)).sort("difference").rows()}
    return every, {"customers compared": len(people), "customers not in the book": len(absent), "profiles that differ": len(profiles), **counts}


def _flags(file: pl.DataFrame, book: pl.DataFrame) -> pl.DataFrame:
    book = book.with_columns(key=pl.col("flag_type").str.to_lowercase())
    sides = file.join(book, on=["customer_id", "key"], how="full", coalesce=True, validate="1:1", suffix="_book")
    said, stands = pl.col("said"), pl.col("comment")
    other = pl.when(~stands.str.contains(said, literal=True)).then(pl.lit("with another comment"))
    rest = other.when(pl.col("said_until").ne_missing(pl.col("expires_on"))).then(pl.lit("with another last day")).otherwise(pl.lit(SAME))
    what = pl.when(stands.is_null()).then(pl.lit("only in the file")).when(said.is_null()).then(pl.lit("only in the book")).otherwise(rest)
    return sides.select(
        "customer_id",
        pl.coalesce("flag_type_book", "flag_type").alias("item"),
        what.alias("difference"),
        _text("said", "said_until").alias("in_file"),
        _text("comment", "expires_on").alias("in_book"),
    )


def _text(comment: str, until: str) -> pl.Expr:
    """Return a flag as a person reads it."""
    said = pl.concat_str(pl.format("(through {})", until), pl.col(comment), separator=" ", ignore_nulls=True)
    return pl.when(pl.col(comment).is_not_null()).then(said)


def _profiles(people: pl.DataFrame, known: pl.DataFrame, columns: Sequence[str] = PLAIN) -> pl.DataFrame:
    both = people.join(known, on="customer_id", how="inner", validate="1:1", suffix="_book")
    parts = [
        both.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name}_book"))).select(
            "customer_id",
            pl.lit(name).alias("item"),
            pl.lit("differs").alias("difference"),
            pl.col(name).alias("in_file"),
            pl.col(f"{name}_book").alias("in_book"),
        )
        for name in columns
    ]
    return pl.concat(parts)
