"""One night from its beginning to its end, and the end of one that was broken off (see the journal)."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from pipeline.errors import Refused
from pipeline.nightly.desk import Desk
from pipeline.nightly.filing import file_inputs
from pipeline.nightly.inbox import Rest, take_in, taken, wait_for_rest
from pipeline.nightly.journal import NAME, Input, Journal, read_journal
from pipeline.nightly.logbook import logging_to, note
from pipeline.nightly.moving import make_folder, write_whole
from pipeline.nightly.names import shown
from pipeline.nightly.steps import Done, do_step, finish_step, judge, plan_steps, set_aside_failed
from pipeline.nightly.summary import BatchMade, InputReport, NightReport
from pipeline.report import OUTCOMES
from pipeline.store import looking
from pipeline.store.book import open_book
from pipeline.store.upkeep import batches_of_run

SUMMARY = "nightly.json"
EARLIER = 100  # nights of the same day that the summary keeps


@dataclass(frozen=True)
class Call:
    """When a night is, who submits its batches, and whether it is to stop before the next step. `rest` tells which files are whole."""

    as_of: datetime
    by: str
    rest: Rest
    is_stopping: Callable[[], bool] = lambda: False


def is_broken_off(desk: Desk) -> bool:
    """Tell whether the last night did not come to its end."""
    return (desk.work / NAME).exists()


def finish_broken_off(desk: Desk, call: Call) -> NightReport | None:
    """Finish the night that was broken off, if one was, as of its own time; None where none was.

    Raises `Refused` where its journal can't be read or is another store's, `TryAgain` where the store is in use or something can't be written.
    """
    journal = read_journal(desk.work)
    if journal is None:
        return None
    if journal.store != str(desk.where.store.resolve()) and Path(journal.store).exists():  # else the folder was moved as a whole
        fix = "Finish that one first (--store), or give each store a folder and settings of its own."
        raise Refused(f"{desk.work}: the night that was broken off is that of another store, {journal.store}.", fix)
    with _logged(desk, journal):
        note("night-resumed", run=journal.run)
        return _go_through(journal, desk, call, again=True)


def begin(desk: Desk, call: Call) -> NightReport:
    """Do a night."""
    run = f"{call.as_of:%Y%m%dT%H%M%SZ}-{token_hex(4)}"
    journal = Journal(desk.work, run, call.as_of, call.by, str(desk.where.store.resolve()))
    make_folder(desk.work, mode=0o700)
    shutil.rmtree(desk.work / "out", ignore_errors=True)
    journal.save()
    with _logged(desk, journal):
        note("night-begun", run=run, as_of=call.as_of.isoformat())
        return _go_through(journal, desk, call, again=False)


def _logged(desk: Desk, journal: Journal) -> Any:
    return logging_to(desk.folder("logs") / f"{desk.day_of(journal.as_of)}.jsonl")


def _go_through(journal: Journal, desk: Desk, call: Call, *, again: bool) -> NightReport:
    """Do what of a night is not done yet."""
    if not journal.taken:
        _take_in(journal, desk, call)
    elif again:
        set_aside_failed(journal)
    if again:
        _find_committed(journal, desk)
    while (step := next((step for step in journal.steps if step.state == "pending"), None)) is not None:
        if call.is_stopping():
            return _stop(journal, desk)
        do_step(step, journal, desk)
    file_inputs(journal, desk)
    report = _report(journal, desk)
    _write_summary(report, desk)
    note("night-done", run=journal.run, exit_code=report.exit_code, inputs=len(report.inputs), batches=[one.batch for one in report.batches])
    _clear_away(journal)
    return report


def _take_in(journal: Journal, desk: Desk, call: Call) -> None:
    """Take what rests in the inbox, find out what each is, and write down what is to be done."""
    inbox = desk.folder("inbox")
    for folder in ("in", "out"):
        make_folder(journal.folder / folder)
    take_in(inbox, journal, wait_for_rest(inbox, call.rest), call.rest)
    journal.inputs = sorted(taken(journal), key=lambda one: (os.fsencode(one.name), one.number))
    for one in journal.inputs:
        judge(one, journal, desk)
        note("input-taken" if one.kind else "input-refused", name=shown(one.name), kind=one.kind, sha256=one.sha256)
    for name, _ in journal.skipped:
        note("input-skipped", name=name)
    journal.steps = plan_steps(journal.inputs)
    journal.taken = True
    journal.save()


def _find_committed(journal: Journal, desk: Desk) -> None:
    """Tick off the steps whose batch is in the book: the night was broken off between the commit and its journal."""
    with open_book(desk.where.store, writing=False) as book:
        written = batches_of_run(book, journal.run)
        for step in journal.steps:
            if step.state == "pending" and step.key in written:
                record = looking.find_batch(book, written[step.key])
                assert record is not None, "its number was just found"
                rows = {name: record["batch"][name] for name in ("rows_read", *OUTCOMES)}
                finish_step(step, Done(written[step.key], record["batch"]["status"], rows=rows, codes=record["findings"]), journal)
    journal.save()


def _stop(journal: Journal, desk: Desk) -> NightReport:
    """Leave the rest to the next night; what is done is filed."""
    file_inputs(journal, desk)
    note("night-stopped", run=journal.run, left=sum(step.state == "pending" for step in journal.steps))
    return replace(_report(journal, desk), stopped=True)


def _clear_away(journal: Journal) -> None:
    """Take the night's own folder off: first the journal, so that a night without one is over."""
    (journal.folder / NAME).unlink()
    shutil.rmtree(journal.folder / "out", ignore_errors=True)
    shutil.rmtree(journal.folder / "in", ignore_errors=True)
    with suppress(OSError):  # whatever else lies there was put there by somebody else
        journal.folder.rmdir()


def _report(journal: Journal, desk: Desk) -> NightReport:
    """Return what a night has to say, whether it was broken off meanwhile or not."""
    inputs = [_input_report(one, journal) for one in journal.inputs]
    with open_book(desk.where.store, writing=False) as book:
        batches = [_batch_made(step, looking.find_batch(book, number)) for step, number in batches_of_run(book, journal.run).items()]
    skipped = [(name, reason) for name, reason in journal.skipped]
    as_of = journal.as_of.astimezone(desk.settings.zone).isoformat(timespec="minutes")
    files = [file for step in journal.steps for file in step.files]
    failed = any(step.state == "failed" for step in journal.steps)
    return NightReport(journal.run, as_of, desk.day_of(journal.as_of), inputs, batches, skipped, journal.left, files, journal.remarks(), failed=failed)


def _input_report(one: Input, journal: Journal) -> InputReport:
    step = journal.step_of(one)
    outcome = "refused" if one.kind is None else step.status if step and step.state == "done" else "pending"
    batch = step.batch if step and one.kind else None
    return InputReport(shown(one.name), one.kind, one.sha256, outcome, batch, tuple(target for _, target in one.moves or ()), one.reason, one.fix)


def _batch_made(step: str, found: dict[str, Any] | None) -> BatchMade:
    assert found is not None, "its number was just found"
    batch = found["batch"]
    bookings = {word: batch[f"bookings_{word}"] for word in ("updated", "cleared", "kept")}
    rows = {"read": batch["rows_read"], **{word: batch[word] for word in OUTCOMES}}
    return BatchMade(step, batch["batch_id"], batch["kind"], batch["status"], rows, bookings, found["findings"], batch["head"])


def _write_summary(report: NightReport, desk: Desk) -> None:
    """Write nightly.json into the day's folder; the nights of the same day before stand in it as `earlier`."""
    path = desk.folder("outbox") / report.day / SUMMARY
    make_folder(path.parent)
    said = report.to_json()
    write_whole(path, json.dumps({**said, "earlier": _earlier(path, report.run)}, ensure_ascii=False, indent=1) + "\n")


def _earlier(path: Path, run: str) -> list[dict[str, Any]]:
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        nights = [{name: value for name, value in before.items() if name != "earlier"}, *before["earlier"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        note("summary-unreadable")  # somebody else's file of that name, or one cut short by a full disk: it is written anew
        return []
    return [one for one in nights if one.get("run") != run][:EARLIER]
