"""The program, loaded once: each line of stdin is a run of it, in a folder and an environment, answered with its exit code.

A process is forked off for each run; this spares the half second that loading takes, and the time to take all of it down again.
"""

import importlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path

import polars  # noqa: F401  # its threads are there before those of the program would be

import jobs
import jobs.cli
import pipeline
import schemas


def load_all() -> None:
    """Load every module of the program, before anybody needs it.

    None starts a thread, which would not live on in a process that is forked off; those that Polars begins with only tidy up behind it.
    """
    before = count_threads()
    for package in (jobs, pipeline, schemas):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    assert count_threads() == before, "a module starts a thread as it is loaded"


def count_threads() -> int:
    """Return how many threads of any kind this process has, 0 where the system does not say."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 0


def become(folder: str, words: list[str], environment: dict[str, str], said: list[str]) -> None:
    """Let this process be like one in which the program begins: what it says goes to two files."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for target, path in zip((0, 1, 2), (os.devnull, *said), strict=True):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if target else os.O_RDONLY)
        os.dup2(handle, target)
        os.close(handle)
    sys.argv = ["flagbook", *words]


def run() -> int:
    """Run the program; return its exit code."""
    try:
        jobs.cli.main()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        return int(ended.code or 0)
    raise AssertionError("main always exits")


def main() -> None:
    """Answer each line; in a process that was forked off, run the program and end with it."""
    load_all()
    print(flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            become(*json.loads(line))
            os._exit(run())
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
