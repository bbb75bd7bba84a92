r"""Small tables drawn as text: columns begin where their headers begin, two blanks or more between headers.

A cell in double quotes is read as a JSON text, so that blanks around it, line breaks and letters that can't be seen are drawn as "  a\nb".
"""

import csv
import io
import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

HEADER = re.compile(r"\S+(?: \S+)*")
SHEET = re.compile(r"^\[[^]]+\](?: hidden)?")
ARROW = "=>"


@dataclass(frozen=True)
class Drawn:
    """A table as drawn: every cell is text, blank where nothing is drawn."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def dicts(self) -> list[dict[str, str]]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]

    def halves(self) -> tuple["Drawn", "Drawn"]:
        """Return what stands left and right of the arrow."""
        at = self.header.index(ARROW)
        left, right = slice(None, at), slice(at + 1, None)
        return Drawn(self.header[left], tuple(row[left] for row in self.rows)), Drawn(self.header[right], tuple(row[right] for row in self.rows))


def lines_of(text: str) -> list[str]:
    """Return the lines of a drawing without the indentation that they share, and without blank ones at the ends."""
    return textwrap.dedent(text).strip("\n").rstrip().split("\n")


def read_table(text: str) -> Drawn:
    """Read a drawing; raise `ValueError` where a cell stands across the start of a column."""
    head, *lines = [line for line in lines_of(text) if line.strip()]
    starts = [found.start() for found in HEADER.finditer(head)]
    header = tuple(found.group() for found in HEADER.finditer(head))
    for line in lines:
        crossed = [name for name, start in zip(header, starts, strict=True) if start and line[start - 1 : start].strip()]
        if crossed or (line[: starts[0]].strip()):
            raise ValueError(f"not aligned at {', '.join(crossed) or header[0]}: {line}")
    ends = [*starts[1:], None]
    return Drawn(header, tuple(tuple(read_cell(line[start:end]) for start, end in zip(starts, ends, strict=True)) for line in lines))


def read_sheets(text: str) -> dict[str, Drawn]:
    """Read several drawings, each under a line with its name in brackets; the word after it, if any, goes with the name."""
    names = [line.strip() for line in lines_of(text) if SHEET.fullmatch(line.strip())]
    parts = re.split(SHEET.pattern + "$", "\n".join(lines_of(text)), flags=re.MULTILINE)[1:]
    return {name: read_table(part) for name, part in zip(names, parts, strict=True)}


def read_cell(text: str) -> str:
    """Return what a drawn cell says."""
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        value = json.loads(plain)
        assert isinstance(value, str)
        return value
    return plain


def show_cell(value: object) -> str:
    """Return a stored value as it is drawn: nothing for null, times in UTC."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def draw(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Draw a table, for messages of failed tests."""
    cells = [list(header), *([json.dumps(cell) if cell != cell.strip() or "\n" in cell else cell for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)


def to_csv(table: Drawn) -> str:
    """Write a table as a CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([table.header, *table.rows])
    return text.getvalue()
