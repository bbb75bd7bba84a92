"""From a batch to the plan that puts back what it changed (rule 6.5); the run and the dry run share it."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from pipeline.planning import Context, batch_counts, count_outcomes
from pipeline.rules.alerts import changed_alerts, compose_alerts, spread_alerts
from pipeline.rules.undo import plan_undo, rest_of_alerts
from pipeline.store import undoing as store
from pipeline.store.reading import flags_of, future_live_bookings
from pipeline.store.writing import FLAG_SIDES, Changes

CONFLICT = "changed-since-batch"
ROW_COLUMNS = {
    "file_no": pl.Int64,
    "sheet": pl.String,
    "source_row": pl.Int64,
    "customer_id": pl.String,
    "action": pl.String,
    "item": pl.String,
    "outcome": pl.String,
    "code": pl.String,
    "message": pl.String,
}


@dataclass(frozen=True)
class UndoPlan:
    """What an undo will do: `rows` has one row an item, put back (applied) or left alone (rejected, `CONFLICT`)."""

    rows: pl.DataFrame
    changes: Changes
    row_counts: dict[str, int]
    booking_counts: dict[str, int]

    def conflicts(self) -> list[dict[str, str]]:
        """Return the items left alone: entity (in action), customer_id and item."""
        left = self.rows.filter(pl.col("code") == CONFLICT)
        return left.select(entity="action", customer_id="customer_id", item="item").to_dicts()

    def counts(self) -> dict[str, int]:
        """Return the counts as the columns of `batches` are called."""
        return batch_counts(self.row_counts, self.booking_counts)


def _nw(frame: pl.DataFrame) -> nw.DataFrame[pl.DataFrame]:
    return nw.from_native(frame, eager_only=True)


def plan_undoing(batch_id: int, who: str, context: Context) -> UndoPlan:
    """Decide what undoing a batch does to the book as it is now; nothing is written."""
    book = context.book
    flags = plan_undo(_nw(store.changed_flags(book, batch_id)), ("is_there", "comment", "expires_on"))
    bookings = plan_undo(_nw(store.changed_bookings(book, batch_id)), ("alert",))
    back, told_back = flags.back.to_native(), bookings.back.to_native()
    customers = store.named_customers(book, back.select("customer_id").unique())
    alerts = _alerts(back, customers, context)
    rest = _rest(batch_id, alerts, told_back, customers, context)
    rest_ids = rest.filter(pl.col("effect") != "kept")["booking_id"]
    left = bookings.conflicts.to_native().filter(~pl.col("booking_id").is_in(rest_ids.implode()))
    put_back = told_back.filter(~pl.col("booking_id").is_in(rest_ids.implode())).select(
        "row_id", "booking_id", "customer_id", before="now_alert", after="before_alert"
    )
    changing = pl.concat([put_back, rest.filter(pl.col("effect") != "kept").select(put_back.columns)]).sort("row_id")
    rows = _rows([("flags", back, flags.conflicts.to_native(), "flag_type"), ("bookings", put_back, left, "booking_id")])
    origin = {"file_no": pl.Int64, "sheet": pl.String, "source_row": pl.Int64}
    said = [
        *(pl.lit(None, kind).alias(name) for name, kind in origin.items()),
        pl.lit(context.reason, pl.String).alias("reason"),
        pl.lit(who).alias("changed_by"),
    ]
    by_id = alerts.join(customers.select("customer_no", "customer_id"), on="customer_no", how="inner").sort("customer_id")
    changes = Changes(_events(back).with_columns(said), _standing(back), by_id.with_columns(said), changing.with_columns(said), rows)
    return UndoPlan(rows, changes, count_outcomes(rows), _booking_counts(changing, rest))


def _events(back: pl.DataFrame) -> pl.DataFrame:
    action = pl.when(~pl.col("before_is_there")).then(pl.lit("unflagged")).when(~pl.col("now_is_there")).then(pl.lit("flagged")).otherwise(pl.lit("edited"))
    sides = [
        *(pl.col(f"now_{field}").alias(f"before_{field}") for field in FLAG_SIDES),
        *(pl.col(f"before_{field}").alias(f"after_{field}") for field in FLAG_SIDES),
    ]
    numbered = back.with_row_index("seq").with_columns(pl.col("seq").cast(pl.Int64))
    return numbered.select("seq", "customer_id", "flag_type", action.alias("action"), *sides)


def _standing(back: pl.DataFrame) -> pl.DataFrame:
    numbered = back.with_row_index("changed_seq").with_columns(pl.col("changed_seq").cast(pl.Int64)).filter("before_is_there")
    return numbered.select("customer_id", "flag_type", *(pl.col(f"before_{field}").alias(field) for field in FLAG_SIDES), "changed_seq")


def _alerts(back: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return customer_no, old and new for the customers whose alert the flags put back change."""
    now = flags_of(context.book, customers).select("customer_no", "customer_id", "flag_type", "comment")
    untouched = now.join(back, on=["customer_id", "flag_type"], how="anti").select("customer_no", "flag_type", "comment")
    numbered = back.filter("before_is_there").join(customers.select("customer_no", "customer_id"), on="customer_id", how="inner", validate="m:1")
    after = pl.concat([untouched, numbered.select("customer_no", "flag_type", comment="before_comment")])
    kinds = context.settings.flags.types
    names = [*(kind.name for kind in kinds), *sorted(set(after["flag_type"]) - {kind.name for kind in kinds})]
    alerting = [number for number in range(len(names)) if number >= len(kinds) or kinds[number].alerts]
    typed = after.with_columns(type_no=pl.col("flag_type").replace_strict(names, list(range(len(names))), return_dtype=pl.Int64))
    composed = compose_alerts(_nw(typed), alerting)
    changes: pl.DataFrame = changed_alerts(_nw(customers), composed).to_native()
    return changes


def _rest(batch_id: int, alerts: pl.DataFrame, told_back: pl.DataFrame, customers: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the bookings that follow 4.2, of customers whose alert is then not what it was before the batch."""
    former = store.former_alerts(context.book, batch_id, customers)
    kept = alerts.join(former, on="customer_no", how="anti").select("customer_no", former="old")
    rest = rest_of_alerts(_nw(alerts), _nw(pl.concat([former, kept]))).to_native()
    asked = customers.join(rest, on="customer_no", how="semi")
    bookings = future_live_bookings(context.book, asked, context.as_of)
    restored = bookings.join(told_back.select("row_id", restored=pl.lit(value=True), then="before_alert"), on="row_id", how="left", validate="1:1")
    restored = restored.with_columns(alert=pl.when("restored").then(pl.col("then").str.strip_chars()).otherwise("alert"))
    trimmed = rest.with_columns(pl.col("old", "new").str.strip_chars())
    told = spread_alerts(_nw(trimmed), _nw(restored.select("customer_no", "alert", booking_no="row_id"))).to_native()
    named = bookings.select("row_id", "booking_id", "stored_alert").join(told, left_on="row_id", right_on="booking_no", how="inner", validate="1:1")
    ids = customers.select("customer_no", "customer_id")
    return named.join(ids, on="customer_no", how="inner", validate="m:1").select(
        "row_id", "booking_id", "customer_id", "effect", "after", before="stored_alert"
    )


def _rows(parts: list[tuple[str, pl.DataFrame, pl.DataFrame, str]]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=ROW_COLUMNS)]
    for entity, back, left, item in parts:
        for frame, outcome, code in ((back, "applied", None), (left, "rejected", CONFLICT)):
            message = "put back" if code is None else "left alone: it was changed after the batch"
            frames.append(
                frame.select(
                    pl.lit(0, pl.Int64).alias("file_no"),
                    pl.lit(None, pl.String).alias("sheet"),
                    pl.lit(0, pl.Int64).alias("source_row"),
                    "customer_id",
                    pl.lit(entity).alias("action"),
                    pl.col(item).alias("item"),
                    pl.lit(outcome).alias("outcome"),
                    pl.lit(code, pl.String).alias("code"),
                    pl.lit(message).alias("message"),
                )
            )
    return pl.concat(frames)


def _booking_counts(changing: pl.DataFrame, rest: pl.DataFrame) -> dict[str, int]:
    cleared = int(changing["after"].is_null().sum())
    return {"updated": len(changing) - cleared, "cleared": cleared, "kept": int((rest["effect"] == "kept").sum())}
