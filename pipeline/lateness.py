"""What another system says happened, in the order of its dates: what the book knows already, what comes late, and what stands after the last of it."""

from collections.abc import Sequence

import polars as pl

from pipeline.intake.cells import word_keys
from pipeline.legacy.flagging import FLAGGED, PRESENT, UNFLAGGED

NAMES = ("customer_id", "key")
WHERE = ["file_no", "source_row", "place", "at"]  # by which an event is told from all others
WHAT = (*NAMES, "at", "kind")
# By what an event is one that is known, the surest first: which text of the known one is the comment, the columns, and whether only the source's own count.
ALIKE: Sequence[tuple[str | None, Sequence[str], bool]] = (
    *((text, (*WHAT, "comment", "by"), False) for text in ("reason", "line")),
    *((text, (*WHAT, "comment"), True) for text in ("reason", "line")),
    (None, WHAT, True),
)


def times_known(known: pl.DataFrame) -> pl.DataFrame:
    """Return how many events migrations brought of items (see `events_known`), by time: customer_id, key, at, n, and latest.

    latest is the time of the last event of the item that the source brought with a date; null where there is none.
    """
    dated = (pl.col("is_own") & pl.col("is_dated")).any()
    times = _keyed(known).group_by(*NAMES, "at").agg(n=pl.len(), is_dated=dated)
    return times.with_columns(latest=pl.when("is_dated").then("at").max().over(NAMES)).drop("is_dated")


def _keyed(known: pl.DataFrame) -> pl.DataFrame:
    return known.with_columns(word_keys(known["flag_type"]).alias("key")).drop("flag_type")


def new_events(past: pl.DataFrame, known: pl.DataFrame, zones: tuple[str, Sequence[str]]) -> pl.DataFrame:
    """Return those events of the past that no earlier migration brought (`events_known`): each known one makes one known, the likest first.

    Alike are, of an item at a time, those that set it, or those that end it, with the same reason (or line of what stood) by the same person; of the
    source's own events those with the same reason, then any; then those that a former business zone would have put at that time (`zones`: the present
    one, and former ones). Of a flag without a first day any event knows its beginning that tells of the same. is_late tells which happened before the
    last that the source dated earlier: those change nothing that stands.
    """
    rest, left = past.with_row_index("nth"), _keyed(known).with_row_index("known")
    here, former = zones
    for zone in (here, *former) if len(known) else ():
        at = pl.col("at").dt.convert_time_zone(here).dt.replace_time_zone(None).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        moved = rest if zone == here else rest.with_columns(at=at.dt.convert_time_zone("UTC"))
        pairs = _pairs(moved, left if zone == here else left.filter("is_own"))
        rest, left = (one.join(pairs, on=name, how="anti", maintain_order="left") for one, name in ((rest, "nth"), (left, "known")))
    for text in ("reason", "line"):
        began = _keyed(known).filter("is_own").select(*NAMES, "kind", comment=text).unique()
        of_old = rest.filter("is_undated").join(began, on=[*NAMES, "kind", "comment"], how="semi", nulls_equal=True)
        rest = rest.join(of_old, on="nth", how="anti", maintain_order="left")
    new = rest.drop("nth", "is_undated").join(_latest(times_known(known)), on=NAMES, how="left", validate="m:1", maintain_order="left")
    return new.with_columns(is_late=(pl.col("at") < pl.col("latest")).fill_null(value=False))


def _pairs(rest: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Return which events (nth) which known ones (known) make known, each at most one."""
    found = [pl.DataFrame(schema={"nth": rest.schema["nth"], "known": left.schema["known"]})]
    for text, keys, is_own in ALIKE:
        told = left.filter("is_own") if is_own else left
        told = (told.with_columns(pl.col(text).alias("comment")) if text else told).select("known", *keys)
        both = [some.with_columns(turn=pl.int_range(pl.len()).over(keys)) for some in (rest.select("nth", *keys), told)]
        pairs = both[0].join(both[1], on=[*keys, "turn"], how="inner", nulls_equal=True).select("nth", "known")
        rest, left = rest.join(pairs, on="nth", how="anti", maintain_order="left"), left.join(pairs, on="known", how="anti", maintain_order="left")
        found.append(pairs)
    return pl.concat(found)


def standing_after(past: pl.DataFrame, last: pl.DataFrame, times: pl.DataFrame, item: str) -> pl.DataFrame:
    """Return the flags that stand after the last event of each item, by its date, whether the file has it or the source told it before.

    `last` is what the source said of its items until now, which stands where the file has nothing later. Of events of one time the file's last counts,
    unless the source told more of that time.
    """
    ends = past.with_columns(here=pl.len().over(item, "at")).unique(item, keep="last", maintain_order=True)
    ends = ends.join(_latest(times), on=NAMES, how="left", validate="m:1", maintain_order="left")
    ends = ends.join(times.drop("latest"), on=[*NAMES, "at"], how="left", validate="m:1", maintain_order="left")
    ends = ends.join(last.select(item, "said"), on=item, how="left", validate="m:1", maintain_order="left")
    is_other = (pl.col("kind") == FLAGGED) != pl.col("said").is_not_null()
    is_earlier = (pl.col("at") < pl.col("latest")) | ((pl.col("at") == pl.col("latest")) & (pl.col("here") < pl.col("n")) & is_other)
    telling = ends.filter(~is_earlier.fill_null(value=False))
    before = last.filter(pl.col("said").is_not_null()).join(telling.select(item), on=item, how="anti", maintain_order="left")
    kept = before.with_columns(pl.lit(PRESENT).alias("kind"), comment="said", expires_on="said_until")
    return pl.concat(
        [telling.filter(pl.col("kind") == FLAGGED).select(past.columns), kept.select(name for name in past.columns if name in kept.columns)], how="diagonal"
    )


def ended_by(past: pl.DataFrame, times: pl.DataFrame, item: str) -> pl.DataFrame:
    """Return the items whose last event ends them, unless it comes late."""
    ends = past.unique(item, keep="last", maintain_order=True).join(_latest(times), on=NAMES, how="left", validate="m:1", maintain_order="left")
    return ends.filter((pl.col("kind") == UNFLAGGED) & ~(pl.col("at") < pl.col("latest")).fill_null(value=False)).select(item)


def share_reasons(past: pl.DataFrame, present: pl.DataFrame, times: pl.DataFrame, item: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return events and flags that stand; of such a flag and the event that set it last one may say why, and the other nothing (`is_default`).

    Then both have that comment: the reason stands once in the file. An event that comes late tells nothing of what stands.
    """
    if not len(past) or not len(present) or not (past["is_default"].any() or present["is_default"].any()):
        return past, present
    ends = past.unique(item, keep="last", maintain_order=True).join(_latest(times), on=NAMES, how="left", validate="m:1", maintain_order="left")
    ends = ends.filter((pl.col("kind") == FLAGGED) & ~(pl.col("at") < pl.col("latest")).fill_null(value=False))
    alike = present.filter(pl.col("comment").n_unique().over(item) == 1).unique(item, keep="first", maintain_order=True)
    both = ends.join(alike.select(item, flag_says="comment", flag_silent="is_default"), on=item, how="inner", validate="1:1", maintain_order="left")
    of_event = both.filter(~pl.col("is_default") & pl.col("flag_silent")).select(item, told="comment")
    of_flag = both.filter(pl.col("is_default") & ~pl.col("flag_silent")).select(*WHERE, told="flag_says")
    flags = present.join(of_event, on=item, how="left", validate="m:1", maintain_order="left")
    flags = flags.with_columns(comment=pl.coalesce("told", "comment"), no_text=pl.col("no_text") & pl.col("told").is_null())
    events = past.join(of_flag, on=WHERE, how="left", validate="m:1", maintain_order="left").with_columns(comment=pl.coalesce("told", "comment"))
    return events.select(past.columns), flags.select(present.columns)


def ends_at_odds(past: pl.DataFrame, stands: pl.Series) -> pl.Series:
    """Return the customers of whom an item's last event in the files says otherwise than that it stands, or does not (`stands`, the items' numbers)."""
    ends = past.unique(stands.name, keep="last", maintain_order=True).filter(pl.col("kind").is_in([FLAGGED, UNFLAGGED]))
    is_there = ends[stands.name].is_in(stands.implode())
    return ends.filter((ends["kind"] == FLAGGED) != is_there)["customer_id"]


def _latest(times: pl.DataFrame) -> pl.DataFrame:
    return times.select(*NAMES, "latest").unique(NAMES)
