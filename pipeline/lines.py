"""The text of a flag of which a source says several: a line for each, the oldest first, each comment once."""

import polars as pl

from pipeline.layering import IS_FIRST, ITEM, JOINT

NAMES = ["customer_id", "key"]
IS_LAST = (pl.col(ITEM) != pl.col(ITEM).shift(-1)).fill_null(value=True)
SAME = [ITEM, "comment", "by", "at", "expires_on"]  # what is equal of flags that are one and the same, told several times


def join_lines(present: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the different flags of each item, the oldest first, each item with all of its text, the source's whole word, and repetitions.

    said is the text up to a flag, each comment once, until the last of the last days up to it (null where one has none), is_again whether its comment
    stands there already.
    """
    sorted_ = present.sort([ITEM, "at"], nulls_last=True, maintain_order=True)
    is_new = _differs(sorted_, SAME)
    turn, days = pl.int_range(pl.len(), dtype=pl.Int64), pl.col("expires_on")
    distinct = sorted_.filter(is_new).with_columns(step=turn - pl.when(IS_FIRST).then(turn).forward_fill(), said=pl.col("comment"))
    any_days = distinct["expires_on"].count() > 0
    until = pl.when(~days.is_null().cum_max().over(ITEM)).then(days.cum_max().over(ITEM)) if any_days else pl.lit(None, pl.Date)
    distinct = distinct.with_columns(until=until, is_again=~_differs(distinct, [ITEM, "comment"]))
    for step in range(1, int(distinct.select(pl.col("step").max().fill_null(0)).item()) + 1):  # few: how many flags of one type a customer has
        before = pl.col("said").shift(1)
        text = pl.when("is_again").then(before).otherwise(pl.concat_str(before, "comment", separator=JOINT))
        distinct = distinct.with_columns(said=pl.when(pl.col("step") == step).then(text).otherwise("said"))
    whole = distinct.filter(IS_FIRST).select(ITEM, *NAMES, "flag_type").with_columns(distinct.filter(IS_LAST)["said"])
    dated = distinct.filter(pl.col("expires_on").is_not_null().all().over(ITEM)) if any_days else distinct.clear()
    last = dated.group_by(ITEM).agg(said_until=pl.col("expires_on").max())
    return distinct, whole.join(last, on=ITEM, how="left", validate="1:1", maintain_order="left"), sorted_.filter(~is_new)


def _differs(rows: pl.DataFrame, names: list[str]) -> pl.Series:
    """Tell which rows, whose items stand together, are the first of their item that say this (`names`); most items have a single row."""
    several = rows.select(~(IS_FIRST & IS_LAST)).to_series().arg_true()
    first = rows.select(names)[several].select(pl.struct(names).is_first_distinct()).to_series()
    return pl.Series([True]).new_from_index(0, len(rows)).scatter(several, first)


def later_of(days: str) -> pl.Expr:
    """Return the latest of some days, none where one is none."""
    return pl.when(pl.col(days).null_count() == 0).then(pl.col(days).max())


def same_lines(one: str, other: str) -> pl.Expr:
    """Tell whether two texts have the same lines, in any order: flags without days have none."""
    are_several = pl.col(one).str.contains(JOINT, literal=True) & (pl.col(one).str.len_bytes() == pl.col(other).str.len_bytes())
    lines = [pl.when(are_several).then(pl.col(name)).str.split(JOINT).list.sort().list.join(JOINT) for name in (one, other)]
    return (are_several & (lines[0] == lines[1])).fill_null(value=False)
