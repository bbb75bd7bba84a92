"""What outlasts a run: files and names brought onto the disk, and whether the process that left something is still there."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk, so that they outlast a failure of power. NOTE: never a store that this process has open."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_running(process: int) -> bool:
    """Tell whether there is a process of this number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
