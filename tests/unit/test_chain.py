"""The chain over the history: what was sealed verifies, and whatever is changed behind the program's back is found, with its place."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from pipeline import run
from pipeline.errors import Refused
from pipeline.folders import Nightly as Folders
from pipeline.nightly.watching import Nightly, nightly
from pipeline.run import Instructing, Loads, Undoing, UploadRequest, Where
from pipeline.settings import Business, History, Settings, read_settings
from pipeline.store.book import Book, open_book
from pipeline.store.chain import Fault, heads_behind, verify_chain
from pipeline.store.heads import heads_path, read_heads
from pipeline.store.sealing import BATCH, EVENT, FILE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
CUSTOMERS = "customer_id,email,alert_message\nC1,ann@example.com,\nC2,ben@example.com,asks for Eve\nC3,,\n"
BOOKINGS = "booking_id,customer_id,starts_at\nB1,C1,2026-04-10 10:00\nB2,C2,2026-04-10 10:00\n"
FLAGS = "action,customer_id,flag_type,comment,expires_on,reason\nadd,C1,On Hold,unpaid | 5:x,2026-03-04,\nadd,C3,Alert,call first,,by phone\n"
MORE = "action,customer_id,flag_type,comment\nedit,C1,On Hold,still unpaid\nadd,C9,Alert,nobody\n"
SEALED = {
    "history": EVENT,
    "batches": BATCH,
    "batch_files": FILE,
    "commitments": ("salt", "commitment", "event_id", "erased_by"),
    "heads": ("batch_id", "head"),
}


def made_at(folder: Path, **settings: str) -> Where:
    return Where(folder / "book.duckdb", Settings(Business("UTC"), history=History(**settings), path=folder / "flagbook.toml"), folder / "out")


def load(where: Where, customers: str = CUSTOMERS, bookings: str = BOOKINGS) -> None:
    texts = {"customers": customers, "bookings": bookings}
    paths = {name: (write(where, f"{name}.csv", text),) if text else () for name, text in texts.items()}
    run.load(where, Loads(paths["customers"], paths["bookings"], "Loader", AS_OF))


def apply(where: Where, text: str, *, all_or_nothing: bool = False) -> None:
    request = UploadRequest((write(where, "flags.csv", text),), "Ann")
    run.apply(where, Instructing(request, AS_OF, "weekly", all_or_nothing=all_or_nothing))


def write(where: Where, name: str, text: str) -> Path:
    path = where.store.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def grow(where: Where) -> Where:
    """Write one batch of every kind but migrations."""
    load(where)
    apply(where, FLAGS)
    apply(where, MORE, all_or_nothing=True)
    apply(where, MORE)
    run.undo(where, Undoing(4, "Ann", AS_OF))
    night = Where(where.store, Settings(Business("UTC"), nightly=Folders(), history=where.settings.history, path=where.settings.path))
    (where.settings.folder / "inbox").mkdir()
    nightly(night, Nightly(datetime(2026, 3, 9, tzinfo=UTC), None))
    return where


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Where:
    return grow(made_at(tmp_path_factory.mktemp("grown")))


@pytest.fixture
def where(grown: Where, tmp_path: Path) -> Where:
    """The same book, to do things to."""
    for name in ("book.duckdb", "book.duckdb.heads"):
        copyfile(grown.store.with_name(name), tmp_path / name)
    return made_at(tmp_path)


@contextmanager
def tampering(where: Where, *statements: str) -> Iterator[Book]:
    """Do something to the store that this program does not do; it is taken back at the end."""
    with duckdb.connect(str(where.store)) as con:
        con.execute("BEGIN")
        for statement in statements:
            con.execute(statement)
        yield Book(where.store, con)
        con.execute("ROLLBACK")


def faults(where: Where, *statements: str) -> list[Fault]:
    with tampering(where, *statements) as book:
        return verify_chain(book)


def test_every_kind_of_batch_has_a_head_and_verifies_in_any_time_zone(grown: Where) -> None:
    with open_book(grown.store, writing=False) as book:
        kinds = book.ask("SELECT kind, head IS NOT NULL AS sealed FROM batches LEFT JOIN heads USING (batch_id) ORDER BY batch_id").rows()
        assert kinds == [(kind, True) for kind in ("load", "apply", "apply", "apply", "undo", "expiry")]
        assert verify_chain(book, read_heads(heads_path(grown.store, grown.settings))) == []
    assert faults(grown, "SET TimeZone = 'Asia/Tokyo'") == []
    assert heads_path(grown.store, grown.settings).stat().st_mode & 0o077 == 0


@pytest.mark.hazard(60, "One value of the history, of a batch's record or of its files is changed", "found, whichever column it is")
@pytest.mark.parametrize("table", SEALED)
def test_a_change_of_any_column_is_found(grown: Where, table: str) -> None:
    """Each column is changed in one row, to another value and to null where it may be."""
    with duckdb.connect(str(grown.store)) as con:
        kinds = {row[0]: row[1] for row in con.execute(f"DESCRIBE {table}").fetchall()}
        for name in SEALED[table]:
            for value in (other(kinds[name]), "NULL"):
                con.execute("BEGIN")
                with suppress(duckdb.ConstraintException):
                    con.execute(f"UPDATE {table} SET {name} = {value} WHERE rowid = (SELECT min(rowid) FROM {table} WHERE {name} IS DISTINCT FROM {value})")
                    assert verify_chain(Book(grown.store, con)) or not changed(con, grown, table), (name, value)
                con.execute("ROLLBACK")


def other(kind: str) -> str:
    return {"BIGINT": "77", "VARCHAR": "'other'", "BLOB": "'other'::BLOB", "JSON": "'{}'"}.get(kind, "'1999-01-01'")


def changed(con: duckdb.DuckDBPyConnection, where: Where, table: str) -> bool:
    """Tell whether the table is another than it was: a column may be null in every row."""
    with duckdb.connect(":memory:") as plain:
        plain.execute(f"ATTACH '{copyfile(where.store, where.store.with_name('plain.duckdb'))}' AS plain (READ_ONLY)")
        return plain.execute(f"FROM plain.{table}").fetchall() != con.execute(f"FROM {table}").fetchall()


def test_columns_that_are_sealed_are_all_that_the_tables_have(grown: Where) -> None:
    """A column that is added to a table wants to be sealed, in a format of its own."""
    with open_book(grown.store, writing=False) as book:
        for table, columns in {"history": EVENT, "batches": BATCH, "batch_files": FILE}.items():
            assert tuple(book.ask(f"SELECT column_name FROM (DESCRIBE {table})")["column_name"]) == columns


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE history SET reason = 'because' WHERE event_id = 5"], [("changed-event", 2, 5)]),
        (["DELETE FROM history WHERE event_id = 5"], [("missing-event", 2, 5)]),
        (["INSERT INTO history SELECT * REPLACE (99 AS event_id) FROM history WHERE event_id = 5"], [("inserted-event", 2, 99)]),
        (["INSERT INTO history SELECT * FROM history WHERE event_id = 5"], [("inserted-event", 2, 5)]),
        (["UPDATE history SET event_id = 11 - event_id WHERE event_id IN (5, 6)"], [("changed-event", 2, 5), ("changed-event", 2, 6)]),
        (["UPDATE batches SET submitted_by = 'Eve' WHERE batch_id = 3"], [("changed-batch", 3, None)]),
        (["DELETE FROM batch_files WHERE batch_id = 2"], [("changed-batch", 2, None)]),
        (["DELETE FROM batches WHERE batch_id = 3"], [("missing-batch", 3, None)]),
        (
            [f"DELETE FROM {table} WHERE batch_id = 3" for table in ("batches", "batch_files", "heads")],
            [("missing-batch", 3, None), ("changed-batch", 4, None)],
        ),
        (["INSERT INTO batches SELECT * REPLACE (7 AS batch_id) FROM batches WHERE batch_id = 3"], [("inserted-batch", 7, None)]),
        (["UPDATE batches SET batch_id = 7 - batch_id WHERE batch_id IN (3, 4)"], [("changed-batch", 3, None), ("changed-batch", 4, None)]),
        (["UPDATE commitments SET salt = NULL, erased_by = 4 WHERE event_id = 5"], [("wrongly-erased", 2, 5)]),
        (["UPDATE history SET changed_at = 'infinity' WHERE event_id = 5"], [("changed-event", 2, 5)]),
    ],
)
def test_what_was_done_is_named_with_its_place(where: Where, statements: list[str], expected: list[tuple[str, int, int | None]]) -> None:
    assert [(one.kind, one.batch, one.event) for one in faults(where, *statements)] == expected


def test_random_tampering_is_found(where: Where) -> None:
    chance = random.Random(60)
    for _ in range(40):
        table = chance.choice(["history", "batches", "batch_files"])
        key = {"history": "event_id"}.get(table, "batch_id")
        one, two = f"(SELECT {key} FROM {table} ORDER BY rowid OFFSET {chance.randrange(4)} LIMIT 1)", f"(SELECT max({key}) FROM {table})"
        done = chance.choice(
            [
                f"DELETE FROM {table} WHERE {key} = {one}",
                f"INSERT INTO {table} FROM {table} WHERE {key} = {two}",
                f"UPDATE {table} SET {key} = CASE {key} WHEN {one} THEN {two} ELSE {one} END WHERE {key} IN ({one}, {two})",
            ]
        )
        assert faults(where, done), done


def test_a_store_that_was_put_back_or_sealed_anew_differs_from_the_file_of_heads(where: Where, grown: Where) -> None:
    outside = read_heads(heads_path(grown.store, grown.settings))
    assert outside is not None
    gone = [f"DELETE FROM {table} WHERE batch_id = 6" for table in ("history", "commitments", "batches", "heads")]
    with tampering(where, *gone) as book:
        assert verify_chain(book) == []  # nothing inside can tell
        assert [(one.kind, one.batch) for one in verify_chain(book, outside)] == [("rolled-back", 6)]
    with open_book(where.store, writing=False) as book:
        assert [(one.kind, one.batch) for one in verify_chain(book, [*outside[:2], (3, "f" * 64)])] == [("head-differs", 3)]
        assert verify_chain(book, outside[:4]) == []
        assert heads_behind(book, outside[:4]) == list(outside[4:])


def test_a_file_of_heads_that_is_behind_gets_what_is_missing_with_the_next_batch(where: Where) -> None:
    path = heads_path(where.store, where.settings)
    before = path.read_text().splitlines()
    path.write_text("\n".join(before[:3]) + "\n" + before[3][:20])  # killed as it wrote
    load(where, bookings="")
    found = read_heads(path)
    with open_book(where.store, writing=False) as book:
        assert found is not None
        assert (sorted(found), heads_behind(book, found)) == ([(n, head) for n, head in book.ask("SELECT * FROM heads ORDER BY ALL").rows()], [])
        assert verify_chain(book, found) == []


def test_heads_go_where_the_settings_say_and_the_batch_stands_where_they_can_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = made_at(tmp_path, heads_file="kept/our.heads")
    with caplog.at_level(logging.WARNING):
        load(elsewhere)
    assert "our.heads: the head of the last batch could not be written there" in caplog.text
    (tmp_path / "kept").mkdir()
    apply(elsewhere, FLAGS)
    found = read_heads(tmp_path / "kept" / "our.heads")
    assert found is not None
    assert [number for number, _ in found] == [1, 2]
    assert not (tmp_path / "book.duckdb.heads").exists()


def test_heads_of_a_store_that_nobody_can_find_are_no_bug(tmp_path: Path) -> None:
    """It is the store that is refused, as without heads elsewhere."""
    (tmp_path / "circle").symlink_to("circle")
    settings = Settings(history=History("heads"), path=tmp_path / "flagbook.toml")
    for store in (tmp_path / "circle", tmp_path / "circle" / "book.duckdb", tmp_path / ("x" * 300)):
        where = Where(store, settings)
        for creating in (False, True):
            with pytest.raises(Refused, match=f"{store}: "), open_book(where.store, writing=creating, creating=creating):
                raise AssertionError


@pytest.mark.parametrize(
    "name", ["book.duckdb", "./book.duckdb.wal", "book.duckdb.lock", "book.duckdb.night.lock", "link", "flagbook.toml", "circle", "a\\u0000b"]
)
def test_heads_that_would_go_into_a_file_of_something_else_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to("book.duckdb")
    (tmp_path / "circle").symlink_to("circle")
    made_at(tmp_path, heads_file="book.duckdb.heads")
    settings = tmp_path / "flagbook.toml"
    settings.write_text(f'[history]\nheads_file = "{name}"\n')
    with pytest.raises(Refused, match="heads_file"):
        Where(tmp_path / "book.duckdb", read_settings(settings))


def test_a_file_of_another_store_is_said_to_be_one(where: Where, caplog: pytest.LogCaptureFixture) -> None:
    heads_path(where.store, where.settings).write_text(f"1 {'a' * 64} 2026-01-01T00:00:00+00:00\n")
    load(where, bookings="")
    assert "has another head for batch 1" in caplog.text


def test_a_book_of_format_4_is_sealed_as_it_is_when_it_is_opened(where: Where) -> None:
    with duckdb.connect(str(where.store)) as con:
        con.execute("UPDATE book SET value = '4' WHERE key = 'format'; DROP TABLE commitments; DROP TABLE heads; DROP TABLE suppressed")
        con.execute("UPDATE history SET reason = 'changed before it was sealed' WHERE event_id = 5")
    with open_book(where.store, writing=False) as book:
        assert verify_chain(book) == []
        assert book.ask("SELECT count(*) FROM heads").item() == 6
        assert book.ask("SELECT count(*) - count(DISTINCT salt) FROM commitments").item() == 0


def row_text(row: tuple[object, ...]) -> str:
    said = [str((one - EPOCH) // timedelta(microseconds=1)) if isinstance(one, datetime) else one for one in row]
    return "|".join("-" if one is None else f"{len(str(one).encode())}|{one}" for one in said)


def test_heads_are_what_the_documentation_says(grown: Where) -> None:
    """Computed by hand from what a DuckDB client shows of the tables, with another program's SHA-256."""
    with duckdb.connect(str(grown.store), read_only=True) as con:
        events, batches, files, kept, heads = (
            con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in ("history", "batches", "batch_files", "commitments", "heads")
        )
    salts = {event: salt.hex() for event, _, salt, _, _ in kept}
    made = [(event[1], sha256((salts[event[0]] + row_text(event)).encode()).digest()) for event in events]
    assert made == [(batch, commitment) for _, batch, _, commitment, _ in kept]
    before, computed = "0" * 64, []
    for batch in batches:
        digest = sha256("".join(commitment.hex() for number, commitment in made if number == batch[0]).encode()).hexdigest()
        record = "|".join(row_text(row) for row in (batch, *(file for file in files if file[0] == batch[0])))
        before = sha256((before + digest + record).encode()).hexdigest()
        computed.append((batch[0], before))
    assert computed == heads


IN_DIGITS = """
CREATE TABLE digits AS SELECT event_id, batch_id, lower(hex(salt)) AS salt, lower(hex(commitment)) AS commitment, erased_by FROM commitments;
DROP TABLE commitments;
ALTER TABLE digits RENAME TO commitments;
UPDATE book SET value = '5' WHERE key = 'format'
"""


def test_a_book_of_format_5_keeps_its_heads(where: Where) -> None:
    with duckdb.connect(str(where.store)) as con:
        con.execute("UPDATE commitments SET salt = NULL, erased_by = 4 WHERE event_id = 5")
        erased = verify_chain(Book(where.store, con))
        con.execute(IN_DIGITS)
    with open_book(where.store, writing=False) as book:
        assert verify_chain(book, read_heads(heads_path(where.store, where.settings))) == erased
        assert book.ask("SELECT count(*), sum(octet_length(salt))::INT, sum(octet_length(commitment))::INT FROM commitments").rows() == [(16, 240, 512)]
        assert not len(book.ask("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%digits%'"))


def test_a_load_that_changes_nothing_in_the_history_seals_its_record_alone(where: Where) -> None:
    with open_book(where.store, writing=False) as book:
        before = book.ask("SELECT count(*) FROM commitments").item()
    load(where, customers="")
    with open_book(where.store, writing=False) as book:
        assert (verify_chain(book), book.ask("SELECT count(*) FROM commitments").item()) == ([], before)
