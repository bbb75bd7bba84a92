"""A store that can't be used: every command refuses before it touches a byte, and names the section of the runbook."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import FlagbookError
from pipeline.store.refusals import CASES
from tests.cli.conftest import ROOT, run_in
from tests.faults.calling import call

STORE, LOG = "flagbook.duckdb", "flagbook.duckdb.wal"
UPLOAD = "action,customer_id,flag_type,comment\nadd,C1,Alert,Owes money\n"
CUSTOMERS = "customer_id,first_name\nC1,Ann\nC2,Ben\n"
READERS = (
    *("batches", "batch 1", "show C1", "history C1", "template form.xlsx --with-current", "report --out reports", "export --out tables"),
    *("apply upload.csv --dry-run", "undo 1 --dry-run", "load --customers customers.csv --dry-run", "migrate shopify.csv --from shopify --dry-run"),
)
WRITERS = ("apply upload.csv", "undo 1", "load --customers customers.csv", "migrate shopify.csv --from shopify", "nightly")
CREATORS = ("init .", "load --customers customers.csv", "migrate shopify.csv --from shopify")
# Ends without closing its connection, and so without moving the log into the store, as a killed process does.
# NOTE: the texts are no word twice. DuckDB's checksum is one of words of eight bytes, in which two that are the same cancel each other.
LEAVE_LOG = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("SET checkpoint_threshold = '1GB'")
for number in range(3):
    text = "concat(" + ", ".join(f"md5(i || '{part}')" for part in range(10)) + ")"
    con.execute(f"INSERT INTO book SELECT 'key' || i, {text} FROM range(?, ?) r(i)", [100 * number, 100 * number + 100])
os._exit(0)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store, its log and inputs."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "upload.csv").write_text(UPLOAD)
    (folder / "customers.csv").write_text(CUSTOMERS)
    shutil.copy(ROOT / "sample_data/legacy/shopify.csv", folder)
    assert run_in(folder, "load", "--customers", "customers.csv").code == 0
    leave_log(folder / STORE)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that folder, which is also the present one."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leave_log(store: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVE_LOG, store], check=True)
    assert store.with_name(store.name + ".wal").stat().st_size > 50_000


def contents(folder: Path) -> dict[str, object]:
    """Return the bytes of every file, but for the lock files, and where links lead."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[path.name] = path.readlink()
        elif path.is_file() and not path.name.endswith(".lock"):
            found[path.name] = path.read_bytes()
    return found


def check_refused(folder: Path, commands: tuple[str, ...], case: str, code: int = 3) -> None:
    """Run each command; fail unless it is refused for this reason, and nothing has changed."""
    before = contents(folder)
    for command in commands:
        error = call(command)
        assert isinstance(error, FlagbookError), (command, error)
        assert (error.exit_code, CASES[case].reason in error.reason, CASES[case].section in error.fix) == (code, True, True), (command, error)
        assert contents(folder) == before, command


def flip(path: Path, place: int, bit: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= bit
    path.write_bytes(content)


def foreign(folder: Path, *, log: bool) -> None:
    """Put another program's database in place of the store."""
    for name in (STORE, LOG):
        (folder / name).unlink()
    with duckdb.connect(str(folder / STORE)) as con:
        con.execute("CREATE TABLE book (key VARCHAR, value VARCHAR)")
    if log:
        leave_log(folder / STORE)


def newer(folder: Path) -> None:
    (folder / LOG).unlink()
    with duckdb.connect(str(folder / STORE)) as con:
        con.execute("UPDATE book SET value = '999' WHERE key = 'format'")
        con.execute("DELETE FROM book WHERE starts_with(key, 'key')")
    leave_log(folder / STORE)


def another_log(folder: Path) -> None:
    (folder / LOG).rename(folder / "kept")
    foreign_folder = folder / "foreign"
    foreign_folder.mkdir()
    with duckdb.connect(str(foreign_folder / STORE)) as con:
        con.execute("CREATE TABLE book (key VARCHAR, value VARCHAR)")
    leave_log(foreign_folder / STORE)
    (foreign_folder / LOG).rename(folder / LOG)


def zero_middle(folder: Path) -> None:
    content = (folder / LOG).read_bytes()
    half = len(content) // 2
    (folder / LOG).write_bytes(content[:half] + bytes(4096) + content[half + 4096 :])


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what puts something in place of the store, which goes to another name with its log."""

    def put(folder: Path) -> None:
        (folder / STORE).rename(folder / "real.duckdb")
        (folder / LOG).rename(folder / "real.duckdb.wal")
        make(folder / STORE)

    return put


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "the store is gone, its log is there": (lambda folder: (folder / STORE).unlink(), "log-alone"),
    "an empty file": (lambda folder: (folder / STORE).write_bytes(b""), "empty"),
    "rubbish": (lambda folder: (folder / STORE).write_bytes(b"rubbish" * 4000), "no-database"),
    "another program's database": (lambda folder: foreign(folder, log=False), "other-database"),
    "another program's database with a log": (lambda folder: foreign(folder, log=True), "other-database"),
    "a newer format": (newer, "newer"),
    "a log of another database": (another_log, "log-of-another"),
    "a bit in the log's head": (lambda folder: flip(folder / LOG, 3), "log-damaged"),
    "a bit in the length of the log's first entry": (lambda folder: flip(folder / LOG, 40), "log-damaged"),
    "a bit in the middle of the log": (lambda folder: flip(folder / LOG, 20_000), "log-damaged"),
    "zeros in the middle of the log": (zero_middle, "log-damaged"),
    "a bit in the store's head": (lambda folder: flip(folder / STORE, 5000), "damaged"),
    "a link": (instead(lambda path: path.symlink_to("real.duckdb")), "link"),
    "a pipe": (instead(os.mkfifo), "no-plain-file"),
    "a device": (instead(lambda path: os.mknod(path, 0o20600, os.makedev(1, 3))), "no-plain-file"),
    "a folder": (instead(Path.mkdir), "folder"),
}


@pytest.mark.hazard(55, "the log (WAL) is damaged or another database's; the store is missing, empty or no store", "refused, nothing touched, runbook named")
@pytest.mark.parametrize(("damage", "case"), DAMAGES.values(), ids=DAMAGES)
def test_every_command_refuses_and_touches_nothing(folder: Path, damage: Callable[[Path], object], case: str) -> None:
    try:
        damage(folder)
    except PermissionError:
        pytest.skip("only root may make a device")
    check_refused(folder, (*READERS, *WRITERS), case)


@pytest.mark.hazard(56, "the main file is missing while its log (WAL) is there", "no command makes a new store over it")
def test_no_command_makes_a_store_beside_a_log(folder: Path) -> None:
    (folder / STORE).unlink()
    check_refused(folder, CREATORS, "log-alone")


@pytest.mark.parametrize("named", ["", ".", "/"])
def test_what_has_no_name_is_no_store(named: str) -> None:
    error = call(f"--store '{named}' batches")
    assert isinstance(error, FlagbookError)
    assert (error.exit_code, "this is a folder, not a store" in str(error)) == (3, True)


def test_a_store_with_two_names_is_read_but_not_written(folder: Path) -> None:
    assert call("batches") == 0
    (folder / "second.duckdb").hardlink_to(folder / STORE)
    check_refused(folder, WRITERS, "two-names")
    assert call("batches") == 0


@pytest.mark.parametrize("name", [LOG, f"{STORE}.lock"])
def test_what_lies_beside_a_store_must_be_plain_files(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to("elsewhere")
    check_refused(folder, (*READERS, *WRITERS), "link")
    assert not (folder / "elsewhere").exists()


@pytest.mark.hazard(55, "one bit of the log (WAL) flipped, anywhere", "refused, or without effect; never a batch less without a word")
def test_no_bit_of_the_log_can_flip_and_lose_a_commit_in_silence(folder: Path) -> None:
    """The head, the lengths of entries, and every hundredth byte of the rest: DuckDB itself opens some of them, without what was committed."""
    whole = (folder / LOG).read_bytes()
    places = [*range(60), *range(60, len(whole), max(1, len(whole) // 100)), *range(len(whole) - 25, len(whole))]
    for place in places:
        (folder / LOG).write_bytes(whole)
        flip(folder / LOG, place, 1 << place % 8)
        error = call("batches")
        assert isinstance(error, FlagbookError) or keys(folder) == 302, place


@pytest.mark.hazard(49, "a log (WAL) cut short anywhere, as a crash leaves it", "opened, with every batch that was committed before the cut")
def test_a_log_that_was_cut_short_is_no_damage(folder: Path) -> None:
    whole = (folder / LOG).read_bytes()
    seen = set()
    for place in [*range(40), *range(40, len(whole), max(1, len(whole) // 60)), *range(len(whole) - 22, len(whole))]:
        (folder / LOG).write_bytes(whole[:place])
        assert call("batches") == 0, place
        seen.add(keys(folder))
    assert seen == {2, 102, 202}


def keys(folder: Path) -> int:
    """Return how many entries the book has, without moving its log."""
    with duckdb.connect(str(folder / STORE), read_only=True) as con:
        (n,) = con.execute("SELECT count(*) FROM book").fetchall()[0]
    assert isinstance(n, int)
    return n


def test_every_refusal_has_its_section_in_the_runbook() -> None:
    sections = set(re.findall(r"^## (.+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE))
    assert {case.section for case in CASES.values()} <= sections


@pytest.mark.hazard(56, "a store of an older format", "brought up to date on a connection of its own, into its file, before the command goes on")
def test_an_upgrade_is_in_the_file_before_the_command_begins(folder: Path) -> None:
    (folder / LOG).unlink()
    with duckdb.connect(str(folder / STORE)) as con:
        con.execute("DROP TABLE tags; UPDATE book SET value = '3' WHERE key = 'format'")
    assert call("batches") == 0
    assert not (folder / LOG).exists()
    with duckdb.connect(str(folder / STORE), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM tags").fetchall() == [(0,)]
