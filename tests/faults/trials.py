"""Trials: a command under a fault, then the same command again, and whether the book and its files end as without the fault."""

import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from tests.cli.conftest import ROOT, surroundings

STORE = "flagbook.duckdb"
CUSTOMERS, BOOKINGS = 400, 3000
# What a clock or chance gives anew each time; and, in `book`, what says that the store is still to be written anew.
COMPARED = {
    "batches": "SELECT * EXCLUDE (started_at, finished_at) FROM batches",
    "commitments": "SELECT event_id, batch_id, salt IS NULL, erased_by FROM commitments",
    "heads": "SELECT batch_id FROM heads",
    "suppressed": "SELECT kind, batch_id FROM suppressed",
    "book": "SELECT key, CASE WHEN key <> 'suppression_key' THEN value END FROM book WHERE key <> 'to_rewrite'",
}
ERASED = "C0001"
SETTINGS = '[business]\ntimezone = "UTC"\n[store]\nmin_free_bytes = 1\n[batches]\nmass_change_percent = 100\nshrink_percent = 1\n'
COMMANDS = {
    "load": "load --customers customers.csv --bookings bookings.csv --as-of 2026-06-01 --by Night",
    "load again": "load --customers customers.csv --bookings later.csv --as-of 2026-06-02 --by Night",
    "apply": "apply upload.csv --as-of 2026-06-03 --by Desk",
    "undo": "undo 3 --as-of 2026-06-04 --by Boss",
    "migrate": "migrate shopify.csv --from shopify --as-of 2026-06-05 --by Desk",
    "erase": f"erase {ERASED} --yes --as-of 2026-06-06 --by Boss",
    "backup": "backup copy.duckdb",
}
LEFT = (".tmp/", ".rewriting/")  # folders that a killed run leaves, and the next one sweeps
FULL = ("disk is full", "can't be written", "can't get its name", "are free", "neither into memory")
Folder = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A command where it starts, and what is there before it, after it, and after it was run twice; its exit codes then; its steps."""

    name: str
    start: Path
    seen: tuple[Folder, Folder, Folder]
    codes: tuple[int, int]
    steps: tuple[str, ...]


@dataclass
class Zygote:
    """The program loaded once (see `zygote`)."""

    process: subprocess.Popen[str]
    out: Path

    def run(self, folder: Path, command: str, fault: dict[str, float] | None = None) -> dict[str, Any]:
        """Run a command under a fault; return code, said and steps."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(folder), command.split(), fault or {}, str(self.out)]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def zygote(scratch: Path) -> Iterator[Zygote]:
    """Have a program loaded."""
    command = [sys.executable, "-m", "tests.faults.zygote"]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Zygote(process, scratch / "said.txt")
        assert process.stdin is not None
        process.stdin.close()


def write_inputs(folder: Path) -> None:
    """Write exports of which some rows come back, and an upload likewise."""
    ids = [f"C{number:04d}" for number in range(CUSTOMERS)]
    rows = [f"B{number},{ids[number % CUSTOMERS]},2026-0{5 + number % 3}-10 10:00,booked,tour {number}" for number in range(BOOKINGS)]
    head = "booking_id,customer_id,starts_at,status,service"
    (folder / "flagbook.toml").write_text(SETTINGS)
    (folder / "customers.csv").write_text("\n".join(["customer_id,first_name", *(f"{one},Ann {one}" for one in ids), ",Nobody"]))
    (folder / "bookings.csv").write_text("\n".join([head, *rows, "B9999,nobody,2026-07-01,booked,x"]))
    (folder / "later.csv").write_text("\n".join([head, *(row.replace("tour", "walk") for row in rows[: BOOKINGS // 2])]))
    flags = [f"add,{one},Alert,note {'x' * 80} {one}" for one in (*ids[: CUSTOMERS // 2], "nobody")]
    (folder / "upload.csv").write_text("\n".join(["action,customer_id,flag_type,comment", *flags]))
    shutil.copy(ROOT / "sample_data/legacy/shopify.csv", folder)


def look(folder: Path) -> Folder:
    """Return what every store of a folder holds, by table, but for the clock's columns; and the bytes of every other file, but for locks.

    Of reconciliations, which overwrite none, the last stands for all: a run that was killed before it named its own leaves none.
    """
    seen: Folder = {}
    places: dict[str, int] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", ".wal", ".heads"))):
        name = str(path.relative_to(folder))
        proof = re.fullmatch(r"(.*\.reconciliation)(?:\.(\d+))?(\.xlsx)", name)
        name, place = (proof[1] + proof[3], int(proof[2] or 1)) if proof else (name, 1)
        if place > places.get(name, 0):
            seen[name], places[name] = READERS.get(path.suffix, Path.read_bytes)(path), place
    return seen


def read_workbook(path: Path) -> Any:
    """Return the cells of each sheet; of what is no workbook, its bytes."""
    try:
        book = CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except CalamineError:
        return path.read_bytes()


def read_store(store: Path) -> dict[str, Any]:
    """Return every row of every table, in order."""
    with duckdb.connect(str(store), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [str(name) for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: con.execute(f"{COMPARED.get(name, f'FROM {name}')} ORDER BY ALL").fetchall() for name in names}


READERS: dict[str, Callable[[Path], Any]] = {".duckdb": read_store, ".xlsx": read_workbook}


def make_cases(scratch: Path, program: Zygote) -> list[Case]:
    """Run the commands one after the other without a fault, each in a copy of where the one before it ended."""
    at = scratch / "start"
    at.mkdir()
    write_inputs(at)
    cases = []
    for number, (name, command) in enumerate(COMMANDS.items()):
        once, twice = scratch / f"{number} once", scratch / f"{number} twice"
        shutil.copytree(at, once)
        first = program.run(once, command)
        shutil.copytree(once, twice)
        second = program.run(twice, command)
        assert {first["code"], second["code"]} <= {0, 3, 4}, (name, first, second)
        cases.append(Case(name, at, (look(at), look(once), look(twice)), (first["code"], second["code"]), tuple(first["steps"])))
        at = once
    return cases


@dataclass
class Tally:
    """What came of the trials: how many of each kind, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def try_fault(case: Case, program: Zygote, folder: Path, tally: Tally, fault: dict[str, float], *, before_again: Callable[[], object] | None = None) -> None:
    """Run a case under a fault in a copy of its folder, then again without, and write down what is not as it should be.

    `before_again` takes away a fault that lies outside of the program, in a folder that is there already.
    """
    if before_again is None:
        shutil.copytree(case.start, folder)
    ended = program.run(folder, COMMANDS[case.name], fault)
    lasting = _fault_left(case, folder)
    told = f"{case.name} {fault} after {ended['steps'][-1:]} code {ended['code']}"
    if lasting is None:
        tally.wrong.append(f"{told}: it left {_difference(case, folder)}")
    if not _is_expected(ended, case, fault):
        tally.wrong.append(f"{told}: it ended so: {ended['said'][-600:]}")
    if ended["code"] in case.codes and ended["code"] >= 0 and not lasting and case.codes[0] == ended["code"]:
        tally.wrong.append(f"{told}: it said that it was done, and it was not")
    if before_again is not None:
        before_again()
    again = program.run(folder, COMMANDS[case.name])
    if again["code"] != case.codes[bool(lasting)] or look(folder) != case.seen[1 + bool(lasting)]:
        tally.wrong.append(f"{told}: run again it ended with {again['code']}, {_difference(case, folder, 1 + bool(lasting))}: {again['said'][-600:]}")
    _judge_after(case, program, folder, told, tally)
    tally.counts[f"{case.name}: {'killed' if ended['code'] < 0 else 'exit ' + str(ended['code'])}, {'all there' if lasting else 'nothing there'}"] += 1
    shutil.rmtree(folder, ignore_errors=True)


def _judge_after(case: Case, program: Zygote, folder: Path, told: str, tally: Tally) -> None:
    """Write down where the book is not well in the end, its chain of batches and the heads outside of it too, or a byte of who was erased is left."""
    well = program.run(folder, "doctor")
    if well["code"]:
        tally.wrong.append(f"{told}: doctor says {well['said'][-600:]}")
    stores = [path for path in folder.rglob(f"{STORE}*") if path.is_file()]
    if case.name == "erase" and any(name in path.read_bytes() for path in stores for name in (ERASED.encode(), f"Ann {ERASED}".encode())):
        tally.wrong.append(f"{told}: bytes of who was erased are left")


def _is_expected(ended: dict[str, Any], case: Case, fault: dict[str, float]) -> bool:
    """Tell whether a run ended as it may: by its fault, or as without it."""
    if "limit" in fault or not fault:
        return bool(ended["code"] == case.codes[0] or (ended["code"] == 5 and any(word in ended["said"] for word in FULL)))
    return bool(ended["code"] < 0 or ended["code"] == case.codes[0])


def _fault_left(case: Case, folder: Path) -> bool | None:
    """Return whether all of the command is there, or nothing; None where it is something else. Result files are whole, or not there."""
    before, after, _ = case.seen
    try:
        seen = {name: found for name, found in look(folder).items() if not Path(name).name.startswith(".") and not any(word in name for word in LEFT)}
    except duckdb.Error:
        return None
    whole = {name: {"before": before.get(name), "after": after.get(name)} for name in {*before, *after, *seen}}
    if any(found not in whole[name].values() and not _is_new(case, name, found) for name, found in seen.items()):
        return None
    judged = "copy.duckdb" if case.name == "backup" else STORE
    return bool(seen.get(judged) == after[judged])


def _is_new(case: Case, name: str, found: Any) -> bool:
    """Tell whether this is the empty book that a load makes before it begins."""
    return name == STORE and STORE not in case.seen[0] and not any(rows for table, rows in found.items() if table != "book")


def _difference(case: Case, folder: Path, which: int = 1) -> str:
    try:
        seen = look(folder)
    except duckdb.Error as error:
        return type(error).__name__
    names = sorted(name for name in {*seen, *case.seen[which]} if seen.get(name) != case.seen[which].get(name))
    return f"other than it should: {', '.join(names)}"


def choose_kills(cases: list[Case], count: int, chance: random.Random, seconds: float) -> list[tuple[Case, dict[str, float]]]:
    """Return so many kills: of each named step of each command one, in turn, then other steps, and as many at random moments."""
    named = []
    for case in cases:
        for step in dict.fromkeys(case.steps):
            named.append((case, {"step": float(chance.choice([n for n, one in enumerate(case.steps, start=1) if one == step]))}))
    chance.shuffle(named)
    while len(named) < count // 2:
        case = chance.choice(cases)
        named.append((case, {"step": float(chance.randint(1, len(case.steps)))}))
    timed = [(chance.choice(cases), {"seconds": chance.uniform(0.001, seconds)}) for _ in range(count - count // 2)]
    return [*named[: count // 2], *timed]


def try_small_disks(cases: list[Case], program: Zygote, scratch: Path, rooms: list[int]) -> Tally | None:
    """Run cases in turn on disks in memory with so many bytes left, which then grow; None where this user may not make any."""
    tally, disk = Tally(), scratch / "disk"
    disk.mkdir()
    for number, room in enumerate(rooms):
        case = cases[number % len(cases)]
        size = room + sum(-path.stat().st_size // 4096 * -4096 for path in case.start.rglob("*"))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=False, capture_output=True).returncode:
            return None
        try:
            _try_small_disk(case, program, disk, tally)
        finally:
            subprocess.run(["umount", disk], check=True)
    return tally


def _try_small_disk(case: Case, program: Zygote, disk: Path, tally: Tally) -> None:
    shutil.copytree(case.start, disk / "folder")
    grow = ["mount", "-o", "remount,size=200M", str(disk)]
    try_fault(case, program, disk / "folder", tally, {}, before_again=lambda: subprocess.run(grow, check=True))


def draw_room(chance: random.Random) -> int:
    """Return some bytes, rather few than many: from less than any case needs to somewhat more."""
    return int(10 ** chance.uniform(3.5, 6.3))
