"""A book with everything in it that reports tell of, and its raw tables as plain rows."""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from tests.cli.conftest import run_in

ZONE = ZoneInfo("Europe/London")
AS_OF = "2026-06-01T09:30"
NOW = datetime(2026, 6, 1, 9, 30, tzinfo=ZONE)
TYPES = ("On Hold", "At Risk", "Warning", "Important", "Alert")
SETTINGS = '[business]\ntimezone = "Europe/London"\nphone_region = "GB"\n'
Row = dict[str, Any]


def write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def invent_customers(dice: random.Random) -> list[Row]:
    rows = []
    for n in range(1, 121):
        first, last = dice.choice(("Ann", "Ben", "Zoë", "=Eve", "")), dice.choice(("Lee", "O'Neill", "Ångström", ""))
        company = dice.choice(("Acme, Ltd", "")) if first or last else dice.choice(("Quay Hotel", ""))
        status = dice.choice(["active"] * 8 + ["archived", "deleted"])
        email = f"c{n}@example.com" if dice.random() < 0.9 else ""
        rows.append({"customer_id": f"{n:05}", "first_name": first, "last_name": last, "company": company, "email": email, "phone": "", "status": status})
    return rows


def invent_bookings(dice: random.Random, known: list[str], first: int, count: int, made: str) -> list[Row]:
    rows = []
    for n in range(first, first + count):
        starts = datetime(2026, 5, 25) + timedelta(days=dice.randint(0, 20), hours=dice.choice((0, 9, 10, 23)), minutes=dice.choice((0, 30)))
        service = dice.choice(("City tour", "Deep clean", "", "Yoga\nclass"))
        rows.append(
            {
                "booking_id": f"B{n}",
                "customer_id": dice.choice(known),
                "starts_at": f"{starts:%Y-%m-%d %H:%M}",
                "ends_at": "" if dice.random() < 0.3 else f"{starts + timedelta(hours=2):%Y-%m-%d %H:%M}",
                "status": dice.choice(["booked"] * 7 + ["completed", "cancelled", "no-show"]),
                "service": service,
                "staff": dice.choice(("Ines", "")),
                "alert_message": dice.choice(("Two easels", "")) if dice.random() < 0.2 else "",
                "created_at": made,
            }
        )
    return rows


def invent_flags(dice: random.Random, known: list[str], action: str, count: int, days: tuple[str, ...]) -> list[Row]:
    chosen = {(dice.choice(known), dice.choice(TYPES)) for _ in range(count)}
    return [
        {
            "action": action,
            "customer_id": who,
            "flag_type": kind,
            "comment": f"{kind} since {who}, | really",
            "expires_on": dice.choice(days),
            "reason": "Review",
        }
        for who, kind in sorted(chosen)
    ]


def make_book(folder: Path) -> None:
    dice = random.Random(20)
    (folder / "flagbook.toml").write_text(SETTINGS, encoding="utf-8")
    people = invent_customers(dice)
    known = [row["customer_id"] for row in people if row["status"] != "deleted"]
    write_csv(folder / "customers.csv", people)
    bookings = invent_bookings(dice, known[:-6], 1, 500, "")
    tour = {**bookings[0], "starts_at": "2026-06-05 10:00", "ends_at": "2026-06-05 12:00", "service": "Boat tour", "staff": "Ines", "status": "booked"}
    bookings += [{**tour, "booking_id": f"T{n}", "customer_id": who} for n, who in enumerate(known[20:40])]
    write_csv(folder / "bookings.csv", bookings)
    stale = invent_flags(dice, known[-6:], "add", 4, ("",))
    write_csv(folder / "old.csv", stale + invent_flags(dice, known[:-6], "add", 40, ("", "", "2026-06-01", "2026-06-15", "2026-06-16", "2026-05-31")))
    write_csv(folder / "new.csv", invent_flags(dice, known, "set", 40, ("", "2026-06-03", "2027-01-01")))
    write_csv(folder / "gone.csv", [{"action": "remove", "customer_id": who, "flag_type": "ALL"} for who in known[:6]])
    tags = [{"action": "add", "customer_id": who, "tag": tag} for who in known[:20] for tag in ("vip", "press")]
    write_csv(folder / "tags.csv", tags)
    write_csv(folder / "status.csv", [{"action": "block", "customer_id": who, "reason": "Never came"} for who in known[30:35]])
    write_csv(folder / "later.csv", invent_bookings(dice, known[25:40], 501, 80, "2026-05-31 12:00"))
    for words in (
        ("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2025-10-01T06:00"),
        ("apply", "old.csv", "--by", "Ines", "--as-of", "2025-11-01T06:00"),
        ("apply", "new.csv", "--by", "Rhona", "--as-of", "2026-05-30T06:00"),
        ("apply", "gone.csv", "--by", "Rhona", "--as-of", "2026-05-30T07:00"),
        ("apply", "tags.csv", "--by", "Rhona", "--as-of", "2026-05-30T07:00"),
        ("apply", "status.csv", "--by", "Rhona", "--as-of", "2026-05-30T08:00"),
        ("load", "--bookings", "later.csv", "--as-of", "2026-06-01T06:00", "--accept-shrink"),
        ("report", "--as-of", AS_OF, "--out", "reports", "--format", "xlsx,html,csv,parquet"),
    ):
        done = run_in(folder, *words)
        assert done.code in (0, 4), (words, done.err)


@dataclass(frozen=True)
class Made:
    """A book, its raw tables as rows, and the folder of its reports."""

    out: Path
    customers: dict[str, Row]
    bookings: list[Row]
    flags: dict[str, list[Row]]
    tags: dict[str, list[str]]
    history: list[Row]
    batches: dict[int, Row]

    def parquet(self, name: str) -> list[Row]:
        return pl.read_parquet(self.out / f"{name}.parquet").to_dicts()

    def name(self, who: str) -> str:
        one = self.customers[who]
        return " ".join(part for part in (one["first_name"], one["last_name"]) if part) or one["company"] or who

    def kinds(self, who: str) -> str | None:
        return ", ".join(sorted((flag["flag_type"] for flag in self.flags[who]), key=TYPES.index)) or None

    def coming(self) -> list[Row]:
        return [one for one in self.bookings if one["status"] == "booked" and one["starts_at"] >= NOW]


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    found = con.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def opened(folder: Path) -> Iterator[Made]:
    """Make the book and its reports in a folder, and give its tables."""
    make_book(folder)
    flags, tags = defaultdict(list), defaultdict(list)
    with duckdb.connect(str(folder / "flagbook.duckdb"), read_only=True) as con:
        for row in rows_of(con, "flags"):
            flags[row["customer_id"]].append(row)
        for row in rows_of(con, "tags"):
            tags[row["customer_id"]].append(row["tag"])
        customers = {row["customer_id"]: row for row in rows_of(con, "customers")}
        batches = {row["batch_id"]: row for row in rows_of(con, "batches")}
        yield Made(
            folder / "reports", customers, rows_of(con, "bookings"), flags, tags, sorted(rows_of(con, "history"), key=lambda row: row["event_id"]), batches
        )


def day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
