"""Runs one command and writes what it took as JSON: `child.py OUT.json COMMAND...`.

A process of its own for each run, since a program's peak memory begins with that of the process that started it.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

MEBIBYTE = 1024  # ru_maxrss counts kibibytes on Linux
MAC = 1024 if sys.platform == "darwin" else 1  # and bytes on macOS


def main() -> int:
    out, *command = sys.argv[1:]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    took = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / MEBIBYTE / MAC}
    Path(out).write_text(json.dumps(took), encoding="utf-8")
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
