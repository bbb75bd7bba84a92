"""Which columns of an unknown file tell why, who, since when and until when of a flag that another column tells of."""

import re
from collections.abc import Sequence

from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import MOST, Guess, means_yes
from pipeline.legacy.rules import SENTENCE, Rule, family_of, is_about_else, nothings, place_day, says_until, says_who
from pipeline.legacy.terms import phrase
from pipeline.wording import count_of

SEVERAL = 3  # cells, which hardly stand by chance where a flag does
SHORT = r"^\S{1,12}(?:\s\S{1,12})?$"  # initials, or a name
NEAR = 4  # columns between a flag and what says that it has ended
ENOUGH = 0.8  # the share of a part's cells that stand where there is a flag


def attach_named(rule: Rule, free: list[Guess]) -> None:
    """Add to a rule the columns that are called as its own is, and what a part of a flag is: Flag 2 comment beside Flag 2."""
    head = phrase(rule.head().header).split()
    for one in list(free):
        said = phrase(one.header).split()
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


def share_parts(rules: Sequence[Rule]) -> None:
    """Let flags whose columns are numbered, as Flag 1 and Flag 2, share the days and people of one of them that have no number, and ask."""
    series: dict[str, list[Rule]] = {}
    for rule in rules:
        header = rule.head().header
        if re.search(r"\d", header):
            series.setdefault(re.sub(r"\d+", "", header), []).append(rule)
    for some in series.values():
        for name in ("by", "at", "expires"):
            shared = [rule.parts[name] for rule in some if name in rule.parts and not re.search(r"\d", rule.parts[name].header)]
            lacking = [rule for rule in some if name not in rule.parts]
            for rule in lacking if shared else ():
                rule.parts[name] = shared[0]
                rule.unsure[name] = f"{shared[0].header} has no number: is it about this flag too?"


def offer_shared(rules: Sequence[Rule]) -> None:
    """Offer a column that is called reason or note, and nothing else, to each flag beside which it is filled where the flag that has it is not."""
    for rule in [rule for rule in rules if "comment" not in {*rule.parts, *rule.offered} and not rule.says_which]:
        for other in rules:
            one = other.parts.get("comment") or other.offered.get("comment", (None, ""))[0]
            if one is None or one is other.head() or not (one.is_called(words.REASON) or one.is_called(words.NOTES)):
                continue
            if (one.cells.is_not_null() & rule.flagged_rows() & ~other.flagged_rows()).any():
                rule.offered["comment"] = (one, f"{one.header} is filled for customers with this flag too; if it tells why, take the # off")
                break


def attach_tied(rule: Rule, free: list[Guess], rules: Sequence[Rule]) -> None:
    """Add to a rule the columns whose headers have a word of its own family, or of its type where it is the only one of that."""
    alone = sum(1 for other in rules if other.family[0] == rule.family[0]) == 1
    same = [other for other in rules if other.family == rule.family]
    for one in list(free):
        family = family_of(one)
        if family is None or one.sounds(flags.NOT_A_FLAG):
            continue
        owners = [other for other in same if other.head().place < one.place] or same
        is_own = family == rule.family and owners[-1] is rule
        if not (is_own or (family[0] == rule.family[0] and (alone or (not any(other.family == family for other in rules) and _left_of(one, rules) is rule)))):
            continue
        if one.is_date:
            place_day(rule, one, "" if is_own or one.sounds(flags.ENDED) else f"is {one.header} about {rule.head().header}, and not about something else?")
        elif says_who(one):
            rule.parts.setdefault("by", one)
        elif (
            (one.is_text() or not one.filled)
            and "comment" not in rule.parts
            and (one.sounds(words.REASON) or one.sounds(words.NOTES) or not is_about_else(one))
        ):
            _place_comment(rule, one)
        else:
            continue
        free.remove(one)


def _left_of(one: Guess, rules: Sequence[Rule]) -> Rule | None:
    family = family_of(one)
    before = [rule for rule in rules if family and rule.family[0] == family[0] and rule.head().place < one.place]
    return before[-1] if before else None


def _place_comment(rule: Rule, one: Guess) -> None:
    rule.parts["comment"] = one
    if one.filled and stands_with(rule, one) < ENOUGH:
        rule.unsure["comment"] = f"{one.header} is filled for customers without this flag too, where nothing is made of it"


def stands_with(rule: Rule, one: Guess) -> float:
    """Return which share of a column's cells that say something stands where the rule has a flag."""
    there = one.cells.is_not_null() & ~one.cells.str.to_lowercase().is_in([word.lower() for word in nothings(one) or ()]).fill_null(value=False)
    return int((there & rule.flagged_rows()).sum()) / int(there.sum()) if there.any() else 1.0


def attach_near(rule: Rule, free: list[Guess]) -> None:
    """Add to a rule the columns beside it that are called reason, by, on or until and nothing else, and are filled where there is a flag."""
    taken = {part.place for part in rule.columns()}
    for step in (1, -1):
        place = rule.head().place + step
        while (near := next((one for one in free if one.place == place), None)) is not None or place in taken:
            if near is not None and not _attach(rule, near):
                break
            if near is not None and near in free:
                free.remove(near)
            place += step
    for one in [one for one in free if "comment" not in rule.parts and one.is_text() and one.is_called(words.REASON) and stands_with(rule, one) >= ENOUGH]:
        rule.unsure["comment"] = f"{one.header} does not stand beside {rule.head().header}: does it tell why?"
        rule.parts["comment"] = one
        free.remove(one)


def offer_near(rules: Sequence[Rule], free: list[Guess]) -> None:
    """Offer the columns beside each rule that are called reason, by, on or until, and are filled for customers without the flag too."""
    for rule in rules:
        _offer_near(rule, free)


def _offer_near(rule: Rule, free: list[Guess]) -> None:
    taken = {part.place for part in rule.columns()} | {one.place for one, _ in rule.offered.values()}
    for step in (1, -1):
        place = rule.head().place + step
        while (near := next((one for one in free if one.place == place), None)) is not None or place in taken:
            if near is not None:
                name, what = _is_called_part(near)
                if name is None or family_of(near) or near.sounds(flags.NOT_A_FLAG):
                    break
                if name not in rule.parts and name not in rule.offered:
                    rule.offered[name] = (near, f"{near.header} is filled for customers without this flag too; if it {what}, take the # off")
                    free.remove(near)
            place += step


def _is_called_part(one: Guess) -> tuple[str | None, str]:
    """Tell by its header which part of a flag a column is, and in words what it then tells; None where it is none."""
    if one.is_date:
        part = ("expires", "is the last day") if says_until(one) else ("at", "is the day since when")
        return part if _is_called_day(one) and not one.is_said else (None, "")
    if says_who(one):
        return "by", "tells who set it"
    return ("comment", "tells why") if one.is_text() and one.sounds(words.REASON) else (None, "")


def _is_called_day(one: Guess) -> bool:
    """Tell whether a column is called the day of something, or its last day, and nothing else."""
    return (one.is_called(words.AT) or one.is_called(words.UNTIL) or one.terms in words.UNTIL_LAST) and not one.sounds(words.OTHER_DAYS)


def attach_unnamed(rule: Rule, free: list[Guess]) -> None:
    """Add to a rule the columns right of it whose headers say nothing, and which are filled where there is a flag, and hardly anywhere else."""
    if rule.is_offered or not rule.flagged_rows().any():
        return
    taken = {part.place for part in rule.columns()}
    place = rule.head().place + 1
    while (near := next((one for one in free if one.place == place), None)) is not None or place in taken:
        if near is not None and not _attach_unnamed(rule, near):
            return
        if near is not None:
            free.remove(near)
        place += 1


def _attach_unnamed(rule: Rule, one: Guess) -> bool:
    if one.is_date and "at" not in rule.parts and not says_until(one) and "type_column" in rule.parts and rule.flagged_rows().all():
        rule.offered["at"] = (one, f"is {one.header} the day of the flag? If it is, take the # off")
        return True
    is_other = family_of(one) or one.sounds(flags.NOT_A_FLAG) or one.sounds(words.BROUGHT)
    is_other = is_other or (one.sounds(words.OTHER_DAYS) and not _is_as_often(rule, one))
    if is_other or not one.filled or one.filled >= MOST or stands_with(rule, one) < ENOUGH:
        return False
    if one.is_date:
        place_day(rule, one, f"{one.header} stands beside this flag and is filled where there is one: is it a day of it?")
        return True
    if not one.is_text():
        return False
    if "comment" in rule.parts:
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
    for one in list(free):
        is_called = one.sounds(words.REASON) or says_who(one) or (one.is_date and (one.sounds(words.AT) or one.sounds(words.UNTIL)))
        is_sure = is_called or int(one.cells.is_not_null().sum()) >= SEVERAL
        is_other = family_of(one) is not None and not says_who(one)
        if is_other or not is_sure or one.sounds(flags.NOT_A_FLAG) or one.sounds(words.BROUGHT) or not stands_alone(one, [rule]):
            continue
        if any(stands_alone(one, [other]) for other in rules if other is not rule):
            continue
        why = f"{one.header} does not stand beside {rule.head().header}, and is filled only where that is: "
        if one.is_date and not {"at", "expires"} & {*rule.parts, *rule.offered}:
            place_day(rule, one, f"{why}is it a day of it?")
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
    return any(bool(there.any()) and not (there & ~rule.flagged_rows()).any() and 2 * int(there.sum()) >= int(rule.flagged_rows().sum()) for rule in rules)


def _is_as_often(rule: Rule, one: Guess) -> bool:
    """Tell whether a column is filled where the rule has a flag, and nowhere else."""
    return bool((one.cells.is_not_null() == rule.flagged_rows()).all())


def _attach(rule: Rule, one: Guess) -> bool:
    """Add a column beside a rule to it, and tell whether that was done."""
    if family_of(one) or one.sounds(flags.NOT_A_FLAG):
        return False
    does_fit = stands_with(rule, one) >= ENOUGH
    if one.is_date:
        is_called = _is_called_day(one)
        if is_called and does_fit:
            place_day(rule, one, "" if one.key not in ("date", "datum", "fecha", "data", "dato", "pvm") else f"is {one.header} the day of this flag?")
        return is_called and does_fit
    if says_who(one) and "by" not in rule.parts and does_fit:
        rule.parts["by"] = one
        return True
    is_reason, is_note = (one.sounds(terms) and (one.is_text() or not one.filled) for terms in (words.REASON, words.NOTES))
    if "comment" in rule.parts or not (is_reason or is_note) or (is_note and not one.filled) or (rule.is_offered and not does_fit):
        return False
    if not does_fit:
        rule.offered["comment"] = (one, f"{one.header} is filled for customers without this flag too; if it tells why, take the # off")
        return is_reason
    rule.parts["comment"] = one
    if is_note:
        rule.unsure["comment"] = f"does {one.header} tell why there is this flag?"
    return True


def note_ended(rule: Rule, free: list[Guess]) -> None:
    """Ask about customers who have a flag, and of whom a column beside says that it has ended."""
    for one in [one for one in free if one.is_yes_no and one.sounds(flags.ENDED) and not one.sounds(flags.ALLOWED)]:
        yes = [word.lower() for word in one.words if means_yes(word)]
        over = int((rule.flagged_rows() & one.cells.str.to_lowercase().is_in(yes).fill_null(value=False)).sum())
        if over and abs(one.place - rule.head().place) <= NEAR:
            free.remove(one)
            rule.doubts.append(
                f"{one.header} says yes for {over:,} of those who would be flagged: if that means that their flag has ended, "
                f"empty their {rule.head().header} in the file before you migrate it"
            )


def note_past(rule: Rule) -> None:
    """Ask about days of customers who have no flag, since it may be one that has ended."""
    name = next((name for name in ("expires", "at") if name in rule.parts), None)
    if name is None or "when" not in rule.parts or rule.head().is_date:
        return
    one = rule.parts[name]
    days = one.cells.is_not_null() & ~one.cells.str.to_lowercase().is_in([text.lower() for text in one.no_days]).fill_null(value=False)
    over = int((days & ~rule.flagged_rows()).sum())
    if over:
        since = rule.parts.get("at", one).header
        said = f"{count_of(over, 'customer')} without this flag {'has' if over == 1 else 'have'} a day in {one.header}, of which nothing is made"
        said += f'; for flags that have ended to be in the history, let a day be the flag: when = ["{since}"], yes = ["*"], without the line no'
        rule.unsure[name] = "; ".join([*([rule.unsure[name]] if name in rule.unsure else []), said])
