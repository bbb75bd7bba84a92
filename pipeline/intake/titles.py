"""What may be said of a row that should have been the header: titles are no secret, and what stands there instead may be a customer's data."""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.wording import count_of

LONG = 60  # characters that no title has
NUMBER = re.compile(r"[\s$€£¥+\-().,/:%0-9TZ]*[0-9][\s$€£¥+\-().,/:%0-9TZ]*")
KINDS = {"text": "texts", "number": "numbers", "e-mail address": "e-mail addresses", "long text": "long texts"}
ENOUGH = 2  # known titles that make a row a header


def tell_columns(row: Sequence[str], named: Sequence[str | None]) -> str:
    """Return a sentence on the columns that are there: their titles, where enough of them are known for them to be titles; else only what kinds of cells.

    `named`: what each cell means as a title, or None.
    """
    filled = [(text.strip(), name) for text, name in zip(row, named, strict=True) if text.strip()]
    if not filled:
        return "The columns there are: none."
    known = sum(1 for _, name in filled if name)
    titles = known >= ENOUGH or 2 * known >= len(filled)
    if titles and all(_kind(text) == "text" or name for text, name in filled):
        return f"The columns there are: {', '.join(text for text, _ in filled)}."
    kinds = Counter(_kind(text) for text, _ in filled)
    said = ", ".join(count_of(kinds[kind], kind, several) for kind, several in KINDS.items() if kinds[kind])
    return f"No row names the columns; the first one that might holds {said}."


def _kind(text: str) -> str:
    if "@" in text:
        return "e-mail address"
    if NUMBER.fullmatch(text):
        return "number"
    return "text" if len(text) <= LONG and "\n" not in text else "long text"
