"""Sealing batches: a commitment to each row of the history, and one head a batch that stands for all that was done up to it.

A row's commitment is the SHA-256 of its salt and all its columns; a batch's head is the SHA-256 of the head before it, the batch's commitments
in the order of events, and its record with its files. So nothing of it can be changed, taken out or put in without another head
(`store/chain.py` looks), and a row's text and salt may go (`erase`) without one.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:  # the book itself seals what an earlier format holds
    from pipeline.store.book import Book

GENESIS: Final = "0" * 64  # what stands before the first head
STEP: Final = 250_000  # commitments that are in memory at a time
# NOTE: a column that is added to one of these tables is sealed only once it stands here, and then every head before is another: add a format.
EVENT: Final = (
    *("event_id", "batch_id", "file_no", "sheet", "source_row", "entity", "customer_id", "item", "action", "before", "after"),
    *("reason", "changed_by", "changed_at"),
)
BATCH: Final = (
    *("batch_id", "kind", "submitted_by", "approved_by", "reason", "as_of", "started_at", "finished_at", "status", "rows_read", "applied", "unchanged"),
    *("rejected", "ignored", "unprocessed", "bookings_updated", "bookings_cleared", "bookings_kept", "undoes", "run"),
)
FILE: Final = ("batch_id", "file_no", "name", "sha256", "rows_digest", "layout", "rows_read")
TIMES: Final = frozenset({"changed_at", "as_of", "started_at", "finished_at"})


def canonical(columns: tuple[str, ...], row: str) -> str:
    """Return the one text of a row of a table, in SQL: each column's length in bytes (`-` for null) and its text, times in microseconds of UTC."""
    texts = [f"{row}.{name}::VARCHAR" for name in columns]
    for place, name in enumerate(columns):
        if name in TIMES:
            texts[place] = f"CASE WHEN isfinite({row}.{name}) THEN epoch_us({row}.{name})::VARCHAR ELSE {texts[place]} END"
    said = [f"coalesce(strlen({text})::VARCHAR, '-'), {text}" for text in texts]
    return f"concat_ws('|', {', '.join(said)})"


EVENT_TEXT: Final = canonical(EVENT, "h")


def commitment(salt: str) -> str:
    """Return the commitment to a row `h` of the history, in SQL, from its salt in hexadecimal digits."""
    return f"unhex(sha256({salt} || {EVENT_TEXT}))"


def seal(book: "Book", since: int) -> str:
    """Seal every batch from the one numbered `since` on, none of which is sealed yet; return the last head. The caller holds the transaction.

    The salts come from a key of which no trace is left, so each is as good as random.
    """
    book.run(
        f"INSERT INTO commitments SELECT event_id, batch_id, unhex(salt), {commitment('salt')}, NULL "
        "FROM (SELECT *, left(sha256(? || event_id), 32) AS salt FROM history WHERE batch_id >= ?) h",
        os.urandom(16).hex(),  # as long as a salt, and with the number no longer than what SHA-256 takes at once
        since,
    )
    before = book.ask("SELECT head FROM heads WHERE batch_id < ? ORDER BY batch_id DESC LIMIT 1", since)["head"]
    head, digests, made = (before[0] if len(before) else GENESIS), commitment_digests(book, since), []
    for batch_id, record in batch_texts(book, since):
        head = head_of(head, digests.get(batch_id, NOTHING), record)
        made.append((batch_id, head))
    book.run("INSERT INTO heads SELECT batch_id, head FROM new_heads", new_heads=pl.DataFrame(made, {"batch_id": pl.Int64, "head": pl.String}, orient="row"))
    return head


NOTHING: Final = hashlib.sha256().hexdigest()  # of a batch without events


def head_of(previous: str, digest: str, record: str) -> str:
    """Return a batch's head."""
    return hashlib.sha256((previous + digest + record).encode()).hexdigest()


def batch_texts(book: "Book", since: int) -> Iterator[tuple[int, str]]:
    """Yield the number of each batch and the one text of its record and its files, in the order of numbers; one that is there twice comes twice."""
    found = book.ask(
        f"SELECT b.batch_id, concat_ws('|', {canonical(BATCH, 'b')}, f.files) AS record FROM batches b LEFT JOIN ("
        f"SELECT batch_id, string_agg({canonical(FILE, 'f')}, '|' ORDER BY file_no, {canonical(FILE, 'f')}) AS files FROM batch_files f "
        "WHERE batch_id >= ? GROUP BY batch_id) f USING (batch_id) WHERE b.batch_id >= ? ORDER BY b.batch_id",
        since,
        since,
    )
    yield from found.rows()


def commitment_digests(book: "Book", since: int) -> dict[int, str]:
    """Return batch → the SHA-256 over its commitments in the order of events, of the batches that have any."""
    digests: dict[int, hashlib._Hash] = {}
    begin = "SELECT min(event_id) AS event_id FROM commitments WHERE batch_id >= ? AND event_id >= ?"
    query = "SELECT event_id, batch_id, commitment FROM commitments WHERE batch_id >= ? AND event_id >= ? AND event_id < ?"
    start = book.ask(begin, since, -sys.maxsize).item()
    while start is not None:
        some = book.ask(query, since, start, start + STEP)
        if not (some["event_id"].diff() > 0).all():  # they lie in order, unless somebody wrote to the table
            some = some.sort("event_id", "batch_id", "commitment")
        for (batch_id,), theirs in some.partition_by("batch_id", maintain_order=True, as_dict=True).items():
            digits = theirs["commitment"].bin.encode("hex").str.join("").item()
            digests.setdefault(batch_id, hashlib.sha256()).update(digits.encode())
        start = book.ask(begin, since, start + STEP).item()
    return {batch_id: digest.hexdigest() for batch_id, digest in digests.items()}
