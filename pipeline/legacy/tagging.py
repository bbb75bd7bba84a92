"""Columns of an unknown file whose cells list tags: which characters stand between these, and whether a column holds such lists."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.legacy.guessing import FEW_WORDS, LONG_WORD, Guess
from pipeline.legacy.rules import LONGEST_TAG, type_of

USUAL: Final = ",;|"  # what stands between tags where a map does not say
OF_EAST_ASIA: Final = "、\uff0c\uff1b"  # a comma of Japan, and those of China
HASHED: Final = r"^#[^\s,;|#]+(?:\s+#[^\s,;|#]+)*$"  # #late #rude
RECURRING: Final = 1.5  # how many times a tag stands there on average, at least


def split_of(one: Guess) -> str:
    """Return the characters that stand between the tags of a column."""
    if one.share(HASHED) == 1 and one.share(r"\s#") > 0:
        return " "
    return USUAL + "".join(mark for mark in OF_EAST_ASIA if one.cells.str.contains(mark, literal=True).any())


def tags_in(text: str, split: str) -> set[str]:
    """Return the tags of a cell; `split` are the characters between them."""
    parts = {part.strip() for part in re.split(f"[{re.escape(split)}\n]", text)}
    return {part for part in parts if part and len(part) <= LONGEST_TAG}


def tags_of(one: Guess) -> Iterator[tuple[set[str], int]]:
    """Yield the tags of each different cell, and in how many rows it stands."""
    split = split_of(one)
    for text, count in one.cells.drop_nulls().value_counts().rows():
        yield tags_in(text, split), count


def lists_flags(one: Guess, types: Sequence[str]) -> bool:
    """Tell whether cells list flags: few words, in several rows each, of which at least half are types, or sound of one, and more than one in a cell."""
    listed = _listed(one)
    different = set[str]().union(*listed)
    are_flags = 2 * sum(type_of(word, types) is not None for word in different) >= len(different)
    return _are_few(different) and 2 * len(different) <= sum(map(len, listed)) and any(len(tags) > 1 for tags in listed) and are_flags


def lists_tags(one: Guess) -> bool:
    """Tell whether cells list tags, whatever they say: few words, more than one in a cell, and one of a cell with several alone or with others elsewhere."""
    listed = _listed(one)
    different = set[str]().union(*listed)
    several = [tags for tags in listed if len(tags) > 1]
    again = [tags for tags in several if any(tags & other and tags != other for other in listed)]
    return bool(one.is_text() and again) and _are_few(different) and sum(map(len, listed)) >= RECURRING * len(different)


def _listed(one: Guess) -> list[set[str]]:
    """Return the tags of each row that has some, small."""
    return [{tag.casefold() for tag in tags} for tags, count in tags_of(one) for _ in range(count)]


def _are_few(different: set[str]) -> bool:
    return 0 < len(different) <= FEW_WORDS and all(len(word) <= LONG_WORD for word in different)
