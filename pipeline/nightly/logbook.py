"""What a night did, as JSON lines: counts, codes, numbers of batches and rows, names of files; never what a cell holds."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.nightly.moving import cannot

NAME = "flagbook.nightly"


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **getattr(record, "facts", {})}
        return json.dumps(said, ensure_ascii=False)


def note(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write a line into the log that is open."""
    logging.getLogger(NAME).log(level, event, extra={"facts": facts})


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Let the night's log go to a file, behind what it holds; raise `TryAgain` where it can't be written."""
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise cannot(path, "the log can't be written", error) from None
    handler.setFormatter(_Lines())
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
