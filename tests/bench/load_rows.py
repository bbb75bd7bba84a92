"""What loads took, as rows of the table and as lines of the chart."""

from collections.abc import Iterator

from tests.bench.chart import Line
from tests.bench.loading import Loads
from tests.bench.measuring import Runs
from tests.bench.table import figures_row, text_row, times
from tests.bench.tools import AGAIN, EMPTY, KINDS, OWN, PEERS, Tool

NOTES = """*Load*: the customers first, in a run of their own, then the bookings, named by customer_id; nobody is flagged. Every tool found the same rows new,
changed, unchanged and bad. *Bare*: DuckDB's `CREATE TABLE ... AS SELECT * FROM read_csv(...)` of the same file into a new database, which checks and
compares nothing; ratios are to its statement alone, and to its process with start and closing. pandas reads with pyarrow and keeps a
Parquet file; django-import-export writes in bulk to SQLite; neither keeps a history or can undo. *File*: the book, or whatever the tool keeps."""


def load_rows(loads: Loads) -> list[str]:
    """Return the rows of all sizes, the smallest first: customers, the bare read, the loads, what people would use instead."""
    return [row for bookings in loads.customers for row in _rows_of_size(loads, bookings)]


def _rows_of_size(loads: Loads, bookings: int) -> Iterator[str]:
    count, runs = loads.customers[bookings]
    yield figures_row(f"`load` of {count:,} customers, alone", None, runs)
    bare = loads.bare[EMPTY.file, bookings]
    yield figures_row("bare `read_csv`", bookings, bare, f"statement {bare.stages['statement']:.2f}, closing {bare.stages['closing']:.2f}")
    for kind in KINDS:
        own, least = loads.by_tool[OWN.name, kind.name, bookings], loads.bare[kind.file, bookings]
        beside = f"{times(own.wall / least.stages['statement'])} the bare statement, {times(own.wall / least.wall)} its process"
        yield figures_row(f"`load`, {kind.says}", bookings, own, beside)
    for tool in PEERS:
        yield from _peer_rows(loads, tool, bookings)


def _peer_rows(loads: Loads, tool: Tool, bookings: int) -> Iterator[str]:
    """One row: the load into an empty table, the other kinds beside; and a word where something was not measured."""
    found = {kind: loads.by_tool.get((tool.name, kind.name, bookings)) for kind in KINDS}
    ratios = {kind: runs.wall / loads.by_tool[OWN.name, kind.name, bookings].wall for kind, runs in found.items() if runs}
    empty, why = found[EMPTY], loads.skipped.get((tool.name, bookings))
    if empty:
        others = ", ".join(f"{kind.name} {_seconds(found[kind])} ({times(ratio)})" for kind, ratio in ratios.items() if kind is not EMPTY)
        yield figures_row(f"{tool.name}, {EMPTY.says}", bookings, empty, f"{times(ratios[EMPTY])} `load`" + (f"; {others}" if others else ""))
    if why:
        yield text_row(tool.name, bookings, ("", "", "", ""), f"not measured{' in full' if empty else ''}: {why}")


def _seconds(runs: Runs | None) -> str:
    assert runs is not None
    return f"{runs.wall:.2f}"


def load_lines(loads: Loads) -> list[Line]:
    """Return the lines of the chart: seconds of the whole process by bookings."""
    bare = {rows: runs.wall for (file, rows), runs in loads.bare.items() if file == EMPTY.file}
    lines = {"load": _points(loads, OWN, EMPTY.name), "load, same file again": _points(loads, OWN, AGAIN.name), "bare read_csv": bare}
    lines |= {tool.name: _points(loads, tool, EMPTY.name) for tool in PEERS}
    return [Line(name, tuple(sorted(points.items()))) for name, points in lines.items() if points]


def _points(loads: Loads, tool: Tool, kind: str) -> dict[int, float]:
    return {rows: runs.wall for (name, which, rows), runs in loads.by_tool.items() if (name, which) == (tool.name, kind)}
