"""Measures `load` of bookings as they grow: into an empty table, the same file again, a tenth of it changed, 1 % of it bad.

In the same run, on the same files: DuckDB's bare `read_csv` into a table, and what people would use instead. Every tool must count the same
new, changed, unchanged and rejected rows: figures of one that does not are not taken, and where it is the program itself, the benchmark ends.
"""

import json
import sys
from dataclasses import dataclass, field, replace
from functools import partial

from tests.bench import stores
from tests.bench.inputs import Inputs, make_exports
from tests.bench.measuring import HERE, Failed, Runs, Took, measure, repeat, tell
from tests.bench.tools import EMPTY, KINDS, OWN, PEERS, Kind, Tool, expected, load_command

MEBIBYTE = 1 << 20
LONG = 60.0  # seconds from which one run of ours is enough
LONG_PEER = 10.0  # and one of somebody else's
BARE = "bare.duckdb"


class OtherRows(Failed):
    """A tool did not find the rows new, changed, unchanged and bad that are so."""


@dataclass
class Loads:
    """What was measured: by tool, kind of load and bookings; the bare read by file and bookings; `skipped` says why something was not."""

    times: int
    patience: float
    by_tool: dict[tuple[str, str, int], Runs] = field(default_factory=dict)
    bare: dict[tuple[str, int], Runs] = field(default_factory=dict)
    customers: dict[int, tuple[int, Runs]] = field(default_factory=dict)
    skipped: dict[tuple[str, int], str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def measure_loads(loads: Loads, series: list[Inputs]) -> None:
    """Measure all sizes, the smallest first: what it takes says whether a peer is asked for more."""
    ready = [tool for tool in PEERS if _is_ready(loads, tool, series)]
    for inputs in series:
        tell(f"Load: {inputs.sizes.customers:,} customers, {inputs.sizes.bookings:,} bookings")
        make_exports(inputs)
        inputs.file("out").mkdir(exist_ok=True)
        _measure_customers(loads, inputs)
        for file in sorted({kind.file for kind in KINDS}):
            loads.bare[file, inputs.sizes.bookings] = repeat(loads.times, partial(_run_bare, inputs, file), f"bare read of {file}", LONG)
        for kind in KINDS:
            _measure_kind(loads, inputs, OWN, kind)
        for tool in ready:
            _measure_peer(loads, inputs, tool)
        _clear(inputs)


def _is_ready(loads: Loads, tool: Tool, series: list[Inputs]) -> bool:
    assert tool.environment is not None
    versions = tool.environment.make()
    loads.versions |= versions
    if not versions:
        loads.skipped |= {(tool.name, inputs.sizes.bookings): "its packages could not be installed" for inputs in series}
    return bool(versions)


def _measure_customers(loads: Loads, inputs: Inputs) -> None:
    """Load the customers, in a run of their own; the book that this leaves is the one without bookings."""
    runs = repeat(loads.times, partial(_run_customers, inputs), "customers", LONG)
    loads.customers[inputs.sizes.bookings] = inputs.sizes.customers, runs
    stores.copy(inputs.file(OWN.kept), OWN.pristine(inputs, is_fresh=True))


def _run_customers(inputs: Inputs) -> Took:
    store = inputs.file(OWN.kept)
    stores.remove(store)
    took = measure(load_command(inputs, "customers", "customers.csv"), inputs.folder)
    return replace(took, size=store.stat().st_size / MEBIBYTE)


def _run_bare(inputs: Inputs, file: str) -> Took:
    """Run the bare statement; `stages` are the seconds of the statement and of closing, the other figures those of the whole process."""
    store = inputs.file(BARE)
    stores.remove(store)
    took = measure([sys.executable, HERE / "bare_load.py", inputs.file(file), store], inputs.folder)
    told = json.loads(took.said)
    if told["rows"] != inputs.sizes.bookings:
        raise SystemExit(f"The bare read of {file} found {told['rows']:,} rows.")
    return replace(took, stages=told["stages"], size=store.stat().st_size / MEBIBYTE)


def _measure_kind(loads: Loads, inputs: Inputs, tool: Tool, kind: Kind) -> None:
    enough = LONG if tool is OWN else LONG_PEER
    runs = repeat(loads.times, partial(_run_load, inputs, tool, kind), f"{tool.name}, {kind.says}", enough)
    loads.by_tool[tool.name, kind.name, inputs.sizes.bookings] = runs
    if kind is EMPTY:
        stores.copy(inputs.file(tool.kept), tool.pristine(inputs, is_fresh=False))


def _run_load(inputs: Inputs, tool: Tool, kind: Kind) -> Took:
    store, pristine = inputs.file(tool.kept), tool.pristine(inputs, is_fresh=kind.is_fresh)
    if pristine.exists():
        stores.copy(pristine, store)
    else:
        stores.remove(store)
    took = measure(tool.command(inputs, kind.file), inputs.folder)
    found, must = tool.read_counts(took.said), expected(kind, inputs)
    if found != must:
        raise OtherRows(f"{tool.name}, {kind.says}: {found} where it must be {must}.")
    return replace(took, size=store.stat().st_size / MEBIBYTE)


def _measure_peer(loads: Loads, inputs: Inputs, tool: Tool) -> None:
    """Measure somebody else's tool, unless it would take too long going by its last size; where it fails, say so and go on."""
    bookings = inputs.sizes.bookings
    why = _why_not(loads, tool, bookings)
    if why:
        loads.skipped[tool.name, bookings] = why
        return tell(f"  {tool.name}: not measured, {why}")
    try:
        for kind in KINDS if bookings <= tool.all_kinds else (EMPTY,):
            _measure_kind(loads, inputs, tool, kind)
    except Failed as failed:
        loads.skipped[tool.name, bookings] = "it found other rows" if isinstance(failed, OtherRows) else "it failed on the way"
        tell(str(failed))
    return None


def _why_not(loads: Loads, tool: Tool, bookings: int) -> str:
    """Return why a tool is not asked to load so many bookings, if there is a reason."""
    before = [(rows, runs.wall) for (name, kind, rows), runs in loads.by_tool.items() if (name, kind) == (tool.name, EMPTY.name)]
    if bookings > tool.largest:
        return f"beyond the {tool.largest:,} bookings that it is asked for"
    if (tool.name, bookings) in loads.skipped or not before:
        return loads.skipped.get((tool.name, bookings), "")
    rows, seconds = max(before)
    ahead = seconds * bookings / rows
    long = f"{ahead / 60:.0f} minutes" if ahead > 120 else f"{ahead:.0f} seconds"
    return f"it would take some {long}, going by {rows:,} bookings" if ahead > loads.patience else ""


def _clear(inputs: Inputs) -> None:
    """Remove what was loaded: it is written anew each time, and is as large as the exports, which stay."""
    for name in (BARE, *(f"{before}{tool.kept}" for tool in (OWN, *PEERS) for before in ("", "fresh-", "loaded-"))):
        stores.remove(inputs.file(name))
