"""Progress of long runs on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import click

FIRST, EVERY = 2.0, 10.0  # seconds until the first plain line, and between lines


class Watch:
    """Hears of pieces of files as they are read. Shares of files are shares of their bytes."""

    def __init__(self, paths: Sequence[Path], *, quiet: bool) -> None:
        self.names = [path.name for path in paths]
        self.quiet = quiet
        self.rows = 0
        self.started = self.told = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> "Watch":
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the bar off."""
        if self._bar is not None:
            self._bar.render_finish()

    def hear(self, number: int, rows: int, done: int, size: int) -> None:
        """Hear that `rows` more of file `number` were read, and how far that is: `done` of `size` bytes of all files."""
        self.rows += rows
        if self.quiet:
            return
        if sys.stderr.isatty():
            self._draw(number, done, size)
        else:
            self._tell(number, done, size)

    def _rate(self) -> float:
        return self.rows / max(time.monotonic() - self.started, 0.001)

    def _draw(self, number: int, done: int, size: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=size, file=sys.stderr, show_eta=True, label="Reading")
            self._bar.render_progress()
        self._bar.label = f"{self.names[number - 1]}: {self.rows:,} rows, {self._rate():,.0f} a second"
        self._bar.update(done - self._bar.pos)

    def _tell(self, number: int, done: int, size: int) -> None:
        now = time.monotonic()
        due = self.started + FIRST if self.told == self.started else self.told + EVERY
        if now < due:
            return
        self.told = now
        left = (now - self.started) * (size - done) / max(done, 1)
        share = 100 * done / max(size, 1)
        click.echo(f"{self.names[number - 1]}: {self.rows:,} rows read, {share:.0f} %, {self._rate():,.0f} rows a second, {left:.0f} s left", err=True)
