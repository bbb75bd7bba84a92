"""Columns of an unknown file whose words name flag types, or levels and colours of which some are no flag."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.legacy import flagwords as flags
from pipeline.legacy.guessing import Guess, means_no, says_none
from pipeline.legacy.nowords import EXPIRED
from pipeline.legacy.terms import Terms, phrase

NUMBERED = re.compile(r"^\d (?=\D)|(?<=\D) \d$")
BESIDE = Terms("risk | risiko | riesgo | risque | rischio | risico | risco | ryzyko | riziko | riski | kockazat | risc | риск | level | stufe | niveau | nivel")
RISK = "リスク|风险|風險|위험"


@dataclass
class Levels:
    """The words of a column: those for a type, those that may be one (`maybe`, which count as no), and those that mean no flag.

    `is_sure` says that all of them are the book's own types, or mean no.
    """

    types: dict[str, str] = field(default_factory=dict)
    maybe: dict[str, str] = field(default_factory=dict)
    no: list[str] = field(default_factory=list)
    is_sure: bool = False

    def doubts(self, guess: Guess) -> Iterator[str]:
        """Yield what a person must look at."""
        if not self.is_sure:
            yield f"which words of {guess.header} are flags, and of which type? Those in the line no are none"
        if self.maybe:
            yield "those with a # are none as long as the # stands there"


def said_of(word: str) -> str:
    """Return a word as the glossary writes it, a sign of a light by its colour, without a number and the word for a risk beside it."""
    said = re.sub(RISK, " ", BESIDE.without(NUMBERED.sub("", phrase(word)))).strip()
    return said or phrase(word) or flags.LIGHTS.get(word.strip(), "")


def flag_type(kind: str, types: Sequence[str]) -> str:
    """Return a flag type as far as the settings have it, else their first."""
    return kind if kind in types else types[0]


def find_levels(guess: Guess, kind: str, types: Sequence[str]) -> Levels | None:
    """Return what a column's words are, where they name types of the book or levels; None where they do not. `kind` is the type of a high level."""
    if not guess.words or guess.is_yes_no or guess.is_date or guess.is_number:
        return None
    levels = Levels(is_sure=True)
    own = {name.casefold(): name for name in types}
    named = [word for word in guess.words if word.casefold() in own]
    known = 0
    for word in guess.words:
        known += _sort(levels, word, own, kind)
    if levels.is_sure and named:
        levels.types = {}  # the book's own names need no list
        return levels
    is_level = any(flags.LEVEL_HIGH.whole(said_of(word)) or flags.LEVEL_MID.whole(said_of(word)) for word in guess.words)
    levels.is_sure = False
    return levels if known * 2 > len(guess.words) and (is_level or named or len(levels.types) > 1) else None


def _sort(levels: Levels, word: str, own: dict[str, str], kind: str) -> bool:
    """Put a word where it belongs, and tell whether it is known."""
    said = said_of(word)
    if word.casefold() in own:
        levels.types[word] = own[word.casefold()]
        return True
    if means_no(word) or says_none(word) or flags.ENDED.whole(said) or EXPIRED.whole(said):
        levels.no.append(word)
        return True
    levels.is_sure = False
    sounds = next((name for name, families in flags.FLAG_FAMILIES.items() if any(terms.whole(said) for terms in families)), None)
    if flags.LEVEL_HIGH.whole(said):
        levels.types[word] = flag_type("On Hold", tuple(own.values())) if flags.RED.whole(said) else kind
    elif sounds and sounds.casefold() in own:
        levels.types[word] = own[sounds.casefold()]
    else:
        levels.no.append(word)
        if not flags.LEVEL_LOW.whole(said):
            levels.maybe[word] = flag_type("Warning", tuple(own.values())) if flags.AMBER.whole(said) else kind
    return bool(sounds) or any(terms.whole(said) for terms in (flags.LEVEL_HIGH, flags.LEVEL_MID, flags.LEVEL_LOW))
