"""Who may read what is written, what a connection may touch, what killed runs leave behind, and room on the disk."""

import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import TryAgain
from pipeline.store import place
from pipeline.store.book import Book, open_book
from pipeline.store.connecting import Work, private_files
from pipeline.store.place import check_room, leftovers, rewriting_folder, spill_folder
from tests.cli.conftest import ROOT, Shop, run_in
from tests.faults.calling import call

UPLOAD = "action,customer_id,flag_type,comment\nadd,C1,Alert,Owes money\nadd,C9,Alert,Nobody\n"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert run_in(tmp_path, "init").code == 0
    (tmp_path / "inbox" / "customers.csv").write_text("customer_id\nC1\nC2\n")
    (tmp_path / "inbox" / "flags.csv").write_text(UPLOAD)
    given = {path.name for path in tmp_path.rglob("*.csv")}
    (tmp_path / "flagbook.toml").write_text("[nightly]\nrest_seconds = 1\n")
    assert run_in(tmp_path, "nightly").code == 4
    assert run_in(tmp_path, "export", "--out", "tables").code == 0
    found = {path: mode(path) for path in tmp_path.rglob("*") if path.name not in given}
    assert any(path.name == "flags.results.csv" for path in found)
    assert {path for path, seen in found.items() if seen & 0o077} == set()


def test_the_log_and_what_is_spilt_are_for_their_owner_alone(book: Book) -> None:
    with private_files():
        book.con.execute("CREATE TEMP TABLE large AS SELECT i, repeat(md5(i::VARCHAR), 30) AS text FROM range(1500000) r(i)")
        book.con.execute("INSERT INTO book VALUES ('a', 'b')")
    files = [*spill_folder(book.path).iterdir(), *book.path.parent.glob("book.duckdb*")]
    assert len(files) > 4
    assert {path.name for path in files if mode(path) & 0o077} == set()


@pytest.fixture
def book(tmp_path: Path) -> Book:  # type: ignore[misc]  # a generator, as pytest wants it
    """Return an open book."""
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as opened:
        yield opened


MEMORY = ("RESET memory_limit", "SET memory_limit = '1TB'")
FORBIDDEN = (
    *(
        "FROM read_csv('{}')",
        "FROM read_text('{}')",
        "FROM '{}'",
        "FROM glob('*')",
        "FROM sniff_csv('{}')",
        "COPY book TO '{}.out'",
        "EXPORT DATABASE '{}.out'",
    ),
    *("COPY book FROM '{}'", "ATTACH '{}.db'", "INSTALL httpfs", "LOAD httpfs", "INSTALL h3 FROM community", "CREATE PERSISTENT SECRET s (TYPE http)"),
    *("SET enable_external_access = true", "SET lock_configuration = false", *MEMORY, "SET threads = 99"),
    *(
        "SET temp_directory = '/tmp'",
        "SET allowed_directories = ['/']",
        "SET allow_community_extensions = true",
        "PRAGMA enable_profiling",
        "FROM seen_outside",
    ),
)


@pytest.mark.parametrize("statement", [one for one in FORBIDDEN if one not in MEMORY])
def test_a_connection_for_instructions_may_change_its_memory_and_nothing_else(tmp_path: Path, statement: str) -> None:
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True, work=Work.INSTRUCTIONS) as book:
        (tmp_path / "secret.csv").write_text("key,value\nx,y\n")
        with pytest.raises(duckdb.Error):
            book.con.execute(statement.format(tmp_path / "secret.csv")).fetchall()
        book.con.execute("SET memory_limit = '100MiB'")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_connection_reads_no_files_loads_no_code_and_changes_no_settings(book: Book, statement: str) -> None:
    seen_outside = [1]  # a variable of Python, which DuckDB would take for a table
    path = book.path.parent / "secret.csv"
    path.write_text("key,value\nx,y\n")
    with pytest.raises(duckdb.Error):
        book.con.execute(statement.format(path)).fetchall()
    assert (seen_outside, sorted(one.name for one in path.parent.glob("secret*"))) == ([1], ["secret.csv"])


def test_what_killed_runs_left_is_swept_by_the_next_writer_and_by_no_reader(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.folder)
    store = shop.folder / "flagbook.duckdb"
    spill_folder(store).mkdir()
    rewriting_folder(store).mkdir()
    names = ("flagbook.duckdb.tmp/duckdb_temp_7_0_owner", ".flagbook.duckdb.7.new", ".flagbook.duckdb.7.new.wal", "flagbook.duckdb.rewriting/store")
    left = [shop.file(name, "x") for name in names]
    kept = shop.file("flagbook.duckdb.tmp/mine.txt", "x")
    assert leftovers(store) == sorted(left)
    assert call("batches") == 0
    assert leftovers(store) == sorted(left)
    assert call("undo 1") == 0
    assert (leftovers(store), kept.exists(), rewriting_folder(store).exists()) == ([], True, False)


@pytest.mark.hazard(52, "too little room on the disk before a batch begins", "exit 5 with the numbers, nothing begun")
def test_a_batch_is_not_begun_without_room(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.folder)
    shop.file("flags.csv", UPLOAD)
    shop.file("flagbook.toml", f"[store]\nmin_free_bytes = {1 << 49}\n")
    shutil.copy(ROOT / "sample_data/legacy/shopify.csv", shop.folder)
    for command in ("apply flags.csv", "undo 1", "load --customers customers.csv", "migrate shopify.csv --from shopify"):
        assert isinstance(call(command), TryAgain), command
    assert f"{1 << 49:,}" in str(call("undo 1"))
    assert [call("batches"), call("undo 1 --dry-run"), call("apply flags.csv --dry-run")] == [0, 0, 4]


def test_room_is_asked_for_inputs_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "input").write_bytes(bytes(100))
    monkeypatch.setattr(place.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 1299))  # type: ignore[attr-defined]
    check_room(tmp_path / "store", 1000)
    with pytest.raises(TryAgain, match=r"1,299 bytes are free.*1,300"):
        check_room(tmp_path / "store", 1000, [tmp_path / "input", tmp_path / "missing"])
