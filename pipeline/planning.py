"""From a typed upload and the book to a plan: fetches what the batch touches, numbers it, and asks the rules.

The run and the dry run share this page, so that they can't differ (rule 6.4).
"""

from dataclasses import dataclass
from datetime import datetime

import narwhals.stable.v2 as nw
import polars as pl

from pipeline.intake.cells import phone_keys
from pipeline.intake.uploads import Upload
from pipeline.outputs.messages import add_messages, ambiguous_details, change_details, near_details, unmatched_details
from pipeline.rules.alerts import changed_alerts, compose_alerts, spread_alerts
from pipeline.rules.faults import Limits
from pipeline.rules.flags import FlagPlan, flags_after, plan_flags
from pipeline.rules.who import KEYS, Matched, match_customers
from pipeline.settings import Settings
from pipeline.store.book import Book
from pipeline.store.reading import close_keys, find_customers, flags_of, future_live_bookings, last_changes, phones_to_key
from pipeline.store.writing import Changes

OUTCOMES = ("applied", "unchanged", "rejected", "ignored", "unprocessed")
ORIGIN = ("file_no", "sheet", "source_row", "reason", "changed_by")


@dataclass(frozen=True)
class ApplyPlan:
    """What an upload will do: every row's outcome, the changes in the book's terms, and the counts.

    `rows` has seq, file_no, sheet, source_row, customer_id, action, item, outcome, code, message and told, in the order of seq.
    """

    rows: pl.DataFrame
    changes: Changes
    row_counts: dict[str, int]
    booking_counts: dict[str, int]
    customers_changed: int

    def counts(self) -> dict[str, int]:
        """Return the counts as the columns of `batches` are called."""
        return batch_counts(self.row_counts, self.booking_counts)


def batch_counts(rows: dict[str, int], bookings: dict[str, int]) -> dict[str, int]:
    """Return counts of rows and bookings as the columns of `batches` are called."""
    read = {"rows_read" if word == "read" else word: count for word, count in rows.items()}
    return read | {f"bookings_{word}": count for word, count in bookings.items()}


def hold_back(plan: ApplyPlan) -> ApplyPlan:
    """Return the plan of an all-or-nothing batch (rule 6.2): with one row rejected nothing is done, and the others are unprocessed."""
    if not plan.row_counts["rejected"]:
        return plan
    kept = pl.col("outcome") == "rejected"
    rows = plan.rows.with_columns(
        outcome=pl.when(kept).then("outcome").otherwise(pl.lit("unprocessed")),
        message=pl.when(kept).then("message").otherwise(pl.lit("not done: with all-or-nothing, one row that comes back holds back all")),
        told=pl.lit(0, pl.Int64),
    )
    changes = plan.changes
    nothing = Changes(changes.flag_events.clear(), changes.flags.clear(), changes.alerts.clear(), changes.bookings.clear(), rows)
    return ApplyPlan(rows, nothing, count_outcomes(rows), dict.fromkeys(plan.booking_counts, 0), 0)


@dataclass(frozen=True)
class Context:
    """What a plan is made against: the open book, the settings, the batch's time, and who and why by default."""

    book: Book
    settings: Settings
    as_of: datetime
    reason: str | None = None


def plan_upload(upload: Upload, context: Context) -> ApplyPlan:
    """Decide what an upload does to the book as it is now; nothing is written."""
    rows, customers, matched = _match(upload.instructions, context)
    stored, types = _stored_flags(customers, context)
    rows = rows.with_columns(type_no=_number(rows["flag_type"], types)).with_columns(item=pl.col("customer_no") * len(types) + pl.col("type_no"))
    limits = Limits(context.as_of.astimezone(context.settings.zone).date(), context.settings.flags.comment_limit, _may_create(context.settings))
    plan = plan_flags(_nw(rows), _nw(stored), limits, context.as_of)
    outcomes, events = _pl(plan.outcomes), _pl(plan.events).sort("seq", "type_no")
    alerts = _alerts(plan, stored, customers, types, context)
    told = _tell_bookings(alerts, customers, context)
    rows = _describe(rows.join(outcomes, on="seq", how="left", validate="1:1"), events, matched, context)
    return _assemble(_count_told(rows, told), _Parts(events, _pl(flags_after(_nw(stored), plan.events)), alerts, told, customers, types), context)


def _nw(frame: pl.DataFrame) -> nw.DataFrame[pl.DataFrame]:
    return nw.from_native(frame, eager_only=True)


def _pl(frame: object) -> pl.DataFrame:
    native = nw.to_native(frame)  # type: ignore[call-overload]  # the rules give back the kind of frame that they got
    assert isinstance(native, pl.DataFrame)
    return native


def _may_create(settings: Settings) -> bool:
    return settings.business.customer_accounts != "not-required"


def _number(names: pl.Series, known: list[str]) -> pl.Series:
    return names.replace_strict(known, list(range(len(known))), default=None, return_dtype=pl.Int64)


@dataclass(frozen=True)
class _Match:
    keys: pl.DataFrame
    decisions: pl.DataFrame
    agreeing: pl.DataFrame
    unmatched: pl.DataFrame


def _match(rows: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, pl.DataFrame, _Match]:
    """Return the rows with who, customer_no and who_fault; the customers meant; and what the keys matched."""
    named = ~pl.col("keys_unread") & pl.any_horizontal(pl.col(KEYS).is_not_null()) & (pl.col("action").fill_null("") != "ignore")
    keys = rows.filter(named).select(KEYS).unique(maintain_order=True).with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    found = _find(keys, context)
    matched: Matched = match_customers(_nw(keys), _nw(found))
    decisions = _pl(matched.decisions)
    meant = found.filter(pl.col("customer_id").is_in(decisions["customer_id"].drop_nulls().implode()))
    customers = (
        meant.select("customer_id", "status", "alert_message")
        .sort("customer_id")
        .with_row_index("customer_no")
        .with_columns(pl.col("customer_no").cast(pl.Int64))
    )
    rows = rows.with_columns(is_named=named).join(
        keys.with_columns(is_named=pl.lit(value=True)), on=[*KEYS, "is_named"], how="left", nulls_equal=True, validate="m:1"
    )
    rows = rows.join(decisions.select("who", "customer_id", who_fault="fault"), on="who", how="left", validate="m:1")
    rows = rows.join(customers.select("customer_id", "customer_no", "status"), on="customer_id", how="left", validate="m:1").sort("seq")
    return rows, customers, _Match(keys, decisions, _pl(matched.agreeing), _pl(matched.unmatched))


def _find(keys: pl.DataFrame, context: Context) -> pl.DataFrame:
    region = context.settings.business.phone_region
    if keys["phone_key"].is_null().all() or (context.book.value("phone_region") or None) == region:
        return find_customers(context.book, keys)
    # The book's normal forms were made with another region: this batch's are made anew, and the next load will keep them.
    phones = phones_to_key(context.book)
    phones = phones.select("customer_id", phone_key=phone_keys(phones["phone"], region))
    hit = phones.filter(pl.col("phone_key").is_in(keys["phone_key"].drop_nulls().implode()))
    asked = pl.concat(
        [
            keys.select(KEYS),
            hit.select(pl.col("customer_id").alias("id_key"), pl.lit(None, pl.String).alias("email_key"), pl.lit(None, pl.String).alias("phone_key")),
        ]
    )
    found = find_customers(context.book, asked.with_columns(phone_key=pl.lit(None, pl.String)))
    return (
        found.drop("phone_key")
        .join(phones, on="customer_id", how="left", validate="1:1")
        .select("customer_id", "email_key", "phone_key", "status", "alert_message")
    )


def _stored_flags(customers: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, list[str]]:
    """Return the stored flags with their numbers, and the type names by number: the settings' first, then retired ones."""
    flags = flags_of(context.book, customers)
    known = list(context.settings.type_names())
    types = known + sorted(set(flags["flag_type"]) - set(known))
    numbered = flags.with_columns(type_no=_number(flags["flag_type"], types))
    return numbered.with_columns(item=pl.col("customer_no") * len(types) + pl.col("type_no")), types


def _alerts(plan: FlagPlan, stored: pl.DataFrame, customers: pl.DataFrame, types: list[str], context: Context) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert the batch changes."""
    touched = _pl(plan.events).select("customer_no").unique()
    after = _pl(flags_after(_nw(stored), plan.events)).join(touched, on="customer_no", how="semi")
    silent = [number for number, kind in enumerate(context.settings.flags.types) if not kind.alerts]
    composed = compose_alerts(_nw(after), [number for number in range(len(types)) if number not in silent])
    return _pl(changed_alerts(_nw(customers.join(touched, on="customer_no", how="semi")), composed))


def _tell_bookings(alerts: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the bookings that the changed alerts concern: row_id, booking_id, customer_no, before, after, effect."""
    asked = alerts.join(customers, on="customer_no", how="inner", validate="1:1")
    bookings = future_live_bookings(context.book, asked, context.as_of)
    trimmed = alerts.with_columns(pl.col("old", "new").str.strip_chars())
    told = _pl(spread_alerts(_nw(trimmed), _nw(bookings.rename({"row_id": "booking_no"}))))
    as_stored = bookings.select("row_id", "booking_id", before="stored_alert")
    return told.drop("before").rename({"booking_no": "row_id"}).join(as_stored, on="row_id", how="inner", validate="1:1")


def _describe(rows: pl.DataFrame, events: pl.DataFrame, match: _Match, context: Context) -> pl.DataFrame:
    """Add item (the flag type as the book writes it), verb, detail and message to every row."""
    verbs = events.group_by("seq").agg(verb=pl.col("action").first())
    rows = rows.join(verbs, on="seq", how="left", validate="1:1").join(_details(match, context), on="who", how="left", validate="m:1")
    rows = rows.with_columns(
        archived=(pl.col("status") == "archived").fill_null(value=False),
        item=pl.when("all_types").then(pl.lit("ALL")).otherwise(pl.col("flag_type")),
    )
    return add_messages(_tell_who_changed(rows, context), context.settings.flags.comment_limit, context.settings.type_names()).sort("seq")


def _tell_who_changed(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Say beside rows that are changed-since-export by whom and when the flag was changed (rule 3.8)."""
    stale = rows.filter(pl.col("code") == "changed-since-export").select("customer_id", "item").unique()
    if not len(stale):
        return rows
    changes = last_changes(context.book, stale).with_columns(pl.col("changed_at").dt.convert_time_zone(context.settings.business.timezone))
    said = changes.select("customer_id", "item", pl.lit("changed-since-export").alias("code"), told=change_details(changes))
    rows = rows.join(said, on=["customer_id", "item", "code"], how="left", validate="m:1")
    return rows.with_columns(detail=pl.coalesce("told", "detail")).drop("told").sort("seq")


def _details(match: _Match, context: Context) -> pl.DataFrame:
    """Return who and detail for the combinations of keys that name nobody, or several."""
    conflicting = match.decisions.filter(pl.col("fault") == "conflicting-customer").select("who")
    several = pl.concat([ambiguous_details(match.agreeing), unmatched_details(match.unmatched.join(conflicting, on="who", how="semi"))])
    unknown = match.decisions.filter(pl.col("fault") == "unknown-customer").select("who").join(match.keys, on="who", how="inner", validate="1:1")
    asked = unknown.unpivot(on=list(KEYS), index="who", variable_name="key_kind", value_name="key").drop_nulls()
    if not len(asked):
        return several
    near = near_details(close_keys(context.book, asked.select("key_kind", "key").unique()))
    hints = asked.join(near, on=["key_kind", "key"], how="inner").group_by("who").agg(pl.col("detail").sort().str.join("; "))
    return pl.concat([several, hints])


def _count_told(rows: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Add told: how many of the customer's bookings got another alert, on its last applied row, else 0."""
    counts = told.filter(pl.col("effect") != "kept").group_by("customer_no").agg(n=pl.len().cast(pl.Int64))
    applied = pl.col("outcome") == "applied"
    last = pl.col("seq") == pl.when(applied).then(pl.col("seq")).max().over("customer_no")
    rows = rows.join(counts, on="customer_no", how="left", validate="m:1").sort("seq")
    return rows.with_columns(told=pl.when(applied & last).then(pl.col("n")).fill_null(0).cast(pl.Int64))


@dataclass(frozen=True)
class _Parts:
    events: pl.DataFrame
    flags: pl.DataFrame
    alerts: pl.DataFrame
    told: pl.DataFrame
    customers: pl.DataFrame
    types: list[str]


def _assemble(rows: pl.DataFrame, parts: _Parts, context: Context) -> ApplyPlan:
    """Put customers' ids and flag types' names back, and add to each change the row that it came from."""
    origin = rows.select(
        "seq",
        "file_no",
        "sheet",
        "source_row",
        pl.col("reason").fill_null(pl.lit(context.reason, pl.String)),
        pl.col("actor").alias("changed_by"),
        "customer_no",
    )
    last = (
        origin.join(rows.filter(pl.col("outcome") == "applied").select("seq"), on="seq", how="semi")
        .sort("seq")
        .group_by("customer_no")
        .agg(pl.col(ORIGIN).last())
    )
    ids = parts.customers.select("customer_no", "customer_id")
    names = pl.DataFrame({"type_no": range(len(parts.types)), "flag_type": parts.types}, schema={"type_no": pl.Int64, "flag_type": pl.String})
    events = parts.events.join(ids, on="customer_no", how="left", validate="m:1").join(names, on="type_no", how="left", validate="m:1")
    events = events.join(origin.drop("customer_no"), on="seq", how="left", validate="m:1").sort("seq", "type_no")
    flags = (
        parts.flags.filter(pl.col("changed_seq").is_not_null())
        .join(ids, on="customer_no", how="left", validate="m:1")
        .join(names, on="type_no", how="left", validate="m:1")
    )
    alerts = parts.alerts.join(ids, on="customer_no", how="left", validate="1:1").join(last, on="customer_no", how="left", validate="1:1").sort("customer_no")
    changing = parts.told.filter(pl.col("effect") != "kept")
    bookings = changing.join(ids, on="customer_no", how="left", validate="m:1").join(last, on="customer_no", how="left", validate="m:1").sort("row_id")
    return ApplyPlan(
        rows,
        Changes(events, flags, alerts, bookings, rows),
        count_outcomes(rows),
        {effect: int((parts.told["effect"] == effect).sum()) for effect in ("updated", "cleared", "kept")},
        rows.filter(pl.col("outcome") == "applied")["customer_no"].n_unique(),
    )


def count_outcomes(rows: pl.DataFrame) -> dict[str, int]:
    """Count the outcomes; every row must have exactly one (rule 3.12)."""
    counts = {outcome: int((rows["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    if sum(counts.values()) != len(rows):
        raise AssertionError("every row must have one outcome")
    return {"read": len(rows), **counts}
