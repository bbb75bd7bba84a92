"""Files with a row for each flag, and a column that tells which of them still stand."""

from collections.abc import Sequence
from typing import Final

from pipeline.legacy.guessing import MOST, Guess, means_no, means_yes
from pipeline.legacy.rules import Rule
from pipeline.legacy.terms import Terms, phrase

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


def note_standing(rules: Sequence[Rule], free: list[Guess]) -> None:
    """Let rules of rows that each tell of a flag look at a column that tells which of these stand: Active, Resolved, or a status that is open or closed."""
    for rule in rules:
        if {"when", "event", "tags"} & set(rule.parts) or rule.no or rule.head().filled < MOST:
            continue
        for one in free:
            if words := _said(one):
                rule.yes, rule.no = words
                rule.parts["when"] = one
                stands, over = (", ".join(some) for some in words)
                rule.doubts.append(f"does {one.header} tell which of these flags still stand? {stands}: it does; {over}: it does not")
                free.remove(one)
                break


def _said(one: Guess) -> tuple[list[str], list[str]] | None:
    """Return the words of a column for flags that stand, and those for flags that are over; None where it does not tell that."""
    yes, no = [word for word in one.words if means_yes(word)], [word for word in one.words if means_no(word)]
    if one.is_yes_no and yes and no and (one.is_called(STANDS) or one.is_called(OVER)):
        return (no, yes) if one.is_called(OVER) else (yes, no)
    stands, over = ([word for word in one.words if terms.whole(phrase(word))] for terms in (STANDS, OVER))
    return (stands, over) if stands and over and len(stands) + len(over) == len(one.words) else None
