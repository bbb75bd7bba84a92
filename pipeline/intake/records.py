"""UTF-8 text to records, block by block: no block is larger than a piece of the text and one record.

Polars reads what is plain to read: lines of which each is a record by itself. The few others (a line break inside a cell, a stray
quotation mark) are told apart by Python's own reader, in strict mode, so that none is ever read as something else.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.sheets import cell
from pipeline.wording import count_of

NAMED = 5  # rows that a message names
SPARE = 4  # columns past the header in which cells too many are caught
LONGEST = 1 << 25  # bytes of a record
CELL_LIMIT = 32_767  # characters that a spreadsheet's cell can hold; more in one that spans lines is a quotation mark left open
APART = b"\x01"  # what no text holds: by it, Polars takes lines for cells
UNFINISHED = "unexpected end of data"
QUOTES = "Check the quotation marks: a cell with a separator, a line break or a quotation mark must be quoted, and quotation marks inside it doubled."


def read_records(pieces: Iterable[bytes], separator: str, places: tuple[int, int, int], where: str, *, only: int | None = None) -> Iterator[pl.DataFrame]:
    """Yield records as text: source_row and c0, c1, … (null or blank where empty), in order; wholly blank ones are left out, but count.

    `places`: how many lines to pass over, the number of the first record after them, how many cells a record has. There is at least
    one frame. With `only` a column's position, the others may be missing, blank records stay, and too many cells may pass. Raises `Refused`
    where records can't be told apart, or one has too many cells.
    """
    skip, number, width = places
    reader = _Reader(separator, width, where, only)
    rest, yielded = b"", False
    for piece in chain(pieces, (None,)):
        is_last = piece is None
        block, rest = _cut(rest, piece or b"", is_last=is_last)
        skip, block = _pass_over(block, skip) if skip else (skip, block)
        if skip or not block:
            _refuse_endless(rest, number, where)
            continue
        rows, count, unread = reader.read(block, number, is_last=is_last)
        rest = unread + rest
        _refuse_endless(rest, number + count, where)
        number, yielded = number + count, True
        yield rows
    if not yielded:
        yield pl.DataFrame(schema={"source_row": pl.Int64, **{cell(place): pl.String for place in range(width)}})


def _cut(rest: bytes, piece: bytes, *, is_last: bool) -> tuple[bytes, bytes]:
    """Return the whole lines of two pieces, and what comes after the last of them."""
    end = len(piece) if is_last else piece.rfind(b"\n") + 1
    if not end and not is_last:
        return b"", rest + piece
    return b"".join((rest, memoryview(piece)[:end])), piece[end:]


def _pass_over(block: bytes, skip: int) -> tuple[int, bytes]:
    """Take lines off the beginning; return how many are still to come off, and what is left."""
    start = 0
    while skip and (end := block.find(b"\n", start)) >= 0:
        start, skip = end + 1, skip - 1
    return skip, block[start:]


def _refuse_endless(rest: bytes, number: int, where: str) -> None:
    if len(rest) > LONGEST:
        raise _apart(number, where)


def _apart(number: int, where: str) -> Refused:
    return Refused(f"{where}: the records can't be told apart from row {number} on.", QUOTES)


class _Reader:
    """Reads blocks of whole lines."""

    def __init__(self, separator: str, width: int, where: str, only: int | None) -> None:
        self.separator, self.width, self.where, self.only = separator, width, where, only
        self.names = [cell(position) for position in range(width + SPARE)]
        apart = re.escape(separator)
        one = f'(?:"(?:[^"]|"")*"|[^"{apart}][^{apart}"]*|)'
        self.regular = f"^{one}(?:{apart}{one})*$"

    def read(self, block: bytes, number: int, *, is_last: bool) -> tuple[pl.DataFrame, int, bytes]:
        """Return a block's records, how many they are (blank ones too), and the bytes at its end that the next block must finish."""
        if b'"' not in block:
            if self.only is not None and (column := self._column(block, self.only)) is not None:
                return column, len(column), b""
            rows = self._plain(block, number)  # without a quotation mark each line is a record
            return self._shaped(_numbered(rows, number)), len(rows), b""
        if self._is_regular(block):
            rows, count = self._plain(block, number), block.count(b"\n") + (not block.endswith(b"\n"))
            self._require(len(rows), count, number)
            return self._shaped(_numbered(rows, number)), count, b""
        lines = pl.Series(block.decode().removesuffix("\n").split("\n"))
        odd = (lines.str.contains('"', literal=True) & ~lines.str.contains(self.regular)).arg_true().to_list()
        if not odd:
            rows = self._plain(block, number)
            self._require(len(rows), len(lines), number)
            return self._shaped(_numbered(rows, number)), len(lines), b""
        return self._mixed(lines, odd, number, is_last=is_last)

    def _column(self, block: bytes, position: int) -> pl.DataFrame | None:
        """Read one column of lines of which each is a record; None where some have more cells than others."""
        try:
            return self._parse(block, max(self.width, 2), [position])
        except pl.exceptions.PolarsError:
            return None

    def _is_regular(self, block: bytes) -> bool:
        """Tell in one look whether each line with a quotation mark is a record by itself; false too where that can't be told so soon."""
        if APART in block or b"\r" in block:
            return False
        lines = pl.read_csv(block, has_header=False, separator=APART.decode(), quote_char=None, schema={"line": pl.String})["line"]
        return bool(lines.filter(lines.str.contains('"', literal=True)).str.contains(self.regular).all())

    def _plain(self, block: bytes, numbers: pl.Series | int) -> pl.DataFrame:
        """Read lines of which each is a record; `numbers`: theirs, or the first one's."""
        try:
            return self._parse(block, max(self.width, 2))  # a blank first line would not count
        except pl.exceptions.PolarsError:  # more cells than the header has, which may be blank
            pass
        try:
            return self._parse(block, len(self.names))
        except pl.exceptions.PolarsError:
            for place, record in enumerate(csv.reader(block.decode().split("\n"), delimiter=self.separator)):
                if len(record) > len(self.names):
                    number = numbers + place if isinstance(numbers, int) else int(numbers[place])
                    raise self._too_wide(number, record) from None
            raise _apart(numbers if isinstance(numbers, int) else int(numbers[0]), self.where) from None

    def _parse(self, block: bytes, width: int, columns: list[int] | None = None) -> pl.DataFrame:
        """Read lines of at most `width` cells. NOTE: Polars takes that number from the first line, so it is given one that has them all."""
        first_line = self.separator.encode() * (width - 1) + b"\n"
        schema = dict.fromkeys(self.names[:width], pl.String)
        return pl.read_csv(first_line + block, has_header=False, separator=self.separator, schema=schema, columns=columns).slice(1)

    def _too_wide(self, number: int, record: Sequence[str]) -> Refused:
        return Refused(f"{self.where}: row {number} has {len(record)} cells, more than the header's {self.width}.", QUOTES)

    def _require(self, found: int, lines: int, number: int) -> None:
        if found != lines:
            raise _apart(number, self.where)

    def _mixed(self, lines: pl.Series, odd: Sequence[int], number: int, *, is_last: bool) -> tuple[pl.DataFrame, int, bytes]:
        """Read a block some of whose lines are no record by themselves (`odd`: their places)."""
        texts = lines.to_list()
        spans: list[tuple[int, int]] = []
        records: list[list[str]] = []
        end = len(texts)
        for place in odd:
            if spans and place < sum(spans[-1]):
                continue
            swallowed = sum(length - 1 for _, length in spans)
            found = self._one(texts, place, number + place - swallowed, is_last=is_last)
            if found is None:
                end = place
                break
            record, length = found
            spans.append((place, length))
            records.append(record)
        return self._put_together(lines, (spans, records), (number, end))

    def _one(self, texts: Sequence[str], place: int, number: int, *, is_last: bool) -> tuple[list[str], int] | None:
        """Read the record that begins at a line; return its cells and how many lines it has, None where the block ends before it does."""
        reader = csv.reader((f"{texts[line]}\n" for line in range(place, len(texts))), delimiter=self.separator, strict=True)
        try:
            record = next(reader)
        except csv.Error as error:
            if UNFINISHED in str(error) and not is_last:
                return None
            raise _apart(number, self.where) from None
        if reader.line_num > 1 and max(map(len, record)) > CELL_LIMIT:
            raise _apart(number, self.where)
        if len(record) > len(self.names):
            raise self._too_wide(number, record)
        return [*record, *[""] * (len(self.names) - len(record))], reader.line_num

    def _put_together(self, lines: pl.Series, odd: tuple[list[tuple[int, int]], list[list[str]]], places: tuple[int, int]) -> tuple[pl.DataFrame, int, bytes]:
        """Join the records read either way, in their order; `places`: the first one's number, and the line at which to end."""
        (spans, records), (number, end) = odd, places
        starts = pl.DataFrame(spans, schema={"place": pl.Int64, "length": pl.Int64}, orient="row")
        taken = starts.select(pl.int_ranges("place", pl.col("place") + pl.col("length")).explode()).to_series()
        every = pl.DataFrame({"place": pl.int_range(end, eager=True), "text": lines.head(end)}).with_columns(is_plain=~pl.col("place").is_in(taken.implode()))
        begins = every.with_columns(begins=pl.col("is_plain") | pl.col("place").is_in(starts["place"].implode()))
        numbered = begins.with_columns(source_row=number - 1 + pl.col("begins").cast(pl.Int64).cum_sum())
        plain = numbered.filter("is_plain")
        rows = self._plain("".join(f"{text}\n" for text in plain["text"]).encode(), plain["source_row"])
        self._require(len(rows), len(plain), number)
        others = pl.DataFrame(records, schema=dict.fromkeys(self.names, pl.String), orient="row")
        spanning = numbered.filter(~pl.col("is_plain") & pl.col("begins"))
        both = [rows.insert_column(0, plain["source_row"]), others.insert_column(0, spanning["source_row"])]
        joined = pl.concat(both, how="diagonal").sort("source_row")
        unread = "".join(f"{text}\n" for text in lines.slice(end)).encode()
        return self._shaped(joined), len(joined), unread

    def _shaped(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave out blank records; raise `Refused` where one has more cells than the header."""
        first = rows[cell(0)]
        if first.null_count() or (first < "!").any() or (first > "~").any():  # blank, or begins with what may be one
            rows = rows.filter(pl.any_horizontal(pl.col(rows.columns[1:]).str.strip_chars() != ""))
        spare = [name for name in self.names[self.width :] if name in rows.columns]
        if any(rows[name].null_count() < len(rows) for name in spare):
            self._refuse_long(rows, spare)
        return rows.drop(spare)

    def _refuse_long(self, rows: pl.DataFrame, spare: Sequence[str]) -> None:
        long = rows.filter(pl.any_horizontal(pl.col(spare).str.strip_chars() != ""))["source_row"]
        if len(long):
            some = ("row " if len(long) == 1 else "rows ") + ", ".join(str(row) for row in long.head(NAMED)) + (" …" if len(long) > NAMED else "")
            said = count_of(len(long), "row has", "rows have")
            raise Refused(f"{self.where}: {said} more cells than the header's {self.width}: {some}.", QUOTES)


def _numbered(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    return rows.insert_column(0, pl.int_range(number, number + len(rows), eager=True, dtype=pl.Int64).alias("source_row"))
