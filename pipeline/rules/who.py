"""Who is meant (rules 2.1 to 2.4): keys of instructions and bookings against customers."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.frames import Keep, as_is

KEYS = ("id_key", "email_key", "phone_key")


@dataclass(frozen=True)
class Matched:
    """What became of each combination of keys.

    `decisions` has one row a `who`: who, customer_id (null unless exactly one customer is meant), candidates (how many
    customers all filled keys agree on), fault (a code, or null). `agreeing` has who and customer_id of all candidates,
    `unmatched` who and kind of the filled keys that nobody has.
    """

    decisions: Any
    agreeing: Any
    unmatched: Any


def match_customers(keys: Any, customers: Any, keep: Keep = as_is) -> Matched:
    """Find the customers that all filled keys agree on.

    `keys`: who (Int64, unique), id_key, email_key, phone_key (normal forms, null where not filled, at least one filled).
    `customers`: customer_id (unique), email_key, phone_key, status; deleted ones are unknown (2.4).
    """
    asked = keep(_long(keys, "who"))
    living = customers.filter(nw.col("status") != "deleted").with_columns(id_key=nw.col("customer_id"))
    hits = keep(asked.join(_long(living, "customer_id"), on=["kind", "key"], how="inner"))
    filled = asked.group_by("who").agg(nw.len().cast(nw.Int64).alias("filled"))
    found = hits.select("who", "kind").unique().group_by("who").agg(nw.len().cast(nw.Int64).alias("found"))
    counted = hits.group_by("who", "customer_id").agg(nw.len().cast(nw.Int64).alias("agreed"))
    agreeing = keep(counted.join(filled, on="who", how="inner").filter(nw.col("agreed") == nw.col("filled")).select("who", "customer_id"))
    chosen = agreeing.group_by("who").agg(nw.len().cast(nw.Int64).alias("candidates"), nw.col("customer_id").min())
    decisions = filled.join(found, on="who", how="left").join(chosen, on="who", how="left")
    unmatched = asked.join(hits.select("who", "kind").unique(), on=["who", "kind"], how="anti").select("who", "kind")
    return Matched(keep(_decide(decisions)), agreeing, unmatched)


def _long(frame: Any, label: str) -> Any:
    """Return one row a filled key: `label`, kind, key."""
    parts = [frame.select(label, nw.lit(kind).alias("kind"), nw.col(kind).alias("key")) for kind in KEYS]
    return nw.concat(parts).filter(~nw.col("key").is_null())


def _decide(frame: Any) -> Any:
    candidates = nw.col("candidates").fill_null(0)
    found = nw.col("found").fill_null(0)
    fault = (
        nw.when(found == 0)
        .then(nw.lit("unknown-customer"))
        .when((found < nw.col("filled")) | (candidates == 0))
        .then(nw.lit("conflicting-customer"))
        .when(candidates > 1)
        .then(nw.lit("ambiguous-customer"))
    )
    one = nw.when(candidates == 1, found == nw.col("filled")).then(nw.col("customer_id"))
    return frame.select("who", one.alias("customer_id"), candidates.alias("candidates"), fault.alias("fault"))
