"""Parquet files to text (rule 7.1): read piece by piece, each value as the text that a CSV would have for it."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
import polars.selectors as cs

from pipeline.apart import refuse_end, run_apart, spooled
from pipeline.errors import Refused
from pipeline.intake.files import opened
from pipeline.intake.parquettrial import TOO_MANY
from pipeline.intake.sheets import MARK_SCHEMA, NOT_EXACT, cell
from pipeline.settings import Files

MAGIC = b"PAR1"
PIECE = 1 << 22
TRIAL = Path(__file__).with_name("parquettrial.py")
MOST_EXACT = 2**53  # up to which a floating-point number is a whole number without doubt
DAMAGED = "Export it again, or save it as CSV."


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file: its columns' names, and its rows as text with the number of each, from 1 on (there is no header row).

    `nested` are the columns that hold something other than plain values; their text is JSON.
    """

    path: Path
    header: tuple[str, ...]
    nested: frozenset[str]
    data: bytes | None = None

    def require_plain(self, recognised: Sequence[str | None]) -> None:
        """Raise `Refused` where a column that is recognised, each header cell's name or None, holds something other than plain values."""
        wrong = [title for title, name in zip(self.header, recognised, strict=True) if name and title in self.nested]
        if wrong:
            raise Refused(f"{self.path}: these columns hold something other than plain values: {', '.join(wrong)}.", "Write them as texts or numbers.")

    def pieces(self, rows: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield frames of about `rows` rows, at least one, and the marks of cells whose number is not exact (see `RawSheet`)."""
        try:
            with _source(self.path, self.data) as handle:
                table = pl.scan_parquet(handle, glob=False)
                start, yielded = 1, False
                for piece in table.collect_batches(chunk_size=rows, maintain_order=True):
                    numbered = _numbered(piece, start)
                    yield numbered.select("source_row", *_as_text(piece)), _marks(piece, numbered["source_row"])
                    start, yielded = start + len(piece), True
                if not yielded:
                    yield pl.DataFrame(schema={"source_row": pl.Int64, **_names(self.header)}), pl.DataFrame(schema=MARK_SCHEMA)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            raise Refused(f"{self.path}: the Parquet file is damaged or cut short.", DAMAGED) from None

    def sha256(self) -> str:
        """Return the file's fingerprint."""
        digest = hashlib.sha256()
        with opened(self.path) as handle:
            for piece in iter(lambda: handle.read(PIECE), b""):
                digest.update(piece)
        return digest.hexdigest()


def is_parquet(path: Path) -> bool:
    """Tell by a file's first bytes whether it is Parquet."""
    with opened(path) as handle:
        return handle.read(len(MAGIC)) == MAGIC


def _source(path: Path, data: bytes | None) -> AbstractContextManager[IO[bytes]]:
    return opened(path) if data is None else io.BytesIO(data)


def open_parquet(path: Path, data: bytes | None = None, limits: Files = Files()) -> ParquetFile:
    """Open a Parquet file, or what was read of it (`data`); raise `Refused` where it is damaged, or reaches beyond the limits.

    Another process reads it whole first.
    """
    _try_reading(path, data, limits)
    try:
        with _source(path, data) as handle:
            schema = pl.scan_parquet(handle, glob=False).collect_schema()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise Refused(f"{path}: the Parquet file is damaged or cut short.", DAMAGED) from None
    if len(schema) > limits.max_columns:
        raise Refused(f"{path}: the file has more than {limits.max_columns:,} columns, which is the limit.", "Or raise files.max_columns in the settings.")
    nested = frozenset(name for name, kind in schema.items() if kind.is_nested() or kind == pl.Binary)
    return ParquetFile(path, tuple(schema), nested, data)


def _try_reading(path: Path, data: bytes | None, limits: Files) -> None:
    with opened(path) if data is None else spooled(data, str(path)) as handle:
        code = run_apart(TRIAL, {}, (handle, None), limits)
    if code == TOO_MANY:
        raise Refused(f"{path}: the Parquet file claims more rows than a file of its size can hold.", DAMAGED)
    if code == 1:  # an error like any other
        raise Refused(f"{path}: the Parquet file is damaged or cut short.", DAMAGED)
    if code != 0:
        raise refuse_end(code, str(path), limits, DAMAGED)


def _names(header: tuple[str, ...]) -> dict[str, type[pl.String]]:
    return {cell(place): pl.String for place in range(len(header))}


def _numbered(piece: pl.DataFrame, start: int) -> pl.DataFrame:
    places = pl.DataFrame({"source_row": pl.int_range(start, start + len(piece), dtype=pl.Int64, eager=True)})
    return places.hstack([column.alias(cell(place)) for place, column in enumerate(piece)])


def _as_text(piece: pl.DataFrame) -> list[pl.Expr]:
    return [TEXTS.get(column.dtype.base_type(), _plainly)(pl.col(cell(place)), column.dtype) for place, column in enumerate(piece)]


def _plainly(value: pl.Expr, kind: pl.DataType) -> pl.Expr:  # noqa: ARG001  # the shape of all of them
    return value.cast(pl.String)


def _of_float(value: pl.Expr, kind: pl.DataType) -> pl.Expr:  # noqa: ARG001
    whole = (value == value.floor()) & (value.abs() < MOST_EXACT)
    return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))


def _of_moment(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    zoned = isinstance(kind, pl.Datetime) and kind.time_zone is not None
    if zoned:
        return value.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    return value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")


def _of_nested(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if "Binary" in str(kind):  # which Polars can't write as JSON
        return value.map_batches(_with_bytes, return_dtype=pl.String)
    wrapped = pl.struct(value.alias("v")).struct.json_encode()  # NOTE: Polars writes records only, so that a list is put into one
    return pl.when(value.is_not_null()).then(wrapped.str.strip_prefix('{"v":').str.strip_suffix("}")).alias(value.meta.output_name())


def _with_bytes(values: pl.Series) -> pl.Series:
    texts = [None if value is None else json.dumps(value, default=_as_json, ensure_ascii=False) for value in values.to_list()]
    return pl.Series(values.name, texts, dtype=pl.String)


def _as_json(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


TEXTS: dict[type[pl.DataType], Callable[[pl.Expr, pl.DataType], pl.Expr]] = {
    **dict.fromkeys((pl.Float64, pl.Float32), _of_float),
    **dict.fromkeys((pl.List, pl.Array, pl.Struct, pl.Binary), _of_nested),
    pl.Datetime: _of_moment,
}


def _marks(piece: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Return a mark for every floating-point number that can't be an id: with a fraction, or too long to be exact."""
    found = [pl.DataFrame(schema=MARK_SCHEMA)]
    for place, column in enumerate(piece):
        if column.name in piece.select(cs.float()).columns:
            inexact = ((column != column.floor()) | (column.abs() >= MOST_EXACT)).fill_null(value=False)
            marked = rows.filter(inexact).to_frame("source_row")
            found.append(marked.with_columns(pl.lit(place, pl.Int64).alias("position"), pl.lit(NOT_EXACT).alias("mark")))
    return pl.concat(found)
