"""What bookings are loaded with: the program itself, pandas, django-import-export; and how each is called on the same files."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.environments import DJANGO, PANDAS, Environment
from tests.bench.inputs import Inputs, counts
from tests.bench.measuring import HERE
from tests.bench.stores import AS_OF_TEXT, BY, flagbook

Words = list[str | Path]


@dataclass(frozen=True)
class Kind:
    """A load of bookings: of which file, into a store without bookings (`is_fresh`) or into one that has those of bookings.csv."""

    name: str
    file: str
    says: str
    is_fresh: bool


EMPTY = Kind("empty", "bookings.csv", "into an empty table", is_fresh=True)
AGAIN = Kind("again", "bookings.csv", "the same file again", is_fresh=False)
CHANGED = Kind("changed", "changed.csv", "a tenth of the rows changed", is_fresh=False)
BAD = Kind("bad", "bad.csv", "1 % bad rows, into an empty table", is_fresh=True)
KINDS = (EMPTY, AGAIN, CHANGED, BAD)


def expected(kind: Kind, inputs: Inputs) -> dict[str, int]:
    """Return how many rows any load of this kind must find new, changed, unchanged and bad."""
    found, rows = counts(inputs), inputs.sizes.bookings
    if kind is BAD:
        return {"new": rows - found["bad"], "changed": 0, "unchanged": 0, "rejected": found["bad"]}
    changed = found["changed"] if kind is CHANGED else 0
    return {"new": rows if kind is EMPTY else 0, "changed": changed, "unchanged": 0 if kind is EMPTY else rows - changed, "rejected": 0}


@dataclass(frozen=True)
class Tool:
    """A program that loads bookings into a store of its own (`kept`, a file's name) and prints how many rows were new, changed, unchanged and rejected.

    Where `environment` is set, it is somebody else's. Up to `largest` bookings it is measured at all, up to `all_kinds` at every kind of load,
    beyond that into an empty table only.
    """

    name: str
    kept: str
    command: Callable[[Inputs, str], Words]
    read_counts: Callable[[str], dict[str, int]] = json.loads
    environment: Environment | None = None
    largest: int = 10_000_000
    all_kinds: int = 10_000_000

    def pristine(self, inputs: Inputs, *, is_fresh: bool) -> Path:
        """Return the file that a store is restored from; a tool may have none without bookings."""
        return inputs.file(f"{'fresh' if is_fresh else 'loaded'}-{self.kept}")


def load_command(inputs: Inputs, layout: str, file: str) -> Words:
    """Return the program's own load of one file into its store; another time's rows may be more."""
    how = ("--as-of", AS_OF_TEXT, "--out", inputs.file("out"), "--json", "--accept-shrink", *BY)
    return flagbook(inputs.file("load.duckdb"), "load", f"--{layout}", inputs.file(file), *how)


def read_own_counts(said: str) -> dict[str, int]:
    told: dict[str, int] = json.loads(said)["bookings"]
    return {name: told[name] for name in ("new", "changed", "unchanged", "rejected")}


def script(name: str, kept: str, environment: Environment) -> Callable[[Inputs, str], Words]:
    """Return how a script of ours is called that loads with somebody else's packages."""
    return lambda inputs, file: [
        environment.python,
        HERE / name,
        *(inputs.file(path) for path in ("customers.csv", file, kept)),
        inputs.file("out") / f"{Path(kept).stem}.rejected.csv",
    ]


OWN = Tool("`load`", "load.duckdb", lambda inputs, file: load_command(inputs, "bookings", file), read_own_counts, largest=50_000_000, all_kinds=50_000_000)
WITH_PANDAS = Tool("pandas", "pandas.parquet", script("with_pandas.py", "pandas.parquet", PANDAS), environment=PANDAS)
WITH_DJANGO = Tool(
    "django-import-export",
    "import_export.sqlite3",
    script("with_import_export.py", "import_export.sqlite3", DJANGO),
    environment=DJANGO,
    largest=1_000_000,
    all_kinds=100_000,
)
PEERS = (WITH_PANDAS, WITH_DJANGO)
