"""What an unknown file has: its sheets or tables, their headers, and the first rows of each; which of them a draft of a map is made of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.intake.decode import GUESSED
from pipeline.intake.exports import Opened, open_parts
from pipeline.intake.sheets import NOT_EXACT, Heads, OneOf, Wanted, cell
from pipeline.legacy.assigning import assign
from pipeline.legacy.flagwords import ENDED, FAMILIES, OVER
from pipeline.legacy.guessing import MOST, guess_columns
from pipeline.legacy.headings import Headed, numbered, spread
from pipeline.legacy.maps import KEYS
from pipeline.legacy.markup import open_markup
from pipeline.legacy.norecords import TOTAL, find_no_records
from pipeline.legacy.opening import MapColumns
from pipeline.legacy.terms import phrase
from pipeline.settings import Settings
from schemas.columns import Column, Kind, Layout

LOOKED_AT = 20_000  # rows
NUMBERED = re.compile(r"^\d{1,2}(?:\.|st|nd|rd|th|er|e|º|ª)?\s+[^\W\d][^\d]*$")
LONGEST = 60  # characters of a header
TRIED = 5  # sheets, those with most rows, of which the first that tells of flags is drafted


class AnyHeader(OneOf):
    """Sheets of anything: the first record that looks like a header is taken for one, and all columns count."""

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return what to read: the columns of the most likely header."""
        records = [(record, head[place - 1] if place else ()) for head in heads for place, record in enumerate(head)]
        best = max((len({*_titles(record)}) for record, _ in records), default=0)
        found, above = next(((record, before) for record, before in records if _is_header(_titles(record), best)), ((), ()))
        names = list(dict.fromkeys(one for one in numbered(found) if one))
        everything = tuple((name,) for name in names) or (("a header",),)
        layout = Layout("any", name, tuple(Column(one, Kind.TEXT, "") for one in names), everything)
        return _Below(**vars(MapColumns.of_headers(layout, names)), above=tuple(above))


@dataclass(frozen=True)
class _Below(MapColumns):
    """The columns of a header, with the record above it."""

    above: tuple[str, ...] = ()


def _titles(record: Sequence[str]) -> list[str]:
    """Return the cells of a record that may be titles: short texts, no numbers, dates or addresses; 2nd warning is one."""
    short = [one for title in record if (one := title.strip()) and len(one) <= LONGEST and "@" not in one]
    return [one for one in short if not any(map(str.isdigit, one[:4])) or NUMBERED.match(one)]


def _is_header(titles: Sequence[str], most: int) -> bool:
    """Tell whether there are enough titles for a header, `most` being those of the record with most different ones; some may stand there several times."""
    return len(titles) >= max(0.8 * most, 1) and 2 * len({*titles}) > most


@dataclass(frozen=True)
class Table:
    """A sheet, or those with the same header: `names`, what they are called (`called` stands before it), their columns, rows, and where each row stands."""

    names: tuple[str, ...]
    called: str
    header: tuple[str, ...]
    columns: tuple[Headed, ...]
    rows: pl.DataFrame
    places: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """What was looked at: the sheet with what tells of flags, or with the most rows (`is_most`) and those with the same header, and the other sheets.

    `inexact` are columns of `own` with numbers that can't be ids (rule 2.2), `below` what lines below its table say, such as a legend;
    `is_guessed` tells that the file's encoding is.
    """

    own: Table
    others: tuple[Table, ...]
    is_most: bool
    inexact: frozenset[str]
    below: tuple[str, ...]
    is_guessed: bool

    @property
    def sheet(self) -> str:
        """Return what the first sheet is called."""
        return f"{self.own.called}{self.own.names[0]}"

    @property
    def alike(self) -> tuple[str, ...]:
        """Return the sheets with the same header."""
        return self.own.names[1:]


@dataclass(frozen=True)
class _First:
    """The first rows of a sheet, where the columns stand that hold numbers which are not exact, and what lines below the table say."""

    rows: pl.DataFrame
    inexact: set[int]
    below: tuple[str, ...]


def look(path: Path, settings: Settings, encoding: str | None) -> Looked:
    """Read the first rows of the sheet that tells of flags, else of the one that has most of them, of sheets with the same columns, and of the others."""
    sought = AnyHeader((), {})
    opened = open_markup(path, sought, settings, encoding) or open_parts(path, sought, settings, encoding)
    first = [_first_rows(one) for one in opened]
    order = sorted(range(len(opened)), key=lambda place: (is_past(opened[place].sheet), -len(first[place].rows)))
    told = (place for place in order[:TRIED] if len(opened) > 1 and _tells(opened[place], first[place].rows, settings.type_names()))
    best = next(told, order[0])
    alike = [best, *(place for place, one in enumerate(opened) if one.header == opened[best].header and place != best)]
    columns = _columns(opened[best])
    return Looked(
        own=_table(opened, first, sorted(alike), best),
        others=tuple(_table(opened, first, [place], place) for place in range(len(opened)) if place not in alike),
        is_most=len(first[best].rows) == max(len(one.rows) for one in first),
        inexact=frozenset(columns[place].header for one in alike for place in first[one].inexact if place in columns),
        below=tuple(text for one in alike for text in first[one].below),
        is_guessed=any(remark.endswith(GUESSED) for one in opened for remark in one.remarks),
    )


def _table(opened: Sequence[Opened], first: Sequence[_First], places: Sequence[int], best: int) -> Table:
    """Return some sheets with the same header as one table, called as the `best` of them."""
    rows = pl.concat([first[place].rows.with_columns(sheet=pl.lit(opened[place].sheet)) for place in places]).head(LOOKED_AT)
    columns = _columns(opened[best])
    return Table(
        names=(opened[best].sheet, *(opened[place].sheet for place in places if place != best)),
        called=opened[best].called,
        header=opened[best].header,
        columns=tuple(_apart(columns.values(), rows.select(cell(place) for place in columns))),
        rows=rows.select(cell(place) for place in columns),
        places=tuple(f"{row} in {sheet}" if len(places) > 1 else str(row) for row, sheet in rows.select("source_row", "sheet").rows()),
    )


def _columns(opened: Opened) -> dict[int, Headed]:
    """Return the columns that have headers, by their places."""
    above = spread(opened.wanted.above if isinstance(opened.wanted, _Below) else (), len(opened.header))
    every = zip(numbered(opened.header), opened.header, above, strict=True)
    return {place: Headed(*one) for place, one in enumerate(every) if one[0]}


def _apart(columns: Iterable[Headed], rows: pl.DataFrame) -> Iterator[Headed]:
    """Yield columns; of those below one title, none from the one on that is filled in nearly every row, beside sparse ones: merged cells end before it."""
    above, is_sparse, is_over = "", False, False
    for one, cells in zip(columns, rows, strict=True):
        is_full = 1 - cells.null_count() / max(len(cells), 1) >= MOST
        is_sparse, is_over = (False, False) if one.above != above else (is_sparse, is_over)
        is_over |= is_full and is_sparse
        is_sparse |= not is_full
        above = one.above
        yield replace(one, above="") if is_over else one


def _tells(opened: Opened, rows: pl.DataFrame, types: Sequence[str]) -> bool:
    """Tell whether a sheet is called as a list of flags is, or has columns that tell of flags, and whose they are."""
    columns = _columns(opened)
    drafted = assign(guess_columns([*columns.values()], rows.select(cell(place) for place in columns)), types)
    is_called_so = any(terms.within(phrase(opened.sheet)) for terms in FAMILIES)
    is_known = bool({*KEYS} & set(drafted.columns))
    return (is_called_so and is_known) or (bool(drafted.columns) and any(not rule.is_offered for rule in drafted.rules))


def _first_rows(opened: Opened) -> _First:
    pieces, inexact, below = [], set[int](), list[str]()
    for sheet in opened.sheets():
        none = find_no_records(sheet, range(len(sheet.header)))
        pieces.append(sheet.rows.filter(~pl.col("source_row").is_in(none["source_row"].implode())))
        last = sheet.rows.filter(pl.col("source_row").is_in(none.filter(pl.col("code") == "footer-row")["source_row"].implode()))
        below += [" ".join(text for text in row if text and text.strip()) for row in last.drop("source_row").rows()]
        inexact |= set(sheet.marks.filter(pl.col("mark") == NOT_EXACT)["position"].to_list())
        if sum(map(len, pieces)) >= LOOKED_AT:
            break
    rows = pl.concat(pieces).head(LOOKED_AT).select("source_row", *(cell(place) for place in range(len(opened.header))))
    return _First(rows, inexact, tuple(text for text in below if not re.search(TOTAL, text)))


def is_past(sheet: str) -> bool:
    """Tell whether a sheet is called as one of flags that are over is."""
    return OVER.within(phrase(sheet)) or ENDED.within(phrase(sheet))
