"""The page: what it holds, and how much of each thing at most. What is in it the book says, what it looks like the outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import polars as pl

from pipeline.report import OUTCOMES
from schemas.reports import BY_NAME, Form, ReportKind, Shown

CALENDAR_DAYS, COMING_DAYS = 7, 14
BATCHES = 12  # recent ones
DAILY, WEEKLY = 28, 53  # points of the chart of flags: days, or weeks where the history is longer

COUNTS: Final = (
    *("flagged_customers", "coming_bookings", "flagged_bookings", "held_bookings", "breaches", "kept_alerts"),
    *("expiring_flags", "stale_flags", "rejected_rows", "check_ins", "changes"),
)


@dataclass(frozen=True)
class Limits:
    """How much the page holds at most: rows a table, slots a day, bookings a slot, characters a text."""

    rows: int = 500
    slots: int = 50
    bookings: int = 20
    text: int = 300

    def halved(self) -> "Limits":
        """Return half of everything."""
        return Limits(*(max(limit // 2, 1) for limit in (self.rows, self.slots, self.bookings, self.text)))


@dataclass(frozen=True)
class PageTable:
    """The first rows of a report, and how many it has in all."""

    frame: pl.DataFrame
    total: int


@dataclass(frozen=True)
class PageData:
    """Everything that a page shows, times in UTC, days those of the business time zone.

    `counts`: COUNTS → number. `types`: flag_type, colour (null where it is retired), customers; most severe first.
    `trend`: day, flag_type, flags (active at its end). `coming`: day, bookings, with_alert. `batches`: newest first.
    `days`: day, slots, bookings, flagged, held. `slots`: day, slot, starts_at, ends_at, service, staff, bookings, flagged, held.
    `entries`: slot, name, flags, alert_message, held. `tables`: by the name of the table.
    """

    as_of: datetime
    today: date
    counts: Mapping[str, int]
    types: pl.DataFrame
    trend: pl.DataFrame
    coming: pl.DataFrame
    batches: pl.DataFrame
    days: pl.DataFrame
    slots: pl.DataFrame
    entries: pl.DataFrame
    tables: Mapping[str, PageTable]


def _table(name: str, columns: str, **changes: str) -> ReportKind:
    """Return the report of a name with some of its columns: a table of the page, which shows its beginning."""
    kind = BY_NAME[name]
    shown = {column.name: column for column in kind.columns}
    return replace(kind, columns=tuple(shown[column] for column in columns.split()), **changes)


TABLES: Final = (
    _table("workstack", "flags name customer_id alert_message oldest_flag_at oldest_flag_days flagged_by coming_bookings next_booking held blocked"),
    _table("check-in", "starts_at name flags alert_message customer_alert service staff blocked phone customer_id booking_id"),
    _table("held-bookings", "starts_at customer_id first_name last_name company held_for alert_message service staff flagged_by booking_id"),
    _table("expiring-and-stale", "list flag_type name customer_id comment expires_on days_left flagged_at age_days flagged_by last_booking"),
    _table("kept-alerts", "starts_at name flags customer_alert booking_alert service staff customer_id booking_id"),
    _table("breaches", "starts_at customer_id first_name last_name company status made_at blocked_at blocked_by blocked_reason service staff booking_id"),
    _table(
        "changes",
        "changed_at name customer_id entity item action before after reason changed_by batch_id",
        title="Recent changes",
        about="What changed on customers' profiles, latest first: flags, tags, status, blocks and alerts.",
    ),
)
BATCH_COLUMNS: Final = (
    Shown("batch_id", "Batch", Form.COUNT),
    Shown("kind", "Kind"),
    Shown("as_of", "As of", Form.TIME),
    Shown("submitted_by", "By"),
    Shown("reason", "Reason", Form.LONG),
    *(Shown(name, name.removeprefix("rows_").capitalize(), Form.COUNT) for name in ("rows_read", *OUTCOMES)),
    Shown("bookings_updated", "Bookings updated", Form.COUNT),
    Shown("bookings_cleared", "Bookings cleared", Form.COUNT),
    Shown("bookings_kept", "Bookings kept", Form.COUNT),
)
