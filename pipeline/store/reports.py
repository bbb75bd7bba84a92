"""Reports out of the book, whole or piece by piece, each in the order of its view."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from pipeline.settings import Settings
from pipeline.store.book import Book
from schemas.reports import ReportKind

PIECE = 250_000  # rows
SPAN = 1_000_000  # bookings
TYPES: Final = {"t": "?::TIMESTAMPTZ", "until": "?::TIMESTAMPTZ", "ends_within": "?::INTEGER", "stale_after": "?::INTEGER"}

# Report → what it is selected from; $t is the moment that divides past and future.
SOURCES: Final = {
    "customers": "customer_report_at($t)",
    "workstack": "workstack_at($t)",
    "agenda": "agenda_slots_between($t, $until)",
    "check-in": "check_in_on(business_day($t))",
    "held-bookings": "held_bookings_at($t)",
    "breaches": "breaches",
    "flag-history": "(SELECT * FROM flag_history ORDER BY customer_id, event_id)",
    "changes": "changes",
    "expiring-and-stale": "expiring_and_stale_at($t, $ends_within, $stale_after)",
    "kept-alerts": "kept_alerts_at($t)",
}


@dataclass(frozen=True)
class ReportRows:
    """The rows of one report, kept in the book's temporary storage for as long as the book is open."""

    book: Book
    table: str
    count: int

    def pieces(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in their order, some at a time; one empty piece where there are none."""
        for first in range(0, max(self.count, 1), PIECE):
            yield self.book.ask(f"SELECT * FROM {self.table} WHERE rowid BETWEEN ? AND ? ORDER BY rowid", first, first + PIECE - 1)

    def whole(self) -> pl.DataFrame:
        """Return all rows in their order."""
        return self.book.ask(f"SELECT * FROM {self.table} ORDER BY rowid")

    def drop(self) -> None:
        """Free what the rows take."""
        self.book.run(f"DROP TABLE {self.table}")


def open_report(book: Book, kind: ReportKind, as_of: datetime, settings: Settings) -> ReportRows:
    """Ask the book for a report as of a moment; the book may be open for reading only."""
    table = f"report_{kind.name.replace('-', '_')}"
    said = {"t": as_of, "until": None, "ends_within": settings.reports.expiring_days, "stale_after": settings.reports.stale_days}
    source = SOURCES[kind.name]
    spans = _spans(book, as_of) if "$until" in source else [(as_of, None)]
    names = [name for name in said if f"${name}" in source]
    query = f"SELECT {', '.join(kind.names())} FROM {_placed(source, names)}"
    for number, (start, until) in enumerate(spans):
        values = said | {"t": start, "until": until or "infinity"}
        made = f"INSERT INTO {table}" if number else f"CREATE OR REPLACE TEMP TABLE {table} AS"
        book.run(f"{made} {query}", *(values[name] for name in names))
    count: int = book.ask(f"SELECT count(*) AS n FROM {table}")["n"][0]
    return ReportRows(book, table, count)


def written_otherwise(book: Book) -> dict[str, str]:
    """Return the names of types that flags bear and the settings write otherwise, each with its colour."""
    query = "SELECT DISTINCT flag_type, colour FROM flags JOIN flag_types ON type_key(name) = type_key(flag_type) AND name <> flag_type ORDER BY 1"
    return dict(book.ask(query).rows())


def retired_types(book: Book) -> list[tuple[str, int]]:
    """Return the types of flags that have left the settings and are still in use, each with its number of flags; one in two spellings bears the first."""
    query = (
        "SELECT min(flag_type) AS flag_type, count(*) FROM flags ANTI JOIN flag_types ON type_key(name) = type_key(flag_type) "
        "GROUP BY type_key(flag_type) ORDER BY 1"
    )
    return [(name, count) for name, count in book.ask(query).rows()]


def _spans(book: Book, as_of: datetime) -> list[tuple[datetime, datetime | None]]:
    """Cut the time to come where days begin, into spans of not too many bookings: DuckDB keeps the lists of a span in memory."""
    days = book.ask(
        "SELECT date_trunc('day', starts_at) AS day, count(*) AS n FROM bookings WHERE status = 'booked' AND starts_at >= ? GROUP BY 1 ORDER BY 1", as_of
    )
    parts = days.with_columns(part=pl.col("n").cum_sum() // SPAN).filter(pl.col("part") > pl.col("part").shift(1))
    cuts = [as_of, *parts["day"]]
    return list(zip(cuts, [*cuts[1:], None], strict=True))


def _placed(source: str, names: list[str]) -> str:
    """Return the source with question marks, which the names take in their order."""
    for name in names:
        assert source.count(f"${name}") == 1, "each stands once, in this order"
        source = source.replace(f"${name}", TYPES[name])
    return source
