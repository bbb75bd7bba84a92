"""Tables that call themselves .xls and are HTML or SpreadsheetML: old systems' downloads."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from pipeline.errors import Refused
from pipeline.intake.decode import GUESSED, MARKS, find_codec
from pipeline.intake.exports import Opened, again
from pipeline.intake.files import opened, read_all
from pipeline.intake.gate import BookKind, Passed
from pipeline.intake.merges import Merges
from pipeline.intake.parsing import parse_apart
from pipeline.intake.reach import AREA
from pipeline.intake.sheets import Sought, is_ours
from pipeline.intake.workbook import Book, WorkbookRead, read_sheets
from pipeline.intake.zipparts import too_many_cells
from pipeline.legacy.markuprows import BROKEN_OFF, MAX_SHEETS, NO_TABLE, TOO_MANY_CELLS, TOO_MANY_SHEETS, TOO_WIDE, UNREADABLE
from pipeline.settings import Files, Settings
from pipeline.wording import count_of

HEAD = 4096
GUESS = "cp1252"
PROGRAM = Path(__file__).with_name("markuprows.py")
SAVE = "Open it in a spreadsheet program and save it as XLSX."
NAMED = 20  # tables that are left out, and named
PAGE, SHEETS = "HTML", "SpreadsheetML"


def open_markup(path: Path, sought: Sought, settings: Settings, encoding: str | None = None) -> list[Opened]:
    """Open a file that is HTML or SpreadsheetML: each table, or visible sheet, that has what is sought; none where it is another kind of file.

    `encoding` is what the user says that HTML is written in. Raises `Refused` where there is no table in it, or it is larger than the limits.
    """
    with opened(path) as handle:
        head = handle.read(HEAD)
        if not (kind := _kind(head)):
            return []
        data = head + read_all(handle, settings.files.max_bytes)
    if len(data) > settings.files.max_bytes:
        raise Refused(f"{path}: the file is larger than {settings.files.max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    said = find_codec(encoding, str(path)).name if encoding else _encoding(data)
    book = _parse(data, (kind, said), str(path), settings.files)
    read = read_sheets(book, sought)
    remarks = [f"{path.name}: by its content this is {kind}, and was read as that"]
    remarks += [f"{path}: {GUESSED}"] if kind == PAGE and said == GUESS and not encoding else []
    remarks += [f"{path.name}: {remark}" for remark in _left_out(book, read)]
    sha256 = cache(lambda: hashlib.sha256(data).hexdigest())
    sheets = [replace(sheet, ours=is_ours(sheet.header, sheet.rows)) for sheet in read.sheets]
    found = [Opened(len(sheets) == 1, one.header, one.wanted, partial(again, one), sha256, sheet=one.name, called=book.called) for one in sheets]
    return [replace(found[0], tell=lambda: tuple(remarks)), *found[1:]]


def _left_out(book: Book, read: WorkbookRead) -> Iterator[str]:
    """Yield what to say of tables or sheets that were not read, and of how the others were."""
    if book.called:
        yield from (f"sheet left out: {sheet}" for sheet in read.skipped)
    else:
        taken = {sheet.name for sheet in read.sheets}
        rows = {name: 0 if cells is None else len(cells.rows) for name, cells in book.parsed.cells.items() if name not in taken}
        of, names = len(book.parsed.listed), list(rows)
        for name in names[:NAMED]:
            yield f"{name} of {of:,} left out: it has {count_of(rows[name], 'row')}, and no header with the required columns"
        if names[NAMED:]:
            yield f"{count_of(len(names[NAMED:]), 'more table')} left out likewise, with {count_of(sum(rows[name] for name in names[NAMED:]), 'row')}"
    yield from read.remarks


def _kind(head: bytes) -> str | None:
    start = _text(head).lstrip("\ufeff \t\r\n")[:2000].lower()
    if start.startswith("<?xml") or start.startswith("<workbook"):
        return SHEETS if "urn:schemas-microsoft-com:office:spreadsheet" in start else PAGE if "<html" in start else None
    return PAGE if start.startswith(("<!doctype html", "<html", "<table", "<meta", "<style", "<body")) else None


def _parse(data: bytes, what: tuple[str, str], where: str, limits: Files) -> Book:
    """Return the tables or sheets, read in a process of their own; raise `Refused` where there is none, or they take more than the limits.

    `what`: the kind of file, and its encoding.
    """
    kind, encoding = what
    task = {"encoding": encoding if kind == PAGE else None, "cells": limits.max_cells, "area": AREA * limits.max_cells, "columns": limits.max_columns}
    parsed = parse_apart((PROGRAM, task), data, where, limits, _refusals(kind, where, limits))
    book = Book(parsed, Passed(BookKind.MARKUP), where, limits, called="sheet " if kind == SHEETS else "", is_whole=True)
    for name, look in parsed.looks.items():
        merges = Merges(book.place(name), limits)
        for merge in look.merges:
            merges.take(*merge)
    return book


def _refusals(kind: str, where: str, limits: Files) -> dict[int, Refused]:
    """Return what the exit codes of the process mean."""
    anew = "Download the export again; a login page is often saved in its place."
    wide = f"{where}: a table has more than {limits.max_columns:,} columns, which is the limit."
    return {
        NO_TABLE: Refused(f"{where}: this is a web page without a table in it.", anew),
        BROKEN_OFF: Refused(f"{where}: the file ends in the middle of a table: it is truncated.", "Download or save the export again."),
        TOO_MANY_CELLS: too_many_cells(where, limits),
        TOO_WIDE: Refused(wide, f"{SAVE} Or raise files.max_columns in the settings."),
        TOO_MANY_SHEETS: Refused(f"{where}: there are more than {MAX_SHEETS:,} tables, which is the limit.", SAVE),
        UNREADABLE: Refused(f"{where}: the {kind} can't be read.", SAVE),
    }


def _text(data: bytes) -> str:
    return data.decode(_encoding(data), errors="replace")


def _encoding(data: bytes) -> str:
    """Return what a text is written in: by its mark, else UTF-8, else Windows-1252; what is not of it shows as such."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return GUESS
    return "utf-8"
