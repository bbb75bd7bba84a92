"""Days of flags, when they were set and when they end, that can't be: what is wrong with rows for it; and last days that another flag takes away."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pipeline.findings import CATALOGUE
from pipeline.intake.dates import Dates, read_times
from pipeline.legacy.maps import FlagRule
from pipeline.legacy.shaping import Picked
from pipeline.wording import count_of

NOT_A_DAY = "{} is not a date of a form that the map names: correct it, or add its form to date_formats"
SKIPPED = "{} is a time that a change of clocks skips in the time zone of the map, or of the business: write one that there is, such as an hour later"
OTHER_ORDER = (
    "{} has the day where the map has the month, or the other way round: if that is so in the whole file, its other days were read wrongly; "
    "then undo the migration, and correct date_formats in a copy of the map"
)
LONG_PAST = "{} is before 1900: write it in the calendar of the others, or leave it blank where a program's zero stands for no day"
SHOWN = 5  # customers whom a remark names
EARLIEST = 1900  # the year; before it are other calendars, and what programs write for nothing
ENDS_FIRST = "{} lies before {}: one of the two is wrong, or an earlier flag's; correct it, or leave it blank"


def day_faults(frame: pl.DataFrame, rule: FlagRule, read: Mapping[str, tuple[pl.Series, Dates]], picked: Picked) -> list[pl.DataFrame]:
    """Return what is wrong (see `FINDINGS`) with a rule's days `at` and `expires_on`, `read` from texts; `frame` has both, and source_row."""
    headers = {"at": rule.at, "expires_on": rule.expires}
    faults = [one for name, some in read.items() for one in _not_read(frame, some, headers[name], picked)]
    faults += [_long_past(frame, name, headers[name]) for name in read]
    if not rule.at or not rule.expires:
        return faults
    began = pl.col("at").dt.convert_time_zone(picked.source.map.timezone).dt.date()
    said = ENDS_FIRST.format(rule.expires[0], rule.at[0])
    return [*faults, fault(frame.filter(pl.col("expires_on") < began), "end-before-start", rule.expires, said)]


def _not_read(frame: pl.DataFrame, read: tuple[pl.Series, Dates], headers: Sequence[str], picked: Picked) -> list[pl.DataFrame]:
    """Return what is wrong with the days that were `read` from texts."""
    (texts, dates), name = read, headers[0] if headers else ""
    ambiguous = CATALOGUE["ambiguous-date"].message.replace("expires_on", name).replace("business.date_formats", "date_formats of the map")
    skipped = _are_skipped(texts, dates.bad, picked)
    turned = _are_turned(texts, dates.bad & ~skipped, picked)
    return [
        fault(frame.filter(dates.bad & ~turned & ~skipped), "bad-date", headers, NOT_A_DAY.format(name)),
        fault(frame.filter(skipped), "bad-date", headers, SKIPPED.format(name)),
        fault(frame.filter(turned), "bad-date", headers, OTHER_ORDER.format(name)),
        fault(frame.filter(dates.ambiguous), "ambiguous-date", headers, ambiguous),
    ]


def _long_past(frame: pl.DataFrame, name: str, headers: Sequence[str]) -> pl.DataFrame:
    """Return faults for days that are of another calendar, or of none: a flag of theirs would be over."""
    return fault(frame.filter(pl.col(name).dt.year() < EARLIEST), "bad-date", headers, LONG_PAST.format(headers[0] if headers else ""))


def _are_skipped(texts: pl.Series, bad: pl.Series, picked: Picked) -> pl.Series:
    """Tell which texts that are no times are some by the map's forms on clocks that nobody changes."""
    return bad & read_times(texts, picked.source.map.date_formats, "UTC").values.is_not_null() if bad.any() else bad


def _are_turned(texts: pl.Series, bad: pl.Series, picked: Picked) -> pl.Series:
    """Tell which texts that are no days would be some with the day where the map's forms of days have the month."""
    legacy = picked.source.map
    turned = tuple(form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m") for form in legacy.date_formats if "%d" in form and "%m" in form)
    if not turned or not bad.any():
        return pl.Series([False]).new_from_index(0, len(texts))
    return bad & read_times(texts, turned, legacy.timezone).values.is_not_null()


def tell_endless(flags: Sequence[pl.DataFrame], day: date) -> list[str]:
    """Return a remark where flags of one type on a customer have a last day, from `day` on, and others none: together they have none."""
    if not any(some["expires_on"].is_not_null().any() for some in flags):
        return []
    standing = pl.concat([some.select("customer_id", "flag_type", "expires_on") for some in flags])
    standing = standing.filter(pl.col("expires_on").is_null() | (pl.col("expires_on") >= day))
    ends = standing.group_by("customer_id", "flag_type").agg(pl.col("expires_on").is_null().any().alias("is_endless"), pl.col("expires_on").count().alias("n"))
    found = ends.filter(pl.col("is_endless") & (pl.col("n") > 0)).sort("customer_id", "flag_type")
    names = found["customer_id"].unique(maintain_order=True).to_list()
    shown = ", ".join([*names[:SHOWN], *["…"] * (len(names) > SHOWN)])
    types = ", ".join(found["flag_type"].unique().sort())
    said = f"two flags of one type ({types}), of which one has a last day and another none: they become one without; customers: {shown}"
    return [f"{count_of(len(names), 'customer has', 'customers have')} {said}"] if names else []


def fault(frame: pl.DataFrame, code: str, headers: Sequence[str], message: str | None = None) -> pl.DataFrame:
    """Return a finding (see `FINDINGS`) for each row of a frame, which names the first of some headers."""
    said = {"code": code, "column": headers[0] if headers else "", "message": message or CATALOGUE[code].message}
    return frame.select("source_row", *(pl.lit(text).alias(name) for name, text in said.items())).unique(maintain_order=True)
