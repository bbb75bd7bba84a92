"""Measures Flagbook's speed and memory: the job against the least that any program would have to do, and against a colleague's script.

Run by `make bench`; `make bench ARGS=--quick` tries it out. Nothing here passes or fails by time. Files stay in `tests/bench/work`.
"""

import argparse
import fcntl
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# Run as a script, so the project's folder is put in the way of imports first.
from tests.bench import colleague, stores  # noqa: E402
from tests.bench.inputs import OWN_ROWS, Inputs, Sizes, make_inputs  # noqa: E402
from tests.bench.measuring import FLAGBOOK, HERE, Took, measure, repeat  # noqa: E402
from tests.bench.page import FORMS, Figures, is_whole, record, write_page  # noqa: E402

CALLS = 5
WRONG = 2
CALLED = {"`flagbook --help`": ("--help",), "a wrong call (`flagbook aply`)": ("aply",)}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Flagbook's speed and memory.", epilog="Example: bench.py --quick --runs 5")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--bookings", type=int, default=10_000_000)
    parser.add_argument("--instructions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3, help="how often each thing is measured")
    parser.add_argument("--quick", action="store_true", help="a hundredth of each size")
    parser.add_argument("--colleague", type=Path, default=ROOT.parent / "shared" / "bench" / "colleague.py", help="the script to measure against")
    parser.add_argument("--record", action="store_true", help="write the table to docs/benchmarks.md as well")
    return parser.parse_args()


def main() -> None:
    said = options()
    share = 100 if said.quick else 1
    sizes = Sizes(*(max(1, count // share) for count in (said.customers, said.bookings, said.instructions)))
    inputs = Inputs(HERE / "work" / f"{sizes.customers}-{sizes.bookings}-{sizes.instructions}", sizes)
    tell(f"Inputs: {sizes.customers:,} customers, {sizes.bookings:,} bookings, {sizes.instructions:,} instructions")
    alone = hold(inputs.folder)
    make_inputs(inputs)
    tell("The book (built once and kept until `make clean`)")
    load = stores.build(inputs)
    figures = Figures(sizes, said.runs, stores.keep_effects(inputs), load)
    measure_program(figures, inputs)
    measure_floors(figures, inputs)
    if said.colleague.exists():
        measure_colleague(figures, inputs, said.colleague)
    else:
        tell("The colleague's script is not there: skipped.")
    page = write_page(figures)
    print(page)
    if said.record:
        record(page, ROOT / "docs" / "benchmarks.md")
    alone.close()


def hold(folder: Path) -> TextIO:
    """Keep a folder for this benchmark until the file returned is closed: two at once would restore each other's stores."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "bench.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit("Another benchmark of these sizes is running.") from None
    return handle


def tell(text: str) -> None:
    print(text, file=sys.stderr)


def measure_program(figures: Figures, inputs: Inputs) -> None:
    for what, words in CALLED.items():
        figures.calls[what] = repeat(CALLS, partial(measure, [*FLAGBOOK, *words], inputs.folder, (0, WRONG)), what)
    figures.start = repeat(CALLS, partial(apply_one, inputs, "small.duckdb"), "start-up")
    figures.calls["start-up: `apply` of 1 instruction to a book of 1 customer"] = figures.start
    figures.calls["`apply` of 1 instruction to the whole book"] = repeat(figures.times, partial(apply_one, inputs, stores.PRISTINE), "1 instruction")
    for form in FORMS:
        figures.jobs[form] = repeat(figures.times, partial(apply_all, inputs, form), f"apply, {form}")
    for what, upload in {"the admin's own workbook": "dressed.xlsx", "the same rows as CSV": "dressed.csv"}.items():
        rows = min(OWN_ROWS, inputs.sizes.instructions)
        name = f"`apply` of {rows:,} rows to the whole book, {what}"
        figures.calls[name] = repeat(figures.times, partial(apply_dressed, inputs, upload), upload)


def apply_one(inputs: Inputs, store: str) -> Took:
    stores.restore(inputs, store)
    return measure(stores.apply_command(inputs, "one.csv"), inputs.folder)


def apply_all(inputs: Inputs, form: str) -> Took:
    stores.restore(inputs)
    return measure(stores.apply_command(inputs, f"upload.{form}"), inputs.folder)


def apply_dressed(inputs: Inputs, upload: str) -> Took:
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


def measure_colleague(figures: Figures, inputs: Inputs, script: Path) -> None:
    tell("The colleague's environment (made once)")
    figures.peers = colleague.make_environment()
    for form in FORMS:
        figures.colleagues[form] = repeat(figures.times, partial(colleague.run_colleague, script, inputs, form), f"colleague, {form}")


if __name__ == "__main__":
    main()
