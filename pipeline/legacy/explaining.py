"""A map in words, for those who want to know what becomes of their file before it does."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pipeline.legacy.maps import ANY, YES, FlagRule, LegacyMap
from pipeline.months import written

EXAMPLE = datetime(2026, 12, 31, 16, 5)  # shows how a date is written, and is no moment


def explain_map(legacy: LegacyMap) -> str:
    """Return a map in words."""
    return "\n".join(_lines(legacy))


def _lines(legacy: LegacyMap) -> Iterator[str]:
    yield legacy.name
    if legacy.about:
        yield legacy.about
    if legacy.template:
        yield f"This map is a template: {legacy.template}"
    yield f"It is the file {legacy.where}: copy it, change the copy, and give that with --map."
    yield f"Times without an offset are in {_zone(legacy)}; dates are read as ISO{_formats(legacy)}."
    for kind in legacy.kinds():
        yield ""
        yield f"A file of {kind}: our column is the first filled one of these"
        for column, headers in legacy.columns_of(kind).items():
            yield f"  {column}: {_named(headers)}{_mending(legacy, column)}"
        if kind == "customers" and "customer_id" not in legacy.customers:
            yield "  The files have no ids: a customer is who has the e-mail address, else the phone number; it becomes the id of who is new."
    words = legacy.status_words
    if legacy.sheets:
        yield f"Of a workbook only these sheets are read: {', '.join(legacy.sheets)}."
    if legacy.surname_first:
        yield "A whole name begins with the family name."
    if words:
        yield f"Words for a status: {', '.join(f'{word} = {status}' for word, status in words.items())}."
    yield ""
    yield "Flags:" if legacy.flags else "Flags: none are made of these files."
    for rule in legacy.flags:
        yield from _rule(rule)
    yield "Two flags of one type on one customer become one, a line for each; the history has both. A flag past its last day goes to the history."


def _zone(legacy: LegacyMap) -> str:
    return f"the zone that {_named(legacy.zone_column)} names, else {legacy.timezone}" if legacy.zone_column else legacy.timezone


def _formats(legacy: LegacyMap) -> str:
    """Return how dates may be written besides ISO, each as the last day of 2026 would be; the formats themselves stand in the map."""
    examples = dict.fromkeys(written(form, EXAMPLE) for form in legacy.date_formats)
    return f", or written like {', '.join(examples)}" if examples else ""


def _named(headers: Sequence[str]) -> str:
    return " or ".join(f'"{header}"' for header in headers)


def _mending(legacy: LegacyMap, column: str) -> str:
    said = []
    if column in legacy.pick:
        said.append(f"the part that matches {legacy.pick[column]}")
    if column in legacy.several:
        said.append("of several values in a cell the first")
    if column == "phone" and legacy.plus:
        said.append("a + is put before long numbers that have none")
    return f" ({'; '.join(said)})" if said else ""


def _rule(rule: FlagRule) -> Iterator[str]:
    kind = rule.type or f"the type that {_named(rule.type_column)} names"
    if rule.tags:
        yield f"  of the tags in {_named(rule.tags)} only those of this list: {', '.join(f'{tag} = {name}' for tag, name in rule.allow.items())}"
    elif rule.event:
        yield f"  history of {kind}: {_named(rule.event)} says {_either(rule.flagged)} (set) or {_either(rule.unflagged)} (ended), a row for each time"
        yield f"    nothing happened where it says {_either(rule.no)}; a row with another word comes back"
    elif rule.when:
        if ANY in rule.yes:
            yield f"  {kind}: where {_named(rule.when)} is filled, but for {_either(rule.no)}"
        else:
            yield f"  {kind}: where {_named(rule.when)} says {_either(rule.yes)}"
            other = "brings its row back" if rule.yes == YES else "counts as no, and the report tells it"
            yield f"    none where it is blank or says {_either(rule.no)}; another word {other}"
    else:
        yield f"  {kind}: where {_named((*rule.type_column, *rule.comment))} is filled; no flag: {_either(rule.no)}"
    if rule.types:
        words = ", ".join(f"{word} = {name}" for word, name in rule.types.items())
        yield f"    words for a type, besides its name: {words}; a row with another word comes back"
    parts = {"the comment": rule.comment, "who": rule.by, "when": rule.at, "the last day": rule.expires}
    told = [f"only in the sheets {', '.join(rule.sheets)}"] if rule.sheets else []
    told += [f"{what} is in {_named(headers)}" for what, headers in parts.items() if headers]
    told += [f"none where that says {_either(rule.no_end)}"] if rule.no_end else []
    told += [f"nothing where {_named(rule.ended)} says that it has ended: {_either(rule.ended_yes)}"] if rule.ended else []
    told += [f'the comment is "{rule.text}"{" where that is blank" if rule.comment else ""}'] if rule.text else []
    if told:
        yield f"    {'; '.join(told)}"


def _either(words: Sequence[str]) -> str:
    return ", ".join(words)
