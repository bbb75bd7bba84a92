"""From another system's files to the book: customers, bookings, flags and their past, in one transaction, with an account of all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl

from pipeline.chaining import Chained, Spoken, chain_flags
from pipeline.context import Context
from pipeline.effects import NET, net_changes
from pipeline.identity import find_named, find_or_name, names_known
from pipeline.legacy.flagging import PRESENT
from pipeline.legacy.opening import Source
from pipeline.legacy.reading import CUSTOMERS, Read, booking_export, read_customers
from pipeline.loading import Loaded, Loading, bring_bookings
from pipeline.rules.merge import merge_with_source
from pipeline.saying import Known, Told, tell_events
from pipeline.store import customers, incoming
from pipeline.store.items import ItemChanges
from pipeline.store.reading import count_items
from pipeline.store.sources import flags_of, stage_customers
from pipeline.streaming import ahead
from pipeline.wording import count_of
from schemas.entities import FLAGS
from schemas.plan import CUSTOMER_EXPORT

UNNAMED = "(no known type)"
MERGED_IN = [name for name in CUSTOMER_EXPORT if name not in ("source_row", "customer_id", "alert_message")]


@dataclass
class Migrated:
    """What a migration has done so far: what was read, what became of customers' rows, and of flags; `loaded` counts bookings and alerts."""

    read: Read
    loaded: Loaded = field(default_factory=Loaded)
    customers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    net: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NET))
    events: int = 0
    remarks: list[str] = field(default_factory=list)


def migrate_sources(loading: Loading, sources: Sequence[tuple[int, Source]]) -> Migrated:
    """Bring files (each with its number) into the book; the caller holds the transaction."""
    context = loading.context
    incoming.begin_findings(context.book)
    of_customers = [one for one in sources if one[1].kind == "customers"]
    done = Migrated(read_sources(context, of_customers))
    for number, found in done.read.findings:
        incoming.add_findings(context.book, found.select(pl.lit(number, pl.Int64).alias("file_no"), "source_row", "code", "message"))
    done.loaded.rejected |= done.read.rejected
    done.remarks += _future(done.read, context)
    whole, differing = merge_rows(pl.concat(done.read.customers))
    done.remarks += [f"{count_of(n, 'customer')} on several rows that differ in {name}: the first row counts" for name, n in differing.items()]
    new = _bring_customers(loading, whole, [number for number, _ in of_customers])
    named = names_known(context) if any(source.names_only() for _, source in sources) else pl.DataFrame()
    exports = [(number, booking_export(source, partial(find_named, named))) for number, source in sources if source.kind == "bookings"]
    planned: list[Chained] = []

    def tell(context: Context, batch: tuple[int, str], known: Known) -> Told:
        flags_before = count_items(context.book, FLAGS)
        planned.append(chain_flags(spoken_of(done.read, [source for _, source in of_customers], whole["customer_id"], batch[1]), context))
        events, _, alerts = planned[0].planned
        # Where there were no flags none can be lost.
        done.net = net_changes((ItemChanges(FLAGS, events),), alerts.clear().with_columns(customer_id=pl.lit(None, pl.String))) if flags_before else done.net
        return tell_events(context, batch, known, planned[0].planned)

    told = bring_bookings(replace(loading, create_customers=True), exports, done.loaded, tell)
    _count_customers(done, context, (whole, new, told), [number for number, _ in of_customers])
    _account(done, planned[0], context, whole["customer_id"])
    return done


def _future(read: Read, context: Context) -> list[str]:
    """Return a remark where dates of flags or events lie after the day of the batch."""
    day = context.as_of + timedelta(days=1)  # by a day, since zones of times differ
    later = sum(len(items.filter(pl.col("at") > day)) for items in read.items)
    return [f"{count_of(later, 'flag or event', 'flags and events')} dated after the day of this run: look at the date formats of the map"] if later else []


def read_sources(context: Context, sources: Sequence[tuple[int, Source]]) -> Read:
    """Read files of customers to their end."""
    read = Read()
    for number, source in sources:
        read_customers((number, source), ahead(source.opened.sheets()), (partial(find_or_name, context), context.settings.type_names()), read)
    return read


def spoken_of(read: Read, sources: Sequence[Source], people: pl.Series, by: str) -> Spoken:
    """Return what files say of flags, for `chain_flags`."""
    rules = [rule for source in sources for rule in source.rules()]
    types = None if any(rule.type_column for rule in rules) else frozenset(name for rule in rules for name in rule.type_names())
    name = sources[0].map.name if sources else ""
    return Spoken(name, by, pl.concat(read.items), people, any(rule.says_present() for rule in rules), types)


def merge_rows(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return each customer once, of several rows the first filled cell of each column; and of how many customers rows differ, by column."""
    if rows["customer_id"].n_unique() == len(rows):
        return rows, {}
    repeated = rows.filter(pl.col("customer_id").is_duplicated()).sort("file_no", "source_row")
    groups = repeated.group_by("customer_id", maintain_order=True)
    first = groups.agg(pl.col("file_no").first(), pl.col("source_row").first(), *(pl.col(name).drop_nulls().first() for name in MERGED_IN))
    counts = groups.agg(pl.col(name).drop_nulls().n_unique() for name in MERGED_IN if name != "email_key")
    differing = {name: n for name in MERGED_IN if name != "email_key" and (n := int((counts[name] > 1).sum()))}
    merged = first.with_columns(pl.lit(None, pl.String).alias("alert_message")).select(*CUSTOMERS)
    return pl.concat([rows.filter(~pl.col("customer_id").is_duplicated()), merged]).sort("file_no", "source_row"), differing


def _bring_customers(loading: Loading, whole: pl.DataFrame, files: Sequence[int]) -> int:
    """Bring customers into the book; return how many are new."""
    book = loading.context.book
    stage_customers(book, whole)
    new = customers.write_new_customers(book, loading.batch_id)
    if new == len(whole):
        customers.no_differing(book)
        return new
    customers.find_differing(book, {name: list(files) if name == "alert_message" else [] for name in incoming.CONTENT["customers"]})
    book.decide("said_statuses", merge_with_source, "statuses_said")
    customers.write_differing(book, loading.batch_id, loading.context.as_of)
    return new


def _count_customers(done: Migrated, context: Context, found: tuple[pl.DataFrame, int, Told], files: Sequence[int]) -> None:
    whole, new, told = found
    changed = customers.count_changed(context.book, told.flagged)
    read, rejected = sum(done.read.rows.values()), incoming.count_rejected(context.book, files)
    valid = sum(len(part) for part in done.read.customers)
    if read != valid + rejected:
        raise AssertionError(f"{read:,} rows were read, {valid:,} hold and {rejected:,} come back: nothing is written")
    done.customers = {"found": len(whole), "new": new, "changed": changed, "unchanged": len(whole) - new - changed}
    done.rows = {"read": read, "imported": new + changed, "merged": valid - len(whole), "unchanged": len(whole) - new - changed, "rejected": rejected}


def _account(done: Migrated, chained: Chained, context: Context, people: pl.Series) -> None:
    """Account for every flag and event that was found; raise where one of those that the migration brought is not in the book."""
    events = chained.planned[0]
    done.events = len(events)
    standing = flags_of(context.book, people).with_columns(key=pl.col("flag_type").str.to_lowercase())
    due = chained.due.join(standing.select("customer_id", "key", stands="comment"), on=["customer_id", "key"], how="left", validate="1:1")
    brought = due.filter(pl.col("became") != "unchanged")
    lost = brought.filter(~pl.col("stands").str.contains(pl.col("comment"), literal=True).fill_null(value=False))
    if len(lost):
        raise AssertionError(f"{len(lost):,} of {len(brought):,} flags that were brought are not in the book as they should be: nothing is written")
    counts = _table(done, chained, due, standing)
    types = _ordered({name for name, _ in counts}, context)
    done.flags = [row for name in types if any((row := _flag_row(name, counts)).get(word) for word in ("found", "in_book", "due", "ended_by_source"))]
    done.history = [row for name in types if (row := _history_row(name, counts))["found"]]


def _ordered(names: set[str], context: Context) -> list[str]:
    listed = [name for name in context.settings.type_names() if name in names]
    return [*listed, *sorted(names - set(listed))]


def _table(done: Migrated, chained: Chained, due: pl.DataFrame, standing: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Return how many flags and events of each type are what."""
    counts = {(name or UNNAMED, what): n for name, what, n in chained.counts.rows()}
    lost = pl.concat(done.read.lost).with_columns(what=pl.when(pl.col("kind") == PRESENT).then(pl.lit("rejected")).otherwise(pl.lit("events_rejected")))
    only = standing.join(due, on=["customer_id", "key"], how="anti")
    absent = due.filter(pl.col("stands").is_null())
    parts = [
        lost.select("flag_type", "what"),
        due.select("flag_type", what="became"),
        standing.select("flag_type", pl.lit("in_book").alias("what")),
        absent.select("flag_type", pl.lit("ended_in_book").alias("what")),
        only.select("flag_type", pl.lit("only_in_book").alias("what")),
    ]
    for (name, what), n in ((tuple(row[:2]), row[2]) for part in parts for row in part.group_by("flag_type", "what").agg(n=pl.len().cast(pl.Int64)).rows()):
        counts[name or UNNAMED, what] = counts.get((name or UNNAMED, what), 0) + n
    return counts


def _flag_row(name: str, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    of = {what: counts.get((name, what), 0) for what in ("rejected", "over", "repeated", "merged", "imported", "changed", "unchanged")}
    book = {what: counts.get((name, what), 0) for what in ("in_book", "ended_in_book", "only_in_book", "ended_by_source")}
    found, due = counts.get((name, "found"), 0) + of["rejected"], of["imported"] + of["changed"] + of["unchanged"]
    adds_up = book["in_book"] == due - book["ended_in_book"] + book["only_in_book"]
    adds_up = adds_up and found == due + of["rejected"] + of["over"] + of["repeated"] + of["merged"]
    return {"flag_type": name, "found": found, **of, "due": due, **book, "adds_up": adds_up}


def _history_row(name: str, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    found, rejected, imported = (counts.get((name, f"events_{what}"), 0) for what in ("found", "rejected", "imported"))
    repeated = found - counts.get((name, "events_kept"), 0)
    unchanged = counts.get((name, "events_kept"), 0) - imported
    row = {"flag_type": name, "found": found + rejected, "rejected": rejected, "repeated": repeated, "imported": imported, "unchanged": unchanged}
    return {**row, "adds_up": unchanged >= 0 and row["found"] == rejected + repeated + imported + unchanged}
