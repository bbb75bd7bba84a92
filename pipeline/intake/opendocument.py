"""What an .ods shows of its cells that the parser does not: errors, formulas without a value, numbers that look different; hidden rows.

Repeated rows and cells stay runs while the part is read; they are counted, and refused beyond the limits, before they become marks.
"""

import re
from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.bookparts import parse, whole_number
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.merges import Merges
from pipeline.intake.numberformats import MOST_DIGITS, text_shows
from pipeline.intake.reach import MAX_COLUMNS, MAX_ROWS, Reach
from pipeline.intake.sheets import CELL_ERROR, ERROR_TEXTS, NOT_EXACT
from pipeline.intake.zipparts import SPLIT_UP, Container, too_many_cells
from pipeline.settings import Files

CONTENT = "content.xml"
MAX_ELEMENTS = 6_000_000  # each takes about a microsecond and a half
MAX_TABLES = 10_000
MOST_SHOWN = 100  # characters of a displayed text; no number and no error shows more
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
TABLE, OFFICE, TEXT = (f"{{{OASIS}:{name}:1.0}}" for name in ("table", "office", "text"))
CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
TABLE_TAG, ROW_TAG, PARAGRAPH, BLANKS = f"{TABLE}table", f"{TABLE}table-row", f"{TEXT}p", f"{TEXT}s"
CELL_TAGS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
NAME, VISIBILITY, FORMULA = f"{TABLE}name", f"{TABLE}visibility", f"{TABLE}formula"
VALUE_TYPE, VALUE, CALCEXT_TYPE = f"{OFFICE}value-type", f"{OFFICE}value", f"{CALCEXT}value-type"
COLUMNS_SPANNED, ROWS_SPANNED = f"{TABLE}number-columns-spanned", f"{TABLE}number-rows-spanned"
COLUMNS_REPEATED, ROWS_REPEATED = f"{TABLE}number-columns-repeated", f"{TABLE}number-rows-repeated"
NUMBERS = ("float", "percentage", "currency")
HIDDEN = ("collapse", "filter")
RUNS = {"first_row": pl.Int64, "rows": pl.Int64, "first_position": pl.Int64, "positions": pl.Int64, "mark": pl.String, "text": pl.String}
Run = tuple[int, int, int, int, str, str | None]
OTHER_ERROR = re.compile("Err:[0-9]{3}")


@dataclass
class Table:
    """What was seen of one sheet, in runs: cells to mark, and (first, number) of hidden rows that hold something."""

    reach: Reach
    merges: Merges
    runs: list[Run] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)

    def marks(self) -> pl.DataFrame:
        """Return the runs as `cellmarks.MARKS`, by row and column."""
        runs = pl.DataFrame(self.runs, schema=RUNS, orient="row")
        rows = runs.with_columns(source_row=pl.int_ranges("first_row", pl.col("first_row") + pl.col("rows"))).explode("source_row")
        cells = rows.with_columns(position=pl.int_ranges("first_position", pl.col("first_position") + pl.col("positions"))).explode("position")
        return cells.select(*MARKS).sort("source_row", "position")

    def hidden_rows(self) -> list[int]:
        """Return the numbers of the hidden rows that hold something."""
        return [row for first, number in self.hidden for row in range(first, first + number)]


def look_at_tables(container: Container) -> list[tuple[str, Table]]:
    """Return (name, what was seen) of each sheet, in the order of the file.

    Raises `Refused` beyond the limits, and where the part is not well-formed or ends too early.
    """
    if container.elements(CONTENT) > MAX_ELEMENTS:
        raise Refused(f"{container.where}: the workbook has more than {MAX_ELEMENTS:,} elements, which is the limit.", SPLIT_UP)
    content = _Content(container.where, container.limits)
    parse(container, container.stream(CONTENT), content)
    if content.depth:
        raise container.damaged("a part ends too early")
    return content.tables


class _Content:
    """The walk over `content.xml`; only elements of a sheet itself count, not those of a table inside one."""

    def __init__(self, where: str, limits: Files) -> None:
        self.tables: list[tuple[str, Table]] = []
        self.depth = 0
        self._where, self._limits = where, limits
        self._cells = self._nesting = 0
        self._table = self._new_table(where)
        self._row, self._rows, self._column, self._hidden, self._filled = 1, 1, 1, False, False
        self._cell: dict[str, str] | None = None
        self._repeated = 1
        self._cell_depth = 0
        self._shown: str | None = None
        self._shows = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if tag == TABLE_TAG:
            self._open_table(attributes)
        elif tag in CELL_TAGS:
            if self._nesting == 1:
                self._open_cell(attributes)
        elif self._cell is not None:
            # Notes and drawings in a cell have paragraphs too, which are not what the cell shows.
            if tag == PARAGRAPH and self.depth == self._cell_depth + 1:
                self._shown, self._shows = "" if self._shown is None else f"{self._shown}\n", True
            elif tag == BLANKS:
                self.data(" ")
        elif tag == ROW_TAG and self._nesting == 1:
            self._open_row(attributes)

    def data(self, text: str) -> None:
        if self._shows and self._shown is not None and len(self._shown) <= MOST_SHOWN:
            self._shown += text

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == TABLE_TAG:
            self._nesting -= 1
        elif self._cell is not None:
            if self.depth == self._cell_depth - 1:
                self._close_cell(self._cell)
            elif tag == PARAGRAPH and self.depth == self._cell_depth:
                self._shows = False
        elif tag == ROW_TAG and self._nesting == 1:
            if self._hidden and self._filled:
                self._table.hidden.append((self._row, self._rows))
            self._row += self._rows

    def _open_table(self, attributes: dict[str, str]) -> None:
        self._nesting += 1
        if self._nesting == 1:
            name = attributes.get(NAME)
            self._table, self._row = self._new_table(self._where if name is None else f"{self._where}, sheet {name}"), 1
            if name is not None:
                self.tables.append((name, self._table))
            if len(self.tables) > MAX_TABLES:
                raise Refused(f"{self._where}: the workbook has more than {MAX_TABLES:,} sheets, which is the limit.", SPLIT_UP)

    def _new_table(self, where: str) -> Table:
        return Table(Reach(where, self._limits), Merges(where, self._limits))

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._rows, self._column, self._filled = _repeats(attributes.get(ROWS_REPEATED), MAX_ROWS), 1, False
        self._hidden = attributes.get(VISIBILITY) in HIDDEN

    def _open_cell(self, attributes: dict[str, str]) -> None:
        repeated = _repeats(attributes.get(COLUMNS_REPEATED), MAX_COLUMNS)
        first, self._column = self._column, self._column + repeated
        if VALUE_TYPE not in attributes and VALUE not in attributes and FORMULA not in attributes:
            return
        self._table.reach.take(self._row + self._rows - 1, first + repeated - 1, filled=True)
        self._cells += repeated * self._rows
        if self._cells > self._limits.max_cells:
            raise too_many_cells(self._where, self._limits)
        self._filled = True
        if ROWS_SPANNED in attributes or COLUMNS_SPANNED in attributes:
            self._merge(first, attributes)
        # A text that is neither a formula nor an error needs no look, and most cells are such.
        if attributes.get(VALUE_TYPE) != "string" or FORMULA in attributes or VALUE in attributes or attributes.get(CALCEXT_TYPE) == "error":
            self._cell, self._cell_depth, self._shown, self._shows, self._repeated = attributes, self.depth, None, False, repeated

    def _merge(self, first: int, attributes: dict[str, str]) -> None:
        """Note a merged area; where its cell is repeated, which nobody writes, the first counts."""
        last_row = self._row + _repeats(attributes.get(ROWS_SPANNED), MAX_ROWS) - 1
        last = first + _repeats(attributes.get(COLUMNS_SPANNED), MAX_COLUMNS) - 1
        if (last_row, last) > (self._row, first):
            self._table.merges.take(self._row, last_row, first - 1, last - 1)

    def _close_cell(self, cell: dict[str, str]) -> None:
        self._cell, self._shows = None, False
        mark = judge(cell, self._shown)
        if mark:
            text = (self._shown or "").strip()
            error = None if mark == NOT_EXACT else text if _is_error_text(text) else NO_VALUE
            self._table.runs.append((self._row, self._rows, self._column - self._repeated - 1, self._repeated, mark, error))


def judge(cell: dict[str, str], shown: str | None) -> str | None:
    """Return the mark of a cell, None for one that can be trusted; `shown` is the text that it displays, None where none is stored."""
    kind, formula, value = cell.get(VALUE_TYPE), FORMULA in cell, cell.get(VALUE)
    typed = cell.get(CALCEXT_TYPE)
    # Where no `calcext` type tells, as in what other programs write, an error is a formula that shows one.
    if typed == "error" or (typed is None and formula and _is_error_text((shown or "").strip())):
        return CELL_ERROR
    if value is not None:
        return None if _shows_value(kind, value, shown) else NOT_EXACT
    if kind in NUMBERS:
        return CELL_ERROR
    # NOTE: for a formula whose result is the empty text LibreOffice writes no type and an empty paragraph.
    return CELL_ERROR if formula and kind is None and shown != "" else None


def _shows_value(kind: str | None, value: str, shown: str | None) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    if kind in ("percentage", "currency"):
        return False
    return text_shows(shown, number) if shown is not None else number.is_integer() and abs(number) < 10**MOST_DIGITS


def _is_error_text(text: str) -> bool:
    return text in ERROR_TEXTS or bool(OTHER_ERROR.fullmatch(text))


def _repeats(text: str | None, most: int) -> int:
    return 1 if text is None else whole_number(text, most + 1)
