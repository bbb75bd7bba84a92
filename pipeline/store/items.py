"""Changed items into the book: their history, and the tables that hold them."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipeline.store.book import Book
from schemas.entities import STATUS
from schemas.entity import Entity

LAST = "SELECT * FROM events QUALIFY row_number() OVER (PARTITION BY customer_id, item ORDER BY place DESC) = 1"


@dataclass(frozen=True)
class ItemChanges:
    """What a batch changes of one entity's items.

    `events`: place (from 0, over all entities of the batch), customer_id, item, action, is_before and is_after (whether the item is
    there), before_ and after_ of the fields and of `STAMPS`, before_value and after_value (of an item that is a plain value),
    origin (file_no, sheet, source_row), reason, changed_by; in the order of places. Events out of another system's file have besides
    changed_at (null: the batch's time), source (its name), said and said_until (all that it says of the item, comment and last day), and told (what
    its log says happened, of an edit).
    """

    entity: Entity
    events: pl.DataFrame


def write_items(book: Book, stamp: tuple[int, datetime], event: int, changes: ItemChanges) -> None:
    """Write an entity's events and what stands after them; the first event of the batch gets the number `event`."""
    entity, events = changes.entity, changes.events
    write_events(book, stamp, event, changes)
    if entity is STATUS:
        _write_status(book, events)
    else:
        take_off(book, entity, events)
        _put(book, entity, event, (f"({LAST}) WHERE is_after ORDER BY place", events))


def write_events(book: Book, stamp: tuple[int, datetime], event: int, changes: ItemChanges) -> None:
    """Write an entity's events into the history, in their order: to sort them again would take longer than to write them."""
    entity, events = changes.entity, changes.events
    is_migrated = "source" in events.columns
    after = f"{SOURCE['after']}{TOLD if events['told'].null_count() < len(events) else ''}" if is_migrated else ""
    when = "coalesce(changed_at, ?)" if is_migrated else "?"
    book.run(
        f"INSERT INTO history SELECT place + ?, ?, file_no, sheet, source_row, ?, customer_id, item, action, "
        f"{_json(entity, 'before', SOURCE['before'] if is_migrated else '')}, {_json(entity, 'after', after)}, "
        f"reason, changed_by, {when} FROM events",
        event,
        stamp[0],
        entity.entity_in_history,
        stamp[1],
        events=events,
    )


def _columns(entity: Entity) -> dict[str, str]:
    """Return the engine's name → the table's for the values that an entity keeps."""
    return {one.name: one.name for one in entity.fields} | dict(entity.stamps)


# What the history keeps beside an item's values where they come out of another system: which, and what it said of the item.
SOURCE = {"before": ", 'source', source", "after": ", 'source', source, 'said', said, 'said_until', said_until"}
TOLD = ", 'told', told"  # of an edit, what the other system's log says happened: the texts alone do not always tell


def _json(entity: Entity, side: str, more: str = "") -> str:
    """Return what the history keeps of one side of a change: the item's values and `more`, null where it is not there."""
    pairs = ", ".join(f"'{column}', {side}_{name}" for name, column in _columns(entity).items()) + more
    said = f"CASE WHEN is_{side} THEN json_object({pairs}) END"
    return f"CASE WHEN item = 'status' THEN json_object('status', {side}_value) ELSE {said} END" if entity is STATUS else said


def take_off(book: Book, entity: Entity, events: pl.DataFrame) -> None:
    """Take the items that events find there out of the entity's table."""
    book.run(
        f"DELETE FROM {entity.table} t USING events e WHERE t.customer_id = e.customer_id AND t.{entity.item} = e.item",
        events=events.filter("is_before").select("customer_id", "item").unique(),
    )


def put_items(book: Book, entity: Entity, event: int, last: pl.DataFrame) -> None:
    """Put what stands after `last`, the last event of each item, into the entity's table; see `write_events`."""
    _put(book, entity, event, ("events WHERE is_after", last))


def _put(book: Book, entity: Entity, event: int, what: tuple[str, pl.DataFrame]) -> None:
    """Insert what stands after events; `what`: which of them, in SQL, and all of them."""
    columns, (rest, events) = _columns(entity), what
    book.run(
        f"INSERT INTO {entity.table} (customer_id, {entity.item}, {', '.join([*columns.values(), 'version'])}) "
        f"SELECT customer_id, item, {', '.join(f'after_{name}' for name in columns)}, place + ? FROM {rest}",
        event,
        events=events,
    )


def _write_status(book: Book, events: pl.DataFrame) -> None:
    last = events.sort("place").group_by("customer_id", "item", maintain_order=True).last()
    status, blocks = last.filter(pl.col("item") == "status"), last.filter(pl.col("item") == "blocked")
    book.run("UPDATE customers SET status = s.after_value FROM s WHERE customers.customer_id = s.customer_id", s=status)
    book.run(
        "UPDATE customers SET blocked = b.is_after, blocked_reason = b.after_blocked_reason, blocked_by = b.after_made_by, blocked_at = b.after_made_at "
        "FROM b WHERE customers.customer_id = b.customer_id",
        b=blocks,
    )
