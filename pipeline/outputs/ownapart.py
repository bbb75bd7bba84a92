"""The process that writes results into an admin's own workbook; started by `write_own_workbook_apart`, it is also its other end.

openpyxl reads the whole of a file that strangers made, and a few bytes of it can mean much memory or time. So it does that in a process
of its own; where that does not come to an end, results are a plain workbook.
"""

import errno
import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))  # this process is started alone, and looks nowhere else first

from pipeline.confined import FULL, end_of_writing, limit_resources

if TYPE_CHECKING:
    from pipeline.outputs.answers import Answered, Summary
    from pipeline.outputs.tables import Table

SECONDS, MEMORY, OUTPUT = 60, 3_000_000_000, 1_000_000_000
CANT_KEEP = 79  # the exit code where the answer says why the workbook can't be carried
UNSAFE = f"carrying its formatting over takes more than {SECONDS} seconds or {MEMORY // 1_000_000_000} GB of memory"


def write_own_workbook_apart(path: Path, data: bytes, sheets: "Sequence[Answered]", summary: "Summary", more: "Sequence[Table]") -> str | None:
    """Do as `write_own_workbook` does; return why the workbook can't come back as its own, None where it is written."""
    from pipeline.apart import run_apart, spooled  # noqa: PLC0415  # which the other end has no use for
    from pipeline.settings import Files  # noqa: PLC0415  # likewise

    task = pickle.dumps((str(path.absolute()), data, list(sheets), summary, list(more)))
    with spooled(task, str(path)) as given, spooled(b"", str(path)) as answer:
        code = run_apart(Path(__file__), {}, (given, answer), Files(read_seconds=SECONDS, read_memory=MEMORY))
        answer.seek(0)
        said = answer.read().decode(errors="replace")
    if code == FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return None if code == 0 else said if code == CANT_KEEP and said else UNSAFE


def main() -> int:
    """Write the workbook that stdin tells of; what it holds was pickled by the other end, and no stranger's."""
    task = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  # see above
    limit_resources(MEMORY, 2 * SECONDS, OUTPUT)
    from pipeline.outputs.ownbook import CantKeep, write_own_workbook  # noqa: PLC0415  # only after the limits are set

    path, data, sheets, summary, more = task
    try:
        return end_of_writing(lambda: write_own_workbook(Path(path), data, sheets, summary, more))
    except CantKeep as error:
        sys.stdout.write(str(error))
        return CANT_KEEP


if __name__ == "__main__":
    sys.exit(main())
