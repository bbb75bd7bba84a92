"""What changed flags mean for their customers' alerts, and those for bookings (rules 4.1, 4.2): the same for every kind of batch."""

from collections.abc import Sequence

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import keys_of, word_keys
from pipeline.rules.alerts import changed_alerts, compose_alerts, spread_alerts
from pipeline.rules.frames import for_rules
from pipeline.settings import Settings
from pipeline.store.reading import future_live_bookings


def plan_alerts(flags: pl.DataFrame, types: Sequence[str], customers: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert is not what their flags say.

    `flags`: customer_no, type_no (a place in `types`) and comment of all flags that the customers have after the batch. `types`:
    the settings' types in their order, then retired ones, which still alert. `customers`: customer_no and alert_message.
    """
    silent = {number for number, kind in enumerate(settings.flags.types) if not kind.alerts}
    there = set(flags["type_no"].unique())
    composed = compose_alerts(for_rules(flags), [number for number in range(len(types)) if number in there - silent])
    changes: pl.DataFrame = changed_alerts(for_rules(customers), composed).to_native()
    return changes


def plan_alerts_of(flags: pl.DataFrame, customers: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return what `plan_alerts` does, for flags whose types go by name: `flags` has customer_no, item_name and comment."""
    known, names = keys_of(settings.type_names()), flags["item_name"].unique().sort()
    keys = [*known, *(key for key in dict.fromkeys(word_keys(names).to_list()) if key not in known)]
    typed = flags.with_columns(type_no=word_keys(flags["item_name"]).replace_strict(keys, list(range(len(keys))), return_dtype=pl.Int64))
    return plan_alerts(typed, keys, customers, settings)


def tell_bookings(alerts: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the bookings that changed alerts concern: row_id, booking_id, customer_no, before (as stored), after, effect."""
    asked = alerts.join(customers, on="customer_no", how="inner", validate="1:1")
    return spread(alerts, future_live_bookings(context.book, asked, context.as_of))


def spread(alerts: pl.DataFrame, bookings: pl.DataFrame) -> pl.DataFrame:
    """Return what changed alerts mean for bookings (see `future_live_bookings`), as `tell_bookings` does."""
    trimmed = alerts.with_columns(pl.col("old", "new").str.strip_chars())
    told: pl.DataFrame = spread_alerts(for_rules(trimmed), for_rules(bookings.select("customer_no", "alert", booking_no="row_id"))).to_native()
    as_stored = bookings.select("row_id", "booking_id", before="stored_alert")
    return told.drop("before").rename({"booking_no": "row_id"}).join(as_stored, on="row_id", how="inner", validate="1:1")


def count_effects(told: pl.DataFrame) -> dict[str, int]:
    """Count what became of bookings: updated, cleared, kept."""
    return {effect: int((told["effect"] == effect).sum()) for effect in ("updated", "cleared", "kept")}
