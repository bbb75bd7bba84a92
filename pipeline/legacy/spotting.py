"""Which columns of an unknown file tell of flags, and which of their reasons, people and days: rules for a draft, each with what is not sure of it."""

from collections.abc import Iterator, Sequence

from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.attaching import (
    ENOUGH,
    attach_far,
    attach_named,
    attach_near,
    attach_tied,
    attach_unnamed,
    by_number,
    stands_alone,
    stands_with,
)
from pipeline.legacy.guessing import FEW_WORDS, LONG_WORD, MOST, Guess, first_word, means_no, means_yes, says_none
from pipeline.legacy.happening import find_events
from pipeline.legacy.levels import Levels, find_levels, flag_type, said_of
from pipeline.legacy.maps import ANY
from pipeline.legacy.offering import note_ended, note_past, offer_near, offer_shared, share_parts
from pipeline.legacy.rules import Rule, family_of, is_about_else, is_denied, nothings, place_day, says_until, says_who, tags_of, type_in, type_of
from pipeline.legacy.terms import phrase

UNSURE = "?"  # nothing in a text; beside yes and no, somebody did not know
SEVERAL_WORDS = r"\S\s+\S|[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7af}]{4}"  # some scripts have no blanks between them
SPARSE = 0.6  # the share of rows above which a text is hardly a flag


def spot_flags(left: Sequence[Guess], types: Sequence[str], *, may_repeat: bool) -> list[Rule]:
    """Return rules for the flags that columns tell of; `types` are the settings' flag types, `may_repeat` tells that a customer may have several rows."""
    free = list(left)
    rules = [*_tags(free, types), *(find_events(free, types) if may_repeat else ())]
    heads = _heads(free, types)
    told = [made for one in free if one not in _used(heads) and (made := _of_cells(one, types))]
    heads = [rule for rule in heads if not _belongs(rule, told)]
    found = sorted([*heads, *told], key=lambda rule: rule.head().place)
    free = [one for one in free if one not in _used(found)]
    sure = [rule for rule in found if not rule.is_offered]
    for rule in sorted(found, key=lambda rule: -len(rule.head().header)):
        attach_named(rule, free)
    for rule in [*sure, *(rule for rule in found if rule.is_offered)]:
        attach_tied(rule, free, found if rule.is_offered else sure)
    for rule in sure:
        attach_near(rule, free)
    for rule in sure:
        attach_unnamed(rule, free)
    for rule in [rule for rule in found if rule.is_offered and says_who(rule.head()) and stands_alone(rule.head(), sure)]:
        found.remove(rule)
        free.append(rule.head())
    for rule in sure:
        attach_far(rule, free, sure)
    for rule in sure:
        note_ended(rule, free)
        note_past(rule)
    for rule in [rule for rule in found if rule.is_offered]:
        attach_near(rule, free)
        attach_far(rule, free, [rule])
    offer_near(sure, free)
    offer_shared(sure)
    share_parts(sure)
    rules += found
    return [*rules, *_candidates(free, rules, types)]


def _candidates(free: list[Guess], rules: Sequence[Rule], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules that are only offered, each with the columns beside it that fit."""
    used = _used(rules)
    for one in list(free):
        if one in free and one not in used and (made := _candidate(one, types)):
            free.remove(one)
            attach_named(made, free)
            if "when" in made.parts:
                attach_near(made, free)
                attach_unnamed(made, free)
            yield made


def _used(rules: Sequence[Rule]) -> list[Guess]:
    return [part for rule in rules for part in rule.columns()]


def _tags(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    for one in list(free):
        is_called = one.sounds(flags.TAGS) and family_of(one) is None
        if one.is_text() and not one.sounds(flags.NOT_A_FLAG) and (is_called or _lists_flags(one, types)):
            free.remove(one)
            rule = Rule("", {"tags": one})
            attach_named(rule, free)
            yield rule


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
            members.setdefault(family, []).append(one)
    rules = []
    for family, some in [(family, some) for family, every in members.items() for some in by_number(every)]:
        about_others = [one for one in some if one.sounds(flags.NOT_A_FLAG)]
        made = list(_family_rules(family, [one for one in some if one not in about_others], types))
        rules += made
    rules = [rule for rule in rules if not _belongs(rule, rules)]
    for rule in rules:
        _doubt(rule, rules)
    return rules


def _doubt(rule: Rule, rules: Sequence[Rule]) -> None:
    """Ask whether a text is about a flag whose header is about something else too; where another column tells of such flags, the rule is only offered."""
    head = rule.head()
    if rule.is_offered or "type_column" in rule.parts or not is_about_else(head):
        return
    told_elsewhere = any(other.kind == rule.kind and ({"when", "type_column"} & set(other.parts)) for other in rules if other is not rule)
    rule.is_offered = told_elsewhere or head.sounds(flags.SOFT)
    rule.doubts.append(f"is {head.header} about a flag on the customer?{' If it is, take the line skip away' if rule.is_offered else ''}")


def _belongs(rule: Rule, rules: Sequence[Rule]) -> bool:
    """Tell whether a rule's column is only a reason, or a day, of another flag of its kind."""
    head = rule.head()
    is_part = head.is_date or (head.is_text() and (head.sounds(words.REASON) or head.sounds(words.NOTES) or says_who(head)))
    others = [other for other in rules if other is not rule and other.kind == rule.kind and "when" in other.parts and not other.head().is_date]
    return is_part and any(not head.is_date or other.family == rule.family or stands_with(other, head) >= ENOUGH for other in others)


def _family_rules(family: tuple[str, int], some: Sequence[Guess], types: Sequence[str]) -> Iterator[Rule]:
    kind = flag_type(family[0], types)
    typed = [(one, levels) for one in some if (levels := find_levels(one, kind, types))]
    typed.sort(key=lambda pair: not pair[1].is_sure)
    switches = [one for one in some if _is_switch(one) and one not in [head for head, _ in typed]]
    made = [_switch(one, kind) for one in switches] or [_typed(one, levels) for one, levels in typed[:1]]
    if typed and switches:
        one, levels = typed[0]
        made[0].parts["type_column"], made[0].types, made[0].maybe = one, levels.types, levels.maybe
        made[0].doubts += levels.doubts(one)
    if not made:
        texts = sorted((one for one in some if one.is_text() and not says_who(one)), key=lambda one: one.sounds(words.REASON) or one.sounds(words.NOTES))
        days = sorted((one for one in some if one.is_date), key=says_until)
        others = [one for one in some if one.is_number or says_who(one) or not one.filled]
        is_day = bool(days) and (not texts or _is_reason_of(texts[0], days[0]))
        heads = [one for one in texts if not (one.sounds(words.REASON) or one.sounds(words.NOTES))] or texts[:1]
        made = [_day(days[0], kind)] if is_day else [_text(one, kind) for one in heads] or [_other(one, kind) for one in others[:1]]
    for rule in made:
        rule.family = family
        if flag_type(family[0], types) != family[0]:
            rule.doubts.append(f"the settings have no flag type {family[0]}")
        if rule.head().sounds(flags.SOFT) and not rule.is_offered and not is_about_else(rule.head()):
            rule.is_offered = bool(rule.doubts)
            rule.doubts.append(f"is {rule.head().header} about a flag?{' If it is, take the line skip away' if rule.is_offered else ''}")
    yield from made


def _is_reason_of(text: Guess, day: Guess) -> bool:
    """Tell whether a text tells only why there is a day beside it: it is filled hardly anywhere else."""
    told = text.cells.is_not_null()
    return text.sounds(words.REASON) and int((told & day.cells.is_not_null()).sum()) >= MOST * int(told.sum())


def _is_switch(guess: Guess) -> bool:
    """Tell whether a column's cells say yes or no: in words that are known, most of them, or in two words in nearly every row."""
    yes, no = [word for word in guess.words if means_yes(word)], [word for word in guess.words if means_no(word)]
    two = len(guess.words) == len(("yes", "no")) and not no and guess.filled >= MOST and len(guess.cells) > len(guess.words)
    longer = [word for word in guess.words if first_word(word)]
    most_known = bool(yes) and 2 * len({*yes, *no, *longer}) > len(guess.words)
    return not guess.is_date and (not guess.is_number or guess.is_yes_no) and (guess.is_yes_no or (two and guess.is_text()) or most_known)


def _switch(one: Guess, kind: str) -> Rule:
    """Return a rule for a column that says yes or no; of two words that nobody knows, the rarer means yes."""
    rule = Rule(kind, {"when": one})
    yes, no = [word for word in one.words if means_yes(word) and not means_no(word)], [word for word in one.words if means_no(word) and word != UNSURE]
    if {word.lower() for word in one.words} == {"o", "x"}:
        yes, no = [word for word in one.words if word.lower() == "o"], [word for word in one.words if word.lower() == "x"]
        rule.doubts.append(f"of the signs in {one.header} o is taken for yes, and x for no, as in Korea and Japan: is that so?")
    if not yes and len(one.words) > len(no) and len(one.words) == len(("yes", "no")):
        strange = [word for word in one.words if word not in no]
        yes, no = strange[-1:], [*no, *strange[:-1]]
        rule.doubts.append(f"does {yes[0]} mean that there is a flag, and {', '.join(no)} that there is none?")
    longer = [word for word in one.words if word not in (*yes, *no) and first_word(word)]
    if yes and longer:
        yes, no = [*yes, *(word for word in longer if first_word(word) == "yes")], [*no, *(word for word in longer if first_word(word) == "no")]
        rule.says_which = any(first_word(word) == "yes" and len(word) > LONG_WORD for word in longer)  # what they say beside yes may be the reason
        rule.doubts.append(f"of cells of {one.header} that say more than yes or no the first word counts: {', '.join(longer)}")
    rule.yes, rule.no = yes or None, no
    strange = [word for word in one.words if word not in (*yes, *no)]
    if strange:
        rule.doubts.append(f"these words of {one.header} are neither yes nor no: {', '.join(strange)}. Put each where it belongs; they count as no")
    if not yes:
        rule.doubts.append(f"nobody is flagged in this file, so the word for yes is not known; without a line yes, the usual words of {one.header} count")
    elif len(rule.flagged_rows()) and rule.flagged_rows().mean() == 1.0 and len(one.cells) > 1:
        rule.doubts.append("every customer would be flagged: is that so?")
    return rule


def _typed(one: Guess, levels: Levels) -> Rule:
    rule = Rule("", {"type_column": one}, types=levels.types, maybe=levels.maybe, no=levels.no, text=one.header)
    rule.says_which = len(set(levels.types.values())) < len(levels.types)  # else it would be lost which of them it was
    rule.doubts += levels.doubts(one)
    return rule


def _text(one: Guess, kind: str) -> Rule:
    rule = Rule(kind, {"comment": one}, no=nothings(one))
    there = rule.flagged_rows()
    if float(there.mean() or 0) > SPARSE and there.sum() > 1:  # type: ignore[arg-type]  # the mean of a Boolean series is a number
        rule.doubts.append(f"{one.header} is filled for {there.sum():,} of {len(there):,} customers, who would all be flagged: is it about a flag?")
    elif one.words and len(one.words) * 2 < len(one.cells.drop_nulls()):
        flagging = [word for word in one.words if word not in (rule.no or ())]
        rule.doubts.append(f"each of these words would be a flag: {', '.join(flagging)}. Name those that are none in a line no = […]")
    return rule


def _day(one: Guess, kind: str) -> Rule:
    """Return a rule for a column of days, which alone tells that there is a flag."""
    rule = Rule(kind, {"when": one}, yes=[ANY], no=nothings(one) or [])
    rule.doubts.append(f"whoever has a day in {one.header} would be flagged: is that so?")
    place_day(rule, one)
    return rule


def _other(one: Guess, kind: str) -> Rule:
    """Return a rule that is only offered: a column of people, of numbers, or an empty one."""
    rule = Rule(kind, {"when": one}, is_offered=True)
    if one.is_number and one.words:
        rule.yes, rule.no = [word for word in one.words if not means_no(word)], [word for word in one.words if means_no(word)]
        rule.says_which = len(rule.yes) > 1
    elif one.filled:
        rule.yes, rule.no = [ANY], nothings(one) or []
    what = "holds numbers" if one.is_number else "is filled for some" if one.filled else "is empty in this file"
    rule.doubts.append(f"{one.header} {what}; if it tells of flags, take the line skip away")
    return rule


def _of_cells(one: Guess, types: Sequence[str]) -> Rule | None:
    """Return a rule for a column whose header says nothing of flags, and whose cells do: types, levels, or a status such as blocked."""
    levels = find_levels(one, flag_type("Warning", types), types)
    are_levels = any(flags.LEVEL_HIGH.whole(said_of(word)) or flags.LEVEL_MID.whole(said_of(word)) for word in one.words)
    if levels and not one.sounds(flags.NOT_A_FLAG) and (levels.is_sure or are_levels or one.sounds(flags.LEVELS) or one.sounds(flags.COLOURS)):
        rule = _typed(one, levels)
        rule.is_offered = not levels.is_sure and not one.sounds(flags.LEVELS)
        return rule
    flagging = [word for word in one.words if _sounds_blocked(word) and not means_no(word)]
    if not one.is_text() or not flagging or len(flagging) == len(one.words) or one.sounds(flags.NOT_A_FLAG) or one.sounds(words.REASON):
        return None
    kinds = {word: kind for word in one.words if not means_no(word) and not says_none(word) and (kind := type_of(word, types))}
    rest = [word for word in one.words if word not in flagging and word not in kinds]
    rule = Rule(flag_type("On Hold", types), {"when": one}, yes=flagging, no=rest, text=flagging[0])
    if set(kinds) - set(flagging):
        rule = Rule("", {"type_column": one}, types={word: flag_type(kind, types) for word, kind in kinds.items()}, no=rest, text=one.header)
    rule.family = ("On Hold", -1)
    rule.says_which = len({*flagging, *kinds}) > 1
    rule.doubts.append(f"some words of {one.header} sound of a flag; are these, and only these, flags?")
    return rule


def _sounds_blocked(word: str) -> bool:
    said = phrase(word)
    return any(terms.within(said) for terms in flags.FLAG_FAMILIES["On Hold"]) and not (flags.ENDED.within(said) or says_none(word))


def _may_be_banned_by_day(one: Guess) -> bool:
    """Tell whether a sparse column of days is called the first or last day of something, and not of what else there are days of."""
    is_other = one.sounds(words.OTHER_DAYS) or one.sounds(flags.NOT_A_FLAG) or one.sounds(words.BROUGHT)
    rest = words.AT.without(words.UNTIL.without(one.terms))
    return (one.sounds(words.AT) or says_until(one)) and bool(rest) and not is_other


def _candidate(one: Guess, types: Sequence[str]) -> Rule | None:
    """Return a rule that is only offered: for a column that may tell of flags by its cells, or its header; a person must tell."""
    is_few = bool(one.words) and 2 * len(one.words) <= one.cells.count()
    is_note = one.is_text() and not is_few and (one.sounds(words.NOTES) or (one.filled <= SPARSE and one.share(SEVERAL_WORDS) >= SPARSE))
    is_note = is_note or (one.is_text() and one.sounds(flags.ABOUT))
    is_note = is_note or (one.is_text() and bool(nothings(one)) and not one.is_yes_no)  # somebody says in each row whether there is something to say
    family = family_of(one)
    if one.is_date and one.filled <= SPARSE and _may_be_banned_by_day(one):
        rule = _day(one, flag_type("On Hold", types))
        rule.doubts, rule.is_offered = [f"may whoever has a day in {one.header} have a flag? If so, take the line skip away"], True
        return rule
    is_either = len(one.words) == len(("yes", "no")) and one.filled >= MOST and one.is_text() and one.cells.count() > len(one.words) + 1 and not says_who(one)
    if not (one.is_yes_no or is_note or is_either or (family and one.filled)) or (one.sounds(flags.NOT_A_FLAG) and not family):
        return None
    kind = flag_type(family[0] if family else (type_in(one.terms) if is_denied(one) else None) or types[-1], types)
    rule = _switch(one, kind) if one.is_yes_no or is_either else _text(one, kind) if one.is_text() else _other(one, kind)
    if one.is_yes_no and (one.sounds(flags.ALLOWED) or is_denied(one)) and rule.yes:
        rule.yes, rule.no = rule.no, rule.yes
    rule.doubts, rule.is_offered = [f"may {one.header} be a flag? If it is, take the line skip away"], True
    return rule
