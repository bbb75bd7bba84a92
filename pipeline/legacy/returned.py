"""Files of rows that came back, named in one call with the file that they are of, as a pattern of the shell names them night after night."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import polars as pl

from pipeline.intake.exports import is_mended
from pipeline.intake.sheets import RawSheet, cell
from pipeline.outputs.staging import stem_of
from schemas.columns import REJECTED_COLUMNS

LEFT_OUT = "{} holds rows of {} that came back, and nobody has changed them: it is left out"


class Rows(Protocol):
    """A file, or a sheet of one, as it was opened."""

    @property
    def header(self) -> tuple[str, ...]:
        """Return the titles of its columns."""
        ...

    @property
    def sheets(self) -> Callable[[], Iterator[RawSheet]]:
        """Return what yields its rows, as often as asked."""
        ...


def find_unmended(files: Sequence[tuple[Path, Rows]]) -> dict[int, str]:
    """Return which of some opened files (by place) are to be left out, with a remark: those whose rows are as they came back from another of them.

    One that somebody has mended is a file like any other. Workbooks with several sheets are not looked at.
    """
    paths = [path for path, _ in files]
    single = [place for place, path in enumerate(paths) if paths.count(path) == 1]
    found = {}
    for place in single:
        path, back = files[place]
        if not is_mended(back.header):
            continue
        for other in single:
            of, original = files[other]
            is_of = path.parent == of.parent and stem_of(path.name) == f"{stem_of(of.name)}.rejected"
            if is_of and place != other and _is_unmended(back, original):
                found[place] = LEFT_OUT.format(path.name, of.name)
    return found


def _is_unmended(back: Rows, original: Rows) -> bool:
    """Tell whether each row is as the original has it at the number that it names."""
    own = back.header[: -len(REJECTED_COLUMNS)]
    if own != original.header[: len(own)]:
        return False
    columns = [cell(place) for place in range(len(own))]
    rows = pl.concat([sheet.rows for sheet in back.sheets()]).with_columns(pl.col(cell(len(own))).cast(pl.Int64, strict=False).alias("source_row"))
    rows = rows.select("source_row", *columns)
    there = [sheet.rows.select("source_row", *columns).join(rows, on="source_row", how="semi", maintain_order="left") for sheet in original.sheets()]
    return rows.sort("source_row").equals(pl.concat(there).sort("source_row"))
