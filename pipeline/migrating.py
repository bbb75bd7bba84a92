"""From another system's files to the book: customers, bookings, flags and their past, in one transaction, with an account of all of it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from typing import Any

import polars as pl

from pipeline.accounting import Counts, add_counts, count_book, count_lost, flag_rows, history_rows
from pipeline.ahead import ahead
from pipeline.chaining import Chained, chain_flags
from pipeline.context import Context
from pipeline.effects import count_gone
from pipeline.identity import find_by_number, find_named, find_or_name, names_known, numbers_known
from pipeline.intake.cells import phone_keys
from pipeline.intake.idsets import Order
from pipeline.joining import join_rows
from pipeline.legacy.flagdays import tell_endless
from pipeline.legacy.flagging import PRESENT
from pipeline.legacy.opening import Source
from pipeline.legacy.reading import Piece, Read, booking_export, find_pieces, read_customers
from pipeline.loading import Loaded, Loading, bring_bookings
from pipeline.parting import Spoken, in_parts, rules_told, spoken_of
from pipeline.recalling import recall
from pipeline.rules.merge import merge_with_source
from pipeline.sequence import day_of
from pipeline.store import customers, incoming
from pipeline.store.reading import count_items
from pipeline.store.sources import (
    add_due,
    add_named,
    begin_due,
    begin_staging,
    brought_elsewhere,
    count_unseen,
    emails_known,
    find_said,
    find_standing,
    keep_known,
    stage_customers,
    take_repeated,
)
from pipeline.store.suppression import add_left_out, any_suppressed, begin_left_out, left_out, living_customers, staged_people, take_out_people
from pipeline.streaming import Progress
from pipeline.suppressing import erased_among
from pipeline.telling import Telling, Told
from pipeline.wording import count_of
from schemas.entities import FLAGS
from schemas.plan import CUSTOMER_EXPORT

STANDS = pl.col("kind") == PRESENT
NAMED = 5  # customers whom a remark names
MERGED_IN = [name for name in CUSTOMER_EXPORT if name not in ("source_row", "customer_id", "alert_message")]


@dataclass
class Migrated:
    """What a migration has done so far: what was read, what became of customers' rows, and of flags; `loaded` counts bookings and alerts.

    `flags_before` were in the book, and `gone` of them are changed or ended; `events` are written.
    """

    read: Read
    loaded: Loaded = field(default_factory=Loaded)
    customers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    flags: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    flags_before: int = 0
    gone: int = 0
    events: int = 0
    at_odds: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def left_alone(self) -> int:
        """Return how many rows are of customers who were erased."""
        return self.rows.get("ignored", 0) + self.loaded.tables.get("bookings", {}).get("ignored", 0)


def migrate_sources(loading: Loading, sources: Sequence[tuple[int, Source]]) -> Migrated:
    """Bring files (each with its number) into the book; the caller holds the transaction."""
    context = loading.context
    incoming.begin_findings(context.book)
    begin_left_out(context.book)
    of_customers = [one for one in sources if one[1].kind == "customers"]
    done = Migrated(read_sources(context, of_customers, loading.progress), flags_before=count_items(context.book, FLAGS))
    for number, found in done.read.findings:
        incoming.add_findings(context.book, found.select(pl.lit(number, pl.Int64).alias("file_no"), "source_row", "code", "message"))
    done.loaded.rejected |= done.read.rejected
    leave_out_erased(done.read, context)
    done.remarks += [*done.read.remarks, *_future(done.read, context), *tell_endless([some.filter(STANDS) for some in done.read.items], day_of(context))]
    differing = merge_staged(context) if done.read.may_repeat else {}
    said = "on several rows that differ in {}: the first row counts; customers: {}"
    done.remarks += [f"{count_of(len(some), 'customer')} {said.format(name, _named(some))}" for name, some in differing.items()]
    spoken = spoken_of(done.read, of_customers, loading.by)
    done.remarks += _untold(done, spoken.source, context)
    telling = _write_flags(done, loading, spoken)
    people, new = _bring_customers(loading, [number for number, _ in of_customers])
    named = names_known(context) if any(source.names_only() for _, source in sources) else pl.DataFrame()
    of_bookings = [one for one in sources if one[1].kind == "bookings"]
    numbers = numbers_known(context) if any(source.has_both() for _, source in of_bookings) else None
    lone = partial(find_by_number, numbers, emails_known(context.book), context.settings.business.phone_region) if numbers is not None else None
    exports = [(number, booking_export(source, partial(find_named, named), lone)) for number, source in of_bookings]
    told = bring_bookings(replace(loading, create_customers=True), exports, done.loaded, partial(telling.finish, have_alerts=new == people))
    _count_customers(done, context, (people, new, told), [number for number, _ in of_customers])
    count_book(done.counts, context, any_before=done.flags_before > 0)
    done.remarks += [*_kept(done, spoken.source), *_at_odds(done.at_odds), *_unseen(context), *(_others(context) if new < people else ())]
    done.flags, done.history = flag_rows(done.counts, context), history_rows(done.counts, context)
    return done


def leave_out_erased(read: Read, context: Context) -> None:
    """Leave out the customers, with all that is said of them, who have a key of somebody that was erased."""
    if not any_suppressed(context.book):
        return
    people = staged_people(context.book)
    erased = pl.Series("customer_id", erased_among(people, living_customers(context.book), context), dtype=pl.String)
    gone = people.filter(pl.col("customer_id").is_in(erased.implode()))
    add_left_out(context.book, gone.select("file_no", "source_row"))
    take_out_people(context.book, erased)
    read.valid -= len(gone)
    read.items = [part.filter(~pl.col("customer_id").is_in(erased.implode())) for part in read.items]


def _future(read: Read, context: Context) -> list[str]:
    """Return a remark where dates of flags or events lie after the day of the batch."""
    day = context.as_of + timedelta(days=1)  # by a day, since zones of times differ
    later = sum(len(items.filter(pl.col("at") > day)) for items in read.items)
    return [f"{count_of(later, 'flag or event', 'flags and events')} dated after the day of this run: look at the date formats of the map"] if later else []


def _kept(done: Migrated, source: str) -> list[str]:
    """Return a remark where a file tells of customers only in part, and what it does not say of their flags was left as it was."""
    count = sum(n for (_, what), n in done.counts.items() if what == "kept")
    why = "other rows of these customers came back, now or in an earlier run, or one of the files does not name them"
    return [f"{count_of(count, 'flag')} kept that {source} said before, and the rows that hold do not say: {why}"] if count else []


def _at_odds(customers: Sequence[str]) -> list[str]:
    """Return a remark where a file's events do not lead to the flags that its column says stand."""
    if not customers:
        return []
    return [f"{count_of(len(customers), 'flag')} whose last event says otherwise than the column of flags, which counts; customers: {_named(customers)}"]


def _named(customers: Sequence[str]) -> str:
    return f"{', '.join(customers[:NAMED])}{', …' if len(customers) > NAMED else ''}"


def _unseen(context: Context) -> list[str]:
    """Return a remark where flags stand of customers who are deleted."""
    count = count_unseen(context.book)
    said = "of customers whose status is deleted: reports show them, and no upload changes them until a file says another status"
    return [f"{count_of(count, 'flag')} {said}"] if count else []


def _others(context: Context) -> list[str]:
    """Return a remark where an id that the book had may be another person's now: two systems that number their customers have the same numbers."""
    found = customers.named_otherwise(context.book)
    if not found:
        return []
    said = "with another name and another e-mail address than the book had under the same id"
    why = "if two systems have the same numbers for different people, undo this, and leave the ids of one out of its map"
    return [f"{count_of(len(found), 'customer')} {said}: {_named(found)}; {why}"]


def _untold(done: Migrated, source: str, context: Context) -> list[str]:
    """Return a remark where flags that the source had brought stand, of customers whom the files do not tell of: nothing says whether they have ended."""
    flags = brought_elsewhere(context.book, source) if done.flags_before and done.read.rows else pl.DataFrame({"customer_id": []})
    count = len(flags.filter(~pl.col("customer_id").is_in(list(done.read.partly))))
    if not count:
        return []
    said = f"{count_of(count, 'flag')} that {source} had brought, of customers whom these files do not tell of, left as they are"
    return [f"{said}: migrate --check lists them; what was taken off there can be taken off by an upload"]


def read_sources(context: Context, sources: Sequence[tuple[int, Source]], progress: Progress) -> Read:
    """Read files of customers to their end; those of rows that hold are staged."""
    begin_staging(context.book)
    order, sizes, before = Order(), [source.size for _, source in sources], 0
    are_alike = len({rules_told(source) for _, source in sources}) == 1

    def take(customers: pl.DataFrame) -> None:
        stage_customers(context.book, customers)
        order.see(customers["customer_id"])
        read.seen += [] if are_alike else [customers.select("customer_id", "file_no").unique()]

    def pieces(number: int, source: Source, before: int) -> Iterator[Piece]:
        for piece in ahead(find_pieces(source, context.settings.type_names(), read.told)):
            yield piece
            progress(number, len(piece.picked.rows), before + source.opened.passed(), sum(sizes))

    read, whose = Read(take, partial(add_named, context.book)), partial(find_or_name, context, cache(partial(numbers_known, context)))
    for number, source in sources:
        read_customers((number, source), pieces(number, source, before), whose, read)
        before += source.size
    became, read.remarks = join_rows(context, {number: source.name for number, source in sources})
    read.may_repeat = not order.is_ascending or bool(became)
    if became:
        read.items, read.seen = ([some.with_columns(pl.col("customer_id").replace(became)) for some in every] for every in (read.items, read.seen))
        read.partly = {became.get(one, one) for one in read.partly}
    return read


def merge_staged(context: Context) -> dict[str, list[str]]:
    """Let each customer stand in one row of the staging table; return the customers whose rows differ, by column."""
    rows = take_repeated(context.book)
    if not len(rows):
        return {}
    merged, differing = merge_rows(rows, context.settings.business.phone_region)
    stage_customers(context.book, merged)
    return differing


def merge_rows(rows: pl.DataFrame, region: str | None) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """Return each customer once, of several rows the first filled cell of each column; and the customers whose rows differ, by column.

    Addresses and numbers differ where their normal forms do (rule 2.2); of numbers that is told with the settings' region.
    """
    rows = rows.sort("file_no", "source_row")
    groups = rows.group_by("customer_id", maintain_order=True)
    first = groups.agg(pl.col("file_no").first(), pl.col("source_row").first(), *(pl.col(name).drop_nulls().first() for name in MERGED_IN))
    numbers = phone_keys(rows["phone"], region)
    keyed = rows.with_columns(pl.col("email_key").alias("email"), numbers.zip_with(numbers.is_not_null(), rows["phone"]).alias("phone"))
    counts = keyed.group_by("customer_id", maintain_order=True).agg(pl.col(name).drop_nulls().n_unique() for name in MERGED_IN if name != "email_key")
    differing = {name: some for name in MERGED_IN if name != "email_key" and (some := counts.filter(pl.col(name) > 1)["customer_id"].to_list())}
    return first.with_columns(pl.lit(None, pl.String).alias("alert_message")).select(rows.columns), differing


def _bring_customers(loading: Loading, files: Sequence[int]) -> tuple[int, int]:
    """Bring the staged customers into the book, new ones with their alerts; return how many they are, and how many of them are new."""
    book = loading.context.book
    keep_known(book)
    found, new = incoming.count_rows(book, "staged_customers"), customers.write_new_customers(book, loading.batch_id, have_alerts=True)
    if new == found:
        customers.no_differing(book)
        return found, new
    customers.find_differing(book, {name: list(files) if name == "alert_message" else [] for name in incoming.CONTENT["customers"]})
    book.decide("said_statuses", merge_with_source, "statuses_said")
    customers.write_differing(book, loading.batch_id, loading.context.as_of)
    return found, new


def _write_flags(done: Migrated, loading: Loading, spoken: Spoken) -> Telling:
    """Bring flags and events of the staged customers into the book, in parts; what it has of them is looked up once, before anything is written."""
    context = loading.context
    spoken = replace(spoken, customers=find_said(context.book, spoken.source))
    find_standing(context.book)
    begin_due(context.book)
    count_lost(done.counts, pl.concat(done.read.lost))
    telling, passed = Telling(context, (loading.batch_id, loading.by)), 0
    for part, chained in _decided(spoken, context):
        telling.write(chained.planned)
        _note(done, chained, context)
        passed += len(part.items) or len(part.customers)
        if passed:
            loading.progress(0, len(part.items), passed, len(spoken.items) + len(spoken.customers))
    telling.end()
    return telling


def _decided(spoken: Spoken, context: Context) -> Iterator[tuple[Spoken, Chained]]:
    """Yield parts and what they do to the book; the next one is decided while the last is written. The book is asked in between, as it was before."""
    with ThreadPoolExecutor(1) as worker:
        last: tuple[Spoken, Future[Chained]] | None = None
        for part in in_parts(spoken):
            coming = part, worker.submit(chain_flags, part, recall(part, context), context)
            if last:
                yield last[0], last[1].result()
            last = coming
        if last:
            yield last[0], last[1].result()


def _note(done: Migrated, chained: Chained, context: Context) -> None:
    """Take over what became of a part."""
    add_due(context.book, chained.due)
    add_counts(done.counts, chained.counts)
    done.events += len(chained.planned.events)
    done.at_odds += chained.at_odds.to_list()
    done.gone += count_gone(chained.planned.events) if done.flags_before else 0


def _count_customers(done: Migrated, context: Context, found: tuple[int, int, Told], files: Sequence[int]) -> None:
    every, new, told = found
    changed = customers.count_changed(context.book, told.flagged) if new < every else 0
    read, rejected = sum(done.read.rows.values()), incoming.count_rejected(context.book, files)
    valid = done.read.valid
    ignored = len(left_out(context.book).filter(pl.col("file_no").is_in(list(files))))
    if read != valid + rejected + ignored:
        raise AssertionError(f"{read:,} rows were read, {valid:,} hold, {ignored:,} are left alone and {rejected:,} come back: nothing is written")
    done.customers = {"found": every, "new": new, "changed": changed, "unchanged": every - new - changed}
    done.rows = {"read": read, "imported": new + changed, "merged": valid - every, "unchanged": every - new - changed, "rejected": rejected}
    done.rows |= {"ignored": ignored} if ignored else {}
