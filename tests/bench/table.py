"""Rows of the one table, in Markdown."""

from tests.bench.measuring import Runs

HEAD = ("| what | bookings | seconds | CPU s | peak MiB | file MiB | beside |", "|---|---|---|---|---|---|---|")


def figures_row(what: str, bookings: int | None, runs: Runs, beside: str = "") -> str:
    """Return a row of medians, the smallest and largest seconds beside theirs; the file's size where one was looked at."""
    size = f"{runs.size:,.1f}" if runs.size else ""
    return text_row(what, bookings, (seconds(runs), f"{runs.cpu:.2f}", f"{runs.peak:,.0f}", size), beside)


def text_row(what: str, bookings: int | None, cells: tuple[str, str, str, str], beside: str = "") -> str:
    rows = "" if bookings is None else f"{bookings:,}"
    return f"| {' | '.join((what, rows, *cells, beside))} |"


def seconds(runs: Runs) -> str:
    low, high = runs.range()
    return f"{runs.wall:.2f} ({low:.2f} to {high:.2f})" if len(runs.all) > 1 else f"{runs.wall:.2f} (once)"


def times(ratio: float) -> str:
    """Return a ratio in words, with two digits that count."""
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.2f} times"
