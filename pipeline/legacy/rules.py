"""Rules for flags as a draft of a map proposes them, and what their columns are by their headers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.intake.cells import keys_of, word_keys
from pipeline.intake.dates import read_dates
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.flagging import among
from pipeline.legacy.guessing import MOST, NO_FIRST, NO_GO, Guess, says_none
from pipeline.legacy.maps import ANY
from pipeline.legacy.nowords import EXPIRED
from pipeline.legacy.terms import phrase
from pipeline.months import MONTHS
from pipeline.wording import count_of

LONGEST_TAG = 60  # characters
STEM = 4  # letters at the beginning of two words that are of one kind, as of a bar and its day
BY_CELLS = ("On Hold", -1)  # the family of flags that a column tells of by its cells alone
PAST = ("ó", "ò")  # how a header ends that says what somebody did in Spanish or Italian: bloqueó is no bloqueo
A_DAY_OF_IT = "is it a day of it?"
SENTENCE = r"\S\s+\S+\s+\S"
WITH_PLACE = r"^\S+(?:\s\S+)?\s[-\u2013/]\s\p{Lu}\S*$"  # Front desk - Amy
DENIED = "^(?:未|非|不在|无|無|没有)|(?:でない|ではない|なし|不要|없음|아님)$"  # in headers without blanks: not, none, no


@dataclass
class Rule:
    """A rule for flags: its type, columns (`parts`: key of a map → column) and words.

    `doubts` are what a person must look at; `unsure` and `offered` likewise of single parts, the offered ones being comments. `is_offered`: the whole
    rule is a comment. `maybe` are words for a type that are comments. `says_which`: where nothing tells why, the word for yes does.
    `sheets`: those of a workbook that alone it reads.
    """

    kind: str
    parts: dict[str, Guess] = field(default_factory=dict)
    yes: list[str] | None = None
    no: list[str] | None = None
    types: dict[str, str] = field(default_factory=dict)
    maybe: dict[str, str] = field(default_factory=dict)
    flagged: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)
    text: str | None = None
    doubts: list[str] = field(default_factory=list)
    unsure: dict[str, str] = field(default_factory=dict)
    no_end: list[str] = field(default_factory=list)
    offered: dict[str, tuple[Guess, str]] = field(default_factory=dict)
    is_offered: bool = False
    sheets: list[str] = field(default_factory=list)
    says_which: bool = False
    family: tuple[str, int] = ("", -1)

    def head(self) -> Guess:
        """Return the column that tells whether there is a flag."""
        return next(self.parts[name] for name in ("tags", "event", "when", "type_column", "comment") if name in self.parts)

    def columns(self) -> Iterator[Guess]:
        """Yield the columns that the rule names."""
        yield from self.parts.values()
        yield from (guess for guess, _ in self.offered.values())

    def flagged_rows(self, *, may_be: bool = False) -> pl.Series:
        """Tell for each row whether there is a flag; of a rule that is only offered, and where `may_be`, whether there may be one."""
        cells = self.head().cells
        if "when" in self.parts and self.yes is not None and ANY not in self.yes:
            keys = word_keys(cells)
            return (among(keys, self.yes) & ~keys.is_in(keys_of(self.no or ()))).fill_null(value=False)
        no = [word.lower() for word in self.no or () if not ((self.is_offered or may_be) and word in self.maybe)]
        return cells.is_not_null() & ~cells.str.to_lowercase().is_in(no).fill_null(value=False)


def family_of(guess: Guess) -> tuple[str, int] | None:
    """Return the flag type and family of words that a header sounds of."""
    if (guess.is_date and guess.is_called(words.UNTIL)) or (not guess.is_date and (guess.sounds(flags.ENDED) or is_denied(guess) or says_expired(guess))):
        return None
    found = ((kind, place) for kind, families in flags.FLAG_FAMILIES.items() for place, terms in enumerate(families) if guess.sounds(terms))
    return next(found, None)


def says_expired(guess: Guess) -> bool:
    """Tell whether a header of a column of yes and no says that a flag is over, as Ban expired does."""
    is_over = guess.is_yes_no and guess.sounds(EXPIRED)
    return is_over and any(guess.sounds(terms) for terms in flags.FAMILIES)


def is_denied(guess: Guess) -> bool:
    """Tell whether a header says that there is no flag, as not blocked does; no go is one."""
    return (guess.terms.startswith(NO_FIRST) and not NO_GO.within(guess.terms)) or re.search(DENIED, guess.terms) is not None


def is_about_else(guess: Guess) -> bool:
    """Tell whether a header has words that are neither of flags nor of what stands beside them, as warning label has."""
    rest = guess.terms
    beside = (words.REASON, words.NOTES, words.CUSTOMER, words.NAME, words.STAFF, words.BY, words.AT, words.UNTIL, words.STATUS, words.BESIDES)
    for terms in (*flags.FAMILIES, *beside):
        rest = terms.without(rest)
    return bool(rest)


def type_of(tag: str, types: Sequence[str]) -> str | None:
    """Return the flag type that a tag is called, or sounds of; None where it is none."""
    tag = tag.removeprefix("#")
    named = next((kind for kind in types if kind.casefold() == tag.casefold()), None)
    if not named and flags.ENDED.within(phrase(tag)):
        return None
    return named or type_in(tag)


def type_in(text: str) -> str | None:
    """Return the flag type of which a text has a word; None where it has none."""
    said = phrase(text)
    return next((kind for kind, families in flags.FLAG_FAMILIES.items() if any(terms.within(said) for terms in families)), None)


def neighbours(rule: Rule, free: Sequence[Guess], step: int) -> Iterator[Guess]:
    """Yield the free columns on one side of a rule's (`step`: 1 or -1), the nearest first, past its own and those offered to it, up to another's.

    `free` may lose them meanwhile.
    """
    taken = {part.place for part in rule.columns()} | {one.place for one, _ in rule.offered.values()}
    place = rule.head().place + step
    while (near := next((one for one in free if one.place == place), None)) is not None or place in taken:
        if near is not None:
            yield near
        place += step


def is_named_after(one: Guess, free: Sequence[Guess]) -> bool:
    """Tell whether a column has the name of another that says yes or no in its own, as Why B/L has that of B/L: it is a part of that."""
    said = set(one.said.split())
    return any(other is not one and other.is_yes_no and set(other.said.split()) <= said for other in free)


def says_who(guess: Guess) -> bool:
    """Tell whether a column holds names of those who flagged: its header says so, and its cells are no sentences."""
    last = guess.terms.rpartition(" ")[2]
    has_banned = guess.title.strip().endswith(PAST) and any(guess.sounds(terms) for terms in flags.FLAG_FAMILIES["On Hold"])
    is_called = (guess.sounds(words.STAFF) or last in words.BY.words or has_banned) and not (guess.sounds(words.BROUGHT) or guess.sounds(words.OTHERS))
    return is_called and not (guess.is_yes_no or guess.is_date or guess.is_number) and guess.share(SENTENCE) - guess.share(WITH_PLACE) < 1 - MOST


def says_until(guess: Guess) -> bool:
    """Tell whether a column of days holds last days: its header says so, or days are still to come, as no day since when is."""
    said = guess.terms.removeprefix("final ")  # before another word: the last of several
    if guess.is_coming and not guess.sounds(words.AT):
        return True
    return words.UNTIL.within(said) or guess.sounds(flags.ENDED) or any(said.endswith(f" {word}") or said == word for word in words.UNTIL_LAST)


def nothings(one: Guess) -> list[str] | None:
    """Return the texts of a column that say that there is nothing to say; None where there is none of them."""
    found = [
        word
        for word in one.cells.drop_nulls().unique(maintain_order=True).to_list()
        if len(word) <= LONGEST_TAG and (says_none(word) or flags.ENDED.whole(phrase(word)) or EXPIRED.whole(phrase(word)))
    ]
    return found or None


def _is_later(one: Guess, other: Guess) -> bool:
    """Tell whether days are later than another column's wherever both stand, in several rows."""
    days = pl.DataFrame({name: read_dates(guess.cells, guess.formats[:1]).values for name, guess in (("one", one), ("other", other))}).drop_nulls()
    return len(days) > 1 and bool((days["one"] > days["other"]).all())


def place_day(rule: Rule, one: Guess, why: str = "") -> None:
    """Put a column of days into a rule, as first or last day."""
    name = "expires" if says_until(one) else "at"
    if name == "expires" and why.endswith(A_DAY_OF_IT):
        why = f"{why.removesuffix(A_DAY_OF_IT)}is it the last day, with which the flag ends?"
    if name == "at" in rule.parts and "expires" not in {*rule.parts, *rule.offered} and _is_later(one, rule.parts["at"]):
        name, why = "expires", f"{one.header} is later than {rule.parts['at'].header} wherever both stand: is it the last day?"
    if name == "expires" and one.sounds(words.LOOKED_AT_AGAIN) and "expires" not in {*rule.parts, *rule.offered}:
        rule.offered[name] = (one, f"{one.header} may say when to look at this again, and not when the flag ends; if it is the last day, take the # off")
        return
    if name == "at" and one.is_coming and not {name, "expires"} & {*rule.parts, *rule.offered}:
        rule.offered["expires"] = (one, f"{one.header} holds days to come, so it does not say since when; if it is the last day, take the # off")
        return
    if name in rule.parts or name in rule.offered:
        rule.offered[f"{name} "] = (one, f"{one.header} holds days too; only one column counts: if it is this one, take the # off")
        return
    if one.is_said:
        why = f"the days in {one.header} have their months in words of no language that can be told"
        which = f'name it in date_formats, as in "pl: %d %B %Y" ({", ".join(sorted(MONTHS))})'
        rule.offered[name] = (one, f"{why}: {which}, or write them as 2026-03-01, then take the # off")
        return
    rule.parts[name] = one
    said = [why] if why else []
    is_strange = words.AT.is_stretched(one.terms) and family_of(one) is None and one.terms[:STEM] != rule.head().terms[:STEM]
    if name == "at" and (not one.sounds(words.AT) or is_strange):
        said.append(f"is {one.header} the day since when, or the last day (then call the line expires)?")
    if one.sounds(flags.ENDED):
        said.append(f"{one.header} seems to be the day on which the flag was taken off: it is taken for the last day")
    rule.no_end = list(one.no_days) if name == "expires" else []
    odd = one.odd + (int((one.cells.is_in(one.no_days) & rule.flagged_rows()).sum()) if name == "at" else 0)
    if odd:
        said.append(f"{count_of(odd, 'cell')} of {one.header} can't be read as a day: such rows will come back")
    if said:
        rule.unsure[name] = "; ".join(said)
