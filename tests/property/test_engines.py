"""The rules give one answer on every engine: Polars eager, Polars lazy, and DuckDB.

Hundreds of random cases stand in one frame each, with numbers of their own, so that an engine is started once and not once a case.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest

from pipeline.rules.alerts import changed_alerts, compose_alerts, mark_new_bookings, spread_alerts
from pipeline.rules.faults import Limits
from pipeline.rules.frames import require_one_per
from pipeline.rules.items import items_after, plan_items
from pipeline.rules.merge import merge_with_source
from pipeline.rules.who import match_customers
from schemas.entities import FLAGS, STATUS, TAGS
from schemas.entity import Entity
from schemas.plan import instructions_of, items_of

CASES, ROWS, TYPES, CUSTOMERS = 300, 14, 3, 2
AS_OF = datetime(2027, 3, 10, 12, 30, tzinfo=UTC)
TODAY = AS_OF.date()
LIMIT = 8
COMMENTS = ("late", "late", "Late", "a | b", "far too long", "far too long", "ü\nü")
DAYS = (date(2027, 3, 1), date(2027, 3, 9), TODAY, date(2027, 4, 1))
TEXTS = (None, None, "late", "Late", "window", "late | a | b")
OWN_FAULTS = ("bad_date", "not_clearable", "unknown_action", "not_allowed", "unknown_flag_type")

Frames = dict[str, pl.DataFrame]
Answers = dict[str, pl.DataFrame]
Row = dict[str, Any]


class Stream:
    """A frame shown as nothing but an Arrow stream, so that DuckDB reads it without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Engine:
    """How frames go in, are kept, and come out again."""

    give: Callable[[pl.DataFrame], Any]
    keep: Callable[[Any], Any]
    take: Callable[[Any], pl.DataFrame]


def eager(_: duckdb.DuckDBPyConnection) -> Engine:
    return Engine(nw.from_native, lambda frame: frame, nw.to_native)


def lazy(_: duckdb.DuckDBPyConnection) -> Engine:
    def keep(frame: Any) -> Any:
        return nw.from_native(nw.to_native(frame).collect().lazy())

    return Engine(lambda frame: nw.from_native(frame.lazy()), keep, lambda frame: nw.to_native(frame).collect())


def duck(con: duckdb.DuckDBPyConnection) -> Engine:
    numbers = count()

    def table(relation: Any) -> Any:
        name = f"kept_{next(numbers)}"
        relation.create(name)
        return nw.from_native(con.table(name))

    def give(frame: pl.DataFrame) -> Any:
        con.register("given", Stream(frame))
        try:
            return table(con.sql("SELECT * FROM given"))
        finally:
            con.unregister("given")

    return Engine(give, lambda frame: table(nw.to_native(frame)), lambda frame: pl.DataFrame(nw.to_native(frame)))


ENGINES: dict[str, Callable[[duckdb.DuckDBPyConnection], Engine]] = {"eager": eager, "lazy": lazy, "duckdb": duck}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


# --- cases -------------------------------------------------------------------------------------------------------------


def maybe(chance: random.Random, share: float, *values: Any) -> Any:
    return chance.choice(values) if chance.random() < share else None


def make_instruction(chance: random.Random, entity: Entity, seq: int, case: int) -> Row:
    customer, kind = case * CUSTOMERS + chance.randrange(CUSTOMERS), chance.randrange(TYPES)
    everything = chance.random() < 0.08
    action = "remove" if everything and chance.random() < 0.9 else chance.choice(["add", "set", "edit", "remove", "ignore", None])
    comment, expires = maybe(chance, 0.7, *COMMENTS), maybe(chance, 0.35, *DAYS)
    faults = {code.replace("-", "_"): False for code in entity.row_faults()}
    row: Row = dict.fromkeys(instructions_of(entity)) | faults
    row |= {"seq": seq, "file_no": 1, "sheet": "", "source_row": seq, "action": action, "all_items": everything, "keys_unread": False}
    row |= {"complete": comment is not None or entity is TAGS, "missing_action": action is None, "version": maybe(chance, 0.2, 1, 2, 3)}
    if entity is FLAGS:
        row |= {"comment": comment, "comment_length": comment and len(comment), "missing_comment": comment is None}
        row |= {"expires_on": expires, "clears_expires_on": expires is None and chance.random() < 0.1}
    if entity is STATUS:
        row |= {"blocked_reason": comment, "else_blocked_reason": maybe(chance, 0.5, *COMMENTS)}
        row |= {"complete": comment is not None or row["else_blocked_reason"] is not None}
    row |= {"actor": chance.choice(["Ann", "Bob"]), "customer_no": customer, "who_fault": None}
    row |= {"item_no": None if everything else kind, "item": None if everything else customer * TYPES + kind}
    if chance.random() < 0.08:
        row[chance.choice([name for name in OWN_FAULTS if name in faults])] = True
    if chance.random() < 0.05:
        row |= {"customer_no": None, "item": None, "who_fault": chance.choice(["unknown-customer", "conflicting-customer", "ambiguous-customer"])}
    return row


def make_item(chance: random.Random, entity: Entity, item: int) -> Row:
    edited = chance.random() < 0.3
    return {
        "item": item,
        "customer_no": item // TYPES,
        "item_no": item % TYPES,
        **({"comment": chance.choice(COMMENTS), "expires_on": maybe(chance, 0.5, *DAYS)} if entity is FLAGS else {}),
        **({"blocked_reason": maybe(chance, 0.8, *COMMENTS)} if entity is STATUS else {}),
        "made_by": "Old",
        "made_at": AS_OF - timedelta(days=40),
        "updated_by": "Older" if edited else None,
        "updated_at": AS_OF - timedelta(days=20) if edited else None,
        "version": chance.choice([1, 2, 3]),
    }


def make_cases(entity: Entity) -> Frames:
    chance = random.Random(1)
    rows = [make_instruction(chance, entity, case * ROWS + place, case) for case in range(CASES) for place in range(ROWS)]
    items = [make_item(chance, entity, item) for item in range(CASES * CUSTOMERS * TYPES) if chance.random() < 0.5]
    alerts = [maybe(chance, 0.8, "late", "Late", "late | Late", "late | a | b") for _ in range(CASES * CUSTOMERS)]
    customers = [{"customer_no": number, "customer_id": f"c{number}", "alert_message": alert} for number, alert in enumerate(alerts)]
    bookings = [(number, chance.randrange(CASES * CUSTOMERS), chance.choice(TEXTS)) for number in range(CASES * 6)]
    numbers = {"customer_no": pl.Int64, "item_no": pl.Int64, "item": pl.Int64, "who_fault": pl.String}
    chance.shuffle(rows)
    return {
        "rows": pl.DataFrame(rows, schema={**instructions_of(entity), **numbers}),
        "items": pl.DataFrame(items, schema=items_of(entity)),
        "customers": pl.DataFrame(customers, schema={"customer_no": pl.Int64, "customer_id": pl.String, "alert_message": pl.String}),
        "bookings": pl.DataFrame(bookings, schema={"booking_no": pl.Int64, "customer_no": pl.Int64, "alert": pl.String}, orient="row"),
    }


def make_people() -> Frames:
    """Keys and customers of all cases; a case's keys carry its number, so that cases don't meet."""
    chance = random.Random(2)
    keys, customers = list[Row](), list[Row]()
    for case in range(CASES):
        known = [chance.choice([None, f"{case}:p", f"{case}:q"]) for _ in range(8)]
        for number in range(4):
            status = chance.choice(["active", "archived", "deleted"])
            customers.append({"customer_id": f"{case}:{number}", "email_key": known[number], "phone_key": known[number + 4], "status": status})
        for who in range(case * 8, case * 8 + 8):
            asked = [
                maybe(chance, 0.5, *(f"{case}:{number}" for number in range(5))),
                *(maybe(chance, 0.5, f"{case}:p", f"{case}:q", f"{case}:r") for _ in "ep"),
            ]
            keys.append(dict(zip(("who", "id_key", "email_key", "phone_key"), [who, *asked], strict=True)))
    filled = [row for row in keys if any(row[name] for name in ("id_key", "email_key", "phone_key"))]
    schema = dict.fromkeys(("id_key", "email_key", "phone_key"), pl.String)
    people = dict.fromkeys(("customer_id", "email_key", "phone_key", "status"), pl.String)
    return {"keys": pl.DataFrame(filled, schema={"who": pl.Int64, **schema}), "customers": pl.DataFrame(customers, schema=people)}


def make_sayings() -> Frames:
    chance = random.Random(3)
    said = [(str(number), *(maybe(chance, 0.7, "a", "b") for _ in range(3))) for number in range(CASES * 10)]
    return {"said": pl.DataFrame(said, schema=dict.fromkeys(("key", "stored", "remembered", "said"), pl.String), orient="row")}


# --- the rules on one engine -------------------------------------------------------------------------------------------


def run_flags(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> Answers:
    """Plan all instructions, compose the alerts that follow and tell the bookings; `may_create` off as well."""
    given = {name: engine.give(frame) for name, frame in frames.items()}
    plan = plan_items(FLAGS, given["rows"], given["items"], Limits(AS_OF, TODAY, LIMIT), engine.keep)
    strict = plan_items(FLAGS, given["rows"], given["items"], Limits(AS_OF, TODAY, LIMIT, may_create=False), engine.keep)
    events = engine.keep(plan.events)
    after = engine.keep(items_after(FLAGS, given["items"], events).rename({"item_no": "type_no"}))
    composed = engine.keep(compose_alerts(after, [0, 2]))
    changed = engine.keep(changed_alerts(given["customers"], composed))
    answers = {"outcomes": plan.outcomes, "events": events, "after": after, "composed": composed, "changed": changed}
    answers |= {"strict_outcomes": strict.outcomes, "strict_events": strict.events, "silent": compose_alerts(after, [])}
    answers |= {"told": spread_alerts(changed, given["bookings"])}
    fresh = given["bookings"].join(given["customers"], on="customer_no", how="inner").select("booking_no", "customer_id", "alert")
    answers |= {"marked": mark_new_bookings(fresh, given["customers"].select("customer_id", "alert_message"))}
    return {name: engine.take(frame) for name, frame in answers.items()}


def run_items(entity: Entity) -> Callable[[Engine, Mapping[str, pl.DataFrame]], Answers]:
    def run(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> Answers:
        items = engine.give(frames["items"])
        plan = plan_items(entity, engine.give(frames["rows"]), items, Limits(AS_OF, TODAY, LIMIT), engine.keep)
        events = engine.keep(plan.events)
        return {name: engine.take(frame) for name, frame in {"outcomes": plan.outcomes, "events": events, "after": items_after(entity, items, events)}.items()}

    return run


def run_people(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> Answers:
    matched = match_customers(engine.give(frames["keys"]), engine.give(frames["customers"]), engine.keep)
    return {"decisions": engine.take(matched.decisions), "agreeing": engine.take(matched.agreeing)}


def run_sayings(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> Answers:
    return {"merged": engine.take(merge_with_source(engine.give(frames["said"])))}


CHAINS: dict[str, tuple[Callable[[], Frames], Callable[[Engine, Mapping[str, pl.DataFrame]], Answers]]] = {
    "flags": (lambda: make_cases(FLAGS), run_flags),
    "tags": (lambda: make_cases(TAGS), run_items(TAGS)),
    "status": (lambda: make_cases(STATUS), run_items(STATUS)),
    "people": (make_people, run_people),
    "sayings": (make_sayings, run_sayings),
}


def rows_of(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.rows(), key=repr)


@pytest.mark.parametrize("engine", ["lazy", "duckdb"])
@pytest.mark.parametrize("chain", list(CHAINS))
def test_every_engine_gives_the_same_answer(chain: str, engine: str, con: duckdb.DuckDBPyConnection) -> None:
    make, run = CHAINS[chain]
    frames = make()
    expected = run(eager(con), frames)
    found = run(ENGINES[engine](con), frames)
    for name, frame in expected.items():
        assert frame.columns == found[name].columns, name
        assert rows_of(frame) == rows_of(found[name]), name


@pytest.mark.parametrize("engine", list(ENGINES))
def test_no_engine_joins_what_is_there_twice(engine: str, con: duckdb.DuckDBPyConnection) -> None:
    one = ENGINES[engine](con)
    twice = one.give(pl.DataFrame({"item": [1, 2, 2], "kind": [1, 1, 2]}))
    assert len(one.take(require_one_per(twice, "item", "kind"))) == 3
    with pytest.raises(ValueError, match="item must be unique"):
        require_one_per(twice, "item")


def test_the_cases_reach_what_the_rules_tell_apart(con: duckdb.DuckDBPyConnection) -> None:
    """An engine is only compared where something happens."""
    answers = run_flags(eager(con), make_cases(FLAGS)) | run_people(eager(con), make_people())
    assert set(answers["outcomes"]["outcome"]) == {"applied", "unchanged", "rejected", "ignored"}
    state_faults = {"already-flagged", "no-such-flag", "changed-since-export", "missing-comment", "comment-too-long", "already-expired"}
    assert state_faults <= set(answers["outcomes"]["code"])
    assert "accounts-not-required" in set(answers["strict_outcomes"]["code"])
    assert set(answers["events"]["event"]) == {"made", "changed", "ended"}
    assert set(answers["told"]["effect"]) == {"updated", "cleared", "kept"}
    assert set(answers["decisions"]["fault"]) == {None, "unknown-customer", "conflicting-customer", "ambiguous-customer"}
    assert {f"after_{field}" for field in ("comment", "expires_on", "made_by", "updated_at")} <= set(answers["events"].columns)
    assert len(answers["marked"]) > CASES
