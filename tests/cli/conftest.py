"""The program as a user runs it: a fresh process, a folder of its own, and what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import main

ROOT = Path(__file__).parents[2]
CUSTOMERS = "customer_id,first_name,email\nC1,Ann,ann@example.com\nC2,Ben,ben@example.com\n"
BOOKINGS = "booking_id,customer_id,starts_at,status\nB1,C1,2026-07-01 10:00,booked\nB2,C2,2026-05-01 10:00,completed\n"


@dataclass(frozen=True)
class Ran:
    """A finished run of the program."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return stdout as one JSON object."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shop:
    """A folder with a small book; `run` runs the program in it."""

    folder: Path
    run: Callable[..., Ran]

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def run_in(folder: Path, *words: str | Path, **environment: str) -> Ran:
    """Run the program in a folder."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("FLAGBOOK_")}
    command = [sys.executable, "-m", "jobs", *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**known, "PYTHONPATH": str(ROOT), **environment}, timeout=60)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def bare(tmp_path: Path) -> Shop:
    """A folder without a book."""
    return Shop(tmp_path, lambda *words, **environment: run_in(tmp_path, *words, **environment))


@pytest.fixture
def shop(bare: Shop) -> Shop:
    """A folder with a book of two customers and two bookings."""
    bare.file("customers.csv", CUSTOMERS)
    bare.file("bookings.csv", BOOKINGS)
    loaded = bare.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01")
    assert loaded.code == 0, loaded.err
    return bare


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """A folder without a book; the program runs in this process, where it is run often."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["flagbook", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return Shop(tmp_path, run)
