"""What an undo means for bookings: alerts and statuses put back, those that follow their customer's alert, and those judged again (rules 4.2, 4.8, 6.5)."""

from dataclasses import dataclass

import polars as pl

from pipeline.alerting import spread
from pipeline.context import Context
from pipeline.rules.alerts import judge_moved
from pipeline.rules.frames import for_rules
from pipeline.rules.undo import plan_undo, rest_of_alerts
from pipeline.store import undoing as store
from pipeline.store.reading import future_live_bookings
from pipeline.store.rows import Whole


@dataclass(frozen=True)
class Parted:
    """The items of one kind: those put back and those left alone; `item` is the column that names them."""

    name: str
    back: pl.DataFrame
    left: pl.DataFrame
    item: str


@dataclass(frozen=True)
class Retold:
    """What an undo does to bookings' alerts and statuses, item by item; `changing` are the alerts it writes (see `Changes.bookings`), with their counts.

    `others` are the coming bookings (booking_id) that the batch did not write to, and that do not say what their customers' alerts then are.
    """

    texts: Parted
    statuses: Parted
    changing: pl.DataFrame
    counts: dict[str, int]
    others: pl.Series


def part(name: str, items: pl.DataFrame, values: tuple[str, ...], item: str, more: tuple[str, ...] = ()) -> Parted:
    """Part items by whether they are still as the batch left them (see `rules.undo.plan_undo`)."""
    undone = plan_undo(for_rules(items), values, more)
    return Parted(name, undone.back.to_native(), undone.conflicts.to_native(), item)


def plan_retelling(whole: Whole, alerts: pl.DataFrame, customers: pl.DataFrame, context: Context) -> Retold:
    """Decide on the bookings; `alerts` has customer_no, old and new of the `customers` (customer_no, customer_id) whose alert the undo changes."""
    statuses = part("bookings", store.changed_statuses(context.book, whole.undoes), ("value",), "booking_id")
    texts = _unstuck(part("bookings", store.changed_texts(context.book, whole.undoes), ("value",), "booking_id", ("wrote",)))
    store.find_shifting(context.book, statuses.back, context.as_of)
    rest = _find_rest(whole.undoes, alerts, customers, context)
    told = _tell_rest(rest, texts.back, customers, context)
    judged = _judge(texts.back, (alerts, rest, customers), context)
    changed = pl.concat([_changed(told.with_columns(wrote="after")), _changed(judged)])
    written = pl.concat([part.select("row_id") for part in (texts.back, texts.left, changed)])
    followed = pl.col("row_id").is_in(changed["row_id"].implode())
    texts = Parted(texts.name, texts.back.filter(~followed), texts.left.filter(~followed), texts.item)
    put_back = texts.back.select(
        "row_id", "booking_id", "customer_id", before="now_value", after="before_value", put_back=pl.lit(value=True), wrote="before_wrote"
    )
    # What already stands there, written by the book itself, need not be written again.
    news = changed.filter(~pl.col("before").eq_missing(pl.col("after")) | ~pl.col("wrote").eq_missing(pl.col("after")))
    changing = pl.concat([put_back, news.select(put_back.columns)]).sort("row_id")
    kept = sum(len(frame.filter(pl.col("effect") == "kept").join(put_back, on="row_id", how="anti")) for frame in (told, judged))
    others = _others(alerts.join(rest, on="customer_no", how="anti"), written, customers, context)
    return Retold(*_once(texts, statuses, whole.left()["bookings"]), changing, _count(changing, kept), others)


def _unstuck(texts: Parted) -> Parted:
    """Leave alone the alerts of bookings that the batch moved to another customer, where they stay."""
    stuck = texts.back.filter("stuck")
    return Parted(texts.name, texts.back.filter(~pl.col("stuck")), pl.concat([texts.left, stuck]), texts.item)


def _find_rest(undoes: int, alerts: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the changed alerts that are then not what they were before the batch: the rest follows 4.2."""
    former = store.former_alerts(context.book, undoes, customers)
    kept = alerts.join(former, on="customer_no", how="anti").select("customer_no", former="old")
    rest: pl.DataFrame = rest_of_alerts(for_rules(alerts), for_rules(pl.concat([former, kept]))).to_native()
    return rest


def _tell_rest(rest: pl.DataFrame, texts: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the bookings that follow 4.2: those that stay as they are but for their alert, which may be put back first."""
    asked = customers.join(rest, on="customer_no", how="semi")
    bookings = store.not_apart(context.book, future_live_bookings(context.book, asked, context.as_of))
    restored = bookings.join(texts.select("row_id", restored=pl.lit(value=True), then="before_value"), on="row_id", how="left", validate="1:1")
    restored = restored.with_columns(alert=pl.when("restored").then(pl.col("then").str.strip_chars()).otherwise("alert"))
    ids = customers.select("customer_no", "customer_id")
    return spread(rest, restored).join(ids, on="customer_no", how="inner", validate="m:1")


def _others(alerts: pl.DataFrame, written: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.Series:
    """Return the bookings (booking_id) that came after the batch, or were empty, of customers whose alert is again what it was before: they stay (rule 6.5)."""
    asked = customers.join(alerts, on="customer_no", how="semi")
    bookings = store.not_apart(context.book, future_live_bookings(context.book, asked, context.as_of))
    told = spread(alerts, bookings.join(written, on="row_id", how="anti"))
    return told.filter(pl.col("effect") != "kept")["booking_id"].sort()


def _judge(texts: pl.DataFrame, people: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], context: Context) -> pl.DataFrame:
    """Judge bookings again (rule 4.8): those that change customer or become future and live, and those that the batch brought and that stay."""
    alerts, rest, customers = people
    named = alerts.join(customers.select("customer_no", "customer_id"), on="customer_no", how="inner", validate="1:1")
    named = named.with_columns(follows=pl.col("customer_no").is_in(rest["customer_no"].implode()))
    if store.find_judged(context.book, texts, named, context.as_of):
        context.book.decide("judged", judge_moved, "moved")
        return store.judged_bookings(context.book)
    text = pl.String
    return pl.DataFrame(schema={"row_id": pl.Int64, "booking_id": text, "customer_id": text, "before": text, "wrote": text, "after": text, "effect": text})


def _changed(told: pl.DataFrame) -> pl.DataFrame:
    rows = told.filter(pl.col("effect") != "kept")
    return rows.select("row_id", "booking_id", "customer_id", "before", "after", put_back=pl.lit(value=False), wrote="wrote")


def _once(texts: Parted, statuses: Parted, listed: pl.DataFrame) -> tuple[Parted, Parted]:
    """Leave out of the conflicts what stands among them already: a booking is listed once."""
    ids = listed.select(booking_id="id")
    left = texts.left.join(ids, on="booking_id", how="anti")
    others = statuses.left.join(pl.concat([ids, left.select("booking_id")]), on="booking_id", how="anti")
    return Parted(texts.name, texts.back, left, texts.item), Parted(statuses.name, statuses.back, others, statuses.item)


def _count(changing: pl.DataFrame, kept: int) -> dict[str, int]:
    """Count the bookings whose alert becomes another."""
    after = changing.filter(~pl.col("before").eq_missing(pl.col("after")))["after"]
    cleared = int(after.is_null().sum())
    return {"updated": len(after) - cleared, "cleared": cleared, "kept": kept}


def left_whole(whole: Whole) -> list[Parted]:
    """Return the whole rows that are left alone."""
    return [Parted(table, left.clear(), left, "id") for table, left in whole.left().items()]
