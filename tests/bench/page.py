"""The page of figures: what was measured on what, one table, one chart, and their place in docs/benchmarks.md."""

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from textwrap import fill
from typing import Any

from tests.bench import growing, loading
from tests.bench.chart import Line, draw
from tests.bench.table import HEAD

MEASURED = ("duckdb", "narwhals", "polars", "python-calamine", "rustpy-xlsxwriter")
PARTS = ("load", "apply", "report", "migrate")
HEADING = "## The last recorded run"
CHART = "benchmarks.svg"
LINE = 140
NEW = "# Benchmarks\n\nHow to measure again: `make bench` (`ARGS=--record` writes the figures here).\n"


@dataclass(frozen=True)
class Part:
    """One part of the benchmark as it was measured: when and where, with which versions, notes, rows of the table, lines of the chart."""

    where: str
    versions: str
    notes: tuple[str, ...]
    rows: tuple[str, ...]
    lines: tuple[Line, ...] = ()


def notes_on_runs(times: int) -> str:
    """Return how often things were measured, and what the figures are of."""
    often = (
        f"Medians of {times} runs (of calls without work and of growth: {2 * times - 1}), smallest and largest beside them; loads that take longer than "
        f"{loading.LONG:.0f} s, those by tools that are not ours from {loading.LONG_PEER:.0f} s on, and growth from {growing.LONG:.0f} s on, ran once."
    )
    return (
        f"{often if times > 1 else 'One run each.'} Files are in the page cache. Wall and CPU seconds and peak memory are those of the whole process, "
        "restored stores and all other work apart."
    )


def make_part(notes: tuple[str, ...], rows: list[str], others: Mapping[str, str], lines: list[Line] | None = None) -> Part:
    """Return a part measured today, here; `others` are the versions of what is not the project's."""
    own = {"Python": platform.python_version()} | {name: version(name) for name in MEASURED}
    versions = ", ".join(f"{name} {number}" for name, number in own.items())
    beside = f"; beside it {', '.join(f'{name} {number}' for name, number in others.items())}" if others else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    where = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    return Part(where, versions + beside, notes, tuple(rows), tuple(lines or ()))


def keep_parts(parts: Mapping[str, Part], path: Path) -> dict[str, Part]:
    """Keep the parts of this run beside those kept before, and return all: a run of one part does not lose the other."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept |= {name: asdict(part) for name, part in parts.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept), encoding="utf-8")
    return {name: _part(kept[name]) for name in PARTS if name in kept}


def _part(said: Mapping[str, Any]) -> Part:
    lines = tuple(Line(line["name"], tuple((rows, taken) for rows, taken in line["points"])) for line in said["lines"])
    return Part(said["where"], said["versions"], tuple(said["notes"]), tuple(said["rows"]), lines)


def write_page(parts: Mapping[str, Part]) -> str:
    """Return the parts as Markdown: what was measured where, then one table."""
    paragraphs = [text for name, part in parts.items() for text in (f"`{name}`: {part.where}. {part.versions}.", *part.notes)]
    said = [line for text in paragraphs for line in (fill(text, LINE, break_long_words=False, break_on_hyphens=False), "")]
    return "\n".join([*said, *HEAD, *(row for part in parts.values() for row in part.rows)])


def record(parts: Mapping[str, Part], path: Path) -> None:
    """Put chart and page under their heading, in place of what stood there; the rest of the file stays."""
    lines = [line for part in parts.values() for line in part.lines]
    chart = f"![Seconds that a load takes, by bookings]({CHART})\n\n" if lines else ""
    if lines:
        path.with_name(CHART).write_text(draw(lines), encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else NEW
    section = f"{HEADING}\n\n{chart}{write_page(parts)}\n"
    pattern = re.compile(rf"^{HEADING}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    after = (
        pattern.sub(lambda found: section + ("\n" if found.end() < len(before) else ""), before)
        if pattern.search(before)
        else f"{before.rstrip()}\n\n{section}"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
