"""What is shown to DuckDB of the program's own, and what it makes of the user's interrupt."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl


class Shown:
    """A frame shown to DuckDB as nothing but an Arrow stream, which it reads without pyarrow.

    NOTE: inside a transaction DuckDB keeps what was unregistered until the end; so the frame is let go by hand.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def forget(self) -> None:
        """Let the frame go."""
        self.frame = self.frame.clear()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the user's interrupt be one; DuckDB turns it into an error of its own, also where it comes while Arrow data are read."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let an interrupt of the user's go by: what is committed at this moment is committed, and the rest of the run is soon done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
