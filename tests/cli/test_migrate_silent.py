"""Migrations of files that say less of flags than it seems: no column that the map knows, others that sound of flags, texts beside no, turned days."""

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import AS_OF, asked

HEAD = "First Name,Last Name,Email,Phone,Block this customer,Reason for blocking them,Blocked By,Blocked Date,Account Status"
MUTE = "NO FLAG WAS READ: of the columns that the map has for flags the files have none; are they called otherwise there?"
SAID = ("--from", "launch27", "--as-of", "2026-06-01", "--by", "Ivy")


def write(shop: Shop, *rows: str, head: str = HEAD) -> None:
    shop.file("a.csv", "\n".join([head, *rows, ""]))


def test_a_file_without_the_columns_of_flags_is_never_all_accounted_for(bare: Shop) -> None:
    write(bare, "Ann,Lee,ann@example.com,,Yes,unpaid,,,Active", head=HEAD.replace("Block this customer", "Is Blocked").replace("Reason for", "Cause of"))
    done = bare.run("migrate", "a.csv", *SAID)
    assert (done.code, MUTE in done.out, "every flag is accounted for" in done.out) == (4, True, False)
    assert "nothing is made of columns that sound of flags: Is Blocked" in done.out
    sheet = openpyxl.load_workbook(bare.folder / "a.reconciliation.xlsx")["Summary"]
    assert ("flags", MUTE) in [row[:2] for row in sheet.iter_rows(values_only=True)]
    checked = bare.run("migrate", "a.csv", "--check", *SAID)
    assert (checked.code, checked.out.splitlines()[:2]) == (
        4,
        ["What the files say of customers is the same in the book; flags were not compared:", f"  {MUTE}"],
    )


def test_a_map_without_flags_has_none_to_miss(bare: Shop) -> None:
    bare.file("s.csv", "Reference ID,First Name,Last Name,Email Address,Phone Number,Company Name,Square Customer ID\n,Ned,Yarn,ned@example.com,,,SQ1\n")
    done = bare.run("migrate", "s.csv", "--from", "square", *AS_OF)
    assert (done.code, done.json()["flags_read"]) == (0, True)


def test_a_text_beside_no_is_told_with_its_rows(bare: Shop) -> None:
    write(bare, "Ann,Lee,ann@example.com,,No,bites,,,Active", "Bob,Ray,bob@example.com,,Yes,unpaid,,,Active", "Cy,Poe,cy@example.com,,,rude,,,Active")
    done = bare.run("migrate", "a.csv", *SAID)
    said = "a.csv: 2 rows have a text in Reason for blocking them, and no flag that it would be of: nothing is made of it (rows 2, 4)"
    assert (done.code, said in done.out) == (0, True), done.out
    write(bare, "Bob,Ray,bob@example.com,,Yes,unpaid,,,Active", "Di,Orr,di@example.com,,No,-,,,Active")
    assert "nothing is made of it" not in bare.run("migrate", "a.csv", *SAID).out


@pytest.mark.parametrize(("day", "said"), [("14/02/2026", True), ("2026-14-02", False), ("soon", False)])
def test_a_day_that_only_the_other_order_reads_says_so(bare: Shop, day: str, said: bool) -> None:
    write(bare, f"Ann,Lee,ann@example.com,,Yes,unpaid,,{day},Active", "Bob,Ray,bob@example.com,,Yes,rude,,03/04/2026,Active")
    done = bare.run("migrate", "a.csv", *SAID)
    back = (bare.folder / "a.rejected.csv").read_text(encoding="utf-8")
    assert (done.code, "its other days were read wrongly" in back) == (4, said)


def test_lines_of_a_draft_that_nobody_looked_at_are_told(bare: Shop) -> None:
    bare.file("f.csv", "Customer No,Name,Risk\n1,Ann Lee,high\n2,Bob Ray,low\n3,Cy Poe,low\n")
    assert bare.run("migrate", "f.csv", "--draft", "m.toml").code == 0
    done = bare.run("migrate", "f.csv", "--map", "m.toml", *AS_OF).json()
    assert [one for one in done["remarks"] if "CHECK" in one] == ["m.toml: 1 line says CHECK: look at them, and take them out"]
    draft = (bare.folder / "m.toml").read_text(encoding="utf-8")
    bare.file("m.toml", "\n".join(line for line in draft.splitlines() if "CHECK" not in line))
    assert not [one for one in bare.run("migrate", "f.csv", "--map", "m.toml", *AS_OF).json()["remarks"] if "CHECK" in one]


def test_flags_of_customers_who_are_not_in_the_book_are_listed(bare: Shop) -> None:
    write(bare, "Ann,Lee,ann@example.com,,No,,,,Active")
    assert bare.run("migrate", "a.csv", *SAID).code == 0
    write(bare, "Ann,Lee,ann@example.com,,No,,,,Active", "Bob,Ray,bob@example.com,,Yes,unpaid,,,Active")
    told = bare.run("migrate", "a.csv", "--check", *SAID, "--json").json()
    assert [(one["customer_id"], one["item"], one["difference"]) for one in told["differences"]] == [
        ("bob@example.com", "On Hold", "only in the file"),
        ("bob@example.com", "customer", "not in the book"),
    ]
    assert asked(bare, "SELECT count(*) FROM flags") == [(0,)]
