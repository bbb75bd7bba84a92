"""Invented exports of any size: customers, bookings, and the bookings once more with changes and with bad rows. The same sizes give the same files.

Nothing loops over rows; "random" is a hash of the row's number.
"""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

AS_OF = datetime(2026, 6, 1, 9, 0)
SEED_AS_OF = datetime(2026, 5, 1, 9, 0)
PIECE = 1_000_000
FIRST = ("Ada", "Bruno", "Chloé", "Dmitri", "Esra", "Femi", "Grace", "Hiro", "Ines", "Jonas", "Kofi", "Lena", "Marta", "Nils", "Olu", "Priya")
LAST = (
    "Abbott",
    "Bianchi",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Hansen",
    "Ivanov",
    "Jansen",
    "Kowalski",
    "Larsen",
    "Müller",
    "Novak",
    "O'Neill",
)
SERVICES = ("City tour", "Wine tasting", "Kayak hire", "Deep clean", "Window cleaning", "Dog walk", "Yoga class", "Pottery course")
CHANGED_ONE_IN, BAD_ONE_IN = 10, 100
STATUSES = ("booked",) * 16 + ("completed", "completed", "cancelled", "no-show")


@dataclass(frozen=True)
class Sizes:
    """How many rows of each."""

    customers: int
    bookings: int
    instructions: int

    def scaled(self, times: int = 1, share: int = 1) -> "Sizes":
        """Return sizes so many times as large, or a share of these."""
        return Sizes(*(max(1, count * times // share) for count in (self.customers, self.bookings, self.instructions)))

    @property
    def stored_flags(self) -> int:
        """Flags that stand before the upload, on customers of their own."""
        return max(1, self.instructions // 2)


@dataclass(frozen=True)
class Inputs:
    """The files of one size, all in one folder: bookings.csv, changed.csv, bad.csv and whatever is made of them."""

    folder: Path
    sizes: Sizes

    def file(self, name: str) -> Path:
        return self.folder / name


def inputs_of(work: Path, sizes: Sizes) -> Inputs:
    """Return the inputs of some sizes, in their folder below the folder of all."""
    return Inputs(work / f"{sizes.customers}-{sizes.bookings}-{sizes.instructions}", sizes)


def make_exports(inputs: Inputs) -> None:
    """Write the exports unless they are there, and how many rows of changed.csv and bad.csv are so (`counts`)."""
    done, sizes = inputs.file("exports.json"), inputs.sizes
    if done.exists():
        return
    inputs.folder.mkdir(parents=True, exist_ok=True)
    customers(sizes).write_csv(inputs.file("customers.csv"))
    found = {"changed": 0, "bad": 0}
    with ExitStack() as open_files:
        handles = {name: open_files.enter_context(inputs.file(name).open("wb")) for name in ("bookings.csv", "changed.csv", "bad.csv")}
        for start in range(0, sizes.bookings, PIECE):
            piece = bookings(sizes, start)
            frames = {"bookings.csv": piece.drop("i"), "changed.csv": changed(piece), "bad.csv": bad(piece)}
            for name, frame in frames.items():
                frame.write_csv(handles[name], include_header=start == 0)
            found["changed"] += _count(piece, IS_CHANGED)
            found["bad"] += _count(piece, IS_BAD)
    done.write_text(json.dumps(found), encoding="utf-8")


def counts(inputs: Inputs) -> dict[str, int]:
    """Return how many rows of changed.csv differ from bookings.csv (`changed`) and how many of bad.csv must come back (`bad`)."""
    read: dict[str, int] = json.loads(inputs.file("exports.json").read_text(encoding="utf-8"))
    return read


def ids(number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("C"), (number + 1).cast(pl.String).str.zfill(7))


def dice(row: pl.Expr, sides: int, seed: int) -> pl.Expr:
    return (row.hash(seed) % sides).cast(pl.Int64)


def choice(words: tuple[str, ...], index: pl.Expr) -> pl.Expr:
    return index.replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def rows(count: int, start: int = 0) -> pl.DataFrame:
    return pl.DataFrame({"i": pl.int_range(start, start + count, eager=True)})


IS_CHANGED = dice(pl.col("i"), CHANGED_ONE_IN, 11) == 0
IS_BAD = dice(pl.col("i"), BAD_ONE_IN, 13) == 0


def _count(piece: pl.DataFrame, which: pl.Expr) -> int:
    return len(piece.filter(which))


def customers(sizes: Sizes) -> pl.DataFrame:
    row = pl.col("i")
    first, last = choice(FIRST, dice(row, len(FIRST), 1)), choice(LAST, dice(row, len(LAST), 2))
    email = pl.format("customer{}@mail{}.example", row + 1, dice(row, 40, 3))
    return rows(sizes.customers).select(customer_id=ids(row), first_name=first, last_name=last, email=email)


def bookings(sizes: Sizes, start: int) -> pl.DataFrame:
    """Return one piece of the bookings, with the number of each row as `i` beside."""
    row = pl.col("i")
    return rows(min(PIECE, sizes.bookings - start), start).select(
        "i",
        booking_id=pl.concat_str(pl.lit("B"), (row + 1).cast(pl.String).str.zfill(8)),
        customer_id=ids(dice(row, sizes.customers, 1)),
        starts_at=_times(),
        ends_at=_times(60),
        status=choice(STATUSES, dice(row, len(STATUSES), 3)),
        service=choice(SERVICES, dice(row, len(SERVICES), 4)),
        price=(dice(row, 40_000, 5).cast(pl.Float64) / 100).round(2),
        alert_message=pl.when(dice(row, 50, 6) == 0).then(pl.format("Note {}: bring the long ladder", row)),
    )


def _times(minutes: int = 0) -> pl.Expr:
    """When each booking starts, as text; or so many minutes later."""
    first, year = AS_OF - timedelta(days=182) + timedelta(minutes=minutes), 364 * 24 * 60
    return (pl.lit(first) + pl.duration(minutes=dice(pl.col("i"), year, 2) // 15 * 15)).dt.strftime("%Y-%m-%dT%H:%M")


def changed(piece: pl.DataFrame) -> pl.DataFrame:
    """Return the bookings with a tenth of them changed: one half has another status, the other half another service."""
    by_status, other = dice(pl.col("i"), 2, 12) == 0, SERVICES[1:] + SERVICES[:1]
    status = pl.when(pl.col("status") == "booked").then(pl.lit("cancelled")).otherwise(pl.lit("booked"))
    return piece.with_columns(
        status=pl.when(IS_CHANGED & by_status).then(status).otherwise("status"),
        service=pl.when(IS_CHANGED & ~by_status).then(pl.col("service").replace_strict(SERVICES, other)).otherwise("service"),
    ).drop("i")


def bad(piece: pl.DataFrame) -> pl.DataFrame:
    """Return the bookings, 1 % of them bad: no start, an end before the start, or a price that is no number."""
    fault = pl.when(IS_BAD).then(dice(pl.col("i"), 3, 14))
    return piece.select(
        "booking_id",
        "customer_id",
        starts_at=pl.when(fault.ne_missing(0)).then("starts_at"),
        ends_at=pl.when(fault.eq_missing(1)).then(_times(-60)).otherwise("ends_at"),
        status="status",
        service="service",
        price=pl.when(fault.eq_missing(2)).then(pl.lit("to be agreed")).otherwise(pl.col("price").cast(pl.String)),
        alert_message="alert_message",
    )
