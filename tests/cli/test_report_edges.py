"""Where the lists of reports begin and end: the very day, and the very moment, counted by hand."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

NOON = "TIMESTAMPTZ '2026-06-01 12:00+00'"
ZONE = '[business]\ntimezone = "Europe/London"\n'


@pytest.fixture
def book(inside: Shop) -> Shop:
    """A folder with three customers, in a zone in which days change their length."""
    inside.file("flagbook.toml", ZONE)
    inside.file("customers.csv", "customer_id,first_name\nC1,Ann\nC2,Ben\nC3,Cy\n")
    assert inside.run("load", "--customers", "customers.csv", "--as-of", "2025-01-01").code == 0
    return inside


def bring(book: Shop, *rows: str) -> None:
    """Load bookings: booking_id, customer_id, starts_at, status, created_at."""
    book.file("bookings.csv", "booking_id,customer_id,starts_at,status,created_at\n" + "".join(f"{row}\n" for row in rows))
    assert book.run("load", "--bookings", "bookings.csv", "--as-of", "2026-01-01", "--accept-shrink").code == 0


def flag(book: Shop, as_of: str, *rows: str) -> None:
    """Set flags: customer_id, expires_on."""
    book.file(
        "flags.csv", "action,customer_id,flag_type,comment,expires_on\n" + "".join(f"add,{row.split(',')[0]},Alert,x,{row.split(',')[1]}\n" for row in rows)
    )
    assert book.run("apply", "flags.csv", "--as-of", as_of, "--again").code == 0


def test_a_flag_is_stale_on_the_day_after_so_many_days(book: Shop) -> None:
    flag(book, "2026-05-01", "C1,")
    stale = "SELECT customer_id FROM expiring_and_stale_at({}, 14, 31)"
    assert asked(book, stale.format(NOON)) == []  # 31 days
    assert asked(book, stale.format("TIMESTAMPTZ '2026-06-02 12:00+00'")) == [("C1",)]


def test_a_booking_that_was_cancelled_keeps_no_flag_fresh(book: Shop) -> None:
    flag(book, "2026-01-01", "C1,", "C2,")
    bring(book, "B1,C1,2026-05-01 10:00,cancelled,", "B2,C2,2026-05-01 10:00,completed,")
    assert asked(book, f"SELECT customer_id, last_booking FROM expiring_and_stale_at({NOON}, 14, 31)") == [("C1", None)]


def test_a_flag_expires_soon_up_to_the_last_day_of_the_list(book: Shop) -> None:
    flag(book, "2026-05-31", "C1,2026-06-15", "C2,2026-06-16")
    assert asked(book, f"SELECT customer_id, days_left FROM expiring_and_stale_at({NOON}, 14, 31)") == [("C1", 14)]


def test_a_booking_made_in_the_moment_of_the_block_is_no_breach(book: Shop) -> None:
    book.file("block.csv", "action,customer_id,reason\nblock,C1,owes\n")
    assert book.run("apply", "block.csv", "--as-of", "2026-02-01T09:00Z").code == 0
    bring(book, "B1,C1,2026-05-01 10:00,booked,2026-02-01 09:00", "B2,C1,2026-05-01 10:00,booked,2026-02-01 09:01")
    assert asked(book, "SELECT booking_id FROM breaches") == [("B2",)]


@pytest.mark.parametrize(("day", "last"), [("2026-10-25", "23:30"), ("2026-03-29", "23:30"), ("2026-06-01", "23:30")])
def test_the_check_in_is_of_a_whole_day_however_long_it_is(book: Shop, day: str, last: str) -> None:
    """In October the day has 25 hours, in March 23."""
    bring(book, f"B1,C1,{day} {last},booked,", f"B2,C2,{day} 00:00,booked,")
    assert sorted(asked(book, f"SELECT booking_id FROM check_in_on(DATE '{day}')")) == [("B1",), ("B2",)]
    assert asked(book, f"SELECT booking_id FROM check_in_on(DATE '{day}' + 1)") == []


def test_a_booking_that_begins_just_now_is_coming_and_a_cancelled_one_is_not_the_next(book: Shop) -> None:
    bring(book, "B1,C1,2026-06-01 13:00,booked,", "B2,C1,2026-05-01 10:00,completed,", "B3,C2,2026-07-01 10:00,cancelled,")  # 12:00 in UTC
    found = asked(book, f"SELECT customer_id, past_bookings, future_bookings, next_booking IS NULL FROM customer_report_at({NOON}) WHERE total_bookings > 0")
    assert found == [("C1", 1, 1, False), ("C2", 0, 1, True)]
