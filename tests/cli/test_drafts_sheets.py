"""Drafts of maps for workbooks with several sheets, and for headers that differ in a sign alone; what a map says of the two."""

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, drafted, flags, migrated, rules

PEOPLE = [[f"C{number}", f"Ann {number}", f"ann{number}@example.com", "yes" if number == 2 else "no"] for number in range(1, 7)]
HEADER = ["Customer No", "Name", "E-mail", "Banned"]


def workbook(shop: Shop, **sheets: list[list[str]]) -> None:
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(shop.folder / "w.xlsx")


def test_a_draft_names_the_sheets_that_would_be_read_as_well_and_a_map_leaves_them_out(bare: Shop) -> None:
    staff = [["Name", "E-mail"], ["Sue", "sue@example.com"]]
    workbook(bare, Customers=[HEADER, *PEOPLE], More_bans=[HEADER, ["C9", "Cy", "cy@example.com", "yes"]], Staff=staff, Rooms=[["Room", "Beds"], ["1", "2"]])
    draft = drafted(bare, "w.xlsx")
    assert "Nothing is said here of the others: Staff, Rooms" in draft
    assert "one that tells who a customer is: More bans, Staff. To leave them out" in draft
    assert (migrated(bare, "w.xlsx", draft.replace("# sheets", "sheets")), flags(bare)) == (0, [("C2", ON_HOLD, "Banned")])
    assert asked(bare, "SELECT count(*) FROM customers") == [(6,)]


def test_a_sheet_called_as_what_is_over_is_left_out_and_is_not_the_one_that_tells(bare: Shop) -> None:
    over = [HEADER, *([f"C9{number}", f"Cy {number}", f"cy{number}@example.com", "yes"] for number in range(9))]
    workbook(bare, Past_bans=over, Current_bans=[HEADER, *PEOPLE])
    draft = drafted(bare, "w.xlsx")
    assert "left out, since it is called as what is over is: Past bans." in draft
    assert (migrated(bare, "w.xlsx", draft), flags(bare)) == (0, [("C2", ON_HOLD, "Banned")])


def test_sheets_that_a_map_leaves_out_are_named_and_a_name_that_is_not_there_refuses_the_file(bare: Shop) -> None:
    workbook(bare, Customers=[HEADER, *PEOPLE], Old_bans=[HEADER, ["C9", "Cy", "cy@example.com", "yes"]])
    text = 'sheets = ["{}"]\n[customers]\ncustomer_id = "Customer No"\n[[flags]]\ntype = "On Hold"\nwhen = "Banned"\n'
    bare.file("m.toml", text.format(" customers "))
    ran = bare.run("migrate", "w.xlsx", "--map", "m.toml", *AS_OF)
    assert (ran.code, flags(bare)) == (0, [("C2", ON_HOLD, "Banned")])
    assert "w.xlsx: left out, since the map does not name them: Old bans" in ran.json()["remarks"]
    bare.file("m.toml", text.format("Clients"))
    ran = bare.run("migrate", "w.xlsx", "--map", "m.toml", *AS_OF)
    assert (ran.code, "It has: Customers, Old bans" in ran.err) == (3, True), ran.err


def test_the_sheet_that_tells_of_flags_is_drafted_though_another_has_more_rows(bare: Shop) -> None:
    visits = [["Date", "Room", "Price"], *([f"2026-01-{day:02}", "A", "10"] for day in range(1, 29))]
    workbook(bare, Visits=visits, People=[HEADER, *PEOPLE])
    draft = drafted(bare, "w.xlsx")
    assert "this is the sheet People, whose columns tell of flags" in draft
    assert (migrated(bare, "w.xlsx", draft), flags(bare)) == (0, [("C2", ON_HOLD, "Banned")])


def unskipped(draft: str) -> str:
    return "\n".join(line for line in draft.splitlines() if not line.startswith("skip = true"))


LIST = ["Customer No", "Name", "Reason", "Since"]
BANS = [LIST, ["C2", "Ann 2", "Theft", "2026-01-05"], ["C3", "Ann 3", None, None]]
PLACES = [["Código cliente", "Nombre"], ["C1", "Ana"], ["C2", "Eva"], ["C3", "Luz"]]
LOUD = [["Kd-Nr.", "Anlass", "Wann"], ["C2", "zu laut", "2026-01-05"]]


@pytest.mark.parametrize(
    ("sheets", "found"),
    [
        (
            {"Banned": BANS, "VIP": [["Customer No", "Name"], ["C4", "Ann 4"]]},
            [("C2", ON_HOLD, "Theft"), ("C3", ON_HOLD, "Banned"), ("C4", "Important", "VIP")],
        ),
        (
            {"Customers": [[*HEADER[:3], "Warning"], *[[*row[:3], "late" if row[0] == "C5" else None] for row in PEOPLE]], "Blacklist": BANS},
            [("C2", ON_HOLD, "Theft"), ("C3", ON_HOLD, "Blacklist"), ("C5", "Warning", "late")],
        ),
        (
            {"Gesperrte": [["Kundennr", "Name", "Grund"], ["C2", "Ann 2", "Diebstahl"]], "Verwarnte": LOUD},
            [("C2", ON_HOLD, "Diebstahl"), ("C2", "Warning", "zu laut")],
        ),
        (
            {"Clientes": PLACES, "Lista negra": [["Código cliente", "Motivo"], ["C2", "Robo"]]},
            [("C2", ON_HOLD, "Robo")],
        ),
        (
            {"Bannis": [["E-mail", "Motif"], ["a@x.org", "Vol"]], "A surveiller": [["E-mail", "Motif"], ["b@x.org", "Cris"]]},
            [("a@x.org", ON_HOLD, "Vol"), ("b@x.org", "Warning", "Cris")],
        ),
    ],
)
def test_each_sheet_that_is_called_as_a_list_of_flags_is_offered(bare: Shop, sheets: dict[str, list[list[str]]], found: list[tuple[str, str, str]]) -> None:
    workbook(bare, **sheets)
    draft = drafted(bare, "w.xlsx")
    assert {name for one in rules(draft, skipped=True) for name in one["sheets"]} == {name for name in sheets if not name.startswith("C")}
    assert (migrated(bare, "w.xlsx", unskipped(draft)), flags(bare)) == (0, found), draft


def test_columns_that_tell_of_flags_in_several_sheets_are_all_drafted(bare: Shop) -> None:
    members = [["Member no", "Name", "Suspended"], ["C7", "Cy 7", "x"], ["C8", "Cy 8", ""], ["C9", "Cy 9", ""]]
    workbook(bare, Customers=[HEADER, *PEOPLE], Members=members)
    draft = drafted(bare, "w.xlsx")
    assert (migrated(bare, "w.xlsx", draft), flags(bare)) == (0, [("C2", ON_HOLD, "Banned"), ("C7", ON_HOLD, "Suspended")]), draft


def test_a_sheet_of_flags_that_names_nobody_is_told(bare: Shop) -> None:
    workbook(bare, Customers=[HEADER, *PEOPLE], Blacklist=[["Name", "Why"], ["Ann 3", "Theft"]])
    assert "# CHECK: these sound of flags, and no column tells who a customer is: Blacklist. Add such a column" in drafted(bare, "w.xlsx")


def test_a_sheet_of_something_else_with_the_customers_numbers_adds_nothing(bare: Shop) -> None:
    visits = [["Customer No", "Room", "Price"], *([f"C{day % 6 + 1}", "A", "10"] for day in range(20))]
    workbook(bare, Customers=[HEADER, *PEOPLE], Visits=visits)
    draft = drafted(bare, "w.xlsx")
    assert [one["when"] for one in rules(draft)] == [["Banned"]]
    assert rules(draft, skipped=True) == []
    assert "Nothing is said here of the others: Visits" in draft


def test_numbers_that_are_no_ids_are_told_in_the_draft(bare: Shop) -> None:
    book = Workbook()
    for place, row in enumerate([HEADER, *PEOPLE], 1):
        book.active.append([place * 11, *row[1:]] if place > 1 else row)
        book.active.cell(place, 1).number_format = "00000"
    book.save(bare.folder / "w.xlsx")
    assert "# CHECK: customer_id: some of these numbers show other digits than they hold" in drafted(bare, "w.xlsx")


def test_headers_that_differ_in_a_sign_alone_are_two_columns(bare: Shop) -> None:
    rows = [f"{number},Ann B{'abcdefgh'[number - 1]},{'Y' if number == 3 else 'N'},{'Late' if number == 3 else ''}" for number in range(1, 9)]
    bare.file("f.csv", "\n".join(["Customer #,Customer,Hold,Hold reason", *rows, ""]))
    draft = drafted(bare, "f.csv")
    assert 'customer_id = ["Customer #"]' in draft
    assert 'name = ["Customer"]' in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("3", ON_HOLD, "Late")]), draft
    assert asked(bare, "SELECT customer_id, last_name FROM customers ORDER BY 1 LIMIT 1") == [("1", "Ba")]


def test_a_sign_that_only_one_file_writes_is_none(bare: Shop) -> None:
    text = '[customers]\ncustomer_id = "Guest #"\nname = "Guest name"\n[[flags]]\ntype = "On Hold"\nwhen = "Hold?"\n'
    bare.file("a.csv", "Guest #,Guest name,Hold?\n1,Ann Bo,yes\n")
    bare.file("b.csv", "GUEST,guest_name,Hold\n2,Cy Di,yes\n")
    for name in ("a.csv", "b.csv"):
        assert migrated(bare, name, text) == 0
    assert flags(bare) == [("1", ON_HOLD, "Hold?"), ("2", ON_HOLD, "Hold?")]


def test_two_columns_that_are_called_alike_are_refused(bare: Shop) -> None:
    bare.file("a.csv", "Guest #,guest #,Hold\n1,2,yes\n")
    bare.file("m.toml", '[customers]\ncustomer_id = "Guest #"\n[[flags]]\ntype = "On Hold"\nwhen = "Hold"\n')
    ran = bare.run("migrate", "a.csv", "--map", "m.toml", *AS_OF)
    assert (ran.code, "two columns mean Guest #" in ran.err) == (3, True), ran.err


def test_tags_one_below_the_other_are_each_one(bare: Shop) -> None:
    tags = ["Weekly\nSlow payer", "Weekly", "Abusive\nWeekly", "Slow payer", "Weekly", "One-off"]
    workbook(bare, People=[[*HEADER[:3], "Labels"], *([*row[:3], tag] for row, tag in zip(PEOPLE, tags, strict=True))])
    draft = drafted(bare, "w.xlsx")
    assert (migrated(bare, "w.xlsx", draft), flags(bare)) == (0, [("C1", "At Risk", "Slow payer"), ("C4", "At Risk", "Slow payer")]), draft
    assert [sorted(one["allow"]) for one in rules(draft)] == [["Slow payer"]]


CARDS = [[f"L{number}", f"Ann {number}", f"ann{number}@example.com"] for number in range(101, 107)]
SKIP = "skip = true  # nothing is made of this rule as long as this line stands here\n"


def test_codes_by_which_a_sheet_of_flags_knows_customers_are_their_ids(bare: Shop) -> None:
    banned = [["Barcode", "Why", "Agreed by"], ["L102", "tore up books", "Mr Lane"], ["L105", "shouted at Bo", "Ms Hill"]]
    workbook(bare, Members=[["Barcode", "Name", "Email"], *CARDS], Banned=banned, Rounds=[["Barcode", "Round"], ["L101", "Tue"], ["L103", "Tue"]])
    draft = drafted(bare, "w.xlsx")
    assert "# CHECK: customer_id: Barcode stands in Members and Banned and Rounds: does it tell who a customer is" in draft
    assert 'customer_id = ["Barcode"]' in draft.splitlines()
    assert (migrated(bare, "w.xlsx", draft), flags(bare)) == (0, [])
    assert migrated(bare, "w.xlsx", draft.replace(SKIP, "")) == 0
    assert flags(bare) == [("L102", ON_HOLD, "tore up books"), ("L105", ON_HOLD, "shouted at Bo")]
    assert asked(bare, "SELECT flagged_by FROM flags ORDER BY 1") == [("Mr Lane",), ("Ms Hill",)]


@pytest.mark.parametrize(
    "other",
    [
        {"Banned": [["Barcode", "Why"], ["X7", "tore up books"], ["X8", "shouted"]]},  # other codes
        {"Rounds": [["Barcode", "Round"], ["L101", "Tue"], ["L102", "Wed"]]},  # no flags
    ],
)
def test_other_codes_are_no_ids(other: dict[str, list[list[str]]], bare: Shop) -> None:
    workbook(bare, Members=[["Barcode", "Name", "Email"], *CARDS], **other)
    assert 'customer_id = ["Barcode"]' not in drafted(bare, "w.xlsx").splitlines()
