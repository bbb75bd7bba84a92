"""Which workbooks may come back as their own: what can be told without opening them in openpyxl, which would take long, and much memory."""

import re
from collections.abc import Sequence
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from pipeline.outputs.answers import Answered

MOST_IN_ALL, MOST_LINES = 256_000_000, 100_000
MOST_ROWS, MOST_BYTES, MOST_ELEMENTS, MOST_SPANNED = 20_000, 64_000_000, 2_000_000, 200_000
MAIN_PART = re.compile(rb"(?:spreadsheetml\.(?:sheet|template)|ms-excel\.(?:sheet|template)\.macroEnabled)\.main\+xml")
SPANS = re.compile(rb"""<(?:[\w.-]+:)?(?:mergeCell|comment)\s[^<]*?\bref\s*=\s*["']([^"']*)""")
TABLE = re.compile(rb"""<(?:[\w.-]+:)?table\s[^<]*?\bref\s*=\s*["']([^"']*)""")
RANGE = re.compile(rb"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


def why_not(data: bytes, sheets: Sequence[Answered]) -> str | None:
    """Return why a workbook that the intake's gate has passed can't come back as its own, to follow "because"; None where it can."""
    if (rows := sum(len(sheet.rows) for sheet in sheets)) > MOST_ROWS:
        return f"the upload has {rows:,} rows, more than {MOST_ROWS:,}"
    try:
        parts = ZipFile(BytesIO(data))
        if not MAIN_PART.search(parts.read("[Content_Types].xml")):
            return "the upload is not an XLSX workbook"
        listed = [part for part in parts.infolist() if part.filename.lower().endswith((".xml", ".rels"))]
        for held, most in ((listed, MOST_BYTES), (parts.infolist(), MOST_IN_ALL)):  # pictures, too, are read whole
            if sum(part.file_size for part in held) > most:
                return f"the workbook is larger than {most // 1_000_000} MB when unpacked"
        texts = [parts.read(part) for part in listed]
        # A table that does not name its columns makes openpyxl look for them in all of its cells.
        refs = [ref for xml in texts for ref in (*SPANS.findall(xml), *(TABLE.findall(xml) if b"tableColumn " not in xml else ()))]
        spanned = sum(map(_cells_in, refs))
    except (BadZipFile, KeyError, ValueError):  # the last: a range that can't be read
        return "the upload is not an XLSX workbook, or not a sound one"
    lines = sum(xml.count(b"<row ") + xml.count(b"<row>") for xml in texts)
    if (
        sum(xml.count(b"<") - xml.count(b"</") for xml in texts) > MOST_ELEMENTS
        or lines > MOST_LINES
        or any(re.search(rb"definedName\s[^<]{9000}", xml) for xml in texts)
    ):
        return "the workbook has too many cells or rows, filled or formatted, or a defined name that is too long"
    return f"its merged cells, tables and notes cover more than {MOST_SPANNED:,} cells" if spanned > MOST_SPANNED else None


def _cells_in(ref: bytes) -> int:
    """Return how many cells a range has; raise `ValueError` where it can't be read."""
    match = RANGE.fullmatch(ref)
    if not match:
        raise ValueError
    left, top, right, low = match[1], match[2], match[3] or match[1], match[4] or match[2]
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(low) - int(top)) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
