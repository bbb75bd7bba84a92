"""The sheets of SpreadsheetML, cell by cell; this runs in the process that reads markup (see `markuprows.py`), so it imports no more than it needs."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from pipeline.intake.cellvalues import cell_text, is_inexact
from pipeline.intake.oldbook import ERRORS, NOT_SHOWN
from pipeline.legacy.webtables import Room, number_of

SHEET, EXCEL = "{urn:schemas-microsoft-com:office:spreadsheet}", "{urn:schemas-microsoft-com:office:excel}"
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(E[+-]?[0-9]+)?", re.IGNORECASE)
CODES = {text: code for code, text in ERRORS.items()}
OTHER_ERROR = 0xFF  # an error of which no code is known, and a formula without a stored value
Read = tuple[str, int | None]  # a cell's text, and the kind of its mark (see `oldbook`), None where it can be trusted


@dataclass
class Sheet:
    """A sheet: rows that hold something, with their numbers; places and kinds of marks, hidden rows, merged areas (`merges.Merge`)."""

    name: str
    is_visible: bool = True
    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    marks: list[tuple[int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, number: int, cells: list[str]) -> None:
        """Take a row, without the blank cells at its end, unless all of it is blank."""
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            self.numbers.append(number)
            self.rows.append(cells)


def read_sheets(data: bytes, room: Room) -> list[Sheet]:
    """Return the sheets of SpreadsheetML in its order, of hidden ones the names alone; raise `ValueError` where a cell lies beyond a sheet's limits."""
    tree = fromstring(data, forbid_dtd=True)
    sheets: dict[str, Sheet] = {}
    for number, worksheet in enumerate(list(tree.iter(f"{SHEET}Worksheet")) or [tree], start=1):
        name = worksheet.get(f"{SHEET}Name") or f"Sheet{number}"
        name = name if name not in sheets else f"{name} ({number})"
        while name in sheets:  # no spreadsheet program writes a name twice, but each sheet is one
            name += "'"
        shown = worksheet.findtext(f"{EXCEL}WorksheetOptions/{EXCEL}Visible", "").strip()
        sheets[name] = Sheet(name, is_visible=shown not in ("SheetHidden", "SheetVeryHidden"))
        if sheets[name].is_visible:
            _read_rows(worksheet, sheets[name], room)
    return list(sheets.values())


def _read_rows(worksheet: Element, sheet: Sheet, room: Room) -> None:
    next_one = 1
    for row in worksheet.iter(f"{SHEET}Row"):
        room.take(1)
        number = _place(row, next_one, MAX_ROWS)
        next_one = number + 1 + number_of(row.get(f"{SHEET}Span"), 0)
        cells: list[str] = []
        for at, cell in _placed(row):
            room.take(at + 1 - len(cells))
            text, mark = _read_cell(cell)
            cells += [""] * (at - len(cells))
            cells.append(text)
            if mark is not None:
                sheet.marks.append((number, at, mark))
            across, down = (number_of(cell.get(f"{SHEET}{name}"), 0) for name in ("MergeAcross", "MergeDown"))
            if across or down:
                sheet.merges.append((number, min(number + down, MAX_ROWS), at, min(at + across, MAX_COLUMNS - 1)))
        sheet.add(number, cells)
        if row.get(f"{SHEET}Hidden") == "1":
            sheet.hidden.append(number)


def _placed(row: Element) -> Iterator[tuple[int, Element]]:
    """Yield the cells of a row, each with its 0-based column; what has no place of its own stands right of the area merged before it."""
    next_one = 1
    for cell in row.iter(f"{SHEET}Cell"):
        column = _place(cell, next_one, MAX_COLUMNS)
        yield column - 1, cell
        next_one = column + 1 + number_of(cell.get(f"{SHEET}MergeAcross"), 0)


def _place(element: Element, next_one: int, most: int) -> int:
    """Return where a row or a cell stands, counted from 1, never before the one above or left of it."""
    place = max(number_of(element.get(f"{SHEET}Index"), next_one), next_one)
    if place > most:
        raise ValueError(place)
    return place


def _read_cell(cell: Element) -> Read:
    parts = cell.findall(f"{SHEET}Data")  # those of a note lie deeper
    text = "".join(text for part in parts for text in part.itertext())
    kind = next((part.get(f"{SHEET}Type") for part in parts), None)
    if kind in READERS:
        return READERS[kind](text.strip())
    is_lost = cell.get(f"{SHEET}Formula") is not None and not text and kind != "String"
    return text, OTHER_ERROR if is_lost else None


def _read_error(text: str) -> Read:
    return text, CODES.get(text, OTHER_ERROR)


def _read_number(text: str) -> Read:
    """Return a number as other workbooks' numbers are read: 123.0 as 123; in scientific form it may have lost digits."""
    match = NUMBER.fullmatch(text)
    if not match or not math.isfinite(number := float(text)):
        return text, NOT_SHOWN
    return cell_text(number), NOT_SHOWN if match[1] or is_inexact(number) else None


def _read_moment(text: str) -> Read:
    """Return a day or time as other workbooks' are read: without a time that is midnight; as an id it shows other digits than it holds."""
    try:
        return cell_text(datetime.fromisoformat(text)), NOT_SHOWN
    except ValueError:
        return text, NOT_SHOWN


READERS: dict[str | None, Callable[[str], Read]] = {"Error": _read_error, "Number": _read_number, "DateTime": _read_moment}
