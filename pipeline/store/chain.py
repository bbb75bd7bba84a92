"""Looking whether the history is what was sealed (see `store/sealing.py`): which batch or event is the first that is not, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.store.book import Book
from pipeline.store.sealing import EVENT_TEXT, GENESIS, NOTHING, batch_texts, commitment, commitment_digests, head_of

Outside = Sequence[tuple[int, str]]  # batch and head, as a file outside the store has them, in its order
# The batch that last erased each event, and a digest of what it left of it.
ERASED = (
    "SELECT e.one.event AS event_id, h.batch_id, e.one.rest AS rest FROM history h, "
    'unnest(from_json(h.after -> \'$.events\', \'[{"event": "BIGINT", "rest": "VARCHAR"}]\')) e(one) '
    "WHERE h.entity = 'customers' AND h.action = 'erased' QUALIFY row_number() OVER (PARTITION BY e.one.event ORDER BY h.batch_id DESC, h.event_id DESC) = 1"
)


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was sealed: what (a word for programs), where, and a sentence. `event` is null where it is a batch's."""

    kind: str
    batch: int | None
    event: int | None
    text: str


def verify_chain(book: Book, heads: Outside | None = None) -> list[Fault]:
    """Return what is not as it was sealed, each place once, by batch and event; empty where all is well.

    `heads` is what a file outside the store says; that it lacks the last batches is no fault (`heads_behind` tells). Without it nothing is found of
    a store that was put back as a whole, or was rewritten and sealed anew.
    """
    faults = [*_check_events(book), *_check_batches(book), *(_compare_outside(book, heads) if heads is not None else [])]
    return sorted(faults, key=lambda one: (one.batch if one.batch is not None else -1, one.event or 0, one.kind))


def heads_behind(book: Book, heads: Outside) -> list[tuple[int, str]]:
    """Return the heads of the book that an outside record does not have yet."""
    known = set(heads)
    return [one for one in _heads(book) if one not in known]


def _heads(book: Book) -> list[tuple[int, str]]:
    return [(number, head) for number, head in book.ask("SELECT batch_id, head FROM heads ORDER BY batch_id, head").rows()]


def _check_events(book: Book) -> list[Fault]:
    """Compare each event with its commitment; what is left of one that was erased, with what the erasing batch says of it."""
    found = book.ask(
        f"WITH erased AS ({ERASED}), "
        "twice AS (SELECT event_id FROM history GROUP BY event_id HAVING count(*) > 1 "
        "UNION SELECT event_id FROM commitments GROUP BY event_id HAVING count(*) > 1) "
        "SELECT DISTINCT coalesce(h.batch_id, k.batch_id) AS batch_id, coalesce(h.event_id, k.event_id) AS event_id, "
        "CASE WHEN k.event_id IS NULL OR t.event_id IS NOT NULL THEN 'inserted-event' "
        "WHEN h.event_id IS NULL THEN 'missing-event' WHEN e.batch_id IS DISTINCT FROM k.erased_by THEN 'wrongly-erased' "
        f"WHEN e.event_id IS NULL AND {commitment('lower(hex(k.salt))')} IS DISTINCT FROM k.commitment THEN 'changed-event' "
        f"WHEN e.event_id IS NOT NULL AND (k.salt IS NOT NULL OR sha256({EVENT_TEXT}) IS DISTINCT FROM e.rest) THEN 'changed-event' END AS kind "
        "FROM history h FULL JOIN commitments k ON k.event_id = h.event_id AND k.batch_id = h.batch_id "
        "LEFT JOIN erased e ON e.event_id = coalesce(h.event_id, k.event_id) LEFT JOIN twice t ON t.event_id = coalesce(h.event_id, k.event_id) "
        "WHERE kind IS NOT NULL ORDER BY ALL"
    )
    said = {
        "inserted-event": "is not among those that were sealed, or is there twice",
        "missing-event": "is gone",
        "wrongly-erased": "is marked as erased, and no batch erased it, or the other way round",
        "changed-event": "was changed",
    }
    return [Fault(kind, batch_id, event_id, f"Event {event_id} of batch {batch_id} {said[kind]}.") for batch_id, event_id, kind in found.rows()]


def _check_batches(book: Book) -> list[Fault]:
    """Compute every head anew from the one before it, as it is kept, so that one that is broken does not break those after it."""
    records = list(batch_texts(book, 0))
    digests, kept = commitment_digests(book, 0), _heads(book)
    faults = _check_numbers(book, records, kept)
    texts, previous = dict(records), GENESIS
    for number, head in kept:
        if number in texts and head_of(previous, digests.get(number, NOTHING), texts[number]) != head:
            faults.append(
                Fault("changed-batch", number, None, f"Batch {number} is not what was sealed: its record, its files, its events or the batch before.")
            )
        previous = head
    return faults


def _check_numbers(book: Book, records: Sequence[tuple[int, str]], kept: Sequence[tuple[int, str]]) -> list[Fault]:
    """Look whether every batch is there once, with its head, and every file's batch."""
    sealed, there = [number for number, _ in kept], [number for number, _ in records]
    gaps = [number for one, two in pairwise([0, *sorted({*sealed, *there})]) for number in range(one + 1, min(two, one + 100))]
    strays = book.ask("SELECT DISTINCT batch_id FROM batch_files ANTI JOIN batches USING (batch_id) ORDER BY 1")["batch_id"].to_list()
    lost = book.ask("SELECT DISTINCT batch_id FROM commitments ANTI JOIN heads USING (batch_id) ORDER BY 1")["batch_id"].to_list()
    return [
        *(Fault("missing-batch", number, None, f"Batch {number} is gone.") for number in sorted({*gaps, *(set(sealed) - set(there)), *lost} - set(there))),
        *(Fault("inserted-batch", number, None, f"Batch {number} has no seal: it was not written by this program.") for number in set(there) - set(sealed)),
        *(Fault("inserted-batch", number, None, f"Batch {number} is there more than once.") for number in _repeated(there) | _repeated(sealed)),
        *(Fault("inserted-file", number, None, f"There are files of batch {number}, which is not there.") for number in strays if number not in sealed),
    ]


def _repeated(numbers: Sequence[int]) -> set[int]:
    return {number for number in numbers if numbers.count(number) > 1} if len(set(numbers)) < len(numbers) else set()


def _compare_outside(book: Book, heads: Outside) -> list[Fault]:
    """Compare the book's heads with those that were kept outside: another head, or batches that only the file knows."""
    inside: Mapping[int, str] = dict(_heads(book))
    last, faults = max(inside, default=0), []
    for number, head in dict.fromkeys(heads):
        if number > last:
            faults.append(Fault("rolled-back", number, None, f"Batch {number} is in the file of heads and not in the book: an older store was put back."))
        elif inside.get(number) != head:
            faults.append(Fault("head-differs", number, None, f"Batch {number} has another head in the file of heads: the book was rewritten from there on."))
    return faults
