"""What an undo needs of the book: the items that a batch changed, as they were, as it left them, and as they are."""

from datetime import datetime

import polars as pl

from pipeline.store.book import Book
from pipeline.store.bookings import LIVE, TRIMMED
from pipeline.store.log import NOT_ERASED, standing_undos
from pipeline.store.reading import items_query
from pipeline.store.writing import BY_BOOK, WRITTEN, WROTE, find_written
from schemas.columns import Kind
from schemas.entities import STATUS
from schemas.entity import Entity

TYPES = {Kind.DATE: "DATE", Kind.TEXT: "VARCHAR"}
STAMP_TYPES = {"made_by": "VARCHAR", "made_at": "TIMESTAMPTZ", "updated_by": "VARCHAR", "updated_at": "TIMESTAMPTZ"}
# The first state that a batch's events name of an item, and the last; an item may have several events in one batch.
SIDES = ("before", "after")
ENDS = "first(before ORDER BY event_id) AS before, last(after ORDER BY event_id) AS after"


def find_undo(book: Book, batch_id: int) -> int | None:
    """Return the batch that undid a batch and still stands, or None; one that found nothing to put back undid nothing."""
    return max((number for number, undone, _ in standing_undos(book) if undone == batch_id), default=None)


def kept_values(entity: Entity) -> dict[str, tuple[str, str]]:
    """Return the engine's name → (the table's column, its type) for the fields and stamps that an entity keeps."""
    fields = {one.name: (one.name, TYPES[entity.kind_of(one)]) for one in entity.fields}
    return fields | {name: (column, STAMP_TYPES[name]) for name, column in entity.stamps.items()}


def changed_items(book: Book, entity: Entity, batch_id: int) -> pl.DataFrame:
    """Return the items that a batch changed, a row for each name as its events write it, with its first state and its last.

    The columns are customer_id, item, first_event, last_event, and before_ and after_ of the fields and stamps, of is_there, and of
    value (of an item that is a plain value, else null).
    """
    said = "".join(f"({side} ->> '{column}')::{kind} AS {side}_{name}, " for side in SIDES for name, (column, kind) in kept_values(entity).items())
    is_value = "item = 'status'" if entity is STATUS else "false"
    there = ", ".join(f"{side} IS NOT NULL AND NOT {is_value} AS {side}_is_there, {side} ->> 'status' AS {side}_value" for side in SIDES)
    items = "item IN ('status', 'blocked')" if entity is STATUS else "true"
    return book.ask(
        f"WITH ends AS (SELECT customer_id, item, {ENDS}, min(event_id) AS first_event, max(event_id) AS last_event "
        f"FROM history WHERE batch_id = ? AND entity = ? AND {items} AND {NOT_ERASED} GROUP BY customer_id, item) "
        f"SELECT customer_id, item, first_event, last_event, {said}{there} FROM ends ORDER BY first_event",
        batch_id,
        entity.entity_in_history,
    )


def present_items(book: Book, entity: Entity, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the items that customers (customer_id) have now: customer_id, now_item, and now_ of all that `changed_items` has."""
    kept = ", ".join(f"{name} AS now_{name}" for name in kept_values(entity))
    shown = f"{kept}, " if kept else ""
    found = f"SELECT customer_id, item_name AS now_item, {shown}true AS now_is_there, NULL::VARCHAR AS now_value "
    found += f"FROM ({items_query(entity)}) SEMI JOIN asked USING (customer_id)"
    if entity is STATUS:
        nothing = "".join(f"NULL AS now_{name}, " for name in kept_values(entity))
        found = f"{found} WHERE item_name = 'blocked' UNION ALL "
        found += f"SELECT customer_id, 'status', {nothing}false, status FROM customers SEMI JOIN asked USING (customer_id)"
    return book.ask(found, asked=customers)


BOOKING_ENDS = (
    "SELECT item AS booking_id, min(event_id) AS first_event, max(event_id) AS last_event, arg_min_null(before ->> '{0}', event_id) AS before_value, "
    "arg_max_null(after ->> '{0}', event_id) AS after_value FROM history "
    f"WHERE batch_id = ? AND entity = 'bookings' AND action = ? AND {NOT_ERASED} GROUP BY item"
)
# A booking's customer once rows are back: `back_bookings` must be there.
THEN_WHOSE = "CASE WHEN k.untouched THEN k.former_customer ELSE b.customer_id END"


def changed_statuses(book: Book, batch_id: int) -> pl.DataFrame:
    """Return the bookings of which a batch changed the status: row_id, booking_id, customer_id (once rows are back), before_, after_ and now_value."""
    return book.ask(
        f"WITH ends AS ({BOOKING_ENDS.format('status')}) "
        f"SELECT b.rowid AS row_id, booking_id, {THEN_WHOSE} AS customer_id, before_value, after_value, "
        "b.status AS now_value FROM ends JOIN bookings b USING (booking_id) LEFT JOIN back_bookings k ON k.row_id = b.rowid ORDER BY row_id",
        batch_id,
        "status",
    )


def changed_texts(book: Book, batch_id: int) -> pl.DataFrame:
    """Return the bookings of which a batch wrote the alert, as `changed_statuses` does; also before_, after_ and now_wrote.

    Those are what the book itself had last written there. `stuck`: the batch moved it to another customer, where it stays.
    """
    wrote = ", ".join(
        f"arg_max_null({WROTE}, event_id) FILTER ({until}) AS {side}, count(*) FILTER ({until}) > 0 AS has_{side}"
        for side, until in (("before", "event_id < first_event"), ("after", "event_id <= last_event"), ("now", "true"))
    )
    sides = ", ".join(f"CASE WHEN w.has_{side} THEN w.{side} ELSE b.book_alert END AS {side}_wrote" for side in ("before", "after", "now"))
    return book.ask(
        f"WITH ends AS ({BOOKING_ENDS.format('alert_message')}), "
        f"wrote AS (SELECT item, {wrote} FROM history h JOIN (SELECT booking_id, first_event, last_event FROM ends) e ON e.booking_id = h.item "
        f"WHERE {BY_BOOK} GROUP BY item) "
        f"SELECT b.rowid AS row_id, e.booking_id, {THEN_WHOSE} AS customer_id, e.before_value, e.after_value, b.alert_message AS now_value, "
        f"{sides}, coalesce(NOT k.untouched AND k.changed_hands, false) AS stuck "
        "FROM ends e JOIN bookings b ON b.booking_id = e.booking_id LEFT JOIN wrote w ON w.item = e.booking_id "
        "LEFT JOIN back_bookings k ON k.row_id = b.rowid ORDER BY row_id",
        batch_id,
        "alert",
    )


def find_shifting(book: Book, statuses: pl.DataFrame, as_of: datetime) -> None:
    """Put into `shifting` the bookings that an undo puts back, and into `apart` (row_id) those that do not simply follow their customer's alert.

    `statuses`: row_id and before_value of the statuses put back. Apart are bookings that change customer, or become future and live or are so no
    longer, and those that the batch brought. The columns of `shifting`: row_id, customer_id (once rows are back), changes_hands, was_live, is_live.
    """
    was, now = LIVE.format("b.", "b."), f"coalesce(s.before_value, b.status) = 'booked' AND {THEN_STARTS} >= ?"
    book.run("CREATE OR REPLACE TEMP TABLE statuses_back AS SELECT row_id, before_value FROM given", given=statuses.select("row_id", "before_value"))
    book.run(
        f"CREATE OR REPLACE TEMP TABLE shifting AS SELECT b.rowid AS row_id, {THEN_WHOSE} AS customer_id, {THEN_WHOSE} <> b.customer_id AS changes_hands, "
        f"{was} AS was_live, {now} AS is_live FROM bookings b LEFT JOIN (SELECT * FROM back_bookings WHERE untouched) k ON k.row_id = b.rowid "
        "LEFT JOIN statuses_back s ON s.row_id = b.rowid "
        "WHERE b.rowid IN (SELECT row_id FROM back_bookings WHERE untouched UNION ALL SELECT row_id FROM statuses_back)",
        as_of,
        as_of,
    )
    book.run(
        "CREATE OR REPLACE TEMP TABLE apart AS SELECT row_id FROM shifting WHERE changes_hands OR was_live <> is_live "
        "UNION ALL SELECT row_id FROM going_bookings"
    )


THEN_STARTS = "CASE WHEN k.untouched THEN k.former_starts ELSE b.starts_at END"


def not_apart(book: Book, bookings: pl.DataFrame) -> pl.DataFrame:
    """Return the bookings (row_id) that are not in `apart`."""
    return book.ask("SELECT * FROM given ANTI JOIN apart USING (row_id) ORDER BY row_id", given=bookings) if len(bookings) else bookings


def find_judged(book: Book, texts: pl.DataFrame, alerts: pl.DataFrame, as_of: datetime) -> int:
    """Put into `moved` (see `rules.alerts.judge_moved`) the bookings that an undo judges again; return how many.

    They are those that change customer, or become future and live, and are so then; and those that the batch brought and that stay. `texts`: row_id,
    before_value and before_wrote of the alerts put back. `alerts`: customer_id, old and new of the customers whose alert changes; follows tells
    whether bookings that say the old one follow (rule 6.5).
    """
    book.run("CREATE OR REPLACE TEMP TABLE texts_back AS SELECT row_id, before_value, before_wrote FROM given", given=texts)
    book.run("CREATE OR REPLACE TEMP TABLE alerts_then AS SELECT customer_id, old, new, follows FROM given", given=alerts)
    book.run(
        "CREATE OR REPLACE TEMP TABLE judging AS SELECT b.rowid AS row_id, b.booking_id, d.customer_id, b.alert_message, b.book_alert FROM ("
        "SELECT row_id, customer_id FROM shifting WHERE is_live AND (changes_hands OR NOT was_live) UNION ALL "
        "SELECT g.row_id, g.customer_id FROM going_bookings g JOIN bookings b ON b.rowid = g.row_id "
        f"WHERE NOT g.untouched AND {LIVE.format('b.', 'b.')} AND g.row_id NOT IN (SELECT row_id FROM shifting)) d JOIN bookings b ON b.rowid = d.row_id",
        as_of,
    )
    find_written(book, "judging")
    people = "SELECT customer_id, alert_message FROM customers UNION ALL SELECT id, alert_message FROM coming_customers WHERE untouched"
    present = "CASE WHEN a.customer_id IS NULL THEN p.alert_message ELSE a.new END"
    alert, wrote = (
        "CASE WHEN t.row_id IS NULL THEN {} ELSE t.{} END".format(*pair) for pair in (("b.alert_message", "before_value"), (WRITTEN, "before_wrote"))
    )
    book.run(
        f"CREATE OR REPLACE TEMP TABLE moved AS SELECT b.row_id AS booking_no, {TRIMMED.format(alert)} AS alert, {TRIMMED.format(wrote)} AS book_wrote, "
        f"CASE WHEN a.follows THEN a.old ELSE {present} END AS former, {present} AS present FROM judging b JOIN ({people}) p ON p.customer_id = b.customer_id "
        "LEFT JOIN alerts_then a ON a.customer_id = b.customer_id LEFT JOIN texts_back t ON t.row_id = b.row_id LEFT JOIN written h ON h.item = b.booking_id"
    )
    n: int = book.ask("SELECT count(*) AS n FROM moved")["n"][0]
    return n


def judged_bookings(book: Book) -> pl.DataFrame:
    """Return what was decided of them (`judged`): row_id, booking_id, customer_id, before and wrote (what stands, what the book wrote), after, effect."""
    return book.ask(
        f"SELECT b.row_id, b.booking_id, b.customer_id, b.alert_message AS before, {WRITTEN} AS wrote, j.after, j.effect FROM judging b "
        "JOIN judged j ON j.booking_no = b.row_id LEFT JOIN written h ON h.item = b.booking_id ORDER BY b.row_id"
    )


def former_alerts(book: Book, batch_id: int, customers: pl.DataFrame) -> pl.DataFrame:
    """Return customer_no and former, the alert before a batch, of the customers (customer_id, customer_no) whose alert it changed."""
    return book.ask(
        f"WITH ends AS (SELECT customer_id, {ENDS} FROM history "
        f"WHERE batch_id = ? AND entity = 'customers' AND action = 'alert' AND {NOT_ERASED} GROUP BY ALL) "
        "SELECT customer_no, before ->> 'alert_message' AS former FROM ends JOIN asked USING (customer_id)",
        batch_id,
        asked=customers.select("customer_id", "customer_no"),
    )


def named_customers(book: Book, ids: pl.DataFrame) -> pl.DataFrame:
    """Return customer_no (from 0, in the order of ids), customer_id and alert_message of the customers in `ids` (customer_id)."""
    found = book.ask("SELECT customer_id, alert_message FROM customers SEMI JOIN ids USING (customer_id) ORDER BY customer_id", ids=ids)
    return found.with_row_index("customer_no").with_columns(pl.col("customer_no").cast(pl.Int64))
