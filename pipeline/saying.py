"""What the source says about customers' alerts becomes flags (rule 4.6)."""

import polars as pl

from pipeline.alerting import plan_alerts_of
from pipeline.context import Context
from pipeline.intake.cells import keys_of, word_keys
from pipeline.rules.alerts import flags_from_source
from pipeline.rules.frames import for_rules
from pipeline.store import customers
from pipeline.store.reading import items_of
from pipeline.store.undoing import named_customers
from pipeline.telling import ORIGIN, Known, Planned, Telling, Told
from schemas.entities import FLAGS
from schemas.entity import STAMPS

ALERT = "Alert"


def tell_of_source(context: Context, batch: tuple[int, str], known: Known, *, any_words: bool) -> Told:
    """Set, change and remove flags as the source says, tell known bookings, and judge those that moved.

    `batch`: its number, and who loads. `any_words`: customers were loaded.
    """
    words = customers.alert_words(context.book) if any_words else customers.no_words()
    telling = Telling(context, batch)
    telling.write(_plan_flags(context, batch[1], words))
    telling.end()
    return telling.finish(known)


def _plan_flags(context: Context, by: str, words: pl.DataFrame) -> Planned:
    """Return what the source's words do to flags, and the alerts that change."""
    people = named_customers(context.book, words.select("customer_id"))
    standing = items_of(context.book, FLAGS, people)
    alert = standing.filter(word_keys(standing["item_name"]) == ALERT.casefold())
    spoken = words.join(people, on="customer_id", how="inner", validate="1:1").select("customer_no", "said", "remembered", "alert_message")
    spoken = spoken.join(alert.select("customer_no", "comment"), on="customer_no", how="left", validate="1:1")
    decided: pl.DataFrame = flags_from_source(for_rules(spoken)).to_native()
    events = _events(decided, (alert, people, words), context, by)
    after = _after(standing, alert, decided, context)
    touched = people.join(decided, on="customer_no", how="semi")
    alerts = plan_alerts_of(after.join(touched, on="customer_no", how="semi"), touched, context.settings)
    return Planned(events, _alert_rows(alerts, people, events))


def _alert_name(context: Context) -> str:
    """Return how the settings write the flag type Alert."""
    names = context.settings.type_names()
    return next((name for name, key in zip(names, keys_of(names), strict=True) if key == ALERT.casefold()), ALERT)


def _after(standing: pl.DataFrame, alert: pl.DataFrame, decided: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the flags that stand afterwards: customer_no, item_name, comment."""
    ended = alert.select("customer_no", "item_name").join(decided, on="customer_no", how="semi")
    rest = standing.select("customer_no", "item_name", "comment").join(ended, on=["customer_no", "item_name"], how="anti")
    old = alert.select("customer_no", was="item_name")
    made = decided.filter(pl.col("after").is_not_null()).join(old, on="customer_no", how="left", validate="1:1")
    return pl.concat([rest, made.select("customer_no", pl.coalesce("was", pl.lit(_alert_name(context))).alias("item_name"), comment="after")])


def _events(decided: pl.DataFrame, known: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], context: Context, by: str) -> pl.DataFrame:
    """Return what was decided as the events of flags that `write_items` takes; who set a flag stays where it is only edited."""
    alert, people, words = known
    kept = alert.select("customer_no", "item_name", "expires_on", *STAMPS)
    rows = decided.join(people, on="customer_no", how="inner", validate="1:1").join(kept, on="customer_no", how="left", validate="1:1")
    rows = rows.join(words.select("customer_id", "file_no", "source_row"), on="customer_id", how="inner", validate="1:1").sort("customer_id")
    new, gone = pl.col("before").is_null(), pl.col("after").is_null()
    now, who = pl.lit(context.as_of).cast(pl.Datetime("us", "UTC")), pl.lit(by)
    after = {
        "comment": pl.col("after"),
        "expires_on": pl.col("expires_on"),
        "made_by": pl.coalesce("made_by", who),
        "made_at": pl.coalesce("made_at", now),
        "updated_by": pl.when(~new).then(who),
        "updated_at": pl.when(~new).then(now),
    }
    before = {"comment": pl.col("before"), **{name: pl.col(name) for name in ("expires_on", *STAMPS)}}
    return rows.with_row_index("place").select(
        pl.col("place").cast(pl.Int64),
        "customer_id",
        pl.coalesce("item_name", pl.lit(_alert_name(context))).alias("item"),
        pl.when(new).then(pl.lit("flagged")).when(gone).then(pl.lit("unflagged")).otherwise(pl.lit("edited")).alias("action"),
        (~new).alias("is_before"),
        (~gone).alias("is_after"),
        *(value.alias(f"before_{name}") for name, value in before.items()),
        *(pl.when(~gone).then(value).alias(f"after_{name}") for name, value in after.items()),
        pl.lit(None, pl.String).alias("before_value"),
        pl.lit(None, pl.String).alias("after_value"),
        "file_no",
        pl.lit(None, pl.String).alias("sheet"),
        "source_row",
        pl.lit(None, pl.String).alias("reason"),
        pl.lit(by).alias("changed_by"),
        pl.lit(value=True).alias("is_last"),
    )


def _alert_rows(alerts: pl.DataFrame, people: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return changed alerts of customers with the row that they come from: each customer has one event."""
    named = alerts.join(people.select("customer_no", "customer_id"), on="customer_no", how="inner", validate="1:1")
    return named.join(events.select("customer_id", *ORIGIN), on="customer_id", how="left", validate="1:1").drop("customer_no").sort("customer_id")
