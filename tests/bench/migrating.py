"""Measures `migrate` of a shop's customers with tags, beside `load --customers --map` of the same customers without any, in turns in the same run."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.bench import stores
from tests.bench.measuring import Failed, Runs, Took, measure, tell
from tests.bench.stores import AS_OF_TEXT, BY, flagbook
from tests.bench.table import figures_row, times
from tests.bench.tagged import COLUMN_MAP, make_tagged
from tests.bench.tools import Words

PERCENTS = (15, 45, 90)  # of the customers have tags of the list
MEBIBYTE = 1 << 20
STORE = "migrated.duckdb"
NOTES = """*Migrate*: a Shopify customer export into a new book, a share of its customers with one or two tags of the list, in any case, among other tags. The
load beside it, `load --customers --map`, brings in the same customers without tags. They ran in turns. *Flags* are those that stand afterwards: each is
written with its history, and its customer's alert with that of its own."""


@dataclass
class Migrations:
    """What was measured: loads by customers, migrations by customers and share, and how many flags these made."""

    loads: dict[int, Runs] = field(default_factory=dict)
    runs: dict[tuple[int, int], Runs] = field(default_factory=dict)
    flags: dict[tuple[int, int], int] = field(default_factory=dict)


def measure_migrations(folder: Path, counts: list[int], how_often: int) -> Migrations:
    """Measure exports of so many customers, the smallest first."""
    found = Migrations()
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("map.toml").write_text(COLUMN_MAP, encoding="utf-8")
    for count in counts:
        tell(f"Migrate: {count:,} customers")
        took: dict[int, list[Took]] = {percent: [] for percent in (0, *PERCENTS)}
        for turn in range(how_often):
            for percent, runs in took.items():
                runs.append(_run(folder, count, percent, found))
                tell(f"  {percent} %, {turn + 1} of {how_often}: {runs[-1].wall:.2f} s")
        found.loads[count] = Runs(tuple(took.pop(0)))
        found.runs |= {(count, percent): Runs(tuple(runs)) for percent, runs in took.items()}
    return found


def _run(folder: Path, count: int, percent: int, found: Migrations) -> Took:
    """Load the customers without tags, or migrate them; raise where not all of them arrive, or the sum is not right."""
    path, store = folder / f"{count}-{percent}.csv", folder / STORE
    make_tagged(path, count, percent)
    stores.remove(store)
    words: Words = ["migrate", path, "--from", "shopify"] if percent else ["load", "--customers", path, "--map", folder / "map.toml"]
    took = measure(flagbook(store, *words, "--as-of", AS_OF_TEXT, "--out", folder / "out", "--json", *BY), folder)
    said = json.loads(took.said)
    if said["customers"]["new"] != count or not said.get("adds_up", True):
        raise Failed(f"{words[0]}, {percent} %: {said['customers']} where {count:,} must be new, and the sum right.")
    if percent:
        found.flags[count, percent] = sum(row["in_book"] for row in said["flags"])
    return replace(took, size=store.stat().st_size / MEBIBYTE)


def migrate_rows(found: Migrations) -> list[str]:
    """Return the rows of all sizes, the smallest first, each with how it compares to the load."""
    rows = []
    for count, load in found.loads.items():
        rows.append(figures_row(f"`load --customers --map` of {count:,} customers without tags", None, load))
        for (size, percent), runs in found.runs.items():
            if size == count:
                beside = f"{times(runs.wall / load.wall)} the load, {times(runs.cpu / load.cpu)} its CPU; {found.flags[count, percent]:,} flags"
                rows.append(figures_row(f"`migrate` of {count:,} customers, {percent} % of them tagged", None, runs, beside))
    return rows
