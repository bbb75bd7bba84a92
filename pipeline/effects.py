"""What a batch changes in the end, item by item: for previews, and for the brake against accidents; and what became of what a source says, in numbers."""

from collections.abc import Sequence

import polars as pl

from pipeline.legacy.flagging import FLAGGED, PRESENT, UNFLAGGED
from pipeline.report import Effects, MassChange
from pipeline.store.items import ItemChanges
from schemas.columns import Kind
from schemas.entities import FLAGS, STATUS
from schemas.entity import Entity

EXPIRED = "expired"
NET = {
    "place": pl.Int64,
    "entity": pl.String,
    "customer_id": pl.String,
    "item": pl.String,
    "change": pl.String,
    "before": pl.String,
    "after": pl.String,
    "source_row": pl.Int64,
}


def net_changes(items: Sequence[ItemChanges], alerts: pl.DataFrame) -> pl.DataFrame:
    """Return one row for every item that is another after the batch than before it, in the order of the rows that last changed it.

    The columns are those of `NET`: change is added, edited or removed; before and after are texts for people, null where the
    item is not there. The customers' alerts come last (`alerts`: customer_id, old, new), as entity customers.
    """
    parts = [pl.DataFrame(schema=NET), *(_net(one) for one in items)]
    every = pl.concat(parts).sort("place")
    told = alerts.select(
        pl.lit(None, pl.Int64).alias("place"),
        pl.lit("customers").alias("entity"),
        "customer_id",
        pl.lit("alert_message").alias("item"),
        _change(pl.col("old").is_not_null(), pl.col("new").is_not_null()),
        pl.col("old").alias("before"),
        pl.col("new").alias("after"),
        pl.lit(None, pl.Int64).alias("source_row"),
    )
    return pl.concat([every, told])


def _change(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    return pl.when(~before).then(pl.lit("added")).when(~after).then(pl.lit("removed")).otherwise(pl.lit("edited")).alias("change")


def _net(one: ItemChanges) -> pl.DataFrame:
    before = [pl.col(name).first() for name in _side(one.entity, "before")]
    after = [pl.col(name).last() for name in _side(one.entity, "after")]
    ends = one.events.sort("place").group_by("customer_id", "item", maintain_order=True).agg(*before, *after, pl.col("place", "source_row", "action").last())
    pairs = zip(_side(one.entity, "before"), _side(one.entity, "after"), strict=True)
    same = pl.all_horizontal(pl.col(left).eq_missing(pl.col(right)) for left, right in pairs)
    differs = ends.filter(~same)
    return differs.select(
        "place",
        pl.lit(one.entity.name).alias("entity"),
        "customer_id",
        "item",
        pl.col("action").replace("status", "changed").alias("change") if one.entity is STATUS else _change(pl.col("is_before"), pl.col("is_after")),
        _text(one.entity, "before"),
        _text(one.entity, "after"),
        "source_row",
    )


def _is_value(entity: Entity) -> pl.Expr:
    """Tell which items are a plain value, which is never missing."""
    return pl.col("item") == "status" if entity is STATUS else pl.lit(value=False)


def _side(entity: Entity, side: str) -> list[str]:
    return [f"is_{side}", f"{side}_value", *(f"{side}_{field.name}" for field in entity.fields)]


def _text(entity: Entity, side: str) -> pl.Expr:
    """Return an item's value as a person reads it: until when, and its texts; the bare name where it has no fields.

    Days come first: where a text is cut to fit, a change of the day alone still shows.
    """
    days = [field for field in entity.fields if entity.kind_of(field) is Kind.DATE]
    parts = [pl.format("(through {})", f"{side}_{field.name}") for field in days]
    parts += [pl.col(f"{side}_{field.name}") for field in entity.fields if field not in days]
    said = pl.concat_str(pl.col(f"{side}_value"), *parts, separator=" ", ignore_nulls=True)
    said = pl.when(said != "").then(said).otherwise(pl.col("item"))
    return pl.when(pl.col(f"is_{side}") | _is_value(entity)).then(said).alias(side)


def count_gone(events: pl.DataFrame) -> int:
    """Count the flags that a batch's events (see `ItemChanges`) end or change."""
    net = _net(ItemChanges(FLAGS, events))
    return len(net.filter(pl.col("change").is_in(["edited", "removed"])))


def count_lost(net: pl.DataFrame, before: int, limit_percent: int) -> MassChange:
    """Count the flags that a batch ends or changes, each once, by end state; `before` is how many were active before it."""
    lost = net.filter((pl.col("entity") == FLAGS.name) & pl.col("change").is_in(["edited", "removed"]))
    return MassChange(before, len(lost), limit_percent)


def count_ended(events: pl.DataFrame) -> pl.DataFrame:
    """Count the flags that a source's events (as `write_items` takes them) end, save those past their last day: flag_type, what, n."""
    item = ["customer_id", "item"]
    ended = events.join(events.filter("is_before").select(item).unique(), on=item, how="semi", maintain_order="left")  # few: most are new
    ends = ended.group_by(item).agg(pl.col("is_before").first(), pl.col("is_after", "action").last())
    gone = ends.filter(pl.col("is_before") & ~pl.col("is_after") & (pl.col("action") != EXPIRED))
    counted = gone.group_by(flag_type="item").agg(n=pl.len().cast(pl.Int64))
    return counted.select("flag_type", pl.lit("ended_by_source").alias("what"), "n")


def count_told(
    said: tuple[pl.DataFrame, pl.DataFrame], past: tuple[pl.DataFrame, pl.DataFrame], flags: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]
) -> pl.DataFrame:
    """Count by flag type what was found, and what of it is not an item or an event of its own.

    `said`: all that was found, and the flags that stand: of a source that tells only what happened, those that its last events leave.
    """
    (found, present), (events, new), (repeated, distinct, over, kept) = said, past, flags
    stands, told = pl.col("kind") == PRESENT, pl.col("kind").is_in([FLAGGED, UNFLAGGED])
    parts = {
        "found": present.lazy(),
        "over": over.lazy(),
        "repeated": repeated.lazy().filter(stands),
        "kept": kept.lazy(),
        "merged": distinct.lazy().filter(pl.col("step") > 0),
        "events_found": found.lazy().filter(told),
        "events_kept": events.lazy().filter(told),
        "events_imported": new.lazy().filter(told),
    }
    counted = [frame.group_by("flag_type").agg(n=pl.len().cast(pl.Int64)).select("flag_type", pl.lit(what).alias("what"), "n") for what, frame in parts.items()]
    return pl.concat(counted).collect()


def tell_effects(net: pl.DataFrame) -> Effects:
    """Return what a batch changes for its report."""
    counts = net.group_by("entity", "change", maintain_order=True).len()
    totals: dict[str, dict[str, int]] = {}
    for entity, change, count in counts.sort("change").rows():
        totals.setdefault(entity, {})[change] = count
    order = net["entity"].unique(maintain_order=True)
    return Effects({name: totals[name] for name in order}, net.drop("place").to_dicts())
