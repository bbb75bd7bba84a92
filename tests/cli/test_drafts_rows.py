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
