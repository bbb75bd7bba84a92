"""How far the cells of a sheet reach, how far they may, and whether two of them stand at one place."""

from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.zipparts import SAVE_ANEW, too_many_cells
from pipeline.settings import Files

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
COLUMNS = 2 * MAX_COLUMNS  # more than the number of any column
AREA = 5  # times the limit of cells is what the used area may have: blank cells of it take room too
CLEAN_UP = "Delete the stray cells below and right of the table (or copy the table to a new workbook), save, then try again."


@dataclass
class Reach:
    """How far the cells of a sheet reach, counted from 1: of all cells, and of those that hold something; and which rows are hidden."""

    where: str
    limits: Files
    rows: int = 0
    columns: int = 0
    cells: int = 0
    hidden: list[int] = field(default_factory=list)

    def add(self, other: "Reach") -> None:
        """Widen to all cells of another part of the sheet."""
        self.cells += other.cells
        self.hidden += other.hidden
        if self.cells > self.limits.max_cells:
            raise too_many_cells(self.where, self.limits)
        if other.rows:
            self.take(other.rows, other.columns, filled=True)

    def take(self, row: int, column: int, *, filled: bool) -> None:
        """Widen to a cell; raise `Refused` beyond the limits of a worksheet or of the used area."""
        if row > MAX_ROWS or column > MAX_COLUMNS or row < 1:
            raise Refused(f"{self.where}: a cell lies beyond row {MAX_ROWS:,} or column XFD, the last of a worksheet.", SAVE_ANEW)
        if filled:
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > self.limits.max_columns:
            reason = f"the sheet reaches to column {column_letters(self.columns)}: more than {self.limits.max_columns:,} columns, which is the limit"
            raise Refused(f"{self.where}: {reason}.", f"{CLEAN_UP} Or raise files.max_columns in the settings.")
        if self.rows * self.columns > AREA * self.limits.max_cells:
            reaches = f"reaches to row {self.rows:,} and column {column_letters(self.columns)}"
            limit = f"more than {AREA * self.limits.max_cells:,} cells, which is the limit"
            raise Refused(f"{self.where}: the used area of the sheet {reaches}: {limit}.", f"{CLEAN_UP} Or raise files.max_cells in the settings.")


@dataclass
class Order:
    """Looks for two cells at one place, of which parsers keep the one or the other: a place is row * `COLUMNS` + column.

    Cells mostly stand in order, and then none can stand twice; only otherwise are all places compared.
    """

    where: str
    places: list[pl.Series] = field(default_factory=list)
    last: int = 0
    ascending: bool = True

    def add(self, places: pl.Series) -> None:
        """Take the places of the next cells that hold something."""
        if len(places):
            self.ascending = self.ascending and places[0] > self.last and bool((places.diff().drop_nulls() > 0).all())
            self.last = places[-1]
            self.places.append(places)

    def check(self) -> None:
        """Raise `Refused` where a place stands twice."""
        if self.ascending:
            return
        every = pl.concat(self.places)
        twice = every.filter(every.is_duplicated())
        if len(twice):
            row, column = divmod(int(twice[0]), COLUMNS)
            raise Refused(f"{self.where}: the cell {column_letters(column)}{row} stands in the file twice, and nothing tells which one counts.", SAVE_ANEW)


def column_number(letters: str) -> int:
    """Return the number of a column, 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, A for 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
