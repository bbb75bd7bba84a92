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


def plan_undo(items: Any, values: tuple[str, ...], keep: Keep = as_is) -> Undone:
    """Part items by whether their value is still what the batch left.

    `items`: one row an item, with key columns, and for each of `values` the columns before_, after_ and now_: before the batch,
    as the batch left it, and now. Where an item is there or not is one of its values. An item whose value is already what it
    was before the batch needs nothing, and is in neither part.
    """
    items = keep(items)
    as_left = nw.all_horizontal(*(same(nw.col(f"now_{value}"), nw.col(f"after_{value}")) for value in values), ignore_nulls=False)
    as_before = nw.all_horizontal(*(same(nw.col(f"now_{value}"), nw.col(f"before_{value}")) for value in values), ignore_nulls=False)
    return Undone(keep(items.filter(as_left & ~as_before)), keep(items.filter(~as_left & ~as_before)))


def rest_of_alerts(changes: Any, former: Any) -> Any:
    """Return the changed alerts (customer_no, old, new) that are not what the customer had before the batch: the rest follows 4.2.

    `former`: customer_no (unique) and former, the alert before the batch.
    """
    joined = changes.join(require_one_per(former, "customer_no"), on="customer_no", how="left")
    return joined.filter(~same(nw.col("new"), nw.col("former"))).select("customer_no", "old", "new")
