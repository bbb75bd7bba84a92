"""Invented Shopify customer exports of any size: the same customers without tags, and with tags of a list on a share of the rows.

Tags come in any case, several to a cell, among others that no list names. The same sizes give the same files.
"""

from pathlib import Path

import polars as pl

from tests.bench.inputs import FIRST, LAST, choice, dice, rows

PIECE = 250_000
LISTED = ("VIP", "vip", "Fraud", "at risk", "At Risk", "warning", "Do not ship", "important", "ALERT", "chargeback", "Blacklisted", "blocked")
OTHERS = ("wholesale", "newsletter", "Summer 2025", "horeca", "b2b", "loyal", "gift-card", "referred by a friend")
MORE = 5  # one tagged row in so many has a second tag of the list, which may be of the same type
HEADER = (
    *("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing", "Default Address Company", "Default Address Address1"),
    *("Default Address Address2", "Default Address City", "Default Address Province Code", "Default Address Country Code", "Default Address Zip"),
    *("Default Address Phone", "Phone", "Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags"),
)
# What `load --customers --map` needs to read the same columns of the same file.
COLUMN_MAP = """[customers]
customer_id = "Customer ID"
first_name = "First Name"
last_name = "Last Name"
email = "Email"
company = "Default Address Company"
phone = "Phone"
"""


def make_tagged(path: Path, count: int, percent: int) -> None:
    """Write an export of `count` customers unless it is there, a share of whom has tags of the list; 0 per cent: nobody has any tag."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with beside.open("wb") as handle:
        for start in range(0, count, PIECE):
            shop_customers(min(PIECE, count - start), start, percent).write_csv(handle, include_header=start == 0, include_bom=start == 0)
    beside.rename(path)


def shop_customers(count: int, start: int, percent: int) -> pl.DataFrame:
    """Return one piece of the export, in the order of the ids."""
    row = pl.col("i")
    said = {
        "Customer ID": pl.format("'{}", row + 7_210_448_000_000),
        "First Name": choice(FIRST, dice(row, len(FIRST), 1)),
        "Last Name": choice(LAST, dice(row, len(LAST), 2)),
        "Email": pl.format("customer{}@mail{}.example", row + 1, dice(row, 40, 3)),
        "Accepts Email Marketing": choice(("yes", "no"), dice(row, 2, 4)),
        "Default Address City": choice(("Leeds", "York", "Hull"), dice(row, 3, 5)),
        "Default Address Country Code": pl.lit("GB"),
        "Phone": pl.when(dice(row, 3, 6) == 0).then(pl.format("'+4477009{}", (row % 1_000_000).cast(pl.String).str.zfill(6))),
        "Total Spent": (dice(row, 90_000, 7).cast(pl.Float64) / 100).round(2).cast(pl.String),
        "Total Orders": dice(row, 40, 8).cast(pl.String),
        "Tags": tags(percent),
    }
    nothing = pl.lit(None, pl.String)
    return rows(count, start).select(said.get(name, nothing).alias(name) for name in HEADER)


def tags(percent: int) -> pl.Expr:
    """Return the tags of a row: of the list on a share of the rows, and others on half of them, before and behind."""
    row = pl.col("i")
    if not percent:
        return pl.lit(None, pl.String)
    listed = dice(row, 100, 21) < percent
    second = listed & (dice(row, MORE, 22) == 0)
    parts = [
        pl.when(dice(row, 2, 23) == 0).then(choice(OTHERS, dice(row, len(OTHERS), 24))),
        pl.when(listed).then(choice(LISTED, dice(row, len(LISTED), 25))),
        pl.when(dice(row, 4, 26) == 0).then(choice(OTHERS, dice(row, len(OTHERS), 27))),
        pl.when(second).then(choice(LISTED, dice(row, len(LISTED), 28))),
    ]
    text = pl.concat_str(*parts, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)
