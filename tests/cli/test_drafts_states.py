"""Drafts of maps for a status of several words: those that sound of a flag, those that may be one, and the texts beside them."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_ask import sheet
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, flags, migrated, rules

TOLD = "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL"


def test_a_text_beside_words_that_may_be_levels_of_a_flag_is_theirs(bare: Shop) -> None:
    draft = sheet(bare, "Risk level,Risk note", "high,owes for May", "medium,late twice", "medium,loud", "medium,late again", rest="low,")
    assert "is filled for customers without this flag too" not in draft
    assert migrated(bare, "s.csv", draft) == 0
    assert [(who, said) for who, _, said in flags(bare)] == [("K0", "owes for May")]


def test_a_strange_word_with_a_text_beside_it_may_be_a_flag_too(bare: Shop) -> None:
    draft = sheet(bare, "Status,Comment", "Banned,took a saw", "Fnordish,comes late", "Banned,does not pay", "Fnordish,argues", rest="Active,")
    assert '# "Fnordish" = "Warning"' in draft
    (rule,) = rules(draft)
    assert (rule["type_column"], rule["types"], rule["comment"]) == (["Status"], {"Banned": ON_HOLD}, ["Comment", "Status"])
    assert (migrated(bare, "s.csv", draft), asked(bare, TOLD)) == (0, [("K0", ON_HOLD, "took a saw"), ("K2", ON_HOLD, "does not pay")])


def test_it_is_one_once_somebody_says_so(bare: Shop) -> None:
    draft = sheet(bare, "Status,Comment", "Banned,took a saw", "Fnordish,comes late", "Fnordish,", rest="Active,")
    assert migrated(bare, "s.csv", draft.replace('# "Fnordish" = "W', '"Fnordish" = "W')) == 0
    assert asked(bare, TOLD) == [("K0", ON_HOLD, "took a saw"), ("K1", "Warning", "comes late"), ("K2", "Warning", "Fnordish")]


@pytest.mark.parametrize(
    "first",
    [
        ("Banned,took a saw", "Pending,", "Pending,"),  # nothing beside it
        ("Banned,took a saw", "Closed,moved away", "Inactive,moved too"),  # known
        ("Banned,took a saw", "none,nothing to say", "ok,all well"),  # none
    ],
)
def test_words_of_which_nothing_tells_or_that_are_known_are_not_offered(first: tuple[str, ...], bare: Shop) -> None:
    draft = sheet(bare, "Status,Comment", *first, rest="Active,")
    (rule,) = rules(draft)
    assert (rule["when"], rule["yes"]) == (["Status"], ["Banned"])
    assert '= "Warning"' not in draft


def test_notes_that_may_be_called_warnings_are_those_of_the_status_they_stand_with(bare: Shop) -> None:
    first = ("Bloqueado,Cheque sem cobertura", "Atenção,Pede sempre desconto", "Bloqueado,Levou a chave", "Activo,Carro de empresa", "Activo,Só à tarde")
    draft = sheet(bare, "Situação,Obs", *first, rest="Activo,")
    assert "# CHECK: is Obs a note, of this flag too?" in draft
    assert (migrated(bare, "s.csv", draft), asked(bare, TOLD)) == (
        0,
        [("K0", ON_HOLD, "Cheque sem cobertura"), ("K1", "Warning", "Pede sempre desconto"), ("K2", ON_HOLD, "Levou a chave")],
    )


def test_warnings_of_others_than_a_status_tells_of_stay_flags(bare: Shop) -> None:
    first = ("Spärrad,Betalar inte", "Spärrad,", "Aktiv,Biter", "Aktiv,Rymmer")
    assert migrated(bare, "s.csv", sheet(bare, "Status,Obs", *first, rest="Aktiv,")) == 0
    assert [(who, kind) for who, kind, _ in asked(bare, TOLD)] == [("K0", ON_HOLD), ("K0", "Warning"), ("K1", ON_HOLD), ("K2", "Warning"), ("K3", "Warning")]
