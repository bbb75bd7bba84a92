"""One function a job: read, decide, write. The page to read first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.answering import Answer, place_anew, report_again, report_load, report_plan, report_undo, stage_came_back, stage_results
from pipeline.approval import lacks_approval
from pipeline.context import Context, Where
from pipeline.effects import count_lost, tell_effects
from pipeline.errors import Refused, Shrunk
from pipeline.intake.exports import Export, is_mended
from pipeline.intake.uploads import Upload, UploadRequest, read_upload
from pipeline.loading import Loading, find_shrunk, load_exports
from pipeline.outputs.staging import Staged, staged
from pipeline.planning import ApplyPlan, batch_counts, hold_back, plan_upload
from pipeline.report import ApplyReport, LoadReport, UndoReport
from pipeline.stopwatch import Stopwatch
from pipeline.store import looking
from pipeline.store.book import Book, open_book, write_settings
from pipeline.store.connecting import Work
from pipeline.store.dryruns import open_for_load
from pipeline.store.former import count_rewritten
from pipeline.store.incoming import stand_in
from pipeline.store.log import count_erased, next_event
from pipeline.store.place import check_room
from pipeline.store.reading import batch_record, batch_rows, count_items, next_numbers, same_upload
from pipeline.store.rows import Moved, forget_saying, move_rows
from pipeline.store.suppression import write_left_out
from pipeline.store.undoing import find_undo
from pipeline.store.writing import NO_FILES, BatchRecord, Changes, finish_batch, name_sheets, write_batch, write_findings, write_record
from pipeline.streaming import Numbered, Progress, unwatched
from pipeline.suppressing import MESSAGE
from pipeline.undoing import UndoPlan, plan_undoing
from schemas.entities import FLAGS

__all__ = ["Instructing", "Loads", "Undoing", "UploadRequest", "Where", "apply", "load", "undo"]


@dataclass(frozen=True)
class Instructing:
    """One call of `apply`: what to read, why, when, and how."""

    request: UploadRequest
    as_of: datetime
    reason: str | None = None
    approved_by: str | None = None
    dry_run: bool = False
    again: bool = False
    all_or_nothing: bool = False
    allow_mass_change: bool = False


def apply(where: Where, call: Instructing) -> ApplyReport:
    """Apply an upload of instructions to the book, or say what it would do."""
    started = datetime.now(UTC)
    watch = Stopwatch()
    upload = read_upload(call.request, where.settings, call.reason)
    watch.lap("read")
    _check_room(where, call.request.paths, dry_run=call.dry_run)
    with open_book(where.store, writing=not call.dry_run, work=Work.INSTRUCTIONS) as book, staged(call.request.paths) as files:
        before = None if call.again else same_upload(book, [file.rows_digest for file in upload.files])
        if before is not None:
            return _answer_again(book, before, upload, files, (where, call))
        watch.lap("open the book")
        plan = plan_upload(upload, Context(book, where.settings, call.as_of, call.reason))
        plan = hold_back(plan) if call.all_or_nothing else plan
        watch.lap("match and decide")
        numbers = next_numbers(book)
        report = report_plan(plan, upload, None if call.dry_run else numbers[0])
        report = _checked(report, plan, book, (where, call))
        answer = Answer(plan.rows, _facts(where, call), plan.net if call.dry_run else None)
        report = stage_results(files, upload, answer, report, where.out)
        _keep_remarks(files, where, report.remarks)
        watch.lap("results")
        if not call.dry_run:
            record = BatchRecord("apply", call.request.by, call.reason, call.as_of, started, report.status, plan.counts(), _upload_files(upload))
            head = _write(book, where, numbers, (replace(record, approved_by=call.approved_by), plan.changes), files=files)
            report = replace(report, head=head)
        files.publish()
    watch.lap("write the book")
    watch.write(where.timings)
    return report


def _check_room(where: Where, inputs: Sequence[Path] = (), *, dry_run: bool) -> None:
    if not dry_run:
        check_room(where.store, where.settings.store.min_free_bytes, inputs)


def _facts(where: Where, call: Instructing) -> list[tuple[str, str]]:
    """Return what the summary says of the call."""
    return _facts_of(where, {"submitted_by": call.request.by, "approved_by": call.approved_by, "reason": call.reason, "as_of": call.as_of})


def _facts_of(where: Where, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the summary says of a batch."""
    as_of = record["as_of"].astimezone(where.settings.zone).strftime("%Y-%m-%d %H:%M")
    said = {"submitted by": record["submitted_by"], "approved by": record["approved_by"], "reason": record["reason"], "as of": as_of}
    return [(what, text) for what, text in said.items() if text]


def _checked(report: ApplyReport, plan: ApplyPlan, book: Book, said: tuple[Where, Instructing]) -> ApplyReport:
    """Refuse a run that needs to be asked for expressly, or somebody's approval; of a dry run, report it."""
    where, call = said
    mass = count_lost(plan.net, count_items(book, FLAGS), where.settings.batches.mass_change_percent)
    doing = {call.request.by, *plan.rows.filter(pl.col("outcome") == "applied")["changed_by"]}
    lacks = lacks_approval(where.settings, plan.row_counts["applied"], doing, call.approved_by)
    if call.dry_run:
        return replace(
            report, effects=tell_effects(plan.net), mass_change=mass, remarks=(*report.remarks, *([f"The run will be refused: {lacks}"] if lacks else []))
        )
    if mass.is_too_much and not call.allow_mass_change:
        raise Refused(f"{mass.to_text()}; nothing was written.", "Look at a dry run; if it is meant, run it again with --allow-mass-change.")
    if lacks:
        raise Refused(f"{lacks} Nothing was written.", "Run it by hand with --approved-by and the name of whoever looked at the dry run.")
    return report


def _write(
    book: Book, where: Where, numbers: tuple[int, int], batch: tuple[BatchRecord, Changes], undone: UndoPlan | None = None, *, files: Staged | None = None
) -> str:
    """Write a batch and its changes in one transaction, of an undo, what it does to whole rows too; return the batch's head."""
    with book.transaction():
        write_settings(book, where.settings)
        if undone is not None:
            # First, so that rows that go are remembered with all that is taken off them, and rows that come back have it.
            record = batch[0]
            move_rows(book, Moved(numbers[0], record.as_of, record.reason, record.submitted_by), undone.whole)
        write_batch(book, (numbers[0], next_event(book)), replace(batch[0], run=where.run), batch[1])
        if undone is not None:
            forget_saying(book, numbers[0], undone.whole.undoes)
        head = finish_batch(book, numbers[0], where.settings)
        if where.run and files:
            files.publish()
    return head


def _answer_again(book: Book, batch_id: int, upload: Upload, files: Staged, said: tuple[Where, Instructing]) -> ApplyReport:
    """Answer an upload that was applied before with that batch's counts and result files (rule 6.3)."""
    where, call = said
    record, rows = batch_record(book, batch_id), place_anew(batch_rows(book, batch_id), upload)
    answer = Answer(rows, _facts_of(where, record), began=record["started_at"].timestamp())
    report = stage_results(files, upload, answer, report_again(record, rows, upload, dry_run=call.dry_run), where.out)
    _keep_remarks(files, where, report.remarks)
    files.publish()
    return report


def _keep_remarks(files: Staged, where: Where, remarks: Sequence[str]) -> None:
    if where.run and where.out:
        files.keep_remarks(where.out, remarks)


def _upload_files(upload: Upload) -> pl.DataFrame:
    return _files([(file.source.name, file.source.sha256, file.rows_digest) for file in upload.files])


def _files(rows: Sequence[tuple[str, str, str | None]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"name": pl.String, "sha256": pl.String, "rows_digest": pl.String}, orient="row")
    nothing = {"layout": pl.lit(None, pl.String), "rows_read": pl.lit(None, pl.Int64)}
    return frame.with_row_index("file_no", offset=1).with_columns(pl.col("file_no").cast(pl.Int64), **nothing)


@dataclass(frozen=True)
class Loads:
    """One call of `load`: which exports, through which map (a file, or a system's name), by whom and when, and how.

    `encoding` is of texts; `progress` hears of every piece that was read.
    """

    customers: tuple[Path, ...]
    bookings: tuple[Path, ...]
    by: str
    as_of: datetime
    map: Path | None = None
    dry_run: bool = False
    create_customers: bool = False
    accept_shrink: bool = False
    encoding: str | None = None
    progress: Progress = unwatched


def load(where: Where, call: Loads) -> LoadReport:
    """Bring exports into the book, making the book where there is none, or say what it would do.

    Raises `Shrunk` where they have far fewer rows than last time's, `Refused` where a file or the store can't be used, `TryAgain` where it is in use.
    """
    from pipeline.legacy.exporting import open_all  # noqa: PLC0415  # other jobs need not wait for it

    started = datetime.now(UTC)
    exports = open_all({"customers": call.customers, "bookings": call.bookings}, call.map, where.settings, call.encoding)
    _check_room(where, [*call.customers, *call.bookings], dry_run=call.dry_run)
    with staged([export.path for _, export in exports]) as files:
        with open_for_load(where.store, dry_run=call.dry_run, bookings_alone=not call.customers) as book, book.transaction(keep=not call.dry_run):
            batch_id, _ = next_numbers(book)
            if call.dry_run:
                stand_in(book)
            context = Context(book, where.settings, call.as_of)
            loading = Loading(context, batch_id, call.by, call.create_customers, _by_file(call.progress, exports))
            loaded = load_exports(loading, *_by_layout(exports))
            shrunk = [] if call.accept_shrink else find_shrunk(context, exports, loaded.read)
            if shrunk and not call.dry_run:
                raise Shrunk(f"{shrunk[0]} Nothing was written.")
            written = [] if call.dry_run else stage_came_back(files, exports, (loaded, context), where.out)
            found = (None if call.dry_run else batch_id, [*where.settings.remarks, *(f"The run will be refused: {one}" for one in shrunk)])
            report = report_load(loaded, context, found, written)
            _keep_remarks(files, where, report.remarks)
            counts = batch_counts(dict(report.rows), dict(report.bookings))
            record = BatchRecord("load", call.by, None, call.as_of, started, report.status, counts, _loaded_files(exports, loaded.read))
            write_settings(book, where.settings)
            write_record(book, batch_id, replace(record, run=where.run))
            write_findings(book, batch_id)
            write_left_out(book, batch_id, MESSAGE)
            name_sheets(book, batch_id, {number: export.sheet for number, export in exports if export.sheet})
            report = replace(report, head=finish_batch(book, batch_id, where.settings) if not call.dry_run else None)
            if where.run:
                files.publish()
        files.publish()
    return report


def _by_file(progress: Progress, exports: Numbered) -> Progress:
    """Return what hears of the parts of files and tells of the files."""
    files = list(accumulate(int(export.part == 0) for _, export in exports))
    return lambda number, rows, done, size: progress(files[number - 1], rows, done, size)


def _loaded_files(exports: Numbered, read: Mapping[int, int]) -> pl.DataFrame:
    more = [pl.Series("layout", [export.kind for _, export in exports], dtype=pl.String)]
    more.append(pl.Series("rows_read", [None if is_mended(export.header) else read[number] for number, export in exports], dtype=pl.Int64))
    return _files([(export.name, export.sha256(), None) for _, export in exports]).drop("layout", "rows_read").with_columns(more)


@dataclass(frozen=True)
class Undoing:
    """One call of `undo`: which batch, by whom, when and why."""

    batch_id: int
    by: str
    as_of: datetime
    reason: str | None = None
    approved_by: str | None = None
    dry_run: bool = False


def undo(where: Where, call: Undoing) -> UndoReport:
    """Put back what a batch changed, or say what that would do; raise `Refused` where it can't be undone or lacks approval, `TryAgain` as `load` does."""
    started = datetime.now(UTC)
    _check_room(where, dry_run=call.dry_run)
    with open_book(where.store, writing=not call.dry_run, work=Work.INSTRUCTIONS) as book:
        _check_undoable(book, call.batch_id)
        if (before := find_undo(book, call.batch_id)) is not None:
            return UndoReport(before, call.batch_id, "already-undone", {}, {}, (), {}, {})
        plan = plan_undoing(call.batch_id, call.by, Context(book, where.settings, call.as_of, call.reason))
        numbers = next_numbers(book)
        lacks = lacks_approval(where.settings, plan.row_counts["applied"], [call.by], call.approved_by)
        status = "applied" if plan.row_counts["applied"] else "nothing-applied"
        remarks, head = (count_rewritten(book, call.batch_id), count_erased(book, call.batch_id)), None
        if not call.dry_run:
            if lacks:
                raise Refused(f"{lacks} Nothing was written.", "Run it by hand with --approved-by and the name of whoever looked at the dry run.")
            record = BatchRecord("undo", call.by, call.reason, call.as_of, started, status, plan.counts(), NO_FILES, call.batch_id, call.approved_by)
            head = _write(book, where, numbers, (record, plan.changes), plan)
    return replace(report_undo(plan, (None, "dry-run") if call.dry_run else (numbers[0], status), remarks, lacks), head=head)


def _check_undoable(book: Book, batch_id: int) -> None:
    found = looking.find_batch(book, batch_id)
    if found is None:
        raise Refused(f"There is no batch {batch_id}.", "List them with: flagbook batches")
    if found["batch"]["kind"] == "erase":
        raise Refused(f"Batch {batch_id} erased a customer's data: there is nothing left to put back.", "Only what the business brings anew comes back.")


def _by_layout(exports: Sequence[tuple[int, Export]]) -> tuple[list[tuple[int, Export]], list[tuple[int, Export]]]:
    customers = [(number, export) for number, export in exports if export.kind == "customers"]
    return customers, [(number, export) for number, export in exports if export.kind == "bookings"]
