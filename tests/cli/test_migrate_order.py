"""Events of one day, which has no times: what comes first, what is told twice, and what says otherwise than the column of flags."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF

EVENTS = "Customer ID,Action,Date,Reason,Employee\n"
BOTH = "Customer ID,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee\n"


def brought(shop: Shop, *files: str) -> list[tuple[str, str, str]]:
    """Migrate files of ResaleAI; return the events of the book: action, reason, who."""
    assert shop.run("migrate", *files, "--from", "resaleai", *AS_OF).code == 0
    return asked(shop, "SELECT action, reason, changed_by FROM history WHERE entity = 'flags' ORDER BY event_id")


def standing(shop: Shop) -> list[tuple[str, str]]:
    """Return the flags that stand: whose, and with which comment."""
    return asked(shop, "SELECT customer_id, comment FROM flags ORDER BY ALL")


THREE = [("flagged", "rude", "Dana"), ("unflagged", "ok", "Dana"), ("flagged", "rude", "Eli")]


def test_a_flag_set_ended_and_set_again_on_one_day_stands(bare: Shop) -> None:
    bare.file("e.csv", f"{EVENTS}A,flagged,01/05/2024,rude,Dana\nA,un-flagged,01/05/2024,ok,Dana\nA,flagged,01/05/2024,rude,Eli\n")
    assert (brought(bare, "e.csv"), standing(bare)) == (THREE, [("A", "rude")])
    assert bare.run("migrate", "e.csv", "--from", "resaleai", "--check", *AS_OF).code == 0


def test_a_flag_set_again_on_the_day_on_which_it_ended_comes_with_a_newer_export(bare: Shop) -> None:
    rows = "A,flagged,01/05/2024,rude,Dana\nA,un-flagged,01/05/2024,ok,Dana\n"
    bare.file("e.csv", EVENTS + rows)
    bare.file("newer.csv", f"{EVENTS}{rows}A,flagged,01/05/2024,rude,Eli\n")
    assert (brought(bare, "e.csv"), standing(bare)) == (THREE[:2], [])
    assert (brought(bare, "newer.csv"), standing(bare)) == (THREE, [("A", "rude")])


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_several_rows_of_a_customer_repeat_happened_once(bare: Shop, times: int) -> None:
    bare.file("e.csv", EVENTS + times * "A,flagged,01/05/2024,rude,Dana\nA,flagged,01/05/2024,rude,Dana\nA,un-flagged,01/05/2024,ok,Dana\n")
    assert (brought(bare, "e.csv"), standing(bare)) == (THREE[:2], [])


@pytest.mark.parametrize(
    "other", ["A,un-flagged,03/07/2024,fine,Eli\n{}A,un-flagged,01/02/2024,late,Eli\n", "B,un-flagged,03/07/2024,fine,Eli\n{}B,flagged,01/02/2024,late,Eli\n"]
)
def test_a_file_with_its_last_events_first_tells_those_of_a_day_so_too(bare: Shop, other: str) -> None:
    bare.file("e.csv", EVENTS + other.format("A,un-flagged,01/05/2024,ok,Dana\nA,flagged,01/05/2024,rude,Dana\n"))
    events = [one for one in brought(bare, "e.csv") if one[2] == "Dana"]
    assert (events, standing(bare)) == (THREE[:2], [])


@pytest.mark.parametrize(
    ("box", "last", "stands"), [("Yes", "un-flagged", [("A", "rude")]), ("No", "flagged", []), ("Yes", "flagged", [("A", "rude")]), ("No", "un-flagged", [])]
)
def test_events_that_do_not_lead_to_the_box_are_told(bare: Shop, box: str, last: str, stands: list[tuple[str, str]]) -> None:
    flag = f"A,{box},rude,Dana,01/05/2024" if box == "Yes" else "A,No,,,"
    bare.file("b.csv", f"{BOTH}{flag},flagged,01/05/2024,rude,Dana\n{flag},{last},02/05/2024,rude,Eli\n")
    said = bare.run("migrate", "b.csv", "--from", "resaleai", *AS_OF)
    told = "1 flag whose last event says otherwise than the column of flags, which counts; customers: A"
    assert (told in said.json()["remarks"], standing(bare)) == ((box == "Yes") != (last == "flagged"), stands)


@pytest.mark.parametrize(("why", "who", "differs"), [("rude", "Dana", False), ("corrected", "Dana", True), ("rude", "Zoe", True), ("rude", "", False)])
def test_a_check_compares_why_and_who_of_events(bare: Shop, why: str, who: str, differs: bool) -> None:
    bare.file("e.csv", f"{EVENTS}A,flagged,01/05/2024,rude,Dana\n")
    bare.file("newer.csv", f"{EVENTS}A,flagged,01/05/2024,{why},{who}\n")
    brought(bare, "e.csv")
    said = bare.run("migrate", "newer.csv", "--from", "resaleai", "--check", *AS_OF)
    assert (said.code, said.json()["counts"].get("events told otherwise", 0)) == ((4, 1) if differs else (0, 0))


def test_a_check_finds_why_in_the_comment_of_a_flag_that_came_before_its_event(bare: Shop) -> None:
    bare.file("box.csv", "Customer ID,First Name,Last Name,Email,flag customer?,Flagged Reason,Flagged By,Flagged Date\nA,An,L,,Yes,rude,Dana,01/05/2024\n")
    bare.file("e.csv", f"{EVENTS}A,flagged,01/05/2024,rude,Dana\n")
    brought(bare, "box.csv")
    brought(bare, "e.csv")
    assert bare.run("migrate", "e.csv", "--from", "resaleai", "--check", *AS_OF).json()["counts"].get("events told otherwise", 0) == 0
