"""Drafts of maps: days, people and reasons beside a status, tags or a text that tell of flags go with those, and make no flag of their own."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_shared import TOLD
from tests.cli.test_drafts_unlike import NO_SKIP, drafted, table
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, migrated, rules, unmarked


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Status,Notes,Blacklist date,Added by", ("Blacklisted,Rude,2026-01-05,Jo", "Active,,,", "Warning,Late,,Al", *["Active,,,"] * 4)),
        ("Durum,Açıklama,Yasak Tarihi,Ekleyen", ("Yasaklı,Rude,05.01.2026,Jo", "Aktif,,,", "Dikkat,Late,,Al", *["Aktif,,,"] * 4)),  # noqa: RUF001  # Turkish
        ("Estado,Motivo del bloqueo,Fecha bloqueo,Por", ("bloqueado,Rude,05/01/2026,Jo", "activo,,,", "aviso,Late,,Al", *["activo,,,"] * 4)),
        ("Tags,Why barred,Barred since,Barred by", ("Barred; Dog,Rude,2026-01-05,Jo", "Dog,,,", "Warning,Late,,Al", *["Dog,,,"] * 4)),
    ],
)
def test_the_day_of_a_ban_beside_words_for_several_flags_is_of_their_rule(bare: Shop, header: str, cells: tuple[str, ...]) -> None:
    table(bare, header, *cells)
    draft = drafted(bare, "f.csv")
    assert (draft.count("[[flags]]"), migrated(bare, "f.csv", draft)) == (1, 0)
    told = asked(bare, TOLD)
    assert (told[0][:4], told[1]) == (("2", "Warning", "Late", "Al"), ("7", ON_HOLD, "Rude", "Jo", "2026-01-05", None))


def test_a_day_of_a_ban_that_words_do_not_tell_of_stays_a_flag(bare: Shop) -> None:
    table(bare, "Status,Banned on", "Active,2026-01-05", "Active,", "Warning,", "Suspended,", "Active,2026-02-06", "Active,", "Active,")
    assert "# CHECK: whoever has a day in Banned on would be flagged: is that so?" in (draft := drafted(bare, "f.csv"))
    assert (migrated(bare, "f.csv", draft), [one[0] for one in asked(bare, TOLD)]) == (0, ["2", "3", "4", "7"])


def test_a_day_of_a_ban_that_stands_beside_another_word_too_is_asked_about(bare: Shop) -> None:
    table(bare, "Status,Banned on", "Banned,2026-01-05", "Active,", "Warning,2026-02-06", "Banned,2026-03-07", "Active,", "Active,", "Active,")
    assert "# CHECK: Banned on is filled for other flags of Status too (Warning): is it about these as well?" in drafted(bare, "f.csv")


@pytest.mark.parametrize(
    "header", ["Barred,Reason,Flagged on,Flagged by", "Bloccato,Motivo,Segnalato il,Segnalato da", "Indésirable,Motif,Signalé le,Signalé par"]
)
def test_flagged_on_and_by_beside_a_ban_are_its_day_and_person(bare: Shop, header: str) -> None:
    table(bare, header, "x,Rude,2026-01-05,Jo", ",,,", ",,,", "x,Theft,2026-02-06,Al", ",,,", ",,,", ",,,")
    draft = drafted(bare, "f.csv")
    assert (draft.count("[[flags]]"), migrated(bare, "f.csv", draft)) == (1, 0)
    assert asked(bare, TOLD) == [("3", ON_HOLD, "Theft", "Al", "2026-02-06", None), ("7", ON_HOLD, "Rude", "Jo", "2026-01-05", None)]


def test_flagged_on_that_others_than_the_banned_have_stays_a_flag(bare: Shop) -> None:
    table(bare, "Barred,Reason,Flagged on", "x,Rude,2026-01-05", ",,2026-02-06", ",,", "x,Theft,", ",,", ",,", ",,")
    assert "# CHECK: whoever has a day in Flagged on would be flagged: is that so?" in drafted(bare, "f.csv")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Situação,Motivo,Data da situação", ("Suspenso", "Dívida", "Ativo")),
        ("Membership Status,Status Reason,Status Date", ("Suspended", "Frozen", "Live")),
        ("Статус,Комментарий к статусу,Дата изменения", ("заблокирован", "под вопросом", "активен")),
    ],
)
def test_the_day_of_a_status_that_others_have_too_is_offered_to_its_flag(bare: Shop, header: str, words: tuple[str, str, str]) -> None:
    flag, harmless, active = words
    table(bare, header, f"{flag},Rude,05/01/2026", f"{active},,", f"{harmless},Late,25/02/2026", *[f"{active},,"] * 4)
    draft = drafted(bare, "f.csv")
    assert (draft.count("[[flags]]"), f'# at = ["{header.split(",")[2]}"]' in draft) == (1, True)
    assert (migrated(bare, "f.csv", draft.replace("# at =", "at =")), [(one[0], one[4]) for one in asked(bare, TOLD)]) == (0, [("7", "2026-01-05")])


@pytest.mark.parametrize(
    ("header", "flag", "active"),
    [
        ("Статус,Причина", "заблокирован", "активен"),
        ("Κατάσταση,Αιτιολογία", "Αποκλεισμένος", "Ενεργός"),
        ("מצב,סיבה", "חסום", "פעיל"),
        ("الحالة,السبب", "محظور", "نشط"),
    ],
)
def test_a_status_of_other_scripts_tells_of_flags(bare: Shop, header: str, flag: str, active: str) -> None:
    table(bare, header, f"{flag},Rude", f"{active},", f"{active},")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), {one[:3] for one in asked(bare, TOLD)}) == (0, {(n, ON_HOLD, "Rude") for n in "36"})


@pytest.mark.parametrize(("flag", "other"), [("محظور", "غير محظور"), ("חסום", "לא חסום"), ("Bị chặn", "không bị chặn")])
def test_not_blocked_is_no_flag(bare: Shop, flag: str, other: str) -> None:
    table(bare, "Status", flag, other, other)
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv").replace(NO_SKIP, "")), [one[0] for one in asked(bare, TOLD)]) == (0, ["3", "6"])


def test_a_debt_is_no_no(bare: Shop) -> None:
    table(bare, "Cảnh báo", "Nợ", "", "không")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), [one[0] for one in asked(bare, TOLD)]) == (0, ["3", "6"])


def test_a_level_in_numbers_is_no_day(bare: Shop) -> None:
    table(bare, "Niveau d'alerte,Motif,Date d'alerte", "2,Rude,2026-01-05", "0,,", "0,,", "1,Late,2026-02-06", "0,,", "0,,", "0,,")
    draft = drafted(bare, "f.csv")
    assert ("is called a day" in draft, "# CHECK: Niveau d'alerte holds numbers" in draft, draft.count(NO_SKIP)) == (False, True, 1)


def test_whoever_placed_a_hold_set_it(bare: Shop) -> None:
    table(bare, "Account on hold,Hold reason,Hold placed by", "Y,Rude,Front desk - Amy", "N,,", "N,,", "Y,Theft,Dr. Rowe", "N,,", "N,,", "N,,")
    assert migrated(bare, "f.csv", drafted(bare, "f.csv")) == 0
    assert [one[2:4] for one in asked(bare, TOLD)] == [("Theft", "Dr. Rowe"), ("Rude", "Front desk - Amy")]


def test_a_reason_beside_the_day_of_another_flag_is_offered_to_it(bare: Shop) -> None:
    table(bare, "Motif de l'alerte,Interdit jusqu'au", "Rude,30/06/2027", ",", "Late,", "Theft,31/12/2028", ",", ",", ",")
    draft = drafted(bare, "f.csv")
    assert "# CHECK: Motif de l'alerte is filled for customers with this flag too; if it tells why, take the # off" in draft


def test_a_status_of_unknown_words_with_reasons_is_asked_about(bare: Shop) -> None:
    table(bare, "Status,Reason", "Orange,Theft", "Plain,", "Purple,Late", *["Plain,"] * 4)
    draft = drafted(bare, "f.csv")
    assert ("# CHECK: are some words of Status flags?" in draft, draft.count(NO_SKIP)) == (True, 1)
    assert (migrated(bare, "f.csv", draft), asked(bare, TOLD)) == (0, [])
    chosen = draft.replace(NO_SKIP, "").replace('yes = ["Orange", "Purple"]', 'yes = ["Orange"]').replace("no = [", 'no = ["Purple", ')
    assert (migrated(bare, "f.csv", chosen), [one[:3] for one in asked(bare, TOLD)]) == (0, [("7", ON_HOLD, "Theft")])


def test_a_status_of_unknown_words_alone_is_no_question_of_flags(bare: Shop) -> None:
    table(bare, "Status,Town", "Orange,Bath", "Plain,Leeds", "Purple,York", *["Plain,Bath"] * 4)
    assert "are some words of Status flags?" not in drafted(bare, "f.csv")


@pytest.mark.parametrize(
    "header", ["Bookings,Restriction reason,Restricted until", "Booking restriction,Restriction reason,Restricted until", "예약 제한,제한 사유,제한 종료일"]
)
def test_one_word_or_blank_with_a_reason_beside_it_is_offered(bare: Shop, header: str) -> None:
    table(bare, header, "restricted,Rude,2027-05-03", ",,", ",,", "restricted,Theft,2027-06-04", ",,", ",,", ",,")
    draft = drafted(bare, "f.csv")
    assert (draft.count("[[flags]]"), draft.count(NO_SKIP)) == (1, 1)
    assert (migrated(bare, "f.csv", draft.replace(NO_SKIP, "")), [(one[0], one[2], one[5]) for one in asked(bare, TOLD)]) == (
        0,
        [("3", "Theft", "2027-06-04"), ("7", "Rude", "2027-05-03")],
    )


def test_a_text_that_is_offered_has_the_day_and_person_of_just_its_rows(bare: Shop) -> None:
    table(bare, "Trouble,When it happened,Clerk", "broke the window,2026-01-05,Jo", ",,", ",,", "was rude to Jo,2026-02-06,Al", ",,", ",,", ",,")
    draft = drafted(bare, "f.csv")
    assert (draft.count("[[flags]]"), draft.count(NO_SKIP)) == (1, 1)
    assert (migrated(bare, "f.csv", draft.replace(NO_SKIP, "")), [one[2:5] for one in asked(bare, TOLD)]) == (
        0,
        [("was rude to Jo", "Al", "2026-02-06"), ("broke the window", "Jo", "2026-01-05")],
    )


def test_a_text_that_is_offered_has_no_day_of_other_rows(bare: Shop) -> None:
    table(bare, "Trouble,Met on", "broke the window,2026-01-05", ",2026-03-07", ",", "was rude to Jo,2026-02-06", ",", ",", ",")
    assert 'at = ["Met on"]' not in drafted(bare, "f.csv").partition('comment = ["Trouble"]')[2].partition("[[flags]]")[0]


@pytest.mark.parametrize("name", ["Clienta", "Pacjent", "Elev", "Ученик", "Nume complet", "Nama Lengkap"])
@pytest.mark.parametrize("number", ["Č. zákazníka", "Mã khách"])
def test_names_and_numbers_of_customers_in_more_languages(bare: Shop, name: str, number: str) -> None:
    bare.file("f.csv", f"{number},{name},Contacto\nK-1,Ann Lee,917 891 157\nK-2,Bo Day,911 776 936\nK-3,Cy Fox,914 241 122\n")
    assert {f'customer_id = ["{number}"]', f'name = ["{name}"]', 'phone = ["Contacto"]'} <= set(unmarked(drafted(bare, "f.csv")))


@pytest.mark.parametrize("why", ["Offence", "Mischief", "Verstoß", "Infraction"])
def test_who_is_called_so_comes_before_a_text_that_stands_nearer(bare: Shop, why: str) -> None:
    told = [("Fighting", "PC Hale"), ("Drugs", "Landlord"), ("Underage", "PC Hale"), ("Theft", "Landlord")]
    rows = "".join(f"{n},P{'abcd'[n]} Lee,1{n}/01/2026,{'' if n % 2 else f'1{n}/02/2027'},{text},{who}\n" for n, (text, who) in enumerate(told))
    bare.file("f.csv", f"Member no,Name,Barred from,Barred until,{why},Issued by\n{rows}")
    assert [(one["comment"], one["by"]) for one in rules(drafted(bare, "f.csv"))] == [([why], ["Issued by"])]


@pytest.mark.parametrize("header", ["Zakaz wstępu od;Zakaz do", "Zakaz do;Zakaz wstępu od"])
def test_a_first_and_a_last_day_that_begin_alike_are_of_one_flag(bare: Shop, header: str) -> None:
    since = header.split(";").index("Zakaz wstępu od")
    rows = "".join(f"{n};{('03.02.2026;03.02.2099', '03.02.2099;03.02.2026')[since] if n % 3 == 0 else ';'};\n" for n in range(12))
    bare.file("f.csv", f"Nr klienta;{header};Przyczyna\n{rows}")
    draft = drafted(bare, "f.csv")
    assert [(one["at"], one["expires"]) for one in rules(draft)] == [(["Zakaz wstępu od"], ["Zakaz do"])]
    assert rules(draft, skipped=True) == []


def test_the_last_days_of_a_ban_of_which_most_are_words_tell_not_who_set_it(bare: Shop) -> None:
    told = ("NE,,", "DA,owes,30.06.2027", "DA,theft,trajno", "NE,,", "DA,fight,do preklica", *["NE,,"] * 4)
    table(bare, "Prepoved vstopa,Razlog,Prepoved do", *told)
    draft = drafted(bare, "f.csv")
    assert ("by = " in draft, '# expires = ["Prepoved do"]' in draft) == (False, True)
