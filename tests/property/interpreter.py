"""A plain reading of the rule book: one row after the other, dictionaries and loops, no frames.

It is written from the rules and not from the program, and shares no code with it, so that the two can be held against each
other. It knows rule 2 (who is meant), rule 3 (instructions on flags), 4.1 to 4.3 (alerts) and the counts of 3.12.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import phonenumbers

CODES = (
    "cell-error",
    "missing-action",
    "unknown-action",
    "missing-customer",
    "unknown-customer",
    "conflicting-customer",
    "ambiguous-customer",
    "id-not-exact",
    "missing-flag-type",
    "unknown-flag-type",
    "missing-comment",
    "comment-too-long",
    "bad-date",
    "ambiguous-date",
    "already-expired",
    "not-clearable",
    "bad-version",
    "not-allowed",
)
WORDS = {
    "add": "add new create insert",
    "edit": "edit update change",
    "remove": "remove delete unflag clear",
    "set": "set merge upsert",
    "ignore": "ignore skip",
}
ACTIONS = {word: action for action, words in WORDS.items() for word in words.split()}
COLUMNS = ("action", "customer_id", "email", "phone", "flag_type", "comment", "expires_on", "reason", "flagged_by", "version")
ALL = "ALL"
OUTCOMES = ("applied", "unchanged", "rejected", "ignored", "unprocessed")

Item = tuple[str, str]  # customer_id, flag type


@dataclass(frozen=True)
class Customer:
    """One customer as loaded; `alert` is the stored alert message."""

    customer_id: str
    email: str | None
    phone: str | None
    status: str = "active"
    alert: str | None = None


@dataclass(frozen=True)
class Booking:
    booking_id: str
    customer_id: str
    starts_at: datetime
    status: str = "booked"
    alert: str | None = None


@dataclass(frozen=True)
class Flag:
    """One active flag; `version` is the number of the event that last changed it, None when this batch did."""

    comment: str
    expires_on: date | None
    flagged_by: str
    flagged_at: datetime
    updated_by: str | None = None
    updated_at: datetime | None = None
    version: int | None = None


@dataclass(frozen=True)
class World:
    """The book: customers and bookings by id, active flags by item."""

    customers: dict[str, Customer]
    bookings: dict[str, Booking]
    flags: dict[Item, Flag]


@dataclass(frozen=True)
class House:
    """What the settings say. `types`: name and whether it alerts, most severe first; `staff`: who may flag, None for anyone."""

    types: tuple[tuple[str, bool], ...]
    zone: str = "UTC"
    region: str | None = None
    comment_limit: int = 500
    may_create: bool = True
    date_formats: tuple[str, ...] = ()
    staff: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Batch:
    by: str
    as_of: datetime
    reason: str | None = None


@dataclass
class Verdict:
    """What became of one row: what stands beside it in the results."""

    outcome: str
    code: str | None = None
    matched_customer_id: str | None = None
    bookings_updated: int = 0


@dataclass(frozen=True)
class Event:
    """One change of a flag; `row` is the index of the row in the upload."""

    row: int
    item: Item
    action: str
    before: Flag | None
    after: Flag | None
    reason: str | None
    by: str


@dataclass(frozen=True)
class Told:
    """What one booking was told: updated, cleared or kept, and by the last applied row of its customer."""

    booking_id: str
    effect: str
    before: str | None
    after: str | None
    row: int


@dataclass(frozen=True)
class Result:
    verdicts: list[Verdict]
    events: list[Event]
    alerts: dict[str, tuple[str | None, str | None]]
    told: list[Told]
    world: World
    row_counts: dict[str, int]
    booking_counts: dict[str, int]
    customers_changed: int


def visible(text: str) -> str:
    """Return a key after NFKC without format characters (zero width, direction marks) and blanks around it: 2.2."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf").strip()


def id_form(text: str) -> str:
    return visible(text).removeprefix("'").strip()


def email_form(text: str) -> str:
    return visible(text).casefold()


def phone_form(text: str, region: str | None) -> str | None:
    """Return E.164, or None where the text is no number: such a cell is filled, and matches nobody."""
    try:
        number = phonenumbers.parse(visible(text), region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def plain(text: str) -> str:
    """Return a cell's text without blanks around it, line breaks as LF: 3.3, 3.5."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def read_day(text: str, formats: Sequence[str]) -> tuple[date | None, str | None]:
    """Return the day that a cell names, or the code of its fault: 7.4."""
    days = {day for day in (_iso_day(text), *(_day_as(text, form) for form in formats)) if day}
    if len(days) == 1:
        return days.pop(), None
    two_numbers = re.fullmatch(r"(\d\d?)[/.-](\d\d?)[/.-](\d{2}|\d{4})", text)
    either = two_numbers and all(1 <= int(number) <= 12 for number in two_numbers.groups()[:2])
    if days or (either and not formats):
        return None, "ambiguous-date"
    return None, "bad-date"


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _day_as(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007, RUF100  # a day has no time zone
    except ValueError:
        return None


def compose(flags: Mapping[Item, Flag], customer_id: str, house: House) -> str | None:
    """Return a customer's alert: 4.1. Types that left the settings come last, by name."""
    known = [name for name, _ in house.types]
    retired = sorted({kind for owner, kind in flags if owner == customer_id} - set(known))
    order = [name for name, alerts in house.types if alerts] + retired
    return " | ".join(flags[customer_id, kind].comment for kind in order if (customer_id, kind) in flags) or None


@dataclass
class _Row:
    """One row with its cells read; `day` is null where blank, `[clear]` or faulty."""

    action: str | None
    customer_id: str | None
    kind: str | None
    comment: str | None
    day: date | None
    clears: bool
    version: int | None
    by: str
    reason: str | None
    faults: set[str]


@dataclass
class _Run:
    world: World
    house: House
    batch: Batch
    flags: dict[Item, Flag]
    events: list[Event] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.batch.as_of.astimezone(ZoneInfo(self.house.zone)).date()

    # --- reading a row -------------------------------------------------------------------------------------------------

    def read(self, cells: Mapping[str, str]) -> _Row:
        texts = {name: plain(cells.get(name, "")) for name in COLUMNS}
        action = ACTIONS.get(texts["action"].casefold())
        faults = set[str]()
        if not action:
            faults.add("unknown-action" if texts["action"] else "missing-action")
        customer_id, fault = self.who(cells)
        faults |= {fault} if fault else set()
        kind, fault = self.kind(texts["flag_type"], action)
        faults |= {fault} if fault else set()
        clears = texts["expires_on"].casefold() == "[clear]"
        day, fault = read_day(texts["expires_on"], self.house.date_formats) if texts["expires_on"] and not clears else (None, None)
        faults |= {fault} if fault else set()
        by = texts["flagged_by"] or self.batch.by
        version = int(texts["version"]) if re.fullmatch("[0-9]+", texts["version"]) else None
        if texts["version"] and (version is None or kind == ALL):
            faults.add("bad-version")
        if any(text.casefold() == "[clear]" for name, text in texts.items() if name != "expires_on"):
            faults.add("not-clearable")
        if self.house.staff is not None and by.casefold() not in {name.casefold() for name in self.house.staff}:
            faults.add("not-allowed")
        row = _Row(action, customer_id, kind, texts["comment"] or None, day, clears, version, by, texts["reason"] or self.batch.reason, faults)
        row.faults |= self.value_faults(row)
        return row

    def value_faults(self, row: _Row) -> set[str]:
        faults = set()
        if row.action == "add" and not row.comment:
            faults.add("missing-comment")
        if row.comment and len(row.comment) > self.house.comment_limit:
            faults.add("comment-too-long")
        if row.day and row.day < self.today and row.action in {"add", "edit", "set"}:
            faults.add("already-expired")
        return faults

    def kind(self, text: str, action: str | None) -> tuple[str | None, str | None]:
        if not text:
            return None, "missing-flag-type"
        if text.casefold() == ALL.casefold():
            return ALL, None if action == "remove" else "unknown-flag-type"
        found = [name for name, _ in self.house.types if name.casefold() == text.casefold()]
        return (found[0], None) if found else (None, "unknown-flag-type")

    def who(self, cells: Mapping[str, str]) -> tuple[str | None, str | None]:
        """Return the customer that all filled keys agree on, or the code of the fault: 2.1, 2.3, 2.4."""
        living = [customer for customer in self.world.customers.values() if customer.status != "deleted"]
        answers = []
        if id_key := id_form(cells.get("customer_id", "")):
            answers.append({customer.customer_id for customer in living if customer.customer_id == id_key})
        if email_key := email_form(cells.get("email", "")):
            answers.append({customer.customer_id for customer in living if customer.email and email_form(customer.email) == email_key})
        if visible(cells.get("phone", "")):
            number = phone_form(cells["phone"], self.house.region)
            answers.append(
                {customer.customer_id for customer in living if number and customer.phone and phone_form(customer.phone, self.house.region) == number}
            )
        if not answers:
            return None, "missing-customer"
        if not any(answers):
            return None, "unknown-customer"
        agreed = set.intersection(*answers)
        if not agreed:
            return None, "conflicting-customer"
        return (agreed.pop(), None) if len(agreed) == 1 else (None, "ambiguous-customer")

    # --- acting on a row -----------------------------------------------------------------------------------------------

    def act(self, number: int, cells: Mapping[str, str]) -> Verdict:
        row = self.read(cells)
        if row.action == "ignore":
            return Verdict("ignored")
        faults = self.forgive(row)
        if faults:
            return Verdict("rejected", ",".join(sorted(faults, key=CODES.index)), row.customer_id)
        assert row.customer_id is not None
        if row.kind == ALL:
            mine = [item for item in self.flags if item[0] == row.customer_id]
            for item in mine:
                self.change(number, row, item, None)
            return Verdict("applied" if mine else "unchanged", None, row.customer_id)
        fault, applies = self.judge(number, row)
        return Verdict("rejected" if fault else "applied" if applies else "unchanged", fault, row.customer_id)

    def forgive(self, row: _Row) -> set[str]:
        """Return the faults less those of cells that equal what is stored; stored flags are only looked at for a row without other faults."""
        if row.faults - {"comment-too-long", "already-expired"} or row.kind == ALL:
            return row.faults
        assert row.customer_id is not None
        assert row.kind is not None
        found = self.flags.get((row.customer_id, row.kind))
        excused = set()
        if found and row.comment == found.comment:
            excused.add("comment-too-long")
        if found and row.day == found.expires_on:
            excused.add("already-expired")
        return row.faults - excused

    def judge(self, number: int, row: _Row) -> tuple[str | None, bool]:
        """Return the fault that only the stored flags show, or else whether the row changes anything: 3.3, 3.8, 3.10."""
        assert row.customer_id is not None
        assert row.kind is not None
        item = (row.customer_id, row.kind)
        found, before_batch = self.flags.get(item), self.world.flags.get(item)
        wanted = self.wanted(row, found)
        if wanted == found and (found is not None or row.action == "remove"):
            return None, False
        fault = self.contradiction(row, found)
        gone = found is None and before_batch is None
        if row.version is not None and (before_batch is None or before_batch.version != row.version) and (gone or not fault):
            return "changed-since-export", False
        if found is None and not fault and not self.house.may_create:
            fault = "accounts-not-required"
        if not fault:
            self.change(number, row, item, wanted)
        return fault, not fault

    def contradiction(self, row: _Row, found: Flag | None) -> str | None:
        """Return the code of a row that asks for what can't be as things stand: 3.3."""
        if found is not None:
            return "already-flagged" if row.action == "add" else None
        if row.action == "edit":
            return "no-such-flag"
        return None if row.comment else "missing-comment"

    def wanted(self, row: _Row, found: Flag | None) -> Flag | None:
        """Return the flag as the row would have it."""
        now, nothing = self.batch.as_of, None
        if row.action == "remove":
            return nothing
        if found is None:
            return Flag(row.comment, row.day, row.by, now) if row.comment and row.action != "edit" else nothing
        comment = row.comment or found.comment
        day = nothing if row.clears else row.day or found.expires_on
        if (comment, day) == (found.comment, found.expires_on):
            return found
        return replace(found, comment=comment, expires_on=day, updated_by=row.by, updated_at=now, version=None)

    def change(self, number: int, row: _Row, item: Item, after: Flag | None) -> None:
        before = self.flags.pop(item, None)
        if after is not None:
            self.flags[item] = after
        action = "unflagged" if after is None else "flagged" if before is None else "edited"
        self.events.append(Event(number, item, action, before, after, row.reason, row.by))

    # --- what follows --------------------------------------------------------------------------------------------------

    def alerts(self) -> dict[str, tuple[str | None, str | None]]:
        """Return old and new of every customer whose alert the batch changes."""
        touched = sorted({event.item[0] for event in self.events})
        pairs = {customer_id: (self.world.customers[customer_id].alert, compose(self.flags, customer_id, self.house)) for customer_id in touched}
        return {customer_id: (old, new) for customer_id, (old, new) in pairs.items() if old != new}

    def tell(self, alerts: Mapping[str, tuple[str | None, str | None]], last: Mapping[str, int]) -> list[Told]:
        """Return what the changed alerts mean for bookings: 4.2, 4.3."""
        told = []
        for booking in self.world.bookings.values():
            if booking.customer_id not in alerts or booking.status != "booked" or booking.starts_at < self.batch.as_of:
                continue
            old, new = alerts[booking.customer_id]
            own = (booking.alert or "").strip()
            if own == (new or "").strip():
                continue
            follows = own in {"", (old or "").strip()}
            effect = "kept" if not follows else "updated" if new else "cleared"
            told.append(Told(booking.booking_id, effect, booking.alert, new if follows else booking.alert, last[booking.customer_id]))
        return told


def interpret(world: World, rows: Sequence[Mapping[str, str]], house: House, batch: Batch) -> Result:
    """Say what an upload does to a book; `rows` are the texts of the cells by column, in order. `world` stays as it is."""
    run = _Run(world, house, batch, dict(world.flags))
    verdicts = [run.act(number, cells) for number, cells in enumerate(rows)]
    last = {verdict.matched_customer_id or "": number for number, verdict in enumerate(verdicts) if verdict.outcome == "applied"}
    alerts = run.alerts()
    told = run.tell(alerts, last)
    changed = [one for one in told if one.effect != "kept"]
    for one in changed:
        verdicts[one.row].bookings_updated += 1
    customers = {key: replace(one, alert=alerts[key][1]) if key in alerts else one for key, one in world.customers.items()}
    bookings = world.bookings | {one.booking_id: replace(world.bookings[one.booking_id], alert=one.after) for one in changed}
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    effects = Counter(one.effect for one in told)
    return Result(
        verdicts,
        run.events,
        alerts,
        told,
        World(customers, bookings, run.flags),
        {"read": len(rows)} | {outcome: outcomes[outcome] for outcome in OUTCOMES},
        {effect: effects[effect] for effect in ("updated", "cleared", "kept")},
        len(last),
    )
