"""The whole night through the command line."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Ran, Shop
from tests.cli.test_ends import as_anybody

AS_OF = ("--as-of", "2026-06-05T02:00")
DAY = "2026-06-05"
FLAGS = "action,customer_id,flag_type,comment,expires_on\n"
STARTS = "booking_id,customer_id,starts_at\n"


def drop(shop: Shop, name: str, content: str | bytes, *, age: float = 100) -> Path:
    """Put a file into the inbox that has not changed for so many seconds."""
    (shop.folder / "inbox").mkdir(exist_ok=True)
    path = shop.file(f"inbox/{name}", content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def night(shop: Shop, *words: str) -> Ran:
    return shop.run("nightly", *AS_OF, *words)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def batches(shop: Shop) -> list[tuple[Any, ...]]:
    """Return the batches after the shop's first, oldest first."""
    found = shop.run("batches", "--json").json()["batches"]
    return [(one["kind"], one["applied"], one["rejected"]) for one in reversed(found)][1:]


def test_a_whole_night(shop: Shop) -> None:
    drop(shop, "customers.csv", "customer_id,first_name\nC1,Anne\nC3,Cy\n")
    drop(shop, "todays bookings.csv", STARTS + "B3,C3,2026-07-01\nB4,C9,2026-07-01\n")
    drop(shop, "by desk.csv", FLAGS + "add,C3,Alert,late,2026-06-30\nadd,C1,Alert,owes,\nadd,C9,Alert,owes,\n")
    done = night(shop, "--json", "--by", "Nina")
    said = done.json()
    assert (done.code, said["exit_code"], [one["kind"] for one in said["inputs"]]) == (4, 4, ["upload", "customers", "bookings"])
    assert batches(shop) == [("load", 3, 1), ("apply", 2, 1)]
    assert names(shop.folder / "archive" / DAY) == [
        "by desk.csv",
        "by desk.rejected.csv",
        "by desk.results.csv",
        "customers.csv",
        "todays bookings.csv",
        "todays bookings.rejected.csv",
    ]
    assert names(shop.folder / "inbox") == names(shop.folder / "rejected") == []
    assert names(shop.folder / "archive") == [DAY]
    assert {"nightly.json", "reports.xlsx"} <= set(names(shop.folder / "outbox" / DAY))
    kept = json.loads((shop.folder / "outbox" / DAY / "nightly.json").read_text())
    assert {**said, "earlier": []} == kept
    assert shop.run("batch", "2", "--json").json()["batch"]["submitted_by"] == "Nina"


def test_the_log_tells_steps_and_no_values(shop: Shop) -> None:
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,a secret,\nadd,Cx@secret,Alert,a secret,\n")
    drop(shop, "what.csv", "a secret,another\n1,2\n")
    night(shop)
    text = (shop.folder / "logs" / f"{DAY}.jsonl").read_text()
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert "secret" not in text
    (applied,) = [line for line in map(json.loads, text.splitlines()) if line["event"] == "step-done" and line["step"].startswith("apply")]
    assert (applied["rows"]["read"], applied["rows"]["rejected"], applied["codes"]) == (2, 1, {"unknown-customer": 1})
    assert [events[0], events[-1], events.count("step-done"), events.count("input-filed")] == ["night-begun", "night-done", 4, 2]


def test_flags_end_and_a_second_night_has_nothing_to_do(shop: Shop) -> None:
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,owes,2026-06-05\nadd,C2,Alert,late,2026-06-06\n")
    assert night(shop).code == 0
    assert shop.run("nightly", "--as-of", "2026-06-06T02:00").code == 0
    again = shop.run("nightly", "--as-of", "2026-06-06T03:00", "--json").json()
    assert batches(shop) == [("apply", 2, 0), ("expiry", 1, 0)]
    assert (again["batches"], again["inputs"]) == ([], [])
    earlier = json.loads((shop.folder / "outbox" / "2026-06-06" / "nightly.json").read_text())["earlier"]
    assert [[one["kind"] for one in before["batches"]] for before in earlier] == [["expiry"]]


def test_an_upload_that_was_applied_before_is_answered(shop: Shop) -> None:
    for _ in range(2):
        drop(shop, "flags.csv", FLAGS + "add,C1,Alert,owes,\n")
        done = night(shop, "--json")
    assert (done.code, done.json()["inputs"][0]["outcome"], done.json()["inputs"][0]["batch"]) == (0, "already-applied", 2)
    assert batches(shop) == [("apply", 1, 0)]
    assert names(shop.folder / "archive" / DAY) == ["flags-2.csv", "flags-2.results.csv", "flags.csv", "flags.results.csv"]


def test_a_file_that_is_nothing_known_is_refused_with_a_word(shop: Shop) -> None:
    drop(shop, "customers.csv", STARTS + "B9,C1,2026-07-01\n")
    drop(shop, "bookings.xlsx", b"PK\x03\x04broken")
    drop(shop, "bookings.csv", "booking_id,customer_id\nB1,C1\n")
    said = night(shop, "--json").json()
    assert [one["kind"] for one in said["inputs"]] == [None] * 3
    assert "bookings.csv: a required column is missing: starts_at" in said["inputs"][0]["reason"]
    assert [name for name in names(shop.folder / "rejected" / DAY) if not name.endswith(".refused.txt")] == ["bookings.csv", "bookings.xlsx", "customers.csv"]
    words = [path.read_text() for path in sorted((shop.folder / "rejected" / DAY).glob("*.refused.txt"))]
    assert [word.partition(":")[0] for word in words] == ["bookings.csv", "bookings.xlsx", "customers.csv"]
    assert batches(shop) == []


def test_the_word_of_a_refused_file_has_the_business_time_and_says_where_columns_are_listed(bare: Shop) -> None:
    bare.file("flagbook.toml", '[business]\ntimezone = "Europe/Berlin"\n')
    assert bare.run("load", "--customers", bare.file("c.csv", "customer_id\nC1\n").name).code == 0
    drop(bare, "what.csv", "this\n")
    assert night(bare).code == 4
    (word,) = (bare.folder / "rejected" / DAY).glob("*.refused.txt")
    assert word.read_text().endswith("Night as of 2026-06-05T02:00+02:00.\n")
    assert "docs/columns.md" in word.read_text()


def test_a_bad_export_does_not_hold_up_the_rest(shop: Shop) -> None:
    drop(shop, "bookings a.csv", STARTS + "B8,C1,2026-07-01\n")
    drop(shop, "bookings b.csv", "booking_id,customer_id,starts_at,starts_at\nB9,C1,,\n")
    drop(shop, "bookings c.csv", b"booking_id,customer_id,starts_at\nB7,C1,2026-07-01\nB6\0")
    drop(shop, "customers.csv", "customer_id\nC5\n")
    said = night(shop, "--json").json()
    assert [one["outcome"] for one in said["inputs"]] == ["applied", "refused", "refused", "applied"]
    assert names(shop.folder / "archive" / DAY) == ["bookings a.csv", "customers.csv"]
    assert batches(shop) == [("load", 2, 0)]


def test_exports_of_a_kind_are_one_load_or_else_tried_one_by_one(shop: Shop) -> None:
    rows = [f"B{number},C1,2026-07-01\n" for number in range(100, 140)]
    drop(shop, "bookings 1.csv", STARTS + "".join(rows[:20]))
    drop(shop, "bookings 2.csv", STARTS + "".join(rows[20:]))
    assert night(shop).code == 0
    drop(shop, "bookings 1.csv", STARTS + "".join(rows[:20]))
    drop(shop, "bookings 2.csv", STARTS + "".join(rows[20:22]))
    drop(shop, "customers.csv", "customer_id\nC5\n")
    said = night(shop, "--json").json()
    assert [one["outcome"] for one in said["inputs"]] == ["refused", "refused", "applied"]
    assert "last time's had 40" in said["inputs"][1]["reason"]
    assert batches(shop) == [("load", 40, 0), ("load", 1, 0)]


def part_of(first: int, last: int) -> str:
    """Return a part of an export of customers."""
    return "customer_id\n" + "".join(f"P{number}\n" for number in range(first, last))


@pytest.mark.parametrize("middle", [50, 75])
def test_a_bad_file_does_not_make_the_other_parts_of_its_export_look_small(bare: Shop, middle: int) -> None:
    parts = {"customers-1.csv": part_of(0, middle), "customers-2.csv": part_of(middle, 100)}
    assert bare.run("load", "--customers", *(bare.file(name, text).name for name, text in parts.items())).code == 0
    for name, text in {**parts, "customers-3.csv": 'customer_id,email\nP300,"x@example.com\n'}.items():
        drop(bare, name, text)
    done = night(bare)
    back = ["customers-3.csv", "customers-3.csv.refused.txt"]
    assert (done.code, names(bare.folder / "rejected" / DAY), names(bare.folder / "archive" / DAY)) == (4, back, sorted(parts))
    assert batches(bare) == [("load", 0, 0)]


def test_an_export_in_parts_that_is_far_smaller_than_last_time_is_refused_as_a_whole(bare: Shop) -> None:
    assert bare.run("load", "--customers", bare.file("all.csv", part_of(0, 100)).name).code == 0
    drop(bare, "customers-1.csv", part_of(0, 60))
    drop(bare, "customers-2.csv", part_of(60, 65))
    done = night(bare)
    assert (done.code, names(bare.folder / "archive" / DAY), batches(bare)) == (4, [], [])
    assert done.out.count("has 65 rows, and last time's had 100") == len(("customers-1.csv", "customers-2.csv"))


@pytest.mark.hazard(58, "links, pipes, sockets, folders and odd names in the inbox", "left where they are, said in the summary; the night goes on")
def test_a_hostile_inbox(shop: Shop) -> None:
    inbox = shop.folder / "inbox"
    secret = shop.file("secret.csv", FLAGS + "add,C1,Alert,secret,\n")
    drop(shop, "flags.csv", FLAGS + "add,C2,Alert,late,\n")
    (inbox / "flags link.csv").symlink_to(secret)
    (inbox / "dangling.csv").symlink_to(shop.folder / "nowhere")
    (inbox / "folder").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening, working_in(inbox):
        listening.bind("socket.csv")
    drop(shop, "-rf", FLAGS + "add,C1,Alert,rf,\n")
    drop(shop, "line\nbreak.csv", FLAGS + "add,C1,Alert,lines,\n")
    drop(shop, "x" * 220 + ".csv", FLAGS + "add,C1,Alert,long,\n")
    (inbox / os.fsdecode(b"bytes\xff.csv")).write_text(FLAGS)
    drop(shop, os.fsdecode(b"bytes\xff.csv"), FLAGS)
    drop(shop, "flags half.csv.part", FLAGS)
    drop(shop, ".hidden.csv", FLAGS)
    done = night(shop, "--json")
    said = done.json()
    assert done.code == 4
    assert [one["name"][:20] for one in said["skipped"]] == ["dangling.csv", "flags link.csv", "folder", "pipe.csv", "socket.csv"]
    assert said["left"] == ["flags half.csv.part"]
    refused = [one["name"][:20] for one in said["inputs"] if one["outcome"] == "refused"]
    assert refused == [r"\x2drf", r"bytes\xff.csv", r"line\nbreak.csv", "x" * 20]
    assert batches(shop) == [("apply", 1, 0)]
    assert names(inbox) == [".hidden.csv", "dangling.csv", "flags half.csv.part", "flags link.csv", "folder", "pipe.csv", "socket.csv"]
    assert secret.read_text().endswith("secret,\n")
    assert len(names(shop.folder / "rejected" / DAY)) == 8
    assert all(name.isprintable() for name in names(shop.folder / "rejected" / DAY))


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder for a moment: the path of a socket must be short."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def test_names_that_are_taken_get_a_number(shop: Shop) -> None:
    for number, comment in enumerate(("one", "two", "three"), start=1):
        drop(shop, "flags.csv", FLAGS + f"set,C1,Alert,{comment},\n")
        drop(shop, "what.csv", f"{comment}\n")
        assert night(shop).code == 4, number
    assert names(shop.folder / "rejected" / DAY) == [f"what{end}.csv{word}" for end in ("-2", "-3", "") for word in ("", ".refused.txt")]
    assert [(shop.folder / "archive" / DAY / f"flags{end}.csv").read_text()[-5:-2] for end in ("", "-2", "-3")] == ["one", "two", "ree"]


# --- what stands in the way ----------------------------------------------------------------------------------------------


def test_without_a_store_or_with_settings_that_cannot_be_used_nothing_is_done(bare: Shop) -> None:
    drop(bare, "flags.csv", FLAGS)
    assert (night(bare).code, names(bare.folder / "inbox")) == (3, ["flags.csv"])
    for wrong in ('inbox = "in"\noutbox = "in"', 'archive = "inbox/old"', 'by = " "', 'inbx = "in"', 'rest_seconds = "x"'):
        bare.file("flagbook.toml", f"[nightly]\n{wrong}\n")
        done = night(bare)
        assert (done.code, "nightly" in done.err) == (3, True), done.err


def test_folders_are_those_of_the_settings(shop: Shop) -> None:
    (shop.folder / "conf").mkdir()
    shop.file("conf/set.toml", '[business]\ntimezone = "UTC"\n[nightly]\nby = "Nina"\ninbox = "in"\narchive = "../done"\n')
    (shop.folder / "conf" / "in").mkdir()
    flags = shop.file("conf/in/flags.csv", FLAGS + "add,C1,Alert,x,\n")
    os.utime(flags, (0, 0))
    assert night(shop, "--settings", "conf/set.toml").code == 0
    assert names(shop.folder / "done" / DAY) == ["flags.csv", "flags.results.csv"]
    assert names(shop.folder / "conf") == ["in", "logs", "outbox", "rejected", "set.toml"]
    assert shop.run("batch", "2", "--json").json()["batch"]["submitted_by"] == "Nina"


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ('inbox = ".."', "the store"),
        ('inbox = "../conf"', "the settings"),
        ('inbox = "../real"', "the settings"),
        ('inbox = "../maps"\nmap = "../maps/ours.toml"', "nightly.map"),
        ('inbox = "../heads"\n[history]\nheads_file = "../heads/kept"', "history.heads_file"),
        ('inbox = "../maps"\nmap = "link.toml"', "nightly.map"),
    ],
)
def test_an_inbox_in_which_something_else_lies_is_refused(shop: Shop, tmp_path_factory: pytest.TempPathFactory, more: str, what: str) -> None:
    away = tmp_path_factory.mktemp("away")
    folders = "\n".join(f'{name} = "{away}/{name}"' for name in ("outbox", "archive", "rejected", "logs"))
    for folder in ("conf", "real", "maps", "heads"):
        (shop.folder / folder).mkdir()
    shop.file("maps/ours.toml", "")
    (shop.folder / "conf" / "link.toml").symlink_to(shop.folder / "maps" / "ours.toml")
    shop.file("real/set.toml", f'[business]\ntimezone = "UTC"\n[nightly]\n{folders}\n{more}\n')
    (shop.folder / "conf" / "set.toml").symlink_to(shop.folder / "real" / "set.toml")
    before = {path: path.stat().st_size for path in shop.folder.rglob("*") if path.is_file()}
    for path in before:
        os.utime(path, (0, 0))
    done = night(shop, "--settings", "conf/set.toml")
    assert (done.code, f"nightly.inbox is the folder of {what}," in done.err) == (3, True), done.err
    assert {path: path.stat().st_size for path in shop.folder.rglob("*") if path in before} == before


@pytest.mark.parametrize("name", ["outbox", "archive"])
def test_where_nothing_can_be_written_nothing_is_done(shop: Shop, name: str) -> None:
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n")
    shop.file(name, "a file where the folder should be")
    done = night(shop)
    assert (done.code, name in done.err, names(shop.folder / "inbox"), batches(shop)) == (5, True, ["flags.csv"], [])
    (shop.folder / name).unlink()
    assert (night(shop).code, batches(shop)) == (0, [("apply", 1, 0)])


@pytest.mark.skipif(sys.platform != "linux", reason="permissions can't be made to apply to whoever runs the tests")
@pytest.mark.parametrize("more", [(), ("--watch",)])
def test_a_night_of_a_store_in_a_folder_that_takes_nothing_is_refused_at_once(shop: Shop, more: tuple[str, ...]) -> None:
    """Where its lock and its own folders are there since an earlier night, and would take what it writes."""
    assert night(shop).code == 0
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n")
    before = sorted(shop.folder.rglob("*"))
    logged = (shop.folder / "logs" / f"{DAY}.jsonl").read_bytes()
    shop.folder.chmod(0o500)
    code, said = as_anybody(shop.folder, "nightly", *AS_OF, *more)
    shop.folder.chmod(0o700)
    assert (code, f"{shop.folder}: nothing can be written in the store's folder" in said, "Traceback" in said) == (3, True, False), said
    assert (sorted(shop.folder.rglob("*")), (shop.folder / "logs" / f"{DAY}.jsonl").read_bytes()) == (before, logged)


def test_a_store_in_use_ends_the_night_which_the_next_one_finishes(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "UTC"\n[nightly]\nwait_seconds = 1\n')
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n")
    with held(shop, "pipeline.store.lock.locked(store, writing=True)"):
        done = night(shop)
        assert (done.code, "the store is in use by another process (process " in done.err) == (5, True), done.err
    assert (night(shop).code, batches(shop)) == (0, [("apply", 1, 0)])


def test_the_night_of_another_store_is_not_finished_with_this_one(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "UTC"\n[nightly]\nwait_seconds = 1\n')
    shutil.copy(shop.folder / "flagbook.duckdb", shop.folder / "other.duckdb")
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n")
    with held(shop, "pipeline.store.lock.locked(store, writing=False)"):  # it can be read, and no batch be written
        assert night(shop).code == 5
    other = night(shop, "--store", "other.duckdb")
    assert (other.code, "another store" in other.err, batches(shop)) == (3, True, [])
    assert (night(shop).code, batches(shop)) == (0, [("apply", 1, 0)])


def test_there_is_one_night_at_a_time(shop: Shop) -> None:
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n")
    with held(shop, "pipeline.store.lock.night_locked(store)") as holder:
        done = night(shop)
        assert (done.code, f"a night is under way already (process {holder} on {socket.gethostname()}, since 20" in done.err) == (5, True), done.err
        assert shop.run("batches").code == 0
    assert names(shop.folder / "inbox") == ["flags.csv"]
    assert night(shop).code == 0


@contextmanager
def held(shop: Shop, lock: str) -> Iterator[int]:
    """Let another process hold a lock of the store; yield its number."""
    program = f"import pathlib, sys, pipeline.store.lock\nstore = pathlib.Path('flagbook.duckdb')\nwith {lock}:\n print(flush=True)\n sys.stdin.read()"
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=shop.folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("where", ["pipeline.run.plan_upload", "pipeline.nightly.steps.recognise"])
def test_an_input_on_which_the_program_fails_is_set_aside_by_the_next_night(shop: Shop, where: str) -> None:
    """A bug shows its traceback, once: the inputs of the step go to the rejected, and the rest of the night is done."""
    drop(shop, "flags 1.csv", FLAGS + "add,C1,Alert,x,\n")
    drop(shop, "flags 2.csv", FLAGS + "add,C2,Alert,x,\n")
    shop.file("sitecustomize.py", f"import {where.rpartition('.')[0]}\ndef fail(*words): raise ZeroDivisionError\n{where} = fail\n")
    broken = shop.run("nightly", *AS_OF, PYTHONPATH=f"{shop.folder}{os.pathsep}{ROOT}")
    assert (broken.code, "ZeroDivisionError" in broken.err) == (1, True), broken.err
    assert night(shop).code == 4
    assert (batches(shop), names(shop.folder / "rejected" / DAY)) == ([("apply", 1, 0)], ["flags 1.csv", "flags 1.csv.refused.txt"])


def changed(shop: Shop, program: str) -> dict[str, str]:
    """Return the environment in which a program is run before Flagbook is."""
    shop.file("sitecustomize.py", program)
    return {"PYTHONPATH": f"{shop.folder}{os.pathsep}{ROOT}"}


def test_a_batch_that_is_in_the_book_is_not_written_again_by_the_night_that_goes_on(shop: Shop) -> None:
    """The night was broken off between the commit and its own record of it."""
    drop(shop, "customers.csv", "customer_id,first_name\nC1,Anne\nC3,Cy\n")
    drop(shop, "flags.csv", FLAGS + "add,C3,Alert,x,\n")
    broken = changed(shop, "import os, pipeline.nightly.steps as steps\ndef die(*words): os._exit(9)\nsteps.finish_step = die\n")
    assert [shop.run("nightly", *AS_OF, **broken).code for _ in range(2)] == [9, 9]
    said = night(shop, "--json")
    assert (said.code, [(one["kind"], one["batch"]) for one in said.json()["batches"]]) == (0, [("load", 2), ("apply", 3)]), said.out
    assert batches(shop) == [("load", 2, 0), ("apply", 1, 0)]


def test_a_journal_that_cannot_be_read_stops_the_night(shop: Shop) -> None:
    (shop.folder / "archive" / ".night").mkdir(parents=True)
    shop.file("archive/.night/journal.json", "{}")
    done = night(shop)
    assert (done.code, "journal.json" in done.err) == (3, True), done.err


# --- files that somebody is still writing, and watching ------------------------------------------------------------------


@pytest.mark.hazard(58, "a file in the inbox that is still growing", "left until it rests")
def test_a_file_that_changes_is_left_until_it_rests(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "UTC"\n[nightly]\nrest_seconds = 2\n')
    path = drop(shop, "flags.csv", FLAGS, age=0)
    with started(shop, "nightly", *AS_OF, "--json") as process:
        said = grow(path, lambda: process.poll() is not None)
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["left"] == ["flags.csv"]
    assert (path.read_text(), batches(shop)) == (said, [])
    drop(shop, "flags.csv", FLAGS + "add,C1,Alert,x,\n", age=-1000)  # a clock that is ahead
    assert (night(shop).code, batches(shop)) == (0, [("apply", 1, 0)])


def grow(path: Path, until: Callable[[], bool]) -> str:
    """Add to a file now and then; return what it holds in the end."""
    said = path.read_text()
    while not until():
        said += "ignore,C1,Alert,,\n"
        with path.open("a") as handle:
            handle.write("ignore,C1,Alert,,\n")
        time.sleep(0.2)
    return said


@contextmanager
def started(shop: Shop, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Start the program; what it says can be read from it."""
    command = [sys.executable, "-m", "jobs", *words]
    with subprocess.Popen(
        command, cwd=shop.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def test_watching_takes_what_comes_to_rest_until_it_is_stopped(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "UTC"\n[nightly]\nrest_seconds = 2\n')
    (shop.folder / "inbox").mkdir()
    with started(shop, "nightly", *AS_OF, "--watch", "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["inputs"] == []
        drop(shop, "one.csv", FLAGS + "add,C1,Alert,x,\n")
        assert [one["outcome"] for one in json.loads(process.stdout.readline())["inputs"]] == ["applied"]
        growing, latest = drop(shop, "two.csv", FLAGS, age=0), time.monotonic() + 5
        said = grow(growing, lambda: time.monotonic() > latest)
        assert batches(shop) == [("apply", 1, 0)]
        other = night(shop)
        assert (other.code, str(process.pid) in other.err) == (5, True)
        assert [one["name"] for one in json.loads(process.stdout.readline())["inputs"]] == ["two.csv"]
        assert (shop.folder / "archive" / DAY / "two.csv").read_text() == said
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert names(shop.folder / "archive") == [DAY]


def test_a_stop_finishes_the_input_at_hand_and_the_next_night_the_rest(shop: Shop) -> None:
    for number in range(12):
        drop(shop, f"flags {number:02}.csv", FLAGS + f"set,C1,Alert,{number},\n")
    with started(shop, "nightly", *AS_OF, "--watch", "--json") as process:
        while not list(shop.folder.glob("archive/.night/out/apply-1*")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["status"] == "stopped"
        assert process.wait(timeout=30) == 0
    done = len(names(shop.folder / "archive" / DAY)) // 2
    assert 0 < done < 12
    assert night(shop).code == 0
    assert (len(names(shop.folder / "archive" / DAY)), batches(shop)) == (24, [("apply", 1, 0)] * 12)


def test_an_export_and_the_corrected_rest_of_it_keep_their_results_apart(shop: Shop) -> None:
    drop(shop, "customers.csv", "customer_id,first_name\nC1,A\n,B\n")
    drop(shop, "customers.rejected.csv", "customer_id,first_name\nC4,A\n,B\n")
    assert night(shop).code == 4
    assert names(shop.folder / "archive" / DAY) == [
        "customers.csv",
        "customers.rejected-2.csv",
        "customers.rejected-2.rejected.csv",
        "customers.rejected.csv",
    ]


def test_what_load_apply_and_reports_remark_a_night_says_too(shop: Shop) -> None:
    drop(shop, "bookings.csv", "booking_id,customer_id,starts_at,status,colour\nB9,C1,2026-07-01,Zonked,red\n")
    drop(shop, "flags.csv", "action,customer_id,flag_type,comment,mood\nadd,C1,Alert,owes,bad\n")
    done = night(shop, "--json")
    remarks = done.json()["remarks"]
    assert done.code == 0
    assert [
        part for part in ("bookings.csv: columns not used: colour", '"Zonked" is not known', "flags.csv: columns not used") if part not in str(remarks)
    ] == []
    assert len(set(remarks)) == len(remarks)
    assert ".night" not in str(remarks)


def test_folders_that_are_one_under_other_names_are_refused(shop: Shop) -> None:
    (shop.folder / "inbox").mkdir()
    (shop.folder / "in2").symlink_to("inbox")
    for named in ("in2", str(shop.folder / "inbox"), str(shop.folder / "inbox" / "done")):
        shop.file("flagbook.toml", f'[nightly]\narchive = "{named}"\n')
        done = night(shop)
        assert (done.code, "another of the night's folders" in done.err) == (3, True), named


def test_a_disk_without_room_ends_the_night_for_now(shop: Shop) -> None:
    """The limit to the size of files stands for a full disk: the system says so at the same places."""
    rows = "".join(f"N{n},{'x' * 400}{n}\n" for n in range(3000))
    drop(shop, "customers.csv", "customer_id,first_name\n" + rows)
    limited = 'ulimit -f 1500; exec "$@"'
    words = [sys.executable, "-m", "jobs", "nightly", *AS_OF]
    ended = subprocess.run(
        ["bash", "-c", limited, "limited", *words], cwd=shop.folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (5, False), ended.stderr
    assert night(shop).code == 0
    assert batches(shop) == [("load", 3000, 0)]
