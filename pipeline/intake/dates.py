"""Text to dates and times (rule 7.4): ISO, and the formats that the settings or the column map name; nothing is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta

import polars as pl

from pipeline.dateforms import day_of, has_time
from pipeline.folding import BLANKS, are_few
from pipeline.months import in_numbers

ISO_TIME = r"^(\d{4}-\d{2}-\d{2})(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?([.,]\d{1,9})?)?\s*(Z|z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$"
FIRST_YEAR, LAST_YEAR = 1000, 9998  # years that every program and every time zone can show
FIRST_TIME, END_OF_TIME = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (FIRST_YEAR, LAST_YEAR + 1))  # microseconds since 1970
PLAIN_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
NUMBERS_ONLY = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b"


@dataclass(frozen=True)
class Dates:
    """Dates or times read from text, with where the text was no date, or could be read in two ways (both Boolean)."""

    values: pl.Series
    bad: pl.Series
    ambiguous: pl.Series


def read_dates(values: pl.Series, formats: Sequence[str], zone: str = "UTC") -> Dates:
    """Return Date values; a time of day is dropped, and may be missing. A time with an offset is of the day that it is in `zone` then."""
    text = values.str.strip_chars(BLANKS)
    day = text.str.extract(ISO_TIME, 1).str.to_date("%Y-%m-%d", strict=False)
    if len(away := (text.str.extract(ISO_TIME, 2).is_not_null() & text.str.extract(ISO_TIME, 5).is_not_null()).arg_true()):
        there = _any_iso_times(text.gather(away), zone).dt.convert_time_zone(zone).dt.date()
        day = day.scatter(away, there.set((there.dt.year() > MAXYEAR).fill_null(value=False), None))  # which nothing else could show
    return _settle(text, day, [_parse_day(text, form) for form in formats])


def read_times(values: pl.Series, formats: Sequence[str], zone: str) -> Dates:
    """Return Datetime values in UTC; a text without an offset is in `zone`, a day alone is its midnight.

    An hour that a change of clocks repeats is taken the first time; one that it skips is a bad date.
    """
    plain = _local(_plain_times(values), zone)
    odd = (plain.is_null() & values.is_not_null()).arg_true()
    others = values.gather(odd).str.strip_chars(BLANKS)
    iso = _any_iso_times(others, zone)
    if formats:
        text = values.scatter(odd, others)
        tries = [(_local if has_time(form) else _begins)(_parse_time(text, form), zone) for form in formats]
        return _within_calendars(_settle(text, plain.scatter(odd, iso), tries))
    read = _settle(others, iso, ())
    bad, ambiguous = (pl.repeat(value=False, n=len(values), eager=True).scatter(odd, where) for where in (read.bad, read.ambiguous))
    return _within_calendars(Dates(plain.scatter(odd, read.values), bad, ambiguous))


def _plain_times(text: pl.Series) -> pl.Series:
    """Return the naive times that are written in the plain form of most of them, null for the rest: this spares the regular expressions."""
    some = text.drop_nulls().head(100)
    form = max(PLAIN_TIMES, key=lambda form: some.str.to_datetime(form, time_unit="us", strict=False, exact=True).count())
    return text.str.to_datetime(form, time_unit="us", strict=False, exact=True, cache=are_few(text))


def _any_iso_times(text: pl.Series, zone: str) -> pl.Series:
    parts = pl.DataFrame({"text": text}).select(
        day=pl.col("text").str.extract(ISO_TIME, 1),
        minute=pl.col("text").str.extract(ISO_TIME, 2).fill_null("00:00"),
        second=pl.col("text").str.extract(ISO_TIME, 3).fill_null(":00"),
        fraction=pl.col("text").str.extract(ISO_TIME, 4).fill_null("").str.replace(",", ".", literal=True).str.slice(0, 7),
        offset=pl.col("text").str.extract(ISO_TIME, 5).str.to_uppercase().str.replace("^Z$", "+0000").str.replace(":", "", literal=True),
    )
    naive = parts.select(
        pl.concat_str("day", pl.lit("T"), "minute", "second", "fraction").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    ).to_series()
    away = parts["offset"]
    local = _local(naive, zone)
    if len(days := (text.str.extract(ISO_TIME, 1).is_not_null() & text.str.extract(ISO_TIME, 2).is_null()).arg_true()):
        local = local.scatter(days, _begins(naive.gather(days), zone))
    if not away.is_not_null().any():
        return local
    minutes = away.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + away.str.slice(3, 2).cast(pl.Int64, strict=False)
    frame = pl.DataFrame({"naive": naive, "local": local, "away": away, "minutes": minutes})
    shift = pl.duration(minutes=pl.when(pl.col("away").str.starts_with("-")).then(-pl.col("minutes")).otherwise(pl.col("minutes")))
    exact = (pl.col("naive") - shift).dt.replace_time_zone("UTC")
    return frame.select(pl.when(pl.col("away").is_null()).then(pl.col("local")).otherwise(exact)).to_series()


def _parse_day(text: pl.Series, form: str) -> pl.Series:
    text, form = in_numbers(text, form)
    days = text.str.to_date(day_of(form), strict=False, exact=True)
    if has_time(form) and days.null_count() > text.null_count():
        days = days.zip_with(days.is_not_null(), text.str.to_datetime(form, time_unit="us", strict=False, exact=True).dt.date())
    return _whole_year(days)


def _parse_time(text: pl.Series, form: str) -> pl.Series:
    text, form = in_numbers(text, form)
    if has_time(form):
        return _whole_year(text.str.to_datetime(form, time_unit="us", strict=False, exact=True))
    return _whole_year(text.str.to_date(form, strict=False, exact=True)).cast(pl.Datetime("us"))


def _whole_year(days: pl.Series) -> pl.Series:
    """Leave out what lies before `FIRST_YEAR`: the parser takes the 28 of 1/2/28 for a %Y."""
    return days.set(days.dt.year() < FIRST_YEAR, None)


def begin_of(midnight: pl.Expr, zone: str) -> pl.Expr:
    """Return in UTC when days begin in a zone: at midnight (naive), or where a change of clocks skips that, at the first time that there is."""
    tries = [midnight + timedelta(minutes=later) for later in (0, 30, 60)]
    return pl.coalesce(one.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null") for one in tries).dt.convert_time_zone("UTC")


def _begins(days: pl.Series, zone: str) -> pl.Series:
    local = _local(days, zone)
    skipped = (local.is_null() & days.is_not_null()).arg_true()  # hardly any
    return local.scatter(skipped, pl.select(begin_of(pl.lit(days.gather(skipped)), zone)).to_series()) if len(skipped) else local


def _local(naive: pl.Series, zone: str) -> pl.Series:
    if zone == "UTC":
        return naive.dt.replace_time_zone("UTC")
    return naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def _settle(text: pl.Series, iso: pl.Series, tries: Sequence[pl.Series]) -> Dates:
    """Choose the one reading of each text; two formats that give different days make it ambiguous."""
    values, ambiguous = iso, pl.Series([False]).new_from_index(0, len(text))
    if tries:
        columns = {f"try{number}": series for number, series in enumerate([iso, *tries])}
        two = pl.min_horizontal(list(columns)) != pl.max_horizontal(list(columns))
        read = pl.DataFrame(columns).select(values=pl.when(~two.fill_null(value=False)).then(pl.coalesce(list(columns))), two=two.fill_null(value=False))
        values, ambiguous = read["values"], read["two"]
    unread = values.is_null() & ~ambiguous & (text != "").fill_null(value=False)
    if not tries and unread.any():
        ambiguous = ambiguous.scatter(unread.arg_true(), _either_way(text.filter(unread)))
    return Dates(values, unread & ~ambiguous, ambiguous)


def _within_calendars(read: Dates) -> Dates:
    """Return times of which those that not every program and time zone can show are no times."""
    numbers = read.values.to_physical()
    beyond = ((numbers < FIRST_TIME) | (numbers >= END_OF_TIME)).fill_null(value=False)
    return Dates(read.values.set(beyond, None), read.bad | beyond, read.ambiguous) if beyond.any() else read


def _either_way(text: pl.Series) -> pl.Series:
    """Tell which texts are a day that may be read with the month first or second."""
    day, month = (text.str.extract(NUMBERS_ONLY, group).cast(pl.Int64, strict=False) for group in (1, 2))
    return (day.is_between(1, 12) & month.is_between(1, 12)).fill_null(value=False)
