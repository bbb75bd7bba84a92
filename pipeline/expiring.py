"""The two batches that a night makes of its own accord: flags past their last day end (rule 3.7), and alerts are composed anew (rule 4.9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from pipeline.alerting import count_effects, plan_alerts_of, tell_bookings
from pipeline.context import Context
from pipeline.planning import batch_counts, count_outcomes
from pipeline.store.items import ItemChanges
from pipeline.store.reading import items_of
from pipeline.store.undoing import named_customers
from pipeline.store.upkeep import alerted_customers, expired_flags
from pipeline.store.writing import Changes
from schemas.entities import FLAGS
from schemas.entity import STAMPS

ORIGIN = {"file_no": pl.Int64, "sheet": pl.String, "source_row": pl.Int64}
VALUES = ("comment", "expires_on", *STAMPS)


@dataclass(frozen=True)
class UpkeepPlan:
    """What such a batch does: its changes, and its counts as the columns of `batches` are called. There is a row for each flag or alert."""

    changes: Changes
    counts: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to do, and so no batch."""
        return not len(self.changes.rows)


Planner: TypeAlias = Callable[[str, Context], UpkeepPlan]


def plan_expiry(by: str, context: Context) -> UpkeepPlan:
    """Decide which flags end, since their last day lies before the as-of's day, and what that means for alerts; nothing is written."""
    day = context.as_of.astimezone(context.settings.zone).date()
    ended = expired_flags(context.book, day)
    customers = named_customers(context.book, ended.select("customer_id").unique())
    standing = _standing(customers, context)
    kept = standing.join(customers, on="customer_no", how="inner", validate="m:1").join(ended, on=["customer_id", "item_name"], how="anti")
    rows = _rows(ended.select("customer_id", item="item_name"), "expire", "flag ended: its last day is over")
    return _assemble((ItemChanges(FLAGS, _events(ended, by)),), rows, (kept, customers), (by, context))


def plan_composing(by: str, context: Context) -> UpkeepPlan:
    """Decide which customers' alerts are not what their flags say by the settings as they are, and what that means for bookings."""
    customers = alerted_customers(context.book)
    standing = _standing(customers, context)
    alerts = plan_alerts_of(standing, customers, context.settings).join(customers, on="customer_no", how="inner", validate="1:1").sort("customer_no")
    rows = _rows(alerts.select("customer_id", item=pl.lit("alert_message")), "compose", "alert composed anew: the settings changed")
    return _assemble((), rows, (standing, customers), (by, context))


def _standing(customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    return items_of(context.book, FLAGS, customers).select("customer_no", "item_name", "comment")


def _events(ended: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return flags that end as the events that `write_items` takes."""
    kinds = ended.schema
    return ended.with_row_index("place").select(
        pl.col("place").cast(pl.Int64),
        "customer_id",
        pl.col("item_name").alias("item"),
        pl.lit("expired").alias("action"),
        pl.lit(value=True).alias("is_before"),
        pl.lit(value=False).alias("is_after"),
        *(pl.col(name).alias(f"before_{name}") for name in VALUES),
        *(pl.lit(None, kinds[name]).alias(f"after_{name}") for name in VALUES),
        pl.lit(None, pl.String).alias("before_value"),
        pl.lit(None, pl.String).alias("after_value"),
        *_origin(by),
    )


def _origin(by: str) -> list[pl.Expr]:
    nowhere = [pl.lit(None, kind).alias(name) for name, kind in ORIGIN.items()]
    return [*nowhere, pl.lit(None, pl.String).alias("reason"), pl.lit(by).alias("changed_by")]


def _rows(items: pl.DataFrame, action: str, message: str) -> pl.DataFrame:
    """Return the batch's rows of items (customer_id, item); they come from no file."""
    return items.select(
        pl.lit(0, pl.Int64).alias("file_no"),
        pl.lit(None, pl.String).alias("sheet"),
        pl.lit(0, pl.Int64).alias("source_row"),
        "customer_id",
        pl.lit(action).alias("action"),
        "item",
        pl.lit("applied").alias("outcome"),
        pl.lit(None, pl.String).alias("code"),
        pl.lit(message).alias("message"),
    )


def _assemble(items: tuple[ItemChanges, ...], rows: pl.DataFrame, after: tuple[pl.DataFrame, pl.DataFrame], said: tuple[str, Context]) -> UpkeepPlan:
    """Add what the flags that stand afterwards (`after`, with their customers) mean for alerts, and those for bookings (rule 4.2)."""
    (standing, customers), (by, context) = after, said
    ids = customers.select("customer_no", "customer_id")
    alerts = plan_alerts_of(standing, customers, context.settings)
    told = tell_bookings(alerts, ids, context)
    named = alerts.join(ids, on="customer_no", how="inner", validate="1:1").sort("customer_no").with_columns(_origin(by))
    changing = told.filter(pl.col("effect") != "kept").join(ids, on="customer_no", how="inner", validate="m:1").sort("row_id").with_columns(_origin(by))
    return UpkeepPlan(Changes(items, named, changing, rows), batch_counts(count_outcomes(rows), count_effects(told)))
