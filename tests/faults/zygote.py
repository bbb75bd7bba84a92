"""The program, loaded once: each line of stdin is a run of it, in a folder, under a fault; each is answered with how it ended and what it did.

A fault: killed as it is about to do its n-th step (`step`), killed after so many seconds (`seconds`), or no file may grow past so many bytes
(`limit`), which is how a full disk looks from inside. A process is forked off for each run.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

import duckdb

import jobs.cli
import pipeline.copying
import pipeline.erasing
import pipeline.examining
import pipeline.intake.workbook
import pipeline.legacy.reading
import pipeline.migration
import pipeline.outputs.ownbook
import pipeline.store.book
from pipeline.outputs.staging import Staged
from pipeline.store.book import Book

LOADED = (
    pipeline.copying,
    pipeline.erasing,
    pipeline.examining,
    pipeline.intake.workbook,
    pipeline.legacy.reading,
    pipeline.migration,
    pipeline.outputs.ownbook,
)  # before anybody needs them
MOVES = ("replace", "rename", "link", "unlink")


class Doom:
    """Names the steps of a run, writes them down, and kills the process before the one that it is to end at."""

    def __init__(self, last: int, log: TextIO) -> None:
        self.last, self.done, self.log = last, 0, log

    def step(self, name: str) -> None:
        """Be about to do a step."""
        self.done += 1
        self.log.write(f"{name}\n")
        self.log.flush()
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Have everything named that lasts, and what comes before it."""
        for name in MOVES:
            setattr(os, name, self._before(f"before {name}", getattr(os, name), f"after {name}"))
        os.fsync = self._before("before fsync", os.fsync)
        Book.transaction = self._around(Book.transaction)  # type: ignore[method-assign]
        duckdb.connect = self._before("before opening the store", duckdb.connect, "after opening the store")
        Staged.write = self._mid_output(Staged.write)  # type: ignore[method-assign]

    def _before(self, name: str, do: Callable[..., Any], after: str | None = None) -> Callable[..., Any]:
        def named(*words: Any, **more: Any) -> Any:
            self.step(name)
            found = do(*words, **more)
            if after:
                self.step(after)
            return found

        return named

    def _mid_output(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def named(files: Staged, target: Path, writer: Callable[[Path], None]) -> None:
            def writing(path: Path) -> None:
                self.step("before an output")
                path.write_bytes(b"begun")
                self.step("in an output")
                writer(path)
                self.step("after an output")

            write(files, target, writing)

        return named

    def _around(self, transaction: Any) -> Any:
        @contextmanager
        def named(book: Book, **how: Any) -> Iterator[None]:
            self.step("before a transaction")
            with transaction(book, **how):
                yield
                self.step("before commit")
            self.step("after commit")

        return named


def run(folder: str, words: list[str], fault: dict[str, float], out: Path) -> dict[str, Any]:
    """Run the program; return its exit code (or the signal that ended it, negative), what it said, and the steps that it did."""
    child = os.fork()
    if not child:
        with out.open("w", encoding="utf-8") as said, out.with_suffix(".steps").open("w", encoding="utf-8") as log:
            os._exit(_in_child(folder, words, fault, (said, log)))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, "said": out.read_text(encoding="utf-8"), "steps": out.with_suffix(".steps").read_text(encoding="utf-8").split("\n")[:-1]}


def _in_child(folder: str, words: list[str], fault: dict[str, float], files: tuple[TextIO, TextIO]) -> int:
    os.chdir(folder)
    sys.argv = ["flagbook", *words]
    Doom(int(fault.get("step", 0)), files[1]).watch()
    if seconds := fault.get("seconds"):
        signal.setitimer(signal.ITIMER_REAL, seconds)  # nothing takes this signal, so it ends the process at once
    if limit := int(fault.get("limit", 0)):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    with redirect_stdout(files[0]), redirect_stderr(files[0]):
        try:
            jobs.cli.main()
        except SystemExit as ended:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            files[0].flush()
            return int(ended.code or 0)
    raise AssertionError("main always exits")


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        folder, words, fault, out = json.loads(line)
        print(json.dumps(run(folder, words, fault, Path(out))), flush=True)


if __name__ == "__main__":
    main()
