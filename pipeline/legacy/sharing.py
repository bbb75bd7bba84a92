"""Columns of an unknown file that tell why, who or when of several flags: of each of them that a customer has."""

from collections.abc import Sequence

from pipeline.legacy import elsewords
from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import Guess
from pipeline.legacy.rules import Rule, family_of, place_day, says_until, says_who

PART = 4  # one of so many rows at least, since not each flag has a last day
ASKED = "{} is filled where one of several flags is: does it tell {} of each of them?"
TELLS = {"comment": "why", "by": "who set it", "at": "since when", "expires": "the last day"}


def share_columns(found: list[Rule], free: list[Guess]) -> None:
    """Give columns that are filled where one of several flags is, and nowhere else, to each of them, if none has such a part.

    A rule that there is only because its column is called flagged on, or flagged by, is taken from `found`; the columns leave `free`.
    """
    switches = [rule for rule in found if "when" in rule.parts and not rule.is_offered and not rule.head().is_date]
    if len(switches) < len(("one", "another")):
        return
    for rule in [one for one in found if one not in switches and (one.head().is_date or says_who(one.head())) and _is_of_all(one.head(), switches)]:
        found.remove(rule)
        free.extend(dict.fromkeys(rule.columns()))
    for one in sorted(free, key=lambda one: one.place):
        part = _part(one)
        if part is None or any({part, f"{part} "} & {*rule.parts, *rule.offered} for rule in switches) or not _is_of_all(one, switches):
            continue
        for rule in switches:
            _give(rule, part, one)
        free.remove(one)


def _give(rule: Rule, part: str, one: Guess) -> None:
    why = ASKED.format(one.header, TELLS[part])
    if one.is_date:
        place_day(rule, one, why)
    else:
        rule.parts[part], rule.unsure[part] = one, why


def _part(one: Guess) -> str | None:
    """Return which part of a flag a column is called; None where it is called something else."""
    if one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.BROUGHT) or one.sounds(words.OTHER_DAYS):
        return None
    if one.is_date:
        is_day = one.sounds(words.AT) or says_until(one) or family_of(one)
        return ("expires" if says_until(one) else "at") if is_day else None
    if says_who(one):
        return "by"
    return "comment" if one.is_text() and (one.sounds(words.REASON) or one.is_called(words.NOTES)) else None


def _is_of_all(one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a column is filled where one of some rules has a flag, in a good part of these rows, in no other, and not for one rule alone."""
    there, any_flag = one.cells.is_not_null(), rules[0].flagged_rows()
    for rule in rules[1:]:
        any_flag = any_flag | rule.flagged_rows()
    is_of_one = any(not (there & ~rule.flagged_rows()).any() for rule in rules)
    return not is_of_one and not (there & ~any_flag).any() and PART * int(there.sum()) >= int(any_flag.sum())
