"""Files with a row for each flag, and a column that tells which of them still stand."""

from collections.abc import Sequence
from typing import Final

from pipeline.legacy.eventwords import ANY_FLAG, UNFLAGGED
from pipeline.legacy.guessing import MOST, Guess, means_no, means_yes
from pipeline.legacy.nowords import EXPIRED
from pipeline.legacy.rules import Rule
from pipeline.legacy.terms import Terms, phrase

NEAR = 2  # columns between a flag and what tells whether it stands
STANDS: Final = Terms(
    "active | is active | still active | still valid | valid | current | open | still open | in force | aktiv | noch aktiv | aktuell | gultig | noch gultig",
    "offen | vigente | activo | activa | actif | en cours | valide | attivo | attiva | in corso | valido | valida | ativo | ativa | actief | geldig | lopend",
    "openstaand | gallande | gyldig | voimassa | aktywne | aktywna | aktywny | aktualne | platne | aktivni | ervenyes | gecerli | activ | valabil",
    "действует | активно | активен | чинне | діє | 有効 | 有效 | 유효",
)
OVER: Final = Terms(
    "resolved | closed | done | ended | over | erledigt | abgeschlossen | geschlossen | beendet | aufgehoben | resuelto | resuelta | cerrado | cerrada",
    "resolu | clos | cloture | regle | risolto | risolta | chiuso | chiusa | resolvido | resolvida | fechado | fechada | afgehandeld | gesloten | opgelost",
    "avslutad | avsluttet | afsluttet | lukket | ratkaistu | suljettu | zamkniete | zamkniety | rozwiazane | vyreseno | uzavreno | lezarva | megoldva",
    "cozuldu | kapali | rezolvat | inchis | решено | закрыто | вирішено | закрито | 解決済み | 已解决 | 已关闭 | 해결됨",
)


INACTIVE: Final = Terms(
    "inactive | not active | no longer active | inaktiv | nicht aktiv | inactivo | inactiva | inactif | inattivo | inativo | inativa | niet actief",
    "nieaktywna | nieaktywny | nieaktywne | neaktivni | neaktivny | pasif | inactiv | inaktiivinen | неактивен | неактивно | неактивна",
)


def note_standing(rules: Sequence[Rule], free: list[Guess], *, may_repeat: bool) -> None:
    """Let rules of rows that each tell of a flag look at a column that tells which of these stand: Active, Resolved, or a status that is open or closed.

    Where each customer has one row, it must be called so, beside a column of types: else it may tell of customers.
    """
    for rule in rules:
        if {"when", "event", "tags"} & set(rule.parts) or rule.head().filled < MOST or not (may_repeat or "type_column" in rule.parts):
            continue
        for one in free:
            if (may_repeat or _is_called_so(one)) and (words := said_of_standing(one)):
                stands, over = (", ".join(some) for some in words)
                if rule.no:  # words of its own column
                    rule.parts["ended"], rule.ended_yes = one, words[1]
                else:
                    rule.yes, rule.no = words
                    rule.parts["when"] = one
                rule.doubts.append(f"does {one.header} tell which of these flags still stand? {stands}: it does; {over}: it does not")
                free.remove(one)
                break


def find_states(found: list[Rule], free: list[Guess]) -> list[tuple[Rule, Guess]]:
    """Return rules of flags that a column says yes or no of, each with one beside it that tells which of these still stand: of all, and of nobody else.

    Such columns leave `free`, and a rule that one would make by itself is taken from `found`.
    """
    pairs = []
    for rule in [rule for rule in found if "when" in rule.parts and rule.head().is_yes_no and not rule.is_offered]:
        heads = {other.head(): other for other in found if other is not rule}
        near = [one for one in (*free, *heads) if abs(one.place - rule.head().place) <= NEAR]
        one = next((one for one in near if not one.is_yes_no and said_of_standing(one) and (one.cells.is_not_null() == rule.flagged_rows()).all()), None)
        if one is None:
            continue
        pairs.append((rule, one))
        if one in heads:
            found.remove(heads[one])
        else:
            free.remove(one)
    return pairs


def note_states(pairs: Sequence[tuple[Rule, Guess]]) -> None:
    """Let rules look at the column that tells which of their flags still stand (see `find_states`), once they have their other parts."""
    for rule, one in pairs:
        asked = f"{one.header} tells, and not {rule.head().header}: does it say which of these flags still stand?"
        rule.yes, rule.no = said_of_standing(one) or ([], [])
        rule.doubts.append(f"{asked} {', '.join(rule.yes)}: it does; {', '.join(rule.no)}: it does not")
        rule.text, rule.parts = rule.head().title, {**rule.parts, "when": one}


def _is_called_so(one: Guess) -> bool:
    return one.is_called(STANDS) or one.is_called(OVER) or one.sounds(ANY_FLAG)


def said_of_standing(one: Guess) -> tuple[list[str], list[str]] | None:
    """Return the words of a column for flags that stand, and those for flags that are over; None where it does not tell that."""
    yes, no = [word for word in one.words if means_yes(word)], [word for word in one.words if means_no(word)]
    if one.is_yes_no and yes and no and (one.is_called(STANDS) or one.is_called(OVER)):
        return (no, yes) if one.is_called(OVER) else (yes, no)
    stands = [word for word in one.words if STANDS.whole(phrase(word))]
    known = (OVER, EXPIRED, UNFLAGGED, *([INACTIVE] if _is_called_so(one) else []))
    over = [word for word in one.words if any(terms.whole(phrase(word)) for terms in known)]
    return (stands, over) if stands and over and len(stands) + len(over) == len(one.words) else None
