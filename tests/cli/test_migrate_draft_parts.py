"""Drafts of maps: marks of one letter, first days that can't be read, and columns that tell who and since when of a flag that is only offered."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import drafted, flags, migrated, rules


def write(shop: Shop, header: str, rows: list[str]) -> None:
    shop.file("list.csv", "\n".join([f"Id,Name,{header}", *(f"{number},Fay Hill,{row}" for number, row in enumerate(rows, start=1)), ""]))


@pytest.mark.parametrize("letter", ["L", "b"])
def test_a_letter_that_stands_alone_in_a_column_is_a_mark(bare: Shop, letter: str) -> None:
    write(bare, "Late payer", ["", letter, "", "", letter, ""])
    draft = drafted(bare, "list.csv")
    assert f"# CHECK: does {letter} mean that there is a flag, and a blank that there is none?" in draft
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [("2", "At Risk", "Late payer"), ("5", "At Risk", "Late payer")])


def test_a_reason_that_is_called_after_one_mark_is_not_offered_to_another(bare: Shop) -> None:
    write(bare, "Late payer,Why B/L,B/L", [",,", "L,,", ",Stole,X", ",,", "L,Rude,X", ",,"])
    draft = drafted(bare, "list.csv")
    assert '# comment = ["Why B/L"]' not in draft
    assert [(one["when"], one.get("comment")) for one in rules(draft, skipped=True)] == [(["B/L"], ["Why B/L"])]


@pytest.mark.parametrize("header", ["Banned since", "Gesperrt seit", "Bloqueado desde", "Interdit depuis le", "Fecha de bloqueo", "Blokováno od"])
def test_a_first_day_that_can_hardly_ever_be_read_is_offered_as_the_day_and_is_not_the_reason(bare: Shop, header: str) -> None:
    write(bare, f"{header},Reason", [",", "2024,Stole", ",", "spring 2023,Shouted", ",", "12.03.2026,", ","])
    draft = drafted(bare, "list.csv")
    assert f"# CHECK: whoever has something in {header} would be flagged: is that so?" in draft
    assert f'# at = ["{header}"]\n' in draft
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [("2", "On Hold", "Stole"), ("4", "On Hold", "Shouted"), ("6", "On Hold", "12.03.2026")])


def test_a_first_day_once_its_cells_are_mended_is_read_by_the_form_that_some_had(bare: Shop) -> None:
    write(bare, "Banned since,Reason", [",", "2024,Stole", ",", "spring 2023,Shouted", ",", "12.03.2026,Spat", ","])
    draft = drafted(bare, "list.csv").replace("# at =", "at =")
    write(bare, "Banned since,Reason", [",", "01.01.2024,Stole", ",", "01.03.2023,Shouted", ",", "12.03.2026,Spat", ","])
    assert migrated(bare, "list.csv", draft) == 0
    assert asked(bare, "SELECT customer_id, CAST(flagged_at AS DATE)::VARCHAR FROM flags ORDER BY 1") == [
        ("2", "2024-01-01"),
        ("4", "2023-03-01"),
        ("6", "2026-03-12"),
    ]


def test_a_first_day_of_words_beside_a_status_is_offered_to_it(bare: Shop) -> None:
    write(bare, "Status,Barred since", ["ok,", "barred,2024", "ok,", "barred,May 2025", "ok,", "ok,", "ok,"])
    draft = drafted(bare, "list.csv")
    assert [(one["when"], '# at = ["Barred since"]\n' in draft) for one in rules(draft)] == [(["Status"], True)]


def test_a_text_with_numbers_whose_header_is_no_day_stays_the_comment(bare: Shop) -> None:
    write(bare, "On hold", ["", "2 invoices", "", "owes 30", "", "3 no-shows", ""])
    assert [one["comment"] for one in rules(drafted(bare, "list.csv"))] == [["On hold"]]
