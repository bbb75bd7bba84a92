"""What outlasts a run: files and names brought onto the disk, over nothing, and whether the process that left something is still there."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk, so that they outlast a failure of power. NOTE: never a store that this process has open."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_name(beside: Path, name: Path) -> None:
    """Give a whole file a name that nothing has, in the same folder; raise `FileExistsError` where it is taken, `OSError` where that fails."""
    try:
        name.hardlink_to(beside)  # unlike a file that is renamed, a link overwrites nothing
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))  # the name is ours from here on
        try:
            beside.replace(name)
        except BaseException:
            name.unlink(missing_ok=True)
            raise
    beside.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """Tell whether there is a process of this number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
