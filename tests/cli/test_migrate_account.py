"""Migration's account, its brakes, and what it says: each flag that comes, goes or stays is told, and mistakes in a map are not passed over."""

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jobs.cli import main
from tests.cli.conftest import Ran, Shop

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
SHOPIFY = "Customer ID,First Name,Last Name,Email,Phone,Tags\n"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """A folder without a book; the program runs in this process, since it is run often here."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["flagbook", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return Shop(tmp_path, run)


def asked(shop: Shop, query: str) -> list[Any]:
    """Ask the book."""
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        return con.sql(query).fetchall()


def shopify(shop: Shop, *tags: str, also: tuple[str, ...] = ()) -> Ran:
    """Migrate an export of so many customers, with these tags."""
    shop.file("shop.csv", SHOPIFY + "".join(f"{number},A,B,a{number}@example.com,,{tag}\n" for number, tag in enumerate(tags)))
    return shop.run("migrate", "shop.csv", "--from", "shopify", *AS_OF, *also)


def test_flags_that_a_newer_export_ends_are_in_the_account(bare: Shop) -> None:
    assert shopify(bare, "fraud", "fraud", "vip", "fraud").code == 0
    newer = shopify(bare, "fraud", "fraud", "vip", "").json()
    told = {one["flag_type"]: (one["found"], one["in_book"], one["ended_by_source"], one["adds_up"]) for one in newer["flags"]}
    assert told == {"On Hold": (2, 2, 1, True), "Important": (1, 1, 0, True)}
    none = shopify(bare, "fraud", "fraud", "", "").json()["flags"]
    assert [(one["flag_type"], one["found"], one["ended_by_source"]) for one in none] == [("On Hold", 2, 0), ("Important", 0, 1)]


HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee\n"


def test_of_files_that_tell_only_what_happened_the_equation_holds_too(bare: Shop) -> None:
    bare.file("resale.csv", HISTORY + "".join(f"R{n},Al,flagged,01/01/2025,first,A\n" for n in range(3)) + "R0,Al,un-flagged,02/01/2025,paid,A\n")
    for became in ("imported", "unchanged"):
        row = bare.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF).json()["flags"][0]
        assert (row["found"], row[became], row["due"], row["in_book"], row["adds_up"]) == (2, 2, 2, 2, True)


@pytest.mark.parametrize(("left", "code"), [(2, 0), (1, 3), (0, 3)])
def test_a_small_book_does_not_lose_most_of_a_sources_flags_without_a_word(bare: Shop, left: int, code: int) -> None:
    assert shopify(bare, "fraud", "fraud", "fraud", "fraud").code == 0
    newer = [*["fraud"] * left, *[""] * (4 - left)]
    dry = shopify(bare, *newer, also=("--dry-run",))
    assert (dry.code, "--allow-mass-change" in str(dry.json()["remarks"])) == (0, code == 3)
    done = shopify(bare, *newer)
    assert (done.code, f"{4 - left} of the 4 flags that Shopify had brought" in done.err) == (code, code == 3)
    assert asked(bare, "SELECT count(*) FROM flags") == [(4 if code else left,)]
    assert shopify(bare, *newer, also=("--allow-mass-change",)).code == 0


def test_the_brake_counts_what_the_source_brought_and_not_what_others_did(bare: Shop) -> None:
    assert shopify(bare, "fraud", "fraud", "fraud", *["fraud"] * 4).code == 0
    assert shopify(bare, "", "", "").code == 0  # of seven: customers who are absent keep theirs
    assert shopify(bare, *[""] * 7).code == 3
    bare.file("end.csv", "action,customer_id,flag_type\n" + "".join(f"remove,{number},ALL\n" for number in (3, 4)))
    assert bare.run("apply", "end.csv").code == 0
    assert shopify(bare, *[""] * 7).code == 0  # two were left
