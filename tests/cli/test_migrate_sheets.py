"""Workbooks whose sheets are of several systems, of which one is named."""

from typing import Any

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import AS_OF, asked

FRESHA: list[list[Any]] = [["Client ID", "First Name", "Last Name", "Email", "Mobile Number", "Blocked"], ["1", "Lou", "Fay", None, None, "yes"]]
VAGARO: list[list[Any]] = [
    ["First Name", "Last Name", "Email", "Mobile Phone", "Home Phone", "Online Booking"],
    ["Vi", "Wu", "vi@example.com", None, None, "Block"],
]
PLAIN: list[list[Any]] = [["First Name", "Last Name", "Email", "Mobile Phone", "Home Phone", "City"], ["Vi", "Wu", "vi@example.com", None, None, "Ulm"]]


def write(shop: Shop, **sheets: list[list[Any]]) -> None:
    """Write a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(shop.folder / "two.xlsx")


@pytest.mark.parametrize(("system", "left", "who", "other"), [("fresha", "Theirs", "1", "vagaro"), ("vagaro", "Ours", "vi@example.com", "fresha")])
def test_a_sheet_of_another_system_is_left_out_and_named(bare: Shop, system: str, left: str, who: str, other: str) -> None:
    write(bare, Ours=FRESHA, Theirs=VAGARO)
    done = bare.run("migrate", "two.xlsx", "--from", system, *AS_OF, "--json")
    assert (done.code, asked(bare, "SELECT customer_id, flag_type FROM flags")) == (0, [(who, "On Hold")]), done.err
    assert asked(bare, "SELECT customer_id FROM customers") == [(who,)]
    told = [remark for remark in done.json()["remarks"] if f"sheet {left} is left out" in remark]
    assert [remark.endswith(f"--from {other}") for remark in told] == [True], done.out


def test_a_sheet_that_tells_of_no_flags_is_read_as_the_named_system_has_it(bare: Shop) -> None:
    write(bare, Ours=FRESHA, Theirs=PLAIN)
    done = bare.run("migrate", "two.xlsx", "--from", "fresha", *AS_OF)
    assert (done.code, asked(bare, "SELECT customer_id FROM customers ORDER BY 1")) == (0, [("1",), ("vi@example.com",)]), done.err


def test_a_workbook_of_another_system_alone_is_read_as_somebody_said(bare: Shop) -> None:
    write(bare, Theirs=VAGARO)
    assert bare.run("migrate", "two.xlsx", "--from", "fresha", *AS_OF).code == 0


MAP = """
[customers]
customer_id = ["Nr"]
[[flags]]
type = "On Hold"
sheets = [" banned "]
comment = ["Why"]
[[flags]]
type = "Warning"
sheets = ["Late"]
when = ["Nr"]
yes = ["*"]
comment = ["Why"]
text = "late"
"""
LISTS: dict[str, list[list[Any]]] = {"Banned": [["Nr", "Why"], ["1", "Theft"], ["2", None]], "Late": [["Nr", "Why"], ["2", None], ["3", "Twice"]]}
FOUND = [("1", "On Hold", "Theft"), ("2", "Warning", "late"), ("3", "Warning", "Twice")]


def test_a_rule_may_read_some_sheets_alone(bare: Shop) -> None:
    write(bare, **LISTS)
    bare.file("m.toml", MAP)
    done = bare.run("migrate", "two.xlsx", "--map", "m.toml", *AS_OF)
    assert (done.code, asked(bare, "SELECT customer_id, flag_type, comment FROM flags ORDER BY 1")) == (0, FOUND), done.err
    assert "can come" not in done.err + done.out


def test_a_rule_of_a_sheet_that_is_not_there_is_refused(bare: Shop) -> None:
    write(bare, Banned=LISTS["Banned"], Lates=LISTS["Late"])
    bare.file("m.toml", MAP)
    done = bare.run("migrate", "two.xlsx", "--map", "m.toml", *AS_OF)
    assert (done.code, "flags 2: sheets = Late, and none is read that is called so" in done.err) == (3, True), done.err


def test_rows_of_sheets_that_came_back_are_read_by_their_own_rules_once_they_are_mended(bare: Shop) -> None:
    write(bare, Banned=LISTS["Banned"], Late=[["Nr", "Why"], ["2", None], ["n/a", "Twice"]])
    bare.file("m.toml", MAP)
    assert bare.run("migrate", "two.xlsx", "--map", "m.toml", *AS_OF).code == 4
    book = openpyxl.load_workbook(bare.folder / "two.rejected.xlsx")
    book["Late"].cell(2, 1).value = "3"
    book.save(bare.folder / "two.rejected.xlsx")
    done = bare.run("migrate", "two.rejected.xlsx", "--map", "m.toml", *AS_OF)
    assert (done.code, asked(bare, "SELECT customer_id, flag_type, comment FROM flags ORDER BY 1")) == (0, FOUND), done.err
