"""What a source said last is remembered, also where the book had nothing to change; and who changed a flag, when, is what is known of that."""

from typing import Any

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

BY = ("--by", "Ivy", "--json")
FRESHA = "Client ID,First Name,Last Name,Email,Blocked\n"
LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n"
FLAGS = "SELECT customer_id, comment FROM flags ORDER BY ALL"
EVENTS = "SELECT action, before ->> 'comment', after ->> 'comment', changed_by, changed_at::DATE::VARCHAR FROM history WHERE entity = 'flags' ORDER BY event_id"


def migrated(shop: Shop, text: str, day: str, system: str = "thelayer") -> Any:
    """Migrate a file; return the account."""
    shop.file("flags.csv", text)
    done = shop.run("migrate", "flags.csv", "--from", system, "--as-of", day, *BY)
    assert done.code == 0, done.err
    assert done.json()["adds_up"]
    return done.json()


def upload(shop: Shop, row: str, day: str) -> None:
    shop.file("staff.csv", f"action,customer_id,flag_type,comment\n{row}\n")
    assert shop.run("apply", "staff.csv", "--as-of", day, "--by", "Sue").code == 0


@pytest.mark.parametrize("staff", ["remove,1,On Hold,", "edit,1,On Hold,pays cash now"])
def test_a_flag_that_the_source_ended_and_set_anew_arrives_whatever_staff_did_in_between(inside: Shop, staff: str) -> None:
    flagged = f"{LAYER}1,A,On Hold,owes,Wes,01/02/2026\n9,Z,Alert,late,Wes,01/02/2026\n"
    ended = f"{LAYER}1,A,Warning,new,Wes,01/02/2026\n9,Z,Alert,late,Wes,01/02/2026\n"
    migrated(inside, flagged, "2026-03-01")
    upload(inside, staff, "2026-03-02")
    migrated(inside, ended, "2026-03-03")
    before = asked(inside, "SELECT version FROM flags WHERE flag_type = 'On Hold'")
    assert migrated(inside, ended, "2026-03-04")["status"] == "nothing-applied"
    assert before == ([] if "remove" in staff else [(asked(inside, "SELECT event_id FROM history WHERE changed_by = 'Sue' AND entity = 'flags'")[0])])
    done = migrated(inside, f"{flagged}1,A,Warning,new,Wes,01/02/2026\n", "2026-03-05")
    assert done["flags"][0]["imported"] == 1
    comment = "owes" if "remove" in staff else "pays cash now\nowes"
    assert asked(inside, "SELECT comment FROM flags WHERE flag_type = 'On Hold'") == [(comment,)]
    assert inside.run("doctor").code == 0


def test_a_block_set_anew_by_a_box_arrives(inside: Shop) -> None:
    rows = {word: f"{FRESHA}1,A,,a@example.com,{word}\n2,B,,b@example.com,No\n" for word in ("Yes", "No")}
    for turn, word in enumerate(("Yes", "No", "Yes")):
        migrated(inside, rows[word], f"2026-03-0{turn + 1}", "fresha")
        if turn == 0:
            upload(inside, "remove,1,ALL,", "2026-03-01T12:00")
    assert [who for who, _ in asked(inside, FLAGS)] == ["1"]


def test_what_the_source_says_as_the_book_does_is_remembered_and_unchanged_the_second_time(inside: Shop) -> None:
    inside.file("customers.csv", "customer_id\n1\n")
    assert inside.run("load", "--customers", "customers.csv", "--as-of", "2026-02-01").code == 0
    upload(inside, "add,1,On Hold,owes", "2026-02-01")
    text = f"{LAYER}1,A,On Hold,owes,Wes,01/02/2026\n"
    assert migrated(inside, text, "2026-03-01")["flags"][0]["imported"] == 1
    stood = asked(inside, "SELECT comment, flagged_by, updated_by, version FROM flags")
    again = migrated(inside, text, "2026-03-02")
    assert (again["status"], again["flags"][0]["unchanged"], again["flags"][0]["imported"]) == ("nothing-applied", 1, 0)
    assert asked(inside, "SELECT comment, flagged_by, updated_by, version FROM flags") == stood == [("owes", "Sue", None, 1)]
    assert inside.run("doctor").code == 0


@pytest.mark.parametrize(
    ("second", "edited"),
    [
        ("1,A,On Hold,owes 20,Wes,03/02/2026", ("edited", "owes\nrude", "owes 20", "Ivy", "2026-06-01")),  # the text is another, the day is not
        ("1,A,On Hold,rude,Xan,04/02/2026", ("edited", "owes\nrude", "rude", "Ivy", "2026-06-01")),  # a line is gone
        ("1,A,On Hold,loud,Zed,05/05/2026", ("edited", "owes\nrude", "loud", "Zed", "2026-05-05")),  # a flag of another day
    ],
)
def test_an_edit_has_the_sources_who_and_when_only_where_they_are_of_a_further_flag(inside: Shop, second: str, edited: tuple[str, ...]) -> None:
    first = "1,A,On Hold,owes,Wes,03/02/2026\n1,A,On Hold,rude,Xan,04/02/2026\n"
    migrated(inside, LAYER + first, "2026-03-01")
    assert asked(inside, EVENTS)[1] == ("edited", "owes", "owes\nrude", "Xan", "2026-02-04")
    migrated(inside, f"{LAYER}{second}\n", "2026-06-01")
    assert asked(inside, EVENTS)[2] == edited


def test_events_that_leave_a_flag_as_it_was_leave_its_version_and_who_changed_it(inside: Shop) -> None:
    rule = "type = 'Warning'\nevent = 'What'\nflagged = ['on']\nunflagged = ['off']\nat = 'Day'\nby = 'Who'\ncomment = 'Why'\n"
    log = f"[customers]\ncustomer_id = 'Id'\n[[flags]]\n{rule}"
    inside.file("map.toml", log)
    inside.file("one.csv", "Id,What,Day,Who,Why\n1,on,2026-01-01,Wes,a\n1,off,2026-01-02,Wes,b\n")
    inside.file("two.csv", "Id,What,Day,Who,Why\n1,on,2026-01-15,Wes,c\n1,off,2026-01-16,Wes,d\n")
    assert inside.run("migrate", "one.csv", "--map", "map.toml", "--as-of", "2026-03-01").code == 0
    upload(inside, "add,1,Warning,our own", "2026-05-01")
    stood = asked(inside, "SELECT comment, flagged_by, updated_by, updated_at, version FROM flags")
    done = inside.run("migrate", "two.csv", "--map", "map.toml", "--as-of", "2026-06-01", *BY)
    assert (done.code, done.json()["history"][0]["imported"]) == (0, 2)
    assert asked(inside, "SELECT comment, flagged_by, updated_by, updated_at, version FROM flags") == stood
    assert inside.run("doctor").code == 0
