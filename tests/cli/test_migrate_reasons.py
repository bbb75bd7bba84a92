"""The reason of a flag stands once in a file: with the flag, or with the event that set it. Nobody has changed it where the other is blank."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate_drafts import AS_OF
from tests.cli.test_migrate_order import BOTH, EVENTS, brought, standing

BOX = "Customer ID,flag customer?,Action,Date,Reason,Employee\n"
SET = [("flagged", "stole shoes", "Dana")]


@pytest.mark.parametrize(
    "text",
    [
        f"{BOX}A,Yes,flagged,01/05/2025,stole shoes,Dana\n",
        f"{BOTH}A,Yes,,,,flagged,01/05/2025,stole shoes,Dana\n",
        f"{BOTH}A,Yes,,Eli,02/05/2025,flagged,01/05/2025,stole shoes,Dana\n",
        f"{BOTH}A,Yes,stole shoes,Dana,01/05/2025,flagged,01/05/2025,,Dana\n",
        f"{BOTH}A,Yes,-,,,flagged,01/05/2025,stole shoes,Dana\nA,Yes,-,,,,,,\n",
    ],
)
def test_a_flag_and_the_event_that_set_it_have_one_reason(bare: Shop, text: str) -> None:
    bare.file("e.csv", text)
    assert (brought(bare, "e.csv"), standing(bare)) == (SET, [("A", "stole shoes")])
    assert bare.run("migrate", "e.csv", "--from", "resaleai", "--check", *AS_OF).code == 0
    assert brought(bare, "e.csv") == SET


def test_a_reason_of_an_event_that_the_flag_outlived_is_not_the_flags(bare: Shop) -> None:
    bare.file("e.csv", f"{BOX}A,Yes,flagged,01/05/2025,stole shoes,Dana\nA,Yes,un-flagged,02/05/2025,paid,Dana\n")
    assert brought(bare, "e.csv")[:2] == [*SET, ("unflagged", "paid", "Dana")]
    assert standing(bare) == [("A", "flagged in ResaleAI")]


def test_a_newer_event_brings_its_reason_to_a_flag_without_one(bare: Shop) -> None:
    """What was said last time counts where the column of reasons is not there; an event that says more counts more."""
    bare.file("e.csv", f"{BOX}A,Yes,flagged,01/05/2025,stole shoes,Dana\n")
    ended = "A,Yes,un-flagged,02/05/2025,paid,Dana\n"
    bare.file("newer.csv", f"{BOX}A,Yes,flagged,01/05/2025,stole shoes,Dana\n{ended}A,Yes,flagged,03/05/2025,rude,Eli\n")
    assert brought(bare, "e.csv") == SET
    assert brought(bare, "newer.csv") == [*SET, ("unflagged", "paid", "Dana"), ("flagged", "rude", "Eli")]
    assert standing(bare) == [("A", "rude")]


def test_an_older_event_does_not_bring_its_reason_to_a_flag(bare: Shop) -> None:
    bare.file("e.csv", f"{BOX}A,Yes,flagged,03/05/2025,rude,Eli\n")
    bare.file("older.csv", f"{BOX}A,Yes,flagged,01/05/2025,stole shoes,Dana\n")
    assert brought(bare, "e.csv") == [("flagged", "rude", "Eli")]
    assert ("flagged", "stole shoes", "Dana") in brought(bare, "older.csv")
    assert standing(bare) == [("A", "rude")]


def test_an_event_without_any_reason_has_the_text_of_the_map(bare: Shop) -> None:
    bare.file("e.csv", f"{EVENTS}A,flagged,01/05/2025,,Dana\nA,un-flagged,02/05/2025,,Dana\nA,flagged,03/05/2025,,Eli\n")
    said = "flagged in ResaleAI"
    assert (brought(bare, "e.csv"), standing(bare)) == ([("flagged", said, "Dana"), ("unflagged", None, "Dana"), ("flagged", said, "Eli")], [("A", said)])


def test_a_flag_without_a_reason_names_the_column_that_lacks_it(bare: Shop) -> None:
    bare.file("m.toml", '[customers]\ncustomer_id = "id"\n[[flags]]\ntype = "Warning"\nevent = "what"\nflagged = "on"\ncomment = "why"\nat = "day"\n')
    bare.file("e.csv", "id,what,why,day\nA,on,,2025-01-05\n")
    said = bare.run("migrate", "e.csv", "--map", "m.toml", *AS_OF)
    told = "why is blank, and a flag needs a comment that says why: fill it, or give the rule a text for such rows in the map"
    assert said.code == 4
    assert told in (bare.folder / "e.rejected.csv").read_text(encoding="utf-8")
