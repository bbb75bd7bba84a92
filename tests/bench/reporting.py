"""Measures the reports of a book, beside DuckDB's own copy of the same views."""

import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.bench import growing, stores
from tests.bench.inputs import Inputs
from tests.bench.measuring import HERE, Runs, Took, measure, repeat, tell
from tests.bench.table import figures_row, times

LONG = 60.0  # seconds from which one run is enough
FORMATS = (("csv", "parquet"), ("xlsx",), ("html",))
NOTES = """*Reports*: all of them, as of a day with coming bookings, on the books of *apply*. *Bare*: DuckDB's own `COPY` of the same views to the same
formats, without a limit to its memory; a workbook or a page it can't write."""


@dataclass
class Figures:
    """What reports took, by bookings and formats."""

    ours: dict[tuple[int, tuple[str, ...]], Runs] = field(default_factory=dict)
    bare: dict[int, Runs] = field(default_factory=dict)


def measure_reports(series: list[Inputs], runs: int) -> Figures:
    """Measure; the series comes smallest first."""
    figures = Figures()
    for inputs in series:
        tell(f"Reports: a book of {inputs.sizes.customers:,} customers, {inputs.sizes.bookings:,} bookings")
        growing.prepare(inputs)
        stores.restore(inputs)
        count = inputs.sizes.bookings
        for formats in FORMATS:
            figures.ours[count, formats] = repeat(runs, partial(_report, inputs, formats), f"reports, {' and '.join(formats)}", LONG)
        figures.bare[count] = repeat(runs, partial(_copy, inputs), "bare reports", LONG)
    return figures


def _out(inputs: Inputs, name: str) -> Path:
    folder = inputs.file(name)
    folder.mkdir(exist_ok=True)
    return folder


def _report(inputs: Inputs, formats: tuple[str, ...]) -> Took:
    out = _out(inputs, "reports")
    words = stores.flagbook(inputs.file(stores.BOOK), "report", "--as-of", stores.AS_OF_TEXT, "--out", out, "--format", ",".join(formats))
    return _sized(measure(words, inputs.folder), out, formats)


def _copy(inputs: Inputs) -> Took:
    out = _out(inputs, "bare-reports")
    words: list[str | Path] = [sys.executable, HERE / "bare_reports.py", inputs.file(stores.BOOK), out, stores.AS_OF_TEXT, *FORMATS[0]]
    return _sized(measure(words, inputs.folder), out, FORMATS[0])


def _sized(took: Took, out: Path, formats: tuple[str, ...]) -> Took:
    return replace(took, size=sum(path.stat().st_size for path in out.iterdir() if path.suffix[1:] in formats) / (1 << 20))


def report_rows(figures: Figures) -> list[str]:
    """Return the rows of the table."""
    rows = []
    for (bookings, formats), runs in figures.ours.items():
        beside = f"{times(runs.wall / figures.bare[bookings].wall)} bare" if formats == FORMATS[0] else ""
        rows.append(figures_row(f"`report`, {' and '.join(formats)}", bookings, runs, beside))
        if formats == FORMATS[0]:
            rows.append(figures_row("the same views, bare", bookings, figures.bare[bookings]))
    return rows
