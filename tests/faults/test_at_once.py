"""Several at once on one store: who comes second is told who was first, and nothing is left of a holder that was killed."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import FlagbookError, Refused, TryAgain
from pipeline.store.book import open_book
from tests.cli.conftest import ROOT, Shop
from tests.faults.calling import call
from tests.faults.test_refused import contents

UPLOAD = "action,customer_id,flag_type,comment\nadd,C1,Alert,Owes money\n"
VIEWER = "import sys, time, duckdb; con = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); time.sleep(60)"
WRITER = (
    "import sys, time; from pathlib import Path; from pipeline.store.book import open_book\n"
    "with open_book(Path(sys.argv[1]), writing=True) as book, book.transaction():\n"
    "    book.run(\"INSERT INTO book VALUES ('half', 'done')\"); print('open', flush=True); time.sleep(60)"
)
READER = (
    "import sys, time; from pathlib import Path; from pipeline.store.book import open_book\n"
    "with open_book(Path(sys.argv[1]), writing=False): print('open', flush=True); time.sleep(60)"
)


@contextmanager
def holding(script: str, store: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold a store."""
    with subprocess.Popen([sys.executable, "-c", script, store], stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.fixture
def here(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shop.folder)
    shop.file("upload.csv", UPLOAD)
    return shop.folder


WRITERS = ("apply upload.csv", "undo 1", "load --customers customers.csv")
READERS = ("batches", "show C1", "apply upload.csv --dry-run", "backup copy.duckdb", "doctor")


@pytest.mark.hazard(54, "another tool (a viewer) holds the store open", "exit 5 with its process; readers go on; nothing changed")
def test_a_viewer_keeps_writers_out_and_is_named(here: Path) -> None:
    with holding(VIEWER, here / "flagbook.duckdb") as viewer:
        before = contents(here)
        for command in WRITERS:
            error = call(command)
            assert isinstance(error, TryAgain), command
            assert f"(process {viewer.pid})" in error.reason
        assert contents(here) == before
        assert [call(command) for command in READERS[:3]] == [0, 0, 0]
    assert call("apply upload.csv") == 0


@pytest.mark.hazard(53, "a second run while one runs", "exit 5, naming the holder and since when")
def test_a_writer_keeps_everybody_out_and_is_named(here: Path) -> None:
    with holding(WRITER, here / "flagbook.duckdb") as writer:
        for command in (*WRITERS, *READERS):
            error = call(command)
            assert isinstance(error, TryAgain), command
            assert re.search(rf"process {writer.pid} on \S+, since \d{{4}}-\d\d-\d\dT", error.reason)


def test_readers_keep_writers_out_and_let_readers_in(here: Path) -> None:
    with holding(READER, here / "flagbook.duckdb"):
        assert [isinstance(call(command), TryAgain) for command in WRITERS] == [True] * 3
        assert [call(command) for command in READERS] == [0] * 5


@pytest.mark.parametrize("how", ["refused", "killed"])
def test_who_has_ended_is_not_named_as_the_holder(here: Path, how: str) -> None:
    """A call that was refused, or a writer that was killed, had signed the lock which a reader holds now."""
    if how == "refused":
        assert isinstance(call("undo 99"), Refused)
    else:
        with holding(WRITER, here / "flagbook.duckdb") as writer:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    with holding(READER, here / "flagbook.duckdb"):
        error = call("apply upload.csv")
        assert isinstance(error, TryAgain)
        assert "(process" not in error.reason


@pytest.mark.hazard(53, "the lock of a run that was killed", "blocks nobody, and nothing of that run is there")
@pytest.mark.parametrize("script", [WRITER, READER, VIEWER], ids=["writer", "reader", "viewer"])
def test_a_killed_holder_blocks_nobody(here: Path, script: str) -> None:
    with holding(script, here / "flagbook.duckdb") as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert call("apply upload.csv") == 0
    with duckdb.connect(str(here / "flagbook.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM book WHERE key = 'half'").fetchall() == [(0,)]


@pytest.mark.hazard(53, "two runs begin at the same moment", "one is done, the other done after it or told to try again; both batches whole")
def test_two_that_begin_at_once(shop: Shop) -> None:
    for name in ("a", "b"):
        shop.file(f"{name}.csv", UPLOAD.replace("Alert", {"a": "Alert", "b": "Warning"}[name]))
    runs = [subprocess.Popen([sys.executable, "-m", "jobs", "apply", f"{name}.csv"], cwd=shop.folder, env={"PYTHONPATH": str(ROOT)}) for name in ("a", "b")]
    codes = [run.wait() for run in runs]
    assert set(codes) <= {0, 5}
    assert 0 in codes
    assert len(shop.run("batches", "--json").json()["batches"]) == 1 + codes.count(0)
    assert shop.run("doctor").code in (0, 4)


@pytest.mark.hazard(59, "the clock moves back between two runs", "the history's order is that of its numbers; the later run counts")
def test_the_clock_moves_back(here: Path) -> None:
    edit = UPLOAD.replace("add", "edit").replace("Owes money", "Paid")
    (here / "edit.csv").write_text(edit)
    assert call("apply upload.csv --as-of 2026-06-10") == 0
    assert call("apply edit.csv --as-of 2026-06-09") == 0
    assert call("undo 3 --as-of 2026-06-01") == 0
    with duckdb.connect(str(here / "flagbook.duckdb"), read_only=True) as con:
        told = con.execute("SELECT after ->> 'comment' FROM flag_history h JOIN history USING (event_id) ORDER BY event_id").fetchall()
        assert told == [("Owes money",), ("Paid",), ("Owes money",)]
        assert con.execute("SELECT comment, version = (SELECT max(event_id) FROM history WHERE entity = 'flags') FROM flags").fetchall() == [
            ("Owes money", True)
        ]
    assert call("doctor") in (0, 4)


WORDS = {
    "Failed to commit: No space left on device": (duckdb.TransactionException, 5, "nothing was written"),
    "Failed to create checkpoint: No space left on device": (duckdb.FatalException, 5, "all of it or nothing"),
    "database has been invalidated": (duckdb.FatalException, 3, "damaged"),
    "failed to offload data block": (duckdb.OutOfMemoryException, 5, "neither into memory"),
    "Corrupt database file: computed checksum 1": (duckdb.Error, 3, "damaged"),
}


def write_half(store: Path, error: duckdb.Error) -> None:
    with open_book(store, writing=True) as book, book.transaction():
        book.run("INSERT INTO book VALUES ('half', 'done')")
        raise error


@pytest.mark.hazard(
    57, "the database gives up (FATAL, out of memory, a bad block) in the middle of a batch", "exit 5 or 3 and why, no traceback, and the next run works"
)
@pytest.mark.parametrize("words", WORDS)
def test_what_ends_a_batch_is_said_and_leaves_nothing(here: Path, words: str) -> None:
    kind, code, said = WORDS[words]
    with pytest.raises(FlagbookError, match=said) as raised:
        write_half(here / "flagbook.duckdb", kind(f"/no space left/{words}"))
    assert raised.value.exit_code == code
    assert call("apply upload.csv") == 0
    with duckdb.connect(str(here / "flagbook.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM book WHERE key = 'half'").fetchall() == [(0,)]


SPILL = """
import resource, sys
from pathlib import Path
from pipeline.errors import TryAgain
from pipeline.store import connecting
from pipeline.store.book import open_book
connecting.MEMORY = "40MiB"
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with open_book(Path(sys.argv[1]), writing=True) as book, book.transaction():
        book.run("INSERT INTO book SELECT 'key' || i, repeat(md5(i::VARCHAR), 10) FROM range(300) r(i)")
        book.con.execute("CREATE TEMP TABLE large AS SELECT i, repeat(md5(i::VARCHAR), 20) AS text FROM range(400000) r(i)")
        book.ask("SELECT a.text FROM large a JOIN large b ON a.text = b.text ORDER BY a.text LIMIT 1 OFFSET 399999")
except TryAgain as error:
    print(error.reason)
"""


@pytest.mark.hazard(52, "the disk is full when what does not fit into memory goes there", "exit 5 and why; nothing of the batch is there")
def test_no_room_to_spill(here: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", SPILL, here / "flagbook.duckdb", "2000000"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "nothing was written" in ended.stdout, ended.stderr
    with duckdb.connect(str(here / "flagbook.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM book WHERE starts_with(key, 'key')").fetchall() == [(0,)]
    assert call("apply upload.csv") == 0
