"""A source's states of flags on top of what the book has: its own text stays, the source's word stands below it and replaces its former one."""

import polars as pl

from pipeline.effects import EXPIRED
from pipeline.legacy.flagging import FLAGGED
from schemas.entity import STAMPS

ITEM = "item"  # the number of a customer's flag of one type; rows of it stand together
IS_FIRST = (pl.col(ITEM) != pl.col(ITEM).shift(1)).fill_null(value=True)
JOINT = "\n"


def told_anew(distinct: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the flags of items that move, less those before the last that the source told last time.

    word is that of an event where a flag says again what stands: it changes nothing, and the history has it all the same.
    """
    rows = distinct.join(moved.select(ITEM, "was_said"), on=ITEM, how="inner", validate="m:1", maintain_order="left")
    was, is_last = pl.col("was_said"), (pl.col(ITEM) != pl.col(ITEM).shift(-1)).fill_null(value=True)
    is_known = ((was == pl.col("said")) | was.str.starts_with(pl.col("said") + JOINT)).fill_null(value=False)
    is_plain = pl.col("is_again") & pl.col("until").eq_missing(pl.col("until").shift(1)) & ~is_known
    return rows.with_columns(word=pl.when(is_plain).then(pl.lit(FLAGGED))).filter(is_last | ~is_known)


def lay_on(steps: pl.DataFrame, moved: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Put the source's states on top of what the book has, and leave out steps that change nothing, save flags set and ended in the past.

    What is past its last day and does not stand has expired already. What comes late (is_late; it comes first) leaves the book as it is, and the
    history has it all the same.

    Adds flag_type as the book writes it; is_before and before_ of the fields and stamps, and likewise after.
    """
    flags = standing.drop_nulls(ITEM).select(ITEM, "item_name", old="comment", old_until="expires_on", **{f"old_{name}": pl.col(name) for name in STAMPS})
    items = moved.join(flags, on=ITEM, how="left", validate="1:1").select(
        *(ITEM, "customer_id", "said", "said_until", "old", "old_until"),
        *(f"old_{name}" for name in STAMPS),
        pl.coalesce("item_name", "flag_type").alias("flag_type"),
        own=_own_text(),
    )
    rows = steps.join(items, on=ITEM, how="left", validate="m:1", maintain_order="left")
    text = pl.concat_str("own", "says", separator=JOINT, ignore_nulls=True)
    rows = rows.with_columns(comment=pl.when(text != "").then(text)).with_columns(
        expires_on=pl.when(pl.col("own").is_not_null()).then(_later_day()).when(pl.col("comment").is_not_null()).then("until"),
    )
    rows = rows.with_columns(_unless_late(comment="old", expires_on="old_until"))
    differs = ~(pl.col("comment").eq_missing(_former("comment", "old")) & pl.col("expires_on").eq_missing(_former("expires_on", "old_until")))
    rows = rows.filter(differs | (pl.col("word") != EXPIRED).fill_null(value=False))
    rows = rows.with_columns(before_comment=_former("comment", "old"), before_expires_on=_former("expires_on", "old_until"))
    return _stamped(rows)


def _unless_late(**stored: str) -> list[pl.Expr]:
    """Return columns as they are, save in steps that come late: there, as the book has them."""
    return [pl.when("is_late").then(old).otherwise(name).alias(name) for name, old in stored.items()]


def _later_day() -> pl.Expr:
    """Return until when a flag stands whose comment has the book's own text: of its last day and the source's the later, none where one has none."""
    both = pl.when(pl.col("old_until").is_not_null() & pl.col("until").is_not_null()).then(pl.max_horizontal("old_until", "until"))
    return pl.when(pl.col("says").is_null()).then("old_until").otherwise(both)


def _former(name: str, stored: str) -> pl.Expr:
    """Return a value after the step before this one; of an item's first step, the book's."""
    return pl.when(IS_FIRST).then(stored).otherwise(pl.col(name).shift(1))


def _own_text() -> pl.Expr:
    """Return what a flag's comment says besides the source's former word and its present one; null where that is nothing."""
    own: pl.Expr = pl.col("old")
    for word in ("was_said", "said"):
        said = pl.col(word)
        starts, ends = own.str.starts_with(said + JOINT), own.str.ends_with(JOINT + said)
        less = pl.when(starts).then(own.str.strip_prefix(said + JOINT)).when(ends).then(own.str.strip_suffix(JOINT + said)).otherwise(own)
        less = pl.when(own != said).then(less)
        own = pl.when(said.is_null() | own.is_null()).then(own).otherwise(less)
    return own


def _stamped(rows: pl.DataFrame) -> pl.DataFrame:
    """Add who made a flag and when, and who changed it last and when, before each step and after it."""
    is_before, is_after = pl.col("before_comment").is_not_null(), pl.col("comment").is_not_null()
    made, changed = is_after & ~is_before, is_after & is_before
    rows = rows.with_columns(is_before=is_before, is_after=is_after)
    for name, value in (("made_by", "by"), ("made_at", "stamped_at")):
        carried = pl.when(made).then(value).when(IS_FIRST).then(f"old_{name}").forward_fill()
        rows = rows.with_columns(pl.when(is_after).then(carried).alias(f"after_{name}"))
    for name, value in (("updated_by", "by"), ("updated_at", "stamped_at")):
        rows = rows.with_columns(pl.when("is_late").then(f"old_{name}").when(changed).then(value).alias(f"after_{name}"))
    before = [_former(f"after_{name}", f"old_{name}").alias(f"before_{name}") for name in STAMPS]
    return rows.with_columns(*before, after_comment="comment", after_expires_on="expires_on")
