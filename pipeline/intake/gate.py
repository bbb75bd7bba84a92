"""What is checked of a workbook's bytes before any parser sees them, and which cells can't be trusted.

Some parsers abort the whole process on a far cell, unpack bombs, and show neither error cells nor how numbers look; so for .xlsx
and .xlsm every part but pictures is unpacked and every sheet looked at here, and the content of an .ods likewise. Of .xls and .xlsb
only the container is checked; the process that parses them looks at the cells of an .xls.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.bookparts import LIST_BYTES, cell_styles, check_shared_texts, listed_parts, sheet_parts, workbook_part
from pipeline.intake.cellmarks import mark_cells
from pipeline.intake.cellscan import scan_cells
from pipeline.intake.merges import Merge
from pipeline.intake.opendocument import look_at_tables
from pipeline.intake.zipparts import SEND_AGAIN, Container, open_container, parts_with
from pipeline.settings import Files

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
# The beginning of a workbook stream, which says what it is, that it may be read only, and that it is encrypted.
OLD_LOCK = re.compile(rb"\x09\x08[\x08\x10]\0\0[\x05\x06]\x05\0.{4}(?:.{8})?(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
IMAGE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
NO_BOOK = "Send a workbook (.xlsx, .xlsm, .xls, .xlsb, .ods) or a CSV file."
MANIFEST = "meta-inf/manifest.xml"
ODS_PARTS = frozenset({"content.xml", "styles.xml", "meta.xml"})


class BookKind(StrEnum):
    """The kinds of workbook, told by their content."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    MARKUP = "markup"  # HTML or SpreadsheetML, which comes another way


@dataclass(frozen=True)
class Passed:
    """A workbook that may be parsed.

    `marks` has for each sheet of cells its cells that can't be trusted (`cellmarks.MARKS`: source_row, 0-based position from
    column A, mark, text), `hidden` the numbers of its hidden or filtered rows, `merges` its merged areas. A sheet whose cells were
    not looked at has none of them: all of an .xls or .xlsb.
    """

    kind: BookKind
    marks: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    hidden: Mapping[str, list[int]] = field(default_factory=dict)
    merges: Mapping[str, list[Merge]] = field(default_factory=dict)


def check_workbook(data: bytes, where: str, limits: Files = Files()) -> Passed:
    """Return what is known of a workbook before it is parsed.

    Raises `Refused`, its reason beginning with `where`, for what is no workbook, is encrypted or damaged, or reaches beyond the limits.
    """
    if data.startswith(OLE_MAGIC):
        _check_ole(data, where)
        return Passed(BookKind.XLS)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _check_zip(open_container(data, where, limits))
    if not data.strip(b"\0"):
        raise Refused(f"{where}: the file is empty.", SEND_AGAIN)
    what = "an image" if data.startswith(IMAGE_MAGIC) else "a PDF document" if data.startswith(b"%PDF") else "not a workbook"
    raise Refused(f"{where}: the file is {what}, whatever its name says.", NO_BOOK)


def _check_ole(data: bytes, where: str) -> None:
    # Streams of an OLE container are named in UTF-16; an encrypted .xlsx is such a container around the real file.
    if _utf16("EncryptedPackage") in data or _utf16("EncryptionInfo") in data or OLD_LOCK.search(data):
        raise _locked(where)
    if _utf16("Workbook") not in data and _utf16("Book") not in data:
        raise Refused(f"{where}: the file is an old Office document but holds no workbook.", NO_BOOK)


def _locked(where: str) -> Refused:
    return Refused(f"{where}: the workbook is password-protected.", "Save a copy without a password, then try again.")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _check_zip(container: Container) -> Passed:
    if "content.xml" in container.parts or "encrypted-package" in container.parts:
        return _check_open_document(container)
    if "xl/workbook.bin" in container.parts:
        parts_with(container, b"sheetData", frozenset(), listed_parts(container, "xl/workbook.bin"))
        return Passed(BookKind.XLSB)
    # Parts for other programs (customXml) may be in UTF-16; those that the parser reads may not.
    guarded = frozenset(name for name in container.parts if name.endswith((".xml", ".rels")) and not name.startswith("customxml/"))
    book = workbook_part(container)
    listed = frozenset[str]() if book is None else listed_parts(container, book)
    cell_parts = parts_with(container, b"sheetData", guarded, listed)
    if book is None or book.startswith("customxml/"):
        raise Refused(f"{container.where}: the file is a zip archive or another Office document and holds no workbook.", NO_BOOK)
    check_shared_texts(container)
    return _look_at_sheets(container, book, cell_parts)


def _check_open_document(container: Container) -> Passed:
    parts_with(container, b"table:table", ODS_PARTS)
    if MANIFEST in container.parts and b"encryption-data" in container.read(MANIFEST, LIST_BYTES):
        raise _locked(container.where)
    tables = look_at_tables(container)
    _check_names([name for name, _ in tables], container.where)
    marks, hidden = {name: table.marks() for name, table in tables}, {name: table.hidden_rows() for name, table in tables}
    return Passed(BookKind.ODS, marks, hidden, {name: table.merges.found for name, table in tables})


def _check_names(names: list[str], where: str) -> None:
    twice = next((name for name, number in Counter(names).items() if number > 1), None)
    if twice is not None:
        raise Refused(f"{where}: two sheets are named {twice!r}.", "Rename one of them, then try again.")


def _look_at_sheets(container: Container, book: str, cell_parts: frozenset[str]) -> Passed:
    """Look at every part with cells, listed or not: a parser must not find one that was passed over."""
    sheets = sheet_parts(container, book)
    _check_names([name for name, _ in sheets], container.where)
    styles = cell_styles(container, book)
    owners = {part: name for name, part in sheets}
    scans = {}
    for part in sorted(cell_parts):
        where = f"{container.where}, sheet {owners[part]}" if part in owners else container.where
        scans[part] = scan_cells(container, part, where)
    found = {name: scans[part] for name, part in sheets if part in scans}
    marks = {name: mark_cells(scan.cells, styles) for name, scan in found.items()}
    return Passed(BookKind.XLSX, marks, {name: scan.hidden for name, scan in found.items()}, {name: scan.merges for name, scan in found.items()})
