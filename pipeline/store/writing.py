"""One batch into the book: flags, customers' alerts, bookings' alerts, history and the batch's own record, in one transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from pipeline.store.book import Book

FLAG_SIDES = ("comment", "expires_on", "flagged_by", "flagged_at", "updated_by", "updated_at")


@dataclass(frozen=True)
class BatchRecord:
    """What `batches` and `batch_files` keep of a batch. `counts` has the counting columns of `batches`."""

    kind: str
    submitted_by: str
    reason: str | None
    as_of: datetime
    started_at: datetime
    status: str
    counts: dict[str, int]
    files: pl.DataFrame
    undoes: int | None = None


@dataclass(frozen=True)
class Changes:
    """What a batch changes, in the book's own terms; every frame may be empty.

    `flag_events`: seq, customer_id, flag_type, action, before_/after_ of `FLAG_SIDES`, origin (file_no, sheet, source_row),
    reason, changed_by, in the order of events. `flags`: the changed flags that stand afterwards, with changed_seq.
    `alerts`: customer_id, old, new, and origin. `bookings`: row_id, booking_id, customer_id, before, after, and origin.
    """

    flag_events: pl.DataFrame
    flags: pl.DataFrame
    alerts: pl.DataFrame
    bookings: pl.DataFrame
    rows: pl.DataFrame


def write_batch(book: Book, numbers: tuple[int, int], record: BatchRecord, changes: Changes) -> None:
    """Write a batch; the caller holds the transaction. `numbers`: its batch_id and its first event_id."""
    batch_id, event = numbers
    write_record(book, batch_id, record)
    write_rows(book, batch_id, changes.rows)
    stamp = (batch_id, record.as_of)
    events = changes.flag_events.with_row_index("event_id", offset=event).with_columns(pl.col("event_id").cast(pl.Int64))
    _write_flag_events(book, stamp, events)
    _write_flags(book, events, changes.flags)
    event += len(events)
    _write_alerts(book, stamp, event, changes.alerts)
    _write_bookings(book, stamp, event + len(changes.alerts), changes.bookings)
    _require_written(book, batch_id, len(changes.rows), len(events) + len(changes.alerts) + len(changes.bookings))


def _require_written(book: Book, batch_id: int, rows: int, events: int) -> None:
    """Raise, so that the transaction is rolled back, unless every row and event of the batch is there."""
    found = book.ask(
        "SELECT (SELECT count(*) FROM batch_rows WHERE batch_id = ?) AS written, (SELECT count(*) FROM history WHERE batch_id = ?) AS events",
        batch_id,
        batch_id,
    )
    if found.row(0) != (rows, events):
        raise AssertionError(f"batch {batch_id} has {rows:,} rows and {events:,} events, and {found.row(0)} arrived: nothing is written")


def finish_batch(book: Book, batch_id: int) -> None:
    """Set the time at which a batch ended: the last statement of its transaction."""
    book.run("UPDATE batches SET finished_at = ? WHERE batch_id = ?", datetime.now(UTC), batch_id)


def write_rows(book: Book, batch_id: int, rows: pl.DataFrame) -> None:
    """Write what became of rows: file_no, sheet, source_row, customer_id, action, item, outcome, code, message."""
    book.run("INSERT INTO batch_rows SELECT ?, file_no, sheet, source_row, customer_id, action, item, outcome, code, message FROM shown", batch_id, shown=rows)


def write_record(book: Book, batch_id: int, record: BatchRecord) -> None:
    """Write a batch's own record and its files."""
    known = {
        "batch_id": batch_id,
        "kind": record.kind,
        "submitted_by": record.submitted_by,
        "reason": record.reason,
        "as_of": record.as_of,
        "started_at": record.started_at,
        "finished_at": datetime.now(UTC),
        "status": record.status,
        "undoes": record.undoes,
        **record.counts,
    }
    marks = ", ".join("?" * len(known))
    book.run(f"INSERT INTO batches ({', '.join(known)}) VALUES ({marks})", *known.values())
    book.run("INSERT INTO batch_files SELECT ?, file_no, name, sha256, rows_digest FROM files", batch_id, files=record.files)


def _side(side: str) -> str:
    fields = ", ".join(f"'{field}', {side}_{field}" for field in FLAG_SIDES)
    return f"CASE WHEN {side}_comment IS NOT NULL THEN json_object({fields}) END"


def _write_flag_events(book: Book, stamp: tuple[int, datetime], events: pl.DataFrame) -> None:
    book.run(
        f"INSERT INTO history SELECT event_id, ?, file_no, sheet, source_row, 'flags', customer_id, flag_type, action, {_side('before')}, {_side('after')}, "
        "reason, changed_by, ? FROM events",
        *stamp,
        events=events,
    )


def _write_flags(book: Book, events: pl.DataFrame, flags: pl.DataFrame) -> None:
    items = events.select("customer_id", "flag_type").unique()
    if not len(items):
        return
    book.run("DELETE FROM flags USING items WHERE flags.customer_id = items.customer_id AND flags.flag_type = items.flag_type", items=items)
    versions = events.select("customer_id", "flag_type", changed_seq="seq", version="event_id")
    standing = flags.join(versions, on=["customer_id", "flag_type", "changed_seq"], how="inner", validate="1:1")
    book.run(f"INSERT INTO flags SELECT customer_id, flag_type, {', '.join(FLAG_SIDES)}, version FROM standing", standing=standing)


def _write_alerts(book: Book, stamp: tuple[int, datetime], event: int, alerts: pl.DataFrame) -> None:
    if not len(alerts):
        return
    numbered = alerts.with_row_index("n")
    book.run("UPDATE customers SET alert_message = alerts.new FROM alerts WHERE customers.customer_id = alerts.customer_id", alerts=alerts)
    book.run(
        "INSERT INTO history SELECT n + ?, ?, file_no, sheet, source_row, 'customers', customer_id, 'alert_message', 'alert', "
        "json_object('alert_message', old), json_object('alert_message', new), reason, changed_by, ? FROM numbered",
        event,
        *stamp,
        numbered=numbered,
    )


def _write_bookings(book: Book, stamp: tuple[int, datetime], event: int, bookings: pl.DataFrame) -> None:
    if not len(bookings):
        return
    numbered = bookings.with_row_index("n")
    book.run("UPDATE bookings SET alert_message = told.after FROM told WHERE bookings.rowid = told.row_id", told=bookings.select("row_id", "after"))
    book.run(
        "INSERT INTO history SELECT n + ?, ?, file_no, sheet, source_row, 'bookings', customer_id, booking_id, 'alert', "
        "json_object('alert_message', before), json_object('alert_message', after), reason, changed_by, ? FROM numbered",
        event,
        *stamp,
        numbered=numbered,
    )
