"""`doctor` finds what is wrong with a store, says where, and finds nothing where nothing is."""

import random
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from pipeline.examining import doctor
from pipeline.health import HealthReport
from pipeline.run import Where
from pipeline.settings import Settings
from tests.cli.conftest import ROOT, run_in
from tests.faults.calling import call
from tests.faults.test_refused import DAMAGES, flip, leave_log

STORE = "flagbook.duckdb"
CHAIN = {"changed-batch", "changed-event", "missing-event", "inserted-event", "missing-batch", "inserted-file"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of the sample's customers, bookings and flags, one batch of which was undone."""
    folder = tmp_path_factory.mktemp("well")
    folder.chmod(0o700)
    for name in ("customers.csv", "bookings.csv", "first_flags.csv", "more_flags.csv", "tags_and_status.xlsx", "flagbook.toml"):
        shutil.copy(ROOT / "sample_data" / name, folder)
    loading = ("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01")
    uploads = [("apply", name, "--as-of", "2026-06-02", "--by", "Rhona Castell") for name in ("first_flags.csv", "more_flags.csv", "tags_and_status.xlsx")]
    for words in (loading, *uploads, ("undo", "3", "--as-of", "2026-06-03", "--by", "Rhona Castell")):
        ran = run_in(folder, *words)
        assert ran.code in (0, 4), ran.err
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """Return a copy of that store, in a folder of its own."""
    tmp_path.chmod(0o700)
    shutil.copy(made / f"{STORE}.heads", tmp_path)
    return Path(shutil.copy(made / STORE, tmp_path / STORE))


def examine(store: Path) -> HealthReport:
    return doctor(Where(store, Settings()), lambda *_: None)


def found(store: Path) -> tuple[int, set[str]]:
    """Return doctor's exit code and the codes of its findings."""
    report = examine(store)
    assert all(fault.where and fault.what and fault.fix for fault in report.faults)
    return report.exit_code, {fault.code for fault in report.faults}


def test_a_store_that_is_well(store: Path) -> None:
    report = examine(store)
    assert (report.exit_code, report.faults, report.tables["customers"], len(report.checks)) == (0, [], 500, 9)
    assert "All is well." in report.to_text()


def test_a_store_whose_load_was_undone_and_done_again_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer comes back whole, with an alert of which there is no event of its own."""
    monkeypatch.chdir(tmp_path)
    files = {"1.csv": "customer_id\nC1\n", "2.csv": "booking_id,customer_id,starts_at\nB1,C1,2026-03-10\n"}
    files |= {"3.csv": "customer_id,alert_message\nC9,gate code\n", "4.csv": "booking_id,customer_id,starts_at\nB1,C9,2026-03-10\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    loads = ("load --customers 1.csv --bookings 2.csv --as-of 2026-03-01", "load --customers 3.csv --bookings 4.csv --as-of 2026-03-02 --accept-shrink")
    for command in (*loads, "undo 2 --as-of 2026-03-03", "undo 3 --as-of 2026-03-04"):
        assert call(command) == 0
        assert {fault.code for fault in examine(tmp_path / STORE).faults} <= {"open-to-others"}, command


def contents(store: Path) -> dict[str, object]:
    with duckdb.connect(str(store), read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: con.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)) FROM {name} t").fetchall() for name in names}


@pytest.mark.hazard(55, "one bit of the store flipped, anywhere", "doctor finds it, or it has no effect on any value")
def test_a_flipped_bit_is_found_or_without_effect(store: Path) -> None:
    whole, before, chance = store.read_bytes(), contents(store), random.Random(7)
    codes = []
    for place in [9, 5000, 9000, *chance.sample(range(len(whole)), 20)]:
        flip(store, place, 1 << chance.randrange(8))
        code, _ = found(store)
        codes.append(code)
        assert code == 3 or contents(store) == before, place
        store.write_bytes(whole)
    assert codes.count(3) > 10


@pytest.mark.hazard(55, "the store is cut short", "doctor finds it, though the store opens and counts its rows")
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_store_cut_short_is_found(store: Path, share: float) -> None:
    with store.open("r+b") as handle:
        handle.truncate(int(store.stat().st_size * share))
    assert found(store)[0] == 3


@pytest.mark.hazard(55, "one bit of the store flipped, and any command runs", "it says that the store is damaged (exit 3), or gives the right answer")
def test_no_command_calls_a_damaged_store_a_bug_or_takes_it_for_well(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store.parent)
    (store.parent / "upload.csv").write_text("action,customer_id,flag_type,comment\nadd,TC-00499,Alert,Owes money\n")
    whole, chance, refused = store.read_bytes(), random.Random(8), 0
    for place in chance.sample(range(20_000, len(whole)), 4):
        for command in ("batches", "export --out tables", "show TC-00017", "report --out reports --format csv", "undo 2", "apply upload.csv"):
            store.write_bytes(whole)
            flip(store, place)
            ended = call(f"--store {STORE} {command}")
            assert ended in (0, 4) or getattr(ended, "exit_code", 1) == 3, (place, command, ended)
            refused += ended not in (0, 4)
    assert refused > 5


TAMPERED = {
    "an event is gone": ("DELETE FROM history WHERE event_id = 5", {"events-missing", "history-differs"}),
    "an event is there twice": ("INSERT INTO history SELECT * FROM history WHERE event_id = 5", {"key-twice", "events-missing"}),
    "a flag was made past the history": (
        "INSERT INTO flags (customer_id, flag_type, comment, flagged_by, flagged_at, version) VALUES ('TC-00499', 'Alert', 'x', 'y', now(), 1)",
        {"history-differs"},
    ),
    "a flag was taken off past the history": ("DELETE FROM flags WHERE customer_id = (SELECT min(customer_id) FROM flags)", {"history-differs"}),
    "a comment was changed past the history": ("UPDATE flags SET comment = 'x' WHERE customer_id = (SELECT min(customer_id) FROM flags)", {"history-differs"}),
    "a flag is there twice": ("INSERT INTO flags FROM flags ORDER BY ALL LIMIT 1", {"key-twice"}),
    "an alert was changed": ("UPDATE customers SET alert_message = 'x' WHERE customer_id = (SELECT min(customer_id) FROM flags)", {"history-differs"}),
    "a customer is gone": ("DELETE FROM customers WHERE customer_id = (SELECT min(customer_id) FROM bookings)", {"no-such-customer"}),
    "a customer is there twice": ("INSERT INTO customers FROM customers ORDER BY ALL LIMIT 1", {"key-twice"}),
    "a booking is there twice": ("INSERT INTO bookings FROM bookings ORDER BY ALL LIMIT 1", {"key-twice"}),
    "an outcome was changed": ("UPDATE batch_rows SET outcome = 'ignored' WHERE batch_id = 2 AND source_row = 2", {"count-differs"}),
    "a batch's count was changed": ("UPDATE batches SET applied = applied + 1 WHERE batch_id = 2", {"count-differs"}),
    "a batch is gone": ("DELETE FROM batches WHERE batch_id = 2", {"batches-missing", "no-such-batch"}),
    "a batch has no end": ("UPDATE batches SET finished_at = NULL WHERE batch_id = 2", {"batch-unfinished"}),
    "a column is gone that a view shows": ("ALTER TABLE flag_types DROP COLUMN colour", {"view-lost"}),
    "an older format": ("UPDATE book SET value = '3' WHERE key = 'format'", {"older-format"}),
}


@pytest.mark.parametrize(("statement", "codes"), TAMPERED.values(), ids=TAMPERED)
def test_what_cannot_be_is_found(store: Path, statement: str, codes: set[str]) -> None:
    with duckdb.connect(str(store)) as con:
        con.execute(statement)
    code, seen = found(store)
    assert codes <= seen
    assert code == (4 if codes <= {"view-lost", "older-format"} else 3)
    assert seen - codes <= {"count-differs", "no-such-batch"} | CHAIN


@pytest.mark.parametrize(
    "name", ["the store is gone, its log is there", "rubbish", "a bit in the middle of the log", "a newer format", "a link", "an empty file"]
)
def test_a_store_that_cannot_be_opened_is_a_finding(store: Path, name: str) -> None:
    leave_log(store)
    DAMAGES[name][0](store.parent)
    assert found(store) == (3, {"unusable"})


def test_what_lies_around_is_worth_a_look_and_is_left_alone(store: Path) -> None:
    leave_log(store)
    store.chmod(0o644)
    (store.parent / f"{STORE}.tmp").mkdir(mode=0o700)
    (store.parent / f"{STORE}.tmp" / "duckdb_temp_1_0_owner").touch()
    (store.parent / "second").hardlink_to(store)
    before = {path.name: path.stat().st_mtime_ns for path in store.parent.rglob("*") if path.suffix != ".lock"}
    assert found(store) == (4, {"open-to-others", "log-there", "left-over", "two-names"})
    assert {path.name: path.stat().st_mtime_ns for path in store.parent.rglob("*") if path.suffix != ".lock"} == before


def test_doctor_says_it_to_programs_and_in_its_exit_code(store: Path) -> None:
    store.chmod(0o640)
    ran = run_in(store.parent, "doctor", "--json")
    assert (ran.code, ran.json()["status"], ran.json()["faults"][0]["code"]) == (4, "look", "open-to-others")
    with suppress(FileNotFoundError):
        store.with_name(STORE + ".lock").unlink()
    store.with_name(f"{STORE}.heads").unlink()
    store.unlink()
    assert run_in(store.parent, "doctor").code == 3
    assert list(store.parent.iterdir()) == []


@pytest.mark.hazard(60, "A value of the history is changed, the file of heads is gone, cut short or of another store", "`doctor` says which")
def test_the_chain_and_the_file_of_heads_are_looked_at(store: Path) -> None:
    heads = store.with_name(f"{STORE}.heads")
    kept = heads.read_text()
    aside = heads.rename(store.with_name("aside"))
    assert found(store) == (4, {"heads-missing"})
    aside.rename(heads)
    heads.write_text(kept.splitlines(keepends=True)[0])
    assert found(store) == (4, {"heads-behind"})
    heads.write_text(kept.replace(kept.split()[1], "0" * 64, 1))
    assert found(store) == (3, {"head-differs"})
    heads.write_text(kept + f"99 {'a' * 64} 2026-06-01T00:00:00+00:00\n")
    assert found(store) == (3, {"rolled-back"})
    heads.write_text(kept)
    with duckdb.connect(str(store)) as con:
        con.execute("UPDATE history SET changed_by = 'nobody' WHERE event_id = 3")
    assert found(store) == (3, {"changed-event"})
