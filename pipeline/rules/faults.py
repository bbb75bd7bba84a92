"""What is wrong with a row by itself (rule 3.11), and when a value that is already stored excuses it (rule 3.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw

from schemas.entity import ADD, EDIT, IGNORE, REMOVE, SET, Entity

CHANGING = (EDIT, SET)


@dataclass(frozen=True)
class Limits:
    """What the batch and the settings say: its time, the day of that in the business zone, the longest comment, whether items may be made."""

    as_of: datetime
    today: date
    comment_limit: int = 500
    may_create: bool = True


def column_of(code: str) -> str:
    """Return the name of the Boolean column that holds a code."""
    return code.replace("-", "_")


def find_faults(entity: Entity, rows: Any, limits: Limits) -> Any:
    """Set a Boolean column for every code of an entity's row faults, false throughout for rows to be ignored.

    `rows` brings the columns of what intake found (see `schemas.plan.instructions_of`) and `who_fault`.
    """
    is_all, action = nw.col("all_items"), nw.col("action")
    is_remove = (action == REMOVE).fill_null(value=False)
    who = nw.col("who_fault")
    more = {code: who == code for code in ("unknown-customer", "conflicting-customer", "ambiguous-customer")}
    if entity.item:
        unknown = f"unknown-{entity.item_word}"
        more[unknown] = nw.col(column_of(unknown)) | (is_all & ~is_remove)
    if entity.versioned:
        more["bad-version"] = nw.col("bad_version") | (is_all & ~nw.col("version").is_null())
    for one in entity.fields:
        if one.required and entity.item:  # an action that names its item is as set: what it lacks shows at what is stored
            more[f"missing-{one.code_word}"] = nw.col(column_of(f"missing-{one.code_word}")) & (action == ADD)
        if one.limited:
            more[f"{one.code_word}-too-long"] = nw.col(f"{one.name}_length") > limits.comment_limit
        if one.last_day:
            more["already-expired"] = (nw.col(one.name) < nw.lit(limits.today)) & action.is_in([ADD, EDIT, SET])
    judged = ~(action == IGNORE).fill_null(value=False)
    faults = [(judged & more.get(code, nw.col(column_of(code))).fill_null(value=False)).alias(column_of(code)) for code in entity.row_faults()]
    return rows.with_columns(*faults)


def has_hard_fault(entity: Entity) -> nw.Expr:
    """Tell where a row has a fault that no stored value can excuse."""
    soft = entity.soft_faults()
    return nw.any_horizontal(*(nw.col(column_of(code)) for code in entity.row_faults() if code not in soft), ignore_nulls=False)


def codes(entity: Entity) -> nw.Expr:
    """Return a row's codes in the order of rule 3.11, separated by commas; null where it has none."""
    each = [nw.when(nw.col(column_of(code))).then(nw.lit(code)) for code in entity.row_faults()]
    joined = nw.concat_str(*each, separator=",", ignore_nulls=True)
    return nw.when(joined != "").then(joined)


def mark_excused(entity: Entity, steps: Any) -> Any:
    """Add where a cell with a soft fault equals the value stored as of that row, which is no fault (3.3).

    A Boolean keeps_<field> says it of each such cell, `excused` of steps that have no soft fault left.

    A comment past the limit, or a day gone by, can stand in the book only as stored before the batch, since no row can write
    one. So a cell equals it from the first row up to and including the one that changes that field or removes the item. Each
    such change takes at least one field with it, so as many passes find them all as there are fields.
    """
    soft = entity.soft_faults()
    if not soft:
        return steps.with_columns(excused=nw.lit(value=True))
    writes = ~nw.col("stale")
    steps = steps.with_columns(
        ends=(nw.col("action") == REMOVE) & writes,
        **{f"keeps_{field}": _keeps(code, field) for code, field in soft.items()},
        **{f"other_{field}": nw.col("action").is_in(CHANGING) & writes & _differs(field) for field in soft.values()},
    )
    steps = steps.with_columns(possible=_all(~nw.col(column_of(code)) | nw.col(f"keeps_{field}") for code, field in soft.items()))
    return _follow_changes(steps, soft).with_columns(
        excused=_all(~nw.col(column_of(code)) | nw.col(f"keeps_{field}") for code, field in soft.items()),
    )


def _keeps(code: str, field: str) -> nw.Expr:
    """Tell where a cell with a soft fault equals what was stored before the batch."""
    same = (nw.col(field) == nw.col(f"stored_{field}")).fill_null(value=False)
    return nw.col(column_of(code)) & nw.col("stored") & same & ~nw.col("all_items")


def _differs(field: str) -> nw.Expr:
    return (nw.col(f"new_{field}") != nw.col(f"stored_{field}")).fill_null(value=False)


def _all(conditions: Any) -> nw.Expr:
    return nw.all_horizontal(*conditions, ignore_nulls=False)


def _follow_changes(steps: Any, soft: dict[str, str]) -> Any:
    """Take keeps_<field> back below the row at which the stored value went."""
    fields = tuple(soft.values())
    steps = steps.with_columns(**{f"until_{field}": nw.lit(None, dtype=nw.Int64) for field in fields})
    for number in range(len(fields)):
        kept = _all(~nw.col(f"keeps_{field}") | nw.col(f"until_{field}").is_null() for field in fields)
        goes = nw.any_horizontal(nw.col("ends"), *(nw.col(f"other_{field}") & nw.col(f"until_{field}").is_null() for field in fields), ignore_nulls=False)
        later = nw.col("seq") > nw.col("change") if number else nw.lit(value=True)
        steps = _first(steps, nw.col("possible") & kept & goes & later)
        steps = steps.with_columns(**{f"until_{field}": nw.coalesce(nw.col(f"until_{field}"), _went(field)) for field in fields})
    stands = {f"keeps_{field}": nw.col(f"keeps_{field}") & (nw.col("seq") <= nw.col(f"until_{field}")).fill_null(value=True) for field in fields}
    return steps.with_columns(**stands)


def _first(steps: Any, where: nw.Expr) -> Any:
    """Add change, on every step of an item: the seq of the first of its steps where the condition holds."""
    marked = steps.with_columns(change=nw.when(where.fill_null(value=False)).then(nw.col("seq")))
    return marked.with_columns(nw.col("change").min().over("item"))


def _went(field: str) -> nw.Expr:
    """Return, on every step of an item, the seq of its change if that took the field's stored value with it."""
    took = (nw.col("seq") == nw.col("change")) & (nw.col(f"other_{field}") | nw.col("ends"))
    return nw.when(took.fill_null(value=False)).then(nw.col("seq")).max().over("item")
