"""The process that reads a Parquet file first: its rows are counted and thrown away (see `parquet.py`).

NOTE: a hostile file makes Polars panic or ask for memory that there is none of, which ends the process. What this one survives is
safe to read where it matters.
"""

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))  # this process is started alone, and looks nowhere else first

from pipeline.confined import limit_resources

POLARS_MEMORY = 1_200_000_000  # what Polars sets aside of addresses, whatever it reads
ROWS_A_BYTE, NO_BOMB = 20, 5_000_000  # a file with more rows, and more than so many for each of its bytes, is no table
CHUNK = 100_000
TOO_MANY = 75  # the exit code where there are more rows than that


def main(words: list[str]) -> int:
    """Read what stdin holds; the one argument is JSON: the limits."""
    task = json.loads(words[0])
    limit_resources(task["memory"] + POLARS_MEMORY, task["seconds"], 0)
    import polars as pl  # noqa: PLC0415  # only after the limits are set

    rows = 0
    with os.fdopen(0, "rb") as handle:
        most = max(NO_BOMB, ROWS_A_BYTE * os.fstat(0).st_size)
        for piece in pl.scan_parquet(handle, glob=False).collect_batches(chunk_size=CHUNK, maintain_order=True):
            rows += len(piece)
            if rows > most:
                return TOO_MANY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
