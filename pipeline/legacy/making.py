"""Rules for flags of single columns, each with what is not sure of it: of switches, of words for types, of texts, of days."""

import re
from collections.abc import Sequence

import polars as pl

from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import LESS, MOST, NO_FIRST, NO_GO, Guess, beginning, first_word, means_no, means_yes
from pipeline.legacy.levels import Levels
from pipeline.legacy.maps import ANY, GOES_ON
from pipeline.legacy.rules import Rule, nothings, place_day
from pipeline.legacy.terms import phrase

# Letters for yes and no that others have for other words → the one for yes, and where.
LETTERS = {
    frozenset("in"): ("i", "igen", "in Hungary"),
    frozenset("ek"): ("k", "kyllä", "in Finland"),
    frozenset("eh"): ("e", "evet", "in Turkey"),
    frozenset("ck"): ("c", "có", "in Vietnam"),
    frozenset("dn"): ("d", "da", "in Croatia, Romania and Slovenia"),
    frozenset("an"): ("a", "ano", "in Czechia"),
    frozenset("vf"): ("v", "vrai, vero, verdadero", "in France, Italy and Spain"),
}
CROSSES = ("✗", "✘", "❌", "\u00d7", "✖", "☒")  # which mean no beside another sign, and mark a row where they stand alone
SIGNS = 2  # that may stand behind a word, and say nothing
UNSURE = "?"  # nothing in a text; beside yes and no, somebody did not know
OFTEN = 2  # rows with the same text, above which it may be what somebody writes where there is nothing to say
NOT_KNOWN = ["unknown", "not known", "tbc", "tba", "nicht bekannt", "unbekannt", "niet bekend", "onbekend", "inconnu", "desconocido", "bilinmiyor"]
NOTHINGS = ["nothing", "nichts", "rien", "niente", "nulla", "nada", "nic", "niets", "inget", "intet", "nil", "fara"]
BEGINS = (*(word.strip() for word in NO_FIRST), *NOTHINGS, *NOT_KNOWN)
# A text that may say that there is nothing: it begins so, or ends so in languages that say no last.
SAYS_NO = re.compile(rf"^(?:{'|'.join(BEGINS)})(?: |$)|(?:^| )(?:нет|yok|немае|не было)$|^[没无無]|(?:なし|無し|ありません|ません|없음|没有)$")
SHOWN = 5  # texts of a question
SHORT_DAY = r"^.{1,24}$"
NO_DAYS = "{} is called a day, and too many of its cells are none: rows with such come back; mend them, and take the # off"
SPARSE = 0.6  # the share of rows above which a text is hardly a flag


def is_switch(guess: Guess) -> bool:
    """Tell whether a column's cells say yes or no: in words that are known, most of them, or in two words in nearly every row."""
    yes, no = [word for word in guess.words if means_yes(word)], [word for word in guess.words if means_no(word)]
    two = len(guess.words) == len(("yes", "no")) and not no and guess.filled >= MOST and len(guess.cells) > len(guess.words)
    longer = [word for word in guess.words if first_word(word)]
    most_known = bool(yes) and 2 * len({*yes, *no, *longer}) > len(guess.words)
    is_told = guess.is_yes_no or (two and guess.is_text()) or most_known or says_letters(guess) or _is_lone_letter(guess)
    return not guess.is_date and (not guess.is_number or guess.is_yes_no) and is_told


def _letters(one: Guess) -> frozenset[str]:
    return frozenset(word.lower() for word in one.words)


def _is_lone_letter(one: Guess) -> bool:
    """Tell whether a column holds one letter, and blanks: a mark, whatever it stands for."""
    return len(one.words) == 1 and len(one.words[0]) == 1 and one.words[0].isascii() and one.words[0].isalpha() and one.filled < MOST


def says_letters(one: Guess) -> bool:
    """Tell whether a column says yes and no by letters of some languages alone."""
    return _letters(one) in LETTERS


def rule_of_switch(one: Guess, kind: str) -> Rule:
    """Return a rule for a column that says yes or no; of two words that nobody knows, the rarer means yes."""
    rule = Rule(kind, {"when": one})
    yes, no = [word for word in one.words if means_yes(word) and not means_no(word)], [word for word in one.words if means_no(word) and word != UNSURE]
    if {word.lower() for word in one.words} == {"o", "x"}:
        yes, no = [word for word in one.words if word.lower() == "o"], [word for word in one.words if word.lower() == "x"]
        rule.doubts.append(f"of the signs in {one.header} o is taken for yes, and x for no, as in Korea and Japan: is that so?")
    if says_letters(one):
        letter, word, where = LETTERS[_letters(one)]
        yes, no = [said for said in one.words if said.lower() == letter], [said for said in one.words if said.lower() != letter]
        rule.doubts.append(f"of the letters in {one.header} {letter} is taken for yes ({word}), as {where}: is that so?")
    if not yes and len(one.words) > len(no) and len(one.words) == len(("yes", "no")):
        strange = [word for word in one.words if word not in no]
        yes, no = strange[-1:], [*no, *strange[:-1]]
        rule.doubts.append(f"does {yes[0]} mean that there is a flag, and {', '.join(no)} that there is none?")
    if not yes and len(no) == 1 and one.filled < MOST and no[0].strip() in CROSSES:
        yes, no = no, []
        rule.doubts.append(f"does {yes[0]} mean that there is a flag, and a blank that there is none?")
    if not yes and _is_lone_letter(one):
        yes, no = list(one.words), []
        rule.doubts.append(f"does {yes[0]} mean that there is a flag, and a blank that there is none?")
    longer = [word for word in one.words if word not in (*yes, *no) and first_word(word)]
    if yes and longer:
        rule.says_which = any(first_word(word) == "yes" and len(word) > len(beginning(word)) + SIGNS for word in longer)  # what they say may be the reason
        begun = {said: sorted({f"{beginning(word)}{GOES_ON}" for word in longer if first_word(word) == said}) for said in ("yes", "no")}
        yes, no = [*yes, *begun["yes"]], [*no, *begun["no"]]
        rule.doubts.append(f"of cells of {one.header} that say more than yes or no the first word counts: {', '.join(longer)}")
    strange = [word for word in one.words if word not in (*yes, *no, *longer)]
    rule.yes, rule.no = yes or None, [*no, *strange]
    if strange:
        rule.doubts.append(
            f"these words of {one.header} are neither yes nor no: {', '.join(strange)}. They stand in the line no: move those that mean yes to the line yes"
        )
    if not yes:
        rule.doubts.append(f"nobody is flagged in this file, so the word for yes is not known; without a line yes, the usual words of {one.header} count")
    elif len(rule.flagged_rows()) and rule.flagged_rows().mean() == 1.0 and len(one.cells) > 1:
        rule.doubts.append("every customer would be flagged: is that so?")
    return rule


def rule_of_types(one: Guess, levels: Levels) -> Rule:
    """Return a rule for a column whose words name types of flags."""
    rule = Rule("", {"type_column": one}, types=levels.types, maybe=levels.maybe, no=levels.no, text=one.title)
    rule.says_which = len(set(levels.types.values())) < len(levels.types)  # else it would be lost which of them it was
    rule.doubts += levels.doubts(one)
    return rule


def rule_of_text(one: Guess, kind: str) -> Rule:
    """Return a rule for a text, which is a flag wherever it says something."""
    rule = Rule(kind, {"comment": one}, no=nothings(one))
    there = rule.flagged_rows()
    if float(there.mean() or 0) > SPARSE and there.sum() > 1:  # type: ignore[arg-type]  # the mean of a Boolean series is a number
        rule.doubts.append(f"{one.header} is filled for {there.sum():,} of {len(there):,} customers, who would all be flagged: is it about a flag?")
        rule.is_offered = _are_categories(one) and bool(there.all())
    elif one.words and len(one.words) * 2 < len(one.cells.drop_nulls()):
        flagging = [word for word in one.words if word not in (rule.no or ())]
        rule.doubts.append(f"each of these words would be a flag: {', '.join(flagging)}. Name those that are none in a line no = […]")
    elif doubtful := _may_say_nothing(one, rule.no or []):
        shown = ", ".join(f'"{text}"' for text in doubtful[:SHOWN])
        rule.unsure["comment"] = f"do these say that there is a flag: {shown}? Name those that mean none in a line no = […]"
    return rule


def _are_categories(one: Guess) -> bool:
    """Tell whether each customer has one of a few words: a class, rather than something to say."""
    return bool(one.words) and 2 * len(one.words) <= one.cells.count()


def _may_say_nothing(one: Guess, no: Sequence[str]) -> list[str]:
    """Return the texts of a column that may say that there is nothing to say: they begin with no, or stand in many rows; `no` are those that do."""
    counts = one.cells.drop_nulls().value_counts(sort=True, name="n").filter(~pl.col(one.cells.name).is_in(list(no)))
    often = max(OFTEN, counts["n"].sum() // 4)
    return [text for text, n in counts.rows() if n > often or (SAYS_NO.search(phrase(text)) and not NO_GO.within(phrase(text)))]


def rule_of_days(one: Guess, kind: str) -> Rule:
    """Return a rule for a column of days, which alone tells that there is a flag."""
    rule = Rule(kind, {"when": one}, yes=[ANY], no=nothings(one) or [])
    rule.doubts.append(f"whoever has a day in {one.header} would be flagged: is that so?")
    place_day(rule, one)
    return rule


def says_days(one: Guess) -> bool:
    """Tell whether a column is called the day since when there is a flag, and holds such days, of which too many can't be read: 2024, May 2025."""
    rest = one.terms
    for terms in flags.FAMILIES:
        rest = terms.without(rest)
    is_called = words.AT.within(rest) and not words.BESIDES.without(words.AT.without(rest)) and not one.sounds(words.UNTIL)
    are_texts = one.is_text() and one.share(r"\d") >= LESS and one.share(SHORT_DAY) >= MOST
    return is_called and (are_texts or (one.is_number and one.share(r"^(?:19|20)\d\d$") >= MOST))


def rule_of_said_days(one: Guess, kind: str) -> Rule:
    """Return a rule for a column of `says_days`: whatever stands there tells that there is a flag; where nothing tells why, it is told as it stands."""
    rule = Rule(kind, {"when": one}, yes=[ANY], no=nothings(one) or [], says_which=True)
    rule.doubts.append(f"whoever has something in {one.header} would be flagged: is that so?")
    rule.offered["at"] = (one, NO_DAYS.format(one.header))
    return rule


def rule_of_other(one: Guess, kind: str) -> Rule:
    """Return a rule that is only offered: a column of people, of numbers, or an empty one."""
    rule = Rule(kind, {"when": one}, is_offered=True)
    if one.is_number and one.words:
        rule.no = [word for word in one.words if means_no(word) or _is_zero(word)]
        rule.yes = [word for word in one.words if word not in rule.no]
        rule.says_which = len(rule.yes) > 1
    elif one.filled:
        zeros = filter(_is_zero, one.cells.drop_nulls().unique(maintain_order=True)) if one.is_number else ()
        rule.yes, rule.no = [ANY], [*(nothings(one) or []), *zeros]
    what = "holds numbers" if one.is_number else "is filled for some" if one.filled else "is empty in this file"
    which = ", and leave in the line yes those alone that are one" if rule.says_which else ""
    which = ", but any number except nothing is one then: name those that are none in the line no" if one.is_number and not one.words else which
    rule.doubts.append(f"{one.header} {what}; if it tells of flags, take the line skip away{which}")
    return rule


def _is_zero(word: str) -> bool:
    """Tell whether a number is nothing: 0.00, or 0 €."""
    return re.fullmatch(r"\D*0[0\D]*", word) is not None
