"""What a job is done with, and what a plan is made against."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.settings import Settings
from pipeline.store.book import Book
from pipeline.store.heads import check_heads


@dataclass(frozen=True)
class Where:
    """Where the book is, what the settings say, and where result files and timings go (None: beside the input; nowhere).

    `run`: the key under which a night writes the batch. Its result files get their names before the batch is committed, not after, so that
    a night that is killed never has a batch without them.

    Raises `Refused` where the file of heads would be the store, or one that lies beside it.
    """

    store: Path
    settings: Settings
    out: Path | None = None
    timings: Path | None = None
    run: str | None = None

    def __post_init__(self) -> None:
        """Look whether the heads have a file of their own."""
        check_heads(self.store, self.settings)


@dataclass(frozen=True)
class Context:
    """The open book, the settings, the batch's time, and who and why by default."""

    book: Book
    settings: Settings
    as_of: datetime
    reason: str | None = None
