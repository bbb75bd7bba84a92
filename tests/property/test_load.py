"""Random sequences of loads, uploads and undos on one book, held after each step against the plain reading in `load_interpreter.py`.

Books are tiny and texts few, so that cases meet. A sequence is its seed; FLAGBOOK_SEQUENCES asks for more of them.
"""

import csv
import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.intake.uploads import UploadRequest
from pipeline.report import LoadReport, UndoReport
from pipeline.run import Instructing, Loads, Undoing, Where, apply, load, undo
from pipeline.settings import Business, Settings
from pipeline.store.book import open_book
from tests.property import load_interpreter as reading
from tests.property.entities_oracle import Line
from tests.property.interpreter import Batch, Flag, Item, compose
from tests.property.load_interpreter import ALERT, KEYS, NAMES, PLAIN, Call, Ledger, Loaded, Person, Sheet, Visit, breaches, upload

SEQUENCES = int(os.environ.get("FLAGBOOK_SEQUENCES", "10"))
STEPS = (4, 8)
ASKED = {field.name for field in fields(Loads)} & {"accept_shrink", "create_customers"}
TABLES = ("customers", "bookings", "flags", "history", "batch_rows", "breaches")
Cells = dict[str, str]
Tables = dict[str, list[dict[str, Any]]]

KINDS = (ALERT, "At Risk")
TEXTS = ("late", "rude", "late | rude")
TIMES = ("2027-03-01 10:00", "2027-03-05 09:00", "2027-03-10 10:00", "2027-03-20 10:00", "2027-03-25 10:00", "2027-04-01 10:00")
MOMENTS = tuple(datetime(2027, 3, day, 9, tzinfo=UTC) for day in (2, 2, 5, 5, 8, 12))
PEOPLE = ("C1", "C2", "C3", "C4", "N1", "C5")
EMAILS = ("ann@x.example", "bob@x.example", "cat@x.example", "dan@x.example")
PHONES = ("+442079460000", "+442079460001")
STRANGERS = {"customer_id": ("N1", "N2"), "email": ("new@x.example", "newer@x.example"), "phone": ("+442079460007",)}
CHOICES = {
    "customers": {
        "first_name": ("Ann", "Bob", ""),
        "company": ("", "", "Acme"),
        "email": (*EMAILS, ""),
        "phone": (*PHONES, "", ""),
        "status": (*["active", "archived", ""] * 4, "former", "current", "deleted", "vague"),
        "alert_message": ("", "", *TEXTS),
    },
    "bookings": {
        "starts_at": TIMES,
        "status": (*["booked"] * 6, "confirmed", "", "tentative", "cancelled", "cancelled", "done", "no-show"),
        "service": ("walk", "run", ""),
        "alert_message": (*[""] * 8, *TEXTS, "own note"),
        "created_at": ("", "", "2027-03-03 10:00", "2027-03-09 10:00"),
    },
}
FAULTS = {"customers": [{"customer_id": ""}], "bookings": [{"booking_id": ""}, *({"booking_id": "B99", "starts_at": text} for text in ("", "soon"))]}
NEEDED = {"customers": {"customer_id"}, "bookings": {"booking_id", "starts_at"}}


@dataclass(frozen=True)
class Step:
    """One thing done to the book: a load, an upload, or an undo of the batch before. `dry`: previewed first; `again`: loaded twice, or the undo undone."""

    kind: str
    as_of: datetime
    call: Call | None = None
    lines: tuple[Line, ...] = ()
    dry: bool = False
    again: bool = False

    def __str__(self) -> str:
        files = [(name, sheet) for name in ("customers", "bookings") for sheet in getattr(self.call, name, ())]
        texts = [f"  {name}: {','.join(sheet.columns)} / {' / '.join(','.join(row.values()) for row in sheet.rows)}" for name, sheet in files]
        words = [word for word in ("dry", "again") if getattr(self, word)]
        return "\n".join([f"{self.kind} {self.as_of:%Y-%m-%d %H:%M} {' '.join(words)}", *texts, *(f"  {' '.join(cells.values())}" for _, cells in self.lines)])


class Maker:
    """Makes the steps of a sequence, and keeps the source's data, which changes a little from export to export."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.creates = "create_customers" in ASKED and self.chance(0.4)
        self.customers = {key: self.make_customer(key) for key in PEOPLE[: self.random.randint(2, 5)]}
        self.bookings = {f"B{number}": self.make_booking(f"B{number}") for number in range(1, self.random.randint(4, 7))}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, kind: str, name: str) -> str:
        return self.random.choice(CHOICES[kind][name])

    def make_customer(self, key: str) -> Cells:
        return {"customer_id": key, **{name: self.pick("customers", name) for name in CHOICES["customers"]}}

    def make_booking(self, key: str) -> Cells:
        names = {name: self.random.choice(("", "Zed", "Yan")) if self.creates else "" for name in NAMES[:2]}
        return {"booking_id": key, **self.make_who(), **{name: self.pick("bookings", name) for name in CHOICES["bookings"]}, **names}

    def make_who(self) -> Cells:
        """Name a customer: mostly by id, else by e-mail or phone, or several; at times somebody whom nobody knows."""
        person = self.random.choice(list(self.customers.values()))
        filled = self.random.choice(["customer_id"] * 12 + ["email"] * 2 + ["phone", "customer_id email", "email phone", "customer_id phone"]).split()
        who = {key: person[key] if key in filled else "" for key in KEYS}
        for key in filled:
            if self.chance(0.15 if self.creates else 0.02):
                who[key] = self.random.choice(STRANGERS[key])
            elif who[key] and self.chance(0.04):
                who[key] = {"customer_id": f" {who[key]}", "email": who[key].upper(), "phone": "call me"}[key]
        return who if any(who.values()) else {**who, "customer_id": person["customer_id"]}

    def change(self, ledger: Ledger) -> None:
        """Let a day pass at the source; at times it says what the book says already."""
        for _ in range(self.random.randint(2, 7)):
            if self.chance(0.35):
                person = self.random.choice(list(self.customers.values()))
                name = self.random.choice((*["alert_message"] * 3, "status", *CHOICES["customers"]))
                person[name] = self.pick("customers", name)
            else:
                booking = self.random.choice(list(self.bookings.values()))
                name = self.random.choice((*["customer_id"] * 4, "status", "status", "starts_at", *CHOICES["bookings"]))
                booking |= self.make_who() if name == "customer_id" else {name: self.pick("bookings", name)}
        if self.chance(0.3) and len(self.customers) < len(PEOPLE):
            key = PEOPLE[len(self.customers)]
            self.customers[key] = self.make_customer(key)
        if self.chance(0.4) and len(self.bookings) < 8:
            key = f"B{len(self.bookings) + 1}"
            self.bookings[key] = self.make_booking(key)
        for row in (*self.customers.values(), *self.bookings.values()):
            stored = ledger.visits.get(row.get("booking_id", "")) or ledger.people.get(row["customer_id"])
            if stored and self.chance(0.06):
                row["alert_message"] = stored.alert or ""

    def make_sheets(self, kind: str, rows: Sequence[Cells], *, whole: bool) -> tuple[Sheet, ...]:
        """Write rows into one file or two, each with columns of its own; some rows are left out, some come twice."""
        rows = [row for row in rows if whole or not self.chance(0.1)] or list(rows[:1])
        for row in rows[:]:
            twin = dict(row)
            if self.chance(0.03):
                name = self.random.choice(list(CHOICES[kind]))
                twin[name] = self.pick(kind, name)
            elif self.chance(0.03):
                twin |= self.random.choice(FAULTS[kind])
            elif not self.chance(0.04):
                continue
            rows.insert(self.random.randint(0, len(rows)), twin)
        cut = self.random.randint(1, len(rows) - 1) if len(rows) > 1 and self.chance(0.35) else 0
        return tuple(self.make_sheet(kind, part) for part in (rows[:cut], rows[cut:]) if part)

    def make_sheet(self, kind: str, rows: Sequence[Cells]) -> Sheet:
        """Return a file that lacks some columns; one of bookings names customers somehow, and says who they are only where it may create them."""
        columns = [name for name in rows[0] if name in NEEDED[kind] or not self.chance(0.04 if name == "customer_id" else 0.12)]
        columns = [name for name in columns if kind == "customers" or self.creates or name not in NAMES]
        columns += [] if set(columns) & set(KEYS) else ["customer_id"]
        return Sheet(tuple(columns), tuple({name: row[name] for name in columns} for row in rows))

    def make_load(self, as_of: datetime, *, first: bool) -> Call:
        which = self.random.choice(["both"] * 4 + ["customers", "bookings"]) if not first else "both"
        customers = self.make_sheets("customers", list(self.customers.values()), whole=first) if which != "bookings" else ()
        bookings = self.make_sheets("bookings", list(self.bookings.values()), whole=False) if which != "customers" else ()
        return Call(customers, bookings, "Loader", as_of, self.creates and self.chance(0.8))

    def make_line(self, kind: str) -> Cells:
        who = self.random.choice(list(self.customers))
        if kind == "status":
            return {"action": self.random.choice(("archive", "unarchive", "block", "unblock")), "customer_id": who, "reason": "Never came"}
        action = self.random.choice(("set", "set", "set", "add", "edit", "remove", "remove"))
        flag = "ALL" if action == "remove" and self.chance(0.3) else self.random.choice((ALERT, *KINDS))
        day = "2099-01-01" if action == "set" and self.chance(0.2) else ""
        return {"action": action, "customer_id": who, "flag_type": flag, "comment": self.random.choice(("late", "rude", "own note")), "expires_on": day}

    def make_step(self, ledger: Ledger, *, can_undo: bool) -> Step:
        """Return the next step; one that the rules leave in doubt is thrown away."""
        as_of = self.random.choice(MOMENTS)
        kind = "load" if not ledger.people else self.random.choice(["load"] * 5 + ["flags"] * 3 + ["status"] + ["undo"] * 2 * can_undo)
        if kind == "undo":
            return Step(kind, as_of, dry=self.chance(0.2), again=self.chance(0.4))
        if kind != "load":
            return Step(kind, as_of, lines=tuple((kind, self.make_line(kind)) for _ in range(self.random.randint(1, 4))))
        while True:
            self.change(ledger)
            call = self.make_load(as_of, first=not ledger.people)
            if not reading.load(ledger, call).doubts:
                return Step(kind, as_of, call, dry=self.chance(0.1), again=self.chance(0.15))


# --- a book, and what is done to it ------------------------------------------------------------------------------------


class Site:
    """A book on disk, and what the plain reading says is in it."""

    def __init__(self, folder: Path) -> None:
        self.where = Where(folder / "book.duckdb", Settings(Business("UTC")), folder / "out")
        self.folder, self.files, self.batch = folder, 0, 0
        self.ledger = self.before = Ledger({}, {}, {})

    def read(self) -> Tables:
        with open_book(self.where.store, writing=False) as book:
            return {table: book.ask(f"SELECT * FROM {table}").to_dicts() for table in TABLES}

    def write(self, sheet: Sheet) -> Path:
        self.files += 1
        path = self.folder / f"file{self.files}.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, sheet.columns)
            writer.writeheader()
            writer.writerows(sheet.rows)
        return path

    def play(self, step: Step) -> None:
        """Do a step and compare."""
        {"load": self.load, "undo": self.undo}.get(step.kind, self.upload)(step)

    def load(self, step: Step) -> None:
        assert step.call is not None
        call, expected = step.call, reading.load(self.ledger, step.call)
        paths = [tuple(self.write(sheet) for sheet in sheets) for sheets in (call.customers, call.bookings)]
        asked: dict[str, Any] = {"accept_shrink": True, "create_customers": call.creates}
        loads = Loads(paths[0], paths[1], call.by, call.as_of, **{name: value for name, value in asked.items() if name in ASKED})
        preview = self.preview(loads) if step.dry else None
        first = self.load_once(loads, call, expected)
        if preview:
            assert replace(preview, batch=first.batch, status=first.status, files=first.files, head=first.head) == first
        if step.again:
            self.load_again(loads, call, expected)

    def preview(self, loads: Loads) -> LoadReport:
        untouched = self.read() if self.batch else None
        preview = load(self.where, replace(loads, dry_run=True))
        assert (preview.batch, preview.status, self.read() if self.batch else None) == (None, "dry-run", untouched)
        return preview

    def load_once(self, loads: Loads, call: Call, expected: Loaded) -> LoadReport:
        self.batch += 1
        report = load(self.where, loads)
        book = self.read()
        self.before, self.ledger = self.ledger, expected.ledger
        self.check_state(book)
        assert (report.batch, dict(report.bookings)) == (self.batch, expected.told)
        check_tables(report, call, expected)
        came_back = [row for row in book["batch_rows"] if row["batch_id"] == self.batch and row["outcome"] == "rejected"]
        assert {(row["file_no"], row["source_row"], row["code"]) for row in came_back} == expected.rejected
        self.check_history(book)
        return report

    def load_again(self, loads: Loads, call: Call, first: Loaded) -> None:
        """The same exports straight away change nothing: 4.5."""
        events, second = len(self.read()["history"]), reading.load(self.ledger, call)
        assert (second.rejected, second.ledger, sum(second.told.values())) == (first.rejected, first.ledger, 0)
        assert [counts[name] for counts in second.tables.values() for name in ("new", "changed")] == [0] * 4
        self.load_once(loads, call, second)
        assert len(self.read()["history"]) == events

    def upload(self, step: Step) -> None:
        path = self.write(Sheet(tuple(step.lines[0][1]), tuple(cells for _, cells in step.lines)))
        left, expected = upload(self.ledger, step.lines, Batch("Clerk", step.as_of))
        self.batch += 1
        report = apply(self.where, Instructing(UploadRequest((path,), "Clerk"), step.as_of, again=True))
        assert (report.batch, dict(report.rows), dict(report.bookings)) == (self.batch, expected.row_counts, expected.booking_counts)
        self.before, self.ledger = self.ledger, left
        self.check_state(self.read())

    def undo(self, step: Step) -> None:
        """Undo the batch before; if asked, undo that again. What comes next is done to what is left."""
        for _ in range(1 + step.again):
            self.take_back(step.as_of, dry=step.dry)

    def take_back(self, as_of: datetime, *, dry: bool) -> None:
        call = Undoing(self.batch, "Undoer", as_of)
        preview = self.preview_undo(call) if dry else None
        report = undo(self.where, call)
        self.batch += 1
        wanted, told = reading.undo(self.before, self.ledger, as_of)
        self.before, self.ledger = self.ledger, wanted
        assert (report.batch, report.exit_code, tuple(report.conflicts), dict(report.bookings)) == (self.batch, 0, (), told)
        assert (report.rows["applied"], report.status == "applied") == (report.rows["read"], report.rows["read"] > 0)
        book = self.read()
        self.check_state(book)
        if preview:
            assert replace(preview, batch=report.batch, status=report.status, effects=None, head=report.head) == report

    def preview_undo(self, call: Undoing) -> UndoReport:
        untouched = self.read()
        preview = undo(self.where, replace(call, dry_run=True))
        assert (preview.batch, preview.status, self.read()) == (None, "dry-run", untouched)
        return preview

    def check_state(self, book: Tables) -> None:
        people = {(key,): (*one.details.values(), one.status, one.block is not None, one.alert) for key, one in self.ledger.people.items()}
        flags = {item: (flag.comment, flag.expires_on) for item, flag in self.ledger.flags.items()}
        visits = {(key,): (*(getattr(one, name) for name in PLAIN), one.alert) for key, one in self.ledger.visits.items()}
        assert by_key(book["bookings"], ("booking_id",), (*PLAIN, "alert_message")) == visits
        assert by_key(book["flags"], ("customer_id", "flag_type"), ("comment", "expires_on")) == flags
        assert by_key(book["customers"], ("customer_id",), (*reading.DETAILS, "status", "blocked", "alert_message")) == people
        certain, possible = breaches(self.ledger)
        listed = {row["booking_id"] for row in book["breaches"]}
        assert (certain - listed, listed - possible) == (set(), set())
        assert sorted(event["event_id"] for event in book["history"]) == list(range(1, len(book["history"]) + 1))

    def check_history(self, book: Tables) -> None:
        """What a load changed of flags, statuses and alerts that were there is in the history, with before and after: 6.7."""
        found: dict[Item, list[tuple[Any, Any]]] = {}
        for event in sorted(book["history"], key=lambda event: int(event["event_id"])):
            if event["batch_id"] == self.batch:
                sides = [json.loads(event[side] or "{}") for side in ("before", "after")]
                for name in {"comment", "status", "alert_message"} & (sides[0].keys() | sides[1].keys()):
                    key = (event["item"] if event["entity"] == "bookings" else event["customer_id"], event["item"] if name == "comment" else name)
                    found.setdefault(key, []).append((sides[0].get(name), sides[1].get(name)))
        before, after = items_of(self.before), items_of(self.ledger)
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key) and (key in before or key[1] in KINDS):
                assert (found[key][0][0], found[key][-1][1]) == (before.get(key), after.get(key)), key
        last = {(event["customer_id"], event["item"]): event["event_id"] for event in book["history"] if event["entity"] == "flags"}
        assert {(row["customer_id"], row["flag_type"]): row["version"] for row in book["flags"]}.items() <= last.items()


def by_key(rows: Sequence[dict[str, Any]], key: Sequence[str], names: Sequence[str]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    found = {tuple(row[name] for name in key): tuple(row[name] for name in names) for row in rows}
    assert len(found) == len(rows)
    return found


def items_of(ledger: Ledger) -> dict[Item, str | None]:
    """Return what history must tell of: flags, statuses and alerts."""
    items: dict[Item, str | None] = {item: flag.comment for item, flag in ledger.flags.items()}
    things: dict[str, Person | Visit] = {**ledger.people, **ledger.visits}
    for key, one in things.items():
        items |= {(key, "status"): one.status, (key, "alert_message"): one.alert}
    return items


def check_tables(report: LoadReport, call: Call, expected: Loaded) -> None:
    """Compare the counts; whether created customers count as new ones is not for the rules to say, so those are left out."""
    given = {kind for kind, sheets in (("customers", call.customers), ("bookings", call.bookings)) if sheets}
    compared = {"bookings"} if expected.created else {"customers", "bookings"}
    wanted = {kind: expected.tables[kind] for kind in given & compared}
    assert {kind: dict(counts) for kind, counts in report.tables.items() if kind in compared} == wanted
    if not expected.created:
        read, new, changed, unchanged, rejected = (sum(counts[name] for counts in wanted.values()) for name in reading.COUNTS)
        rows = {"read": read, "applied": new + changed, "unchanged": unchanged, "rejected": rejected}
        assert {name: report.rows[name] for name in rows} == rows


# --- the tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_sequence_does_what_the_rules_say(seed: int, tmp_path: Path) -> None:
    maker, site, steps = Maker(seed), Site(tmp_path), list[Step]()
    try:
        for _ in range(maker.random.randint(*STEPS)):
            steps.append(maker.make_step(site.ledger, can_undo=site.batch > 0))
            site.play(steps[-1])
    except Exception as error:
        error.add_note("\n".join(["The steps were:", *map(str, steps)]))
        raise


def test_the_sequences_reach_every_rule() -> None:
    """What the generator never makes is not tested: the plain reading must meet every situation that it tells apart."""
    seen = Counter[str]()
    for seed in range(300):
        maker, ledger = Maker(seed), Ledger({}, {}, {})
        for _ in range(STEPS[1]):
            step = maker.make_step(ledger, can_undo=False)
            if step.call:
                loaded = reading.load(ledger, step.call)
                seen += loaded.seen
                ledger = loaded.ledger
            else:
                ledger, _ = upload(ledger, step.lines, Batch("Clerk", step.as_of))
    wanted = {f"4.2 {word}" for word in reading.TOLD} | {f"4.8 {word}" for word in reading.TOLD} | {"4.4 updated", "7.6 the same row again"}
    wanted |= {f"4.6 {word}" for word in ("set", "edited", "removed", "remembered")}
    wanted |= {"4.5 status", "4.5 status remembered", "4.5 alert", "4.5 alert remembered", "duplicate-id", "missing-id", "missing-start", "bad-date"}
    wanted |= {"missing-customer", "unknown-customer", "conflicting-customer", "ambiguous-customer"}
    wanted |= {f"created by {key}" for key in KEYS if "create_customers" in ASKED}
    assert {word: seen[word] for word in wanted if seen[word] < 5} == {}


NEVER = datetime(2030, 1, 1, tzinfo=UTC)  # nothing is in the future by then, so that no booking is told or judged


@pytest.mark.parametrize("seed", range(10_000, 10_000 + SEQUENCES // 3))
def test_the_undo_of_any_batch_is_taken_back_by_its_own_undo(seed: int, tmp_path: Path) -> None:
    """Whatever came after a batch: its undo leaves nobody's bookings, says each conflict once, and is itself undone without a rest, again and again."""
    maker, site = Maker(seed), Site(tmp_path)
    for _ in range(maker.random.randint(*STEPS)):
        site.play(maker.make_step(site.ledger, can_undo=site.batch > 0))
    for _ in range(3):
        before = whole_book(site)
        call = Undoing(maker.random.randint(1, site.batch), "Undoer", NEVER)
        preview, first = undo(site.where, replace(call, dry_run=True)), undo(site.where, call)
        if first.status != "applied":
            continue
        assert (preview.rows, preview.bookings, preview.whole, preview.columns) == (first.rows, first.bookings, first.whole, first.columns)
        assert first.rows["read"] == first.rows["applied"] + first.rows["rejected"] == first.rows["applied"] + len(first.conflicts)
        assert len({tuple(one.values()) for one in first.conflicts}) == len(first.conflicts)
        after, undone = whole_book(site), first.batch
        for number in (1, 2):
            assert undone is not None
            back = undo(site.where, Undoing(undone, "Undoer", NEVER))
            assert (back.exit_code, whole_book(site)) == (0, (before, after)[number - 1])
            undone = back.batch
        site.batch += 3


def whole_book(site: Site) -> Tables:
    """Return all rows that an undo may change, with what is remembered; who holds bookings must be there, and alerts must be what flags say."""
    book = site.read()
    people = {row["customer_id"]: row for row in book["customers"]}
    assert {row["customer_id"] for row in (*book["bookings"], *book["flags"])} <= people.keys()
    flags = {(row["customer_id"], row["flag_type"]): Flag(row["comment"], None, "", NEVER) for row in book["flags"]}
    assert {key: row["alert_message"] for key, row in people.items()} == {key: compose(flags, key, reading.HOUSE) for key in people}
    shown = {name: [{key: value for key, value in row.items() if key != "version"} for row in book[name]] for name in ("customers", "bookings", "flags")}
    return {name: sorted(rows, key=lambda row: [str(value) for value in row.values()]) for name, rows in shown.items()}
