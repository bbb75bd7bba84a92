"""Workbooks of any kind as text sheets (rules 7.1, 7.3, 7.4)."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import polars as pl

from pipeline.errors import NotRecognised, Refused
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.gate import BookKind, Passed, check_workbook
from pipeline.intake.merges import Merge, covered_marks
from pipeline.intake.newerrors import with_known_errors
from pipeline.intake.parser import DAMAGED
from pipeline.intake.parsing import Cells, Listed, Parsed, Task, parse_workbook, refusal_of
from pipeline.intake.reach import column_letters
from pipeline.intake.sharedtexts import check_texts
from pipeline.intake.sheets import CELL_ERROR, MARK_SCHEMA, NOT_EXACT, RawSheet, Sought, Wanted, cell, find_header, map_columns
from pipeline.intake.zipparts import SAVE_ANEW
from pipeline.settings import Files
from pipeline.wording import count_of
from schemas.columns import Kind

HEADER_ROWS = 50
# The error values that the parser knows; it refuses a whole sheet for any other (#SPILL!, #CALC!, #GETTING_DATA).
KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", NO_VALUE)
UNSEEN = (BookKind.XLS, BookKind.XLSB)  # kinds whose numbers only the parser sees


@dataclass(frozen=True)
class WorkbookRead:
    """The sheets that were read, in workbook order, for each other sheet its name and why it was left out, and remarks for the report."""

    sheets: tuple[RawSheet, ...]
    skipped: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """A workbook that passed the gate, and what the parser says of it.

    `called` is what a sheet is called before its name. With `is_whole`, columns right of the last title are columns too.
    """

    parsed: Parsed
    passed: Passed
    where: str
    limits: Files
    called: str = "sheet "
    is_whole: bool = False

    def place(self, name: str) -> str:
        """Return where a sheet is; the only table of a page has no name."""
        return f"{self.where}, {self.called}{name}" if name else self.where


@dataclass(frozen=True)
class _Found:
    """The header found on a sheet: its texts, its 1-based row, the 0-based column in which the sheet's cells begin, and what it is."""

    header: tuple[str, ...]
    row: int
    first_column: int
    wanted: Wanted


def read_workbook(data: bytes, sought: Sought, where: str, only: tuple[str, ...] = (), limits: Files = Files()) -> WorkbookRead:
    """Return every visible sheet that has the wanted columns, in workbook order; with `only`, the sheets so named, hidden ones too.

    Raises `Refused` where the file is no workbook that can be read whole, a named sheet is not there or lacks a required column,
    or no sheet has them.
    """
    passed = check_workbook(data, where, limits)
    task = Task(only, passed.kind in UNSEEN, passed.kind == BookKind.XLS)
    parsed = parse_workbook(data, where, task, limits)
    if any(cells is None and len(_strange_errors(passed, name)) for name, cells in parsed.cells.items()):
        parsed = parse_workbook(with_known_errors(data), where, task, limits)
    book = Book(parsed, passed, where, limits)
    for name, cells in parsed.cells.items():
        if cells is None and passed.kind == BookKind.XLSX:
            check_texts(data, name, book.place(name), limits)
    return read_sheets(book, sought, only)


def read_sheets(book: Book, sought: Sought, only: tuple[str, ...] = ()) -> WorkbookRead:
    """Return the sheets of a workbook that was parsed; see `read_workbook`."""
    book = replace(book, passed=_with_looks(book.passed, book.parsed))
    only = _named(book, only)
    sheets, skipped, nearest, beyond = [], [], [], []
    for listed in book.parsed.listed:
        reason = _reason_to_skip(listed, only)
        sheet = None if reason else _load(book, listed)
        found = _find_columns(listed.name, sheet, sought, is_whole=book.is_whole) if sheet else None
        if sheet and found and found.wanted.score(found.header)[0]:
            sheets.append(_read_sheet(book, listed.name, sheet, found))
            beyond += _tell_beyond(listed.name, sheet, found)
            continue
        if found:
            nearest.append((listed.name, found))
        if listed.name in only or (found and _is_meant(listed.name, found)):
            raise _unusable(nearest[-1:] if found else [], book, book.place(listed.name))
        skipped.append(f"{listed.name} ({reason or 'no header with the required columns'})")
    if not sheets:
        raise _unusable(nearest, book, book.where)
    return WorkbookRead(tuple(sheets), tuple(skipped), (*_remarks(book.passed, sheets), *beyond))


def _with_looks(passed: Passed, parsed: Parsed) -> Passed:
    """Add what the second parser of .xls saw."""
    if not parsed.looks:
        return passed
    looks = parsed.looks.items()
    return Passed(
        passed.kind, {name: look.marks for name, look in looks}, {name: look.hidden for name, look in looks}, {name: look.merges for name, look in looks}
    )


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


def _find_columns(name: str, cells: Cells, sought: Sought, *, is_whole: bool) -> _Found | None:
    """Return the header among the first 50 rows that hold anything, or None where no row names a column."""
    rows = ((row, tuple(text or "" for text in texts)) for row, *texts in cells.rows.iter_rows())
    candidates = list(islice(((row, texts) for row, texts in rows if any(text.strip() for text in texts)), HEADER_ROWS))
    records = [texts for _, texts in candidates]
    wanted = sought.choose([records], name)
    index = find_header(records, wanted)
    if index is None or cells.first_column is None:
        return None
    row, texts = candidates[index]
    width = len(texts) if is_whole else max(position for position, text in enumerate(texts, 1) if text.strip())
    return _Found(texts[:width], row, cells.first_column, wanted)


def _named(book: Book, only: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sheets that are asked for as the workbook writes them; to a spreadsheet program case makes no difference."""
    names = [listed.name for listed in book.parsed.listed]
    spelt = {name.casefold(): name for name in names}
    unknown = [name for name in only if name.casefold() not in spelt]
    if unknown:
        raise Refused(f"{book.where}: there is no sheet named {', '.join(unknown)}. The sheets there are: {', '.join(names)}.", "Name one of these sheets.")
    return tuple(spelt[name.casefold()] for name in only)


def _reason_to_skip(listed: Listed, only: tuple[str, ...]) -> str | None:
    if not listed.has_cells:
        return "not a sheet of cells"
    if only:
        return None if listed.name in only else "not asked for"
    return None if listed.is_visible else "hidden"


def _load(book: Book, listed: Listed) -> Cells:
    """Return the parsed sheet; raise `Refused`, naming the first cell that the parser does not know where that may be the cause."""
    where = book.place(listed.name)
    marks = book.passed.marks.get(listed.name)
    if marks is None and book.passed.kind == BookKind.XLSX:
        raise Refused(f"{where}: the workbook is damaged (the sheet's cells are missing).", SAVE_ANEW)
    cells = book.parsed.cells[listed.name]
    if cells is not None:
        return cells
    strange = _strange_errors(book.passed, listed.name)
    if strange.is_empty():
        raise refusal_of(DAMAGED, where)
    row, position = strange.select("source_row", "position").row(0)
    at = f"{column_letters(position + 1)}{row}"
    reason = f"{where}: cell {at} holds an error of a newer kind, such as #SPILL!, that can't be read."
    raise Refused(reason, f"Correct cell {at} or type a value over it, then try again.")


def _strange_errors(passed: Passed, name: str) -> pl.DataFrame:
    """Return the marks of error cells that the parser of .xlsx does not know; those of other kinds know every error that they can hold."""
    marks = passed.marks.get(name, pl.DataFrame(schema=MARKS)) if passed.kind == BookKind.XLSX else pl.DataFrame(schema=MARKS)
    return marks.filter(~pl.col("text").is_in(KNOWN_ERRORS))


def _read_sheet(book: Book, name: str, cells: Cells, found: _Found) -> RawSheet:
    """Return the rows below the header, with what stands for errors in place and the marks of the header's columns."""
    width = len(found.header)
    texts = [pl.when(pl.col(cell(place)).str.strip_chars() != "").then(pl.col(cell(place))).alias(cell(place)) for place in range(width)]
    rows = cells.rows.filter(pl.col("source_row") > found.row).select("source_row", *texts)
    marks = _own_marks(book, name, found) if name in book.passed.marks else _number_marks(cells, found)
    marks = pl.concat([marks, _day_marks(cells, found).join(marks, on=["source_row", "position"], how="anti")])
    marks = _with_merges(marks, rows, book, (name, found))
    rows = _with_errors(rows, marks).filter(pl.any_horizontal(pl.exclude("source_row").is_not_null()))
    return RawSheet(name, found.header, found.row, rows, marks.select(*MARK_SCHEMA), found.wanted, first_column=found.first_column)


def _tell_beyond(name: str, cells: Cells, found: _Found) -> list[str]:
    """Return a remark where cells right of the last header hold something, as where a row was shifted: nothing is made of them."""
    further = [column for column in cells.rows.columns if column != "source_row"][len(found.header) :]
    if not further:
        return []
    filled = pl.any_horizontal((pl.col(column).str.strip_chars() != "").fill_null(value=False) for column in further)
    rows = cells.rows.filter((pl.col("source_row") > found.row) & filled)["source_row"]
    what = "cells right of the last header, of which nothing is made: give them a header, or move them to their columns"
    return [f"{name}: {count_of(len(rows), 'row has', 'rows have')} {what} (row {rows[0]}{' and others' if len(rows) > 1 else ''})"] if len(rows) else []


def _own_marks(book: Book, name: str, found: _Found) -> pl.DataFrame:
    """Return the marks below the header and within its columns, positions counted from its first cell."""
    marks = book.passed.marks[name].with_columns(pl.col("position") - found.first_column)
    return marks.filter((pl.col("source_row") > found.row) & pl.col("position").is_between(0, len(found.header) - 1))


def _number_marks(cells: Cells, found: _Found) -> pl.DataFrame:
    """Return marks for the numbers that can't be ids whatever they look like; all that can be told where no cell is looked at."""
    places = [(row, position, NOT_EXACT, None) for row, position in cells.inexact if row > found.row and position < len(found.header)]
    return pl.DataFrame(places, schema=MARKS, orient="row")


def _day_marks(cells: Cells, found: _Found) -> pl.DataFrame:
    """Return marks for days and times in columns of ids: such a cell shows other digits than it holds, as where 1-2 became a day (rule 2.2)."""
    kinds = {column.name: column.kind for column in found.wanted.layout.columns}
    ids = {place for place, name in enumerate(found.wanted.recognised(found.header)) if name and kinds.get(name) is Kind.ID}
    days = [pl.select(rows.filter(rows > found.row).alias("source_row"), position=pl.lit(place, pl.Int64)) for place, rows in cells.days if place in ids]
    marks = [some.with_columns(mark=pl.lit(NOT_EXACT), text=pl.lit(None, pl.String)) for some in days]
    return pl.concat([pl.DataFrame(schema=MARKS), *marks])


def _with_merges(marks: pl.DataFrame, rows: pl.DataFrame, book: Book, what: tuple[str, _Found]) -> pl.DataFrame:
    """Add marks for the cells under merged areas, in rows that hold something, save where the area's first cell is blank, so that nothing is hidden."""
    name, found = what
    shifted = ((top, low, left - found.first_column, right - found.first_column) for top, low, left, right in book.passed.merges.get(name, ()))
    below = [merge for merge in shifted if merge[1] > found.row and merge[3] >= 0 and merge[2] < len(found.header)]
    if not below:
        return marks
    filled = rows.filter(pl.any_horizontal(pl.exclude("source_row").is_not_null()))
    numbers = filled["source_row"].to_list()
    said = [merge for merge in below if _is_said(merge, filled, numbers, found.row)]
    covered = covered_marks(said, numbers, len(found.header), (book.place(name), book.limits))
    return pl.concat([covered, marks]).unique(["source_row", "position"], keep="first", maintain_order=True).sort("source_row", "position")


def _is_said(merge: Merge, rows: pl.DataFrame, numbers: list[int], header_row: int) -> bool:
    """Tell whether the first cell of a merged area holds something; one that is not among the rows counts as doing so."""
    if merge[0] <= header_row or merge[2] < 0:
        return True
    place = bisect_left(numbers, merge[0])
    return place < len(numbers) and numbers[place] == merge[0] and rows[place, cell(merge[2])] is not None


def _with_errors(rows: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Put what stands for an error where the parsers give a blank, in rows too that hold nothing else."""
    errors = marks.filter(mark=CELL_ERROR)
    if errors.is_empty():
        return rows
    more = errors.select("source_row").unique().join(rows, on="source_row", how="anti")
    rows = pl.concat([rows, more], how="diagonal").sort("source_row")
    for (position,), found in errors.group_by("position"):
        name = cell(int(str(position)))
        # Each place has one mark, so a row meets one error at most.
        put = found.select("source_row", error="text")
        rows = (
            rows.join(put, on="source_row", how="left", validate="m:1", maintain_order="left")
            .with_columns(pl.coalesce("error", name).alias(name))
            .drop("error")
        )
    return rows


def _unusable(nearest: list[tuple[str, _Found]], book: Book, where: str) -> Refused:
    """Return the refusal of a workbook or sheet without the required columns; it names what is missing from the nearest header."""
    if nearest:
        name, found = max(nearest, key=lambda candidate: candidate[1].wanted.score(candidate[1].header)[1])
        try:
            map_columns(found.header, found.wanted, book.place(name))
        except Refused as refusal:
            return refusal
    reason = f"{where}: no table was found: no row among the first {HEADER_ROWS} names the required columns."
    hidden = ", ".join(listed.name for listed in book.parsed.listed if listed.has_cells and not listed.is_visible)
    if hidden and where == book.where:
        return NotRecognised(f"{reason} Hidden, and therefore left out: {hidden}.", "Show the sheet that is meant, save the workbook, then try again.")
    return NotRecognised(reason, "Put the column names in one row above the data.")
