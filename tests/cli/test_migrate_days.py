"""Last days over weeks of parallel running: a suspension that is said otherwise once it is over, and staff's day once a source says its own no more."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

HEAD = "ID,First Name,Last Name,Email,Red Alert,Yellow Alert,Booking Suspended,Suspension Start Date,Suspension End Date"
STANDS = "SELECT flag_type, comment, expires_on::VARCHAR FROM flags ORDER BY ALL"
TOLD = "SELECT action, reason, changed_at::DATE::VARCHAR FROM history WHERE entity = 'flags' ORDER BY event_id"


def bring(shop: Shop, day: str, red: str = "", start: str = "", end: str = "") -> str:
    """Migrate a file of one client as of a day of 2026, and return the status."""
    shop.file("m.csv", f"{HEAD}\nK1,Ann,Lee,ann@example.com,{red},,{'true' if end else 'false'},{start},{end}\n")
    done = shop.run("migrate", "m.csv", "--from", "mindbody", "--as-of", f"2026-{day}T10:00", "--by", "Max", "--json")
    assert (done.code, done.json()["adds_up"]) == (0, True), done.err
    return str(done.json()["status"])


def night(shop: Shop, day: str) -> None:
    assert shop.run("nightly", "--as-of", f"2026-{day}T22:00").code == 0


def test_a_suspension_that_is_over_and_said_otherwise_is_told_once(bare: Shop) -> None:
    bring(bare, "03-02", start="2026-02-24", end="2026-03-16")
    night(bare, "03-18")
    assert [bring(bare, day, start="2026-02-12", end="2026-03-17") for day in ("03-29", "03-30", "03-31")] == ["applied", "nothing-applied", "nothing-applied"]
    assert asked(bare, TOLD)[2:] == [
        ("flagged", "suspended in Mindbody", "2026-02-12"),
        ("expired", "suspended in Mindbody", "2026-03-18"),
    ]


def test_a_suspension_whose_first_day_was_said_otherwise_while_it_stood_is_one(bare: Shop) -> None:
    bring(bare, "03-02", start="2026-02-11", end="2026-03-17")
    assert bring(bare, "03-15", start="2026-02-12", end="2026-03-17") == "nothing-applied"
    night(bare, "03-18")
    assert bring(bare, "03-29", start="2026-02-12", end="2026-03-17") == "nothing-applied"
    assert [row[0] for row in asked(bare, TOLD)] == ["flagged", "expired"]


def test_a_suspension_that_comes_again_after_one_that_is_over_stands(bare: Shop) -> None:
    bring(bare, "03-02", start="2026-02-24", end="2026-03-16")
    night(bare, "03-18")
    bring(bare, "03-29", start="2026-02-12", end="2026-03-17")
    assert bring(bare, "04-01", start="2026-03-31", end="2026-05-01") == "applied"
    assert asked(bare, STANDS) == [("On Hold", "suspended in Mindbody", "2026-05-01")]


@pytest.mark.parametrize(("kind", "own"), [("Warning", "2026-03-20"), ("Warning", ""), ("On Hold", "2026-03-10"), ("On Hold", "2026-12-01")])
def test_staffs_last_day_comes_back_once_the_source_says_its_own_no_more(bare: Shop, kind: str, own: str) -> None:
    said = {"red": "latex"} if kind == "Warning" else {"start": "2026-03-01", "end": "2026-09-01"}
    bring(bare, "03-01")
    bare.file("u.csv", f"action,customer_id,flag_type,comment,expires_on\nadd,K1,{kind},mine,{own}\n")
    assert bare.run("apply", "u.csv", "--by", "Sam", "--as-of", "2026-03-02T10:00").code == 0
    bring(bare, "03-03", **said)
    joint = None if kind == "Warning" or not own else max(own, "2026-09-01")
    assert [row[2] for row in asked(bare, STANDS)] == [joint]
    bring(bare, "03-04")
    assert asked(bare, STANDS) == [(kind, "mine", own or None)]


def test_a_shorter_day_of_the_source_leaves_the_later_of_the_two(bare: Shop) -> None:
    bring(bare, "03-01")
    bare.file("u.csv", "action,customer_id,flag_type,comment,expires_on\nadd,K1,On Hold,mine,2026-06-01\n")
    assert bare.run("apply", "u.csv", "--by", "Sam", "--as-of", "2026-03-02T10:00").code == 0
    days = []
    for day, end in (("03-03", "2026-09-01"), ("03-04", "2026-07-01"), ("03-05", "2026-05-01")):
        bring(bare, day, start="2026-03-01", end=end)
        days += [row[2] for row in asked(bare, STANDS)]
    assert days == ["2026-09-01", "2026-07-01", "2026-06-01"]


def test_a_day_that_staff_moved_while_both_said_the_flag_stays(bare: Shop) -> None:
    bring(bare, "03-01")
    for day, line in (("03-02", "add,K1,On Hold,mine,2026-06-01"), ("03-04", "edit,K1,On Hold,,2026-08-08")):
        bare.file("u.csv", f"action,customer_id,flag_type,comment,expires_on\n{line}\n")
        assert bare.run("apply", "u.csv", "--by", "Sam", "--as-of", f"2026-{day}T10:00").code == 0
        bring(bare, "03-03" if day == "03-02" else "03-05", start="2026-03-01", end="2026-09-01")
    bring(bare, "03-06")
    assert asked(bare, STANDS) == [("On Hold", "mine", "2026-08-08")]


def test_staffs_day_is_the_one_that_an_undo_put_back(bare: Shop) -> None:
    bring(bare, "03-01")
    for line in ("add,K1,On Hold,mine,2026-06-01", "edit,K1,On Hold,,2026-08-08"):
        bare.file("u.csv", f"action,customer_id,flag_type,comment,expires_on\n{line}\n")
        assert bare.run("apply", "u.csv", "--by", "Sam", "--as-of", "2026-03-02T10:00").code == 0
    assert bare.run("undo", "3", "--as-of", "2026-03-02T11:00").code == 0
    bring(bare, "03-03", start="2026-03-01", end="2026-09-01")
    bring(bare, "03-04")
    assert asked(bare, STANDS) == [("On Hold", "mine", "2026-06-01")]


@pytest.mark.parametrize(("start", "end"), [("2025-02-01", "2025-01-31"), ("2027-11-01", "2027-01-01")])
def test_a_flag_that_ends_before_it_begins_comes_back(bare: Shop, start: str, end: str) -> None:
    bare.file("m.csv", f"{HEAD}\nK1,Ann,Lee,,,,true,{start},{end}\nK2,Bo,Lee,,,,true,{start},{start}\n")
    done = bare.run("migrate", "m.csv", "--from", "mindbody", "--as-of", "2026-03-01T10:00", "--by", "Max", "--json")
    assert (done.code, done.json()["rows"]["rejected"], done.json()["adds_up"]) == (4, 1, True), done.err
    said = (bare.folder / "m.rejected.csv").read_text(encoding="utf-8")
    assert "K1" in said
    assert "K2" not in said
    assert "Suspension End Date lies before Suspension Start Date: one of the two is wrong, or an earlier flag's; correct it, or leave it blank" in said


@pytest.mark.parametrize("end", ["31/12/2026 23:59", "31/12/2026", "2026-12-31 23:59"])
def test_a_last_day_may_have_a_time(bare: Shop, end: str) -> None:
    bring(bare, "03-01", start="01/02/2026 09:00", end=end)
    assert asked(bare, STANDS) == [("On Hold", "suspended in Mindbody", "2026-12-31")]


def test_a_time_that_clocks_skip_is_no_day_turned_round(bare: Shop) -> None:
    """Nobody wrote the month first: 5 October, half past two, is what the map's form says, and never came in Sydney."""
    bare.file("flagbook.toml", '[business]\ntimezone = "Australia/Sydney"\n')
    rows = [
        f"K{n},Ann,Lee,,,,true,{start},{end}"
        for n, (start, end) in enumerate([("05/10/2025 02:30", ""), ("12/31/2025", "01.11.2026"), ("1.1.2026", "31.12.2026")])
    ]
    bare.file("m.csv", "\n".join([HEAD, *rows, ""]))
    assert bare.run("migrate", "m.csv", "--from", "mindbody", "--as-of", "2026-03-01T10:00", "--by", "Max").code == 4
    skipped, turned, both = (bare.folder / "m.rejected.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert "Suspension Start Date is a time that a change of clocks skips" in skipped
    assert "undo the migration" not in skipped
    assert "undo the migration" in turned
    assert [both.count(f"{name} is not a date") for name in ("Suspension Start Date", "Suspension End Date")] == [1, 1], both
