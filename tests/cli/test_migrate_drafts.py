"""Drafts of maps for files that nobody knows, run as they are or with what they ask for settled; and what a map can say."""

from typing import Any

import duckdb

from tests.cli.conftest import Shop

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
ON_HOLD = "On Hold"


def asked(shop: Shop, query: str) -> list[Any]:
    """Ask the book."""
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        return con.sql(query).fetchall()


def migrated(shop: Shop, name: str, text: str) -> int:
    """Migrate a file by a map, and return the exit code."""
    shop.file("map.toml", text)
    return shop.run("migrate", name, "--map", "map.toml", *AS_OF).code


def flags(shop: Shop) -> list[tuple[str, str, str]]:
    """Return the book's flags: whose, of which type, with which comment."""
    return asked(shop, "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL")


def test_a_word_of_a_type_column_may_mean_no_flag(bare: Shop) -> None:
    bare.file("k.csv", "Nr,Kleur,Tekst\n1,rood,\n2,groen,toch iets\n3,paars,\n4,,alleen tekst\n")
    code = migrated(bare, "k.csv", '[customers]\ncustomer_id = "Nr"\n[[flags]]\ntype_column = "Kleur"\nno = ["groen"]\n[flags.types]\nrood = "On Hold"\n')
    assert (code, flags(bare)) == (4, [("1", ON_HOLD, "Kleur")])
    assert asked(bare, "SELECT customer_id FROM customers ORDER BY 1") == [("1",), ("2",), ("4",)]


def test_a_day_that_is_filled_in_may_be_the_flag(bare: Shop) -> None:
    bare.file("b.csv", "Id,Bloccato il,Motivo\n1,2025-12-24,non paga\n2,,\n3,-,\n")
    assert migrated(bare, "b.csv", '[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\nwhen = "Bloccato il"\nyes = ["*"]\ncomment = "Motivo"\n') == 0
    assert flags(bare) == [("1", ON_HOLD, "non paga")]


def test_a_dash_in_an_alert_is_no_alert(bare: Shop) -> None:
    bare.file("a.csv", "First name,Last name,Email address,Phone,Alert message,Total bookings\nA,B,a@example.com,,-,3\nC,D,c@example.com,,N/A,1\n")
    assert (bare.run("migrate", "a.csv", "--from", "bookeo", *AS_OF).code, flags(bare)) == (0, [])


def test_whole_names_may_begin_with_the_family_name(bare: Shop) -> None:
    bare.file("n.csv", 'Id,Cognome e nome\n1,Rossi Anna Maria\n2,Verdi\n3,"De Luca, Pia"\n')
    assert migrated(bare, "n.csv", 'surname_first = true\n[customers]\ncustomer_id = "Id"\nname = "Cognome e nome"\n') == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [("Anna Maria", "Rossi"), ("Verdi", None), ("Pia", "De Luca")]
