"""One function a job: read, decide, write. The page to read first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import polars as pl

from pipeline.answering import report_again, report_load, report_plan, stage_came_back, stage_results
from pipeline.errors import Refused
from pipeline.glance import BatchReport, CustomerReport, Listing
from pipeline.intake.cells import key_forms
from pipeline.intake.exports import Export, open_export
from pipeline.intake.maps import default_map, read_map
from pipeline.intake.uploads import Upload, UploadRequest, read_upload
from pipeline.loading import Loading, load_exports
from pipeline.outputs.staging import Staged, staged
from pipeline.outputs.tables import write_table
from pipeline.outputs.template import Choices, write_template
from pipeline.planning import Context, hold_back, plan_upload
from pipeline.report import ApplyReport, LoadReport, UndoReport
from pipeline.settings import Settings, read_settings
from pipeline.stopwatch import Stopwatch
from pipeline.store import looking
from pipeline.store.book import Book, open_book, open_for_load, write_settings
from pipeline.store.reading import batch_record, batch_rows, find_customers, next_numbers, same_upload
from pipeline.store.undoing import find_undo
from pipeline.store.writing import BatchRecord, finish_batch, write_batch, write_record, write_rows
from pipeline.undoing import plan_undoing
from schemas.columns import BOOKINGS, CUSTOMERS

__all__ = [
    "Instructing",
    "Loads",
    "Undoing",
    "UploadRequest",
    "Where",
    "apply",
    "batch",
    "batches",
    "export",
    "history",
    "init",
    "load",
    "show",
    "template",
    "undo",
]


@dataclass(frozen=True)
class Where:
    """Where the book is, what the settings say, and where result files and timings go (None: beside the input; nowhere)."""

    store: Path
    settings: Settings
    out: Path | None = None
    timings: Path | None = None


@dataclass(frozen=True)
class Instructing:
    """One call of `apply`: what to read, why, when, and how."""

    request: UploadRequest
    as_of: datetime
    reason: str | None = None
    dry_run: bool = False
    again: bool = False
    all_or_nothing: bool = False


def apply(where: Where, call: Instructing) -> ApplyReport:
    """Apply an upload of instructions to the book, or say what it would do."""
    started = datetime.now(UTC)
    watch = Stopwatch()
    upload = read_upload(call.request, where.settings)
    watch.lap("read")
    with open_book(where.store, writing=not call.dry_run) as book, staged(call.request.paths) as files:
        before = None if call.again else same_upload(book, [file.rows_digest for file in upload.files])
        if before is not None:
            return _answer_again(book, before, upload, files, (where, call))
        watch.lap("open the book")
        plan = plan_upload(upload, Context(book, where.settings, call.as_of, call.reason))
        plan = hold_back(plan) if call.all_or_nothing else plan
        watch.lap("match and decide")
        numbers = next_numbers(book)
        report = report_plan(plan, upload, None if call.dry_run else numbers[0])
        report = stage_results(files, upload, plan.rows, report, where.out)
        watch.lap("results")
        if not call.dry_run:
            record = BatchRecord("apply", call.request.by, call.reason, call.as_of, started, report.status, plan.counts(), _upload_files(upload))
            with book.transaction():
                write_settings(book, where.settings)
                write_batch(book, numbers, record, plan.changes)
                finish_batch(book, numbers[0])
        files.publish()
    watch.lap("write the book")
    watch.write(where.timings)
    return report


def _answer_again(book: Book, batch_id: int, upload: Upload, files: Staged, said: tuple[Where, Instructing]) -> ApplyReport:
    """Answer an upload that was applied before with that batch's counts and result files (rule 6.3)."""
    where, call = said
    record, rows = batch_record(book, batch_id), batch_rows(book, batch_id)
    report = stage_results(files, upload, rows, report_again(record, rows, upload, dry_run=call.dry_run), where.out)
    files.publish()
    return report


def _upload_files(upload: Upload) -> pl.DataFrame:
    return _files([(file.source.name, file.source.sha256, file.rows_digest) for file in upload.files])


def _files(rows: Sequence[tuple[str, str, str | None]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"name": pl.String, "sha256": pl.String, "rows_digest": pl.String}, orient="row")
    return frame.with_row_index("file_no", offset=1).with_columns(pl.col("file_no").cast(pl.Int64))


@dataclass(frozen=True)
class Loads:
    """One call of `load`: which exports, through which column map, by whom and when."""

    customers: tuple[Path, ...]
    bookings: tuple[Path, ...]
    by: str
    as_of: datetime
    map: Path | None = None
    dry_run: bool = False


def load(where: Where, call: Loads) -> LoadReport:
    """Bring exports into the book, making the book where there is none, or say what it would do."""
    started = datetime.now(UTC)
    column_map = read_map(call.map, where.settings) if call.map else default_map(where.settings)
    layouts = [*((CUSTOMERS, path) for path in call.customers), *((BOOKINGS, path) for path in call.bookings)]
    exports = [(number, open_export(path, layout, column_map, where.settings)) for number, (layout, path) in enumerate(layouts, start=1)]
    with staged([*call.customers, *call.bookings]) as files:
        with open_for_load(where.store, dry_run=call.dry_run) as book, book.transaction(keep=not call.dry_run):
            batch_id, _ = next_numbers(book)
            loaded = load_exports(Loading(book, where.settings, call.as_of, batch_id), *_by_layout(exports))
            written = [] if call.dry_run else stage_came_back(files, exports, loaded, where.out)
            report = report_load(loaded, None if call.dry_run else batch_id, where.settings.remarks, written)
            counts = {"rows_read" if word == "read" else word: count for word, count in report.rows.items()} | {"bookings_updated": loaded.marked}
            record = BatchRecord("load", call.by, None, call.as_of, started, report.status, counts, _files([(e.path.name, e.sha256, None) for _, e in exports]))
            write_settings(book, where.settings)
            write_record(book, batch_id, record)
            write_rows(book, batch_id, loaded.rejected_rows())
            finish_batch(book, batch_id)
        files.publish()
    return report


@dataclass(frozen=True)
class Undoing:
    """One call of `undo`: which batch, by whom, when and why."""

    batch_id: int
    by: str
    as_of: datetime
    reason: str | None = None
    dry_run: bool = False


def undo(where: Where, call: Undoing) -> UndoReport:
    """Put back what a batch of instructions, or the undo of one, changed; or say what that would do."""
    started = datetime.now(UTC)
    with open_book(where.store, writing=not call.dry_run) as book:
        _require_undoable(book, call.batch_id)
        if (before := find_undo(book, call.batch_id)) is not None:
            return UndoReport(before, call.batch_id, "already-undone", {}, {}, ())
        plan = plan_undoing(call.batch_id, call.by, Context(book, where.settings, call.as_of, call.reason))
        numbers = next_numbers(book)
        status = "applied" if plan.row_counts["applied"] else "nothing-applied"
        if not call.dry_run:
            record = BatchRecord("undo", call.by, call.reason, call.as_of, started, status, plan.counts(), _files([]), call.batch_id)
            with book.transaction():
                write_settings(book, where.settings)
                write_batch(book, numbers, record, plan.changes)
                finish_batch(book, numbers[0])
    shown = (None, "dry-run") if call.dry_run else (numbers[0], status)
    return UndoReport(shown[0], call.batch_id, shown[1], plan.row_counts, plan.booking_counts, tuple(plan.conflicts()))


def _require_undoable(book: Book, batch_id: int) -> None:
    found = looking.find_batch(book, batch_id)
    if found is None:
        raise Refused(f"There is no batch {batch_id}.", "List them with: flagbook batches")
    if found["batch"]["kind"] not in ("apply", "undo"):
        raise Refused(
            f"Batch {batch_id} is a {found['batch']['kind']}, and only uploads (and undos of them) can be undone so far.", "Load a corrected export instead."
        )


def _by_layout(exports: Sequence[tuple[int, Export]]) -> tuple[list[tuple[int, Export]], list[tuple[int, Export]]]:
    customers = [(number, export) for number, export in exports if export.wanted.layout is CUSTOMERS]
    return customers, [(number, export) for number, export in exports if export.wanted.layout is BOOKINGS]


def init(folder: Path, store: Path, timezone: str) -> list[Path]:
    """Make a folder to work in: settings, inbox, outbox and an empty store; return what was made. Nothing is overwritten."""
    settings = folder / "flagbook.toml"
    for path in (settings, store):
        if path.exists():
            raise Refused(f"{path}: this is there already, and init never overwrites.", "Name another folder.")
    text = resources.files("pipeline.outputs").joinpath("flagbook.toml").read_text(encoding="utf-8")
    try:
        for made in (folder / "inbox", folder / "outbox"):
            made.mkdir(parents=True, exist_ok=True)
        settings.write_text(text.replace('timezone = "UTC"', f'timezone = "{timezone}"'), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder}: the folder can't be made ({error.strerror or type(error).__name__}).", "Name another folder.") from None
    with open_book(store, writing=True, creating=True) as book, book.transaction():
        write_settings(book, read_settings(settings))
    return [settings, folder / "inbox", folder / "outbox", store]


def batches(where: Where) -> Listing:
    """List the batches, newest first."""
    with open_book(where.store, writing=False) as book:
        rows = looking.list_batches(book)
    columns = ("batch_id", "kind", "status", "as_of", "submitted_by", "rows_read", "applied", "unchanged", "rejected", "ignored", "reason")
    return Listing("batches", f"{len(rows)} batches", rows, columns, where.settings.zone, {})


def batch(where: Where, batch_id: int) -> BatchReport:
    """Show one batch with its files, counts and findings."""
    with open_book(where.store, writing=False) as book:
        found = looking.find_batch(book, batch_id)
    if found is None:
        raise Refused(f"There is no batch {batch_id}.", "List them with: flagbook batches")
    return BatchReport(found, where.settings.zone)


def show(where: Where, key: str, as_of: datetime) -> CustomerReport:
    """Show a customer, named by id, e-mail or phone, at a glance."""
    with open_book(where.store, writing=False) as book:
        one = _find_one(book, key, where.settings)
        found = (
            looking.customer_record(book, one),
            looking.customer_flags(book, one),
            looking.coming_bookings(book, one, as_of, 10),
            looking.flag_events(book, one),
        )
    return CustomerReport(*found, where.settings.zone)


def history(where: Where, key: str) -> Listing:
    """List every flag event of a customer, named by id, e-mail or phone."""
    with open_book(where.store, writing=False) as book:
        one = _find_one(book, key, where.settings)
        rows = looking.flag_events(book, one)
    columns = ("changed_at", "action", "flag_type", "comment_before", "comment_after", "expires_on_after", "reason", "changed_by", "batch_id")
    return Listing("events", f"{one}: {len(rows)} flag events", rows, columns, where.settings.zone, {"customer_id": one})


def _find_one(book: Book, key: str, settings: Settings) -> str:
    """Return the id of the customer whom an id, an e-mail or a phone number names; raise `Refused` unless it is exactly one."""
    keys = key_forms(key, settings.business.phone_region)
    if keys["id_key"][0] is None:
        raise Refused("The customer's name is blank.", "Give an id, an e-mail or a phone number.")
    found = find_customers(book, keys).filter(pl.col("status") != "deleted")
    exact = found.filter(pl.col("customer_id") == keys["id_key"][0])
    ids: list[str] = sorted((exact if len(exact) else found)["customer_id"])
    if not ids:
        raise Refused("No customer has this id, e-mail or phone number.", "Check it against the customer export.")
    if len(ids) > 1:
        raise Refused(f"{len(ids)} customers have it: {', '.join(ids[:20])}.", "Name one of them by id.")
    return ids[0]


def template(where: Where, target: Path, *, with_current: bool) -> int:
    """Write a workbook to fill in; with the current flags as rows ready to edit if asked for. Return how many flags it shows.

    A flag whose type has left the settings can't be edited by name: its row says ignore.
    """
    with open_book(where.store, writing=False) as book:
        flags = looking.current_flags(book) if with_current else []
    known = where.settings.type_names()
    rows = [{**flag, "action": "edit" if flag["flag_type"] in known else "ignore"} for flag in flags]
    choices = Choices(known, [person.name for person in where.settings.staff if person.may_flag])
    with staged() as files:
        files.write(target, lambda path: write_template(path, rows, choices))
        files.publish()
    return len(rows)


def export(where: Where, tables: Sequence[str], formats: Sequence[str]) -> Listing:
    """Write tables of the book as files into `where.out`; none named: all tables."""
    unknown = [name for name in tables if name not in (*looking.TABLES, *looking.VIEWS)]
    if unknown:
        raise Refused(f"The book has no table called {unknown[0]}.", f"It has: {', '.join((*looking.TABLES, *looking.VIEWS))}.")
    assert where.out is not None, "the command asks for a folder"
    made = []
    with open_book(where.store, writing=False) as book, staged() as files:
        for name in tables or looking.TABLES:
            frame = looking.whole_table(book, name)
            for form in formats:
                target = where.out / f"{name}.{form}"
                write_table(files, target, name, frame, where.settings.business.timezone)
                made.append({"table": name, "file": str(target), "rows": len(frame)})
        files.publish()
    return Listing("files", f"{len(made)} files written", made, ("table", "rows", "file"), where.settings.zone, {})
