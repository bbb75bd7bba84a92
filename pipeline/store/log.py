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


def require_events(book: Book, first: int, flags: int, alerts: int) -> None:
    """Raise, so that the transaction is rolled back, unless the history has, from the event numbered `first` on, so many of flags, and of customers' alerts.

    Those of flags have the numbers from `first` on, without gaps.
    """
    found = book.ask(
        "SELECT count(*) FILTER (entity = 'flags') AS flags, coalesce(sum(event_id - ?) FILTER (entity = 'flags'), 0)::BIGINT AS places, "
        "count(*) FILTER (entity = 'customers' AND action = 'alert') AS alerts FROM history WHERE event_id >= ?",
        first,
        first,
    )
    if found.row(0) != (flags, flags * (flags - 1) // 2, alerts):
        raise AssertionError(f"{flags:,} events of flags and {alerts:,} of alerts were written, and not just these arrived: nothing is written")


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


def left_apart(book: Book) -> pl.DataFrame:
    """Return the flags of which it is otherwise than of the rest of a batch whether an undo has undone it.

    Undos left some of them alone, or took one off whose batch had only found it there. The columns are batch_id, customer_id, item (its key), and
    undone_by (null: no undo has).
    """
    left = book.ask(
        "SELECT batch_id AS number, customer_id, type_key(item) AS item FROM batch_rows SEMI JOIN (SELECT batch_id FROM batches WHERE undoes IS NOT NULL) "
        "USING (batch_id) WHERE outcome = 'rejected' AND action = 'flags'"
    )
    items = left.select("customer_id", "item").unique(maintain_order=True)
    undos = book.ask("SELECT batch_id, undoes FROM batches WHERE undoes IS NOT NULL AND status = 'applied' ORDER BY batch_id DESC").rows() if len(left) else []
    nobody = items.select(undone_by=pl.lit(None, pl.Int64))["undone_by"]
    by: dict[int, pl.Series] = {}  # batch → for each item the undo that has undone it
    for number, undone in undos:  # the latest first: what undid an undo is later than it
        alone = items.join(left.filter(number=number), on=["customer_id", "item"], how="left", maintain_order="left")["number"].is_not_null()
        puts_back = ~alone & by.get(number, nobody).is_null()
        by[undone] = by.get(undone, nobody).set(puts_back & by.get(undone, nobody).is_null(), number)
    whole = {undone: number for number, undone, _ in reversed(standing_undos(book))}
    found = [items.select(pl.lit(batch, pl.Int64).alias("batch_id"), "customer_id", "item", by[batch]) for batch in by]
    otherwise = [some.filter(pl.col("undone_by").is_null() != (batch not in whole)) for some, batch in zip(found, by, strict=True)]
    return pl.concat([*otherwise, taken_along(book).join(pl.concat([_APART, *found]), on=["batch_id", "customer_id", "item"], how="anti")])


_APART = pl.DataFrame(schema={"batch_id": pl.Int64, "customer_id": pl.String, "item": pl.String, "undone_by": pl.Int64})


def taken_along(book: Book) -> pl.DataFrame:
    """Return the flags of which a migration only found there what went when an undo put back what an earlier batch had changed; see `left_apart`.

    What its source said of them then counts no more, so that its next file brings them: nobody has ended them.
    """
    undos = pl.DataFrame(standing_undos(book), {"number": pl.Int64, "undone": pl.Int64, "rejected": pl.Int64}, orient="row")
    if not len(undos):
        return _APART
    return book.ask(
        "WITH u AS (SELECT number, undone, customer_id, type_key(item) AS item, string_split(after ->> 'comment', chr(10)) AS lines "
        "FROM history JOIN undos ON batch_id = number WHERE entity = 'flags' AND action IN ('unflagged', 'edited')) "
        "SELECT DISTINCT h.batch_id, h.customer_id, type_key(h.item) AS item, number AS undone_by FROM history h "
        "JOIN u ON u.customer_id = h.customer_id AND u.item = type_key(h.item) AND h.batch_id > undone AND h.batch_id < number "
        f"WHERE h.entity = 'flags' AND {OF_MIGRATIONS.replace('history.', 'h.')} AND h.batch_id NOT IN (SELECT undone FROM undos) "
        "AND h.after ->> 'said' IS NOT NULL AND NOT coalesce(list_has_all(lines, string_split(h.after ->> 'said', chr(10))), false) ORDER BY ALL",
        undos=undos,
    )


def migrations_since(book: Book, batch_id: int, flags: pl.DataFrame) -> list[int]:
    """Return the migrations after a batch, which stand, that may have found some of its flags (customer_id, item) there, and so brought nothing.

    What the batch's own source told again left no event behind; another source's word did.
    """
    if not len(flags):
        return []
    found = book.ask(
        f"SELECT batch_id FROM ({MIGRATIONS}) WHERE batch_id > ? AND (? IN (SELECT batch_id FROM batches WHERE kind = 'migrate') "
        "OR batch_id IN (SELECT h.batch_id FROM history h JOIN given f ON f.customer_id = h.customer_id AND type_key(f.item) = type_key(h.item) "
        "WHERE h.entity = 'flags')) ORDER BY batch_id",
        batch_id,
        batch_id,
        given=flags.select("customer_id", "item"),
        undone=undone_batches(book),
    )
    return found["batch_id"].to_list()


# Batches of migrations that stand; `undone` are those that do not, and `otherwise` are flags of which it is otherwise.
MIGRATIONS = "SELECT batch_id FROM batches ANTI JOIN undone USING (batch_id) WHERE kind = 'migrate'"
IS_OTHERWISE = (
    "EXISTS (SELECT 1 FROM otherwise o WHERE o.batch_id = history.batch_id AND o.customer_id = history.customer_id AND o.item = type_key(history.item))"
)
EITHER = f"(CASE WHEN {IS_OTHERWISE} THEN history.batch_id IN (SELECT batch_id FROM undone) ELSE history.batch_id IN ({MIGRATIONS}) END)"
OF_MIGRATIONS = "history.batch_id IN (SELECT batch_id FROM batches WHERE kind = 'migrate')"


def told_by_migrations(book: Book) -> tuple[str, dict[str, pl.DataFrame]]:
    """Return what tells of a flag's event in `history` that a migration brought it which stands, in SQL, and the tables that this names."""
    undone, otherwise = undone_batches(book), left_apart(book)
    if not len(otherwise):
        return f"history.batch_id IN ({MIGRATIONS})", {"undone": undone}
    return f"({OF_MIGRATIONS} AND {EITHER})", {"undone": undone, "otherwise": otherwise}
