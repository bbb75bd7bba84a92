"""Days, people and reasons that are called as a flag is, and say more of one that a status, a tag or a mark tells of: parts of that rule."""

from collections.abc import Iterator, Sequence

import polars as pl

from pipeline.legacy import glossary as words
from pipeline.legacy.attaching import ENOUGH
from pipeline.legacy.dayparts import offer_day
from pipeline.legacy.guessing import Guess
from pipeline.legacy.making import says_days
from pipeline.legacy.rules import A_DAY_OF_IT, BY_CELLS, Rule, family_of, place_day, says_who, type_of
from pipeline.legacy.tagging import split_of, tags_in
from pipeline.legacy.terms import Terms
from pipeline.wording import count_of

ANY_FLAG = ("Warning", 0)  # the family of flagged on, and signalé le: said of flags of any type
NOTES_OR_WARNINGS = Terms("obs")  # observações, and look out in Swedish
NO_BAN = "Important"  # the type of flags that a day of a ban is never about


def join_days(found: list[Rule], tagged: Sequence[Rule], free: list[Guess], types: Sequence[str]) -> None:
    """Take rules for days, people and reasons from `found` that are filled where a status, tags or a mark tell of such a flag, and add them to its rule."""
    _join_notes(found)
    wordy = [rule for rule in (*tagged, *found) if {"tags", "type_column"} & set(rule.parts) and not rule.is_offered]
    marks = [rule for rule in found if "when" in rule.parts and not rule.is_offered and not rule.head().is_date and "type_column" not in rule.parts]
    for rule in [rule for rule in found if rule not in wordy and _is_part(rule.head())]:
        owners = [(owner, rows) for owner in wordy if (rows := _flagged(owner, types)).any() and _is_of_words(rule, owner, types)]
        owners = owners or [(owner, owner.flagged_rows()) for owner in marks if rule.family == ANY_FLAG and _is_within(rule.head(), owner.flagged_rows())]
        if owners:
            owner, rows = min(owners, key=lambda pair: abs(pair[0].head().place - rule.head().place))
            found.remove(rule)
            free.extend(dict.fromkeys(rule.columns()))
            for one in _parts(rule, rows, free):
                _join(owner, one, _doubt(one, rule, owner, types))
                free.remove(one)


def _join_notes(found: list[Rule]) -> None:
    """Let a text that may be called a note, or a warning, be the comment of a status of flags that nearly all have one, in place of a flag of its own."""
    for rule in [rule for rule in found if rule.head().is_called(NOTES_OR_WARNINGS) and rule.head() is rule.parts.get("comment")]:
        one = rule.head()
        for owner in [other for other in found if other.family == BY_CELLS and not other.is_offered and "comment" not in other.parts]:
            rows = owner.flagged_rows()
            if int((rows & one.cells.is_not_null()).sum()) >= max(ENOUGH * int(rows.sum()), len(("one", "another"))):
                found.remove(rule)
                owner.parts["comment"] = one
                owner.unsure["comment"] = f"is {one.header} a note, of this flag too? Where there is none by {owner.head().header} nothing is made of it"
                break


def _kinds(rule: Rule, types: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """Yield the different cells of a rule's column, each with the types of the flags that it tells of."""
    split = split_of(rule.head())
    for text in rule.head().cells.drop_nulls().unique(maintain_order=True):
        if "tags" in rule.parts:
            yield text, {kind for tag in tags_in(text, split) if (kind := type_of(tag, types))}
        else:
            named = {word.casefold(): kind for word, kind in rule.types.items()} or {kind.casefold(): kind for kind in types}
            yield text, {named[text.casefold()]} if text.casefold() in named else set()


def _flagged(rule: Rule, types: Sequence[str], kind: str | None = None) -> pl.Series:
    """Tell for each row whether its word, or one of its tags, is a flag of a type, or of any that may be a ban."""
    texts = [text for text, kinds in _kinds(rule, types) if (kind in kinds if kind else kinds - {NO_BAN})]
    return rule.head().cells.is_in(texts).fill_null(value=False)


def _filled(one: Guess) -> pl.Series:
    return one.cells.is_not_null() & ~one.cells.is_in(list(one.no_days)).fill_null(value=False)


def _is_of_words(rule: Rule, owner: Rule, types: Sequence[str]) -> bool:
    """Tell whether a rule's day stands where words tell of flags, hardly anywhere else, and of one of its type somewhere."""
    there = _filled(rule.head())
    is_of_type = rule.family == ANY_FLAG or bool((there & _flagged(owner, types, rule.kind)).any())
    return is_of_type and int((there & _flagged(owner, types)).sum()) >= ENOUGH * int(there.sum())


def _is_within(one: Guess, rows: pl.Series) -> bool:
    """Tell whether a column is filled in some of a rule's rows, and in no other."""
    there = _filled(one)
    return bool(there.any()) and not (there & ~rows).any()


def _parts(rule: Rule, rows: pl.Series, free: Sequence[Guess]) -> list[Guess]:
    """Return the columns of a rule, and those that are called as it is, or stand beside them and tell who, and are filled in some rows."""
    own = list(dict.fromkeys(rule.columns()))
    places = {one.place + step for one in own for step in (1, -1)}
    called = [one for one in free if one not in own and (family_of(one) == rule.family or (says_who(one) and one.place in places))]
    return [*own, *(one for one in called if _is_part(one) and int((_filled(one) & rows).sum()) >= max(ENOUGH * int(_filled(one).sum()), 1))]


def _is_part(one: Guess) -> bool:
    """Tell whether a column is one of days or of people, or is called a reason."""
    return one.is_date or says_days(one) or says_who(one) or (one.is_text() and (one.sounds(words.REASON) or one.sounds(words.NOTES)))


def _doubt(one: Guess, rule: Rule, owner: Rule, types: Sequence[str]) -> str:
    """Return what is to be asked of a column that is joined to a rule: nothing where it is filled for flags of its own type alone."""
    there, head = _filled(one), owner.head().header
    if not {"tags", "type_column"} & set(owner.parts):
        return "" if 2 * int(there.sum()) >= int(owner.flagged_rows().sum()) else f"{one.header} is filled for some with this flag alone: {A_DAY_OF_IT}"
    over = int((there & ~_flagged(owner, types)).sum())
    if over:
        return f"{count_of(over, 'customer')} without a flag by {head} {'has' if over == 1 else 'have'} something in {one.header}, of which nothing is made"
    if family_of(one) != rule.family:
        return ""
    kinds = {kind for text, kinds in _kinds(owner, types) for kind in kinds if (there & (owner.head().cells == text).fill_null(value=False)).any()}
    other = sorted(kinds - {rule.kind})
    return f"{one.header} is filled for other flags of {head} too ({', '.join(other)}): is it about these as well?" if other else ""


def _join(owner: Rule, one: Guess, why: str) -> None:
    """Add a column to a rule, unless that has such a part; then it is only offered."""
    if one.is_date:
        place_day(owner, one, why)
        return
    if says_days(one):
        offer_day(owner, "at", one)
        return
    name = "by" if says_who(one) else "comment"
    if name in owner.parts:
        owner.offered[f"{name} "] = (one, f"{one.header} may say that too; only one column counts: if it is this one, take the # off")
        return
    owner.parts[name] = one
    owner.unsure |= {name: why} if why else {}
