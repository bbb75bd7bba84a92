"""flagbook erase, as a user runs it."""

import os

from tests.cli.conftest import ROOT, Shop


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
