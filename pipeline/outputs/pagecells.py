"""Cells and tables of the page: how each value is written, cut and coloured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from schemas.reports import Form, Shown

CUT = " … (cut here: the whole of it is in the workbook)"
# What HTML can't hold, nor print show; tabs and line breaks stay.
UNSHOWN: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\ufffd")
LOOKS: Final = {Form.COUNT: "n", Form.DAY: "when", Form.TIME: "when", Form.LONG: "long", Form.TEXT: "text", Form.NAME: "text", Form.FLAGS: "text"}
HEADS: Final = ("name", "customer_id", "batch_id", "day", "batch")  # the first of these that a table has names its rows


@dataclass(frozen=True)
class Look:
    """What the page needs of the settings, and how many characters a text may have.

    `tints`: flag type → colour. `ends_within`, `stale_after`: how soon flags end and how old stale ones are, in days.
    """

    timezone: str
    tints: Mapping[str, str]
    ends_within: int
    stale_after: int
    text: int = 300

    def local(self, moment: datetime) -> datetime:
        """Return a time on the clock of the business."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def tint(self, flags: str | None) -> str:
        """Return the style of some types of flags, which is that of the first, most severe one; the longest name is tried first."""
        for name in sorted(self.tints, key=len, reverse=True):
            if flags and (flags == name or flags.startswith(f"{name}, ")):
                return self.tints[name]
        return "white"

    def words(self, text: str | None) -> str:
        """Return a text as the page may hold it: cut where it is too long, unseen control characters replaced."""
        text = (text or "").translate(UNSHOWN)
        return text if len(text) <= self.text else text[: self.text].rstrip() + CUT


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the style of its cell, the colour of its flags, whether it names its row."""

    text: str
    look: str = ""
    tint: str = ""
    heads: bool = False


@dataclass(frozen=True)
class Row:
    """One row of cells; `flagged` ones are marked."""

    cells: Sequence[Cell]
    flagged: bool = False


def rows_of(frame: pl.DataFrame, columns: Sequence[Shown], look: Look, flags: str | None = None) -> list[Row]:
    """Return the rows of a frame in its order; `flags` is the column that is filled where a row is flagged."""
    named = [column.name for column in columns]
    head = next((name for name in HEADS if name in named), None)
    return [
        Row([cell_of(record[column.name], column, look, column.name == head) for column in columns], bool(flags and record[flags]))
        for record in frame.to_dicts()
    ]


def cell_of(value: Any, column: Shown, look: Look, heads: bool) -> Cell:
    """Return one value as it is shown."""
    text = look.words(shown(value, column.form, look))
    if heads:
        return Cell(text, heads=True)
    return Cell(text, LOOKS.get(column.form, ""), look.tint(value) if value and column.form is Form.FLAGS else "")


def shown(value: Any, form: Form, look: Look) -> str:
    """Return a value as people read it; nothing for null."""
    if value is None or (form is Form.YES and not value):
        return ""
    if form is Form.YES:
        return "yes"
    if isinstance(value, datetime):
        return f"{look.local(value):%a %Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%a %Y-%m-%d}"
    return number(value) if isinstance(value, int) else str(value)


def number(value: int) -> str:
    """Return a number with commas."""
    return f"{value:,}"


def counted(count: int, one: str, several: str = "") -> str:
    """Return how many of something there are, in words."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
