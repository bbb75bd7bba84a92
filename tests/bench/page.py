"""The table of figures in Markdown, and its place in docs/benchmarks.md."""

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.inputs import Sizes
from tests.bench.measuring import Runs, Took

MEASURED = ("duckdb", "narwhals", "polars", "python-calamine", "rustpy-xlsxwriter")
HEADING = "## The last recorded run"
WRITTEN = ("batch_rows", "history", "flags", "flags_gone", "customers", "bookings")
FORMS = ("csv", "xlsx")
NEW = "# Benchmarks\n\nHow to measure again: `make bench` (`ARGS=--record` writes the figures here).\n"
NOTES = """Wall and CPU seconds and peak memory are those of the whole process, restored stores and all other work apart.
*Less start-up*: less the median of a run with 1 instruction on a book of 1 customer. *Floor*: the upload read as bare text, the store opened,
one semi join for the bookings, one bare transaction with the rows that the job writes, known beforehand, the store closed, the results
written; the start of its process does not count."""


@dataclass
class Figures:
    """All that was measured; `peers` are the versions in the colleague's environment, `written` the rows that the job writes."""

    sizes: Sizes
    times: int
    written: Mapping[str, int]
    load: Took
    calls: dict[str, Runs] = field(default_factory=dict)
    start: Runs | None = None
    floors: dict[str, Runs] = field(default_factory=dict)
    jobs: dict[str, Runs] = field(default_factory=dict)
    colleagues: dict[str, Runs] = field(default_factory=dict)
    peers: Mapping[str, str] = field(default_factory=dict)


def write_page(figures: Figures) -> str:
    """Return the figures as Markdown: what was measured on what, then one table."""
    sizes = figures.sizes
    versions = ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in MEASURED)])
    peers = f" The colleague's: {', '.join(f'{name} {number}' for name, number in figures.peers.items())}." if figures.peers else ""
    written = ", ".join(f"{figures.written[name]:,} {name.replace('_', ' ')}" for name in WRITTEN)
    return "\n".join(
        [
            f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}. {sizes.instructions:,} instructions on a book of {sizes.customers:,} customers, "
            f"{sizes.bookings:,} bookings and {sizes.stored_flags:,} flags. The job writes {written}.",
            f"{versions}.{peers}",
            "",
            f"Medians of {figures.times} runs (start-up and calls without work: 5), smallest and largest beside them; files are in the page cache.",
            NOTES,
            "",
            "| what | seconds | CPU s | peak MiB | beside |",
            "|---|---|---|---|---|",
            *_rows(figures),
        ]
    )


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def _rows(figures: Figures) -> list[str]:
    rows = [_row(what, runs) for what, runs in figures.calls.items()]
    rows.append(f"| `load`, once, when the book was made | {figures.load.wall:.1f} | {figures.load.cpu:.1f} | {figures.load.peak:,.0f} |  |")
    for form in FORMS:
        rows += _form_rows(figures, form)
    return rows


def _form_rows(figures: Figures, form: str) -> list[str]:
    floor, job, start = figures.floors[form], figures.jobs[form], figures.start
    assert start is not None
    least = floor_seconds(floor)
    own, cpu = job.wall - start.wall, job.cpu - start.cpu
    shares = ", ".join(f"{name} {seconds:.2f}" for name, seconds in floor.stages.items() if is_whole(name))
    rows = [
        f"| floor, {form} | {least:.2f} | {floor.cpu:.2f} | {floor.peak:,.0f} | {shares} |",
        _row(f"`apply`, {form}", job, f"{job.wall / figures.colleagues[form].wall:.2f} of the colleague's" if form in figures.colleagues else ""),
        f"| ... less start-up | {own:.2f} | {cpu:.2f} | | {own / least:.1f} times the floor, {cpu / floor.cpu:.1f} times its CPU |",
    ]
    rows += [f"| ... {name} | {seconds:.2f} | | | {seconds / job.wall:.0%} |" for name, seconds in job.stages.items()]
    if form in figures.colleagues:
        peer = figures.colleagues[form]
        shares = ", ".join(f"{name} {seconds:.1f}" for name, seconds in peer.stages.items())
        rows.append(_row(f"colleague's script, {form}", peer, f"{peer.wall / job.wall:.1f} times `apply`; {shares}"))
    return rows


def is_whole(name: str) -> bool:
    """Tell a stage of the floor from a part of one, which has a second word."""
    return " " not in name


def floor_seconds(floor: Runs) -> float:
    """Return the floor: the sum of its stages, without the start of its process."""
    return sum(seconds for name, seconds in floor.stages.items() if is_whole(name))


def _row(what: str, runs: Runs, beside: str = "") -> str:
    low, high = runs.range()
    return f"| {what} | {runs.wall:.2f} ({low:.2f} to {high:.2f}) | {runs.cpu:.2f} | {runs.peak:,.0f} | {beside} |"


def record(page: str, path: Path) -> None:
    """Put the page under its heading, in place of what stood there; the rest of the file stays."""
    before = path.read_text(encoding="utf-8") if path.exists() else NEW
    section = f"{HEADING}\n\n{page}\n"
    pattern = re.compile(rf"^{HEADING}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    after = (
        pattern.sub(lambda found: section + ("\n" if found.end() < len(before) else ""), before)
        if pattern.search(before)
        else f"{before.rstrip()}\n\n{section}"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
