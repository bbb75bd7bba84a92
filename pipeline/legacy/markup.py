"""Tables that call themselves .xls and are HTML or SpreadsheetML: old systems' downloads."""

import csv
import hashlib
import io
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from pipeline.errors import Refused
from pipeline.intake.decode import MARKS
from pipeline.intake.delimited import read_delimited
from pipeline.intake.exports import Opened, again
from pipeline.intake.files import opened
from pipeline.intake.sheets import Sought
from pipeline.settings import Settings

HEAD = 4096
SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
MAY_LEAVE_OUT = 1_000  # columns that a cell may be moved to the right


def open_markup(path: Path, sought: Sought, settings: Settings) -> list[Opened]:
    """Open a file that is HTML or SpreadsheetML as the table in it; nothing where it is another kind of file.

    Raises `Refused` where there is no table in it, or it is larger than the limits.
    """
    with opened(path) as handle:
        head = handle.read(HEAD)
        if not (kind := _kind(head)):
            return []
        data = head + handle.read(settings.files.max_bytes)
    if len(data) > settings.files.max_bytes:
        raise Refused(f"{path}: the file is larger than {settings.files.max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    rows = _html_rows(_text(data), path) if kind == "HTML" else _xml_rows(data, path)
    if not any(rows):
        raise Refused(f"{path}: this is a web page without a table in it.", "Download the export again; a login page is often saved in its place.")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    sheet = read_delimited(text.getvalue(), sought, str(path))
    remark = f"{path.name}: by its content this is {kind}, and was read as that"
    return [Opened(True, sheet.header, sheet.wanted, partial(again, sheet), lambda: hashlib.sha256(data).hexdigest(), (remark,))]


def _kind(head: bytes) -> str | None:
    start = _text(head).lstrip("\ufeff \t\r\n")[:2000].lower()
    if start.startswith("<?xml") or start.startswith("<workbook"):
        return "SpreadsheetML" if "urn:schemas-microsoft-com:office:spreadsheet" in start else "HTML" if "<html" in start else None
    return "HTML" if start.startswith(("<!doctype html", "<html", "<table", "<meta", "<style", "<body")) else None


def _text(data: bytes) -> str:
    """Return bytes as text: by their mark, else UTF-8, else Windows-1252; what is not of it shows as such."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class _Tables(HTMLParser):
    """Collects the rows of every table; a table in a cell is one of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell = False

    @property
    def is_whole(self) -> bool:
        """Tell whether every table that begins ends, as it does not where a download broke off."""
        return not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell, or a line in a cell."""
        if tag == "table":
            self.tables.append([])
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            span = next((value for name, value in attrs if name == "colspan"), "1") or "1"
            self._open[-1][-1] += [""] * (min(int(span), MAY_LEAVE_OUT) if span.isdigit() else 1)
            self._cell, self._at = True, len(self._open[-1][-1]) - (int(span) if span.isdigit() else 1)
        elif tag == "br" and self._cell:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take a cell's text."""
        if self._cell and self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][max(self._at, 0)] += data


def _html_rows(text: str, path: Path) -> list[list[str]]:
    parser = _Tables()
    parser.feed(text)
    parser.close()
    if not parser.is_whole:
        raise Refused(f"{path}: the file ends in the middle of a table: it is truncated.", "Download or save the export again.")
    rows = max(parser.tables, key=lambda table: sum(map(len, table)), default=[])
    return [[" ".join(line for line in map(str.strip, cell.splitlines()) if line) for cell in row] for row in rows]


def _xml_rows(data: bytes, path: Path) -> list[list[str]]:
    try:
        tree = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refused(f"{path}: the SpreadsheetML can't be read ({type(error).__name__}).", "Open it in a spreadsheet program and save it as XLSX.") from None
    tables = [list(table.iter(f"{SHEET}Row")) for table in tree.iter(f"{SHEET}Table")]
    rows: list[list[str]] = []
    for row in max(tables, key=len, default=[]):
        rows += [[]] * min(max(_index(row, len(rows)) - len(rows), 0), MAY_LEAVE_OUT)
        rows.append(_xml_cells(row))
    return rows


def _xml_cells(row: Element) -> list[str]:
    cells: list[str] = []
    for one in row.iter(f"{SHEET}Cell"):
        cells += [""] * min(max(_index(one, len(cells)) - len(cells), 0), MAY_LEAVE_OUT)
        cells.append("".join(text for part in one.iter(f"{SHEET}Data") for text in part.itertext()))
    return cells


def _index(element: Element, next_one: int) -> int:
    said = element.get(f"{SHEET}Index", "")
    return int(said) - 1 if said.isdigit() else next_one
