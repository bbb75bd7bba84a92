"""Random uploads undone: everything comes back; with another upload in between, what that one changed is left alone (6.5)."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.report import UndoReport
from pipeline.run import Undoing, undo
from tests.property.interpreter import Flag, compose
from tests.property.test_apply import CASES, Case, Maker, Site, empty_book, put_site, read_book, write_upload

__all__ = ["empty_book"]  # a fixture
FLAG = ("comment", "expires_on", "flagged_by", "flagged_at", "updated_by", "updated_at")
Key = tuple[str, str]


@dataclass
class State:
    """What an undo must restore: flags, the customers' alerts and the bookings' alerts; bookings also with customer, start and status."""

    flags: dict[Key, tuple[Any, ...]]
    alerts: dict[str, str | None]
    texts: dict[str, str | None]
    bookings: dict[str, dict[str, Any]]

    def values(self) -> dict[Key, tuple[Any, ...]]:
        return {key: flag[:2] for key, flag in self.flags.items()}


def state_of(site: Site) -> State:
    book = read_book(site.where.store)
    return State(
        {(row["customer_id"], row["flag_type"]): tuple(row[name] for name in FLAG) for row in book["flags"]},
        {row["customer_id"]: row["alert_message"] for row in book["customers"]},
        {row["booking_id"]: row["alert_message"] for row in book["bookings"]},
        {row["booking_id"]: row for row in book["bookings"]},
    )


def take_back(site: Site, batch_id: int, *, dry_run: bool = False) -> UndoReport:
    return undo(site.where, Undoing(batch_id, "Undoer", site.case.batch.as_of, dry_run=dry_run))


def composed(case: Case) -> Case:
    """Return the case with every customer's stored alert as its flags say it."""
    world = case.world
    customers = {key: replace(one, alert=compose(world.flags, key, case.house)) for key, one in world.customers.items()}
    return replace(case, world=replace(world, customers=customers))


def events_of(site: Site, batch_id: int, entity: str) -> list[dict[str, Any]]:
    return [event for event in read_book(site.where.store)["history"] if event["batch_id"] == batch_id and event["entity"] == entity]


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_undo_puts_everything_back_and_can_be_undone(seed: int, empty_book: Path, tmp_path: Path) -> None:  # the fixture
    site = put_site(composed(Maker(seed).make_case()), empty_book, tmp_path)
    first = state_of(site)
    applied = site.run().rows["applied"]
    second = state_of(site)
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
    before = state_of(site)
    site.run()
    left = state_of(site)
    (tmp_path / "between").mkdir()
    rows = tuple({name: row[name] for name in site.case.columns} for row in (maker.make_row() for _ in range(12)))
    between = replace(site.case, files=(rows,))
    replace(site, case=between, paths=write_upload(tmp_path / "between", between)).run(again=True)
    now = state_of(site)
    report = take_back(site, 2)
    expected, conflicts = undone(site, (before, left, now))
    found = state_of(site)
    assert (found.flags, found.alerts, found.texts) == (expected.flags, expected.alerts, expected.texts)
    assert {(one["entity"], one["item"], one["customer_id"]) for one in report.conflicts} == conflicts
    assert report.exit_code == (4 if conflicts else 0)


def undone(site: Site, states: tuple[State, State, State]) -> tuple[State, set[tuple[str, str, str]]]:
    """Return what the rules say an undo of batch 2 leaves, item by item, and the conflicts."""
    before, left, now = states
    flags, texts, conflicts = dict(now.flags), dict(now.texts), set()
    for key in {(event["customer_id"], event["item"]) for event in events_of(site, 2, "flags")}:
        was, stayed, found = (state.values().get(key) for state in (before, left, now))
        if found != stayed:
            conflicts |= {("flags", key[1], key[0])} if was != stayed else set()
        elif was is None:
            flags.pop(key, None)
        else:
            flags[key] = before.flags[key]
    doubtful = set()
    for booking in {event["item"] for event in events_of(site, 2, "bookings")}:
        if now.texts[booking] == left.texts[booking]:
            texts[booking] = before.texts[booking]
        elif left.texts[booking] != before.texts[booking]:
            doubtful.add(booking)
    alerts, told = follow(site, (before, now), flags, texts)
    conflicts |= {("bookings", booking, now.bookings[booking]["customer_id"]) for booking in doubtful - told}
    return State(flags, alerts, texts, now.bookings), conflicts


def follow(site: Site, states: tuple[State, State], flags: dict[Key, tuple[Any, ...]], texts: dict[str, str | None]) -> tuple[dict[str, str | None], set[str]]:
    """Compose alerts of the customers whose flags came back, and tell their bookings where the alert is not the former one; changes `texts`."""
    before, now = states
    told = set()
    plain = {key: Flag(flag[0], flag[1], "", site.case.batch.as_of, None, None, 1) for key, flag in flags.items()}
    alerts = dict(now.alerts)
    changed = {event["customer_id"] for event in events_of(site, 2, "customers")}
    for customer in {key[0] for key in set(now.flags) | set(flags) if now.flags.get(key) != flags.get(key)}:
        alerts[customer] = new = compose(plain, customer, site.case.house)
        old = now.alerts[customer]
        if new in (old, before.alerts[customer] if customer in changed else old):
            continue
        for booking, row in now.bookings.items():
            own = (texts[booking] or "").strip() or None
            future = row["customer_id"] == customer and row["status"] == "booked" and row["starts_at"] >= site.case.batch.as_of
            if future and own in (None, (old or "").strip() or None) and own != new:
                texts[booking] = new
                told.add(booking)
    return alerts, told
