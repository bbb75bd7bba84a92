"""A trial reading in a process of its own, for kinds of workbook whose cells are not looked at beforehand.

NOTE: a damaged .xls, or a far cell in an .xlsb, makes the parser ask for hundreds of gigabytes, and that aborts the process:
nothing in Python can catch it. So another process goes first, with little memory; what it survives is safe to read here. There
an .xls is read by a second parser too, which shows error cells and formats; it may fail where the first does not.
"""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.cellmarks import MARKS, NO_VALUE
from pipeline.intake.oldbook import NOT_SHOWN, Looks
from pipeline.intake.sheets import CELL_ERROR, NOT_EXACT
from pipeline.intake.zipparts import SAVE_ANEW

MEMORY = 2_000_000_000
SECONDS = 60
SURVIVED = b"survived\n"
ROOT = str(Path(__file__).parents[2])
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
PROGRAM = f"""
import sys
from io import BytesIO
from python_calamine import CalamineWorkbook
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, OSError, ValueError):
    pass  # where there are no such limits, running out of memory is the limit
data = sys.stdin.buffer.read()
try:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except BaseException:
    pass  # what can be caught is reported by the reading that follows
book = None
sys.stdout.buffer.write({SURVIVED!r})
sys.stdout.buffer.flush()
"""
LOOK_TOO = f"""{PROGRAM}
sys.path.insert(0, {ROOT!r})
try:
    import json
    from pipeline.intake.oldbook import look_at
    answer = json.dumps(look_at(data)).encode()
except BaseException:
    answer = b""  # the first parser's reading stands, and the report says what could not be told
sys.stdout.buffer.write(answer)
"""


def try_reading(data: bytes, where: str, program: str = PROGRAM) -> bytes:
    """Let another process read the workbook first and return what it says of it, nothing where it can't tell.

    Raises `Refused` where that process does not survive the first parser, or takes too long there.
    """
    command = [sys.executable, "-P", "-c", program]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603  # a fixed program
    except subprocess.TimeoutExpired as error:
        if (error.stdout or b"").startswith(SURVIVED):
            return b""
        raise Refused(f"{where}: reading the workbook takes longer than {SECONDS} seconds, which is the limit.", SAVE_ANEW) from error
    if done.returncode == 0:
        return done.stdout.removeprefix(SURVIVED)
    if done.stdout.startswith(SURVIVED):
        return b""
    limit = f"{MEMORY // 1_000_000_000} GB"
    raise Refused(f"{where}: the workbook is damaged, or its used area needs more than {limit} of memory, which is the limit.", SAVE_ANEW)


def try_old_book(data: bytes, where: str) -> tuple[dict[str, pl.DataFrame], dict[str, list[int]]]:
    """Try an .xls and return the marks (`cellmarks.MARKS`) and the hidden rows of each sheet; none where they can't be told."""
    answer = try_reading(data, where, LOOK_TOO)
    looks: Looks = json.loads(answer) if answer else []
    return {name: _marks(rows, positions, kinds) for name, rows, positions, kinds, _ in looks}, {name: hidden for name, *_, hidden in looks}


def _marks(rows: list[int], positions: list[int], kinds: list[int]) -> pl.DataFrame:
    marks = [NOT_EXACT if kind == NOT_SHOWN else CELL_ERROR for kind in kinds]
    texts = [None if kind == NOT_SHOWN else ERRORS.get(kind, NO_VALUE) for kind in kinds]
    return pl.DataFrame([rows, positions, marks, texts], schema=MARKS)
