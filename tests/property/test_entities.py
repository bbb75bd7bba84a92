"""Random uploads of flags, tags and status together, and their undo, held against the plain reading in `entities_oracle.py`.

A case is its seed; FLAGBOOK_CASES asks for more of them, FLAGBOOK_ROWS for longer uploads.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from pipeline.intake.uploads import UploadRequest
from pipeline.report import ApplyReport, UndoReport
from pipeline.run import Instructing, Undoing, Where, apply, undo
from pipeline.settings import Settings, Staff
from pipeline.store.book import open_book
from tests.property.entities_oracle import (
    STATUS_ACTIONS,
    STATUS_COLUMNS,
    TAG_COLUMNS,
    Block,
    Estate,
    Held,
    Key,
    Line,
    Office,
    Outcome,
    Slot,
    Snapshot,
    Tag,
    interpret_lines,
    tag_form,
    take_back,
)
from tests.property.interpreter import COLUMNS, Batch, Booking, Customer, Flag, House, Item, World, compose
from tests.property.test_apply import (
    ACTIONS,
    CASES,
    DIGIT,
    MORE_ACTIONS,
    ROWS,
    TABLES,
    Case,
    Cells,
    Maker,
    Tables,
    check_book,
    empty_book,
    settings_of,
    shown,
    write_book,
)

__all__ = ["empty_book"]  # a fixture
NAMES = {"flags": "Flags", "tags": "Tags", "status": "Status"}
ALL_COLUMNS = {"flags": COLUMNS, "tags": TAG_COLUMNS, "status": STATUS_COLUMNS}
NEEDED = {"action", "flag_type", "tag", "customer_id"}
TAGS = (
    ("VIP", "vip", " Vip\t", "\uff36\uff29\uff30"),
    ("Straße", "STRASSE", "strasse ", "straSSe"),
    ("\ufb01rst visit", "First visit", "first\u00a0visit", "FIRST VISIT"),
    ("=1+1", "=1+1", " =1+1", "=1+1"),
    ("Cafe\u0301", "café", "CAFÉ", "Café"),
    ("007", "007", " 007", "\uff10\uff10\uff17"),
)
REASONS = ("No payment", "no payment", " No payment ", "Two\r\nlines", "Two\nlines", "=late", "Rude")
STAFF = ("Ann", "Büşra", "Zoe")
SHARE = CASES // 9  # a case here is several runs over several sheets
Place = tuple[int, str | None, int]  # file number, sheet of a workbook, row


@dataclass(frozen=True)
class Sheet:
    kind: str
    columns: tuple[str, ...]
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class File:
    workbook: bool
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Upload:
    """The files of one upload, before they are written."""

    name: str
    files: tuple[File, ...]

    def numbered(self) -> list[tuple[Place, Sheet, Cells]]:
        """Return the rows that count with their places, in the order of the upload."""
        return [
            ((file_no, NAMES[sheet.kind] if file.workbook else None, row_no), sheet, cells)
            for file_no, file in enumerate(self.files, start=1)
            for sheet in file.sheets
            for row_no, cells in enumerate(sheet.rows, start=2)
            if any(text.strip() for text in cells.values())
        ]

    @property
    def lines(self) -> list[Line]:
        return [(sheet.kind, cells) for _, sheet, cells in self.numbered()]

    @property
    def places(self) -> list[Place]:
        return [place for place, _, _ in self.numbered()]


class Mixer(Maker):
    """Makes a book with tags and blocked customers, and uploads of several sheets."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.ways = self.random.sample(TAGS, self.random.choice([1, 2, len(TAGS)]))
        self.blockers = self.random.choice([(), ("Büşra",), ("Büşra", "Zoe")]) if self.house.staff else None
        self.tags = self.make_tags()
        self.blocks = {key: self.make_block() for key in self.world.customers if self.chance(0.35)}
        by = self.random.choice(["Ann", "ann", "Büşra", "Zoe"]) if self.house.staff else "Zoe"
        self.office = Office(self.house, Batch(by, self.as_of, self.random.choice([None, "Monthly review"])), self.blockers)
        living = sorted(key for key, customer in self.world.customers.items() if customer.status != "deleted")
        self.few = self.random.sample(living, self.random.choice([1, 2, 4, len(living)]))

    @property
    def estate(self) -> Estate:
        return Estate(self.world, self.tags, self.blocks)

    def make_world(self) -> World:
        world = super().make_world()
        moved = {key: replace(one, status="archived" if self.chance(0.3) else one.status) for key, one in world.customers.items() if one.status == "active"}
        return replace(world, customers=world.customers | moved)

    def make_tags(self) -> dict[Item, Tag]:
        first = 1 + max((flag.version or 0 for flag in self.world.flags.values()), default=0)
        spelled = [self.random.choice(ways).strip() for ways in self.ways]
        share = self.random.choice([0, 0.1, 0.15, 0.4, 0.7])
        items = [(customer, text) for customer in self.world.customers for text in spelled if self.chance(share)]
        at = self.as_of - timedelta(days=30)
        return {(customer, tag_form(text)): Tag(text, "Tagger", at, version) for version, (customer, text) in enumerate(items, start=first)}

    def make_block(self) -> Block:
        return Block(self.random.choice(REASONS).strip().replace("\r\n", "\n"), "Blocker", self.as_of - timedelta(days=10))

    # --- uploads -------------------------------------------------------------------------------------------------------

    def make_upload(self, name: str, count: int) -> Upload:
        files = []
        for number in range(self.random.choice([1, 1, 2, 3])):
            workbook = self.chance(0.7) if number else self.chance(0.9)
            kinds = self.random.sample(list(NAMES), self.random.choice([1, 2, 3, 3]) if workbook else 1)
            files.append(File(workbook, tuple(self.make_sheet(kind, max(3, count // 5), workbook=workbook) for kind in kinds)))
        return Upload(name, tuple(files))

    def make_sheet(self, kind: str, count: int, *, workbook: bool) -> Sheet:
        rows = [self.make_line(kind, workbook=workbook) for _ in range(self.random.randint(count // 2, count * 2))]
        rows += self.random.sample(rows, len(rows) // 6)
        self.random.shuffle(rows)
        optional = [name for name in ALL_COLUMNS[kind] if name not in NEEDED]
        dropped = self.random.sample(optional, self.random.choice([0, 0, 0, 1, 2]))
        columns = [*(name for name in ALL_COLUMNS[kind] if name not in dropped), "note"]
        self.random.shuffle(columns)
        return Sheet(kind, tuple(columns), tuple({name: row[name] for name in columns} for row in rows))

    def make_line(self, kind: str, *, workbook: bool) -> Cells:
        if kind == "flags":
            return self.make_row()
        if self.chance(0.02):
            return dict.fromkeys((*ALL_COLUMNS[kind], "note"), self.random.choice(["", " "]))
        return self.make_tag_row() if kind == "tags" else self.make_status_row(workbook=workbook)

    def make_tag_row(self) -> Cells:
        who, ways = self.make_who(), self.random.choice(self.ways)
        text = self.random.choice([*ways, ways[0]])
        if self.chance(0.1):
            text = self.random.choice(["ALL", " all", "All ", "ALL", "", " ", "[clear]", " [Clear]"])
        return {
            "action": self.random.choice(MORE_ACTIONS if self.chance(0.08) else ACTIONS),
            **who,
            "tag": text,
            "reason": self.rarely(0.2, *["because", " so\n"] * 8, "[clear]"),
            "changed_by": self.rarely(0.2, "Ann", " ANN ", "büşra", "Ann", "Bob"),
            "version": self.make_tag_version(who["customer_id"].strip(), tag_form(text)),
            "note": self.rarely(0.3, "seen", "[clear]"),
        }

    def make_tag_version(self, customer: str, form: str) -> str:
        stored = self.tags.get((customer, form))
        if stored and self.chance(0.25):
            return f" {stored.version}" if self.chance(0.2) else str(stored.version)
        return self.rarely(0.06, "1", "3", "9", "007", "999999", "1.5", "v2", "[clear]", DIGIT)

    def make_status_row(self, *, workbook: bool) -> Cells:
        words = [*STATUS_ACTIONS[:4] * 3, "Archive", " BLOCK", "unblock\u00a0", "UNARCHIVE"]
        if self.chance(0.08):
            words = ["ignore", " Ignore", *(["", "add", "blocked", "[clear]", "remove"] if workbook else [])]
        who = self.make_who()
        stored = self.blocks.get(who["customer_id"].strip())
        reasons = [*REASONS, *([stored.reason] * 4 if stored else [])]
        return {
            "action": self.random.choice(words),
            **who,
            "reason": self.rarely(0.7, *reasons) if not self.chance(0.03) else self.random.choice(["[clear]", " [CLEAR]"]),
            "changed_by": self.rarely(0.3, "Ann", " ANN ", "büşra", "Büşra", "Zoe", "Bob"),
            "note": self.rarely(0.3, "seen", "[clear]"),
        }


# --- a book and an upload on disk --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """A book on disk, and the office that works on it."""

    where: Where
    office: Office
    folder: Path

    def run(self, upload: Upload, *, dry_run: bool = False, again: bool = False) -> ApplyReport:
        batch = self.office.batch
        paths = tuple(self.folder / name_of(upload, number) for number in range(len(upload.files)))
        return apply(self.where, Instructing(UploadRequest(paths, batch.by), batch.as_of, batch.reason, dry_run=dry_run, again=again))

    def undo(self, batch: int, *, dry_run: bool = False) -> UndoReport:
        return undo(self.where, Undoing(batch, "Undoer", self.office.batch.as_of, dry_run=dry_run))

    def later(self, hours: int) -> "Ground":
        batch = self.office.batch
        return replace(self, office=replace(self.office, batch=replace(batch, as_of=batch.as_of + timedelta(hours=hours))))

    def read(self) -> Tables:
        with open_book(self.where.store, writing=False) as book:
            return {table: book.ask(f"SELECT * FROM {table}").to_dicts() for table in (*TABLES, "tags")}


def name_of(upload: Upload, number: int) -> str:
    return f"{upload.name}{number}.{'xlsx' if upload.files[number].workbook else 'csv'}"


def put_ground(mixer: Mixer, empty_book: Path, folder: Path) -> Ground:
    store = folder / "book.duckdb"
    copy(empty_book, store)
    write_book(store, Case(mixer.world, mixer.house, mixer.office.batch, (), (), workbook=False))
    write_tags_and_blocks(store, mixer.estate)
    return Ground(Where(store, settings_for(mixer.office), folder / "out"), mixer.office, folder)


def write_tags_and_blocks(store: Path, estate: Estate) -> None:
    with open_book(store, writing=True) as book, book.transaction():
        for (customer, _), tag in estate.tags.items():
            book.run("INSERT INTO tags (customer_id, tag, tagged_by, tagged_at, version) VALUES (?, ?, ?, ?, ?)", customer, *vars(tag).values())
            names = "event_id, batch_id, entity, customer_id, item, action, changed_at"
            book.run(f"INSERT INTO history ({names}) VALUES (?, 1, 'tags', ?, ?, 'tagged', ?)", tag.version, customer, tag.text, tag.tagged_at)
        for customer, block in estate.blocks.items():
            text = "UPDATE customers SET blocked = true, blocked_reason = ?, blocked_by = ?, blocked_at = ? WHERE customer_id = ?"
            book.run(text, block.reason, block.by, block.at, customer)


def settings_for(office: Office) -> Settings:
    settings = settings_of(office.house)
    if office.house.staff is None:
        return settings
    may_block = office.blockers or ()
    return replace(settings, staff=tuple(Staff(name, may_flag=name in office.house.staff, may_block=name in may_block) for name in STAFF))


def write_upload(folder: Path, upload: Upload) -> None:
    for number, file in enumerate(upload.files):
        path = folder / name_of(upload, number)
        if file.workbook:
            write_workbook(path, file.sheets)
        else:
            with path.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerow(file.sheets[0].columns)
                writer.writerows([row[name] for name in file.sheets[0].columns] for row in file.sheets[0].rows)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    with xlsxwriter.Workbook(path) as book:
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        for one in sheets:
            sheet = book.add_worksheet(NAMES[one.kind])
            for place, row in enumerate([dict(zip(one.columns, one.columns, strict=True)), *one.rows]):
                for position, name in enumerate(one.columns):
                    if row[name]:
                        sheet.write_string(place, position, row[name], text)


def estate_of(book: Tables) -> Estate:
    """Return the book as the plain reading has it."""
    customers = {
        row["customer_id"]: Customer(*(row[name] for name in ("customer_id", "email", "phone", "status", "alert_message"))) for row in book["customers"]
    }
    bookings = {
        row["booking_id"]: Booking(*(row[name] for name in ("booking_id", "customer_id", "starts_at", "status", "alert_message"))) for row in book["bookings"]
    }
    flags = {(row["customer_id"], row["flag_type"]): Flag(**{name: row[name] for name in Flag.__dataclass_fields__}) for row in book["flags"]}
    return Estate(World(customers, bookings, flags), tags_of(book), blocks_of(book))


def tags_of(book: Tables) -> dict[Item, Tag]:
    tags = {(row["customer_id"], tag_form(row["tag"])): Tag(row["tag"], row["tagged_by"], row["tagged_at"], row["version"]) for row in book["tags"]}
    assert len(tags) == len(book["tags"])  # at most one each
    return tags


def blocks_of(book: Tables) -> dict[str, Block]:
    for row in book["customers"]:
        assert row["blocked"] or (row["blocked_reason"], row["blocked_by"], row["blocked_at"]) == (None, None, None), row
    return {row["customer_id"]: Block(row["blocked_reason"], row["blocked_by"], row["blocked_at"]) for row in book["customers"] if row["blocked"]}


# --- what came of an upload --------------------------------------------------------------------------------------------


def check_report(report: ApplyReport, expected: Outcome) -> None:
    found = (dict(report.rows), dict(report.bookings), report.customers_changed)
    assert found == (expected.row_counts, expected.booking_counts, expected.customers_changed)


def check_rows(book: Tables, upload: Upload, expected: Outcome, batch: int) -> None:
    in_workbooks = {number for number, file in enumerate(upload.files, start=1) if file.workbook}
    mine = [row for row in book["batch_rows"] if row["batch_id"] == batch]
    rows = {(row["file_no"], row["sheet"] if row["file_no"] in in_workbooks else None, row["source_row"]): row for row in mine}
    assert len(rows) == len(mine)
    assert set(rows) == set(upload.places)
    for (place, sheet, cells), verdict, named in zip(upload.numbered(), expected.verdicts, expected.named, strict=True):
        row = rows[place]
        assert (row["outcome"], row["code"], row["customer_id"]) == (verdict.outcome, verdict.code, verdict.matched_customer_id), (place, sheet.kind, cells)
        if named and verdict.outcome in {"applied", "unchanged"}:
            item = tag_form(row["item"]) if sheet.kind == "tags" and row["item"] != "ALL" else row["item"]
            assert (row["action"], item) == named, (place, sheet.kind, cells)


def check_state(book: Tables, expected: Outcome, batch: int) -> None:
    """Compare flags, alerts, tags with their versions, statuses and blocks with what is expected."""
    estate = expected.estate
    check_book(book, estate.world, batch)
    given = {(event["customer_id"], tag_form(event["item"])): event["event_id"] for event in history_of(book, batch) if event["entity"] == "tags"}
    assert tags_of(book) == {item: tag if tag.version is not None else replace(tag, version=given[item]) for item, tag in estate.tags.items()}
    assert {row["customer_id"]: row["status"] for row in book["customers"]} == {key: one.status for key, one in estate.world.customers.items()}
    assert blocks_of(book) == estate.blocks


def history_of(book: Tables, batch: int) -> list[dict[str, Any]]:
    events = sorted(book["history"], key=lambda event: int(event["event_id"]))
    assert [event["event_id"] for event in events] == list(range(1, len(events) + 1))
    return [event for event in events if event["batch_id"] == batch]


def check_history(book: Tables, upload: Upload, expected: Outcome, office: Office) -> None:
    batch = max(row["batch_id"] for row in book["batches"])
    events = history_of(book, batch)
    assert {event["changed_at"] for event in events} <= {office.batch.as_of}
    ranks = [rank_of(event) for event in events]
    assert ranks == sorted(ranks)
    items = [event for event in events if rank_of(event) == 0]
    wanted = [(upload.places[one.row], one) for one in expected.changes]
    assert [place_of(event, upload) for event in items] == [place for place, _ in wanted]
    found = [(place_of(event, upload), *head_of(event), event["action"], event["reason"], event["changed_by"]) for event in items]
    heads = [(place, one.entity, one.customer_id, one.item, one.action, one.reason, one.by) for place, one in wanted]
    assert sorted(found, key=repr) == sorted(heads, key=repr)
    for head, event in zip(sorted(found, key=repr), sorted(items, key=lambda event: repr(found[items.index(event)])), strict=True):
        change = wanted[heads.index(head)][1]
        assert all(shows(event[side], getattr(change, side), change.item) for side in ("before", "after")), (event, change)
    check_alerts(events, upload, expected)


def rank_of(event: dict[str, Any]) -> int:
    """Items come first, then the customers' alerts, then the bookings'."""
    return 0 if event["action"] != "alert" else 1 if event["entity"] == "customers" else 2


def place_of(event: dict[str, Any], upload: Upload) -> Place:
    return (event["file_no"], event["sheet"] if upload.files[event["file_no"] - 1].workbook else None, event["source_row"])


def head_of(event: dict[str, Any]) -> Key:
    return (event["entity"], event["customer_id"], tag_form(event["item"]) if event["entity"] == "tags" else event["item"])


def shows(text: str | None, wanted: dict[str, str | None] | None, item: str) -> bool:
    """Tell whether one side of an event says what is wanted; a block's names are its own."""
    side = json.loads(text) if text else None
    if item == "blocked":
        return wanted is None or wanted["reason"] in (side or {}).values()
    return side is None if wanted is None else side is not None and all(side[name] == value for name, value in wanted.items())


def check_alerts(events: Sequence[dict[str, Any]], upload: Upload, expected: Outcome) -> None:
    """Every changed alert has one event; a booking's names the last applied row on a flag of its customer."""
    alerts = [event for event in events if event["action"] == "alert"]
    found = [(*head_of(event), *(json.loads(event[side])["alert_message"] for side in ("before", "after"))) for event in alerts]
    owners = {key: one.customer_id for key, one in expected.estate.world.bookings.items()}
    wanted = [("customers", key, "alert_message", *pair) for key, pair in expected.alerts.items()]
    told = [one for one in expected.told if one.effect != "kept"]
    wanted += [("bookings", owners[one.booking_id], one.booking_id, one.before, one.after) for one in told]
    assert sorted(found, key=repr) == sorted(wanted, key=repr)
    rows = {event["item"]: place_of(event, upload) for event in alerts if event["entity"] == "bookings"}
    assert rows == {one.booking_id: upload.places[one.row] for one in told}


def results_of(report: ApplyReport, upload: Upload) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the result files by file and sheet, those that have an outcome."""
    tables = {}
    for number, file in enumerate(report.files):
        path = Path(file.results or "")
        if not upload.files[number].workbook:
            tables[f"{number}"] = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
            continue
        book = openpyxl.load_workbook(path)
        for sheet in upload.files[number].sheets:
            header, *rows = [[shown(value) for value in row] for row in book[NAMES[sheet.kind]].iter_rows(values_only=True)]
            tables[f"{number} {sheet.kind}"] = [dict(zip(header, row, strict=True)) for row in rows]
    return {name: [row for row in rows if row["outcome"]] for name, rows in tables.items()}


def check_results(report: ApplyReport, upload: Upload, expected: Outcome) -> None:
    rows = [row for table in results_of(report, upload).values() for row in table]
    for row, verdict, (place, sheet, cells) in zip(rows, expected.verdicts, upload.numbered(), strict=True):
        found = (row["outcome"], row["code"], row["matched_customer_id"].removeprefix("'"), row["bookings_updated"])
        wanted = (verdict.outcome, verdict.code or "", (verdict.matched_customer_id or "").removeprefix("'"), str(verdict.bookings_updated))
        assert found == wanted, (place, sheet.kind, cells)


def check_run(ground: Ground, upload: Upload, before: Estate, batch: int) -> Outcome:
    """Apply an upload, dry first, and compare everything with the plain reading."""
    write_upload(ground.folder, upload)
    untouched = ground.read()
    expected = interpret_lines(before, upload.lines, ground.office)
    preview = ground.run(upload, dry_run=True)
    check_report(preview, expected)
    assert (preview.batch, preview.status, ground.read()) == (None, "dry-run", untouched)
    in_preview = results_of(preview, upload)
    report = ground.run(upload)
    check_report(report, expected)
    assert (report.batch, report.status) == (batch, "applied" if expected.row_counts["applied"] else "nothing-applied")
    book = ground.read()
    check_rows(book, upload, expected, batch)
    check_state(book, expected, batch)
    check_history(book, upload, expected, ground.office)
    assert results_of(report, upload) == in_preview
    check_results(report, upload, expected)
    return expected


@pytest.mark.parametrize("seed", range(SHARE))
def test_sheets_of_every_kind_do_what_the_rules_say(seed: int, empty_book: Path, tmp_path: Path) -> None:
    """One upload, and another one on the book that the first one left."""
    mixer = Mixer(seed + 30_000)
    ground = put_ground(mixer, empty_book, tmp_path)
    upload = mixer.make_upload("first", ROWS)
    expected = check_run(ground, upload, mixer.estate, 2)
    if expected.row_counts["applied"]:
        book = ground.read()
        assert (ground.run(upload).status, ground.read()) == ("already-applied", book)
    left = estate_of(ground.read())
    mixer.world, mixer.tags, mixer.blocks = left.world, left.tags, left.blocks
    check_run(ground.later(2), mixer.make_upload("second", ROWS), left, 3)


# --- undo --------------------------------------------------------------------------------------------------------------


def snapshot(ground: Ground) -> Snapshot:
    book, as_of = ground.read(), ground.office.batch.as_of
    estate = estate_of(book)
    items: dict[Key, Held] = {}
    for (customer, kind), flag in estate.world.flags.items():
        items["flags", customer, kind] = Held((flag.comment, flag.expires_on), replace(flag, version=None))
    for (customer, form), tag in estate.tags.items():
        items["tags", customer, form] = Held(True, replace(tag, version=None))
    for key, one in estate.world.customers.items():
        items["customers", key, "status"] = Held(one.status, one.status)
    for key, block in estate.blocks.items():
        items["customers", key, "blocked"] = Held((block.reason,), block)
    slots = {key: Slot(one.customer_id, one.status == "booked" and one.starts_at >= as_of, one.alert) for key, one in estate.world.bookings.items()}
    return Snapshot(items, {key: one.alert for key, one in estate.world.customers.items()}, slots)


def put_composed(mixer: Mixer, empty_book: Path, folder: Path) -> Ground:
    """Put a book whose stored alerts are as its flags say."""
    customers = {key: replace(one, alert=compose(mixer.world.flags, key, mixer.house)) for key, one in mixer.world.customers.items()}
    mixer.world = replace(mixer.world, customers=customers)
    return put_ground(mixer, empty_book, folder)


def run_random(ground: Ground, mixer: Mixer, name: str, count: int) -> int:
    """Apply a random upload; return the number of rows applied."""
    upload = mixer.make_upload(name, count)
    write_upload(ground.folder, upload)
    return int(ground.run(upload, again=True).rows["applied"])


def check_undo(ground: Ground, batch: int, states: tuple[Snapshot, Snapshot], house: House) -> tuple[Snapshot, set[Key]]:
    """Undo a batch, dry first, and compare the book, the conflicts and the history with the plain reading; `states`: before the batch and after."""
    now, untouched = snapshot(ground), ground.read()
    expected, conflicts = take_back((*states, now), house)
    preview = ground.undo(batch, dry_run=True)
    assert (preview.batch, ground.read()) == (None, untouched)
    report = ground.undo(batch)
    assert (preview.rows, preview.bookings, preview.conflicts) == (report.rows, report.bookings, report.conflicts)
    found = snapshot(ground)
    assert found.items == expected.items
    assert (found.alerts, found.texts()) == (expected.alerts, expected.texts())
    assert sorted(head_of(dict(one)) for one in report.conflicts) == sorted(conflicts)
    assert report.exit_code == (4 if conflicts else 0)
    book = ground.read()
    events = history_of(book, max(row["batch_id"] for row in book["batches"]))
    restored = {key for key in now.items.keys() | found.items.keys() if now.items.get(key) != found.items.get(key)}
    assert sorted(head_of(event) for event in events if rank_of(event) == 0) == sorted(restored)
    return expected, conflicts


@pytest.mark.parametrize("seed", range(SHARE))
def test_undo_puts_every_kind_of_item_back(seed: int, empty_book: Path, tmp_path: Path) -> None:
    mixer = Mixer(seed + 40_000)
    ground = put_composed(mixer, empty_book, tmp_path)
    first = snapshot(ground)
    applied = run_random(ground, mixer, "first", mixer.random.choice([10, ROWS]))
    second = snapshot(ground)
    third, conflicts = check_undo(ground.later(1), 2, (first, second), mixer.house)
    assert (third.values(), third.alerts, third.texts(), conflicts) == (first.values(), first.alerts, first.texts(), set())
    if applied and third.values() != second.values():
        assert ground.undo(2).status == "already-undone"
        fourth, conflicts = check_undo(ground.later(2), 3, (second, snapshot(ground)), mixer.house)
        assert (fourth.values(), fourth.alerts, fourth.texts(), conflicts) == (second.values(), second.alerts, second.texts(), set())
        check_undo(ground.later(3), 2, (first, second), mixer.house)


@pytest.mark.parametrize("seed", range(SHARE))
def test_undo_leaves_alone_every_kind_of_item_changed_since(seed: int, empty_book: Path, tmp_path: Path) -> None:
    mixer = Mixer(seed + 50_000)
    ground = put_composed(mixer, empty_book, tmp_path)
    first = snapshot(ground)
    run_random(ground, mixer, "first", mixer.random.choice([10, ROWS // 2, ROWS]))
    second = snapshot(ground)
    run_random(ground.later(2), mixer, "between", mixer.random.choice([10, ROWS // 2, ROWS]))
    now = snapshot(ground.later(3))
    third, _ = check_undo(ground.later(3), 2, (first, second), mixer.house)
    if third.values() != now.values():
        fourth, conflicts = check_undo(ground.later(4), 4, (now, snapshot(ground)), mixer.house)
        assert (fourth.values(), fourth.alerts, fourth.texts(), conflicts) == (now.values(), now.alerts, now.texts(), set())
        assert fourth.items == now.items


@pytest.mark.parametrize(("stored", "uploads"), [("Vip", "remove/VIP add/vip"), ("", "add/vip remove/Vip add/VIP"), ("Vip", "remove/VIP,add/vip add/VIP")])
def test_undo_knows_a_tag_in_any_spelling(stored: str, uploads: str, empty_book: Path, tmp_path: Path) -> None:
    mixer = Mixer(1)
    mixer.tags = {("7", "vip"): Tag(stored, "Tagger", mixer.as_of, 1 + max(flag.version or 0 for flag in mixer.world.flags.values()))} if stored else {}
    ground = put_composed(mixer, empty_book, tmp_path)
    states = [snapshot(ground)]
    for number, rows in enumerate(uploads.split()):
        cells = [dict(zip(("action", "customer_id", "tag"), row.replace("/", "/7/").split("/"), strict=True)) for row in rows.split(",")]
        upload = Upload(f"upload{number}-", (File(False, (Sheet("tags", ("action", "customer_id", "tag"), tuple(cells)),)),))
        write_upload(tmp_path, upload)
        ground.later(number).run(upload)
        states.append(snapshot(ground))
    check_undo(ground.later(9), 2, (states[0], states[1]), mixer.house)


# --- the plain reading itself, and what the cases reach ----------------------------------------------------------------


NOON = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)


def say(lines: Sequence[tuple[str, str]], *, reason: str | None = None) -> tuple[list[str], Estate]:
    """Return code or outcome of rows on one customer with a tag Big and a block, and the book that they leave."""
    world = World({"7": Customer("7", None, None), "8": Customer("8", None, None)}, {}, {})
    estate = Estate(world, {("7", "big"): Tag("Big", "Old", NOON, 5)}, {"7": Block("Late", "Old", NOON)})
    tables = {"tags": ("action", "customer_id", "tag", "version"), "status": ("action", "customer_id", "reason")}
    rows = [(kind, dict(zip(tables[kind], text.split("/"), strict=False))) for kind, text in lines]
    outcome = interpret_lines(estate, rows, Office(House(()), Batch("Zoe", NOON, reason)))
    return [one.code or one.outcome for one in outcome.verdicts], outcome.estate


def test_the_plain_reading_of_tags() -> None:
    texts = [
        "add/7/BIG",
        "edit/8/big",
        "add/8/bIG",
        "remove/7/big/4",
        "remove/7/big/5",
        "set/7/New",
        "add/8/NEW",
        "remove/8/all",
        "add/8/ALL",
        "add/8/",
        "edit/7/big/4",
    ]
    said, estate = say([("tags", text) for text in texts])
    assert said == [
        *(
            "unchanged",
            "no-such-tag",
            "applied",
            "changed-since-export",
            "applied",
            "applied",
            "applied",
            "applied",
            "unknown-tag",
            "missing-tag",
            "no-such-tag",
        ),
    ]
    assert {item: tag.text for item, tag in estate.tags.items()} == {("7", "new"): "New"}
    assert say([("tags", "add/8/big/5"), ("tags", "remove/7/ALL/5"), ("tags", "[clear]/8/x")])[0] == [
        *("changed-since-export", "bad-version", "unknown-action,not-clearable"),
    ]


def test_the_plain_reading_of_status() -> None:
    texts = [
        "block/7/Late",
        "block/7/",
        "block/7/Rude",
        "block/8/",
        "unarchive/8",
        "archive/8",
        "archive/8",
        "unblock/8",
        "unblock/7",
        "block/7/Again",
        "add/9",
    ]
    said, estate = say([("status", text) for text in texts])
    assert said == [
        *("unchanged", "unchanged", "applied", "missing-reason", "unchanged", "applied", "unchanged", "unchanged", "applied", "applied"),
        "unknown-action,unknown-customer",
    ]
    assert (estate.blocks, estate.world.customers["8"].status) == ({"7": Block("Again", "Zoe", NOON)}, "archived")
    said, estate = say([("status", "block/7/"), ("status", "block/8/")], reason="Why")
    assert (said, estate.blocks["8"].reason, estate.blocks["7"].reason) == (["unchanged", "applied"], "Why", "Late")


def test_the_plain_reading_of_undo() -> None:
    key = ("tags", "7", "big")
    there, gone = Snapshot({key: Held(True, "old")}, {}, {}), Snapshot({}, {}, {})
    again = Snapshot({key: Held(True, "new")}, {}, {})
    assert take_back((there, gone, gone), House(())) == (there, set())
    assert take_back((there, gone, again), House(())) == (again, {key})
    assert take_back((there, again, gone), House(())) == (gone, set())


def test_the_mixed_cases_reach_every_outcome_and_code() -> None:
    mixers = [Mixer(seed + 30_000) for seed in range(60)]
    uploads = [mixer.make_upload("any", 60) for mixer in mixers]
    outcomes = [interpret_lines(mixer.estate, upload.lines, mixer.office) for mixer, upload in zip(mixers, uploads, strict=True)]
    found = {
        (line[0], code or verdict.outcome)
        for upload, outcome in zip(uploads, outcomes, strict=True)
        for line, verdict in zip(upload.lines, outcome.verdicts, strict=True)
        for code in (verdict.code or "").split(",")
    }
    everywhere = {"applied", "unchanged", "ignored", "missing-action", "unknown-action", "missing-customer", "unknown-customer", "conflicting-customer"}
    everywhere |= {"ambiguous-customer", "not-clearable", "not-allowed"}
    only_tags = {"missing-tag", "unknown-tag", "bad-version", "no-such-tag", "changed-since-export"}
    assert {code for kind, code in found if kind == "tags"} == everywhere | only_tags
    assert {code for kind, code in found if kind == "status"} == everywhere | {"missing-reason"}
    actions = {(change.entity, change.action) for outcome in outcomes for change in outcome.changes}
    words = {"flags": "flagged edited unflagged", "tags": "tagged untagged", "customers": "archived unarchived blocked edited unblocked"}
    assert actions == {(entity, action) for entity, text in words.items() for action in text.split()}
