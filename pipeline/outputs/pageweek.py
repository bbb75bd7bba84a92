"""The page's calendar: seven days of slots, each with its customers, and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.outputs.pagecells import Look, counted
from schemas.page import Limits, PageData

TO = "\N{EN DASH}"


@dataclass(frozen=True)
class Entry:
    """One customer's booking in a slot; `flags` is empty where the customer has none."""

    name: str
    flags: str
    tint: str
    held: bool
    alert: str


@dataclass(frozen=True)
class Slot:
    """Bookings of one service, time and member of staff; `single` where it is one."""

    time: str
    what: str
    sum: str
    flagged: str
    entries: Sequence[Entry]
    left_out: str
    single: bool


@dataclass(frozen=True)
class Day:
    """One day of the calendar."""

    title: str
    sum: str
    flagged: str
    slots: Sequence[Slot]
    left_out: str


def week_of(data: PageData, look: Look, limits: Limits) -> list[Day]:
    """Return the days, each with as many slots as the page may hold, flagged ones first among those that stay."""
    entries = data.entries.partition_by("slot", as_dict=True)
    days = []
    for day in data.days.to_dicts():
        slots = _kept(data.slots.filter(pl.col("day") == day["day"]), limits.slots)
        shown = [_slot(slot, entries[(slot["slot"],)], look, limits) for slot in slots.to_dicts()]
        left_out = day["slots"] - len(shown)
        note = f"{len(shown):,} of {day['slots']:,} shown, those with flags first; the rest is in the workbook." if left_out else ""
        days.append(Day(f"{day['day']:%a} {day['day'].day} {day['day']:%b}", counted(day["bookings"], "booking"), _flagged(day), shown, note))
    return days


def _kept(slots: pl.DataFrame, limit: int) -> pl.DataFrame:
    return slots.sort(pl.col("flagged") == 0, "slot").head(limit).sort("slot")


def _slot(slot: dict[str, Any], entries: pl.DataFrame, look: Look, limits: Limits) -> Slot:
    shown = [_entry(entry, look) for entry in entries.head(limits.bookings).to_dicts()]
    left_out = slot["bookings"] - len(shown)
    what = " · ".join(look.words(part) for part in (slot["service"], slot["staff"]) if part)
    note = f"First {len(shown):,} of {slot['bookings']:,}; the rest is in the workbook." if left_out else ""
    return Slot(_time(slot, look), what, counted(slot["bookings"], "booking"), _flagged(slot), shown, note, slot["bookings"] == 1)


def _time(slot: dict[str, Any], look: Look) -> str:
    starts, ends = look.local(slot["starts_at"]), slot["ends_at"] and look.local(slot["ends_at"])
    if not ends or ends <= starts:
        return f"{starts:%H:%M}"
    return f"{starts:%H:%M}{TO}{ends:%H:%M}" + ("" if ends.date() == starts.date() else f" ({ends:%a})")


def _flagged(counts: dict[str, Any]) -> str:
    if not counts["flagged"]:
        return ""
    return f"{counts['flagged']:,} flagged" + (f", {counts['held']:,} held" if counts["held"] else "")


def _entry(entry: dict[str, Any], look: Look) -> Entry:
    return Entry(look.words(entry["name"]), look.words(entry["flags"]), look.tint(entry["flags"]), entry["held"], look.words(entry["alert_message"]))
