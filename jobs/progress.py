"""Progress of long runs on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import click

FIRST, EVERY = 2.0, 10.0  # seconds until the first plain line, and between lines
TELLING = 1  # percent of the files that must be read before the time left is told


class Watch:
    """Hears of pieces of files as they are read. Shares of files are shares of their bytes."""

    def __init__(self, paths: Sequence[Path], *, quiet: bool) -> None:
        self.names = [path.name for path in paths]
        self.quiet = quiet
        self.rows = 0
        self.started = self.told = time.monotonic()
        self._bar: Any = None
        self._size = -1
        self._heard = self.started

    def __enter__(self) -> "Watch":
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the bar off."""
        self._finish()

    def hear(self, number: int, rows: int, done: int, size: int) -> None:
        """Hear that `rows` more of file `number` were read, and how far that is: `done` of `size` bytes of all files of its kind.

        Number 0 stands for the flags that were read, of which so many more were decided.
        """
        if self.quiet:
            return
        if size != self._size:
            self._begin(size)
        self.rows += rows
        if sys.stderr.isatty():
            self._draw(number, done)
        else:
            self._tell(number, done)
        self._heard = time.monotonic()

    def _begin(self, size: int) -> None:
        """Begin with the files of one kind."""
        self._finish()
        self._size, self.rows = size, 0
        self.started = self.told = self._heard
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=size, file=sys.stderr, show_eta=True, label="Reading")
            self._bar.render_progress()

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None

    def _rate(self) -> float:
        return self.rows / max(time.monotonic() - self.started, 0.001)

    def _draw(self, number: int, done: int) -> None:
        self._bar.label = f"{self._name(number)}: {self.rows:,} {'rows' if number else 'decided'}, {self._rate():,.0f} a second"
        self._bar.update(done - self._bar.pos)

    def _tell(self, number: int, done: int) -> None:
        now = time.monotonic()
        due = self.started + FIRST if self.told == self.started else self.told + EVERY
        if now < due:
            return
        self.told = now
        share = 100 * done / max(self._size, 1)
        left = f", {(now - self.started) * (self._size - done) / done:.0f} s left" if share >= TELLING else ""
        done_so_far = f"{self.rows:,} rows read" if number else f"{self.rows:,} decided"
        rate = f"{self._rate():,.0f} {'rows ' if number else ''}a second"
        click.echo(f"{self._name(number)}: {done_so_far}, {share:.0f} %, {rate}{left}", err=True)

    def _name(self, number: int) -> str:
        return self.names[number - 1] if number else "flags"


class Steps:
    """Hears of the steps of a long run, one after the other."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.started = self.told = time.monotonic()

    def hear(self, what: str, done: int, steps: int) -> None:
        """Hear what is done now, after `done` of so many steps: shown at once on a terminal, now and then elsewhere."""
        now = time.monotonic()
        if self.quiet or (not sys.stderr.isatty() and now < (self.started + FIRST if self.told == self.started else self.told + EVERY)):
            return
        self.told = now
        click.echo(f"Step {done + 1} of {steps}, after {now - self.started:.0f} s: {what}", err=True)
