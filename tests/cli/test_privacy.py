"""Nothing personal in what is said: every way to fail of every command, with marked values in all cells, and then a search for them."""

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

import jobs.cli
from tests.cli.conftest import Ran, Shop

MARK = "Zq7SECRET"
CELLS = f"{MARK}first,{MARK}last,{MARK}firm,{MARK}@mail.example,+44 20 7946 0{{number:03d}},{MARK}status,{MARK} owes"
CUSTOMER_HEAD = "customer_id,first_name,last_name,company,email,phone,status,alert_message\n"
BOOKING_HEAD = "booking_id,customer_id,starts_at,ends_at,status,service,staff,price,alert_message,email,phone\n"
FLAG_HEAD = "action,customer_id,email,phone,flag_type,comment,expires_on,reason,flagged_by,version,notes\n"
BOOKING_CELLS = f"{MARK}service,{MARK}staff,{{price}},{MARK} note,{{email}},{{phone}}"
SAYING = ("show", "history")  # commands that are asked for a customer, and tell of them on stdout


def customers(*ids: str) -> str:
    return CUSTOMER_HEAD + "".join(f"{one},{CELLS.format(number=number)}\n" for number, one in enumerate(ids))


def booking(name: str, who: str, start: str = "2026-07-01 10:00", **more: str) -> str:
    cells = BOOKING_CELLS.format(**{"price": "1.50", "email": "", "phone": "", **more})
    return f"{name},{who},{start},{more.get('end', '')},{more.get('status', 'booked')},{cells}\n"


def flag(action: str, who: str, kind: str = "Alert", **more: str) -> str:
    comment, day, version = more.get("comment", f"{MARK} comment"), more.get("day", ""), more.get("version", "")
    return f"{action},{who},{more.get('email', '')},{more.get('phone', '')},{kind},{comment},{day},{MARK} reason,{MARK} by,{version},{MARK} notes\n"


FAULTY_FLAGS = (
    *(flag("add", "C1"), flag("add", "C1", comment=f"{MARK} other"), flag("edit", "C2"), flag(f"{MARK}act", "C1"), flag("add", f"{MARK}id")),
    *(flag("add", "C1", f"{MARK}type"), flag("add", "", email=f"{MARK}x@mail.example"), flag("add", "", phone=f"{MARK}555")),
    *(flag("add", "", phone="020 7946 0000"), flag("add", "C1", email=f"{MARK}@mail.example"), flag("add", "", email=f"{MARK}@mail.example")),
    *(flag("add", "C2", day=f"{MARK}day"), flag("add", "C2", day="1/2/2026"), flag("add", "C2", version=f"{MARK}v")),
    *(flag("add", "C2", comment=f"{MARK}\x07"), flag("add", "C2", comment=MARK * 5000), f"add,C2,,,Alert,{MARK} short\n"),
    *(flag("remove", "C1", "ALL", version="1"), flag("set", "C2", comment="[clear]"), flag("set", "C2", "[clear]")),
)
BAD_FLAGS = FLAG_HEAD + "".join(FAULTY_FLAGS)
BAD_CUSTOMERS = customers("C1", "", "C3", f"C{MARK}\x01") + customers("C3").replace(f"{MARK}first", f"{MARK}other") + f"{MARK},cut\n"
FAULTY_BOOKINGS = (
    *(booking("B1", f"{MARK}nobody"), booking("B2", "C1", f"{MARK}start"), booking("B3", "C1", "1/2/2026"), booking("B4", "C1", price=f"{MARK}1")),
    *(booking("", "C1"), booking("B5", "C1", end="2026-01-01"), booking("B6", "C1", status=f"{MARK}status"), booking("B7", "")),
    *(booking("B8", "C1"), booking("B8", "C2"), booking("B9", "", email=f"{MARK}@mail.example"), booking("B10", "", phone=f"{MARK}9")),
    *(booking(f"B\x01{MARK}", "C1"), f"B11,C1,{MARK}\n"),
)
BAD_BOOKINGS = BOOKING_HEAD + "".join(FAULTY_BOOKINGS)
GOOD_FLAGS = FLAG_HEAD + flag("add", "C1") + flag("add", "C2", "On Hold")
REFUSED: dict[str, str | bytes] = {
    "no header": GOOD_FLAGS.partition("\n")[2],
    "no header, of customers": customers("C1").partition("\n")[2],
    "a column missing": GOOD_FLAGS.replace("flag_type", "what"),
    "a column twice": GOOD_FLAGS.replace("notes", "Customer No"),
    "a long row": GOOD_FLAGS + flag("add", "C1").strip() + f",{MARK}more\n",
    "a very long row": GOOD_FLAGS + flag("add", "C1").strip() + f",{MARK}more" * 20 + "\n",
    "an open quotation mark": GOOD_FLAGS + flag("add", "C1", comment=f'"{MARK} open'),
    "swallowed rows": GOOD_FLAGS + flag("add", "C1", comment=f'"{MARK} open') + flag("add", "C2", comment=f'{MARK} closed"'),
    "lines that end in two ways": GOOD_FLAGS + flag("add", "C1").strip() + "\r" + flag("add", "C2"),
    "NUL bytes": GOOD_FLAGS + flag("add", f"\0{MARK}"),
    "a web page": f"<html><body>{MARK}</body></html>",
    "one column": GOOD_FLAGS.replace(",", "~"),
    "no encoding": (GOOD_FLAGS + MARK).encode() + b"\x81",
    "cut short": gzip.compress((GOOD_FLAGS * 50).encode())[:-20],
    "another kind": b"%PDF" + GOOD_FLAGS.encode(),
    "a damaged workbook": b"PK\x03\x04" + GOOD_FLAGS.encode(),
    "a damaged old workbook": b"\xd0\xcf\x11\xe0" + GOOD_FLAGS.encode() * 20,
    "a damaged Parquet file": b"PAR1" + GOOD_FLAGS.encode() + b"PAR1",
}


def texts(*where: Path) -> str:
    """Return all that some files hold, those of folders too."""
    files = [path for one in where if one.exists() for path in ([one] if one.is_file() else sorted(one.rglob("*"))) if path.is_file()]
    return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


def said(ran: Ran, *codes: int) -> str:
    """Return what a run said, less the place of the folder; fail unless it ended with one of these codes."""
    assert ran.code in codes, (ran.code, ran.err, ran.out)
    return ran.out + ran.err


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shop:
    """A folder with a book in which all that is personal is marked; the program runs in this process, which is fast and lets bugs be put in."""

    def run(*words: str | Path, **environment: str) -> Ran:
        with monkeypatch.context() as patched:
            patched.chdir(tmp_path)
            patched.setattr(sys, "argv", ["flagbook", *map(str, words)])
            for name, value in environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                jobs.cli.main()
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    bare = Shop(tmp_path, run)
    bare.file("customers.csv", customers("C1", "C2").replace(f"{MARK}status", "active"))
    bare.file("bookings.csv", BOOKING_HEAD + booking("B1", "C1") + booking("B2", "C2"))
    assert bare.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01").code == 0
    return bare


def test_rows_that_come_back_are_told_of_without_values(marked: Shop) -> None:
    marked.file("flags.csv", BAD_FLAGS)
    marked.file("c.csv", BAD_CUSTOMERS)
    marked.file("b.csv", BAD_BOOKINGS)
    for how in ((), ("--json",), ("--quiet",)):
        upload = marked.run("apply", "flags.csv", "--as-of", "2026-06-02", "--again", *how)
        load = marked.run("load", "--customers", "c.csv", "--bookings", "b.csv", "--as-of", "2026-06-02", "--accept-shrink", *how)
        assert MARK not in said(upload, 4) + said(load, 4)
    for words in (("batches",), ("batch", "2"), ("batch", "3"), ("batch", "3", "--json"), ("undo", "2"), ("undo", "3", "--json")):
        assert MARK not in said(marked.run(*words), 0, 4), words
    assert MARK in texts(marked.folder / "flags.rejected.csv") + texts(marked.folder / "b.rejected.csv"), "there it belongs"


def test_a_dry_run_tells_values_on_stdout_only(marked: Shop) -> None:
    marked.file("flags.csv", BAD_FLAGS)
    assert MARK not in marked.run("apply", "flags.csv", "--dry-run").err
    assert MARK not in marked.run("load", "--customers", marked.file("c.csv", BAD_CUSTOMERS), "--dry-run", "--accept-shrink").err


@pytest.mark.parametrize("case", REFUSED)
def test_refused_files_are_told_of_without_values(marked: Shop, case: str) -> None:
    path = marked.file("upload.csv", REFUSED[case])
    for words in (("apply",), ("load", "--customers"), ("load", "--bookings"), ("migrate",)):
        ran = marked.run(*words, path)
        assert ran.code in (0, 3, 4), (words, ran.err)
        assert MARK not in ran.err + ran.out, (words, ran.err, ran.out)


def test_customers_whom_nobody_knows_are_told_of_without_values(marked: Shop) -> None:
    for command in SAYING:
        assert said(marked.run(command, f"{MARK}x@mail.example"), 3).count(MARK) <= 1, "what the call itself names may be said"
        assert MARK not in said(marked.run(command, "C9"), 3)


@pytest.mark.parametrize("command", ["apply", "load"])
def test_what_cannot_be_written_is_told_of_without_values(marked: Shop, command: str) -> None:
    path = marked.file("up.csv", BAD_FLAGS if command == "apply" else BAD_CUSTOMERS)
    marked.file("taken", "a file where the folder should be")
    words = ("apply", path) if command == "apply" else ("load", "--customers", path, "--accept-shrink")
    assert MARK not in said(marked.run(*words, "--out", "taken/inside"), 5)


BROKEN = {
    "apply: casts": ("pipeline.intake.uploads.cast_instructions", ("apply", "up.csv")),
    "apply: results": ("pipeline.run.stage_results", ("apply", "up.csv")),
    "apply: the book": ("pipeline.run.write_batch", ("apply", "up.csv")),
    "load: bookings": ("pipeline.loading._take_bookings", ("load", "--bookings", "bookings.csv")),
    "load: a stream": ("pipeline.streaming.own_texts", ("load", "--bookings", "b.csv", "--accept-shrink")),
    "report": ("pipeline.reporting.open_book", ("report",)),
    "nightly": ("pipeline.nightly.steps.apply", ("nightly", "--as-of", "2026-06-05T02:00")),
}
ERRORS: tuple[Callable[[str], Exception], ...] = (
    lambda value: pl.exceptions.ComputeError(f"near {value}"),
    lambda value: ExceptionGroup(value, [KeyError(value)]),
    KeyError,
)


def put_in(patched: pytest.MonkeyPatch, where: str, error: Exception) -> None:
    """Let a function fail with an error that was made by another, both with a value in what they say."""

    def fail(*_: object, **__: object) -> None:
        try:
            raise duckdb.ConversionException(f"Could not convert string {MARK}")
        except duckdb.Error as first:
            first.add_note(MARK)
            raise error from first

    patched.setattr(BROKEN[where][0], fail)


@pytest.mark.hazard(9, "A bug, while the data is in hand", "exit code 1, and a traceback without what the data holds")
@pytest.mark.parametrize("where", BROKEN)
def test_bugs_are_told_of_without_values(marked: Shop, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    marked.file("b.csv", BAD_BOOKINGS)
    marked.file("up.csv", GOOD_FLAGS)
    (marked.folder / "inbox").mkdir()
    marked.file("inbox/flags.csv", GOOD_FLAGS)
    os.utime(marked.folder / "inbox" / "flags.csv", (time.time() - 100,) * 2)
    error = ERRORS[list(BROKEN).index(where) % len(ERRORS)](MARK)
    put_in(monkeypatch, where, error)
    ran = marked.run(*BROKEN[where][1])
    assert (ran.code, "Traceback" in ran.err, MARK in ran.err + ran.out) == (1, True, False), ran.err
    assert type(error).__name__ in ran.err
    assert MARK not in texts(marked.folder / "logs", *marked.folder.rglob("journal.json"))


def test_a_bug_tells_all_where_the_environment_asks(marked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    marked.file("up.csv", GOOD_FLAGS)
    put_in(monkeypatch, "apply: casts", KeyError(MARK))
    assert MARK in marked.run("apply", "up.csv", FLAGBOOK_SHOW_VALUES="1").err


def test_a_night_notes_no_values(marked: Shop) -> None:
    (marked.folder / "inbox").mkdir()
    inputs = {"bad flags.csv": BAD_FLAGS, "customers.csv": BAD_CUSTOMERS, "bookings.csv": BAD_BOOKINGS}
    dropped: list[tuple[str, str | bytes]] = [*inputs.items(), *((f"flags {one}.csv", content) for one, content in REFUSED.items())]
    for number, (name, content) in enumerate(dropped):
        path = marked.file(f"inbox/{number:02d} {name}", content)
        os.utime(path, (time.time() - 100,) * 2)
    (marked.folder / "flagbook.toml").write_text("[batches]\nshrink_percent = 1\n")
    ran = marked.run("nightly", "--as-of", "2026-06-05T02:00", "--json")
    kept = (marked.folder / "outbox" / "2026-06-05" / "nightly.json").read_text()
    assert MARK not in said(ran, 4) + kept + texts(marked.folder / "logs", *marked.folder.rglob("journal.json"))
    assert len(json.loads(kept)["inputs"]) == len(inputs) + len(REFUSED)
