"""Cell values of a parsed sheet as text, the way that rules 2.2 and 7.4 read them.

This runs in the process that parses (see `parser.py`), so it imports no more than it needs.
"""

import datetime
from collections.abc import Callable, Sequence

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
MOST_DIGITS = 10**15
MOMENTS: set[type] = {datetime.datetime, datetime.date, datetime.time, datetime.timedelta}


def column_texts(values: Sequence[Value]) -> list[str] | None:
    """Return a column of cell values as texts, blank where a cell is; None where all are."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return list(map(str, values)) if any(values) else None
    # Most columns hold one kind of value, which spares the question for each cell.
    return list(map(TEXTS[kinds.pop()], values)) if len(kinds) == 1 else list(map(cell_text, values))


def cell_text(value: Value) -> str:
    """Return one value as text: 123.0 as 123 and any whole number in digits, a day without a time as its date, text as it is."""
    return TEXTS[type(value)](value)


def is_inexact(value: Value) -> bool:
    """Tell whether a value is a number that can't be an id: with a fraction, or of more than 15 digits (rule 2.2)."""
    if isinstance(value, float):
        return not value.is_integer() or abs(value) >= MOST_DIGITS
    return type(value) is int and abs(value) >= MOST_DIGITS


def days_of(rows: Sequence[int], values: Sequence[Value]) -> list[int] | None:
    """Return the rows in which a column holds a day or a time, which as an id shows other digits than it holds: an empty list for all, None for none."""
    kinds = set(map(type, values))
    if kinds.isdisjoint(MOMENTS):
        return None
    return [] if kinds <= MOMENTS else [row for row, value in zip(rows, values, strict=True) if type(value) in MOMENTS]


def _of_float(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _of_moment(value: datetime.datetime) -> str:
    return value.isoformat() if value.time() != datetime.time() else value.date().isoformat()


def _of_duration(value: datetime.timedelta) -> str:
    seconds = value / datetime.timedelta(seconds=1)
    return f"PT{_of_float(seconds)}S"


TEXTS: dict[type, Callable[..., str]] = {
    str: str,
    float: _of_float,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime.datetime: _of_moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    datetime.timedelta: _of_duration,
}
