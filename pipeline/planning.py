"""From a typed upload and the book to a plan: fetches what the batch touches, numbers it, and asks the rules.

The run and the dry run share this page, so that they can't differ (rule 6.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import polars as pl

from pipeline.alerting import count_effects, plan_alerts, tell_bookings
from pipeline.context import Context
from pipeline.effects import net_changes
from pipeline.intake.instructions import item_names
from pipeline.intake.uploads import Part, Upload
from pipeline.matching import Meant, find_meant
from pipeline.naming import find_names, name_events
from pipeline.outputs.messages import add_messages, change_details
from pipeline.report import OUTCOMES
from pipeline.rules.faults import Limits
from pipeline.rules.frames import for_rules
from pipeline.rules.items import items_after, plan_items
from pipeline.rules.who import KEYS
from pipeline.store.items import ItemChanges
from pipeline.store.reading import items_of, last_changes
from pipeline.store.writing import Changes
from pipeline.suppressing import ERASED, MESSAGE, find_erased
from pipeline.telling import ORIGIN
from schemas.entities import FLAGS, STATUS
from schemas.entity import IGNORE, Entity


class Counted:
    """A plan that counts rows by outcome, and bookings by what they are told."""

    row_counts: dict[str, int]
    booking_counts: dict[str, int]

    def counts(self) -> dict[str, int]:
        """Return the counts as the columns of `batches` are called."""
        return batch_counts(self.row_counts, self.booking_counts)


@dataclass(frozen=True)
class ApplyPlan(Counted):
    """What an upload will do: every row's outcome, the changes in the book's terms, the changes for people, and the counts.

    `rows` has seq, file_no, sheet, source_row, entity, customer_id, action (as asked), item, outcome, code, message and told, in the order
    of seq; `net` is what `net_changes` gives.
    """

    rows: pl.DataFrame
    changes: Changes
    net: pl.DataFrame
    row_counts: dict[str, int]
    booking_counts: dict[str, int]
    customers_changed: int


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
    nothing = Changes((), plan.changes.alerts.clear(), plan.changes.bookings.clear(), rows)
    return replace(
        plan,
        rows=rows,
        changes=nothing,
        net=plan.net.clear(),
        row_counts=count_outcomes(rows),
        booking_counts=dict.fromkeys(plan.booking_counts, 0),
        customers_changed=0,
    )


def plan_upload(upload: Upload, context: Context) -> ApplyPlan:
    """Decide what an upload does to the book as it is now; nothing is written."""
    parts, erased = _leave_out(upload.parts, context)
    meant = find_meant(pl.concat([part.instructions.select("seq", "action", "keys_unread", *KEYS) for part in parts]), context)
    plans = [_plan_part(part, meant, context) for part in parts]
    rows = pl.concat([plan.rows for plan in plans]).sort("seq")
    if len(erased):
        is_erased = pl.col("seq").is_in(erased.implode())
        texts = {"code": ERASED, "message": MESSAGE, "item": None}  # a tag may tell who it is
        rows = rows.with_columns(pl.when(is_erased).then(pl.lit(said, pl.String)).otherwise(name).alias(name) for name, said in texts.items())
    flags = next((plan for plan in plans if plan.entity is FLAGS), None)
    alerts = _alerts(flags, meant.customers, context)
    told = tell_bookings(alerts, meant.customers, context)
    return _assemble(_count_told(rows, told), _numbered(plans), (alerts, told), meant.customers)


def _leave_out(parts: Sequence[Part], context: Context) -> tuple[Sequence[Part], pl.Series]:
    """Let rows be ignored that name somebody who was erased; return the parts so, and the seq of those rows."""
    rows = pl.concat([part.instructions.select("seq", "keys_unread", *KEYS) for part in parts])
    erased = find_erased(rows.filter(~pl.col("keys_unread")).select(*KEYS, who="seq"), context)
    if not len(erased):
        return parts, erased
    action = pl.when(pl.col("seq").is_in(erased.implode())).then(pl.lit(IGNORE)).otherwise("action").alias("action")
    return [replace(part, instructions=part.instructions.with_columns(action)) for part in parts], erased


@dataclass(frozen=True)
class _Part:
    """The plan of one entity: rows with outcome and message, named events, and what stands afterwards (item, customer_no, item_no, fields)."""

    entity: Entity
    rows: pl.DataFrame
    events: pl.DataFrame
    standing: pl.DataFrame
    names: Sequence[str]


def _pl(frame: object) -> pl.DataFrame:
    native = nw.to_native(frame)  # type: ignore[call-overload]  # the rules give back the kind of frame that they got
    assert isinstance(native, pl.DataFrame)
    return native


def _plan_part(part: Part, meant: Meant, context: Context) -> _Part:
    """Decide what the rows about one entity do."""
    entity = part.entity
    rows = part.instructions.join(meant.who, on="seq", how="left", validate="1:1").sort("seq")
    stored = items_of(context.book, entity, meant.customers)
    names = find_names(entity, rows, stored, context)
    rows, stored = names.number(rows), names.number(stored)
    plan = plan_items(entity, for_rules(rows), for_rules(stored.drop("item_name")), _limits(entity, context))
    standing = _pl(items_after(entity, for_rules(stored.drop("item_name")), plan.events))
    events = name_events(entity, _pl(plan.events), (rows, stored), names)
    rows = rows.drop("item").join(_pl(plan.outcomes), on="seq", how="left", validate="1:1")
    return _Part(entity, _describe(entity, rows, events, meant, context), _with_origin(events, rows, context), standing, names.names)


def _limits(entity: Entity, context: Context) -> Limits:
    settings = context.settings
    may_create = not entity.needs_accounts or settings.business.customer_accounts != "not-required"
    return Limits(context.as_of, context.as_of.astimezone(settings.zone).date(), settings.flags.comment_limit, may_create)


def _describe(entity: Entity, rows: pl.DataFrame, events: pl.DataFrame, meant: Meant, context: Context) -> pl.DataFrame:
    """Add item (as the book writes it), detail and message to every row."""
    verbs = events.group_by("seq").agg(verb=pl.col("action").first(), written=pl.col("item").first())
    rows = rows.join(verbs, on="seq", how="left", validate="1:1").join(meant.details, on="who", how="left", validate="m:1")
    rows = rows.with_columns(
        archived=(pl.col("status") == "archived").fill_null(value=False) & pl.lit(entity is not STATUS),
        item=pl.when("all_items").then(pl.lit("ALL")).otherwise(pl.coalesce("written", "item_name")),
    )
    rows = _tell_who_changed(entity, rows, context)
    rows = add_messages(entity, rows, context.settings.flags.comment_limit, item_names(entity, context.settings))
    rows = rows.with_columns(reason=pl.col("reason").fill_null(pl.lit(context.reason, pl.String)))
    return rows.select(
        "seq",
        "file_no",
        "sheet",
        "source_row",
        pl.lit(entity.name).alias("entity"),
        "customer_no",
        "customer_id",
        pl.col("asked").alias("action"),
        "item",
        "outcome",
        "code",
        "message",
        "reason",
        pl.col("actor").alias("changed_by"),
    ).sort("seq")


def _tell_who_changed(entity: Entity, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Say beside rows that are changed-since-export by whom and when the item was changed (rule 3.8)."""
    stale = rows.filter(pl.col("code") == "changed-since-export").select("customer_id", "item").unique()
    if not len(stale):
        return rows
    changes = last_changes(context.book, entity, stale).with_columns(pl.col("changed_at").dt.convert_time_zone(context.settings.business.timezone))
    said = changes.select("customer_id", "item", pl.lit("changed-since-export").alias("code"), told=change_details(changes))
    rows = rows.join(said, on=["customer_id", "item", "code"], how="left", validate="m:1")
    return rows.with_columns(detail=pl.coalesce("told", "detail")).drop("told")


def _with_origin(events: pl.DataFrame, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Add to each event the customer and the row that it came from, and why and who."""
    origin = rows.select(
        "seq",
        "customer_id",
        "file_no",
        "sheet",
        "source_row",
        pl.col("reason").fill_null(pl.lit(context.reason, pl.String)),
        pl.col("actor").alias("changed_by"),
    )
    return events.join(origin, on="seq", how="left", validate="m:1").sort("seq", "item_no")


def _alerts(flags: _Part | None, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert the batch changes."""
    if flags is None:
        return pl.DataFrame(schema={"customer_no": pl.Int64, "old": pl.String, "new": pl.String})
    touched = flags.events.select("customer_no").unique()
    after = flags.standing.join(touched, on="customer_no", how="semi").rename({"item_no": "type_no"})
    return plan_alerts(after, flags.names, customers.join(touched, on="customer_no", how="semi"), context.settings)


def _numbered(plans: Sequence[_Part]) -> tuple[ItemChanges, ...]:
    """Give every event its place among those of all entities, in the order of rows."""
    order = pl.concat([plan.events.select("seq", "item_no") for plan in plans]).sort("seq", "item_no").with_row_index("place")
    order = order.with_columns(pl.col("place").cast(pl.Int64))
    numbered = []
    for plan in plans:
        events = plan.events.join(order, on=["seq", "item_no"], how="inner", validate="1:1").sort("place")
        numbered.append(ItemChanges(plan.entity, events))
    return tuple(numbered)


def _count_told(rows: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Add told: how many of the customer's bookings got another alert, on its last applied row, else 0."""
    counts = told.filter(pl.col("effect") != "kept").group_by("customer_no").agg(n=pl.len().cast(pl.Int64))
    last = pl.col("seq") == pl.when(_tells()).then(pl.col("seq")).max().over("customer_no")
    rows = rows.join(counts, on="customer_no", how="left", validate="m:1").sort("seq")
    return rows.with_columns(told=pl.when(_tells() & last).then(pl.col("n")).fill_null(0).cast(pl.Int64))


def _tells() -> pl.Expr:
    """Tell which rows may have changed an alert."""
    return (pl.col("outcome") == "applied") & (pl.col("entity") == FLAGS.name)


def _assemble(rows: pl.DataFrame, items: tuple[ItemChanges, ...], alerts: tuple[pl.DataFrame, pl.DataFrame], customers: pl.DataFrame) -> ApplyPlan:
    """Put customers' ids back, and add to each change of an alert the row that it came from."""
    changed, told = alerts
    last = rows.filter(_tells()).sort("seq").group_by("customer_no").agg(pl.col(ORIGIN).last())
    ids = customers.select("customer_no", "customer_id")
    alert_rows = changed.join(ids, on="customer_no", how="left", validate="1:1").join(last, on="customer_no", how="left", validate="1:1").sort("customer_no")
    changing = told.filter(pl.col("effect") != "kept")
    bookings = changing.join(ids, on="customer_no", how="left", validate="m:1").join(last, on="customer_no", how="left", validate="m:1").sort("row_id")
    return ApplyPlan(
        rows,
        Changes(items, alert_rows, bookings, rows),
        net_changes(items, alert_rows),
        count_outcomes(rows),
        count_effects(told),
        rows.filter(pl.col("outcome") == "applied")["customer_no"].n_unique(),
    )


def count_outcomes(rows: pl.DataFrame) -> dict[str, int]:
    """Count the outcomes; every row must have exactly one (rule 3.12)."""
    counts = {outcome: int((rows["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    if sum(counts.values()) != len(rows):
        raise AssertionError("every row must have one outcome")
    return {"read": len(rows), **counts}
