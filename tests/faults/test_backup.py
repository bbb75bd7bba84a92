"""`backup`: a copy that was compared, never over anything, that works as a store; and the way back that the runbook tells."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import FlagbookError, Refused, TryAgain
from pipeline.lasting import flush
from pipeline.store import copying, scanning
from pipeline.store.book import Book, open_book
from pipeline.store.scanning import Content
from tests.cli.conftest import run_in
from tests.faults.calling import call
from tests.faults.test_doctor import STORE, contents, found, made, store
from tests.faults.test_refused import contents as bytes_of
from tests.faults.test_refused import flip, leave_log

__all__ = ["made", "store"]
UPLOAD = "action,customer_id,flag_type,comment\nadd,TC-00499,Alert,Owes money\n"
READ = ("batches", "show TC-00017", "history TC-00017", "export --out {0}-tables", "report --out {0}-reports --as-of 2026-06-03 --format csv,xlsx", "batch 2")
WRITE = (
    "apply upload.csv --by Me --as-of 2026-06-05 --out {0}-out",
    "undo 2 --as-of 2026-06-06 --by Me",
    "load --customers customers.csv --accept-shrink --as-of 2026-06-07 --out {0}-out",
)


@pytest.fixture
def here(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a store, which is also the present one; with an upload and an export."""
    monkeypatch.chdir(store.parent)
    (store.parent / "upload.csv").write_text(UPLOAD)
    (store.parent / "customers.csv").write_text("customer_id,first_name\nTC-00001,Anna\n")
    return store.parent


def logical(store: Path) -> dict[str, object]:
    """Return what a store holds, but for the times of the clock."""
    held = contents(store)
    with duckdb.connect(str(store), read_only=True) as con:
        held["batches"] = con.execute("SELECT * EXCLUDE (started_at, finished_at) FROM batches ORDER BY ALL").fetchall()
        held["views"] = con.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL").fetchall()
        held["macros"] = con.execute("SELECT function_name, macro_definition FROM duckdb_functions() WHERE NOT internal ORDER BY ALL").fetchall()
        held["constraints"] = con.execute("SELECT table_name, constraint_type, constraint_column_names FROM duckdb_constraints() ORDER BY ALL").fetchall()
    return held


def unsealed(store: Path) -> dict[str, object]:
    """Return all of that but the seals, which hold chance."""
    return {name: rows for name, rows in logical(store).items() if name not in ("commitments", "heads")}


def test_a_backup_holds_the_same_and_does_the_same(here: Path) -> None:
    leave_log(here / STORE)
    before = (here / STORE).read_bytes(), (here / f"{STORE}.wal").read_bytes()
    assert call("backup kept/copy.duckdb") == 0
    assert before == ((here / STORE).read_bytes(), (here / f"{STORE}.wal").read_bytes())
    assert [path.name for path in (here / "kept").iterdir()] == ["copy.duckdb"]
    copy = here / "kept" / "copy.duckdb"
    assert (logical(copy), copy.stat().st_mode & 0o077) == (logical(here / STORE), 0)
    for command in (*READ, *WRITE):
        codes = [call(f"--store {name} {command.format(name.replace('/', '-'))}") for name in (STORE, "kept/copy.duckdb")]
        assert codes[0] == codes[1], command
        assert codes[0] in (0, 4), command
    assert unsealed(copy) == unsealed(here / STORE)
    assert call("--store kept/copy.duckdb doctor") == 0


def test_a_backup_never_overwrites(here: Path) -> None:
    for taken, where in (("old.duckdb", "old.duckdb"), ("other.duckdb.wal", "other.duckdb"), (STORE, STORE)):
        (here / taken).touch()
        before = bytes_of(here)
        assert isinstance(call(f"backup {where}"), Refused)
        assert bytes_of(here) == before
    (here / "link.duckdb").symlink_to("nowhere.duckdb")
    assert isinstance(call("backup link.duckdb"), Refused)


@pytest.mark.parametrize("has_links", [True, False])
@pytest.mark.parametrize("taken", ["old.duckdb", "old.duckdb.wal"])
def test_a_backup_overwrites_nothing_that_comes_while_it_is_made(here: Path, monkeypatch: pytest.MonkeyPatch, taken: str, *, has_links: bool) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    def flush_late(path: Path) -> None:
        flush(path)
        (here / taken).write_text("another's")

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(copying, "flush", flush_late)
    before = bytes_of(here)
    error = call("backup old.duckdb")
    assert isinstance(error, Refused)
    assert (taken in error.reason, bytes_of(here)) == (True, {**before, taken: b"another's"})
    (here / taken).unlink()
    monkeypatch.setattr(copying, "flush", flush)
    assert call("backup old.duckdb") == 0
    assert (logical(here / "old.duckdb"), (here / "old.duckdb").stat().st_mode & 0o077, (here / "old.duckdb").stat().st_nlink) == (logical(here / STORE), 0, 1)


def test_a_backup_that_gets_no_name_leaves_none_behind(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no links the name is taken first."""

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    before = bytes_of(here)
    with pytest.raises(PermissionError):
        call("backup old.duckdb")
    assert bytes_of(here) == before


def test_a_backup_into_a_folder_bears_the_time(here: Path) -> None:
    (here / "kept").mkdir()
    assert call("backup kept") == 0
    (made,) = (here / "kept").iterdir()
    assert (made.name[:11], made.suffix, found(made)) == ("flagbook-20", ".duckdb", (4, {"heads-missing"}))


def test_a_backup_that_is_not_the_same_is_no_backup(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(book: Book, table: str) -> Content:
        content = genuine(book, table)
        return Content(content.rows, content.mixed ^ (book.path.name != STORE and table == "flags"), content.summed)

    genuine = scanning.read_content
    monkeypatch.setattr(copying, "read_content", read)
    error = call("backup copy.duckdb")
    assert isinstance(error, TryAgain)
    assert "not what the store holds" in str(error)
    assert sorted(path.name for path in here.glob("*copy*")) == []


@pytest.mark.hazard(55, "a damaged store is backed up", "refused: a backup is a copy of a whole store")
def test_a_damaged_store_is_not_backed_up(here: Path) -> None:
    for place in range(20_000, (here / STORE).stat().st_size, 50_000):  # some of it is free
        flip(here / STORE, place)
    error = call("backup copy.duckdb")
    assert isinstance(error, Refused)
    assert "the store is damaged" in str(error)
    assert list(here.glob("*copy*")) == []


def test_backups_that_were_killed_are_swept_and_running_ones_are_not(here: Path) -> None:
    (here / "kept").mkdir()
    for name in (".copy.duckdb.4194304.new", ".copy.duckdb.4194304.new.wal", ".flagbook-2026.duckdb.4194304.new", ".copy.duckdb.1.new", ".mine.4194304.new"):
        (here / "kept" / name).touch()
    assert call("backup kept/copy.duckdb") == 0
    assert sorted(path.name for path in (here / "kept").iterdir()) == [".copy.duckdb.1.new", ".mine.4194304.new", "copy.duckdb"]


def test_while_a_backup_is_made_others_read_and_nobody_writes(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def read(book: Book, table: str) -> Content:
        if not seen:
            seen.update({command: run_in(here, *command.split()).code for command in ("batches", "undo 2")})
        return genuine(book, table)

    genuine = scanning.read_content
    monkeypatch.setattr(copying, "read_content", read)
    assert call("backup copy.duckdb") == 0
    assert seen == {"batches": 0, "undo 2": 5}


@pytest.mark.hazard(56, "the store is lost, and a backup restored", "the steps of the runbook give a store that is well, and lost runs can be made again")
def test_the_way_back_of_the_runbook(here: Path) -> None:
    assert call("backup backup.duckdb") == 0
    assert call("apply upload.csv --by Me --as-of 2026-06-05") == 0
    after = unsealed(here / STORE)
    leave_log(here / STORE)
    flip(here / STORE, 5000)
    assert isinstance(call("batches"), FlagbookError)
    (here / "aside").mkdir()
    for name in (STORE, f"{STORE}.wal"):
        (here / name).rename(here / "aside" / name)
    shutil.copy2(here / "backup.duckdb", here / STORE)
    assert found(here / STORE) == (3, {"rolled-back"}), "the file of heads knows better"
    (here / f"{STORE}.heads").rename(here / "aside" / f"{STORE}.heads")
    assert found(here / STORE) == (4, {"heads-missing"})
    assert call("apply upload.csv --by Me --as-of 2026-06-05") == 0
    assert unsealed(here / STORE) == after
    assert call("doctor") == 0


@pytest.mark.hazard(55, "a damaged log, and the steps of the runbook", "the copy opens as it was before the log, and says which batches it has")
def test_the_copy_without_its_log_opens(here: Path) -> None:
    before = logical(here / STORE)
    leave_log(here / STORE)
    flip(here / f"{STORE}.wal", 20_000)
    (here / "aside").mkdir()
    for name in (STORE, f"{STORE}.wal"):
        shutil.copy2(here / name, here / "aside" / name)
    (here / "aside" / f"{STORE}.wal").rename(here / "aside" / "log")
    assert call(f"--store aside/{STORE} batches") == 0
    assert logical(here / "aside" / STORE) == before


def test_an_empty_book_is_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_book(tmp_path / 'it\'s "new".duckdb', writing=True, creating=True):
        pass
    assert call("""--store "it's \\"new\\".duckdb" backup "b'1.duckdb" """) == 0
    assert call("""--store "b'1.duckdb" batches""") == 0
