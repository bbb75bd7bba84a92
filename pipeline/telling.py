"""Events of flags and the alerts that they change, into the book part by part; at the end, what the alerts mean for bookings (rules 4.2, 4.8)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from pipeline.alerting import count_effects, tell_bookings
from pipeline.context import Context
from pipeline.store import alerts, bookings
from pipeline.store.items import ItemChanges, put_items, take_off, write_events
from pipeline.store.log import next_event, require_events
from pipeline.store.writing import Changes, write_changes
from pipeline.streaming import Gathered
from schemas.entities import FLAGS

ORIGIN = ("file_no", "sheet", "source_row", "reason", "changed_by")


@dataclass(frozen=True)
class Told:
    """What was told: counts of bookings by effect, the customers (customer_id) whose flag changed, and moved bookings that kept their text."""

    counts: dict[str, int]
    flagged: pl.DataFrame
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """The bookings that the book knew before: whether there may be any, and what judges those that moved, where some may have."""

    any_bookings: bool
    judge: Callable[[Context], pl.DataFrame] | None = None


@dataclass(frozen=True)
class Planned:
    """Events of flags, as `write_items` takes them, and the alerts that they change: customer_id, old, new, and `ORIGIN`.

    All events of an item stand in one plan; `is_last` tells its last one.
    """

    events: pl.DataFrame
    alerts: pl.DataFrame


class Telling:
    """Takes plans of different customers, one after the other, and writes them (`write`, `end`, `finish`); `batch`: its number, and who brings it.

    Rows wait until they fill what the book keeps together, and alerts until all events are written: the history has events before alerts.
    """

    def __init__(self, context: Context, batch: tuple[int, str]) -> None:
        self._context, self._batch = context, batch
        self._first = next_event(context.book)
        self._places = self._alerts = 0
        self._events, self._standing = Gathered(), Gathered()
        self._flagged = [pl.DataFrame(schema={"customer_id": pl.String})]
        alerts.begin_alerts(context.book)

    def write(self, planned: Planned) -> None:
        """Write one plan, whose places begin at 0."""
        book = self._context.book
        events = planned.events.with_columns(pl.col("place") + self._places)
        self._places += len(events)
        self._flagged.append(events.select("customer_id").unique())
        changing = _changing(events)
        take_off(book, FLAGS, changing)
        alerts.keep_alerts(book, planned.alerts.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64) + self._alerts))
        self._alerts += len(planned.alerts)
        self._write_events(self._events.add(events))
        after = [name for name in events.columns if name.startswith("after_")]
        self._put(self._standing.add(changing.filter("is_last", "is_after").select("customer_id", "item", "place", "is_after", *after)))

    def end(self) -> None:
        """Write the events that wait: no more plans come. New customers may then be written with their alerts."""
        self._write_events(self._events.rest())
        self._put(self._standing.rest())

    def finish(self, known: Known, *, have_alerts: bool = False) -> Told:
        """Write the alerts, tell known bookings, and judge those that moved. With `have_alerts`, customers have them already (`write_new_customers`).

        Raises where an event of a flag or an alert is not in the history.
        """
        context = self._context
        alerts.write_alerts(context.book, self._stamp, next_event(context.book), have_them=have_alerts)
        require_events(context.book, self._first, self._places, self._alerts)
        judged = known.judge(context) if known.judge else pl.DataFrame()
        told = _tell(context) if self._alerts and known.any_bookings else pl.DataFrame()
        if known.judge and len(told):
            told = told.join(bookings.moved_rows(context.book), on="row_id", how="anti")
        every = pl.concat([_no_bookings(), *(part.select(_no_bookings().columns) for part in (told, _with_origin(judged, self._batch[1])) if len(part))])
        changing = every.filter(pl.col("effect") != "kept").sort("row_id")
        write_changes(context.book, self._stamp, next_event(context.book), Changes((), pl.DataFrame(), changing, pl.DataFrame()))
        kept = judged.filter(pl.col("effect") == "kept")["booking_id"].to_list() if len(judged) else []
        return Told(count_effects(every), pl.concat(self._flagged), kept)

    @property
    def _stamp(self) -> tuple[int, datetime]:
        return self._batch[0], self._context.as_of

    def _write_events(self, events: pl.DataFrame | None) -> None:
        if events is not None:
            write_events(self._context.book, self._stamp, self._first, ItemChanges(FLAGS, events))

    def _put(self, last: pl.DataFrame | None) -> None:
        if last is not None:
            put_items(self._context.book, FLAGS, self._first, last)


def _changing(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events that change their item, whose last one such (is_last) its version names; what comes late, or is told again, changes nothing."""
    remade = events["is_before"] != events["is_after"]
    kept = events.filter(~remade)  # few, mostly
    values = FLAGS.value_names()
    differs = kept.select(pl.any_horizontal(pl.col(f"before_{name}").ne_missing(pl.col(f"after_{name}")) for name in values)).to_series()
    if differs.all():
        return events
    differs = remade.scatter((~remade).arg_true(), differs)
    return events.filter(differs).with_columns(is_last=pl.struct("customer_id", "item").is_last_distinct())


def _no_bookings() -> pl.DataFrame:
    text = pl.String
    origin = {"file_no": pl.Int64, "sheet": text, "source_row": pl.Int64, "reason": text, "changed_by": text}
    return pl.DataFrame(schema={"row_id": pl.Int64, "booking_id": text, "customer_id": text, "before": text, "after": text, "effect": text, **origin})


def _tell(context: Context) -> pl.DataFrame:
    """Return the bookings that changed alerts concern, with the rows that they come from."""
    changed = alerts.alerts_of_booked(context.book, context.as_of)
    told = tell_bookings(changed.select("customer_no", "old", "new"), changed.select("customer_no", "customer_id"), context)
    return told.join(changed.select("customer_no", "customer_id", *ORIGIN), on="customer_no", how="inner", validate="m:1")


def _with_origin(judged: pl.DataFrame, by: str) -> pl.DataFrame:
    if not len(judged):
        return judged
    return judged.with_columns(sheet=pl.lit(None, pl.String), reason=pl.lit(None, pl.String), changed_by=pl.lit(by))
