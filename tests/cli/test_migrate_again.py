"""Migration once more: what comes late, mended rows, and what a later comparison tells."""

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jobs.cli import main
from tests.cli.conftest import Ran, Shop

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee\n"
FIRST = "7,Bo,flagged,12/31/2023,fake bag,Kim\n7,Bo,un-flagged,01/15/2024,sorted,Lee\n"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """A folder without a book; the program runs in this process, since it is run often here."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["flagbook", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return Shop(tmp_path, run)


def asked(shop: Shop, query: str) -> list[Any]:
    """Ask the book."""
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        return con.sql(query).fetchall()


def resale(shop: Shop, rows: str) -> Any:
    """Migrate a history of flags; return the account."""
    shop.file("resale.csv", HISTORY + rows)
    done = shop.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF)
    assert done.code in (0, 4), done.err
    assert done.json()["adds_up"]
    return done.json()


def events(shop: Shop) -> list[Any]:
    """Return the events of flags as the history has them: day, action, what stood before and after, why."""
    columns = "changed_at::DATE::VARCHAR, action, before ->> 'comment', after ->> 'comment', reason"
    return asked(shop, f"SELECT {columns} FROM history WHERE entity = 'flags' ORDER BY event_id")


def test_a_mended_event_does_not_bring_back_a_flag_that_ended_after_it(bare: Shop) -> None:
    assert resale(bare, f"{FIRST}7,Bo,flagged,32/01/2024,typo,Kim\n")["codes"] == {"bad-date": 1}
    bare.file("mended.csv", (bare.folder / "resale.rejected.csv").read_text(encoding="utf-8-sig").replace("32/01/2024", "01/05/2024"))
    done = bare.run("migrate", "mended.csv", "--from", "resaleai", *AS_OF)
    assert (done.code, done.json()["history"][0]["imported"], asked(bare, "FROM flags")) == (0, 1, [])
    assert events(bare)[2:] == [("2024-01-05", "flagged", None, None, "typo")]
    assert bare.run("doctor").code == 0


def test_an_older_export_that_comes_late_leaves_what_stands(bare: Shop) -> None:
    newer = f"{FIRST}8,Al,un-flagged,02/03/2024,was not,Lee\n8,Al,flagged,03/03/2026,now,Lee\n"
    resale(bare, newer)
    stood = asked(bare, "SELECT customer_id, comment, flagged_by, updated_by FROM flags")
    older = resale(bare, "8,Al,flagged,01/01/2023,older,Kim\n7,Bo,flagged,01/05/2024,zeroth,Kim\n")
    row = older["flags"][0]
    assert (row["found"], row["unchanged"], row["in_book"], older["history"][0]["imported"]) == (1, 1, 1, 2)
    assert asked(bare, "SELECT customer_id, comment, flagged_by, updated_by FROM flags") == stood == [("8", "now", "Lee", None)]
    assert sorted(events(bare)[-2:]) == [("2023-01-01", "flagged", "now", "now", "older"), ("2024-01-05", "flagged", None, None, "zeroth")]
    again = resale(bare, newer)
    assert (again["status"], again["history"][0]["unchanged"], len(events(bare))) == ("nothing-applied", 4, 6)


def test_a_flag_that_the_book_ended_does_not_come_back_by_a_late_event(bare: Shop) -> None:
    resale(bare, "8,Al,flagged,03/03/2026,now,Lee\n")
    bare.file("end.csv", "action,customer_id,flag_type\nremove,8,ALL\n")
    assert bare.run("apply", "end.csv", "--as-of", "2026-06-01").code == 0
    assert resale(bare, "8,Al,flagged,01/01/2023,older,Kim\n")["flags"][0]["ended_in_book"] == 1
    assert asked(bare, "FROM flags") == []
    resale(bare, "8,Al,flagged,05/03/2026,anew,Lee\n")
    assert asked(bare, "SELECT comment FROM flags") == [("anew",)]


def test_a_history_that_tells_nothing_of_a_customer_ends_nothing(bare: Shop) -> None:
    resale(bare, "8,Al,flagged,03/03/2026,now,Lee\n")
    resale(bare, "8,Al,,,,\n")
    assert asked(bare, "SELECT comment FROM flags") == [("now",)]


def test_of_another_system_nothing_is_late_because_of_what_the_first_told(bare: Shop) -> None:
    bare.file("shop.csv", "Customer ID,First Name,Last Name,Email,Phone,Tags\n8,A,B,,,warning\n")
    assert bare.run("migrate", "shop.csv", "--from", "shopify", *AS_OF).code == 0
    resale(bare, "8,Al,flagged,01/01/2023,rude,Kim\n")
    assert asked(bare, "SELECT comment FROM flags WHERE flag_type = 'Warning'") == [("warning\nrude",)]


LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment\n"


def layer_check(shop: Shop, rows: str) -> Ran:
    """Compare flags of The Layer with the book."""
    shop.file("layer.csv", LAYER + rows)
    return shop.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF, "--check")


def test_a_check_compares_comments_line_by_line(bare: Shop) -> None:
    bare.file("customers.csv", "customer_id\n1\n2\n3\n4\n")
    own = {1: "No Nut allergy after all", 2: "urban survey", 3: "pays", 4: "own text\nban\nfor life"}
    bare.file("own.csv", "action,customer_id,flag_type,comment\n" + "".join(f'add,{number},Alert,"{text}"\n' for number, text in own.items()))
    assert bare.run("load", "--customers", "customers.csv").code == 0
    assert bare.run("apply", "own.csv", "--as-of", "2026-05-01").code == 0
    checked = layer_check(bare, '1,,Alert,Nut allergy\n2,,Alert,ban\n3,,Alert,pays late\n4,,Alert,"ban\nfor life"\n')
    assert [(one["customer_id"], one["difference"]) for one in checked.json()["differences"]] == [(name, "with another comment") for name in "123"]
    assert (checked.code, checked.json()["counts"]["flags same"]) == (4, 1)


def test_a_check_does_not_call_the_same_what_it_could_not_read(bare: Shop) -> None:
    rows = "1,Co,Alert,late\n2,Co,Alert,rude\n"
    bare.file("layer.csv", LAYER + rows)
    assert bare.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).code == 0
    assert layer_check(bare, rows).code == 0
    checked = layer_check(bare, f"{rows}1,Co,Rood,late\n")
    assert (checked.code, checked.json()["differences"], checked.json()["counts"]["rows that can't be read"]) == (4, [], 1)
    assert any("layer.csv: row 4 can't be read (unknown-flag-type)" in remark for remark in checked.json()["remarks"])
    told = bare.run("migrate", "layer.csv", "--from", "thelayer", "--check").out
    assert told.startswith("What can be read of the files is the same in the book; 1 row can't be read, and may not be:")


def test_a_word_that_two_rules_do_not_know_is_told_of_one_cell(bare: Shop) -> None:
    rows = "A,B,a@example.com,Blocked (all)\nC,D,c@example.com,Block\nE,F,e@example.com,Require Acceptance\n"
    bare.file("v.csv", "First Name,Last Name,Email,Online Booking\n" + rows)
    done = bare.run("migrate", "v.csv", "--from", "vagaro", *AS_OF)
    told = [remark for remark in done.json()["remarks"] if "neither yes nor no" in remark]
    assert told == ['1 cell of Online Booking says "Blocked (all)", which is neither yes nor no and counts as no']
    assert asked(bare, "SELECT customer_id FROM flags ORDER BY ALL") == [("c@example.com",), ("e@example.com",)]


def test_a_word_that_another_rule_of_the_column_knows_is_not_told(bare: Shop) -> None:
    rules = "".join(f'[[flags]]\ntype = "{kind}"\nwhen = "Ampel"\nyes = "{word}"\n' for kind, word in (("On Hold", "rot"), ("Warning", "gelb")))
    bare.file("map.toml", f'[customers]\ncustomer_id = "Nr"\n{rules}')
    bare.file("list.csv", "Nr,Ampel\n1,rot\n2,gelb\n3,lila\n")
    told = bare.run("migrate", "list.csv", "--map", "map.toml", *AS_OF).json()["remarks"]
    assert [remark for remark in told if "neither yes nor no" in remark] == ['1 cell of Ampel says "lila", which is neither yes nor no and counts as no']


def test_breaks_that_a_page_shows_stay_in_comments_and_part_nothing_else(bare: Shop) -> None:
    head = ["First<br>name", "Last name", "Email address", "Phone<p>number</p>", "Alert message", "Total bookings", "Next booking"]
    rows = [
        [
            "Ann<br>Mae",
            "Ray",
            "ann@example.com<br>a@example.com",
            "+1 202 555 0161<br>+1 202 555 0162",
            "Line one<br>Line two &amp;\n more<br/><br>end<br>",
            "3",
            "",
        ],
        ["Bo", "Sun", "bo@example.com", "", "<p>first</p>\n<p>second</p>", "", ""],
    ]
    lines = ("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in [head, *rows])
    bare.file("report.xls", f"<table>{''.join(lines)}</table>")
    done = bare.run("migrate", "report.xls", "--from", "bookeo", *AS_OF)
    assert done.code == 0, done.err
    assert asked(bare, "SELECT comment FROM flags ORDER BY customer_id") == [("Line one\nLine two & more\n\nend",), ("first\nsecond",)]
    assert asked(bare, "SELECT first_name, phone FROM customers ORDER BY customer_id")[0] == ("Ann Mae", "+1 202 555 0161")


def test_words_days_and_tags_on_several_lines_are_read(bare: Shop) -> None:
    bare.file("map.toml", 'date_formats = ["%d %b %Y"]\n[customers]\ncustomer_id = "Nr"\n[[flags]]\ntype = "On Hold"\nwhen = "State"\nyes = "no entry"\n')
    with (bare.folder / "map.toml").open("a") as more:
        more.write('at = "Since"\n[[flags]]\ntags = "Tags"\n[flags.allow]\nrude = "Warning"\nvip = "Important"\n')
    bare.file("list.csv", 'Nr,State,Since,Tags\n1,"no\nentry","2 Mar\n2026","rude\nvip"\n')
    done = bare.run("migrate", "list.csv", "--map", "map.toml", *AS_OF)
    assert done.code == 0, done.err
    found = asked(bare, "SELECT flag_type, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL")
    assert found == [("Important", "2026-06-01"), ("On Hold", "2026-03-02"), ("Warning", "2026-06-01")]
