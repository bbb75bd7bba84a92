"""A plain reading of the rules on loads: one row after the other, dictionaries and loops, no frames.

It is written from the rules and not from the program, and shares no code with it. It knows who is meant (2), alerts (4.1 to 4.8), breaches
(5.2), the undo of the last batch (6.5, 6.7), repeated rows (7.6), and `--create-customers`. Uploads are read by `entities_oracle.py`.
Where the rules leave room, it says so in `doubts`: such a case tells nothing, and is to be left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.property.entities_oracle import Block, Estate, Line, Office, Outcome, interpret_lines
from tests.property.interpreter import Batch, Booking, Customer, Flag, House, Item, World, _Run, compose, email_form, id_form, phone_form, plain

HOUSE = House((("On Hold", True), ("At Risk", True), ("Warning", True), ("Important", True), ("Alert", True)))
ALERT = "Alert"  # the flag that 4.6 is about
NAMES = ("first_name", "last_name", "company")
KEYS = ("customer_id", "email", "phone")
COLUMNS = {
    "customers": ("customer_id", *NAMES, "email", "phone", "status", "alert_message"),
    "bookings": ("booking_id", *KEYS, "starts_at", "status", "service", "alert_message", "created_at", *NAMES),
}
IDS = {"customers": "customer_id", "bookings": "booking_id"}
DETAILS = (*NAMES, "email", "phone")
PLAIN = ("customer_id", "starts_at", "status", "service", "created_at")
WORDS = {
    "customers": {"active": "active", "current": "active", "archived": "archived", "former": "archived", "deleted": "deleted"},
    "bookings": {"booked": "booked", "confirmed": "booked", "completed": "completed", "done": "completed", "cancelled": "cancelled", "no-show": "no-show"},
}
COUNTS = ("read", "new", "changed", "unchanged", "rejected")
TOLD = ("updated", "cleared", "kept")


@dataclass(frozen=True)
class Person:
    """A customer; `said_status` and `said_alert` are what the source said last, None where it never did or was blank (4.5)."""

    customer_id: str
    details: Mapping[str, str | None] = field(default_factory=lambda: dict.fromkeys(DETAILS))
    status: str = "active"
    block: Block | None = None
    blocks: int = 0  # how often somebody blocked them
    alert: str | None = None
    said_status: str | None = None
    said_alert: str | None = None


@dataclass(frozen=True)
class Visit:
    """A booking; `wrote` is the text that the book itself last wrote there (4.2, 4.4, 4.8), None where it wrote none or cleared it."""

    booking_id: str
    customer_id: str
    starts_at: datetime
    status: str
    first_seen: datetime
    service: str | None = None
    created_at: datetime | None = None
    alert: str | None = None
    said_alert: str | None = None
    wrote: str | None = None
    once_wrote: str | None = None  # the last that was a text
    moved: bool = False  # to another customer

    def awaits(self, now: datetime) -> bool:
        """Tell whether it is future and live: 4.3."""
        return self.status == "booked" and self.starts_at >= now


@dataclass(frozen=True)
class Ledger:
    """The book."""

    people: dict[str, Person]
    visits: dict[str, Visit]
    flags: dict[Item, Flag]


@dataclass(frozen=True)
class Sheet:
    """One export: its columns, and its rows as texts."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One load: files of customers, then of bookings; `creates` customers that nobody knows, if asked."""

    customers: tuple[Sheet, ...]
    bookings: tuple[Sheet, ...]
    by: str
    as_of: datetime
    creates: bool = False


@dataclass(frozen=True)
class _Row:
    file_no: int
    number: int
    cells: dict[str, str]  # of the columns that its own file has
    key: str

    def text(self, name: str) -> str | None:
        return self.cells.get(name) or None


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def own_faults(kind: str, row: _Row) -> list[str]:
    """Return the codes that a row shows by itself."""
    faults = [] if row.key else ["missing-id"]
    if kind == "bookings":
        faults += [] if any(row.text(name) for name in KEYS) else ["missing-customer"]
        faults += [] if row.text("starts_at") else ["missing-start"]
        faults += ["bad-date" for name in ("starts_at", "created_at") if row.text(name) and not str(row.text(name)).startswith("20")]
    return faults


def content(kind: str, row: _Row, *, read: bool = False) -> tuple[str | None, ...]:
    """Return what 7.6 compares, an absent column as a blank one; `read`: with words and keys in the form that they are read as.

    A booking's names are the customer's: they are no part of what it says.
    """
    compared = [name for name in COLUMNS[kind] if kind == "customers" or name not in NAMES]
    values = {name: row.text(name) for name in compared}
    if read:
        usual = None if kind == "customers" else "booked"
        values |= {"status": WORDS[kind].get(values["status"] or "", usual), "email": email_form(values["email"] or "")}
        values |= {"phone": phone_form(values["phone"] or "", None) or values["phone"], "customer_id": id_form(values["customer_id"] or "")}
    return tuple(values[name] or None for name in compared)


def same(one: str | None, other: str | None) -> bool:
    return (one or "").strip() == (other or "").strip()


def written(visit: Visit, text: str | None) -> Visit:
    return replace(visit, alert=text, wrote=text, once_wrote=text or visit.once_wrote)


@dataclass
class Loaded:
    """A load in the making, and what it has done in the end. `rejected`: file number, row, code; `seen` counts the situations met, by rule."""

    before: Ledger
    call: Call
    people: dict[str, Person]
    visits: dict[str, Visit]
    flags: dict[Item, Flag]
    tables: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: dict.fromkeys(COUNTS, 0) for kind in COLUMNS})
    told: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOLD, 0))
    rejected: set[tuple[int, int, str]] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    doubts: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    spoken: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)  # what the source said of an alert before, and says now
    changed: set[str] = field(default_factory=set)  # customers known before, for whatever reason
    alerts: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)  # bookings known before that the source names

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.people, self.visits, self.flags)

    def run(self) -> "Loaded":
        """Take the steps of 4.7 in their order."""
        self.take_customers()
        self.take_bookings()
        self.set_flags()
        self.tell()
        self.tables["customers"]["changed"] = len(self.changed)
        for counts in self.tables.values():
            counts["unchanged"] = counts["read"] - counts["new"] - counts["changed"] - counts["rejected"]
        return self

    def reject(self, kind: str, row: _Row, code: str) -> None:
        self.tables[kind]["rejected"] += 1
        self.rejected.add((row.file_no, row.number, code))
        self.seen[code] += 1

    def rows(self, kind: str, sheets: Sequence[Sheet], first: int) -> tuple[list[_Row], list[_Row]]:
        """Return the rows that count, and all others: with a fault of their own, repeated, or `duplicate-id` (7.6)."""
        rows = []
        for file_no, sheet in enumerate(sheets, start=first):
            for number, texts in enumerate(sheet.rows, start=2):
                cells = {name: plain(texts[name]) for name in sheet.columns}
                if any(cells.values()):  # a wholly blank row is none: 3.12
                    rows.append(_Row(file_no, number, cells, id_form(cells[IDS[kind]])))
        self.tables[kind]["read"] = len(rows)
        counting: list[_Row] = []
        others: list[_Row] = []
        for row in rows:
            faults, twins = own_faults(kind, row), [other for other in rows if row.key and other.key == row.key]
            alike = len({content(kind, twin) for twin in twins}) <= 1
            if len(faults) > 1 or (faults and len(twins) > 1) or alike != (len({content(kind, twin, read=True) for twin in twins}) <= 1):
                self.doubts.add("faults that meet, or rows that differ in spelling")
            if faults or not alike:
                self.reject(kind, row, faults[0] if faults else "duplicate-id")
            counts = not faults and alike and row is twins[0]
            (counting if counts else others).append(row)
            self.seen["7.6 the same row again"] += not faults and alike and not counts
        return counting, others

    def take_customers(self) -> None:
        """Bring customers in, with the source's word on their status: 4.5. What it says of alerts is kept for 4.6."""
        for row in self.rows("customers", self.call.customers, 1)[0]:
            was = self.people.get(row.key)
            now = was or Person(row.key)
            now = replace(now, details={name: row.text(name) if name in row.cells else now.details[name] for name in DETAILS})
            word, text = WORDS["customers"].get(row.text("status") or ""), row.text("alert_message")
            if word and word != now.said_status:
                self.seen["new" if was is None else "4.5 status remembered" if word == now.status else "4.5 status"] += 1
                now = replace(now, status=word, said_status=word)
            if "alert_message" in row.cells and text != now.said_alert:
                self.spoken[row.key] = (now.said_alert, text)
                now = replace(now, said_alert=text)
            self.people[row.key] = now
            self.tables["customers"]["new"] += was is None
            if was and (was.details, was.status) != (now.details, now.status):
                self.changed.add(row.key)

    def who(self, row: _Row) -> tuple[str | None, str | None]:
        """Return the customer whom a row names, as things stand, or the code of the fault: 2.1 to 2.4."""
        people = {key: Customer(key, one.details["email"], one.details["phone"], one.status) for key, one in self.people.items()}
        return _Run(World(people, {}, {}), HOUSE, Batch(self.call.by, self.call.as_of), {}).who(row.cells)

    def take_bookings(self) -> None:
        """Bring bookings in with the source's word: plain columns as they stand, the alert by 4.5."""
        counting, others = self.rows("bookings", self.call.bookings, len(self.call.customers) + 1)
        if any(any(row.text(name) for name in KEYS) and self.who(row)[1] for row in others):
            self.doubts.add("a repeated or faulty row that names nobody: which fault comes back, and does it create anybody?")
        if self.call.creates:
            self.create(counting, others)
        for row in counting:
            customer, fault = self.who(row)
            if customer is None:
                self.reject("bookings", row, str(fault))
                continue
            was = self.visits.get(row.key)
            self.visits[row.key] = now = self.taken(row, was, customer)
            self.tables["bookings"]["new" if was is None else "changed"] += any(getattr(was, name, None) != getattr(now, name) for name in (*PLAIN, "alert"))
            if was:
                self.touched.add(row.key)

    def taken(self, row: _Row, was: Visit | None, customer: str) -> Visit:
        """Return a booking as its row has it."""
        starts = moment(row.text("starts_at"))
        assert starts is not None
        now = was or Visit(row.key, customer, starts, "booked", self.call.as_of)
        now = replace(now, customer_id=customer, starts_at=starts, moved=now.moved or now.customer_id != customer)
        says = {
            "status": WORDS["bookings"].get(row.text("status") or "", "booked"),
            "service": row.text("service"),
            "created_at": moment(row.text("created_at")),
        }
        now = replace(now, **{name: value for name, value in says.items() if name in row.cells})  # type: ignore[arg-type]  # as the names say
        text = row.text("alert_message")
        if "alert_message" not in row.cells or text == now.said_alert:
            return now
        if was and same(text, now.alert):
            self.seen["4.5 alert remembered"] += 1
            return replace(now, said_alert=text)
        self.seen["4.5 alert" if was else "new"] += 1
        return replace(now, alert=text, said_alert=text)

    def create(self, rows: Sequence[_Row], others: Sequence[_Row]) -> None:
        """Make customers of rows that name an unknown one: by id, then by e-mail, then by phone, the rest matched again each time."""
        for place, key in enumerate(KEYS):
            named: dict[str, list[_Row]] = {}
            for row in rows:
                if row.text(key) and not any(row.text(other) for other in KEYS[:place]) and self.who(row)[1] == "unknown-customer":
                    name = self.form(key, row)
                    if name and not (key == "customer_id" and name in self.people):  # a deleted customer stays unknown
                        named.setdefault(name, []).append(row)
            for name, mine in named.items():
                self.doubt_creation(key, name, mine, (row for row in (*rows, *others) if row not in mine))
                first = {column: next((row.text(column) for row in mine if row.text(column)), None) for column in DETAILS}
                self.people[name] = Person(name, first)
                self.created.add(name)
                self.seen[f"created by {key}"] += 1

    def form(self, key: str, row: _Row) -> str | None:
        text = row.text(key) or ""
        return {"customer_id": id_form(text), "email": email_form(text), "phone": phone_form(text, None)}[key]

    def doubt_creation(self, key: str, name: str, mine: Sequence[_Row], others: Iterable[_Row]) -> None:
        if name in self.people:
            self.doubts.add("a new customer's e-mail or phone is an id already")
        if any(row.text(one) and row.text(one) != self.form(one, row) for row in mine for one in KEYS):
            self.doubts.add("a new customer's keys in another spelling, or a phone that is none")
        if any(row.text(key) and self.form(key, row) == name for row in others):
            self.doubts.add("a row that names a new customer, and comes back or is repeated, may add to what is known of them")

    def set_flags(self) -> None:
        """Let the source's word on customers' alerts set, change or remove their flag `Alert`, and compose alerts anew: 4.6, 4.1."""
        for customer, (was, text) in self.spoken.items():
            flag, old = self.flags.get((customer, ALERT)), self.people[customer].alert
            if text is None:
                does = "removed" if flag and same(flag.comment, was) else "remembered"
            else:
                does = "remembered" if same(text, old) or (flag and same(flag.comment, text)) else "edited" if flag else "set"
            self.seen[f"4.6 {does}"] += 1
            if does == "removed":
                del self.flags[customer, ALERT]
            elif does == "edited" and flag and text:
                self.flags[customer, ALERT] = replace(flag, comment=text, updated_by=self.call.by, updated_at=self.call.as_of)
            elif does == "set" and text:
                self.flags[customer, ALERT] = Flag(text, None, self.call.by, self.call.as_of)
            new = compose(self.flags, customer, HOUSE)
            if new != old:
                self.alerts[customer] = (old, new)
                self.people[customer] = replace(self.people[customer], alert=new)
            if does != "remembered" and customer in self.before.people:
                self.changed.add(customer)

    def tell(self) -> None:
        """Tell bookings what their customers' alerts are: 4.2 and 4.8 for those known before, 4.4 for new ones."""
        for key, visit in self.visits.items():
            was, own = self.before.visits.get(key), (visit.alert or "").strip()
            present = self.people[visit.customer_id].alert
            if not visit.awaits(self.call.as_of):
                continue
            if was is None and not own and present:
                self.write(visit, present, "4.4")
            elif was and key in self.touched and (was.customer_id != visit.customer_id or not was.awaits(self.call.as_of)):
                if own and not visit.wrote and own == (visit.once_wrote or "").strip():
                    self.doubts.add("a text that the book wrote once, and then cleared")
                self.judge(visit, present, anyhow=not own or same(own, visit.wrote), rule="4.8")
            elif was and visit.customer_id in self.alerts:
                self.judge(visit, present, anyhow=not own, rule="4.2")

    def judge(self, visit: Visit, present: str | None, *, anyhow: bool, rule: str) -> None:
        """Give a booking its customer's alert if it may be overwritten, or says what the alert was before the load; else it is kept."""
        if same(visit.alert, present):
            return
        old, _ = self.alerts.get(visit.customer_id, (None, None))
        if anyhow or (old and same(visit.alert, old)):
            self.write(visit, present, rule)
        else:
            self.count("kept", rule)

    def write(self, visit: Visit, text: str | None, rule: str) -> None:
        self.count("updated" if text else "cleared", rule)
        self.visits[visit.booking_id] = written(visit, text)

    def count(self, effect: str, rule: str) -> None:
        self.told[effect] += 1
        self.seen[f"{rule} {effect}"] += 1


def load(ledger: Ledger, call: Call) -> Loaded:
    """Say what a load does to a book; `ledger` stays as it is."""
    return Loaded(ledger, call, dict(ledger.people), dict(ledger.visits), dict(ledger.flags)).run()


def upload(ledger: Ledger, lines: Sequence[Line], batch: Batch) -> tuple[Ledger, Outcome]:
    """Say what an upload of flags or statuses does to a book; what it writes on bookings the book wrote itself (4.2)."""
    after = dict(ledger.people)
    people = {key: Customer(key, one.details["email"], one.details["phone"], one.status, one.alert) for key, one in ledger.people.items()}
    visits = {key: Booking(key, one.customer_id, one.starts_at, one.status, one.alert) for key, one in ledger.visits.items()}
    blocks = {key: one.block for key, one in ledger.people.items() if one.block}
    outcome = interpret_lines(Estate(World(people, visits, ledger.flags), {}, blocks), lines, Office(HOUSE, batch))
    world, blocked = outcome.estate.world, Counter(change.customer_id for change in outcome.changes if change.action == "blocked")
    for key, one in ledger.people.items():
        now = world.customers[key]
        after[key] = replace(one, alert=now.alert, status=now.status, block=outcome.estate.blocks.get(key), blocks=one.blocks + blocked[key])
    told = {one.booking_id: one.after for one in outcome.told if one.effect != "kept"}
    return Ledger(after, {key: written(one, told[key]) if key in told else one for key, one in ledger.visits.items()}, dict(world.flags)), outcome


def undo(before: Ledger, left: Ledger, as_of: datetime) -> tuple[Ledger, dict[str, int]]:
    """Say what the undo of the last batch leaves (6.5, 6.7), and how many bookings' alerts it changes.

    `before` is the book before that batch, `left` as the batch left it. All is as it was before, save that bookings which thereby change
    customer, or become future and live, are judged again (4.8).
    """
    visits, told = dict(before.visits), dict.fromkeys(TOLD, 0)
    for key, visit in before.visits.items():
        was = left.visits.get(key)
        present = before.people[visit.customer_id].alert
        if was and visit.awaits(as_of) and (was.customer_id != visit.customer_id or not was.awaits(as_of)) and not same(visit.alert, present):
            if (visit.alert or "").strip() and not same(visit.alert, visit.wrote):
                told["kept"] += same(visit.alert, was.alert)
            else:
                visits[key] = written(visit, present)
        if was and visits[key].alert != was.alert:
            told["updated" if visits[key].alert else "cleared"] += 1
    return replace(before, visits=visits), told


def breaches(ledger: Ledger) -> tuple[set[str], set[str]]:
    """Return the bookings that are breaches for certain, and those that may be (5.2): moved to another customer, or made while several blocks came and went."""
    sides: dict[bool | None, set[str]] = {True: set(), None: set(), False: set()}
    for key, visit in ledger.visits.items():
        one, made = ledger.people[visit.customer_id], visit.created_at or visit.first_seen
        unclear = visit.moved or one.blocks > 1 or (one.blocks and (not one.block or one.block.at == made))
        sides[None if unclear else bool(one.block and one.block.at < made)].add(key)
    return sides[True], sides[True] | sides[None]
