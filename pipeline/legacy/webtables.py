"""The tables of a page of HTML, cell by cell; this runs in the process that reads markup (see `markuprows.py`), so it imports no more than it needs."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

NUMBER = re.compile("[0-9]{1,9}")
MAY_SPAN = 1_000, 65_534  # columns and rows that a cell may span, as in browsers
BREAK = "\ufdd0"  # stands for a break that the page shows, until cells are put together; no text has this character
PARAGRAPHS = ("p", "div", "li")  # what begins a line of its own where something stands before it
CELLS, GROUPS = ("td", "th"), ("thead", "tbody", "tfoot")


class TooManyCells(Exception):
    """There are more cells than the limit."""


class BrokenOff(Exception):
    """A table begins and does not end, as where a download broke off."""


class Room:
    """How many more cells, and rows, there may be."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, number: int) -> None:
        """Take room for so many; raise `TooManyCells` where there is none."""
        self._left -= number
        if self._left < 0:
            raise TooManyCells


@dataclass
class _Cell:
    """The cell that is open: where it stands in its row, how many columns and rows it spans, the parts of its text."""

    at: int
    columns: int
    rows: int
    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the parts put together; one by one they would be copied over and over."""
        return "\n".join(map(_in_one_line, "".join(self.pieces).split(BREAK))).strip()


class _Table:
    """The rows of one table, each with the cells that span it from above in their places."""

    def __init__(self, room: Room) -> None:
        self.rows: list[list[str]] = []
        self.cell: _Cell | None = None
        self._room = room
        self._below: dict[int, tuple[int, str]] = {}  # column → in how many more rows a cell stands there, and what it says
        self._due: dict[int, str] = {}  # what stands so in the last row, as far as it is not in it yet

    def begin_row(self) -> None:
        """Begin a row, into which the cells go that span it."""
        self.end_row()
        self._room.take(1)
        self.rows.append([])
        self._due = {at: text for at, (_, text) in self._below.items()}
        self._below = {at: (left - 1, text) for at, (left, text) in self._below.items() if left > 1}

    def begin_cell(self, columns: int, rows: int) -> None:
        """Begin a cell at the first place of the row that is free."""
        self.end_cell()
        if not self.rows:
            self.begin_row()
        row = self.rows[-1]
        while len(row) in self._due:
            self._add([self._due.pop(len(row))])
        self.cell = _Cell(len(row), columns, rows)
        self._add([""] * columns)

    def end_cell(self) -> None:
        """End the cell that is open: of several columns, its text stands in the first."""
        if self.cell is None:
            return
        cell, text = self.cell, self.cell.text()
        self.rows[-1][cell.at] = text
        if cell.rows > 1:
            self._below |= {place: (cell.rows - 1, "" if place > cell.at else text) for place in range(cell.at, cell.at + cell.columns)}
        self.cell = None

    def end_row(self) -> None:
        """End the last row, with what spans it right of its own cells."""
        self.end_cell()
        for at in sorted(self._due):
            if at >= len(self.rows[-1]):  # else cells of the row's own overlap it
                self._add([""] * (at - len(self.rows[-1])) + [self._due[at]])
        self._due = {}

    def end_group(self) -> None:
        """End a group of rows, past which no cell spans."""
        self.end_row()
        self._below = {}

    def is_layout(self) -> bool:
        """Tell whether no more than one cell says anything: such a table only places other things on the page."""
        return sum(1 for row in self.rows for text in row if text) <= 1

    def _add(self, texts: list[str]) -> None:
        self._room.take(len(texts))
        self.rows[-1] += texts


class _Page(HTMLParser):
    """Collects the rows of every table; a table in a cell is one of its own."""

    def __init__(self, room: Room) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self._room = room

    @property
    def _cell(self) -> _Cell | None:
        return self.open[-1].cell if self.open else None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell, or a line in a cell."""
        if tag == "table":
            self.tables.append(_Table(self._room))
            self.open.append(self.tables[-1])
        elif self.open and tag == "tr":
            self.open[-1].begin_row()
        elif self.open and tag in GROUPS:
            self.open[-1].end_group()
        elif self.open and tag in CELLS:
            most_columns, most_rows = MAY_SPAN
            rows = _spans("rowspan", attrs, most_rows) or most_rows  # none means all that come
            self.open[-1].begin_cell(_spans("colspan", attrs, most_columns) or 1, rows)
        elif (cell := self._cell) and (tag == "br" or (tag in PARAGRAPHS and cell.pieces)):
            cell.pieces.append(BREAK)

    def handle_endtag(self, tag: str) -> None:
        """End a cell, a row or a table."""
        if not self.open:
            return
        if tag in CELLS or tag == "tr":
            self.open[-1].end_cell()
        elif tag == "table":
            self.open.pop().end_row()

    def handle_data(self, data: str) -> None:
        """Take a part of a cell's text."""
        if cell := self._cell:
            cell.pieces.append(data)


def read_page(text: str, room: Room) -> list[list[list[str]]]:
    """Return the tables of a page that say more than one thing, each with all its rows; raise `BrokenOff` where one does not end."""
    page = _Page(room)
    page.feed(text)
    page.close()
    if page.open:
        raise BrokenOff
    return [table.rows for table in page.tables if not table.is_layout()]


def number_of(text: str | None, otherwise: int) -> int:
    """Return the number that an attribute says, `otherwise` where it says none or one that no honest file has."""
    return int(text) if text and NUMBER.fullmatch(text) else otherwise


def _spans(name: str, attrs: list[tuple[str, str | None]], most: int) -> int:
    return min(number_of(next((value for key, value in attrs if key == name), None), 1), most)


def _in_one_line(text: str) -> str:
    """Return a text without the breaks of the markup's own lines, which mean a blank."""
    return " ".join(line for line in map(str.strip, text.splitlines()) if line)
