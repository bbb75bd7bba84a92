"""A customer is erased: gone from every table and from the store's bytes, never to come back, while the chain still verifies."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from pipeline import run
from pipeline.erasing import Erase, EraseReport, erase
from pipeline.errors import Refused, TryAgain
from pipeline.migration import Migrating, migrate
from pipeline.report import ApplyReport, LoadReport
from pipeline.run import Instructing, Loads, Undoing, UploadRequest, Where
from pipeline.settings import Business, Settings
from pipeline.store import rewriting
from pipeline.store.book import Book, open_book
from pipeline.store.chain import verify_chain
from pipeline.store.heads import heads_path, read_heads

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
# All that is Zoe's holds QZXW (two letters may stand in any bytes by chance); her id, address and number besides.
MARKS = ("QZXW", "qzxw@old.example", "qzxw@new.example", "7700900123", "7700 900123", "7700900456")
PEOPLE = "customer_id,first_name,last_name,email,phone,alert_message\n"
ZOE = "QZXW1,QZXWoe,QZXWander,qzxw@old.example,+44 7700 900123,QZXW source alert\n"
ZOE_LATER = "QZXW1,QZXWoe,QZXWander-Hill,qzxw@new.example,+44 7700 900456,QZXW source alert\n"
ANN = "C1,Ann,Lee,ann@example.com,+44 7700 900999,\nC2,Ben,Kay,ben@example.com,,\n"
TIMES = "booking_id,customer_id,starts_at,alert_message\n"
BOOKINGS = TIMES + "B1,QZXW1,2026-04-10 10:00,\nB2,QZXW1,2026-04-11 10:00,QZXW own note\nB3,C1,2026-04-12 10:00,\nB4,QZXW1,2026-04-13 10:00,\n"
MOVED = TIMES + "B1,QZXW1,2026-04-10 11:00,\nB4,C1,2026-04-13 10:00,\n"
FLAGS = (
    "action,customer_id,flag_type,comment,reason,flagged_by\n"
    "add,QZXW1,On Hold,QZXW owes us,QZXW reason,Staff\nadd,C1,Alert,call first,,Staff\n"
    "edit,QZXW1,On Hold,QZXW still owes,QZXW again,Staff\nadd,QZXW2,Alert,close,,Staff\n"
)
TAGS = "action,customer_id,tag\nadd,QZXW1,QZXW tag\nadd,C1,vip\n"
STATUS = "action,customer_id,reason\nblock,QZXW1,QZXW was rude\n"


def where_in(folder: Path) -> Where:
    (folder / "store").mkdir(exist_ok=True)
    return Where(folder / "store" / "book.duckdb", Settings(Business("UTC", "GB"), path=folder / "flagbook.toml"), folder / "out")


def write(where: Where, name: str, text: str) -> Path:
    path = where.settings.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(where: Where, customers: str = "", bookings: str = "", **how: bool) -> LoadReport:
    files = [(write(where, f"{name}.csv", text),) if text else () for name, text in (("customers", customers), ("bookings", bookings))]
    return run.load(where, Loads(files[0], files[1], "Loader", AS_OF, accept_shrink=True, **how))  # type: ignore[arg-type]  # the flags of a load


def apply(where: Where, text: str, name: str = "upload.csv") -> ApplyReport:
    return run.apply(where, Instructing(UploadRequest((write(where, name, text),), "Staff"), AS_OF, allow_mass_change=True))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """A book in which Zoe stands everywhere: seven batches, of which a load gave one of her bookings to Ann."""
    where = where_in(tmp_path_factory.mktemp("grown"))
    load(where, PEOPLE + ZOE + ANN, BOOKINGS)
    for text in (FLAGS, TAGS, STATUS):
        apply(where, text)
    load(where, PEOPLE + ZOE_LATER + ANN, MOVED)
    apply(where, "action,customer_id,flag_type,comment\nedit,QZXW1,On Hold,QZXW paid half\n")
    run.undo(where, Undoing(6, "Staff", AS_OF))
    return where


@pytest.fixture
def where(grown: Where, tmp_path: Path) -> Where:
    """The same book, to do things to."""
    found = where_in(tmp_path)
    for name in ("book.duckdb", "book.duckdb.heads"):
        copyfile(grown.store.with_name(name), found.store.with_name(name))
    return found


def erase_zoe(where: Where, named: str = "QZXW1", *, dry_run: bool = False) -> EraseReport:
    return erase(where, Erase(named, "Officer", AS_OF, "asked for", dry_run=dry_run))


def marked_bytes(where: Where) -> list[tuple[str, str]]:
    found = [(path.name, mark) for path in where.store.parent.rglob("*") if path.is_file() for mark in MARKS if mark.encode() in path.read_bytes()]
    return sorted(found)


def marked_cells(where: Where) -> list[str]:
    """Return the columns in which a value is Zoe's."""
    with open_book(where.store, writing=False) as book:
        columns = book.ask("SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal").rows()
        asked = " OR ".join("contains({0}::VARCHAR, '" + mark + "')" for mark in MARKS)
        return [f"{table}.{name}" for table, name in columns if book.ask(f"SELECT count(*) FROM {table} WHERE {asked.format(name)}").item()]


def ask(where: Where, query: str) -> list[tuple[object, ...]]:
    with open_book(where.store, writing=False) as book:
        return book.ask(query).rows()


def is_well(where: Where) -> bool:
    with open_book(where.store, writing=False) as book:
        return verify_chain(book, read_heads(heads_path(where.store, where.settings))) == []


@pytest.mark.hazard(60, "A customer is erased", "no byte of theirs is left in any file of the store, and the chain verifies")
@pytest.mark.parametrize("named", ["QZXW1", "QZXW@new.example", "07700 900456"])
def test_nothing_of_an_erased_customer_is_left_in_the_store(where: Where, named: str) -> None:
    assert len(marked_cells(where)) > 15
    report = erase_zoe(where, named)
    assert (marked_cells(where), marked_bytes(where)) == ([], [])
    assert (report.batch, report.pseudonym, report.mentions) == (8, "erased-1", {})
    assert ask(where, "SELECT customer_id, status, first_name, email FROM customers ORDER BY 1") == [
        *(("C1", "active", "Ann", "ann@example.com"), ("C2", "active", "Ben", "ben@example.com")),
        ("erased-1", "deleted", None, None),
    ]
    assert ask(where, "SELECT booking_id, customer_id, alert_message FROM bookings ORDER BY 1") == [
        *(("B1", "erased-1", None), ("B2", "erased-1", None)),
        *(("B3", "C1", "call first"), ("B4", "C1", "call first")),
    ]
    assert is_well(where)


def test_a_dry_run_says_the_same_and_writes_nothing(where: Where) -> None:
    before = where.store.read_bytes()
    said = erase_zoe(where, dry_run=True)
    assert where.store.read_bytes() == before
    done = erase_zoe(where)
    assert (said.batch, said.head, said.counts, said.pseudonym) == (None, None, done.counts, done.pseudonym)


@pytest.mark.hazard(60, "Erasure, then a nightly export brings the person back", "still erased; the chain verifies; one changed byte of history is found")
@pytest.mark.parametrize("create", [False, True])
def test_exports_that_bring_an_erased_customer_leave_the_book_as_it_is(where: Where, create: bool) -> None:
    erase_zoe(where)
    customers = PEOPLE + ZOE + ZOE_LATER.replace("QZXW1", "NEW1") + "NEW2,QZXW,,,07700 900123,\n" + ANN
    report = load(where, customers, create_customers=create)
    assert (dict(report.rows), report.exit_code) == ({"read": 5, "applied": 0, "unchanged": 2, "rejected": 0, "ignored": 3, "unprocessed": 0}, 0)
    by_id = load(where, bookings=BOOKINGS + "B9,QZXW1,2026-04-20 10:00,QZXW\n", create_customers=create)
    assert (by_id.rows["ignored"], by_id.rows["rejected"], by_id.files[0].rejected) == (4, 0, None)
    when = "2026-04-20 10:00"
    keys = f"booking_id,customer_id,email,phone,starts_at\nB7,,qzxw@NEW.example,,{when}\nB8,,,07700900123,{when}\nB9,QZXW1,x@y.example,,{when}\n"
    by_keys = load(where, bookings=keys, create_customers=create)
    assert (by_keys.rows["ignored"], by_keys.rows["read"], by_keys.rows["rejected"]) == (3, 3, 0)
    assert (marked_cells(where), marked_bytes(where)) == ([], [])
    assert ask(where, "SELECT count(*) FROM batch_rows WHERE outcome = 'ignored' AND code = 'erased-customer' AND customer_id IS NULL") == [(10,)]
    assert "4 rows are of customers who were erased, and left alone" in by_id.to_text()
    assert is_well(where)


def test_into_an_empty_table_of_bookings_too(tmp_path: Path) -> None:
    where = where_in(tmp_path)
    load(where, PEOPLE + ZOE + ANN)
    erase_zoe(where)
    report = load(where, bookings=BOOKINGS)
    assert (report.rows["applied"], report.rows["ignored"], report.rows["rejected"]) == (1, 3, 0)
    assert (marked_cells(where), is_well(where)) == ([], True)


def test_whoever_shares_a_key_with_an_erased_customer_keeps_what_is_theirs(where: Where) -> None:
    load(where, PEOPLE + "C5,Eve,Hill,qzxw@new.example,,\n")
    erase_zoe(where)
    kept = load(where, PEOPLE + "C5,Eve,Hill,qzxw@new.example,,\n", "booking_id,email,starts_at\nB5,qzxw@new.example,2026-04-20 10:00\n")
    assert (kept.rows["ignored"], kept.rows["unchanged"], kept.rows["applied"]) == (0, 1, 1)
    assert ask(where, "SELECT customer_id FROM bookings WHERE booking_id = 'B5'") == [("C5",)]


def test_instructions_for_an_erased_customer_are_ignored_and_do_not_come_back(where: Where) -> None:
    erase_zoe(where)
    text = (
        "action,customer_id,email,flag_type,comment\nadd,QZXW1,,Alert,hello\nadd,,qzxw@old.example,Alert,hello\nadd,C2,,Alert,hello\nadd,nobody,,Alert,hello\n"
    )
    report = apply(where, text, "later.csv")
    assert dict(report.rows) == {"read": 4, "applied": 1, "unchanged": 0, "rejected": 1, "ignored": 2, "unprocessed": 0}
    assert report.codes == {"unknown-customer": 1}
    assert (
        ask(where, "SELECT outcome, code, customer_id FROM batch_rows WHERE batch_id = 9 ORDER BY source_row")[:2] == [("ignored", "erased-customer", None)] * 2
    )
    assert (marked_cells(where), is_well(where)) == ([], True)


def test_a_migration_leaves_an_erased_customer_alone(where: Where) -> None:
    erase_zoe(where)
    path = write(
        where,
        "customers_export.csv",
        "Customer ID,First Name,Last Name,Email,Phone,Tags,Note\nQZXW1,QZXWoe,QZXWander,qzxw@new.example,,VIP,QZXW\nC8,Kim,Oh,kim@example.com,,,\n",
    )
    report = migrate(where, Migrating((path,), "Staff", AS_OF, "shopify"))
    assert (report.rows["read"], report.rows.get("ignored"), report.rows["rejected"], report.adds_up) == (2, 1, 0, True)
    assert (marked_cells(where), is_well(where)) == ([], True)


@pytest.mark.hazard(60, "A batch from before an erasure is undone", "nothing of the customer comes back")
def test_undoing_earlier_batches_brings_nothing_back(where: Where) -> None:
    erase_zoe(where)
    for batch in (7, 5, 4, 3, 2, 1):
        report = run.undo(where, Undoing(batch, "Staff", AS_OF))
        assert (batch, marked_cells(where)) == (batch, [])
        assert any("erased" in remark for remark in report.remarks) or batch in (1,), (batch, report.remarks)
    assert ask(where, "SELECT customer_id FROM flags UNION SELECT customer_id FROM tags") == []
    assert is_well(where)


def test_what_an_erasure_took_of_a_load_is_told_when_the_load_is_undone(tmp_path: Path) -> None:
    where = where_in(tmp_path)
    people, visits = "customer_id,first_name\nC1,{}\nC2,{}\n", "booking_id,customer_id,starts_at,service\nB1,{0},2027-04-01,{1}\nB2,C2,2027-04-01,{1}\n"
    load(where, people.format("Ann", "Bob"), visits.format("C1", "old"))
    load(where, people.format("Anna", "Bobby"), visits.format("C2", "new"))
    erase(where, Erase("C1", "Staff", AS_OF))
    report = run.undo(where, Undoing(2, "Staff", AS_OF))
    assert report.remarks == ("2 changes concern customers who were erased since, and can't be put back",)
    assert ask(where, "SELECT booking_id, customer_id, service FROM bookings ORDER BY 1") == [("B1", "C2", "new"), ("B2", "C2", "old")]
    assert (ask(where, "SELECT first_name FROM customers WHERE customer_id = 'C2'"), is_well(where)) == ([("Bob",)], True)


def test_an_erasure_can_not_be_undone_nor_repeated(where: Where) -> None:
    erase_zoe(where)
    with pytest.raises(Refused, match="Batch 8 erased a customer's data"):
        run.undo(where, Undoing(8, "Staff", AS_OF))
    with pytest.raises(Refused, match="was erased already"):
        erase_zoe(where, "erased-1")
    batches = ask(where, "SELECT count(*) FROM batches")
    for name in ("QZXW1", "qzxw@new.example", "QZXW@old.example", "+44 7700 900456"):
        report = erase(where, Erase(name, "Staff", AS_OF))
        assert (report.batch, report.pseudonym, report.exit_code, report.to_json()["status"]) == (None, None, 0, "already-erased")
        assert "was erased already" in report.to_text()
    with pytest.raises(Refused, match="No customer has this"):
        erase_zoe(where, "QZXW9")
    assert ask(where, "SELECT count(*) FROM batches") == batches


def test_who_was_taken_out_by_an_undo_is_erased_by_id(where: Where) -> None:
    load(where, PEOPLE + "GONE1,QZXWed,,qzxw@gone.example,,\n")
    run.undo(where, Undoing(8, "Staff", AS_OF))
    erase_zoe(where, "GONE1")
    assert "GONE1" not in where.store.read_bytes().decode("latin-1")
    run.undo(where, Undoing(9, "Staff", AS_OF))
    assert ask(where, "SELECT count(*) FROM customers WHERE first_name = 'QZXWed'") == [(0,)]
    assert load(where, PEOPLE + "GONE1,QZXWed,,,,\nC9,Z,,qzxw@gone.example,,\n").rows["ignored"] == 2


def test_two_customers_of_one_booking_are_erased_one_after_the_other(where: Where) -> None:
    erase_zoe(where)
    assert erase_zoe(where, "C1").pseudonym == "erased-2"
    assert is_well(where)
    assert b"ann@example.com" not in where.store.read_bytes()
    assert b"call first" not in where.store.read_bytes()


TAMPERING = (
    "UPDATE commitments SET salt = NULL, erased_by = 8 WHERE erased_by IS NULL AND batch_id = 2",
    "UPDATE history SET before = NULL, after = NULL, reason = NULL WHERE customer_id = 'C1' AND entity = 'flags'",
    "UPDATE history SET reason = 'made up' WHERE customer_id = 'erased-1' AND batch_id = 2",
    "UPDATE history SET source_row = 77 WHERE customer_id = 'erased-1' AND batch_id = 2",
    "UPDATE history SET after = replace(after, '\"event\":', '\"event\":1') WHERE action = 'erased'",
    "UPDATE history SET after = NULL WHERE action = 'erased'",
    "DELETE FROM history WHERE action = 'erased'",
    "DELETE FROM history WHERE customer_id = 'erased-1' AND batch_id = 2",
    "UPDATE commitments SET erased_by = NULL",
    "UPDATE commitments SET commitment = unhex(repeat('a', 64)) WHERE erased_by = 8",
)


@pytest.mark.hazard(60, "Other events are passed off as erased, or erased ones are filled in", "found")
def test_other_events_can_not_be_passed_off_as_erased(where: Where) -> None:
    erase_zoe(where)
    with duckdb.connect(str(where.store)) as con:
        for statement in TAMPERING:
            con.execute("BEGIN")
            con.execute(statement)
            assert verify_chain(Book(where.store, con)), statement
            con.execute("ROLLBACK")
        assert verify_chain(Book(where.store, con)) == []


class Killed(BaseException):
    """What stands for a kill."""


def kill(*_: object) -> None:
    raise Killed


@pytest.mark.hazard(60, "An erasure is killed before the store is written anew", "the next command that writes does it, and says so")
@pytest.mark.parametrize("place", ["_copy", "_compare", "_put"])
def test_a_killed_rewriting_is_finished_by_the_next_command_that_writes(
    where: Where, place: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rewriting, place, kill)
        with pytest.raises(Killed):
            erase_zoe(where)
    assert marked_cells(where) == []
    with caplog.at_level(logging.WARNING):
        apply(where, "action,customer_id,flag_type,comment\nadd,C2,Alert,hello\n")
    assert "writing the store anew, which an erasure began" in caplog.text
    assert (marked_bytes(where), is_well(where)) == ([], True)
    assert ask(where, "SELECT count(*) FROM book WHERE key = 'to_rewrite'") == [(0,)]
    assert sorted(path.name for path in where.store.parent.iterdir()) == ["book.duckdb", "book.duckdb.heads", "book.duckdb.lock"]


def test_no_room_to_write_the_store_anew_is_said(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    full: Callable[[object], object] = lambda _: type("Usage", (), {"free": 10})  # noqa: E731  # a stand-in
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.rewriting.shutil.disk_usage", full)
        with pytest.raises(TryAgain, match="Batch 8 erased the customer, but the old bytes"):
            erase_zoe(where)
    assert marked_cells(where) == []
    load(where, PEOPLE + ANN)
    assert marked_bytes(where) == []


def test_the_store_written_anew_has_all_that_it_had(where: Where) -> None:
    tables = [name for (name,) in ask(where, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1")]
    other = "SELECT * FROM {} ORDER BY ALL"
    before = {name: ask(where, other.format(name)) for name in ("bookings", "batch_files", "flag_types", "heads")}
    views = ask(where, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1")
    where.store.chmod(0o640)
    rewriting.write_anew(where.store)
    assert {name: ask(where, other.format(name)) for name in before} == before
    assert [name for (name,) in ask(where, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1")] == tables
    assert ask(where, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1") == views
    assert where.store.stat().st_mode & 0o777 == 0o640


def test_words_of_others_that_name_the_customer_are_pointed_out(where: Where) -> None:
    apply(where, "action,customer_id,flag_type,comment,reason\nadd,C2,Warning,sister of Qzxwoe Qzxwander-Hill,said qzxw@new.example\n")
    report = erase_zoe(where)
    assert report.mentions == {"history.after": 2, "history.reason": 2, "flags.comment": 1, "customers.alert_message": 1}
    assert "flags.comment: 1 row" in report.to_text()


def test_messages_of_others_rows_name_the_pseudonym_wherever_they_named_the_customer(where: Where) -> None:
    said = "QZXW1: this is C1 or QZXW1, QZXW1 QZXW1;QZXW1, and neither QZXW12 nor a.QZXW1@x.example"
    with open_book(where.store, writing=True) as book, book.transaction():
        book.run("UPDATE batch_rows SET message = ? WHERE batch_id = 2 AND customer_id = 'C1'", said)
    pseudonym = erase_zoe(where).pseudonym
    assert pseudonym is not None
    (told,) = ask(where, "SELECT message FROM batch_rows WHERE batch_id = 2 AND customer_id = 'C1'")
    assert told == (said.replace("QZXW12", "@@").replace("QZXW1@", "##").replace("QZXW1", pseudonym).replace("@@", "QZXW12").replace("##", "QZXW1@"),)
