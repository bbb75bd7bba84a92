"""The book's own connection: what it does with frames, and inside a transaction."""

import gc
import weakref
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import Refused
from pipeline.store import connecting
from pipeline.store.book import Book, open_book
from pipeline.store.connecting import Work
from pipeline.store.shown import Shown

ROWS = 150_000  # more than DuckDB's row group


def filled(start: int, count: int) -> pl.DataFrame:
    return pl.DataFrame({"i": range(start, start + count)}, schema={"i": pl.Int64})


def test_rows_that_follow_an_empty_frame_are_there(tmp_path: Path) -> None:
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book:
        with book.transaction():
            book.run("CREATE TABLE numbers (i BIGINT)")
            for start, count in ((0, 0), (0, ROWS), (ROWS, ROWS)):
                book.run("INSERT INTO numbers SELECT i FROM shown", shown=filled(start, count))
            assert book.ask("SELECT count(*) AS n FROM numbers").item() == 2 * ROWS
        assert book.ask("SELECT count(DISTINCT i) AS n FROM numbers").item() == 2 * ROWS


def test_a_failed_transaction_leaves_nothing_and_shows_its_own_error(tmp_path: Path) -> None:
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book:
        with pytest.raises(Exception, match="NOT NULL"):
            insert_half(book)
        assert book.ask("SELECT count(*) AS n FROM book WHERE key = 'half'").item() == 0


def test_a_frame_is_let_go_inside_the_transaction_in_which_it_was_shown(tmp_path: Path) -> None:
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book, book.transaction():
        book.run("CREATE TABLE numbers (i BIGINT)")
        frame = filled(0, 3)
        known = weakref.ref(frame)
        book.run("INSERT INTO numbers SELECT i FROM shown", shown=frame)
        del frame
        gc.collect()
        assert known() is None


@pytest.mark.parametrize(("little", "limits"), [("8.0 MiB", ["8.0 MiB", "600.0 MiB"]), ("80.0 MiB", ["80.0 MiB"])])
def test_a_search_that_needs_more_than_little_memory_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, little: str, limits: list[str]) -> None:
    monkeypatch.setattr(connecting, "SEARCHING", f"SET memory_limit = '{little}'")
    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book:
        book.run(
            "INSERT INTO bookings (booking_id, customer_id, starts_at, status, alert_message, first_batch) "
            "SELECT 'B' || i, 'C' || i % 2, '2027-01-01', 'booked', repeat('x', 9000) || i, 1 FROM range(9000) r(i)"
        )
    with open_book(tmp_path / "book.duckdb", writing=True, work=Work.INSTRUCTIONS) as book:
        found_within: list[str] = []

        def find() -> pl.DataFrame:
            found_within.append(book.ask("SELECT current_setting('memory_limit') AS n").item())
            return book.ask("SELECT rowid, alert_message FROM bookings WHERE customer_id = 'C1' ORDER BY alert_message")

        found = book.search(find)
        assert (len(found), found["alert_message"].str.len_chars().min()) == (4500, 9001)
        assert found_within == limits
        assert book.ask("SELECT current_setting('memory_limit') AS n").item() == "600.0 MiB"


def test_an_interrupt_while_rows_are_shown_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with open_book(tmp_path / "book.duckdb", writing=True, creating=True) as book:
        monkeypatch.setattr(Shown, "__arrow_c_stream__", stop)
        with pytest.raises(KeyboardInterrupt):
            book.ask("SELECT i FROM shown", shown=filled(0, 3))


def insert_half(book: Book) -> None:
    with book.transaction():
        book.run("INSERT INTO book VALUES ('half', 'written')")
        book.run("INSERT INTO flags (customer_id) SELECT i::VARCHAR FROM shown", shown=filled(0, 3))


def test_a_damaged_store_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    """Whatever word stands in its path."""
    folder = tmp_path / "no space left"
    folder.mkdir()
    path = folder / "book.duckdb"
    with open_book(path, writing=True, creating=True) as book, book.transaction():
        book.run("CREATE TABLE numbers AS SELECT i FROM shown", shown=filled(0, ROWS))
    with path.open("r+b") as handle:
        handle.truncate(path.stat().st_size // 2)
    with pytest.raises(Refused, match="damaged"), open_book(path, writing=False) as book:
        book.ask("SELECT sum(i) FROM numbers")
