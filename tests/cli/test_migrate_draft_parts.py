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


@pytest.mark.parametrize(
    "header",
    [
        *("Zákaz,Důvod,Město,Zakázal", "Zákaz,Dôvod,Mesto,zakázala", "Zakaz wstępu,Powód,Miasto,Zakazała", "Zabrana,Razlog,Grad,Izbacila"),
        *("Заблокирован,Причина,Город,Запретил", "Vetado,Motivo,Ciudad,Vetó", "Bloccato,Motivo,Città,Bloccò", "Banido,Motivo,Cidade,Baniu"),
    ],
)
def test_a_verb_for_what_somebody_did_heads_a_column_of_who_did_it(bare: Shop, header: str) -> None:
    write(bare, header, [",,Brno,", "x,Theft,Brno,Petr Malý", ",,Brno,", "x,Late,Brno,Jana", ",,Brno,", ",,Brno,", ",,Brno,"])
    assert migrated(bare, "list.csv", drafted(bare, "list.csv")) == 0
    assert asked(bare, "SELECT customer_id, comment, flagged_by FROM flags ORDER BY 1") == [("2", "Theft", "Petr Malý"), ("4", "Late", "Jana")]


@pytest.mark.parametrize("header", ["Zakázal,Kdy,Proč", "Забанил,Когда,Причина"])
def test_who_banned_is_offered_as_a_flag_where_nothing_else_is(bare: Shop, header: str) -> None:
    write(bare, header, [",,", "Petr,2026-03-12,Theft", ",,", "Jana,2026-03-13,Late", ",,", ",,"])
    who, day, why = header.split(",")
    assert [(one["when"], one["at"], one["comment"]) for one in rules(drafted(bare, "list.csv"), skipped=True)] == [([who], [day], [why])]


@pytest.mark.parametrize("header", ["Blacklisted,Added,Added by", "Gesperrt,Eingetragen,Eingetragen von", "Vetado,Añadido,Añadido por"])
def test_added_beside_a_flag_is_its_day_and_added_by_who_set_it(bare: Shop, header: str) -> None:
    write(bare, header, [",,", "x,2026-03-12,Jo", ",,", "x,2026-03-13,Al", ",,", ",,"])
    draft = drafted(bare, "list.csv")
    assert f"# CHECK: {header.split(',')[1]} stands beside this flag and is filled where there is one: is it a day of it?" in draft
    assert migrated(bare, "list.csv", draft) == 0
    assert asked(bare, "SELECT customer_id, flagged_by, CAST(flagged_at AS DATE)::VARCHAR FROM flags ORDER BY 1") == [
        ("2", "Jo", "2026-03-12"),
        ("4", "Al", "2026-03-13"),
    ]


def test_added_tells_who_where_it_holds_names(bare: Shop) -> None:
    write(bare, "Blacklisted,Added", [",", "x,Jo", ",", "x,Al", ",", ","])
    assert [one["by"] for one in rules(drafted(bare, "list.csv"))] == [["Added"]]


def test_added_tells_since_when_in_a_list_of_those_who_are_flagged(bare: Shop) -> None:
    write(bare, "Added,Reason", ["2026-03-12,Theft from the till", "2026-03-13,Late every time", "2026-03-14,Rude to the staff"])
    assert [one["at"] for one in rules(drafted(bare, "list.csv"), skipped=True)] == [["Added"]]
