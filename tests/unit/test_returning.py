"""What is said of rows whose customer is not one has a limit, and so has what is kept of them."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.run import Loads, Where, load
from pipeline.settings import Settings


def came_back(folder: Path) -> list[tuple[str, bool]]:
    """Load customers C1 to C3 and bookings of unknown ones; return each rejected booking with whether its message names somebody."""
    customers, bookings = folder / "c.csv", folder / "b.csv"
    customers.write_text("customer_id\nC1\nC2\nC3\n")
    bookings.write_text("booking_id,customer_id,starts_at\nB1,C1x,2026-07-01\nB2,C2x,2026-07-01\nB3,C1,2026-07-01\nB4,C1x,2026-07-01\nB5,C3x,2026-07-01\n")
    load(Where(folder / "book.duckdb", Settings()), Loads((customers,), (bookings,), "Night", datetime(2026, 6, 1, tzinfo=UTC)))
    with (folder / "b.rejected.csv").open() as back:
        return [(row["booking_id"], "one edit away" in row["message"]) for row in csv.DictReader(back)]


@pytest.mark.parametrize("kept", [0, 100])
def test_only_so_many_keys_are_explained_on_all_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr("pipeline.returning.KEPT", kept)
    monkeypatch.setattr("pipeline.returning.EXPLAINED", 2)
    assert came_back(tmp_path) == [("B1", True), ("B2", True), ("B4", True), ("B5", False)]


def test_a_load_without_such_rows_reads_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.returning.NOT_ONE", ("another-code",))
    monkeypatch.setattr("pipeline.returning._read_again", lambda *_, **__: pytest.fail("read again"))
    assert [named for _, named in came_back(tmp_path)] == [False] * 4
