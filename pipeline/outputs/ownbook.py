"""Results in the admin's own workbook: its sheets as they came, result columns beside its rows, and a summary in front."""

import re
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from copy import copy
from io import StringIO
from itertools import count, product
from pathlib import Path
from typing import Any

from openpyxl import DEFUSEDXML
from openpyxl import chart as charts
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.outputs.answers import Answered, Summary
from pipeline.outputs.celltexts import cut_text
from pipeline.outputs.ownparts import read_book, write_book
from pipeline.outputs.tables import FILLS, MAX_WIDTH, Table
from schemas.columns import RESULT_COLUMNS

LAST_COLUMN = 16_384
DARK_FILLS = {"applied": "4E8F3A", "rejected": "C55A11", "unchanged": "7F7F7F", "ignored": "A6A6A6", "unprocessed": "BF9000"}
MARK = "The sheet “{}” is written by flagbook; the next run replaces it."


class CantKeep(ValueError):
    """The workbook can't come back as its own; the message says why, and holds no cell's value."""


def write_own_workbook(path: Path, data: bytes, sheets: Sequence[Answered], summary: Summary, more: Sequence[Table] = ()) -> None:
    """Write the admin's workbook with results beside its rows, behind the summary and `more` sheets of plain text.

    Sheets that an earlier run put in front are replaced. Raises `CantKeep` where openpyxl can't carry the workbook.
    """
    if not DEFUSEDXML:
        raise CantKeep("openpyxl is told to read XML without its guard, defusedxml")
    # openpyxl prints a word on some odd files, where only results may stand.
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore", UserWarning)  # openpyxl's words about what it leaves out
        try:
            book, kept = read_book(data)
        except Exception as error:  # it raises all sorts of things on odd files
            raise CantKeep("the workbook holds something that can't be carried over") from error
        names = {answered.name for answered in sheets}
        if not names <= kept.keys():
            raise CantKeep("a sheet of the workbook can't be carried over")
        for answered in sheets:
            _answer(book[answered.name], answered, kept[answered.name].fitted)
        _add_in_front(book, names, summary, more)
        try:
            write_book(path, book, kept)
        except OSError:
            raise
        except Exception as error:  # likewise as it writes what it has read
            raise CantKeep("the workbook holds something that can't be carried over") from error


def _answer(sheet: Any, answered: Answered, fitted: frozenset[int]) -> None:
    """Write the result columns, and a filter over the table where the sheet has none."""
    first = answered.first_column + 1
    block = _make_room(sheet, answered, range(first + answered.own_width, first + answered.width))
    heads = [sheet.cell(answered.header_row, column) for column in range(first, first + answered.own_width)]
    last = next((cell for cell in reversed(heads) if cell._value), None)
    _put(sheet, answered.header_row, block[0], RESULT_COLUMNS, [last._style if last and last.has_style else _style(sheet, b=True)] * len(block))
    plain, filled = _style(sheet), {word: _style(sheet, fill=colour[1:]) for word, colour in FILLS.items()}
    styles = [plain, _style(sheet, wrap=True), plain, _style(sheet, number=True)]
    rows = answered.rows.select("source_row", *RESULT_COLUMNS).rows()
    for row, *values in rows:
        _put(sheet, row, block[0], values, [filled.get(values[0], plain), *styles])
        if row in fitted:
            sheet.row_dimensions[row].height = None  # the message may need more lines
    if rows and not sheet.auto_filter.ref and not sheet.tables:
        sheet.auto_filter.ref = f"{get_column_letter(first)}{answered.header_row}:{get_column_letter(block[-1])}{max(row for row, *_ in rows)}"


def _make_room(sheet: Any, answered: Answered, old: range) -> range:
    """Blank the results of an earlier run; return the new columns: in their place, or beside the table and all that the sheet holds there."""
    cells, size, rows = sheet._cells, len(RESULT_COLUMNS), {answered.header_row, *answered.rows["source_row"]}
    left = {row for row, column in cells if column == old[0] and str(cells[row, column]._value) in FILLS} if len(old) == size else set()
    for place in product(rows | left, old):
        if place in cells:
            cells[place]._value, cells[place].data_type, cells[place]._style = None, "n", None
    filled = {column for (_, column), cell in cells.items() if cell._value not in (None, "") or (cell._comment and column not in old)}
    merged = {area.max_col for area in sheet.merged_cells.ranges if area.max_row >= answered.header_row}
    free = all(place not in cells or cells[place]._value in (None, "") for place in product(rows, range(old.start, old.start + size)))
    start = old.start if old and free else max((column for column in filled | merged if column >= old.start), default=old.start - 1) + 1
    if start + size - 1 > LAST_COLUMN:
        raise CantKeep("a sheet has no room to the right of what it holds")
    if range(start, start + size) != old:
        _set_widths(sheet, range(start, start + size))
    return range(start, start + size)


def _set_widths(sheet: Any, block: range) -> None:
    """Give the result columns definitions of their own: one that is there may span, and hide, all columns to the right."""
    columns = sheet.column_dimensions
    for letter, found in list(columns.items()):
        found.reindex()
        del columns[letter]
        for low, high in ((found.min, min(found.max, block[0] - 1)), (max(found.min, block[-1] + 1), found.max)):
            if low <= high:
                columns[get_column_letter(low)] = part = copy(found)
                part.index, part.min, part.max = get_column_letter(low), low, high
    for column, width in zip(block, (13, 24, 60, 22, 18), strict=True):
        columns[get_column_letter(column)].width = width


def _style(sheet: Any, *, number: bool = False, wrap: bool = False, fill: str = "", **font: Any) -> Any:
    """Return what a cell's `_style` may be, made once for any number of cells; `font` has what differs from the workbook's own."""
    cell, letters = Cell(sheet), copy(sheet.parent._fonts[0])
    for name, value in font.items():
        setattr(letters, name, value)
    cell.font, cell.alignment = letters, Alignment(vertical="top", wrap_text=wrap)
    cell.quotePrefix, cell.number_format = not number, "#,##0" if number else "General"
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell._style


def _put(sheet: Any, row: int, column: int, values: Sequence[Any], styles: Sequence[Any]) -> None:
    """Write values side by side: texts as text whatever they look like, cut to what a cell takes; numbers as numbers; nulls not at all."""
    for place, value, style in zip(count(column), values, styles, strict=False):
        if value is not None:
            cell = sheet.cell(row, place)
            cell._value, cell.data_type, cell._style = (_fit(value), "s", style) if isinstance(value, str) else (value, "n", style)


def _fit(text: str) -> str:
    cut = cut_text(text).replace("\r\n", "\n").replace("\r", "\n")
    sound = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", cut)  # XML can't hold these
    return re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", sound)  # or letters that look like the code of a character would be read as one


def _add_in_front(book: Any, names: set[str], summary: Summary, more: Sequence[Table]) -> None:
    """Add our sheets before the admin's, in place of those of an earlier run, and show the summary."""
    for sheet in book.worksheets:
        if sheet.title not in names and (1, 1) in sheet._cells and str(sheet._cells[1, 1]._value) == MARK.format(sheet.title):
            book.remove(sheet)
    # NOTE: openpyxl counts the sheets that names belong to without those that are only a chart, so these go last.
    book._sheets.sort(key=lambda sheet: not isinstance(sheet, Worksheet))
    _write_summary(_new_sheet(book, "Summary", 0), summary)
    for place, table in enumerate(more, 1):
        sheet = _new_sheet(book, table.name, place)
        _write_lines(sheet, [table.header, *table.frame.rows()], {0})
        sheet.freeze_panes, sheet.print_title_rows = "A3", "2:2"
    for sheet in book._sheets:
        for view in sheet.views.sheetView if isinstance(sheet, Worksheet) else sheet.sheetViews.sheetView:
            view.tabSelected = sheet is book._sheets[0]  # what is typed into one selected sheet goes into all
    for view in book.views:
        view.activeTab = view.firstSheet = 0
    book.active, book.template = 0, False


def _new_sheet(book: Any, name: str, place: int) -> Any:
    """Add a sheet of ours, printed on the width of a page; its first cell says whose it is."""
    taken = {title.casefold() for title in book.sheetnames}
    title = next(free for free in (name, *(f"{name[:27]} {number}" for number in range(2, 1000))) if free.casefold() not in taken)
    sheet = book.create_sheet(title, place)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = "landscape", 0, True
    _put(sheet, 1, 1, [MARK.format(title)], [_style(sheet, i=True, sz=9, color="808080")])
    return sheet


def _write_lines(sheet: Any, lines: Sequence[Sequence[Any]], titles: set[int]) -> None:
    """Write lines from the second row on, whole numbers as numbers and all else as text, in columns as wide as what they hold."""
    bold, text, number = _style(sheet, b=True), _style(sheet, wrap=True), _style(sheet, number=True)
    widths: dict[int, int] = {}
    for place, line in enumerate(lines):
        values = [value if value is None or type(value) is int else str(value) for value in line]
        _put(sheet, place + 2, 1, values, [bold if place in titles else number if type(value) is int else text for value in values])
        widths |= {column: max(len(str(value)), widths.get(column, 0)) for column, value in enumerate(values, 1) if len(values) > 1}
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(width + 3, MAX_WIDTH)


def _write_summary(sheet: Any, summary: Summary) -> None:
    """Write the headline, the sections below it, and beside them bars of the outcomes, each in its colour."""
    lines: list[Sequence[Any]] = [[summary.headline], []]
    titles = set()
    for title, section in summary.sections:
        titles.add(len(lines))
        lines += [[title], *section, []]
        if title != "Outcomes" or not section:
            continue
        first, last = len(lines) - len(section) + 1, len(lines)
        chart = charts.BarChart(barDir="bar", gapWidth=40)
        chart.add_data(charts.Reference(sheet, min_col=2, min_row=first, max_row=last))
        chart.set_categories(charts.Reference(sheet, min_col=1, min_row=first, max_row=last))
        chart.title, chart.legend, chart.width, chart.height = "Rows by outcome", None, 16, 2.5 + len(section)
        chart.x_axis.scaling.orientation, chart.x_axis.delete, chart.y_axis.delete, chart.y_axis.majorGridlines = "maxMin", False, True, None
        chart.series[0].dLbls = charts.label.DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False)
        fills = [charts.shapes.GraphicalProperties(solidFill=DARK_FILLS.get(outcome, "4472C4")) for outcome, _ in section]
        chart.series[0].data_points = [charts.marker.DataPoint(idx=place, invertIfNegative=False, spPr=fill) for place, fill in enumerate(fills)]
        sheet.add_chart(chart, "D4")
    _write_lines(sheet, lines, titles)
    sheet["A2"]._style, sheet.sheet_view.showGridLines = _style(sheet, b=True, sz=14), False
