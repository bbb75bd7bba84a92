"""What xlrd sees of an .xls that the main parser does not show: error cells, how numbers look, hidden rows.

This runs in the process that parses (see `parser.py`), so it hands on plain numbers only, and imports no more than it needs.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.intake.numberformats import Shown, is_shown, shown_by_id

if TYPE_CHECKING:
    from xlrd.sheet import Sheet

NOT_SHOWN = -1  # the kind of a mark that is no error; error cells have their code in the file as kind
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
MAX_MARKS = 2_000_000
# The look of a sheet: its name, the rows, positions and kinds of its marks, its hidden rows, and its merged areas (`merges.Merge`).
Look = tuple[str, list[int], list[int], list[int], list[int], list[tuple[int, int, int, int]]]


class TooMany(Exception):
    """More cells need a mark than are handed from one process to another."""


def look_at(data: bytes) -> list[Look]:
    """Return what is seen of each sheet, rows counted from 1 and positions from 0; whatever xlrd raises passes through."""
    import xlrd  # noqa: PLC0415  # spares other kinds of workbook its import

    with Path(os.devnull).open("w") as log:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=log)
        codes = {key: listed.format_str for key, listed in book.format_map.items()}
        styles = [shown_by_id(style.format_key, codes) for style in book.xf_list]
        looks: list[Look] = []
        for number, name in enumerate(book.sheet_names()):
            sheet = book.sheet_by_index(number)
            hidden = [row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden]
            merges = [(first_row + 1, end_row, first, end - 1) for first_row, end_row, first, end in sheet.merged_cells]
            looks.append((name, *_marks(sheet, styles), hidden, merges))
            book.unload_sheet(number)
            if sum(len(look[1]) for look in looks) > MAX_MARKS:
                raise TooMany
    return looks


def _marks(sheet: "Sheet", styles: list[Shown]) -> tuple[list[int], list[int], list[int]]:
    from xlrd import XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER  # noqa: PLC0415  # likewise

    rows, positions, kinds = [], [], []
    for row in range(sheet.nrows):
        values = sheet.row_values(row)
        for position, kind in enumerate(sheet.row_types(row)):
            if kind == XL_CELL_ERROR:
                mark = values[position]
            elif kind in (XL_CELL_NUMBER, XL_CELL_DATE) and not is_shown(values[position], styles[sheet.cell_xf_index(row, position)]):
                mark = NOT_SHOWN
            else:
                continue
            rows.append(row + 1)
            positions.append(position)
            kinds.append(mark)
    return rows, positions, kinds
