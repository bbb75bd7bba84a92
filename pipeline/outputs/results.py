"""The result files of an upload: its own sheets, columns and rows in their order, with what became of each row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.outputs.answers import Answered, Summary
from pipeline.outputs.ownapart import write_own_workbook_apart
from pipeline.outputs.ownlimits import why_not
from pipeline.outputs.staging import Staged, stem_of
from pipeline.outputs.tables import Table, write_csv, write_csv_pieces, write_xlsx
from pipeline.report import ResultFile
from schemas.columns import REJECTED_COLUMNS, RESULT_COLUMNS


@dataclass(frozen=True)
class Sheet:
    """One sheet as it came: `rows` has source_row and as many text columns as the header; result columns of an earlier run are left out."""

    name: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    separator: str


@dataclass(frozen=True)
class Uploaded:
    """One file of an upload, as far as its results need it. `data` is all of it where it is an XLSX workbook.

    `is_marked`: a text of its results has a byte order mark, without which spreadsheets take UTF-8 for the encoding that the upload came in.
    `places` say where each sheet's table stands in that workbook: header_row, first_column, own_width and width (see `Answered`).
    """

    file_no: int
    path: Path
    is_text: bool
    is_marked: bool
    sheets: tuple[Sheet, ...]
    data: bytes = b""
    places: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True)
class Told:
    """What result files say besides the rows: the summary, the status of the run, for a preview what would change.

    `began` is when the batch did (seconds since 1970): a rejected file that is older is not of this upload.
    """

    summary: Summary
    status: str
    changes: Table | None = None
    began: float = 0.0

    def plain_summary(self) -> Table:
        """Return the summary as a table of counts."""
        lines = [(what, value) for _, section in self.summary.sections for what, value in section if isinstance(value, int)]
        return Table(SUMMARY, ("what", "count"), pl.DataFrame(lines, schema={"what": pl.String, "count": pl.Int64}, orient="row"))

    def more(self) -> list[Table]:
        """Return the sheets that come after the summary."""
        return [] if self.changes is None else [self.changes]


SUMMARY = "Summary"


def write_results(files: Staged, uploaded: Sequence[Uploaded], rows: pl.DataFrame, told: Told, out: Path | None) -> tuple[list[ResultFile], list[str]]:
    """Stage the results (or the preview, of a dry run) and rejected rows of every file; return the files, and remarks about them.

    `rows`: file_no, sheet, source_row, outcome, code, message, customer_id, told, one for every row of the upload.
    """
    remarks: list[str] = []
    written = [_write_file(files, one, rows.filter(pl.col("file_no") == one.file_no), (told, remarks), out) for one in uploaded]
    return written, remarks


def _write_file(files: Staged, one: Uploaded, rows: pl.DataFrame, said: tuple[Told, list[str]], out: Path | None) -> ResultFile:
    told, remarks = said
    folder = one.path.parent if out is None else out
    ending = ".csv" if one.is_text else ".xlsx"
    results = folder / f"{stem_of(one.path.name)}.{'preview' if told.status == 'dry-run' else 'results'}{ending}"
    tables = [_results(sheet, rows) for sheet in one.sheets]
    if one.is_text:
        _stage(files.write, results, one, tables)
    else:
        files.write(results, lambda path: _write_book(path, one, tables, rows, (told, remarks)))
    rejected = folder / f"{stem_of(one.path.name)}.rejected{ending}"
    came_back = [table for table in (_rejected(sheet, rows) for sheet in one.sheets) if len(table.frame)]
    if told.status == "dry-run":
        return ResultFile(one.path.name, str(results), None)
    if not came_back:
        return ResultFile(one.path.name, str(results), None, _left_over(rejected))
    if not (told.status == "already-applied" and rejected.exists() and rejected.stat().st_mtime >= told.began):  # it may hold corrections by now
        _stage(files.write_beside, rejected, one, came_back)
    return ResultFile(one.path.name, str(results), str(rejected))


def _write_book(path: Path, one: Uploaded, tables: Sequence[Table], rows: pl.DataFrame, said: tuple[Told, list[str]]) -> None:
    """Write results into the admin's own workbook, or into a plain one where that can't be."""
    told, remarks = said
    answered = [_answered(sheet, place, rows) for sheet, place in zip(one.sheets, one.places, strict=True)] if one.data else []
    reason = why_not(one.data, answered) if one.data else None
    if answered and reason is None:
        reason = write_own_workbook_apart(path, one.data, answered, told.summary, told.more())
        if reason is None:
            return
    if reason is not None:
        remarks.append(f"{one.path.name}: the results are a plain workbook without its formatting, because {reason}")
    front: list[Table] = []
    for table in (told.plain_summary(), *told.more()):
        front.append(Table(_free_name(table.name, [*tables, *front]), table.header, table.frame))
    write_xlsx(path, [*front, *tables])


def _answered(sheet: Sheet, place: tuple[int, int, int, int], rows: pl.DataFrame) -> Answered:
    mine = rows.filter(pl.col("sheet") == sheet.name)
    results = mine.select("source_row", "outcome", "code", "message", matched_customer_id="customer_id", bookings_updated="told")
    return Answered(sheet.name, *place, results)


def _stage(write: Callable[[Path, Callable[[Path], object]], None], target: Path, one: Uploaded, tables: Sequence[Table]) -> None:
    if one.is_text:
        write(target, lambda path: write_csv(path, tables[0], one.sheets[0].separator, marked=one.is_marked))
    else:
        write(target, lambda path: write_xlsx(path, tables))


def _free_name(name: str, sheets: Sequence[Table]) -> str:
    taken = {sheet.name.casefold() for sheet in sheets}
    names = (name, *(f"{name} {number}" for number in range(2, 1000)))
    return next(free for free in names if free.casefold() not in taken)


def _joined(sheet: Sheet, rows: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    mine = rows.filter(pl.col("sheet") == sheet.name).drop("file_no", "sheet")
    joined = sheet.rows.join(mine, on="source_row", how="left", validate="1:1", maintain_order="left")
    if joined["outcome"].is_null().any():
        raise AssertionError("every row of the upload must have an outcome")
    return list(sheet.header), joined


def _results(sheet: Sheet, rows: pl.DataFrame) -> Table:
    header, joined = _joined(sheet, rows)
    added = joined.select(*sheet.rows.columns[1:], "outcome", "code", "message", matched_customer_id="customer_id", bookings_updated="told")
    return Table(sheet.name, [*header, *RESULT_COLUMNS], added)


def _rejected(sheet: Sheet, rows: pl.DataFrame) -> Table:
    header, joined = _joined(sheet, rows)
    return Table(sheet.name, [*header, "message"], joined.filter(pl.col("outcome") == "rejected").select(*sheet.rows.columns[1:], "message"))


def _left_over(rejected: Path) -> str | None:
    """Return a rejected file that is of an earlier run, since this one has none; it may hold somebody's corrections, and stays."""
    return str(rejected) if rejected.exists() else None


@dataclass(frozen=True)
class SheetBack:
    """The rejected rows of one sheet: the header of its own columns, and its rows in order, piece by piece: those columns, row number, message."""

    name: str
    header: tuple[str, ...]
    separator: str
    pieces: Iterable[pl.DataFrame]


@dataclass(frozen=True)
class CameBack:
    """The rejected rows of a file of exports, sheet by sheet; none where no row came back. A text has one sheet, and a mark as one of `Uploaded` has."""

    path: Path
    is_text: bool
    sheets: Sequence[SheetBack]
    is_marked: bool = False


def write_rejected(files: Staged, one: CameBack, out: Path | None) -> ResultFile:
    """Stage the rejected rows of a file of exports, with the number that each had in it, and why it came back."""
    target = (one.path.parent if out is None else out) / f"{stem_of(one.path.name)}.rejected{'.csv' if one.is_text else '.xlsx'}"
    if not one.sheets:
        return ResultFile(one.path.name, None, None, _left_over(target))
    headers = [[*sheet.header, *REJECTED_COLUMNS] for sheet in one.sheets]
    if one.is_text:
        (sheet,) = one.sheets
        files.write_beside(target, lambda beside: write_csv_pieces(beside, headers[0], sheet.pieces, sheet.separator, marked=one.is_marked))
    else:
        tables = [Table(sheet.name, header, pl.concat(sheet.pieces)) for sheet, header in zip(one.sheets, headers, strict=True)]
        files.write_beside(target, lambda beside: write_xlsx(beside, tables))
    return ResultFile(one.path.name, None, str(target))
