"""Rules for flags of columns whose headers say nothing of them, and whose cells do: statuses, levels, the types themselves."""

import re
from collections.abc import Sequence

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.alongside import doubtful_words
from pipeline.legacy.guessing import MOST, Guess, means_no, says_none
from pipeline.legacy.levels import find_levels, flag_type, said_of
from pipeline.legacy.making import rule_of_types
from pipeline.legacy.rules import BY_CELLS, SENTENCE, Rule, type_of
from pipeline.legacy.strewn import holds_no_words
from pipeline.legacy.tagging import lists_tags
from pipeline.legacy.terms import phrase

NAMES = 6  # different words, above which they are hardly a status's where hardly one stands twice


def told_by_cells(one: Guess, free: Sequence[Guess], types: Sequence[str]) -> Rule | None:
    """Return a rule for a column whose cells tell of flags; none that is only offered where these list tags, which are offered as such."""
    made = _of_cells(one, types)
    if made is None or (made.is_offered and lists_tags(one)):
        return None
    if made.family == BY_CELLS and (doubtful := doubtful_words(one, made.no or [], free)):
        made.parts, made.types, made.text = {"type_column": one}, made.types or dict.fromkeys(made.yes or (), made.kind), one.title
        made.kind, made.yes, made.maybe, made.says_which = "", None, dict.fromkeys(doubtful, flag_type("Warning", types)), True
        made.doubts.append(f"the words of {one.header} with a # have something beside them too; they are none as long as the # stands there")
    return made


def _of_cells(one: Guess, types: Sequence[str]) -> Rule | None:
    """Return a rule for a column whose header says nothing of flags, and whose cells do: types, levels, or a status such as blocked."""
    levels = find_levels(one, flag_type("Warning", types), types)
    are_levels = any(flags.LEVEL_HIGH.whole(said_of(word)) or flags.LEVEL_MID.whole(said_of(word)) for word in one.words)
    if levels and not one.sounds(elsewords.NOT_A_FLAG) and (levels.is_sure or are_levels or one.sounds(flags.LEVELS) or one.sounds(flags.COLOURS)):
        rule = rule_of_types(one, levels)
        rule.is_offered = not levels.is_sure and not one.sounds(flags.LEVELS)
        return rule
    flagging = [word for word in one.words if _sounds_blocked(word) and not means_no(word)]
    if (holds_no_words(one) or _are_names(one)) and not one.sounds(words.STATUS):
        return None  # scores, or names
    if not one.is_text() or not flagging or len(flagging) == len(one.words) or one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.REASON):
        return None
    kinds = {word: kind for word in one.words if not means_no(word) and not says_none(word) and (kind := type_of(word, types))}
    rest = [word for word in one.words if word not in flagging and word not in kinds]
    rule = Rule(flag_type("On Hold", types), {"when": one}, yes=flagging, no=rest, text=flagging[0])
    if set(kinds) - set(flagging):
        rule = Rule("", {"type_column": one}, types={word: flag_type(kind, types) for word, kind in kinds.items()}, no=rest, text=one.title)
    rule.family = BY_CELLS
    rule.says_which = len({*flagging, *kinds}) > 1
    is_plain = one.sounds(words.STATUS) or all(any(terms.whole(phrase(word)) for terms in flags.FLAG_FAMILIES["On Hold"]) for word in flagging)
    rule.is_offered = not is_plain or any(re.search(SENTENCE, word) for word in flagging)  # what happened, rather than a status
    rule.doubts.append(f"some words of {one.header} sound of a flag; are these, and only these, flags?")
    return rule


def _are_names(one: Guess) -> bool:
    """Tell whether nearly every row of a column has another word, as names have and statuses have not: one may begin as a word of a flag does."""
    return len(one.words) >= NAMES and len(one.words) >= MOST * one.cells.count()


def _sounds_blocked(word: str) -> bool:
    said = phrase(word)
    is_so = any(terms.within(said) and not terms.is_stretched(said) for terms in flags.FLAG_FAMILIES["On Hold"])
    return is_so and not (flags.ENDED.within(said) or elsewords.NOT_A_FLAG.within(said) or says_none(word))
