"""From exports to a book brought up to date: staged, matched, merged by the rules, and written, in one transaction.

The dry run does all of it and then rolls back, so that the two can't differ (rule 6.4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import narwhals.stable.v2 as nw
import polars as pl

from pipeline.findings import CATALOGUE
from pipeline.intake.cells import phone_keys
from pipeline.intake.exports import Export
from pipeline.intake.sheets import RawSheet
from pipeline.rules.alerts import mark_new_bookings
from pipeline.rules.merge import merge_with_source
from pipeline.rules.who import KEYS, match_customers
from pipeline.settings import Settings
from pipeline.store import loading as store
from pipeline.store.book import Book
from pipeline.store.reading import find_customers, phones_to_key

REJECTED = {"file_no": pl.Int64, "source_row": pl.Int64, "item": pl.String, "code": pl.String, "message": pl.String}


@dataclass
class Loaded:
    """What a load has done so far. `rejected` has the columns of `REJECTED`, a row for each finding."""

    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    marked: int = 0

    def came_back(self) -> pl.DataFrame:
        """Return file_no, source_row, item, code and message of every rejected row, its findings joined."""
        found = pl.concat([pl.DataFrame(schema=REJECTED), *self.rejected]).sort("file_no", "source_row", maintain_order=True)
        return found.group_by("file_no", "source_row", maintain_order=True).agg(
            pl.col("item").first(), pl.col("code").unique(maintain_order=True).str.join(","), pl.col("message").unique(maintain_order=True).str.join("; ")
        )

    def rejected_rows(self) -> pl.DataFrame:
        """Return the rejected rows as `batch_rows` keeps them."""
        nothing = pl.lit(None, pl.String)
        return self.came_back().with_columns(sheet=nothing, customer_id=nothing, action=nothing, outcome=pl.lit("rejected"))


@dataclass(frozen=True)
class Loading:
    """What a load is done with."""

    book: Book
    settings: Settings
    as_of: datetime
    batch_id: int


def load_exports(loading: Loading, customers: Sequence[tuple[int, Export]], bookings: Sequence[tuple[int, Export]]) -> Loaded:
    """Bring exports (each with its file number) into the book: customers first, then bookings (rule 4.7)."""
    loaded = Loaded()
    _refresh_phones(loading)
    if customers:
        _load_customers(loading, customers, loaded)
    if bookings:
        _load_bookings(loading, bookings, loaded)
    return loaded


def raw_rejected(exports: Sequence[tuple[int, Export]], came_back: pl.DataFrame) -> Iterator[tuple[int, Export, RawSheet | None]]:
    """Yield each export with its rejected rows as they came (None where there is none): the file is read once more for them."""
    for number, export in exports:
        rows = came_back.filter(pl.col("file_no") == number).select("source_row")
        if not len(rows):
            yield number, export, None
            continue
        pieces = [(sheet, sheet.rows.join(rows, on="source_row", how="semi")) for sheet in export.sheets()]
        yield number, export, replace(pieces[0][0], rows=pl.concat([piece for _, piece in pieces]))


def _refresh_phones(loading: Loading) -> None:
    region = loading.settings.business.phone_region
    if (loading.book.value("phone_region") or None) != region:
        phones = phones_to_key(loading.book)
        store.refresh_phone_keys(loading.book, phones.select("customer_id", phone_key=phone_keys(phones["phone"], region)), region or "")


def _stage(loading: Loading, target: store.Target, exports: Sequence[tuple[int, Export]], loaded: Loaded) -> tuple[int, int]:
    """Stage all rows that hold; return how many were read, and how many repeat another."""
    read, held, first = 0, 0, True
    for number, export in exports:
        for sheet in export.sheets():
            checked = export.cast(sheet)
            read += len(sheet.rows)
            held += len(checked.valid)
            if len(checked.valid):
                store.stage(loading.book, target, number, checked.valid, first=first)
                first = False
            empty = checked.valid.clear()
            _note(checked.findings, number, loaded)
        loaded.remarks += export.remarks
    if first:
        store.stage(loading.book, target, 0, empty, first=True)
    _require_kept(store.count_rows(loading.book, target.staged), held)
    clashing, repeated = store.drop_duplicates(loading.book, target)
    said = pl.lit(CATALOGUE["duplicate-id"].message)
    loaded.rejected.append(clashing.select("file_no", "source_row", item="id", code=pl.lit("duplicate-id"), message=said))
    return read, repeated


def _require_kept(found: int, expected: int) -> None:
    """Raise unless as many rows are there as were put there: no row may get lost on the way into the book."""
    if found != expected:
        raise AssertionError(f"{expected:,} rows were handed on and {found:,} arrived: nothing is written")


def _note(findings: pl.DataFrame, number: int, loaded: Loaded) -> None:
    warning = pl.col("code").is_in([code for code, kind in CATALOGUE.items() if kind.severity == "warning"])
    for message, count in findings.filter(warning)["message"].value_counts().rows():
        loaded.warnings[message] = loaded.warnings.get(message, 0) + count
    errors = findings.filter(~warning)
    loaded.rejected.append(errors.select(pl.lit(number, pl.Int64).alias("file_no"), "source_row", pl.lit(None, pl.String).alias("item"), "code", "message"))


def _present(exports: Sequence[tuple[int, Export]]) -> frozenset[str]:
    """Return the columns that every file has: what one of them does not say, the load does not say."""
    return frozenset.intersection(*(export.present for _, export in exports))


def _count(read: int, new: int, changed: int, rejected: int) -> dict[str, int]:
    return {"read": read, "new": new, "changed": changed, "unchanged": read - new - changed - rejected, "rejected": rejected}


def _rejected_so_far(loaded: Loaded, exports: Sequence[tuple[int, Export]]) -> int:
    return len(loaded.came_back().filter(pl.col("file_no").is_in([number for number, _ in exports])))


def _load_customers(loading: Loading, exports: Sequence[tuple[int, Export]], loaded: Loaded) -> None:
    book, present = loading.book, _present(exports)
    read, _ = _stage(loading, store.CUSTOMERS, exports, loaded)
    before = store.count_rows(book, "customers")
    new = store.write_new_customers(book, loading.batch_id)
    _require_kept(store.count_rows(book, "customers"), before + new)
    changed = set(store.update_customers(book, loading.batch_id, present)["id"])
    if "status" in present:
        said = store.said_and_stored(book, store.CUSTOMERS, "status", "source_status").filter(pl.col("said").is_not_null())
        changed |= set(_merge(loading, store.CUSTOMERS, "status", "source_status", said)["key"])
    if "alert_message" in present:
        loaded.remarks.append("The customers' alert_message column was not taken in: flags come from uploads. Nothing in it was lost or changed.")
    loaded.tables["customers"] = _count(read, new, len(changed), _rejected_so_far(loaded, exports))


def _merge(loading: Loading, target: store.Target, column: str, remembered: str, said: pl.DataFrame) -> pl.DataFrame:
    """Let the source's word count where it is new (rule 4.5); return what changed: key, before, after."""
    changes: pl.DataFrame = merge_with_source(nw.from_native(said, eager_only=True)).to_native().sort("key")
    store.write_said(loading.book, target, column, remembered, (said.select("key", "said"), changes))
    action = "status" if column == "status" else "alert"
    store.log_said(loading.book, loading.batch_id, loading.as_of, target, changes.with_columns(column=pl.lit(column), action=pl.lit(action)))
    return changes


def _load_bookings(loading: Loading, exports: Sequence[tuple[int, Export]], loaded: Loaded) -> None:
    book, present = loading.book, _present(exports)
    read, _ = _stage(loading, store.BOOKINGS, exports, loaded)
    named = _name_customers(loading, loaded)
    known = store.count_known_bookings(book)
    silent, alerts = store.silent_new_bookings(book, loading.as_of)
    marks = mark_new_bookings(nw.from_native(silent, eager_only=True), nw.from_native(alerts, eager_only=True)).to_native()
    changed = _change_known(loading, present) if known else set()
    before = store.count_rows(book, "bookings")
    store.write_new_bookings(book, loading.batch_id, marks)
    _require_kept(store.count_rows(book, "bookings"), before + named - known)
    loaded.marked = len(marks)
    loaded.tables["bookings"] = _count(read, named - known, len(changed), _rejected_so_far(loaded, exports))


def _change_known(loading: Loading, present: frozenset[str]) -> set[str]:
    """Bring what the export says of known bookings into the book; return the ids of those that changed."""
    book, changed = loading.book, set[str]()
    if "alert_message" in present:
        said = store.said_and_stored(book, store.BOOKINGS, "alert_message", "source_alert")
        changed |= set(_merge(loading, store.BOOKINGS, "alert_message", "source_alert", said)["key"])
    if "status" in present:
        statuses = store.changed_statuses(book).sort("key")
        store.log_said(book, loading.batch_id, loading.as_of, store.BOOKINGS, statuses.with_columns(column=pl.lit("status"), action=pl.lit("status")))
    return changed | set(store.update_bookings(book, loading.batch_id, present)["id"])


def _name_customers(loading: Loading, loaded: Loaded) -> int:
    """Find out whose the staged bookings are (rule 2); those of nobody, or of several, come back. Return how many are somebody's."""
    keys = store.staged_keys(loading.book).with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    found = find_customers(loading.book, keys.select(KEYS))
    matched = match_customers(nw.from_native(keys, eager_only=True), nw.from_native(found, eager_only=True))
    decisions = keys.join(matched.decisions.to_native(), on="who", how="left", validate="1:1")
    staged = store.count_rows(loading.book, "staged_bookings")
    nameless = store.name_customers(loading.book, decisions.select(*KEYS, "customer_id", "fault"))
    messages = pl.col("fault").replace_strict({code: kind.message for code, kind in CATALOGUE.items()}, return_dtype=pl.String)
    loaded.rejected.append(nameless.select("file_no", "source_row", item=pl.lit(None, pl.String), code="fault", message=messages))
    return staged - len(nameless)
