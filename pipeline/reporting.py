"""Reports out of the book: which, as of when, and into which files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import Refused
from pipeline.outputs.reports import ReportSheet, local_times, title_of, write_report_book, write_report_csv, write_report_parquet
from pipeline.outputs.staging import Staged, staged
from pipeline.run import Where
from pipeline.settings import Settings
from pipeline.store.book import Book, open_book, settings_differ, write_settings
from pipeline.store.reports import ReportRows, open_report, retired_types, written_otherwise
from pipeline.wording import count_of
from schemas.page import Limits
from schemas.reports import BY_NAME, ReportKind

__all__ = ["Reporting", "ReportsMade", "Where", "report"]


STILL = ("flag still alerts, after the others: it is", "flags still alert, after the others: they are")


@dataclass(frozen=True)
class Reporting:
    """One call of `report`: which reports (none named: all), in which formats, as of when."""

    as_of: datetime
    names: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("xlsx", "html")  # html is the page, which is always the whole of it

    def kinds(self) -> list[ReportKind]:
        """Return the reports; raise `Refused` where there is none of a name."""
        unknown = [name for name in self.names if name not in BY_NAME]
        if unknown:
            raise Refused(f"There is no report called {unknown[0]}.", f"They are: {', '.join(BY_NAME)}.")
        return [BY_NAME[name] for name in dict.fromkeys(self.names or BY_NAME)]


@dataclass(frozen=True)
class ReportsMade:
    """What reports were made: rows by report, the files, and what there is to say about them."""

    as_of: datetime
    rows: Mapping[str, int]
    files: tuple[str, ...]
    remarks: tuple[str, ...]
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the object for `--json`."""
        return {"as_of": self.as_of, "reports": dict(self.rows), "files": list(self.files), "remarks": list(self.remarks)}

    def to_text(self) -> str:
        """Return rows by report and the files' names."""
        counts = [f"  {count:>11,}  {BY_NAME[name].title}" for name, count in self.rows.items()]
        head = f"Reports as of {self.as_of:%Y-%m-%d %H:%M} (rows):"
        return "\n".join([head, *counts, *(f"Written: {name}" for name in self.files), *(f"Note: {remark}" for remark in self.remarks)])


def report(where: Where, call: Reporting) -> ReportsMade:
    """Write reports of the book as it is; what is past and what is to come, the call's as-of divides."""
    kinds = call.kinds()
    _bring_settings(where)
    out = where.out or Path()
    rows: dict[str, int] = {}
    remarks = [*where.settings.remarks]
    with open_book(where.store, writing=False) as book, staged() as files:
        remarks += [f"{count_of(count, *STILL)} of the type {name}, which has left the settings." for name, count in retired_types(book)]
        tints = _tints(book, where.settings)
        if "html" in call.formats:
            rows.update(_write_page(book, (where, call), files))
        sheets = [_write_one(book, kind, (where, call), files, rows) for kind in kinds if call.formats != ("html",)]
        if "xlsx" in call.formats:
            title = title_of(call.as_of.astimezone(where.settings.zone), where.settings.business.timezone)
            head = (title, local_times(where.settings.business.timezone))
            files.write(out / "reports.xlsx", lambda path: remarks.extend(write_report_book(path, [one for one in sheets if one], head, tints)))
        files.publish()
        written = tuple(str(path) for path in files.pending)
    in_order = {name: rows[name] for name in BY_NAME if name in rows}
    return ReportsMade(call.as_of.astimezone(where.settings.zone), in_order, written, tuple(remarks))


def _bring_settings(where: Where) -> None:
    """Let the book's views know the settings as they are now: types, their order and colours, the time zone."""
    with open_book(where.store, writing=False) as book:
        differ = settings_differ(book, where.settings)
    if differ:
        with open_book(where.store, writing=True) as book, book.transaction():
            write_settings(book, where.settings)


def _write_one(book: Book, kind: ReportKind, said: tuple[Where, Reporting], files: Staged, rows: dict[str, int]) -> ReportSheet | None:
    """Write a report's own files; return it with its rows for the workbook, if that is asked for."""
    where, call = said
    found = open_report(book, kind, call.as_of, where.settings)
    rows[kind.name] = found.count
    _write_tables(found, kind, said, files)
    sheet = ReportSheet(kind, found.whole()) if "xlsx" in call.formats else None
    found.drop()
    return sheet


def _write_tables(found: ReportRows, kind: ReportKind, said: tuple[Where, Reporting], files: Staged) -> None:
    where, call = said
    out, zone = where.out or Path(), where.settings.business.timezone
    if "csv" in call.formats:
        files.write(out / f"{kind.name}.csv", lambda path: write_report_csv(path, kind, found.pieces(), zone))
    if "parquet" in call.formats:
        files.write(out / f"{kind.name}.parquet", lambda path: write_report_parquet(path, found.pieces()))


def _write_page(book: Book, said: tuple[Where, Reporting], files: Staged) -> dict[str, int]:
    """Write the page; return the rows in all of the reports that it shows the beginning of."""
    # What draws the charts is slow to import, and only a page wants it.
    from pipeline.outputs.page import write_page  # noqa: PLC0415
    from pipeline.outputs.pagecells import Look  # noqa: PLC0415
    from pipeline.store.page import read_page  # noqa: PLC0415

    where, call = said
    settings, limits = where.settings, Limits()
    data = read_page(book, call.as_of, settings, limits)
    look = Look(settings.business.timezone, _tints(book, settings), settings.reports.expiring_days, settings.reports.stale_days)
    files.write((where.out or Path()) / "report.html", lambda path: write_page(path, data, look, limits))
    return {name: table.total for name, table in data.tables.items()}


def _tints(book: Book, settings: Settings) -> dict[str, str]:
    """Return the colours of flag types, by every name under which flags bear them."""
    return {**written_otherwise(book), **{kind.name: kind.colour for kind in settings.flags.types}}
