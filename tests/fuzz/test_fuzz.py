"""A short, fixed run of the fuzzer, and that it finds what there is to find."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.intake import records
from tests.cli.conftest import ROOT
from tests.fuzz.oracle import faults
from tests.fuzz.run import KINDS, made
from tests.fuzz.seeds import SEEDS

CASES = 65  # five rounds of all kinds


@pytest.mark.quick
@pytest.mark.hazard(9, "Files of every kind, spoilt at random", "each is refused, or each of its rows is there once, at its own number")
def test_spoilt_files_are_refused_or_read_whole() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz.run", "--cases", str(CASES)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, f"{CASES} files" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_case_is_the_same_file_each_time() -> None:
    for kind in dict.fromkeys(KINDS):
        assert made(f"{kind}-3") == made(f"{kind}-3"), kind


@pytest.mark.parametrize("kind", SEEDS)
def test_seeds_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"seed.{'csv' if kind == 'gz' else kind}"
    path.write_bytes(SEEDS[kind](random.Random(1)))
    assert list(faults(path)) == []


def test_a_reader_that_loses_a_row_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "seed.csv"
    path.write_text("action,customer_id,flag_type,comment\nadd,C1,Alert,a\nadd,C2,Alert,b\n")
    assert list(faults(path)) == []
    numbered = records._numbered
    monkeypatch.setattr(records, "_numbered", lambda rows, number: numbered(rows, number).head(1))
    assert any("row 3" in fault for fault in faults(path))
