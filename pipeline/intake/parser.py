"""The process that parses a workbook: bytes come in on stdin, texts go out on stdout, one JSON value a line (see `parsing.py`).

NOTE: a damaged workbook, or a cell far away, makes a parser ask for hundreds of gigabytes, and that aborts the process: nothing
in Python can catch it. So this is a process of its own, with little memory and time, and imports no more than it needs.
"""

import gc
import json
import sys
from collections.abc import Callable, Generator, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))  # this process is started alone, and looks nowhere else first

from pipeline.confined import end_of_writing, limit_resources
from pipeline.intake.cellvalues import Value, column_texts, days_of, is_inexact

CHUNK = 200_000  # cells that are handed on together
LOCKED, DAMAGED = "locked", "damaged"
DONE = {"done": True}


def parse(data: bytes, only: list[str], *, judge: bool) -> Iterator[Any]:
    """Yield what is in a workbook: its sheets, then of each that is to be read its rows; `only`: the sheets that are asked for.

    `judge`: name the numbers that can't be ids whatever they look like.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415  # only after the limits are set

    book = yield from _guarded(lambda: CalamineWorkbook.from_filelike(BytesIO(data)))
    if book is None:
        return
    sheets = [(one.name, one.typ == SheetTypeEnum.WorkSheet, one.visible == SheetVisibleEnum.Visible) for one in book.sheets_metadata]
    yield {"sheets": sheets}
    asked = {name.casefold() for name in only}
    for name, has_cells, is_visible in sheets:
        if has_cells and (name.casefold() in asked if asked else is_visible):
            yield from _sheet(book, name, judge=judge)


def _sheet(book: Any, name: str, *, judge: bool) -> Iterator[Any]:
    sheet = yield from _guarded(lambda: book.get_sheet_by_name(name), name)
    if sheet is None:
        return
    yield {"sheet": name, "first_column": sheet.start[1] if sheet.start else None, "width": sheet.width}
    rows = _filled(sheet)
    while chunk := (yield from _guarded(lambda: list(islice(rows, max(1, CHUNK // max(sheet.width, 1)))), name)):
        yield _as_text(chunk, judge=judge)


def _filled(sheet: Any) -> Iterator[tuple[int, list[Value]]]:
    """Yield the rows that hold something, with the numbers that the spreadsheet shows."""
    blank = [""] * sheet.width
    return ((number, row) for number, row in enumerate(sheet.iter_rows(), 1) if row != blank)


def _as_text(chunk: list[tuple[int, list[Value]]], *, judge: bool) -> dict[str, Any]:
    numbers, rows = zip(*chunk, strict=True)
    inexact = [(number, position) for number, row in chunk for position, value in enumerate(row) if is_inexact(value)] if judge else []
    columns = list(zip(*rows, strict=True))
    days = {place: found for place, column in enumerate(columns) if (found := days_of(numbers, column)) is not None}
    return {"rows": numbers, "columns": list(map(column_texts, columns)), "inexact": inexact, "days": days}


def _guarded(work: Callable[[], Any], sheet: str | None = None) -> Generator[Any, None, Any]:
    """Return what the parser returns, or yield what is wrong with it; its panics are no `Exception`, and count as damage."""
    try:
        return work()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        yield {"sheet": sheet, "failed": LOCKED if type(error).__name__ == "PasswordError" else DAMAGED}
        return None


def main(words: list[str]) -> int:
    """Parse what stdin holds; the one argument is JSON: limits, the sheets that are asked for, whether to judge numbers, to look as xlrd does."""
    task = json.loads(words[0])
    gc.disable()  # cells hold no cycles, and to look for some takes a fifth of the time
    data = sys.stdin.buffer.read()
    # What holds the file itself does not count: it is read once here and once by the parser.
    limit_resources(task["memory"] + 2 * len(data), task["seconds"], task["output"])
    return end_of_writing(lambda: _answer(data, task))


def _answer(data: bytes, task: dict[str, Any]) -> None:
    for line in parse(data, task["only"], judge=task["judge"]):
        _say(line)
    _say(DONE)
    if task["look"]:
        from pipeline.intake.oldbook import look_at  # noqa: PLC0415  # which imports another parser

        _say({"looks": look_at(data)})


def _say(line: Any) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
