"""Mistakes in a map that nobody would see in what becomes of a file: each refuses the map, saying where it is."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipeline.errors import Refused
from pipeline.intake.cells import keys_of
from schemas.columns import sign_key

OPPOSITES = (("yes", "no"), ("flagged", "unflagged"), ("flagged", "no"), ("unflagged", "no"))


def check_several(names: Sequence[str], known: Iterable[str], where: str) -> None:
    """Raise `Refused` for a column whose cells may hold several values and that the book does not have, naming the nearest."""
    columns = sorted(known)
    for name in names:
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1, cutoff=0.0)
            raise Refused(f"{where}: several: there is no column called {name}.", f"The nearest is {near[0]}; it takes our columns, not the file's headers.")


def check_sources(columns: Mapping[str, Sequence[str]], picked: Iterable[str], where: str) -> None:
    """Raise `Refused` where two of our columns (column → headers) are read from one of the file's, whole; parts of a cell (`picked`) may be."""
    whole = [(column, header) for column, headers in columns.items() if column not in set(picked) for header in headers]
    for (one, header), (other, same) in combinations(whole, 2):
        if one != other and sign_key(header) == sign_key(same):
            raise Refused(
                f"{where}: {one} and {other} are both read from the column {header}.", "Keep one of them, or say in [pick] which part of a cell each is."
            )


def check_zoned(zone_column: Sequence[str], bookings: Mapping[str, Sequence[str]], where: str) -> None:
    """Raise `Refused` for a column of time zones in a map that reads no bookings, of whose times it tells."""
    if zone_column and not bookings:
        raise Refused(f"{where}: zone_column tells the time zone of bookings, and the map reads none.", "Add a table [bookings], or take zone_column out.")


def read_switch(table: Mapping[str, Any], key: str, where: str) -> bool:
    """Return whether a map switches something on; raise `Refused` for what is neither true nor false."""
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise Refused(f"{where}: {key}: this must be true or false, without quotation marks.", f"Write {key} = true")
    return value


def settle_words(said: Mapping[str, Any], usual: Mapping[str, Sequence[str]], where: str) -> dict[str, tuple[str, ...]]:
    """Return the words that a rule does not list itself (`usual`), less those that it lists with the opposite meaning.

    Raises `Refused` where it lists a word with both meanings itself.
    """
    settled = {name: tuple(words) for name, words in usual.items() if name not in said}
    for pair in OPPOSITES:
        both = _same_words(*(said.get(name, ()) for name in pair))
        if both:
            raise Refused(f'{where}: "{both[0]}" stands both in {pair[0]} and in {pair[1]}.', "A word means one of the two: take it out of the other.")
        for name, other in (pair, pair[::-1]):
            if name in settled and other in said:
                settled[name] = tuple(word for word in settled[name] if not _same_words([word], said[other]))
    return settled


def check_words(said: Mapping[str, Any], where: str) -> None:
    """Raise `Refused` for words of a rule's column that it does not name, and for one that tells which flags have ended in a rule of what happened."""
    if said.get("no_end") and not said.get("expires"):
        raise Refused(f"{where}: no_end says which words in expires mean that there is no last day, and there is no expires.", "Give expires, or take it out.")
    if said.get("ended_yes") and not said.get("ended"):
        raise Refused(f"{where}: ended_yes says which words in ended mean that a flag has ended, and there is no ended.", "Give ended, or take it out.")
    if said.get("ended") and said.get("event"):
        raise Refused(f"{where}: ended tells which flags have ended, and event tells that itself.", "Name the words for that in unflagged, and take ended out.")


def _same_words(some: Iterable[str], others: Iterable[str]) -> list[str]:
    keys, words = {*keys_of(others)}, list(some)
    return [word for word, key in zip(words, keys_of(words), strict=True) if key in keys]
