"""What undoing a batch puts back (rule 6.5): the items that are still as the batch left them; others are conflicts."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.frames import Keep, as_is, require_one_per, same


@dataclass(frozen=True)
class Undone:
    """What an undo does with a batch's items: those put back, and those left alone since they changed; same columns as given."""

    back: Any
    conflicts: Any


def plan_undo(items: Any, values: tuple[str, ...], more: tuple[str, ...] = (), keep: Keep = as_is) -> Undone:
    """Part items by whether their value is still what the batch left.

    `items`: one row an item, with key columns, and for each of `values` the columns before_, after_ and now_: before the batch,
    as the batch left it, and now. Where an item is there or not is one of its values. `more` are records that are put back too,
    but make no conflict (who and when). Of an item that the batch left with the value that it found, at most those are put back.
    """
    items = keep(items)
    as_left, changed = _all_same(values, "now", "after"), ~_all_same(values, "after", "before")
    records = _all_same(more, "now", "after") & ~_all_same(more, "after", "before") if more else nw.lit(value=False)
    return Undone(keep(items.filter(as_left & (changed | records))), keep(items.filter(~as_left & changed)))


def _all_same(values: tuple[str, ...], left: str, right: str) -> nw.Expr:
    return nw.all_horizontal(*(same(nw.col(f"{left}_{value}"), nw.col(f"{right}_{value}")) for value in values), ignore_nulls=False)


def rest_of_alerts(changes: Any, former: Any) -> Any:
    """Return the changed alerts (customer_no, old, new) that are not what the customer had before the batch: the rest follows 4.2.

    `former`: customer_no (unique) and former, the alert before the batch.
    """
    joined = changes.join(require_one_per(former, "customer_no"), on="customer_no", how="left")
    return joined.filter(~same(nw.col("new"), nw.col("former"))).select("customer_no", "old", "new")
