"""kill -9 in the middle of a night: the next one ends with the same book, archive and reports as a night that nobody killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import ROOT, run_in, surroundings

SETTINGS = '[business]\ntimezone = "UTC"\n'
SILENCED = SETTINGS + '[flags]\ntypes = [{name = "Alert"}, {name = "Warning", alerts = false}]\n'
FIRST, EVERY = int(os.environ.get("KILL_FIRST", "1")), int(os.environ.get("KILL_EVERY", "20"))  # 1 and 1: every moment
PARTS = 4  # that several cores share
NIGHT = ("nightly", "--as-of", "2026-06-05T02:00", "--json")
# The columns of the clock, and of seals, which hold chance.
CHANCE = {
    "batches": "* REPLACE (started_at IS NULL AS started_at, finished_at IS NULL AS finished_at, split_part(run, '/', 2) AS run)",
    "heads": "batch_id",
    "commitments": "event_id, batch_id",
}
INBOX = {
    "customers.csv": "customer_id,first_name\nC1,Ann\nC4,Dan\n,Nobody\n",
    "bookings 1.csv": "booking_id,customer_id,starts_at,status\nB3,C4,2026-07-01 10:00,booked\nB4,C9,2026-07-01 10:00,booked\n",
    "bookings 2.csv": "booking_id,customer_id,starts_at,status\nB5,C4,2026-07-01 10:00,booked\n",
    "bookings 3.csv": "booking_id,customer_id,starts_at,starts_at\nB6,C4,2026-07-01 10:00,\n",
    "flags.csv": "action,customer_id,flag_type,comment\nadd,C4,Alert,late\nadd,C8,Alert,x\n",
    "more flags.csv": "action,customer_id,flag_type,comment\nadd,C3,Alert,late\n",
    "notes.txt": "hello\n",
}


@dataclass(frozen=True)
class Zygote:
    """The program loaded once (see `killing.zygote`)."""

    process: subprocess.Popen[str]
    out: Path

    def run(self, folder: Path, last: int = 0) -> int:
        """Run a night, killed before the n-th thing that lasts; return its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(folder), NIGHT, last, str(self.out)]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    command = [sys.executable, "-m", "tests.cli.killing.zygote"]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Zygote(process, tmp_path_factory.mktemp("said") / "out.txt")
        assert process.stdin is not None
        process.stdin.close()


@dataclass(frozen=True)
class Evening:
    """A folder as it lies before the night, and what is to be seen after it."""

    start: Path
    after: dict[str, Any]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Evening:
    """Return a book with a flag that expires and one whose type falls silent, and an inbox in which something is wrong with most files."""
    start = tmp_path_factory.mktemp("evening")
    (start / "flagbook.toml").write_text(SETTINGS)
    (start / "c.csv").write_text("customer_id\nC1\nC2\nC3\n")
    (start / "b.csv").write_text("booking_id,customer_id,starts_at,status\nB1,C1,2026-07-01 10:00,booked\nB2,C2,2026-07-02 10:00,booked\n")
    (start / "f.csv").write_text("action,customer_id,flag_type,comment,expires_on\nadd,C1,Alert,owes,2026-06-03\nadd,C2,Warning,rude,\n")
    assert run_in(start, "load", "--customers", "c.csv", "--bookings", "b.csv", "--as-of", "2026-06-01").code == 0
    assert run_in(start, "apply", "f.csv", "--as-of", "2026-06-01").code == 0
    (start / "flagbook.toml").write_text(SILENCED)
    (start / "inbox").mkdir()
    for name, text in INBOX.items():
        drop(start / "inbox" / name, text)
    whole = Path(shutil.copytree(start, start.with_name(f"{start.name}-whole")))
    assert zygote.run(whole) == 4
    return Evening(start, look(whole))


def drop(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (time.time() - 100,) * 2)


def look(folder: Path) -> dict[str, Any]:
    """Return all that must be the same after a night: the book but for its clocks, and what each file holds."""
    with duckdb.connect(str(folder / "flagbook.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [str(name) for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
        seen: dict[str, Any] = {name: con.sql(f"SELECT {CHANCE.get(name, '*')} FROM {name} ORDER BY ALL").fetchall() for name in names}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("flagbook.duckdb") and path.parent.name != "logs":
            seen[str(path.relative_to(folder))] = read(path)
    return seen


def read(path: Path) -> Any:
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    if path.name != "nightly.json":
        return path.read_bytes()
    said = json.loads(path.read_text(), object_hook=lambda one: {key: value for key, value in one.items() if key != "head"})
    nights = [{key: value for key, value in night.items() if key not in ("run", "earlier")} for night in (said, *said["earlier"])]
    return [night for night in nights if night["inputs"]]


def check_again(folder: Path, evening: Evening, zygote: Zygote) -> None:
    """Run the night again; fail unless everything is then as after one that nobody killed."""
    assert zygote.run(folder) in (0, 4), zygote.out.read_text()
    found = look(folder)
    assert sorted(found) == sorted(evening.after)
    assert {name: (found[name], wanted) for name, wanted in evening.after.items() if found[name] != wanted} == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_night_killed_before_anything_that_lasts_is_finished_by_the_next(evening: Evening, zygote: Zygote, tmp_path: Path, part: int) -> None:
    """Of the moments before a name changes or a transaction ends, and after the latter, each `EVERY`th; each part has its share of them."""
    for last in range(FIRST + part * EVERY, 1000, PARTS * EVERY):
        folder = Path(shutil.copytree(evening.start, tmp_path / str(last)))
        if zygote.run(folder, last) >= 0:
            assert last > 60, "it was hardly killed at all"
            return
        check_again(folder, evening, zygote)
        shutil.rmtree(folder)
    raise AssertionError("the night never ended")


@pytest.mark.parametrize("few", [12, 13, 14, 15])
def test_a_night_killed_over_and_over_comes_to_its_end_all_the_same(evening: Evening, zygote: Zygote, tmp_path: Path, few: int) -> None:
    folder = Path(shutil.copytree(evening.start, tmp_path / "night"))
    kills = 0
    while zygote.run(folder, few + kills % 4) < 0:
        kills += 1
        assert kills < 100, "it does not get on"
    assert kills > 5
    check_again(folder, evening, zygote)


@pytest.mark.parametrize("seed", range(3))
def test_a_night_killed_at_any_time_by_somebody_else_is_finished_by_the_next(evening: Evening, zygote: Zygote, tmp_path: Path, seed: int) -> None:
    folder = Path(shutil.copytree(evening.start, tmp_path / "night"))
    command = [sys.executable, "-m", "jobs", *NIGHT]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None and not list(folder.glob("archive/.night/journal.json")):
            time.sleep(0.001)
        time.sleep(random.Random(seed).uniform(0, 1.5))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    check_again(folder, evening, zygote)
