"""The sample data is what sample_data/README.md says, and the demo runs."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import python_calamine

from pipeline.findings import ROW_FAULTS, STATE_FAULTS
from sample_data import make_sample

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data"
BY_HAND = {"README.md", "demo.sh", "make_sample.py"}
SHOWS = [SAMPLE / "flags.xlsx", SAMPLE / "more_flags.csv"]
NOT_REACHED = {"short-row", "control-character", "cell-too-long", "not-allowed", "accounts-not-required"}
AS_OF = "2026-06-01T09:00"
CAME_BACK = 4


@dataclass(frozen=True)
class Played:
    """The sample played through: what the dry run and the run said, and the book."""

    dry: dict[str, Any]
    run: dict[str, Any]
    store: Path
    out: Path

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.store), read_only=True) as book:
            return book.execute(query).fetchall()

    def one(self, query: str) -> Any:
        return self.ask(query)[0][0]


def flagbook(folder: Path, *words: object, code: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", "jobs", "--store", folder / "book.duckdb", "--settings", SAMPLE / "flagbook.toml"]
    ended = subprocess.run([str(word) for word in (*command, *words, "--json")], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ended.returncode == code, ended.stdout + ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("sample")
    out = folder / "results"
    flagbook(folder, "load", "--customers", SAMPLE / "customers.csv", "--bookings", SAMPLE / "bookings.csv", "--as-of", "2026-06-01T06:00", "--out", out)
    flagbook(folder, "apply", SAMPLE / "first_flags.csv", "--by", "Ines Parrow", "--as-of", "2026-06-01T08:00", "--out", out)
    call = ("apply", *SHOWS, "--by", "Ines Parrow", "--as-of", AS_OF, "--out", out)
    return Played(flagbook(folder, *call, "--dry-run", code=CAME_BACK), flagbook(folder, *call, code=CAME_BACK), folder / "book.duckdb", out)


def readme_table(heading: str) -> dict[str, list[str]]:
    """Return the cells of the README's table whose first column is so headed, by the first cell."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    table = text.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table]
    return {first: rest for first, *rest in rows}


def test_the_script_makes_the_files_that_are_here(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SAMPLE / "make_sample.py"), str(tmp_path)], capture_output=True, check=True)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    here = {str(path.relative_to(SAMPLE)) for folder in (SAMPLE, SAMPLE / "legacy") for path in folder.iterdir() if path.is_file()}
    assert made == here - BY_HAND
    assert [name for name in sorted(made) if (tmp_path / name).read_bytes() != (SAMPLE / name).read_bytes()] == []


def test_addresses_and_comments_are_as_promised() -> None:
    files = make_sample.make_files()
    sheets = python_calamine.CalamineWorkbook.from_path(SAMPLE / "flags.xlsx")
    cells = [str(cell) for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python() for cell in row]
    text = "\n".join([*cells, *(data.decode("utf-8-sig") for name, data in files.items() if not name.endswith(".xlsx"))])
    domains = set(re.findall(r"@([\w.-]+\.\w+)", text.lower()))
    assert len(domains) > 3
    assert [domain for domain in sorted(domains) if domain not in {"example.com", "example.org", "example.net"} and not domain.endswith(".test")] == []
    assert {len(cell) for cell in cells if cell.startswith(make_sample.STORY)} == {500, 501}


def test_the_exports_and_the_first_upload_are_fine(played: Played) -> None:
    assert (played.one("SELECT count(*) FROM customers"), played.one("SELECT count(*) FROM bookings")) == (500, 3000)
    assert played.ask("SELECT batch_id, kind, rows_read, applied, rejected FROM batches WHERE batch_id < 3 ORDER BY 1") == [
        (1, "load", 3500, 3500, 0),
        (2, "apply", 39, 39, 0),
    ]
    statuses = Counter(dict(played.ask("SELECT status, count(*) FROM bookings GROUP BY status")))
    assert min(statuses[word] for word in ("booked", "completed", "cancelled", "no-show")) > 100
    assert set(dict(played.ask("SELECT status, count(*) FROM customers GROUP BY status"))) == {"active", "archived", "deleted"}


def test_the_uploads_show_every_outcome_and_every_code(played: Played) -> None:
    assert played.run["rows"] == {"read": 161, "applied": 111, "unchanged": 6, "rejected": 41, "ignored": 3, "unprocessed": 0}
    assert set(played.run["codes"]) == {kind.code for kind in (*ROW_FAULTS, *STATE_FAULTS)} - NOT_REACHED
    assert played.run["bookings"] == {"updated": 186, "cleared": 16, "kept": 10}
    assert played.run["customers_changed"] == 103


def test_tags_and_status_show_the_codes_of_their_own(played: Played, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(played.store, folder / "book.duckdb")
    call = ("apply", SAMPLE / "tags_and_status.xlsx", "--by", "Rhona Castell", "--as-of", AS_OF, "--out", folder)
    said = flagbook(folder, *call, code=CAME_BACK)
    assert said["rows"] == {"read": 16, "applied": 8, "unchanged": 3, "rejected": 5, "ignored": 0, "unprocessed": 0}
    assert set(said["codes"]) == {"missing-tag", "unknown-tag", "no-such-tag", "missing-reason", "unknown-action"}


def test_the_dry_run_says_the_same(played: Played) -> None:
    same = ("rows", "codes", "bookings", "customers_changed", "remarks")
    assert {key: played.dry[key] for key in same} == {key: played.run[key] for key in same}
    assert (played.dry["batch"], played.dry["status"], played.run["batch"], played.run["status"]) == (None, "dry-run", 3, "applied")


def test_the_readme_names_the_rows_of_each_code(played: Played) -> None:
    rows = played.ask(
        "SELECT name, code, source_row FROM batch_rows JOIN batch_files USING (batch_id, file_no) WHERE batch_id = 3 AND code IS NOT NULL ORDER BY ALL"
    )
    files = [path.name for path in SHOWS]
    shown = {code for _, codes, _ in rows for code in codes.split(",")}
    found = {
        code: [", ".join(str(row) for row in sorted(row for file, codes, row in rows if file == name and code in codes.split(","))) for name in files]
        for code in shown
    }
    assert readme_table("code") == found


def test_the_readme_counts_the_outcomes(played: Played) -> None:
    counted = "SELECT outcome, count(*) FILTER (file_no = 1), count(*) FILTER (file_no = 2) FROM batch_rows WHERE batch_id = 3 GROUP BY outcome"
    assert readme_table("outcome") == {outcome: [str(one), str(two)] for outcome, one, two in played.ask(counted)}


def test_the_summary_equals_the_book(played: Played) -> None:
    outcomes = dict(played.ask("SELECT outcome, count(*) FROM batch_rows WHERE batch_id = 3 GROUP BY outcome"))
    assert {word: count for word, count in played.run["rows"].items() if word != "read" and count} == outcomes
    assert played.run["rows"]["read"] == sum(outcomes.values())
    columns = ("rows_read", *list(played.run["rows"])[1:], *(f"bookings_{word}" for word in played.run["bookings"]))
    stored = f"SELECT {', '.join(columns)} FROM batches WHERE batch_id = 3"
    assert list(played.ask(stored)[0]) == [*played.run["rows"].values(), *played.run["bookings"].values()]
    codes = "SELECT code, count(*) FROM (SELECT unnest(string_split(code, ',')) AS code FROM batch_rows WHERE batch_id = 3) GROUP BY code"
    assert played.run["codes"] == dict(played.ask(codes))
    assert played.run["customers_changed"] == played.one("SELECT count(DISTINCT customer_id) FROM batch_rows WHERE batch_id = 3 AND outcome = 'applied'")


def test_the_bookings_told_equal_the_book(played: Played) -> None:
    given = "after ->> 'alert_message' IS NOT NULL"
    told = f"SELECT count(*) FILTER ({given}), count(*) FILTER (NOT {given}) FROM history WHERE batch_id = 3 AND entity = 'bookings'"
    kept = """
        SELECT count(*) FROM bookings b JOIN customers c USING (customer_id)
        WHERE b.status = 'booked' AND b.starts_at >= TIMESTAMPTZ '2026-06-01 09:00:00+01' AND b.alert_message IS DISTINCT FROM c.alert_message
        AND customer_id IN (SELECT customer_id FROM history WHERE batch_id = 3 AND entity = 'customers' AND action = 'alert')"""
    updated, cleared = played.ask(told)[0]
    assert played.run["bookings"] == {"updated": updated, "cleared": cleared, "kept": played.one(kept)}


def test_the_morning_is_parted_on_the_clock_of_the_business(played: Played) -> None:
    """The visit at 08:30 was still to come when the first flags were set, and past at 09:00; in UTC it would be 07:30."""
    clock = "(starts_at AT TIME ZONE 'Europe/London')"
    mine = f"FROM bookings JOIN customers USING (customer_id) WHERE customer_id = 'TC-00017' AND {clock}::DATE = DATE '2026-06-01'"
    rows = played.ask(f"SELECT {clock}, bookings.alert_message = customers.alert_message {mine} ORDER BY starts_at")
    assert [(moment.isoformat("T", "minutes"), same) for moment, same in rows] == [("2026-06-01T08:30", False), (AS_OF, True)]


def test_the_results_give_back_every_row(played: Played) -> None:
    results = python_calamine.CalamineWorkbook.from_path(played.out / "flags.results.xlsx").get_sheet_by_name("Flags").to_python()
    header = next(row for row in results if "outcome" in row)
    told = [row for row in results[results.index(header) + 1 :] if any(row)]
    assert len(told) == sum(int(cells[0]) for cells in readme_table("outcome").values())
    emoji = [row for row in told if row[header.index("Comment")] == "Wants to be called Captain. Humour him 🧭"]
    assert [row[header.index("outcome")] for row in emoji] == ["applied"]


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("sh") is None, reason="the demo is a shell script")
def test_the_demo_runs_and_names_its_files(tmp_path: Path) -> None:
    """In a folder of its own, with programs of the names that `make setup` gives them."""
    shutil.copytree(SAMPLE, tmp_path / "sample_data", ignore=shutil.ignore_patterns("__pycache__"))
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, call in {"flagbook": "-m jobs", "python": ""}.items():
        (programs / name).write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {call} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    ended = subprocess.run(["sh", "sample_data/demo.sh"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    last = ended.stdout.split("In demo/ there are now:")[1]
    named = re.findall(r"^  (\S+\.(?:duckdb|xlsx|csv|json|html))\b", last, re.MULTILINE)
    assert len(named) == 14
    assert [name for name in named if not (tmp_path / "demo" / name).is_file()] == []
    further = subprocess.run(
        ["sh", "-eu"], input=last.split("To look further:\n")[1], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (further.returncode, "On Hold" in further.stdout) == (0, True), further.stderr
