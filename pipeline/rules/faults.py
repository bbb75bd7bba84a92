"""What is wrong with a row by itself (rule 3.11), and when a value that is already stored excuses it (rule 3.3)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.findings import ROW_FAULTS

CODES = tuple(kind.code for kind in ROW_FAULTS)
# These two are no fault where the cell equals the stored value, so they wait for the stored flags.
SOFT = ("comment-too-long", "already-expired")
CHANGING = ("edit", "set")


@dataclass(frozen=True)
class Limits:
    """What the settings and the batch say: the day of the as-of in the business zone, the longest comment, whether flags may be created."""

    today: date
    comment_limit: int = 500
    may_create: bool = True


def column_of(code: str) -> str:
    """Return the name of the Boolean column that holds a code."""
    return code.replace("-", "_")


def find_faults(rows: Any, limits: Limits) -> Any:
    """Set a Boolean column for every code of rule 3.11, false throughout for rows to be ignored.

    `rows` brings the columns of what intake found (see `schemas.plan.INSTRUCTIONS`) and `who_fault`.
    """
    is_all, action = nw.col("all_types"), nw.col("action")
    is_remove = (action == "remove").fill_null(value=False)
    who = nw.col("who_fault")
    expired = nw.col("expires_on") < nw.lit(limits.today)
    more = {
        "unknown-customer": who == "unknown-customer",
        "conflicting-customer": who == "conflicting-customer",
        "ambiguous-customer": who == "ambiguous-customer",
        "unknown-flag-type": nw.col("unknown_flag_type") | (is_all & ~is_remove),
        "missing-comment": nw.col("missing_comment") & (action == "add"),
        "comment-too-long": nw.col("comment_length") > limits.comment_limit,
        "already-expired": expired & action.is_in(["add", "edit", "set"]),
        "bad-version": nw.col("bad_version") | (is_all & ~nw.col("version").is_null()),
    }
    judged = ~(action == "ignore").fill_null(value=False)
    faults = [(judged & more.get(code, nw.col(column_of(code))).fill_null(value=False)).alias(column_of(code)) for code in CODES]
    return rows.with_columns(*faults)


def has_hard_fault() -> nw.Expr:
    """Tell where a row has a fault that no stored value can excuse."""
    return nw.any_horizontal(*(nw.col(column_of(code)) for code in CODES if code not in SOFT), ignore_nulls=False)


def codes() -> nw.Expr:
    """Return a row's codes in the order of rule 3.11, separated by commas; null where it has none."""
    each = [nw.when(nw.col(column_of(code))).then(nw.lit(code)) for code in CODES]
    joined = nw.concat_str(*each, separator=",", ignore_nulls=True)
    return nw.when(joined != "").then(joined)


def mark_excused(steps: Any) -> Any:
    """Add where a cell with a soft fault equals the value stored as of that row, which is no fault (3.3).

    Boolean `keeps_comment` and `keeps_expiry` say it of each cell, `excused` of steps that have no soft fault left.

    A comment past the limit, or a day gone by, can stand in the book only as stored before the batch, since no row can write
    one. So a cell equals it from the first row up to and including the one that changes that field or removes the flag; such
    changes come at most twice (one field, then the other), which two passes find.
    """
    keeps_comment = nw.col("comment_too_long") & nw.col("stored") & (nw.col("comment") == nw.col("stored_comment")).fill_null(value=False)
    keeps_expiry = nw.col("already_expired") & nw.col("stored") & (nw.col("expires_on") == nw.col("stored_expires_on")).fill_null(value=False)
    changing = nw.col("action").is_in(CHANGING) & ~nw.col("stale")
    other_comment = changing & (nw.col("comment") != nw.col("stored_comment")).fill_null(value=False)
    other_expiry = changing & (nw.col("new_expiry") != nw.col("stored_expiry")).fill_null(value=False)
    steps = steps.with_columns(
        keeps_comment=keeps_comment & ~nw.col("all_types"),
        keeps_expiry=keeps_expiry & ~nw.col("all_types"),
        ends=(nw.col("action") == "remove") & ~nw.col("stale"),
        other_comment=other_comment,
        other_expiry=other_expiry,
    )
    steps = steps.with_columns(
        possible=(~nw.col("comment_too_long") | nw.col("keeps_comment")) & (~nw.col("already_expired") | nw.col("keeps_expiry")),
    )
    steps = _first(steps, "first", nw.col("possible") & (nw.col("ends") | nw.col("other_comment") | nw.col("other_expiry")))
    steps = steps.with_columns(
        comment_went=_at_first("other_comment"),
        expiry_went=_at_first("other_expiry"),
    )
    still = (
        nw.col("possible")
        & (nw.col("seq") > nw.col("first"))
        & ~(nw.col("keeps_comment") & nw.col("comment_went"))
        & ~(nw.col("keeps_expiry") & nw.col("expiry_went"))
    )
    goes = nw.col("ends") | (~nw.col("comment_went") & nw.col("other_comment")) | (~nw.col("expiry_went") & nw.col("other_expiry"))
    steps = _first(steps, "second", (still & goes).fill_null(value=False))
    comment_until = nw.when(nw.col("comment_went")).then(nw.col("first")).otherwise(nw.col("second"))
    expiry_until = nw.when(nw.col("expiry_went")).then(nw.col("first")).otherwise(nw.col("second"))
    steps = steps.with_columns(
        keeps_comment=nw.col("keeps_comment") & (nw.col("seq") <= comment_until).fill_null(value=True),
        keeps_expiry=nw.col("keeps_expiry") & (nw.col("seq") <= expiry_until).fill_null(value=True),
    )
    return steps.with_columns(
        excused=(~nw.col("comment_too_long") | nw.col("keeps_comment")) & (~nw.col("already_expired") | nw.col("keeps_expiry")),
    )


def _first(steps: Any, name: str, where: nw.Expr) -> Any:
    marked = steps.with_columns(nw.when(where).then(nw.col("seq")).alias(name))
    return marked.with_columns(nw.col(name).min().over("item"))


def _at_first(column: str) -> nw.Expr:
    """Tell, for every step of an item, whether its first change was one of this kind or ended the flag."""
    went = nw.when(nw.col("seq") == nw.col("first")).then((nw.col(column) | nw.col("ends")).cast(nw.Int64))
    return went.max().over("item").fill_null(0) == 1
