"""What another system says of flags, in parts of so many customers: each is decided by itself, so that memory does not grow with the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import polars as pl

from pipeline.intake.cells import keys_of, word_keys
from pipeline.legacy.flagging import PRESENT
from pipeline.legacy.opening import Source
from pipeline.legacy.reading import Read

WHO = "customer_no"  # a customer's place in the part
PART = 245_760  # customers: as many as fill twice what the book keeps together, if each has a flag; smaller parts take longer, larger ones more memory


@dataclass(frozen=True)
class Says:
    """Of which flag types (their keys, see `word_keys`; None: all) columns tell, and of which of them how they stand, and not only what happened."""

    types: frozenset[str] | None
    states: frozenset[str] | None

    def and_also(self, other: "Says") -> "Says":
        """Return what two files tell together."""
        return Says(_united(self.types, other.types), _united(self.states, other.states))

    def is_told(self) -> pl.Expr:
        """Tell by `key` which items the columns tell of: an absent one says nothing, and does not end a flag."""
        return among_types(self.types)

    def is_stated(self) -> pl.Expr:
        """Tell by `key` of which items columns say how they stand; of the others the last event tells."""
        return among_types(self.states)


def _united(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return other if one is None else one if other is None else one & other


def among_types(keys: frozenset[str] | None) -> pl.Expr:
    """Tell by `key` which items are of some types; None: of any."""
    return pl.lit(value=True) if keys is None else pl.col("key").is_in(sorted(keys))


def rules_told(source: Source) -> frozenset[int]:
    """Return which rules of its map a file has the columns of."""
    told = source.rules()
    return frozenset(place for place, rule in enumerate(source.map.flags) if any(rule is one for one in told))


def says_of(source: Source, only: frozenset[int] | None = None) -> Says:
    """Return of which flag types a file's columns tell; with `only`, those of some rules of its map."""
    rules = [rule for rule in source.rules() if only is None or any(rule is source.map.flags[place] for place in only)]
    told = [(None if rule.type_column else frozenset(keys_of(rule.type_names())), rule.says_present()) for rule in rules]
    none: frozenset[str] | None = frozenset()
    return Says(reduce(_united, (types for types, _ in told), none), reduce(_united, (types for types, states in told if states), none))


@dataclass(frozen=True)
class Spoken:
    """What a source says: its name, who brings it, flags that stand and events (`items`, as `read_customers` reads them, in the order of rows).

    `customers`: of whom it said something before, or, of a part, all who are in it, each once. `says`: of which types its files tell; where these have
    different columns, of `apart`, customers who are in the same files, and of which types other files say more (`shared`). `partly` are customers of
    whom it tells only in part (see `partly.py`). `turned` are the files that tell what happened last first.
    """

    source: str
    by: str
    items: pl.DataFrame
    customers: pl.Series
    says: Says
    apart: tuple[tuple[Says, frozenset[str] | None, pl.Series], ...] = ()
    shared: frozenset[str] | None = frozenset()
    partly: frozenset[str] = frozenset()
    turned: frozenset[int] = frozenset()


def spoken_of(read: Read, sources: Sequence[tuple[int, Source]], by: str) -> Spoken:
    """Return what files (each with its number) say of flags, for `in_parts`; the items move out of `read`."""
    told = {number: says_of(source) for number, source in sources}
    name = sources[0][1].map.name if sources else ""
    items, read.items = pl.concat(read.items), read.items[:1]
    says = reduce(Says.and_also, told.values(), Says(frozenset(), frozenset()))
    apart: tuple[tuple[Says, frozenset[str] | None, pl.Series], ...] = ()
    if read.seen:
        files = pl.concat(read.seen).unique().sort("file_no").group_by("customer_id", maintain_order=True).agg("file_no")
        groups = files.group_by("file_no", maintain_order=True).agg("customer_id").rows()
        of_group = ((reduce(Says.and_also, (told[number] for number in numbers)), numbers, who) for numbers, who in groups)
        apart = tuple((some, _shared(numbers, some, sources), pl.Series("customer_id", who)) for some, numbers, who in of_group)
    return Spoken(name, by, items, pl.Series(dtype=pl.String), says, apart, partly=frozenset(read.partly), turned=_turned(items))


def _shared(numbers: Sequence[int], says: Says, sources: Sequence[tuple[int, Source]]) -> frozenset[str] | None:
    """Return of which types that some files state (`numbers`, `says`) others say more, in columns that none of these has."""
    own = frozenset[int]().union(*(rules_told(source) for number, source in sources if number in numbers))
    others = [says_of(source, rules_told(source) - own).states for number, source in sources if number not in numbers]
    none: frozenset[str] | None = frozenset()
    return _common(says.states, reduce(_united, others, none))


def _turned(items: pl.DataFrame) -> frozenset[int]:
    """Return the files of which more events come after a later one of their item than after an earlier one."""
    events = items.filter(pl.col("kind") != PRESENT)
    if not len(events):
        return frozenset()
    item = ["customer_id", "key", "file_no"]
    rows = events.with_columns(word_keys(events["flag_type"]).alias("key")).sort([*item, "source_row", "place"])
    step = rows.select("file_no", step=pl.col("at").diff().over(item))
    ways = step.group_by("file_no").agg(way=(pl.col("step") > pl.duration()).sum().cast(pl.Int64) - (pl.col("step") < pl.duration()).sum().cast(pl.Int64))
    return frozenset(ways.filter(pl.col("way") < 0)["file_no"].to_list())


def in_parts(spoken: Spoken) -> Iterator[Spoken]:
    """Yield what a source says of `PART` customers at a time, in the order in which they come first, each with all of their items.

    There is at least one part. Items get the number of their customer (`WHO`). Those of whom nothing is said now (`customers`) come last.
    """
    for says, shared, whose in spoken.apart:
        items = spoken.items.filter(pl.col("customer_id").is_in(whose.implode()))
        customers = spoken.customers.filter(spoken.customers.is_in(whose.implode()))
        yield from in_parts(replace(spoken, says=says, shared=shared, items=items, customers=customers, apart=()))
    if spoken.apart:
        return
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
