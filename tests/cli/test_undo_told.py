"""What an undo says of coming bookings that it leaves as they are."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

HEAD = "booking_id,customer_id,starts_at\n"
FIRST = "b1,c1,2027-01-01 10:00\n"
TEXTS = "SELECT booking_id, alert_message FROM bookings ORDER BY ALL"


@pytest.fixture
def book(bare: Shop) -> Shop:
    """Return a book with a customer and a coming booking."""
    bare.file("customers.csv", "customer_id\nc1\n")
    bare.file("bookings.csv", HEAD + FIRST)
    assert bare.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-05-01").code == 0
    return bare


def apply(shop: Shop, row: str, day: str) -> None:
    shop.file("flags.csv", f"action,customer_id,flag_type,comment\n{row}\n")
    assert shop.run("apply", "flags.csv", "--as-of", day).code == 0


def load(shop: Shop, day: str) -> None:
    shop.file("more.csv", f"{HEAD}{FIRST}b2,c1,2027-01-02 10:00\nb3,c1,2026-05-03 10:00\n")
    assert shop.run("load", "--bookings", "more.csv", "--as-of", day).code == 0


def remarks(shop: Shop, batch: int) -> list[str]:
    done = shop.run("undo", str(batch), "--as-of", "2026-05-09", "--json")
    assert done.code == 0, done.err
    return [one for one in done.json()["remarks"] if "coming booking" in one]


def test_bookings_that_came_with_the_alert_after_the_batch_are_told(book: Shop) -> None:
    apply(book, "add,c1,Warning,late", "2026-05-02")
    load(book, "2026-05-03")
    said = "1 coming booking that batch 2 did not write to: left as they are, though their customers' alerts are others now (b2); correct them at the source"
    assert remarks(book, 2) == [said]
    assert asked(book, TEXTS) == [("b1", None), ("b2", "late"), ("b3", "late")]


def test_bookings_that_came_without_the_alert_that_returns_are_told(book: Shop) -> None:
    apply(book, "add,c1,Warning,late", "2026-05-02")
    apply(book, "remove,c1,Warning,", "2026-05-03")
    load(book, "2026-05-04")
    assert ["(b2)" in one for one in remarks(book, 3)] == [True]
    assert asked(book, TEXTS) == [("b1", "late"), ("b2", None), ("b3", None)]


def test_of_bookings_that_all_say_what_they_should_nothing_is_told(book: Shop) -> None:
    apply(book, "add,c1,Warning,late", "2026-05-02")
    assert remarks(book, 2) == []
    assert remarks(book, 3) == []
