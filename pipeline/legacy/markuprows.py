"""The process that reads tables which are HTML or SpreadsheetML: markup comes in on stdin, a CSV goes out on stdout (see `markup.py`).

A few bytes of markup can mean a great many cells, or much time; so this is a process of its own, with little memory and time.
"""

import csv
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))  # this process is started alone, and looks nowhere else first

from pipeline.confined import end_of_writing, limit_resources

SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
MAY_LEAVE_OUT = 1_000  # columns that a cell may be moved to the right
NUMBER = re.compile("[0-9]{1,9}")
BREAK = "\ufdd0"  # stands for a break that the page shows, until cells are put together; no text has this character
PARAGRAPHS = ("p", "div", "li")  # what begins a line of its own where something stands before it
NO_TABLE, UNREADABLE, TOO_MANY_CELLS, BROKEN_OFF = 76, 77, 78, 79  # exit codes


class TooManyCells(Exception):
    """There are more cells than the limit."""


class BrokenOff(Exception):
    """A table begins and does not end, as where a download broke off."""


class _Room:
    """How many more cells, and rows, there may be."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, number: int) -> None:
        self._left -= number
        if self._left < 0:
            raise TooManyCells


class _Tables(HTMLParser):
    """Collects the rows of every table; a table in a cell is one of its own."""

    def __init__(self, room: "_Room") -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell = False
        self._pieces: list[str] = []
        self._room = room

    @property
    def is_whole(self) -> bool:
        """Tell whether every table that begins ends."""
        return not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell, or a line in a cell."""
        if tag in ("table", "tr", "td", "th"):
            self._put()
        if tag == "table":
            self.tables.append([])
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._room.take(1)
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            span = min(_number(next((value for name, value in attrs if name == "colspan"), None), 1), MAY_LEAVE_OUT)
            self._room.take(span)
            self._open[-1][-1] += [""] * span
            self._cell, self._at = True, len(self._open[-1][-1]) - span
        elif self._cell and (tag == "br" or (tag in PARAGRAPHS and self._pieces)):
            self._pieces.append(BREAK)

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in ("td", "th", "table"):
            self._put()
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take a part of a cell's text."""
        if self._cell:
            self._pieces.append(data)

    def _put(self) -> None:
        """Put the parts of a text together; one by one they would be copied over and over."""
        if self._pieces and self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][max(self._at, 0)] += "".join(self._pieces)
        self._pieces.clear()


def _html_rows(text: str, room: "_Room") -> list[list[str]]:
    parser = _Tables(room)
    parser.feed(text)
    parser.close()
    if not parser.is_whole:
        raise BrokenOff
    rows = max(parser.tables, key=lambda table: sum(map(len, table)), default=[])
    return [["\n".join(map(_in_one_line, cell.split(BREAK))).strip() for cell in row] for row in rows]


def _in_one_line(text: str) -> str:
    """Return a text without the breaks of the markup's own lines, which mean a blank."""
    return " ".join(line for line in map(str.strip, text.splitlines()) if line)


def _xml_rows(data: bytes, room: "_Room") -> list[list[str]]:
    tree = fromstring(data, forbid_dtd=True)
    tables = [list(table.iter(f"{SHEET}Row")) for table in tree.iter(f"{SHEET}Table")]
    rows: list[list[str]] = []
    for row in max(tables, key=len, default=[]):
        left_out = min(max(_index(row, len(rows)) - len(rows), 0), MAY_LEAVE_OUT)
        room.take(left_out + 1)
        rows += [[]] * left_out
        rows.append(_xml_cells(row, room))
    return rows


def _xml_cells(row: Element, room: "_Room") -> list[str]:
    cells: list[str] = []
    for one in row.iter(f"{SHEET}Cell"):
        left_out = min(max(_index(one, len(cells)) - len(cells), 0), MAY_LEAVE_OUT)
        room.take(left_out + 1)
        cells += [""] * left_out
        cells.append("".join(text for part in one.iter(f"{SHEET}Data") for text in part.itertext()))
    return cells


def _index(element: Element, next_one: int) -> int:
    return _number(element.get(f"{SHEET}Index"), next_one + 1) - 1


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and NUMBER.fullmatch(text) else otherwise


def main(words: list[str]) -> int:
    """Read what stdin holds; the one argument is JSON: the limits (of cells, too), and the encoding of a page, null for SpreadsheetML."""
    task = json.loads(words[0])
    data = sys.stdin.buffer.read()
    limit_resources(task["memory"] + 2 * len(data), task["seconds"], task["memory"])
    room = _Room(task["cells"])
    try:
        rows = _xml_rows(data, room) if task["encoding"] is None else _html_rows(data.decode(task["encoding"], errors="replace"), room)
    except TooManyCells:
        return TOO_MANY_CELLS
    except BrokenOff:
        return BROKEN_OFF
    except (ParseError, DefusedXmlException, ValueError):
        return UNREADABLE
    if not any(rows):
        return NO_TABLE
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # it is a file
    width = max(map(len, rows))  # cells that a row leaves out at its end are blank, and no sign that it was cut short
    return end_of_writing(lambda: csv.writer(sys.stdout, lineterminator="\n").writerows([*row, *[""] * (width - len(row))] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
