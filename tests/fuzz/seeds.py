"""Valid files to begin with: one table, of instructions, customers and bookings at once, in every kind of file."""

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import polars as pl
import zstandard

from tests.unit.test_old_book import book as old_book
from tests.unit.test_old_book import label, number
from tests.unit.test_open_document import book as open_document
from tests.unit.test_open_document import cell, row, table

HEADER = ("action", "customer_id", "flag_type", "comment", "expires_on", "booking_id", "starts_at", "price", "status", "email")
WORDS = ("late", "läßt warten", 'said "no"', "a, b; c | d", "one\ntwo", "", " ", "'x", "=1+1", "\u200b", "x" * 300, "0x7", "1E5", "007", "\U0001f600")
TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
Row = tuple[str, ...]


def rows(chance: random.Random) -> list[Row]:
    """Return a few rows that hold, most of them."""
    return [_row(number, chance) for number in range(1, chance.randint(2, 12))]


def _row(number: int, chance: random.Random) -> Row:
    day = f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    action, kind, status = (
        chance.choice(("add", "set", "remove", "ignore", "")),
        chance.choice(("Alert", "On Hold", "ALL")),
        chance.choice(("booked", "active", "")),
    )
    price = chance.choice(("", "12.50", "7", "1,5"))
    return (action, f"C{number}", kind, chance.choice(WORDS), chance.choice(("", day)), f"B{number}", f"{day} 10:00", price, status, f"c{number}@example.com")


def text(chance: random.Random, **how: str | int) -> str:
    """Return a CSV."""
    out = io.StringIO()
    dialect = {
        "delimiter": chance.choice(",;\t|"),
        "quoting": chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        "lineterminator": chance.choice(("\n", "\r\n")),
    }
    csv.writer(out, **{**dialect, **how}).writerows([HEADER, *rows(chance)])  # type: ignore[arg-type]
    return out.getvalue()


def csv_seed(chance: random.Random) -> bytes:
    """Return a CSV in any dialect and encoding."""
    return text(chance).encode(chance.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32")))


def xlsx_seed(chance: random.Random) -> bytes:
    """Return a workbook as spreadsheet programs write it."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Flags"
    for values in [HEADER, *rows(chance)]:
        book.active.append(list(values))
        for one in book.active[book.active.max_row]:
            one.data_type = "s" if one.value else one.data_type
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        parts = {name: TIMES.sub(rb"\g<1>2026-01-01T00:00:00Z<", archive.read(name)) for name in archive.namelist()}
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of some parts, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def xls_seed(chance: random.Random) -> bytes:
    """Return an old workbook; its builder has a header of its own, so ours stands below that."""
    cells = [label(0, place, name) for place, name in enumerate(HEADER)]
    for at, values in enumerate(rows(chance), start=1):
        cells += [label(at, place, value[:100]) for place, value in enumerate(values) if value]
        cells.append(number(at, len(HEADER), float(at)))
    return old_book(*cells)


def ods_seed(chance: random.Random) -> bytes:
    """Return an OpenDocument workbook."""
    lines = [row(*(cell('office:value-type="string"', _escaped(value)) for value in values)) for values in [HEADER, *rows(chance)]]
    with zipfile.ZipFile(io.BytesIO(open_document(table(*lines)))) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;")


def parquet_seed(chance: random.Random) -> bytes:
    """Return a Parquet file."""
    out = io.BytesIO()
    pl.DataFrame(rows(chance), schema=dict.fromkeys(HEADER, pl.String), orient="row").write_parquet(
        out, compression=chance.choice(("zstd", "snappy", "uncompressed"))
    )
    return out.getvalue()


def gz_seed(chance: random.Random) -> bytes:
    """Return a compressed CSV."""
    plain = text(chance).encode()
    return gzip.compress(plain, mtime=0) if chance.random() < 0.5 else zstandard.compress(plain)  # one or the other


SEEDS: dict[str, Callable[[random.Random], bytes]] = {
    "csv": csv_seed,
    "xlsx": xlsx_seed,
    "ods": ods_seed,
    "xls": xls_seed,
    "parquet": parquet_seed,
    "gz": gz_seed,
}
