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
