"""The page of hazards, made from the marks of the tests: each case, what happens, and how long its slowest test took."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
SECONDS = Path(__file__).with_name("seconds.json")
NUMBERS = range(1, 61)
CHAPTERS = {
    1: "The container",
    11: "The shape of a sheet",
    23: "Cells",
    36: "CSV",
    42: "What a batch means",
    49: "Processes and disks",
}
INTRODUCTION = """\
# Hazards

Hostile and broken files, and faults while the program runs: what it does about each. Every line is held by tests, which make the bad files
themselves; the page is written from the tests' marks. *Refused* means exit code 3, a message that says what is wrong and what to do, and nothing
written; a row that *comes back* is in the file of rejected rows with its reason, while the others are applied.

The seconds are those of the slowest test of a line when `make hazards` last ran them all: with making the file, starting the program, and
where the test does so, running it several times. Where they depend on a setting, [loading.md](loading.md#limits) says which."""


class Hazard(NamedTuple):
    """One case of the page."""

    number: int
    case: str
    outcome: str

    @property
    def key(self) -> str:
        """Return under what its time is kept."""
        return f"{self.number}: {self.case}"


def hazards(folder: Path = TESTS) -> list[Hazard]:
    """Return every case that a test is marked with, in order, each once; raise `ValueError` for a mark that says something else."""
    found = {hazard for path in sorted(folder.rglob("*.py")) for hazard in _marks(path)}
    return sorted(found)


def _marks(path: Path) -> Iterator[Hazard]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "pytest.mark.hazard":
            continue
        values = [value.value if isinstance(value, ast.Constant) else None for value in node.args]
        if len(values) != 3 or node.keywords or values[0] not in NUMBERS or not all(isinstance(value, str) and value for value in values[1:]):
            raise ValueError(f"{path}, line {node.lineno}: a hazard is marked with a number from 1 to {NUMBERS[-1]} and two texts, each written out")
        yield Hazard(int(str(values[0])), str(values[1]), str(values[2]))


def read_seconds() -> dict[str, float]:
    """Return the times that were recorded last, by the key of the hazard."""
    times: dict[str, float] = json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}
    return times


def untimed(cases: list[Hazard], times: dict[str, float]) -> list[str]:
    """Return the keys of cases without a recorded time."""
    return [case.key for case in cases if case.key not in times]


def page(cases: list[Hazard], times: dict[str, float]) -> str:
    """Return the page; a case without a time shows none."""
    parts = [INTRODUCTION]
    starts = list(CHAPTERS)
    for start, end in zip(starts, [*starts[1:], NUMBERS[-1] + 1], strict=True):
        mine = [case for case in cases if start <= case.number < end]
        parts += [f"## {CHAPTERS[start]}", _table(mine, times)] if mine else []
    missing = sorted(set(NUMBERS) - {case.number for case in cases})
    if missing:
        parts.append(f"Cases without a test as yet: {', '.join(map(str, missing))}.")
    return "\n\n".join(parts)


def _table(cases: list[Hazard], times: dict[str, float]) -> str:
    lines = ["| | case | what happens | seconds |", "| --- | --- | --- | --- |"]
    for case in cases:
        seconds = f"{times[case.key]:.1f}" if case.key in times else ""
        lines.append(f"| {case.number} | {_safe(case.case)} | {_safe(case.outcome)} | {seconds} |")
    return "\n".join(lines)


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")


def without_times(text: str) -> str:
    """Return the page with the last cell of every row blank, to be compared."""
    return "\n".join(line.rstrip("|").rpartition("|")[0] if line.startswith("| ") else line for line in text.splitlines())
