"""Runs of the program that are watched: how long each takes, and how much memory."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.cli.conftest import Ran, surroundings

# NOTE: a process inherits the most memory that the one that started it ever had, so a small one starts the program.
MEASURE = """
import json, os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as handle:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024], handle)
"""


class Took(NamedTuple):
    """What a run took; the memory is the most that the program, or a process that it started, ever had."""

    seconds: float
    bytes: int


RUNS: list[Took] = []  # of the present test


def watched(folder: Path, *words: str | Path) -> tuple[Ran, Took]:
    """Run the program in a folder."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as measured:
        command = [sys.executable, "-I", "-S", "-c", MEASURE, measured.name, sys.executable, "-m", "jobs", *map(str, words)]
        started = time.monotonic()
        subprocess.run(command, cwd=folder, stdout=out, stderr=err, env=surroundings(), check=True, timeout=300)
        seconds = time.monotonic() - started
        code, memory = json.loads(measured.read())
        for handle in (out, err):
            handle.seek(0)
        took = Took(seconds, memory)
        RUNS.append(took)
        return Ran(code, out.read().decode(), err.read().decode()), took
