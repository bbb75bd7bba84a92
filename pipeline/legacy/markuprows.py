"""The process that reads tables which are HTML or SpreadsheetML: markup comes in on stdin, what a workbook's parser says goes out (see `parsing.py`).

A few bytes of markup can mean a great many cells, or much time; so this is a process of its own, with little memory and time.
"""

import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))  # this process is started alone, and looks nowhere else first

from pipeline.confined import end_of_writing, limit_resources
from pipeline.intake.parser import CHUNK, DONE
from pipeline.legacy.sheetml import Sheet, read_sheets
from pipeline.legacy.webtables import BrokenOff, Room, TooManyCells, read_page

MAX_SHEETS = 10_000
NO_TABLE, UNREADABLE, TOO_MANY_CELLS, BROKEN_OFF, TOO_WIDE, TOO_MANY_SHEETS = range(76, 82)  # exit codes


def _sheets_of_page(text: str, room: Room) -> list[Sheet]:
    """Return the tables of a page as sheets; the only one has no name."""
    tables = read_page(text, room)
    sheets = [Sheet(f"table {number}" if len(tables) > 1 else "") for number in range(1, len(tables) + 1)]
    for sheet, rows in zip(sheets, tables, strict=True):
        for number, row in enumerate(rows, start=1):
            sheet.add(number, row)
    return sheets


def _said(sheets: list[Sheet]) -> Iterator[Any]:
    """Yield what `parser.py` would say of a workbook with these sheets."""
    yield {"sheets": [(sheet.name, True, sheet.is_visible) for sheet in sheets]}
    visible = [sheet for sheet in sheets if sheet.is_visible]
    for sheet in visible:
        width = _width(sheet)
        yield {"sheet": sheet.name, "first_column": 0 if width else None, "width": width}
        step = max(1, CHUNK // max(width, 1))
        for start in range(0, len(sheet.rows), step):
            yield _chunk(sheet, (start, start + step), width)
    yield DONE
    yield {"looks": [(sheet.name, *([mark[part] for mark in sheet.marks] for part in range(3)), sheet.hidden, sheet.merges) for sheet in visible]}


def _width(sheet: Sheet) -> int:
    return max(map(len, sheet.rows), default=0)


def _chunk(sheet: Sheet, places: tuple[int, int], width: int) -> dict[str, Any]:
    rows = slice(*places)
    columns = list(zip_longest(*sheet.rows[rows], fillvalue=""))
    blank = [None] * (width - len(columns))
    return {"rows": sheet.numbers[rows], "columns": [column if any(column) else None for column in columns] + blank, "inexact": []}


def main(words: list[str]) -> int:
    """Read what stdin holds; the one argument is JSON: the limits (of cells, too), and the encoding of a page, null for SpreadsheetML."""
    task = json.loads(words[0])
    data = sys.stdin.buffer.read()
    limit_resources(task["memory"] + 2 * len(data), task["seconds"], task["output"])
    room = Room(task["cells"])
    try:
        sheets = read_sheets(data, room) if task["encoding"] is None else _sheets_of_page(data.decode(task["encoding"], errors="replace"), room)
    except TooManyCells:
        return TOO_MANY_CELLS
    except BrokenOff:
        return BROKEN_OFF
    except (ParseError, DefusedXmlException, ValueError):
        return UNREADABLE
    return _beyond(sheets, task) or end_of_writing(lambda: sys.stdout.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in _said(sheets)))


def _beyond(sheets: list[Sheet], task: dict[str, Any]) -> int:
    """Return the exit code where there is no table, or a table is larger than the limits; else 0."""
    if task["encoding"] is not None and not any(sheet.rows for sheet in sheets):
        return NO_TABLE
    if len(sheets) > MAX_SHEETS:
        return TOO_MANY_SHEETS
    if any(_width(sheet) > task["columns"] for sheet in sheets):
        return TOO_WIDE
    return TOO_MANY_CELLS if sum(_width(sheet) * len(sheet.rows) for sheet in sheets) > task["area"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
