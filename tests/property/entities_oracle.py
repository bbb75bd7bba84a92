"""A plain reading of the rules on tags, status and block beside flags, and of undo: one row after the other, dictionaries and loops.

It is written from the rules and not from the program. Flags, and who is meant, are read by `interpreter.py`; the other sheets are read here.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.property.interpreter import ACTIONS, ALL, CODES, OUTCOMES, Batch, Flag, House, Item, Result, Told, Verdict, World, _Run, compose, interpret, plain

TAG_COLUMNS = ("action", "customer_id", "email", "phone", "tag", "reason", "changed_by", "version")
STATUS_COLUMNS = ("action", "customer_id", "email", "phone", "reason", "changed_by")
WHO_CODES = CODES[: CODES.index("id-not-exact") + 1]
TAG_CODES = (*WHO_CODES, "missing-tag", "unknown-tag", "not-clearable", "bad-version", "not-allowed")
STATUS_CODES = (*WHO_CODES, "missing-reason", "not-clearable", "not-allowed")
STATUS_ACTIONS = ("archive", "unarchive", "block", "unblock", "ignore")
CLEAR = "[clear]"

Line = tuple[str, Mapping[str, str]]  # the sheet's kind (flags, tags, status) and the cells of one row
Side = dict[str, str | None] | None  # one side of a change
Key = tuple[str, str, str]  # entity, customer_id, item


@dataclass(frozen=True)
class Tag:
    """One tag of one customer; `version` is None where this batch gave it."""

    text: str
    tagged_by: str
    tagged_at: datetime
    version: int | None = None


@dataclass(frozen=True)
class Block:
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Estate:
    """The book: the world of flags, tags by customer and normal form, and who is blocked."""

    world: World
    tags: dict[Item, Tag]
    blocks: dict[str, Block]


@dataclass(frozen=True)
class Office:
    """What the settings say, and what the batch says; `blockers`: who may block, None for anyone."""

    house: House
    batch: Batch
    blockers: tuple[str, ...] | None = None

    def may(self, by: str, right: str) -> bool:
        names = self.house.staff if right == "flag" else self.blockers
        return names is None or by.casefold() in {name.casefold() for name in names}


@dataclass(frozen=True)
class Change:
    """One change of an item; `row` is the index of the row in the upload, `item` a tag's normal form."""

    row: int
    entity: str
    customer_id: str
    item: str
    action: str
    before: Side
    after: Side
    reason: str | None
    by: str


@dataclass(frozen=True)
class Outcome:
    """What became of an upload. `named` is action and item of each row that has them, tags in their normal form."""

    verdicts: list[Verdict]
    named: list[tuple[str, str] | None]
    changes: list[Change]
    alerts: dict[str, tuple[str | None, str | None]]
    told: list[Told]
    estate: Estate
    row_counts: dict[str, int]
    booking_counts: dict[str, int]
    customers_changed: int


def tag_form(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


@dataclass
class _Row:
    """One row of tags or status with its cells read."""

    number: int
    action: str | None
    customer_id: str | None
    texts: dict[str, str]
    by: str
    reason: str | None
    faults: set[str]


@dataclass
class _Desk:
    """What rows of tags and of status have in common."""

    estate: Estate
    office: Office
    tags: dict[Item, Tag]
    blocks: dict[str, Block]
    statuses: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    spellings: dict[str, str] = field(default_factory=dict)

    def read(self, number: int, cells: Mapping[str, str], columns: Sequence[str], words: Mapping[str, str]) -> _Row:
        """Return the row with the faults that both kinds of sheets know."""
        texts = {name: plain(cells.get(name, "")) for name in columns}
        action, faults = words.get(texts["action"].casefold()), set[str]()
        if action is None:
            faults.add("unknown-action" if texts["action"] else "missing-action")
        customer_id, fault = _Run(self.estate.world, self.office.house, self.office.batch, {}).who(cells)
        if fault:
            faults.add(fault)
        if any(text.casefold() == CLEAR for text in texts.values()):
            faults.add("not-clearable")
        by = texts["changed_by"] or self.office.batch.by
        return _Row(number, action, customer_id, texts, by, texts["reason"] or self.office.batch.reason, faults)

    def note(self, row: _Row, item: tuple[str, str], action: str, sides: tuple[Side, Side]) -> None:
        assert row.customer_id is not None
        self.changes.append(Change(row.number, item[0], row.customer_id, item[1], action, *sides, row.reason, row.by))

    # --- tags ----------------------------------------------------------------------------------------------------------

    def act_on_tag(self, number: int, cells: Mapping[str, str]) -> tuple[Verdict, tuple[str, str] | None]:
        row = self.read(number, cells, TAG_COLUMNS, ACTIONS)
        named = (row.action, ALL if is_all(row) else tag_form(row.texts["tag"])) if row.action else None
        if row.action == "ignore":
            return Verdict("ignored"), named
        row.faults |= self.tag_faults(row)
        if row.faults:
            return Verdict("rejected", ",".join(sorted(row.faults, key=TAG_CODES.index)), row.customer_id), named
        assert row.customer_id is not None
        if is_all(row):
            mine = [item for item in self.tags if item[0] == row.customer_id]
            for item in mine:
                self.untag(row, item)
            return Verdict("applied" if mine else "unchanged", None, row.customer_id), named
        code, applies = self.judge_tag(row, (row.customer_id, tag_form(row.texts["tag"])))
        return Verdict("rejected" if code else "applied" if applies else "unchanged", code, row.customer_id), named

    def tag_faults(self, row: _Row) -> set[str]:
        faults, version = set(), row.texts["version"]
        if not row.texts["tag"]:
            faults.add("missing-tag")
        if is_all(row) and row.action != "remove":
            faults.add("unknown-tag")
        if version and (is_all(row) or not re.fullmatch("[0-9]+", version)):
            faults.add("bad-version")
        if not self.office.may(row.by, "flag"):
            faults.add("not-allowed")
        return faults

    def judge_tag(self, row: _Row, item: Item) -> tuple[str | None, bool]:
        """Return the fault that only the stored tags show, or else whether the row changes anything."""
        there, removes = item in self.tags, row.action == "remove"
        if there != removes:  # what the row asks for already is
            return None, False
        code = "no-such-tag" if row.action == "edit" else None
        before = self.estate.tags.get(item)
        gone = not there and before is None
        if row.texts["version"] and (before is None or before.version != int(row.texts["version"])) and (gone or not code):
            return "changed-since-export", False
        if code:
            return code, False
        if removes:
            self.untag(row, item)
        else:
            self.spellings.setdefault(item[1], row.texts["tag"])
            self.tags[item] = Tag(self.spelling(item[1]), row.by, self.office.batch.as_of)
            self.note(row, ("tags", item[1]), "tagged", (None, {}))
        return None, True

    def untag(self, row: _Row, item: Item) -> None:
        del self.tags[item]
        self.note(row, ("tags", item[1]), "untagged", ({}, None))

    def spelling(self, form: str) -> str:
        """Return how the book wrote a tag before the batch, else how the first row of the batch wrote it that made one."""
        for item, tag in self.estate.tags.items():
            if item[1] == form:
                return tag.text
        return self.spellings[form]

    # --- status and block ----------------------------------------------------------------------------------------------

    def act_on_status(self, number: int, cells: Mapping[str, str]) -> tuple[Verdict, tuple[str, str] | None]:
        row = self.read(number, cells, STATUS_COLUMNS, {word: word for word in STATUS_ACTIONS})
        if row.action == "ignore":
            return Verdict("ignored"), None
        blocks = row.action in {"block", "unblock"}
        rights = ("block",) if blocks else ("flag",) if row.action else ("flag", "block")  # an unknown word may have meant either
        if not any(self.office.may(row.by, right) for right in rights):
            row.faults.add("not-allowed")
        named = (row.action, "blocked" if blocks else "status") if row.action else None
        if row.faults:
            return Verdict("rejected", ",".join(sorted(row.faults, key=STATUS_CODES.index)), row.customer_id), named
        assert row.action is not None
        assert row.customer_id is not None
        if row.action == "block" and not row.reason and row.customer_id not in self.blocks:
            return Verdict("rejected", "missing-reason", row.customer_id), named
        applies = self.block(row, row.customer_id) if blocks else self.archive(row, row.customer_id)
        return Verdict("applied" if applies else "unchanged", None, row.customer_id), named

    def archive(self, row: _Row, customer_id: str) -> bool:
        before, after = self.statuses[customer_id], "archived" if row.action == "archive" else "active"
        if before == after:
            return False
        self.statuses[customer_id] = after
        self.note(row, ("customers", "status"), f"{row.action}d", ({"status": before}, {"status": after}))
        return True

    def block(self, row: _Row, customer_id: str) -> bool:
        """Block, change the reason of a block, or end it; tell whether anything changed."""
        before, wanted = self.blocks.get(customer_id), row.texts["reason"]
        if row.action == "unblock":
            if before is None:
                return False
            del self.blocks[customer_id]
            self.note(row, ("customers", "blocked"), "unblocked", ({"reason": before.reason}, None))
        elif before is None:
            assert row.reason is not None
            self.blocks[customer_id] = Block(row.reason, row.by, self.office.batch.as_of)
            self.note(row, ("customers", "blocked"), "blocked", (None, {"reason": row.reason}))
        elif wanted in {"", before.reason}:
            return False
        else:
            self.blocks[customer_id] = replace(before, reason=wanted)
            self.note(row, ("customers", "blocked"), "edited", ({"reason": before.reason}, {"reason": wanted}))
        return True


def is_all(row: _Row) -> bool:
    return row.texts["tag"].casefold() == ALL.casefold()


# --- a whole upload ----------------------------------------------------------------------------------------------------


def interpret_lines(estate: Estate, lines: Sequence[Line], office: Office) -> Outcome:
    """Say what an upload of several kinds of sheets does to a book; `estate` stays as it is."""
    where = [number for number, (kind, _) in enumerate(lines) if kind == "flags"]
    flags = interpret(estate.world, [lines[number][1] for number in where], office.house, office.batch)
    verdicts: dict[int, Verdict] = dict(zip(where, flags.verdicts, strict=True))
    named: dict[int, tuple[str, str] | None] = {number: name_of_flag_row(lines[number][1], office.house) for number in where}
    statuses = {key: one.status for key, one in estate.world.customers.items()}
    desk = _Desk(estate, office, dict(estate.tags), dict(estate.blocks), statuses)
    for number, (kind, cells) in enumerate(lines):
        if kind != "flags":
            verdicts[number], named[number] = (desk.act_on_tag if kind == "tags" else desk.act_on_status)(number, cells)
    ordered = [verdicts[number] for number in range(len(lines))]
    last = {one.matched_customer_id or "": number for number, one in enumerate(ordered) if one.outcome == "applied"}
    told = [replace(one, row=where[one.row]) for one in flags.told]
    changes = sorted([*changes_of_flags(flags, where), *desk.changes], key=lambda change: change.row)
    outcomes = Counter(one.outcome for one in ordered)
    customers = {key: replace(one, status=desk.statuses[key]) for key, one in flags.world.customers.items()}
    return Outcome(
        ordered,
        [named[number] for number in range(len(lines))],
        changes,
        flags.alerts,
        told,
        Estate(replace(flags.world, customers=customers), desk.tags, desk.blocks),
        {"read": len(lines)} | {outcome: outcomes[outcome] for outcome in OUTCOMES},
        flags.booking_counts,
        len(last),
    )


def name_of_flag_row(cells: Mapping[str, str], house: House) -> tuple[str, str] | None:
    """Return action and flag type as the rules call them, None where one is not known."""
    action, text = ACTIONS.get(plain(cells.get("action", "")).casefold()), plain(cells.get("flag_type", "")).casefold()
    kinds = [name for name in (ALL, *(name for name, _ in house.types)) if name.casefold() == text]
    return (action, kinds[0]) if action and kinds else None


def changes_of_flags(flags: Result, where: Sequence[int]) -> list[Change]:
    sides = [(event, side_of(event.before), side_of(event.after)) for event in flags.events]
    return [Change(where[one.row], "flags", *one.item, one.action, before, after, one.reason, one.by) for one, before, after in sides]


def side_of(flag: Flag | None) -> Side:
    if flag is None:
        return None
    day = flag.expires_on.isoformat() if flag.expires_on else None
    return {"comment": flag.comment, "expires_on": day, "flagged_by": flag.flagged_by, "updated_by": flag.updated_by}


# --- undo --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What stands in the book for one item: the value that undo compares (never None), and the whole of it."""

    value: object
    record: object


@dataclass(frozen=True)
class Slot:
    """A booking, as far as undo asks."""

    customer_id: str
    coming: bool
    text: str | None


@dataclass(frozen=True)
class Snapshot:
    """The book at one time: items that are there, the customers' alerts, the bookings."""

    items: dict[Key, Held]
    alerts: dict[str, str | None]
    slots: dict[str, Slot]

    def values(self) -> dict[Key, object]:
        return {key: held.value for key, held in self.items.items()}

    def texts(self) -> dict[str, str | None]:
        return {key: slot.text for key, slot in self.slots.items()}


def take_back(states: tuple[Snapshot, Snapshot, Snapshot], house: House) -> tuple[Snapshot, set[Key]]:
    """Return the book after the undo of a batch, and the conflicts, given the book before it, as it left it, and now: 6.5."""
    before, left, now = states
    items, conflicts = dict(now.items), set()
    for key in before.items.keys() | left.items.keys():
        was, stayed, found = (state.values().get(key) for state in states)
        if was == stayed:
            if now.items.get(key) == left.items[key]:  # nobody wrote there since: who and when come back
                items[key] = before.items[key]
        elif found != stayed:
            conflicts.add(key)
        elif key in before.items:
            items[key] = before.items[key]
        else:
            items.pop(key)
    texts, doubtful = now.texts(), set()
    for booking, slot in before.slots.items():
        if slot.text == left.slots[booking].text:
            continue
        if texts[booking] == left.slots[booking].text:
            texts[booking] = slot.text
        else:
            doubtful.add(booking)
    alerts, told = follow(states, items, texts, house)
    conflicts |= {("bookings", now.slots[booking].customer_id, booking) for booking in doubtful - told}
    return Snapshot(items, alerts, {key: replace(slot, text=texts[key]) for key, slot in now.slots.items()}), conflicts


def follow(
    states: tuple[Snapshot, Snapshot, Snapshot], items: Mapping[Key, Held], texts: dict[str, str | None], house: House
) -> tuple[dict[str, str | None], set[str]]:
    """Compose alerts of customers whose flags came back, and tell their bookings where the alert is not the former one; changes `texts`."""
    before, left, now = states
    told, alerts = set(), dict(now.alerts)
    flags = {(key[1], key[2]): held.record for key, held in items.items() if key[0] == "flags"}
    comments = {item: record for item, record in flags.items() if isinstance(record, Flag)}
    for customer in {key[1] for key in now.items.keys() | items.keys() if key[0] == "flags" and now.items.get(key) != items.get(key)}:
        old, new = now.alerts[customer], compose(comments, customer, house)
        alerts[customer] = new
        former = before.alerts[customer] if before.alerts[customer] != left.alerts[customer] else old
        if new in (old, former):
            continue
        for booking, slot in now.slots.items():
            own = blank_as_none(texts[booking])
            if slot.customer_id == customer and slot.coming and own in (None, blank_as_none(old)) and own != new:
                texts[booking] = new
                told.add(booking)
    return alerts, told


def blank_as_none(text: str | None) -> str | None:
    return (text or "").strip() or None
