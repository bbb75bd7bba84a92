"""A draft of a map for a workbook: what the sheets beside the first tell of customers and flags, and those that are called as a list of flags is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.legacy import elsewords
from pipeline.legacy import flagwords as flags
from pipeline.legacy import glossary as words
from pipeline.legacy.assigning import ID, NAMES, Drafted, assign, is_each_once, settle_dates
from pipeline.legacy.guessing import MOST, Guess, guess_columns
from pipeline.legacy.levels import flag_type
from pipeline.legacy.logs import part_of_row
from pipeline.legacy.looking import Looked, Table, is_past
from pipeline.legacy.maps import ANY, CHECK, KEYS, WHO
from pipeline.legacy.rulelines import as_list, folded
from pipeline.legacy.rules import Rule, says_who
from pipeline.legacy.terms import phrase
from schemas.columns import sign_key

MOST_SHEETS = 20  # beside the first that are looked at


@dataclass
class Joined:
    """What other sheets add to a draft: `tables` of which something is said, each with its own draft, and sheets of flags that name nobody (`nameless`)."""

    tables: list[tuple[Table, Drafted]] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)


def join_sheets(looked: Looked, drafted: Drafted, guesses: Sequence[Guess], types: Sequence[str]) -> Joined:
    """Add to a draft of the first sheet, whose columns are `guesses`, what the others say that tell of flags, or of the same customers."""
    joined, every = Joined(), list(guesses)
    several = len(looked.alike) + len(looked.others) > 0
    _add_lists(looked.own, drafted, types, several=several)
    others = [(table, guess_columns(table.columns, table.rows)) for table in looked.others if not is_past(table.names[0])][:MOST_SHEETS]
    assigned = [(table, own, assign(own, types)) for table, own in others]
    _take_shared_id(looked, drafted, assigned)
    for table, own, other in assigned:
        is_called, is_told = _kind_of(table.names[0]) is not None, any(not rule.is_offered for rule in other.rules)
        if not set(KEYS) & set(other.columns):
            joined.nameless += [table.names[0]] if is_called or (is_told and NAMES & set(other.columns)) else []
            continue
        if is_called or is_told or _lists_customers(table, other, drafted):
            _add_lists(table, other, types, several=True)
            has_more = _add_columns(drafted, other)
            if _add_rules(looked, drafted, table, other) or has_more:
                joined.tables.append((table, other))
                every += own
    if joined.tables:
        named = {sign_key(header) for header in _headers(drafted)}
        drafted.unused += [one for _, other in joined.tables for one in other.unused]
        drafted.unused = list({sign_key(one.header): one for one in drafted.unused if sign_key(one.header) not in named}.values())
        settle_dates(drafted, every)
    return joined


def _take_shared_id(looked: Looked, drafted: Drafted, others: Sequence[tuple[Table, Sequence[Guess], Drafted]]) -> None:
    """Take for ids a column of codes, different in each row, that a sheet of flags without a column that tells who a customer is has too."""
    if "customer_id" in drafted.columns:
        return
    nameless = [(table, own, other) for table, own, other in others if not set(KEYS) & set(other.columns)]
    for one in [one for one in drafted.unused if one.is_unique and not one.is_date and one.share(ID) >= MOST and one.share(r"\d") >= MOST]:
        shared = [(table, other, same) for table, own, other in nameless for same in own if same in other.unused and _is_same(same, one)]
        if any(_tells_of_flags(table, other) for table, other, _ in shared):
            for _, other, same in shared:
                other.columns["customer_id"] = [same]
                other.unused.remove(same)
            drafted.columns["customer_id"] = [one]
            drafted.unused.remove(one)
            which = " and ".join([looked.own.names[0], *(table.names[0] for table, _, _ in shared)])
            drafted.doubts["customer_id"] = f"{one.header} stands in {which}: does it tell who a customer is, also in the next file?"
            return


def _is_same(one: Guess, other: Guess) -> bool:
    """Tell whether a column is called as one of another sheet is, and nearly all of its rows have cells of that."""
    is_called = sign_key(one.header) == sign_key(other.header)
    return is_called and one.filled >= MOST and int(one.cells.is_in(other.cells.drop_nulls().implode()).sum()) >= MOST * len(one.cells)


def _tells_of_flags(table: Table, other: Drafted) -> bool:
    return _kind_of(table.names[0]) is not None or any(not rule.is_offered for rule in other.rules)


def _headers(drafted: Drafted) -> Iterator[str]:
    """Yield the headers of which a draft makes something."""
    yield from _customers(drafted)
    yield from (one.header for rule in drafted.rules for one in rule.columns())


def _kind_of(sheet: str) -> str | None:
    """Return the flag type as a list of which a sheet is called: Banned, VIP."""
    said = phrase(sheet)
    if elsewords.NOT_A_FLAG.within(said) or is_past(sheet):
        return None
    kinds = ((kind, terms) for kind, families in flags.FLAG_FAMILIES.items() for terms in families)
    trouble = "Warning" if elsewords.TROUBLE.within(said) else None
    return next((kind for kind, terms in kinds if terms.within(said) and not terms.is_stretched(said)), trouble)


def _add_lists(table: Table, drafted: Drafted, types: Sequence[str], *, several: bool) -> None:
    """Add rules, only offered, for sheets that are called as lists of flags, and whose columns tell of none such: whoever stands in one has a flag."""
    who = next((drafted.columns[name][0] for name in KEYS if name in drafted.columns), None)
    told = {rule.kind for rule in drafted.rules if not rule.is_offered} | {
        kind for rule in drafted.rules if not rule.is_offered for kind in rule.types.values()
    }
    kinds: dict[str, list[str]] = {}
    for name in table.names:
        if (kind := _kind_of(name)) is not None and flag_type(kind, types) not in told:
            kinds.setdefault(flag_type(kind, types), []).append(name)
    if who is None or not kinds or (drafted.rules and not several):
        return
    parts = _parts(drafted)
    offered = [rule for rule in drafted.rules if rule.is_offered and all(one in parts.values() for one in rule.columns())]
    drafted.rules = [rule for rule in drafted.rules if rule not in offered]
    drafted.unused = [one for one in drafted.unused if one not in parts.values()]
    for kind, names in kinds.items():
        rule = Rule(kind, {"when": who, **parts}, yes=[ANY], text=names[0], is_offered=True, sheets=names if several else [])
        which = f"sheet {names[0]}" if len(names) == 1 else f"sheets {', '.join(names)}"
        rule.doubts.append(f"do all who stand in the {which} have a flag? If they do, take the line skip away")
        rule.unsure = {name: f"does {one.header} tell {ASKED[name]}?" for name, one in parts.items()}
        rule.no_end = list(parts["expires"].no_days) if "expires" in parts else []
        drafted.rules.append(rule)


ASKED = {"at": "since when", "expires": "until when", "by": "who set it", "comment": "why"}


def _parts(drafted: Drafted) -> dict[str, Guess]:
    """Return the columns of a list of flags that tell why, who, since when and until when, the likeliest of each."""
    offered = [one for rule in drafted.rules if rule.is_offered for one in rule.columns()]
    found: dict[str, Guess] = {}
    for one in sorted({one.place: one for one in (*offered, *drafted.unused)}.values(), key=lambda one: (not one.sounds(words.REASON), one.place)):
        part = part_of_row(one) or ("comment" if one.is_text() and (one.sounds(words.REASON) or one.sounds(words.NOTES)) and not says_who(one) else None)
        if part:
            found.setdefault(part, one)
    return found


def _lists_customers(table: Table, other: Drafted, drafted: Drafted) -> bool:
    """Tell whether a sheet has one row for each customer, whom it knows by a column that the first sheet has too."""
    who = next(other.columns[name][0] for name in KEYS if name in other.columns)
    own = {sign_key(one.header) for name in KEYS for one in drafted.columns.get(name, [])}
    shares = any(sign_key(one.header) in own for name in KEYS for one in other.columns.get(name, []))
    return shares and is_each_once(who) and not words.STAFF.within(phrase(table.names[0]))


def _add_columns(drafted: Drafted, other: Drafted) -> bool:
    """Add the columns that tell of a customer and are called otherwise in another sheet, and tell whether there are some."""
    has_more = False
    for name, some in other.columns.items():
        for one in some:
            if sign_key(one.header) not in {sign_key(header) for header in _customers(drafted)}:
                drafted.more.setdefault(name, []).append(one.header)
                has_more = True
        if name in other.doubts and name in drafted.more and name not in drafted.columns:
            drafted.doubts.setdefault(name, other.doubts[name])
    return has_more


def _customers(drafted: Drafted) -> Iterator[str]:
    yield from (one.header for some in drafted.columns.values() for one in some)
    yield from (header for some in drafted.more.values() for header in some)


def _add_rules(looked: Looked, drafted: Drafted, table: Table, other: Drafted) -> bool:
    """Add another sheet's rules, and tell whether there are some; one that would read the other sheet too is for its own alone."""
    here, there = ({sign_key(one.header) for one in columns} for columns in (looked.own.columns, table.columns))
    known = [_signature(rule) for rule in drafted.rules]
    added = [rule for rule in other.rules if _signature(rule) not in known]
    for rule in added:
        if not rule.sheets and sign_key(rule.head().header) in here:
            rule.sheets = list(table.names)
    heads = {sign_key(rule.head().header) for rule in added}
    for rule in drafted.rules:
        if not rule.sheets and sign_key(rule.head().header) in there & heads:
            rule.sheets = list(looked.own.names)
    drafted.rules += added
    return bool(added)


def _signature(rule: Rule) -> tuple[object, ...]:
    """Return what a rule says, to tell whether another says the same."""
    parts = {name: sign_key(one.header) for name, one in rule.parts.items()}
    return rule.kind, parts, rule.yes, rule.no, rule.types, rule.sheets


def sheet_lines(looked: Looked, drafted: Drafted, joined: Joined) -> Iterator[str]:
    """Yield comments on the sheets that are drafted, those that would be read as well, and those that are left out."""
    which = "which has the most rows" if looked.is_most else "whose columns tell of flags"
    more = [name for table, _ in joined.tables for name in table.names]
    rest = [name for table in looked.others for name in table.names if name not in more]
    of_rest = f" Nothing is said here of the others: {_named(rest)}" if rest else ""
    if more:
        yield f"{CHECK}: this is the {folded(looked.sheet)}, {which}, with what {_named(more)} say{'s' if len(more) == 1 else ''} of customers.{of_rest}"
    elif rest:
        yield f"{CHECK}: this is the {folded(looked.sheet)}, {which}.{of_rest}"
    if joined.nameless:
        todo = "Add such a column in the file, and draft it again"
        yield f"{CHECK}: these sound of flags, and no column tells who a customer is: {_named(joined.nameless)}. {todo}"
    who = {sign_key(one.header) for column in WHO for one in drafted.columns.get(column, [])}
    who |= {sign_key(header) for column in WHO for header in drafted.more.get(column, [])}
    read = [*looked.alike, *(name for table in looked.others for name in table.names if name in more or who & set(map(sign_key, table.header)))]
    own, past = [looked.own.names[0], *more], [name for name in read if is_past(name)]
    if past and not is_past(own[0]):
        yield f"{CHECK}: left out, since it is called as what is over is: {_named(past)}. Is that so? To read every sheet take the next line away:"
        yield f"sheets = {as_list([own[0], *(name for name in read if name not in past)])}"
    elif further := [name for name in read if name not in more]:
        yield f"{CHECK}: read as well, since they have the same columns, or one that tells who a customer is: {_named(further)}. To leave them out, say so:"
        yield f"# sheets = {as_list(own)}"


def _named(headers: Sequence[str]) -> str:
    return ", ".join(map(folded, headers))
