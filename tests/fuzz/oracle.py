"""What must hold of any file: it is refused, or each of its rows is there, once, at its own number, whichever reader reads it."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.decode import MARKS
from pipeline.intake.exports import open_exports
from pipeline.intake.files import FileKind, open_source
from pipeline.intake.maps import default_map
from pipeline.intake.recognise import recognise
from pipeline.intake.sheets import RawSheet, cell
from pipeline.intake.uploads import UploadRequest, read_upload
from pipeline.settings import Settings
from schemas.columns import BOOKINGS, CUSTOMERS

T = TypeVar("T")
SETTINGS = Settings()
MAP = default_map(SETTINGS)


def faults(path: Path) -> Iterator[str]:
    """Yield what does not hold of a file. Anything but a refusal is raised as it comes."""
    uploaded = _or_none(lambda: read_upload(UploadRequest((path,), "me"), SETTINGS))
    if uploaded is not None:
        sheets = uploaded.files[0].sheets
        yield from _badly_numbered(sheets)
        if sum(len(sheet.rows) for sheet in sheets) != sum(len(part.instructions) for part in uploaded.parts):
            yield "apply: rows got lost in the casts"
        yield from _against_python(path, sheets)
    exported = _or_none(lambda: _export(path))
    if exported is not None:
        sheets, gone = exported
        yield from _badly_numbered(sheets)
        if gone:
            yield f"load: {gone} rows neither hold nor come back"
        if uploaded is None or path.suffix != ".csv":
            return
        yield from _different(uploaded.files[0].sheets, sheets)
    _or_none(lambda: recognise(path, MAP, SETTINGS))


def _or_none(do: Callable[[], T]) -> T | None:
    try:
        return do()
    except Refused as error:
        if not (error.reason and error.fix):
            raise AssertionError("a refusal that does not say why, or what to do") from error
        return None


def _export(path: Path) -> tuple[tuple[RawSheet, ...], int]:
    """Return a file's sheets of customers in one piece each, and how many rows are neither valid nor found fault with; cast it as bookings too."""
    whole, gone = [], 0
    for layout in (CUSTOMERS, BOOKINGS):
        for export in open_exports(path, layout, MAP, SETTINGS) if layout is CUSTOMERS else _or_none(lambda: open_exports(path, BOOKINGS, MAP, SETTINGS)) or []:
            pieces = list(export.sheets())
            for piece in pieces:
                checked = export.cast(piece)
                bad = checked.findings.filter(pl.col("code") != "unknown-status")["source_row"].n_unique()
                gone += len(piece.rows) - len(checked.valid) - bad
            whole += [pieces[0]] if layout is CUSTOMERS else []
            if len(pieces) > 1:
                raise AssertionError("a small file in several pieces")
    return tuple(whole), gone


def _badly_numbered(sheets: tuple[RawSheet, ...]) -> Iterator[str]:
    for sheet in sheets:
        numbers = sheet.rows["source_row"]
        if numbers.null_count() or not numbers.is_sorted() or numbers.n_unique() != len(numbers) or (len(numbers) and numbers[0] <= sheet.header_row):
            yield f"rows are badly numbered: {numbers.to_list()[:20]}, below the header in {sheet.header_row}"


def _different(one: tuple[RawSheet, ...], other: tuple[RawSheet, ...]) -> Iterator[str]:
    """Yield where the two readers of text differ."""
    if one and other and one[0].header == other[0].header and not plain(one[0]).equals(plain(other[0])):
        yield f"the readers differ: {plain(one[0])} and {plain(other[0])}"


def plain(sheet: RawSheet) -> pl.DataFrame:
    """Return a sheet's rows, blank cells as null."""
    return sheet.rows.select("source_row", pl.when(pl.selectors.string().str.strip_chars() != "").then(pl.selectors.string()))


def _against_python(path: Path, sheets: tuple[RawSheet, ...]) -> Iterator[str]:
    """Yield where rows of a text are other than Python's strict reader has them, where that can read it."""
    source = open_source(path, SETTINGS.files.max_bytes)
    if source.kind is not FileKind.TEXT or len(sheets) != 1:
        return
    text = _decoded(source.data)
    if text is None or sheets[0].ours:
        return
    lines = text.replace("\r\n", "\n")
    if "\r" in lines and "\n" in lines:
        return
    if lines.lower().lstrip('"').startswith("sep="):
        lines = lines.partition("\n")[2]
    try:
        records = list(csv.reader(io.StringIO(lines.replace("\r", "\n")), delimiter=sheets[0].separator, strict=True))
    except csv.Error:
        return
    width = len(sheets[0].header)
    expected = {
        number: record[:width] for number, record in enumerate(records, start=1) if number > sheets[0].header_row and any(map(str.strip, record[:width]))
    }
    found = plain(sheets[0]).fill_null("")
    got = {row[0]: list(row[1:]) for row in found.select("source_row", *(cell(place) for place in range(width))).iter_rows()}
    blank = {number: [one if one.strip() else "" for one in [*record, *[""] * (width - len(record))]] for number, record in expected.items()}
    differing = [number for number in sorted({*got, *blank}) if got.get(number) != blank.get(number)]
    if differing:
        yield f"row {differing[0]}: apply reads {got.get(differing[0])}, and Python {blank.get(differing[0])}"


def _decoded(data: bytes) -> str | None:
    marked = [name for mark, name in MARKS if data.startswith(mark)]
    for name in marked[:1] or ["utf-8", "cp1252"]:
        with suppress(UnicodeDecodeError):
            return data.decode(name).removeprefix("\ufeff")
    return None
