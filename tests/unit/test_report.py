"""What reports say, in words."""

from zoneinfo import ZoneInfo

import pytest

from pipeline.glance import Listing
from pipeline.report import LoadReport, UndoReport
from pipeline.wording import count_of

NO_BOOKINGS = {"updated": 0, "cleared": 0, "kept": 0}


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000, "1,000 rows")])
def test_a_number_and_its_noun(number: int, said: str) -> None:
    assert count_of(number, "row") == said


def test_conflicts_of_an_undo_are_named_as_people_name_them() -> None:
    left = [
        ("customers", "C1", "C1"),
        ("customers", "C1", "alert_message"),
        ("customers", "C1", "status"),
        ("flags", "C2", "At Risk"),
        ("bookings", "C2", "B7"),
    ]
    conflicts = tuple({"entity": entity, "customer_id": customer, "item": item} for entity, customer, item in left)
    said = UndoReport(2, 1, "applied", {"applied": 0, "rejected": 5}, NO_BOOKINGS, conflicts, {}, {}).to_text()
    assert [line.strip() for line in said.splitlines() if line.startswith("  left alone:")] == [
        "left alone: customer C1",
        "left alone: alert message of customer C1",
        "left alone: status of customer C1",
        "left alone: flag At Risk of customer C2",
        "left alone: booking B7 of customer C2",
    ]


def test_one_of_a_kind_is_said_in_the_singular() -> None:
    counts = {"read": 1, "new": 1, "changed": 0, "unchanged": 0, "rejected": 0}
    rows = {"read": 1, "applied": 1, "unchanged": 0, "rejected": 0}
    said = LoadReport(1, "applied", rows, {"bookings": counts}, NO_BOOKINGS, (), {}, (), held=1, breaches=1).to_text()
    assert "Bookings: 1 row read" in said
    assert "Held: 1 coming booking. Breaches: 1 booking by a customer who was blocked when it was made" in said
    assert Listing("batches", count_of(1, "batch", "batches"), [], (), ZoneInfo("UTC"), {}).to_text() == "1 batch"
