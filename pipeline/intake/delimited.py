"""CSV in any of its dialects to a sheet of text (rules 7.1, 7.3, 7.4).

Row numbers are those of the records: blank records and title lines count, line breaks inside cells and a `sep=` line do not.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.sheets import MARK_SCHEMA, RawSheet, Sought, Wanted, cell, find_header, is_ours, map_columns

SEPARATORS = (",", ";", "\t", "|")
HEAD_RECORDS = 50
HEAD_CHARACTERS = 1 << 18
NAMED = 5  # rows that a message names
SPARE = 4  # columns past the header in which cells too many are caught
SEP_LINE = re.compile(r'^"?sep=(.)"?\n', re.IGNORECASE)
APOSTROPHE = re.compile(r"^'([=+\-@\t\r'])")  # before a text that looks like a formula, in files that Flagbook wrote (rule 7.7)
QUOTES = "Check the quotation marks: a cell with a separator, a line break or a quotation mark must be quoted, and quotation marks inside it doubled."


@dataclass(frozen=True)
class Dialect:
    """How a text is cut, and what it was recognised as: `skip` physical lines come before the first data record, the header is record `header_row`."""

    separator: str
    header: tuple[str, ...]
    header_row: int
    skip: int
    wanted: Wanted


def read_delimited(text: str, sought: Sought, where: str) -> RawSheet:
    """Return the one sheet of a decoded CSV text; raise `Refused` where it is not a table with the wanted columns."""
    said = SEP_LINE.match(text)
    body = text[said.end() :] if said else text
    dialect = find_dialect(body, sought, where, (said[1],) if said else SEPARATORS)
    refuse_stray_quotes(body, dialect, where)
    rows = pl.concat(stream_rows(body.encode(), dialect, where))
    ours = is_ours(dialect.header, rows)
    header = tuple(APOSTROPHE.sub(r"\1", title) for title in dialect.header) if ours else dialect.header
    return RawSheet("", header, dialect.header_row, rows, pl.DataFrame(schema=MARK_SCHEMA), dialect.wanted, dialect.separator, ours=ours)


def find_dialect(text: str, sought: Sought, where: str, separators: tuple[str, ...]) -> Dialect:
    """Return the dialect whose header names most of the wanted columns; raise `Refused` where none names any."""
    heads = {separator: _head(text, separator) for separator in separators}
    wanted = sought.choose([[record for record, _ in head] for head in heads.values()], "")
    scores = {separator: max((wanted.score(record) for record, _ in head), default=(False, 0)) for separator, head in heads.items()}
    separator = max(scores, key=lambda candidate: scores[candidate])
    index = find_header([record for record, _ in heads[separator]], wanted)
    if index is None:
        first = next((record for record, _ in heads[separator] if any(record)), [])
        map_columns([title.strip()[:40] for title in first], wanted, where)
    assert index is not None, "map_columns raises where a required column is missing"
    record, lines = heads[separator][index]
    header = tuple(title.strip() for title in record)
    map_columns(header, wanted, where)
    return Dialect(separator, header, index + 1, lines, wanted)


def _head(text: str, separator: str) -> list[tuple[list[str], int]]:
    """Return the first records, each with the number of physical lines up to its end; [] stands for a blank record."""
    records = csv.reader(io.StringIO(text[:HEAD_CHARACTERS]), delimiter=separator)
    head: list[tuple[list[str], int]] = []
    try:
        for record in records:
            head.append((record, records.line_num))
            if len(head) == HEAD_RECORDS:
                break
    except csv.Error:  # a cell past the reader's limit: what was read before it is the head
        return head
    return head


def stream_rows(data: bytes | Path, dialect: Dialect, where: str, batch: int | None = None) -> Iterator[pl.DataFrame]:
    """Yield the data records as text (see `RawSheet.rows`), in frames of about `batch` rows (None: all in one).

    Raises `Refused` where records can't be told apart.
    """
    names = [cell(position) for position in range(len(dialect.header) + SPARE)]
    lines = pl.scan_csv(
        data,
        has_header=False,
        skip_lines=dialect.skip,
        separator=dialect.separator,
        schema=dict.fromkeys(names, pl.String),
        missing_columns="insert",
        row_index_name="source_row",
        row_index_offset=dialect.header_row + 1,
        raise_if_empty=False,
        glob=False,  # NOTE: a path is a glob and an address to Polars
    )
    blank = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)).alias(name) for name in names]
    wanted = lines.with_columns(pl.col("source_row").cast(pl.Int64), *blank).filter(pl.any_horizontal(pl.col(names).is_not_null()))
    try:
        none = wanted.head(0).collect()
        for rows in chain([none], [wanted.collect()] if batch is None else wanted.collect_batches(chunk_size=batch, maintain_order=True)):
            _refuse_long(rows, len(dialect.header), where)
            yield _as_meant(rows.select("source_row", *names[:-SPARE]), dialect.header)
    except pl.exceptions.PolarsError:
        whole = data.read_bytes() if isinstance(data, Path) else data
        raise Refused(f"{where}: {_broken(whole, dialect)}.", QUOTES) from None


def _as_meant(rows: pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
    """Take the apostrophe off again that Flagbook puts before a text that looks like a formula (rule 7.7)."""
    return rows.with_columns(pl.selectors.string().str.replace(APOSTROPHE.pattern, "$1")) if is_ours(header, rows) else rows


def _refuse_long(rows: pl.DataFrame, width: int, where: str) -> None:
    spare = [cell(position) for position in range(width, width + SPARE)]
    long = rows.filter(pl.any_horizontal(pl.col(spare).is_not_null()))["source_row"]
    if len(long):
        some = ", ".join(str(row) for row in long.head(NAMED)) + (" …" if len(long) > NAMED else "")
        raise Refused(f"{where}: {len(long)} rows have more cells than the header's {width}: rows {some}.", QUOTES)


def refuse_stray_quotes(text: str, dialect: Dialect, where: str) -> None:
    """Raise `Refused` where quotation marks stand inside a quoted cell: Polars would drop them without a word."""
    if '"' not in text:
        return
    number = 0
    try:
        for _ in csv.reader(io.StringIO(text.replace("\r", " ")), delimiter=dialect.separator, strict=True):
            number += 1
    except csv.Error:
        raise Refused(f"{where}: the records can't be told apart from row {number + 1} on.", QUOTES) from None


def _broken(data: bytes, dialect: Dialect) -> str:
    """Say which record can't be read; the parser's own words are not shown, since they quote cells."""
    records = csv.reader(io.StringIO(data.decode()), delimiter=dialect.separator, strict=True)
    number = 0
    try:
        for record in records:
            number += 1
            if number > dialect.header_row and len(record) > len(dialect.header):
                return f"row {number} has {len(record)} cells, more than the header's {len(dialect.header)}"
    except csv.Error:
        return f"the records can't be told apart from row {number + 1} on"
    return "the records can't be told apart"
