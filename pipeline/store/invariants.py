"""What must hold in every book, between its tables. Each check returns what is wrong; none shows a value, as what doctor says may go into a log."""

from collections.abc import Callable

import duckdb

from pipeline.health import LOOK, Fault
from pipeline.report import OUTCOMES
from pipeline.store.book import Book
from pipeline.store.undoing import kept_values
from schemas.entities import ENTITIES
from schemas.entity import Entity

KEYS = {
    "book": "key",
    "flag_types": "name",
    "type_keys": "name",
    "customers": "customer_id",
    "bookings": "booking_id",
    "batches": "batch_id",
    "batch_files": "batch_id, file_no",
    "history": "event_id",
    **{entity.table: f"customer_id, {entity.item}" for entity in ENTITIES if entity.table},
}
# Table → the column that names a batch, and whether it may be null.
OF_BATCHES = (
    *(("history", "batch_id"), ("batch_rows", "batch_id"), ("batch_files", "batch_id"), ("batches", "undoes")),
    *((table, column) for table in ("customers", "bookings") for column in ("first_batch", "last_batch")),
)
RESTORE = "Restore a backup from before it (docs/runbook.md: What doctor finds)"

Check = Callable[[Book], list[Fault]]


def _count(book: Book, query: str) -> int:
    n: int = book.ask(f"SELECT count(*) AS n FROM ({query})")["n"][0]
    return n


def _fault(code: str, where: str, n: int, what: str, *, level: str = "damaged") -> list[Fault]:
    return [Fault(code, where, f"{n:,} {what}", f"{RESTORE}.", level)] if n else []


def check_keys(book: Book) -> list[Fault]:
    """Each key is there once."""
    found = []
    for table, key in KEYS.items():
        n = _count(book, f"SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1")
        found += _fault("key-twice", table, n, f"keys ({key}) stand more than once")
    return found


def check_events(book: Book) -> list[Fault]:
    """The history's numbers run from 1 without gaps."""
    n, first, last = book.ask("SELECT count(*) AS n, min(event_id) AS low, max(event_id) AS high FROM history").row(0)
    if not n or (first == 1 and last == n):
        return []
    return [Fault("events-missing", "history", f"it has {n:,} events, numbered {first:,} to {last:,}: some are missing or too many", f"{RESTORE}.")]


def check_batches(book: Book) -> list[Fault]:
    """Batches run from 1 without gaps, are finished, and every record names one that is there."""
    n, first, last = book.ask("SELECT count(*) AS n, min(batch_id) AS low, max(batch_id) AS high FROM batches").row(0)
    found = []
    if n and (first, last) != (1, n):
        found.append(Fault("batches-missing", "batches", f"there are {n:,}, numbered {first:,} to {last:,}: some are missing", f"{RESTORE}."))
    found += _fault("batch-unfinished", "batches", _count(book, "SELECT 1 FROM batches WHERE finished_at IS NULL"), "batches have no end")
    for table, column in OF_BATCHES:
        n = _count(book, f"SELECT 1 FROM {table} t ANTI JOIN batches b ON b.batch_id = t.{column} WHERE t.{column} IS NOT NULL")
        found += _fault("no-such-batch", f"{table}.{column}", n, "rows name a batch that is not there")
    return found


def check_counts(book: Book) -> list[Fault]:
    """The counts of a batch are those of its rows: of an upload all of them, of any batch those that came back."""
    total = " + ".join(OUTCOMES)
    found = [("batches", number, f"batch {number}: its rows read are not the sum of its outcomes") for number in _numbers(book, f"rows_read <> {total}")]
    for outcome in OUTCOMES:
        kinds = "true" if outcome == "rejected" else "kind = 'apply'"
        rows = f"(SELECT count(*) FROM batch_rows r WHERE r.batch_id = b.batch_id AND r.outcome = '{outcome}')"
        found += [
            ("batch_rows", number, f"batch {number}: its record counts other rows as {outcome} than it has")
            for number in _numbers(book, f"{kinds} AND {outcome} <> {rows}")
        ]
    return [Fault("count-differs", where, what, f"{RESTORE}; compare with: flagbook batch {number}") for where, number, what in found]


def _numbers(book: Book, condition: str) -> list[int]:
    """Return the first batches of which a condition holds; ten say enough."""
    return book.ask(f"SELECT batch_id FROM batches b WHERE {condition} ORDER BY batch_id LIMIT 10")["batch_id"].to_list()


def check_customers(book: Book) -> list[Fault]:
    """Whoever a booking or an item is of is there."""
    found = []
    for table in ("bookings", *(entity.table for entity in ENTITIES if entity.table)):
        n = _count(book, f"SELECT 1 FROM {table} ANTI JOIN customers USING (customer_id)")
        found += _fault("no-such-customer", table, n, "rows are of a customer who is not there")
    return found


def check_items(book: Book) -> list[Fault]:
    """Flags, tags and the like are what the history made of them."""
    return [fault for entity in ENTITIES if entity.table for fault in _replay(book, entity)]


def _replay(book: Book, entity: Entity) -> list[Fault]:
    """Compare what an item's last event left with the item."""
    assert entity.table, "callers ask for those that have one"
    last = (
        "SELECT h.customer_id, h.item, h.event_id, h.after FROM history h SEMI JOIN "
        f"(SELECT max(event_id) AS event_id FROM history WHERE entity = '{entity.name}' GROUP BY customer_id, type_key(item)) USING (event_id)"
    )
    same = " AND ".join(f"(h.after ->> '{column}')::{kind} IS NOT DISTINCT FROM i.{column}" for column, kind in kept_values(entity).values())
    # An event that comes late, or is told again, changes nothing: the version is that of the last one that did, or of a later one that did not.
    differs = " OR ".join(f"before ->> '{column}' IS DISTINCT FROM after ->> '{column}'" for column, _ in kept_values(entity).values())
    changed = f"(before IS NULL) <> (after IS NULL){f' OR {differs}' if differs else ''}"
    versions = (
        f"SELECT customer_id, type_key(item) AS item, max(event_id) FILTER ({changed}) AS version FROM history WHERE entity = '{entity.name}' GROUP BY ALL"
    )
    joined = (
        f"({last}) h FULL JOIN {entity.table} i ON i.customer_id = h.customer_id AND type_key(i.{entity.item}) = type_key(h.item) "
        f"LEFT JOIN ({versions}) v ON v.customer_id = h.customer_id AND v.item = type_key(h.item)"
    )
    is_own = "i.version BETWEEN coalesce(v.version, h.event_id) AND h.event_id"
    wrong = {
        "which the history never made": "h.event_id IS NULL",
        "which the history has ended": "h.after IS NULL AND h.event_id IS NOT NULL AND i.customer_id IS NOT NULL",
        "are missing which the history has made": "h.after IS NOT NULL AND i.customer_id IS NULL",
        "say something else than the history": f"h.after IS NOT NULL AND i.customer_id IS NOT NULL AND NOT ({is_own} AND {same})",
    }
    counts = book.ask("SELECT " + ", ".join(f"count(*) FILTER ({test}) AS n{place}" for place, test in enumerate(wrong.values())) + f" FROM {joined}").row(0)
    return [fault for n, what in zip(counts, wrong, strict=True) for fault in _fault("history-differs", entity.table, n, f"{entity.word}s {what}")]


def check_alerts(book: Book) -> list[Fault]:
    """A customer's alert, and whether they are blocked, are what the history last said; the undo of a load restores customers whole."""
    found = []
    for item, column, said in (
        ("action IN ('alert', 'restored')", "alert_message", "after ->> 'alert_message'"),
        (
            "(item = 'blocked' OR action = 'restored')",
            "blocked",
            "CASE WHEN action = 'restored' THEN (after ->> 'blocked')::BOOLEAN ELSE after IS NOT NULL END",
        ),
    ):
        last = f"SELECT max(event_id) AS event_id FROM history WHERE entity = 'customers' AND {item} GROUP BY customer_id"
        joined = f"history h SEMI JOIN ({last}) USING (event_id) JOIN customers c ON c.customer_id = h.customer_id"
        wrong = f"SELECT 1 FROM {joined} WHERE ({said}) IS DISTINCT FROM c.{column}"
        found += _fault("history-differs", f"customers.{column}", _count(book, wrong), "customers have another one than the history says")
    return found


def check_views(book: Book) -> list[Fault]:
    """What the reports show can be asked for."""
    names = book.ask("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name")["view_name"]
    return [
        Fault("view-lost", name, "this view can't be used", "Restore a backup, or ask who changed the store's tables.", LOOK)
        for name in names
        if not _can_be_asked(book, name)
    ]


def _can_be_asked(book: Book, view: str) -> bool:
    try:
        book.con.execute(f'SELECT * FROM "{view}" LIMIT 0').fetchall()
    except (duckdb.BinderException, duckdb.CatalogException):
        return False
    return True


# What is checked, in this order; another check is one more line.
CHECKS: dict[str, Check] = {
    "keys": check_keys,
    "events": check_events,
    "batches": check_batches,
    "counts": check_counts,
    "customers": check_customers,
    "items": check_items,
    "alerts": check_alerts,
    "views": check_views,
}
