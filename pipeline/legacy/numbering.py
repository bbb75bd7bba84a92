"""Columns of an unknown file whose headers have numbers: first warning date, warning 2 reason."""

import re

from pipeline.legacy.guessing import Guess

# Numbers in words, as in second warning reason.
ORDINALS = {
    word: number
    for number, said in {
        "1": "first erste erster erstes premier premiere primera primero prima primo primeiro primeira eerste forsta forste",
        "2": "second zweite zweiter zweites deuxieme segunda segundo seconda secondo tweede andra",
        "3": "third dritte dritter drittes troisieme tercera tercero terza terzo terceira terceiro derde tredje",
        "9": "final letzte letzter letztes derniere dernier laatste sista siste sidste",
    }.items()
    for word in said.split()
}


def by_number(some: list[Guess]) -> list[list[Guess]]:
    """Return the columns of a family, those with different numbers in their headers apart: first warning date, second warning date."""
    numbers = list(dict.fromkeys(tuple(found) for one in some if (found := numbers_of(one))))
    if len(numbers) < len(("1", "2")):
        return [some]
    return [[one for one in some if tuple(numbers_of(one) or numbers[0]) == number] for number in numbers]


def numbers_of(one: Guess) -> list[str]:
    """Return the numbers in a column's header, those in words as digits."""
    return [ORDINALS.get(word, word) for word in re.findall(r"\d+|[a-z]+", one.said) if word.isdigit() or word in ORDINALS]
