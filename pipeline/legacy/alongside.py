"""What stands alongside a column that may tell of flags: states of which some have a reason beside them, and columns filled in just the same rows."""

from collections.abc import Sequence

import polars as pl

from pipeline.intake.statuses import status_table
from pipeline.legacy import elsewords
from pipeline.legacy import glossary as words
from pipeline.legacy.attaching import SHORT
from pipeline.legacy.flagwords import ENDED
from pipeline.legacy.guessing import MOST, Guess, means_no, says_none
from pipeline.legacy.levels import flag_type
from pipeline.legacy.making import SPARSE
from pipeline.legacy.nowords import EXPIRED
from pipeline.legacy.rules import A_DAY_OF_IT, Rule, family_of, neighbours, place_day, says_who
from pipeline.legacy.terms import phrase
from schemas.columns import header_key

STATES = range(3, 9)  # different words of a status
TOLD = 0.8  # the share of a reason's cells that stand beside other words than the most frequent one


def rule_of_states(one: Guess, free: Sequence[Guess], types: Sequence[str]) -> Rule | None:
    """Return a rule, only offered, for a status of words that nobody knows, of which the rarer have a reason, day or person beside them; None for another."""
    if not (len(one.words) in STATES and one.is_text() and one.filled >= MOST and one.sounds(words.STATUS)):
        return None
    usual, cells = one.words[0].lower(), one.cells.str.to_lowercase()
    is_rare = (cells != usual).fill_null(value=False)
    beside = next((near for near in free if near.place == one.place + 1 and _tells(near)), None)
    if beside is None or 2 * int(is_rare.sum()) > len(cells):
        return None
    there = beside.cells.is_not_null()
    yes = [word for word in one.words[1:] if (there & (cells == word.lower())).any() and not says_none(word)]
    if not yes or int((there & is_rare).sum()) < TOLD * int(there.sum()):
        return None
    rule = Rule(flag_type("On Hold", types), {"when": one}, yes=yes, no=[word for word in one.words if word not in yes], is_offered=True)
    rule.says_which = len(yes) > 1
    rule.doubts.append(f"are some words of {one.header} flags? Then leave those alone in the line yes that are, and take the line skip away")
    return rule


def doubtful_words(one: Guess, words_of_none: Sequence[str], free: Sequence[Guess]) -> list[str]:
    """Return which words of a status that tells of flags by others may tell of some too: strange and rare ones, with a reason, day or person beside most."""
    beside = next((near for near in free if near.place == one.place + 1 and _tells(near)), None)
    usual, cells = one.words[0].lower(), one.cells.str.to_lowercase()
    if beside is None or one.words[0] not in words_of_none:
        return []
    there = beside.cells.is_not_null()
    if int((there & (cells != usual).fill_null(value=False)).sum()) < TOLD * int(there.sum()):
        return []
    strange = [word for word in words_of_none if word.lower() != usual and not (_is_known_status(word) or means_no(word) or says_none(word))]
    return [word for word in strange if 2 * int((there & (cells == word.lower())).sum()) >= int((cells == word.lower()).sum())]


def _is_known_status(word: str) -> bool:
    said = phrase(word)
    is_of_book = header_key(word) in status_table("customers", {})
    return is_of_book or any(terms.whole(said) for terms in (words.ACTIVE, words.ARCHIVED, ENDED, EXPIRED))


def _tells(one: Guess) -> bool:
    """Tell whether a sparse column is called why, when or who, and may say that of a flag."""
    is_called = one.sounds(words.AT) if one.is_date else one.is_text() and (one.sounds(words.REASON) or one.sounds(words.NOTES) or says_who(one))
    return 0 < one.filled <= SPARSE and is_called and not (one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.OTHER_DAYS))


def attach_alike(rule: Rule, free: list[Guess]) -> None:
    """Add to a text that may be a flag the days and people beside it that are filled in just the same rows, and ask."""
    there = rule.flagged_rows()
    if int(there.sum()) < len(("one", "another")) or rule.head().filled > SPARSE:
        return
    for step in (1, -1):
        for near in neighbours(rule, free, step):
            if not _attach(rule, near, there):
                break
            free.remove(near)


def _attach(rule: Rule, one: Guess, there: pl.Series) -> bool:
    """Add a column beside a text to its rule, and tell whether that was done."""
    is_other = one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.BROUGHT) or (family_of(one) and not says_who(one))
    if is_other or not (one.cells.is_not_null() == there).all():
        return False
    why = f"{one.header} is filled where {rule.head().header} is, and nowhere else: "
    if one.is_date:
        place_day(rule, one, f"{why}{A_DAY_OF_IT}")
        return True
    if "by" in rule.parts or not one.is_text() or not (says_who(one) or one.share(SHORT) >= MOST):
        return False
    rule.parts["by"], rule.unsure["by"] = one, f"{why}does it tell who set it?"
    return True
