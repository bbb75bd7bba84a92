"""flagbook erase, as a user runs it."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import ROOT, Shop, surroundings


def test_erase_says_what_went_and_the_customer_is_gone(shop: Shop) -> None:
    preview = shop.run("erase", "ann@example.com", "--by", "Officer", "--dry-run", "--json")
    assert (preview.code, preview.json()["status"], preview.json()["erased"]["bookings"]) == (0, "dry-run", 1)
    done = shop.run("erase", "ann@example.com", "--by", "Officer", "--yes")
    assert done.code == 0, done.err
    assert "Batch 2: the customer is erased; what stays bears the pseudonym erased-1." in done.out
    assert "ann@example.com" not in done.out + done.err
    assert shop.run("show", "ann@example.com").code == 3
    again = shop.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--json").json()
    assert (again["rows"]["ignored"], again["customers"]["ignored"], again["bookings"]["ignored"]) == (2, 1, 1)
    head = shop.run("batch", "2", "--json").json()["batch"]["head"]
    assert f"2 {head} " in shop.folder.joinpath("flagbook.duckdb.heads").read_text()


def test_without_a_terminal_it_wants_to_be_told_that_it_is_meant(shop: Shop) -> None:
    refused = shop.run("erase", "C1")
    assert (refused.code, "say --yes if it is meant" in refused.err) == (2, True)
    assert shop.run("show", "C1").code == 0


@pytest.mark.parametrize("out", ["/dev/tty", "said.txt"])
@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 130), (b"\n", 130), (b"\x04", 130), (b"\x03", 130), (b"y\n", 0)])
def test_on_a_terminal_it_asks(shop: Shop, answer: bytes, code: int, out: str) -> None:
    """No, nothing, an end of input and an interrupt erase nobody."""
    ours, theirs = pty.openpty()
    begin = f"import os, sys; os.login_tty({theirs}); os.dup2(os.open({out!r}, os.O_RDWR | os.O_CREAT), 1)"
    program = f"{begin}; os.execv(sys.executable, [sys.executable, '-m', 'jobs', 'erase', 'C1'])"
    with subprocess.Popen([sys.executable, "-c", program], cwd=shop.folder, env=surroundings(), pass_fds=[theirs]) as run:
        said = b""
        while not said.rstrip().endswith(b"[y/N]:") and select.select([ours], [], [], 60)[0]:
            said += os.read(ours, 1000)
        about, latest = Path(f"/proc/{run.pid}/stat"), time.monotonic() + 60
        while about.read_text().rpartition(") ")[2][0] != "S" and time.monotonic() < latest:  # until it waits for the answer
            time.sleep(0.01)
        os.write(ours, answer)
        try:
            assert run.wait(timeout=60) == code
        finally:
            run.kill()
    said = os.read(ours, 10_000) + (b"" if out == "/dev/tty" else (shop.folder / out).read_bytes())
    for end in (ours, theirs):
        os.close(end)
    assert (b"Nothing was erased." in said, b"Batch 2: the customer is erased" in said) == (code != 0, code == 0), said
    assert shop.run("show", "C1").code == (0 if code else 3)


def test_an_erasure_that_was_killed_once_it_was_committed_is_found_done(shop: Shop) -> None:
    """And what it could not finish, the store's file without the old bytes, the same call does."""
    kill = "import os, pipeline.erasing\npipeline.erasing.rewrite_store = lambda store: os._exit(9)\n"
    shop.file("sitecustomize.py", kill)
    call = ("erase", "ann@example.com", "--yes")
    assert shop.run(*call, PYTHONPATH=f"{shop.folder}{os.pathsep}{ROOT}").code == 9
    again = shop.run(*call)
    assert (again.code, "was erased already" in again.out, "writing the store anew" in again.err) == (0, True, True), again.err
    assert [one["kind"] for one in shop.run("batches", "--json").json()["batches"]].count("erase") == 1
    assert b"ann@example.com" not in (shop.folder / "flagbook.duckdb").read_bytes()


def test_an_erasure_can_not_be_undone(shop: Shop) -> None:
    assert shop.run("erase", "C1", "--yes").code == 0
    refused = shop.run("undo", "2")
    assert (refused.code, "nothing left to put back" in refused.err) == (3, True)


def test_heads_that_can_not_be_written_are_a_warning(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "UTC"\n[history]\nheads_file = "nowhere/our.heads"\n')
    done = shop.run("load", "--customers", "customers.csv", "--json")
    assert (done.code, done.json()["batch"], len(done.json()["head"])) == (0, 2, 64)
    assert "Warning: nowhere/our.heads: the head of the last batch could not be written there (No such file or directory)." in done.err


@pytest.mark.parametrize("is_customer", [True, False], ids=["a customer", "one who has gone from the book"])
def test_a_pseudonym_is_nobodys_id(shop: Shop, is_customer: bool) -> None:
    if not is_customer:
        shop.file("c.csv", "customer_id\nC7\n")
        shop.file("u.csv", "action,customer_id,flag_type,comment\nadd,C7,Alert,x\n")
        for words in (("load", "--customers", "c.csv", "--accept-shrink"), ("apply", "u.csv"), ("undo", "3"), ("undo", "2")):
            assert shop.run(*words).code == 0
    assert shop.run("erase", "C1" if is_customer else "C7", "--yes").code == 0
    shop.file("c.csv", "customer_id,first_name,status,alert_message\nerased-1,Eve,active,owes\n'erased-1,Eve,active,owes\nC2,Ben,active,\n")
    shop.file("b.csv", "booking_id,customer_id,starts_at\nB8,erased-1,2026-07-01 10:00\nB9,C2,2026-07-02 10:00\n")
    done = shop.run("load", "--customers", "c.csv", "--bookings", "b.csv", "--create-customers", "--accept-shrink", "--json").json()
    assert (done["customers"]["ignored"], done["bookings"]["ignored"]) == (2, 1)
    assert "3 rows are of customers who were erased, and left alone" in done["remarks"]
    shop.file("u.csv", "action,customer_id,flag_type,comment\nadd,erased-1,Alert,x\n")
    assert shop.run("apply", "u.csv", "--json").json()["rows"]["ignored"] == 1
    shop.file("m.toml", '[customers]\ncustomer_id = "Id"\nfirst_name = "Name"\n[[flags]]\ntype = "Alert"\ncomment = "Note"\n')
    shop.file("m.csv", "Id,Name,Note\nerased-1,Eve,owes\n")
    assert shop.run("migrate", "m.csv", "--map", "m.toml", "--json").json()["rows"]["ignored"] == 1
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        left = con.execute("SELECT status, first_name, alert_message FROM customers WHERE customer_id = 'erased-1'").fetchall()
        assert left == ([("deleted", None, None)] if is_customer else [])
        assert con.execute("SELECT count(*) FROM flags").fetchall() == [(0,)]
        assert con.execute("SELECT booking_id FROM bookings WHERE booking_id IN ('B8', 'B9')").fetchall() == [("B9",)]


@pytest.mark.parametrize(("settings", "is_known_again"), [('timezone = "UTC"', False), ('timezone = "UTC"\nphone_region = "GB"', True)])
def test_a_number_without_a_country_code_is_known_again_where_the_region_is(bare: Shop, settings: str, is_known_again: bool) -> None:
    bare.file("flagbook.toml", f"[business]\n{settings}\n")
    bare.file("c.csv", "customer_id,phone\nC1,01632 960017\n")
    assert bare.run("load", "--customers", "c.csv").code == 0
    assert bare.run("erase", "C1", "--yes").code == 0
    bare.file("c.csv", "customer_id,phone\nC2,01632 960017\n")
    assert bare.run("load", "--customers", "c.csv", "--json").json()["customers"].get("ignored", 0) == int(is_known_again)
