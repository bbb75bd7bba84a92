"""One batch into the book: flags, customers' alerts, bookings' alerts, history and the batch's own record, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import polars as pl

from pipeline.settings import Settings
from pipeline.store.book import Book
from pipeline.store.heads import heads_path, keep_heads
from pipeline.store.items import ItemChanges, write_items
from pipeline.store.sealing import seal

# What `files` of a batch is that has none.
NO_FILES: Final = pl.DataFrame(
    schema={"file_no": pl.Int64, "name": pl.String, "sha256": pl.String, "rows_digest": pl.String, "layout": pl.String, "rows_read": pl.Int64}
)


@dataclass(frozen=True)
class BatchRecord:
    """What `batches` and `batch_files` keep of a batch. `counts` has the counting columns of `batches`; `run` is the night's key, if any."""

    kind: str
    submitted_by: str
    reason: str | None
    as_of: datetime
    started_at: datetime
    status: str
    counts: dict[str, int]
    files: pl.DataFrame
    undoes: int | None = None
    approved_by: str | None = None
    run: str | None = None


@dataclass(frozen=True)
class Changes:
    """What a batch changes, in the book's own terms; every frame may be empty.

    `alerts`: customer_id, old, new, and origin. `bookings`: row_id, booking_id, customer_id, before, after, and origin; of an undo also
    put_back (the text stood there before the batch that is undone) and wrote (what the book itself had written there before that).
    """

    items: tuple[ItemChanges, ...]
    alerts: pl.DataFrame
    bookings: pl.DataFrame
    rows: pl.DataFrame


def write_batch(book: Book, numbers: tuple[int, int], record: BatchRecord, changes: Changes) -> None:
    """Write a batch; the caller holds the transaction. `numbers`: its batch_id and its first event_id."""
    batch_id, event = numbers
    write_record(book, batch_id, record)
    write_rows(book, batch_id, changes.rows)
    before = book.ask("SELECT count(*) AS n FROM history WHERE batch_id = ?", batch_id)["n"][0]
    events = write_changes(book, (batch_id, record.as_of), event, changes)
    _require_written(book, batch_id, len(changes.rows), before + events)


def write_changes(book: Book, stamp: tuple[int, datetime], event: int, changes: Changes) -> int:
    """Write items, customers' alerts and bookings' alerts with their history, the first event numbered `event`; return how many events there are."""
    first = event
    for one in changes.items:
        write_items(book, stamp, event, one)
    event += sum(len(one.events) for one in changes.items)
    _write_alerts(book, stamp, event, changes.alerts)
    event += len(changes.alerts)
    _write_bookings(book, stamp, event, changes.bookings)
    return event + len(changes.bookings) - first


def _require_written(book: Book, batch_id: int, rows: int, events: int) -> None:
    """Raise, so that the transaction is rolled back, unless every row and event of the batch is there."""
    found = book.ask(
        "SELECT (SELECT count(*) FROM batch_rows WHERE batch_id = ?) AS written, (SELECT count(*) FROM history WHERE batch_id = ?) AS events",
        batch_id,
        batch_id,
    )
    if found.row(0) != (rows, events):
        raise AssertionError(f"batch {batch_id} has {rows:,} rows and {events:,} events, and {found.row(0)} arrived: nothing is written")


def finish_batch(book: Book, batch_id: int, settings: Settings) -> str:
    """Set the time at which a batch ended, and seal it: the last statements of its transaction; return its head, which is kept outside once it stands."""
    book.run("UPDATE batches SET finished_at = ? WHERE batch_id = ?", datetime.now(UTC), batch_id)
    head = seal(book, batch_id)
    book.after.append(partial(keep_heads, book, heads_path(book.path, settings)))
    return head


def write_rows(book: Book, batch_id: int, rows: pl.DataFrame) -> None:
    """Write what became of rows: file_no, sheet, source_row, customer_id, action, item, outcome, code, message."""
    book.run("INSERT INTO batch_rows SELECT ?, file_no, sheet, source_row, customer_id, action, item, outcome, code, message FROM shown", batch_id, shown=rows)


def write_findings(book: Book, batch_id: int) -> None:
    """Write the rows of a load that came back (`found`): their codes and messages, each once, in the order in which they were found.

    NOTE: most rows have one finding, and to put together what is alone takes four times as long as to write it.
    """
    book.run("CREATE OR REPLACE TEMP TABLE several AS SELECT file_no, source_row FROM found GROUP BY ALL HAVING count(*) > 1")
    theirs = "found SEMI JOIN several USING (file_no, source_row)"
    each = {name: f"SELECT file_no, source_row, {name}, min(found.rowid) AS n FROM {theirs} GROUP BY ALL" for name in ("code", "message")}
    joined = {name: f"SELECT file_no, source_row, string_agg({name}, ? ORDER BY n) AS {name} FROM ({query}) GROUP BY ALL" for name, query in each.items()}
    book.run(
        "INSERT INTO batch_rows SELECT ?, file_no, NULL, source_row, NULL, NULL, NULL, 'rejected', code, message FROM ("
        "SELECT file_no, source_row, code, message FROM found ANTI JOIN several USING (file_no, source_row) "
        f"UNION ALL SELECT file_no, source_row, code, message FROM ({joined['code']}) JOIN ({joined['message']}) USING (file_no, source_row)"
        ") ORDER BY file_no, source_row",
        batch_id,
        ",",
        "; ",
    )


def name_sheets(book: Book, batch_id: int, sheets: Mapping[int, str]) -> None:
    """Write the names of the sheets that a batch's files are (by file_no) beside the rows that it recorded."""
    named = pl.DataFrame({"file_no": list(sheets), "name": list(sheets.values())}, schema={"file_no": pl.Int64, "name": pl.String})
    for table in ("batch_rows", "history") if sheets else ():
        book.run(f"UPDATE {table} SET sheet = n.name FROM named n WHERE {table}.batch_id = ? AND {table}.file_no = n.file_no", batch_id, named=named)


def write_record(book: Book, batch_id: int, record: BatchRecord) -> None:
    """Write a batch's own record and its files."""
    known = {
        "batch_id": batch_id,
        "kind": record.kind,
        "submitted_by": record.submitted_by,
        "approved_by": record.approved_by,
        "reason": record.reason,
        "as_of": record.as_of,
        "started_at": record.started_at,
        "finished_at": datetime.now(UTC),
        "status": record.status,
        "undoes": record.undoes,
        "run": record.run,
        **record.counts,
    }
    marks = ", ".join("?" * len(known))
    book.run(f"INSERT INTO batches ({', '.join(known)}) VALUES ({marks})", *known.values())
    book.run("INSERT INTO batch_files SELECT ?, file_no, name, sha256, rows_digest, layout, rows_read FROM files", batch_id, files=record.files)


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


# Who wrote an alert on a booking: what the source said has source_alert beside it. Where an undo put a text back, book_alert is what the book had
# written there before.
BY_BOOK = "entity = 'bookings' AND action = 'alert' AND NOT json_exists(after, '$.source_alert')"
WROTE = "CASE WHEN json_exists(after, '$.book_alert') THEN after ->> 'book_alert' ELSE after ->> 'alert_message' END"
WRITTEN = "CASE WHEN h.item IS NULL THEN b.book_alert ELSE h.wrote END"  # of a booking b and its row h of `written`


def find_written(book: Book, table: str) -> None:
    """Put into `written` what the book itself last wrote on the bookings of a table (booking_id), as the history has it: item, wrote."""
    book.run(
        f"CREATE OR REPLACE TEMP TABLE written AS SELECT h.item, arg_max_null({WROTE}, event_id) AS wrote "
        f"FROM history h JOIN {table} d ON d.booking_id = h.item WHERE {BY_BOOK} GROUP BY h.item"
    )


def _write_bookings(book: Book, stamp: tuple[int, datetime], event: int, bookings: pl.DataFrame) -> None:
    """Write alerts on bookings with their history; where a text is put back, that says too what the book itself had written there before."""
    if not len(bookings):
        return
    numbered, after = bookings.with_row_index("n"), "json_object('alert_message', after)"
    if "put_back" in bookings.columns:
        after = f"CASE WHEN put_back THEN json_object('alert_message', after, 'book_alert', wrote) ELSE {after} END"
    book.run(
        "INSERT INTO history SELECT n + ?, ?, file_no, sheet, source_row, 'bookings', customer_id, booking_id, 'alert', "
        f"json_object('alert_message', before), {after}, reason, changed_by, ? FROM numbered ORDER BY n",
        event,
        *stamp,
        numbered=numbered,
    )
    book.run("UPDATE bookings SET alert_message = told.after FROM told WHERE bookings.rowid = told.row_id", told=bookings.select("row_id", "after"))
