"""The gate: which files of the inbox are taken, which are left since somebody writes them still, and which stay where they are, with the reason.

Nothing but plain files is ever opened, and no link is followed.
"""

import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.lasting import flush
from pipeline.nightly.journal import Input, Journal
from pipeline.nightly.moving import cannot, make_folder, same, take
from pipeline.nightly.names import is_lock_of, is_of_system, is_unfinished, shown

KINDS = {
    stat.S_ISLNK: "it is a link, and links are not followed: put the file itself there",
    stat.S_ISDIR: "it is a folder: put its files into the inbox themselves",
    stat.S_ISFIFO: "it is a named pipe and no file",
    stat.S_ISSOCK: "it is a socket and no file",
}
LOCKED = 24 * 60 * 60  # seconds for which a lock file of a spreadsheet program counts
Stamp = tuple[int, int, int]


@dataclass
class Rest:
    """Tells which files have not changed for some seconds: by the time they bear, or since they were first seen just so.

    `stuck` are those that could not be taken, each with the reason: they are not tried again as long as they stay as they are.
    """

    seconds: float
    seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)
    stuck: dict[tuple[str, Stamp], str] = field(default_factory=dict)

    def is_at_rest(self, name: str, about: os.stat_result) -> bool:
        """Tell whether a file rests, as far as was seen up to now."""
        stamp = stamp_of(about)
        if self.seen.get(name, (None, 0.0))[0] != stamp:
            age = max(0.0, time.time() - about.st_mtime)
            self.seen[name] = (stamp, time.monotonic() - age)
        return time.monotonic() - self.seen[name][1] >= self.seconds


def stamp_of(about: os.stat_result) -> Stamp:
    """Return what changes when a file does, or another takes its place."""
    return about.st_ino, about.st_size, about.st_mtime_ns


@dataclass(frozen=True)
class Found:
    """What lies in the inbox: files to take, those that do not rest yet, and what stays, each with the reason."""

    ready: list[str]
    restless: list[str]
    skipped: list[tuple[str, str]]


def look_into(inbox: Path, rest: Rest) -> Found:
    """Look at everything in the inbox, in the order of names."""
    found = Found([], [], [])
    try:
        names = sorted(os.listdir(inbox))  # noqa: PTH208  # names, not paths
    except OSError as error:
        raise cannot(inbox, "the inbox can't be read", error) from None
    locks = [name for name in names if is_of_system(name) and _is_fresh(inbox / name)]  # few, of all names
    edited = {other for name in locks for other in names if is_lock_of(name, other)}
    for name in names:
        _sort_out(inbox, name, rest, found, is_edited=name in edited)
    return found


def _is_fresh(lock: Path) -> bool:
    """Tell whether a lock file of a spreadsheet program is of a session that may still go on, and not of one that broke down."""
    try:
        return time.time() - lock.lstat().st_mtime < LOCKED
    except FileNotFoundError:
        return False


def _sort_out(inbox: Path, name: str, rest: Rest, found: Found, *, is_edited: bool) -> None:
    try:
        about = (inbox / name).lstat()
    except FileNotFoundError:  # it went between two looks
        return
    if reason := _fault(inbox / name, about) or rest.stuck.get((name, stamp_of(about))):
        found.skipped.append((name, reason))
    elif is_of_system(name):
        return
    elif is_edited or is_unfinished(name) or not rest.is_at_rest(name, about):
        found.restless.append(name)
    else:
        found.ready.append(name)


def _fault(path: Path, about: os.stat_result) -> str | None:
    """Say why a thing in the inbox can't be taken, or return None."""
    if not stat.S_ISREG(about.st_mode):
        return next((reason for is_kind, reason in KINDS.items() if is_kind(about.st_mode)), "it is a device and no file")
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return f"it can't be read ({error.strerror}): mend its permissions"
    return None


def wait_for_rest(inbox: Path, rest: Rest) -> Found:
    """Look into the inbox; where files do not rest yet, once more when they might. A name that says unfinished is not waited for."""
    found = look_into(inbox, rest)
    if any(not is_unfinished(name) for name in found.restless):
        time.sleep(rest.seconds + 0.05)
        found = look_into(inbox, rest)
    return found


def take_in(inbox: Path, journal: Journal, found: Found, rest: Rest) -> None:
    """Move what is ready out of the inbox into the night's own folder, a folder for each; what can't be moved stays, with the reason.

    The folders themselves say what was taken: a night that was killed here goes on where it was.
    """
    skipped, before = [*found.skipped], taken(journal)
    for number, name in enumerate(found.ready, start=max((one.number for one in before), default=0) + 1):
        if any(same(inbox / name, journal.path_of(one)) for one in before if one.name == name):
            (inbox / name).unlink()  # a copy to another file system, whose last step was missing
            continue
        if reason := _take(inbox / name, journal.path_of(Input(number, name)), rest):
            skipped.append((name, reason))
    journal.skipped = [[shown(name), reason] for name, reason in skipped]
    journal.left = [shown(name) for name in found.restless]
    for folder in (journal.folder / "in", inbox):
        if folder.is_dir():
            flush(folder)


def _take(source: Path, target: Path, rest: Rest) -> str | None:
    """Take a file; return the reason where it can't be moved, None too where it has gone meanwhile."""
    make_folder(target.parent)
    try:
        stamp = stamp_of(source.lstat())
        take(source, target)
    except FileNotFoundError:
        return None
    except OSError as error:
        target.unlink(missing_ok=True)  # a copy whose original can't be removed
        rest.stuck[source.name, stamp] = f"it can't be moved ({error.strerror}): mend the permissions of the inbox"
        return rest.stuck[source.name, stamp]
    return None


def taken(journal: Journal) -> list[Input]:
    """Return the inputs that lie in the night's folder, by number; what a kill left half copied, and what others put there, is no input."""
    folders: Iterable[Path] = sorted(one for one in (journal.folder / "in").glob("*") if one.name.isdecimal() and one.is_dir())
    found = []
    for folder in folders:
        # NOTE: a half copy is .NAME.tmp, and no name that is taken begins with a dot.
        names = [name for name in os.listdir(folder) if not name.startswith(".")]  # noqa: PTH208  # names, not paths
        found += [Input(int(folder.name), name) for name in names]
    return found
