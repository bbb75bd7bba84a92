"""Customer and booking exports: files to typed pieces, each row checked (rules 7.1 to 7.6; duplicates are found in the book)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import Refused
from pipeline.findings import Checked
from pipeline.intake.casting import CASTS
from pipeline.intake.delimited import Dialect, apart, as_meant, find_dialect
from pipeline.intake.files import FileKind, open_source
from pipeline.intake.maps import ColumnMap
from pipeline.intake.parquet import is_parquet, open_parquet
from pipeline.intake.records import read_records
from pipeline.intake.sheets import MARK_SCHEMA, RawSheet, Sought, Wanted, cell, is_ours, map_columns
from pipeline.intake.tables import Reading, read_tables
from pipeline.intake.textfiles import TextFile, open_text
from pipeline.settings import Settings
from schemas.columns import BOOKINGS, CUSTOMERS, FLAGS, REJECTED_COLUMNS, RESULT_COLUMNS, Layout, header_key

BATCH_ROWS = 2 * 122_880
ADDED = frozenset((*RESULT_COLUMNS, *REJECTED_COLUMNS))


@dataclass(frozen=True)
class Export:
    """One export: a file, or a sheet of a workbook. `sheets` yields its rows as text, piece by piece and as often as asked; `cast` types and checks a piece.

    `present` names the columns that the file has, since an absent column says nothing (rule 4.5). `sha256` gives the fingerprint of
    what was read, `passed` how many of the file's `size` bytes the present pass has read, where that is known. `sheet` is the name of a
    workbook's sheet, `part` which of those that are read it is, from 0 on; `name` tells it from the others. `tell` gives the remarks. `ids`
    gives the ids of its rows, as a column, in less time than it takes to read the rows: whether they are the same, only the rows can show.
    """

    path: Path
    name: str
    is_text: bool
    wanted: Wanted
    header: tuple[str, ...]
    present: frozenset[str]
    sheets: Callable[[], Iterator[RawSheet]]
    cast: Callable[[RawSheet], Checked]
    tell: Callable[[], tuple[str, ...]]
    sha256: Callable[[], str]
    size: int = 0
    passed: Callable[[], int] = lambda: 0
    sheet: str = ""
    part: int = 0
    ids: Callable[[], pl.LazyFrame] | None = None

    @property
    def kind(self) -> str:
        """Return what the rows are of: customers or bookings."""
        return self.wanted.layout.name.rpartition("/")[2]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what there is to say of the file; of a long text, all of it only once its rows were read."""
        return self.tell()


def open_exports(path: Path, layout: Layout, column_map: ColumnMap, settings: Settings, encoding: str | None = None) -> list[Export]:
    """Open a file of exports (`encoding` is of texts): of a workbook, each sheet that looks like one. Rows are read when `sheets` is.

    Raises `Refused` where it can't be read or lacks a required column.
    """
    wanted = Wanted.of(layout, dict(column_map.headers[layout.name]))
    opened = open_parts(path, wanted, settings, encoding)
    if not column_map.own:
        _require_meant(path, opened, Wanted.of(FLAGS), "instructions on flags", "Give it to flagbook apply.")
    if layout is CUSTOMERS and not column_map.own:
        _require_meant(path, opened, Wanted.of(BOOKINGS, dict(column_map.headers[BOOKINGS.name])), "bookings", "Give it with --bookings.")
    of_sheet = [f", sheet {one.sheet}" if len(opened) > 1 else "" for one in opened]
    return [_export((path, part, of_sheet[part]), one, wanted, column_map) for part, one in enumerate(opened)]


def _require_meant(path: Path, opened: "Sequence[Opened]", other: Wanted, what: str, fix: str) -> None:
    """Raise `Refused` where an export has the columns of something else: of each row of it a customer or booking would be made, or changed."""
    if any(other.score(one.header)[0] for one in opened):
        raise Refused(f"{path}: its columns are those of {what}, and not of an export.", fix)


def open_parts(path: Path, sought: Sought, settings: Settings, encoding: str | None = None) -> "list[Opened]":
    """Open a file of any kind: of a workbook, each sheet that has what is sought; `encoding` is of texts. Raises as `open_exports` does."""
    if is_parquet(path):
        return [_open_parquet(path, sought, settings)]
    if (text := open_text(path, encoding)) is not None:
        return [_open_text(text, sought)]
    return _open_whole(path, sought, settings)


def _export(what: tuple[Path, int, str], opened: "Opened", wanted: Wanted, column_map: ColumnMap) -> Export:
    """Return one export; `what`: its file, which part of that it is, and how it is told from the other parts."""
    path, _, of_sheet = what
    positions = map_columns(opened.header, wanted, f"{path}{of_sheet}")
    unused = wanted.unused(opened.header, ADDED)
    lacking = _lacking(opened.header, wanted, column_map)
    said = {"columns not used": ", ".join(unused), "the column map names what the file lacks": "; ".join(lacking)}
    told = tuple(f"{path.name}{of_sheet}: {what}: {some}" for what, some in said.items() if some)

    def cast(sheet: RawSheet) -> Checked:
        return CASTS[wanted.layout.name](sheet, positions, column_map)

    export = as_export(opened, what, frozenset(positions), cast, told)
    column, key = opened.column, positions[wanted.layout.names()[0]]
    return export if column is None else replace(export, ids=partial(column, key))


def _lacking(header: Sequence[str], wanted: Wanted, column_map: ColumnMap) -> list[str]:
    """Return the columns of which a map names only headers that a file lacks, each with these and what is read in their place, if anything."""
    own = column_map.own.get(wanted.layout.name, {})
    there = {header_key(title): title for title in header}
    named = dict(zip(wanted.recognised(header), header, strict=True))
    said = []
    for column in dict.fromkeys(own.values()):
        headers = [title for title, name in own.items() if name == column]
        if not there.keys() & set(map(header_key, headers)):
            instead = f", and {named[column]} is read in its place" if column in named else ""
            said.append(f"{' or '.join(headers)} ({column}{instead})")
    return said


def as_export(opened: "Opened", what: tuple[Path, int, str], present: frozenset[str], cast: Callable[[RawSheet], Checked], told: tuple[str, ...]) -> Export:
    """Return what was opened as an export that is cast by `cast`, with remarks that come after its own (`told`).

    `what`: its file, which part of that it is, and how it is told from the others.
    """
    path, part, of_sheet = what
    size = 0 if part else path.stat().st_size
    named = (path, f"{path.name}{of_sheet}", opened.is_text, opened.wanted, opened.header)
    return Export(*named, present, opened.sheets, cast, lambda: (*opened.remarks, *told), opened.sha256, size, opened.passed, opened.sheet, part)


def is_mended(header: Sequence[str]) -> bool:
    """Tell by its header whether a file is one of rejected rows, come back: a part of an export, whatever its size."""
    return tuple(header[-len(REJECTED_COLUMNS) :]) == REJECTED_COLUMNS


@dataclass(frozen=True)
class Opened:
    """A file, or a sheet of a workbook, as it was opened: its header and what it was recognised as; see `Export` for the rest.

    `column` gives the cells of one column, by its position, as they can be had in less time than the rows: it is not sure that they are the same.
    `called` is what a sheet is called before its name.
    """

    is_text: bool
    header: tuple[str, ...]
    wanted: Wanted
    sheets: Callable[[], Iterator[RawSheet]]
    sha256: Callable[[], str]
    tell: Callable[[], tuple[str, ...]] = tuple
    passed: Callable[[], int] = lambda: 0
    sheet: str = ""
    column: Callable[[int], pl.LazyFrame] | None = None
    called: str = "sheet "

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what there is to say of the file; of a long text, all of it only once its rows were read."""
        return self.tell()


def _open_text(text: TextFile, sought: Sought) -> Opened:
    where = str(text.path)
    dialect = find_dialect(text.head, sought, where)
    start = RawSheet("", dialect.header, dialect.header_row, pl.DataFrame(), pl.DataFrame(schema=MARK_SCHEMA), dialect.wanted, dialect.separator)

    def sheets() -> Iterator[RawSheet]:
        for records in _gathered(read_records(text.pieces(), dialect.separator, dialect.places, where)):
            rows, marks = apart(records)
            yield replace(start, rows=as_meant(rows, dialect.header), marks=marks, ours=is_ours(dialect.header, rows))

    def tell() -> tuple[str, ...]:
        return (text.read_as.remark,) if text.read_as.remark else ()

    return Opened(True, dialect.header, dialect.wanted, sheets, text.sha256, tell, lambda: text.passed.bytes, column=partial(_glanced, text, dialect))


def _glanced(text: TextFile, dialect: Dialect, position: int) -> pl.LazyFrame:
    """Return one column of a text as Polars reads it by itself."""
    schema = {cell(place): pl.String for place in range(position + 1)}
    how: dict[str, Any] = {"truncate_ragged_lines": True, "extra_columns": "ignore"}
    return pl.scan_csv(text.path, has_header=False, skip_lines=dialect.skip, separator=dialect.separator, schema=schema, **how).select(cell(position))


def _gathered(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames of `BATCH_ROWS` rows, at least one; the last may have fewer."""
    kept: list[pl.DataFrame] = []
    for frame in frames:
        kept.append(frame)
        while sum(map(len, kept)) >= BATCH_ROWS:
            whole = pl.concat(kept)
            yield whole.head(BATCH_ROWS).rechunk()
            kept = [whole.slice(BATCH_ROWS)]
    yield pl.concat(kept).rechunk()


def _open_parquet(path: Path, sought: Sought, settings: Settings) -> Opened:
    parquet = open_parquet(path, limits=settings.files)
    wanted = sought.choose([[list(parquet.header)]], "")
    parquet.require_plain(wanted.recognised(parquet.header))
    start = RawSheet("", parquet.header, 0, pl.DataFrame(), pl.DataFrame(schema=MARK_SCHEMA), wanted)

    def sheets() -> Iterator[RawSheet]:
        for rows, marks in parquet.pieces(BATCH_ROWS):
            yield replace(start, rows=rows, marks=marks)

    return Opened(True, parquet.header, wanted, sheets, parquet.sha256)


def _open_whole(path: Path, sought: Sought, settings: Settings) -> list[Opened]:
    """Open a file that is read whole: every sheet that looks like an export (rule 7.3)."""
    source = open_source(path, settings.files.max_bytes)
    tables = read_tables(source, Reading(sought, limits=settings.files))
    return [
        Opened(
            source.kind is FileKind.TEXT,
            sheet.header,
            sheet.wanted,
            partial(again, sheet),
            lambda: source.sha256,
            tuple if part else lambda: tables.remarks,
            sheet=sheet.name,
        )
        for part, sheet in enumerate(tables.sheets)
    ]


def again(sheet: RawSheet) -> Iterator[RawSheet]:
    """Yield a sheet that is held, as often as asked."""
    yield sheet
