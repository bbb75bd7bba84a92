"""Which item a row names: names are compared without regard to case, and written as the settings, the book or the first maker writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import word_keys
from pipeline.intake.instructions import item_names
from pipeline.store.reading import names_in_use
from schemas.entities import STATUS
from schemas.entity import Entity


@dataclass(frozen=True)
class Names:
    """The names of items by number: those that are listed or in use first (`known` of them), then new ones."""

    numbers: Mapping[str, int]
    names: Sequence[str]
    known: int

    def number(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add item_no and item (a number for the customer's item) to a frame with item_name and customer_no."""
        numbered = frame.with_columns(item_no=self._numbers(frame["item_name"]))
        return numbered.with_columns(item=pl.col("customer_no") * len(self.names) + pl.col("item_no"))

    def _numbers(self, names: pl.Series) -> pl.Series:
        if not self.numbers:
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(names))
        distinct = names.drop_nulls().unique()
        numbers = {name: self.numbers[key] for name, key in zip(distinct, word_keys(distinct), strict=True)}
        return names.replace_strict(list(numbers), list(numbers.values()), default=None, return_dtype=pl.Int64)


def find_names(entity: Entity, rows: pl.DataFrame, stored: pl.DataFrame, context: Context) -> Names:
    """Number the names that rows and stored items have (item_name): where names are not listed, those in use anywhere in the book."""
    listed = item_names(entity, context.settings)
    used = sorted(set(stored["item_name"])) if listed else names_in_use(context.book, entity)
    new = [] if listed else rows["item_name"].drop_nulls().unique(maintain_order=True).to_list()
    first: dict[str, str] = {}
    for name, key in _keyed([*listed, *used]):
        first.setdefault(key, name)
    known = len(first)
    for name, key in _keyed(new):
        first.setdefault(key, name)
    return Names({key: number for number, key in enumerate(first)}, list(first.values()), known)


def _keyed(names: Sequence[str]) -> list[tuple[str, str]]:
    series = pl.Series(names, dtype=pl.String)
    return list(zip(series, word_keys(series), strict=True))


def name_events(entity: Entity, events: pl.DataFrame, given: tuple[pl.DataFrame, pl.DataFrame], names: Names) -> pl.DataFrame:
    """Return events with item as the book writes its name, the history's action, and before_value and after_value.

    `given`: the rows (seq, item_name) and the stored items (item, item_name). The values are those of an item that is a plain value.
    """
    rows, stored = given
    written = _written(events, rows, names)
    events = events.join(written, on="item_no", how="left", validate="m:1").join(stored.select("item", "item_name"), on="item", how="left", validate="m:1")
    events = events.with_columns(item=pl.coalesce("item_name", "written")).drop("item_name", "written").sort("seq", "item_no")
    return events.with_columns(_action(entity).alias("action"), *_values(entity))


def _written(events: pl.DataFrame, rows: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return item_no and written: a new name is written as the first row writes it that makes such an item."""
    numbers = pl.DataFrame({"item_no": range(len(names.names)), "name": names.names}, schema={"item_no": pl.Int64, "name": pl.String})
    makers = events.filter(pl.col("event") == "made", pl.col("item_no") >= names.known)
    spelt = makers.join(rows.select("seq", spelling="item_name"), on="seq", how="left", validate="m:1").sort("seq")
    first = spelt.group_by("item_no", maintain_order=True).agg(pl.col("spelling").first())
    return numbers.join(first, on="item_no", how="left", validate="1:1").select("item_no", written=pl.coalesce("spelling", "name"))


def _action(entity: Entity) -> pl.Expr:
    action: pl.Expr = pl.lit(None, pl.String)
    for item, done in entity.done.items():
        for event in ("made", "changed", "ended"):
            here = (pl.col("event") == event) & ((pl.col("item") == item) if item else pl.lit(value=True))
            action = pl.when(here).then(pl.lit(getattr(done, event))).otherwise(action)
    return action


def _values(entity: Entity) -> list[pl.Expr]:
    """Return before_value and after_value: of the item status, which is there where the customer is archived."""
    is_value = pl.col("item") == "status" if entity is STATUS else pl.lit(value=False)
    return [
        pl.when(is_value & pl.col(f"is_{side}")).then(pl.lit("archived")).when(is_value).then(pl.lit("active")).alias(f"{side}_value")
        for side in ("before", "after")
    ]
