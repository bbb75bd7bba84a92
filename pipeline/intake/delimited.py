"""CSV in any of its dialects to a sheet of text (rules 7.1, 7.3, 7.4).

Row numbers are those of the records: blank records and title lines count, line breaks inside cells and a `sep=` line do not.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.decode import refuse_web_page
from pipeline.intake.records import SHORT, read_records
from pipeline.intake.sheets import MARK_SCHEMA, SHORT_ROW, RawSheet, Sought, Wanted, find_header, is_ours, map_columns

SEPARATORS = (",", ";", "\t", "|")
HEAD_RECORDS = 50
HEAD_CHARACTERS = 1 << 18
LONGEST_CHARACTER, LONGEST_SEP = 4, 8  # bytes of a character that a head may lack at its end, and of a `sep=` line that is taken off
SEP_LINE = re.compile(r'^"?sep=(.)"?\n', re.IGNORECASE)
NO_SEPARATORS = "\"'\r \\"
NO_POSITION = -1  # of marks that stand for a whole row
# Cells in other marks than CSV knows: a separator inside them would cut them.
QUOTED_OTHERWISE = re.compile("(['`\u2018\u2019]).+['`\u2018\u2019]$|[\u201c\u201d\u201e\xab\xbb].+[\u201c\u201d\u201e\xab\xbb]$", re.DOTALL)
OTHER_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what some programs take for the end of a line, and no reader of CSV does
APOSTROPHE = re.compile(r"^'([=+\-@\t\r'])")  # before a text that looks like a formula, in files that Flagbook wrote (rule 7.7)


@dataclass(frozen=True)
class Dialect:
    """How a text is cut, and what it was recognised as.

    `skip` physical lines come before the first data record, a `sep=` line among them; the header is record `header_row`.
    """

    separator: str
    header: tuple[str, ...]
    header_row: int
    skip: int
    wanted: Wanted

    @property
    def places(self) -> tuple[int, int, int, int]:
        """Return where records begin and how many cells they have (see `read_records`): titles at the end that are blank need none."""
        titled = max(place for place, title in enumerate(self.header, start=1) if title)
        return self.skip, self.header_row + 1, len(self.header), titled


def read_delimited(text: str, sought: Sought, where: str) -> RawSheet:
    """Return the one sheet of a decoded CSV text; raise `Refused` where it is not a table with the wanted columns."""
    dialect = find_dialect(text, sought, where)
    read, marks = apart(pl.concat(read_records([text.encode()], dialect.separator, dialect.places, where)))
    rows = as_meant(read.with_columns(_blank_as_null()), dialect.header)
    ours = is_ours(dialect.header, rows)
    header = tuple(APOSTROPHE.sub(r"\1", title) for title in dialect.header) if ours else dialect.header
    return RawSheet("", header, dialect.header_row, rows, marks, dialect.wanted, dialect.separator, ours=ours)


def apart(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return records (see `read_records`) as rows, and marks for those that have too few cells."""
    rows = records.drop(SHORT)
    if not records[SHORT].any():
        return rows, pl.DataFrame(schema=MARK_SCHEMA)
    short = records.filter(SHORT).select("source_row", pl.lit(NO_POSITION, pl.Int64).alias("position"), pl.lit(SHORT_ROW).alias("mark"))
    return rows, short


def find_dialect(text: str, sought: Sought, where: str) -> Dialect:
    """Return the dialect whose header names most of the wanted columns; raise `Refused` where none names any."""
    said = SEP_LINE.match(text)
    if said and (not said[1].isascii() or said[1].isalnum() or said[1] in NO_SEPARATORS):
        raise Refused(f"{where}: its first line names a separator that can be none.", "Save the file anew, with commas between the cells.")
    text, separators = (text[said.end() :], (said[1],)) if said else (text, SEPARATORS)
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
    head = text[:HEAD_CHARACTERS]
    if head.count("\n") < lines and len(head.encode()) > HEAD_CHARACTERS - LONGEST_CHARACTER - LONGEST_SEP:
        reason = f"the header does not end within the first {HEAD_CHARACTERS:,} characters, which is the limit"
        raise Refused(f"{where}: {reason}.", "Delete columns that nothing needs, then try again.")
    header = tuple(title.strip() for title in record)
    _refuse_lying_head([record for record, _ in heads[separator][: index + 1]], where, is_all=not any(record for record, _ in heads[separator][index + 1 :]))
    map_columns(header, wanted, where)
    return Dialect(separator, header, index + 1, lines + bool(said), wanted)


def _refuse_lying_head(records: Sequence[Sequence[str]], where: str, *, is_all: bool) -> None:
    """Raise `Refused` where what leads up to the header, or the header itself, shows that this is another kind of text; `is_all`: nothing follows it."""
    for record in records:
        refuse_web_page(" ".join(record), where)
    titles = [title.strip() for title in records[-1] if title.strip()]
    if is_all and (found := OTHER_ENDS.search(" ".join(titles))):
        reason = f"the header holds the character U+{ord(found[0]):04X}, as where lines end in it: then all of the file is one line"
        raise Refused(f"{where}: {reason}.", "Save it anew with the usual line ends (LF or CR LF), and headers of one line.")
    if all(QUOTED_OTHERWISE.match(title) for title in titles):
        raise Refused(f"{where}: the cells are quoted with other marks than the usual ones.", 'Export it with cells quoted "like this", or not at all.')


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
