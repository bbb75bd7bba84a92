"""Migration once more: what comes late, mended rows, and what a later comparison tells."""

from typing import Any

from tests.cli.conftest import Ran, Shop
from tests.cli.test_migrate import asked

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee\n"
FIRST = "7,Bo,flagged,12/31/2023,fake bag,Kim\n7,Bo,un-flagged,01/15/2024,sorted,Lee\n"


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


def test_a_mended_event_does_not_bring_back_a_flag_that_ended_after_it(inside: Shop) -> None:
    assert resale(inside, f"{FIRST}7,Bo,flagged,32/01/2024,typo,Kim\n")["codes"] == {"bad-date": 1}
    inside.file("mended.csv", (inside.folder / "resale.rejected.csv").read_text(encoding="utf-8-sig").replace("32/01/2024", "01/05/2024"))
    done = inside.run("migrate", "mended.csv", "--from", "resaleai", *AS_OF)
    assert (done.code, done.json()["history"][0]["imported"], asked(inside, "FROM flags")) == (0, 1, [])
    assert events(inside)[2:] == [("2024-01-05", "flagged", None, None, "typo")]
    assert inside.run("doctor").code == 0


def test_an_older_export_that_comes_late_leaves_what_stands(inside: Shop) -> None:
    newer = f"{FIRST}8,Al,un-flagged,02/03/2024,was not,Lee\n8,Al,flagged,03/03/2026,now,Lee\n"
    resale(inside, newer)
    stood = asked(inside, "SELECT customer_id, comment, flagged_by, updated_by FROM flags")
    older = resale(inside, "8,Al,flagged,01/01/2023,older,Kim\n7,Bo,flagged,01/05/2024,zeroth,Kim\n")
    row = older["flags"][0]
    assert (row["found"], row["unchanged"], row["in_book"], older["history"][0]["imported"]) == (1, 1, 1, 2)
    assert asked(inside, "SELECT customer_id, comment, flagged_by, updated_by FROM flags") == stood == [("8", "now", "Lee", None)]
    assert sorted(events(inside)[-2:]) == [("2023-01-01", "flagged", "now", "now", "older"), ("2024-01-05", "flagged", None, None, "zeroth")]
    again = resale(inside, newer)
    assert (again["status"], again["history"][0]["unchanged"], len(events(inside))) == ("nothing-applied", 4, 6)


def test_a_flag_that_the_book_ended_does_not_come_back_by_a_late_event(inside: Shop) -> None:
    resale(inside, "8,Al,flagged,03/03/2026,now,Lee\n")
    inside.file("end.csv", "action,customer_id,flag_type\nremove,8,ALL\n")
    assert inside.run("apply", "end.csv", "--as-of", "2026-06-01").code == 0
    assert resale(inside, "8,Al,flagged,01/01/2023,older,Kim\n")["flags"][0]["ended_in_book"] == 1
    assert asked(inside, "FROM flags") == []
    resale(inside, "8,Al,flagged,05/03/2026,anew,Lee\n")
    assert asked(inside, "SELECT comment FROM flags") == [("anew",)]


def test_a_history_that_tells_nothing_of_a_customer_ends_nothing(inside: Shop) -> None:
    resale(inside, "8,Al,flagged,03/03/2026,now,Lee\n")
    resale(inside, "8,Al,,,,\n")
    assert asked(inside, "SELECT comment FROM flags") == [("now",)]


def test_of_another_system_nothing_is_late_because_of_what_the_first_told(inside: Shop) -> None:
    inside.file("shop.csv", "Customer ID,First Name,Last Name,Email,Phone,Tags\n8,A,B,,,warning\n")
    assert inside.run("migrate", "shop.csv", "--from", "shopify", *AS_OF).code == 0
    resale(inside, "8,Al,flagged,01/01/2023,rude,Kim\n")
    assert asked(inside, "SELECT comment FROM flags WHERE flag_type = 'Warning'") == [("warning\nrude",)]


LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment\n"


def layer_check(shop: Shop, rows: str) -> Ran:
    """Compare flags of The Layer with the book."""
    shop.file("layer.csv", LAYER + rows)
    return shop.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF, "--check")


def test_a_check_compares_comments_line_by_line(inside: Shop) -> None:
    inside.file("customers.csv", "customer_id\n1\n2\n3\n4\n")
    own = {1: "No Nut allergy after all", 2: "urban survey", 3: "pays", 4: "own text\nban\nfor life"}
    inside.file("own.csv", "action,customer_id,flag_type,comment\n" + "".join(f'add,{number},Alert,"{text}"\n' for number, text in own.items()))
    assert inside.run("load", "--customers", "customers.csv").code == 0
    assert inside.run("apply", "own.csv", "--as-of", "2026-05-01").code == 0
    checked = layer_check(inside, '1,,Alert,Nut allergy\n2,,Alert,ban\n3,,Alert,pays late\n4,,Alert,"ban\nfor life"\n')
    assert [(one["customer_id"], one["difference"]) for one in checked.json()["differences"]] == [(name, "with another comment") for name in "123"]
    assert (checked.code, checked.json()["counts"]["flags same"]) == (4, 1)


def test_a_check_does_not_call_the_same_what_it_could_not_read(inside: Shop) -> None:
    rows = "1,Co,Alert,late\n2,Co,Alert,rude\n"
    inside.file("layer.csv", LAYER + rows)
    assert inside.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).code == 0
    assert layer_check(inside, rows).code == 0
    checked = layer_check(inside, f"{rows}1,Co,Rood,late\n")
    assert (checked.code, checked.json()["differences"], checked.json()["counts"]["rows that can't be read"]) == (4, [], 1)
    assert any("layer.csv: row 4 can't be read (unknown-flag-type)" in remark for remark in checked.json()["remarks"])
    told = inside.run("migrate", "layer.csv", "--from", "thelayer", "--check").out
    assert told.startswith("What can be read of the files is the same in the book; 1 row can't be read, and nothing is known of what it says:")


def test_a_word_that_two_rules_do_not_know_is_told_of_one_cell(inside: Shop) -> None:
    rows = "A,B,a@example.com,Blocked (all)\nC,D,c@example.com,Block\nE,F,e@example.com,Require Acceptance\n"
    inside.file("v.csv", "First Name,Last Name,Email,Online Booking\n" + rows)
    done = inside.run("migrate", "v.csv", "--from", "vagaro", *AS_OF)
    told = [remark for remark in done.json()["remarks"] if "neither yes nor no" in remark]
    assert told == ['1 cell of Online Booking says "Blocked (all)", which is neither yes nor no and counts as no']
    assert asked(inside, "SELECT customer_id FROM flags ORDER BY ALL") == [("c@example.com",), ("e@example.com",)]


def test_a_word_that_another_rule_of_the_column_knows_is_not_told(inside: Shop) -> None:
    rules = "".join(f'[[flags]]\ntype = "{kind}"\nwhen = "Ampel"\nyes = "{word}"\n' for kind, word in (("On Hold", "rot"), ("Warning", "gelb")))
    inside.file("map.toml", f'[customers]\ncustomer_id = "Nr"\n{rules}')
    inside.file("list.csv", "Nr,Ampel\n1,rot\n2,gelb\n3,lila\n")
    told = inside.run("migrate", "list.csv", "--map", "map.toml", *AS_OF).json()["remarks"]
    assert [remark for remark in told if "neither yes nor no" in remark] == ['1 cell of Ampel says "lila", which is neither yes nor no and counts as no']


def test_breaks_that_a_page_shows_stay_in_comments_and_part_nothing_else(inside: Shop) -> None:
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
    inside.file("report.xls", f"<table>{''.join(lines)}</table>")
    done = inside.run("migrate", "report.xls", "--from", "bookeo", *AS_OF)
    assert done.code == 0, done.err
    assert asked(inside, "SELECT comment FROM flags ORDER BY customer_id") == [("Line one\nLine two & more\n\nend",), ("first\nsecond",)]
    assert asked(inside, "SELECT first_name, phone FROM customers ORDER BY customer_id")[0] == ("Ann Mae", "+1 202 555 0161")


def test_words_days_and_tags_on_several_lines_are_read(inside: Shop) -> None:
    inside.file("map.toml", 'date_formats = ["%d %b %Y"]\n[customers]\ncustomer_id = "Nr"\n[[flags]]\ntype = "On Hold"\nwhen = "State"\nyes = "no entry"\n')
    with (inside.folder / "map.toml").open("a") as more:
        more.write('at = "Since"\n[[flags]]\ntags = "Tags"\n[flags.allow]\nrude = "Warning"\nvip = "Important"\n')
    inside.file("list.csv", 'Nr,State,Since,Tags\n1,"no\nentry","2 Mar\n2026","rude\nvip"\n')
    done = inside.run("migrate", "list.csv", "--map", "map.toml", *AS_OF)
    assert done.code == 0, done.err
    found = asked(inside, "SELECT flag_type, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL")
    assert found == [("Important", "2026-06-01"), ("On Hold", "2026-03-02"), ("Warning", "2026-06-01")]
