"""The result files of an upload: its own sheets, columns and rows in their order, with what became of each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.outputs.staging import Staged
from pipeline.outputs.tables import BOM, Table, write_csv, write_xlsx
from pipeline.report import ResultFile
from schemas.columns import RESULT_COLUMNS


@dataclass(frozen=True)
class Sheet:
    """One sheet as it came: `rows` has source_row and as many text columns as the header; result columns of an earlier run are left out."""

    name: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    separator: str


@dataclass(frozen=True)
class Uploaded:
    """One file of an upload, as far as its results need it. `begins` is its first bytes."""

    file_no: int
    path: Path
    is_text: bool
    begins: bytes
    sheets: tuple[Sheet, ...]


def write_results(files: Staged, uploaded: Sequence[Uploaded], rows: pl.DataFrame, summary: Table, out: Path | None, *, status: str) -> list[ResultFile]:
    """Stage the results (or the preview, where `status` is dry-run) and rejected rows of every file.

    `rows`: file_no, sheet, source_row, outcome, code, message, customer_id, told, one for every row of the upload.
    """
    return [_write_file(files, one, rows.filter(pl.col("file_no") == one.file_no), summary, out, status=status) for one in uploaded]


def _write_file(files: Staged, one: Uploaded, rows: pl.DataFrame, summary: Table, out: Path | None, *, status: str) -> ResultFile:
    folder = one.path.parent if out is None else out
    ending = ".csv" if one.is_text else ".xlsx"
    results = folder / f"{_stem(one.path)}.{'preview' if status == 'dry-run' else 'results'}{ending}"
    tables = [_results(sheet, rows) for sheet in one.sheets]
    _stage(files, results, one, [summary, *tables])
    rejected = folder / f"{_stem(one.path)}.rejected{ending}"
    came_back = [table for table in (_rejected(sheet, rows) for sheet in one.sheets) if len(table.frame)]
    if status == "dry-run":
        return ResultFile(one.path.name, str(results), None)
    if not came_back:
        return ResultFile(one.path.name, str(results), None, _left_over(rejected))
    if not (status == "already-applied" and rejected.exists()):  # it may hold corrections by now
        _stage(files, rejected, one, [None, *came_back])
    return ResultFile(one.path.name, str(results), str(rejected))


def _stage(files: Staged, target: Path, one: Uploaded, tables: Sequence[Table | None]) -> None:
    first, *own = tables
    sheets = [table for table in own if table is not None]
    if one.is_text:
        marked = one.begins.startswith((BOM, b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
        files.write(target, lambda path: write_csv(path, sheets[0], one.sheets[0].separator, marked=marked))
        return
    summary = [] if first is None else [Table(_free_name(first.name, sheets), first.header, first.frame)]
    files.write(target, lambda path: write_xlsx(path, [*summary, *sheets]))


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


def _stem(path: Path) -> str:
    """Return a file's name without its ending, nor that of a compressed one: upload for upload.csv.gz."""
    name = path.name
    if name.lower().endswith((".gz", ".zst")):
        name = name.rpartition(".")[0]
    return Path(name).stem


def write_rejected(files: Staged, one: Uploaded, came_back: pl.DataFrame, out: Path | None) -> ResultFile:
    """Stage the rejected rows of an export (all rows of its one sheet), with message; `came_back` has source_row and message."""
    target = (one.path.parent if out is None else out) / f"{_stem(one.path)}.rejected{'.csv' if one.is_text else '.xlsx'}"
    if not one.sheets:
        return ResultFile(one.path.name, None, None, _left_over(target))
    sheet = one.sheets[0]
    own = sheet.rows.columns[1:]
    joined = sheet.rows.join(came_back, on="source_row", how="left", validate="1:1", maintain_order="left")
    _stage(files, target, one, [None, Table(sheet.name, [*sheet.header, "message"], joined.select(*own, "message"))])
    return ResultFile(one.path.name, None, str(target))
