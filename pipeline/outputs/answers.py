"""What results tell a workbook: where each table stands, what became of its rows, and the summary in front."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Answered:
    """A sheet that was read, and what became of its rows.

    `header_row` counts from 1, `first_column` (of the first header cell) from 0. Of the `width` header cells `own_width` are the admin's; result
    columns of an earlier run stand beyond them and are replaced. `rows` has source_row (counted from 1) and `RESULT_COLUMNS`, null for blank.
    """

    name: str
    header_row: int
    first_column: int
    own_width: int
    width: int
    rows: pl.DataFrame


@dataclass(frozen=True)
class Summary:
    """What the first sheet says: `sections` are titles with their lines (what, value); the one titled Outcomes is charted."""

    headline: str
    sections: Sequence[tuple[str, Sequence[tuple[str, str | int]]]]
