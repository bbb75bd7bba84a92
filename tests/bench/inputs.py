"""Invented inputs of any size: customers, bookings, and an upload of instructions as CSV and as XLSX. The same sizes give the same files.

Nothing loops over rows; "random" is a hash of the row's number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import polars as pl
import xlsxwriter
from rustpy_xlsxwriter import FastExcel

AS_OF = datetime(2026, 6, 1, 9, 0)
SEED_AS_OF = datetime(2026, 5, 1, 9, 0)
OWN_ROWS = 20_000  # up to which results come in the admin's own workbook
PIECE = 1_000_000
STEP = 7_368_787  # a prime: steps of it meet every customer once before they meet one again
TYPES = ("On Hold", "At Risk", "Warning", "Important", "Alert")
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
STATUSES = ("booked",) * 16 + ("completed", "completed", "cancelled", "no-show")
WHY = (
    "Deposit owed, call before the visit",
    "Key is with the neighbour",
    "Asked for a refund twice",
    "Allergic to cats and dust",
    "Gate code changed, ring first",
)


@dataclass(frozen=True)
class Sizes:
    """How many rows of each."""

    customers: int
    bookings: int
    instructions: int

    @property
    def stored_flags(self) -> int:
        """Flags that stand before the upload, on customers of their own."""
        return max(1, self.instructions // 2)


@dataclass(frozen=True)
class Inputs:
    """The files of one size, all in one folder."""

    folder: Path
    sizes: Sizes

    def file(self, name: str) -> Path:
        return self.folder / name


def make_inputs(inputs: Inputs) -> None:
    """Write the files unless they are there."""
    done = inputs.file("inputs.done")
    if done.exists():
        return
    sizes = inputs.sizes
    customers(sizes).write_csv(inputs.file("customers.csv"))
    with inputs.file("bookings.csv").open("wb") as handle:
        for start in range(0, sizes.bookings, PIECE):
            write_bookings(handle, sizes, start)
    seeds(sizes).write_csv(inputs.file("seeds.csv"))
    upload = instructions(sizes)
    upload.write_csv(inputs.file("upload.csv"))
    write_text_workbook(upload, inputs.file("upload.xlsx"))
    dressed = upload.head(OWN_ROWS)
    dressed.write_csv(inputs.file("dressed.csv"))
    write_dressed_workbook(dressed, inputs.file("dressed.xlsx"))
    one = pl.DataFrame({"customer_id": [_id(sizes.customers)], "action": ["add"], "flag_type": ["Warning"], "comment": ["Call first"]})
    one.write_csv(inputs.file("one.csv"))
    customers(sizes).tail(1).write_csv(inputs.file("one_customer.csv"))
    done.touch()


def _id(number: int) -> str:
    return f"C{number:07d}"


def _ids(number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("C"), (number + 1).cast(pl.String).str.zfill(7))


def _dice(row: pl.Expr, sides: int, seed: int) -> pl.Expr:
    return (row.hash(seed) % sides).cast(pl.Int64)


def _choice(words: tuple[str, ...], index: pl.Expr) -> pl.Expr:
    return index.replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def _rows(count: int, start: int = 0) -> pl.DataFrame:
    return pl.DataFrame({"i": pl.int_range(start, start + count, eager=True)})


def customers(sizes: Sizes) -> pl.DataFrame:
    row = pl.col("i")
    first, last = _choice(FIRST, _dice(row, len(FIRST), 1)), _choice(LAST, _dice(row, len(LAST), 2))
    email = pl.format("customer{}@mail{}.example", row + 1, _dice(row, 40, 3))
    return _rows(sizes.customers).select(customer_id=_ids(row), first_name=first, last_name=last, email=email)


def write_bookings(handle: BinaryIO, sizes: Sizes, start: int) -> None:
    """Add one piece of the bookings to a CSV; its header with the first."""
    row, year = pl.col("i"), 364 * 24 * 60
    starts = pl.lit(AS_OF - timedelta(days=182)) + pl.duration(minutes=_dice(row, year, 2) // 15 * 15)
    piece = _rows(min(PIECE, sizes.bookings - start), start).select(
        booking_id=pl.concat_str(pl.lit("B"), (row + 1).cast(pl.String).str.zfill(8)),
        customer_id=_ids(_dice(row, sizes.customers, 1)),
        starts_at=starts.dt.strftime("%Y-%m-%dT%H:%M"),
        status=_choice(STATUSES, _dice(row, len(STATUSES), 3)),
        service=_choice(SERVICES, _dice(row, len(SERVICES), 4)),
        price=(_dice(row, 40_000, 5).cast(pl.Float64) / 100).round(2),
        alert_message=pl.when(_dice(row, 50, 6) == 0).then(pl.format("Note {}: bring the long ladder", row)),
    )
    piece.write_csv(handle, include_header=start == 0)


def seeds(sizes: Sizes) -> pl.DataFrame:
    """Instructions that give the book the flags it starts with, each on a customer of its own."""
    row = pl.col("i")
    return _rows(sizes.stored_flags).select(
        customer_id=_ids(row * STEP % sizes.customers),
        action=pl.lit("add"),
        flag_type=_choice(TYPES, row % len(TYPES)),
        comment=pl.format("{} (since spring, ref {})", _choice(WHY, _dice(row, len(WHY), 1)), row),
    )


def instructions(sizes: Sizes) -> pl.DataFrame:
    """Return the upload: 70 % adds on customers without a flag, 25 % on flags that stand, repeated items, and 2 % faults.

    Each new customer comes once; two neighbouring rows may share a stored flag; 3 % take the item of the row above.
    """
    row, kind = pl.col("i"), pl.col("kind")
    new, stored = row + sizes.stored_flags, row // 2 % sizes.stored_flags
    on_new = (kind < 700) | kind.is_between(750, 799) | (kind >= 960)
    place = pl.when(on_new).then(new).otherwise(stored)
    action = pl.when(kind < 700).then(pl.lit("add")).when(kind < 850).then(pl.lit("set")).when(kind < 910).then(pl.lit("edit"))
    frame = _rows(sizes.instructions).with_columns(kind=_dice(row, 1000, 7))
    frame = frame.with_columns(
        customer_id=_ids(place * STEP % sizes.customers),
        action=action.when(kind < 960).then(pl.lit("remove")).otherwise(pl.lit("add")),
        flag_type=_choice(TYPES, pl.when(on_new).then(_dice(row, len(TYPES), 8)).otherwise(place % len(TYPES))),
        comment=pl.format("{} (review of June, ref {})", _choice(WHY, _dice(row, len(WHY), 9)), row),
    )
    repeated = kind.is_between(960, 979) & (row > 0)
    frame = frame.with_columns(
        customer_id=pl.when(repeated).then(pl.col("customer_id").shift(1)).when(kind >= 990).then(_ids(row + 2 * sizes.customers)).otherwise("customer_id"),
        flag_type=pl.when(repeated).then(pl.col("flag_type").shift(1)).when(kind.is_between(980, 983)).then(pl.lit("Urgent")).otherwise("flag_type"),
        action=pl.when(repeated).then(pl.lit("set")).when(kind.is_between(984, 986)).then(pl.lit("flag it")).otherwise("action"),
        comment=pl.when(kind.is_between(987, 989)).then(pl.lit(None, pl.String)).when(pl.col("action") != "remove").then("comment"),
    )
    return frame.select("customer_id", "action", "flag_type", "comment")


def write_text_workbook(frame: pl.DataFrame, path: Path) -> None:
    """Write a workbook of one sheet in which every cell is text."""
    book = FastExcel(str(path))
    book.sheet("Flags", frame.with_columns(pl.all().fill_null("")))
    book.save()


def write_dressed_workbook(frame: pl.DataFrame, path: Path) -> None:
    """Write a workbook as an admin would keep it: a title, formats, widths, a filter, a frozen header, and a second sheet with formulas."""
    book = xlsxwriter.Workbook(path)
    sheet, more = book.add_worksheet("Flags"), book.add_worksheet("Our notes")
    bold, wrapped = book.add_format({"bold": True, "bg_color": "#DDEBF7"}), book.add_format({"text_wrap": True, "border": 1})
    sheet.write_string(0, 0, "Flags of this review", book.add_format({"bold": True, "font_size": 16}))
    for place, name in enumerate(frame.columns):
        sheet.write_string(2, place, name, bold)
        sheet.set_column(place, place, 60 if name == "comment" else 18)
    for number, row in enumerate(frame.rows(), start=3):
        for place, value in enumerate(row):
            write = sheet.write_string if value else sheet.write_blank
            write(number, place, value, wrapped)
    sheet.autofilter(2, 0, len(frame) + 2, len(frame.columns) - 1)
    sheet.freeze_panes(3, 0)
    for number in range(1000):
        more.write_formula(number, 0, f"=LEN(Flags!D{number + 4})", value=0)
    book.close()
