"""Every way in which a store can't be used: what is wrong, what to do, and the section of docs/runbook.md that says more."""

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from pipeline.errors import FlagbookError, Refused, TryAgain


@dataclass(frozen=True)
class Case:
    """One refusal: the section of the runbook, what is said of the store, what to do, and whether the same call may do later."""

    section: str
    reason: str
    fix: str
    may_do_later: bool = False


COPY_ASIDE = "Copy the store and its .wal file aside before anything else, both of them, and delete neither; then look at the copy as the runbook says"
CASES: Final = {
    "no-store": Case("There is no store", "there is no store here", "Check --store, or make one with: flagbook init"),
    "no-folder": Case("There is no store", "there is no such folder for the store", "Make the folder first"),
    "folder": Case("The store is not a plain file", "this is a folder, not a store", "Name the store's file, such as flagbook.duckdb"),
    "link": Case(
        "The store is not a plain file",
        "this is a symbolic link, not a store",
        "Name the file that it leads to: each store has one name, and its log lies beside it",
    ),
    "no-plain-file": Case("The store is not a plain file", "this is not a plain file", "Check --store, and what lies beside it under the store's name"),
    "two-names": Case(
        "The store is not a plain file",
        "this file has a second name (a hard link), under which somebody else could write to it",
        "Copy it to a file of its own, and use that; to keep a copy, use: flagbook backup",
    ),
    "unreachable": Case("The store can't be opened", "the store can't be looked at", "Check the path, and the permissions of its folders"),
    "no-permission": Case("The store can't be opened", "the store can't be opened for want of permission", "Check the permissions of the file and its folder"),
    "folder-closed": Case(
        "The store can't be opened", "nothing can be written in the store's folder, where its log has to lie", "Mend the permissions of the folder"
    ),
    "empty": Case(
        "The store is an empty file", "the store is an empty file", "Restore it from a backup, or move it away and make a new one with: flagbook init"
    ),
    "log-alone": Case(
        "The store is missing but its log is there",
        "the store is missing but its .wal file is there",
        "Restore the store beside it first: opening it now would throw the .wal file away, and the last batches with it",
    ),
    "no-database": Case(
        "The file is not a store", "this is not a store of Flagbook, nor another database of its kind", "Check --store, or restore the store from a backup"
    ),
    "other-database": Case("The file is not a store", "this is a database, but not a store of Flagbook", "Check --store"),
    "newer": Case("The store is of a newer program", "the store was written by a newer program than this", "Use the program that wrote it, or a newer one"),
    "log-of-another": Case(
        "The log does not belong to the store", "the .wal file beside the store belongs to another database, or to an older copy of this one", COPY_ASIDE
    ),
    "log-damaged": Case("The log is damaged", "the .wal file beside the store is damaged: it holds the last batches", COPY_ASIDE),
    "damaged": Case("The store is damaged", "the store is damaged", "Look at it with: flagbook doctor; then restore it from a backup"),
    "in-use": Case("The store is in use", "the store is in use by another program", "Close it there, then run the same command again", may_do_later=True),
    "disk-full": Case("The disk is full", "the disk is full; nothing was written", "Free some space, then run the same command again", may_do_later=True),
    "disk-filled-up": Case(
        "The disk is full",
        "the disk is full: it filled up as the batch was being moved into the store, which holds all of it or nothing",
        "Free some space, see with: flagbook batches; if the batch is not there, run the same command again",
        may_do_later=True,
    ),
    "no-room-to-work": Case(
        "The disk is full",
        "the work fits neither into memory nor into the room for spill files beside the store; nothing was written",
        "Free some space there, then run the same command again",
        may_do_later=True,
    ),
    "no-room-to-try": Case(
        "The disk is full",
        "a dry run works on a copy of the store, for which the folder for temporary files has too little room; nothing was written to the store",
        "Free some space there, or name another folder in TMPDIR, then run the same command again",
        may_do_later=True,
    ),
}
BROKEN = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
# DuckDB's words → the case; the first that is found counts. It raises the same kinds of errors for several of them.
OPENING = (
    ("conflicting lock|could not set lock", "in-use"),
    ("wal does not match|wal was created for", "log-of-another"),
    (r"replaying wal|corrupt wal", "log-damaged"),
    ("not a valid duckdb database file", "no-database"),
    ("version number|newer version", "newer"),
    ("permission denied", "no-permission"),
)


def refusal(case: str, path: Path, *, detail: str = "") -> FlagbookError:
    """Return the error for a store that can't be used; `detail` goes on in its first sentence."""
    said = CASES[case]
    kind = TryAgain if said.may_do_later else Refused
    return kind(f"{path}: {said.reason}{detail}.", f"{said.fix}. More in docs/runbook.md: {said.section}.")


def not_opened(path: Path, error: duckdb.Error) -> FlagbookError:
    """Return what to say of a store that DuckDB does not open; what it says itself may quote values, and stays out."""
    if found_no_room(error):
        return refusal("disk-full", path)
    words = str(error).lower()
    case = next((case for pattern, case in OPENING if re.search(pattern, words)), "damaged" if _has_mark(path) else "no-database")
    holder = re.search(r"\(PID (\d+)\)", str(error)) if case == "in-use" else None
    return refusal(case, path, detail=f" (process {holder[1]})" if holder else "")


def _has_mark(path: Path) -> bool:
    """Tell whether a file begins as DuckDB's do; one that can't be read may."""
    try:
        with path.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    except OSError:
        return True


def broken_off(path: Path, error: duckdb.Error) -> FlagbookError | None:
    """Return what to say of a store that can't be read or written to its end; None where the error is a bug."""
    if found_no_room(error):  # of a commit that found no room, a TransactionException
        return refusal("disk-filled-up" if isinstance(error, duckdb.FatalException) else "disk-full", path)
    if isinstance(error, duckdb.OutOfMemoryException):
        return refusal("no-room-to-work", path)
    if isinstance(error, duckdb.TransactionException) and _says(error, CLOSED):
        return refusal("folder-closed", path.absolute().parent)  # of a commit that could not begin its log
    is_broken = isinstance(error, BROKEN) or type(error) is duckdb.Error  # a block that is not what was written is an error of no kind
    return refusal("damaged", path) if is_broken else None


def found_no_room(error: duckdb.Error) -> bool:
    """Tell whether an error is for want of room on the disk, by the words of the system: the error's own may hold a path, which may hold any word."""
    return _says(error, NO_ROOM)


def _says(error: duckdb.Error, numbers: tuple[int, ...]) -> bool:
    return any(os.strerror(number).lower() in str(error).lower() for number in numbers)
