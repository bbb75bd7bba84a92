"""What another system says of flags, in parts of so many customers: each is decided by itself, so that memory does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

WHO = "customer_no"  # a customer's place in the part
PART = 122_880  # customers: as many as fill what the book keeps together, if each has a flag


@dataclass(frozen=True)
class Spoken:
    """What a source says: its name, who brings it, flags that stand and events (`items`, as `read_customers` reads them, in the order of rows).

    `customers`: of whom it said something before, or, of a part, all who are in it, each once. `states_present`: it says how things stand, and
    not only what happened; else the last event of an item tells. `types` are those of which its columns tell (None: all): an absent column says
    nothing, and does not end a flag. `partly` are customers of whom it tells only in part (see `partly.py`).
    """

    source: str
    by: str
    items: pl.DataFrame
    customers: pl.Series
    states_present: bool
    types: frozenset[str] | None
    partly: frozenset[str] = frozenset()


def in_parts(spoken: Spoken) -> Iterator[Spoken]:
    """Yield what a source says of `PART` customers at a time, in the order in which they come first, each with all of their items.

    There is at least one part. Items get the number of their customer (`WHO`). Those of whom nothing is said now (`customers`) come last.
    """
    who, people = _numbered(spoken.items["customer_id"])
    is_sorted = who.is_sorted()
    for start in range(0, max(len(people), 1), PART):
        end = min(start + PART, len(people))
        if is_sorted:
            first, last = int(who.search_sorted(start)), int(who.search_sorted(end))
            items, numbers = spoken.items[first:last], who[first:last]
        else:
            here = who.is_between(start, end, closed="left")
            items, numbers = spoken.items.filter(here), who.filter(here)
        yield replace(spoken, items=items.with_columns((numbers - start).alias(WHO)), customers=people[start:end])
    rest = spoken.customers.to_frame("customer_id").join(people.to_frame("customer_id"), on="customer_id", how="anti", maintain_order="left").to_series()
    nothing = spoken.items.clear().with_columns(pl.lit(None, pl.Int64).alias(WHO))
    for start in range(0, len(rest), PART):
        yield replace(spoken, items=nothing, customers=rest[start : start + PART])


def _numbered(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the number of each row's customer, and the customers, in the order in which they come first."""
    runs = ids.rle_id().cast(pl.Int64)
    first = ids.filter(runs != runs.shift(1, fill_value=-1))
    if first.n_unique() == len(first):
        return runs, first
    people = ids.unique(maintain_order=True)
    numbers = people.to_frame("customer_id").with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    return ids.to_frame("customer_id").join(numbers, on="customer_id", how="left", validate="m:1", maintain_order="left")["who"], people
