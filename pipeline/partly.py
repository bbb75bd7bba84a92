"""Customers of whom files tell only in part: rows of theirs came back, or a column is not there. What is not said of them has not ended."""

from datetime import UTC, date, datetime

import polars as pl

from pipeline.layering import ITEM, JOINT
from pipeline.legacy.flagging import PRESENT
from pipeline.parting import Spoken, among_types
from schemas.plan import UTC_TIME

LINE = [ITEM, "line"]
FIRST = datetime(1, 1, 1, tzinfo=UTC)  # so that what was said comes first; it is known, and not told again


def told_in_part(last: pl.DataFrame, spoken: Spoken, day: date) -> pl.DataFrame:
    """Return what a source that says how things stand said last time (`last`) of items of which it now tells only in part, and is not over by a day."""
    if not spoken.partly and spoken.shared == frozenset():
        return last.clear()
    is_over = (pl.col("said_until") < day).fill_null(value=False)
    in_part = pl.col("customer_id").is_in(list(spoken.partly)) | among_types(spoken.shared)
    return last.filter(spoken.says.is_stated() & in_part & pl.col("said").is_not_null() & ~is_over)


def leave_ended(kept: pl.DataFrame, last: pl.DataFrame, present: pl.DataFrame, standing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what is kept (`told_in_part`) of which a line stands in the book, and `last` without what does not, and of which nothing is said now."""
    if not len(kept):
        return kept, last
    text = standing.select(ITEM, stands="comment").drop_nulls(ITEM)
    lines, there = (pl.col(name).str.split(JOINT) for name in ("said", "stands"))
    rows = kept.join(text, on=ITEM, how="left", validate="1:1", maintain_order="left")
    is_there = (lines.list.set_intersection(there).list.len() > 0).fill_null(value=False)
    silent = rows.filter(~is_there).join(present.select(ITEM), on=ITEM, how="anti")
    return rows.filter(is_there).drop("stands"), last.join(silent.select(ITEM), on=ITEM, how="anti", maintain_order="left")


def unless_absent(present: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Return flags that stand, of which a file without the column of reasons, or of last days, says what the source said last time (`last`)."""
    lacks = {name: pl.col(name).fill_null(value=False) for name in ("no_text", "no_days")}
    if not present.select(pl.any_horizontal(lacks.values()).any()).item():
        return present
    rows = present.join(last.select(ITEM, was_said="said", was_until="said_until"), on=ITEM, how="left", validate="m:1", maintain_order="left")
    is_known = pl.col("was_said").is_not_null() & (pl.len().over(ITEM) == 1)
    comment = pl.when(lacks["no_text"] & is_known).then("was_said").otherwise("comment")
    until = pl.when(lacks["no_days"] & is_known).then("was_until").otherwise("expires_on")
    return rows.with_columns(comment=comment, expires_on=until).select(present.columns)


def keep_untold(present: pl.DataFrame, joined: pl.DataFrame, last: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return flags that stand, with what a source said last time (`last`, of such customers alone) and says no more: that is kept as it was.

    `joined` is what `present` says of each item. Lines that the source did not say before come below all that it said. Where it says none, the item is
    as it was, unless its last day is another: then the lines that are not said any more come last. Returns what was kept besides, a row for each item.
    """
    was, now = _lines(last, "said"), _lines(joined, "said")
    missing = was.join(now, on=LINE, how="anti", maintain_order="left").group_by(ITEM, maintain_order=True).agg(rest=pl.col("line").str.join(JOINT))
    rows = last.join(missing, on=ITEM, how="inner", validate="1:1", maintain_order="left")
    rows = rows.join(joined.select(ITEM, now_until="said_until", is_told=True), on=ITEM, how="left", validate="1:1", maintain_order="left")
    is_new = pl.col(ITEM).is_in(now.join(was, on=LINE, how="anti")[ITEM].unique().implode())
    is_other_day = pl.col("is_told").is_not_null() & pl.col("said_until").is_not_null() & pl.col("said_until").ne_missing(pl.col("now_until"))
    rows = rows.with_columns(is_below=is_other_day & ~is_new)
    kept = rows.with_columns(
        pl.lit(PRESENT).alias("kind"),
        comment=pl.when("is_below").then("rest").otherwise("said"),
        expires_on="said_until",
        at=pl.when(~pl.col("is_below")).then(pl.lit(FIRST, UTC_TIME)),
    )
    numbered = present.with_row_index("n")
    says_new = _lines(numbered, "comment", "n").join(was, on=LINE, how="anti")["n"].unique()
    is_in = pl.col(ITEM).is_in(rows.filter(~pl.col("is_below"))[ITEM].implode())
    told = numbered.filter(~is_in | pl.col("n").is_in(says_new.implode())).drop("n")
    return pl.concat([told, kept.select(name for name in present.columns if name in kept.columns)], how="diagonal"), kept


def told_at() -> pl.Expr:
    """Return when a source says that flags were set; of what is kept as it was it says nothing."""
    return pl.when(pl.col("at") != pl.lit(FIRST, UTC_TIME)).then("at")


def _lines(items: pl.DataFrame, text: str, *more: str) -> pl.DataFrame:
    """Return the lines of a text of items, in their order: item, line, and more columns."""
    return items.select(ITEM, *more, line=pl.col(text).str.split(JOINT)).explode("line")
