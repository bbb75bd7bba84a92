"""Random files of two systems, hand-made changes and undos in between: whatever comes, the sum is right and the history hangs together."""

import json
import random
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
FLAGS = "SELECT customer_id, flag_type, comment, expires_on, flagged_by, flagged_at, updated_by, updated_at FROM flags ORDER BY ALL"


def resale_rows(chance: random.Random) -> str:
    """Return rows of some customers with a box that says what it likes, and events on few days."""
    rows = [HEAD]
    for number in range(chance.randint(1, 4)):
        box = f"{chance.choice(['yes', 'no'])},{chance.choice(['', 'rude', 'late'])},{chance.choice(['', 'Dana'])},{chance.choice(['', '03/01/2025'])}"
        for _ in range(chance.randint(1, 3)):
            event = f"{chance.choice(['flagged', 'un-flagged'])},0{chance.randint(1, 3)}/01/2024,{chance.choice(['rude', 'late', 'mistake'])},Eli"
            rows.append(f"C{number},N,c{number}@example.com,{box},{chance.choice([event, ',,,'])}")
    return "\n".join(rows) + "\n"


def shop_rows(chance: random.Random) -> str:
    """Return rows of some customers with tags, some of them of one type."""
    tags = ["vip", "important", "warning", "chargeback", "fraud", "other"]
    rows = [f'C{chance.randint(0, 4)},A,B,c@example.com,"{", ".join(chance.sample(tags, chance.randint(0, 4)))}"' for _ in range(chance.randint(1, 5))]
    return "\n".join([SHOPIFY, *rows]) + "\n"


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


def step(where: Where, folder: Path, chance: random.Random, moment: datetime) -> None:
    """Do one thing: migrate a random file, twice; or change flags by hand."""
    name, text = chance.choice([("resaleai", resale_rows), ("shopify", shop_rows)])
    path = folder / f"{name}.csv"
    path.write_text(text(chance))
    call = Migrating((path,), "Ivy", moment, name, allow_mass_change=True)
    dry = migrate(where, Migrating((path,), "Ivy", moment, name, allow_mass_change=True, dry_run=True))
    done = migrate(where, call)
    assert done.adds_up, (done.rows, done.flags, done.history)
    assert (dry.rows, dry.flags, dry.history) == (done.rows, done.flags, done.history)
    require_chained(where.store)
    before = asked(where.store, FLAGS)
    again = migrate(where, call)
    assert (again.status, again.adds_up, asked(where.store, FLAGS)) == ("nothing-applied", True, before)
    if chance.random() < 0.5:
        sheet = folder / "hand.csv"
        action = chance.choice(["set", "remove"])
        sheet.write_text(f"action,customer_id,flag_type,comment\n{action},C{chance.randint(0, 4)},{chance.choice(['Warning', 'Important'])},own text\n")
        apply(where, Instructing(UploadRequest((sheet,), "Kim"), moment, again=True))
        require_chained(where.store)


@pytest.mark.parametrize(("seed", "part"), [(0, 1), (1, 2), (2, parting.PART)])
def test_random_migrations_add_up_hang_together_and_can_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, part: int) -> None:
    monkeypatch.setattr(parting, "PART", part)
    assert {"resaleai", "shopify"} <= set(shipped_systems())
    chance, moment = random.Random(seed), datetime(2026, 6, 1, tzinfo=UTC)
    where = Where(tmp_path / "book.duckdb", read_settings(None), tmp_path)
    for turn in range(3):
        step(where, tmp_path, chance, moment + timedelta(hours=turn))
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
