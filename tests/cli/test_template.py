"""The template: what it offers, and that flags come back from it unchanged, whatever their text."""

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from tests.cli.conftest import Shop

TEXTS = [
    "=1+1",
    "+44 20",
    "-5",
    "@here",
    "007",
    "2026-06-01",
    "x" * 500,
    "two\nlines",
    "emoji 🧭 é",
    "مرحبا",
    "'quoted",
    " | ",
    "_x000D_",
    "1e5",
    "a\u200bb",
    "TRUE",
]


@pytest.fixture
def flagged(bare: Shop) -> Shop:
    """A book with a customer for each text, flagged with it, every other flag with a last day."""
    rows = [["customer_id", "first_name"], *([f"00{number}", f"=Name {number}"] for number in range(len(TEXTS)))]
    upload = [["action", "customer_id", "flag_type", "comment", "expires_on"]]
    upload += [["add", f"00{number}", "Alert", text, "2027-01-31" if number % 2 else ""] for number, text in enumerate(TEXTS)]
    for name, table in (("customers.csv", rows), ("upload.csv", upload)):
        with (bare.folder / name).open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows(table)
    assert bare.run("load", "--customers", "customers.csv", "--as-of", "2026-06-01").code == 0
    assert bare.run("apply", "upload.csv", "--as-of", "2026-06-01").code == 0
    return bare


def test_the_current_flags_come_back_unchanged(flagged: Shop) -> None:
    assert flagged.run("template", "current.xlsx", "--with-current").code == 0
    answer = flagged.run("apply", "current.xlsx", "--as-of", "2026-06-02", "--json").json()
    assert answer["rows"] == {"read": len(TEXTS), "applied": 0, "unchanged": len(TEXTS), "rejected": 0, "ignored": 0, "unprocessed": 0}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice to save the workbook anew")
def test_the_current_flags_come_back_unchanged_after_libreoffice_saved_them(flagged: Shop) -> None:
    assert flagged.run("template", "current.xlsx", "--with-current").code == 0
    profile = f"-env:UserInstallation=file://{flagged.folder / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", "saved", "current.xlsx"], cwd=flagged.folder, check=True, capture_output=True
    )  # whichever is installed
    answer = flagged.run("apply", "saved/current.xlsx", "--as-of", "2026-06-02", "--json").json()
    assert (answer["rows"]["read"], answer["rows"]["unchanged"]) == (len(TEXTS), len(TEXTS))


def test_only_what_was_changed_in_the_meantime_is_stale(flagged: Shop) -> None:
    assert flagged.run("template", "current.xlsx", "--with-current").code == 0
    flagged.file("else.csv", "action,customer_id,flag_type,comment\nedit,003,Alert,Somebody else\nremove,005,Alert,\n")
    assert flagged.run("apply", "else.csv", "--by", "Other", "--as-of", "2026-06-02").code == 0
    edit_comments(flagged.folder / "current.xlsx")
    answer = flagged.run("apply", "current.xlsx", "--as-of", "2026-06-03", "--json").json()
    assert (answer["rows"]["applied"], answer["rows"]["rejected"]) == (len(TEXTS) - 2, 2)
    assert answer["codes"] == {"changed-since-export": 2}
    results = openpyxl.load_workbook(flagged.folder / "current.rejected.xlsx")["Flags"]
    said = [row[-1].value for row in results.iter_rows(min_row=2)]
    assert [("Other" in text, "2026-06-02" in text) for text in said] == [(True, True), (True, True)]


def edit_comments(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for row in book["Flags"].iter_rows(min_row=2, max_row=len(TEXTS) + 1):
        row[5].value = "Looked at"
    book.save(path)


def test_an_empty_template_offers_choices_and_help(flagged: Shop) -> None:
    assert flagged.run("template", "empty.xlsx").code == 0
    book = openpyxl.load_workbook(flagged.folder / "empty.xlsx")
    sheet = book["Flags"]
    offered = {choice.formula1 for choice in sheet.data_validations.dataValidation}
    assert offered == {'"add,edit,set,remove,ignore"', '"On Hold,At Risk,Warning,Important,Alert,ALL"'}
    assert (sheet.freeze_panes, sheet.protection.sheet, sheet.column_dimensions["J"].hidden) == ("A2", True, True)
    assert (sheet["A2"].protection.locked, sheet["J2"].protection.locked) == (False, True)
    assert book.sheetnames == ["Flags", "Tags", "Status", "Help"]
    answer = flagged.run("apply", "empty.xlsx", "--as-of", "2026-06-02", "--json").json()
    assert answer["rows"]["read"] == 0


def test_a_template_is_a_workbook(flagged: Shop) -> None:
    assert flagged.run("template", "flags.csv").code == 2


def test_every_text_stands_in_the_template_letter_by_letter(flagged: Shop) -> None:
    """A cell that came back blank would pass for unchanged."""
    assert flagged.run("template", "current.xlsx", "--with-current").code == 0
    header, *rows = python_calamine.CalamineWorkbook.from_path(flagged.folder / "current.xlsx").get_sheet_by_name("Flags").to_python()
    assert {row[header.index("comment")] for row in rows} - {""} == {text.strip() for text in TEXTS}
