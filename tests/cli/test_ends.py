"""How runs end that are stopped, can't say what they have to, or are called with what no report could show."""

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.outputs.template import Choices, write_template
from pipeline.store.book import open_book
from tests.cli.conftest import ROOT, Shop, surroundings

ADD = "action,customer_id,flag_type,comment\nadd,C1,Alert,owes\n"
ENVIRONMENT = surroundings()
PLACES = (("/dev/full", "one"), ("a", "two"), ("/dev/full", "three"), ("b", "four"))  # where stdout leads, and what is said then


def started(shop: Shop, *words: str | bytes, out: int | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "jobs", *words]
    return subprocess.Popen(command, cwd=shop.folder, stdout=out or subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)


def test_an_interrupt_at_the_commit_goes_by(tmp_path: Path) -> None:
    """What is committed at that moment has its results too."""
    done = []
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book:
        real = book.con

        class Interrupted:
            def __getattr__(self, name: str) -> object:
                return getattr(real, name)

            def execute(self, statement: str, *rest: object) -> object:
                if statement == "COMMIT":
                    os.kill(os.getpid(), signal.SIGINT)
                    done.append(statement)
                return real.execute(statement, *rest)

        stopped = replace(book, con=Interrupted())  # type: ignore[arg-type]  # stands for the connection
        with stopped.transaction():
            book.run("INSERT INTO book VALUES ('whole', 'written')")
        assert (done, book.value("whole")) == (["COMMIT"], "written")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # and later ones count again


@pytest.mark.parametrize("after", [0.3, 0.6, 0.9])
def test_a_stopped_run_is_no_bug(shop: Shop, after: float) -> None:
    shop.file("u.csv", "action,customer_id,flag_type,comment\n" + "set,C1,Alert,x\nset,C1,Alert,y\n" * 60_000)
    process = started(shop, "apply", "u.csv")
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=120)[1].decode()
    batches = len(shop.run("batches", "--json").json()["batches"])
    assert process.returncode in (0, 4, 130, -signal.SIGINT), said
    assert "bug" not in said
    if process.returncode in (0, 4):
        assert (batches, (shop.folder / "u.results.csv").exists()) == (2, True)


def said_to(shop: Shop, place: int, *words: str, **environment: str) -> tuple[int, str, str]:
    """Run the program with a stdout or stderr (1, 2) that takes nothing, as one on a full disk; return its exit code, and what it said."""
    with Path("/dev/full").open("w") as full:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, ("stdout", "stderr")[place - 1]: full.fileno()}
        command = [sys.executable, "-m", "jobs", *words]
        done = subprocess.run(command, cwd=shop.folder, env=ENVIRONMENT | environment, text=True, timeout=120, check=False, **streams)  # type: ignore[call-overload]
    return done.returncode, done.stdout or "", done.stderr or ""


def test_what_cannot_be_said_for_want_of_room_is_no_bug(shop: Shop) -> None:
    shop.file("u.csv", ADD + "add,C9,Alert,nobody\n")
    code, _, said = said_to(shop, 1, "apply", "u.csv")
    assert (code, "The output can't be written" in said, "flagbook batches" in said) == (4, True, True), said  # as the batch in the book ended
    assert len(shop.run("batches", "--json").json()["batches"]) == 2
    for words in ("batches", "--help", "apply --help", "--version", "migrate --explain shopify", "apply u.csv --again --dry-run"):
        code, _, said = said_to(shop, 1, *words.split())
        assert (code, "The output can't be written" in said, "What this call did is done" in said) == (5, True, False), (words, said)
    calls = ("report agenda --out load", "export --out e", "backup b.duckdb", "template t.xlsx", "init new", "migrate customers.csv --draft d.toml", "nightly")
    for words in (*calls, "undo 2", "load --customers customers.csv", "erase C1 --yes"):
        code, _, said = said_to(shop, 1, *words.split())
        assert (code, "What this call did is done all the same" in said) == (0, True), (words, said)
    assert {"load", "b.duckdb", "t.xlsx", "new", "d.toml"} <= {path.name for path in shop.folder.iterdir()}


def test_what_is_said_once_there_is_room_again_is_said(shop: Shop) -> None:
    """As by a night that watches: of what could not be said nothing is left."""
    turns = "".join(f"os.dup2(os.open('{place}', os.O_WRONLY | os.O_CREAT), 1); tell('{said}', is_done=True)\n" for place, said in PLACES)
    program = f"import os\nfrom jobs.output import prepare_streams, tell\nprepare_streams()\n{turns}"
    done = subprocess.run([sys.executable, "-c", program], cwd=shop.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("The output can't be written"), done.stdout) == (0, 2, "")
    assert [(shop.folder / name).read_text() for name in ("a", "b")] == ["two\n", "four\n"]


def test_what_cannot_be_said_on_stderr_is_lost_and_nothing_else(shop: Shop) -> None:
    shop.file("u.csv", ADD)
    assert said_to(shop, 2, "apply", "none.csv")[0] == 3
    assert said_to(shop, 2, "no-such-command")[0] == 2
    code, said, _ = said_to(shop, 2, "apply", "u.csv", "--json")
    assert (code, json.loads(said)["batch"]) == (0, 2)


@pytest.mark.parametrize("places", ["0", "1", "2", "0, 1, 2"])
@pytest.mark.parametrize("more", ["", "--json"])
def test_a_stream_that_is_closed_changes_nothing(shop: Shop, places: str, more: str) -> None:
    shop.file("u.csv", ADD + "add,C9,Alert,nobody\n")
    told = {"batches": "batches", "show C1": "owes", "report --out r": "workstack"}
    for words, code in (("apply u.csv", 4), ("load --customers customers.csv", 0), *((call, 0) for call in told), ("nightly", 0), ("erase C1", 2)):
        call = [*words.split(), *more.split()]
        program = f"import os, sys; [os.close(one) for one in ({places},)]; os.execv(sys.executable, [sys.executable, '-m', 'jobs', *{call!r}])"
        done = subprocess.run([sys.executable, "-c", program], cwd=shop.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert "1" in places or told.get(words, "") in done.stdout.lower()
    assert len(shop.run("batches", "--json").json()["batches"]) == 3
    assert (shop.folder / "r" / "report.html").exists()


@pytest.mark.parametrize(("words", "code"), [(("apply", "u.csv"), 4), (("batches",), 0), (("--help",), 0), (("apply", "u.csv", "--dry-run", "--json"), 4)])
def test_whoever_listens_no_more_ends_a_report_without_a_bug(shop: Shop, words: tuple[str, ...], code: int) -> None:
    """The exit code says what was done."""
    shop.file("u.csv", ADD + "add,C9,Alert,nobody\n")
    there, here = os.pipe()
    os.close(there)
    process = started(shop, *words, out=here)
    os.close(here)
    said = process.communicate(timeout=120)[1].decode()
    assert (process.returncode, said) == (code, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_characters_that_the_output_has_no_bytes_for_are_escaped(shop: Shop, encoding: str) -> None:
    shop.file("u.csv", ADD.replace("owes", "owes \u2603") + "add,\u2603,Alert,x\n")
    ran = shop.run("apply", "u.csv", "--by", "\u2603", PYTHONIOENCODING=encoding)
    assert (ran.code, ran.err) == (4, ""), ran.err
    shown = shop.run("show", "C1", "--json", PYTHONIOENCODING=encoding)
    assert (shown.code, shown.json()["flags"][0]["comment"]) == (0, "owes \u2603")
    assert shop.run("show", "C1", PYTHONIOENCODING=encoding).code == 0


def test_bytes_that_are_no_text_are_a_wrong_call(shop: Shop) -> None:
    name = b"lat\xe9.csv"
    Path(os.fsdecode(bytes(shop.folder) + b"/" + name)).write_text(ADD)
    for words in (("apply", name), ("show", b"\xe9"), ("batches", b"--by", b"Zo\xe9")):
        process = started(shop, *words)
        said = process.communicate(timeout=120)[1].decode()
        assert (process.returncode, "not UTF-8" in said, "Traceback" in said) == (2, True, False), said


@pytest.mark.parametrize("name", ["FLAGBOOK_STORE", "FLAGBOOK_SETTINGS", "FLAGBOOK_TIMINGS"])
def test_bytes_that_are_no_text_in_the_environment_are_a_wrong_call(shop: Shop, name: str) -> None:
    shop.file("u.csv", ADD)
    ran = shop.run("apply", "u.csv", **{name: os.fsdecode(b"lat\xe9")})
    assert (ran.code, f"{name} in the environment: lat\\xe9: this holds bytes that are not UTF-8" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("place", ["nowhere/timings.json", ".", "/dev/full"])
def test_timings_that_cannot_be_written_are_told_after_the_batch(shop: Shop, place: str) -> None:
    shop.file("u.csv", ADD)
    ran = shop.run("apply", "u.csv", FLAGBOOK_TIMINGS=place)
    assert (ran.code, f"Warning: {place}: the seconds of each stage can't be written there" in ran.err, "Batch 2" in ran.out) == (0, True, True), ran.err


def drop_powers() -> None:
    """Take from this process, and what it becomes, what lets an administrator go and write anywhere."""
    for power in (1, 2):
        ctypes.CDLL(None).prctl(24, power)


def as_anybody(folder: Path, *words: str, closing: bool = False) -> tuple[int, str]:
    """Run the program in a folder, perhaps one that is closed behind it, as somebody to whom permissions apply; return its exit code and complaints."""
    begin = f"import os, sys; {closing} and os.chmod('.', 0); os.execv(sys.executable, [sys.executable, '-P', '-m', 'jobs', *{list(words)!r}])"
    command = [sys.executable, "-c", begin]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False, preexec_fn=drop_powers)
    return done.returncode, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="permissions can't be made to apply to whoever runs the tests")
def test_a_store_in_a_folder_that_takes_nothing_is_refused(shop: Shop) -> None:
    shop.file("u.csv", ADD)
    (shop.folder / "out").mkdir()
    assert (shop.folder / "flagbook.duckdb.lock").exists()
    shop.folder.chmod(0o500)
    for words in (("apply", "u.csv", "--out", "out"), ("undo", "1"), ("load", "--customers", "customers.csv")):
        code, said = as_anybody(shop.folder, *words)
        assert (code, f"{shop.folder}: nothing can be written in the store's folder" in said, "Traceback" in said) == (3, True, False), said
    assert as_anybody(shop.folder, "batches")[0] == 0
    shop.folder.chmod(0o700)
    assert ([*(shop.folder / "out").iterdir()], len(shop.run("batches", "--json").json()["batches"])) == ([], 1)


@pytest.mark.skipif(sys.platform != "linux", reason="permissions can't be made to apply to whoever runs the tests")
def test_a_present_folder_that_cannot_be_entered_is_refused(shop: Shop) -> None:
    closed = shop.folder / "closed"
    closed.mkdir()
    for words in (("batches",), ("--store", f"{shop.folder}/flagbook.duckdb", "apply", "u.csv")):
        closed.chmod(0o700)
        code, said = as_anybody(closed, *words, closing=True)
        assert (code, "flagbook.toml: whether it is in the present folder can't be told" in said) == (3, True), said


@pytest.mark.parametrize("words", ["report agenda held-bookings", "export customers --format xlsx --out tables", "export --format xlsx --out tables"])
def test_a_missing_folder_for_temporary_files_is_told(shop: Shop, words: str) -> None:
    ran = shop.run(*words.split(), TMPDIR=f"{shop.folder}/nowhere")
    assert (ran.code, f"{shop.folder}/nowhere: nothing can be written in the folder for temporary files" in ran.err) == (5, True), ran.err


@pytest.mark.parametrize("words", ["template form.xlsx", "template form.xlsx --with-current", "export history --format xlsx --out tables", "report agenda"])
@pytest.mark.parametrize("most", [1_000, 4_000, 60_000])
def test_a_workbook_that_finds_no_room_is_told_in_few_words(shop: Shop, words: str, most: int) -> None:
    shop.file("u.csv", "action,customer_id,flag_type,comment\n" + "".join(f"set,C1,Alert,{os.urandom(300).hex()[:490]}\n" for _ in range(300)))
    assert shop.run("apply", "u.csv").code == 0
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, resource.RLIM_INFINITY))\n"
    shop.file("sitecustomize.py", limit)
    ran = shop.run(*words.split(), PYTHONPATH=f"{shop.folder}{os.pathsep}{ROOT}")
    assert (ran.code, len(ran.err.splitlines()) if ran.code else 2, "can't be written" in ran.err) in ((5, 2, True), (0, 2, False)), ran.err
    assert ran.code == 5 or most == 60_000


def test_a_template_on_a_full_disk_is_told_in_few_words(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_template(Path("/dev/full"), [], Choices({}, []))
    gc.collect()
    assert capfd.readouterr().err == ""


def test_a_step_without_an_input_on_which_the_program_fails_is_tried_again_and_then_told(shop: Shop) -> None:
    shop.file("sitecustomize.py", "import pipeline.nightly.steps\ndef fail(*words): raise ZeroDivisionError\npipeline.nightly.steps.report = fail\n")
    failing = f"{shop.folder}{os.pathsep}{ROOT}"
    night = ("nightly", "--as-of", "2026-06-05T02:00")
    assert shop.run(*night, PYTHONPATH=failing).code == 1
    done = shop.run(*night)
    assert (done.code, "report.html" in done.out) == (0, True), done.out
    assert [shop.run(*night, PYTHONPATH=failing).code for _ in range(2)] == [1, 1]
    left = shop.run(*night, "--json")
    assert (left.code, left.json()["exit_code"]) == (4, 4)
    assert [remark for remark in left.json()["remarks"] if remark.startswith("writing the reports was not done")] != []
    assert shop.run(*night).code == 0


@pytest.mark.parametrize(
    "line", ["[reports]\nexpiring_days = 999999999999", "[nightly]\nrest_seconds = 100000000000000000000", "[files]\nread_seconds = 100000"]
)
def test_numbers_beyond_a_calendar_are_refused(shop: Shop, line: str) -> None:
    shop.file("flagbook.toml", f"{line}\n")
    ran = shop.run("report")
    assert (ran.code, line.split("\n")[1].split(" ", maxsplit=1)[0] in ran.err, "at most" in ran.err) == (3, True, True), ran.err


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "x = {" * 3000, "[files]\nmax_rows = " + "9" * 5000])
def test_settings_and_maps_without_sense_are_refused(shop: Shop, text: str) -> None:
    shop.file("bad.toml", text + "\n")
    calls = (
        ("batches", "--settings", "bad.toml"),
        ("load", "--bookings", "bookings.csv", "--map", "bad.toml"),
        ("migrate", "customers.csv", "--map", "bad.toml"),
    )
    for words in calls:
        ran = shop.run(*words)
        assert (ran.code, ran.err.startswith("Error: bad.toml: the "), "Traceback" in ran.err) == (3, True, False), ran.err


def test_a_backup_into_a_folder_that_is_not_there_is_refused(shop: Shop) -> None:
    ran = shop.run("backup", "backups/")
    assert (ran.code, "there is no such folder" in ran.err, (shop.folder / "backups").exists()) == (3, True, False), ran.err
    (shop.folder / "backups").mkdir()
    assert (shop.run("backup", "backups/").code, len(list((shop.folder / "backups").iterdir()))) == (0, 1)


def test_of_a_batch_that_did_nothing_the_upload_itself_is_to_be_mended(shop: Shop) -> None:
    shop.file("u.csv", ADD + "add,C9,Alert,x\n")
    ran = shop.run("apply", "u.csv", "--all-or-nothing")
    assert ran.code == 4
    assert "To fix in u.csv itself, and to upload that again: the rows in u.rejected.csv" in ran.out


def test_a_column_that_a_map_names_and_a_file_lacks_is_told(shop: Shop) -> None:
    shop.file("m.toml", '[bookings]\nstarts_at = "Whn"\nservice = ["Kind", "Tour"]\n')
    shop.file("b.csv", "booking_id,customer_id,When,start,Tour\nB7,C1,2026-07-01,2026-07-02,boat\n")
    ran = shop.run("load", "--bookings", "b.csv", "--map", "m.toml", "--accept-shrink", "--dry-run", "--json")
    assert "b.csv: the column map names what the file lacks: Whn (starts_at, and start is read in its place)" in ran.json()["remarks"]


def test_bookings_are_no_customers(shop: Shop) -> None:
    ran = shop.run("load", "--customers", "bookings.csv")
    assert (ran.code, "Give it with --bookings" in ran.err) == (3, True), ran.err


MISTAKEN = {
    "bookings as an upload": (b"booking_id,customer_id,starts_at,status\nB1,C1,2027-01-01,confirmed\n", "apply", "flagbook load --bookings."),
    "customers as an upload": (b"customer_id,first_name,last_name,email,phone\nC1,Ann,Lee,,\n", "apply", "flagbook load --customers."),
    "customers as bookings": (b"customer_id,first_name,last_name,email\nC1,Ann,Lee,\n", "load --bookings", "flagbook load --customers."),
    "instructions as bookings": (ADD.encode(), "load --bookings", "flagbook apply."),
    "an upload without its actions": (b"customer_id,email,flag_type,comment\nC1,,Alert,x\n", "apply", "under aliases in the settings."),
    "one column of customers as bookings": (b"customer_id,colour\nC1,red\n", "load --bookings", "a column map (--map) may name it too."),
    "bookings without their times": (b"booking_id,customer_id,status\nB1,C1,x\n", "load --bookings", "a column map (--map) may name it too."),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_a_file_that_was_given_to_the_wrong_command_comes_with_the_right_one(shop: Shop, name: str) -> None:
    content, call, said = MISTAKEN[name]
    shop.file("x.csv", content)
    ran = shop.run(*call.split(), "x.csv")
    assert (ran.code, ran.err.strip().endswith(said)) == (3, True), ran.err


def test_a_workbook_that_somebody_has_open_is_left_and_its_lock_is_no_input(shop: Shop) -> None:
    inbox = shop.folder / "inbox"
    inbox.mkdir()
    for name in ("flags one.csv", "flags two.csv", "flags three.csv"):
        (inbox / name).write_text(ADD)
        os.utime(inbox / name, (time.time() - 100,) * 2)
    for name in ("~$flags one.csv", ".~lock.flags two.csv#", "Thumbs.db", "desktop.ini"):
        (inbox / name).write_bytes(b"\0\0")
    done = shop.run("nightly", "--as-of", "2026-06-05T02:00", "--json")
    assert (done.code, [one["name"] for one in done.json()["inputs"]]) == (0, ["flags three.csv"])
    assert done.json()["left"] == ["flags one.csv", "flags two.csv"]
    os.utime(inbox / "~$flags one.csv", (time.time() - 90_000,) * 2)
    assert [one["name"] for one in shop.run("nightly", "--as-of", "2026-06-05T03:00", "--json").json()["inputs"]] == ["flags one.csv"]


@pytest.mark.parametrize("kind", ["csv", "sqlite"])
def test_a_file_of_another_kind_is_no_damaged_store(bare: Shop, kind: str) -> None:
    bare.file("x.db", b"SQLite format 3\0" + bytes(4096) if kind == "sqlite" else "a,b\n" + "1,2\n" * 90)
    ran = bare.run("batches", "--store", "x.db")
    assert (ran.code, "this is not a store of Flagbook" in ran.err, "damaged" in ran.err) == (3, True, False), ran.err
