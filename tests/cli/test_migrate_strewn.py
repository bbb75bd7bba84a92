"""Drafts of maps for files in which words of flags stand where nobody looks for them: among days, numbers, places and names."""

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Shop
from tests.cli.test_migrate_drafts import drafted, flags, migrated, rules

SKIP = "skip = true  # nothing is made of this rule as long as this line stands here\n"


def write(shop: Shop, header: str, cells: list[str]) -> None:
    rows = [f"{number},Fay,Hill,f{number}@example.com,{cell}" for number, cell in enumerate(cells, start=1)]
    shop.file("list.csv", "\n".join([f"Id,First name,Last name,Email,{header}", *rows, ""]))


@pytest.mark.parametrize(
    ("header", "usual", "word", "kind"),
    [
        ("Valid until", [f"2027-{month:02}-01" for month in range(1, 12)], "BANNED", "On Hold"),
        ("Bonität", ["1", "2", "1", "3"] * 4, "gesperrt", "On Hold"),
        ("Bonität", ["1", "2", "1", "3"] * 4, "Inkasso", "At Risk"),
        ("Balance", [f"{number}.50" for number in range(30)], "in collections", "At Risk"),
        ("Rating", ["1", "2", "3", "4", "5"] * 3, "blacklisted", "On Hold"),
        ("Visits", ["0", "1", "2"] * 4, "at risk", "At Risk"),
        ("Town", [f"{number} Rue Lyon" for number in range(20)], "DO NOT SERVE", "On Hold"),
    ],
)
def test_a_word_of_a_flag_among_others_is_offered(bare: Shop, header: str, usual: list[str], word: str, kind: str) -> None:
    write(bare, header, [*usual, word, "", word])
    draft = drafted(bare, "list.csv")
    (rule,) = rules(draft, skipped=True)
    assert (rule["type"], rule["when"], rule["yes"]) == (kind, [header], [word])
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [])
    assert migrated(bare, "list.csv", draft.replace(SKIP, "")) == 0
    assert flags(bare) == [(str(len(usual) + place), kind, word) for place in (1, 3)]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Valid until", ["2027-01-01", "2027-02-01", "not banned", "2027-03-01", "2027-04-01", "no"]),
        ("Town", [f"Block {number} Ban Rak" for number in range(20)]),
        ("Score", ["1", "2", "n/a", "3", "1", "2", "unknown", "1", "1"]),
    ],
)
def test_what_only_sounds_so_is_not(bare: Shop, header: str, cells: list[str]) -> None:
    write(bare, header, cells)
    assert [one for one in rules(drafted(bare, "list.csv"), skipped=True) if header in one.get("when", [])] == []


def test_a_name_that_begins_as_a_word_of_a_flag_does_is_no_status(bare: Shop) -> None:
    names = ["이민수", "정지영", "윤현우", "김서연", "최도윤", "조하은", "임준호", "박수빈"]
    bare.file("list.csv", "\n".join(["고객번호,보호자명,휴대폰", *(f"{row},{name},0170174{row}" for row, name in enumerate(names, start=1001)), ""]))
    draft = drafted(bare, "list.csv")
    assert [one for one in rules(draft) + rules(draft, skipped=True) if one.get("when") == ["보호자명"]] == []


def test_a_word_of_a_flag_where_every_row_has_another_is_only_offered(bare: Shop) -> None:
    write(bare, "Coach", ["Al", "Bo", "Cy", "Di", "banned", "Ed", "Flo", "Gus", "Hal"])
    draft = drafted(bare, "list.csv")
    assert ([one["yes"] for one in rules(draft, skipped=True)], rules(draft)) == ([["banned"]], [])


def test_words_of_flags_in_names_and_numbers_are_told_with_their_rows_and_without_their_cells(bare: Shop) -> None:
    marked = ["Fay Hill - BANNED", "*** DO NOT BOOK *** Ken Low", "Ann Lee (on hold)", "Bo Ray [blacklisted]", "Cy Poe do not serve", "Di Orr - gesperrt"]
    names = ["Al Roe", *marked, "Ed Fox"]
    phones = ["0770090001", "DO NOT CALL", *[f"077009000{row}" for row in range(2, 8)]]
    bare.file("list.csv", "\n".join(["Id,Customer name,Phone", *(f"{row},{name},{phones[row]}" for row, name in enumerate(names)), ""]))
    draft = drafted(bare, "list.csv")
    told = [line for line in draft.splitlines() if "words that sound of a flag" in line]
    assert ["1 cell of Phone has" in told[0], "(row 3); " in told[0]] == [True, True]
    assert ["6 cells of Customer name have" in told[1], "(rows 3, 4, 5, 6, 7, …); " in told[1]] == [True, True]
    assert (len(told), [word for word in marked if word in draft]) == (2, [])
    assert all(line.startswith("# CHECK: ") and "give them a column of their own" in line for line in told)
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [])


def test_names_that_are_words_of_flags_are_not_told_of(bare: Shop) -> None:
    names = ["Ban Ki-moon", "Ann Holder", "Bo Blockwell", "정지영", "Anna Hill (Block)", "Jack - Warner", "Jean BLOCK", "Marie BANNISTER", "Ban", "BAN"]
    bare.file("list.csv", "\n".join(["Id,Customer name", *(f"{row},{name}" for row, name in enumerate(names)), ""]))
    assert "sound of a flag" not in drafted(bare, "list.csv")


def test_capitals_say_nothing_where_family_names_are_written_so(bare: Shop) -> None:
    bare.file("list.csv", "\n".join(["Id,Customer name", *(f"{row},Jean {name}" for row, name in enumerate(["EXCLUS", "MOREL", "PETIT", "ROUX"])), ""]))
    assert "sound of a flag" not in drafted(bare, "list.csv")


def test_a_row_of_one_of_several_sheets_is_told_with_its_sheet(bare: Shop) -> None:
    book = Workbook()
    for title, name in (("North", "Al Roe"), ("South", "Bo Ray (banned)")):
        sheet = book.create_sheet(title)
        sheet.append(["Id", "Customer name"])
        sheet.append([title, name])
    book.remove(book.worksheets[0])
    book.save(bare.folder / "list.xlsx")
    assert "(row 2 in South); " in drafted(bare, "list.xlsx")


@pytest.mark.parametrize("said", ["BANNED - took a drill", "Banned: owes for May", "BANNED took a drill", "Gesperrt (zahlt nicht)", "DO NOT RENT, was rude"])
def test_notes_that_begin_with_a_ban_are_offered_as_one(bare: Shop, said: str) -> None:
    write(bare, "Notes", ["always pays cash at the till", f'"{said}"', "", "left handed", "", "was banned elsewhere", "", "", "", "", ""])
    draft = drafted(bare, "list.csv")
    ban, every = rules(draft, skipped=True)
    assert (ban["type"], ban["when"], ban["comment"], every["comment"]) == ("On Hold", ["Notes"], ["Notes"], ["Notes"])
    assert "# CHECK: 1 cell of Notes begins with a word that sounds of a flag: is it one?" in draft
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [])
    assert (migrated(bare, "list.csv", draft.replace(SKIP, "", 1)), flags(bare)) == (0, [("2", "On Hold", said)])


@pytest.mark.parametrize("said", ["not banned - was a mistake", "bandaged - bites", "bank transfer, no cash", "Ann - call later"])
def test_notes_that_begin_otherwise_are_not(bare: Shop, said: str) -> None:
    write(bare, "Notes", ["always pays cash at the till", f'"{said}"', "", "left handed", "", "", "", "", "", "", ""])
    assert [one.get("when") for one in rules(drafted(bare, "list.csv"), skipped=True)] == [None]
