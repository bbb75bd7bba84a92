"""Headers that stand in a file several times, which a map tells apart by a number, and headers of two rows."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.columns import sign_key

FIRST = "(1)"
NUMBERED = re.compile(r"\([0-9]+\)$")


@dataclass(frozen=True)
class Headed:
    """A column: what a map calls it (`header`), what its file does (`title`), and the title `above` that, where headers have two rows."""

    header: str
    title: str
    above: str = ""


def are_numbered(headers: Iterable[str]) -> bool:
    """Tell whether a map names some of several columns of one header, as in Reason (2)."""
    return any(NUMBERED.search(header.strip()) for header in headers)


def numbered(record: Sequence[str]) -> list[str]:
    """Return what a map calls the columns of a header: as they are called, and one of several that are called alike with its number, from the left.

    Blanks and signs that tell no headers apart do not count: Reason (1) and Reason (2) are columns called Reason and reason. A name that another column
    has anyway is passed over: of Reason, Reason and Reason (2) the second is Reason (3).
    """
    keys = [sign_key(title) for title in record]
    counts, seen, names = Counter(keys), Counter[str](), []
    for title, key in zip(record, keys, strict=True):
        name = title.strip()
        while key and counts[key] > 1 and (name == title.strip() or sign_key(name) in counts):
            seen[key] += 1
            name = f"{title.strip()} ({seen[key]})"
        names.append(name)
    return names


def spread(above: Sequence[str], width: int) -> list[str]:
    """Return for each column what stands above its header: the title of merged cells that begin there or further left; of one title on the left, nothing."""
    titles = [title.strip() for title in above[:width]]
    titles = titles if any(titles[1:]) else []
    found, last = [], ""
    for title in [*titles, *[""] * (width - len(titles))]:
        last = title or last
        found.append(last)
    return found
