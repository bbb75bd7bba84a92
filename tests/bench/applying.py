"""Measures `apply` in full at one size: start-up, both forms of file by stage, the floor, and a colleague's script."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.bench import colleague, stores
from tests.bench.environments import PANDAS
from tests.bench.inputs import Inputs, Sizes
from tests.bench.measuring import FLAGBOOK, HERE, Runs, Took, measure, repeat, tell
from tests.bench.uploads import OWN_ROWS

FORMS = ("csv", "xlsx")
WRONG = 2
CALLED = {"`flagbook --help`": ("--help",), "a wrong call (`flagbook aply`)": ("aply",)}


@dataclass
class Figures:
    """All that was measured; `peers` are the versions in the colleague's environment, `written` the rows that the job writes."""

    sizes: Sizes
    times: int
    calls_times: int
    written: Mapping[str, int]
    calls: dict[str, Runs] = field(default_factory=dict)
    start: Runs | None = None
    floors: dict[str, Runs] = field(default_factory=dict)
    jobs: dict[str, Runs] = field(default_factory=dict)
    colleagues: dict[str, Runs] = field(default_factory=dict)
    peers: Mapping[str, str] = field(default_factory=dict)


def measure_apply(inputs: Inputs, times: int, script: Path) -> Figures:
    """Measure everything on one prepared book, the colleague's script only if it is there; calls without work five times as a rule."""
    figures = Figures(inputs.sizes, times, 2 * times - 1, stores.keep_effects(inputs))
    measure_program(figures, inputs)
    measure_floors(figures, inputs)
    if script.exists():
        measure_colleague(figures, inputs, script)
    else:
        tell("The colleague's script is not there: skipped.")
    return figures


def measure_program(figures: Figures, inputs: Inputs) -> None:
    for what, words in CALLED.items():
        figures.calls[what] = repeat(figures.calls_times, partial(measure, [*FLAGBOOK, *words], inputs.folder, (0, WRONG)), what)
    figures.start = repeat(figures.calls_times, partial(apply_one, inputs, "small.duckdb"), "start-up")
    figures.calls["start-up: `apply` of 1 instruction to a book of 1 customer"] = figures.start
    figures.calls["`apply` of 1 instruction to the whole book"] = repeat(figures.times, partial(apply_one, inputs, stores.PRISTINE), "1 instruction")
    for form in FORMS:
        figures.jobs[form] = repeat(figures.times, partial(apply_all, inputs, f"upload.{form}"), f"apply, {form}")
    for what, upload in {"the admin's own workbook": "dressed.xlsx", "the same rows as CSV": "dressed.csv"}.items():
        rows = min(OWN_ROWS, inputs.sizes.instructions)
        name = f"`apply` of {rows:,} rows to the whole book, {what}"
        figures.calls[name] = repeat(figures.times, partial(apply_all, inputs, upload), upload)


def apply_one(inputs: Inputs, store: str) -> Took:
    stores.restore(inputs, store)
    return measure(stores.apply_command(inputs, "one.csv"), inputs.folder)


def apply_all(inputs: Inputs, upload: str) -> Took:
    stores.restore(inputs)
    return measure(stores.apply_command(inputs, upload), inputs.folder)


def measure_floors(figures: Figures, inputs: Inputs) -> None:
    for form in FORMS:
        figures.floors[form] = repeat(figures.times, partial(run_floor, inputs, form), f"floor, {form}")
        stores.require_same(inputs)


def run_floor(inputs: Inputs, form: str) -> Took:
    stores.restore(inputs)
    words: list[str | Path] = [form, inputs.file(f"upload.{form}"), inputs.file(stores.BOOK), inputs.file("effects"), inputs.file("out"), stores.AS_OF_TEXT]
    took = measure([sys.executable, HERE / "floor.py", *words], inputs.folder)
    told = json.loads(took.said)
    return replace(took, stages=told["stages"], cpu=sum(seconds for name, seconds in told["cpu"].items() if is_whole(name)))


def is_whole(name: str) -> bool:
    """Tell a stage of the floor from a part of one, which has a second word."""
    return " " not in name


def measure_colleague(figures: Figures, inputs: Inputs, script: Path) -> None:
    figures.peers = PANDAS.make()
    if not figures.peers:
        return tell("The colleague's packages could not be installed: skipped.")
    for form in FORMS:
        figures.colleagues[form] = repeat(figures.times, partial(colleague.run_colleague, script, inputs, form), f"colleague, {form}")
    return None
