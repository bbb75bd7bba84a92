"""Where a store lies: whether its path and what lies beside it are plain files; leftovers of killed runs; room on the disk."""

import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.store.lock import lock_path
from pipeline.store.refusals import CASES, refusal
from pipeline.store.wal import is_log_whole, logs_of

INPUT_FACTOR = 3  # a batch writes its rows into the log, into the store and into result files


def check_folder(path: Path) -> None:
    """Raise `Refused` where nothing can be written beside a store, and so no batch be committed."""
    folder = path.absolute().parent
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise refusal("folder-closed", folder)


def check_place(path: Path, *, creating: bool = False, writing: bool = False, in_new_folder: bool = False) -> None:
    """Raise `Refused` where there is no store (unless `creating`), or what is there can't be one. Nothing is opened.

    `in_new_folder`: the store's folder may be missing too.
    """
    about = _about(path)
    if not path.name:  # nothing, the present folder or the root: beside these no log can lie
        raise refusal("folder", path)
    beside = [log for log in logs_of(path) if _about(log) is not None]
    if about is None:
        if beside:
            raise refusal("log-alone", path)
        if not creating:
            raise refusal("no-store", path)
        if not (in_new_folder or path.parent.is_dir()):
            raise refusal("no-folder", path.parent)
    else:
        _check_kind(path, about)
        if about.st_size == 0:
            raise refusal("empty", path)
        if writing and about.st_nlink > 1:
            raise refusal("two-names", path)
    for name in (*beside, lock_path(path)):
        if (found := _about(name)) is not None:
            _check_kind(name, found)


def _about(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal("unreachable", path, detail=f" ({error.strerror})") from None


def _check_kind(path: Path, about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise refusal("folder" if stat.S_ISDIR(about.st_mode) else "link" if stat.S_ISLNK(about.st_mode) else "no-plain-file", path)


def check_log(path: Path) -> bool:
    """Tell whether there is a log beside a store; raise `Refused` where it is damaged. The store must be locked."""
    found = [log for log in logs_of(path) if log.exists()]
    if logs_of(path)[0] in found and not is_log_whole(logs_of(path)[0]):
        raise refusal("log-damaged", path)
    return bool(found)


def spill_folder(store: Path) -> Path:
    """Return where DuckDB puts what does not fit into memory."""
    return store.with_name(store.name + ".tmp")


def rewriting_folder(store: Path) -> Path:
    """Return where a store is written anew before it takes the old one's place."""
    return store.with_name(store.name + ".rewriting")


def unfinished(store: Path, process: int) -> Path:
    """Return under which name a store is written before it gets its own."""
    return store.with_name(f".{store.name}.{process}.new")


def leftovers(store: Path) -> list[Path]:
    """Return what killed runs left beside a store: spill files, and stores that never got their name or place. The store must be locked."""
    names = f".{store.name}."
    new = [path for path in store.parent.iterdir() if path.name.startswith(names) and path.name.removesuffix(".wal").endswith(".new")]
    spilt = [path for path in _inside(spill_folder(store)) if path.name.startswith("duckdb_temp_")]
    return sorted([*new, *spilt, *_inside(rewriting_folder(store))])


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def sweep(store: Path) -> None:
    """Remove what killed runs left beside a store; nobody else may have it open."""
    for path in leftovers(store):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for folder in (spill_folder(store), rewriting_folder(store)):
        with suppress(OSError):  # there is none, or somebody else's files lie in it
            folder.rmdir()


def check_room(store: Path, least: int, inputs: Iterable[Path] = ()) -> None:
    """Raise `TryAgain` where the store's disk has less room than `least` bytes and thrice the inputs."""
    needed = least + INPUT_FACTOR * sum(path.stat().st_size for path in inputs if path.is_file())
    folder = store.absolute().parent
    free = shutil.disk_usage(folder).free if folder.is_dir() else needed
    if free < needed:
        raise TryAgain(
            f"{folder}: {free:,} bytes are free, and this may need {needed:,}; nothing was written.",
            f"Free some space, then run the same command again. More in docs/runbook.md: {CASES['disk-full'].section}.",
        )
