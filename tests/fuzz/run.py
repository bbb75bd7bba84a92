"""Spoilt files, as long as asked: make fuzz SECONDS=600. What fails is printed, and its file kept.

A case makes the same file each time: make fuzz ARGS='--case csv-17'. Other cases come with --first.
"""

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

from tests.fuzz.mutations import spoil
from tests.fuzz.oracle import faults
from tests.fuzz.seeds import SEEDS

KINDS = ("csv", "csv", "csv", "csv", "xlsx", "csv", "gz", "csv", "parquet", "csv", "ods", "csv", "xls")
SHARE = 40  # cases that one process tries
LONGEST = 60  # seconds that a case may take
MEMORY = 8 << 30
ENDINGS = {"gz": "csv"}


def made(case: str) -> bytes:
    """Return the file of a case, called like csv-17: the same each time."""
    kind, chance = case.partition("-")[0], random.Random(case)
    return spoil(kind, SEEDS[kind](chance), chance)


def attempt(case: str, folder: Path) -> str | None:
    """Try one case; return what fails, or None."""
    kind = case.partition("-")[0]
    path = folder / f"{case}.{ENDINGS.get(kind, kind)}"
    try:
        path.write_bytes(made(case))
        found = "; ".join(faults(path))
    except BaseException:  # a panic of a library is no Exception
        found = traceback.format_exc(limit=-6)
    if not found:
        path.unlink()
    return found or None


def _share(cases: list[str], folder: Path, progress: int) -> None:
    """Try some cases; write down each as it is begun, and what fails."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for case in cases:
        os.write(progress, f"{case}\n".encode())
        signal.alarm(LONGEST)  # no handler: the process ends, and its parent knows the case
        if (found := attempt(case, folder)) is not None:
            os.write(progress, b"".join(b"!" + line.encode() + b"\n" for line in f"{case}: {found}".splitlines()))
    os.write(progress, b".\n")


def run_share(cases: list[str], folder: Path) -> list[str]:
    """Try some cases in a process of its own, and those after one that ended the process in another; return what fails."""
    bad = []
    while cases:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            with suppress(BaseException):
                _share(cases, folder, writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            lines = told.read().decode(errors="replace").splitlines()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        bad += ["\n".join(line[1:] for line in lines if line.startswith("!"))] if any(line.startswith("!") for line in lines) else []
        begun = [line for line in lines if not line.startswith(("!", "."))]
        if lines[-1:] == ["."]:
            return bad
        bad.append(f"{begun[-1]}: the process ended with {ended}: {'it took too long' if ended == -signal.SIGALRM else 'a crash'}")
        cases = cases[cases.index(begun[-1]) + 1 :]
    return bad


def main() -> int:
    """Try cases until the time is up, or so many."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60, help="for so long")
    asked.add_argument("--cases", type=int, default=0, help="so many cases, however long that takes")
    asked.add_argument("--case", default="", help="this one only, as it was printed")
    asked.add_argument("--first", type=int, default=0, help="the number to begin with; other numbers are other files")
    asked.add_argument("--kinds", default=",".join(KINDS), help="kinds of files, in turn")
    said = asked.parse_args()
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))
    if said.case:
        print(attempt(said.case, kept) or "nothing fails", kept / said.case)
        return 0
    kinds, tried, bad, end = said.kinds.split(","), Counter[str](), list[str](), time.monotonic() + said.seconds
    for start in count(said.first, SHARE):
        cases = [f"{kinds[number % len(kinds)]}-{number}" for number in range(start, start + SHARE)]
        cases = cases[: max(0, said.cases - (start - said.first))] if said.cases else cases
        if not cases or (not said.cases and time.monotonic() > end):
            break
        found = run_share(cases, kept)
        for one in found:
            print(one, flush=True)
        bad += found
        tried.update(case.partition("-")[0] for case in cases)
    kinds_tried = ", ".join(f"{name} {number:,}" for name, number in sorted(tried.items()))
    print(f"{sum(tried.values()):,} files ({kinds_tried}), {len(bad)} with faults" + f", kept in {kept}" * bool(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
