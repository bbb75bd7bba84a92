"""The whole night once, or again and again as files come, until somebody stops it."""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import FrameType

from pipeline.errors import TryAgain
from pipeline.nightly.desk import PAUSE, Desk, open_desk
from pipeline.nightly.inbox import Rest, look_into, wait_for_rest
from pipeline.nightly.logbook import logging_to, note
from pipeline.nightly.night import Call, begin, finish_broken_off, is_broken_off
from pipeline.nightly.summary import NightReport
from pipeline.run import Where
from pipeline.store.lock import night_locked
from pipeline.store.place import check_folder, check_place

EVERY = 1.0  # seconds between two looks into the inbox


@dataclass(frozen=True)
class Nightly:
    """One call of `nightly`: as of when (None: now), and by whom (None: as the settings say)."""

    as_of: datetime | None = None
    by: str | None = None


def nightly(where: Where, call: Nightly) -> NightReport:
    """Do the whole night, after finishing one that was broken off."""
    check_place(where.store, writing=True)  # before anything is made beside it
    check_folder(where.store)
    with night_locked(where.store):
        desk = open_desk(where)
        return _night(desk, _call(desk, call))


def _call(desk: Desk, call: Nightly) -> Call:
    nightly = desk.settings.nightly
    return Call(call.as_of or datetime.now(UTC), call.by or nightly.by, Rest(nightly.rest_seconds))


def _night(desk: Desk, call: Call) -> NightReport:
    """Finish the night before where it was broken off; another one of the same day follows only where something has come since."""
    finished = finish_broken_off(desk, call)
    if finished is None:
        return begin(desk, call)
    if finished.stopped or (finished.day == desk.day_of(call.as_of) and not wait_for_rest(desk.folder("inbox"), call.rest).ready):
        return finished
    return replace(begin(desk, call), finished=finished)


def watch(where: Where, call: Nightly, tell: Callable[[NightReport], None], complain: Callable[[TryAgain], None]) -> int:
    """Do nights until stopped by SIGTERM or SIGINT: one at once, one for each day, and one whenever files have come to rest in the inbox.

    `tell` hears of each, `complain` of what stood in the way: it is tried again. Returns the worst of the nights' exit codes.
    """
    worst, day = 0, ""
    check_place(where.store, writing=True)
    check_folder(where.store)
    with night_locked(where.store), _stoppable() as stop:
        desk = open_desk(where)
        said = replace(_call(desk, call), is_stopping=stop.is_set)
        while not stop.is_set():
            said = replace(said, as_of=call.as_of or datetime.now(UTC))
            try:
                if day != desk.day_of(said.as_of) or is_broken_off(desk) or look_into(desk.folder("inbox"), said.rest).ready:
                    report = _night(open_desk(where), said)
                    worst, day = max(worst, report.exit_code), desk.day_of(said.as_of)
                    tell(report)
            except TryAgain as error:
                _note_trouble(desk, said)
                complain(error)
            _sleep(stop)
    return worst


def _note_trouble(desk: Desk, call: Call) -> None:
    with logging_to(desk.folder("logs") / f"{desk.day_of(call.as_of)}.jsonl"):
        note("try-again", logging.WARNING)


@dataclass
class _Stop:
    """Whether a signal has come."""

    asked: bool = False

    def is_set(self) -> bool:
        return self.asked

    def ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # what signals give
        self.asked = True


@contextmanager
def _stoppable() -> Iterator[_Stop]:
    """Turn SIGTERM and SIGINT into a wish that is heard between two steps."""
    stop = _Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sleep(stop: _Stop) -> None:
    latest = time.monotonic() + EVERY
    while not stop.is_set() and time.monotonic() < latest:
        time.sleep(PAUSE)
