"""What the page shows, asked of the book: one query a figure, and no more rows than the page may hold."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import polars as pl

from pipeline.settings import Settings
from pipeline.store.book import Book
from pipeline.store.reports import SOURCES
from schemas.page import BATCHES, CALENDAR_DAYS, COMING_DAYS, DAILY, TABLES, WEEKLY, Limits, PageData, PageTable
from schemas.reports import ReportKind

COMING = "bookings b WHERE b.status = 'booked' AND b.starts_at >= $t"
# What is to be read of the bookings for some days: days begin at other moments in other zones, so a little more than them.
AROUND = "starts_at >= $t - INTERVAL 2 DAY AND starts_at < $t + INTERVAL 2 DAY"
TYPES_SAID: Final = {"t": "TIMESTAMPTZ", "today": "DATE"}  # all else is a number

COUNTED: Final = {
    "flagged_customers": "SELECT count(DISTINCT customer_id) FROM flags",
    "coming_bookings": f"SELECT count(*) FROM {COMING}",
    "flagged_bookings": f"SELECT count(*) FROM {COMING} AND b.customer_id IN (SELECT customer_id FROM flags)",
    "held_bookings": "SELECT count(*) FROM held_bookings_at($t)",
    "breaches": "SELECT count(*) FROM breaches",
    "kept_alerts": "SELECT count(*) FROM kept_alerts_at($t)",
    "rejected_rows": f"SELECT coalesce(sum(rejected), 0)::BIGINT FROM (SELECT rejected FROM batches ORDER BY batch_id DESC LIMIT {BATCHES})",
    "check_ins": f"SELECT count(*) FROM bookings WHERE status = 'booked' AND {AROUND} AND business_day(starts_at) = $today",
    "changes": "SELECT count(*) FROM history WHERE entity <> 'bookings'",
}
LISTS = """
SELECT count(*) FILTER (list = 'expiring') AS expiring_flags, count(*) FILTER (list = 'stale') AS stale_flags
FROM expiring_and_stale_at($t, $ends_within, $stale_after)"""
# Table → the counts that are its number of rows.
TOTALS: Final = {
    "workstack": ("flagged_customers",),
    "check-in": ("check_ins",),
    "held-bookings": ("held_bookings",),
    "expiring-and-stale": ("expiring_flags", "stale_flags"),
    "kept-alerts": ("kept_alerts",),
    "breaches": ("breaches",),
    "changes": ("changes",),
}
# The first rows of reports that are quicker to find than by their views alone.
QUICK: Final = {
    "check-in": f"(SELECT * FROM check_in_on($today) WHERE {AROUND} ORDER BY lower(name), name, starts_at, booking_id)",
    "changes": "(SELECT * FROM changes WHERE event_id IN (SELECT event_id FROM history WHERE entity <> 'bookings' ORDER BY event_id DESC LIMIT $rows) "
    "ORDER BY event_id DESC)",
}

# Types of the settings, flagged or not, and types that have left them and still are in use.
TYPES = """
SELECT coalesce(t.name, f.flag_type) AS flag_type, t.colour, coalesce(f.customers, 0) AS customers
FROM flag_types t FULL JOIN (
    SELECT type_key(flag_type) AS key, min(flag_type) AS flag_type, count(DISTINCT customer_id) AS customers FROM flags GROUP BY key) f
    ON f.key = type_key(t.name)
ORDER BY t.severity NULLS LAST, flag_type"""

# Every day or week up to the report's day, weeks where the history is longer than the days; each with the flags that began and had not ended.
# A type has one name, as in TYPES: that of the settings, else the first under which there are flags, else the first of the history.
TREND = f"""
WITH written AS (
    SELECT item, business_day(changed_at) AS day, sum(CASE WHEN before IS NULL THEN 1 ELSE -1 END) AS step
    FROM history WHERE entity = 'flags' AND (before IS NULL) <> (after IS NULL) GROUP BY ALL),
names AS (
    SELECT type_key(name) AS key, arg_min(name, {{'place': place, 'name': name}}) AS name FROM (
        SELECT name, 1 AS place FROM flag_types UNION ALL SELECT DISTINCT flag_type, 2 FROM flags UNION ALL SELECT DISTINCT item, 3 FROM written)
    GROUP BY key),
steps AS (
    SELECT n.name AS flag_type, w.day, sum(w.step) AS step
    FROM written w JOIN names n ON n.key = type_key(w.item) GROUP BY ALL),
gaps AS (SELECT CASE WHEN (SELECT min(day) FROM steps) < $today - {DAILY - 1} THEN 7 ELSE 1 END AS gap),
points AS (
    SELECT $today - (unnest(range(CASE WHEN gap = 1 THEN {DAILY} ELSE
        least({WEEKLY}, ceil(($today - (SELECT min(day) FROM steps)) / 7.0)::INTEGER + 1) END)) * gap)::INTEGER AS day FROM gaps)
SELECT p.day, t.flag_type, coalesce(sum(s.step), 0)::BIGINT AS flags
FROM points p CROSS JOIN (SELECT name AS flag_type FROM names) t
LEFT JOIN steps s ON s.flag_type = t.flag_type AND s.day <= p.day
GROUP BY p.day, t.flag_type ORDER BY p.day, t.flag_type"""

ALERTS = f"""
SELECT d.day, coalesce(n.bookings, 0) AS bookings, coalesce(n.with_alert, 0) AS with_alert
FROM (SELECT $today + unnest(range({COMING_DAYS}))::INTEGER AS day) d
LEFT JOIN (
    SELECT business_day(b.starts_at) AS day, count(*) AS bookings, count(filled(b.alert_message)) AS with_alert
    FROM {COMING} AND b.starts_at < $t + INTERVAL {COMING_DAYS + 2} DAY GROUP BY ALL) n ON n.day = d.day
ORDER BY d.day"""

RECENT = f"SELECT * FROM batches ORDER BY batch_id DESC LIMIT {BATCHES}"

# The week's bookings with the number of their slot: bookings of one service by one person at one time share it, as in agenda_slots_at.
WEEK = f"""
CREATE OR REPLACE TEMP TABLE page_week AS
SELECT w.*, f.flags, f.severity, coalesce(f.held, false) AS held FROM (
    SELECT business_day(b.starts_at) AS day, b.starts_at, b.ends_at, b.service, b.staff, b.booking_id, b.customer_id, b.alert_message,
           dense_rank() OVER (ORDER BY b.starts_at, b.service, b.staff, b.ends_at, CASE WHEN b.service IS NULL THEN b.booking_id END) AS slot
    FROM {COMING} AND b.starts_at < $t + INTERVAL {CALENDAR_DAYS + 2} DAY) w
SEMI JOIN customers c ON c.customer_id = w.customer_id LEFT JOIN customer_flags f ON f.customer_id = w.customer_id
WHERE w.day < $today + {CALENDAR_DAYS}"""

# Slots with flags come first into what the page may hold.
SLOTS = """
SELECT day, slot, any_value(starts_at) AS starts_at, any_value(ends_at) AS ends_at, any_value(service) AS service, any_value(staff) AS staff,
       count(*) AS bookings, count(flags) AS flagged, count(*) FILTER (held) AS held
FROM page_week GROUP BY day, slot
QUALIFY row_number() OVER (PARTITION BY day ORDER BY count(flags) = 0, slot) <= $slots ORDER BY slot"""

DAYS = f"""
SELECT d.day, count(DISTINCT w.slot) AS slots, count(w.booking_id) AS bookings, count(w.flags) AS flagged, count(*) FILTER (w.held) AS held
FROM (SELECT $today + unnest(range({CALENDAR_DAYS}))::INTEGER AS day) d LEFT JOIN page_week w ON w.day = d.day GROUP BY d.day ORDER BY d.day"""

ENTRIES = """
SELECT w.slot, n.name, w.flags, w.held, filled(w.alert_message) AS alert_message
FROM page_week w SEMI JOIN shown s ON s.slot = w.slot JOIN named n ON n.customer_id = w.customer_id
QUALIFY row_number() OVER (PARTITION BY w.slot ORDER BY w.flags IS NULL, n.name, w.booking_id) <= $bookings
ORDER BY w.slot, w.flags IS NULL, n.name, w.booking_id"""


def read_page(book: Book, as_of: datetime, settings: Settings, limits: Limits) -> PageData:
    """Ask the book for everything that the page shows as of a moment; the book may be open for reading only."""
    today = as_of.astimezone(settings.zone).date()
    said = {"t": as_of, "today": today, "ends_within": settings.reports.expiring_days, "stale_after": settings.reports.stale_days}
    said |= {"rows": limits.rows, "slots": limits.slots, "bookings": limits.bookings}
    _ask(book, WEEK, said)
    slots = _ask(book, SLOTS, said)
    counts = {name: int(_ask(book, query, said).item()) for name, query in COUNTED.items()} | _ask(book, LISTS, said).row(0, named=True)
    return PageData(
        as_of=as_of,
        today=today,
        counts=counts,
        types=_ask(book, TYPES, said),
        trend=_ask(book, TREND, said),
        coming=_ask(book, ALERTS, said),
        batches=_ask(book, RECENT, said),
        days=_ask(book, DAYS, said),
        slots=slots,
        entries=_ask(book, ENTRIES, said, shown=slots.select("slot")),
        tables={kind.name: PageTable(_first_rows(book, kind, said), sum(counts[name] for name in TOTALS[kind.name])) for kind in TABLES},
    )


def _first_rows(book: Book, kind: ReportKind, said: Mapping[str, Any]) -> pl.DataFrame:
    return _ask(book, f"SELECT {', '.join(kind.names())} FROM {QUICK.get(kind.name, SOURCES[kind.name])} LIMIT $rows", said)


def _ask(book: Book, query: str, said: Mapping[str, Any], **frames: pl.DataFrame) -> pl.DataFrame:
    """Run a query in which $name stands for what is said; one that makes a table gives no rows."""
    names = re.findall(r"\$(\w+)", query)
    placed = re.sub(r"\$(\w+)", lambda found: f"?::{TYPES_SAID.get(found[1], 'INTEGER')}", query)
    values = [said[name] for name in names]
    if query.lstrip().startswith("CREATE"):
        book.run(placed, *values, **frames)
        return pl.DataFrame()
    return book.ask(placed, *values, **frames)
