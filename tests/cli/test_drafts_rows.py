"""Drafts of maps for files with a row for each flag, a column of which tells whether it still stands, and for headers that deny or only look like flags."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate_drafts import drafted, flags, migrated, rules

ROWS = {
    "active": ("Flag type,Comment,Set by,Set on,Active", "Yes", "No"),
    "status": ("Flag type,Comment,Set by,Set on,Status", "Open", "Closed"),
    "vigente": ("Tipo de aviso,Comentario,Creado por,Fecha,Vigente", "Sí", "No"),
    "erledigt": ("Art des Hinweises,Kommentar,Erfasst von,Datum,Erledigt", "nein", "ja"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_column_that_tells_which_flags_still_stand_is_asked_about_and_read(bare: Shop, name: str) -> None:
    header, stands, over = ROWS[name]
    told = [("1", "On Hold", "owes", stands), ("2", "Warning", "shouts", over), ("2", "On Hold", "stole", stands), ("3", "Alert", "dog", over)]
    rows = [f"{who},N{who},{kind},{why},Jo,2026-01-0{day},{word}" for day, (who, kind, why, word) in enumerate(told, 1)]
    bare.file("f.csv", "\n".join([f"Customer number,Name,{header}", *rows, ""]))
    draft = drafted(bare, "f.csv")
    assert "which of these flags still stand?" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("1", "On Hold", "owes"), ("2", "On Hold", "stole")]), draft


@pytest.mark.parametrize(
    "header", ["未拉黑", "黑名单已移除", "取消拉黑", "警告なし", "차단해제", "Text alerts", "Blockbuchung", "Risikobelehrung", "Auskunftssperre"]
)
def test_a_header_that_denies_or_only_looks_like_a_flag_is_none(bare: Shop, header: str) -> None:
    rows = [f"{number},N{number},{'yes' if number % 3 else 'no'}" for number in range(30)]
    bare.file("f.csv", "\n".join([f"Customer number,Name,{header}", *rows, ""]))
    assert not [rule for rule in rules(drafted(bare, "f.csv")) if header in rule.get("when", ())]


@pytest.mark.parametrize("header", ["Nota di attenzione", "Texto del aviso", "Texte de l'alerte", "On hold due to"])
def test_a_note_is_no_day(bare: Shop, header: str) -> None:
    kind = {"Nota di attenzione": "Attenzione", "Texto del aviso": "Aviso", "Texte de l'alerte": "Alerte"}.get(header, "On hold")
    rows = [f"{number},N{number},{'yes' if number % 4 == 0 else 'no'},{'paid late' if number % 4 == 0 else ''}" for number in range(20)]
    bare.file("f.csv", "\n".join([f"Customer number,Name,{kind},{header}", *rows, ""]))
    assert [rule["comment"] for rule in rules(drafted(bare, "f.csv"))] == [[header]]


def test_who_warned_is_neither_yes_nor_no(bare: Shop) -> None:
    rows = [f"{number},N{number},paid late {number},{'Jo' if number % 2 else 'Al'},2026-01-{number + 1:02}" for number in range(12)]
    bare.file("f.csv", "\n".join(["Customer number,Name,Warning,Warned by,Warned on", *rows, ""]))
    (rule,) = rules(drafted(bare, "f.csv"))
    assert (rule["comment"], rule["by"], rule["at"]) == (["Warning"], ["Warned by"], ["Warned on"])


def test_days_to_come_are_not_those_since_when_and_a_block_of_houses_is_no_reason(bare: Shop) -> None:
    flagged = [number % 5 == 0 for number in range(30)]
    rows = [f"{n},N{n},Lipowa,{'ABC'[n % 3]}{n % 7},{'tak' if on else 'nie'},{f'2099-01-{n + 1:02}' if on else ''}" for n, on in enumerate(flagged)]
    bare.file("f.csv", "\n".join(["Nr klienta,Nazwisko,Ulica,Blok,Zablokowany,Data blokady", *rows, ""]))
    draft = drafted(bare, "f.csv")
    (rule,) = rules(draft)
    assert (rule["when"], "comment" in rule, "at" in rule, "expires" in rule) == (["Zablokowany"], False, False, False)
    assert '# expires = ["Data blokady"]' in draft
    assert "# Nothing is made of these columns: Ulica, Blok" in draft


@pytest.mark.parametrize(("letters", "yes"), [("E,H", "E"), ("V,F", "V"), ("I,N", "I")])
def test_letters_that_say_yes_and_no_elsewhere_are_asked_about(bare: Shop, letters: str, yes: str) -> None:
    no = letters.replace(yes, "").strip(",")
    bare.file("f.csv", "\n".join(["Customer number,Name,Bloqué", *(f"{number},N{number},{yes if number == 4 else no}" for number in range(9)), ""]))
    draft = drafted(bare, "f.csv")
    assert f"{yes.lower()} is taken for yes" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("4", "On Hold", "Bloqué")]), draft


def test_a_note_of_customers_without_a_level_is_no_fault(bare: Shop) -> None:
    levels = ["High", "", "Medium", "", "High", "Medium", "", ""]
    bare.file("f.csv", "\n".join(["Client ID,Name,Flag level,Flag note", *(f"{n},N{n},{level},note {n}" for n, level in enumerate(levels)), ""]))
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("0", "Warning", "note 0"), ("4", "Warning", "note 4")]), draft
    assert migrated(bare, "f.csv", draft.replace('# "Medium"', '"Medium"')) == 0
    assert [who for who, _, _ in flags(bare)] == ["0", "2", "4", "5"]


def test_only_days_that_are_used_say_whether_the_month_comes_first(bare: Shop) -> None:
    rows = [f"{n},N{n},12/2{n}/1980,{'Y' if n % 3 else 'N'},{f'0{n}/03/2026' if n % 3 else ''}" for n in range(1, 9)]
    bare.file("f.csv", "\n".join(["Client ID,Name,DOB,Banned,Ban date", *rows, "9,N9,01/02/1990,Y,30/03/2026", ""]))
    draft = drafted(bare, "f.csv")
    assert 'date_formats = ["%d/%m/%Y"]' in draft
    assert migrated(bare, "f.csv", draft) == 0


def test_addresses_that_several_rows_share_are_others(bare: Shop) -> None:
    rows = [f"sue@example.com,N {n},n{n}@example.com,{'Yes' if n == 2 else 'No'}" for n in range(1, 8)]
    bare.file("f.csv", "\n".join(["Agent email,Guest name,Guest email,Blocked", *rows, ""]))
    draft = drafted(bare, "f.csv")
    assert "Agent email is left out, since several rows share addresses there" in draft
    assert 'email = ["Guest email"]' in draft


@pytest.mark.parametrize("header", ["Cleared", "Cleared on", "Resolved date", "Erledigt am"])
def test_days_on_which_a_flag_was_settled_end_it(bare: Shop, header: str) -> None:
    rows = [f"{n},N{n},{'x,2026-01-02,late' if n % 3 == 0 else ',,'},{'2026-02-03' if n == 3 else ''}" for n in range(9)]
    bare.file("f.csv", "\n".join([f"Member No,Name,Blocked,Blocked on,Why,{header}", *rows, ""]))
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), [who for who, _, _ in flags(bare)]) == (0, ["0", "6"]), draft


def test_what_is_offered_in_the_place_of_a_line_says_that_this_goes(bare: Shop) -> None:
    rows = [f"{n},N{n},{'x,2026-01-02,2026-01-02,late' if n % 3 == 0 else ',,,'}" for n in range(9)]
    bare.file("f.csv", "\n".join(["Member No,Name,Blocked,Blocked on,Ban date,Why", *rows, ""]))
    assert "only one column counts: if it is this one, take the # off, and the line at above away" in drafted(bare, "f.csv")


def test_a_last_day_of_the_last_year_is_one(bare: Shop) -> None:
    rows = [f"{n},N{n},{'01.02.2026,31.12.9999,late' if n % 3 == 0 else ',,'}" for n in range(9)]
    bare.file("f.csv", "\n".join(["Kundennr,Name,Gesperrt ab,Gesperrt bis,Grund", *rows, ""]))
    assert "can't be read as a day" not in drafted(bare, "f.csv")
