"""What a night did, as JSON lines: counts, codes, numbers of batches and rows, names of files; never what a cell holds."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


class _File(logging.FileHandler):
    """A file of lines; one that can't be written ends the night, which the next one finishes."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own shape
        """Raise what went wrong as an error for people."""
        error = sys.exception()
        if isinstance(error, OSError):
            raise cannot(Path(self.baseFilename), "the log can't be written", error) from None
        super().handleError(record)


def note(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write a line into the log that is open."""
    logging.getLogger(NAME).log(level, event, extra={"facts": facts})


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Let the night's log go to a file, behind what it holds; raise `TryAgain` where it can't be written."""
    try:
        handler = _File(path, encoding="utf-8")
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
        with suppress(OSError):  # what could not be written was said when it was to be
            handler.close()
