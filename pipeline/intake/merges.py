"""Merged cells: only the first cell of a merged area shows anything, so the others say nothing that can be trusted (rule 7.4)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.reach import AREA, MAX_ROWS, column_number
from pipeline.intake.sheets import CELL_ERROR
from pipeline.intake.zipparts import too_many_cells
from pipeline.settings import Files

MERGE = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref\s*=\s*["']\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\s*:\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\s*["']""")
MOST = 1_000_000
TAG = 1 << 10  # bytes that one such tag may be long
UNMERGE = "Unmerge the cells (in Excel: Home, Merge & Center, Unmerge Cells), save, then try again."
# First row and last row counted from 1, first and last column counted from 0.
Merge = tuple[int, int, int, int]


@dataclass
class Merges:
    """The merged areas of a sheet, noticed while its part is unpacked."""

    where: str
    limits: Files
    found: list[Merge] = field(default_factory=list)

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the same pieces, looking for areas in them; what two pieces cut apart is joined."""
        tail = b""
        for piece in pieces:
            window = tail + piece
            end = window.rfind(b">") + 1
            if b"mergeCell" in window:
                for match in MERGE.finditer(window, 0, end):
                    self.take(*_corners(match))
            tail = window[max(end, len(window) - TAG) :]
            yield piece

    def take(self, first_row: int, last_row: int, first: int, last: int) -> None:
        """Add an area; raise `Refused` beyond the limits."""
        if (last_row - first_row + 1) * (last - first + 1) > AREA * self.limits.max_cells:
            reason = f"merged cells reach from row {first_row:,} to row {last_row:,}: over more than {AREA * self.limits.max_cells:,} cells, which is the limit"
            raise Refused(f"{self.where}: {reason}.", UNMERGE)
        if len(self.found) >= MOST:
            raise Refused(f"{self.where}: the sheet has more than {MOST:,} merged areas, which is the limit.", UNMERGE)
        self.found.append((first_row, last_row, first, last))


def _corners(match: re.Match[bytes]) -> Merge:
    columns = [column_number(match[group].decode()) - 1 for group in (1, 3)]
    rows = [min(int(match[group]), MAX_ROWS) for group in (2, 4)]
    return min(rows), max(rows), min(columns), max(columns)


def covered_marks(merges: Sequence[Merge], rows: Sequence[int], width: int, said: tuple[str, Files]) -> pl.DataFrame:
    """Return marks (`cellmarks.MARKS`) for the cells under merged areas, save the first cell of each, in `rows`, ascending, and up to `width` columns.

    `said`: where that is, and the limits. Rows that are not among them stay blank, and so no rows at all.
    """
    where, limits = said
    found: list[tuple[int, int]] = []
    for first_row, last_row, first, last in merges:
        covered = range(max(first, 0), min(last + 1, width))
        low, high = bisect_left(rows, first_row), bisect_right(rows, last_row)
        if len(found) + len(covered) * (high - low) > limits.max_cells:
            raise too_many_cells(where, limits)
        found += [(row, place) for row in rows[low:high] for place in covered if (row, place) != (first_row, first)]
    marks = pl.DataFrame(found, schema={"source_row": pl.Int64, "position": pl.Int64}, orient="row").unique(maintain_order=True)
    return marks.select("source_row", "position", pl.lit(CELL_ERROR).alias("mark"), pl.lit(NO_VALUE).alias("text")).cast(MARKS)  # type: ignore[arg-type]
