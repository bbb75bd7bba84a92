"""The builder of spec tests: tables drawn as text become a book and an upload; what comes of them is compared with tables drawn as text.

Every step is recorded as well: without a folder a builder only records, and the rule book is written from what it recorded.
"""

import csv
import gzip
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypedDict, Unpack

import polars as pl
import polars.selectors as cs
import pytest

from pipeline import run
from pipeline.errors import Refused
from pipeline.intake.cells import email_keys
from pipeline.intake.uploads import UploadRequest
from pipeline.nightly.watching import Nightly, nightly
from pipeline.report import ApplyReport, LoadReport
from pipeline.run import Instructing, Where
from pipeline.settings import Settings, read_settings
from pipeline.store.book import Book, open_book, write_settings
from tests.spec.tables import ARROW, Drawn, draw, lines_of, read_sheets, read_table, show_cell, to_csv
from tests.spec.workbooks import read_result_sheets, write_workbook

SETTINGS = '[business]\ntimezone = "UTC"\n'
CUSTOMERS = "customer_id\nC1\nC2\nC3"
AS_OF, BY = "2026-03-02T09:00Z", "Front desk"
LOADED = "2026-01-10 12:00"
# What stood in the book before the first call is batch 1.
QUERIES = {
    "flags": "SELECT * FROM flags ORDER BY customer_id, flag_type",
    "tags": "SELECT * FROM tags ORDER BY customer_id, tag",
    "customers": "SELECT * FROM customers ORDER BY customer_id",
    "bookings": "SELECT * FROM bookings ORDER BY booking_id",
    "history": "SELECT * FROM history WHERE batch_id > 1 ORDER BY event_id",
    "flag_history": "SELECT * FROM flag_history WHERE batch_id > 1 ORDER BY event_id",
    "batches": "SELECT * FROM batches WHERE batch_id > 1 ORDER BY batch_id",
    "batch_files": "SELECT * FROM batch_files ORDER BY batch_id, file_no",
    "batch_rows": "SELECT * FROM batch_rows ORDER BY batch_id, file_no, rowid",
    "held_bookings": "SELECT * FROM held_bookings ORDER BY booking_id",
    "breaches": "SELECT * FROM breaches ORDER BY booking_id",
}


LETTERS = re.compile(r"\((\d+) letters\)")


class How(TypedDict, total=False):
    """How a file is written (name, separator of none other, encoding, packing) and how it is applied."""

    by: str
    reason: str
    as_of: str
    again: bool
    dry_run: bool
    all_or_nothing: bool
    allow_mass_change: bool
    create_customers: bool
    accept_shrink: bool
    approved_by: str
    encoding: str
    name: str
    written_as: str
    packed: str


@dataclass(frozen=True)
class Step:
    """One thing that a test draws, for the rule book."""

    title: str
    text: str


def write_book(path: Path, settings: Settings, tables: Mapping[str, Drawn]) -> None:
    """Make a book with the customers, flags, tags and bookings drawn, all brought by batch 1 (a load)."""
    flags = _flag_rows(tables.get("flags", Drawn((), ())))
    customers = _customer_rows(tables["customers"], flags, settings)
    bookings = [{"status": "booked", **_filled(row), "first_batch": 1, "last_batch": 1} for row in tables.get("bookings", Drawn((), ())).dicts()]
    path.write_bytes(_empty_book())
    with open_book(path, writing=True) as book, book.transaction():
        write_settings(book, settings)
        book.run("INSERT INTO batches (batch_id, kind, submitted_by, as_of, started_at, status) VALUES (1, 'load', 'nightly', ?, ?, 'applied')", LOADED, LOADED)
        _insert(book, "customers", customers)
        _insert(book, "flags", flags)
        _insert(book, "tags", _tag_rows(tables.get("tags", Drawn((), ()))))
        _insert(book, "bookings", bookings)
        _insert(book, "history", [_event(row) for row in flags])


@cache
def _empty_book() -> bytes:
    """Return the file of a book without rows; making its tables takes longer than filling them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.duckdb")
        with open_book(path, writing=True, creating=True):
            pass
        return path.read_bytes()


def _insert(book: Book, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        frame = pl.DataFrame(rows, infer_schema_length=None).cast({cs.by_dtype(pl.Null): pl.String})
        book.run(f"INSERT INTO {table} BY NAME SELECT * FROM drawn", drawn=frame)


def _filled(row: Mapping[str, str]) -> dict[str, str | None]:
    return {name: cell or None for name, cell in row.items()}


def _flag_rows(table: Drawn) -> list[dict[str, object]]:
    usual = {"flagged_by": BY, "flagged_at": LOADED}
    return [{**usual, "version": number, **_filled(row)} for number, row in enumerate(table.dicts(), start=1)]


def _tag_rows(table: Drawn) -> list[dict[str, object]]:
    return [{"tagged_by": BY, "tagged_at": LOADED, "version": number, **_filled(row)} for number, row in enumerate(table.dicts(), start=1)]


def _event(flag: Mapping[str, object]) -> dict[str, object]:
    changed = {"changed_by": flag.get("updated_by") or flag["flagged_by"], "changed_at": flag.get("updated_at") or flag["flagged_at"]}
    kept = {"event_id": flag["version"], "batch_id": 1, "entity": "flags", "customer_id": flag["customer_id"], "item": flag["flag_type"]}
    return {**kept, "action": "edited" if flag.get("updated_by") else "flagged", **changed}


def _customer_rows(table: Drawn, flags: Sequence[Mapping[str, object]], settings: Settings) -> list[dict[str, object]]:
    rows = [{"email": None, "phone": None, **_filled(row)} for row in table.dicts()]
    emails = email_keys(pl.Series([row["email"] for row in rows], dtype=pl.String))
    usual = [{"status": "active", "alert_message": _alert(str(row["customer_id"]), flags, settings), "first_batch": 1, "last_batch": 1} for row in rows]
    keys = [{"email_key": email} for email in emails]
    return [{**default, **row, **key} for default, row, key in zip(usual, rows, keys, strict=True)]


def _alert(customer_id: str, flags: Sequence[Mapping[str, object]], settings: Settings) -> str | None:
    mine = {str(flag["flag_type"]): str(flag["comment"]) for flag in flags if flag["customer_id"] == customer_id}
    listed = [kind.name for kind in settings.flags.types if kind.alerts]
    retired = sorted(mine.keys() - {kind.name for kind in settings.flags.types})
    return " | ".join(mine[name] for name in (*listed, *retired) if name in mine) or None


class Spec:
    """One spec test in the making; see the module."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self._settings = SETTINGS
        self._given = {"customers": read_table(CUSTOMERS)}
        self._report: ApplyReport | None = None
        self._loaded: LoadReport | None = None
        self._after: dict[str, pl.DataFrame] = {}

    # --- before -------------------------------------------------------------------------------------------------------

    def settings(self, text: str) -> None:
        """Draw the settings file; without it, only the time zone is set, to UTC."""
        self._settings = "\n".join(lines_of(text))
        self._draw("Settings", text)

    def customers(self, text: str) -> None:
        """Draw the customers of the book; without them there are C1, C2 and C3. Their alerts follow their flags, unless drawn."""
        self._given["customers"] = self._draw_table("Customers before", text)

    def flags(self, text: str) -> None:
        """Draw the active flags of the book; the version of each is its place, unless drawn."""
        self._given["flags"] = self._draw_table("Flags before", text)

    def tags(self, text: str) -> None:
        """Draw the tags of the book; the version of each is its place, unless drawn."""
        self._given["tags"] = self._draw_table("Tags before", text)

    def bookings(self, text: str) -> None:
        """Draw the bookings of the book: booked, unless drawn."""
        self._given["bookings"] = self._draw_table("Bookings before", text)

    # --- the one call -------------------------------------------------------------------------------------------------

    def apply(self, *tables: str, **how: Unpack[How]) -> None:
        """Apply a CSV of what stands left of the arrow; compare what became of each row with what stands right of it. Several: files in order."""
        halves = [
            self._draw_table(_titled("Upload" if number < 2 else f"Upload, file {number}", how), text).halves() for number, text in enumerate(tables, start=1)
        ]
        if self.folder is None:
            return
        paths = [self._write(to_csv(upload), f"upload{number}.csv", how) for number, (upload, _) in enumerate(halves, start=1)]
        self._apply(paths, how)
        for number, (_, expected) in enumerate(halves, start=1):
            self._compare_rows(expected, number)

    def apply_workbook(self, text: str, **how: Unpack[How]) -> None:
        """Apply a workbook: each sheet drawn under its name in brackets, `[Name] hidden` if it is; those without an arrow are not read."""
        self._draw(_titled("Upload, a workbook", how), text)
        if self.folder is None:
            return
        drawn = read_sheets(text)
        halves = {name: table.halves() if ARROW in table.header else (table, None) for name, table in drawn.items()}
        path = self._folder / how.get("name", "upload.xlsx")
        write_workbook(path, {name: upload for name, (upload, _) in halves.items()})
        self._apply([path], how)
        expected = [right for _, right in halves.values() if right is not None]
        self._compare_rows(Drawn(expected[0].header, tuple(row for right in expected for row in right.rows)), 1)

    def upload(self, *texts: str, **how: Unpack[How]) -> None:
        """Apply files of exactly these texts (less the indentation); `rows` compares what became of the first."""
        for number, text in enumerate(texts, start=1):
            self._draw(_titled("Upload as it is" if number < 2 else f"Upload as it is, file {number}", how), text)
        if self.folder is not None:
            self._apply(
                [self._write(_with_letters("\n".join(lines_of(text)) + "\n"), f"upload{number}.csv", how) for number, text in enumerate(texts, start=1)], how
            )

    def apply_rejected(self, text: str) -> None:
        """Apply the file of rejected rows that came back for the first input, as it is; compare what becomes of its rows."""
        expected = self._draw_table("The rejected rows, uploaded again as they came back", text)
        if self.folder is not None:
            self._apply([Path(str(self._said.files[0].rejected))], {})
            self._compare_rows(expected, 1)

    def refuses(self, text: str, *words: str, **how: Unpack[How]) -> None:
        """Hand in a file of exactly this text, and be refused with these words."""
        self._draw(_titled("Upload as it is", how), text)
        self._refused("\n".join(lines_of(text)) + "\n", words, how)

    def refuses_upload(self, table: str, *words: str, **how: Unpack[How]) -> None:
        """Hand in a CSV of what is drawn, and be refused with these words."""
        self._refused(to_csv(self._draw_table(_titled("Upload", how), table)), words, how)

    def _refused(self, text: str, words: Sequence[str], how: How) -> None:
        self._draw("Refused, saying", "\n".join(words))
        if self.folder is None:
            return
        path = self._write(text, "upload1.csv", how)
        with pytest.raises(Refused) as refused:
            self._apply([path], how)
        assert [word for word in words if word not in str(refused.value)] == [], str(refused.value)

    def breaks_off(self, table: str) -> None:
        """Apply an upload, and break off as the very last statement of its transaction is due."""
        upload, _ = self._draw_table("Upload, and a crash just before the end", table).halves()
        if self.folder is None:
            return
        path = self._write(to_csv(upload), "upload1.csv", {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run, "finish_batch", _crash)
            with pytest.raises(KeyboardInterrupt):
                self._apply([path], {})

    def load(self, customers: str = "", bookings: str = "", **how: Unpack[How]) -> None:
        """Load exports: CSVs of what is drawn."""
        texts = {name: text for name, text in {"customers": customers, "bookings": bookings}.items() if text}
        drawn = {name: self._draw_table(_titled(f"Export of {name}", how), text) for name, text in texts.items()}
        if self.folder is None:
            return
        settings = self._make_book()
        paths = {name: (self._write(to_csv(table), f"{name}.csv", {}),) for name, table in drawn.items()}
        moment = datetime.fromisoformat(how.get("as_of", AS_OF))
        call = run.Loads(paths.get("customers", ()), paths.get("bookings", ()), how.get("by", BY), moment, dry_run=how.get("dry_run", False))
        call = replace(call, create_customers=how.get("create_customers", False), accept_shrink=how.get("accept_shrink", False))
        self._after = {}
        self._loaded = run.load(Where(self._store, settings), call)

    def loads(self, text: str) -> None:
        """Compare what the last load reports of a table: table, read, new, changed, unchanged, rejected; updated, cleared and kept of bookings."""
        expected = self._draw_table("The load reports", text)
        if self.folder is None:
            return
        assert self._loaded is not None, "nothing has been loaded yet"
        told = {name: {"table": name, **counts, **self._loaded.bookings} for name, counts in self._loaded.tables.items()}
        _compare(expected, [tuple(show_cell(told[row["table"]][name]) for name in expected.header) for row in expected.dicts()])

    def undo(self, batch: int, conflicts: str = "entity  customer_id  item", **how: Unpack[How]) -> None:
        """Undo a batch; compare the items that are left alone, since they changed."""
        expected = self._draw_table(_titled(f"Undo of batch {batch}; what is left alone", how), conflicts)
        if self.folder is None:
            return
        moment = datetime.fromisoformat(how.get("as_of", AS_OF))
        call = run.Undoing(batch, how.get("by", BY), moment, how.get("reason"), how.get("approved_by"), dry_run=how.get("dry_run", False))
        self._after = {}
        report = run.undo(Where(self._store, self._make_book()), call)
        left = sorted(report.conflicts, key=lambda one: (one["entity"], one["customer_id"], one["item"]))
        _compare(expected, [tuple(one[name] for name in expected.header) for one in left])
        assert report.exit_code == (4 if left else 0)

    def night(self, **how: Unpack[How]) -> None:
        """Let a night pass in which nothing lies in the inbox."""
        self._draw(_titled("A night with nothing in the inbox", how), "flagbook nightly")
        if self.folder is None:
            return
        settings = self._make_book()
        self._after = {}
        report = nightly(Where(self._store, settings), Nightly(datetime.fromisoformat(how.get("as_of", AS_OF)), how.get("by")))
        assert report.exit_code == 0

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def rows(self, text: str) -> None:
        """Compare what became of the rows of an upload: row, sheet, outcome, code, message, matched_customer_id, bookings_updated."""
        expected = self._draw_table("Comes back", text)
        if self.folder is not None:
            self._compare_rows(expected, 1)

    def then_flags(self, text: str) -> None:
        """Compare the active flags; columns that are not drawn are not compared."""
        self._then("flags", text)

    def then_tags(self, text: str) -> None:
        """Compare the tags; columns that are not drawn are not compared."""
        self._then("tags", text)

    def then_customers(self, text: str) -> None:
        """Compare the customers; columns that are not drawn are not compared."""
        self._then("customers", text)

    def then_bookings(self, text: str) -> None:
        """Compare the bookings; columns that are not drawn are not compared."""
        self._then("bookings", text)

    def then_history(self, text: str) -> None:
        """Compare the history of later batches than the first; columns that are not drawn are not compared."""
        self._then("history", text)

    def then_flag_history(self, text: str) -> None:
        """Compare the view of flags' history; columns that are not drawn are not compared."""
        self._then("flag_history", text)

    def then_held_bookings(self, text: str) -> None:
        """Compare the view of held bookings; columns that are not drawn are not compared."""
        self._then("held_bookings", text)

    def then_breaches(self, text: str) -> None:
        """Compare the view of breaches; columns that are not drawn are not compared."""
        self._then("breaches", text)

    def then_batches(self, text: str) -> None:
        """Compare the batches after the first; columns that are not drawn are not compared."""
        self._then("batches", text)

    def then_batch_files(self, text: str) -> None:
        """Compare the files of batches; columns that are not drawn are not compared."""
        self._then("batch_files", text)

    def then_batch_rows(self, text: str) -> None:
        """Compare the recorded rows of batches; columns that are not drawn are not compared."""
        self._then("batch_rows", text)

    def reports(self, text: str) -> None:
        """Compare what the run reports: status, batch, exit_code, the counts of rows and of bookings, customers_changed."""
        expected = self._draw_table("Report", text)
        if self.folder is None:
            return
        said = self._said
        told: dict[str, object] = {**said.rows, **said.bookings, "customers_changed": said.customers_changed, "status": said.status, "batch": said.batch}
        told |= {"exit_code": said.exit_code, "applied_before": said.applied_before}
        _compare(expected, [tuple(show_cell(told[name]) for name in expected.header)])

    def remarks(self, *words: str) -> None:
        """Expect each of these words in the report's notes."""
        self._draw("Notes of the report, among others", "\n".join(words))
        if self.folder is not None:
            assert [word for word in words if not any(word in remark for remark in self._said.remarks)] == [], self._said.remarks

    def never_says(self, *words: str) -> None:
        """Expect none of these words in the results of the first input."""
        self._draw("In no message", "\n".join(words))
        if self.folder is not None:
            said = [row["message"] for row in read_results(Path(str(self._said.files[0].results)))]
            assert [word for word in words if any(word in message for message in said)] == []

    def result_file(self, text: str, which: str = "results") -> None:
        """Compare a result file of the first input, letter by letter."""
        self._draw(f"File upload1.{which}.csv", text)
        if self.folder is not None:
            written = (self._folder / f"upload1.{which}.csv").read_text(encoding="utf-8")
            assert written.rstrip("\n").split("\n") == lines_of(text)

    # --- how it is done -----------------------------------------------------------------------------------------------

    @property
    def _folder(self) -> Path:
        assert self.folder is not None
        return self.folder

    @property
    def _store(self) -> Path:
        return self._folder / "book.duckdb"

    @property
    def _said(self) -> ApplyReport:
        assert self._report is not None, "nothing has been applied yet"
        return self._report

    def _draw(self, title: str, text: str) -> None:
        self.steps.append(Step(title, "\n".join(lines_of(text))))

    def _draw_table(self, title: str, text: str) -> Drawn:
        self._draw(title, text)
        return read_table(text)

    def _then(self, name: str, text: str) -> None:
        expected = self._draw_table(f"{name.capitalize().replace('_', ' ')} after", text)
        if self.folder is not None:
            stored = self._stored(name).select(expected.header).rows()
            _compare(expected, [tuple(show_cell(value) for value in row) for row in stored])

    def _write(self, text: str, name: str, how: How) -> Path:
        data = text.encode(how.get("written_as", "utf-8"))
        packed = PACKERS[how["packed"]](data) if "packed" in how else data
        path = self._folder / how.get("name", name)
        path.write_bytes(packed)
        return path

    def _make_book(self) -> Settings:
        file = self._folder / "flagbook.toml"
        file.write_text(self._settings, encoding="utf-8")
        settings = read_settings(file)
        if not self._store.exists():
            write_book(self._store, settings, self._given)
        return settings

    def _apply(self, paths: Sequence[Path], how: How) -> None:
        settings = self._make_book()
        request = UploadRequest(tuple(paths), how.get("by", BY), (), how.get("encoding"))
        moment = datetime.fromisoformat(how.get("as_of", AS_OF))
        asked = {name: bool(how.get(name, False)) for name in ("dry_run", "again", "all_or_nothing", "allow_mass_change")}
        call = Instructing(request, moment, how.get("reason"), how.get("approved_by"), **asked)
        self._after = {}
        self._report = run.apply(Where(self._store, settings), call)

    def _compare_rows(self, expected: Drawn, file_no: int) -> None:
        results = self._said.files[file_no - 1].results
        assert results is not None
        rows = read_results(Path(results))
        if {"row", "sheet"} & set(expected.header):
            rows = self._with_places(rows, file_no)
        found = [tuple(row[name] for name in expected.header) for row in rows]
        _compare(expected, found, contained=frozenset({"message"}))

    def _with_places(self, rows: list[dict[str, str]], file_no: int) -> list[dict[str, str]]:
        """Add row and sheet, as the book recorded them; what it recorded of each row must be what came back."""
        mine = (pl.col("batch_id") == self._said.batch) & (pl.col("file_no") == file_no)
        recorded = self._stored("batch_rows").filter(mine).to_dicts()
        assert [(row["outcome"], row["code"] or "") for row in recorded] == [(row["outcome"], row["code"]) for row in rows]
        return [{**row, "row": str(place["source_row"]), "sheet": place["sheet"]} for row, place in zip(rows, recorded, strict=True)]

    def _stored(self, name: str) -> pl.DataFrame:
        if not self._after:
            with open_book(self._store, writing=False) as book:
                self._after = {table: book.ask(query) for table, query in QUERIES.items()}
        return self._after[name]


def read_results(path: Path) -> list[dict[str, str]]:
    """Return the rows of a result file."""
    if path.suffix == ".xlsx":
        return [row for sheet in read_result_sheets(path) for row in sheet.dicts()]
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=text.partition("outcome")[2][0]))


def _with_letters(text: str) -> str:
    """Write out what is drawn as (1000 letters)."""
    return LETTERS.sub(lambda found: "x" * int(found[1]), text)


def _titled(title: str, how: How) -> str:
    said = [name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {value}" for name, value in how.items()]
    return f"{title} ({', '.join(said)})" if said else title


def _compare(expected: Drawn, found: Sequence[tuple[str, ...]], contained: frozenset[str] = frozenset()) -> None:
    """Compare row by row; of the columns `contained`, what is drawn must stand somewhere in the cell."""
    agree = len(found) == len(expected.rows) and all(
        (want in cell if name in contained else want == cell)
        for row, wanted in zip(found, expected.rows, strict=True)
        for name, cell, want in zip(expected.header, row, wanted, strict=True)
    )
    assert agree, f"expected\n{draw(expected.header, expected.rows)}\n\nfound\n{draw(expected.header, found)}"


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def _stored_zstd(data: bytes) -> bytes:
    """Return a Zstandard frame that holds `data` (less than 256 bytes) as it is."""
    block = (len(data) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(data)]) + block + data


PACKERS = {"gz": gzip.compress, "zst": _stored_zstd}
