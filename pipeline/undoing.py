"""From a batch to the plan that puts back what it changed (rules 6.5, 6.7); the run and the dry run share it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.alerting import plan_alerts_of
from pipeline.context import Context
from pipeline.effects import net_changes
from pipeline.intake.cells import word_keys
from pipeline.planning import Counted, count_outcomes
from pipeline.retelling import Parted, left_whole, part, plan_retelling
from pipeline.store import undoing as store
from pipeline.store.items import ItemChanges
from pipeline.store.log import migrations_since
from pipeline.store.reading import items_of
from pipeline.store.rows import Whole, find_whole
from pipeline.store.writing import Changes
from schemas.entities import ENTITIES, FLAGS, STATUS
from schemas.entity import STAMPS, Entity

CONFLICT = "changed-since-batch"
ROW_COLUMNS = {
    "file_no": pl.Int64,
    "sheet": pl.String,
    "source_row": pl.Int64,
    "customer_id": pl.String,
    "action": pl.String,
    "item": pl.String,
    "outcome": pl.String,
    "code": pl.String,
    "message": pl.String,
}


@dataclass(frozen=True)
class UndoPlan(Counted):
    """What an undo will do: `rows` has one row an item, put back (applied) or left alone (rejected, `CONFLICT`).

    `net` is what `net_changes` gives. `whole` are the customers and bookings that go, come back, or are put back as they were, of which
    `rows` lists only those left alone. `others` are bookings that keep what they say, see `Retold`; `along` are later migrations that
    may have found flags there that go now, see `migrations_since`.
    """

    rows: pl.DataFrame
    changes: Changes
    net: pl.DataFrame
    whole: Whole
    row_counts: dict[str, int]
    booking_counts: dict[str, int]
    others: pl.Series
    along: list[int]

    def conflicts(self) -> list[dict[str, str]]:
        """Return the items left alone: entity (in action), customer_id and item."""
        left = self.rows.filter(pl.col("code") == CONFLICT)
        return left.select(entity="action", customer_id="customer_id", item="item").to_dicts()


def plan_undoing(batch_id: int, who: str, context: Context) -> UndoPlan:
    """Decide what undoing a batch does to the book as it is now; nothing is written."""
    parted = {entity.name: _part_items(entity, batch_id, context) for entity in ENTITIES}
    flags = parted[FLAGS.name].back
    customers = store.named_customers(context.book, flags.select("customer_id").unique())
    alerts = _alerts(flags, customers, context)
    whole = find_whole(context.book, batch_id)
    retold = plan_retelling(whole, alerts, customers, context)
    said = _said(context.reason, who)
    items = _changes(parted, said)
    by_id = alerts.join(customers.select("customer_no", "customer_id"), on="customer_no", how="inner").sort("customer_id")
    whole = replace(whole, statuses=retold.statuses.back.select("row_id", "booking_id", "customer_id", before="now_value", after="before_value"))
    rows = _rows([*parted.values(), retold.texts, retold.statuses, *left_whole(whole)])
    counts = count_outcomes(rows)
    counts |= {"read": counts["read"] + whole.total(), "applied": counts["applied"] + whole.total()}
    changes = Changes(items, by_id.with_columns(said), retold.changing.with_columns(said), rows)
    along = migrations_since(context.book, batch_id, flags.filter("now_is_there"))
    return UndoPlan(rows, changes, net_changes(items, by_id), whole, counts, retold.counts, retold.others, along)


def _said(reason: str | None, who: str) -> list[pl.Expr]:
    origin = {"file_no": pl.Int64, "sheet": pl.String, "source_row": pl.Int64}
    nowhere = [pl.lit(None, kind).alias(name) for name, kind in origin.items()]
    return [*nowhere, pl.lit(reason, pl.String).alias("reason"), pl.lit(who).alias("changed_by")]


def _part_items(entity: Entity, batch_id: int, context: Context) -> Parted:
    """Part the items that a batch changed; names that differ in case only are one item."""
    changed = _fold(store.changed_items(context.book, entity, batch_id))
    present = store.present_items(context.book, entity, changed.select("customer_id").unique())
    present = present.with_columns(key=word_keys(present["now_item"]))
    items = changed.join(present, on=["customer_id", "key"], how="left", validate="1:1").with_columns(pl.col("now_is_there").fill_null(value=False))
    items = items.with_columns(item=pl.coalesce("now_item", "item")).sort("customer_id", "item")
    values = ("is_there", "value", *(one.name for one in entity.fields))
    return part(entity.entity_in_history, items, values, "item", tuple(entity.stamps))


def _fold(changed: pl.DataFrame) -> pl.DataFrame:
    """Make one row of each item: its state before the first of its events, and after the last."""
    keyed = changed.with_columns(key=word_keys(changed["item"]))
    first = [pl.col(name).sort_by("first_event").first() for name in ("item", *(name for name in changed.columns if name.startswith("before_")))]
    last = [pl.col(name).sort_by("last_event").last() for name in changed.columns if name.startswith("after_")]
    return keyed.group_by("customer_id", "key").agg(*first, *last)


def _changes(parted: Mapping[str, Parted], said: Sequence[pl.Expr]) -> tuple[ItemChanges, ...]:
    """Return the items put back as events, numbered over all entities."""
    made, place = [], 0
    for entity in ENTITIES:
        events = _events(entity, parted[entity.name].back, place).with_columns(said)
        made.append(ItemChanges(entity, events))
        place += len(events)
    return tuple(made)


def _events(entity: Entity, back: pl.DataFrame, place: int) -> pl.DataFrame:
    sides = []
    for side, source in (("before", "now"), ("after", "before")):
        sides += [pl.col(f"{source}_{name}").alias(f"{side}_{name}") for name in (*(one.name for one in entity.fields), *entity.stamps, "value")]
        sides += [pl.lit(None, pl.String).alias(f"{side}_{name}") for name in STAMPS if name not in entity.stamps]
        sides.append(pl.col(f"{source}_is_there").alias(f"is_{side}"))
    numbered = back.with_row_index("place", offset=place).with_columns(pl.col("place").cast(pl.Int64))
    return numbered.select("place", "customer_id", "item", _action(entity), *sides)


def _action(entity: Entity) -> pl.Expr:
    """Return the history's word for putting an item back."""
    action: pl.Expr = pl.lit(None, pl.String)
    for item, done in entity.done.items():
        here = (pl.col("item") == item) if item else pl.lit(value=True)
        word = (
            pl.when(~pl.col("before_is_there")).then(pl.lit(done.ended)).when(~pl.col("now_is_there")).then(pl.lit(done.made)).otherwise(pl.lit(done.changed))
        )
        action = pl.when(here).then(word).otherwise(action)
    if entity is STATUS:
        words = {("active", "archived"): "archived", ("archived", "active"): "unarchived"}
        value: pl.Expr = pl.lit("status")
        for (now, then), said in words.items():
            value = pl.when(pl.col("now_value") == now, pl.col("before_value") == then).then(pl.lit(said)).otherwise(value)
        action = pl.when(pl.col("item") == "status").then(value).otherwise(action)
    return action.alias("action")


def _alerts(back: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert the flags put back change."""
    now = items_of(context.book, FLAGS, customers).join(customers.select("customer_no", "customer_id"), on="customer_no", how="left", validate="m:1")
    columns = ("customer_no", "item_name", "comment")
    untouched = now.join(back, left_on=["customer_id", "item_name"], right_on=["customer_id", "item"], how="anti").select(columns)
    standing = back.filter("before_is_there").join(customers.select("customer_no", "customer_id"), on="customer_id", how="inner", validate="m:1")
    after = pl.concat([untouched, standing.select("customer_no", item_name="item", comment="before_comment")])
    return plan_alerts_of(after, customers, context.settings)


def _rows(parts: Sequence[Parted]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=ROW_COLUMNS)]
    for one in parts:
        for frame, outcome, code in ((one.back, "applied", None), (one.left, "rejected", CONFLICT)):
            message = "put back" if code is None else "left alone: it was changed after the batch"
            frames.append(
                frame.select(
                    pl.lit(0, pl.Int64).alias("file_no"),
                    pl.lit(None, pl.String).alias("sheet"),
                    pl.lit(0, pl.Int64).alias("source_row"),
                    "customer_id",
                    pl.lit(one.name).alias("action"),
                    pl.col(one.item).alias("item"),
                    pl.lit(outcome).alias("outcome"),
                    pl.lit(code, pl.String).alias("code"),
                    pl.lit(message).alias("message"),
                )
            )
    return pl.concat(frames)
