"""The brake against mass changes, and four eyes, through the command line."""

import pytest

from tests.cli.conftest import Shop

SETTINGS = '[business]\ntimezone = "UTC"\n'


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Return a shop with 200 flags, one each."""
    shop.file("flagbook.toml", SETTINGS)
    shop.file("customers.csv", "customer_id\n" + "".join(f"D{number}\n" for number in range(200)))
    assert shop.run("load", "--customers", "customers.csv", "--as-of", "2026-06-01").code == 0
    shop.file("flags.csv", "action,customer_id,flag_type,comment\n" + "".join(f"add,D{number},Alert,late\n" for number in range(200)))
    assert shop.run("apply", "flags.csv", "--as-of", "2026-06-01").code == 0
    return shop


def edits(shop: Shop, *rows: str) -> None:
    shop.file("edits.csv", "action,customer_id,flag_type,comment\n" + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize(("count", "code"), [(49, 0), (50, 0), (51, 3)])
def test_the_share_is_that_of_all_active_flags(busy: Shop, count: int, code: int) -> None:
    edits(busy, *(f"edit,D{number},Alert,rude" for number in range(count)))
    done = busy.run("apply", "edits.csv", "--as-of", "2026-06-02")
    assert done.code == code
    assert ("51 of the 200 active flags (25.5 %)" in done.err) == (code == 3)


def test_each_flag_counts_once_and_by_its_end_state(busy: Shop) -> None:
    again = (f"{action},D{number},Alert,{comment}" for number in range(100) for action, comment in (("edit", "rude"), ("remove", ""), ("add", "late")))
    edits(busy, *again)
    assert busy.run("apply", "edits.csv", "--as-of", "2026-06-02").code == 0


def test_a_dry_run_reports_the_brake_and_undo_is_exempt(busy: Shop) -> None:
    edits(busy, *(f"remove,D{number},ALL," for number in range(60)))
    preview = busy.run("apply", "edits.csv", "--as-of", "2026-06-02", "--dry-run")
    assert (preview.code, "The run will be refused without --allow-mass-change" in preview.out) == (0, True)
    assert busy.run("apply", "edits.csv", "--as-of", "2026-06-02").code == 3
    assert len(busy.run("batches", "--json").json()["batches"]) == 3
    assert busy.run("apply", "edits.csv", "--as-of", "2026-06-02", "--allow-mass-change").code == 0
    assert busy.run("undo", "4", "--as-of", "2026-06-03").code == 0


def test_a_large_batch_needs_a_second_person(busy: Shop) -> None:
    busy.file("flagbook.toml", "approval = true\n" + SETTINGS + "[batches]\napproval_over = 2\n")
    edits(busy, *(f"edit,D{number},Alert,rude" for number in range(3)))
    call = ("apply", "edits.csv", "--as-of", "2026-06-02", "--by", "Ann")
    assert "will be refused" in busy.run(*call, "--dry-run").out
    assert [busy.run(*call).code, busy.run(*call, "--approved-by", "ann").code, busy.run(*call, "--approved-by", "Bob").code] == [3, 3, 0]
    assert busy.run("batch", "4", "--json").json()["batch"]["approved_by"] == "Bob"
    assert busy.run("undo", "4", "--by", "Ann").code == 3
    assert busy.run("undo", "4", "--by", "Ann", "--approved-by", "Bob").code == 0
