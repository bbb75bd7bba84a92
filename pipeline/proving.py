"""The workbooks that a migration, and a comparison later, leave behind: what they are of stands at their top, so that each proves something by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.findings import CATALOGUE
from pipeline.outputs.staging import Staged
from pipeline.outputs.tables import Table, write_xlsx
from pipeline.reconciliation import FLAG_COLUMNS, HISTORY_COLUMNS, MUTE, UNREAD, CheckReport, MigrateReport
from pipeline.settings import Settings

LINE = ("part", "what", "count")
TEXTS = (*LINE[:2], "flag_type", "file", "column", "note", "adds_up")
SPACE = (None, None, None)
Lines = list[tuple[str | None, str | None, int | None]]


@dataclass(frozen=True)
class Occasion:
    """By whom, why and as of when a workbook came to be, and of which book."""

    book: str
    by: str
    reason: str | None
    as_of: datetime

    def lines(self, settings: Settings) -> Lines:
        """Return what the first sheet says of it."""
        facts = {"book": self.book, "as of": moment_in_words(self.as_of, settings), "by": self.by, "reason": self.reason or "none was given"}
        return [(name, said, None) for name, said in facts.items()]


def moment_in_words(moment: datetime, settings: Settings) -> str:
    """Return a time as people read it: in the business time zone, which is named."""
    return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M} ({settings.business.timezone})"


def write_reconciliation(files: Staged, target: Path, report: MigrateReport, said: tuple[Occasion, Settings]) -> Path:
    """Stage the account of a migration as a workbook; it overwrites none of an earlier run. Returns its name, as far as it can be told yet."""
    occasion, settings = said
    counts = {
        "rows": report.rows,
        "customers": report.customers,
        "bookings": report.bookings,
        "alerts of bookings": report.alerts,
        "came back": {f"{code}: {CATALOGUE[code].title}": n for code, n in report.codes.items()},
    }
    lines: Lines = [("batch", str(report.batch), None), *occasion.lines(settings), *_of_files(report.systems), SPACE]
    lines += [(part, word.replace("_", " "), count) for part, table in counts.items() for word, count in table.items()]
    lines.append(("the sum is right", "yes" if report.adds_up else "NO", None))
    lines += [("flags", MUTE, None)] if report.is_mute else []
    tables = [
        _table("Summary", LINE, lines),
        _table("Flags", FLAG_COLUMNS, [tuple(_shown(one[name]) for name in FLAG_COLUMNS) for one in report.flags]),
        _table("History", HISTORY_COLUMNS, [tuple(_shown(one[name]) for name in HISTORY_COLUMNS) for one in report.history]),
        _table("Columns not used", ("file", "column"), [(name, column) for name, columns in report.unused.items() for column in columns]),
        _notes(report.remarks),
    ]
    return files.write_new(target, lambda path: write_xlsx(path, tables))


def write_check(files: Staged, target: Path, report: CheckReport, differing: pl.DataFrame, said: tuple[Occasion, Settings]) -> None:
    """Stage what a comparison of files with the book found as a workbook, also where nothing differs; `differing` are the differences in full."""
    occasion, settings = said
    mute: Lines = [("flags", MUTE, None)] if report.is_mute else []
    lines: Lines = [("answer", f"{report.head().rstrip('.:')}.", None), *mute, ("checked", moment_in_words(datetime.now(UTC), settings), None)]
    lines += [*occasion.lines(settings), *_of_files(report.systems), SPACE]
    lines += [(part, word, count) for part, table in report.tallies().items() for word, count in table.items()]
    lines += [("rows", UNREAD, report.unread), SPACE]
    lines += [("in detail", what, count) for what, count in report.counts.items() if what != UNREAD]
    lines += [("in detail", f"bookings {what}", count) for what, count in report.bookings.items()]
    tables = [_table("Summary", LINE, lines), Table("Differences", [name.replace("_", " ") for name in differing.columns], differing), _notes(report.remarks)]
    files.write(target, lambda path: write_xlsx(path, tables))


def _of_files(systems: Sequence[Mapping[str, Any]]) -> Lines:
    """Return what the first sheet says of each file."""
    lines: Lines = []
    for one in systems:
        told = f"{one['system']}, {one['kind']}: {one['sure']} of its columns are known"
        lines += [SPACE, ("file", one["file"], None), ("SHA-256", one["sha256"], None), ("system", told, None)]
    return lines


def _notes(remarks: Sequence[str]) -> Table:
    return _table("Notes", ("note",), [(remark,) for remark in remarks])


def _shown(value: Any) -> Any:
    return ("yes" if value else "NO") if isinstance(value, bool) else value


def _table(name: str, header: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    schema = {title: pl.String if title in TEXTS else pl.Int64 for title in header}
    return Table(name, [title.replace("_", " ") for title in header], pl.DataFrame(rows, schema=schema, orient="row"))
