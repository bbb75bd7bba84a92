"""CSV in any of its dialects to a sheet of text (rules 7.1, 7.3, 7.4).

Row numbers are those of the records: blank records and title lines count, line breaks inside cells and a `sep=` line do not.
"""

import csv
import io
import re
from dataclasses import dataclass

import polars as pl

from pipeline.intake.records import read_records
from pipeline.intake.sheets import MARK_SCHEMA, RawSheet, Sought, Wanted, find_header, is_ours, map_columns

SEPARATORS = (",", ";", "\t", "|")
HEAD_RECORDS = 50
HEAD_CHARACTERS = 1 << 18
SEP_LINE = re.compile(r'^"?sep=(.)"?\n', re.IGNORECASE)
APOSTROPHE = re.compile(r"^'([=+\-@\t\r'])")  # before a text that looks like a formula, in files that Flagbook wrote (rule 7.7)


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
    pieces = read_records([body.encode()], dialect.separator, (dialect.skip, dialect.header_row + 1, len(dialect.header)), where)
    rows = as_meant(pl.concat(pieces).with_columns(_blank_as_null()), dialect.header)
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


def _blank_as_null() -> pl.Expr:
    text = pl.selectors.string()
    return pl.when(text.str.strip_chars() != "").then(text)


def as_meant(rows: pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
    """Take the apostrophe off again that Flagbook puts before a text that looks like a formula (rule 7.7)."""
    return rows.with_columns(pl.selectors.string().str.replace(APOSTROPHE.pattern, "$1")) if is_ours(header, rows) else rows
