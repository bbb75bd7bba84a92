"""Loads by the map of a system, named or given as a file, and of texts in a named encoding."""

from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Shop
from tests.cli.test_migrate import asked

SAMPLES = ROOT / "sample_data" / "legacy"
CUSTOMERS = "SELECT customer_id, first_name, last_name, company, email, phone, status FROM customers ORDER BY 1"
BY_ID = {"shopify": "shopify.csv", "resaleai": "resaleai.csv", "Fresha": "fresha_clients.csv"}
AT = ("--as-of", "2026-06-01", "--by", "Ivy")


def names(shop: Shop) -> list[tuple[object, ...]]:
    return asked(shop, CUSTOMERS)


@pytest.mark.parametrize("system", BY_ID)
def test_a_load_by_the_name_of_a_system_brings_the_customers_that_a_migration_does(bare: Shop, system: str) -> None:
    path = SAMPLES / BY_ID[system]
    assert bare.run("--store", "m.duckdb", "migrate", path, *AT, "--out", "out").code in (0, 4)
    (bare.folder / "m.duckdb").rename(bare.folder / "flagbook.duckdb")
    wanted = names(bare)
    (bare.folder / "flagbook.duckdb").unlink()
    done = bare.run("load", "--customers", path, "--map", system, *AT, "--out", "out", "--json")
    assert (done.code in (0, 4), names(bare)) == (True, wanted), done.err
    again = bare.run("load", "--customers", path, "--map", system, *AT, "--out", "out", "--json").json()["customers"]
    assert (again["new"], again["changed"]) == (0, 0)
    assert asked(bare, "SELECT count(*) FROM flags") == [(0,)]


def test_a_load_takes_a_map_that_a_draft_wrote_and_says_what_it_leaves(bare: Shop) -> None:
    bare.file("list.csv", "Kundennr;Name;Gesperrt;Sperrgrund\n1;Anna von Berg;ja;zahlt nicht\n2;Bo Tal;nein;\n;Cy Ohne;nein;\n")
    assert bare.run("migrate", "--draft", "list.csv").code == 0
    done = bare.run("load", "--customers", "list.csv", "--map", "list.map.toml", *AT)
    assert (done.code, "what the file says of flags comes with flagbook migrate" in done.out) == (4, True), done.err
    assert asked(bare, "SELECT customer_id, first_name, last_name FROM customers ORDER BY 1") == [("1", "Anna", "von Berg"), ("2", "Bo", "Tal")]
    rejected = (bare.folder / "list.rejected.csv").read_text(encoding="utf-8-sig")
    assert ("Cy Ohne" in rejected, "Kundennr" in rejected.splitlines()[1]) == (True, True)
    assert bare.run("migrate", "list.csv", "--map", "list.map.toml", *AT).code == 4
    assert asked(bare, "SELECT customer_id, comment FROM flags") == [("1", "zahlt nicht")]


MAP = '[customers]\ncustomer_id = "Kd"\nname = "Kunde"\n[bookings]\nbooking_id = "Nr"\ncustomer_id = "Kd"\nday = "Tag"\nstarts_at = "Zeit"\n'


def test_bookings_may_have_their_day_and_time_apart(bare: Shop) -> None:
    bare.file("map.toml", f'date_formats = ["%d.%m.%Y %H:%M"]\n{MAP}')
    bare.file("k.csv", "Kd;Kunde\n1;Anna Berg\n")
    bare.file("b.csv", "Nr;Kd;Tag;Zeit\n7;1;13.06.2026;09:30\n8;2;14.06.2026;10:00\n")
    done = bare.run("load", "--customers", "k.csv", "--bookings", "b.csv", "--map", "map.toml", *AT, "--json")
    assert done.code == 4, done.err
    assert asked(bare, "SELECT booking_id, customer_id, starts_at::VARCHAR FROM bookings") == [("7", "1", "2026-06-13 09:30:00+00")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--customers", "k.csv", "--map", "shopfy"), "no system of that name is known"),
        (("--bookings", "k.csv", "--map", "shopify"), "names no columns of bookings"),
        (("--customers", SAMPLES / "acuity_clients.csv", "--map", "acuity"), "flagbook migrate"),
        (("--bookings", SAMPLES / "fresha_appointments.csv", "--map", "fresha"), "by their names alone"),
        (("--customers", "k.csv", "--map", "gone.toml"), "no such column map"),
        (("--customers", "k.csv", "--encoding", "klingon"), "klingon"),
    ],
)
def test_a_load_by_a_map_that_does_not_fit_is_refused_and_told_what_to_do(bare: Shop, words: tuple[str | Path, ...], told: str) -> None:
    bare.file("k.csv", "customer_id\n1\n")
    refused = bare.run("load", *words, *AT)
    assert (refused.code, told in refused.err, (bare.folder / "flagbook.duckdb").exists()) == (3, True, False), refused.err


def test_a_named_encoding_decides(bare: Shop) -> None:
    bare.file("k.csv", "customer_id,last_name\n1,Dvořák\n".encode("cp1250"))
    assert bare.run("load", "--customers", "k.csv", "--encoding", "cp1250", *AT).code == 0
    assert asked(bare, "SELECT last_name FROM customers") == [("Dvořák",)]


BOOKINGS = "booking_id,customer_id,starts_at,service\n1,C1,2026-07-01,=sum\n2,C9,2026-07-02,b\n"


def test_rows_that_came_back_are_left_out_of_a_pattern_until_somebody_mends_them(bare: Shop) -> None:
    bare.file("c.csv", "customer_id\nC1\n")
    bare.file("b-1.csv", BOOKINGS)
    bare.file("b-2.csv", BOOKINGS.replace("1,C1", "3,C1").replace("2,C9", "4,C1"))

    def night() -> tuple[int, list[str], str]:
        ran = bare.run("load", "--customers", "c.csv", "--bookings", *sorted(path.name for path in bare.folder.glob("b-*.csv")), *AT)
        return ran.code, sorted(path.name for path in bare.folder.glob("b-*")), ran.out + ran.err

    files = ["b-1.csv", "b-1.rejected.csv", "b-2.csv"]
    assert night()[:2] == (4, files)
    code, names_, said = night()
    assert (code, names_, "b-1.rejected.csv holds rows of b-1.csv that came back, and nobody has changed them: it is left out" in said) == (4, files, True), (
        said
    )
    bare.file("c.csv", "customer_id\nC1\nC9\n")  # whom the bookings' export knew already
    assert (night()[0], len(asked(bare, "SELECT * FROM bookings"))) == (0, 4)


def test_a_mended_file_among_others_is_no_less_than_they_are(bare: Shop) -> None:
    bare.file("c.csv", "customer_id\nC1\n")
    bare.file("b-1.csv", BOOKINGS)
    assert bare.run("load", "--customers", "c.csv", "--bookings", "b-1.csv", *AT).code == 4
    mended = bare.folder / "b-1.rejected.csv"
    text = mended.read_text().replace("C9", "C1")
    mended.write_text(text)
    refused = bare.run("load", "--bookings", "b-1.csv", "b-1.rejected.csv", *AT)
    assert (refused.code, mended.read_text()) == (3, text), refused.err  # never written over
    assert bare.run("load", "--bookings", "b-1.csv", "b-1.rejected.csv", *AT, "--out", "out").code == 4
    assert len(asked(bare, "SELECT * FROM bookings")) == 1  # the row and the mended one have one id and say different things (rule 7.6)


def test_a_migration_leaves_them_out_too(bare: Shop) -> None:
    bare.file("s.csv", "Customer ID,First Name,Last Name,Email,Tags\nS1,A,B,a@example.com,vip\n,C,D,no-address,vip\n")
    assert bare.run("migrate", "s.csv", "--from", "shopify", *AT).code == 4
    done = bare.run("migrate", "s.csv", "s.rejected.csv", "--from", "shopify", *AT)
    assert (done.code, "it is left out" in done.out) == (4, True), done.out + done.err


def test_no_customer_is_made_of_an_address_that_is_none(bare: Shop) -> None:
    bare.file(
        "b.csv", "booking_id,email,phone,starts_at\n1,n/a,,2026-07-01\n2,n/a,,2026-07-02\n3,ann@example.com,,2026-07-03\n4,none,+441632960001,2026-07-04\n"
    )
    done = bare.run("load", "--bookings", "b.csv", "--create-customers", *AT, "--json")
    assert (done.code, done.json()["codes"]) == (4, {"unknown-customer": 2})
    assert asked(bare, "SELECT booking_id, customer_id FROM bookings ORDER BY 1") == [("3", "ann@example.com"), ("4", "+441632960001")]
