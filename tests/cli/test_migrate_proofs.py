"""The workbooks that `migrate` and `migrate --check` leave behind: of what they are, what they say, and that none is lost."""

import hashlib
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.cli.conftest import Shop

AS_OF = ("--as-of", "2026-06-01T09:30", "--by", "Ivy")
BERLIN = '[business]\ntimezone = "Europe/Berlin"\n'
LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment\n1,Co,Alert,late\n2,Bo,Warning,rude\n"


def sheet_of(path: Path, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet."""
    return list(load_workbook(path)[name].iter_rows(values_only=True))


def facts_of(path: Path) -> dict[str, str]:
    """Return what the first sheet says of what the workbook is of."""
    return {row[0]: row[1] for row in sheet_of(path, "Summary") if row[0] and row[2] is None}


def test_a_reconciliation_says_which_run_it_proves(inside: Shop) -> None:
    inside.file("flagbook.toml", BERLIN)
    content = inside.file("layer.csv", LAYER)
    assert inside.run("--store", "shop.duckdb", "migrate", "layer.csv", "--from", "thelayer", *AS_OF, "--reason", "=moving over").code == 0
    facts = facts_of(inside.folder / "layer.reconciliation.xlsx")
    assert {name: facts[name] for name in ("batch", "book", "as of", "by", "reason")} == {
        "batch": "1",
        "book": "shop.duckdb",
        "as of": "2026-06-01 09:30 (Europe/Berlin)",
        "by": "Ivy",
        "reason": "=moving over",
    }
    assert (facts["file"], facts["SHA-256"]) == ("layer.csv", hashlib.sha256(content.read_bytes()).hexdigest())
    assert facts["system"] == "The Layer, customers: 100% of its columns are known"


def test_each_file_of_a_migration_is_named_with_its_fingerprint(inside: Shop) -> None:
    for name, rows in (("one.csv", LAYER), ("two.csv", LAYER.replace("1,Co", "3,Co"))):
        inside.file(name, rows)
    done = inside.run("migrate", "one.csv", "two.csv", "--from", "thelayer", *AS_OF, "--json").json()
    told = [row[1] for row in sheet_of(inside.folder / "one.reconciliation.xlsx", "Summary") if row[0] in ("file", "SHA-256")]
    sums = [hashlib.sha256((inside.folder / name).read_bytes()).hexdigest() for name in ("one.csv", "two.csv")]
    assert told == ["one.csv", sums[0], "two.csv", sums[1]]
    assert [one["sha256"] for one in done["systems"]] == sums


def test_a_second_run_overwrites_no_reconciliation_and_says_which_it_wrote(inside: Shop) -> None:
    inside.file("layer.csv", LAYER)
    words = ("migrate", "layer.csv", "--from", "thelayer", *AS_OF)
    assert inside.run(*words, "--json").json()["reconciliation"] == "layer.reconciliation.xlsx"
    proof = (inside.folder / "layer.reconciliation.xlsx").read_bytes()
    assert inside.run(*words, "--dry-run", "--json").json()["reconciliation"] is None
    assert inside.run(*words, "--json").json()["reconciliation"] == "layer.reconciliation.2.xlsx"
    assert "Reconciliation: layer.reconciliation.3.xlsx" in inside.run(*words).out
    assert (inside.folder / "layer.reconciliation.xlsx").read_bytes() == proof
    assert [facts_of(inside.folder / f"layer.reconciliation{place}.xlsx")["batch"] for place in ("", ".2", ".3")] == ["1", "2", "3"]
    assert inside.run(*words, "--out", "out", "--json").json()["reconciliation"] == str(Path("out") / "layer.reconciliation.xlsx")


def test_a_check_writes_what_was_compared_where_nothing_differs_too(inside: Shop) -> None:
    inside.file("flagbook.toml", BERLIN)
    content = inside.file("layer.csv", LAYER)
    words = ("--store", "shop.duckdb", "migrate", "layer.csv", "--from", "thelayer", *AS_OF)
    assert inside.run(*words).code == 0
    done = inside.run(*words, "--check", "--json")
    assert (done.code, done.json()["sheet"]) == (0, "layer.check.xlsx")
    none = {"compared": 0, "agree": 0, "differ": 0}
    assert (done.json()["compared"], done.json()["unread"]) == ({"flags": {"compared": 2, "agree": 2, "differ": 0}, "events": none, "bookings": none}, 0)
    facts, rows = facts_of(inside.folder / "layer.check.xlsx"), sheet_of(inside.folder / "layer.check.xlsx", "Summary")
    assert (facts["answer"], facts["book"], facts["as of"]) == ("The files and the book say the same.", "shop.duckdb", "2026-06-01 09:30 (Europe/Berlin)")
    assert facts["checked"].endswith("(Europe/Berlin)")
    assert (facts["file"], facts["SHA-256"]) == ("layer.csv", hashlib.sha256(content.read_bytes()).hexdigest())
    assert [row for row in rows if row[0] in ("flags", "rows")] == [
        *(("flags", "compared", 2), ("flags", "agree", 2), ("flags", "differ", 0)),
        ("rows", "rows that can't be read", 0),
    ]
    assert sheet_of(inside.folder / "layer.check.xlsx", "Differences") == [("customer id", "item", "difference", "in file", "in book")]


HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee\nR1,Al,flagged,01/02/2025 {},rude,A\nR1,Al,un-flagged,03/04/2025 {},paid,A\n"


def test_a_check_counts_events_and_shows_their_times_in_the_business_time_zone(inside: Shop) -> None:
    inside.file("flagbook.toml", BERLIN)
    times = ("12:30 AM", "08:00 PM")
    inside.file("first.csv", HISTORY.format(*times).rpartition("R1,Al,un")[0])
    inside.file("all.csv", HISTORY.format(*times) + "R9,No,banned,01/01/2025 10:00 AM,x,A\n")
    assert inside.run("migrate", "first.csv", "--from", "resaleai", *AS_OF).code == 0
    done = inside.run("migrate", "all.csv", "--from", "resaleai", *AS_OF, "--check", "--json")
    assert (done.code, done.json()["compared"]["events"], done.json()["unread"]) == (4, {"compared": 2, "agree": 1, "differ": 1}, 1)
    assert facts_of(inside.folder / "all.check.xlsx")["answer"] == "The files and the book differ."
    (_, *rows) = sheet_of(inside.folder / "all.check.xlsx", "Differences")
    events = [row for row in rows if row[2] == "an event only in the files"]
    assert events == [("R1", "Warning", "an event only in the files", "2025-03-04 20:00 unflagged paid", None)]


BOOKED = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Appointment ID\n"
APPOINTMENT = '"December 2, 2030 9:00 am","December 2, 2030 10:00 am",{},Fay,F,,fay@example.com,Massage,S,20,{}\n'


def test_a_check_counts_bookings_in_its_workbook(inside: Shop) -> None:
    inside.file("a.csv", BOOKED + APPOINTMENT.format("UTC", 1))
    assert inside.run("migrate", "a.csv", "--from", "acuity", *AS_OF).code == 0
    inside.file("a.csv", BOOKED + "".join(APPOINTMENT.format("UTC", number) for number in (1, 2)))
    done = inside.run("migrate", "a.csv", "--from", "acuity", *AS_OF, "--check", "--json")
    assert (done.code, done.json()["compared"]["bookings"]) == (4, {"compared": 2, "agree": 1, "differ": 1})
    assert ("bookings", "differ", 1) in sheet_of(inside.folder / "a.check.xlsx", "Summary")
