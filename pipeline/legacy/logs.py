"""Files with a row for each flag, which a column tells of: its day, who set it and why stand in the same row, wherever that is."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.candidates import SEVERAL_WORDS
from pipeline.legacy.guessing import MOST, Guess
from pipeline.legacy.levels import flag_type
from pipeline.legacy.making import rule_of_text
from pipeline.legacy.rules import Rule, says_until, says_who
from pipeline.legacy.terms import Terms

HAPPENED: Final = Terms("what happened | was ist passiert | was geschah | hergang | que paso | ce qui s est passe | cosa e successo | wat is er gebeurd")
ASKED: Final = {"at": "the day of the flag", "expires": "the last day, with which the flag ends", "by": "who set it", "comment": "why there is this flag"}


def attach_of_rows(rules: Sequence[Rule], free: list[Guess]) -> None:
    """Add to the one rule of a file with a row for each flag what else its rows say of it, and ask."""
    if len(rules) != 1 or rules[0].head().filled < MOST or "type_column" not in rules[0].parts:
        return
    rule = rules[0]
    for name in [name for name in rule.offered if name in ASKED and name not in rule.parts]:
        _place(rule, name, rule.offered.pop(name)[0])
    for one in list(free):
        part = part_of_row(one)
        if part and part not in {*rule.parts, *rule.offered}:
            _place(rule, part, one)
            free.remove(one)


def offer_list(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield a rule, only offered, for a file with a reason in each row that goes with no flag: it may list those alone who are flagged."""
    why = next((one for one in free if one.is_text() and one.filled >= MOST and one.is_called(words.REASON) and not one.sounds(elsewords.NOT_A_FLAG)), None)
    if why is None:
        return
    rule = rule_of_text(why, flag_type("On Hold", types))
    rule.doubts, rule.is_offered = [f"does this file list flagged customers alone, and {why.header} tell why? If it does, take the line skip away"], True
    free.remove(why)
    for one in list(free):
        part = part_of_row(one)
        if part and part not in rule.parts:
            _place(rule, part, one)
            free.remove(one)
    yield rule


def _place(rule: Rule, name: str, one: Guess) -> None:
    rule.parts[name], rule.unsure[name] = one, f"does {one.header} tell {ASKED[name]}?"
    rule.no_end = list(one.no_days) if name == "expires" else rule.no_end


def part_of_row(one: Guess) -> str | None:
    """Return which part of its row's flag a column is by its header and cells; None where it is none."""
    if one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.BROUGHT):
        return None
    if one.is_date:
        is_day = (
            (one.sounds(words.AT) or one.sounds(words.ADDED) or one.sounds(words.UNTIL) or one.terms in words.UNTIL_LAST or one.sounds(flags.ENDED))
            and not one.sounds(words.OTHER_DAYS)
            and not one.is_said
        )
        return ("expires" if says_until(one) else "at") if is_day else None
    if says_who(one):
        return "by"
    is_why = one.sounds(words.REASON) or one.sounds(words.NOTES) or one.sounds(flags.ABOUT) or one.sounds(HAPPENED)
    return "comment" if is_why and one.is_text() and 2 * one.share(SEVERAL_WORDS) >= 1 else None
