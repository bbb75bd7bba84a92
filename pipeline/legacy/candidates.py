"""Rules for flags that a draft only offers: for columns that may tell of flags by their cells, or by what stands beside them; a person must tell."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from pipeline.legacy import elsewords, letwords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.alongside import attach_alike, rule_of_states
from pipeline.legacy.attaching import attach_named, attach_near, attach_unnamed
from pipeline.legacy.dayparts import is_called_day
from pipeline.legacy.guessing import MOST, Guess
from pipeline.legacy.levels import flag_type
from pipeline.legacy.making import SPARSE, rule_of_days, rule_of_other, rule_of_switch, rule_of_text
from pipeline.legacy.rules import Rule, family_of, is_denied, nothings, says_until, says_who, type_in, type_of
from pipeline.legacy.strewn import offer_beginnings
from pipeline.legacy.tagging import lists_tags, tags_of
from pipeline.legacy.terms import Terms

SEVERAL_WORDS = r"\S\s+\S|[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7af}]{4}"  # some scripts have no blanks between them
MOST_GRADES = 8
ONE_NAME = r"^\p{Lu}[\p{L}'-]*$"
# Whose names a column may hold that are neither customers nor staff.
OWN: Final = Terms(
    "child | children | kid | kids | son | daughter | kind | kinder | sohn | tochter | enfant | enfants | fils | fille | hijo | hija | nino | nina | bambino",
    "bambina | figlio | figlia | crianca | filho | filha | kinderen | zoon | dochter | barn | barnet | dziecko | dite | lapsi | gyermek | gyerek | copil",
    "dijete | otrok | cocuk | ребенок | дитина | παιδι | 子供 | お子様 | 孩子 | 자녀 | pet | dog | cat | horse | hund | katze | pferd | chien | chat | cheval",
    "perro | gato | caballo | cane | gatto | cavallo | hond | kat | paard | pies | kot | pes | kocka | koira | kissa",
)
ENOUGH_PARTS = 2  # columns called why, who or since when, filled for one answer alone


def offer_described(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for columns that say yes or no, and beside which others say why, who or since when of one of the answers alone; all leave `free`."""
    for one in list(free):
        if one in free and (answer := _described(one, free)):
            rule = _offered(rule_of_switch(one, flag_type(_kind(one, is_refused=is_denied(one)) or types[-1], types)))
            rule.yes, rule.no, rule.doubts = [answer], [word for word in one.words if word != answer], rule.doubts[:1]  # what stands beside tells which
            free.remove(one)
            _attach(rule, free)
            yield rule


def _is_else(one: Guess) -> bool:
    """Tell whether a column is about something else than a flag, and neither about whether a customer may book nor about trouble with them."""
    return one.sounds(elsewords.NOT_A_FLAG) and not (one.sounds(flags.ACCEPTED) or one.is_called(letwords.PAYS_AHEAD) or _is_of_trouble(one))


def _kind(one: Guess, *, is_refused: bool) -> str | None:
    """Return the flag type that a header tells of: whether somebody may book, or has to pay before; None where it tells of neither."""
    if is_refused or one.sounds(letwords.MAY_BOOK) or one.sounds(flags.ACCEPTED):
        return "On Hold"
    return "Warning" if one.is_called(letwords.PAYS_AHEAD) or one.is_called(letwords.MAY_WARN) else None


def _is_of_trouble(one: Guess) -> bool:
    """Tell whether a header about something else names trouble too, or denies more than that something is sent, as Do not seat does."""
    return one.sounds(elsewords.TROUBLE) or _denies_more(one)


def _denies_more(one: Guess) -> bool:
    return re.search(elsewords.DENIES, one.terms) is not None and elsewords.CHANNELS.without(one.terms) != ""


def _described(one: Guess, free: Sequence[Guess]) -> str | None:
    """Return the answer of a column of two, or of one and blanks, of which alone columns right of it tell more; None where there is none.

    Two columns, or one that says why and an answer of few.
    """
    if not (one.is_yes_no or _is_either(one) or _is_mark(one)) or _is_else(one) or len(one.words) > len(("yes", "no")):
        return None
    beside = next((near for near in free if near.place == one.place + 1), None)
    for answer in one.words:
        there = (one.cells.str.to_lowercase() == answer.lower()).fill_null(value=False)
        parts = 0 if there.all() else _count_parts(one.place, there, free)
        is_told_why = parts > 0 and beside is not None and beside.sounds(words.REASON) and 2 * int(there.sum()) < len(there)
        if parts >= ENOUGH_PARTS or is_told_why:
            return answer
    return None


def _count_parts(place: int, there: pl.Series, free: Sequence[Guess]) -> int:
    """Return how many columns in a row, right of a place, are called a part of a flag and are filled in half of some rows at least, and in no other."""
    count = 0
    while (near := next((one for one in free if one.place == place + count + 1), None)) is not None:
        filled = near.cells.is_not_null()
        is_called = is_called_day(near) if near.is_date else near.is_text() and (near.sounds(words.REASON) or says_who(near))
        if not is_called or not filled.any() or (filled & ~there).any() or (near.is_text() and 2 * int(filled.sum()) < int(there.sum())):
            break
        count += 1
    return count


def offer_others(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for other columns, each with those beside it that fit; all leave `free`."""
    for one in list(free):
        if one in free and (made := rule_of_states(one, free, types) or _candidate(one, types)):
            free.remove(one)
            _attach(made, free)
            made = _as_tags(made)
            if made.head() is made.parts.get("comment"):
                yield from offer_beginnings(made, types)
            yield made


def _as_tags(rule: Rule) -> Rule:
    """Return a rule of texts that are lists of tags as one of these, likewise only offered, and any other as it is."""
    if (one := rule.parts.get("comment")) is None or rule.head() is not one or not lists_tags(one):
        return rule
    rest = {name: part for name, part in rule.parts.items() if name != "comment"}
    asked = {name: why for name, why in rule.unsure.items() if name in rest}
    return Rule("", {"tags": one, **rest}, unsure=asked, no_end=rule.no_end, offered=rule.offered, is_offered=True)


def _attach(rule: Rule, free: list[Guess]) -> None:
    attach_named(rule, free)
    if "when" in rule.parts:
        attach_near(rule, free)
        attach_unnamed(rule, free)
    elif "comment" in rule.parts:
        attach_alike(rule, free)


def _grades(one: Guess, types: Sequence[str]) -> Rule | None:
    """Return a rule for a column of grades, such as A to C and X, of which the last is proposed; None where it is none."""
    are_grades = 1 < len(one.words) <= MOST_GRADES and all(len(word) <= len("A+") for word in one.words)
    if not are_grades or not one.sounds(flags.GRADES) or one.is_date or one.is_yes_no:
        return None
    rule = Rule(flag_type("Warning", types), {"when": one}, is_offered=True, text=one.title)
    grades = sorted(one.words, key=str.casefold)
    rule.yes, rule.no = grades[-1:], grades[:-1]
    rule.doubts.append(f"{one.header} holds grades: {', '.join(grades)}. If some of them are flags, name them in yes, and take the line skip away")
    return rule


def _candidate(one: Guess, types: Sequence[str]) -> Rule | None:
    if graded := _grades(one, types):
        return graded
    is_note = _is_note(one, types)
    family = family_of(one)
    if one.is_date and one.filled <= SPARSE and _may_be_banned_by_day(one):
        rule = rule_of_days(one, flag_type("On Hold", types))
        rule.doubts, rule.is_offered = [f"may whoever has a day in {one.header} have a flag? If so, take the line skip away"], True
        return rule
    is_either = _is_either(one)
    if not (one.is_yes_no or is_note or is_either or (family and one.filled)) or (_is_else(one) and not family):
        return None
    said = _kind(one, is_refused=_denies_more(one)) or (type_in(one.terms) if is_denied(one) else None)
    kind = flag_type(family[0] if family else said or types[-1], types)
    rule = rule_of_switch(one, kind) if one.is_yes_no or is_either else rule_of_text(one, kind) if one.is_text() else rule_of_other(one, kind)
    if (
        one.is_yes_no
        and rule.yes
        and (one.sounds(flags.ALLOWED) or one.sounds(letwords.MAY_BOOK) or one.sounds(flags.ACCEPTED) or (is_denied(one) and _are_most(rule)))
    ):
        rule.yes, rule.no = rule.no, rule.yes
    offered, there = _offered(rule), rule.flagged_rows()
    if one.is_yes_no and len(there) > 1 and 2 * int(there.sum()) > len(there):
        offered.doubts.append(f"{there.sum():,} of {len(there):,} customers would be flagged: if it is the others, let the lines yes and no change places")
    return offered


def _is_note(one: Guess, types: Sequence[str]) -> bool:
    """Tell whether a column holds texts that may tell of a flag: notes, sparse texts, what there is to say in each row, or tags of which some do."""
    is_few = bool(one.words) and 2 * len(one.words) <= one.cells.count()
    is_called = one.sounds(flags.ABOUT) or one.is_called(letwords.MAY_WARN) or (not is_few and one.sounds(words.NOTES))
    is_sparse = not is_few and one.filled <= SPARSE and one.share(SEVERAL_WORDS) >= SPARSE
    may_say_nothing = bool(nothings(one)) and not one.is_yes_no  # somebody says in each row whether there is something to say
    has_flags = lists_tags(one) and any(type_of(tag, types) for tags, _ in tags_of(one) for tag in tags)
    return one.is_text() and (is_called or is_sparse or may_say_nothing or has_flags)


def _is_either(one: Guess) -> bool:
    """Tell whether a column has two words, of which nobody knows whether one means yes, in nearly every row."""
    are_two = len(one.words) == len(("yes", "no")) and one.filled >= MOST and one.is_text() and one.cells.count() > len(one.words) + 1
    return are_two and not (says_who(one) or nothings(one) or _are_names(one))


def _are_names(one: Guess) -> bool:
    """Tell whether a column is called that of a child, or a pet, or of their names, and holds what may be names."""
    rest = words.WHOSE.without(words.NAME.without(words.FIRST_NAME.without(OWN.without(one.terms))))
    return one.sounds(OWN) and not rest and one.share(ONE_NAME) == 1


def _is_mark(one: Guess) -> bool:
    """Tell whether a column has one word, or is blank: restricted."""
    return len(one.words) == 1 and one.is_text() and one.filled <= SPARSE and one.cells.count() > 1 and not (says_who(one) or nothings(one))


def _offered(rule: Rule) -> Rule:
    """Return a rule that is only offered; what is not sure of its words is asked as well."""
    asked = rule.doubts if "when" in rule.parts else []
    rule.doubts, rule.is_offered = [f"may {rule.head().header} be a flag? If it is, take the line skip away", *asked], True
    return rule


def _are_most(rule: Rule) -> bool:
    """Tell whether a rule would flag more than half of those of whom its column says anything: not blocked says yes of most, do not rent of few.

    Where it has one word alone, a blank is the other answer.
    """
    head = rule.head()
    return 2 * int(rule.flagged_rows().sum()) > (head.cells.count() if len(head.words) > 1 else len(head.cells))


def _may_be_banned_by_day(one: Guess) -> bool:
    """Tell whether a sparse column of days is called the first or last day of something, and not of what else there are days of."""
    is_other = one.sounds(words.OTHER_DAYS) or _is_else(one) or one.sounds(words.BROUGHT)
    rest = words.AT.without(words.UNTIL.without(one.terms))
    return (one.sounds(words.AT) or says_until(one)) and bool(rest) and not is_other
