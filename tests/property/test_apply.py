"""Random books and uploads through `apply`, held against the plain reading of the rules in `interpreter.py`.

Worlds are small, so that rows meet each other. A case is its seed; FLAGBOOK_CASES asks for more of them, FLAGBOOK_ROWS for longer uploads.
"""

import csv
import io
import json
import os
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import polars.selectors as cs
import pytest
import xlsxwriter

from pipeline.intake.cells import email_keys
from pipeline.intake.uploads import UploadRequest
from pipeline.report import ApplyReport
from pipeline.run import Instructing, Where, apply
from pipeline.settings import Business, Flags, FlagType, Settings, Staff
from pipeline.store.book import Book, open_book
from tests.property.interpreter import COLUMNS, Batch, Booking, Customer, Flag, House, Item, Result, World, compose, email_form, id_form, interpret

CASES = int(os.environ.get("FLAGBOOK_CASES", "15"))
ROWS = int(os.environ.get("FLAGBOOK_ROWS", "60"))
LIMIT = 500
TABLES = ("book", "flag_types", "customers", "bookings", "flags", "history", "batches", "batch_files", "batch_rows")
SIDES = ("comment", "expires_on", "flagged_by", "updated_by")
Cells = dict[str, str]
Place = tuple[int, int]  # file number, row
Tables = dict[str, list[dict[str, Any]]]

FIVE = (("On Hold", True), ("At Risk", True), ("Warning", True), ("Important", True), ("Alert", True))
OWN_TYPES = (("Straße", True), ("Quiet", False), ("VIP", True))
RETIRED = ("Gone by", "An old type")
DIGIT = "\u0663"  # a digit three that is not one of 0 to 9
LONG, FULL = "l" * (LIMIT + 1), "ü" * LIMIT
COMMENTS = ("Pays late", "Pays late", "pays late", "Two\nlines", "=1+1", "'quoted", "@x | y", FULL)
CELL_COMMENTS = (
    "Pays late",
    "Pays late",
    "  Pays late\t",
    "pays late",
    "Two\r\nlines",
    "Two\nlines",
    "Two\rlines",
    "=1+1",
    "'quoted",
    '"said", he; so',
    FULL,
    FULL + " ",
)
ACTIONS = (
    "add",
    "add",
    "set",
    "set",
    "edit",
    "edit",
    "remove",
    "remove",
    " ADD",
    "Edit\u00a0",
    "SET",
    "Remove ",
    "new",
    "Create",
    "INSERT",
    "update",
    "change",
)
MORE_ACTIONS = ("delete", "unflag", "Clear", "merge", "upsert", "ignore", "SKIP", "", "  ", "addd", "[clear]", "all")


@dataclass(frozen=True)
class Case:
    """A book, what the settings say, who uploads when, and the rows of one or two files."""

    world: World
    house: House
    batch: Batch
    files: tuple[tuple[Cells, ...], ...]
    columns: tuple[str, ...]
    workbook: bool

    @property
    def rows(self) -> list[Cells]:
        """Return the rows that count: wholly blank ones are none (3.12)."""
        return [cells for file in self.files for cells in file if any(text.strip() for text in cells.values())]


class Maker:
    """Makes one case of a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.as_of = datetime(2027, 3, 10, self.random.choice([0, 3, 12, 23]), 30, tzinfo=UTC)
        self.house = self.make_house()
        self.world = self.make_world()

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def make_house(self) -> House:
        return House(
            types=OWN_TYPES if self.chance(0.2) else FIVE[-self.random.choice([2, 5, 5]) :],
            zone=self.random.choice(["UTC", "America/New_York", "Pacific/Auckland"]),
            region=self.random.choice([None, "GB", "GB"]),
            may_create=not self.chance(0.15),
            date_formats=self.random.choice([(), (), ("%d/%m/%Y",), ("%d/%m/%Y", "%m/%d/%Y")]),
            staff=("Ann", "Büşra") if self.chance(0.2) else None,
        )

    def make_world(self) -> World:
        customers = {
            "007": Customer("007", "ann@x.example", "+44 20 7946 0000"),
            "7": Customer("7", "Ann@X.example", "020 7946 0001", "archived"),
            "1E5": Customer("1E5", "straße@y.example", "020 7946 0000"),
            "a-1": Customer("a-1", None, "+1 212 555 0123"),
            "A-1": Customer("A-1", "bob@x.example", None),
            "=5": Customer("=5", "eve@x.example", "not a number"),
            "gone": Customer("gone", "gone@x.example", "+44 20 7946 0009", "deleted"),
            "x'9": Customer("x'9", "bob@x.example", "+1 212 555 0123", self.random.choice(["active", "deleted"])),
        }
        flags = self.make_flags(list(customers))
        for key, customer in customers.items():
            alert = compose(flags, key, self.house)
            customers[key] = replace(customer, alert=self.random.choice([None, "Former words"]) if self.chance(0.08) else alert)
        return World(customers, {booking.booking_id: booking for booking in self.make_bookings(customers)}, flags)

    def make_flags(self, customers: Sequence[str]) -> dict[Item, Flag]:
        kinds = [name for name, _ in self.house.types] + list(RETIRED)
        share = self.random.choice([0.1, 0.4, 0.7])
        items = [(customer, kind) for customer in customers for kind in kinds if self.chance(0.1 if kind in RETIRED else share)]
        return {item: self.make_flag(version) for version, item in enumerate(items, start=1)}

    def make_flag(self, version: int) -> Flag:
        comment = self.random.choice([*COMMENTS, LONG, LONG])
        day = self.random.choice([None, None, *self.days()])
        edited = self.random.choice([None, self.as_of - timedelta(days=20)])
        return Flag(comment, day, "Old", self.as_of - timedelta(days=40), "Older" if edited else None, edited, version)

    def days(self) -> list[date]:
        return [self.as_of.date() + timedelta(days=days) for days in (-30, -2, -1, 0, 1, 40)]

    def make_bookings(self, customers: Mapping[str, Customer]) -> list[Booking]:
        made = []
        for number in range(40):
            customer = self.random.choice(list(customers.values()))
            starts = self.as_of + timedelta(seconds=self.random.choice([-86400, -1, 0, 1, 86400, 86400, 864000]))
            status = self.random.choice(["booked"] * 5 + ["completed", "cancelled", "no-show"])
            made.append(Booking(f"b{number}", customer.customer_id, starts, status, self.make_text(customer.alert)))
        return made

    def make_text(self, alert: str | None) -> str | None:
        return self.random.choice([None, None, "", "  ", alert, alert, f" {alert or ''}\n", "Pays late", "pays late ", "Window seat", "Former words"])

    # --- uploads -------------------------------------------------------------------------------------------------------

    def make_case(self) -> Case:
        count = self.random.randint(ROWS // 2, ROWS * 4 // 3)
        living = sorted(key for key, customer in self.world.customers.items() if customer.status != "deleted")
        self.few = self.random.sample(living, self.random.choice([1, 3, len(living)]))
        rows = [self.make_row() for _ in range(count)]
        rows += self.random.sample(rows, count // 6)
        self.random.shuffle(rows)
        optional = ("comment", "expires_on", "reason", "flagged_by", "version", "phone", "email")
        dropped = self.random.sample(optional, self.random.choice([0, 0, 0, 1, 2]))
        columns = [*(name for name in COLUMNS if name not in dropped), "note"]
        self.random.shuffle(columns)
        cut = self.random.choice([0, 0, 0, count // 2])
        files = tuple(tuple({name: row[name] for name in columns} for row in part) for part in (rows[:cut], rows[cut:]) if part)
        by = self.random.choice(["Ann", "ann", "Zoe"]) if self.house.staff else "Zoe"
        batch = Batch(by, self.as_of, self.random.choice([None, "Monthly review"]))
        return Case(self.world, self.house, batch, files, tuple(columns), self.seed % 6 == 5)

    def make_row(self) -> Cells:
        if self.chance(0.02):
            return dict.fromkeys((*COLUMNS, "note"), self.random.choice(["", " "]))
        who = self.make_who()
        kind = self.random.choice([name for name, _ in self.house.types])
        return {
            "action": self.random.choice(MORE_ACTIONS if self.chance(0.1) else ACTIONS),
            **who,
            "flag_type": self.make_kind(kind),
            "comment": self.make_comment((id_of(who), kind)),
            "expires_on": self.make_day((id_of(who), kind)),
            "reason": self.rarely(0.2, *["because", " so\n"] * 8, "[clear]"),
            "flagged_by": self.rarely(0.2, "Ann", " ANN ", "büşra", "Ann", "Bob"),
            "version": self.make_version((id_of(who), kind)),
            "note": self.rarely(0.3, "seen", "[clear]"),
        }

    def rarely(self, share: float, *texts: str) -> str:
        return self.random.choice(texts) if self.chance(share) else ""

    def make_who(self) -> Cells:
        customer = self.world.customers[self.random.choice(self.few)]
        other = self.random.choice(list(self.world.customers.values()))
        names = {"customer_id": customer.customer_id, "email": "", "phone": ""}
        if self.chance(0.2):
            names |= {"customer_id": self.random.choice(["", "", customer.customer_id]), "email": customer.email or ""}
        if self.chance(0.15):
            names |= {"customer_id": self.random.choice(["", customer.customer_id]), "phone": customer.phone or ""}
        if self.chance(0.06):
            names |= {self.random.choice(["email", "customer_id"]): self.random.choice([other.email or "", "nobody@x.example", "007x", " ", "'"])}
        if self.chance(0.05):
            names |= {"phone": self.random.choice([other.phone or "", "12", "call him", "+44 20 7946 0555"])}
        if self.chance(0.01):
            names |= {self.random.choice(list(names)): "[clear]"}
        return {name: self.dress(name, text) for name, text in names.items()}

    def dress(self, name: str, text: str) -> str:
        """Write a key as people do: in other letters, with blanks or marks around it."""
        if text in {"", "[clear]"} or not self.chance(0.3):
            return text
        if name == "phone":
            return self.random.choice([text.replace(" ", "-"), f"\u202a{text}\u202c", text.replace("+44 20", "(+44) 20"), f" {text}"])
        if name == "email":
            return self.random.choice([text.upper(), f" {text} ", text.replace("ß", "SS"), text.replace("@", "\uff20"), f"{text}\u200b"])
        return self.random.choice([f"'{text}", f" {text}\u00a0", f"\u2060{text}", text.replace("7", "\uff17"), text.replace("A", "\uff21")])

    def make_kind(self, kind: str) -> str:
        if self.chance(0.07):
            return self.random.choice(["ALL", " all", "All "])
        if self.chance(0.04):
            return self.random.choice(["", " ", "Unheard of", RETIRED[0], "[clear]"])
        return self.random.choice([kind, kind, kind.upper(), f" {kind.lower()} "])

    def make_comment(self, item: Item) -> str:
        stored = self.world.flags.get(item)
        if stored and self.chance(0.35):
            return self.random.choice([stored.comment, f" {stored.comment}\r\n"])
        if self.chance(0.06):
            return self.random.choice([LONG, "k" * 600, "[clear]", " [Clear] "])
        return self.random.choice([*CELL_COMMENTS, "", "", " \u2003"])

    def make_day(self, item: Item) -> str:
        stored = self.world.flags.get(item)
        if stored and stored.expires_on and self.chance(0.4):
            return stored.expires_on.isoformat()
        if self.chance(0.08):
            return self.random.choice(
                ["soon", "2026-02-30", "2027-13-01", "01/02/2028", "13/02/2028", "02/13/2028", "1/2/28", "9999-12-31", "0001-01-01", "45000"]
            )
        return self.random.choice(["", "", "", "", "", "", "[clear]", " [CLEAR]", *(day.isoformat() for day in self.days()[2:])])

    def make_version(self, item: Item) -> str:
        stored = self.world.flags.get(item)
        if stored and self.chance(0.25):
            return f" {stored.version}" if self.chance(0.2) else str(stored.version)
        return self.rarely(0.05, "1", "3", "9", "007", "999999", "1.5", "v2", "[clear]", DIGIT)


def id_of(who: Cells) -> str:
    return who["customer_id"].strip(" \u00a0'\u2060")


# --- a book and an upload on disk --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "book.duckdb"
    with open_book(path, writing=True, creating=True):
        pass
    return path


def write_book(path: Path, case: Case) -> None:
    with open_book(path, writing=True) as book, book.transaction():
        _insert(book, "customers", _customers(case))
        _insert(
            book,
            "bookings",
            pl.DataFrame([{**_plain(one, alert="alert_message"), "first_batch": 1} for one in case.world.bookings.values()], infer_schema_length=None),
        )
        flags = [{"customer_id": item[0], "flag_type": item[1], **vars(flag)} for item, flag in case.world.flags.items()]
        _insert(book, "flags", pl.DataFrame(flags, infer_schema_length=None))
        last = max((flag.version or 0 for flag in case.world.flags.values()), default=0)
        events = pl.DataFrame({"event_id": range(1, last + 1)}, schema={"event_id": pl.Int64})
        stamp = {"batch_id": 1, "entity": "flags", "customer_id": "-", "item": "-", "action": "flagged", "changed_at": case.batch.as_of - timedelta(days=40)}
        _insert(book, "history", events.with_columns(**{name: pl.lit(value) for name, value in stamp.items()}))
        started = {"as_of": case.batch.as_of, "started_at": case.batch.as_of}
        _insert(book, "batches", pl.DataFrame([{"batch_id": 1, "kind": "load", "status": "applied", **started}]))


def _customers(case: Case) -> pl.DataFrame:
    people = list(case.world.customers.values())
    frame = pl.DataFrame([_plain(one, alert="alert_message") for one in people], infer_schema_length=None)
    return frame.with_columns(email_key=email_keys(frame["email"]), first_batch=pl.lit(1), blocked=pl.lit(value=False))


def _plain(one: Customer | Booking, **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in vars(one).items()}


def _insert(book: Book, table: str, frame: pl.DataFrame) -> None:
    frame = frame.with_columns(cs.by_dtype(pl.Null).cast(pl.String))  # NOTE: DuckDB does not take a column of type null as a stream
    if len(frame):
        book.run(f"INSERT INTO {table} ({', '.join(frame.columns)}) SELECT * FROM made", made=frame)


def settings_of(house: House) -> Settings:
    business = Business(house.zone, house.region, "password-on-first-booking" if house.may_create else "not-required", house.date_formats)
    staff = (*(Staff(name) for name in house.staff), Staff("Zoe", may_flag=False)) if house.staff else ()
    return Settings(business, Flags(house.comment_limit, tuple(FlagType(name, alerts=alerts) for name, alerts in house.types)), staff=staff)


def write_upload(folder: Path, case: Case) -> tuple[Path, ...]:
    paths = []
    for number, rows in enumerate(case.files, start=1):
        paths.append(folder / f"upload{number}.{'xlsx' if case.workbook else 'csv'}")
        (_write_workbook if case.workbook else _write_csv)(paths[-1], case.columns, rows)
    return tuple(paths)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows([row[name] for name in columns] for row in rows)


def _write_workbook(path: Path, columns: Sequence[str], rows: Sequence[Cells]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Flags")
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        for place, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
            for position, name in enumerate(columns):
                if row[name]:
                    sheet.write_string(place, position, row[name], text)


# --- what came of it ---------------------------------------------------------------------------------------------------


def read_book(path: Path) -> Tables:
    with open_book(path, writing=False) as book:
        return {table: book.ask(f"SELECT * FROM {table}").to_dicts() for table in TABLES}


def read_rows(path: str | None) -> list[dict[str, str]]:
    """Return the rows of a file of results: of a CSV, or of the one sheet of a workbook that has results, less its blank rows."""
    if path is None:
        return []
    if path.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(Path(path).read_bytes().decode(), newline="")))
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book.worksheets if "message" in (cell.value for cell in sheet[1]))
    header, *rows = [[shown(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(header, row, strict=True)) for row in rows if any(cell.strip() for cell in row)]


def shown(value: object) -> str:
    """Return a workbook's cell as text; its format writes a carriage return as _x000D_, and may write any letter so."""
    if isinstance(value, float):
        return f"{value:.0f}"
    return "" if value is None else re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), str(value))


def results_of(report: ApplyReport) -> list[dict[str, str]]:
    return [row for file in report.files for row in read_rows(file.results)]


def places(case: Case) -> list[Place]:
    """Return file number and row number of every row that counts: blank records count as rows of the sheet (7.4)."""
    numbered = [(file_no, number, cells) for file_no, file in enumerate(case.files, start=1) for number, cells in enumerate(file, start=2)]
    return [(file_no, number) for file_no, number, cells in numbered if any(text.strip() for text in cells.values())]


def check_counts(report: ApplyReport, expected: Result) -> None:
    found = (dict(report.rows), dict(report.bookings), report.customers_changed)
    assert found == (expected.row_counts, expected.booking_counts, expected.customers_changed)


def check_rows(book: Tables, case: Case, expected: Result, batch: int) -> None:
    rows = sorted((row for row in book["batch_rows"] if row["batch_id"] == batch), key=lambda row: (row["file_no"], row["source_row"]))
    found = [(row["file_no"], row["source_row"], row["outcome"], row["code"], row["customer_id"]) for row in rows]
    verdicts = [(*place, verdict.outcome, verdict.code, verdict.matched_customer_id) for place, verdict in zip(places(case), expected.verdicts, strict=True)]
    for one, other, cells in zip(found, verdicts, case.rows, strict=True):
        assert one == other, cells
    people = case.world.customers
    for row, cells in zip(rows, case.rows, strict=True):
        archived = row["customer_id"] is not None and people[row["customer_id"]].status == "archived"
        assert archived == ("archived" in row["message"]), cells
        if "unknown-customer" in (row["code"] or "") and not cells.get("phone"):
            assert is_near(case, cells) == ("one edit away" in row["message"]), cells


def is_near(case: Case, cells: Cells) -> bool:
    """Tell whether a living customer has an id or e-mail one edit away (2.3)."""
    living = [customer for customer in case.world.customers.values() if customer.status != "deleted"]
    pairs = [(id_form(cells.get("customer_id", "")), customer.customer_id) for customer in living]
    pairs += [(email_form(cells.get("email", "")), email_form(customer.email)) for customer in living if customer.email]
    return any(one and (other in edits(one) or one in edits(other) or edits(one, "*") & edits(other, "*")) for one, other in pairs)


def edits(text: str, put: str = "") -> set[str]:
    """Return `text` with each letter in turn left out, or replaced by `put`."""
    return {text[:place] + put + text[place + 1 :] for place in range(len(text))}


def check_results(report: ApplyReport, case: Case, expected: Result) -> None:
    """Compare the result files with the verdicts, and the upload's own cells with what was uploaded."""
    rows = results_of(report)
    for row, verdict, cells in zip(rows, expected.verdicts, case.rows, strict=True):
        found = (row["outcome"], row["code"], bare(row["matched_customer_id"], case), row["bookings_updated"])
        assert found == (verdict.outcome, verdict.code or "", verdict.matched_customer_id or "", str(verdict.bookings_updated))
        assert {name: one_line(bare(row[name], case)) for name in case.columns} == {name: one_line(cells[name]) for name in case.columns}
    came_back = [{name: one_line(row[name]) for name in (*case.columns, "message")} for row in rows if row["outcome"] == "rejected"]
    assert [{name: one_line(cell) for name, cell in row.items()} for file in report.files for row in read_rows(file.rejected)] == came_back


def bare(text: str, case: Case) -> str:
    """Take off the apostrophe that stands before what looks like a formula in a CSV (7.7)."""
    return text[1:] if not case.workbook and text[:1] == "'" and text[1:2] in set("=+-@\t\r'") else text


def one_line(text: str) -> str:
    """Return a text as it may come back: blank cells as nothing, line breaks in any form."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_book(book: Tables, expected: World, batch: int) -> None:
    flags = {(row.pop("customer_id"), row.pop("flag_type")): row for row in map(dict, book["flags"])}
    versions = {item: row.pop("version") for item, row in flags.items()}
    assert flags == {item: {name: value for name, value in vars(flag).items() if name != "version"} for item, flag in expected.flags.items()}
    events = [event for event in book["history"] if event["entity"] == "flags" and event["batch_id"] == batch]
    changed = {(event["customer_id"], event["item"]): event["event_id"] for event in sorted(events, key=lambda event: int(event["event_id"]))}
    assert versions == {item: flag.version if flag.version is not None else changed[item] for item, flag in expected.flags.items()}
    assert {row["customer_id"]: row["alert_message"] for row in book["customers"]} == {key: one.alert for key, one in expected.customers.items()}
    assert {row["booking_id"]: row["alert_message"] for row in book["bookings"]} == {key: one.alert for key, one in expected.bookings.items()}


def check_history(book: Tables, case: Case, expected: Result, batch: int) -> None:
    """Compare the events of flags in their order (those of one removal of ALL in any), and those of alerts."""
    assert [event["event_id"] for event in book["history"]] == list(range(1, len(book["history"]) + 1))
    mine = [event for event in book["history"] if event["batch_id"] == batch]
    assert {event["changed_at"] for event in mine} <= {case.batch.as_of}
    found = [written_event(event) for event in mine if event["entity"] == "flags"]
    wanted = [(*places(case)[event.row], *event.item, event.action, event.reason, event.by, side(event.before), side(event.after)) for event in expected.events]
    assert [row[:2] for row in found] == [row[:2] for row in wanted]
    assert sorted(found, key=repr) == sorted(wanted, key=repr)
    check_alert_history([event for event in mine if event["entity"] != "flags"], case, expected)


def written_event(event: dict[str, Any]) -> tuple[Any, ...]:
    values = [json.loads(event[name]) if event[name] else None for name in ("before", "after")]
    sides = [tuple(value[name] for name in SIDES) if value else None for value in values]
    return (*(event[name] for name in ("file_no", "source_row", "customer_id", "item", "action", "reason", "changed_by")), *sides)


def side(flag: Flag | None) -> tuple[str | None, ...] | None:
    return (flag.comment, flag.expires_on.isoformat() if flag.expires_on else None, flag.flagged_by, flag.updated_by) if flag else None


def check_alert_history(events: Sequence[dict[str, Any]], case: Case, expected: Result) -> None:
    """Every changed alert has one event, which names the last applied row of its customer."""
    names = ("entity", "customer_id", "item", "action", "file_no", "source_row")
    found = [(*(event[name] for name in names), *(json.loads(event[name])["alert_message"] for name in ("before", "after"))) for event in events]
    last = {verdict.matched_customer_id: place for verdict, place in zip(expected.verdicts, places(case), strict=True) if verdict.outcome == "applied"}
    alerts = [("customers", key, "alert_message", "alert", *last[key], *pair) for key, pair in expected.alerts.items()]
    for one in expected.told:
        if one.effect != "kept":
            alerts.append(("bookings", case.world.bookings[one.booking_id].customer_id, one.booking_id, "alert", *places(case)[one.row], one.before, one.after))
    assert sorted(found, key=repr) == sorted(alerts, key=repr)


# --- the tests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A case on disk."""

    case: Case
    where: Where
    paths: tuple[Path, ...]

    def run(self, *, dry_run: bool = False, again: bool = False) -> ApplyReport:
        batch = self.case.batch
        return apply(self.where, Instructing(UploadRequest(self.paths, batch.by), batch.as_of, batch.reason, dry_run=dry_run, again=again))


def put_site(case: Case, empty_book: Path, folder: Path) -> Site:
    store = folder / "book.duckdb"
    shutil.copy(empty_book, store)
    write_book(store, case)
    return Site(case, Where(store, settings_of(case.house), folder / "out"), write_upload(folder, case))


@pytest.mark.parametrize("seed", range(CASES))
def test_an_upload_does_what_the_rules_say(seed: int, empty_book: Path, tmp_path: Path) -> None:
    site = put_site(Maker(seed).make_case(), empty_book, tmp_path)
    case, untouched = site.case, read_book(site.where.store)
    expected = interpret(case.world, case.rows, case.house, case.batch)

    preview = site.run(dry_run=True)
    check_counts(preview, expected)
    assert (preview.batch, preview.status, read_book(site.where.store)) == (None, "dry-run", untouched)
    in_preview = results_of(preview)

    report = site.run()
    check_counts(report, expected)
    assert (report.batch, report.status) == (2, "applied" if expected.row_counts["applied"] else "nothing-applied")
    check_written(site, expected, 2)
    assert results_of(report) == in_preview
    check_results(report, case, expected)
    if expected.row_counts["applied"]:
        check_answer(site, expected)
    if seed % 3 == 0:
        check_asked_again(site, expected)


def check_written(site: Site, expected: Result, batch: int) -> None:
    book = read_book(site.where.store)
    check_rows(book, site.case, expected, batch)
    check_book(book, expected.world, batch)
    check_history(book, site.case, expected, batch)


def check_answer(site: Site, first: Result) -> None:
    """The same upload a second time does nothing, and gives the same results (6.3)."""
    before = read_book(site.where.store)
    answer = site.run()
    assert (answer.batch, answer.status, answer.exit_code) == (2, "already-applied", 0)
    check_counts(answer, first)
    check_results(answer, site.case, first)
    if site.case.house.region is None:  # some will do
        check_counts(site.run(dry_run=True), first)
    assert read_book(site.where.store) == before


def left_by(site: Site, result: Result) -> World:
    """Return the world that a run left, with the versions that the book gave."""
    versions = {(row["customer_id"], row["flag_type"]): row["version"] for row in read_book(site.where.store)["flags"]}
    return replace(result.world, flags={item: replace(flag, version=versions[item]) for item, flag in result.world.flags.items()})


def check_asked_again(site: Site, first: Result) -> None:
    """Asked for, the same upload acts on what the first run left."""
    world = left_by(site, first)
    later = replace(site, case=replace(site.case, world=world))
    expected = interpret(world, later.case.rows, later.case.house, later.case.batch)
    report = later.run(again=True)
    check_counts(report, expected)
    check_written(later, expected, 3)
    check_results(report, later.case, expected)


@pytest.mark.parametrize("seed", range(CASES // 5))
def test_an_upload_may_come_again_once_its_flags_were_changed(seed: int, empty_book: Path, tmp_path: Path) -> None:
    """What was applied before is done anew only where a later batch changed one of its flags (6.3)."""
    maker = Maker(seed + 10_000)
    made = replace(maker.make_case(), workbook=False)
    few, other = (replace(made, files=(tuple({name: row[name] for name in made.columns} for row in (maker.make_row() for _ in range(20))),)) for _ in "ab")
    site = put_site(few, empty_book, tmp_path)
    first = interpret(few.world, few.rows, few.house, few.batch)
    site.run()
    world = left_by(site, first)
    (tmp_path / "between").mkdir()
    between = replace(site, case=replace(other, world=world), paths=write_upload(tmp_path / "between", other))
    second = interpret(world, other.rows, other.house, other.batch)
    check_counts(between.run(), second)
    changed = {event.item for event in first.events} & {event.item for event in second.events}
    world = left_by(site, second)
    report = site.run()
    if first.row_counts["applied"] and not changed:
        assert report.status == "already-applied"
        check_counts(report, first)
    else:
        check_counts(report, interpret(world, few.rows, few.house, few.batch))


def test_the_cases_reach_every_outcome_and_code() -> None:
    """What the generator never makes is not tested: it must make all that an upload of text cells can show."""
    cases = [Maker(seed).make_case() for seed in range(60)]
    results = [interpret(case.world, case.rows, case.house, case.batch) for case in cases]
    verdicts = [verdict for result in results for verdict in result.verdicts]
    assert {verdict.outcome for verdict in verdicts} == {"applied", "unchanged", "rejected", "ignored"}
    found = {code for verdict in verdicts for code in (verdict.code or "").split(",") if code}
    assert len(found) == 16 + 4
    assert all(sum(result.booking_counts[effect] for result in results) > 5 for effect in ("updated", "cleared", "kept"))
    assert sum(verdict.outcome == "applied" for verdict in verdicts) > len(verdicts) // 6
