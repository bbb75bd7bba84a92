"""Customers of whom a file tells only in part: what it does not say of them has not ended."""

from typing import Any

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n"
FIRST = (
    "1,A,On Hold,owes,Wes,01/02/2026\n"
    "1,A,Alert,late,Wes,31/02/2026\n"
    "2,B,Warning,rude,Wes,01/02/2026\n"
    "2,B,Warning,loud,Wes,32/02/2026\n"
)  # fmt: skip
MENDED = {"31/02": "28/02", "32/02": "27/02"}
FLAGS = "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL"
WHOLE = [("1", "Alert", "late"), ("1", "On Hold", "owes"), ("2", "Warning", "rude\nloud")]


def layer(shop: Shop, text: str, *more: str, name: str = "layer.csv") -> Any:
    shop.file(name, text)
    return shop.run("migrate", name, "--from", "thelayer", *AS_OF, *more)


def mend(text: str) -> str:
    for bad, good in MENDED.items():
        text = text.replace(bad, good)
    return text


def test_a_file_of_mended_rows_adds_to_what_the_good_ones_brought(inside: Shop) -> None:
    assert layer(inside, LAYER + FIRST).code == 4
    done = layer(inside, mend((inside.folder / "layer.rejected.csv").read_text(encoding="utf-8-sig")), name="mended.csv")
    assert (done.code, done.json()["adds_up"], asked(inside, FLAGS)) == (0, True, WHOLE)
    assert "2 flags kept that The Layer said before, and the rows that hold do not say: other rows of these customers" in " ".join(done.json()["remarks"])
    assert layer(inside, mend(LAYER + FIRST), "--check").code == 0
    assert layer(inside, mend(LAYER + FIRST)).json()["status"] == "nothing-applied"


def test_a_row_that_comes_back_from_a_newer_export_ends_nothing(inside: Shop) -> None:
    assert layer(inside, mend(LAYER + FIRST)).code == 0
    done = layer(inside, LAYER + FIRST)
    assert (done.code, done.json()["status"], asked(inside, FLAGS)) == (4, "nothing-applied", WHOLE)
    assert {one["flag_type"]: (one["only_in_book"], one["ended_by_source"]) for one in done.json()["flags"]} == {
        "On Hold": (0, 0),
        "Warning": (0, 0),
        "Alert": (1, 0),
    }


def test_what_good_rows_say_anew_counts_beside_rows_that_come_back(inside: Shop) -> None:
    assert layer(inside, mend(LAYER + FIRST)).code == 0
    done = layer(inside, LAYER + FIRST + "2,B,Warning,drunk,Zed,01/04/2026\n2,B,At Risk,new,Zed,01/04/2026\n")
    assert (done.code, done.json()["adds_up"]) == (4, True)
    assert asked(inside, FLAGS) == [*WHOLE[:2], ("2", "At Risk", "new"), ("2", "Warning", "rude\nloud\ndrunk")]


def test_of_customers_whose_rows_all_hold_what_is_not_said_has_ended(inside: Shop) -> None:
    assert layer(inside, mend(LAYER + FIRST)).code == 0
    done = layer(inside, f"{LAYER}1,A,On Hold,owes,Wes,01/02/2026\n2,B,Warning,rude,Wes,32/02/2026\n")
    assert (done.code, asked(inside, FLAGS)) == (4, WHOLE[1:])


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        ("1,owes,30/05/2026", "1,late,30/07/2026\n1,bad,32/05/2026", ("late", "2026-07-30")),  # what is past its last day is not kept
        ("1,owes,05/06/2026", "1,late,30/07/2026\n1,bad,32/05/2026", ("owes\nlate", "2026-07-30")),  # and its last day it holds
        ("1,owes,30/07/2026\n1,late,30/08/2026", "1,owes,30/09/2026\n1,late,32/08/2026", ("owes\nlate", "2026-09-30")),  # a last day that moves counts
    ],
)
def test_last_days_beside_rows_that_come_back(inside: Shop, first: str, second: str, stands: tuple[str, str]) -> None:
    rule = '[[flags]]\ntype = "Alert"\ncomment = "Note"\nexpires = "Until"\n'
    inside.file("map.toml", f'date_formats = ["%d/%m/%Y"]\n[customers]\ncustomer_id = "Id"\n{rule}')
    for name, rows, day, code in (("one.csv", first, "2026-05-01", 0), ("two.csv", second, "2026-06-05", 4)):
        inside.file(name, f"Id,Note,Until\n{rows}\n")
        assert inside.run("migrate", name, "--map", "map.toml", "--as-of", day).code == code
    assert asked(inside, "SELECT comment, expires_on::VARCHAR FROM flags") == [stands]
