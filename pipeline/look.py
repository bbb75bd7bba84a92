"""One function a job that looks into the book, or sets one up; `run.py` has those that change it."""

from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import Refused
from pipeline.glance import BatchReport, CustomerReport, Listing
from pipeline.intake.cells import key_forms, keys_of
from pipeline.matching import find_by_keys
from pipeline.outputs.celltexts import say_cut
from pipeline.outputs.staging import staged
from pipeline.outputs.tables import write_table
from pipeline.outputs.template import Choices, write_template
from pipeline.run import Where
from pipeline.settings import Settings, read_settings
from pipeline.store import looking
from pipeline.store.book import Book, open_book, write_settings
from pipeline.store.place import check_place
from pipeline.wording import count_of
from schemas.entities import ENTITIES, FLAGS
from schemas.entity import Entity

__all__ = ["Where", "batch", "batches", "export", "history", "init", "show", "template"]


def init(folder: Path, store: Path, timezone: str) -> list[Path]:
    """Make a folder to work in: settings, inbox, outbox and an empty store; return what was made.

    Nothing is overwritten: raises `Refused` where settings or store are there already, or the folder can't be made.
    """
    settings = folder / "flagbook.toml"
    for path in (settings, store):
        if path.exists():
            raise Refused(f"{path}: this is there already, and init never overwrites.", "Name another folder.")
    check_place(store, creating=True, in_new_folder=True)
    text = resources.files("pipeline.outputs").joinpath("flagbook.toml").read_text(encoding="utf-8")
    try:
        for made in (folder / "inbox", folder / "outbox"):
            made.mkdir(parents=True, exist_ok=True)
        settings.write_text(text.replace('timezone = "UTC"', f'timezone = "{timezone}"'), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder}: the folder can't be made ({error.strerror or type(error).__name__}).", "Name another folder.") from None
    with open_book(store, writing=True, creating=True) as book, book.transaction():
        write_settings(book, read_settings(settings))
    return [settings, folder / "inbox", folder / "outbox", store]


def batches(where: Where) -> Listing:
    """List the batches, newest first."""
    with open_book(where.store, writing=False) as book:
        rows = looking.list_batches(book)
    columns = ("batch_id", "kind", "status", "as_of", "submitted_by", "rows_read", "applied", "unchanged", "rejected", "ignored", "reason")
    return Listing("batches", count_of(len(rows), "batch", "batches"), rows, columns, where.settings.zone, {})


def batch(where: Where, batch_id: int) -> BatchReport:
    """Show one batch with its files, counts and findings; raise `Refused` where there is none of this number."""
    with open_book(where.store, writing=False) as book:
        found = looking.find_batch(book, batch_id)
    if found is None:
        raise Refused(f"There is no batch {batch_id}.", "List them with: flagbook batches")
    return BatchReport(found, where.settings.zone)


def show(where: Where, key: str, as_of: datetime) -> CustomerReport:
    """Show a customer, named by id, e-mail or phone, at a glance."""
    with open_book(where.store, writing=False) as book:
        one = _find_one(book, key, where.settings)
        found = (
            looking.customer_record(book, one),
            looking.customer_flags(book, one),
            looking.other_items(book, one),
            looking.coming_bookings(book, one, as_of),
            looking.flag_events(book, one),
        )
    return CustomerReport(*found, where.settings.zone)


def history(where: Where, key: str) -> Listing:
    """List every flag event of a customer, named by id, e-mail or phone."""
    with open_book(where.store, writing=False) as book:
        one = _find_one(book, key, where.settings)
        rows = looking.flag_events(book, one)
    undone = ("undone_by",) if any(row["undone_by"] for row in rows) else ()
    columns = ("changed_at", "action", "flag_type", "comment_before", "comment_after", "expires_on_after", "reason", "changed_by", "batch_id", *undone)
    return Listing("events", f"{one}: {count_of(len(rows), 'flag event')}", rows, columns, where.settings.zone, {"customer_id": one})


def _find_one(book: Book, key: str, settings: Settings) -> str:
    """Return the id of the customer whom an id, an e-mail or a phone number names; raise `Refused` unless it is exactly one.

    Who is deleted is looked at where nobody else is meant: such a customer is unknown to instructions (rule 2.4), and has a history all the same.
    """
    keys = key_forms(key, settings.business.phone_region)
    if keys["id_key"][0] is None:
        raise Refused("The customer's name is blank.", "Give an id, an e-mail or a phone number.")
    places = {"id_key": "customer_id", "email_key": "email_key", "phone_key": "phone_key"}
    meant = pl.any_horizontal(pl.col(place) == form for key, place in places.items() if (form := keys[key][0]) is not None)
    every = find_by_keys(book, keys, settings.business.phone_region).filter(meant)
    living = every.filter(pl.col("status") != "deleted")
    found = living if len(living) else every
    exact = found.filter(pl.col("customer_id") == keys["id_key"][0])
    ids: list[str] = sorted((exact if len(exact) else found)["customer_id"])
    if not ids:
        raise Refused("No customer has this id, e-mail or phone number.", "Check it against the customer export.")
    if len(ids) > 1:
        raise Refused(f"{len(ids)} customers have it: {', '.join(ids[:20])}.", "Name one of them by id.")
    return ids[0]


def template(where: Where, target: Path, *, with_current: bool) -> dict[str, int]:
    """Write a workbook to fill in; with what is there now as rows ready to edit if asked for. Return how many items of each kind it shows.

    A flag whose type has left the settings can't be edited by name: its row says ignore.
    """
    known = where.settings.type_names()
    written = dict(zip(keys_of(known), known, strict=True))
    sheets: list[tuple[Entity, list[dict[str, Any]]]] = []
    with open_book(where.store, writing=False) as book:
        for entity in ENTITIES:
            items = looking.current_items(book, entity) if with_current and entity.table else []
            if entity is FLAGS:  # in the settings' letters, among which the drop-down is to have it
                keyed = zip(items, keys_of(item["flag_type"] for item in items), strict=True)
                items = [{**item, "flag_type": written.get(key, item["flag_type"])} for item, key in keyed]
            unknown = [] if entity is not FLAGS else [item for item in items if item["flag_type"] not in known]
            sheets.append((entity, [{**item, "action": "ignore" if item in unknown else "edit"} for item in items]))
    choices = Choices({FLAGS.name: known}, [person.name for person in where.settings.staff if person.may_flag])
    with staged() as files:
        files.write_beside(target, lambda path: write_template(path, sheets, choices))
        files.publish()
    return {entity.name: len(rows) for entity, rows in sheets if rows}


def export(where: Where, tables: Sequence[str], formats: Sequence[str]) -> Listing:
    """Write tables of the book as files into `where.out`; none named: all that tell of customers and batches. Remarks tell what a workbook can't hold.

    Raises `Refused` where the book has no such table, `TryAgain` where a file can't be written.
    """
    known = (*looking.TABLES, *looking.VIEWS, *looking.BESIDES)
    unknown = [name for name in tables if name not in known]
    if unknown:
        raise Refused(f"The book has no table called {unknown[0]}.", f"It has: {', '.join(known)}.")
    assert where.out is not None, "the command asks for a folder"
    made: list[dict[str, Any]] = []
    remarks: list[str] = []
    with open_book(where.store, writing=False) as book, staged() as files:
        for name in dict.fromkeys(tables or looking.TABLES):
            frame = looking.whole_table(book, name)
            for form in formats:
                target = where.out / f"{name}.{form}"
                if cut := write_table(files, target, name, frame, where.settings.business.timezone):
                    remarks.append(f"{target.name}: {say_cut(cut)}. Export {name} with --format csv (or parquet) to have all of it.")
                made.append({"table": name, "file": str(target), "rows": len(frame)})
        files.publish()
    return Listing("files", f"{count_of(len(made), 'file')} written", made, ("table", "rows", "file"), where.settings.zone, {"remarks": remarks})
