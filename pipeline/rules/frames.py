"""Small tools of the rules: null-safe equality, last told values, and the check behind each join's cardinality."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw

if TYPE_CHECKING:  # the rules themselves know no engine
    import polars as pl

Keep: TypeAlias = Callable[[Any], Any]


def for_rules(frame: "pl.DataFrame") -> "nw.DataFrame[pl.DataFrame]":
    """Return a Polars frame as the rules take frames."""
    return nw.from_native(frame, eager_only=True)


def as_is(frame: Any) -> Any:
    """Keep nothing: the `keep` of engines that compute at once."""
    return frame


def same(left: nw.Expr, right: nw.Expr) -> nw.Expr:
    """Tell where two values are equal; two nulls are equal, a null and a value are not. Never null."""
    both_null = left.is_null() & right.is_null()
    return both_null | nw.when(left.is_null() | right.is_null()).then(nw.lit(value=False)).otherwise(left == right)


def told_before(frame: Any, **told: str) -> Any:
    """Add columns: the last value that another column (told=column) had on an earlier step of the same item, null where there is none.

    `alone` tells the steps that are their item's only one, most of an upload: nothing was told before them, which spares sorting.
    NOTE: shift and fill in two separate steps; engines that write SQL can't nest them.
    """
    if not told:
        return frame
    nothing = nw.lit(value=False)
    first = frame.filter(nw.col("alone")).with_columns(nw.when(nothing).then(nw.col(column)).alias(name) for name, column in told.items())
    shifted = frame.filter(~nw.col("alone")).with_columns(nw.col(column).shift(1).over("item", order_by="seq").alias(name) for name, column in told.items())
    filled = shifted.with_columns(nw.col(name).fill_null(strategy="forward").over("item", order_by="seq") for name in told)
    return nw.concat([first, filled])


def require_one_per(frame: Any, *keys: str) -> Any:
    """Return `frame` if it holds each key once, so that a join meets at most one of its rows; else raise.

    A failure here is a bug, not a finding: duplicates of the user's are found before.
    """
    twice = frame.select(*keys).group_by(*keys).agg(nw.len().alias("n")).filter(nw.col("n") > 1)
    if len(_collected(twice.head(1))):
        raise ValueError(f"{', '.join(keys)} must be unique here, and is not")
    return frame


def _collected(frame: Any) -> Any:
    """Return a frame whose rows can be counted.

    NOTE: to collect a DuckDB relation Narwhals needs pyarrow, which is not among our packages; its Arrow stream does without.
    """
    if not isinstance(frame, nw.LazyFrame):
        return frame
    native = nw.to_native(frame)
    return nw.from_arrow(native, backend="polars") if hasattr(native, "__arrow_c_stream__") else frame.collect()
