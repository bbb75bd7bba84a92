"""Files of other projects' test corpora, thrown at dry runs of `apply` and `load` by the thousands: make corpora ARGS='FOLDER --most 2000'.

Each file is handed in as it is, and once more so that its rows are really read: a text gets our header in place of its first line, a workbook's
own headers become aliases in the settings. What must hold: every run ends in time with 0, 3, 4 or 5, never by a signal; what was read adds up;
and a text of which every record is accounted for has as many as Python's strict reader counts. The files stay where they are; none is kept.
"""

import argparse
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import jobs.apply
import jobs.cli
import jobs.load
import pipeline.intake.workbook
import pipeline.run

_ = (jobs.apply, jobs.load, pipeline.intake.workbook, pipeline.run)  # loaded before a process is forked off for each run
ENDINGS = {
    *(".csv", ".tsv", ".txt", ".prn", ".dif", ".slk", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".ods", ".fods", ".xml"),
    *(".html", ".gz", ".zst", ".parquet"),
}
TEXTS = {".csv", ".tsv", ".txt"}
COLUMNS = ("action", "customer_id", "flag_type", "comment", "reason")
EXPORT_COLUMNS = ("last_name", "customer_id", "company", "first_name", "phone")
MEMORY = 8 << 30
COUNTS = ("applied", "unchanged", "rejected", "ignored", "unprocessed")
EXPORT_COUNTS = ("new", "changed", "unchanged", "rejected")
READ = (0, 4)


@dataclass(frozen=True)
class Way:
    """One way to hand a file in."""

    name: str
    words: tuple[str, ...]
    columns: tuple[str, ...] = ()


WAYS = (
    Way("apply", ("apply",)),
    Way("load", ("load", "--customers")),
    Way("apply, renamed", ("apply",), COLUMNS),
    Way("load, renamed", ("load", "--customers"), EXPORT_COLUMNS),
)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (negative: the signal), what it said, and how long it took."""

    code: int
    out: str
    err: str
    seconds: float


def files(folders: list[Path], most: int, seed: int) -> list[Path]:
    """Return the files to try, at most so many, chosen at random but for the seed."""
    found = sorted(
        path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*")) if path.is_file() and path.suffix.lower() in ENDINGS
    )
    random.Random(seed).shuffle(found)
    return found[:most] if most else found


def run(folder: Path, words: list[str], seconds: float) -> Ended:
    """Run the program in a folder, in a process of its own with limits; kill it where it takes too long."""
    out, err, started = folder / "out.txt", folder / "err.txt", time.monotonic()
    child = os.fork()
    if not child:
        os._exit(_in_child(folder, words, out, err))
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() - started > seconds:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Ended(-99, "", f"takes longer than {seconds:.0f} s", seconds)
        time.sleep(0.005)
    return Ended(os.waitstatus_to_exitcode(done[1]), out.read_text(), err.read_text(), time.monotonic() - started)


def _in_child(folder: Path, words: list[str], out: Path, err: Path) -> int:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(folder)
    sys.argv = ["flagbook", *words]
    os.environ["FLAGBOOK_SHOW_VALUES"] = "1"
    with out.open("w") as said, err.open("w") as complained, redirect_stdout(said), redirect_stderr(complained):
        os.dup2(complained.fileno(), 2)
        try:
            jobs.cli.main()
        except SystemExit as ended:
            return int(ended.code or 0)
    return 1


def faults(way: Way, ended: Ended, expected: int | None) -> Iterator[str]:
    """Yield what does not hold of a run; `expected`: how many records a text has, where that is known."""
    if ended.code not in (0, 3, 4, 5):
        yield f"ended with {ended.code}: {ended.err[-1500:]}"
        return
    if ended.code not in READ:
        return
    said = json.loads(ended.out)
    counts = said["rows"] if way.words[0] == "apply" else said["customers"]
    parts = COUNTS if way.words[0] == "apply" else EXPORT_COUNTS
    if counts["read"] != sum(counts[name] for name in parts):
        yield f"does not add up: {counts}"
    if expected is not None and counts["read"] != expected:
        yield f"has {expected} records, and {counts['read']} were read"


def renamed(path: Path, way: Way, folder: Path) -> tuple[list[str], int | None] | None:
    """Return the words by which a file is handed in so that its rows are read, and how many records it has where that can be told; None where it can't be."""
    return _renamed_text(path, way, folder) if path.suffix.lower() in TEXTS else _aliased(path, way, folder)


def _renamed_text(path: Path, way: Way, folder: Path) -> tuple[list[str], int | None] | None:
    data = path.read_bytes()
    head, end, rest = re.match(rb"([^\r\n]*)(\r\n|\n|\r|$)(.*)", data, re.DOTALL).groups()  # type: ignore[union-attr]
    if b"\0" in data or not end:
        return None
    separator = max(b",;\t|", key=lambda one: head.count(bytes([one])))
    width = head.count(bytes([separator])) + 1
    titles = [*way.columns[: max(width, 3)], *(f"more {number}" for number in range(width - len(way.columns)))]
    header = chr(separator).join(titles).encode()
    copy = folder / "renamed.csv"
    copy.write_bytes(header + end + rest)
    return [*way.words, str(copy)], _count(header + end + rest, chr(separator), width)


def _count(data: bytes, separator: str, width: int) -> int | None:
    """Return how many records after the first are not blank, by Python's strict reader; None where it fails."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return None
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))[1:]
    except csv.Error:
        return None
    return sum(1 for record in records if any(cell.strip() for cell in record[:width]))


def _aliased(path: Path, way: Way, folder: Path) -> tuple[list[str], int | None] | None:
    """Name a workbook's own titles in the settings, as they are told by a process of its own, for parsers may not survive."""
    told = folder / "titles.json"
    told.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        with suppress(BaseException):
            told.write_text(json.dumps(_titles(path)))
        os._exit(0)
    os.waitpid(child, 0)
    titles = json.loads(told.read_text()) if told.exists() and told.stat().st_size else []
    if len(titles) < 3:  # what an upload needs
        return None
    pairs = dict(zip(titles, way.columns, strict=False))
    settings = folder / "aliases.toml"
    settings.write_text("[aliases]\n" + "".join(f"{json.dumps(title)} = {json.dumps(name)}\n" for title, name in pairs.items()), encoding="utf-8")
    return ["--settings", str(settings), *way.words, str(path)], None


def _titles(path: Path) -> list[str]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  # in a process of its own

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python(nrows=20):
            titles = list(dict.fromkeys(str(cell).strip() for cell in row if str(cell).strip()))
            if len(titles) >= 3 and len({re.sub(r"\W|_", "", title).casefold() for title in titles[:5]}) == len(titles[:5]):
                return [title for title in titles[:5] if re.sub(r"\W|_", "", title)]
    return []


def attempt(path: Path, folder: Path, seconds: float) -> list[tuple[str, str, int, float]]:
    """Try one file in every way; return what does not hold, with the way, the exit code and the time."""
    found = []
    for way in WAYS:
        told = renamed(path, way, folder) if way.columns else ([*way.words, str(path)], None)
        if told is None:
            continue
        words, expected = told
        ended = run(folder, [*words, "--dry-run", "--json", "--as-of", "2026-06-01"], seconds)
        found += [(way.name, fault, ended.code, ended.seconds) for fault in [*faults(way, ended, expected), ""]]
    return found


def work(share: tuple[list[Path], Path, float]) -> tuple[Counter[str], list[str], list[tuple[float, str]]]:
    """Try a share of the files; return how many runs ended how, the faults, and the slowest runs."""
    paths, book, seconds = share
    codes, bad, slow = Counter[str](), list[str](), list[tuple[float, str]]()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copy(book / "flagbook.duckdb", folder)
        for number, path in enumerate(paths, start=1):
            for way, fault, code, took in attempt(path, folder, seconds):
                if fault:
                    bad.append(f"{path} ({way}): {fault}")
                    print(bad[-1], flush=True)
                else:
                    codes[f"{way}: {code}"] += 1
                    slow = sorted([*slow, (took, f"{path} ({way})")], reverse=True)[:5]
            if number % 200 == 0:
                print(f"… {number} of {len(paths)}", file=sys.stderr, flush=True)
    return codes, bad, slow


def main() -> int:
    """Try the files; print what does not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folders", nargs="+", type=Path)
    asked.add_argument("--most", type=int, default=0, help="try so many files, chosen at random (0: all)")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=60, help="a run may take so long")
    asked.add_argument("--workers", type=int, default=2)
    said = asked.parse_args()
    paths = files([folder.resolve() for folder in said.folders], said.most, said.seed)
    with tempfile.TemporaryDirectory() as made:
        book = Path(made)
        (book / "customers.csv").write_text("customer_id,first_name\nC1,Ann\n1,Ben\n")
        ended = run(book, ["load", "--customers", "customers.csv"], said.seconds)
        assert ended.code == 0, ended.err
        shares = [(paths[number :: said.workers], book, said.seconds) for number in range(said.workers)]
        with get_context("fork").Pool(said.workers) as pool:
            results = pool.map(work, shares)
    codes = sum((result[0] for result in results), Counter[str]())
    bad = [fault for result in results for fault in result[1]]
    print(f"{len(paths):,} files; runs that ended so: " + ", ".join(f"{name} {count:,}" for name, count in sorted(codes.items())))
    print("slowest: " + "; ".join(f"{took:.1f} s {what}" for took, what in sorted((one for result in results for one in result[2]), reverse=True)[:5]))
    print(f"faults: {len(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
