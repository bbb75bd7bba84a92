"""Rows of files about somebody who was erased: they are known again by their keys, and left alone; a customer who is there keeps their own."""

from collections.abc import Sequence

import polars as pl

from pipeline.context import Context
from pipeline.findings import CATALOGUE
from pipeline.intake.cells import phone_keys
from pipeline.matching import find_by_keys
from pipeline.rules.frames import for_rules
from pipeline.rules.who import KEYS, match_customers
from pipeline.store.incoming import Lying
from pipeline.store.suppression import any_suppressed, keys_of_nobody, known_again, leave_out

ERASED = "erased-customer"
MESSAGE = CATALOGUE[ERASED].message
OF_CUSTOMERS = ("t.customer_id", "t.email_key", "t.phone")
OF_BOOKINGS = ("t.id_key", "t.email_key", "t.phone")
BY_ID = ("t.customer_id", "NULL::VARCHAR", "NULL::VARCHAR")


def find_erased(keys: pl.DataFrame, context: Context) -> pl.Series:
    """Return who of those combinations of keys that have a key of somebody erased, and name no customer who is there; `keys` has who and `KEYS`."""
    if not (len(keys) and any_suppressed(context.book)):
        return keys["who"].clear()
    suspects = keys.join(known_again(context.book, keys), on="who", how="semi")
    found = find_by_keys(context.book, suspects, context.settings.business.phone_region)
    matched = match_customers(for_rules(suspects), for_rules(found))
    decisions: pl.DataFrame = matched.decisions.to_native()
    return decisions.filter(pl.col("candidates") == 0)["who"]


def leave_out_customers(context: Context) -> None:
    """Leave out staged customers who have a key of somebody erased, and are not there already under an id of their own."""
    if any_suppressed(context.book):
        asked = _with_numbers(keys_of_nobody(context.book, "staged_customers", OF_CUSTOMERS), context)
        leave_out(context.book, ("staged_customers", "file_no", "source_row"), OF_CUSTOMERS, asked.join(known_again(context.book, asked), on="who", how="semi"))


def leave_out_bookings(context: Context, lying: Lying, *, by_id: bool) -> None:
    """Leave out bookings, where they lie, that name somebody erased."""
    if any_suppressed(context.book):
        columns = BY_ID if by_id else OF_BOOKINGS
        asked = _with_numbers(keys_of_nobody(context.book, lying.table, columns), context)
        erased = find_erased(asked.select("who", *KEYS), context)
        leave_out(context.book, (lying.table, lying.file, lying.row), columns, asked.filter(pl.col("who").is_in(erased.implode())))


def erased_among(people: pl.DataFrame, living: pl.Series, context: Context) -> Sequence[str]:
    """Return the ids of those customers (customer_id, email_key, phone) who have a key of somebody erased, and are not among the `living`."""
    if not (len(people) and any_suppressed(context.book)):
        return []
    asked = people.filter(~pl.col("customer_id").is_in(living.implode())).with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    asked = _with_numbers(asked.select("who", "email_key", "phone", id_key="customer_id"), context)
    return asked.join(known_again(context.book, asked), on="who", how="semi")["id_key"].unique().to_list()


def _with_numbers(asked: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Add phone_key: the phone number in normal form."""
    return asked.with_columns(phone_keys(asked["phone"], context.settings.business.phone_region).alias("phone_key"))
