"""Which columns of an unknown file tell why, who, since when and until when of a flag that another column tells of."""

from collections.abc import Sequence

import polars as pl

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.dayparts import called_day, is_called_day, offer_day
from pipeline.legacy.eventwords import UNFLAGGED
from pipeline.legacy.guessing import MOST, Guess
from pipeline.legacy.maps import ANY
from pipeline.legacy.numbering import numbers_of
from pipeline.legacy.rules import BY_CELLS, SENTENCE, Rule, family_of, is_about_else, is_named_after, neighbours, nothings, place_day, says_until, says_who
from pipeline.legacy.terms import phrase

SEVERAL = 3  # cells, which hardly stand by chance where a flag does
SHORT = r"^\S{1,12}(?:\s\S{1,12})?$"  # initials, or a name
ENOUGH = 0.8  # the share of a part's cells that stand where there is a flag


def attach_named(rule: Rule, free: list[Guess]) -> None:
    """Add to a rule the columns that are called as its own is, and what a part of a flag is: Flag 2 comment beside Flag 2."""
    whole = _single(rule.head())
    head = [word for word in whole if not (rule.head().is_date and words.AT.whole(word))] or whole
    for one in list(free):
        said = _single(one)
        rest = " ".join(word for word in said if word not in head)
        if not rest or not set(head) <= set(said):
            continue
        if one.is_date and (words.AT.whole(rest) or words.UNTIL.whole(rest) or rest in words.UNTIL_LAST):
            place_day(rule, one)
        elif one.is_text() and "comment" not in rule.parts and (words.REASON.whole(rest) or words.NOTES.whole(rest)):
            _place_comment(rule, one)
        elif one.is_text() and "by" not in rule.parts and (words.BY.whole(rest) or words.STAFF.whole(words.BY.without(rest))):
            rule.parts["by"] = one
        else:
            continue
        free.remove(one)


def _single(one: Guess) -> list[str]:
    """Return the words of a header, without the s of several."""
    return [word.removesuffix("s") if len(word) > len("dogs") else word for word in one.said.split()]


def attach_tied(rule: Rule, free: list[Guess], rules: Sequence[Rule]) -> None:
    """Add to a rule the columns whose headers have a word of its own family, or of its type where it is the only one of that."""
    alone = sum(1 for other in rules if other.family[0] == rule.family[0]) == 1
    same = [other for other in rules if other.family == rule.family]
    for one in list(free):
        family = family_of(one)
        if family is None or one.sounds(elsewords.NOT_A_FLAG):
            continue
        alike = [other for other in same if numbers_of(other.head()) == numbers_of(one)] if numbers_of(one) else []
        owners = alike[:1] or [other for other in same if other.head().place < one.place] or same
        is_own = family == rule.family and owners[-1] is rule
        if not (is_own or (family[0] == rule.family[0] and (alone or (not any(other.family == family for other in rules) and _left_of(one, rules) is rule)))):
            continue
        if one.is_date:
            place_day(rule, one, "" if is_own or one.sounds(flags.ENDED) else f"is {one.header} about {rule.head().header}, and not about something else?")
        elif says_who(one):
            rule.parts.setdefault("by", one)
        elif one.filled and (part := called_day(one)) is not None and (part == "at" or _tells_why_elsewhere(rule, free)):
            offer_day(rule, part, one)
        elif (
            (one.is_text() or not one.filled)
            and "comment" not in rule.parts
            and (one.sounds(words.REASON) or one.sounds(words.NOTES) or not is_about_else(one))
        ):
            if _attach_person(rule, one, free):
                free.remove(one)
                continue
            if one.filled and not (one.sounds(words.REASON) or one.sounds(words.NOTES)) and stands_with(rule, one) < ENOUGH:
                continue  # a flag of its own
            _place_comment(rule, one)
        else:
            continue
        free.remove(one)


def _attach_person(rule: Rule, one: Guess, free: Sequence[Guess]) -> bool:
    """Take a text that nothing calls a reason for who set the flag, where another column is called its reason, and tell whether that was done."""
    is_why = one.sounds(words.REASON) or one.sounds(words.NOTES) or one.share(SHORT) < MOST
    if is_why or "by" in rule.parts or not _tells_why_elsewhere(rule, free) or stands_with(rule, one) < ENOUGH:
        return False
    rule.parts["by"], rule.unsure["by"] = one, f"{one.header} is filled where there is this flag, beside a reason: does it tell who set it?"
    return True


def _tells_why_elsewhere(rule: Rule, free: Sequence[Guess]) -> bool:
    return "comment" in rule.parts or any(one.sounds(words.REASON) and one.is_text() for one in free)


def _left_of(one: Guess, rules: Sequence[Rule]) -> Rule | None:
    family = family_of(one)
    before = [rule for rule in rules if family and rule.family[0] == family[0] and rule.head().place < one.place]
    return before[-1] if before else None


def _place_comment(rule: Rule, one: Guess) -> None:
    rule.parts["comment"] = one
    if one.filled and stands_with(rule, one) < ENOUGH:
        rule.unsure["comment"] = f"{one.header} is filled for customers without this flag too, where nothing is made of it"


def stands_with(rule: Rule, one: Guess) -> float:
    """Return which share of a column's cells that say something stands where the rule has a flag, or may have one."""
    there = one.cells.is_not_null() & ~one.cells.str.to_lowercase().is_in([word.lower() for word in nothings(one) or ()]).fill_null(value=False)
    return int((there & _told_rows(rule, one)).sum()) / int(there.sum()) if there.any() else 1.0


def _told_rows(rule: Rule, one: Guess) -> pl.Series:
    """Tell for each row whether there is a flag, or may be one; but the day of a status is also that of a status without a flag."""
    return rule.flagged_rows(may_be=not (one.is_date and rule.family == BY_CELLS))


def attach_near(rule: Rule, free: list[Guess], rules: Sequence[Rule] = ()) -> None:
    """Add to a rule the columns beside it that are called reason, by, on or until and nothing else, and are filled where there is a flag.

    A column that is filled where another of `rules` has one, and not where this has, is that one's.
    """
    for step in (1, -1):
        for near in neighbours(rule, free, step):
            is_passed = _only_notes(near, free)
            if not is_passed and (is_named_after(near, free) or _is_of_another(rule, near, rules) or not _attach(rule, near)):
                break
            if not is_passed and near in free:
                free.remove(near)
    called = [one for one in free if "comment" not in rule.parts and one.is_text() and one.is_called(words.REASON) and stands_with(rule, one) >= ENOUGH]
    for one in [one for one in called if not _is_nearer(rule, one, rules)]:
        rule.unsure["comment"] = f"{one.header} does not stand beside {rule.head().header}: does it tell why?"
        rule.parts["comment"] = one
        free.remove(one)


def _only_notes(one: Guess, free: Sequence[Guess]) -> bool:
    """Tell whether a column is one of notes, and another says why: it is no part of the flag, and no end of what stands beside it."""
    return one.is_text() and one.is_called(words.NOTES) and not one.sounds(words.REASON) and any(other.is_called(words.REASON) for other in free)


def attach_unnamed(rule: Rule, free: list[Guess]) -> None:
    """Add to a rule the columns right of it whose headers say nothing, and which are filled where there is a flag, and hardly anywhere else."""
    if not rule.flagged_rows().any() or _flags_most(rule):
        return
    taken = {part.place for part in rule.columns()}
    place = rule.head().place + 1
    while (near := next((one for one in free if one.place == place), None)) is not None or place in taken:
        if near is not None and not _attach_unnamed(rule, near):
            return
        if near is not None:
            free.remove(near)
        place += 1


def _flags_most(rule: Rule) -> bool:
    """Tell whether a rule is of a text that most customers have: what stands beside it, in all of these rows, tells nothing of a flag."""
    return rule.head() is rule.parts.get("comment") and 2 * int(rule.flagged_rows().sum()) > len(rule.head().cells)


def _attach_unnamed(rule: Rule, one: Guess) -> bool:
    if one.is_date and "at" not in rule.parts and not says_until(one) and "type_column" in rule.parts and rule.flagged_rows().all():
        rule.offered["at"] = (one, f"is {one.header} the day of the flag? If it is, take the # off")
        return True
    is_other = family_of(one) or one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.BROUGHT)
    is_other = is_other or (one.sounds(words.OTHER_DAYS) and not _is_as_often(rule, one))
    if is_other or not one.filled or one.filled >= MOST or stands_with(rule, one) < ENOUGH:
        return False
    if one.is_date:
        place_day(rule, one, f"{one.header} stands beside this flag and is filled where there is one: is it a day of it?")
        return True
    return one.is_text() and _attach_text(rule, one)


def _attach_text(rule: Rule, one: Guess) -> bool:
    """Add a column of text that is filled where there is a flag: a day that is none, why, or who."""
    if (part := called_day(one)) is not None:
        return offer_day(rule, part, one)
    if says_who(one) and "by" not in rule.parts:
        rule.parts["by"] = one
        return True
    if one.sounds(words.ADDED) and "by" not in rule.parts and one.share(SHORT) >= MOST:
        rule.parts["by"], rule.unsure["by"] = one, f"{one.header} stands beside this flag and is filled where there is one: does it tell who set it?"
        return True
    if "comment" in rule.parts:
        if one.sounds(words.REASON):
            return _take_reason(rule, one)
        is_who = "by" not in rule.parts and _is_as_often(rule, one) and not one.share(SENTENCE)
        if is_who:
            rule.parts["by"] = one
            rule.unsure["by"] = f"{one.header} is filled where there is this flag, and nowhere else: does it tell who set it?"
        return is_who
    rule.parts["comment"] = one
    rule.unsure["comment"] = f"{one.header} stands beside this flag and is filled where there is one: does it tell why?"
    return True


def attach_far(rule: Rule, free: list[Guess], rules: Sequence[Rule]) -> None:
    """Add to a rule the columns anywhere that are filled where it has a flag, and in no other row, nor just where another rule of `rules` has one."""
    if _flags_most(rule):
        return
    for one in sorted(free, key=lambda one: not says_who(one)):  # who is called so comes before who may be
        is_called = one.sounds(words.REASON) or says_who(one) or (one.is_date and (one.sounds(words.AT) or one.sounds(words.UNTIL)))
        is_sure = is_called or int(one.cells.is_not_null().sum()) >= SEVERAL
        is_other = family_of(one) is not None and not says_who(one)
        if is_other or not is_sure or one.sounds(elsewords.NOT_A_FLAG) or one.sounds(words.BROUGHT) or not stands_alone(one, [rule]):
            continue
        if any(stands_alone(one, [other]) for other in rules if other is not rule):
            continue
        why = f"{one.header} does not stand beside {rule.head().header}, and is filled only where that is: "
        if one.is_date and not {"at", "expires"} & {*rule.parts, *rule.offered}:
            place_day(rule, one, f"{why}is it a day of it?")
        elif not one.is_date and (part := called_day(one)) is not None:
            if not offer_day(rule, part, one):
                continue
        elif one.is_text() and "by" not in rule.parts and not one.sounds(words.REASON) and (says_who(one) or one.share(SHORT) >= MOST):
            rule.parts["by"], rule.unsure["by"] = one, f"{why}does it tell who set it?"
        elif one.is_text() and "comment" not in rule.parts:
            rule.parts["comment"], rule.unsure["comment"] = one, f"{why}does it tell why?"
        else:
            continue
        free.remove(one)


def stands_alone(one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a column is filled only where one of some rules has a flag, and in at least half of those rows."""
    there = one.cells.is_not_null()
    return any(bool(there.any()) and not (there & ~_told_rows(rule, one)).any() and 2 * int(there.sum()) >= int(_told_rows(rule, one).sum()) for rule in rules)


def _is_as_often(rule: Rule, one: Guess) -> bool:
    """Tell whether a column is filled where the rule has a flag, and nowhere else."""
    return bool((one.cells.is_not_null() == _told_rows(rule, one)).all())


def _take_reason(rule: Rule, one: Guess) -> bool:
    """Let a column say why, where the rule's own text is one of a few words, which then tells that there is a flag; tell whether that was done."""
    head = rule.head()
    if head is not rule.parts.get("comment") or not head.words or 2 * head.share(SENTENCE) > 1:
        return False
    if any(" " in word.strip() for word in head.words) and 2 * len(head.words) > head.cells.count():  # texts that say something themselves
        rule.offered["comment"] = (
            one,
            f"{head.header} and {one.header} both say something of this flag, and only one is its comment: if it is this, take the # off",
        )
        return True
    rule.parts = {"when": head, **rule.parts, "comment": one}
    over = [word for word in head.words if UNFLAGGED.whole(phrase(word)) and word not in (rule.no or ())]
    rule.yes, rule.no, rule.says_which = [ANY], [*(rule.no or []), *over], True
    flagging = ", ".join(word for word in head.words if word not in rule.no)
    rule.doubts = [f"each of these words of {head.header} would be a flag: {flagging}. Name those that are none in the line no", *rule.doubts[:1]]
    return True


def _is_nearer(rule: Rule, one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a column stands nearer to another rule that has no comment yet, and which it fits as well."""
    others = [other for other in rules if other is not rule and "comment" not in other.parts and stands_with(other, one) >= ENOUGH]
    return any(abs(other.head().place - one.place) < abs(rule.head().place - one.place) for other in others)


def _is_of_another(rule: Rule, one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a column that says something is filled where another rule has a flag, and not where this has."""
    others = [other for other in rules if other is not rule and "comment" not in other.parts]
    return stands_with(rule, one) < ENOUGH and any(stands_with(other, one) >= ENOUGH for other in others)


def _attach(rule: Rule, one: Guess) -> bool:
    """Add a column beside a rule to it, and tell whether that was done."""
    if family_of(one) or one.sounds(elsewords.NOT_A_FLAG):
        return False
    does_fit = stands_with(rule, one) >= ENOUGH
    if one.is_date:
        is_called = is_called_day(one)
        if is_called and does_fit:
            place_day(rule, one, "" if one.key not in ("date", "datum", "fecha", "data", "dato", "pvm") else f"is {one.header} the day of this flag?")
        return is_called and does_fit
    if says_who(one) and "by" not in rule.parts and does_fit:
        rule.parts["by"] = one
        return True
    is_reason, is_note = (one.sounds(terms) and (one.is_text() or not one.filled) for terms in (words.REASON, words.NOTES))
    is_taken = "comment" in rule.parts or ("comment" in rule.offered and not is_reason)
    if is_taken or not (is_reason or is_note) or (is_note and not one.filled) or (rule.is_offered and not does_fit):
        return is_reason and does_fit and bool(one.filled) and _take_reason(rule, one)
    if not does_fit:
        rule.offered["comment"] = (one, f"{one.header} is filled for customers without this flag too; if it tells why, take the # off")
        return is_reason
    rule.parts["comment"] = one
    if is_note:
        rule.unsure["comment"] = f"does {one.header} tell why there is this flag?"
    return True
