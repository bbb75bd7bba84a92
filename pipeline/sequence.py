"""What another system says happened, in the order in which it did, each event once: days have no times, and files say things twice."""

from datetime import date, timedelta

import polars as pl

from pipeline.context import Context
from pipeline.effects import EXPIRED
from pipeline.intake.dates import begin_of
from pipeline.layering import ITEM, JOINT
from pipeline.legacy.flagging import FLAGGED, PRESENT

ORDER = ["file_no", "source_row", "place"]
EVENT_KEY = [ITEM, "at"]
AT_ONCE = [*EVENT_KEY, "file_no"]
SAYING = ["kind", "comment", "by"]
TURNED = ["row_in_turn", "turn"]


def day_of(context: Context) -> date:
    """Return the day of the batch in the business zone."""
    return context.as_of.astimezone(context.settings.zone).date()


def parted(
    found: pl.DataFrame, former: tuple[pl.DataFrame, pl.DataFrame | None], turned: frozenset[int], context: Context
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return events of the past, each once, in order; flags that stand; and flags that are over, which are two events: they were set, and expired.

    is_undated tells of which events nobody says when they were. `former`: what the source said last, and the flags that the book has, if it is to be
    changed (see `_told_before`). `turned` are the files that tell what happened last first.
    """
    is_present = pl.col("kind") == PRESENT
    is_over = is_present & (pl.col("expires_on") < day_of(context)).fill_null(value=False)
    over, present = found.filter(is_over), found.filter(is_present & ~is_over)
    news = over
    if len(over):
        kept, news = _told_before(over, present, former, day_of(context))
        present, over = pl.concat([present, kept]).sort(ORDER), over.join(kept, on=ORDER, how="anti", maintain_order="left")
    zone = context.settings.business.timezone
    began, ended = (begin_of(day.cast(pl.Datetime("us")), zone) for day in (pl.col("expires_on"), pl.col("expires_on") + timedelta(days=1)))
    as_told = (pl.col("source_row").alias("row_in_turn"), pl.lit(0, pl.Int64).alias("turn"))
    set_then = news.with_columns(pl.lit(FLAGGED).alias("kind"), *as_told, at=pl.coalesce("at", began), is_undated=pl.col("at").is_null())
    dated = pl.lit(value=False).alias("is_undated")
    ended_then = news.with_columns(pl.lit(EXPIRED).alias("kind"), *as_told, dated, at=ended)
    past = pl.concat([_each_once(_in_turn(found.filter(~is_present), turned)).with_columns(dated), set_then, ended_then])
    past = past.unique([*EVENT_KEY, *SAYING, "turn"], keep="first", maintain_order=True)
    return past.sort([*EVENT_KEY, "file_no", "row_in_turn", "place"], maintain_order=True).drop(TURNED), present, over


def _told_before(over: pl.DataFrame, present: pl.DataFrame, former: tuple[pl.DataFrame, pl.DataFrame | None], day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return of flags that are over those that have not ended all the same, and the rest, of which there is something to tell.

    What the source says as last time, of a flag that stands in the book through a day of its own, has not ended, unless it stands since another source
    says it too; and of a line that the source said then and still says, through a later day, there is nothing to tell.
    """
    last, standing = former
    lines = pl.concat_str(pl.lit(JOINT), "was_said", pl.lit(JOINT)).str.contains(pl.concat_str(pl.lit(JOINT), "comment", pl.lit(JOINT)), literal=True)
    said = last.select(ITEM, was_said="said", was_until="said_until")
    known = over.join(said, on=ITEM, how="inner", validate="m:1", maintain_order="left").filter(lines)
    still = known.join(present.select(ITEM, "comment").unique(), on=[ITEM, "comment"], how="semi", maintain_order="left")
    kept = known.clear()
    if standing is not None:
        lasting = standing.filter((pl.col("expires_on") >= day).fill_null(value=True) & pl.col("elsewhere").is_null()).select(ITEM)
        is_as_told = (pl.col("was_until") < day) & (pl.col("expires_on") <= pl.col("was_until"))
        kept = known.filter(is_as_told).join(lasting, on=ITEM, how="semi", maintain_order="left")
    rest = over.join(pl.concat([still, kept]), on=ORDER, how="anti", maintain_order="left")
    return kept.select(over.columns), rest


def _in_turn(events: pl.DataFrame, turned: frozenset[int]) -> pl.DataFrame:
    """Return events in the order of times, and add row_in_turn, which goes down where a file tells the last ones first.

    Of a day without times only the order of rows tells what came first: that of the item's other days, or where it has none, of the file's.
    """
    rows = events.sort([ITEM, *ORDER])
    step = pl.col("at").diff().over(ITEM, "file_no")
    rows = rows.with_columns(way=(step > pl.duration()).cast(pl.Int64).fill_null(0) - (step < pl.duration()).cast(pl.Int64).fill_null(0))
    own = pl.col("way").sum().over(ITEM, "file_no")
    is_turned = pl.when(own == 0).then(pl.col("file_no").is_in(sorted(turned))).otherwise(own < 0)
    rows = rows.with_columns(row_in_turn=pl.when(is_turned).then(-pl.col("source_row")).otherwise("source_row"))
    return rows.drop("way").sort([*EVENT_KEY, "file_no", "row_in_turn", "place"])


def _each_once(events: pl.DataFrame) -> pl.DataFrame:
    """Leave out what a file says twice of a time, and add turn: how often it had said the same of it before, with the contrary in between.

    So a flag that was set, ended and set again on one day is set twice; where all of that time is said as often, it is the same told again.
    """
    is_other = (pl.col("kind") != pl.col("kind").shift(1)).fill_null(value=True).cum_sum().over(AT_ONCE)
    rows = events.with_columns(run=is_other).unique([*AT_ONCE, "run", "comment", "by"], keep="first", maintain_order=True)
    rows = rows.with_columns(turn=pl.int_range(pl.len(), dtype=pl.Int64).over(*AT_ONCE, *SAYING), often=pl.len().over(*AT_ONCE, *SAYING))
    is_again = (pl.col("often").min().over(AT_ONCE) == pl.col("often").max().over(AT_ONCE)) & (pl.col("turn") > 0)
    return rows.filter(~is_again).drop("run", "often")
