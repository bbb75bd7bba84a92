"""Workbooks for tests: drawn tables written as .xlsx, and result workbooks read back as text."""

import re
from collections.abc import Mapping
from pathlib import Path

import python_calamine
import xlsxwriter

from tests.spec.tables import Drawn, show_cell

NUMBER = re.compile(r"number (\S+)(?: shown as (.+))?")
DAY = re.compile(r"day (\S+)")
ERROR = re.compile(r"error (#\S+)")
NO_VALUE = "formula without value"


def write_workbook(path: Path, sheets: Mapping[str, Drawn]) -> None:
    """Write each table as a sheet, called as it says in brackets; `[Name] hidden` is hidden.

    Cells are text, save those that say otherwise: `number 7`, `number 7 shown as 00000`, `day 46082` (a day number shown as a
    date), `error #N/A`, `formula without value`.
    """
    book = xlsxwriter.Workbook(path)
    for name, table in sheets.items():
        title, _, hidden = name.removeprefix("[").partition("]")
        sheet = book.add_worksheet(title)
        if hidden:
            sheet.hide()
        for row, cells in enumerate((table.header, *table.rows)):
            for column, cell in enumerate(cells):
                _write_cell(book, sheet, (row, column), cell)
    book.close()


def _write_cell(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], cell: str) -> None:
    if found := NUMBER.fullmatch(cell):
        sheet.write_number(*place, float(found[1]), book.add_format({"num_format": found[2] or "General"}))
    elif found := DAY.fullmatch(cell):
        sheet.write_number(*place, float(found[1]), book.add_format({"num_format": "dd/mm/yyyy"}))
    elif found := ERROR.fullmatch(cell):
        sheet.write_formula(*place, "=NA()", value=found[1])
    elif cell == NO_VALUE:
        sheet.write_formula(*place, "=A1", value="")
    elif cell:
        sheet.write_string(*place, cell)


def read_result_sheets(path: Path) -> list[Drawn]:
    """Return the sheets of a result workbook that have results, without title lines and blank rows, which stay as they came."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    drawn = []
    for name in book.sheet_names:
        lines = [tuple(_shown(cell) for cell in row) for row in book.get_sheet_by_name(name).to_python()]
        head = next((number for number, line in enumerate(lines) if "outcome" in line and "matched_customer_id" in line), None)
        if head is not None:
            drawn.append(Drawn(lines[head], tuple(line for line in lines[head + 1 :] if any(cell.strip() for cell in line))))
    return drawn


def _shown(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else show_cell(cell)
