"""The README's steps for a fourth entity, taken as they stand: what it says must work, and must be all that there is to do."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
FLAGS = [["action", "customer_id", "flag_type", "comment"], ["add", "C1", "Alert", "Owes money"]]
NOTES = [["action", "customer_id", "topic", "body"], ["add", "C1", "Dog", "Bites"], ["add", "C2", "Dog", ""], ["edit", "C2", "Cat", "x"], ["", "C2", "", "x"]]


def step(language: str) -> str:
    """Return the code of the README's step in a language."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("### Add an entity")[2].partition("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return dedent(found[1])


class Fork:
    """A copy of the program with the steps taken, and a folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.program, self.work = folder / "program", folder / "work"
        self.work.mkdir()
        for package in ("pipeline", "schemas", "jobs"):
            shutil.copytree(ROOT / package, self.program / package, ignore=shutil.ignore_patterns("__pycache__"))

    def take_steps(self) -> None:
        entities = self.program / "schemas" / "entities.py"
        declared = re.sub(r"^ENTITIES: Final = .*$", lambda _: step("python"), entities.read_text(encoding="utf-8"), flags=re.MULTILINE)
        entities.write_text(declared, encoding="utf-8")
        with (self.program / "pipeline" / "store" / "entities.sql").open("a", encoding="utf-8") as sql:
            sql.write("\n" + step("sql"))

    def run(self, *words: str) -> Any:
        """Run a command; return its JSON."""
        call = [sys.executable, "-W", "error", "-m", "jobs", *words, "--json"]
        done = subprocess.run(call, cwd=self.work, env={"PYTHONPATH": str(self.program)}, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 4), done.stderr
        return json.loads(done.stdout)

    def upload(self, sheets: dict[str, Sequence[Sequence[str]]]) -> None:
        book = openpyxl.Workbook(write_only=True)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(self.work / "up.xlsx")


@pytest.fixture
def fork(tmp_path: Path) -> Fork:
    made = Fork(tmp_path)
    (made.work / "customers.csv").write_text("customer_id\nC1\nC2\n")
    made.run("load", "--customers", "customers.csv", "--as-of", "2026-06-01T09:00Z")
    return made


def test_two_steps_add_an_entity(fork: Fork) -> None:
    fork.take_steps()  # the book was made without it
    fork.upload({"Flags": FLAGS, "Notes": NOTES})
    preview = fork.run("apply", "up.xlsx", "--by", "Ann", "--dry-run")
    assert preview["totals"] == {"flags": {"added": 1}, "notes": {"added": 1}, "customers": {"added": 1}}
    report = fork.run("apply", "up.xlsx", "--by", "Ann")
    assert (report["rows"]["applied"], report["rows"]["rejected"], report["rows"]) == (2, 3, preview["rows"])
    assert set(report["codes"]) == {"missing-body", "no-such-note", "missing-action", "missing-topic"}
    assert fork.run("show", "C1")["notes"][0]["body"] == "Bites"
    assert fork.run("undo", "2")["rows"]["applied"] == 2
    assert fork.run("show", "C1")["notes"] == []


def test_without_the_steps_its_sheet_is_left_out(fork: Fork) -> None:
    fork.upload({"Flags": FLAGS, "Notes": NOTES})
    assert fork.run("apply", "up.xlsx")["rows"]["read"] == 1
