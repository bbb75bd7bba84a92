"""What every reader hands on: one sheet as text, with the row numbers that the spreadsheet shows."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from pipeline.errors import NotRecognised, Refused
from pipeline.findings import NOT_A_TIME
from pipeline.intake.cells import word_keys
from pipeline.intake.titles import tell_columns
from schemas.columns import BOOKINGS, CUSTOMERS, REJECTED_COLUMNS, RESULT_COLUMNS, Kind, Layout, header_key, header_names
from schemas.entities import CATALOGUE, ENTITIES

CELL_ERROR = "cell-error"
NOT_EXACT = "id-not-exact"
SHORT_ROW = "short-row"  # the mark of a whole row: its position is none
# What cells show that hold an error; in files that Flagbook wrote they stand as text.
ERROR_TEXTS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BUSY!", "#ERROR")
LIKE = 10  # letters by which a message is known again
ALIKE = 0.8  # share of letters by which a title is like a column's: coment, telefone
COMPARED, LONGEST = 40, 40  # titles that are compared so, and their letters: it takes its time
INEXACT = " (id not exact)"  # what result files put behind an id that is not
EXPORTS = (BOOKINGS, CUSTOMERS)
# What each kind of file is given to, that which the fewest columns tell last.
CALLS = (*((one.layout, "flagbook apply") for one in ENTITIES), (BOOKINGS, "flagbook load --bookings"), (CUSTOMERS, "flagbook load --customers"))
LEAST = 2  # known titles that a header must have to be another kind's
MARK_SCHEMA = {"source_row": pl.Int64, "position": pl.Int64, "mark": pl.String}


@dataclass(frozen=True)
class RawSheet:
    """One sheet as text.

    `rows` has source_row (Int64, the number that the spreadsheet shows) and one String column per header cell, named by
    `cell(position)`, null where blank, in the order of the file; wholly blank rows are left out. `marks` has source_row,
    position and mark for cells whose text can't be trusted: `CELL_ERROR` or `NOT_EXACT` (such a cell is never null), and for rows of a CSV that
    have fewer cells than the header: `SHORT_ROW`. `separator` is that of a CSV;
    `ours` says that Flagbook wrote the file (see `is_ours`). `wanted` is what the sheet was recognised as. `first_column` is the
    0-based column of a workbook's sheet in which the header begins.
    """

    name: str
    header: tuple[str, ...]
    header_row: int
    rows: pl.DataFrame
    marks: pl.DataFrame
    wanted: "Wanted"
    separator: str = ","
    ours: bool = False
    first_column: int = 0


@dataclass(frozen=True)
class Wanted:
    """The columns that a file is searched for: `names` maps header keys to column names (see `header_names`)."""

    layout: Layout
    names: Mapping[str, str]

    @classmethod
    def of(cls, layout: Layout, extra: dict[str, str] | None = None) -> "Wanted":
        """Return what to look for in a sheet of `layout`, with `extra` headers of a map or the settings."""
        return cls(layout, header_names(layout, extra))

    def recognised(self, record: Sequence[str]) -> list[str | None]:
        """Return the column name that each header cell means, or None."""
        return [self.names.get(header_key(cell)) for cell in record]

    def unused(self, header: Sequence[str], but: Collection[str]) -> list[str]:
        """Return the titles of a header that no column answers to, and that are not in `but`; one that is probably misspelt bears what it is like."""
        named = self.recognised(header)
        lacking = {key: name for key, name in self.names.items() if name not in named}
        titles = [title for title, name in zip(header, named, strict=True) if title and not name and title not in but]
        keys = {title: header_key(title) for title in titles[:COMPARED]}
        near = {title: difflib.get_close_matches(key, lacking, n=1, cutoff=ALIKE) for title, key in keys.items() if len(key) <= LONGEST}
        return [f"{title} (did you mean {lacking[near[title][0]]}?)" if near.get(title) else title for title in titles]

    def missing(self, record: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the groups of required columns of which `record` has none."""
        found = set(self.recognised(record))
        return [group for group in self.layout.required if found.isdisjoint(group)]

    def score(self, record: Sequence[str]) -> tuple[bool, int]:
        """Return how well a record serves as the header: complete or not, and how many columns it names."""
        named = {name for name in self.recognised(record) if name}
        return bool(named) and not self.missing(record), len(named)

    def which_one(self, headers: Sequence[str]) -> str:  # noqa: ARG002  # a map may name them
        """Return what to do where several headers mean one column."""
        return "Remove or rename one of them, then try again."

    def is_named(self, name: str) -> bool:
        """Tell whether a sheet is named after this kind."""
        return self.layout.title.casefold() == name.strip().casefold()

    def choose(self, heads: "Heads", name: str) -> "Wanted":  # noqa: ARG002  # there is no choice
        """Return what a sheet is read as: this."""
        return self


# The first records of a sheet, once for each way in which it may be cut.
Heads: TypeAlias = Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True)
class OneOf:
    """Several kinds of sheet, of which each sheet is one. `by_action` has the action words of kinds that only those tell apart."""

    kinds: tuple[Wanted, ...]
    by_action: Mapping[str, frozenset[str]]

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return what a sheet is: the kind that it is named after, else the first whose required columns it has.

        A kind of which the columns say too little is taken where no other fits, and the sheet bears its name or holds its actions.
        """
        complete = [kind for kind in self.kinds if any(kind.score(record)[0] for head in heads for record in head)]
        known = [kind for kind in complete if kind.layout.name not in self.by_action]
        named = [kind for kind in complete if kind.is_named(name)]
        told = [kind for kind in complete if kind not in known and (kind in named or self._holds_actions(kind, heads))]
        meant = [kind for kind in self.kinds if kind.is_named(name)]
        return next(iter([kind for kind in named if kind in known] or known or told or meant), self.kinds[0])

    def _holds_actions(self, kind: Wanted, heads: Heads) -> bool:
        words = self.by_action[kind.layout.name]
        return any(not words.isdisjoint(_actions(head, kind)) for head in heads)


def _actions(head: Sequence[Sequence[str]], kind: Wanted) -> list[str]:
    """Return the words below the action column, as they are compared."""
    start = find_header(head, kind)
    named = [] if start is None else kind.recognised(head[start])
    if start is None or "action" not in named:
        return []
    place = named.index("action")
    words = word_keys(pl.Series([record[place] for record in head[start + 1 :] if len(record) > place], dtype=pl.String))
    return words.drop_nulls().to_list()


Sought: TypeAlias = Wanted | OneOf


def cell(position: int) -> str:
    """Return the name of the text column at a 0-based position of the header."""
    return f"c{position}"


def is_ours(header: Sequence[str], rows: pl.DataFrame) -> bool:
    """Tell whether Flagbook wrote the file: it ends with the result columns, or those of a rejected file, or with messages (rule 7.7).

    A column called message alone that holds texts, and none of Flagbook's messages, is the user's own.
    """
    if any(tuple(header[-len(added) :]) == added for added in (RESULT_COLUMNS, REJECTED_COLUMNS)):
        return True
    said = rows[cell(len(header) - 1)].drop_nulls()
    return header[-1] == "message" and (len(said) == 0 or bool(_is_message(said).any()))


def _is_message(texts: pl.Series) -> pl.Series:
    """Tell which texts begin like a message of the catalogue; the first word may be another column's name."""
    starts = {message.partition(" ")[2][:LIKE] for message in (NOT_A_TIME, *(kind.message for kind in CATALOGUE.values()))}
    return texts.str.extract(rf"^\S+ (.{{1,{LIKE}}})", 1).is_in(list(starts)).fill_null(value=False)


def own_width(sheet: RawSheet) -> int:
    """Return how many of a sheet's columns are the user's: all but the result columns that Flagbook added."""
    if not sheet.ours:
        return len(sheet.header)
    added = next((one for one in (RESULT_COLUMNS, REJECTED_COLUMNS) if sheet.header[-len(one) :] == one), REJECTED_COLUMNS[-1:])
    return len(sheet.header) - len(added)


def rows_to_hand_back(sheet: RawSheet) -> pl.DataFrame:
    """Return source_row and a sheet's own columns as result files show them.

    An id that is not exact says so, lest it is taken for one that is.
    """
    ids = {column.name for column in sheet.wanted.layout.columns if column.kind is Kind.ID}
    positions = [position for position, name in enumerate(sheet.wanted.recognised(sheet.header)) if name in ids]
    rows = sheet.rows.select("source_row", *(cell(position) for position in range(own_width(sheet))))
    for position in positions:
        doubtful = sheet.marks.filter((pl.col("mark") == NOT_EXACT) & (pl.col("position") == position))["source_row"]
        text = pl.col(cell(position))
        rows = rows.with_columns(pl.when(pl.col("source_row").is_in(doubtful.implode())).then(text + INEXACT).otherwise(text).alias(cell(position)))
    return rows


def find_header(records: Sequence[Sequence[str]], wanted: Wanted) -> int | None:
    """Return the index of the header among the first records: the first complete one, else the one that names most columns.

    None where no record names any column.
    """
    scores = [wanted.score(record) for record in records]
    best = max(scores, default=(False, 0))
    if best == (False, 0):
        return None
    if best[0]:
        return next(index for index, score in enumerate(scores) if score[0])
    return scores.index(best)


def map_columns(sheet_header: Sequence[str], wanted: Wanted, where: str) -> dict[str, int]:
    """Return the position of each recognised column; raise `Refused` where one is missing or stands twice (rule 7.3)."""
    named = wanted.recognised(sheet_header)
    twice = sorted({name for name in named if name and named.count(name) > 1})
    if twice:
        both = [header for header, name in zip(sheet_header, named, strict=True) if name == twice[0]]
        raise Refused(f"{where}: two columns mean {twice[0]}: {', '.join(both)}.", wanted.which_one(both))
    absent = wanted.missing(sheet_header)
    if absent:
        needed = "; ".join(" or ".join(group) for group in absent)
        raise NotRecognised(f"{where}: a required column is missing: {needed}. {tell_columns(sheet_header, named)}", _what_to_do(sheet_header, wanted))
    return {name: position for position, name in enumerate(named) if name}


def _what_to_do(header: Sequence[str], wanted: Wanted) -> str:
    """Return what to do where a header lacks a column; a file of another kind may have been given to the wrong command."""
    least = max(wanted.score(header)[1], LEAST)
    for layout, call in CALLS:
        is_whole, known = Wanted.of(layout).score(header)
        if layout.name != wanted.layout.name and is_whole and known >= least:
            return f"These look like the columns of {layout.title.lower()}: if so, give the file to {call}."
    by_map = "; a column map (--map) may name it too" if wanted.layout in EXPORTS else ""
    return f"Add the column, or name it under aliases in the settings{by_map}."
