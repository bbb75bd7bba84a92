"""What a draft of a map only offers, and asks, of flags that it has found: parts that other customers have too, flags that have ended."""

import re
from collections.abc import Sequence

from pipeline.legacy import elsewords
from pipeline.legacy import eventwords as events
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.dayparts import is_called_day
from pipeline.legacy.guessing import Guess, means_yes
from pipeline.legacy.making import SPARSE
from pipeline.legacy.maps import ANY
from pipeline.legacy.nowords import EXPIRED, LIFTED
from pipeline.legacy.rules import STEM, Rule, are_usual, family_of, is_denied, is_named_after, neighbours, says_expired, says_until, says_who
from pipeline.legacy.standing import STANDS
from pipeline.wording import count_of

SHARED = {"comment": "tells why", "by": "tells who set it", "at": "is the day since when", "expires": "is the last day"}
NEAR = 4  # columns between a flag and what says that it has ended


def share_parts(rules: Sequence[Rule]) -> None:
    """Let flags whose columns are numbered, as Flag 1 and Flag 2, share the days and people of one of them that have no number, and ask."""
    series: dict[str, list[Rule]] = {}
    for rule in rules:
        said = rule.head().said
        if re.search(r"\d", said):
            series.setdefault(re.sub(r"\d+", "", said), []).append(rule)
    for some in series.values():
        for name in ("by", "at", "expires"):
            shared = [rule.parts[name] for rule in some if name in rule.parts and not re.search(r"\d", rule.parts[name].said)]
            lacking = [rule for rule in some if name not in rule.parts]
            for rule in lacking if shared else ():
                rule.parts[name] = shared[0]
                rule.unsure[name] = f"{shared[0].header} has no number: is it about this flag too?"


def offer_shared(rules: Sequence[Rule]) -> None:
    """Offer a column that is called reason, by or on, and nothing else, to each flag beside which it is filled where the flag that has it is not."""
    for rule in rules:
        for name, tells in SHARED.items():
            if name in {*rule.parts, *rule.offered} or (name == "comment" and rule.says_which):
                continue
            held = [(other, other.parts.get(name) or other.offered.get(name, (None, ""))[0]) for other in rules if other is not rule]
            shared = [one for other, one in held if one is not None and one is not other.head() and _is_shared(one, rule, other)]
            shared += [one for _, one in held if one is not None and name == "comment" and _is_reason_of_day(one, rule)]
            if shared:
                rule.offered[name] = (shared[0], f"{shared[0].header} is filled for customers with this flag too; if it {tells}, take the # off")


def _is_shared(one: Guess, rule: Rule, other: Rule) -> bool:
    is_plain = any(one.is_called(terms) for terms in (words.REASON, words.NOTES, words.BY, words.STAFF, words.AT, words.UNTIL))
    return is_plain and bool((one.cells.is_not_null() & rule.flagged_rows() & ~other.flagged_rows()).any())


def _is_reason_of_day(one: Guess, rule: Rule) -> bool:
    """Tell whether a column that is called a reason stands beside a rule's day, and is filled wherever that is."""
    is_beside = rule.head().is_date and abs(one.place - rule.head().place) == 1 and one.sounds(words.REASON)
    return is_beside and not (rule.flagged_rows() & one.cells.is_null()).any()


def offer_near(rules: Sequence[Rule], free: list[Guess]) -> None:
    """Offer the columns beside each rule that are called reason, by, on or until, and are filled for customers without the flag too."""
    for rule in rules:
        _offer_near(rule, free)


def _offer_near(rule: Rule, free: list[Guess]) -> None:
    for step in (1, -1):
        for near in neighbours(rule, free, step):
            name, what = _is_called_part(near, rule.head())
            is_none = name is None or family_of(near) or near.sounds(elsewords.NOT_A_FLAG) or is_named_after(near, free)
            if is_none and not _says_more(near, rule):
                break
            if name and not is_none and name not in rule.parts and name not in rule.offered:
                rule.offered[name] = (near, f"{near.header} is filled for customers without this flag too; if it {what}, take the # off")
                free.remove(near)


def _says_more(one: Guess, rule: Rule) -> bool:
    """Tell whether a text is called notes, or as a status is, and is sparse: what stands beyond it may be of the flag as well."""
    is_called = one.sounds(words.NOTES) or one.sounds(words.STATUS)
    return one.is_text() and is_called and one.filled <= SPARSE and bool((one.cells.is_not_null() & rule.flagged_rows()).any())


def _is_called_part(one: Guess, head: Guess) -> tuple[str | None, str]:
    """Tell by its header which part of a flag a column is, and in words what it then tells; None where it is none. `head` tells of the flag."""
    if one.is_date:
        part = ("expires", "is the last day") if says_until(one) else ("at", "is the day since when")
        return part if (is_called_day(one) or is_day_of_change(one, head)) and not one.is_said else (None, "")
    if says_who(one):
        return "by", "tells who set it"
    return ("comment", "tells why") if one.is_text() and one.sounds(words.REASON) else (None, "")


def is_day_of_change(one: Guess, head: Guess) -> bool:
    """Tell whether a column of days is called the day of a status, or of what another column tells, or that on which it was changed."""
    rest = words.WHOSE.without(words.CHANGED.without(words.STATUS.without(words.AT.without(one.terms))))
    is_plain = all(word in head.terms.split() for word in rest.split())
    is_called = one.sounds(words.STATUS) or one.sounds(words.CHANGED) or set(one.terms.split()) & set(head.terms.split())
    is_own = one.filled <= SPARSE and not one.sounds(elsewords.NOT_A_FLAG)
    return is_own and is_plain and bool(is_called) and (one.sounds(words.AT) or one.sounds(words.CHANGED))


def note_ended(rule: Rule, free: list[Guess], found: list[Rule]) -> None:
    """Let a rule look at a column beside it that says of some of its flags that they have ended; offer one that is called nothing of the kind.

    Such a column leaves `free`, and a rule that is only offered because of it is taken from `found`.
    """
    heads = {other.head(): other for other in found if other.is_offered and other.kind == rule.kind}
    for one in [one for one in (*free, *heads) if one.is_yes_no and abs(one.place - rule.head().place) <= NEAR]:
        words_of_yes = [word for word in one.words if means_yes(word)]
        yes = one.cells.str.to_lowercase().is_in([word.lower() for word in words_of_yes]).fill_null(value=False)
        over, flagged = int((rule.flagged_rows() & yes).sum()), int(rule.flagged_rows().sum())
        is_called = (one.sounds(flags.ENDED) and not one.sounds(flags.ALLOWED)) or one.sounds(LIFTED) or says_expired(one)
        is_other = one in heads or is_denied(one) or one.sounds(elsewords.NOT_A_FLAG)  # a flag of its own, or none
        is_only_there = over < flagged and not (yes & ~rule.flagged_rows()).any() and not is_other and (_stands_there(rule, one) or over > 1)
        said = f"{one.header} says yes for {over:,} of those who would be flagged"
        if not over or one.is_called(STANDS) or {"ended", "event"} & {*rule.parts, *rule.offered}:
            continue
        usual = are_usual(words_of_yes)  # else the words have a line of their own
        if is_called and "expires" in rule.parts and not (yes & rule.flagged_rows() & rule.parts["expires"].cells.is_null()).any():
            rule.doubts.append(f"{said}: all of them have a day in {rule.parts['expires'].header}, with which their flag ends")
        elif is_called and not _is_of_else(one, rule.head()):
            rule.parts["ended"], rule.ended_yes = one, words_of_yes
            away = "take ended away" if usual else "take ended and ended_yes away"
            rule.unsure["ended"] = f"{said}: is their flag over, so that nothing is made of it? If it is not, {away}"
        elif is_called or is_only_there:
            why = f"{said}{', and for nobody else' * is_only_there}: if their flag has ended, take the # off{'' if usual else ' both lines'}"
            rule.offered["ended"], rule.ended_yes = (one, why), words_of_yes
        else:
            continue
        if one in heads:
            found.remove(heads.pop(one))
        else:
            free.remove(one)


def _is_of_else(one: Guess, head: Guess) -> bool:
    """Tell whether a header says that something has ended which is no flag, as Debt cleared does, and not what `head` tells of."""
    rest = one.terms
    for terms in (LIFTED, flags.ENDED, EXPIRED, *flags.FAMILIES, events.ANY_FLAG, words.WHOSE, words.STATUS):
        rest = terms.without(rest)
    stems = {word[:STEM] for word in head.terms.split()}
    return any(word[:STEM] not in stems for word in rest.split())


def _stands_there(rule: Rule, one: Guess) -> bool:
    """Tell whether a column is filled where the rule has a flag, and nowhere else."""
    return bool((one.cells.is_not_null() == rule.flagged_rows()).all())


def leave_blanks_out(rules: Sequence[Rule]) -> None:
    """Let rules whose column names types make nothing of rows in which that is blank, and what tells why is not: else they would come back."""
    for rule in [rule for rule in rules if "type_column" in rule.parts and "when" not in rule.parts]:
        texts = [one for one in (rule.parts.get("comment"), rule.offered.get("comment", (None, ""))[0]) if one is not None]
        if any((one.cells.is_not_null() & rule.head().cells.is_null()).any() for one in texts):
            rule.parts["when"], rule.yes = rule.head(), [ANY]


def note_endless(rules: Sequence[Rule]) -> None:
    """Ask about customers who have two flags of one type, of which one has a last day and the other none: they become one flag without."""
    for rule in [rule for rule in rules if "expires" in rule.parts and rule.kind]:
        days = rule.parts["expires"].cells.is_not_null() & rule.flagged_rows()
        for other in [other for other in rules if other is not rule and other.kind == rule.kind and "expires" not in other.parts]:
            if both := int((days & other.flagged_rows()).sum()):
                said = f"{count_of(both, 'customer')} with a day in {rule.parts['expires'].header} {'has' if both == 1 else 'have'} the flag of"
                todo = f"one flag of type {rule.kind} comes of both, without a last day; give one of the two another type, and the day stays"
                asked = rule.unsure.get("expires")
                rule.unsure["expires"] = "; ".join([*([asked] if asked else []), f"{said} {other.head().header} too: {todo}"])


def note_past(rule: Rule, rules: Sequence[Rule]) -> None:
    """Ask about days of customers who have no flag, since it may be one that has ended; those of another of `rules` with the same column have one."""
    name = next((name for name in ("expires", "at") if name in rule.parts), None)
    if name is None or "when" not in rule.parts or rule.head().is_date:
        return
    one = rule.parts[name]
    days = one.cells.is_not_null() & ~one.cells.str.to_lowercase().is_in([text.lower() for text in one.no_days]).fill_null(value=False)
    for other in [other for other in rules if one in other.parts.values()]:
        days &= ~other.flagged_rows()
    over = int((days & ~rule.flagged_rows()).sum())
    if over:
        since = rule.parts.get("at", one).header
        said = f"{count_of(over, 'customer')} without this flag {'has' if over == 1 else 'have'} a day in {one.header}, of which nothing is made"
        said += f'; for flags that have ended to be in the history, let a day be the flag: when = ["{since}"], yes = ["*"], without the line no'
        rule.unsure[name] = "; ".join([*([rule.unsure[name]] if name in rule.unsure else []), said])
