"""One file to its sheets of text, whatever its kind, and a sheet's recognised columns to a frame of text."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.decode import decode
from pipeline.intake.delimited import read_delimited
from pipeline.intake.files import FileKind, Source
from pipeline.intake.sheets import CELL_ERROR, ERROR_TEXTS, NOT_EXACT, SHORT_ROW, RawSheet, Sought, cell, is_ours, map_columns
from pipeline.settings import Files

PIECE = 100_000  # rows


@dataclass(frozen=True)
class Tables:
    """The sheets read from one file, and remarks for the report (an encoding that was a fallback, sheets left out)."""

    sheets: tuple[RawSheet, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What the user said about how to read: the kinds of sheet, an encoding for text, the sheets of a workbook, the limits."""

    sought: Sought
    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    limits: Files = Files()


def read_tables(source: Source, reading: Reading) -> Tables:
    """Return every sheet of a file that has the wanted columns; raise `Refused` where there is none."""
    tables = READERS[source.kind](source, reading)
    return replace(tables, remarks=(*source.remarks, *tables.remarks))


def _read_text(source: Source, reading: Reading) -> Tables:
    where = str(source.path)
    if reading.sheets:
        raise Refused(f"{where}: --sheet names a sheet, and this file is not a workbook.", "Leave --sheet out.")
    text, remark = decode(source.data, where, reading.encoding)
    return Tables((read_delimited(text, reading.sought, where),), (remark,) if remark else ())


def _read_workbook(source: Source, reading: Reading) -> Tables:
    from pipeline.intake.workbook import read_workbook  # noqa: PLC0415  # spares a CSV the readers of workbooks

    book = read_workbook(source.data, reading.sought, str(source.path), reading.sheets, reading.limits)
    remarks = [f"{source.name}: sheet left out: {sheet}" for sheet in book.skipped]
    remarks += [f"{source.name}: {remark}" for remark in book.remarks]
    return Tables(tuple(replace(sheet, ours=is_ours(sheet.header, sheet.rows)) for sheet in book.sheets), tuple(remarks))


def _read_parquet(source: Source, reading: Reading) -> Tables:
    from pipeline.intake.parquet import open_parquet  # noqa: PLC0415  # spares a CSV the reader of Parquet files

    if reading.sheets:
        raise Refused(f"{source.path}: --sheet names a sheet, and this file is not a workbook.", "Leave --sheet out.")
    parquet = open_parquet(source.path, source.data, reading.limits)
    pieces, most = list[tuple[pl.DataFrame, pl.DataFrame]](), reading.limits.max_rows
    for piece in parquet.pieces(PIECE):
        pieces.append(piece)
        if sum(len(rows) for rows, _ in pieces) > most:
            raise Refused(f"{source.path}: the file has more than {most:,} rows, which is the limit.", "Split it, or raise files.max_rows in the settings.")
    rows, marks = pl.concat([piece for piece, _ in pieces]), pl.concat([marked for _, marked in pieces])
    wanted = reading.sought.choose([[list(parquet.header)]], "")
    map_columns(parquet.header, wanted, str(source.path))
    parquet.require_plain(wanted.recognised(parquet.header))
    blank = pl.when(pl.selectors.string().str.strip_chars() != "").then(pl.selectors.string())
    filled = rows.with_columns(blank).filter(pl.any_horizontal(pl.selectors.string().is_not_null()))
    return Tables((RawSheet("", parquet.header, 0, filled, marks, wanted, ours=is_ours(parquet.header, filled)),), ())


READERS: dict[FileKind, Callable[[Source, Reading], Tables]] = {
    FileKind.TEXT: _read_text,
    FileKind.XLSX: _read_workbook,
    FileKind.XLSB: _read_workbook,
    FileKind.XLS: _read_workbook,
    FileKind.ODS: _read_workbook,
    FileKind.PARQUET: _read_parquet,
}


def unread(name: str) -> str:
    """Return the name of the Boolean column that tells where a cell of column `name` could not be read."""
    return f"{name}__unread"


def inexact(name: str) -> str:
    """Return the name of the Boolean column that tells where a number cell of column `name` shows other digits than it holds."""
    return f"{name}__inexact"


def text_columns(sheet: RawSheet, where: str) -> pl.DataFrame:
    """Return source_row and, for every column of the layout, its text (null where blank or absent), `unread` and `inexact`; and short_row (Boolean).

    The text of a cell that could not be read, or is not exact, is null too; the Boolean columns tell it from a blank.
    """
    positions = map_columns(sheet.header, sheet.wanted, where)
    names = sheet.wanted.layout.names()
    columns = [pl.col(cell(positions[name])).alias(name) if name in positions else pl.lit(None, pl.String).alias(name) for name in names]
    frame = sheet.rows.select("source_row", *columns)
    texts = ERROR_TEXTS if sheet.ours else ()
    for name in names:
        marks = sheet.marks.filter(pl.col("position") == positions.get(name, -1))
        rows = {mark: marks.filter(pl.col("mark") == mark)["source_row"] for mark in (CELL_ERROR, NOT_EXACT)}
        frame = frame.with_columns(
            (pl.col("source_row").is_in(rows[CELL_ERROR].implode()) | pl.col(name).is_in(texts).fill_null(value=False)).alias(unread(name)),
            pl.col("source_row").is_in(rows[NOT_EXACT].implode()).alias(inexact(name)),
        )
    short = sheet.marks.filter(pl.col("mark") == SHORT_ROW)["source_row"]
    frame = frame.with_columns(pl.col("source_row").is_in(short.implode()).alias("short_row"))
    return frame.with_columns(pl.when(~pl.col(unread(name))).then(pl.col(name)).alias(name) for name in names)
