"""Files that appear under their name only when they are whole: written beside it, flushed, renamed (see the contract)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Refused, TryAgain


@dataclass
class Staged:
    """Files written under temporary names; `publish` gives them their own."""

    pending: dict[Path, Path] = field(default_factory=dict)
    obsolete: list[Path] = field(default_factory=list)

    def write(self, target: Path, writer: Callable[[Path], None]) -> None:
        """Let `writer` write a file that will be `target`; raise `TryAgain` where it can't, `Refused` where two would be one."""
        if target in self.pending:
            raise Refused(f"Two inputs would both give {target}.", "Apply them one after the other, or use another --out.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(21, "there is a folder of that name")
            beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            self.pending[target] = beside
            writer(beside)
            _flush(beside)
        except OSError as error:
            raise cannot_write(target, error.strerror or type(error).__name__) from None

    def drop(self, target: Path) -> None:
        """Let a file that an earlier run left under this name go when the others appear."""
        self.obsolete.append(target)

    def publish(self) -> None:
        """Give every file its name."""
        for target, beside in self.pending.items():
            beside.replace(target)
        for target in self.obsolete:
            target.unlink(missing_ok=True)
        for folder in {target.parent for target in self.pending}:
            _flush(folder)


@contextmanager
def staged() -> Iterator[Staged]:
    """Collect files; those not published by the end are removed."""
    files = Staged()
    try:
        yield files
    finally:
        for beside in files.pending.values():
            beside.unlink(missing_ok=True)


def cannot_write(target: Path, why: str) -> TryAgain:
    """Return the error for an output that can't be written."""
    return TryAgain(f"{target}: the file can't be written ({why}).", "Choose another folder with --out, or free it, then run the same command again.")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
