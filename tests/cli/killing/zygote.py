"""The program, loaded once: each line of stdin is a run of it, in a folder, killed as it is about to do its n-th lasting thing (0: never).

A process is forked off for each run, which saves loading the program anew; that process kills itself by SIGKILL.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

import jobs.cli
import jobs.nightly
import pipeline.intake.workbook
import pipeline.nightly.watching
import pipeline.outputs.ownbook
from pipeline.store.book import Book

LASTING = ("replace", "rename", "link", "unlink", "rmdir")
_ = (jobs.nightly, pipeline.intake.workbook, pipeline.nightly.watching, pipeline.outputs.ownbook)  # loaded before anybody needs them


class Doom:
    """Counts what lasts, and kills the process before the n-th of it."""

    def __init__(self, last: int) -> None:
        self.last, self.done = last, 0

    def count(self) -> None:
        """Count one more."""
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Have everything counted that moves files, and every commit, before and after it."""
        for name in LASTING:
            setattr(os, name, self._counted(getattr(os, name)))
        Book.transaction = self._around(Book.transaction)  # type: ignore[method-assign]

    def _counted(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*words: Any, **named: Any) -> Any:
            self.count()
            return do(*words, **named)

        return counted

    def _around(self, transaction: Any) -> Any:
        @contextmanager
        def counted(book: Book, **how: Any) -> Iterator[None]:
            with transaction(book, **how):
                yield
                self.count()
            self.count()

        return counted


def run(folder: str, words: list[str], last: int, out: Path) -> int:
    """Run the program; return its exit code, or the signal that ended it, negative. What it says goes to `out`, and how much was counted."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with out.open("w", encoding="utf-8") as said:
        os._exit(_in_child(folder, words, last, said))


def _in_child(folder: str, words: list[str], last: int, said: TextIO) -> int:
    os.chdir(folder)
    sys.argv = ["flagbook", *words]
    doom = Doom(last)
    doom.watch()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            jobs.cli.main()
        except SystemExit as ended:
            said.flush()
            return int(ended.code or 0)
    raise AssertionError("main always exits")


def main() -> None:
    """Answer each line with the exit code."""
    for line in sys.stdin:
        folder, words, last, out = json.loads(line)
        print(run(folder, words, last, Path(out)), flush=True)


if __name__ == "__main__":
    main()
