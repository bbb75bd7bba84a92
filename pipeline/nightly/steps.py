"""The steps of a night, one batch each: exports, uploads, flags that end, alerts composed anew."""

import json
import logging
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.context import Context
from pipeline.errors import Refused, Shrunk, TryAgain
from pipeline.expiring import Planner, plan_composing, plan_expiry
from pipeline.intake.recognise import recognise
from pipeline.nightly.desk import Desk
from pipeline.nightly.journal import Input, Journal, Step
from pipeline.nightly.logbook import note
from pipeline.nightly.moving import fingerprint, is_plain, make_folder
from pipeline.nightly.names import fault_of_name, shown
from pipeline.outputs.staging import REMARKS
from pipeline.reporting import Reporting, report
from pipeline.run import Instructing, Loads, UploadRequest, Where, apply, load
from pipeline.store.book import open_book, write_settings
from pipeline.store.log import next_event
from pipeline.store.place import check_room
from pipeline.store.reading import next_numbers
from pipeline.store.writing import NO_FILES, BatchRecord, finish_batch, write_batch

UPKEEP: dict[str, Planner] = {"expiry": plan_expiry, "compose": plan_composing}
FAILED = ".failed"
BUG = "the program failed on it: that is a bug, please report it."
OPTION = re.compile("--allow-mass-change|--accept-shrink")
TRIES = 2  # of a step without an input on which the program fails
WHAT = {"expiry": "ending flags past their last day", "compose": "composing alerts anew", "reports": "writing the reports"}
NOT_DONE = "{} was not done: the program failed on it twice, which is a bug, please report it. The next night tries it again."
KEEP = "Keep the file for whoever looks into it."


@dataclass(frozen=True)
class Done:
    """What a step came to: its batch, if it wrote one, the status, and for the log its rows by outcome and those that came back by code."""

    batch: int | None
    status: str
    files: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: Mapping[str, int] | None = None
    codes: Mapping[str, int] | None = None


def judge(one: Input, journal: Journal, desk: Desk) -> None:
    """Find out what an input is, and take its fingerprint; one that can't be taken is refused.

    A failure that nobody expected is raised, and marked beside the input: the next night refuses it.
    """
    mark = journal.path_of(one).with_name(FAILED)
    if mark.exists():
        refuse(one, f"{shown(one.name)}: {BUG}", KEEP)
        return
    try:
        _judge(one, journal, desk)
    except Exception:
        note("input-failed", logging.ERROR, name=shown(one.name))
        mark.touch()
        raise


def _judge(one: Input, journal: Journal, desk: Desk) -> None:
    path = journal.path_of(one)
    if not is_plain(path):  # something else took its name as it was moved
        refuse(one, f"{shown(one.name)}: this is not a plain file.", "Drop the file itself.")
        return
    one.sha256 = fingerprint(path)
    if fault := fault_of_name(one.name):
        refuse(one, f"{shown(one.name)}: {fault}.", "Rename it, then drop it again.")
        return
    try:
        one.kind = recognise(path, desk.map, desk.settings).value
    except Refused as error:
        refuse(one, said_of(error.reason, one, journal), error.fix)


def said_of(reason: str, one: Input, journal: Journal) -> str:
    """Return a reason in which the input bears its own name, not the place where the night keeps it."""
    path = journal.path_of(one)
    return reason.replace(str(path), shown(one.name)).replace(str(path.parent), "the inbox")


def refuse(one: Input, reason: str, fix: str) -> None:
    """Refuse an input, for a reason that names it; what to do with an option that only other commands have says with which."""
    command = "apply" if one.kind == "upload" else f"load --{one.kind}"
    by_hand = f" A night has no such option: give the file to flagbook {command} by hand." if OPTION.search(fix) and one.kind else ""
    one.kind, one.reason, one.fix = None, reason, f"{fix}{by_hand}"


def plan_steps(inputs: list[Input]) -> list[Step]:
    """Return what is to be done: one load of all exports, the uploads in the order of their names, then the upkeep."""
    exports = [one.number for one in _of_kind(inputs, "customers", "bookings")]
    loads = [_load_step(exports)] if exports else []
    uploads = [Step(f"apply-{one.number}", "apply", [one.number]) for one in _of_kind(inputs, "upload")]
    return [*loads, *uploads, *(Step(name, name) for name in (*UPKEEP, "reports"))]


def _load_step(numbers: list[int]) -> Step:
    """Return the step that loads some exports.

    NOTE: a key is part of the book for ever and the name of a folder: it must be short however many exports there are.
    """
    return Step(f"load-{numbers[0]}-{numbers[-1]}-{len(numbers)}", "load", numbers)


def _of_kind(inputs: list[Input], *kinds: str) -> list[Input]:
    return sorted((one for one in inputs if one.kind in kinds), key=lambda one: (kinds.index(str(one.kind)), one.name, one.number))


def do_step(step: Step, journal: Journal, desk: Desk) -> None:
    """Do a step and write down what came of it; one that is refused is split, or its input is refused.

    A failure that nobody expected is written down too before it is raised: the next night does not fail on the same input again.
    """
    results = journal.results_of(step)
    if results.exists():
        shutil.rmtree(results)  # of an attempt whose batch was not committed
    where = replace(desk.where, out=results, run=f"{journal.run}/{step.key}")
    try:
        done = desk.patiently(lambda: JOBS[step.what](step, journal, desk, where))
    except Refused as error:
        if not step.inputs or _is_of_store(error, desk):
            raise
        _refused(step, journal, error)
    except TryAgain:
        raise
    except Exception:
        step.state, step.failures = "failed", step.failures + 1
        note("step-failed", logging.ERROR, step=step.key)
        journal.save()
        raise
    else:
        finish_step(step, done, journal)
        journal.save()


def finish_step(step: Step, done: Done, journal: Journal) -> None:
    """Write down what a step came to, and what there is to say of it: that of a batch lies beside its results, where no kill loses it."""
    step.state, step.batch, step.status, step.files = "done", done.batch, done.status, [*done.files]
    kept = journal.results_of(step) / REMARKS
    said = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else done.remarks
    known = set(journal.remarks())
    step.remarks = [remark for remark in _with_names(step, said, journal) if remark not in known]
    counts: dict[str, Any] = {"rows": {name.removeprefix("rows_"): n for name, n in done.rows.items()}} if done.rows is not None else {}
    counts |= {"codes": dict(done.codes)} if done.codes is not None else {}
    note("step-done", step=step.key, batch=done.batch, status=done.status, **counts)


def _with_names(step: Step, remarks: Iterable[str], journal: Journal) -> list[str]:
    """Return remarks in which inputs bear their own names; one that does not say of which file it is begins with that of the step's, if it is one."""
    inputs = journal.inputs_of(step)
    named = []
    for remark in remarks:
        for one in inputs:
            remark = said_of(remark, one, journal)  # noqa: PLW2901  # name after name
        alone = len(inputs) == 1 and shown(inputs[0].name) not in remark
        named.append(f"{shown(inputs[0].name)}: {remark}" if alone and not remark.startswith("business.") else remark)
    return named


def _is_of_store(error: Refused, desk: Desk) -> bool:
    return error.reason.startswith((f"{desk.where.store}:", f"{desk.where.store.parent}:"))


def _refused(step: Step, journal: Journal, error: Refused) -> None:
    inputs = journal.inputs_of(step)
    is_small = isinstance(error, Shrunk) and len({one.kind for one in inputs}) == 1
    if len(inputs) > 1 and not is_small:
        step.state = "split"
        place = journal.steps.index(step) + 1
        journal.steps[place:place] = _split(inputs, [one for one in inputs if str(journal.path_of(one)) in error.reason])
        note("step-split", logging.WARNING, step=step.key, inputs=len(inputs))
    else:
        step.state = "refused"
        for one in inputs:
            reason = said_of(error.reason, one, journal)
            refuse(one, reason if len(inputs) == 1 else f"{shown(one.name)}: {reason}", error.fix)
            note("input-refused", logging.WARNING, name=shown(one.name), step=step.key)
    journal.save()


def _split(inputs: list[Input], named: Sequence[Input] = ()) -> list[Step]:
    """Return the steps in place of a load that was refused, that a bad file may not hold up the rest.

    They are one for each kind; or else one for the file that is to blame (`named`) and one for the others, which are a whole export without it perhaps;
    or else one for each file.
    """
    kinds = [[one.number for one in _of_kind(inputs, kind)] for kind in ("customers", "bookings")]
    if all(kinds):
        return [_load_step(numbers) for numbers in kinds]
    numbers = [number for kind in kinds for number in kind]
    to_blame = [one.number for one in named]
    if len(to_blame) == 1 and len(numbers) > 2:  # noqa: PLR2004  # two files are one and one
        return [_load_step([number for number in numbers if number not in to_blame]), _load_step(to_blame)]
    return [_load_step([number]) for number in numbers]


def _load(step: Step, journal: Journal, desk: Desk, where: Where) -> Done:
    inputs = journal.inputs_of(step)
    customers, bookings = (tuple(journal.path_of(one) for one in _of_kind(inputs, kind)) for kind in ("customers", "bookings"))
    create = desk.settings.nightly.create_customers
    loaded = load(where, Loads(customers, bookings, journal.by, journal.as_of, desk.map_file, create_customers=create))
    return Done(loaded.batch, loaded.status, rows=loaded.rows, codes=loaded.codes)


def _apply(step: Step, journal: Journal, desk: Desk, where: Where) -> Done:  # noqa: ARG001  # the shape of all jobs
    (one,) = journal.inputs_of(step)
    applied = apply(where, Instructing(UploadRequest((journal.path_of(one),), journal.by), journal.as_of))
    return Done(applied.batch, applied.status, rows=applied.rows, codes=applied.codes)


def _keep_up(step: Step, journal: Journal, desk: Desk, where: Where) -> Done:
    """End flags, or compose alerts anew: a batch where there is anything to do."""
    started = datetime.now(UTC)
    check_room(where.store, desk.settings.store.min_free_bytes)
    with open_book(where.store, writing=True) as book:
        plan = UPKEEP[step.what](journal.by, Context(book, desk.settings, journal.as_of))
        if plan.is_empty:
            return Done(None, "nothing-to-do")
        batch_id, _ = next_numbers(book)
        record = BatchRecord(step.what, journal.by, None, journal.as_of, started, "applied", plan.counts, NO_FILES, run=where.run)
        with book.transaction():
            write_settings(book, desk.settings)
            write_batch(book, (batch_id, next_event(book)), record, plan.changes)
            finish_batch(book, batch_id, desk.settings)
    return Done(batch_id, "applied", rows=plan.counts)


def _report(step: Step, journal: Journal, desk: Desk, where: Where) -> Done:  # noqa: ARG001  # the shape of all jobs
    """Write the reports as of the night's time into the day's folder of the outbox."""
    folder = desk.folder("outbox") / desk.day_of(journal.as_of)
    make_folder(folder)
    try:
        made = report(Where(where.store, desk.settings, folder), Reporting(journal.as_of))
    except TryAgain as error:
        raise TryAgain(error.reason, "Free the place or mend its permissions, then run the same command again.") from None
    return Done(None, "written", tuple(str(folder / Path(name).name) for name in made.files), made.remarks)


JOBS: dict[str, Callable[[Step, Journal, Desk, Where], Done]] = {"load": _load, "apply": _apply, **dict.fromkeys(UPKEEP, _keep_up), "reports": _report}


def set_aside_failed(journal: Journal) -> None:
    """Refuse the inputs on which the program failed last time; of several exports, each gets a try of its own.

    What has no input is tried once more, and then left out, which a remark says: it must not hold up every night to come.
    """
    for step in [step for step in journal.steps if step.state == "failed"]:
        inputs = journal.inputs_of(step)
        if not inputs and step.failures < TRIES:
            step.state = "pending"
        elif not inputs:
            step.remarks = [NOT_DONE.format(WHAT[step.what])]
        elif len(inputs) > 1:
            step.state = "split"
            place = journal.steps.index(step) + 1
            journal.steps[place:place] = _split(inputs)
        else:
            step.state = "refused"
            refuse(inputs[0], f"{shown(inputs[0].name)}: {BUG}", KEEP)
    journal.save()
