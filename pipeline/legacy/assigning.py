"""What the columns of an unknown file are for: whose a row is, names, flags, and the forms of dates. Nothing is decided: a draft of a map is written of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.dateforms import day_of, has_time
from pipeline.intake.dates import read_times
from pipeline.legacy import glossary as words
from pipeline.legacy.elsewords import NOT_A_FLAG
from pipeline.legacy.flagwords import FLAG_FAMILIES
from pipeline.legacy.guessing import FORMATS, LIKE_A_DAY, MANY, MOST, WITH_WEEKDAY, Guess, find_formats
from pipeline.legacy.maps import KEYS, PREFIX
from pipeline.legacy.namewords import ALONE, NAME_OR_NUMBER, NATIONAL_ID, OF_ANOTHER, SECOND_NUMBERS
from pipeline.legacy.rules import Rule
from pipeline.legacy.sending import is_of_sending
from pipeline.legacy.spotting import spot_flags
from pipeline.legacy.terms import plain

WRITTEN_OUT = r"^['+(]*0|[ ()+/]"  # how a phone number is told from an id
ID = r"^[^\s@]{1,40}$"
FEW_STATUSES = 8
EITHER = ("nom",)  # the family name in French, the first name in Catalan, where another column is called the family name
VOTES = 5  # addresses that must tell which word of a name comes first
SEVERAL_WORDS = r"\S\s+\S"
NAMES = {"name", "first_name", "last_name", "company"}
WHOLE_NAME = r"^[^\W\d][^\d@]*,? [^\d@]*[^\W\d]\S*$"
SAYS_ORDER = re.compile(r"(?:%A,? )?%[dm]\W+%[dm]")  # formats in numbers: the day first, or the month
# Words of headers such as Vor- und Nachname.
HALF_FIRST, HALF_LAST = ("vor", "voor", "for", "etu"), ("nach", "achter", "efter", "etter", "suku")


@dataclass
class Drafted:
    """What a draft proposes: headers for our columns (column → columns of theirs), rules for flags, and what a person must look at (`doubts`).

    `more` are headers for our columns that other sheets have. `ids` and `names` are columns that may hold those where none is sure. `is_either` tells
    that days that are used can be read with the day or the month first; `order_told_by` are other columns, which can't.
    """

    columns: dict[str, list[Guess]] = field(default_factory=dict)
    more: dict[str, list[str]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    is_either: bool = False
    order_told_by: list[Guess] = field(default_factory=list)
    surname_first: bool = False
    may_begin_with_surname: bool = False
    ids: list[Guess] = field(default_factory=list)
    names: list[Guess] = field(default_factory=list)
    unused: list[Guess] = field(default_factory=list)


def assign(guesses: Sequence[Guess], types: Sequence[str]) -> Drafted:
    """Choose what each column is for; `types` are the settings' flag types."""
    drafted, left = Drafted(), list(guesses)
    _take_contacts(drafted, left)
    _take_ids(drafted, left)
    _take_names(drafted, left)
    who = next((drafted.columns[name][0] for name in KEYS if name in drafted.columns), None)
    about_customers = [one for one in left if not is_of_sending(one)]
    drafted.rules = spot_flags(about_customers, types, may_repeat=who is None or not is_each_once(who) or _repeats(drafted))
    drafted.columns = {name: some for name, some in drafted.columns.items() if name != "status" or not _tells_of_flags(some, drafted.rules)}
    used = [part for rule in drafted.rules for part in rule.columns()] + drafted.columns.get("status", [])
    drafted.unused = [one for one in left if one not in used]
    drafted.names = [] if NAMES & set(drafted.columns) else [one for one in drafted.unused if _may_be_name(one)]
    _take_any_id(drafted)
    settle_dates(drafted, guesses)
    return drafted


def _tells_of_flags(some: Sequence[Guess], rules: Sequence[Rule]) -> bool:
    """Tell whether columns tell which of the flags stand that rows tell of, each of one: these are no customers' statuses."""
    return any(rule.parts.get("when") in some and "type_column" in rule.parts and not rule.is_offered for rule in rules)


def _is_surname_first(name: Guess, emails: Sequence[Guess]) -> bool:
    """Tell whether most addresses that hold the first word of a name and the last one have the last one first."""
    votes = []
    for whole, address in zip(name.cells, emails[0].cells, strict=True) if emails else ():
        parts = [plain(part) for part in (whole or "").split()]
        box = plain(address or "").partition("@")[0]
        if len(parts) > 1 and "," not in (whole or "") and parts[0] in box and parts[-1] in box:
            votes.append(box.index(parts[-1]) < box.index(parts[0]))
    return len(votes) >= VOTES and sum(votes) >= MOST * len(votes)


def _may_be_name(one: Guess) -> bool:
    """Tell whether cells may be whole names, different in most rows."""
    return one.is_text() and one.filled >= MANY and one.share(WHOLE_NAME) >= MANY and one.cells.n_unique() * 2 > len(one.cells)


def is_each_once(who: Guess) -> bool:
    """Tell whether no cell of a column stands in two rows."""
    some = who.cells.drop_nulls()
    return some.n_unique() == len(some)


def _take(drafted: Drafted, left: list[Guess], column: str, some: Sequence[Guess]) -> None:
    for guess in some:
        drafted.columns.setdefault(column, []).append(guess)
        left.remove(guess)


def _take_contacts(drafted: Drafted, left: list[Guess]) -> None:
    """Take addresses and numbers, which cells tell, and headers confirm."""
    about_flags = [one for one in left if one.sounds(NOT_A_FLAG) and one.is_yes_no]
    for column, terms in (("email", words.EMAIL), ("phone", words.PHONE)):
        theirs = [one for one in left if not one.sounds(words.OTHERS)]
        named = [one for one in theirs if one.sounds(terms) and one not in about_flags and not one.is_yes_no and not one.is_date]
        told = [one for one in theirs if getattr(one, f"is_{column}") and not one.is_date]
        blank = [one for one in named if not one.filled and not one.sounds(words.NO_ADDRESS)]
        sure = [one for one in named if one in told or one in blank or (column == "phone" and one.share(r"\d{4}") >= MANY)]
        by_cells = [one for one in told if column == "email" or (one.share(WRITTEN_OUT) >= MOST and not one.sounds(words.NOT_A_PHONE))]
        if not sure and by_cells:
            drafted.doubts[column] = f"by their cells these look like {'addresses' if column == 'email' else 'phone numbers'}; their headers do not say so"
        elif column == "email" and len([one for one in sure if one.filled]) > 1:
            sure, shared = _own(sure)
            said = "of several columns the first filled one counts, in this order: are all of them the customer's own?"
            if shared:
                which = f"{' and '.join(one.header for one in shared)} {'is' if len(shared) == 1 else 'are'}"
                said = f"{which} left out, since several rows share addresses there: are they others' than the customer's?"
            drafted.doubts[column] = said
        _take(drafted, left, column, sure or by_cells[:1])


def _own(emails: Sequence[Guess]) -> tuple[list[Guess], list[Guess]]:
    """Return columns of addresses, those that are a customer's own first, and those that several rows share where another has one for each row."""
    order = sorted(emails, key=lambda one: (not one.is_called(words.EMAIL), not one.sounds(words.CUSTOMER)))
    shared = [one for one in order if one.filled and not is_each_once(one)]
    return ([one for one in order if one not in shared], shared) if any(one.is_unique for one in order) else (order, [])


def _take_ids(drafted: Drafted, left: list[Guess]) -> None:
    """Take the column whose header calls it a customer's number; else one of different codes, of which a person must say whether they last."""
    ids = [one for one in left if _may_be_id(one) and (one.sounds(words.ID_WORD) or one.sounds(NATIONAL_ID) or _is_called_id(one))]
    theirs = [one for one in ids if (one.sounds(words.CUSTOMER) or one.is_called(NAME_OR_NUMBER)) and not one.sounds(NATIONAL_ID)]
    bare = [one for one in ids if one not in theirs and one.is_called(words.CUSTOMER_ID)]  # ID: the row's own, beside a customer's
    sure = sorted([*theirs, *bare], key=lambda one: (one.filled < MANY, one in bare, one.is_called(NAME_OR_NUMBER), not one.is_unique))
    if theirs and bare:
        drafted.doubts["customer_id"] = f"{' and '.join(one.header for one in sure[1:])} may be ids too: is this the customer's, and not the row's?"
    weak = [] if _repeats(drafted) else [one for one in ids if one.is_unique and not one.sounds(words.NOT_AN_ID)]
    has_contacts = bool({"email", "phone"} & set(drafted.columns))
    second = [one for one in ids if one.is_called(SECOND_NUMBERS) and one.filled >= MANY and one.share(r"\d") >= MOST and (one.is_unique or not has_contacts)]
    weak = [*weak, *(one for one in second if one not in weak)]
    weak.sort(key=lambda one: (one.is_unique, one.sounds(NATIONAL_ID), one in second))
    if not sure and weak:
        drafted.doubts["customer_id"] = "is this the customer's lasting number, the same in the next file, and not only the row's?"
    _take(drafted, left, "customer_id", [*sure, *weak][:1])


def _is_called_id(one: Guess) -> bool:
    """Tell whether a header without a word for a number says that a column holds customers', as Tessera does, and its cells may be some: Gold is none."""
    if one.is_called(NAME_OR_NUMBER):
        return one.share(r"\d") >= MOST and (one.is_unique or one.share(r"\d{3}") >= MOST) and not one.share(r"[.,]\d{1,2}$")
    return one.is_called(SECOND_NUMBERS) or (one.is_called(words.CUSTOMER_ID) and (one.is_unique or one.share(r"\d") >= MOST))


def _repeats(drafted: Drafted) -> bool:
    """Tell whether addresses, or numbers where there are none, stand in several rows: a number that each row has of its own is then no customer's."""
    one = next((some[0] for some in map(drafted.columns.get, ("email", "phone")) if some), None)
    return one is not None and one.filled >= MOST and not is_each_once(one)


def _may_be_id(one: Guess) -> bool:
    is_other = one.sounds(words.NOT_AN_ID) and not (one.is_called(words.CUSTOMER_ID) or one.is_called(SECOND_NUMBERS))
    is_coded = one.is_yes_no and not one.is_called(words.CUSTOMER_ID)
    return not (is_coded or one.is_date or one.is_email or is_other) and (not one.filled or one.share(ID) >= MOST)


def _take_any_id(drafted: Drafted) -> None:
    """Note columns that may be ids, where no header calls one so; where nothing else tells who a customer is, take one."""
    if "customer_id" in drafted.columns:
        return
    drafted.ids = [one for one in drafted.unused if one.is_unique and _may_be_id(one) and not one.sounds(words.NOT_AN_ID)]
    if {"email", "phone"} & set(drafted.columns):
        drafted.ids = [one for one in drafted.ids if one.share(r"\d") >= MANY]  # words are hardly ids where there are better ones
    elif drafted.ids:
        drafted.doubts["customer_id"] = "no header says what a customer's number is; this has a different one in each row"
        _take(drafted, drafted.unused, "customer_id", drafted.ids[:1])


def _take_names(drafted: Drafted, left: list[Guess]) -> None:
    named = [one for one in left if not (one.is_yes_no or one.is_date or one.is_number or one.is_phone)]
    named = [one for one in named if one.share(r"\d") < 1 - MOST or "na" in one.key or "no" in one.key]
    both = [(one, first) for one in named if (first := _order(one.terms))]
    for column, terms in (("first_name", words.FIRST_NAME), ("last_name", words.LAST_NAME)):
        called = [one for one in named if one in left and one.is_called(terms) and not _order(one.terms)]
        _take(drafted, left, column, sorted(called, key=lambda one: one.terms in EITHER)[:1])
    _take_qualified(drafted, left, named)
    if "last_name" in drafted.columns:
        _take(drafted, left, PREFIX, [one for one in named if one in left and one.is_called(words.SURNAME_PREFIX)][:1])
    parts = {"first_name", "last_name"} & set(drafted.columns)
    bare = [one for one in named if one in left and not words.NAME.without(words.LAST_NAME.without(one.terms))]
    if parts == {"first_name"} and bare and not both:  # Vorname beside Name
        _take(drafted, left, "last_name", bare[:1])
    elif parts == {"last_name"} and bare and not both and bare[0].share(SEVERAL_WORDS) < MANY:  # Catalan Nom beside Cognoms
        _take(drafted, left, "first_name", bare[:1])
    elif parts == {"first_name"} and drafted.columns["first_name"][0].is_called(ALONE):
        drafted.columns["name"], drafted.surname_first = drafted.columns.pop("first_name"), True
    elif len(parts) == 1 and not both and drafted.columns[part := parts.pop()][0].share(SEVERAL_WORDS) >= MANY:  # French Nom alone, and the like
        drafted.columns["name"] = drafted.columns.pop(part)
    elif not parts:
        whole = [one for one, _ in both] or [one for one in named if one in left and one.is_called(words.NAME) and not _is_kind(one)]
        whole.sort(key=lambda one: one.is_called(OF_ANOTHER))
        begins = [first == "last" for _, first in both] or [one.is_called(words.SURNAME_FIRST) for one in whole]
        drafted.surname_first = any(begins[:1]) and whole[0].share(",") < 1 - MOST
        if len(whole) > 1:
            drafted.doubts["name"] = f"is this the customer's name? It may be {', '.join(one.header for one in whole[1:])} as well"
        _take(drafted, left, "name", whole[:1])
    if "name" in drafted.columns and not drafted.surname_first and _is_surname_first(drafted.columns["name"][0], drafted.columns.get("email", [])):
        drafted.may_begin_with_surname = True
    _take(drafted, left, "company", [one for one in named if one in left and one.is_called(words.COMPANY)][:1])
    statuses = [one for one in left if one.is_called(words.STATUS) and 0 < len(one.words) <= FEW_STATUSES and not one.is_yes_no and not one.is_number]
    _take(drafted, left, "status", statuses[:1])
    left.extend(statuses[:1])  # a status may tell of a flag too
    left.sort(key=lambda one: one.place)


def _is_kind(one: Guess) -> bool:
    """Tell whether a column of accounts says of which kind they are, rather than whose: it has few words."""
    return one.terms == "account" and 2 * one.cells.n_unique() <= one.cells.count()


def _take_qualified(drafted: Drafted, left: list[Guess], named: Sequence[Guess]) -> None:
    """Take a first and a family name whose headers say whose they are, where there are both, in place of one that says the half of it."""
    pair = {}
    for column, terms in (("first_name", words.FIRST_NAME), ("last_name", words.LAST_NAME)):
        taken = drafted.columns.get(column, [])
        called = [one for one in named if one in left and not one.sounds(words.OTHERS) and terms.whole(words.WHOSE.without(one.terms))]
        pair[column] = [*taken, *called][:1]
    if all(pair.values()) and pair["first_name"] != pair["last_name"]:
        for column, some in pair.items():
            _take(drafted, left, column, [one for one in some if one in left])


def _order(terms: str) -> str | None:
    """Tell which name comes first in a header that has both: first or last; None where it has not."""
    parts = terms.split()
    first = [place for place, word in enumerate(parts) if word in words.FIRST_NAME.words or word in HALF_FIRST]
    last = [place for place, word in enumerate(parts) if word in words.LAST_NAME.words or word in HALF_LAST or word in ("name", "naam", "namn", "navn")]
    last = [place for place in last if place not in first]
    if not first or not last or re.fullmatch(r"(first|last|given|family) name", terms) or any(pattern.within(terms) for pattern in FLAG_FAMILIES["On Hold"]):
        return None
    return "first" if first[0] < last[0] else "last"


def settle_dates(drafted: Drafted, guesses: Sequence[Guess]) -> None:
    """Choose the formats of dates: those by which all columns of dates can be read that need one; days first where nothing tells."""
    used = [part for rule in drafted.rules for part in rule.columns()]
    every = [one for one in guesses if one.is_date and one.formats]
    needing = [set(one.formats) for one in every if one in used] or [set(one.formats) for one in every]
    known = (*FORMATS, *WITH_WEEKDAY, *(form for one in guesses for form in one.formats if form not in (*FORMATS, *WITH_WEEKDAY)))
    months = {form for form in known if re.match(r"(?:%A,? )?%m", form)}
    open_ones = [forms for forms in needing if forms & months and forms - months]
    told = [bool(forms & months) for forms in needing if forms not in open_ones and any("/" in form or "-" in form for form in forms)]
    drafted.is_either = bool(open_ones) and not told
    if drafted.is_either:
        closed = [one for one in every if bool(set(one.formats) & months) != bool(set(one.formats) - months) and SAYS_ORDER.match(one.formats[0])]
        told = [bool(set(one.formats) & months) for one in closed]
        drafted.order_told_by = closed if any(told) == all(told) else []
    is_month_first = any(told) and all(told)
    drafted.formats, drafted.order_told_by = [], drafted.order_told_by if drafted.is_either else []
    for forms in needing:
        fits = [form for form in known if form in forms and (forms not in open_ones or (form in months) == is_month_first)]
        drafted.formats += [form for form in fits[:1] if form not in drafted.formats]
    orders = {form in months for form in drafted.formats if SAYS_ORDER.match(form)}
    for one in [*every, *_partly_read(drafted.rules)]:  # of which nothing is made: lest they are wanted, and never another order of day and month
        fits = [form for form in known if form in one.formats and not (orders and SAYS_ORDER.match(form) and (form in months) not in orders)]
        drafted.formats += fits[:1] if not set(drafted.formats) & set(one.formats) else []
    drafted.formats += dict.fromkeys(day for form in drafted.formats for day in _days_alone(form, every) if day not in drafted.formats)


def _partly_read(rules: Sequence[Rule]) -> list[Guess]:
    """Return columns that are offered as the day of a flag, and of which some cells are days, with the forms of these."""
    offered = [rule.offered["at"][0] for rule in rules if "at" in rule.offered]
    days = [(one, one.cells.drop_nulls()) for one in offered if not one.is_date]
    found = [(one, find_formats(cells.filter(cells.str.contains(LIKE_A_DAY) & cells.str.contains(r"\d$")))[0]) for one, cells in days]
    return [replace(one, formats=tuple(formats)) for one, formats in found if formats]


def _days_alone(form: str, dates: Sequence[Guess]) -> list[str]:
    """Return the part of a form of times that is the day, where a column that is written so has days without a time too."""
    cells = [one.cells for one in dates if form in one.formats] if has_time(form) else []
    rest = [some.filter(read_times(some, (form,), "UTC").values.is_null()) for some in cells]
    return [day_of(form)] if any(read_times(some, (day_of(form),), "UTC").values.count() for some in rest) else []
