"""Every way in refuses what is hostile, and the rest of a run goes on: load, migrate, a night; Parquet, and markup that calls itself .xls."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable

import polars as pl
import pytest

from tests.hazards import books
from tests.hazards.books import GOOD, HEAD, Swelling, binary_book, bomb, book, sheet, table
from tests.hazards.conftest import Victim
from tests.hazards.test_containers import CSV, LAUGHS, ROWS, gzip_bomb

LOAD, MIGRATE = ("load", "--customers"), ("migrate", "--dry-run", "--from", "bookeo")
INSTRUCTIONS = pl.DataFrame({"action": ["add"], "customer_id": ["C1"], "flag_type": ["Alert"], "comment": ["x"]})


def parquet(frame: pl.DataFrame, rows_in_a_group: int | None = None) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, row_group_size=rows_in_a_group)
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "up.xlsx": (lambda: bomb(Swelling(ROWS, b'<row r="1"/>', 10_000_000_000)), "which is the limit"),
    "far.xlsb": (lambda: binary_book(HEAD, GOOD, far=(1_048_575, 16_383)), "could not be read safely"),
    "up.csv.gz": (lambda: gzip_bomb(10_000_000_000), "grows more than 200-fold"),
    "up.parquet": (lambda: parquet(INSTRUCTIONS)[:-9] + bytes(9), "damaged"),
}


@pytest.mark.hazard(9, "A file that kills the parser, a bomb and a damaged Parquet file, by load and migrate", "refused; nothing is written")
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("by", [LOAD, MIGRATE], ids=["load", "migrate"])
def test_every_way_in(victim: Victim, by: tuple[str, ...], name: str) -> None:
    make, said = HOSTILE[name]
    victim.refuses(name, make(), said, by=by)


@pytest.mark.hazard(
    9,
    "A night whose inbox holds a file that kills the parser, a bomb and a good upload",
    "the bad ones are set aside with the reason, the good one is applied; exit code 4",
)
def test_night(victim: Victim) -> None:
    inbox = victim.shop.folder / "inbox"
    inbox.mkdir()
    for name, (make, _) in HOSTILE.items():
        (inbox / name).write_bytes(make())
    (inbox / "good.csv").write_bytes(CSV)
    for path in inbox.iterdir():
        os.utime(path, (time.time() - 100,) * 2)
    ran = victim.run("nightly", "--as-of", "2026-06-05T02:00", "--json")
    assert ran.code == 4, ran.err
    assert sorted(path.name for path in (victim.shop.folder / "rejected").rglob("*") if path.name in HOSTILE) == sorted(HOSTILE)
    assert victim.run("show", "C1", "--json").json()["flags"][0]["comment"] == "Owes money"
    assert not list(inbox.iterdir())


@pytest.mark.hazard(9, "A workbook that takes longer, or more memory, than the settings allow", "the parser is stopped; refused, naming the setting")
@pytest.mark.parametrize(("setting", "said"), [("read_seconds = 1", "longer than 1 seconds"), ("read_memory = 60000000", "60,000,000 bytes of memory")])
def test_own_limits(victim: Victim, setting: str, said: str) -> None:
    victim.shop.file("flagbook.toml", f"[files]\n{setting}\n")
    # NOTE: more than two seconds of parsing on a quick machine, where one is allowed.
    many = books.rows(HEAD, *[GOOD] * 10) + "".join(
        f'<row r="{row}"><c r="A{row}"><v>1.5</v></c><c r="B{row}"><v>2.5</v></c></row>' for row in range(20, 900_000)
    )
    victim.refuses("up.xlsx", book(sheet(many)), said, f"files.{setting.split(maxsplit=1)[0]}")


@pytest.mark.hazard(1, "A file larger than the settings allow", "refused without being read")
def test_size(victim: Victim) -> None:
    with (victim.shop.folder / "up.xlsx").open("wb") as handle:
        handle.truncate(50_000_000_000)
    ran = victim.run("apply", "up.xlsx")
    assert (ran.code, "files.max_bytes" in ran.err) == (3, True), ran.err
    (victim.shop.folder / "up.xlsx").unlink()


SWELL = "import polars as pl, sys; pl.select(action=pl.repeat('add', {})).write_parquet(sys.argv[1], row_group_size={})"


@pytest.mark.hazard(1, "Parquet files that swell: a hundred million rows in a few kilobytes, in one piece or in many", "refused, naming what is too much")
@pytest.mark.parametrize(
    ("rows", "piece", "said"), [(150_000_000, 150_000_000, "files.read_memory"), (30_000_000, 100_000, "more rows than")], ids=["one", "many"]
)
def test_parquet_bomb(victim: Victim, rows: int, piece: int, said: str) -> None:
    path = victim.shop.folder / "up.parquet"
    subprocess.run([sys.executable, "-c", SWELL.format(rows, piece), path], check=True)
    victim.refuses("up.parquet", path.read_bytes(), said)
    victim.refuses("up.parquet", path.read_bytes(), said, by=LOAD)


@pytest.mark.hazard(9, "Parquet files with a byte changed here and there", "read, or refused as damaged; never a crash")
def test_parquet_with_changed_bytes(victim: Victim) -> None:
    whole = parquet(pl.concat([INSTRUCTIONS] * 50))
    codes = set()
    for place in range(5, len(whole) - 4, len(whole) // 12):
        ran = victim.hand_in("up.parquet", whole[:place] + bytes([whole[place] ^ 0x7F]) + whole[place + 1 :], "apply", "--dry-run")
        codes.add(ran.code)
        assert "Traceback" not in ran.err, (place, ran.err)
    assert codes <= {0, 3, 4}
    assert 3 in codes


@pytest.mark.hazard(17, "A Parquet file of twenty thousand columns", "refused, naming the limit")
def test_parquet_columns(victim: Victim) -> None:
    victim.refuses("up.parquet", parquet(pl.DataFrame({f"c{number}": [1] for number in range(20_000)})), "files.max_columns")


SPREADSHEET = '<?xml version="1.0"?>{}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
MARKUP: dict[str, Callable[[], str]] = {
    "wide cells": lambda: "<table>" + "<tr>" + "<td colspan=999>x</td>" * 400_000 + "</table>",
    "wide number": lambda: "<table><tr><td colspan=" + "9" * 5_000 + ">x</td><td colspan=²>y</td></table>",
    "text in pieces": lambda: "<table><tr><td>" + "x<!-- -->" * 2_000_000 + "</td></table>",
    "entities": lambda: SPREADSHEET.format(f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>') + "<Table><Row><Cell><Data>&a9;</Data></Cell></Row></Table></Workbook>",
    "spanned rows": lambda: "<table><tr><td colspan=1000 rowspan=1000000>x</td></tr>" + "<tr>" * 400_000 + "</table>",
    "many tables": lambda: "<table><tr><td>x</td><td>y</td></tr></table>" * 11_000,
    "nested tables": lambda: "<table><tr><td>x</td><td>y" * 11_000 + "</td></tr></table>" * 11_000,
    "merged rows": lambda: SPREADSHEET.format("") + '<Table><Row><Cell ss:MergeAcross="16383" ss:MergeDown="999999999"/></Row></Table></Workbook>',
    "far rows": lambda: SPREADSHEET.format("") + "<Table>" + '<Row ss:Index="99999999"/>' * 400_000 + "</Table></Workbook>",
}


@pytest.mark.hazard(1, "HTML and SpreadsheetML that mean far more cells or time than they have bytes", "refused")
@pytest.mark.parametrize("name", MARKUP)
def test_markup(victim: Victim, name: str) -> None:
    victim.refuses("up.xls", MARKUP[name]().encode(), by=MIGRATE)


@pytest.mark.hazard(9, "Good files of these kinds", "read")
def test_good_files(victim: Victim) -> None:
    assert victim.previewed("up.parquet", parquet(INSTRUCTIONS)) == [(1, "applied", None)]
    customers = "customer_id,first_name\nC1,Ann\nC2,Ben\nC3,Cy\n"
    assert victim.hand_in("customers.parquet", parquet(pl.read_csv(customers.encode())), *LOAD).code == 0
    assert victim.outcomes("up.xlsx", table(("add", "C2", "Alert", "x"))) == [(2, "applied", None)]
