"""Tables that call themselves .xls and are HTML or SpreadsheetML: old systems' downloads."""

import hashlib
from functools import partial
from pathlib import Path

from pipeline.apart import refuse_end, run_apart, spooled
from pipeline.errors import Refused
from pipeline.intake.decode import GUESSED, MARKS, find_codec
from pipeline.intake.delimited import read_delimited
from pipeline.intake.exports import Opened, again
from pipeline.intake.files import opened
from pipeline.intake.sheets import Sought
from pipeline.intake.zipparts import too_many_cells
from pipeline.legacy.markuprows import BROKEN_OFF, NO_TABLE, TOO_MANY_CELLS, UNREADABLE
from pipeline.settings import Files, Settings

HEAD = 4096
GUESS = "cp1252"
PROGRAM = Path(__file__).with_name("markuprows.py")
SAVE = "Open it in a spreadsheet program and save it as XLSX."


def open_markup(path: Path, sought: Sought, settings: Settings, encoding: str | None = None) -> list[Opened]:
    """Open a file that is HTML or SpreadsheetML as the table in it; nothing where it is another kind of file.

    `encoding` is what the user says that HTML is written in. Raises `Refused` where there is no table in it, or it is larger than the limits.
    """
    with opened(path) as handle:
        head = handle.read(HEAD)
        if not (kind := _kind(head)):
            return []
        data = head + handle.read(settings.files.max_bytes)
    if len(data) > settings.files.max_bytes:
        raise Refused(f"{path}: the file is larger than {settings.files.max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    said = find_codec(encoding, str(path)).name if encoding else _encoding(data)
    sheet = read_delimited(_as_csv(data, (kind, said), str(path), settings.files), sought, str(path))
    remarks = [f"{path.name}: by its content this is {kind}, and was read as that"]
    remarks += [f"{path}: {GUESSED}"] if kind == "HTML" and said == GUESS and not encoding else []
    return [Opened(True, sheet.header, sheet.wanted, partial(again, sheet), lambda: hashlib.sha256(data).hexdigest(), lambda: tuple(remarks))]


def _kind(head: bytes) -> str | None:
    start = _text(head).lstrip("\ufeff \t\r\n")[:2000].lower()
    if start.startswith("<?xml") or start.startswith("<workbook"):
        return "SpreadsheetML" if "urn:schemas-microsoft-com:office:spreadsheet" in start else "HTML" if "<html" in start else None
    return "HTML" if start.startswith(("<!doctype html", "<html", "<table", "<meta", "<style", "<body")) else None


def _as_csv(data: bytes, what: tuple[str, str], where: str, limits: Files) -> str:
    """Return the table as a CSV, read in a process of its own; raise `Refused` where there is none, or it takes more than the limits.

    `what`: its kind, and its encoding.
    """
    kind, encoding = what
    with spooled(data, where) as given, spooled(b"", where) as answer:
        code = run_apart(PROGRAM, {"encoding": encoding if kind == "HTML" else None, "cells": limits.max_cells}, (given, answer), limits)
        if code == 0:
            answer.seek(0)
            return answer.read().decode()
    if code == NO_TABLE:
        raise Refused(f"{where}: this is a web page without a table in it.", "Download the export again; a login page is often saved in its place.")
    if code == BROKEN_OFF:
        raise Refused(f"{where}: the file ends in the middle of a table: it is truncated.", "Download or save the export again.")
    if code == TOO_MANY_CELLS:
        raise too_many_cells(where, limits)
    if code == UNREADABLE:
        raise Refused(f"{where}: the {kind} can't be read.", SAVE)
    raise refuse_end(code, where, limits, SAVE)


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
