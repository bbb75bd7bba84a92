"""Prices in a load: those of a spreadsheet in German are read, and what may be two numbers comes back."""

from tests.cli.conftest import Shop
from tests.cli.test_load import load, stored

PRICES = "SELECT booking_id, price::DOUBLE FROM bookings ORDER BY ALL"


def test_prices_with_decimal_commas_are_read_and_doubtful_ones_come_back(bare: Shop) -> None:
    rows = {"B1": "29,00", "B2": "1.029,50 €", "B3": "1.234", "B4": " 12.5 ", "B5": "x"}
    lines = [f"{booking};C1;2031-01-01 10:00;{price}" for booking, price in rows.items()]
    bare.file("customers.csv", "customer_id\nC1\n")
    bare.file("bookings.csv", "\n".join(["booking_id;customer_id;starts_at;price", *lines, ""]))
    done = load(bare, "--customers", "customers.csv", "--bookings", "bookings.csv")
    assert (done.code, done.json()["bookings"]["rejected"]) == (4, 2), done.err
    said = (bare.folder / "bookings.rejected.csv").read_text(encoding="utf-8")
    assert said.count("price is not a number, or could be two (1,234): write it as 1234.50") == 2
    assert stored(bare, PRICES) == [("B1", 29), ("B2", 1029.5), ("B4", 12.5)]
    assert load(bare, "--customers", "customers.csv", "--bookings", "bookings.csv").json()["bookings"]["unchanged"] == 3


def test_a_migration_reads_prices_as_a_load_does(bare: Shop) -> None:
    head = "Start Time,Timezone,First Name,Last Name,Email,Appointment Price,Appointment ID\n"
    prices = ["$29.00", "'29,50", "1,234", "1,234.50"]
    rows = "".join(f'"December 2, 2030 9:00 am",Europe/Berlin,Fay,M,fay@example.com,"{price}",{n}\n' for n, price in enumerate(prices))
    bare.file("a.csv", head + rows)
    done = bare.run("migrate", "a.csv", "--from", "acuity", "--as-of", "2026-03-01T10:00", "--by", "Max", "--json")
    assert (done.code, done.json()["bookings"]["rejected"]) == (4, 1), done.err
    said = (bare.folder / "a.rejected.csv").read_text(encoding="utf-8")
    assert "Appointment Price is not a number, or could be two (1,234)" in said
    assert stored(bare, PRICES) == [("0", 29), ("1", 29.5), ("3", 1234.5)]
