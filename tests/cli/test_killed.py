"""kill -9 in the middle of a run: the book holds the whole batch or nothing of it, and the same command again ends as an unkilled run does."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.cli.conftest import run_in, surroundings

State = dict[str, list[tuple[object, ...]]]
Sheets = dict[str, list[tuple[object, ...]]]

CUSTOMERS = 120
SHEETS: dict[str, tuple[str, list[tuple[str, ...]]]] = {
    "Flags": ("flag_type,comment,action,customer_id", [("Alert", f"note {number}", "add", f"{number:04d}") for number in range(CUSTOMERS + 20)]),
    "Tags": ("tag,action,customer_id", [(f"tag {number % 3}", "add", f"{number:04d}") for number in range(CUSTOMERS)]),
    "Status": ("reason,action,customer_id", [("owes", ("block", "archive")[number % 2], f"{number:04d}") for number in range(60)]),
}
APPLY = ("apply", "upload.xlsx", "--by", "Desk", "--as-of", "2026-06-02", "--json")
UNDO = ("undo", "2", "--by", "Boss", "--as-of", "2026-06-03", "--json")
STORE = "flagbook.duckdb"
TIMED = {  # the columns of the clock, and of seals, which hold chance
    "batches": "* REPLACE (started_at IS NULL AS started_at, finished_at IS NULL AS finished_at)",
    "heads": "batch_id",
    "commitments": "event_id, batch_id",
}


@dataclass(frozen=True)
class Moment:
    """When to kill: so long after a file of this name (a pattern) holds something. A run that ends before is not killed; all the same must hold."""

    sign: str
    seconds: float = 0.0


SIGNED, LOGGED = f"{STORE}.lock", f"{STORE}.wal"  # the run has the store to itself; it writes its transaction
APPLY_MOMENTS = (
    Moment(SIGNED),
    Moment(".upload.results.*.tmp"),
    Moment(".upload.rejected.*.tmp"),
    Moment(LOGGED),
    Moment("upload.results.xlsx"),
    Moment("upload.rejected.xlsx", 0.005),
)
UNDO_MOMENTS = (Moment(SIGNED), Moment(SIGNED, 0.03), Moment(SIGNED, 0.06), Moment(LOGGED), Moment(LOGGED, 0.005), Moment(LOGGED, 0.03))


@dataclass(frozen=True)
class Seen:
    """A folder as it was seen: every row of the book, the cells of the result files that are there under their names, and all names."""

    state: State
    results: dict[str, Sheets]
    names: list[str]


@dataclass(frozen=True)
class Case:
    """A command, where it starts, what is there before and after an unkilled run, and what it answers: the first time and again."""

    words: tuple[str, ...]
    start: Path
    before: Seen
    after: Seen
    answers: tuple[tuple[int, str], tuple[int, str]]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Return an apply and the undo of it, with a book for each."""
    folder = tmp_path_factory.mktemp("killed")
    loaded, applied, undone = folder / "loaded", folder / "applied", folder / "undone"
    loaded.mkdir()
    write_inputs(loaded)
    assert run_in(loaded, "load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01", "--by", "Night").code == 0
    shutil.copytree(loaded, applied)
    assert run_in(applied, *APPLY).code == 4
    shutil.copytree(applied, undone)
    assert run_in(undone, *UNDO).code == 0
    seen = [look(one) for one in (loaded, applied, undone)]
    return {
        "apply": Case(APPLY, loaded, seen[0], seen[1], ((4, "applied"), (0, "already-applied"))),
        "undo": Case(UNDO, applied, seen[1], seen[2], ((0, "applied"), (0, "already-undone"))),
    }


def write_inputs(folder: Path) -> None:
    """Write the exports, and an upload of which twenty rows name nobody."""
    ids = [f"{number:04d}" for number in range(CUSTOMERS)]
    bookings = [f"B{number},{ids[number % CUSTOMERS]},2026-0{5 + number % 3}-10,booked" for number in range(3 * CUSTOMERS)]
    (folder / "customers.csv").write_text("\n".join(["customer_id", *ids]))
    (folder / "bookings.csv").write_text("\n".join(["booking_id,customer_id,starts_at,status", *bookings]))
    book = openpyxl.Workbook(write_only=True)
    for name, (header, rows) in SHEETS.items():
        sheet = book.create_sheet(name)
        sheet.append(header.split(","))
        for row in rows:
            sheet.append(row)
    book.save(folder / "upload.xlsx")


def kill_at(folder: Path, words: tuple[str, ...], moment: Moment, scratch: Path) -> None:
    """Start the program in a folder, and kill its process group at a moment."""
    environment = {**surroundings(), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "jobs", *words]
    left, latest = filled(folder, moment.sign), time.monotonic() + 60
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None and filled(folder, moment.sign) <= left and time.monotonic() < latest:
            time.sleep(0.001)
        time.sleep(moment.seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def filled(folder: Path, pattern: str) -> set[tuple[str, int]]:
    """Return the name and the time of every file of a pattern that is not empty."""
    found = set()
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):  # it went between two looks
            about = path.stat()
            found |= {(path.name, about.st_mtime_ns)} if about.st_size else set()
    return found


def look(folder: Path) -> Seen:
    return Seen(read_book(folder), read_results(folder), sorted(path.name for path in folder.iterdir()))


def read_book(folder: Path) -> State:
    """Return every row of every table, in order; of the clock's columns, whether they are filled."""
    with duckdb.connect(str(folder / STORE), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [str(name) for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: con.sql(f"SELECT {TIMED.get(name, '*')} FROM {name} ORDER BY ALL").fetchall() for name in names}


def read_results(folder: Path) -> dict[str, Sheets]:
    """Return the cells of every result file that is there under its name, but for the summary, which may say that all was done before."""
    found = sorted(folder.glob("upload.re*.xlsx"))
    return {path.name: {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(path) if sheet.title != "Summary"} for path in found}


def check_killed(folder: Path, case: Case) -> bool:
    """Fail unless a killed run left all or nothing, and whole result files or none; return whether it left all."""
    seen = look(folder)
    assert seen.state in (case.before.state, case.after.state)
    is_all = seen.state == case.after.state
    whole = {**case.before.results, **(case.after.results if is_all else {})}
    assert {name: whole.get(name) for name in seen.results} == seen.results
    return is_all


def check_again(folder: Path, case: Case, *, is_all: bool) -> None:
    """Run the same command again; fail unless everything is then as after an unkilled run, without a file left over."""
    again = run_in(folder, *case.words)
    assert (again.code, again.json()["status"]) == case.answers[is_all], again.err
    assert look(folder) == case.after


def check_kills(case: Case, moments: tuple[Moment, ...], scratch: Path) -> None:
    """Kill at each moment in turn, and run again; a kill that left nothing is followed by the next one in its place, so that leftovers meet."""
    folder, is_all = scratch, True
    for number, moment in enumerate(moments):
        if is_all:
            folder = Path(shutil.copytree(case.start, scratch / str(number)))
        kill_at(folder, case.words, moment, scratch)
        is_all = check_killed(folder, case)
        if is_all or moment is moments[-1]:
            check_again(folder, case, is_all=is_all)


def test_a_killed_apply_leaves_all_or_nothing_and_can_be_run_again(cases: dict[str, Case], tmp_path: Path) -> None:
    check_kills(cases["apply"], APPLY_MOMENTS, tmp_path)


def test_a_killed_undo_leaves_all_or_nothing_and_can_be_run_again(cases: dict[str, Case], tmp_path: Path) -> None:
    check_kills(cases["undo"], UNDO_MOMENTS, tmp_path)
