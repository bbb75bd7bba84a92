"""The log beside a store (DuckDB's .wal file), and whether it is whole, so that no batch in it goes unnoticed.

NOTE: where DuckDB 2.0 can't make out the log's first bytes, or the length of an entry, it takes the log for one that a crash cut short: it opens the
store without what stands after that, says nothing, and writes over it. So the log's shape is checked before DuckDB sees it; DuckDB checks the rest.

The log: a head of 30 to 60 bytes, then entries, each of a length and a checksum of 8 bytes, and so many bytes. A commit ends with an entry that is
always the same. A crash cuts the log somewhere; what was committed stands before the cut.
"""

import mmap
import re
import struct
from pathlib import Path

NAMES = (".wal", ".wal.checkpoint", ".wal.recovery")  # the last two while DuckDB moves the log into the store
# The version; 16 numbers below 256 that name the store; how often its log was moved into it. Numbers from 128 on take two bytes or more.
HEAD = re.compile(rb"d\x00be\x00[\x01\x02]f\x00\x10(?:[\x00-\x7f]|[\x80-\xff]\x01){16}g\x00[\x80-\xff]{0,9}[\x00-\x7f]\xff\xff", re.DOTALL)
LONGEST_HEAD = 62
ENTRY = struct.Struct("<QQ")
COMMITTED = bytes.fromhex("e7fe7d722fed3d5e640064ffff")  # checksum and content of the entry that ends a commit


def logs_of(store: Path) -> list[Path]:
    """Return the paths under which a store's log may lie."""
    return [store.with_name(store.name + ending) for ending in NAMES]


def is_log_whole(log: Path) -> bool:
    """Tell whether a log is whole up to its end or to a cut after which no commit stands."""
    if not log.stat().st_size:
        return True
    with log.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = HEAD.match(content)
        if head is None:  # cut before anything was committed, or not a log
            return len(content) < LONGEST_HEAD and content.find(COMMITTED) < 0
        return content.find(COMMITTED, _end_of_entries(content, head.end())) < 0


def _end_of_entries(content: mmap.mmap, at: int) -> int:
    """Return where the last whole entry ends."""
    while at + ENTRY.size <= len(content):
        length, _ = ENTRY.unpack_from(content, at)
        if not length or at + ENTRY.size + length > len(content):
            break
        at += ENTRY.size + length
    return at
