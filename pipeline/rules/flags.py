"""What each instruction does to the flags (rules 3.1 to 3.12): rows in order, each on the state that the rows above it left.

There is no loop. Whether a flag exists when a row's turn comes is the last thing that the rows above it said about that item,
else what is stored; the same holds for the comment, the last day, and who flagged. Each is one shift and one forward fill.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.faults import Limits, codes, find_faults, has_hard_fault, mark_excused
from pipeline.rules.frames import Keep, as_is, require_one_per, same, told_before

# Stands for "no last day" where null means "not told"; no row can ask for this day, since it is long over.
NO_DAY = date(1, 1, 1)
# The fields of a flag that a step may change, in the order of the book's table.
FIELDS = ("comment", "expires_on", "flagged_by", "flagged_at", "updated_by", "updated_at")
ROW_COLUMNS = ("seq", "action", "all_types", "customer_no", "comment", "expires_on", "clears_expiry", "version", "actor", "comment_too_long", "already_expired")


@dataclass(frozen=True)
class FlagPlan:
    """What a batch of instructions will do.

    `outcomes`: one row an instruction, with seq, outcome, code (null unless rejected), changes (flags that it changes).
    `events`: one row a change, with seq, item, customer_no, type_no, action (flagged, edited, unflagged), exists_before, and
    before_/after_ of each of `FIELDS` (null where the flag is not there).
    """

    outcomes: Any
    events: Any


def plan_flags(rows: Any, flags: Any, limits: Limits, as_of: Any, keep: Keep = as_is) -> FlagPlan:
    """Decide every instruction.

    `rows`: see `schemas.plan.INSTRUCTIONS`, with customer_no, type_no and who_fault. `flags`: item, customer_no, type_no and
    `FIELDS` of every stored flag of the customers named, item unique. `as_of`: the batch's time as the engine's time type.
    """
    rows = keep(find_faults(rows, limits))
    acting = rows.filter(~has_hard_fault() & ~(nw.col("action") == "ignore").fill_null(value=False))
    steps = keep(mark_excused(_with_stored(_steps(acting, flags), flags)))
    rows = keep(_forgive(rows, steps.filter(nw.col("keeps_comment") | nw.col("keeps_expiry")).select("seq", "keeps_comment", "keeps_expiry")))
    decided = keep(_decide(keep(_running(steps.filter(nw.col("excused")), limits)), limits))
    return FlagPlan(_outcomes(rows, decided), _events(keep(_who_and_when(decided, as_of))))


def _forgive(rows: Any, excuses: Any) -> Any:
    """Take back the faults of cells that equal what is stored, each by itself (3.3); `excuses` has at most one row a seq."""
    marked = rows.join(excuses, on="seq", how="left")
    comment, expiry = (nw.col(name).fill_null(value=False) for name in ("keeps_comment", "keeps_expiry"))
    return marked.with_columns(comment_too_long=nw.col("comment_too_long") & ~comment, already_expired=nw.col("already_expired") & ~expiry)


def _steps(acting: Any, flags: Any) -> Any:
    """Return one row an instruction and item; a removal of ALL becomes one for each item stored or named in the batch."""
    single = acting.filter(~nw.col("all_types")).select(*ROW_COLUMNS, "type_no", "item")
    items = nw.concat([single.select("customer_no", "type_no", "item"), flags.select("customer_no", "type_no", "item")]).unique()
    everything = acting.filter(nw.col("all_types")).select(*ROW_COLUMNS)
    return nw.concat([single, everything.join(items, on="customer_no", how="inner").select(*ROW_COLUMNS, "type_no", "item")])


def _with_stored(steps: Any, flags: Any) -> Any:
    stored = require_one_per(flags, "item").select(
        "item",
        nw.lit(value=True).alias("is_stored"),
        nw.col("version").alias("stored_version"),
        *(nw.col(field).alias(f"stored_{field}") for field in FIELDS),
    )
    joined = steps.join(stored, on="item", how="left")
    there = ~nw.col("is_stored").is_null()
    no_day = nw.lit(NO_DAY)
    return joined.with_columns(
        stored=there,
        stale=~nw.col("version").is_null() & ~(nw.col("version") == nw.col("stored_version")).fill_null(value=False),
        new_expiry=nw.when(nw.col("clears_expiry")).then(no_day).otherwise(nw.col("expires_on")),
        stored_expiry=nw.when(there).then(nw.coalesce(nw.col("stored_expires_on"), no_day)),
    )


def _running(steps: Any, limits: Limits) -> Any:
    """Add what each step finds: exists, before_comment, before_expiry (`NO_DAY` for none); and creates."""
    can_write = ~nw.col("stale")
    gives = nw.col("action").is_in(["add", "set"]) & ~nw.col("comment").is_null() & can_write & limits.may_create
    steps = steps.with_columns(alone=nw.len().over("item") == 1)
    steps = steps.with_columns(says=nw.when(gives).then(1).when((nw.col("action") == "remove") & can_write).then(0))
    steps = told_before(steps, told="says")
    steps = steps.with_columns(exists=nw.coalesce(nw.col("told"), nw.col("stored").cast(nw.Int64)) == 1)
    changing = nw.col("exists") & nw.col("action").is_in(["edit", "set"]) & can_write
    steps = steps.with_columns(creates=~nw.col("exists") & (nw.col("says") == 1).fill_null(value=False), changing=changing)
    expiry_on_creation = nw.coalesce(nw.col("new_expiry"), nw.lit(NO_DAY))
    steps = steps.with_columns(
        writes_comment=nw.when(nw.col("creates") | nw.col("changing")).then(nw.col("comment")),
        writes_expiry=nw.when(nw.col("creates")).then(expiry_on_creation).when(nw.col("changing")).then(nw.col("new_expiry")),
    )
    steps = told_before(steps, told_comment="writes_comment", told_expiry="writes_expiry")
    return steps.with_columns(
        before_comment=nw.coalesce(nw.col("told_comment"), nw.col("stored_comment")),
        before_expiry=nw.coalesce(nw.col("told_expiry"), nw.col("stored_expiry"), nw.lit(NO_DAY)),
    )


def _decide(steps: Any, limits: Limits) -> Any:
    """Add fault (a code, or null) and applies."""
    action, exists, stale = nw.col("action"), nw.col("exists"), nw.col("stale")
    comment_stays = nw.col("comment").is_null() | same(nw.col("comment"), nw.col("before_comment"))
    expiry_stays = nw.col("new_expiry").is_null() | same(nw.col("new_expiry"), nw.col("before_expiry"))
    stays = comment_stays & expiry_stays
    edits = exists & action.is_in(["edit", "set"]) & ~stays
    ends = exists & (action == "remove")
    would_create = ~exists & action.is_in(["add", "set"]) & ~nw.col("comment").is_null()
    gone = ~exists & ~nw.col("stored") & stale & (action != "remove")
    fault = (
        nw.when(gone | (stale & (edits | ends | would_create)))
        .then(nw.lit("changed-since-export"))
        .when(~exists & (action == "edit"))
        .then(nw.lit("no-such-flag"))
        .when(~exists & (action == "set") & nw.col("comment").is_null())
        .then(nw.lit("missing-comment"))
        .when(exists & (action == "add") & ~stays)
        .then(nw.lit("already-flagged"))
        .when(would_create & (not limits.may_create))
        .then(nw.lit("accounts-not-required"))
    )
    steps = steps.with_columns(fault=fault, edits=edits)
    return steps.with_columns(applies=nw.col("fault").is_null() & (edits | ends | nw.col("creates")))


def _outcomes(rows: Any, decided: Any) -> Any:
    done = decided.group_by("seq").agg(nw.col("applies").cast(nw.Int64).sum().cast(nw.Int64).alias("changes"), nw.col("fault").max())
    joined = rows.with_columns(code=codes()).join(done, on="seq", how="left")
    joined = joined.with_columns(code=nw.coalesce(nw.col("code"), nw.col("fault")), changes=nw.col("changes").fill_null(0))
    ignored = (nw.col("action") == "ignore").fill_null(value=False) & nw.col("code").is_null()
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


def _who_and_when(decided: Any, as_of: Any) -> Any:
    """Add before_ and after_ of who flagged and who changed last; an edit leaves the first and sets the second (3.9)."""
    makes, edits = nw.col("applies") & nw.col("creates"), nw.col("applies") & nw.col("edits")
    now, nobody = nw.lit(as_of), nw.lit("")
    steps = decided.with_columns(
        makes=makes,
        sets_flagged=nw.when(makes).then(nw.col("actor")),
        sets_updated=nw.when(makes).then(nobody).when(edits).then(nw.col("actor")),
    )
    steps = told_before(steps, told_flagged="sets_flagged", told_updated="sets_updated")
    made, told = ~nw.col("told_flagged").is_null(), nw.col("told_updated")
    steps = steps.with_columns(
        before_flagged_by=nw.coalesce(nw.col("told_flagged"), nw.col("stored_flagged_by")),
        before_flagged_at=nw.when(made).then(now).otherwise(nw.col("stored_flagged_at")),
        before_updated_by=nw.when(told.is_null()).then(nw.col("stored_updated_by")).when(told != "").then(told),
        before_updated_at=nw.when(told.is_null()).then(nw.col("stored_updated_at")).when(told != "").then(now),
    )
    by_edit = ~nw.col("makes")
    return steps.with_columns(
        after_flagged_by=nw.when(by_edit).then(nw.col("before_flagged_by")).otherwise(nw.col("actor")),
        after_flagged_at=nw.when(by_edit).then(nw.col("before_flagged_at")).otherwise(now),
        after_updated_by=nw.when(by_edit).then(nw.col("actor")),
        after_updated_at=nw.when(by_edit).then(now),
        after_comment=nw.coalesce(nw.col("comment"), nw.col("before_comment")),
        after_expiry=nw.when(nw.col("makes")).then(nw.col("writes_expiry")).otherwise(nw.coalesce(nw.col("new_expiry"), nw.col("before_expiry"))),
    )


def _events(steps: Any) -> Any:
    applied = steps.filter(nw.col("applies"))
    removes = nw.col("action") == "remove"
    name = nw.when(removes).then(nw.lit("unflagged")).when(nw.col("creates")).then(nw.lit("flagged")).otherwise(nw.lit("edited"))
    sides = []
    for side, there in (("before", nw.col("exists")), ("after", ~removes)):
        for field in FIELDS:
            value = nw.col(f"{side}_{field}") if field != "expires_on" else _day(nw.col(f"{side}_expiry"))
            sides.append(nw.when(there).then(value).alias(f"{side}_{field}"))
    return applied.select("seq", "item", "customer_no", "type_no", name.alias("action"), nw.col("exists").alias("exists_before"), *sides)


def _day(value: nw.Expr) -> nw.Expr:
    return nw.when(value != nw.lit(NO_DAY)).then(value)


def flags_after(flags: Any, events: Any) -> Any:
    """Return the flags as the batch leaves them: item, customer_no, type_no, `FIELDS`, changed_seq (null where untouched)."""
    last = events.with_columns(last=nw.col("seq").max().over("item")).filter(nw.col("seq") == nw.col("last"))
    standing = last.filter(nw.col("action") != "unflagged").select(
        "item", "customer_no", "type_no", *(nw.col(f"after_{field}").alias(field) for field in FIELDS), nw.col("seq").alias("changed_seq")
    )
    untouched = flags.join(last.select("item"), on="item", how="anti")
    return nw.concat([untouched.select("item", "customer_no", "type_no", *FIELDS, nw.lit(None, dtype=nw.Int64).alias("changed_seq")), standing])
