"""The log of what was done: the next number in the history, and which batches were undone."""

import polars as pl

from pipeline.store.book import Book

# Events of which an erasure took the values: nothing can be put back from them.
NOT_ERASED = "event_id NOT IN (SELECT event_id FROM commitments WHERE erased_by IS NOT NULL)"


def count_erased(book: Book, batch_id: int) -> int:
    """Return how many of a batch's events, and of the former rows that it had kept, were erased since."""
    n: int = book.ask("SELECT count(*) AS n FROM commitments WHERE batch_id = ? AND erased_by IS NOT NULL", batch_id)["n"][0]
    return n + count_erased_rows(book, batch_id)


def count_erased_rows(book: Book, batch_id: int) -> int:
    """Return how many of the rows that a batch had kept as they were before it were erased since."""
    former = 'unnest(from_json(after -> \'$.former\', \'[{"batch": "BIGINT", "rows": "BIGINT"}]\')) f(one)'
    erasures = "history WHERE entity = 'customers' AND action = 'erased'"
    n: int = book.ask(f"SELECT coalesce(sum(one.rows), 0)::BIGINT AS n FROM (SELECT after FROM {erasures}), {former} WHERE one.batch = ?", batch_id)["n"][0]
    return n


def next_event(book: Book) -> int:
    """Return the number of the history's next event; they run without gaps."""
    n: int = book.ask("SELECT coalesce(max(event_id), 0) + 1 AS n FROM history")["n"][0]
    return n


def standing_undos(book: Book) -> list[tuple[int, int, int]]:
    """Return the undos that no undo has undone which stands itself: number, the batch that each undid, and what each left alone."""
    undos = book.ask("SELECT batch_id, undoes, rejected FROM batches WHERE undoes IS NOT NULL AND status = 'applied' ORDER BY batch_id DESC").rows()
    gone: set[int] = set()
    standing = []
    for number, undone, rejected in undos:  # the latest first: what undid an undo is later than it
        if number not in gone:
            gone.add(undone)
            standing.append((number, undone, rejected))
    return standing


def undone_batches(book: Book) -> pl.DataFrame:
    """Return batch_id of the batches that an undo has undone which stands."""
    return pl.DataFrame({"batch_id": [undone for _, undone, _ in standing_undos(book)]}, {"batch_id": pl.Int64})
