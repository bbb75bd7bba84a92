"""From exports to a book brought up to date: streamed, matched, merged by the rules, and written, in one transaction (rule 4.7).

The dry run does all of it and then rolls back, so that the two can't differ (rule 6.4).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from pipeline.context import Context
from pipeline.errors import Refused
from pipeline.findings import CATALOGUE
from pipeline.intake.exports import is_mended
from pipeline.intake.idsets import KnownIds
from pipeline.intake.sheets import RawSheet
from pipeline.rules.alerts import judge_moved, mark_new_bookings
from pipeline.rules.merge import merge_with_source
from pipeline.saying import tell_of_source
from pipeline.settings import Settings
from pipeline.store import bookings, customers, incoming
from pipeline.store.bookings import BY_KEYS, by_id
from pipeline.store.incoming import FRESH, STRAIGHT, WITHHELD, Lying
from pipeline.store.naming import begin_decisions, make_by_id, reject_nameless
from pipeline.store.reading import rows_last_time
from pipeline.store.suppression import any_suppressed, begin_left_out, left_out
from pipeline.streaming import Numbered, Passage, Progress, unwatched
from pipeline.suppressing import leave_out_bookings, leave_out_customers
from pipeline.telling import Known, Told
from pipeline.whose import name_customers
from pipeline.wording import count_of
from schemas.plan import BOOKING_EXPORT, CUSTOMER_EXPORT

MESSAGES = {code: kind.message for code, kind in CATALOGUE.items()}
CHANGED = ("A file was changed while it was read; nothing was written.", "Load it when nobody writes to it any more.")
NAMES = frozenset({"first_name", "last_name", "company"})
FEW = 10  # rows below which an export may shrink as it likes


@dataclass
class Loaded:
    """What a load has done so far, by table; `read` has the rows of each file. `kept` are moved bookings that keep their own text."""

    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    alerts: dict[str, int] = field(default_factory=lambda: {"updated": 0, "cleared": 0, "kept": 0})
    kept: list[str] = field(default_factory=list)
    made: int = 0
    rejected: dict[int, list[RawSheet]] = field(default_factory=dict)


@dataclass(frozen=True)
class Loading:
    """What a load is done with; `context` has the book, the settings and the as-of."""

    context: Context
    batch_id: int
    by: str
    create_customers: bool = False
    progress: Progress = unwatched

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.context.settings


def load_exports(loading: Loading, customer_files: Numbered, booking_files: Numbered) -> Loaded:
    """Bring exports (each with its file number) into the book: customers, bookings with the source's word, then alerts (rule 4.7)."""
    loaded, book = Loaded(), loading.context.book
    incoming.begin_findings(book)
    begin_left_out(book)
    if customer_files:
        _load_customers(loading, customer_files, loaded)
    tell = partial(tell_of_source, loading.context, (loading.batch_id, loading.by), any_words=bool(customer_files))
    told = bring_bookings(loading, booking_files, loaded, tell)
    if customer_files:
        _count_customers(loading, customer_files, loaded, told)
    return loaded


def bring_bookings(loading: Loading, files: Numbered, loaded: Loaded, tell: Callable[[Known], Told]) -> Told:
    """Bring bookings in with the source's word, let `tell` change flags and tell the bookings that were known, and give new ones their alerts."""
    taken = _take_bookings(loading, files, loaded) if files else None
    known = Known(
        any_bookings=not (taken and taken.straight) and bookings.any_bookings(loading.context.book), judge=_judge if taken and taken.differing else None
    )
    told = tell(known)
    _count_told(loaded, told)
    if taken:
        _finish_bookings(loading, files, loaded, taken)
    return told


def _pass(loading: Loading, files: Numbered, layout: str) -> Passage:
    return Passage(files, CUSTOMER_EXPORT if layout == "customers" else BOOKING_EXPORT, loading.progress)


def _passed(loading: Loading, passage: Passage, loaded: Loaded, arrived: int | None) -> None:
    """Take over what a pass found; raise unless as many rows arrived as were handed on: no row may get lost on the way."""
    if arrived is not None and arrived != passage.handed_on:
        raise AssertionError(f"{passage.handed_on:,} rows were handed on and {arrived:,} arrived: nothing is written")
    for found in passage.findings():
        incoming.add_findings(loading.context.book, found)
    loaded.read |= passage.read
    loaded.rejected |= passage.came_back()
    loaded.remarks += [remark for _, export in passage.exports for remark in export.remarks]
    for message, count in passage.warnings.items():
        loaded.warnings[message] = loaded.warnings.get(message, 0) + count


def _lacking(files: Numbered, columns: Sequence[str]) -> dict[str, list[int]]:
    """Return for each column the files that do not have it: what they do not say, they do not change (rule 4.5)."""
    return {name: [number for number, export in files if name not in export.present] for name in columns}


def _load_customers(loading: Loading, files: Numbered, loaded: Loaded) -> None:
    """Bring customers in, all but what their alerts mean; that they are in the book comes before anything else."""
    book, passage = loading.context.book, _pass(loading, files, "customers")
    lying = incoming.staged("customers")
    incoming.stage(book, "customers", passage.columns(), passage.stream())
    _passed(loading, passage, loaded, incoming.count_rows(book, lying.table))
    leave_out_customers(loading.context)
    if not passage.is_ascending:
        incoming.clash(book, lying, MESSAGES["duplicate-id"])
    new = customers.write_new_customers(book, loading.batch_id)
    customers.find_differing(book, _lacking(files, incoming.CONTENT["customers"]))
    book.decide("said_statuses", merge_with_source, "statuses_said")
    customers.write_differing(book, loading.batch_id, loading.context.as_of)
    loaded.tables["customers"] = {"read": passage.rows, "new": new}


def _count_customers(loading: Loading, files: Numbered, loaded: Loaded, told: Told) -> None:
    counts = loaded.tables["customers"]
    changed = customers.count_changed(loading.context.book, told.flagged)
    loaded.tables["customers"] = _counted(loading, files, counts["read"], (counts["new"], changed))


def _counted(loading: Loading, files: Numbered, read: int, done: tuple[int, int]) -> dict[str, int]:
    (new, changed), numbers = done, [number for number, _ in files]
    rejected = incoming.count_rejected(loading.context.book, numbers)
    ignored = len(left_out(loading.context.book).filter(pl.col("file_no").is_in(numbers)))
    counts = {"read": read, "new": new, "changed": changed, "unchanged": read - new - changed - rejected - ignored, "rejected": rejected}
    return {**counts, "ignored": ignored} if ignored else counts


@dataclass(frozen=True)
class _Taken:
    """Incoming bookings so far: whether they were inserted straight, how many rows were read, and how many known ones differ and changed."""

    straight: bool
    read: int
    differing: int = 0
    changed: int = 0


def _take_bookings(loading: Loading, files: Numbered, loaded: Loaded) -> _Taken:
    """Find out what is new and what differs, and let the source's word count on known bookings; new ones wait, save in an empty book."""
    book = loading.context.book
    lacking = _lacking(files, (*incoming.CONTENT["bookings"], "email", "phone", *NAMES))
    lacking["customer_id"] = []
    says_more = any(len(lacking[name]) < len(files) for name in ("email", "phone", *(NAMES if loading.create_customers else ())))
    straight = not incoming.count_rows(book, "bookings")
    passage = _pass(loading, files, "bookings")
    if says_more:
        _stage_bookings(loading, passage, loaded)
        _write_source(loading, files, straight=straight, source=(BY_KEYS, None))
    else:
        passage.withholds = straight and not any_suppressed(book)  # where somebody was erased, rows come in to be looked at before they go
        if passage.withholds and not loading.create_customers:
            passage.look = partial(_ids_to_go_by, loading)
        stream, source = passage.stream(), by_id(passage.columns())
        stream.first()  # before the book is busy, since `look` asks it
        _write_source(loading, files, straight=straight, source=(source, stream))
        _passed(loading, passage, loaded, incoming.count_rows(book, "bookings") if straight else None)
        if passage.withheld:
            _settle_withheld(loading, passage)
        if passage.nobodys and not passage.is_ascending and not passage.withheld_all:
            again = _pass(loading, files, "bookings")
            bookings.clash_left_out(book, by_id(again.columns()), again.stream(), MESSAGES["duplicate-id"])
        _settle_by_id(loading, (passage, files), loaded, STRAIGHT if straight else FRESH)
    if straight:
        return _Taken(straight, passage.rows)
    differing = bookings.find_differing(book, lacking)
    if not differing:
        return _Taken(straight, passage.rows)
    book.decide("said_alerts", merge_with_source, "alerts_said")
    return _Taken(straight, passage.rows, differing, bookings.write_differing(book, loading.batch_id, loading.context.as_of))


def _write_source(loading: Loading, files: Numbered, *, straight: bool, source: tuple[str, object]) -> None:
    book = loading.context.book
    if straight:
        bookings.insert_straight(book, loading.batch_id, *source)
    else:
        lacking = _lacking(files, incoming.CONTENT["bookings"])
        bookings.keep_fresh(book, lacking | {"customer_id": []}, _alike(files), source)


def _alike(files: Numbered) -> list[list[int]]:
    """Return the numbers of the files, those with the same columns together."""
    groups: dict[frozenset[str], list[int]] = {}
    for number, export in files:
        groups.setdefault(export.present & frozenset(incoming.CONTENT["bookings"]), []).append(number)
    return list(groups.values())


def _stage_bookings(loading: Loading, passage: Passage, loaded: Loaded) -> None:
    """Stage bookings that name customers by e-mail, phone or several keys, and find out whose they are."""
    book, lying = loading.context.book, incoming.staged("bookings")
    incoming.stage(book, "bookings", passage.columns(), passage.stream())
    _passed(loading, passage, loaded, incoming.count_rows(book, lying.table))
    leave_out_bookings(loading.context, lying, by_id=False)
    if not passage.is_ascending:
        incoming.clash(book, lying, MESSAGES["duplicate-id"])
    loaded.made = name_customers(loading.context, loading.batch_id if loading.create_customers else None)
    reject_nameless(book, MESSAGES)


def _settle_withheld(loading: Loading, passage: Passage) -> None:
    """Let rows come back that have one id and different content, where all that have it are here, and insert the others that were kept back."""
    book = loading.context.book
    bookings.withhold(book, passage.columns(), pl.concat(passage.withheld))
    if passage.withheld_all:
        incoming.clash(book, WITHHELD, MESSAGES["duplicate-id"])
    if passage.nobodys is not None:
        bookings.reject_unknown(book, WITHHELD, MESSAGES["unknown-customer"])
    bookings.insert_straight(book, loading.batch_id, bookings.BY_PLACE)


def _settle_by_id(loading: Loading, passed: tuple[Passage, Numbered], loaded: Loaded, lying: Lying) -> None:
    """Let rows come back whose id stands twice, or whose customer nobody knows, of bookings that name them by id."""
    book, (passage, files) = loading.context.book, passed
    leave_out_bookings(loading.context, lying, by_id=True)
    if not passage.is_ascending and not passage.withheld_all:
        if lying is FRESH and bookings.count_known(book):
            again = _pass(loading, files, "bookings")
            bookings.find_again(book, by_id(again.columns()), again.stream())
            if again.read != passage.read:
                raise Refused(*CHANGED)
            bookings.clash_again(book, MESSAGES["duplicate-id"])
        incoming.clash(book, lying, MESSAGES["duplicate-id"])
    if loading.create_customers:
        begin_decisions(book)
        loaded.made = make_by_id(book, loading.batch_id, lying)
    if passage.nobodys is None:
        bookings.reject_unknown(book, lying, MESSAGES["unknown-customer"])


def _ids_to_go_by(loading: Loading, asked: pl.Series) -> KnownIds | None:
    ids = bookings.ids_to_go_by(loading.context.book, asked)
    return None if ids is None else KnownIds(ids)


def _judge(context: Context) -> pl.DataFrame:
    """Judge the bookings again that moved (rule 4.8)."""
    if bookings.find_moved(context.book, context.as_of):
        context.book.decide("judged", judge_moved, "moved")
        return bookings.judged_bookings(context.book)
    return pl.DataFrame()


def _finish_bookings(loading: Loading, files: Numbered, loaded: Loaded, taken: _Taken) -> None:
    """Give new bookings their customers' alerts (rule 4.4), insert those that wait, and count."""
    book, as_of = loading.context.book, loading.context.as_of
    if not taken.straight:
        bookings.show_new(book, any_differ=taken.differing > 0)
    if bookings.find_silent(book, as_of, straight=loading.batch_id if taken.straight else None):
        book.decide("marks", mark_new_bookings, "silent", "alerted")
    else:
        bookings.no_marks(book)
    loaded.alerts["updated"] += incoming.count_rows(book, "marks")
    if taken.straight:
        bookings.mark_straight(book)
        new = incoming.count_rows(book, "bookings")
    else:
        new = bookings.insert_new(book, loading.batch_id)
    loaded.tables["bookings"] = _counted(loading, files, taken.read, (new, taken.changed))


def _count_told(loaded: Loaded, told: Told) -> None:
    for effect, count in told.counts.items():
        loaded.alerts[effect] += count
    loaded.kept = told.kept


def find_shrunk(context: Context, exports: Numbered, read: Mapping[int, int]) -> list[str]:
    """Return a sentence for each layout of which far fewer rows came than last time: a truncated export is how data is lost."""
    said = []
    for layout in ("customers", "bookings"):
        files = [number for number, export in exports if export.kind == layout and not is_mended(export.header)]
        before, now = rows_last_time(context.book, layout), sum(read[number] for number in files)
        percent = context.settings.batches.shrink_percent
        if files and before is not None and before >= FEW and 100 * now < percent * before:
            said.append(f"The export of {layout} has {count_of(now, 'row')}, and last time's had {before:,}: less than {percent} % of them are there.")
    return said
