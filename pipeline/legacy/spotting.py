"""Which columns of an unknown file tell of flags, and which of their reasons, people and days: rules for a draft, each with what is not sure of it."""

import re
from collections.abc import Iterator, Sequence

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.attaching import (
    ENOUGH,
    attach_far,
    attach_named,
    attach_near,
    attach_tied,
    attach_unnamed,
    stands_alone,
    stands_with,
)
from pipeline.legacy.candidates import offer_described, offer_others
from pipeline.legacy.guessing import FEW_WORDS, LONG_WORD, MOST, Guess, means_no, says_none
from pipeline.legacy.happening import find_events
from pipeline.legacy.joining import join_days
from pipeline.legacy.levels import find_levels, flag_type, said_of
from pipeline.legacy.logs import attach_of_rows, offer_list
from pipeline.legacy.making import (
    is_switch,
    rule_of_days,
    rule_of_other,
    rule_of_said_days,
    rule_of_switch,
    rule_of_text,
    rule_of_types,
    says_days,
    says_letters,
)
from pipeline.legacy.numbering import by_number
from pipeline.legacy.offering import leave_blanks_out, note_ended, note_endless, note_past, offer_near, offer_shared, share_parts
from pipeline.legacy.rules import SENTENCE, Rule, family_of, is_about_else, says_until, says_who, tags_of, type_of
from pipeline.legacy.sharing import share_columns
from pipeline.legacy.standing import find_states, note_standing, note_states
from pipeline.legacy.strewn import holds_no_words, offer_among_texts, offer_strewn
from pipeline.legacy.terms import phrase

NAMES = 6  # different words, above which they are hardly a status's where hardly one stands twice
LIKE_A_PERSON = r"^\p{Lu}[\p{L}'.-]*(?:\s\p{Lu}[\p{L}'.-]*){0,2}$"  # one to three words, each with a capital letter


def spot_flags(left: Sequence[Guess], types: Sequence[str], *, may_repeat: bool) -> list[Rule]:
    """Return rules for the flags that columns tell of; `types` are the settings' flag types, `may_repeat` tells that a customer may have several rows."""
    free = [one for one in left if not _is_else(one)]
    tagged = list(_tags(free, types))
    rules = [*tagged, *(find_events(free, types) if may_repeat else ())]
    heads = _heads(free, types)
    told = [made for one in free if one not in _used(heads) and not _says_more(one, heads) and (made := _of_cells(one, types))]
    heads = [rule for rule in heads if not _belongs(rule, told)]
    found = sorted([*heads, *told], key=lambda rule: rule.head().place)
    free = [one for one in free if one not in _used(found)]
    join_days(found, tagged, free, types)
    states = find_states(found, free)
    _attach_called(found, free)
    share_columns(found, free)
    sure = [rule for rule in found if not rule.is_offered]
    for rule in sure:
        attach_near(rule, free, sure)
    for rule in sure:
        attach_unnamed(rule, free)
    _free_people(found, free, sure)
    described = list(offer_described(free, types))
    for rule in sure:
        attach_far(rule, free, sure)
    if may_repeat:
        note_standing(sure, free)
        attach_of_rows(sure, free)
    note_states(states)
    for rule in sure:
        note_ended(rule, free)
        note_past(rule, sure)
    note_endless(sure)
    for rule in [rule for rule in found if rule.is_offered]:
        attach_near(rule, free)
        attach_far(rule, free, [rule])
    offer_near(sure, free)
    offer_shared(sure)
    share_parts(sure)
    leave_blanks_out(found)
    rules += [*found, *described]
    strewn = list(offer_strewn(left, rules, types))
    return [*rules, *_offer_rest(_rest(free, [*rules, *strewn]), types), *strewn]


def _rest(free: Sequence[Guess], rules: Sequence[Rule]) -> list[Guess]:
    """Return the columns that no rule has, and that may tell of flags."""
    return [one for one in free if one not in _used(rules) and not _is_of_each_event(one, rules)]


def _is_of_each_event(one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a column says something in each row of a log, and neither yes nor no: who wrote it, or where, and no flag."""
    return any("event" in rule.parts for rule in rules) and one.filled == 1 and not one.is_yes_no and family_of(one) is None


def _free_people(found: list[Rule], free: list[Guess], sure: Sequence[Rule]) -> None:
    """Take out rules that are only offered, and whose column tells who set a flag; the column is free then."""
    for rule in [rule for rule in found if rule.is_offered and says_who(rule.head()) and stands_alone(rule.head(), sure)]:
        found.remove(rule)
        free.append(rule.head())


def _attach_called(found: Sequence[Rule], free: list[Guess]) -> None:
    """Give rules the columns that are called as theirs, or after their families; those that are sure first."""
    sure = [rule for rule in found if not rule.is_offered]
    for rule in sorted(found, key=lambda rule: -len(rule.head().header)):
        attach_named(rule, free)
    for rule in [*sure, *(rule for rule in found if rule.is_offered)]:
        attach_tied(rule, free, found if rule.is_offered else sure)


def _offer_rest(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for what goes with none: a list of those who are flagged alone, then single columns; all are only offered."""
    yield from offer_list(free, types)
    yield from offer_others(free, types)
    yield from offer_among_texts(free, types)


def _is_else(one: Guess) -> bool:
    """Tell whether a column only sounds of a flag: the block of houses in an address, or the next day of something."""
    is_house = one.is_called(elsewords.HOUSES) and one.is_text() and not says_who(one) and not says_letters(one) and one.share(r"^.{1,4}$") == 1
    return is_house or (one.is_date and one.sounds(elsewords.NEXT) and family_of(one) is not None)


def _used(rules: Sequence[Rule]) -> list[Guess]:
    return [part for rule in rules for part in rule.columns()]


def _tags(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    for one in sorted(free, key=lambda one: one.sounds(words.REASON) or one.sounds(words.NOTES)):  # those may be comments of others
        is_called = one.sounds(flags.TAGS) and family_of(one) is None
        is_list = is_called or _lists_flags(one, types) or _is_list(one)
        if one in free and one.is_text() and not one.sounds(elsewords.NOT_A_FLAG) and is_list:
            free.remove(one)
            rule = Rule("", {"tags": one})
            attach_named(rule, free)
            yield rule


def _is_list(one: Guess) -> bool:
    """Tell whether a column that is called flags, or alerts, lists several in some cells."""
    return one.is_called(flags.LISTS) and one.share(r"[;|\n]") > 0


def _lists_flags(one: Guess, types: Sequence[str]) -> bool:
    """Tell whether cells list flags: few words, in several rows each, of which at least half are types, or sound of one, and more than one in a cell."""
    listed = [{tag.casefold() for tag in tags} for tags, count in tags_of(one) for _ in range(count)]
    different = set[str]().union(*listed)
    is_few = 0 < len(different) <= FEW_WORDS and 2 * len(different) <= sum(map(len, listed)) and all(len(word) <= LONG_WORD for word in different)
    return is_few and any(len(tags) > 1 for tags in listed) and 2 * sum(type_of(word, types) is not None for word in different) >= len(different)


def _heads(free: list[Guess], types: Sequence[str]) -> list[Rule]:
    """Return a rule for each family of columns whose headers sound of a flag, with the column that tells whether there is one."""
    members: dict[tuple[str, int], list[Guess]] = {}
    for one in free:
        if family := family_of(one):
            members.setdefault(_family_of_start(one, family, free), []).append(one)
    rules = []
    for family, some in [(family, some) for family, every in members.items() for some in by_number(every)]:
        about_others = [one for one in some if one.sounds(elsewords.NOT_A_FLAG)]
        made = list(_family_rules(family, [one for one in some if one not in about_others], types))
        rules += made
    rules = [rule for rule in rules if not _belongs(rule, rules)]
    for rule in rules:
        _doubt(rule, rules)
    return rules


def _family_of_start(one: Guess, family: tuple[str, int], free: Sequence[Guess]) -> tuple[str, int]:
    """Return the family of the first day that stands beside a last one and begins with the same word, as zakaz wstępu od and zakaz do; else its own."""
    beside = [other for other in free if abs(other.place - one.place) == 1 and other.is_date and other.terms.split()[0] == one.terms.split()[0]]
    found = (start for other in beside if not says_until(other) and (start := family_of(other)) is not None and start[0] == family[0])
    return next(found, family) if one.is_date and says_until(one) else family


def _doubt(rule: Rule, rules: Sequence[Rule]) -> None:
    """Ask whether a text is about a flag whose header is about something else too; where another column tells of such flags, the rule is only offered."""
    head = rule.head()
    if rule.is_offered or "type_column" in rule.parts or not is_about_else(head):
        return
    told_elsewhere = any(other.kind == rule.kind and ({"when", "type_column"} & set(other.parts)) for other in rules if other is not rule)
    rule.is_offered = told_elsewhere or head.sounds(elsewords.SOFT)
    rule.doubts.append(f"is {head.header} about a flag on the customer?{' If it is, take the line skip away' if rule.is_offered else ''}")


def _belongs(rule: Rule, rules: Sequence[Rule]) -> bool:
    """Tell whether a rule's column is only a reason, or a day, of another flag of its kind."""
    head = rule.head()
    is_part = head.is_date or says_days(head) or (head.is_text() and (head.sounds(words.REASON) or head.sounds(words.NOTES) or says_who(head)))
    others = [other for other in rules if other is not rule and other.kind == rule.kind and "when" in other.parts]
    beside = [other for other in others if stands_with(other, head) >= ENOUGH]
    by_day = head.sounds(words.REASON) and any(other.head().is_date for other in beside)
    return is_part and (by_day or any(not head.is_date or other.family == rule.family or other in beside for other in others if not other.head().is_date))


def _says_more(one: Guess, rules: Sequence[Rule]) -> bool:
    """Tell whether a text is one of notes, or called as a flag is, and stands where that flag does, and nowhere else: it says more of it."""
    sure = [rule for rule in rules if "when" in rule.parts and not rule.is_offered]
    named = one.sounds(words.NOTES) or one.sounds(words.REASON) or family_of(one) is not None
    return one.is_text() and named and any(stands_with(rule, one) >= ENOUGH for rule in sure)


def _family_rules(family: tuple[str, int], some: Sequence[Guess], types: Sequence[str]) -> Iterator[Rule]:
    kind = flag_type(family[0], types)
    typed = [(one, levels) for one in some if (levels := find_levels(one, kind, types))]
    typed.sort(key=lambda pair: not pair[1].is_sure)
    setters = [one for one in some if says_who(one) and not one.is_yes_no]
    switches = [one for one in some if is_switch(one) and one not in [*setters, *(head for head, _ in typed)]]
    made = [rule_of_switch(one, kind) for one in switches] or [rule_of_types(one, levels) for one, levels in typed[:1]]
    if typed and switches:
        one, levels = typed[0]
        made[0].parts["type_column"], made[0].types, made[0].maybe = one, levels.types, levels.maybe
        made[0].doubts += levels.doubts(one)
    if not made:
        texts = sorted((one for one in some if one.is_text() and not says_who(one)), key=lambda one: one.sounds(words.REASON) or one.sounds(words.NOTES))
        days = sorted((one for one in some if one.is_date), key=says_until)
        others = [one for one in some if one.is_number or says_who(one) or not one.filled]
        is_day = bool(days) and (not texts or _is_reason_of(texts[0], days[0]))
        said = [one for one in some if says_days(one)]
        heads = [one for one in texts if one not in said and not (one.sounds(words.REASON) or one.sounds(words.NOTES))] or ([] if said else texts[:1])
        people = [(one, other) for one in heads if (other := next((text for text in texts if _is_person_of(one, text)), None))]
        heads = [one for one in heads if one not in [person for person, _ in people]] or [other for _, other in people[:1]]
        alone = [rule_of_said_days(one, kind) for one in said[:1]] or [rule_of_other(one, kind) for one in others[:1]]
        made = [rule_of_days(days[0], kind)] if is_day else [rule_of_text(one, kind) for one in heads] or alone
        for rule, person in [(rule, person) for person, other in people for rule in made if rule.head() is other]:
            rule.parts["by"], rule.unsure["by"] = person, f"{person.header} is filled only where {rule.head().header} is: does it tell who set it?"
    for rule in made:
        rule.family = family
        if flag_type(family[0], types) != family[0]:
            rule.doubts.append(f"the settings have no flag type {family[0]}")
        is_soft = rule.head().sounds(elsewords.SOFT) and not _is_period(rule.head(), some)
        is_longer = flags.FLAG_FAMILIES[family[0]][family[1]].is_stretched(rule.head().terms)
        if (is_soft or is_longer) and not rule.is_offered and not is_about_else(rule.head()):
            rule.is_offered = is_soft and bool(rule.doubts)
            rule.doubts.append(f"is {rule.head().header} about a flag?{' If it is, take the line skip away' if rule.is_offered else ''}")
    yield from made


def _is_period(day: Guess, some: Sequence[Guess]) -> bool:
    """Tell whether a day has a last one or a reason beside it that is called alike, as Ban start, Ban end and Ban reason are."""
    return (day.is_date or says_days(day)) and any(one is not day and ((one.is_date and says_until(one)) or one.sounds(words.REASON)) for one in some)


def _is_person_of(one: Guess, other: Guess) -> bool:
    """Tell whether a text holds what may be names, and only where another says something else: who wrote that, likely."""
    is_alone = (one.cells.is_not_null() & other.cells.is_null()).any()
    return one is not other and one.filled > 0 and not is_alone and one.share(LIKE_A_PERSON) == 1 and other.share(LIKE_A_PERSON) < MOST


def _is_reason_of(text: Guess, day: Guess) -> bool:
    """Tell whether a text tells only why there is a day beside it: it is filled hardly anywhere else."""
    told = text.cells.is_not_null()
    return text.sounds(words.REASON) and int((told & day.cells.is_not_null()).sum()) >= MOST * int(told.sum())


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
    rule.family = ("On Hold", -1)
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
