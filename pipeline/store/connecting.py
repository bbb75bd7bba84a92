"""Connections to a store's file: who may read it, what DuckDB may touch besides, and how much it may take. What the store holds is not known here."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TypeVar

import duckdb

from pipeline.errors import FlagbookError, TryAgain
from pipeline.store.refusals import found_no_room, not_opened, refusal

MOST = 600  # MiB
MEMORY = f"{MOST}MiB"
# NOTE: rows that stream into an empty table are compared with nothing; more memory would only fill with what lies on the disk already.
STREAMING = "300MiB"


# NOTE: blocks of a long table that are read once are read faster into memory that is used again than into more and more of it.
SEARCHING = f"SET memory_limit = least({MOST}, 64 + 8 * current_setting('threads')) || ' MiB'"
WITH_ALL = f"SET memory_limit = '{MEMORY}'"

Found = TypeVar("Found")
Told = Callable[[Path, duckdb.Error], FlagbookError]


class Work(Enum):
    """What a connection is for: anything, instructions for some customers, a load, or a load of bookings alone, which stream into the book."""

    ANY = "any"
    INSTRUCTIONS = "instructions"
    LOAD = "load"
    STREAM = "stream"


LOCKED_DOWN = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "enable_external_access": False,
    "lock_configuration": True,
}


@contextmanager
def private_files() -> Iterator[None]:
    """Give files that are made meanwhile to their owner alone: the store, its log, what it spills."""
    previous = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(previous)


def connect(path: Path, *, writing: bool, work: Work = Work.ANY, beside: Path | None = None, told: Told = not_opened) -> duckdb.DuckDBPyConnection:
    """Open a store's file, and a new one as `beside` if it is named, and nothing else ever after; raise what is `told` (by the runbook) where it can't be."""
    with private_files():
        try:
            con = duckdb.connect(str(path), read_only=not writing)
        except duckdb.Error as error:
            raise told(path, error) from None
        if beside is not None:
            _attach(con, beside)
    set_up(con, work)
    return con


def _attach(con: duckdb.DuckDBPyConnection, beside: Path) -> None:
    quoted = "'" + str(beside).replace("'", "''") + "'"
    try:
        con.execute(f"ATTACH {quoted} AS beside (READ_WRITE)")
    except duckdb.Error as error:
        con.close()
        if found_no_room(error):
            raise refusal("disk-full", beside) from None
        raise TryAgain(f"{beside}: the file can't be written.", "Choose another place, or mend the permissions of its folder.") from None


def _is_bare(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether no table holds bookings, of which there are by far the most."""
    return not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'bookings' AND estimated_size > 0").fetchall()


def set_up(con: duckdb.DuckDBPyConnection, work: Work = Work.ANY) -> None:
    """Set what every connection has: UTC, so much memory, no files but its own, and settings that nothing changes again."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '{STREAMING if work is Work.STREAM and _is_bare(con) else MEMORY}'")
    if work is Work.INSTRUCTIONS:
        con.execute("SET allowed_configs = ['memory_limit']")
    elif work is not Work.ANY:
        # NOTE: DuckDB takes a stream for one row, and would keep all of it in memory to join it; so joins of a load are done as they are written.
        con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    for name, value in LOCKED_DOWN.items():
        con.execute(f"SET {name} = {str(value).lower()}")


def with_less_memory(con: duckdb.DuckDBPyConnection, search: Callable[[], Found]) -> Found:
    """Return what a search finds within little memory, or, where that is not enough, within all that a connection for `Work.INSTRUCTIONS` has."""
    try:
        con.execute(SEARCHING)
        found = search()
    except duckdb.OutOfMemoryException:
        con.execute(WITH_ALL)
        return search()
    con.execute(WITH_ALL)
    return found
