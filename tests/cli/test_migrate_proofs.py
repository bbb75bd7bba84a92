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
