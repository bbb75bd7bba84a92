"""Rows that stray quotation marks have swallowed: a cell that opens in one record and closes in another holds all between them.

No reader of CSV can tell: the record has as many cells as any other. But cut at its line breaks, the cell gives records like this one.
"""

import re
from collections.abc import Sequence

DIGITS, LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


def holds_records(record: Sequence[str], separator: str) -> bool:
    """Tell whether a cell of a record holds the end of that record, the beginning of another, and perhaps whole ones between them."""
    return any("\n" in text and _holds(record, place, separator) for place, text in enumerate(record))


def _holds(record: Sequence[str], place: int, separator: str) -> bool:
    lines = record[place].split("\n")
    first, last = lines[0].split(separator), lines[-1].split(separator)
    between = [line.split(separator) for line in lines[1:-1] if line.strip()]
    if len(first) != len(record) - place or len(last) != place + 1 or any(len(cells) != len(record) for cells in between):
        return False
    above, below = [*record[:place], *first], [*last, *record[place + 1 :]]
    return all(_are_alike(above, other, place) for other in (*between, below))


def _are_alike(one: Sequence[str], other: Sequence[str], open_at: int) -> bool:
    """Tell whether two records look like rows of one table: most of their cells are of one form, and one of those says something.

    A word is like any other word: a form says something where it has digits or an @, or where both cells are the same.
    """
    pairs = [(a.strip(), b.strip(), place) for place, (a, b) in enumerate(zip(one, other, strict=True)) if a.strip() and b.strip()]
    forms = [(_form(a), _form(b), a == b) for a, b, place in pairs if place != open_at or _says_something(_form(a))]
    same = [form for form, another, _ in forms if form == another]
    return 2 * len(same) > len(forms) and any(is_same or (form == another and _says_something(form)) for form, another, is_same in forms)


def _form(text: str) -> str:
    return LETTERS.sub("a", DIGITS.sub("9", text))


def _says_something(form: str) -> bool:
    return "9" in form or "@" in form
