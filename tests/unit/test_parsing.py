"""The process that parses: what it hands on, and what becomes of a file that it does not survive."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from pipeline.confined import FULL
from pipeline.errors import FlagbookError, Refused, TryAgain
from pipeline.intake import parsing
from pipeline.intake.parser import DONE
from pipeline.intake.parsing import Parsed, Task, parse_workbook
from pipeline.settings import Files

LISTED = 'print(\'{"sheets": [["Flags", true, true]]}\', flush=True)'
FINISHED = f"print({json.dumps(DONE)!r}, flush=True)"
OLD_LOOK = 'print(\'{"looks": [["Flags", [2], [0], [42], [7], [[1, 2, 0, 0]]]]}\')'


def parsed_by(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int = 20) -> Parsed:
    """Have a script in the parser's place."""
    (tmp_path / "parser.py").write_text(f"import os, resource, sys, time\n{script}\n")
    monkeypatch.setattr(parsing, "PROGRAM", tmp_path / "parser.py")
    return parse_workbook(b"anything", "up.xlsx", Task(), Files(read_seconds=seconds))


@pytest.mark.parametrize("end", ["os.abort()", "os.kill(os.getpid(), 9)", "sys.exit(1)", "raise MemoryError", "bytes(1 << 62)", "pass"])
@pytest.mark.parametrize("before", ["pass", LISTED, "print('{\"sh', end='', flush=True)"])
def test_parser_that_does_not_finish_refuses_the_file(before: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match=r"^up\.xlsx: the file could not be read safely") as caught:
        parsed_by(f"{before}\n{end}", tmp_path, monkeypatch)
    assert "files.read_memory" in caught.value.fix


@pytest.mark.parametrize("hang", ["time.sleep(60)", "while True: pass", "sys.stdin.close(); time.sleep(60)"])
def test_parser_that_hangs_is_stopped(hang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="longer than 1 seconds, which is the limit") as caught:
        parsed_by(f"{LISTED}\n{hang}", tmp_path, monkeypatch, seconds=1)
    assert "files.read_seconds" in caught.value.fix


@pytest.mark.parametrize("end", ["os.abort()", "sys.exit(1)", "time.sleep(60)", OLD_LOOK])
def test_what_comes_after_the_end_may_fail(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = parsed_by(f"{LISTED}\n{FINISHED}\n{end}", tmp_path, monkeypatch, seconds=1)
    assert [one.name for one in parsed.listed] == ["Flags"]
    assert list(parsed.looks) == ["Flags"] * (end == OLD_LOOK)


def test_no_room_for_temporary_files_means_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TryAgain, match="temporary"):
        parsed_by(f"{LISTED}\nsys.exit({FULL})", tmp_path, monkeypatch)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: (tmp_path / "missing" / "file").open("w+b"))
    with pytest.raises(TryAgain, match="temporary"):
        parse_workbook(b"anything", "up.xlsx", Task(), Files())


@pytest.mark.parametrize(("limits", "word"), [(Files(read_memory=1_000_000), "1,000,000 bytes of memory"), (Files(read_memory=40_000_000), "40,000,000 bytes")])
def test_memory_is_limited(limits: Files, word: str, tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for _ in range(60_000):
        made.active.append(["add", "C1", "Alert", "x"])
    made.save(tmp_path / "large.xlsx")
    with pytest.raises(FlagbookError, match=word):
        parse_workbook((tmp_path / "large.xlsx").read_bytes(), "up.xlsx", Task(), limits)
    assert parse_workbook((tmp_path / "large.xlsx").read_bytes(), "up.xlsx", Task(), Files()).cells["Sheet"]


def test_parser_sets_every_limit() -> None:
    program = (
        "import resource; from pipeline.confined import limit_resources; limit_resources(10**9, 7, 10**6);"
        "print([resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert json.loads(done.stdout) == [10**9, 7, 10**6, 0]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 10**9, "this process has no limit"


def test_parser_imports_little() -> None:
    program = "import sys; import pipeline.intake.parser, pipeline.intake.oldbook; print(*{'polars', 'openpyxl', 'pandera', 'duckdb'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "\n"
