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
from pipeline.intake.lines import all_separate, lines_of, quoted_lines
from pipeline.intake.sheets import cell
from pipeline.intake.swallowed import holds_records
from pipeline.wording import count_of

NAMED = 5  # rows that a message names
SPARE = 4  # columns past the header in which cells too many are caught
LONGEST = 1 << 25  # bytes of a record
CELL_LIMIT = 32_767  # characters that a spreadsheet's cell can hold; more in one that spans lines is a quotation mark left open
UNFINISHED = "unexpected end of data"
SHORT = "is_short"  # the column that tells of records with fewer cells than the header
COUNTED = 100  # cells up to which one expression tells a whole record; past that it would take long
QUOTED = '"(?:[^"]|"")*"'
OPENS = re.compile(r'[ \t\xa0]+"')
QUOTES = "Check the quotation marks: a cell with a separator, a line break or a quotation mark must be quoted, and quotation marks inside it doubled."
BLANK = "Remove the blanks around separators, or the quotation marks, then try again."
OPEN = "Remove the quotation mark that opens too early, or the line breaks, then try again."
ENDS = "Save the file anew, so that all its lines end alike."


def read_records(pieces: Iterable[bytes], separator: str, places: tuple[int, int, int, int], where: str) -> Iterator[pl.DataFrame]:
    """Yield records as text: source_row, c0, c1, … (null or blank where empty), and `SHORT`, in order; wholly blank ones are left out, but count.

    `places`: how many lines to pass over, the number of the first record after them, how many cells a record has, how many of those it
    must have, which is what the header names. There is at least one frame. Raises `Refused` where records can't be told apart, or one has
    too many cells.
    """
    skip, number, width, least = places
    reader = _Reader(separator, (width, least), where)
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
        yield pl.DataFrame(schema={"source_row": pl.Int64, **{cell(place): pl.String for place in range(width)}, SHORT: pl.Boolean})


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
    """Reads blocks of whole lines; `widths`: how many cells a record has, and how many at least."""

    def __init__(self, separator: str, widths: tuple[int, int], where: str) -> None:
        self.separator, self.where = separator, where
        self.width, self.least = widths
        self.names = [cell(position) for position in range(self.width + SPARE)]
        apart = re.escape(separator)
        one = f'(?:{QUOTED}|[^"{apart}][^"{apart}]*|)'
        self.regular = f"^{one}(?:{apart}{one})*$"
        self.whole = f"^{one}(?:{apart}{one}){{{self.least - 1},}}$" if self.least <= COUNTED else "^$"

    def read(self, block: bytes, number: int, *, is_last: bool) -> tuple[pl.DataFrame, int, bytes]:
        """Return a block's records, how many they are (blank ones too), and the bytes at its end that the next block must finish."""
        if b'"' not in block:
            rows = self._plain(block, number)  # without a quotation mark each line is a record
            short = self._short_of(block, rows, 0)
            return self._shaped(_numbered(rows, number), short), len(rows), b""
        few = quoted_lines(block)
        lines = few if few is not None else lines_of(block)
        quoted = lines.str.contains('"', literal=True)
        if lines.filter(quoted).str.contains(self.regular).all():
            rows, count = self._plain(block, number), block.count(b"\n") + (not block.endswith(b"\n"))
            self._require(len(rows), count, number)
            short = self._short_of(block, rows, int(lines.str.count_matches('"', literal=True).sum()))
            return self._shaped(_numbered(rows, number), short), count, b""
        if few is not None:
            lines = lines_of(block)
            quoted = lines.str.contains('"', literal=True)
        doubtful = (~lines.str.contains(self.whole)).arg_true()
        some = lines.gather(doubtful)
        is_odd = quoted.gather(doubtful) & ~some.str.contains(self.regular)
        short = pl.repeat(value=False, n=len(lines), eager=True).scatter(doubtful, self._cut_short(some))
        return self._mixed((lines, short), doubtful.filter(is_odd).to_list(), number, is_last=is_last)

    def _short_of(self, block: bytes, rows: pl.DataFrame, marks: int) -> pl.Series | None:
        """Tell which records have too few cells, where each line is one; None where none has. `marks`: how many quotation marks there are."""
        if not self._lack_some(rows) or (rows.width == self.width and all_separate(block, rows, marks)):
            return None
        lines, last = lines_of(block), rows[cell(self.least - 1)]
        texts = rows.select(pl.sum_horizontal(pl.all().str.len_bytes().fill_null(0))).to_series()
        between = lines.str.len_bytes() - texts  # separators, and quotation marks, of which no cell has more than it had
        short = last.is_null() & (between < self.least - 1)
        unsure = (last.is_null() & ~short & lines.str.contains('"', literal=True)).arg_true()
        return short.scatter(unsure, self._cut_short(lines.gather(unsure))) if len(unsure) else short

    def _lack_some(self, rows: pl.DataFrame) -> bool:
        """Tell whether the last cell that a record must have is blank somewhere, which it is where it is not there at all."""
        return self.least > 1 and rows[cell(self.least - 1)].null_count() > 0

    def _cut_short(self, lines: pl.Series) -> pl.Series:
        """Tell which lines have too few cells, by their separators; of one that goes on in the next nothing is told."""
        return lines.str.replace_all(QUOTED, "").str.count_matches(self.separator, literal=True) < self.least - 1

    def _plain(self, block: bytes, numbers: pl.Series | int) -> pl.DataFrame:
        """Read lines of which each is a record; `numbers`: theirs, or the first one's."""
        try:
            return self._parse(block, max(self.width, 2))
        except pl.exceptions.PolarsError:  # more cells than the header has, which may be blank
            pass
        try:
            return self._parse(block, len(self.names))
        except pl.exceptions.PolarsError:
            # NOTE: Python's reader takes a carriage return for the end of a line, or fails on it.
            lines = block.decode().split("\n")
            for place, record in enumerate(csv.reader((line.replace("\r", " ") for line in lines), delimiter=self.separator)):
                if len(record) > len(self.names):
                    self._refuse_ends(lines[place], numbers + place if isinstance(numbers, int) else int(numbers[place]))
                    number = numbers + place if isinstance(numbers, int) else int(numbers[place])
                    raise self._too_wide(number, record) from None
            raise _apart(numbers if isinstance(numbers, int) else int(numbers[0]), self.where) from None

    def _parse(self, block: bytes, width: int) -> pl.DataFrame:
        """Read lines of at most `width` cells.

        NOTE: Polars takes that number from the first line, and passes over a blank one, so it is given one that has them all, unless it has. At the
        very beginning it leaves out a byte order mark, and takes what begins as packed data does (of texts, some with an x) for that.
        """
        apart, schema = self.separator.encode(), dict.fromkeys(self.names[:width], pl.String)
        first = block[: block.find(b"\n") + 1]
        has_all = first.count(apart) == width - 1 and b'"' not in first and first[:1].isalnum() and first[:1] != b"x"
        text = block if has_all else apart * (width - 1) + b"\n" + block
        rows = pl.read_csv(text, has_header=False, separator=self.separator, schema=schema)
        return rows if has_all else rows.slice(1)

    def _too_wide(self, number: int, record: Sequence[str]) -> Refused:
        return Refused(f"{self.where}: row {number} has {len(record)} cells, more than the header's {self.width}.", QUOTES)

    def _require(self, found: int, lines: int, number: int) -> None:
        if found != lines:
            raise _apart(number, self.where)

    def _mixed(self, block: tuple[pl.Series, pl.Series | None], odd: Sequence[int], number: int, *, is_last: bool) -> tuple[pl.DataFrame, int, bytes]:
        """Read a block some of whose lines are no record by themselves (`odd`: their places); `block`: the lines, and which have too few cells."""
        texts = block[0].to_list()
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
        return self._put_together(block, (spans, records), (number, end))

    def _one(self, texts: Sequence[str], place: int, number: int, *, is_last: bool) -> tuple[list[str], int] | None:
        """Read the record that begins at a line; return its cells and how many lines it has, None where the block ends before it does."""
        reader = csv.reader((f"{texts[line]}\n" for line in range(place, len(texts))), delimiter=self.separator, strict=True)
        try:
            record = next(reader)
        except csv.Error as error:
            if UNFINISHED in str(error) and not is_last:
                return None
            self._refuse_ends(texts[place], number)
            raise _apart(number, self.where) from None
        if any(map(OPENS.match, record)):
            raise Refused(f"{self.where}: in row {number} a blank stands before a quotation mark that opens a cell.", BLANK)
        if reader.line_num > 1 and (max(map(len, record)) > CELL_LIMIT or holds_records(record, self.separator)):
            raise Refused(f"{self.where}: a cell of row {number} holds what looks like rows of this file, swallowed by stray quotation marks.", OPEN)
        if len(record) > len(self.names):
            raise self._too_wide(number, record)
        return record, reader.line_num

    def _refuse_ends(self, line: str, number: int) -> None:
        """Raise `Refused` where what is wrong with a line may be that it holds the ends of several."""
        if "\r" in re.sub(QUOTED, "", line):
            raise Refused(f"{self.where}: the lines end in different ways: row {number} holds a carriage return by itself.", ENDS) from None

    def _put_together(
        self, block: tuple[pl.Series, pl.Series | None], odd: tuple[list[tuple[int, int]], list[list[str]]], places: tuple[int, int]
    ) -> tuple[pl.DataFrame, int, bytes]:
        """Join the records read either way, in their order; `places`: the first one's number, and the line at which to end."""
        (lines, short), (spans, records), (number, end) = block, odd, places
        starts = pl.DataFrame(spans, schema={"place": pl.Int64, "length": pl.Int64}, orient="row")
        taken = starts.select(pl.int_ranges("place", pl.col("place") + pl.col("length")).explode()).to_series()
        every = pl.DataFrame({"place": pl.int_range(end, eager=True), "text": lines.head(end)}).with_columns(is_plain=~pl.col("place").is_in(taken.implode()))
        begins = every.with_columns(begins=pl.col("is_plain") | pl.col("place").is_in(starts["place"].implode()))
        numbered = begins.with_columns(source_row=number - 1 + pl.col("begins").cast(pl.Int64).cum_sum())
        plain = numbered.filter("is_plain")
        rows = self._plain("".join(f"{text}\n" for text in plain["text"]).encode(), plain["source_row"])
        self._require(len(rows), len(plain), number)
        filled = [[*record, *[""] * (len(self.names) - len(record))] for record in records]
        others = pl.DataFrame(filled, schema=dict.fromkeys(self.names, pl.String), orient="row")
        spanning = numbered.filter(~pl.col("is_plain") & pl.col("begins"))
        is_short = [
            short.gather(plain["place"]) if short is not None else pl.repeat(value=False, n=len(plain), eager=True),
            pl.Series([len(record) < self.least for record in records], dtype=pl.Boolean),
        ]
        both = [rows.insert_column(0, plain["source_row"]), others.insert_column(0, spanning["source_row"])]
        joined = pl.concat([part.with_columns(flags.alias(SHORT)) for part, flags in zip(both, is_short, strict=True)], how="diagonal").sort("source_row")
        unread = "".join(f"{text}\n" for text in lines.slice(end)).encode()
        return self._shaped(joined.drop(SHORT), joined[SHORT]), len(joined), unread

    def _shaped(self, rows: pl.DataFrame, short: pl.Series | None) -> pl.DataFrame:
        """Leave out blank records; raise `Refused` where one has more cells than the header."""
        spare = [name for name in self.names[self.width :] if name in rows.columns]
        rows = rows.with_columns(pl.lit(value=False).alias(SHORT) if short is None else short.alias(SHORT))
        first = rows[cell(0)]
        doubtful = (first.is_null() | (first < "!") | (first > "~")).fill_null(value=True).arg_true()  # blank, or begins with what may be one
        is_filled = rows[doubtful].select(pl.any_horizontal(pl.col(rows.columns[1:-1]).str.strip_chars() != "").fill_null(value=False)).to_series()
        if not is_filled.all():
            rows = rows.filter(pl.repeat(value=True, n=len(rows), eager=True).scatter(doubtful.filter(~is_filled), values=False))
        if any(rows[name].null_count() < len(rows) for name in spare):
            self._refuse_long(rows, spare)
        return rows.drop(spare)

    def _refuse_long(self, rows: pl.DataFrame, spare: Sequence[str]) -> None:
        long = rows.filter(pl.any_horizontal(pl.col(spare).str.strip_chars() != ""))["source_row"]
        if len(long):
            texts = rows.filter(pl.col("source_row") == long[0]).drop("source_row", SHORT).row(0)
            self._refuse_ends(" ".join(text for text in texts if text), long[0])
            some = ("row " if len(long) == 1 else "rows ") + ", ".join(str(row) for row in long.head(NAMED)) + (" …" if len(long) > NAMED else "")
            said = count_of(len(long), "row has", "rows have")
            raise Refused(f"{self.where}: {said} more cells than the header's {self.width}: {some}.", QUOTES)


def _numbered(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    return rows.insert_column(0, pl.int_range(number, number + len(rows), eager=True, dtype=pl.Int64).alias("source_row"))
