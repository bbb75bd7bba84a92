"""Drafts and maps of files with several columns called alike, and with headers of two rows."""

import csv

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, drafted, migrated

ALIKE = (
    "Customer No,Name,Blocked,Reason,Date,Warning,reason,Date\n"
    "C1,Ann Lee,no,,,no,,\n"
    "C2,Bob Ray,yes,never pays,2026-01-05,no,,\n"
    "C3,Cy Poe,no,,,yes,shouts,2026-02-06\n"
    "C4,Di Orr,yes,broke a bike,2025-07-08,yes,knows the owner,2026-03-09\n"
)
TOLD = "SELECT customer_id, flag_type, comment, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL"
MAP = 'name = "x"\n[customers]\ncustomer_id = "Customer No"\nname = "Name"\n[[flags]]\ntype = "On Hold"\nwhen = "Blocked"\ncomment = "{}"\n'


def test_columns_called_alike_belong_each_to_the_flag_beside_them(bare: Shop) -> None:
    bare.file("a.csv", ALIKE)
    draft = drafted(bare, "a.csv")
    assert "# Of columns that are called alike, (1) is the first from the left, (2) the second, and so on." in draft
    assert migrated(bare, "a.csv", draft) == 0
    assert asked(bare, TOLD) == [
        ("C2", ON_HOLD, "never pays", "2026-01-05"),
        ("C3", "Warning", "shouts", "2026-02-06"),
        ("C4", ON_HOLD, "broke a bike", "2025-07-08"),
        ("C4", "Warning", "knows the owner", "2026-03-09"),
    ]
    again = bare.run("migrate", "a.csv", "--map", "draft.toml", *AS_OF, "--by", "Eve", "--json")
    assert (again.code, again.json()["status"]) == (0, "nothing-applied")


def test_a_reason_left_of_its_flag_is_not_the_flags_on_its_left(bare: Shop) -> None:
    bare.file("b.csv", "Grund;Gesperrt;Grund;Achtung;Kundennr\nzahlt nicht;ja;;nein;1\n;nein;;nein;2\n;nein;beißt;ja;3\nlärmt;ja;;nein;4\n")
    draft = drafted(bare, "b.csv")
    assert (migrated(bare, "b.csv", draft), asked(bare, "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL")) == (
        0,
        [("1", ON_HOLD, "zahlt nicht"), ("3", "Warning", "beißt"), ("4", ON_HOLD, "lärmt")],
    )


def test_a_row_of_columns_called_alike_comes_back_and_is_taken_once_mended(bare: Shop) -> None:
    bare.file("a.csv", ALIKE.replace("2025-07-08", "8 o'clock"))
    assert migrated(bare, "a.csv", drafted(bare, "a.csv")) == 4
    back = bare.folder / "a.rejected.csv"
    rows = list(csv.reader(back.read_text(encoding="utf-8").splitlines()))
    assert (rows[0][:8], rows[1][0]) == (ALIKE.splitlines()[0].split(","), "C4")
    assert "Date (1)" in rows[1][-1]
    back.write_text(back.read_text(encoding="utf-8").replace("8 o'clock", "2025-07-08"), encoding="utf-8")
    assert bare.run("migrate", "a.rejected.csv", "--map", "draft.toml", *AS_OF, "--by", "Eve").code == 0
    assert [row for row in asked(bare, TOLD) if row[0] == "C4"] == [
        ("C4", ON_HOLD, "broke a bike", "2025-07-08"),
        ("C4", "Warning", "knows the owner", "2026-03-09"),
    ]


@pytest.mark.parametrize(
    ("named", "comment"), [("Reason (1)", "never pays"), ("Reason", "never pays"), ("reason(2)", "Blocked"), ("REASON (2)", "Blocked")], ids=str
)
def test_a_map_names_one_of_several_by_its_number_and_the_first_without_where_another_has_one(bare: Shop, named: str, comment: str) -> None:
    other = '[[flags]]\ntype = "Warning"\nwhen = "Warning"\ncomment = "Reason (2)"\n' if "2" not in named else ""
    bare.file("a.csv", ALIKE)
    bare.file("m.toml", MAP.format(named) + other)
    assert bare.run("migrate", "a.csv", "--map", "m.toml", *AS_OF, "--by", "Eve").code == 0
    assert asked(bare, "SELECT comment FROM flags WHERE customer_id = 'C2'") == [(comment,)]


def test_a_map_that_does_not_say_which_of_several_is_refused(bare: Shop) -> None:
    bare.file("a.csv", ALIKE)
    bare.file("m.toml", MAP.format("Reason"))
    done = bare.run("migrate", "a.csv", "--map", "m.toml", *AS_OF, "--by", "Eve")
    assert (done.code, "two columns mean Reason" in done.err, "as in reason (2)." in done.err) == (3, True, True), done.err


def test_a_number_means_none_where_the_header_stands_once(bare: Shop) -> None:
    bare.file("a.csv", "Customer No,Name,Blocked,Reason\nC2,Bob Ray,yes,never pays\n")
    bare.file("m.toml", MAP.format("Reason (1)") + 'text = "no reason"\n')
    done = bare.run("migrate", "a.csv", "--map", "m.toml", *AS_OF, "--by", "Eve")
    assert "the map names columns that the file lacks: Reason (1) (the nearest there: Reason)" in done.out
    assert asked(bare, "SELECT comment FROM flags") == [("no reason",)]


def test_a_number_that_a_header_has_itself_is_passed_over(bare: Shop) -> None:
    bare.file("h.csv", "Id,Name,Warning,Warning,Warning (2),Blocked\n1,A B,bites,,,yes\n2,C D,,shouts,,no\n3,E F,,,spits,no\n")
    draft = drafted(bare, "h.csv")
    assert [line for line in draft.splitlines() if line.startswith("comment")] == [f'comment = ["Warning ({number})"]' for number in (1, 3, 2)]
    assert migrated(bare, "h.csv", draft) == 0
    assert asked(bare, "SELECT comment FROM flags ORDER BY ALL") == [("Blocked",), ("bites",), ("shouts",), ("spits",)]


def test_headers_of_two_rows_are_read_together(bare: Shop) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Kunde", None, None, "Sperre", None, None, None, "Verwarnung", None, None, "Anschrift"])
    sheet.append(["Nr.", "Name", "E-Mail", "Ja/Nein", "seit", "bis", "Grund", "Ja/Nein", "seit", "Grund", "Ort"])
    sheet.merge_cells("D1:G1")
    sheet.append(["K1", "Ann Lee", "ann@example.com", "nein", None, None, None, "nein", None, None, "Ulm"])
    sheet.append(["K2", "Bob Ray", "bob@example.com", "ja", "05.01.2026", "31.12.2027", "zahlt nicht", "nein", None, None, "Bonn"])
    sheet.append(["K3", "Cy Poe", "cy@example.com", "nein", None, None, None, "ja", "06.02.2026", "schreit", "Köln"])
    book.save(bare.folder / "two.xlsx")
    draft = drafted(bare, "two.xlsx")
    assert "# Below Sperre: Ja/Nein (1), seit (1), bis, Grund (1)\n# Below Verwarnung: Ja/Nein (2), seit (2), Grund (2)\n" in draft
    assert (migrated(bare, "two.xlsx", draft), asked(bare, TOLD)) == (
        0,
        [("K2", ON_HOLD, "zahlt nicht", "2026-01-05"), ("K3", "Warning", "schreit", "2026-02-06")],
    )
    assert asked(bare, "SELECT expires_on::VARCHAR FROM flags WHERE customer_id = 'K2'") == [("2027-12-31",)]


def test_a_title_of_the_whole_table_is_no_header(bare: Shop) -> None:
    bare.file("t.csv", "Sperrliste und Hausverbote 2026\nKundennr;Name;seit;Grund\n1;Ann Lee;03.04.2025;Stammgast\n2;Bob Ray;05.06.2024;Verein\n")
    assert "# Below" not in drafted(bare, "t.csv")


def test_a_ban_with_its_days_needs_no_question_of_whether_it_is_one(bare: Shop) -> None:
    bare.file("p.csv", "Customer No,Name,Ban start,Ban end,Ban reason\n1,Ann Lee,,,\n2,Bob Ray,2026-03-01,2027-03-01,fights\n3,Cy Poe,2026-04-05,,theft\n")
    draft = drafted(bare, "p.csv")
    assert ("skip = true" in draft, 'expires = ["Ban end"]' in draft.splitlines()) == (False, True)
    assert (migrated(bare, "p.csv", draft), asked(bare, "SELECT comment FROM flags ORDER BY ALL")) == (0, [("fights",), ("theft",)])
