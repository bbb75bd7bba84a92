"""Measures Flagbook: how `load`, `apply`, `report` and `migrate` grow, against the least that any program would do and what people would use instead.

Run by `make bench`; `make bench ARGS=--quick` tries it out. Nothing here passes or fails by time. Files stay in `tests/bench/work`.
"""

import argparse
import fcntl
import shutil
import sys
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# Run as a script, so the project's folder is put in the way of imports first.
from tests.bench import apply_rows, growing, load_rows, loading, migrating, page, reporting  # noqa: E402
from tests.bench.applying import measure_apply  # noqa: E402
from tests.bench.inputs import Inputs, Sizes, inputs_of  # noqa: E402
from tests.bench.measuring import HERE, tell  # noqa: E402

WORK = HERE / "work"
PARTS = page.PARTS
SHARES = (100, 10, 1)  # sizes that are measured, as shares of the largest
HUGE = 5  # times the largest of them
ROOM = 30 << 30  # bytes of disk that the huge load needs
PATIENCE, QUICK_PATIENCE = 600.0, 15.0  # seconds that somebody else's tool is given for one load


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Flagbook's speed and memory.", epilog="Example: bench.py --quick --only load")
    parser.add_argument("--customers", type=int, default=1_000_000, help="of the largest size; a tenth and a hundredth of it are measured as well")
    parser.add_argument("--bookings", type=int, default=10_000_000, help="likewise")
    parser.add_argument("--instructions", type=int, default=100_000, help="likewise")
    parser.add_argument("--runs", type=int, help="how often each thing is measured (3, or 1 with --quick)")
    parser.add_argument("--only", choices=PARTS, help="measure one part")
    parser.add_argument("--quick", action="store_true", help="a hundredth of each size")
    parser.add_argument("--huge", action="store_true", help="also load five times as many bookings, and apply ten times as many instructions")
    parser.add_argument("--colleague", type=Path, default=ROOT.parent / "shared" / "bench" / "colleague.py", help="the script to measure `apply` against")
    parser.add_argument("--record", action="store_true", help="write the table and the chart to docs/ as well")
    said = parser.parse_args()
    said.runs = said.runs or (1 if said.quick else 3)
    return said


def main() -> None:
    said = options()
    alone = hold(WORK)
    sizes = Sizes(said.customers, said.bookings, said.instructions).scaled(share=100 if said.quick else 1)
    series = [inputs_of(WORK, sizes.scaled(share=share)) for share in SHARES]
    kept = series[-1].file("figures.json")
    measures = {"load": load_part, "apply": apply_part, "report": report_part, "migrate": migrate_part}
    parts = {}
    for name in [said.only] if said.only else PARTS:
        parts[name] = measures[name](said, series)
        all_parts = page.keep_parts(parts, kept)
    print(page.write_page(parts))
    if said.record:
        missing = [name for name in PARTS if name not in all_parts]
        if missing:
            tell(f"The table is recorded without {', '.join(missing)}, which was not measured here yet.")
        page.record(all_parts, ROOT / "docs" / "benchmarks.md")
    alone.close()


def hold(folder: Path) -> TextIO:
    """Keep the folder for this benchmark until the file returned is closed: two at once would restore each other's stores, and share the cores."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "bench.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit("Another benchmark is running.") from None
    return handle


def load_part(said: argparse.Namespace, series: list[Inputs]) -> page.Part:
    """Measure `load`; the huge size last, if the disk has room."""
    loads = loading.Loads(said.runs, QUICK_PATIENCE if said.quick else PATIENCE)
    if said.huge:
        huge = inputs_of(WORK, series[-1].sizes.scaled(times=HUGE))
        if huge.file("exports.json").exists() or shutil.disk_usage(WORK).free >= ROOM or said.quick:
            series = [*series, huge]
        else:
            tell(f"Not enough disk for {huge.sizes.bookings:,} bookings: skipped.")
    loading.measure_loads(loads, series)
    return page.make_part((page.notes_on_runs(said.runs), load_rows.NOTES), load_rows.load_rows(loads), loads.versions, load_rows.load_lines(loads))


def apply_part(said: argparse.Namespace, series: list[Inputs]) -> page.Part:
    """Measure `apply` in full at the largest size, then how it grows."""
    most = series[-1].sizes.instructions
    counts = sorted({max(1, most // 100), max(1, most // 10), most, *([most * 10] if said.huge else [])})
    growing.prepare(series[-1])
    figures = measure_apply(series[-1], said.runs, said.colleague)
    growth = growing.measure_growth(series, counts, figures.calls_times, {most: figures.jobs["csv"]})
    return page.make_part((apply_rows.apply_notes(figures),), apply_rows.apply_rows(figures, growth), figures.peers)


def report_part(said: argparse.Namespace, series: list[Inputs]) -> page.Part:
    """Measure the reports of each size."""
    figures = reporting.measure_reports(series, said.runs)
    return page.make_part((reporting.NOTES,), reporting.report_rows(figures), {})


def migrate_part(said: argparse.Namespace, series: list[Inputs]) -> page.Part:
    """Measure `migrate` of a tenth of the largest number of customers, and of all."""
    most = series[-1].sizes.customers
    figures = migrating.measure_migrations(WORK / "migrate", [max(1, most // 10), most], said.runs)
    return page.make_part((migrating.NOTES,), migrating.migrate_rows(figures), {})


if __name__ == "__main__":
    main()
