"""Which day of a flag a column is called, and what is made of one of which too many cells are no days."""

from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import Guess
from pipeline.legacy.making import NO_DAYS
from pipeline.legacy.rules import Rule, family_of, says_who


def is_called_day(one: Guess) -> bool:
    """Tell whether a column is called the day of something, or its last day, and nothing else."""
    return (one.is_called(words.AT) or one.is_called(words.UNTIL) or one.terms in words.UNTIL_LAST) and not one.sounds(words.OTHER_DAYS)


def called_day(one: Guess) -> str | None:
    """Return which day of a flag a column is called that is no column of days: too many of its cells are none."""
    is_level = one.is_number and one.share(r"^\d{1,2}$") == 1  # neither a year nor the number of a day
    if one.is_yes_no or is_level or says_who(one) or one.sounds(words.REASON) or one.sounds(words.NOTES):
        return None
    ends_so = family_of(one) is not None and one.terms.rpartition(" ")[2] in words.UNTIL_LAST and one.share(r"\d") > 0  # Zakaz do
    return "expires" if one.sounds(words.UNTIL) or ends_so else "at" if one.sounds(words.AT) or (one.sounds(words.ADDED) and one.share(r"\d") > 0) else None


def offer_day(rule: Rule, part: str, one: Guess) -> bool:
    """Offer a column that is called a day of the flag, unless the rule has that day, and tell whether that was done."""
    if part in rule.parts or part in rule.offered:
        return False
    rule.offered[part] = (one, NO_DAYS.format(one.header))
    return True
