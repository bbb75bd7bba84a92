"""Whom the rows of an upload mean: their keys against the book (rules 2.1 to 2.4), and what to say where that is not one customer."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import phone_keys
from pipeline.outputs.messages import ambiguous_details, near_details, unmatched_details
from pipeline.rules.who import KEYS, Matched, match_customers
from pipeline.store.reading import close_keys, find_customers, phones_to_key
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
    found = _find(keys, context)
    matched: Matched = match_customers(nw.from_native(keys, eager_only=True), nw.from_native(found, eager_only=True))
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


def _find(keys: pl.DataFrame, context: Context) -> pl.DataFrame:
    region = context.settings.business.phone_region
    if keys["phone_key"].is_null().all() or (context.book.value("phone_region") or None) == region:
        return find_customers(context.book, keys)
    # The book's normal forms were made with another region: this batch's are made anew, and the next load will keep them.
    phones = phones_to_key(context.book)
    phones = phones.select("customer_id", phone_key=phone_keys(phones["phone"], region))
    hit = phones.filter(pl.col("phone_key").is_in(keys["phone_key"].drop_nulls().implode()))
    nothing = pl.lit(None, pl.String)
    asked = pl.concat([keys.select(KEYS), hit.select(id_key="customer_id", email_key=nothing, phone_key=nothing)])
    found = find_customers(context.book, asked.with_columns(phone_key=nothing)).drop("phone_key")
    known = found.join(phones, on="customer_id", how="left", validate="1:1")
    return known.select("customer_id", "email_key", "phone_key", "status", "alert_message")


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
    near = near_details(close_keys(context.book, asked.select("key_kind", "key").unique()))
    hints = asked.join(near, on=["key_kind", "key"], how="inner").group_by("who").agg(pl.col("detail").sort().str.join("; "))
    return pl.concat([several, hints])
