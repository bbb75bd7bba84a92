"""How far the cells of a sheet reach, and how far they may."""

from dataclasses import dataclass, field

from pipeline.errors import Refused
from pipeline.intake.zipparts import SAVE_ANEW, SPLIT_UP

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELLS = 10_000_000
MAX_AREA = 50_000_000
CLEAN_UP = "Delete the stray cells below and right of the table (or copy the table to a new workbook), save, then try again."


@dataclass
class Reach:
    """How far the cells of a sheet reach, counted from 1: of all cells, and of those that hold something; and which rows are hidden."""

    where: str
    rows: int = 0
    columns: int = 0
    cells: int = 0
    hidden: list[int] = field(default_factory=list)

    def add(self, other: "Reach") -> None:
        """Widen to all cells of another part of the sheet."""
        self.cells += other.cells
        self.hidden += other.hidden
        if self.cells > MAX_CELLS:
            raise Refused(f"{self.where}: the sheet has more than {MAX_CELLS:,} cells, which is the limit.", SPLIT_UP)
        if other.rows:
            self.take(other.rows, other.columns, filled=True)

    def take(self, row: int, column: int, *, filled: bool) -> None:
        """Widen to a cell; raise `Refused` beyond the limits of a worksheet or of the used area."""
        if row > MAX_ROWS or column > MAX_COLUMNS or row < 1:
            raise Refused(f"{self.where}: a cell lies beyond row {MAX_ROWS:,} or column XFD, the last of a worksheet.", SAVE_ANEW)
        if filled:
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows * self.columns > MAX_AREA:
            reaches = f"reaches to row {self.rows:,} and column {column_letters(self.columns)}"
            raise Refused(f"{self.where}: the used area of the sheet {reaches}: more than {MAX_AREA:,} cells, which is the limit.", CLEAN_UP)


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
