"""Reports as a workbook to look at, and as CSV and Parquet for programs, piece by piece."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import polars.selectors as cs
from polars.io.plugins import register_io_source
from rustpy_xlsxwriter import FastExcel, Format

from pipeline.outputs.celltexts import cut_texts, say_cut
from pipeline.outputs.tables import SHEET_ROWS, WRAPPED_ROWS, row_heights, save_book, write_csv_pieces
from pipeline.wording import count_of
from schemas.reports import Form, ReportKind, Shown

MARK = "⚑"
CUT = " … (cut here: the whole of it is in the CSV or Parquet of this report)"
LOCAL_TIME = "%Y-%m-%dT%H:%M:%S%:z"
HEAD = "#1F3864"
RED = "#C00000"
# The settings' colours: fill and letters, both of enough contrast on screen and in print.
TINTS: Final = {
    "red": ("#F8D0CC", "#7A0A00"),
    "yellow": ("#FFF0B3", "#5C4400"),
    "blue": ("#D3E3F8", "#123A73"),
    "magenta": ("#F0D5F2", "#5E1566"),
    "green": ("#D5EBD2", "#1B4D17"),
    "cyan": ("#CFEDEF", "#0B4A50"),
    "white": ("#F2F2F2", "#333333"),
}
WIDTHS: Final = {Form.DAY: 14.5, Form.TIME: 16.5, Form.COUNT: 10.0, Form.YES: 9.0}
NARROWEST: Final = 9
WIDEST: Final = {Form.LONG: 44, Form.FLAGS: 20, Form.NAME: 24}  # all others 36
A3, A4 = 8, 9
A4_HOLDS = 170  # characters on a landscape page, still easy to read


@dataclass(frozen=True)
class ReportSheet:
    """One report with its rows, times in UTC; the columns are those of its kind."""

    kind: ReportKind
    frame: pl.DataFrame


def write_report_csv(path: Path, kind: ReportKind, pieces: Iterable[pl.DataFrame], zone: str) -> None:
    """Write a report as CSV in UTF-8, the columns named as in the book; times are local, with their offset."""
    local = cs.datetime(time_zone="*").dt.convert_time_zone(zone).dt.to_string(LOCAL_TIME)
    write_csv_pieces(path, kind.names(), (piece.with_columns(local) for piece in pieces))


def write_report_parquet(path: Path, pieces: Iterator[pl.DataFrame]) -> None:
    """Write a report as Parquet, the columns named as in the book; times are instants (UTC)."""
    first = next(pieces)

    def frames(with_columns: Any, predicate: Any, n_rows: Any, batch_size: Any) -> Iterator[pl.DataFrame]:  # noqa: ARG001  # Polars' own shape
        yield first
        yield from pieces

    register_io_source(frames, schema=first.schema).sink_parquet(path)


def write_report_book(
    path: Path, sheets: Sequence[ReportSheet], head: tuple[str, Callable[[pl.DataFrame], pl.DataFrame]], tints: Mapping[str, str]
) -> list[str]:
    """Write reports as a workbook, a sheet each after a page of contents; return what there is to say of sheets that were split or texts cut.

    `head`: the line above the contents, and what brings a frame's times to the business time zone. `tints`: flag type → colour.
    """
    title, localised = head
    book = FastExcel(str(path), output_format="xlsx").format(datetime_format="yyyy-mm-dd hh:mm").freeze(row=1)
    remarks: list[str] = []
    dressed = [(sheet, *_fit(dress(sheet.kind, localised(sheet.frame)), remarks, sheet.kind.title)) for sheet in sheets]
    _write_contents(book, title, [(sheet, parts, notes) for sheet, parts, notes in dressed])
    for sheet, parts, _ in dressed:
        for name, part in _names(sheet.kind.title, parts):
            book.sheet(name, part, **_looks(sheet.kind, part, tints))
    save_book(book)
    return remarks


def dress(kind: ReportKind, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a report as people read it: headings, a mark where a row is flagged, yes or nothing."""
    shown = [_shown(kind, column) for column in kind.columns]
    return frame.select(*_mark(kind, frame), *shown)


def _shown(kind: ReportKind, column: Shown) -> pl.Expr:
    value = pl.col(column.name)
    if column.form is Form.YES:
        value = pl.when(value).then(pl.lit("yes"))
    elif column.form is Form.NAME and _marks_name(kind):
        value = pl.when(pl.col(str(kind.flags)).is_not_null()).then(value + f" {MARK}").otherwise(value)
    return value.alias(column.heading)


def _marks_name(kind: ReportKind) -> bool:
    """Tell whether the mark stands behind the name, which is there once."""
    return kind.flags is not None and sum(column.form is Form.NAME for column in kind.columns) == 1


def _mark(kind: ReportKind, frame: pl.DataFrame) -> list[pl.Expr]:
    """Return the column of marks: of a row that stands for several bookings with how many of them are flagged."""
    if kind.flags is None or _marks_name(kind):
        return []
    flags = pl.col(kind.flags)
    if frame.schema[kind.flags].is_integer():
        return [pl.when(flags > 1).then(pl.format(MARK + " {}", flags)).when(flags == 1).then(pl.lit(MARK)).alias(MARK)]
    return [pl.when(flags.is_not_null()).then(pl.lit(MARK)).alias(MARK)]


def _fit(frame: pl.DataFrame, remarks: list[str], title: str) -> tuple[list[pl.DataFrame], str]:
    """Cut a frame into sheets of as many rows as Excel takes, and texts to what a cell holds; say so."""
    notes = []
    frame, too_long = cut_texts(frame, CUT)
    if too_long:
        notes.append(say_cut(too_long))
    parts = [frame.slice(start, SHEET_ROWS) for start in range(0, max(len(frame), 1), SHEET_ROWS)]
    if len(parts) > 1:
        notes.append(f"{len(frame):,} rows are more than a sheet of Excel takes: they go on in {count_of(len(parts) - 1, 'further sheet')}")
    remarks += [f"{title}: {note}." for note in notes]
    return parts, "; ".join(notes)


def _names(title: str, parts: Sequence[pl.DataFrame]) -> list[tuple[str, pl.DataFrame]]:
    return [(title if not place else f"{title} ({place + 1})", part) for place, part in enumerate(parts)]


def _write_contents(book: FastExcel, title: str, rows: Sequence[tuple[ReportSheet, Sequence[pl.DataFrame], str]]) -> None:
    frame = pl.DataFrame(
        [(sheet.kind.title, len(sheet.frame), sheet.kind.about, note or None) for sheet, _, note in rows],
        schema={"Report": pl.String, "Rows": pl.Int64, "What it shows": pl.String, "Note": pl.String},
        orient="row",
    )
    text = Format().set_align("top").set_text_wrap()
    book.freeze(row=3, sheet="Contents").sheet(
        "Contents",
        frame,
        header_row=2,
        merge_ranges=[(0, 0, 0, 3, title, Format().set_bold().set_font_size(14).set_align("left"))],
        header_format=_header(),
        column_formats={"Report": Format().set_bold().set_align("top"), "Rows": _number(), "What it shows": text, "Note": text},
        column_widths={"Report": 22.0, "Rows": 12.0, "What it shows": 84.0, "Note": 40.0},
        row_heights={row + 2: height for row, height in (row_heights(frame, {"Report": 22.0, "What it shows": 84.0, "Note": 40.0}) or {}).items()},
        page_setup={"landscape": True, "fit_to_pages": (1, 0)},
    )


def _header() -> Format:
    return Format().set_bold().set_background_color(HEAD).set_font_color("#FFFFFF").set_align("vcenter").set_text_wrap()


def _number() -> Format:
    return Format().set_num_format("#,##0").set_align("top").set_align("right").set_indent(1)


def _looks(kind: ReportKind, frame: pl.DataFrame, tints: Mapping[str, str]) -> dict[str, Any]:
    """Return how a sheet is shown: formats, widths, colours, and how it is printed."""
    forms = {column.heading: column.form for column in kind.columns}
    formats = {name: _format(forms.get(name), wrapped=len(frame) <= WRAPPED_ROWS) for name in frame.columns}
    widths = {name: _width(frame, name, forms.get(name)) for name in frame.columns}
    colours: dict[str, Any] = {name: _tints(tints) for name, form in forms.items() if form is Form.FLAGS}
    colours |= {name: [_text("contains", MARK, _red())] for name, form in forms.items() if form is Form.NAME}
    heights = row_heights(frame.drop(MARK, strict=False), widths)
    return {
        "column_formats": formats,
        "column_widths": widths,
        "header_format": _header(),
        "autofilter": True,
        "conditional_formats": {name: rules for name, rules in colours.items() if rules and len(frame)} or None,
        "row_heights": {0: 30.0} | (heights or {}),
        "page_setup": {
            "landscape": True,
            "paper_size": A4 if sum(widths.values()) <= A4_HOLDS else A3,
            "fit_to_pages": (1, 0),
            "repeat_rows": 0,
            "margins": {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6},
            "footer": f"&L{kind.title}&RPage &P of &N",
        },
    }


def _red() -> Format:
    return Format().set_font_color(RED).set_bold()


def _text(criteria: str, value: str, look: Format) -> dict[str, Any]:
    return {"type": "text", "criteria": criteria, "value": value, "format": look}


def _tints(tints: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rules that colour a cell by its first, most severe type; the longest name is tried first."""
    rules = []
    for name in sorted(tints, key=len, reverse=True):
        fill, letters = TINTS[tints[name]]
        rules.append(_text("begins_with", name, Format().set_background_color(fill).set_font_color(letters)))
    return rules


def _format(form: Form | None, *, wrapped: bool) -> Format:
    if form is None:
        return Format().set_font_color(RED).set_bold().set_align("top")
    if form is Form.COUNT:
        return _number()
    if form in (Form.DAY, Form.TIME):
        return Format().set_num_format("ddd yyyy-mm-dd" if form is Form.DAY else "yyyy-mm-dd hh:mm").set_align("top").set_align("left")
    text = Format().set_quote_prefix().set_align("top")
    return text.set_text_wrap() if wrapped else text


def _width(frame: pl.DataFrame, name: str, form: Form | None) -> float:
    if form is None:
        return 6.0
    if form in WIDTHS:
        return WIDTHS[form]
    lines = frame.head(1000)[name].str.split("\n").explode().str.len_chars()
    longest = int(lines.max() or 0)  # type: ignore[arg-type]  # lengths are numbers
    return float(min(max(longest + 2, min(len(name) + 3, 14), NARROWEST), WIDEST.get(form, 36)))


def local_times(zone: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return what shows a frame's times in a zone, as workbooks know no zones."""
    local = cs.datetime(time_zone="*").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return lambda frame: frame.with_columns(local)


def title_of(as_of: datetime, zone: str) -> str:
    """Return the line above the contents."""
    return f"Flagbook reports as of {as_of:%A %Y-%m-%d %H:%M} ({zone})"
