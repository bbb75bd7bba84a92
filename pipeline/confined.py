"""What a process that is started for one hostile file does first and last (see `apart.py`); it imports next to nothing."""

import errno
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

FULL = 74  # the exit code where what is written finds no room


DEATH_SIGNAL = 1  # of prctl(2)


def limit_resources(memory: int, seconds: int, output: int) -> None:
    """Let this process have no more than so many bytes of memory, seconds of computing, and bytes in a file; no core is dumped.

    Where the system can do so, it ends with the process that started it, however that ends.
    """
    _end_with_parent()
    try:
        import resource  # noqa: PLC0415  # there is none on some systems
    except ImportError:
        return  # the parent's clock is the limit then
    wanted = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: output, resource.RLIMIT_CORE: 0}
    for kind, most in wanted.items():
        with suppress(OSError, ValueError):  # a system that knows the limit but does not set it
            _, hard = resource.getrlimit(kind)
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (allowed, allowed))


def _end_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  # nobody else needs it

        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)


def end_of_writing(work: Callable[[], None]) -> int:
    """Do what writes to stdout, and return the exit code that tells whether there was room for it."""
    try:
        work()
        sys.stdout.flush()
    except OSError as error:
        return FULL if error.errno == errno.ENOSPC else 1
    return 0
