"""Frames to CSV and XLSX files in which text stays text (rule 7.7)."""

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
from rustpy_xlsxwriter import FastExcel, Format

from pipeline.errors import Refused, TryAgain
from pipeline.outputs.celltexts import cut_texts
from pipeline.outputs.staging import Staged

BOM = b"\xef\xbb\xbf"
SHEET_ROWS = 1_048_575  # Excel's limit, less the header
SHEET_COLUMNS = 16_384
NAME_CHARACTERS = 31
UNSOUND = re.compile(r"[\[\]:*?/\\\x00-\x1f]")  # what the name of a sheet may not have
MAX_WIDTH = 50
WRAPPED_ROWS = 20_000
LINE_POINTS = 15.0
MOST_LINES = 20
# Outcome → fill, readable in print and for the colour-blind beside its word.
FILLS = {"applied": "#E2F0D9", "rejected": "#F8CBAD", "unchanged": "#F2F2F2", "ignored": "#F2F2F2", "unprocessed": "#FFF2CC"}


@dataclass(frozen=True)
class Table:
    """One sheet to write: its header (which may repeat or be blank) and as many columns in `frame`."""

    name: str
    header: Sequence[str]
    frame: pl.DataFrame


def write_csv(path: Path, table: Table, separator: str = ",", *, marked: bool = False) -> None:
    """Write a CSV in UTF-8, with a byte order mark if `marked`; text that looks like a formula gets one apostrophe before it."""
    write_csv_pieces(path, table.header, [table.frame], separator, marked=marked)


def write_csv_pieces(path: Path, header: Sequence[str], frames: Iterable[pl.DataFrame], separator: str = ",", *, marked: bool = False) -> None:
    """Write a CSV, as `write_csv` does, of frames that come one after the other."""
    head = pl.DataFrame([list(header)], schema=[f"c{place}" for place in range(len(header))], orient="row")
    with path.open("wb") as handle:
        if marked:
            handle.write(BOM)
        for part in chain([head], frames):
            safe = part.with_columns(cs.string().str.replace(r"^([=+\-@\t\r'])", "'$1"))
            safe.write_csv(handle, separator=separator, include_header=False)


def write_xlsx(path: Path, tables: Sequence[Table]) -> int:
    """Write a workbook, one sheet a table; text cells are marked as text, so that none turns into a formula or a link.

    A table past Excel's row limit goes on in further sheets. A text longer than a cell is cut, with a word at its end; returns how many were.
    Raises `Refused` for a table with more columns than a sheet can have.
    """
    for table in tables:
        if len(table.header) > SHEET_COLUMNS:
            reason = f"sheet {table.name}: with the columns that are added it would have {len(table.header):,}, more than the {SHEET_COLUMNS:,} of a worksheet"
            raise Refused(f"{reason}; nothing was written.", "Delete columns that nothing needs, or save the sheet as CSV, then try again.")
    many_cut = 0
    book = FastExcel(str(path), output_format="xlsx").format(datetime_format="yyyy-mm-dd hh:mm").freeze(row=1)
    bold = Format().set_bold()
    for table in _split(tables):
        names = _distinct(table.header)
        frame, too_long = cut_texts(table.frame.rename(dict(zip(table.frame.columns, names, strict=True))))
        many_cut += too_long
        book.sheet(
            table.name,
            frame,
            column_formats=_formats(frame),
            column_widths=_widths(frame),
            header_format=bold,
            autofilter=len(frame) > 0,
            conditional_formats=_fills(frame),
            row_heights=row_heights(frame, _widths(frame)),
            page_setup={"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0},
        )
    save_book(book)
    return many_cut


def save_book(book: FastExcel) -> None:
    """Write a workbook to its file; raise `OSError` where that fails for want of room, which its writer calls a panic (no `Exception` at all).

    Raises `TryAgain` where there is no folder for temporary files: the writer looks for no other one than TMPDIR names.
    """
    try:
        with _unheard():
            book.save()
    except RuntimeError as error:
        if "Temporary file error" not in str(error):
            raise
        folder = os.environ.get("TMPDIR", "/tmp")  # noqa: S108  # what the system says where the environment names none
        raise TryAgain(f"{folder}: nothing can be written in the folder for temporary files.", "Make it, or name another one in TMPDIR.") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise OSError(errno.ENOSPC, "the writer of workbooks found no room for it, here or in the folder for temporary files") from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Let nobody hear what a writer in Rust says on stderr of its own accord: words for programmers, beside the error that it raises."""
    kept = None
    with suppress(OSError):  # there is no stderr
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    try:
        yield
    finally:
        if kept is not None:
            os.dup2(kept, 2)
            os.close(kept)


def _formats(frame: pl.DataFrame) -> dict[str, Format]:
    """Return the formats of columns: text is kept as text, and wrapped where the sheet is small enough for rows of many heights."""
    text, number = Format().set_quote_prefix().set_align("top"), Format().set_align("top")
    text = text.set_text_wrap() if len(frame) <= WRAPPED_ROWS else text
    return dict.fromkeys(frame.select(cs.string()).columns, text) | dict.fromkeys(frame.select(cs.integer()).columns, number)


def _split(tables: Sequence[Table]) -> list[Table]:
    parts: list[Table] = []
    taken: set[str] = set()
    for table in tables:
        for number, start in enumerate(range(0, max(len(table.frame), 1), SHEET_ROWS)):
            name = _sheet_name(table.name if not number else f"{table.name[:26]} ({number + 1})", taken)
            parts.append(Table(name, table.header, table.frame.slice(start, SHEET_ROWS)))
    return parts


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have, and that none in `taken` has: the sheets of an upload are called as anybody likes."""
    sound = UNSOUND.sub("_", name).strip("'")[:NAME_CHARACTERS] or "Sheet"
    free = next(one for one in (sound, *(f"{sound[:26]} {number}" for number in range(2, 10_000))) if one.casefold() not in taken)
    taken.add(free.casefold())
    return free


def _distinct(header: Sequence[str]) -> list[str]:
    """Make headers differ by trailing blanks, which nobody sees, since a workbook's writer takes each name once."""
    names: dict[str, None] = {}
    turns: dict[str, int] = {}
    for title in header:
        name = title or " "
        while name in names:
            turns[title] = turns.get(title, 0) + 1
            # NOTE: two kinds of blank write the turn's number in binary; one blank more each time took hours for a thousand blank headers.
            name = (title or " ") + f"{turns[title]:b}".replace("0", " ").replace("1", "\u00a0")
        names[name] = None
    return list(names)


def _widths(frame: pl.DataFrame) -> dict[str, float]:
    widest = frame.head(1000).select(pl.all().cast(pl.String).str.len_chars().max())
    return {name: float(min(max(widest[name][0] or 0, len(name)) + 3, MAX_WIDTH)) for name in frame.columns}


def row_heights(frame: pl.DataFrame, widths: Mapping[str, float]) -> dict[int, float] | None:
    """Return the heights, in points, of rows whose text takes more than one line; a program that reads the file does not find them itself."""
    if len(frame) > WRAPPED_ROWS:
        return None
    text = frame.select(cs.string())
    lines = [pl.col(name).str.len_chars() // widths[name] + 1 + pl.col(name).str.count_matches("\n") for name in text.columns]
    needed = text.select(pl.max_horizontal(pl.lit(1), *(line.fill_null(1) for line in lines)).clip(1, MOST_LINES).alias("lines")).with_row_index(
        "row", offset=1
    )
    return {row: LINE_POINTS * count for row, count in needed.filter(pl.col("lines") > 1).rows()} or None


def _fills(frame: pl.DataFrame) -> dict[str, Any] | None:
    if "outcome" not in frame.columns:
        return None
    rules = [{"type": "text", "criteria": "begins_with", "value": word, "format": Format().set_background_color(colour)} for word, colour in FILLS.items()]
    return {"outcome": rules}


def write_table(files: Staged, target: Path, name: str, frame: pl.DataFrame, zone: str) -> int:
    """Stage a table of the book as CSV, XLSX or Parquet, by the target's ending; workbooks show times in `zone`.

    Returns how many texts were cut, since a cell of a workbook holds no more. Raises what `Staged.write` does.
    """
    cut: list[int] = []
    writers: dict[str, Callable[[Path], None]] = {
        ".csv": lambda path: write_csv(path, Table(name, frame.columns, frame)),
        ".xlsx": lambda path: cut.append(write_xlsx(path, [Table(name, frame.columns, _for_workbook(frame, zone))])),
        ".parquet": frame.write_parquet,
    }
    files.write(target, writers[target.suffix])
    return sum(cut)


def _for_workbook(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    local = cs.datetime(time_zone="*").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return frame.with_columns(local, cs.decimal().cast(pl.Float64))
