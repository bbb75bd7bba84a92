"""Random files of two systems, hand-made changes and undos in between: whatever comes, the sum is right and the history hangs together."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import parting
from pipeline.legacy.maps import shipped_systems
from pipeline.migration import Migrating, Where, migrate
from pipeline.run import Instructing, Undoing, UploadRequest, apply, undo
from pipeline.settings import read_settings

HEAD = "Customer ID,First Name,Email,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee"
SHOPIFY = "Customer ID,First Name,Last Name,Email,Tags"
TAGS = {"vip": "Important", "important": "Important", "warning": "Warning", "chargeback": "Warning", "fraud": "On Hold"}
Item = tuple[str, str]  # customer and flag type
FLAGS = "SELECT customer_id, flag_type, comment, expires_on, flagged_by, flagged_at, updated_by, updated_at FROM flags ORDER BY ALL"


@dataclass(frozen=True)
class Export:
    """A file, and what it says: of each customer the lines by flag type, and the events."""

    text: str
    says: Mapping[str, Mapping[str, tuple[str, ...]]]
    events: frozenset[tuple[str, str, str]] = frozenset()


def resale_rows(chance: random.Random) -> Export:
    """Return rows of some customers with a box that says what it likes, and events on few days."""
    rows, says, events = [HEAD], {}, set()
    for number in range(chance.randint(1, 4)):
        is_set, why = chance.choice([("yes", "rude"), ("yes", "warning"), ("no", "rude"), ("no", "")])
        says[f"C{number}"] = {"Warning": (why,)} if is_set == "yes" else {}
        box = f"{is_set},{why},{chance.choice(['', 'Dana'])},{chance.choice(['', '03/01/2025'])}"
        for _ in range(chance.randint(1, 3)):
            word, day = chance.choice(["flagged", "un-flagged"]), chance.randint(1, 3)
            event = f"{word},0{day}/01/2024,{chance.choice(['rude', 'late', 'mistake'])},Eli"
            line = chance.choice([event, ",,,"])
            events |= {(f"C{number}", word, f"0{day}")} if line == event else set()
            rows.append(f"C{number},N,c{number}@example.com,{box},{line}")
    return Export("\n".join(rows) + "\n", says, frozenset(events))


def shop_rows(chance: random.Random) -> Export:
    """Return rows of some customers with tags, some of them of one type."""
    rows: list[str] = [SHOPIFY]
    says: dict[str, dict[str, tuple[str, ...]]] = {}
    for _ in range(chance.randint(1, 5)):
        who, tags = f"C{chance.randint(0, 4)}", chance.sample([*TAGS, "other"], chance.randint(0, 4))
        rows.append(f'{who},A,B,c@example.com,"{", ".join(tags)}"')
        said = says.setdefault(who, {})
        for tag in tags:
            if tag in TAGS:
                said[TAGS[tag]] = tuple(dict.fromkeys((*said.get(TAGS[tag], ()), tag)))
    return Export("\n".join(rows) + "\n", says)


@dataclass
class Plain:
    """What stands, line by line, and what each source said last: by customer and type. A line is a source's as long as one says it, else staff's."""

    stands: dict[Item, set[str]] = field(default_factory=dict)
    said: dict[str, dict[Item, set[str]]] = field(default_factory=lambda: {"resaleai": {}, "shopify": {}})
    events: set[tuple[str, str, str]] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def migrate(self, source: str, export: Export) -> None:
        """Take over what a source says otherwise than last time, or beside something that happened; what it says as before leaves the book alone."""
        (other,) = set(self.said) - {source}
        self.people |= set(export.says)
        news = {who for who, _, _ in export.events - self.events}
        self.events |= export.events
        for who, lines in export.says.items():
            for kind in ("Warning",) if source == "resaleai" else ("Warning", "Important", "On Hold"):
                was, now = self.said[source].pop((who, kind), set()), set(lines.get(kind, ()))
                if now:
                    self.said[source][who, kind] = now
                if now != was or who in news:
                    elsewhere = self.said[other].get((who, kind), set())
                    self.put((who, kind), (self.stands.get((who, kind), set()) - (was - elsewhere)) | now)

    def put(self, item: Item, lines: set[str]) -> None:
        self.stands.pop(item, None)
        if lines:
            self.stands[item] = lines


def asked(store: Path, query: str) -> list[Any]:
    with duckdb.connect(str(store), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.sql(query).fetchall()


def require_chained(store: Path) -> None:
    """Raise unless each event of a flag begins where the one before it ended, and what stands is what the last one left."""
    left: dict[tuple[str, str], Any] = {}
    for customer, item, before, after in asked(store, "SELECT customer_id, item, before, after FROM history WHERE entity = 'flags' ORDER BY event_id"):
        said = [None if side is None else tuple(json.loads(side)[name] for name in ("comment", "expires_on", "flagged_by")) for side in (before, after)]
        assert said[0] == left.get((customer, item)), (customer, item, said, left)
        left[customer, item] = said[1]
    numbers = [number for (number,) in asked(store, "SELECT event_id FROM history ORDER BY event_id")]
    assert numbers == list(range(1, len(numbers) + 1))
    standing = {(one[0], one[1]): (one[2], None if one[3] is None else str(one[3]), one[4]) for one in asked(store, FLAGS)}
    assert standing == {item: said for item, said in left.items() if said is not None}


def stands_in(where: Where) -> dict[Item, set[str]]:
    return {(who, kind): set(text.split("\n")) for who, kind, text in asked(where.store, "SELECT customer_id, flag_type, comment FROM flags")}


def step(where: Where, plain: Plain, chance: random.Random, moment: datetime) -> None:
    """Do one thing: migrate a random file, twice; or change flags by hand."""
    folder, (name, rows) = where.store.parent, chance.choice([("resaleai", resale_rows), ("shopify", shop_rows)])
    export, path = rows(chance), folder / f"{name}.csv"
    path.write_text(export.text)
    call = Migrating((path,), "Ivy", moment, name, allow_mass_change=True)
    dry = migrate(where, Migrating((path,), "Ivy", moment, name, allow_mass_change=True, dry_run=True))
    done = migrate(where, call)
    plain.migrate(name, export)
    assert done.adds_up, (done.rows, done.flags, done.history)
    assert (dry.rows, dry.flags, dry.history) == (done.rows, done.flags, done.history)
    assert stands_in(where) == plain.stands
    due = Counter(kind for who, kind in plain.said[name] if who in export.says)
    there = Counter(kind for who, kind in plain.stands if who in export.says)
    assert {one["flag_type"]: (one["due"], one["in_book"]) for one in done.flags if one["due"] or one["in_book"]} == {
        kind: (due[kind], there[kind]) for kind in due | there
    }
    require_chained(where.store)
    before = asked(where.store, FLAGS)
    again = migrate(where, call)
    assert (again.status, again.adds_up, asked(where.store, FLAGS)) == ("nothing-applied", True, before)
    if chance.random() < 0.5:
        sheet = folder / "hand.csv"
        action, item = chance.choice(["set", "remove"]), (f"C{chance.randint(0, 4)}", chance.choice(["Warning", "Important"]))
        sheet.write_text(f"action,customer_id,flag_type,comment\n{action},{','.join(item)},own text\n")
        apply(where, Instructing(UploadRequest((sheet,), "Kim"), moment, again=True))
        if item[0] in plain.people:
            plain.put(item, {"own text"} if action == "set" else set())
        assert stands_in(where) == plain.stands
        require_chained(where.store)


@pytest.mark.parametrize(("seed", "part"), [(0, 1), (1, 2), (2, parting.PART)])
def test_random_migrations_add_up_hang_together_and_can_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, part: int) -> None:
    monkeypatch.setattr(parting, "PART", part)
    assert {"resaleai", "shopify"} <= set(shipped_systems())
    chance, moment = random.Random(seed), datetime(2026, 6, 1, tzinfo=UTC)
    where = Where(tmp_path / "book.duckdb", read_settings(None), tmp_path)
    plain = Plain()
    for turn in range(3):
        step(where, plain, chance, moment + timedelta(hours=turn))
    batches = asked(where.store, "SELECT max(batch_id) FROM batches")[0][0]
    for batch in range(batches, 0, -1):
        undo(where, Undoing(batch, "Ivy", moment + timedelta(days=1)))
        require_chained(where.store)
    assert asked(where.store, FLAGS) == []
    assert asked(where.store, "SELECT count(*) FROM customers") == [(0,)]


HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee"


@pytest.mark.parametrize("seed", range(4))
def test_in_whichever_files_and_order_events_come_what_stands_is_what_the_last_by_date_left(tmp_path: Path, seed: int) -> None:
    chance, moment = random.Random(seed), datetime(2026, 6, 1, tzinfo=UTC)
    where, path = Where(tmp_path / "book.duckdb", read_settings(None), tmp_path), tmp_path / "resale.csv"
    days = chance.sample(range(1, 29), 10)
    events = [(f"C{chance.randint(0, 2)}", day, chance.choice(["flagged", "flagged", "un-flagged"])) for day in days]
    came: set[tuple[str, int, str]] = set()
    for turn in range(4):
        part = chance.sample(events, chance.randint(1, 5))
        path.write_text("\n".join([HISTORY, *(f"{who},N,{what},01/{day:02}/2024,on {day},Eli" for who, day, what in part)]) + "\n")
        done = migrate(where, Migrating((path,), "Ivy", moment + timedelta(hours=turn), "resaleai", allow_mass_change=True))
        new, came = len(came | {*part}) - len(came), came | {*part}
        last = {who: (day, what) for who, day, what in sorted(came, key=lambda one: one[1])}
        stands = sorted((who, f"on {day}") for who, (day, what) in last.items() if what == "flagged")
        assert asked(where.store, "SELECT customer_id, comment FROM flags ORDER BY ALL") == stands
        assert (done.adds_up, sum(one["imported"] for one in done.history)) == (True, new)
        require_chained(where.store)
    assert asked(where.store, "SELECT count(*) FROM history WHERE entity = 'flags'") == [(len(came),)]
