"""What another system says of flags, past and present, to events of the book: each item's states in their order, on top of what the book has.

An item is a customer's flag of one type. What the source said of it last time is remembered (rule 4.5): what it says again changes nothing, and
what it says anew wins over its own former word, and over nothing else: a text that the book has of its own stays, the source's below it.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.alerting import plan_alerts_of
from pipeline.context import Context
from pipeline.effects import EXPIRED, count_ended, count_told
from pipeline.intake.cells import word_keys
from pipeline.lateness import ended_by, ends_at_odds, new_events, share_reasons, standing_after, times_known
from pipeline.layering import ITEM, JOINT, LEFT, SAID, UNSAID, lay_on, told_anew
from pipeline.legacy.flagging import FLAGGED, PRESENT, UNFLAGGED
from pipeline.lines import IS_LAST, NAMES, join_lines, later_of, same_lines
from pipeline.parting import WHO, Says, Spoken, in_parts
from pipeline.partly import keep_untold, leave_ended, told_at, told_in_part, unless_absent
from pipeline.recalling import Before, recall_said, zones_of
from pipeline.sequence import ORDER, day_of, parted
from pipeline.store.sources import NO_LONGER
from pipeline.telling import ORIGIN, Planned
from schemas.entity import STAMPS
from schemas.plan import UTC_TIME

OVER_KEY = [ITEM, *ORDER, "comment", "kind"]


@dataclass(frozen=True)
class Chained:
    """The plan of a source's flags (see `telling.Planned`), and what became of what was found.

    `due` has an item for each flag that the source says stands: customer_id, key, flag_type, became (imported, changed, unchanged), comment.
    `counts` has flag_type, what, n: how many flags and events were found, over, repeated, merged, how many events are imported, and how many flags
    of the book the source ends. `at_odds` are the customers of whom the last event says otherwise than the source's column of flags, which counts.
    """

    planned: Planned
    due: pl.DataFrame
    counts: pl.DataFrame
    at_odds: pl.Series


def chain_flags(spoken: Spoken, before: Before, context: Context) -> Chained:
    """Decide what a part of a source's flags and events do to the book as it was; the book itself is not asked."""
    found = _keyed(spoken.items, "flag_type")
    last = _keyed(before.said.last, "flag_type")
    last = last.filter(spoken.says.is_told())
    keys = _keys(found, last)
    found, last = _numbered(found, keys), _numbered(last, keys)
    elsewhere = (
        _numbered(_keyed(before.elsewhere, "flag_type"), keys)
        .drop_nulls(ITEM)
        .group_by(ITEM)
        .agg(elsewhere=pl.col("said").str.join(JOINT), elsewhere_until=later_of("said_until"))
    )
    standing = _numbered(_keyed(before.standing, "item_name"), keys).join(elsewhere, on=ITEM, how="left", validate="m:1", maintain_order="left")
    past, present, over = parted(found, (last, standing), spoken.turned, context)
    times = times_known(before.said.events)
    past, present = share_reasons(past, present, times, ITEM)
    present = unless_absent(_standing(present, (past, last, times), spoken.says), last)
    distinct, joined, repeated = join_lines(present)
    told, kept = (distinct, joined), told_in_part(last, spoken, day_of(context)).join(ended_by(past, times, ITEM), on=ITEM, how="anti", maintain_order="left")
    kept, last = leave_ended(kept, last, present, standing)
    if len(kept):
        stated, kept = keep_untold(present, joined, kept)
        told = join_lines(stated)[:2]
    events = new_events(past, before.said.events, zones_of(before.said, context)).join(_stood_then(over, last), on=OVER_KEY, how="anti", maintain_order="left")
    events = _aside(events, over, last.join(present, on=ITEM, how="semi"))
    items = _items(told[1], last, events)
    ended = over.join(standing, on=ITEM, how="anti").select(ITEM)
    moved = items.filter(~pl.col("is_same") | pl.col("has_events")).join(items.filter(_is_silent()).join(ended, on=ITEM, how="semi"), on=ITEM, how="anti")
    steps = lay_on(_steps(moved, events, told[0], (spoken, context)), moved, standing, (spoken.by, context.as_of))
    written = _events(steps, spoken)
    alerts = _alerts((steps, written), standing, (before.alerts, len(keys)), context)
    stands = pl.concat([found.filter((pl.col("kind") == PRESENT) & spoken.says.is_stated()), present.filter(~spoken.says.is_stated())], how="diagonal")
    counts = count_told((found, stands), (past, events), (repeated, distinct, over, kept))
    due = _due(items.join(joined, on=ITEM, how="semi"))
    told_last = past.filter(spoken.says.is_stated()).join(events.filter("is_late"), on=[*ORDER, "kind"], how="anti", maintain_order="left")
    at_odds = ends_at_odds(told_last, pl.concat([present[ITEM], over[ITEM]]))
    return Chained(Planned(written, alerts), due, pl.concat([counts, count_ended(written)]), at_odds)


def said_by(spoken: Spoken, context: Context) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the items that a source says stand: customer_id, key, flag_type, said and said_until; and the events that the book lacks, and those it has.

    The events have customer_id, key, flag_type, kind, at, comment and by; those of flags that are over are none of them.
    """
    standing, lacking, known = [], [], []
    for part in in_parts(spoken):
        said = recall_said(part, context)
        found, last = _keyed(part.items, "flag_type"), _keyed(said.last, "flag_type")
        keys = _keys(found, last)
        last = _numbered(last, keys)
        past, present, over = parted(_numbered(found, keys), (last, None), part.turned, context)
        times = times_known(said.events)
        past, present = share_reasons(past, present, times, ITEM)
        present = unless_absent(_standing(present, (past, last, times), part.says), last)
        standing.append(join_lines(present)[1])
        happened = past.join(over, on=ORDER, how="anti", maintain_order="left")
        new = new_events(past, said.events, zones_of(said, context))
        columns = ["customer_id", "key", "flag_type", "kind", "at", "comment", "by"]
        lacking.append(new.join(over, on=ORDER, how="anti", maintain_order="left").select(columns))
        known.append(happened.join(new, on=[*ORDER, "kind"], how="anti", maintain_order="left").select(columns))
    return pl.concat(standing), pl.concat(lacking), pl.concat(known)


def _standing(present: pl.DataFrame, told: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], says: Says) -> pl.DataFrame:
    """Return the flags that stand: as columns state them, and of types of which none does, after the last event.

    `told`: events, what the source said last, and the times that are known.
    """
    if says.states == says.types:
        return present
    past, last, times = told
    after = standing_after(past.filter(~says.is_stated()).drop("is_undated"), last.filter(~says.is_stated()), times, ITEM)
    return pl.concat([present.filter(says.is_stated()), after], how="diagonal")


def _keys(*frames: pl.DataFrame) -> list[str]:
    """List the keys of flag types that frames name."""
    return pl.concat([frame["key"].unique() for frame in frames]).unique().sort().to_list()


def _numbered(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Add the number of the item; null for one that is not named. Those of a customer stand together."""
    place = pl.col("key").replace_strict(keys, list(range(len(keys))), default=None, return_dtype=pl.Int64) if keys else pl.lit(None, pl.Int64)
    return frame.with_columns((pl.col(WHO) * max(len(keys), 1) + place).alias(ITEM))


def _keyed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add key: a flag type's name without regard to case."""
    return frame.with_columns(word_keys(frame[name]).alias("key"))


def _stood_then(over: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of being set of flags that are over and that the source said last time, when they stood: the book has known that since.

    A flag is that one where it has the same last day, or no first one.
    """
    former = over.join(last.select(ITEM, was_said="said", was_until="said_until"), on=ITEM, how="inner", validate="m:1")
    former = former.filter(pl.col("at").is_null() | (pl.col("expires_on") == pl.col("was_until")))
    lines = pl.concat_str(pl.lit(JOINT), "was_said", pl.lit(JOINT))
    known = former.filter(lines.str.contains(pl.concat_str(pl.lit(JOINT), "comment", pl.lit(JOINT)), literal=True))
    return known.with_columns(pl.lit(FLAGGED).alias("kind")).select(OVER_KEY).unique()


def _is_silent() -> pl.Expr:
    """Tell of which items the source says neither that they stand, as it did last time, nor that anything happened."""
    return pl.col("said").is_null() & ~pl.col("has_events")


def _aside(events: pl.DataFrame, over: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """Let flags that are over leave alone one that stands beside them since the source said it (`stands`) without their text: they come late."""
    if not len(over) or not len(stands):
        return events
    lines = pl.concat_str(pl.lit(JOINT), "was_said", pl.lit(JOINT)).str.contains(pl.concat_str(pl.lit(JOINT), "comment", pl.lit(JOINT)), literal=True)
    beside = over.join(stands.select(ITEM, was_said="said"), on=ITEM, how="inner", validate="m:1").filter(~lines).select(ORDER)
    rows = events.join(beside.unique().with_columns(is_beside=True), on=ORDER, how="left", validate="m:1", maintain_order="left")
    late = rows.with_columns(is_late=pl.col("is_late") | pl.col("is_beside").is_not_null()).drop("is_beside")
    return late.sort(ITEM, ~pl.col("is_late"), maintain_order=True)


def _items(joined: pl.DataFrame, last: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return the items that a source speaks of, or spoke of, with the flag's type.

    said and said_until are its word now, was_said and was_until last time; is_same tells whether the two are, has_events whether some are new, and
    has_turns whether some of those are not late, and is_ended whether the last of them says that the flag ended.
    """
    former = last.select(ITEM, was_said="said", was_until="said_until", **{f"was_{name}": pl.col(name) for name in (*NAMES, "flag_type")})
    happened = events.unique(ITEM, keep="last", maintain_order=True).select(  # what is late comes first
        ITEM,
        pl.lit(value=True).alias("has_events"),
        has_turns=~pl.col("is_late"),
        is_ended=pl.col("kind") == UNFLAGGED,
        **{f"event_{name}": pl.col(name) for name in (*NAMES, "flag_type")},
    )
    items = joined.join(former, on=ITEM, how="full", coalesce=True, validate="1:1").join(happened, on=ITEM, how="full", coalesce=True, validate="1:1")
    is_as_said = pl.col("said").eq_missing(pl.col("was_said")) | same_lines("said", "was_said")
    same = is_as_said & pl.col("said_until").eq_missing(pl.col("was_until"))
    return items.select(
        ITEM,
        *(pl.coalesce(name, f"was_{name}", f"event_{name}").alias(name) for name in (*NAMES, "flag_type")),
        "said",
        "said_until",
        "was_said",
        "was_until",
        same.alias("is_same"),
        pl.col("has_events", "has_turns", "is_ended").fill_null(value=False),
    )


def _steps(moved: pl.DataFrame, events: pl.DataFrame, distinct: pl.DataFrame, said: tuple[Spoken, Context]) -> pl.DataFrame:
    """Return the states that the source's word of each item goes through: events, then what stands, flag by flag, or that nothing stands any more.

    Where all events come late, what stood still does, and is not told again.
    Why where the source does not say: the batch's reason. line is the text of the one flag that a step tells of; is_whole: it expired, and is news.
    """
    spoken, context = said
    names = ["says", "line", "until", "at", "by", "reason", "word", "file_no", "source_row", "is_late", "is_whole"]
    turning = moved.filter(~pl.col("is_same") | pl.col("has_turns"))
    happened = pl.col("kind") == FLAGGED
    first = events.with_columns(
        says=pl.when(happened).then("comment"),
        until=pl.when(happened).then("expires_on"),
        reason=pl.col("comment"),
        word="kind",
        line=pl.lit(None, pl.String),
        is_whole=(pl.col("kind") == EXPIRED) & (pl.len().over(ORDER) > 1),
    )
    nothing = pl.lit(None, pl.String)
    in_turn = [pl.lit(value=False).alias(name) for name in ("is_late", "is_whole")]
    stands = told_anew(distinct, turning).with_columns(*in_turn, says="said", line="comment", reason=pl.lit(context.reason, pl.String), at=told_at())
    gone = turning.filter(pl.col("said").is_null()).with_columns(
        pl.lit(f"{NO_LONGER}{spoken.source}").alias("reason"),
        pl.lit(spoken.by).alias("by"),
        *in_turn,
        says=nothing,
        line=nothing,
        until=pl.lit(None, pl.Date),
        at=pl.lit(None, UTC_TIME),
        word=pl.when(pl.col("was_said").is_not_null()).then(pl.when(~pl.col("has_turns")).then(pl.lit(UNSAID)).when("is_ended").then(pl.lit(LEFT))),
        file_no=pl.lit(None, pl.Int64),
        source_row=pl.lit(None, pl.Int64),
    )
    return pl.concat([part.select(ITEM, *names) for part in (first, stands, gone)]).sort(ITEM, maintain_order=True)  # each part is in order


def _events(steps: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """Return steps as the events of flags that `write_items` takes."""
    is_before, is_after = pl.col("is_before"), pl.col("is_after")
    ended = pl.when(pl.col("word") == EXPIRED).then("word").otherwise(pl.lit("unflagged"))
    done = pl.when(~is_before).then(pl.lit("flagged")).when(~is_after).then(ended).otherwise(pl.lit("edited"))
    if not steps["differs"].all():
        done = pl.when(~pl.col("differs")).then(_again()).otherwise(done)
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
        IS_LAST.alias("is_last"),
        pl.lit(spoken.source).alias("source"),
        "said",
        "said_until",
        told=pl.when(pl.col("word").is_in([FLAGGED, UNFLAGGED]) & (done == "edited")).then("word"),
    )


def _again() -> pl.Expr:
    """Return what the history calls a step that changes nothing."""
    unsaid = pl.when("is_after").then(pl.lit("edited")).otherwise(pl.lit("unflagged"))
    said = pl.when(pl.col("was_said").is_null()).then(pl.lit("flagged")).otherwise(pl.lit("edited"))
    return pl.when(pl.col("word").is_in([UNSAID, LEFT])).then(unsaid).when(pl.col("word") == SAID).then(said).otherwise("word")


def _alerts(said: tuple[pl.DataFrame, pl.DataFrame], standing: pl.DataFrame, asked: tuple[pl.DataFrame, int], context: Context) -> pl.DataFrame:
    """Return the alerts that steps change, as `Planned` has them; `said`: the steps, and the same as events.

    `asked`: the alerts that customers of the part had, and how many types of flags are numbered.
    """
    (steps, events), (alerts, kinds) = said, asked
    who = (pl.col(ITEM) // max(kinds, 1)).alias(WHO)
    last = steps.select(ITEM, who, "is_after", item_name="flag_type", comment="after_comment").filter(IS_LAST)
    rest = standing.select(ITEM, WHO, "item_name", "comment").join(last, on=ITEM, how="anti")
    ends = (pl.col(WHO) != pl.col(WHO).shift(-1)).fill_null(value=True)
    touched = last.filter(ends).select(WHO)
    columns = [WHO, "item_name", "comment"]
    flags = pl.concat([rest.join(touched, on=WHO, how="semi").select(columns), last.filter("is_after").select(columns)])
    before = touched.join(alerts.drop("customer_id"), on=WHO, how="left", validate="1:1")
    changed = plan_alerts_of(flags, before, context.settings).sort(WHO)
    origin = events.select(steps.select(who).to_series(), "customer_id", *ORIGIN).filter(ends)
    return changed.join(origin, on=WHO, how="inner", validate="1:1", maintain_order="left").drop(WHO)


def _due(items: pl.DataFrame) -> pl.DataFrame:
    became = pl.when("is_same").then(pl.lit("unchanged")).when(pl.col("was_said").is_null()).then(pl.lit("imported")).otherwise(pl.lit("changed"))
    return items.filter(pl.col("said").is_not_null()).select(*NAMES, "flag_type", became.alias("became"), comment="said")
