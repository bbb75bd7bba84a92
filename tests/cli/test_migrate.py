"""Migration through the command line: flags and their past out of another system, the sum, a second run, and the way back."""

from typing import Any

import duckdb
import pytest

from tests.cli.conftest import Shop

RESALE = """Customer ID,First Name,Last Name,Email,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,flagged,01/10/2024,stolen goods,Dana
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,un-flagged,02/11/2024,apologised,Eli
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,flagged,05/03/2025,stolen again,Dana
R2,Ann,Lee,ann@example.com,No,,,,flagged,01/10/2023,rude,Dana
R2,Ann,Lee,ann@example.com,No,,,,un-flagged,01/12/2023,mistake,Dana
R3,Bo,Ek,bo@example.com,no,,,,,,,
,No,Id,,no,,,,,,,
"""
AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")


def asked(shop: Shop, query: str) -> list[Any]:
    """Ask the book."""
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        return con.sql(query).fetchall()


FLAGS = "SELECT customer_id, flag_type, comment, flagged_by FROM flags ORDER BY ALL"


@pytest.fixture
def resale(bare: Shop) -> Shop:
    """A folder with ResaleAI's file, migrated."""
    bare.file("resale.csv", RESALE)
    done = bare.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF)
    assert (done.code, done.json()["rows"]["rejected"]) == (4, 1), done.err
    return bare


def test_history_arrives_as_history_and_the_flag_stands(resale: Shop) -> None:
    events = resale.run("history", "R1", "--json").json()["events"]
    told = [(one["changed_at"][:10], one["action"], one["comment_after"], one["reason"], one["changed_by"]) for one in events]
    assert told == [
        ("2024-01-10", "flagged", "stolen goods", "stolen goods", "Dana"),
        ("2024-02-11", "unflagged", None, "apologised", "Eli"),
        ("2025-05-03", "flagged", "stolen again", "stolen again", "Dana"),
    ]
    assert asked(resale, FLAGS) == [("R1", "Warning", "stolen again", "Dana")]


def test_a_second_run_changes_nothing(resale: Shop) -> None:
    before = asked(resale, "SELECT * EXCLUDE (batch_id) FROM history ORDER BY event_id")
    again = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert again["rows"] == {"read": 7, "imported": 0, "merged": 3, "unchanged": 3, "rejected": 1}
    assert (again["status"], again["adds_up"]) == ("nothing-applied", True)
    assert asked(resale, "SELECT * EXCLUDE (batch_id) FROM history ORDER BY event_id") == before


def test_undo_takes_it_back_and_it_can_come_again(resale: Shop) -> None:
    assert resale.run("undo", "1", "--by", "Ivy").code == 0
    assert asked(resale, "SELECT (SELECT count(*) FROM flags), (SELECT count(*) FROM customers)") == [(0, 0)]
    again = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert (again["flags"][0]["imported"], again["history"][0]["imported"]) == (1, 5)


def test_a_newer_export_brings_only_the_differences(resale: Shop) -> None:
    resale.file(
        "resale.csv", RESALE.replace("R2,Ann,Lee,ann@example.com,No,,,,un-flagged", "R2,Ann,Lee,ann@example.com,yes,rude twice,Eli,02/02/2026,un-flagged")
    )
    newer = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert (newer["rows"]["imported"], newer["history"][0]["imported"], newer["adds_up"]) == (1, 0, True)
    assert asked(resale, FLAGS) == [("R1", "Warning", "stolen again", "Dana"), ("R2", "Warning", "rude twice", "Eli")]


def test_what_the_book_did_since_stands_until_the_source_says_something_new(resale: Shop) -> None:
    resale.file("end.csv", "action,customer_id,flag_type\nremove,R1,Warning\n")
    assert resale.run("apply", "end.csv").code == 0
    row = resale.run("migrate", "resale.csv", *AS_OF).json()["flags"][0]
    assert (row["due"], row["in_book"], row["ended_in_book"], row["adds_up"]) == (1, 0, 1, True)
    resale.file("resale.csv", RESALE.replace("stolen again,Dana,05/03/2025", "third time,Eli,02/02/2026"))
    resale.run("migrate", "resale.csv", *AS_OF)
    assert asked(resale, FLAGS)[0][:3] == ("R1", "Warning", "third time")


def test_a_flag_of_the_books_own_is_kept_above_the_sources(bare: Shop) -> None:
    bare.file("customers.csv", "customer_id\nR1\n")
    bare.file("own.csv", "action,customer_id,flag_type,comment\nadd,R1,Warning,owes 20\n")
    bare.file("resale.csv", RESALE)
    for words in (["load", "--customers", "customers.csv"], ["apply", "own.csv"]):
        assert bare.run(*words, "--as-of", "2026-05-01").code == 0
    assert bare.run("migrate", "resale.csv", *AS_OF).code == 4
    assert asked(bare, "SELECT comment FROM flags") == [("owes 20\nstolen again",)]
    assert bare.run("migrate", "resale.csv", *AS_OF).json()["status"] == "nothing-applied"
    assert bare.run("undo", "3").code == 0
    assert asked(bare, "SELECT comment FROM flags") == [("owes 20",)]


def test_a_dry_run_says_the_same_and_writes_nothing(bare: Shop) -> None:
    bare.file("resale.csv", RESALE)
    dry = bare.run("migrate", "resale.csv", *AS_OF, "--dry-run").json()
    assert not (bare.folder / "flagbook.duckdb").exists()
    done = bare.run("migrate", "resale.csv", *AS_OF).json()
    same = ("rows", "customers", "flags", "history", "alerts", "codes")
    assert {name: dry[name] for name in same} == {name: done[name] for name in same}


def test_a_check_tells_item_by_item_where_the_two_differ(resale: Shop) -> None:
    resale.file("fine.csv", RESALE.replace(",No,Id,,no,,,,,,,\n", ""))
    assert resale.run("migrate", "fine.csv", *AS_OF, "--check").code == 0
    resale.file("edit.csv", "action,customer_id,flag_type,comment\nedit,R1,Warning,other\nadd,R3,Alert,new\n")
    assert resale.run("apply", "edit.csv").code == 0
    checked = resale.run("migrate", "fine.csv", *AS_OF, "--check")
    told = [(one["customer_id"], one["item"], one["difference"]) for one in checked.json()["differences"]]
    assert (checked.code, told) == (4, [("R1", "Warning", "with another comment"), ("R3", "Alert", "only in the book")])
