"""Cells of other systems' files that are easily misread: blanks in quotation marks, errors, several values, ids and dates of odd forms."""

from typing import Any

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import AS_OF, asked
from tests.cli.test_migrate_damage import ACUITY, LAYER, VISIT, codes, migrated

BY_CUSTOMER = "SELECT customer_id FROM customers ORDER BY ALL"


def quoted(text: str) -> str:
    """Return a CSV without quotation marks with every cell in them."""
    return "".join(",".join(f'"{cell}"' for cell in line.split(",")) + "\r\n" for line in text.splitlines())


@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_a_blank_in_quotation_marks_is_blank_in_bookings(bare: Shop, blank: str) -> None:
    migrated(bare, ACUITY + "Zo,M,+447700900201,zo@example.com,,,no\n")
    row = f"2030-07-02 12:30,,Europe/London,Zo,M,'+447700900201,{blank},Cut,Ann,,93004\n"
    done = migrated(bare, quoted(VISIT + row))
    assert (done.code, asked(bare, "SELECT booking_id, customer_id FROM bookings")) == (0, [("93004", "zo@example.com")]), done.out


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), ("\t", "utf-16")])
def test_a_line_below_a_quoted_table_makes_no_customer(bare: Shop, separator: str, encoding: str) -> None:
    rows = quoted(LAYER + "1,A,Alert,x,s,2026-01-01\n3 customers,,,,,\n3 clients,,,,,\n").replace(",", separator)
    done = migrated(bare, rows.encode(encoding), "--from", "thelayer")
    assert (done.code, codes(bare), asked(bare, BY_CUSTOMER)) == (4, [(3, "footer-row"), (4, "footer-row")], [("1",)])


def workbook(shop: Shop, rows: list[list[Any]]) -> None:
    """Write a workbook; a text such as #N/A becomes an error cell, one that begins with = a formula without a stored value."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(shop.folder / "export.xlsx")


@pytest.mark.parametrize(
    ("system", "header", "cells"),
    [
        ("mindbody", ["ID", "First Name", "Status", "Red Alert", "Yellow Alert"], ["Active", "#N/A", "late"]),
        ("mindbody", ["ID", "First Name", "Status", "Red Alert", "Yellow Alert"], ["Active", "late", "=A1"]),
        ("mindbody", ["ID", "First Name", "Booking Suspended", "Suspension End Date"], ["true", "#REF!"]),
        ("mindbody", ["ID", "First Name", "Booking Suspended", "Suspension End Date"], ["#N/A", None]),
        ("thelayer", ["Customer ID", "Customer Name", "Flag Type", "Flag Comment"], ["#N/A", "late"]),
        ("shopify", ["Customer ID", "First Name", "Email", "Tags"], ["ann@example.com", "#VALUE!"]),
    ],
)
def test_an_error_in_a_cell_that_tells_of_flags_brings_the_row_back(bare: Shop, system: str, header: list[str], cells: list[Any]) -> None:
    name = ["Ann"] if len(header) - len(cells) == 2 else []  # the id comes first, and a name
    workbook(bare, [header, ["7", *name, *cells]])
    done = bare.run("migrate", "export.xlsx", "--from", system, *AS_OF)
    assert (done.code, codes(bare), asked(bare, "SELECT * FROM flags")) == (4, [(2, "cell-error")], []), done.out
    assert not [remark for remark in done.json()["remarks"] if "#" in remark]
    mended = bare.run("migrate", "export.rejected.xlsx", "--from", system, *AS_OF)
    assert (mended.code, codes(bare)[1:]) == (4, [(2, "cell-error")]), mended.err


FRESHA = "Client ID,First Name,Email,Mobile Number,Telephone,City,Note,Blocked,Added\n"
SHOPIFY = "Customer ID,First Name,Email,Phone,Tags\n"


@pytest.mark.parametrize(
    ("cell", "first"),
    [
        ("39 333 1 / 39 333 2", "39 333 1"),
        ("39333000111 or 39333000222", "+39333000111"),
        ("39333000111 / 44207946000", "+39333000111"),
        ("'+420601111111, '+420601112111", "+420601111111"),
        ("'+420601111111 / '+420601112111", "+420601111111"),
        ("030 / 123456", None),
        ("+49 6221 / 123456", None),
        ("0049 6221 / 1234567", None),
        ("06221 / 12 34 56 / 57", None),
        ("", ""),
    ],
)
def test_of_several_numbers_in_a_cell_of_a_file_with_ids_the_first_is_kept(bare: Shop, cell: str, first: str | None) -> None:
    done = migrated(bare, FRESHA + f'F1,Ann,ann@example.com,"{cell}",,,,no,\n')
    told = [remark.split(":")[0] for remark in done.json()["remarks"] if "several" in remark]
    assert (done.code, told) == (0, ["1 cell of phone with several values"] if first else []), done.err
    assert asked(bare, "SELECT phone FROM customers") == [((cell if first is None else first) or None,)]


def test_a_customer_is_found_by_the_first_number_of_a_cell(bare: Shop) -> None:
    migrated(bare, SHOPIFY + "1001,Q,q@example.com,\"'+420601111111, '+420601112111\",vip\n", "--from", "shopify")
    assert bare.run("show", "+420601111111", "--json").json()["customer"]["customer_id"] == "1001"


FLAGGED = "SELECT customer_id, flag_type FROM flags ORDER BY ALL"
ANN = ("Ann,Ray,+12025550155,ann@example.com,,,no\n", "ann,Ray,+1 202 555 0155,,,,yes\n")
BO = ("1001,Bo,bo@example.com,+12025550156,\n", ",Bo,BO@example.com,,fraud\n", ",Bo,,+12025550156,vip\n")


@pytest.mark.parametrize("rows", [ANN, ANN[::-1]])
def test_rows_of_one_person_in_one_file_are_one_customer_as_in_two(bare: Shop, rows: tuple[str, str]) -> None:
    done = migrated(bare, ACUITY + "".join(rows))
    assert (done.code, done.json()["rows"]["merged"], asked(bare, FLAGGED)) == (0, 1, [("ann@example.com", "On Hold")])
    place = rows.index(ANN[1]) + 2
    assert [remark for remark in done.json()["remarks"] if f"taken as that customer (export.csv, row {place})" in remark], done.out
    assert asked(bare, BY_CUSTOMER) == [("ann@example.com",)]
    assert migrated(bare, ACUITY + "".join(rows)).json()["status"] == "nothing-applied"
    same = bare.run("migrate", "export.csv", "--check", *AS_OF)
    assert (same.code, asked(bare, BY_CUSTOMER)) == (0, [("ann@example.com",)]), same.out


def test_rows_without_an_id_join_the_customer_who_has_one(bare: Shop) -> None:
    done = migrated(bare, SHOPIFY + "".join(BO), "--from", "shopify")
    assert (done.code, done.json()["adds_up"], asked(bare, FLAGGED)) == (0, True, [("1001", "Important"), ("1001", "On Hold")]), done.out
    assert asked(bare, BY_CUSTOMER) == [("1001",)]
    assert "(export.csv, rows 3, 4)" in done.out
    assert migrated(bare, SHOPIFY + "".join(BO), "--from", "shopify").json()["status"] == "nothing-applied"


@pytest.mark.parametrize("other", ["Kid,Ray,+12025550155,,,,yes\n", ANN[1] + "Ann,Ray,+12025550155,ann2@example.com,,,no\n"])
def test_rows_that_may_be_of_one_customer_or_not_are_told(bare: Shop, other: str) -> None:
    done = migrated(bare, ACUITY + ANN[0] + other)
    assert (done.code, asked(bare, FLAGGED)) == (0, [("+12025550155", "On Hold")])
    told = [remark for remark in done.json()["remarks"] if "taken as customers of their own" in remark]
    assert [remark.endswith("(export.csv, row 3)") for remark in told] == [True], done.out
