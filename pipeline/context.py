"""What a plan is made against."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.settings import Settings
from pipeline.store.book import Book


@dataclass(frozen=True)
class Context:
    """The open book, the settings, the batch's time, and who and why by default."""

    book: Book
    settings: Settings
    as_of: datetime
    reason: str | None = None
