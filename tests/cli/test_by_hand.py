"""What people correct by hand is kept, what they can't have meant is refused, and spreadsheets read what goes back to them."""

import codecs
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Shop

AS_OF = ("--as-of", "2026-06-01T09:00", "--by", "Ivy")
LAUNCH27 = "First Name,Last Name,Email,Phone,Block this customer,Blocked Date"
CUSTOMERS = "customer_id,first_name,last_name,email\n1,Ann,Lee,ann@example.com\n2,Bob,Ray,bob@example.com\n"


@pytest.fixture
def stocked(bare: Shop) -> Shop:
    bare.file("customers.csv", CUSTOMERS)
    assert bare.run("load", "--customers", "customers.csv", *AS_OF).code == 0
    return bare


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("command", [("load", "--customers", "c.csv"), ("migrate", "c.csv", "--from", "launch27")], ids=" ".join)
def test_rejected_rows_that_somebody_corrected_are_kept(bare: Shop, command: tuple[str, ...]) -> None:
    exports = {"load": "customer_id,first_name,last_name,status\n,Ann,Lee,soon\n", "migrate": f"{LAUNCH27}\nAnn,Lee,ann@example.com,,Yes,soon\n"}
    bare.file("c.csv", exports[command[0]])
    back = bare.folder / "c.rejected.csv"
    assert bare.run(*command, *AS_OF).code == 4
    assert bare.run(*command, *AS_OF).code == 4
    assert not list(bare.folder.glob("c.rejected.*.csv"))
    mended = read(back).replace("soon", "2026-02-03")
    back.write_text(mended, encoding="utf-8")
    again = bare.run(*command, *AS_OF)
    assert (again.code, read(bare.folder / "c.rejected.2.csv"), "soon" in read(back)) == (4, mended, True)
    assert "c.rejected.csv: what was there is kept as c.rejected.2.csv" in again.err


def test_a_template_that_was_filled_in_is_kept_and_one_that_was_not_is_written_anew(stocked: Shop) -> None:
    target = stocked.folder / "t.xlsx"
    for _ in range(2):
        assert stocked.run("template", "t.xlsx").code == 0
    assert not list(stocked.folder.glob("t.*.xlsx"))
    book = openpyxl.load_workbook(target)
    book["Flags"]["A2"] = "add"
    book.save(target)
    done = stocked.run("template", "t.xlsx", "--with-current")
    assert (done.code, "t.xlsx: what was there is kept as t.2.xlsx" in done.err) == (0, True)
    assert openpyxl.load_workbook(stocked.folder / "t.2.xlsx")["Flags"]["A2"].value == "add"


@pytest.mark.parametrize(("encoding", "is_marked"), [("cp1252", True), ("utf-8", False), ("utf-8-sig", True), ("utf-16", True)])
def test_results_of_a_text_bear_a_mark_where_spreadsheets_would_take_them_for_another_encoding(stocked: Shop, encoding: str, is_marked: bool) -> None:
    text = "action,customer_id,flag_type,comment\nadd,1,Alert,Tür klemmt\nadd,9,Alert,Tür klemmt\n"
    (stocked.folder / "u.csv").write_bytes(text.encode(encoding))
    assert stocked.run("apply", "u.csv", *AS_OF).code == 4
    for name in ("u.results.csv", "u.rejected.csv"):
        data = (stocked.folder / name).read_bytes()
        assert (data.startswith(codecs.BOM_UTF8), "Tür klemmt" in data.decode("utf-8-sig")) == (is_marked, True)


def test_who_is_deleted_can_be_looked_at(stocked: Shop) -> None:
    stocked.file("u.csv", "action,customer_id,flag_type,comment\nadd,1,On Hold,owes 40\n")
    assert stocked.run("apply", "u.csv", *AS_OF).code == 0
    stocked.file("customers.csv", "customer_id,first_name,last_name,email,status\n1,Ann,Lee,ann@example.com,deleted\n2,Bob,Ray,bob@example.com,active\n")
    assert stocked.run("load", "--customers", "customers.csv", *AS_OF).code == 0
    shown, told = stocked.run("show", "ann@example.com"), stocked.run("history", "1")
    assert (shown.code, "(deleted)" in shown.out.splitlines()[0], "owes 40" in shown.out) == (0, True, True), shown.out
    assert (told.code, "owes 40" in told.out) == (0, True)
    stocked.file("next.csv", "customer_id,first_name,last_name,email\n3,Ann,Lee,ann@example.com\n")
    assert stocked.run("load", "--customers", "next.csv", "--accept-shrink", *AS_OF).code == 0
    assert stocked.run("show", "ann@example.com").out.startswith("3 ")


def test_an_upload_of_flags_is_no_export(stocked: Shop) -> None:
    stocked.file("u.csv", "action,customer_id,flag_type,comment\nadd,123,Alert,late\n")
    done = stocked.run("load", "--customers", "u.csv", *AS_OF)
    assert (done.code, "its columns are those of instructions on flags" in done.err, "flagbook apply" in done.err) == (3, True, True), done.err


@pytest.mark.parametrize("moment", ["9999-12-31", "9999-12-30T10:00", "0001-01-02", "1899-12-31", "2901-01-01"])
@pytest.mark.parametrize("command", ["report", "nightly"])
def test_a_time_at_the_end_of_a_calendar_is_a_wrong_call(stocked: Shop, command: str, moment: str) -> None:
    done = stocked.run(command, "--as-of", moment)
    assert (done.code, "is not a time between the years 1900 and 2900" in done.err) == (2, True), done.err


def test_flags_of_who_is_deleted_are_shown_and_hold_bookings_though_no_upload_can_change_them(stocked: Shop) -> None:
    stocked.file("b.csv", "booking_id,customer_id,starts_at\nB1,1,2027-01-01 10:00\n")
    stocked.file("u.csv", "action,customer_id,flag_type,comment,expires_on\nadd,1,On Hold,owes 40,2027-01-05\n")
    assert (stocked.run("load", "--bookings", "b.csv", *AS_OF).code, stocked.run("apply", "u.csv", *AS_OF).code) == (0, 0)
    stocked.file("c.csv", "customer_id,status,alert_message\n1,deleted,from the source\n2,active,\n")
    assert stocked.run("load", "--customers", "c.csv", *AS_OF).code == 0
    names = ("workstack", "held-bookings", "agenda", "check-in", "expiring-and-stale", "customers")
    assert stocked.run("report", *names, "--as-of", "2027-01-01", "--format", "csv", "--out", "made").code == 0
    assert [name for name in names if "On Hold" not in (stocked.folder / "made" / f"{name}.csv").read_text(encoding="utf-8")] == []
    stocked.file("off.csv", "action,customer_id,flag_type\nremove,1,On Hold\n")
    assert stocked.run("apply", "off.csv", "--json", *AS_OF).json()["codes"] == {"unknown-customer": 1}
