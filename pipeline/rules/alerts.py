"""Alert messages (rules 4.1 to 4.4): what a customer's flags say, and which bookings are told."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.frames import require_one_per, same

JOINT = " | "


def compose_alerts(flags: Any, alerting: Sequence[int]) -> Any:
    """Return customer_no and alert for every customer in `flags` (customer_no, type_no, comment): 4.1.

    `alerting`: the numbers of the types that alert, most severe first. The alert is null where none of them alerts.
    """
    named = {f"type_{number}": number for number in alerting}
    if not named:
        return flags.select("customer_no").unique().with_columns(alert=nw.lit(None, dtype=nw.String))
    spread = flags.with_columns(**{name: nw.when(nw.col("type_no") == number).then(nw.col("comment")) for name, number in named.items()})
    parts = spread.group_by("customer_no").agg(*(nw.col(name).max() for name in named))
    joined = nw.concat_str(*(nw.col(name) for name in named), separator=JOINT, ignore_nulls=True)
    return parts.select("customer_no", nw.when(joined != "").then(joined).alias("alert"))


def changed_alerts(customers: Any, alerts: Any) -> Any:
    """Return customer_no, old, new for the customers whose stored alert (column alert_message) is not what `alerts` says: 4.2."""
    joined = customers.join(require_one_per(alerts, "customer_no"), on="customer_no", how="left")
    differs = ~same(nw.col("alert_message"), nw.col("alert"))
    return joined.filter(differs).select("customer_no", nw.col("alert_message").alias("old"), nw.col("alert").alias("new"))


def spread_alerts(changes: Any, bookings: Any) -> Any:
    """Return what the changed alerts mean for bookings: 4.2.

    `changes`: customer_no (unique), old, new. `bookings`: future, live ones (4.3) with booking_no, customer_no, alert (null
    where empty, no blanks around). The answer has booking_no, customer_no, before, after and effect: updated, cleared or kept.
    """
    joined = bookings.join(require_one_per(changes, "customer_no"), on="customer_no", how="inner")
    own, old, new = nw.col("alert"), nw.col("old"), nw.col("new")
    follows = own.is_null() | same(own, old)
    effect = nw.when(~follows).then(nw.lit("kept")).when(new.is_null()).then(nw.lit("cleared")).otherwise(nw.lit("updated"))
    after = nw.when(follows).then(new).otherwise(own)
    return joined.filter(~same(own, new)).select("booking_no", "customer_no", own.alias("before"), after.alias("after"), effect.alias("effect"))


def mark_new_bookings(bookings: Any, alerts: Any) -> Any:
    """Return booking_no and alert for new bookings, future and live, that arrive without an alert of a customer who has one: 4.4.

    `bookings`: booking_no, customer_id, alert. `alerts`: customer_id (unique), alert_message.
    """
    silent = bookings.filter(nw.col("alert").is_null()).select("booking_no", "customer_id")
    joined = silent.join(require_one_per(alerts, "customer_id"), on="customer_id", how="inner")
    return joined.filter(~nw.col("alert_message").is_null()).select("booking_no", nw.col("alert_message").alias("alert"))


def flags_from_source(words: Any) -> Any:
    """Return what the source's words about customers' alerts do to their flag Alert: customer_no, before, after (null where it is not there): 4.6.

    `words`: customer_no (unique), said (now), remembered (said last time), alert_message (the customer's present one), comment (of the
    flag that stands, null where there is none).
    """
    said, comment = nw.col("said"), nw.col("comment")
    sets = ~said.is_null() & ~same(said, nw.col("alert_message")) & ~same(said, comment)
    ends = said.is_null() & ~comment.is_null() & same(comment, nw.col("remembered"))
    new = nw.when(sets).then(said)
    told = words.filter(~same(said, nw.col("remembered")) & (sets | ends))
    return told.select("customer_no", comment.alias("before"), new.alias("after"))


def judge_moved(bookings: Any) -> Any:
    """Return what becomes of the alerts of bookings that changed customer, or became future and live: 4.8, and 4.2 for them.

    `bookings`: booking_no, alert (null where empty), book_wrote (what the book itself last wrote there), former and present (the
    customer's alert before the batch and now). The answer is that of `spread_alerts`.
    """
    own, present, wrote, former = nw.col("alert"), nw.col("present"), nw.col("book_wrote"), nw.col("former")
    follows = own.is_null() | same(own, wrote) | same(own, former)
    effect = nw.when(~follows).then(nw.lit("kept")).when(present.is_null()).then(nw.lit("cleared")).otherwise(nw.lit("updated"))
    after = nw.when(follows).then(present).otherwise(own)
    return bookings.filter(~same(own, present)).select("booking_no", own.alias("before"), after.alias("after"), effect.alias("effect"))
