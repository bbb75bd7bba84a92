"""Invented uploads of instructions, as CSV and as XLSX, for the exports of one size. The same sizes give the same files."""

from pathlib import Path

import polars as pl
import xlsxwriter
from rustpy_xlsxwriter import FastExcel

from tests.bench.inputs import Inputs, Sizes, choice, customers, dice, ids, rows

OWN_ROWS = 20_000  # up to which results come in the admin's own workbook
STEP = 7_368_787  # a prime: steps of it meet every customer once before they meet one again
TYPES = ("On Hold", "At Risk", "Warning", "Important", "Alert")
WHY = (
    "Deposit owed, call before the visit",
    "Key is with the neighbour",
    "Asked for a refund twice",
    "Allergic to cats and dust",
    "Gate code changed, ring first",
)


def make_uploads(inputs: Inputs) -> None:
    """Write the uploads unless they are there."""
    done, sizes = inputs.file("uploads.done"), inputs.sizes
    if done.exists():
        return
    seeds(sizes).write_csv(inputs.file("seeds.csv"))
    upload = instructions(sizes)
    upload.write_csv(inputs.file("upload.csv"))
    write_text_workbook(upload, inputs.file("upload.xlsx"))
    dressed = upload.head(OWN_ROWS)
    dressed.write_csv(inputs.file("dressed.csv"))
    write_dressed_workbook(dressed, inputs.file("dressed.xlsx"))
    last = customers(sizes).tail(1)
    one = last.select("customer_id", action=pl.lit("add"), flag_type=pl.lit("Warning"), comment=pl.lit("Call first"))
    one.write_csv(inputs.file("one.csv"))
    last.write_csv(inputs.file("one_customer.csv"))
    done.touch()


def make_upload(inputs: Inputs, count: int) -> str:
    """Write an upload of any number of instructions for the book of these inputs unless it is there; return its name."""
    name = f"upload-{count}.csv"
    if not inputs.file(name).exists():
        instructions(inputs.sizes, count).write_csv(inputs.file(name))
    return name


def seeds(sizes: Sizes) -> pl.DataFrame:
    """Instructions that give the book the flags it starts with, each on a customer of its own."""
    row = pl.col("i")
    return rows(sizes.stored_flags).select(
        customer_id=ids(row * STEP % sizes.customers),
        action=pl.lit("add"),
        flag_type=choice(TYPES, row % len(TYPES)),
        comment=pl.format("{} (since spring, ref {})", choice(WHY, dice(row, len(WHY), 1)), row),
    )


def instructions(sizes: Sizes, count: int | None = None) -> pl.DataFrame:
    """Return the upload, of `count` rows if that is given: 70 % adds on customers without a flag, 25 % on flags that stand, repeated items, and 2 % faults.

    Each new customer comes once, as long as there are customers enough; two neighbouring rows may share a stored flag; 3 % take the item of the row above.
    """
    row, kind = pl.col("i"), pl.col("kind")
    new, stored = row + sizes.stored_flags, row // 2 % sizes.stored_flags
    on_new = (kind < 700) | kind.is_between(750, 799) | (kind >= 960)
    place = pl.when(on_new).then(new).otherwise(stored)
    action = pl.when(kind < 700).then(pl.lit("add")).when(kind < 850).then(pl.lit("set")).when(kind < 910).then(pl.lit("edit"))
    frame = rows(count or sizes.instructions).with_columns(kind=dice(row, 1000, 7))
    frame = frame.with_columns(
        customer_id=ids(place * STEP % sizes.customers),
        action=action.when(kind < 960).then(pl.lit("remove")).otherwise(pl.lit("add")),
        flag_type=choice(TYPES, pl.when(on_new).then(dice(row, len(TYPES), 8)).otherwise(place % len(TYPES))),
        comment=pl.format("{} (review of June, ref {})", choice(WHY, dice(row, len(WHY), 9)), row),
    )
    repeated = kind.is_between(960, 979) & (row > 0)
    frame = frame.with_columns(
        customer_id=pl.when(repeated).then(pl.col("customer_id").shift(1)).when(kind >= 990).then(ids(row + 2 * sizes.customers)).otherwise("customer_id"),
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
