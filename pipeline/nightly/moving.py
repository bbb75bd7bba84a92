"""Files that move without getting lost or doubled, whenever the process is killed; nothing is overwritten."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.lasting import flush

PIECE = 1 << 22


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder where there is none; raise `TryAgain` where that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise cannot(folder, "the folder can't be made", error) from None


def cannot(path: Path, what: str, error: OSError) -> TryAgain:
    """Return the error for a place that can't be written to."""
    return TryAgain(f"{path}: {what} ({error.strerror or type(error).__name__}).", "Free the place or mend its permissions, then run the same command again.")


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, over one that was there before."""
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(beside, path)  # noqa: PTH105  # its counterparts are those of os
        flush(path.parent)
    except OSError as error:
        raise cannot(path, "the file can't be written", error) from None


def take(source: Path, target: Path) -> None:
    """Move a file into a folder where no other file is, in one step; across file systems it is copied whole first. Links are moved, not followed."""
    # NOTE: only a copy leaves the source behind; after a rename another file may have taken its name already.
    if _to_elsewhere(source, target):
        source.unlink()


def move(source: Path, target: Path) -> bool:
    """Give a file another place; return False where that name is taken. A move that was broken off is finished.

    A kill may part its two steps, first the second name, then the first goes: so the same file under both names is one that moved. One that is
    under neither had moved too, and somebody has taken it away since.
    """
    if not os.path.lexists(source):
        return True
    try:
        if not _second_name(source, target):
            return False
        source.unlink(missing_ok=True)
    except OSError as error:
        raise cannot(source, f"it can't be moved to {target}", error) from None
    flush(target.parent)
    return True


def _second_name(source: Path, target: Path) -> bool:
    """Let a file have another name too; return False where another file has it."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return same(source, target)
    except OSError:  # another file system, or one that has no second names
        if os.path.lexists(target):
            return same(source, target)
        _to_elsewhere(source, target)
    return True


def _to_elsewhere(source: Path, target: Path) -> bool:
    """Rename a file, or copy it to another file system; tell whether it was copied, and is still there."""
    try:
        os.rename(source, target)  # noqa: PTH104  # its counterparts are those of os
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
        return True
    return False


def _copy(source: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}.tmp")
    # NOTE: O_NONBLOCK, or a named pipe that took the file's place would be waited for; nor is a link followed that did.
    with os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as origin, beside.open("wb") as copied:
        shutil.copyfileobj(origin, copied, PIECE)
        copied.flush()
        os.fsync(copied.fileno())
    os.replace(beside, target)  # noqa: PTH105  # its counterparts are those of os


def same(source: Path, target: Path) -> bool:
    """Tell whether two names are one file, or a copy of it that is whole."""
    if not (is_plain(source) and is_plain(target)):
        return False
    return source.samefile(target) or (source.stat().st_size == target.stat().st_size and fingerprint(source) == fingerprint(target))


def is_plain(path: Path) -> bool:
    """Tell whether this is a file, and no link to one."""
    return not path.is_symlink() and path.is_file()


def fingerprint(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
