"""Dry runs of what writes: they say what the run then does, and leave every byte of the store alone (rule 6.4)."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import TryAgain
from pipeline.store.dryruns import open_to_write
from tests.cli.conftest import Shop
from tests.cli.test_ends import as_anybody
from tests.faults.test_refused import contents, leave_log

USAGE = namedtuple("USAGE", "free")  # what is asked of shutil's own
HEAD = "booking_id,customer_id,starts_at\n"
CALLS = (
    "load --bookings more.csv --dry-run",
    "migrate theirs.csv --from thelayer --dry-run",
    "erase C1 --dry-run",
    "apply u.csv --dry-run",
    "undo 1 --dry-run",
)


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Return a shop with something to do for each call."""
    shop.file("more.csv", HEAD + "".join(f"N{number},C{number % 2 + 1},2027-01-01 10:00\n" for number in range(200_000)))
    shop.file("theirs.csv", "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\nC1,Ann,On Hold,owes,Wes,01/02/2026\n")
    shop.file("u.csv", "action,customer_id,flag_type,comment\nadd,C1,Alert,owes\n")
    return shop


def of_store(shop: Shop) -> dict[str, object]:
    """Return what the store's files hold."""
    return {name: held for name, held in contents(shop.folder).items() if name.startswith("flagbook.duckdb")}


@pytest.mark.parametrize("call", CALLS)
def test_a_dry_run_leaves_the_store_and_its_log_as_they_are(ready: Shop, call: str) -> None:
    leave_log(ready.folder / "flagbook.duckdb")
    before = of_store(ready)
    assert {"flagbook.duckdb", "flagbook.duckdb.wal"} <= {*before}
    done = ready.run(*call.split(), "--as-of", "2026-06-01")
    assert (done.code, of_store(ready) == before) == (0, True), done.err


@pytest.mark.parametrize("call", CALLS)
def test_a_dry_run_finishes_no_erasure(ready: Shop, call: str) -> None:
    with duckdb.connect(str(ready.folder / "flagbook.duckdb")) as con:
        con.execute("INSERT INTO book VALUES ('to_rewrite', 'yes')")
    before = of_store(ready)
    done = ready.run(*call.split(), "--as-of", "2026-06-01")
    assert (done.code, of_store(ready) == before, "writing the store anew" in done.err) == (0, True, False), done.err


@pytest.mark.skipif(sys.platform != "linux", reason="permissions can't be made to apply to whoever runs the tests")
@pytest.mark.parametrize("has_log", [False, True])
def test_a_dry_run_needs_nothing_that_can_be_written(ready: Shop, *, has_log: bool) -> None:
    (ready.folder / "out").mkdir()
    if has_log:
        leave_log(ready.folder / "flagbook.duckdb")
    (ready.folder / "flagbook.duckdb.lock").unlink(missing_ok=True)
    (ready.folder / "flagbook.duckdb").chmod(0o400)
    before = of_store(ready)
    ready.folder.chmod(0o500)
    for call in CALLS:
        words = [*call.split(), "--as-of", "2026-06-01", *(["--out", "out"] if call.startswith("apply") else [])]
        code, said = as_anybody(ready.folder, *words)
        assert (code, of_store(ready) == before) == (0, True), (call, said)
    ready.folder.chmod(0o700)


def test_a_copy_that_finds_no_room_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    store = shop.folder / "flagbook.duckdb"
    size = store.stat().st_size
    needed = size + (1 << 24)
    monkeypatch.setattr("shutil.disk_usage", lambda _: USAGE(needed - 1))
    with pytest.raises(TryAgain, match=f"needs {needed:,} bytes, and {needed - 1:,} are free") as told, open_to_write(store, dry_run=True):
        raise AssertionError
    assert "TMPDIR" in told.value.fix
    monkeypatch.setattr("shutil.disk_usage", lambda _: USAGE(needed))
    with open_to_write(store, dry_run=True) as book:
        assert book.value("format") is not None


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "TMPDIR"), (errno.EIO, "can't be copied for a dry run")])
def test_a_copy_that_cannot_be_written_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    def broken(*_: object) -> None:
        raise OSError(number, "it broke")

    monkeypatch.setattr("shutil.copyfile", broken)
    with pytest.raises(TryAgain) as told, open_to_write(shop.folder / "flagbook.duckdb", dry_run=True):
        raise AssertionError
    assert said in f"{told.value.reason} {told.value.fix}"


@pytest.mark.parametrize("there", [True, False])
def test_a_dry_run_that_is_killed_leaves_nobodys_data_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch, *, there: bool) -> None:
    store = shop.folder / ("flagbook.duckdb" if there else "none.duckdb")
    monkeypatch.setattr("tempfile.tempdir", str(shop.folder / "tmp"))
    (shop.folder / "tmp").mkdir()
    with open_to_write(store, dry_run=True, creating=True) as book:
        assert (book.path, book.ask("SELECT count(*) FROM customers").item()) == (store, 2 if there else 0)
        book.con.execute("INSERT INTO book VALUES ('some', 'thing')")
        left = [path for path in (shop.folder / "tmp").rglob("*") if path.is_file()]
        assert [path.name for path in left if path.suffix not in (".lock", ".wal")] == []
        assert b"ann@example.com" not in b"".join(path.read_bytes() for path in left)
    assert [*(shop.folder / "tmp").iterdir()] == []
    assert not (shop.folder / "none.duckdb").exists()


STOPPED = """
import shutil, sys, time
from pathlib import Path
from pipeline.store.dryruns import open_to_write
def wait(one, other):
    Path(other).write_bytes(Path(one).read_bytes()[:1000])
    print("copying", flush=True)
    time.sleep(600)
shutil.copyfile = wait
with open_to_write(Path(sys.argv[1]), dry_run=True): pass
"""


def test_a_dry_run_takes_away_what_one_left_that_was_killed_while_it_copied_and_nothing_else(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, store = shop.folder / "tmp", shop.folder / "flagbook.duckdb"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    words = [sys.executable, "-c", STOPPED, str(store)]
    copying = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(folder)})
    assert copying.stdout is not None
    assert copying.stdout.readline() == "copying\n"
    (left,) = folder.iterdir()
    (folder / f"{left.name}-notes").write_text("somebody's own")
    (folder / "theirs").mkdir()
    (folder / f"{left.name}-link").symlink_to("theirs")
    others = {f"{left.name}-notes", f"{left.name}-link", "theirs"}
    with open_to_write(store, dry_run=True):
        assert (left / store.name).stat().st_size == 1000  # it is at work
    copying.send_signal(signal.SIGKILL)
    copying.wait()
    copying.stdout.close()
    with open_to_write(store, dry_run=True):
        assert not left.exists()
    assert {path.name for path in folder.iterdir()} == others


def test_a_dry_run_whose_folder_another_took_away_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(tempfile.TemporaryDirectory[str]):
        def __enter__(self) -> str:
            Path(self.name).rmdir()
            return self.name

    monkeypatch.setattr("tempfile.TemporaryDirectory", Gone)
    with pytest.raises(TryAgain, match="took this folder away"), open_to_write(shop.folder / "flagbook.duckdb", dry_run=True):
        raise AssertionError
