"""What lies around a store and is worth a look: modes, names, leftovers, its log, and room on the disk. Nothing is opened."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.health import LOOK, Fault
from pipeline.store.place import leftovers, rewriting_folder, spill_folder
from pipeline.store.wal import logs_of

SECTION = "docs/runbook.md: What doctor finds"


def look_around(store: Path, least: int) -> list[Fault]:
    """Return what is worth a look beside a store that this process has locked; `least` bytes should be free."""
    return [*_modes(store), *_names(store), *_left(store), *_logs(store), *_room(store, least)]


def _modes(store: Path) -> Iterator[Fault]:
    for path in sorted(store.parent.iterdir()):
        if path.name == store.name or path.name.startswith(f"{store.name}."):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077 and not path.is_symlink():
                wanted = 0o700 if path.is_dir() else 0o600
                yield Fault("open-to-others", str(path), f"its mode is {mode:04o}: others may read or write it", f"chmod {wanted:o} {path}", LOOK)
    mode = stat.S_IMODE(store.absolute().parent.stat().st_mode)
    if mode & 0o002 and not mode & stat.S_ISVTX:
        what = f"this folder's mode is {mode:04o}: anybody may put another store in place of this one"
        yield Fault("open-to-others", str(store.absolute().parent), what, "chmod o-w, or move the store into a folder of its own", LOOK)


def _names(store: Path) -> Iterator[Fault]:
    if (names := store.stat().st_nlink) > 1:
        what = f"this file has {names} names (hard links): it can't be written to"
        yield Fault("two-names", str(store), what, f"Copy it to a file of its own ({SECTION})", LOOK)


def _left(store: Path) -> Iterator[Fault]:
    if left := leftovers(store):
        size = sum(path.stat().st_size for path in left if path.exists())
        folders = (spill_folder(store), rewriting_folder(store))
        where = ", ".join(sorted({str(path.parent if path.parent in folders else path) for path in left}))
        fix = "Nothing: the next command that writes removes them."
        yield Fault("left-over", where, f"{len(left):,} files of runs that were killed, {size:,} bytes", fix, LOOK)


def _logs(store: Path) -> Iterator[Fault]:
    for log in logs_of(store):
        if log.exists() and log.stat().st_size:
            what = f"{log.stat().st_size:,} bytes of log are not in the store yet: the last run that wrote was killed"
            yield Fault("log-there", str(log), what, "Nothing, but to keep it beside the store: the next command that writes moves it in.", LOOK)


def _room(store: Path, least: int) -> Iterator[Fault]:
    free = shutil.disk_usage(store.absolute().parent).free
    if free < least:
        what = f"{free:,} bytes are free, and a batch wants {least:,}"
        yield Fault("little-room", str(store.absolute().parent), what, f"Free some space, or lower store.min_free_bytes ({SECTION})", LOOK)
