"""What another system says happened, in the order of its dates: what the book knows already, what comes late, and what stands after the last of it."""

from collections.abc import Sequence

import polars as pl

from pipeline.intake.cells import word_keys
from pipeline.legacy.flagging import FLAGGED, PRESENT, UNFLAGGED

NAMES = ("customer_id", "key")


def times_known(known: pl.DataFrame) -> pl.DataFrame:
    """Return how many events migrations brought of items (see `events_known`), by time: customer_id, key, at, n, and latest.

    latest is the time of the last event of the item that the source brought; null where there is none.
    """
    times = known.with_columns(word_keys(known["flag_type"]).alias("key")).group_by(*NAMES, "at").agg(pl.col("n").sum(), pl.col("is_own").any())
    return times.with_columns(latest=pl.when("is_own").then("at").max().over(NAMES)).drop("is_own")


def new_events(past: pl.DataFrame, times: pl.DataFrame, event_key: Sequence[str]) -> pl.DataFrame:
    """Return those events of the past that no earlier migration brought: of the same item at the same time, those beyond as many as there are.

    is_late tells which happened before the last that the source told earlier: those change nothing that stands.
    """
    numbered = past.with_columns(turn=pl.int_range(pl.len()).over(event_key))
    counted = numbered.join(times.drop("latest"), on=[*NAMES, "at"], how="left", validate="m:1", maintain_order="left")
    new = counted.filter(pl.col("turn") >= pl.col("n").fill_null(0)).join(_latest(times), on=NAMES, how="left", validate="m:1", maintain_order="left")
    return new.with_columns(is_late=(pl.col("at") < pl.col("latest")).fill_null(value=False))


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


def ends_at_odds(past: pl.DataFrame, stands: pl.Series) -> pl.Series:
    """Return the customers of whom an item's last event in the files says otherwise than that it stands, or does not (`stands`, the items' numbers)."""
    ends = past.unique(stands.name, keep="last", maintain_order=True).filter(pl.col("kind").is_in([FLAGGED, UNFLAGGED]))
    is_there = ends[stands.name].is_in(stands.implode())
    return ends.filter((ends["kind"] == FLAGGED) != is_there)["customer_id"]


def _latest(times: pl.DataFrame) -> pl.DataFrame:
    return times.select(*NAMES, "latest").unique(NAMES)
