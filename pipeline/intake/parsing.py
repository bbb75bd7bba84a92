"""Workbooks are parsed in a process of their own (`parser.py`), which may have so much memory and time and no more.

It gets the file's bytes in a file without a name, and answers in another; whatever becomes of it, this process goes on.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.apart import refuse_end, run_apart, spooled
from pipeline.errors import Refused
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.merges import Merge
from pipeline.intake.oldbook import ERRORS, NOT_SHOWN
from pipeline.intake.parser import DAMAGED, DONE, LOCKED
from pipeline.intake.sheets import CELL_ERROR, NOT_EXACT, cell
from pipeline.intake.zipparts import SAVE_ANEW
from pipeline.settings import Files

PROGRAM = Path(__file__).with_name("parser.py")
MOST_OUTPUT = 4  # bytes of answer for each byte of memory


@dataclass(frozen=True)
class Listed:
    """A sheet that the workbook lists, and whether it has cells and is visible."""

    name: str
    has_cells: bool
    is_visible: bool


@dataclass(frozen=True)
class Cells:
    """The cells of a sheet as text: source_row (Int64) and c0, c1, … from `first_column` on, blank or null where a cell is; rows that hold something.

    `inexact` has the places (row, position) of numbers that can't be ids, where the parser was asked for them, `days` those of days and times: a
    position and its rows. `first_column` is None where the sheet is blank.
    """

    first_column: int | None
    rows: pl.DataFrame
    inexact: list[tuple[int, int]]
    days: list[tuple[int, pl.Series]]


@dataclass(frozen=True)
class Looked:
    """What the second parser of .xls, or the only one of markup, sees of a sheet: marks (`cellmarks.MARKS`), the numbers of hidden rows, merged areas."""

    marks: pl.DataFrame
    hidden: list[int]
    merges: list[Merge]


@dataclass
class Parsed:
    """A workbook as it was parsed: its sheets in order; the cells of those that were read, None where that failed; looks, where there are any."""

    listed: list[Listed] = field(default_factory=list)
    cells: dict[str, Cells | None] = field(default_factory=dict)
    looks: Mapping[str, Looked] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """What is asked of the parser; `only`: the sheets to read, all visible ones where there are none; `judge` and `look`: see `parser.main`."""

    only: tuple[str, ...] = ()
    judge: bool = False
    look: bool = False


def parse_workbook(data: bytes, where: str, task: Task, limits: Files) -> Parsed:
    """Return what a workbook holds.

    Raises `Refused` where the parser can't read it, does not survive it, or takes more than the limits.
    """
    return parse_apart((PROGRAM, {"only": task.only, "judge": task.judge, "look": task.look}), data, where, limits, {})


def parse_apart(program: tuple[Path, Mapping[str, Any]], data: bytes, where: str, limits: Files, refusals: Mapping[int, Refused]) -> Parsed:
    """Return what a program that answers as `parser.py` does, with its task, says of a file; `refusals`: what its exit codes mean."""
    path, task = program
    with spooled(data, where) as given, spooled(b"", where) as answer:
        code = run_apart(path, {**task, "output": MOST_OUTPUT * limits.read_memory}, (given, answer), limits)
        if code is not None and code in refusals:
            raise refusals[code]
        answer.seek(0)
        return _understood(answer, code, where, limits)


def _understood(answer: Iterable[bytes], code: int | None, where: str, limits: Files) -> Parsed:
    parsed, reader, is_done = Parsed(), _Reader(), False
    for line in answer:
        if not line.endswith(b"\n"):
            break  # the process ended in the middle of a word
        said = json.loads(line)
        if said == DONE:
            is_done = True
        elif "looks" in said:
            parsed.looks = {name: _looked(*look) for name, *look in said["looks"]}
        elif "sheets" in said:
            parsed.listed = [Listed(*one) for one in said["sheets"]]
        elif said.get("failed") and said["sheet"] is None:
            raise refusal_of(said["failed"], where)
        else:
            reader.take(said)
    if not is_done:
        raise refuse_end(code, where, limits, SAVE_ANEW)
    parsed.cells = reader.sheets()
    return parsed


def refusal_of(failure: str, where: str) -> Refused:
    """Return the refusal for what the parser says of a workbook or sheet that it can't read."""
    if failure == LOCKED:
        return Refused(f"{where}: the workbook is password-protected.", "Save a copy without a password, then try again.")
    return Refused(f"{where}: the workbook is damaged, or holds something that can't be read.", SAVE_ANEW)


class _Reader:
    """Puts the sheets together from the lines about them."""

    def __init__(self) -> None:
        self._heads: dict[str, dict[str, Any]] = {}
        self._chunks: dict[str, list[pl.DataFrame]] = {}
        self._inexact: dict[str, list[tuple[int, int]]] = {}
        self._days: dict[str, list[tuple[int, pl.Series]]] = {}
        self._failed: set[str] = set()
        self._name = ""

    def take(self, said: dict[str, Any]) -> None:
        """Take a line: the head of a sheet, its failure, or rows of the sheet last headed."""
        if "failed" in said:
            assert said["failed"] == DAMAGED, "a whole workbook is locked, not a sheet"
            self._failed.add(said["sheet"])
        elif "sheet" in said:
            self._name = said["sheet"]
            self._heads[self._name], self._chunks[self._name], self._inexact[self._name], self._days[self._name] = said, [], [], []
        else:
            texts = [
                pl.Series(cell(place), texts, dtype=pl.String) if texts else _blank(place, len(said["rows"])) for place, texts in enumerate(said["columns"])
            ]
            numbers = pl.Series("source_row", said["rows"], dtype=pl.Int64)
            self._chunks[self._name].append(pl.DataFrame([numbers, *texts]))
            self._days[self._name] += [(int(place), pl.Series(rows, dtype=pl.Int64) if rows else numbers) for place, rows in said.get("days", {}).items()]
            self._inexact[self._name] += map(tuple, said["inexact"])

    def sheets(self) -> dict[str, Cells | None]:
        """Return what came of each sheet."""
        read = {name: self._cells(name) for name in self._heads}
        return read | dict.fromkeys(self._failed)

    def _cells(self, name: str) -> Cells:
        head = self._heads[name]
        none = pl.DataFrame(schema={"source_row": pl.Int64, **{cell(place): pl.String for place in range(head["width"])}})
        return Cells(head["first_column"], pl.concat([none, *self._chunks[name]]), self._inexact[name], self._days[name])


def _blank(place: int, rows: int) -> pl.Series:
    return pl.Series(cell(place), [None], dtype=pl.String).new_from_index(0, rows)


def _looked(rows: list[int], positions: list[int], kinds: list[int], hidden: list[int], merges: list[Merge]) -> Looked:
    marks = [NOT_EXACT if kind == NOT_SHOWN else CELL_ERROR for kind in kinds]
    texts = [None if kind == NOT_SHOWN else ERRORS.get(kind, NO_VALUE) for kind in kinds]
    return Looked(pl.DataFrame([rows, positions, marks, texts], schema=MARKS), hidden, merges)
