"""What each instruction does to the items of an entity (rules 3.1 to 3.12): rows in order, each on the state that the rows above it left.

One engine for all entities: an item is there or not, and has fields. There is no loop. Whether an item is there when a row's turn
comes is the last thing that the rows above it said about it, else what is stored; the same holds for each field, and for who made
it. Each is one shift and one forward fill.
"""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.faults import CHANGING, Limits, codes, column_of, find_faults, has_hard_fault, mark_excused
from pipeline.rules.frames import Keep, as_is, require_one_per, same, told_before
from schemas.entity import ADD, IGNORE, NOTHING, REMOVE, SET, STAMPS, Entity, Field

MADE, CHANGED, ENDED = "made", "changed", "ended"


@dataclass(frozen=True)
class ItemPlan:
    """What a batch of instructions will do to one entity's items.

    `outcomes`: one row an instruction, with seq, outcome, code (null unless rejected), changes (items that it changes).
    `events`: one row a change, with seq, item, customer_no, item_no, event (made, changed, ended), is_before and is_after (whether
    the item is there), and before_/after_ of each field and of each of `STAMPS` (null where the item is not there).
    """

    outcomes: Any
    events: Any


def plan_items(entity: Entity, rows: Any, items: Any, limits: Limits, keep: Keep = as_is) -> ItemPlan:
    """Decide every instruction on the items of one entity.

    `rows`: see `schemas.plan.instructions_of`, with customer_no, item_no, item and who_fault. `items`: item, customer_no, item_no,
    the fields, `STAMPS` and version of every stored item of the customers named, item unique.
    """
    rows = keep(find_faults(entity, rows, limits))
    acting = rows.filter(~has_hard_fault(entity) & ~(nw.col("action") == IGNORE).fill_null(value=False))
    steps = keep(mark_excused(entity, _with_stored(entity, _steps(entity, acting, items), items)))
    rows = keep(_forgive(entity, rows, steps))
    decided = keep(_decide(entity, keep(_running(entity, steps.filter(nw.col("excused")), limits)), limits))
    return ItemPlan(_outcomes(entity, rows, decided), _events(entity, keep(_who_and_when(entity, decided, limits.as_of))))


def _forgive(entity: Entity, rows: Any, steps: Any) -> Any:
    """Take back the faults of cells that equal what is stored, each by itself (3.3); a row with ALL has no such cell."""
    soft = entity.soft_faults()
    if not soft:
        return rows
    kept = [f"keeps_{field}" for field in soft.values()]
    excuses = steps.filter(nw.any_horizontal(*(nw.col(name) for name in kept), ignore_nulls=False)).select("seq", *kept)
    marked = rows.join(excuses, on="seq", how="left")
    faults = {column_of(code): nw.col(column_of(code)) & ~nw.col(f"keeps_{field}").fill_null(value=False) for code, field in soft.items()}
    return marked.with_columns(**faults)


def _steps(entity: Entity, acting: Any, items: Any) -> Any:
    """Return one row an instruction and item; a removal of ALL becomes one for each item stored or named in the batch."""
    said = [name for one in entity.fields for name in (one.name, *([f"clears_{one.name}"] if one.clearable else []))]
    said += [f"else_{one.name}" for one in entity.fields if one.else_reason]
    columns = ["seq", "action", "all_items", "customer_no", "complete", "version", "actor", *said, *(column_of(code) for code in entity.soft_faults())]
    single = acting.filter(~nw.col("all_items")).select(*columns, "item_no", "item")
    every = nw.concat([single.select("customer_no", "item_no", "item"), items.select("customer_no", "item_no", "item")]).unique()
    everything = acting.filter(nw.col("all_items")).select(*columns)
    return nw.concat([single, everything.join(every, on="customer_no", how="inner").select(*columns, "item_no", "item")])


def _nothing(entity: Entity, one: Field) -> nw.Expr:
    """Return what stands for "none" of a field where null means that nothing is said."""
    return nw.lit(NOTHING[entity.kind_of(one)])


def _with_stored(entity: Entity, steps: Any, items: Any) -> Any:
    names = [*(one.name for one in entity.fields), *STAMPS]
    stored = require_one_per(items, "item").select(
        "item",
        nw.lit(value=True).alias("is_stored"),
        nw.col("version").alias("stored_version"),
        *(nw.col(name).alias(f"stored_{name}") for name in names),
    )
    joined = steps.join(stored, on="item", how="left")
    joined = joined.with_columns(
        stored=~nw.col("is_stored").is_null(),
        stale=~nw.col("version").is_null() & ~(nw.col("version") == nw.col("stored_version")).fill_null(value=False),
    )
    clears = {one.name: nw.when(nw.col(f"clears_{one.name}")).then(_nothing(entity, one)) for one in entity.fields if one.clearable}
    if not entity.fields:
        return joined
    return joined.with_columns(
        **{f"new_{name}": clears[name].otherwise(nw.col(name)) if name in clears else nw.col(name) for name in (one.name for one in entity.fields)},
        **{f"held_{one.name}": nw.when(nw.col("stored")).then(nw.coalesce(nw.col(f"stored_{one.name}"), _nothing(entity, one))) for one in entity.fields},
    )


def _running(entity: Entity, steps: Any, limits: Limits) -> Any:
    """Add what each step finds: exists, and before_ of each field (as `NOTHING` has it where it is empty); and creates."""
    can_write = ~nw.col("stale")
    gives = nw.col("action").is_in([ADD, SET]) & nw.col("complete") & can_write & limits.may_create
    steps = steps.with_columns(alone=nw.len().over("item") == 1)
    steps = steps.with_columns(says=nw.when(gives).then(1).when((nw.col("action") == REMOVE) & can_write).then(0))
    steps = told_before(steps, told="says")
    steps = steps.with_columns(exists=nw.coalesce(nw.col("told"), nw.col("stored").cast(nw.Int64)) == 1)
    changing = nw.col("exists") & nw.col("action").is_in(CHANGING) & can_write
    steps = steps.with_columns(creates=~nw.col("exists") & (nw.col("says") == 1).fill_null(value=False), changing=changing)
    for one in entity.fields:
        new = nw.col(f"new_{one.name}")
        first = nw.coalesce(new, *([nw.col(f"else_{one.name}")] if one.else_reason else []), _nothing(entity, one))
        steps = steps.with_columns(nw.when(nw.col("creates")).then(first).when(nw.col("changing")).then(new).alias(f"writes_{one.name}"))
    steps = told_before(steps, **{f"told_{one.name}": f"writes_{one.name}" for one in entity.fields})
    before = {one.name: nw.coalesce(nw.col(f"told_{one.name}"), nw.col(f"held_{one.name}"), _nothing(entity, one)) for one in entity.fields}
    return steps.with_columns(**{f"before_{name}": value for name, value in before.items()}) if before else steps


def _decide(entity: Entity, steps: Any, limits: Limits) -> Any:
    """Add fault (a code, or null) and applies."""
    action, exists, stale = nw.col("action"), nw.col("exists"), nw.col("stale")
    keeps = [nw.col(f"new_{one.name}").is_null() | same(nw.col(f"new_{one.name}"), nw.col(f"before_{one.name}")) for one in entity.fields]
    stays = nw.all_horizontal(*keeps, ignore_nulls=False) if keeps else nw.lit(value=True)
    edits = exists & action.is_in(CHANGING) & ~stays
    ends = exists & (action == REMOVE)
    would_create = ~exists & action.is_in([ADD, SET]) & nw.col("complete")
    gone = ~exists & ~nw.col("stored") & stale & (action != REMOVE)
    incomplete = entity.code_incomplete()
    fault = (
        nw.when(gone | (stale & (edits | ends | would_create)))
        .then(nw.lit("changed-since-export"))
        .when(~exists & (action == "edit"))
        .then(nw.lit(entity.code_absent()))
        .when(~exists & (action == SET) & ~nw.col("complete"))
        .then(nw.lit(incomplete, dtype=nw.String))
        .when(exists & (action == ADD) & ~stays)
        .then(nw.lit(entity.code_exists()))
        .when(would_create & (not limits.may_create))
        .then(nw.lit("accounts-not-required"))
    )
    steps = steps.with_columns(fault=fault, edits=edits)
    return steps.with_columns(applies=nw.col("fault").is_null() & (edits | ends | nw.col("creates")))


def _outcomes(entity: Entity, rows: Any, decided: Any) -> Any:
    done = decided.group_by("seq").agg(nw.col("applies").cast(nw.Int64).sum().cast(nw.Int64).alias("changes"), nw.col("fault").max())
    joined = rows.with_columns(code=codes(entity)).join(done, on="seq", how="left")
    joined = joined.with_columns(code=nw.coalesce(nw.col("code"), nw.col("fault")), changes=nw.col("changes").fill_null(0))
    ignored = (nw.col("action") == IGNORE).fill_null(value=False) & nw.col("code").is_null()
    outcome = (
        nw.when(ignored)
        .then(nw.lit("ignored"))
        .when(~nw.col("code").is_null())
        .then(nw.lit("rejected"))
        .when(nw.col("changes") > 0)
        .then(nw.lit("applied"))
        .otherwise(nw.lit("unchanged"))
    )
    return joined.select("seq", outcome.alias("outcome"), "code", "changes")


def _who_and_when(entity: Entity, decided: Any, as_of: Any) -> Any:
    """Add before_ and after_ of who made an item and who changed it last; an edit leaves the first and sets the second (3.9)."""
    makes, edits = nw.col("applies") & nw.col("creates"), nw.col("applies") & nw.col("edits")
    now, nobody = nw.lit(as_of), nw.lit("")
    steps = decided.with_columns(
        makes=makes,
        sets_made=nw.when(makes).then(nw.col("actor")),
        sets_updated=nw.when(makes).then(nobody).when(edits).then(nw.col("actor")),
    )
    steps = told_before(steps, told_made="sets_made", told_updated="sets_updated")
    made, told = ~nw.col("told_made").is_null(), nw.col("told_updated")
    steps = steps.with_columns(
        before_made_by=nw.coalesce(nw.col("told_made"), nw.col("stored_made_by")),
        before_made_at=nw.when(made).then(now).otherwise(nw.col("stored_made_at")),
        before_updated_by=nw.when(told.is_null()).then(nw.col("stored_updated_by")).when(told != "").then(told),
        before_updated_at=nw.when(told.is_null()).then(nw.col("stored_updated_at")).when(told != "").then(now),
    )
    by_edit = ~nw.col("makes")
    after = {
        one.name: nw.when(nw.col("makes")).then(nw.col(f"writes_{one.name}")).otherwise(nw.coalesce(nw.col(f"new_{one.name}"), nw.col(f"before_{one.name}")))
        for one in entity.fields
    }
    return steps.with_columns(
        after_made_by=nw.when(by_edit).then(nw.col("before_made_by")).otherwise(nw.col("actor")),
        after_made_at=nw.when(by_edit).then(nw.col("before_made_at")).otherwise(now),
        after_updated_by=nw.when(by_edit).then(nw.col("actor")),
        after_updated_at=nw.when(by_edit).then(now),
        **{f"after_{name}": value for name, value in after.items()},
    )


def _events(entity: Entity, steps: Any) -> Any:
    applied = steps.filter(nw.col("applies"))
    removes = nw.col("action") == REMOVE
    event = nw.when(removes).then(nw.lit(ENDED)).when(nw.col("creates")).then(nw.lit(MADE)).otherwise(nw.lit(CHANGED))
    nothing = {one.name: _nothing(entity, one) for one in entity.fields}
    sides: list[nw.Expr] = []
    for side, there in (("before", nw.col("exists")), ("after", ~removes)):
        for name in (*nothing, *STAMPS):
            value = nw.col(f"{side}_{name}")
            filled = there & (value != nothing[name]) if name in nothing else there
            sides.append(nw.when(filled).then(value).alias(f"{side}_{name}"))
    sides += [nw.col("exists").alias("is_before"), (~removes).alias("is_after")]
    return applied.select("seq", "item", "customer_no", "item_no", event.alias("event"), *sides)


def items_after(entity: Entity, items: Any, events: Any) -> Any:
    """Return the items as the batch leaves them: item, customer_no, item_no and the fields."""
    fields = [one.name for one in entity.fields]
    last = events.with_columns(last=nw.col("seq").max().over("item")).filter(nw.col("seq") == nw.col("last"))
    standing = last.filter(nw.col("is_after")).select("item", "customer_no", "item_no", *(nw.col(f"after_{name}").alias(name) for name in fields))
    untouched = items.join(last.select("item"), on="item", how="anti")
    return nw.concat([untouched.select("item", "customer_no", "item_no", *fields), standing])
