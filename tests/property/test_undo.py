"""Random uploads undone: everything comes back; with another upload in between, what that one changed is left alone (6.5).

What the uploads do is what `interpreter.py` says they do, and so is what there is to put back: the book's own history is not asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.report import UndoReport
from pipeline.run import Undoing, undo
from tests.property.interpreter import Flag, Item, Result, World, compose, interpret
from tests.property.test_apply import CASES, Case, Maker, Site, empty_book, left_by, put_site, read_book, write_upload

__all__ = ["empty_book"]  # a fixture
FLAG = ("comment", "expires_on", "flagged_by", "flagged_at", "updated_by", "updated_at")


@dataclass
class State:
    """What an undo must restore: flags, the customers' alerts and the bookings' alerts."""

    flags: dict[Item, Flag]
    alerts: dict[str, str | None]
    texts: dict[str, str | None]

    def values(self) -> dict[Item, tuple[object, ...] | None]:
        return {item: value_of(flag) for item, flag in self.flags.items()}


def value_of(flag: Flag | None) -> tuple[object, ...] | None:
    """Return what an undo compares: who and when is no value (3.9)."""
    return None if flag is None else (flag.comment, flag.expires_on)


def state_of(site: Site) -> State:
    book = read_book(site.where.store)
    return State(
        {(row["customer_id"], row["flag_type"]): Flag(*(row[name] for name in FLAG)) for row in book["flags"]},
        {row["customer_id"]: row["alert_message"] for row in book["customers"]},
        {row["booking_id"]: row["alert_message"] for row in book["bookings"]},
    )


def state_in(world: World) -> State:
    """Return what the book must hold of a world; versions are numbers of events, which an undo does not put back."""
    return State(
        {item: replace(flag, version=None) for item, flag in world.flags.items()},
        {key: one.alert for key, one in world.customers.items()},
        {key: one.alert for key, one in world.bookings.items()},
    )


def take_back(site: Site, batch_id: int, *, dry_run: bool = False) -> UndoReport:
    return undo(site.where, Undoing(batch_id, "Undoer", site.case.batch.as_of, dry_run=dry_run))


def composed(case: Case) -> Case:
    """Return the case with every customer's stored alert as its flags say it."""
    world = case.world
    customers = {key: replace(one, alert=compose(world.flags, key, case.house)) for key, one in world.customers.items()}
    return replace(case, world=replace(world, customers=customers))


def said_of(case: Case) -> Result:
    """Return what an upload does, by the rules."""
    return interpret(case.world, case.rows, case.house, case.batch)


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_undo_puts_everything_back_and_can_be_undone(seed: int, empty_book: Path, tmp_path: Path) -> None:  # the fixture
    site = put_site(composed(Maker(seed).make_case()), empty_book, tmp_path)
    expected = said_of(site.case)
    first, second, applied = state_in(site.case.world), state_in(expected.world), expected.row_counts["applied"]
    site.run()
    assert state_of(site) == second
    preview = take_back(site, 2, dry_run=True)
    assert (state_of(site), preview.batch) == (second, None)
    report = take_back(site, 2)
    assert (report.exit_code, report.conflicts, report.rows, report.bookings) == (0, (), preview.rows, preview.bookings)
    assert state_of(site) == first
    if applied:
        assert take_back(site, 2).status == "already-undone"
    assert take_back(site, 3).exit_code == 0
    assert state_of(site).values() == second.values()
    assert (state_of(site).alerts, state_of(site).texts) == (second.alerts, second.texts)
    assert [event["event_id"] for event in read_book(site.where.store)["history"]] == list(range(1, len(read_book(site.where.store)["history"]) + 1))
    if applied:
        assert take_back(site, 2).status == "applied"
        assert state_of(site).values() == first.values()


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_undo_leaves_alone_what_was_changed_since(seed: int, empty_book: Path, tmp_path: Path) -> None:  # the fixture
    maker = Maker(seed + 20_000)
    site = put_site(composed(replace(maker.make_case(), workbook=False)), empty_book, tmp_path)
    first = said_of(site.case)
    site.run()
    (tmp_path / "between").mkdir()
    rows = tuple({name: row[name] for name in site.case.columns} for row in (maker.make_row() for _ in range(12)))
    between = replace(site.case, files=(rows,), world=left_by(site, first))
    replace(site, case=between, paths=write_upload(tmp_path / "between", between)).run(again=True)
    expected, conflicts = undone(site.case, first, said_of(between).world)
    report = take_back(site, 2)
    assert state_of(site) == expected
    assert {(one["entity"], one["item"], one["customer_id"]) for one in report.conflicts} == conflicts
    assert report.exit_code == (4 if conflicts else 0)


def undone(case: Case, done: Result, now: World) -> tuple[State, set[tuple[str, str, str]]]:
    """Return what the rules say an undo of an upload leaves, item by item, and the conflicts. `done`: what the upload did; `now`: the book since."""
    before, left, state, conflicts = case.world, done.world, state_in(now), set()
    for item in {event.item for event in done.events}:
        was, stayed, found = (world.flags.get(item) for world in (before, left, now))
        if value_of(found) != value_of(stayed):
            conflicts |= {("flags", item[1], item[0])} if value_of(was) != value_of(stayed) else set()
        elif was is None:
            state.flags.pop(item, None)
        elif value_of(was) != value_of(stayed) or stamps_of(found) == stamps_of(stayed):
            state.flags[item] = replace(was, version=None)
    doubtful = set()
    for booking in {one.booking_id for one in done.told if one.effect != "kept"}:
        was_said, stays, says = (world.bookings[booking].alert for world in (before, left, now))
        if says == stays:
            state.texts[booking] = was_said
        elif stays != was_said:
            doubtful.add(booking)
    told = follow(case, done, now, state)
    conflicts |= {("bookings", booking, now.bookings[booking].customer_id) for booking in doubtful - told}
    return state, conflicts


def stamps_of(flag: Flag | None) -> tuple[str, datetime, str | None, datetime | None] | None:
    return None if flag is None else (flag.flagged_by, flag.flagged_at, flag.updated_by, flag.updated_at)


def follow(case: Case, done: Result, now: World, state: State) -> set[str]:
    """Compose alerts of the customers whose flags came back, and tell their bookings where the alert is not the former one; changes `state`."""
    told = set()
    flags: Mapping[Item, Flag] = {item: replace(flag, version=None) for item, flag in now.flags.items()}
    for customer in {item[0] for item in set(flags) | set(state.flags) if flags.get(item) != state.flags.get(item)}:
        state.alerts[customer] = new = compose(state.flags, customer, case.house)
        old = now.customers[customer].alert
        if new in (old, done.alerts[customer][0] if customer in done.alerts else old):
            continue
        for key, booking in now.bookings.items():
            own = (state.texts[key] or "").strip() or None
            future = booking.customer_id == customer and booking.status == "booked" and booking.starts_at >= case.batch.as_of
            if future and own in (None, (old or "").strip() or None) and own != new:
                state.texts[key] = new
                told.add(key)
    return told
