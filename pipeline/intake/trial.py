"""A trial reading in a process of its own, for kinds of workbook whose cells are not looked at beforehand.

NOTE: a damaged .xls, or a far cell in an .xlsb, makes the parser ask for hundreds of gigabytes, and that aborts the process:
nothing in Python can catch it. So another process goes first, with little memory; what it survives is safe to read here.
"""

import subprocess
import sys

from pipeline.errors import Refused
from pipeline.intake.zipparts import SAVE_ANEW

MEMORY = 2_000_000_000
SECONDS = 60
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
try:
    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except BaseException:
    pass  # what can be caught is reported by the reading that follows
"""


def try_reading(data: bytes, where: str, program: str = PROGRAM) -> None:
    """Let another process read the workbook first; raise `Refused` where that process does not survive it, or takes too long."""
    command = [sys.executable, "-P", "-c", program]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603  # a fixed program
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{where}: reading the workbook takes longer than {SECONDS} seconds, which is the limit.", SAVE_ANEW) from error
    if done.returncode != 0:
        limit = f"{MEMORY // 1_000_000_000} GB"
        raise Refused(f"{where}: the workbook is damaged, or its used area needs more than {limit} of memory, which is the limit.", SAVE_ANEW)
