"""Words of flags strewn in columns of something else, as BANNED among last days or gesperrt among scores: rules that a draft only offers."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Final

import polars as pl

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy.guessing import Guess, says_none
from pipeline.legacy.levels import flag_type
from pipeline.legacy.maps import GOES_ON
from pipeline.legacy.rules import Rule
from pipeline.legacy.terms import WITHOUT_BLANKS, Terms, phrase
from pipeline.wording import count_of

# What stands among scores and balances of those who owe.
OWES: Final = Terms(
    "collections | in collections | in collection | debt collection | debt collector* | with collectors | bailiff* | inkasso* | incasso* | mahnverfahren",
    "vollstreckung | nur vorkasse | zahlt nicht | zahlt nie | recouvrement | contentieux | en cobro | cobro judicial | recupero crediti | em cobranca",
    "windykac* | vymahan* | kronofogden* | perinta* | perinnassa | behajtas* | взыскан* | стягнен*",
)
LONGEST: Final = 60  # characters of a cell
BEGINNING: Final = re.compile(r"([^\W\d_]+(?:\s[^\W\d_]+){0,3})\s*[(\[,;:!.\u2013\u2014-]")
NO_WORD: Final = r"^[^\p{L}]*\d[^\p{L}]*$"
SOME_WORD: Final = r"\p{L}{2}|[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7af}]"
EXACT: Final = {word.strip("*") for terms in flags.FAMILIES for word in terms.words}


def offer_strewn(columns: Sequence[Guess], rules: Sequence[Rule], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for the words of flags in columns of numbers, days or codes that are not what a rule goes by, though they may be a part of a flag."""
    heads = [rule.head() for rule in rules]
    for one in [one for one in columns if one not in heads and one.filled and not one.is_yes_no and holds_no_words(one)]:
        yield from _rules(one, _kind, types)


def offer_among_texts(free: Sequence[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for the words of bans in columns of texts of which nothing is made, such as those of places."""
    for one in [one for one in free if one.is_text() and not holds_no_words(one)]:
        yield from _rules(one, _kind_of_text, types)


def offer_beginnings(rule: Rule, types: Sequence[str]) -> Iterator[Rule]:
    """Yield a rule for the texts of another, which is only offered, that begin with a word of a ban and go on, as BANNED - took a drill does."""
    one = rule.head()
    texts = one.cells.drop_nulls().unique(maintain_order=True).to_list()
    found = {word.casefold(): word for text in reversed(texts) if (word := _banned_by(text))}
    if not found or len(found) == len(texts):
        return
    yes = [f"{word}{GOES_ON}" for word in reversed(found.values())]
    made = Rule(flag_type("On Hold", types), {"when": one, **rule.parts}, yes=yes, unsure=dict(rule.unsure), no_end=rule.no_end, is_offered=True)
    count = int(made.flagged_rows().sum())
    what = (
        "begins with a word that sounds of a flag: is it one? If it is" if count == 1 else "begin with a word that sounds of a flag: are they some? If they are"
    )
    made.doubts.append(f"{count_of(count, 'cell')} of {one.header} {what}, take the line skip away; of the others nothing is made then")
    yield made


def _banned_by(text: str) -> str | None:
    """Return the words of a ban with which a text begins, before a mark or in capitals, if it goes on; None where there are none."""
    capitals = takewhile(lambda word: word.isupper() and len(word) > 1, text.split())
    begins = [*(found[1] for found in [BEGINNING.match(text)] if found), " ".join(capitals)]
    for words in [words for words in begins if words and len(words) < len(text.strip())]:
        said = phrase(words)
        if not says_none(words) and any(terms.whole(said) and not terms.is_stretched(said) for terms in flags.FLAG_FAMILIES["On Hold"]):
            return words
    return None


def with_words(cells: pl.Series, others: Terms = OWES) -> list[str]:
    """Return the different cells that have a word of a flag, or of some others."""
    texts = cells.drop_nulls().unique(maintain_order=True)
    said = pl.Series([phrase(text) for text in texts], dtype=pl.String)
    pattern = "|".join(re.escape(word).replace(r"\*", "[^ ]*") for terms in (others, *flags.FAMILIES) for word in terms.words)
    pattern = f"(?:^| )(?:{pattern})(?: |$)"  # the terms for many texts at once
    return texts.filter(said.str.contains(pattern)).to_list()


def _rules(one: Guess, kind_of: Callable[[str], str | None], types: Sequence[str]) -> Iterator[Rule]:
    found: dict[str, list[str]] = {}
    for text in with_words(one.cells.filter(one.cells.str.contains(SOME_WORD) & (one.cells.str.len_chars() <= LONGEST))):
        if kind := kind_of(text):
            found.setdefault(flag_type(kind, types), []).append(text)
    yield from (_rule(one, kind, some) for kind, some in found.items())


def holds_no_words(one: Guess) -> bool:
    """Tell whether a column is one of days or numbers, or of codes without letters, though some of its cells are words."""
    return one.is_date or one.is_number or one.is_phone or 2 * one.share(NO_WORD) > 1


def _rule(one: Guess, kind: str, some: list[str]) -> Rule:
    rest = [word for word in one.words if word not in some] or None
    rule = Rule(kind, {"when": one}, yes=some, no=rest, is_offered=True, says_which=len(some) > 1, text=some[0])
    count = int(rule.flagged_rows().sum())
    what = "sounds of a flag, and others do not: is it one? If it is" if count == 1 else "sound of a flag, and others do not: are they some? If they are"
    rule.doubts.append(f"{count_of(count, 'cell')} of {one.header} {what}, take the line skip away")
    return rule


def _kind(text: str) -> str | None:
    """Return the flag type of which a cell among numbers or days has a word; None where it has none."""
    said = phrase(text)
    if "@" in text or says_none(text) or flags.ENDED.within(said):
        return None
    if OWES.within(said):
        return "At Risk"
    return next(
        (kind for kind, families in flags.FLAG_FAMILIES.items() if any(terms.within(said) and not terms.is_stretched(said) for terms in families)), None
    )


def _kind_of_text(text: str) -> str | None:
    """Return the flag type of a ban of which a cell among texts has a word, and not one that may be a name's; None where it has none."""
    said = phrase(text)
    if OWES.whole(said):
        return "At Risk"
    is_so = any(terms.within(said) and not terms.is_stretched(said) for terms in flags.FLAG_FAMILIES["On Hold"])
    rest = elsewords.NOT_A_FLAG.without(elsewords.SOFT.without(said))
    is_other = says_none(text) or flags.ENDED.within(said) or not any(terms.within(rest) for terms in flags.FLAG_FAMILIES["On Hold"])
    may_be_name = re.search(WITHOUT_BLANKS, said) and not EXACT & set(said.split())  # of which a word is a part only
    return "On Hold" if is_so and not is_other and not may_be_name else None
