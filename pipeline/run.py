"""One function a job: read, decide, write. The page to read first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipeline.intake.uploads import Upload, UploadRequest, read_upload
from pipeline.outputs.results import Sheet, Uploaded, write_results
from pipeline.outputs.staging import Staged, staged
from pipeline.outputs.tables import Table
from pipeline.planning import ApplyPlan, Context, plan_upload
from pipeline.report import ApplyReport, ResultFile
from pipeline.settings import Settings
from pipeline.store.book import Book, open_book, write_settings
from pipeline.store.reading import batch_record, batch_rows, next_numbers, same_upload
from pipeline.store.writing import BatchRecord, finish_batch, write_batch


@dataclass(frozen=True)
class Where:
    """Where the book is, what the settings say, and where result files go (None: beside the input)."""

    store: Path
    settings: Settings
    out: Path | None = None


@dataclass(frozen=True)
class Instructing:
    """One call of `apply`: what to read, why, when, and how."""

    request: UploadRequest
    as_of: datetime
    reason: str | None = None
    dry_run: bool = False
    again: bool = False


def apply(where: Where, call: Instructing) -> ApplyReport:
    """Apply an upload of instructions to the book, or say what it would do."""
    started = datetime.now(UTC)
    upload = read_upload(call.request, where.settings)
    with open_book(where.store, writing=not call.dry_run) as book, staged() as files:
        before = None if call.again else same_upload(book, [file.rows_digest for file in upload.files])
        if before is not None:
            return _answer_again(book, before, upload, files, where, dry_run=call.dry_run)
        context = Context(book, where.settings, call.as_of, call.reason)
        plan = plan_upload(upload, context)
        numbers = next_numbers(book)
        status = "applied" if plan.row_counts["applied"] else "nothing-applied"
        report = ApplyReport(
            batch=None if call.dry_run else numbers[0],
            status="dry-run" if call.dry_run else status,
            rows=plan.row_counts,
            customers_changed=plan.customers_changed,
            bookings=plan.booking_counts,
            files=(),
            codes=_count_codes(plan.rows),
            remarks=upload.remarks,
        )
        written = _stage_results(files, upload, plan.rows, report, where.out)
        if not call.dry_run:
            record = _record(call, started, status, plan, upload)
            with book.transaction():
                write_settings(book, where.settings)
                write_batch(book, numbers, record, plan.changes)
                finish_batch(book, numbers[0])
        files.publish()
    return _with_files(report, written)


def _record(call: Instructing, started: datetime, status: str, plan: ApplyPlan, upload: Upload) -> BatchRecord:
    counts = {name.replace("read", "rows_read"): count for name, count in plan.row_counts.items()}
    counts |= {f"bookings_{name}": count for name, count in plan.booking_counts.items()}
    files = pl.DataFrame(
        [(number, file.source.name, file.source.sha256, file.rows_digest) for number, file in enumerate(upload.files, start=1)],
        schema={"file_no": pl.Int64, "name": pl.String, "sha256": pl.String, "rows_digest": pl.String},
        orient="row",
    )
    return BatchRecord("apply", call.request.by, call.reason, call.as_of, started, status, counts, files)


def _stage_results(files: Staged, upload: Upload, rows: pl.DataFrame, report: ApplyReport, out: Path | None) -> list[ResultFile]:
    uploaded = [
        Uploaded(
            number,
            file.source.path,
            file.is_text,
            file.source.data[:4],
            tuple(Sheet(sheet.name, sheet.header, sheet.rows, sheet.separator) for sheet in file.sheets),
        )
        for number, file in enumerate(upload.files, start=1)
    ]
    summary = Table("Summary", ("what", "count"), _summary(report))
    shown = rows.select("file_no", "sheet", "source_row", "outcome", "code", "message", "customer_id", "told")
    return write_results(files, uploaded, shown, summary, out, dry_run=report.status == "dry-run")


def _summary(report: ApplyReport) -> pl.DataFrame:
    lines = [(f"rows {word}" if word == "read" else word, count) for word, count in report.rows.items()]
    lines += [("customers changed", report.customers_changed)]
    lines += [(f"bookings {word}", count) for word, count in report.bookings.items()]
    lines += list(report.codes.items())
    head = [("batch", report.batch)] if report.batch else []
    return pl.DataFrame([*head, *lines], schema={"what": pl.String, "count": pl.Int64}, orient="row")


def _count_codes(rows: pl.DataFrame) -> dict[str, int]:
    each = rows.select(pl.col("code").drop_nulls().str.split(",").explode()).to_series().value_counts(sort=True)
    return dict(each.rows())


def _with_files(report: ApplyReport, files: list[ResultFile]) -> ApplyReport:
    return ApplyReport(**{**vars(report), "files": tuple(files)})


def _answer_again(book: Book, batch_id: int, upload: Upload, files: Staged, where: Where, *, dry_run: bool) -> ApplyReport:
    """Answer an upload that was applied before with that batch's counts and result files (rule 6.3)."""
    record = batch_record(book, batch_id)
    assert record is not None, "same_upload names a batch that is there"
    rows = batch_rows(book, batch_id)
    report = ApplyReport(
        batch=None if dry_run else batch_id,
        status="dry-run" if dry_run else "already-applied",
        rows={"read": record["rows_read"], **{word: record[word] for word in ("applied", "unchanged", "rejected", "ignored", "unprocessed")}},
        customers_changed=rows.filter(pl.col("outcome") == "applied")["customer_id"].n_unique(),
        bookings={word: record[f"bookings_{word}"] for word in ("updated", "cleared", "kept")},
        files=(),
        codes=_count_codes(rows),
        remarks=upload.remarks,
        applied_before=batch_id,
    )
    written = _stage_results(files, upload, rows, report, where.out)
    files.publish()
    return _with_files(report, written)
