"""The uploads that are workbooks: the same bytes on every machine."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

from sample_data.making.business import MADE_UP
from sample_data.making.instructions import Cell, Formula, Row, Shown

HEADERS = ("Action", "Customer ID", "E-mail", "Phone", "Flag type", "Comment", "Expires on", "Reason", "Flagged by", "Version", "What the row shows")
WIDTHS = (10, 13, 34, 20, 12, 60, 12, 26, 16, 9, 48)
NOTES = (
    f"{MADE_UP}.",
    "Weekly review of 29 May: Ines collected the rows, Rhona read them.",
    "This sheet has no table, so Flagbook leaves it out and says so.",
    "The sheet 'Old list' is hidden and left out for that reason.",
)


def workbook_bytes(rows: Sequence[Row | None]) -> bytes:
    """Return flags.xlsx: the sheet Flags with a title above its header, a sheet of notes, and a hidden sheet."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": "Flags, weekly review", "comments": MADE_UP, "created": datetime(2026, 5, 29, 16)})
    title, head, day = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format({"bold": True, "bg_color": "#D9E2F3"}),
        book.add_format({"num_format": "dd/mm/yyyy"}),
    )
    sheet = book.add_worksheet("Flags")
    sheet.write_string(0, 0, f"Flags to set, week 23 ({MADE_UP})", title)
    for column, (text, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, text, head)
    sheet.freeze_panes(3, 0)
    for place, row in enumerate(rows, start=3):
        for column, cell in enumerate(row.cells() if row else ()):
            _write_cell(sheet, (place, column), cell, day if isinstance(cell, date) else book.add_format(_look(cell)))
    notes = book.add_worksheet("Notes")
    for place, note in enumerate(NOTES):
        notes.write_string(place, 0, note)
    old = book.add_worksheet("Old list")
    old.write_row(0, 0, ("Action", "Customer ID", "Flag type", "Comment"))
    old.write_row(1, 0, ("add", "TC-00002", "Alert", "From last year, kept for reference."))
    old.hide()
    book.close()
    return _uncompressed(made.getvalue())


def plain_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a workbook of sheets of text, each with its header first."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"comments": MADE_UP, "created": datetime(2026, 6, 1, 8)})
    head = book.add_format({"bold": True, "bg_color": "#D9E2F3"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell, head if place == 0 else None)
        sheet.set_column(0, len(rows[0]) - 1, 26)
        sheet.freeze_panes(1, 0)
    book.close()
    return _uncompressed(made.getvalue())


def _look(cell: Cell) -> dict[str, object]:
    return {"num_format": cell.shown_as} if isinstance(cell, Shown) else {}


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], cell: Cell, look: object) -> None:
    match cell:
        case Shown():
            sheet.write_number(*place, cell.number, look)
        case Formula():
            sheet.write_formula(*place, cell.formula, None, cell.value)
        case date():
            sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), look)
        case "":
            pass
        case _:
            sheet.write_string(*place, cell)


def _uncompressed(data: bytes) -> bytes:
    """Return a workbook stored without compression, since compressors differ from machine to machine."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), before.read(name))
    return packed.getvalue()
