"""Words of flags that somebody wrote into customers' names, addresses and numbers, as in `Ann Lee - BANNED`: no map reads these, and a draft tells of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy.guessing import MOST, Guess, says_none
from pipeline.legacy.maps import CHECK
from pipeline.legacy.rulelines import folded
from pipeline.legacy.strewn import EXACT, with_words
from pipeline.legacy.terms import Terms, phrase
from pipeline.wording import count_of

BRACKETS: Final = re.compile(r"[(\[{<\uff08【「《]([^()\[\]{}<>\uff08\uff09【】「」《》]+)[)\]}>\uff09】」》]")
STARS: Final = re.compile(r"\*+\s*([^*]*[^*\s])\s*\*+")
AFTER_DASH: Final = re.compile(r"(?:\s[-\u2013\u2014]+\s*|\s*[/|:;]\s*)(\S.*)$")
MAY_BE: Final = r"[(\[{<\x{ff08}【「《*/|:;]|\s[-\x{2013}\x{2014}]|\p{Lu}{2}|\s.*\s"
CAPITALS: Final = r"\p{Lu}{3}"
LONG_PHRASE: Final = 9  # characters of words that are no name
LONG_YES: Final = 6  # letters of a word for yes that says which flag
# What nobody is called, wherever it stands in a name.
PHRASES: Final = Terms(
    "do not * | don t call | on hold | nicht anrufen | ne pas appeler | no llamar | niet bellen | non chiamare | nao ligar | nie dzwonic | nevolat",
    *(word for terms in flags.FLAG_FAMILIES["On Hold"] for word in terms.words if " " in word and len(word) >= LONG_PHRASE),
)
PLAIN: Final = EXACT | {word for word in flags.YES_WORDS.words if len(word) >= LONG_YES}
SHOWN: Final = 5  # rows
NAMED: Final = ("status",)  # our columns that say something of a customer


def tell_in_names(columns: Mapping[str, Sequence[Guess]], places: Sequence[str]) -> Iterator[str]:
    """Yield a comment for each column of customers in some cells of which words of flags stand; `places` says for each row where it stands in the file."""
    for one in [one for name, some in columns.items() if name not in NAMED for one in some]:
        are_capitals = one.share(CAPITALS) > 1 - MOST  # as where family names are written so
        some = with_words(one.cells.filter(one.cells.str.contains(MAY_BE)), PHRASES)
        marked = [text for text in some if _is_marked(text, are_capitals=are_capitals)]
        rows = one.cells.is_in(marked).fill_null(value=False).arg_true() if marked else pl.Series(dtype=pl.UInt32)
        if len(rows):
            shown = ", ".join([*(places[row] for row in rows.head(SHOWN)), *(["…"] if len(rows) > SHOWN else [])])
            said = f"{count_of(len(rows), 'cell')} of {one.header} {'has' if len(rows) == 1 else 'have'} words that sound of a flag"
            todo = "no flag is made of these: give them a column of their own in the file, called Flag, and draft it again"
            yield f"{CHECK}: {folded(said)} ({'row' if len(rows) == 1 else 'rows'} {folded(shown)}); {todo}"


def _is_marked(text: str, *, are_capitals: bool) -> bool:
    """Tell whether a cell has a phrase that is no name, or a word of a flag in brackets or stars, after a dash, or in capitals where others are not."""
    if PHRASES.within(phrase(text)) and not says_none(text):
        return True
    pieces = [*BRACKETS.findall(text), *STARS.findall(text), *AFTER_DASH.findall(text)]
    return any(map(_is_of_flag, pieces)) or (not are_capitals and any(map(_is_of_flag, _in_capitals(text))))


def _in_capitals(text: str) -> Iterator[str]:
    """Yield the words of a cell that are written in capitals, those that stand together as one piece, where others are not, or there are no others."""
    words = re.findall(r"[^\W\d_]+|\S", text)
    pieces = "".join(f"{word} " if word.isupper() and len(word) > 1 else "\n" for word in words)
    for piece in pieces.split("\n"):
        if piece.strip() and not elsewords.SOFT.whole(phrase(piece)):  # Marie BLOCK
            yield piece.strip()


def _is_of_flag(piece: str) -> bool:
    """Tell whether a piece of a cell says that there is a flag; a word with one capital may be a name, as Warner and Block are."""
    said = phrase(piece)
    if says_none(piece) or flags.ENDED.within(said) or elsewords.NOT_A_FLAG.within(said):
        return False
    if piece.istitle() and " " not in said and (said not in PLAIN or elsewords.SOFT.whole(said)):
        return False
    is_ban = any(terms.within(said) and not terms.is_stretched(said) for terms in flags.FLAG_FAMILIES["On Hold"])
    return is_ban or any(terms.whole(said) for terms in flags.FAMILIES)
