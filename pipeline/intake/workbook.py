"""Workbooks of any kind as text sheets (rules 7.1, 7.3, 7.4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from operator import itemgetter
from typing import TypeVar

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from pipeline.errors import NotRecognised, Refused
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.celltext import Value, cell_text, is_inexact, text_column
from pipeline.intake.gate import BookKind, Passed, check_workbook
from pipeline.intake.reach import column_letters
from pipeline.intake.sheets import CELL_ERROR, MARK_SCHEMA, NOT_EXACT, RawSheet, Sought, Wanted, cell, find_header, map_columns
from pipeline.intake.zipparts import SAVE_ANEW
from pipeline.wording import count_of

HEADER_ROWS = 50
# The error values that the parser knows; it refuses a whole sheet for any other (#SPILL!, #CALC!, #GETTING_DATA).
KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", NO_VALUE)
Result = TypeVar("Result")


@dataclass(frozen=True)
class WorkbookRead:
    """The sheets that were read, in workbook order, for each other sheet its name and why it was left out, and remarks for the report."""

    sheets: tuple[RawSheet, ...]
    skipped: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Book:
    """A workbook that passed the gate, open in the parser."""

    parsed: CalamineWorkbook
    passed: Passed
    where: str


@dataclass(frozen=True)
class _Found:
    """The header found on a sheet: its texts, its 1-based row, the 0-based column in which the sheet's cells begin, and what it is."""

    header: tuple[str, ...]
    row: int
    first_column: int
    wanted: Wanted


def read_workbook(data: bytes, sought: Sought, where: str, only: tuple[str, ...] = ()) -> WorkbookRead:
    """Return every visible sheet that has the wanted columns, in workbook order; with `only`, the sheets so named, hidden ones too.

    Raises `Refused` where the file is no workbook that can be read whole, a named sheet is not there or lacks a required column,
    or no sheet has them.
    """
    passed = check_workbook(data, where)
    book = _Book(_guarded(where, lambda: CalamineWorkbook.from_filelike(BytesIO(data))), passed, where)
    only = _named(book, only)
    sheets, skipped, nearest = [], [], []
    for listed in book.parsed.sheets_metadata:
        reason = _reason_to_skip(listed, only)
        sheet = None if reason else _load(book, listed)
        found = _find_columns(sheet, sought, where) if sheet else None
        if sheet and found and found.wanted.score(found.header)[0]:
            sheets.append(_read_sheet(book, sheet, found))
            continue
        if found:
            nearest.append((listed.name, found))
        if listed.name in only or (found and _is_meant(listed.name, found)):
            raise _unusable(nearest[-1:] if found else [], f"{where}, sheet {listed.name}")
        skipped.append(f"{listed.name} ({reason or 'no header with the required columns'})")
    if not sheets:
        raise _unusable(nearest, where)
    return WorkbookRead(tuple(sheets), tuple(skipped), tuple(_remarks(passed, sheets)))


def _is_meant(name: str, found: _Found) -> bool:
    """Tell whether a sheet that lacks a column is one of instructions all the same: it bears their name, and has actions."""
    return found.wanted.is_named(name) and "action" in found.wanted.recognised(found.header)


def _remarks(passed: Passed, sheets: list[RawSheet]) -> Iterator[str]:
    """Yield what a reader of the report should know of how the sheets were read."""
    unseen = [sheet.name for sheet in sheets if sheet.name not in passed.marks]
    if unseen and passed.kind == BookKind.XLSB:
        yield "in an XLSB file an error cell can't be told from a blank one; save it as XLSX to be sure"
    elif unseen:
        names, kind = ", ".join(unseen), passed.kind.upper()
        yield f"{names}: in this {kind} file an error cell can't be told from a blank one, nor how a number looks; save it as XLSX to be sure"
    for sheet in sheets:
        hidden = int(sheet.rows["source_row"].is_in(passed.hidden.get(sheet.name, [])).sum())
        if hidden:
            yield f"{sheet.name}: {count_of(hidden, 'hidden or filtered row was', 'hidden or filtered rows were')} read too"


def _find_columns(sheet: CalamineSheet, sought: Sought, where: str) -> _Found | None:
    """Return the header among the first 50 rows that hold anything, or None where no row names a column."""
    # NOTE: a stray cell far below makes a million blank rows, so each is first asked whole.
    rows = ((number, tuple(map(cell_text, row))) for number, row in enumerate(sheet.iter_rows(), 1) if any(row))
    filled = ((number, texts) for number, texts in rows if any(text.strip() for text in texts))
    candidates = _guarded(f"{where}, sheet {sheet.name}", lambda: list(islice(filled, HEADER_ROWS)))
    records = [texts for _, texts in candidates]
    wanted = sought.choose([records], sheet.name)
    index = find_header(records, wanted)
    if index is None or sheet.start is None:
        return None
    row, texts = candidates[index]
    width = max(position for position, text in enumerate(texts, 1) if text.strip())
    return _Found(texts[:width], row, sheet.start[1], wanted)


def _guarded(where: str, parse: Callable[[], Result]) -> Result:
    """Return what the parser returns; its errors and panics are raised as `Refused`, with what the file may be."""
    try:
        return parse()
    except PasswordError as error:
        raise Refused(f"{where}: the workbook is password-protected.", "Save a copy without a password, then try again.") from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise Refused(f"{where}: the workbook is damaged, or holds something that can't be read.", SAVE_ANEW) from error
    except BaseException as error:
        # NOTE: a panic of the parser is no Exception; its class can't be imported. Interrupts and exits pass through.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(f"{where}: the workbook is damaged, or holds something that can't be read.", SAVE_ANEW) from error


def _named(book: _Book, only: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sheets that are asked for as the workbook writes them; to a spreadsheet program case makes no difference."""
    names = book.parsed.sheet_names
    spelt = {name.casefold(): name for name in names}
    unknown = [name for name in only if name.casefold() not in spelt]
    if unknown:
        raise Refused(f"{book.where}: there is no sheet named {', '.join(unknown)}. The sheets there are: {', '.join(names)}.", "Name one of these sheets.")
    return tuple(spelt[name.casefold()] for name in only)


def _reason_to_skip(listed: SheetMetadata, only: tuple[str, ...]) -> str | None:
    if listed.typ != SheetTypeEnum.WorkSheet:
        return "not a sheet of cells"
    if only:
        return None if listed.name in only else "not asked for"
    return None if listed.visible == SheetVisibleEnum.Visible else "hidden"


def _load(book: _Book, listed: SheetMetadata) -> CalamineSheet:
    """Return the parsed sheet; raise `Refused`, naming the first cell that the parser does not know where that is the cause."""
    where = f"{book.where}, sheet {listed.name}"
    marks = book.passed.marks.get(listed.name)
    if marks is None and book.passed.kind == BookKind.XLSX:
        raise Refused(f"{where}: the workbook is damaged (the sheet's cells are missing).", SAVE_ANEW)
    try:
        return _guarded(where, lambda: book.parsed.get_sheet_by_name(listed.name))
    except Refused as error:
        # Other parsers read other kinds, and know every error that those can hold.
        strange = marks.filter(~pl.col("text").is_in(KNOWN_ERRORS)) if marks is not None and book.passed.kind == BookKind.XLSX else None
        if strange is None or strange.is_empty():
            raise
        row, position = strange.select("source_row", "position").row(0)
        at = f"{column_letters(position + 1)}{row}"
        reason = f"{where}: cell {at} holds an error of a newer kind, such as #SPILL!, that can't be read."
        raise Refused(reason, f"Correct cell {at} or type a value over it, then try again.") from error


def _read_sheet(book: _Book, sheet: CalamineSheet, found: _Found) -> RawSheet:
    """Return the rows below the header, with what stands for errors in place and the marks of the header's columns."""
    table = _guarded(f"{book.where}, sheet {sheet.name}", sheet.to_python)
    first_row = sheet.start[0] if sheet.start else 0
    blank: list[Value] = [""] * sheet.width
    filled = {number: row for number, row in enumerate(table[found.row - first_row :], found.row + 1) if row != blank}
    marks = _own_marks(book, sheet.name, found) if sheet.name in book.passed.marks else _number_marks(filled, len(found.header))
    for number, position, text in marks.filter(mark=CELL_ERROR).select("source_row", "position", "text").iter_rows():
        filled.setdefault(number, blank.copy())[position] = text
    numbers = sorted(filled)
    body = [filled[number] for number in numbers]
    texts = [text_column(cell(position), list(map(itemgetter(position), body))) for position in range(len(found.header))]
    rows = pl.DataFrame([pl.Series("source_row", numbers, dtype=pl.Int64), *texts]).filter(pl.any_horizontal(pl.exclude("source_row").is_not_null()))
    return RawSheet(sheet.name, found.header, found.row, rows, marks.select(*MARK_SCHEMA), found.wanted, first_column=found.first_column)


def _own_marks(book: _Book, name: str, found: _Found) -> pl.DataFrame:
    """Return the marks below the header and within its columns, positions counted from its first cell."""
    marks = book.passed.marks[name].with_columns(pl.col("position") - found.first_column)
    return marks.filter((pl.col("source_row") > found.row) & pl.col("position").is_between(0, len(found.header) - 1))


def _number_marks(rows: dict[int, list[Value]], width: int) -> pl.DataFrame:
    """Return marks for the numbers that can't be ids whatever they look like; all that can be told without the gate's look."""
    found = [(number, position, NOT_EXACT, None) for number, row in rows.items() for position, value in enumerate(row[:width]) if is_inexact(value)]
    return pl.DataFrame(found, schema=MARKS, orient="row")


def _unusable(nearest: list[tuple[str, _Found]], where: str) -> Refused:
    """Return the refusal of a workbook or sheet without the required columns; it names what is missing from the nearest header."""
    if nearest:
        name, found = max(nearest, key=lambda candidate: candidate[1].wanted.score(candidate[1].header)[1])
        try:
            map_columns(found.header, found.wanted, where if where.endswith(f", sheet {name}") else f"{where}, sheet {name}")
        except Refused as refusal:
            return refusal
    reason = f"{where}: no table was found: no row among the first {HEADER_ROWS} names the required columns."
    return NotRecognised(reason, "Put the column names in one row above the data.")
