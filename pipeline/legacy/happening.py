"""Logs: files of which each row tells what happened to a flag; rules for a draft, one for each type that the words tell of."""

from collections.abc import Iterator, Sequence

from pipeline.legacy import eventwords as events
from pipeline.legacy import glossary as words
from pipeline.legacy.flagwords import ENDED
from pipeline.legacy.guessing import Guess
from pipeline.legacy.levels import Levels, find_levels, flag_type
from pipeline.legacy.rules import Rule, family_of, says_who, type_in, type_of
from pipeline.legacy.terms import phrase


def find_events(free: list[Guess], types: Sequence[str]) -> Iterator[Rule]:
    """Yield rules, one for each type, for a column that says what happened, where another says when; their columns are taken out of `free`."""
    for one in list(free):
        off = [word for word in one.words if _sounds_ended(word)]
        on = [word for word in one.words if word not in off and (events.FLAGGED.whole(phrase(word)) or type_of(word, types) or _type_told(word))]
        near = sorted(
            (part for part in free if part is not one), key=lambda part: (family_of(part) is not None, part.place < one.place, abs(part.place - one.place))
        )
        days = [day for day in near if day.is_date and not day.sounds(words.OTHER_DAYS)]
        if not (on and off and days):
            continue
        parts = {"event": one, "at": days[0]}
        typed = _type_beside(near, types) if not any(map(_type_told, on)) else None
        if typed:
            parts["type_column"] = typed[0]
        fits = {"comment": lambda part: part.is_text() and (part.sounds(words.REASON) or part.sounds(words.NOTES)), "by": says_who}
        for name, fit in fits.items():
            parts |= dict(zip([name], (part for part in near if fit(part) and part not in parts.values()), strict=False))
        made = list(_events_of(one, on, off, types))
        known = {word for rule in made for word in (*rule.flagged, *rule.unflagged)}
        strange = [word for word in one.words if word not in known]
        if strange and not typed:
            made.append(_other_events(one, strange, [rule.kind for rule in made], types))
        for rule in made:
            rule.parts |= parts
            if typed:
                rule.kind, rule.types = "", typed[1].types
                rule.doubts = [f"each row seems to tell that a flag was set or taken off, and {typed[0].header} of which type", *typed[1].doubts(typed[0])]
            if strange and not rule.is_offered:
                rule.doubts.append(f"what do these words of {one.header} mean? {', '.join(strange)}. As long as they stand in the line no, nothing happened")
            if len(days) > 1:
                rule.unsure["at"] = "there are other columns of days"
            yield rule
        for part in parts.values():
            free.remove(part)


def _other_events(one: Guess, strange: list[str], kinds: Sequence[str], types: Sequence[str]) -> Rule:
    """Return a rule that is only offered: words of what happened that tell of none of the flags that are known may tell of another."""
    kind = next((name for name in (flag_type("Warning", types), *types) if name not in kinds), types[-1])
    off = [word for word in strange if events.UNFLAGGED.within(phrase(word)) or ENDED.within(phrase(word))]
    rule = Rule(kind, {}, flagged=[word for word in strange if word not in off], unflagged=off, is_offered=True)
    rule.no = [word for word in one.words if word not in strange] or None
    rule.doubts.append(
        f"do some of these words set another flag? Then take the line skip away, and move words of nothing from flagged to no: {', '.join(strange)}"
    )
    return rule


def _type_beside(near: Sequence[Guess], types: Sequence[str]) -> tuple[Guess, Levels] | None:
    """Return the first column each of whose words names a type of flags."""
    found = ((one, levels) for one in near if (levels := find_levels(one, flag_type("Warning", types), types)))
    return next(((one, levels) for one, levels in found if not (levels.no or levels.maybe)), None)


def _sounds_ended(word: str) -> bool:
    """Tell whether a word says that a flag was taken off: unflagged, or ban lifted."""
    said = phrase(word)
    is_off = any(terms.within(said) for terms in (ENDED, events.UNFLAGGED, events.TAKEN_OFF))
    return events.UNFLAGGED.whole(said) or (is_off and (type_in(word) or _type_told(word)) is not None)


def _type_told(word: str) -> str | None:
    """Return the flag type that what happened names; None of words such as flag removed, which tell of any."""
    said = events.ANY_FLAG.without(phrase(word))
    return type_in(said) or next((kind for kind, terms in events.HAPPENED_TO.items() if terms.within(said)), None)


def _events_of(one: Guess, on: Sequence[str], off: Sequence[str], types: Sequence[str]) -> Iterator[Rule]:
    """Yield a rule for each type of which words of what happened tell; words that name none end a flag of any type, and begin one that is guessed."""
    guessed = flag_type("Warning", types)
    kinds = {word: flag_type(kind, types) if (kind := _type_told(word)) else None for word in (*on, *off)}
    found = list(dict.fromkeys(kinds[word] or guessed for word in on))
    for kind in found:
        flagged = [word for word in on if (kinds[word] or guessed) == kind]
        unflagged = [word for word in off if (kinds[word] or kind) == kind]
        rule = Rule(kind, {}, flagged=flagged, unflagged=unflagged)
        rule.no = [word for word in one.words if word not in (*flagged, *unflagged)] or None
        if any(kinds[word] is None for word in flagged):
            rule.doubts.append(f"each row seems to tell that a flag was set or taken off; of which type are they? {kind} is a guess")
        else:
            rule.doubts.append(f"each row seems to tell that a flag was set or taken off: do these words of {one.header} set {kind}, and take it off?")
        if not unflagged:
            rule.doubts.append(f"no word of {one.header} takes {kind} off")
        yield rule
