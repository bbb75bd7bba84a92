"""What another system says of flags, past and present, to events of the book: each item's states in their order, on top of what the book has.

An item is a customer's flag of one type. What the source said of it last time is remembered (rule 4.5): what it says again changes nothing, and
what it says anew wins over its own former word, and over nothing else: a text that the book has of its own stays, the source's below it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from pipeline.alerting import plan_alerts_of
from pipeline.context import Context
from pipeline.effects import EXPIRED, count_ended
from pipeline.intake.cells import word_keys
from pipeline.layering import IS_FIRST, ITEM, JOINT, lay_on
from pipeline.legacy.flagging import FLAGGED, PRESENT, UNFLAGGED
from pipeline.saying import Planned
from pipeline.store.reading import items_of
from pipeline.store.sources import events_known, said_last
from pipeline.store.undoing import named_customers
from schemas.entities import FLAGS
from schemas.entity import STAMPS
from schemas.plan import UTC_TIME

ORDER = ["file_no", "source_row", "place"]
EVENT_KEY = [ITEM, "at"]
NAMES = ["customer_id", "key"]
OVER_KEY = [ITEM, *ORDER, "comment", "kind"]


@dataclass(frozen=True)
class Spoken:
    """What a source says: flags that stand and events, as `read_customers` reads them; its name, who brings it, and the customers it speaks of.

    `states_present`: it says how things stand, and not only what happened; else the last event of an item tells. `types` are those of which its
    columns tell (None: all): an absent column says nothing, and does not end a flag.
    """

    source: str
    by: str
    items: pl.DataFrame
    customers: pl.Series
    states_present: bool
    types: frozenset[str] | None


@dataclass(frozen=True)
class Chained:
    """The plan of a source's flags (see `saying.Planned`), and what became of what was found.

    `due` has an item for each flag that the source says stands: customer_id, flag_type, comment, expires_on, became (imported, changed, unchanged).
    `counts` has flag_type, what, n: how many flags and events were found, over, repeated, merged, how many events are imported, and how many flags
    of the book the source ends.
    """

    planned: Planned
    due: pl.DataFrame
    counts: pl.DataFrame


def chain_flags(spoken: Spoken, context: Context) -> Chained:
    """Decide what a source's flags and events do to the book as it is; nothing is written."""
    found = _keyed(spoken.items.sort(ORDER, maintain_order=True), "flag_type")
    last = _keyed(said_last(context.book, spoken.source, spoken.customers), "flag_type")
    if spoken.types is not None:
        last = last.filter(pl.col("flag_type").is_in(list(spoken.types)))
    names = _names(found, last)
    found, last = _numbered(found, names), _numbered(last, names)
    past, present, over = _parted(found, context, states_present=spoken.states_present)
    distinct, joined = _joined(present)
    events = _new_events(past, context).join(_stood_then(over, last), on=OVER_KEY, how="anti")
    items = _items(joined, last, events)
    moved = items.filter(~pl.col("is_same") | pl.col("has_events"))
    people = named_customers(context.book, pl.DataFrame({"customer_id": pl.concat([moved["customer_id"], joined["customer_id"]]).unique()}))
    standing = _keyed(items_of(context.book, FLAGS, people).join(people, on="customer_no", how="inner", validate="m:1"), "item_name")
    standing = _numbered(standing, names)
    steps = lay_on(_steps(moved, events, distinct, (spoken, context.as_of)), moved, standing)
    written = _events(steps, spoken)
    alerts = _alerts(steps, standing, people, context)
    due = _due(joined, items)
    counts = pl.concat([_counts(found, (past, events), (present, distinct, over)), count_ended(written)])
    return Chained((written, people, alerts), due, counts)


def standing_in(spoken: Spoken, context: Context) -> pl.DataFrame:
    """Return the items that a source says stand: customer_id, key, flag_type, said and said_until."""
    found = _keyed(spoken.items.sort(ORDER, maintain_order=True), "flag_type")
    _, present, _ = _parted(_numbered(found, _names(found)), context, states_present=spoken.states_present)
    return _joined(present)[1]


def _names(*frames: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Number the customers (who) and list the keys of flag types that frames name."""
    ids = pl.concat([frame["customer_id"] for frame in frames]).unique(maintain_order=True)
    keys = pl.concat([frame["key"] for frame in frames]).unique().sort().to_list()
    return ids.to_frame().with_row_index("who").with_columns(pl.col("who").cast(pl.Int64)), keys


def _numbered(frame: pl.DataFrame, names: tuple[pl.DataFrame, list[str]]) -> pl.DataFrame:
    """Add the number of the item; null for one that is not named."""
    people, keys = names
    who = frame.select("customer_id", "key").join(people, on="customer_id", how="left", validate="m:1", maintain_order="left")
    place = pl.col("key").replace_strict(keys, list(range(len(keys))), default=None, return_dtype=pl.Int64) if keys else pl.lit(None, pl.Int64)
    return frame.with_columns(who.select(item=pl.col("who") * max(len(keys), 1) + place).to_series().alias(ITEM))


def _keyed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add key: a flag type's name without regard to case."""
    return frame.with_columns(word_keys(frame[name]).alias("key"))


def _parted(found: pl.DataFrame, context: Context, *, states_present: bool) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return events of the past, each once, in order; flags that stand; and flags that are over, which are two events: they were set, and expired."""
    day = context.as_of.astimezone(context.settings.zone).date()
    is_present = pl.col("kind") == PRESENT
    is_over = is_present & (pl.col("expires_on") < day).fill_null(value=False)
    over, present = found.filter(is_over), found.filter(is_present & ~is_over)
    ended = pl.col("expires_on").cast(pl.Datetime("us")).dt.replace_time_zone(context.settings.business.timezone, non_existent="null", ambiguous="earliest")
    began = ended.dt.convert_time_zone("UTC")
    set_then = over.with_columns(pl.lit(FLAGGED).alias("kind"), at=pl.coalesce("at", began))
    ended_then = over.with_columns(pl.lit(EXPIRED).alias("kind"), at=began + timedelta(days=1))
    past = pl.concat([found.filter(~is_present), set_then, ended_then])
    past = past.unique([*EVENT_KEY, "kind", "comment"], keep="first", maintain_order=True).sort([*EVENT_KEY, *ORDER], maintain_order=True)
    if not states_present:
        present = past.unique(ITEM, keep="last", maintain_order=True).filter(pl.col("kind") == FLAGGED)
    return past, present, over


def _joined(present: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the different flags of each item, the oldest first, with the text up to it (said), and each item with all of its text: the source's word."""
    distinct = (
        present.sort([ITEM, "at", *ORDER], nulls_last=True, maintain_order=True)
        .unique([ITEM, "comment"], keep="first", maintain_order=True)
        .with_row_index("n")
    )
    turn = pl.col("n").cast(pl.Int64)
    distinct = distinct.with_columns(step=turn - pl.when(IS_FIRST).then(turn).forward_fill(), said=pl.col("comment")).drop("n")
    for step in range(1, int(distinct.select(pl.col("step").max().fill_null(0)).item()) + 1):  # few: how many flags of one type a customer has
        before = pl.col("said").shift(1)
        distinct = distinct.with_columns(said=pl.when(pl.col("step") == step).then(pl.concat_str(before, "comment", separator=JOINT)).otherwise("said"))
    whole = distinct.group_by(ITEM, maintain_order=True).agg(
        pl.col(*NAMES, "flag_type").first(),
        pl.col("said").last(),
        said_until=pl.when(pl.col("expires_on").is_not_null().all()).then(pl.col("expires_on").max()),
    )
    return distinct, whole


def _new_events(past: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return those events of the past that no earlier migration brought: of the same item at the same time, those beyond as many as there are."""
    key = [*NAMES, "at"]
    known = _keyed(events_known(context.book, past["customer_id"].unique()), "flag_type").group_by(key).agg(pl.col("n").sum())
    numbered = past.with_columns(turn=pl.int_range(pl.len()).over(EVENT_KEY)).join(known, on=key, how="left", validate="m:1", maintain_order="left")
    return numbered.filter(pl.col("turn") >= pl.col("n").fill_null(0))


def _stood_then(over: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of being set of flags that are over and that the source said last time, when they stood: the book has known that since."""
    former = over.join(last.select(ITEM, was_said="said"), on=ITEM, how="inner", validate="m:1")
    lines = pl.concat_str(pl.lit(JOINT), "was_said", pl.lit(JOINT))
    known = former.filter(lines.str.contains(pl.concat_str(pl.lit(JOINT), "comment", pl.lit(JOINT)), literal=True))
    return known.with_columns(pl.lit(FLAGGED).alias("kind")).select(OVER_KEY).unique()


def _items(joined: pl.DataFrame, last: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return the items that a source speaks of, or spoke of, with the flag's type.

    said and said_until are its word now, was_said and was_until last time; is_same tells whether the two are, has_events whether some are new.
    """
    former = last.select(ITEM, was_said="said", was_until="said_until", **{f"was_{name}": pl.col(name) for name in (*NAMES, "flag_type")})
    happened = events.group_by(ITEM, maintain_order=True).agg(
        has_events=pl.lit(value=True).first(), **{f"event_{name}": pl.col(name).first() for name in (*NAMES, "flag_type")}
    )
    items = joined.join(former, on=ITEM, how="full", coalesce=True, validate="1:1").join(happened, on=ITEM, how="full", coalesce=True, validate="1:1")
    same = pl.col("said").eq_missing(pl.col("was_said")) & pl.col("said_until").eq_missing(pl.col("was_until"))
    return items.select(
        ITEM,
        *(pl.coalesce(name, f"was_{name}", f"event_{name}").alias(name) for name in (*NAMES, "flag_type")),
        "said",
        "said_until",
        "was_said",
        "was_until",
        same.alias("is_same"),
        pl.col("has_events").fill_null(value=False),
    )


def _steps(moved: pl.DataFrame, events: pl.DataFrame, distinct: pl.DataFrame, said: tuple[Spoken, datetime]) -> pl.DataFrame:
    """Return the states that the source's word of each item goes through: events, then what stands, flag by flag, or that nothing stands any more.

    Who and when where the source does not say: who brings it, and the as-of.
    """
    spoken, as_of = said
    names = ["phase", "turn", "says", "until", "at", "by", "reason", "word", "file_no", "source_row"]
    happened = pl.col("kind") == FLAGGED
    first = events.join(moved, on=ITEM, how="semi").with_columns(
        pl.lit(0).alias("phase"),
        says=pl.when(happened).then("comment"),
        until=pl.when(happened).then("expires_on"),
        reason=pl.col("comment"),
        word="kind",
    )
    first = first.with_columns(turn=pl.int_range(pl.len()).over(ITEM))
    nothing = pl.lit(None, pl.String)
    stands = distinct.join(moved.select(ITEM, "said_until"), on=ITEM, how="inner", validate="m:1").with_columns(
        pl.lit(1).alias("phase"), turn="step", says="said", until="said_until", reason=nothing, word=nothing
    )
    gone = moved.filter(pl.col("said").is_null()).with_columns(
        pl.lit(2).alias("phase"),
        pl.lit(0, pl.Int64).alias("turn"),
        pl.lit(f"no longer flagged in {spoken.source}").alias("reason"),
        pl.lit(spoken.by).alias("by"),
        says=nothing,
        until=pl.lit(None, pl.Date),
        at=pl.lit(None, UTC_TIME),
        word=nothing,
        file_no=pl.lit(None, pl.Int64),
        source_row=pl.lit(None, pl.Int64),
    )
    steps = pl.concat([part.select(ITEM, *names) for part in (first, stands, gone)]).sort([ITEM, "phase", "turn"], maintain_order=True)
    return steps.with_columns(pl.col("by").fill_null(pl.lit(spoken.by)), stamped_at=pl.coalesce("at", pl.lit(as_of).cast(UTC_TIME)))


def _events(steps: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """Return steps as the events of flags that `write_items` takes."""
    is_before, is_after = pl.col("is_before"), pl.col("is_after")
    ended, is_same = (
        pl.when(pl.col("word") == EXPIRED).then("word").otherwise(pl.lit("unflagged")),
        pl.col("before_comment").eq_missing(pl.col("after_comment")),
    )
    told = pl.when(is_same & pl.col("word").is_not_null()).then("word").when(~is_before).then(pl.lit("flagged")).when(~is_after).then(ended)
    done = told.otherwise(pl.lit("edited"))
    stamps = [f"{side}_{name}" for side in ("before", "after") for name in STAMPS]
    return steps.with_row_index("place").select(
        pl.col("place").cast(pl.Int64),
        "customer_id",
        pl.col("flag_type").alias("item"),
        done.alias("action"),
        "is_before",
        "is_after",
        *("before_comment", "before_expires_on", "after_comment", "after_expires_on"),
        *stamps,
        pl.lit(None, pl.String).alias("before_value"),
        pl.lit(None, pl.String).alias("after_value"),
        "file_no",
        pl.lit(None, pl.String).alias("sheet"),
        "source_row",
        "reason",
        pl.col("by").alias("changed_by"),
        pl.col("at").alias("changed_at"),
        pl.lit(spoken.source).alias("source"),
        "said",
        "said_until",
    )


def _alerts(steps: pl.DataFrame, standing: pl.DataFrame, people: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert the steps change."""
    last = steps.unique(ITEM, keep="last", maintain_order=True).select(ITEM, "customer_id", "is_after", item_name="flag_type", comment="after_comment")
    rest = standing.join(last, on=ITEM, how="anti")
    columns = ["customer_id", "item_name", "comment"]
    after = pl.concat([rest.select(columns), last.filter("is_after").select(columns)])
    touched = people.join(last, on="customer_id", how="semi")
    flags = after.join(touched.select("customer_no", "customer_id"), on="customer_id", how="inner", validate="m:1")
    return plan_alerts_of(flags, touched, context.settings)


def _due(joined: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    became = pl.when("is_same").then(pl.lit("unchanged")).when(pl.col("was_said").is_null()).then(pl.lit("imported")).otherwise(pl.lit("changed"))
    told = items.select(ITEM, became.alias("became"))
    return joined.join(told, on=ITEM, how="inner", validate="1:1").select(*NAMES, "flag_type", "became", comment="said", expires_on="said_until")


def _counts(found: pl.DataFrame, past: tuple[pl.DataFrame, pl.DataFrame], flags: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    """Count by flag type what was found, and what of it is not an item or an event of its own.

    Where a source tells only what happened, the flags that are found are those that its last events leave.
    """
    (events, new), (present, distinct, over) = past, flags
    stands = found.filter(pl.col("kind") == PRESENT)
    told = found.filter(pl.col("kind").is_in([FLAGGED, UNFLAGGED]))
    parts = {
        "found": stands if len(stands) else present,
        "over": over,
        "repeated": present.filter(~pl.struct(ITEM, "comment").is_first_distinct()) if len(stands) else stands,
        "merged": distinct.filter(pl.col("step") > 0),
        "events_found": told,
        "events_kept": events.filter(pl.col("kind").is_in([FLAGGED, UNFLAGGED])),
        "events_imported": new.filter(pl.col("kind").is_in([FLAGGED, UNFLAGGED])),
    }
    counted = [frame.group_by("flag_type").agg(n=pl.len().cast(pl.Int64)).select("flag_type", pl.lit(what).alias("what"), "n") for what, frame in parts.items()]
    return pl.concat(counted)
