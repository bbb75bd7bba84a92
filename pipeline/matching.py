"""Whom the rows of an upload mean: their keys against the book (rules 2.1 to 2.4), and what to say where that is not one customer."""

from dataclasses import dataclass

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import phone_keys
from pipeline.outputs.messages import ambiguous_details, near_details, regionless_details, unmatched_details
from pipeline.rules.frames import for_rules
from pipeline.rules.who import KEYS, Matched, match_customers
from pipeline.store.book import Book
from pipeline.store.reading import ANY, TAIL, close_keys, find_customers, name_one, one_edit_pairs, phone_tails, phones_ending
from schemas.entity import IGNORE


@dataclass(frozen=True)
class Meant:
    """The customers that an upload is about.

    `who` has a row for each row of the upload: seq, who (a number for the combination of keys), customer_id, customer_no, status
    and who_fault. `customers` has customer_no (from 0, in the order of ids), customer_id, status and alert_message. `details` has
    who and detail where the keys name nobody, or several.
    """

    who: pl.DataFrame
    customers: pl.DataFrame
    details: pl.DataFrame


def find_meant(rows: pl.DataFrame, context: Context) -> Meant:
    """Find the customers that rows name; `rows` has seq, action, keys_unread and the keys."""
    named = ~pl.col("keys_unread") & pl.any_horizontal(pl.col(KEYS).is_not_null()) & (pl.col("action").fill_null("") != IGNORE)
    keys = rows.filter(named).select(KEYS).unique(maintain_order=True).with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    found = find_by_keys(context.book, keys, context.settings.business.phone_region)
    matched: Matched = match_customers(for_rules(keys), for_rules(found))
    decisions: pl.DataFrame = matched.decisions.to_native()
    meant = found.filter(pl.col("customer_id").is_in(decisions["customer_id"].drop_nulls().implode()))
    customers = meant.select("customer_id", "status", "alert_message").sort("customer_id").with_row_index("customer_no")
    customers = customers.with_columns(pl.col("customer_no").cast(pl.Int64))
    who = rows.select("seq", *KEYS, is_named=named).join(
        keys.with_columns(is_named=pl.lit(value=True)), on=[*KEYS, "is_named"], how="left", nulls_equal=True, validate="m:1"
    )
    who = who.join(decisions.select("who", "customer_id", who_fault="fault"), on="who", how="left", validate="m:1")
    who = who.join(customers.select("customer_id", "customer_no", "status"), on="customer_id", how="left", validate="m:1")
    who = who.select("seq", "who", "customer_id", "customer_no", "status", "who_fault").sort("seq")
    return Meant(who, customers, _details(keys, matched, context))


def tell_faults(keys: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return who and detail for those combinations of keys that name nobody, or several, and of which there is more to say; `keys` has who and `KEYS`."""
    found = find_by_keys(context.book, keys, context.settings.business.phone_region)
    return _details(keys, match_customers(for_rules(keys), for_rules(found)), context)


def find_by_keys(book: Book, keys: pl.DataFrame, region: str | None) -> pl.DataFrame:
    """Return customer_id, email_key, phone_key, status and alert_message of every customer whom some key matches, and of some more.

    `keys` has `KEYS`, in normal form. Phone numbers of the book are brought into theirs where one is asked for.
    """
    found = find_customers(book, keys.select("id_key", "email_key", phone_tails(keys["phone_key"])))
    asks = keys["phone_key"].is_not_null().any()
    numbers = phone_keys(found["phone"], region) if asks else pl.Series([None], dtype=pl.String).new_from_index(0, len(found))
    return found.select("customer_id", "email_key", numbers.alias("phone_key"), "status", "alert_message")


def _close(asked: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return key_kind, key, near and others where a stored key is one edit away."""
    phones = asked.filter((pl.col("key_kind") == "phone_key") & pl.col("key").str.starts_with("+")).select("key")
    found = close_keys(context.book, asked)
    return pl.concat([found, _close_phones(phones, context).with_columns(key_kind=pl.lit("phone_key"))]) if len(phones) else found


def _close_phones(asked: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return key, near and others, as `close_keys` does, for phone numbers (key); those whose ends are close are looked at in full."""
    stored = phones_ending(context.book)
    ends = pl.concat([asked.select("key", end=pl.col("key").str.tail(TAIL + more)) for more in (-1, 0, 1)])
    near = one_edit_pairs(ends.select(key="end").unique(), stored.filter(pl.col("stored") != ANY))["near"]
    may_be_any = (phone_tails(asked["key"]) == ANY).any()
    looked_at = stored if may_be_any else stored.filter((pl.col("stored") == ANY) | pl.col("customer_id").is_in(near.unique().implode()))
    numbers = looked_at.select("customer_id", phone_keys(looked_at["phone"], context.settings.business.phone_region).alias("stored")).drop_nulls()
    return name_one(one_edit_pairs(asked, numbers))


def _details(keys: pl.DataFrame, matched: Matched, context: Context) -> pl.DataFrame:
    """Return who and detail for the combinations of keys that name nobody, or several."""
    decisions: pl.DataFrame = matched.decisions.to_native()
    conflicting = decisions.filter(pl.col("fault") == "conflicting-customer").select("who")
    nobody: pl.DataFrame = matched.unmatched.to_native()
    several = pl.concat([ambiguous_details(matched.agreeing.to_native()), unmatched_details(nobody.join(conflicting, on="who", how="semi"))])
    unknown = decisions.filter(pl.col("fault") == "unknown-customer").select("who").join(keys, on="who", how="inner", validate="1:1")
    asked = unknown.unpivot(on=list(KEYS), index="who", variable_name="key_kind", value_name="key").drop_nulls()
    if not len(asked):
        return several
    distinct = asked.select("key_kind", "key").unique()
    found = [near_details(_close(distinct, context))]
    if context.settings.business.phone_region is None:
        found.append(regionless_details(distinct))
    hints = asked.join(pl.concat(found), on=["key_kind", "key"], how="inner").group_by("who").agg(pl.col("detail").sort().str.join("; "))
    return pl.concat([several, hints])
