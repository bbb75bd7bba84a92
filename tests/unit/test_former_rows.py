"""Former rows: what a load keeps of what it changes, and a book of an earlier format, whose loads kept none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.report import UndoReport
from pipeline.run import Loads, Undoing, Where, load, undo
from pipeline.settings import Business, Settings
from pipeline.store.book import open_book
from pipeline.store.formats import FORMAT
from pipeline.store.former import KEYS

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEADER = "booking_id,customer_id,starts_at,service,alert_message\n"
FIRST = HEADER + "B1,C1,2026-03-10 10:00,walk,\nB2,C1,2026-03-10 10:00,walk,\n"
SECOND = HEADER + "B1,C1,2026-03-10 10:00,run,gate code\nB2,C1,2026-03-10 10:00,walk,\n"


@pytest.fixture
def where(tmp_path: Path) -> Where:
    """A book that two loads were brought into; the second changed one of two bookings."""
    found = Where(tmp_path / "book.duckdb", Settings(Business("UTC")), tmp_path / "out")
    bring(found, FIRST, customers="customer_id\nC1\n")
    bring(found, SECOND)
    return found


def bring(where: Where, bookings: str, customers: str = "", *, dry_run: bool = False) -> None:
    call = Loads(write(where, "customers.csv", customers), write(where, "bookings.csv", bookings), "Loader", AS_OF, dry_run=dry_run)
    load(where, call)


def write(where: Where, name: str, text: str) -> tuple[Path, ...]:
    path = where.store.with_name(name)
    path.write_text(text, encoding="utf-8")
    return (path,) if text else ()


def take_back(where: Where, batch_id: int) -> UndoReport:
    return undo(where, Undoing(batch_id, "Undoer", AS_OF))


def ask(where: Where, query: str) -> list[tuple[object, ...]]:
    with open_book(where.store, writing=False) as book:
        return book.ask(query).rows()


def age(where: Where) -> None:
    """Make the book what a program of format 3 would have left."""
    with open_book(where.store, writing=True) as book, book.transaction():
        for table in KEYS:
            book.run(f"DROP TABLE former_{table}")
        book.run("UPDATE history SET before = json_object('alert_message', before ->> 'alert_message', 'source_alert', NULL) WHERE action = 'alert'")
        book.run("UPDATE book SET value = '3' WHERE key = 'format'")


def test_only_what_a_load_changes_is_kept_and_that_once(where: Where) -> None:
    assert ask(where, "SELECT batch_id, booking_id, service, source_alert, last_batch FROM former_bookings") == [(2, "B1", "walk", None, 1)]
    bring(where, SECOND)
    bring(where, FIRST, dry_run=True)
    assert ask(where, "SELECT count(*) FROM former_bookings UNION ALL SELECT count(*) FROM former_customers") == [(1,), (0,)]


def test_former_tables_have_every_column_of_theirs(where: Where) -> None:
    for table in KEYS:
        kinds = [ask(where, f"SELECT column_name, column_type FROM (DESCRIBE {name}) ORDER BY ALL") for name in (table, f"former_{table}")]
        assert kinds[1] == sorted([*kinds[0], ("batch_id", "BIGINT")])


def test_an_undo_reports_the_values_it_puts_back(where: Where) -> None:
    report = take_back(where, 2)
    assert report.columns == {"bookings": {"service": 1, "source_alert": 1}, "customers": {}}
    assert report.whole["bookings"] == {"removed": 0, "restored": 0, "put_back": 1}
    assert (dict(report.rows), report.remarks) == ({"read": 2, "applied": 2, "unchanged": 0, "rejected": 0, "ignored": 0, "unprocessed": 0}, ())
    assert "Values put back: bookings service: 1, bookings source alert: 1" in report.to_text()


def test_a_load_of_an_earlier_format_is_undone_as_it_was_then(where: Where) -> None:
    age(where)
    report = take_back(where, 2)
    assert ask(where, "SELECT alert_message, source_alert, service, last_batch FROM bookings WHERE booking_id = 'B1'") == [(None, None, "run", 2)]
    assert [remark for remark in report.remarks if remark.startswith("1 customers and bookings that were there before keep")] == list(report.remarks)
    assert ask(where, "SELECT value FROM book WHERE key = 'format'") == [(FORMAT,)]
    assert take_back(where, 3).exit_code == 0
    assert ask(where, "SELECT alert_message FROM bookings WHERE booking_id = 'B1'") == [("gate code",)]


def test_an_aged_book_keeps_what_its_next_load_changes(where: Where) -> None:
    age(where)
    bring(where, FIRST)
    assert take_back(where, 3).exit_code == 0
    assert ask(where, "SELECT service, alert_message, source_alert, last_batch FROM bookings WHERE booking_id = 'B1'") == [("run", "gate code", "gate code", 2)]
