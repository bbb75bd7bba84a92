"""Formats of dates and times (strftime), as settings and maps name them: which can be read by at all, and which part of one is the day; and time zones."""

import warnings
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import Refused
from pipeline.months import MONTHS, in_numbers, is_sound

TIMES = ("%H", "%I", "%T", "%R", "%X")
EXAMPLE = datetime(2024, 7, 28, 16, 5, 9, tzinfo=UTC)
ALLOWED = (
    "A day is written with %d, %m (or %B and %b: months in words) and %Y (or %y: two digits), a weekday with %A or %a, and a time, if there is one, with "
    '%H and %M, or %I, %M and %p, and %S. For example: "%d/%m/%Y", "%d/%m/%Y %H:%M", "de: %d. %B %Y"'
)


def has_time(form: str) -> bool:
    """Tell whether a format has a time of day."""
    return any(mark in form for mark in (*TIMES, "%c"))


def day_of(form: str) -> str:
    """Return the part of a format before its time of day, for columns that hold a day."""
    cut = min((form.find(mark) for mark in TIMES if mark in form), default=len(form))
    return form[:cut].rstrip(" T,")


@lru_cache(maxsize=10_000)
def is_zone(name: str) -> bool:
    """Tell whether there is a time zone of this name, for Python and for Polars: each knows a few names that the other does not."""
    if name == "UTC":
        return True
    import polars as pl  # noqa: PLC0415  # settings that name no zone need no Polars

    try:
        ZoneInfo(name)
        pl.Series([EXAMPLE]).dt.convert_time_zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        return False
    return True


def can_be_read(form: str) -> bool:
    """Tell whether there is a text that is a day or a time by this format: what it writes itself."""
    import polars as pl  # noqa: PLC0415  # settings that name no formats need no Polars

    plain = in_numbers(pl.Series([], dtype=pl.String), form)[1]
    moment = pl.Series([EXAMPLE])
    try:
        with warnings.catch_warnings(action="ignore"):  # of signs that Polars reads, and would rather not
            text, day = moment.dt.strftime(plain), moment.dt.strftime(day_of(plain))
            whole = text.str.to_datetime(plain, strict=False) if has_time(plain) else text.str.to_date(plain, strict=False)
            alone = day.str.to_date(day_of(plain), strict=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return EXAMPLE.year in (whole.dt.year().item(), alone.dt.year().item())  # the parser gives what has no year another one


def check_formats(formats: Any, where: str) -> None:
    """Raise `Refused` unless this is a list of strftime formats (also used for column maps)."""
    if not isinstance(formats, (list, tuple)) or not all(isinstance(form, str) and "%" in form for form in formats):
        raise Refused(f"{where}: this must be a list of strftime formats.", 'For example: date_formats = ["%d/%m/%Y", "%d/%m/%Y %H:%M"]')
    strange = [form for form in formats if not is_sound(form)]
    if strange:
        fix = f'The language is one of {", ".join(MONTHS)}, and %B or %b stands for the month. For example: "de: %d. %B %Y"'
        raise Refused(f"{where}: {strange[0]} is no format with months in words.", fix)
    unreadable = [form for form in formats if not can_be_read(form)]
    if unreadable:
        raise Refused(f'{where}: "{unreadable[0]}" is no format by which a date can be read.', ALLOWED)
