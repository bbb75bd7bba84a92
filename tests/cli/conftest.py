"""The program as a user runs it: a process and a folder of its own, and what came of it."""

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import main

ROOT = Path(__file__).parents[2]
CUSTOMERS = "customer_id,first_name,email\nC1,Ann,ann@example.com\nC2,Ben,ben@example.com\n"
LONGEST = 60  # seconds that a run may take
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


def surroundings() -> dict[str, str]:
    """Return the environment of this process without a word for the program, and with the way to it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLAGBOOK_")} | {"PYTHONPATH": str(ROOT)}


def run_in(folder: Path, *words: str | Path, **environment: str) -> Ran:
    """Run the program in a folder; with an `environment`, from its very beginning."""
    if not environment:
        return program().run(folder, list(map(str, words)), surroundings())
    command = [sys.executable, "-m", "jobs", *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=surroundings() | environment, timeout=LONGEST)
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Program:
    """The program, loaded once for many runs (see `zygote`); `scratch` takes what a run says."""

    process: subprocess.Popen[str]
    scratch: Path

    def run(self, folder: Path, words: list[str], environment: dict[str, str]) -> Ran:
        """Run the program in a folder; a run that takes too long fails, and so do all after it."""
        assert self.process.stdin is not None
        out, err = self.scratch / "out", self.scratch / "err"
        self.process.stdin.write(json.dumps([str(folder), words, environment, [str(out), str(err)]]) + "\n")
        self.process.stdin.flush()
        code = self._answer()
        return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def _answer(self) -> int:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], LONGEST)[0]:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise TimeoutError(f"the program did not end within {LONGEST} seconds")
        return int(self.process.stdout.readline())


@cache
def program() -> Program:
    """Return the program, loaded when it is first asked for; it ends with this process."""
    command = [sys.executable, "-m", "tests.cli.zygote"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "\n", "it says when it is loaded"
    scratch = tempfile.TemporaryDirectory(prefix="flagbook-said-")
    atexit.register(scratch.cleanup)
    atexit.register(process.__exit__, None, None, None)  # closes the pipes, at which it ends, and waits for that
    return Program(process, Path(scratch.name))


@cache
def loaded() -> Path:
    """Return a folder with the book of `shop`, loaded when it is first asked for, of which each test gets a copy."""
    made = tempfile.TemporaryDirectory(prefix="flagbook-loaded-")
    atexit.register(made.cleanup)
    folder = Path(made.name)
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "bookings.csv").write_text(BOOKINGS)
    ran = run_in(folder, "load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01")
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Shop:
    """A folder without a book."""
    return Shop(tmp_path, lambda *words, **environment: run_in(tmp_path, *words, **environment))


@pytest.fixture
def shop(bare: Shop) -> Shop:
    """A folder with a book of two customers and two bookings."""
    shutil.copytree(loaded(), bare.folder, dirs_exist_ok=True)
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
