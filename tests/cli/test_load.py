"""Loads as a user runs them: files of every kind and size, several at once, rows that come back, brakes, progress."""

import codecs
import csv
import gzip
import io
import os
import pty
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
import zstandard

from tests.cli.conftest import ROOT, Ran, Shop

ROWS = [
    ("booking_id", "customer_id", "starts_at", "status", "service", "price", "alert_message"),
    ("B1", "C1", "2026-07-01 10:00", "Confirmed", "Café tour", "12.50", ""),
    ("B2", "C2", "2026-05-01 10:00", "Checked-out", "Kayak, hire", "", "bring the key"),
    ("B3", "C1", "2026-08-01T10:00:30", "No Show", "", "7", 'says "hello"'),
    ("B4", "C2", "2026-09-01", "canceled", "Deep clean", "0.1", "two\nlines"),
]
EXPECTED = [
    ("B1", "C1", "2026-07-01 10:00:00+00", "booked", "Café tour", "12.5000", None),
    ("B2", "C2", "2026-05-01 10:00:00+00", "completed", "Kayak, hire", None, "bring the key"),
    ("B3", "C1", "2026-08-01 10:00:30+00", "no-show", None, "7.0000", 'says "hello"'),
    ("B4", "C2", "2026-09-01 00:00:00+00", "cancelled", "Deep clean", "0.1000", "two\nlines"),
]
QUERY = "SELECT booking_id, customer_id, starts_at::VARCHAR, status, service, price::VARCHAR, alert_message FROM bookings ORDER BY booking_id"


def as_csv(separator: str = ",", ends: str = "\n", rows: Sequence[tuple[str, ...]] = ROWS) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=ends).writerows(rows)
    return text.getvalue()


def as_parquet(path: Path) -> None:
    frame = pl.DataFrame(ROWS[1:], schema=list(ROWS[0]), orient="row").with_columns(pl.all().replace("", None))
    times = [datetime.fromisoformat(text) for text in frame["starts_at"]]
    frame.with_columns(pl.Series("starts_at", times), pl.col("price").cast(pl.Float64)).write_parquet(path)


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append([datetime.fromisoformat(cell) if place == 2 and cell[:2] == "20" else cell or None for place, cell in enumerate(row)])
    book.save(path)


KINDS: dict[str, Callable[[Path], object]] = {
    "bookings.csv": lambda path: path.write_text(as_csv()),
    "windows.csv": lambda path: path.write_bytes(as_csv(";", "\r\n").replace("two\nlines", "two\r\nlines").encode("cp1252")),
    "marked.csv": lambda path: path.write_bytes(codecs.BOM_UTF8 + as_csv("\t").encode()),
    "wide.csv": lambda path: path.write_bytes(codecs.BOM_UTF16_LE + as_csv().encode("utf-16-le")),
    "widest.csv": lambda path: path.write_bytes(codecs.BOM_UTF32_BE + as_csv().encode("utf-32-be")),
    "separator.csv": lambda path: path.write_text("sep=;\n" + as_csv(";")),
    "titled.csv": lambda path: path.write_text("Bookings of today\n\n" + as_csv()),
    "packed.csv.gz": lambda path: path.write_bytes(gzip.compress(as_csv().encode()[:40]) + gzip.compress(as_csv().encode()[40:])),
    "packed.csv.zst": lambda path: path.write_bytes(zstandard.compress(as_csv().encode())),
    "table.parquet": as_parquet,
    "book.xlsx": as_workbook,
}


def load(shop: Shop, *words: str) -> Ran:
    return shop.run("load", *words, "--as-of", "2026-06-01", "--by", "Night", "--json")


def stored(shop: Shop, query: str = QUERY) -> list[tuple[object, ...]]:
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.sql(query).fetchall()


@pytest.fixture
def peopled(bare: Shop) -> Shop:
    """A book of two customers, without bookings."""
    bare.file("customers.csv", "customer_id,email,phone\nC1,ann@example.com,+44 1632 960001\nC2,ben@example.com,\n")
    assert load(bare, "--customers", "customers.csv").code == 0
    return bare


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_the_same_bookings(peopled: Shop, name: str) -> None:
    KINDS[name](peopled.folder / name)
    ran = load(peopled, "--bookings", name)
    assert (ran.code, stored(peopled)) == (0, EXPECTED), ran.err
    again = load(peopled, "--bookings", name)
    assert (again.code, again.json()["bookings"]["unchanged"]) == (0, 4)


def test_lines_that_end_in_cr_alone_are_lines(peopled: Shop) -> None:
    peopled.file("mac.csv", as_csv(ends="\r", rows=[row for row in ROWS if "\n" not in row[-1]]))
    assert (load(peopled, "--bookings", "mac.csv").code, stored(peopled)) == (0, EXPECTED[:3])


LONG = 60_000  # rows of a text of which only the beginning is looked at before it is read
LATE: dict[str, tuple[dict[int, bytes], dict[int, str]]] = {
    "Windows-1252 at the end": ({LONG - 1: b"Caf\xe9"}, {LONG - 1: "Café"}),
    "UTF-8 at the end": ({LONG - 1: "Café €".encode()}, {LONG - 1: "Café €"}),
    "UTF-8 in the middle, at the end not": ({LONG // 2: "Café".encode(), LONG - 1: b"Caf\xe9"}, {LONG // 2: "CafÃ©", LONG - 1: "Café"}),
}


def _long(services: dict[int, bytes], ends: bytes = b"\n") -> bytes:
    head = b"booking_id,customer_id,starts_at,service" + ends
    return head + b"".join(b"B%d,C1,2026-07-01,%s%s" % (number, services.get(number, b"Long tour through the harbour"), ends) for number in range(LONG))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", LATE)
def test_a_text_that_is_not_ascii_only_late_is_read_as_all_of_it_says(peopled: Shop, name: str, pack: Callable[[bytes], bytes]) -> None:
    services, expected = LATE[name]
    (peopled.folder / "long.csv").write_bytes(pack(_long(services, b"\r\n")))
    ran = load(peopled, "--bookings", "long.csv")
    query = "SELECT booking_id[2:]::INTEGER, service FROM bookings WHERE service <> 'Long tour through the harbour' ORDER BY 1"
    assert (ran.code, ran.json()["bookings"]["new"], stored(peopled, query)) == (0, LONG, list(expected.items())), ran.err
    assert any("Windows-1252" in remark for remark in ran.json()["remarks"]) == name.startswith(("Windows", "UTF-8 in the middle"))


@pytest.mark.parametrize(("late", "word"), [(b"Caf\x81", "neither UTF-8 nor Windows-1252"), (b"Caf\0", "NUL")])
def test_a_text_that_is_none_only_late_is_refused_and_nothing_written(peopled: Shop, late: bytes, word: str) -> None:
    (peopled.folder / "long.csv").write_bytes(_long({LONG - 1: late}))
    ran = load(peopled, "--bookings", "long.csv")
    assert (ran.code, word in ran.err, stored(peopled, "SELECT count(*) FROM bookings")) == (3, True, [(0,)]), ran.err


def test_several_files_of_a_pattern_are_one_load(peopled: Shop) -> None:
    for number, row in enumerate(ROWS[1:], start=1):
        peopled.file(f"part{number}.csv", as_csv(rows=[ROWS[0], row]))
    ran = load(peopled, "--bookings", "part1.csv", "part2.csv", "part3.csv", "part4.csv")
    assert (ran.code, stored(peopled)) == (0, EXPECTED), ran.err
    assert stored(peopled, "SELECT file_no, name, layout, rows_read FROM batch_files WHERE batch_id = 2 ORDER BY 1")[3] == (4, "part4.csv", "bookings", 1)


def test_rejected_rows_come_back_with_their_number_and_load_when_they_are_mended(peopled: Shop) -> None:
    peopled.file(
        "b.csv", "booking_id,customer_id,starts_at,price,Room\nB1,C1,soon,,1\n\nB2,C9,2026-07-01,x,2\n,C1,2026-07-01,,3\nB4,C1,,,=4\nB5,C1,2026-07-01,1,5\n"
    )
    ran = load(peopled, "--bookings", "b.csv")
    assert (ran.code, ran.json()["bookings"]) == (4, {"read": 5, "new": 1, "changed": 0, "unchanged": 0, "rejected": 4})
    back = list(csv.DictReader((peopled.folder / "b.rejected.csv").read_text().splitlines()))
    assert [(row["source_row"], row["booking_id"], row["Room"]) for row in back] == [("2", "B1", "1"), ("4", "B2", "2"), ("5", "", "3"), ("6", "B4", "'=4")]
    recorded = stored(peopled, "SELECT source_row, code FROM batch_rows WHERE batch_id = 2 ORDER BY 1")
    assert recorded == [(2, "bad-date"), (4, "bad-number"), (5, "missing-id"), (6, "missing-start")]
    mended = (peopled.folder / "b.rejected.csv").read_text().replace("soon", "2026-07-02").replace("C9,2026-07-01,x", "C2,2026-07-01,9")
    peopled.file("mended.csv", mended.replace(",C1,2026-07-01,,3", "B3,C1,2026-07-01,,3").replace("B4,C1,,", "B4,C1,2026-07-03,"))
    assert load(peopled, "--bookings", "mended.csv").json()["bookings"]["new"] == 4


def test_unknown_customers_come_back_or_are_made(peopled: Shop) -> None:
    text = "booking_id,starts_at,customer_id,email,phone,first_name\nB1,2026-07-01,C1,,,\nB2,2026-07-01,,ben@EXAMPLE.com,,\nB3,2026-07-01,,,+441632960001,\n"
    peopled.file("b.csv", text + "B4,2026-07-01,C7,new@example.com,,Eve\nB5,2026-07-01,,Other@example.com,,Fay\nB6,2026-07-01,,,+44 1632 960009,Gil\n")
    ran = load(peopled, "--bookings", "b.csv", "--dry-run")
    assert (ran.code, ran.json()["codes"]) == (4, {"unknown-customer": 3})
    made = load(peopled, "--bookings", "b.csv", "--create-customers")
    assert (made.code, made.json()["bookings"]["new"]) == (0, 6)
    assert stored(peopled, "SELECT booking_id, customer_id FROM bookings ORDER BY 1") == [
        *(("B1", "C1"), ("B2", "C2"), ("B3", "C1"), ("B4", "C7"), ("B5", "other@example.com"), ("B6", "+441632960009"))
    ]
    assert stored(peopled, "SELECT customer_id, first_name, email, status FROM customers WHERE first_batch = 2 ORDER BY 1") == [
        *(("+441632960009", "Gil", None, "active"), ("C7", "Eve", "new@example.com", "active"), ("other@example.com", "Fay", "Other@example.com", "active"))
    ]
    assert load(peopled, "--bookings", "b.csv").json()["bookings"]["unchanged"] == 6


def test_an_export_that_has_shrunk_is_refused_unless_it_is_meant(peopled: Shop) -> None:
    head, rows = "booking_id,customer_id,starts_at\n", [f"B{number},C1,2026-07-01\n" for number in range(10)]
    peopled.file("b.csv", head + "".join(rows))
    assert load(peopled, "--bookings", "b.csv").code == 0
    peopled.file("b.csv", head + "".join(rows[:7]))
    assert "will be refused" not in load(peopled, "--bookings", "b.csv", "--dry-run").out  # 70 % of them, which is enough
    peopled.file("b.csv", head + "".join(rows[:6]))
    refused = load(peopled, "--bookings", "b.csv")
    assert (refused.code, "6 rows, and last time's had 10" in refused.err, "--accept-shrink" in refused.err) == (3, True, True)
    assert len(stored(peopled, "SELECT * FROM batches")) == 2
    dry = load(peopled, "--bookings", "b.csv", "--dry-run")
    assert (dry.code, any("will be refused" in remark for remark in dry.json()["remarks"])) == (0, True)
    assert load(peopled, "--bookings", "b.csv", "--accept-shrink").code == 0
    peopled.file("b.csv", head + "".join(rows[:5]))
    assert load(peopled, "--bookings", "b.csv").code == 0  # last time is now the smaller one


DAMAGED = {
    "cut.csv.gz": (gzip.compress(as_csv().encode())[:-9], "cut short"),
    "cut.csv.zst": (zstandard.compress(as_csv().encode() * 50)[:-9], "cut short"),
    "quote.csv": (b'booking_id,customer_id,starts_at\nB1,C1,"2026-07-01\nB2,C1,2026-07-01\n', "from row 2 on"),
    "inside.csv": (b'booking_id,customer_id,starts_at\nB1,C1,2026-07-01\nB2,"C"1,2026-07-01\n', "from row 3 on"),
    "wide.csv": (b"booking_id,customer_id,starts_at\nB1,C1,2026-07-01\nB2,C1,2026-07-01,,,,,x\n", "row 3 has 8 cells"),
    "nul.csv": (b"booking_id,customer_id,starts_at\nB1,C1,2026-07-01\nB2,C\x001,2026-07-01\n", "NUL"),
    "cut.parquet": (b"PAR1" + bytes(50), "damaged"),
    "page.csv": (b"<html><body>Please log in</body></html>", "web page"),
    "blank.csv.gz": (gzip.compress(b""), "empty"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_and_nothing_is_written(peopled: Shop, name: str) -> None:
    data, words = DAMAGED[name]
    peopled.file(name, data)
    ran = load(peopled, "--bookings", name)
    assert (ran.code, words in ran.err, "Traceback" in ran.err, "nanobind" in ran.err) == (3, True, False, False), ran.err
    assert stored(peopled) == []


def test_a_customer_who_is_deleted_takes_known_bookings_out_of_the_export(peopled: Shop) -> None:
    KINDS["bookings.csv"](peopled.folder / "b.csv")
    assert load(peopled, "--bookings", "b.csv").code == 0
    peopled.file("c.csv", "customer_id,status\nC1,active\nC2,deleted\n")
    assert load(peopled, "--customers", "c.csv").code == 0
    ran = load(peopled, "--bookings", "b.csv")
    assert (ran.code, ran.json()["codes"], ran.json()["bookings"]["unchanged"]) == (4, {"unknown-customer": 2}, 2)
    assert stored(peopled) == EXPECTED


def test_ids_out_of_order_are_found_twice_all_the_same(peopled: Shop) -> None:
    """A repetition of a row that the book has just so, and another row of the same id: both come back (rule 7.6)."""
    head = "booking_id,customer_id,starts_at,service\n"
    peopled.file("b.csv", head + "B3,C1,2026-07-01,run\nB1,C1,2026-07-01,run\nB2,C1,2026-07-01,run\n")
    assert load(peopled, "--bookings", "b.csv").code == 0
    peopled.file(
        "b.csv",
        head + "B3,C1,2026-07-01,run\nB1,C1,2026-07-01,run\nB1,C1,2026-07-01,run\nB3,C1,2026-07-01,walk\nB2,C1,2026-07-01,swim\nB2,C1,2026-07-01,swim\n",
    )
    ran = load(peopled, "--bookings", "b.csv")
    assert ran.json()["bookings"] == {"read": 6, "new": 0, "changed": 1, "unchanged": 3, "rejected": 2}
    assert stored(peopled, "SELECT booking_id, service FROM bookings ORDER BY 1") == [("B1", "run"), ("B2", "swim"), ("B3", "run")]


def test_held_bookings_and_breaches_are_told_right_after_a_load(peopled: Shop) -> None:
    peopled.file("flags.csv", "action,customer_id,flag_type,comment\nadd,C1,On Hold,unpaid\n")
    peopled.file("block.csv", "action,customer_id,reason\nblock,C2,no payment\n")
    assert peopled.run("apply", "flags.csv", "block.csv", "--as-of", "2026-06-01").code == 0
    peopled.file(
        "b.csv", "booking_id,customer_id,starts_at,created_at\nB1,C1,2027-07-01,2026-06-02\nB2,C2,2027-07-01,2026-06-02\nB3,C2,2027-07-01,2026-05-02\n"
    )
    ran = peopled.run("load", "--bookings", "b.csv", "--as-of", "2026-06-03", "--json").json()
    assert (ran["held"], ran["breaches"]) == (1, 1)
    assert stored(peopled, "SELECT booking_id FROM breaches") == [("B2",)]


def test_rows_of_any_number_keep_their_place(peopled: Shop) -> None:
    """More rows than a piece of the file and a row group hold, some with line breaks in cells, some faulty: each comes back with its number."""
    chance, rows, faulty = random.Random(5), [], []
    for number in range(2, 300_002):
        kind = chance.randrange(50)
        note = '"two\nlines, quoted ""so"""' if kind == 0 else '"a, b"' if kind == 1 else "plain"
        rows.append(f"B{number:07d},C1,{'never' if kind == 2 else '2026-07-01 10:00'},{note}\n")
        faulty += [number] if kind == 2 else []
    peopled.file("b.csv", "booking_id,customer_id,starts_at,alert_message\n" + "".join(rows))
    ran = load(peopled, "--bookings", "b.csv")
    assert (ran.code, ran.json()["bookings"]["new"]) == (4, 300_000 - len(faulty))
    assert [row[0] for row in stored(peopled, "SELECT source_row FROM batch_rows WHERE batch_id = 2 ORDER BY 1")] == faulty
    back = pl.read_csv(peopled.folder / "b.rejected.csv", infer_schema=False)
    assert back["source_row"].cast(pl.Int64).to_list() == faulty
    assert back["booking_id"].to_list() == [f"B{number:07d}" for number in faulty]


def test_a_terminal_shows_a_bar_and_what_is_read(peopled: Shop) -> None:
    KINDS["bookings.csv"](peopled.folder / "b.csv")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "jobs", "load", "--customers", "customers.csv", "--bookings", "b.csv", "--as-of", "2026-06-01"]
    done = subprocess.run(
        words, cwd=peopled.folder, stdout=subprocess.PIPE, stderr=theirs, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert (done.returncode, "customers.csv: 2 rows" in shown, "b.csv: 4 rows" in shown, "100%" in shown) == (0, True, True, True)
    assert load(peopled, "--bookings", "b.csv").err == ""  # and elsewhere a short run says nothing


def test_two_rows_of_one_id_come_back_also_where_one_names_nobody(peopled: Shop) -> None:
    peopled.file("b.csv", "booking_id,customer_id,starts_at\nB2,C1,2026-12-01\nB1,C1,2026-12-01\nB1,CX,2026-12-01\nB3,CX,2026-12-01\n")
    for _ in range(2):
        ran = load(peopled, "--bookings", "b.csv")
        assert ran.json()["codes"] == {"duplicate-id": 2, "unknown-customer": 1}
        assert stored(peopled, "SELECT booking_id FROM bookings") == [("B2",)]


def test_a_dry_run_of_many_customers_knows_them_by_their_bookings(bare: Shop) -> None:
    """More than the database keeps together: in a table that the same transaction had made, it did not find them."""
    bare.file("c.csv", "customer_id\n" + "".join(f"C{number}\n" for number in range(130_000)))
    bare.file("b.csv", "booking_id,customer_id,starts_at\nB1,C129999,2026-12-01\nB2,CX,2026-12-01\n")
    dry, real = (load(bare, "--customers", "c.csv", "--bookings", "b.csv", *more).json() for more in (("--dry-run",), ()))
    assert (dry["customers"], dry["bookings"], dry["codes"]) == (real["customers"], real["bookings"], real["codes"])
    assert real["bookings"]["new"] == 1


def test_an_id_that_is_not_exact_stays_so_when_it_comes_back(bare: Shop) -> None:
    pl.DataFrame({"customer_id": [1.5, 2.0]}).write_parquet(bare.folder / "p.parquet")
    assert load(bare, "--customers", "p.parquet").json()["codes"] == {"id-not-exact": 1}
    assert load(bare, "--customers", "p.rejected.csv").json()["codes"] == {"id-not-exact": 1}
    assert stored(bare, "SELECT customer_id FROM customers") == [("2",)]


def test_mended_rows_load_however_few_and_columns_not_used_are_named(bare: Shop) -> None:
    bare.file("c.csv", "customer_id,fisrt_name\n" + "".join(f"C{number},x\n" for number in range(20)) + ",y\n")
    first = load(bare, "--customers", "c.csv").json()
    assert (first["customers"]["rejected"], any("not used: fisrt_name" in remark for remark in first["remarks"])) == (1, True)
    bare.file("m.csv", (bare.folder / "c.rejected.csv").read_text().replace(",y", "C77,y"))
    assert load(bare, "--customers", "m.csv").code == 0
    bare.file("c.csv", "customer_id\nC1\n")
    assert load(bare, "--customers", "c.csv").code == 3  # last time is still the whole export


def test_a_time_beyond_what_programs_can_show_is_no_time(peopled: Shop) -> None:
    peopled.file("b.csv", "booking_id,customer_id,starts_at,ends_at\nB1,C1,2026-12-01,9999-12-31T23:59-05:00\nB2,C1,0001-01-01,\nB3,C1,2026-12-01,2099-12-31\n")
    assert load(peopled, "--bookings", "b.csv").json()["codes"] == {"bad-date": 2}


def test_times_of_another_form_come_back_with_the_form_to_name(peopled: Shop) -> None:
    peopled.file("b.csv", "booking_id,customer_id,starts_at\nB1,C1,24/07/2026 12:00\nB2,C1,01/02/2027 12:00\nB3,C1,soon\n")
    assert load(peopled, "--bookings", "b.csv").json()["codes"] == {"ambiguous-date": 1, "bad-date": 2}
    assert [message.rpartition("date_formats")[2] for message in messages(peopled)] == [" (%d/%m/%Y %H:%M)", " (%d/%m/%Y %H:%M or %m/%d/%Y %H:%M)", ""]
    assert "name its form in the settings' or the map's date_formats (" in messages(peopled)[0]
    peopled.file("flagbook.toml", '[business]\ntimezone = "UTC"\ndate_formats = ["%d/%m/%Y %H:%M"]\n')
    assert load(peopled, "--bookings", "b.rejected.csv").json()["codes"] == {"bad-date": 1}
    assert peopled.run("show", "C1").code == 0


def messages(shop: Shop, name: str = "b") -> list[str]:
    """Return what the rejected file says of each row; the book must have recorded the same."""
    back = [row["message"] for row in csv.DictReader((shop.folder / f"{name}.rejected.csv").read_text().splitlines())]
    assert stored(shop, "SELECT message FROM batch_rows WHERE batch_id = (SELECT max(batch_id) FROM batches) ORDER BY source_row") == [(text,) for text in back]
    return back


def test_rows_of_several_customers_say_how_many_and_which(bare: Shop) -> None:
    """The ids of 50, and never a name (rule 2.3)."""
    bare.file("c.csv", "customer_id,first_name,email\n" + "".join(f"C{number:02d},Secretly,team@example.com\n" for number in range(60)))
    bare.file("b.csv", "booking_id,email,starts_at\nB1,team@example.com,2026-07-01\n")
    assert load(bare, "--customers", "c.csv", "--bookings", "b.csv").code == 4
    (said,) = messages(bare)
    assert ("60 customers have it: C00, C01, " in said, said.endswith("C49, …)"), "Secretly" in said) == (True, True, False), said


@pytest.mark.parametrize("more", ["", ",email", ",email,phone"])
@pytest.mark.parametrize("known", [False, True])
def test_rows_of_nobody_name_a_customer_whose_key_is_close(peopled: Shop, more: str, known: bool) -> None:
    """In an empty book and in one that has bookings, by id alone and by other keys."""
    head = f"booking_id,starts_at,customer_id{more}\n"
    if known:
        peopled.file("a.csv", head + f"A1,2026-07-01,C2{',' * more.count(',')}\n")
        assert load(peopled, "--bookings", "a.csv").code == 0
    keys = ["C2", "C22", "X99", *(["C1,ben@example.org"] if more else ["C1"]), *([",ann@exampel.com", ",ben@xample.com"] if more else [])]
    peopled.file("b.csv", head + "".join(f"B{place},2026-07-01,{key}{',' * (more.count(',') - key.count(','))}\n" for place, key in enumerate(keys)))
    assert load(peopled, "--bookings", "b.csv").code == 4
    plain = "no customer has this key: check it against the customer export"
    said = messages(peopled)
    assert said[:2] == [f"{plain} (one edit away is the id of customer C2)", plain]
    if more:
        assert said[2].endswith("(nobody has this e-mail)")
        assert said[3:] == [plain, f"{plain} (one edit away is the e-mail of customer C2)"]


def test_the_key_of_a_row_far_below_is_explained_too(peopled: Shop) -> None:
    """Rows that were left out on their way have lost their keys by then: the file is read once more."""
    rows = [f"B{number:06d},{'C11' if number == 7 else 'C22' if number == 260_000 else 'C1'},2026-07-01\n" for number in range(260_001)]
    peopled.file("b.csv", "booking_id,customer_id,starts_at\n" + "".join(rows))
    assert load(peopled, "--bookings", "b.csv").json()["bookings"]["rejected"] == 2
    assert [said[-12:] for said in messages(peopled)] == ["customer C1)", "customer C2)"]


def test_a_phone_without_country_code_says_that_the_region_is_not_set(peopled: Shop) -> None:
    head = "booking_id,starts_at,phone\n"
    peopled.file("b.csv", head + "B1,2026-07-01,01632 960001\nB2,2026-07-01,+44 1632 960077\nB3,2026-07-01,ring twice\n")
    assert load(peopled, "--bookings", "b.csv").code == 4
    assert ["set business.phone_region" in said for said in messages(peopled)] == [True, False, False]
    peopled.file("flagbook.toml", '[business]\nphone_region = "GB"\n')
    peopled.file("b.csv", head + "B1,2026-07-01,01632 960001\nB2,2026-07-01,01632 960077\n")
    assert load(peopled, "--bookings", "b.csv").json()["bookings"]["new"] == 1
    assert ["set business.phone_region" in said for said in messages(peopled)] == [False]


def workbook(shop: Shop, name: str, **sheets: Sequence[Sequence[str]]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(shop.folder / name)


def test_a_misspelt_column_is_named_with_the_one_that_it_is_like(shop: Shop) -> None:
    """A column that may be left out is missed by nobody; one that is there under its own name is meant by no other."""
    (shop.folder / "c.csv").write_text("customer_id,frist_name,name,e-mail,email 2,telefone\nC1,Ann,Ann A,a@example.com,b@example.com,0161\n", encoding="utf-8")
    said = "c.csv: columns not used: frist_name (did you mean first_name?), name, email 2, telefone (did you mean phone?)"
    assert said in load(shop, "--customers", "c.csv").json()["remarks"]
    (shop.folder / "f.csv").write_text("customer_id,action,flag_type,coment\nC1,add,Warning,careful\n", encoding="utf-8")
    ran = shop.run("apply", "f.csv", "--json")
    assert "f.csv: columns not used, carried through: coment (did you mean comment?)" in ran.json()["remarks"], ran.err


HEAD = ("booking_id", "customer_id", "starts_at")


def test_every_sheet_that_looks_like_an_export_is_read(peopled: Shop) -> None:
    """Rows of two sheets have the same numbers; each comes back in its own sheet, with that sheet's columns, and can be found again (rule 7.3)."""
    north = [HEAD, ("B1", "C1", "2026-07-01"), ("B2", "C1", "soon")]
    south = [(*HEAD, "Room"), ("B3", "C2", "2026-07-01", "1"), ("B4", "C22", "2026-07-01", "2"), ("B1", "C1", "2026-07-01", "3")]
    workbook(peopled, "b.xlsx", North=north, Notes=[("call", "Ann")], South=south)
    ran = load(peopled, "--bookings", "b.xlsx")
    assert (ran.code, ran.json()["bookings"]) == (4, {"read": 5, "new": 2, "changed": 0, "unchanged": 1, "rejected": 2}), ran.err
    assert [remark for remark in ran.json()["remarks"] if "sheet" in remark] == [
        "b.xlsx: sheet left out: Notes (no header with the required columns)",
        "b.xlsx, sheet South: columns not used: Room",
    ]
    recorded = stored(peopled, "SELECT f.name, r.sheet, source_row, code FROM batch_rows r JOIN batch_files f USING (batch_id, file_no) ORDER BY file_no")
    assert recorded == [("b.xlsx, sheet North", "North", 3, "bad-date"), ("b.xlsx, sheet South", "South", 3, "unknown-customer")]
    back = openpyxl.load_workbook(peopled.folder / "b.rejected.xlsx")
    assert [[[cell.value for cell in row][:5] for row in sheet.iter_rows()] for sheet in back] == [
        [[*HEAD, "source_row", "message"], ["B2", "C1", "soon", "3", back["North"]["E2"].value]],
        [[*HEAD, "Room", "source_row"], ["B4", "C22", "2026-07-01", "2", "3"]],
    ]
    back["North"]["C2"].value, back["South"]["B2"].value = "2026-07-02", "C2"
    back.save(peopled.folder / "mended.xlsx")
    assert load(peopled, "--bookings", "mended.xlsx").json()["bookings"]["new"] == 2
    assert stored(peopled, "SELECT booking_id, first_file, first_row FROM bookings ORDER BY 1") == [("B1", 1, 2), ("B2", 1, 2), ("B3", 2, 2), ("B4", 2, 2)]


def test_rows_of_one_id_on_two_sheets_that_differ_both_come_back(peopled: Shop) -> None:
    workbook(peopled, "b.xlsx", One=[HEAD, ("B1", "C1", "2026-07-01")], Two=[HEAD, ("B1", "C1", "2026-07-02")])
    assert load(peopled, "--bookings", "b.xlsx").json()["codes"] == {"duplicate-id": 2}
    assert openpyxl.load_workbook(peopled.folder / "b.rejected.xlsx").sheetnames == ["One", "Two"]


def test_history_names_the_sheet_that_a_flag_came_from(bare: Shop) -> None:
    head = ("customer_id", "alert_message")
    workbook(bare, "c.xlsx", One=[head, ("C1", "late")], Two=[head, ("C2", "later")])
    assert load(bare, "--customers", "c.xlsx").code == 0
    assert stored(bare, "SELECT customer_id, file_no, sheet, source_row FROM history WHERE entity = 'flags' ORDER BY 1") == [
        *(("C1", 1, "One", 2), ("C2", 2, "Two", 2))
    ]
    assert bare.run("undo", "1", "--by", "Ann").code == 0
    assert stored(bare, "SELECT * FROM customers") == []


def test_what_the_source_says_is_a_flag_of_the_type_as_the_settings_write_it(bare: Shop) -> None:
    """In whatever letters: there is no second type Alert, and the alert and the colour are those of the settings'."""
    wide = "\uff21\uff2c\uff25\uff32\uff34"
    bare.file("flagbook.toml", f'[business]\ntimezone = "UTC"\n[[flags.types]]\nname = "{wide}"\ncolour = "blue"\nalerts = true\n')
    bare.file("c.csv", "customer_id,alert_message\nC1,late\n")
    assert load(bare, "--customers", "c.csv").code == 0
    assert stored(bare, "SELECT flag_type, comment FROM flags") == [(wide, "late")]
    assert stored(bare, "SELECT item FROM history WHERE entity = 'flags'") == [(wide,)]
    shown = bare.run("show", "C1", "--json").json()
    assert [(flag["flag_type"], flag["colour"]) for flag in shown["flags"]] == [(wide, "blue")]


def test_a_sheet_with_two_columns_for_one_field_is_named(peopled: Shop) -> None:
    workbook(peopled, "b.xlsx", One=[HEAD, ("B1", "C1", "2026-07-01")], Two=[(*HEAD, "Booking ID"), ("B1", "C1", "2026-07-01", "B1")])
    ran = load(peopled, "--bookings", "b.xlsx")
    assert (ran.code, "b.xlsx, sheet Two: two columns mean booking_id" in ran.err) == (3, True)


def test_nested_columns_that_nobody_needs_are_ignored_and_come_back_as_json(peopled: Shop) -> None:
    rows = {"booking_id": ["B1", "B2"], "customer_id": ["C1", "C9"], "starts_at": [datetime(2026, 7, 1)] * 2, "Guests": [["Ann"], ["Ann", 'B"en']]}
    more = {"Address": [None, {"town": "Łódź", "from": datetime(2026, 1, 1).date()}], "shape": [b"", b"\xff\x00"], "Seals": [[b"a"], None]}
    pl.DataFrame(rows | more).write_parquet(peopled.folder / "b.parquet")
    ran = load(peopled, "--bookings", "b.parquet")
    assert (ran.code, ran.json()["bookings"]["new"]) == (4, 1), ran.err
    assert "b.parquet: columns not used: Guests, Address, shape, Seals" in ran.json()["remarks"]
    (back,) = csv.DictReader((peopled.folder / "b.rejected.csv").read_text().splitlines())
    assert [back[name] for name in ("Guests", "Address", "shape", "Seals")] == [*('["Ann","B\\"en"]', '{"town":"Łódź","from":"2026-01-01"}', '"/wA="', "")]


@pytest.mark.parametrize("value", [["C1"], {"id": "C1"}, b"C1"])
def test_a_nested_column_that_is_needed_is_refused(peopled: Shop, value: object) -> None:
    pl.DataFrame({"booking_id": ["B1"], "Customer ID": [value], "starts_at": ["2026-07-01"], "more": [[1]]}).write_parquet(peopled.folder / "b.parquet")
    ran = load(peopled, "--bookings", "b.parquet")
    assert (ran.code, "plain values: Customer ID." in ran.err) == (3, True)


def test_an_upload_with_a_nested_column_gets_it_back(peopled: Shop) -> None:
    rows = {"action": ["add"], "customer_id": ["C1"], "flag_type": ["Alert"], "comment": ["late"]}
    pl.DataFrame(rows | {"mine": [[1, 2]]}).write_parquet(peopled.folder / "u.parquet")
    assert peopled.run("apply", "u.parquet").code == 0
    pl.DataFrame(rows | {"flag_type": [["Alert"]]}).write_parquet(peopled.folder / "v.parquet")
    assert (peopled.run("apply", "v.parquet").code, (peopled.folder / "u.results.csv").read_text().splitlines()[1].count('"[1,2]"')) == (3, 1)
