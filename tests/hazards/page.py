"""The page of hazards, made from the marks of the tests: each case, what happens, and what it took at most."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
FIGURES = Path(__file__).with_name("figures.json")
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

The seconds and megabytes are those of the slowest and of the largest run of the program (with the process that it reads files in) that the
tests of a line make; `make hazards` records them. Where no memory is said, the tests do not run the program by itself, and the seconds are those of
the slowest test, with all that it prepares. Limits that are settings are said in [loading.md](loading.md#limits)."""


class Figures(NamedTuple):
    """What a case took at most; `megabytes` is null where the seconds are those of a whole test."""

    seconds: float
    megabytes: int | None


class Hazard(NamedTuple):
    """One case of the page."""

    number: int
    case: str
    outcome: str

    @property
    def key(self) -> str:
        """Return under what its figures are kept."""
        return f"{self.number}: {self.case}"


def hazards(folder: Path = TESTS) -> list[Hazard]:
    """Return every case that a test is marked with, in order, each once; raise `ValueError` for a mark that says something else."""
    found = {hazard for path in _modules(folder) for hazard in _marks(path)}
    return sorted(found)


def _modules(folder: Path) -> Iterator[Path]:
    """Yield the modules of tests; benchmarks mark nothing, and keep whole environments of other programs."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "bench":
            yield from path.rglob("*.py")
        elif path.suffix == ".py":
            yield path


def _marks(path: Path) -> Iterator[Hazard]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "pytest.mark.hazard":
            continue
        values = [value.value if isinstance(value, ast.Constant) else None for value in node.args]
        if len(values) != 3 or node.keywords or values[0] not in NUMBERS or not all(isinstance(value, str) and value for value in values[1:]):
            raise ValueError(f"{path}, line {node.lineno}: a hazard is marked with a number from 1 to {NUMBERS[-1]} and two texts, each written out")
        yield Hazard(int(str(values[0])), str(values[1]), str(values[2]))


def read_figures() -> dict[str, Figures]:
    """Return the figures that were recorded last, by the key of the hazard."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    return {key: Figures(*took) for key, took in figures.items()}


def unmeasured(cases: list[Hazard], figures: dict[str, Figures]) -> list[str]:
    """Return the keys of cases without recorded figures."""
    return [case.key for case in cases if case.key not in figures]


def page(cases: list[Hazard], figures: dict[str, Figures]) -> str:
    """Return the page; a case without figures shows none."""
    parts = [INTRODUCTION]
    starts = list(CHAPTERS)
    for start, end in zip(starts, [*starts[1:], NUMBERS[-1] + 1], strict=True):
        mine = [case for case in cases if start <= case.number < end]
        parts += [f"## {CHAPTERS[start]}", _table(mine, figures)] if mine else []
    missing = sorted(set(NUMBERS) - {case.number for case in cases})
    if missing:
        parts.append(f"Cases without a test as yet: {', '.join(map(str, missing))}.")
    return "\n\n".join(parts)


def _table(cases: list[Hazard], figures: dict[str, Figures]) -> str:
    lines = ["| | case | what happens | seconds, MB |", "| --- | --- | --- | --- |"]
    for case in cases:
        took = figures.get(case.key)
        said = "" if took is None else f"{took.seconds:.1f}" if took.megabytes is None else f"{took.seconds:.1f}, {took.megabytes:,}"
        lines.append(f"| {case.number} | {_safe(case.case)} | {_safe(case.outcome)} | {said} |")
    return "\n".join(lines)


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")


def without_figures(text: str) -> str:
    """Return the page with the last cell of every row blank, to be compared."""
    return "\n".join(line.rstrip("|").rpartition("|")[0] if line.startswith("| ") else line for line in text.splitlines())
