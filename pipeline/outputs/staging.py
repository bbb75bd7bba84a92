"""Files that appear under their name only when they are whole: written beside it, flushed, renamed."""

import glob
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from filecmp import cmp
from itertools import chain, count
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from pipeline.errors import Refused, TryAgain
from pipeline.lasting import flush, give_name, is_running

REMARKS = "remarks.json"


@dataclass
class Staged:
    """Files written under temporary names; `publish` gives them their own.

    `kept` are those that overwrite nothing, with the names that they would like, and once they are published, those that they got; `edited` are those
    that people correct by hand: one of another content is kept.
    """

    inputs: frozenset[Path] = frozenset()
    pending: dict[Path, Path] = field(default_factory=dict)
    kept: dict[Path, Path] = field(default_factory=dict)
    edited: set[Path] = field(default_factory=set)
    is_published: bool = False

    def write(self, target: Path, writer: Callable[[Path], object]) -> None:
        """Let `writer` write a file that will be `target`.

        Raises `TryAgain` where it can't be written, `Refused` where two files would be one, or an input would be overwritten.
        """
        whole = _own(target)
        if {whole, whole.resolve()} & self.inputs:
            raise Refused(f"{target}: this would be overwritten by the results, and it is an input too.", "Rename the input, or use another --out.")
        if whole in self.pending:
            raise Refused(f"Two inputs would both give {target}.", "Apply them one after the other, or use another --out.")
        try:
            whole.parent.mkdir(parents=True, exist_ok=True)
            if whole.is_dir():
                raise IsADirectoryError(21, "there is a folder of that name")
            _sweep(whole)
            beside = whole.with_name(f".{whole.name}.{os.getpid()}.tmp")
            self.pending[whole] = beside
            writer(beside)
            flush(beside)
        except OSError as error:
            raise cannot_write(target, error.strerror or str(error) or type(error).__name__) from None

    def write_new(self, target: Path, writer: Callable[[Path], object]) -> Path:
        """Let `writer` write a file that overwrites none: it will be `target`, or where that is taken NAME.2, NAME.3 and so on; `name_of` tells which.

        Returns the name that is free as yet.
        """
        for free in _numbered(target):
            if not os.path.lexists(free):
                break
            _sweep(free)
        self.write(free, writer)
        self.kept[_own(free)] = _own(target)
        return free

    def write_beside(self, target: Path, writer: Callable[[Path], object]) -> None:
        """Let `writer` write a file that people correct by hand: where there is one that says something else, that is kept as NAME.2, NAME.3 and so on."""
        self.write(target, writer)
        self.edited.add(_own(target))

    def name_of(self, free: Path) -> Path:
        """Return the name that a file of `write_new` got when it was published."""
        return free.with_name(self.kept[_own(free)].name)

    def keep_remarks(self, folder: Path, remarks: Iterable[str]) -> None:
        """Let what there is to say of a batch lie beside its results, for a run of several that tells it at its end."""
        said = json.dumps(list(remarks))

        def write(path: Path) -> None:
            path.write_text(said, encoding="utf-8")

        self.write(folder / REMARKS, write)

    def publish(self) -> None:
        """Give every file its name, once; raise `TryAgain` where that fails: the same call made again writes them anew."""
        for target, beside in () if self.is_published else self.pending.items():
            try:
                if target in self.kept:
                    self.kept[target] = _place_new(beside, self.kept[target])
                else:
                    if target in self.edited and target.exists() and not target.is_symlink() and not _say_the_same(target, beside):
                        logging.warning("%s: what was there is kept as %s", target.name, _place_new(target, target).name)
                    beside.replace(target)
            except OSError as error:
                fix = "What the command did stands. Free the name, then run the same command again to have the file written."
                raise TryAgain(f"{target}: the file can't get its name ({error.strerror}).", fix) from None
        for folder in {target.parent for target in self.pending}:
            flush(folder)
        self.is_published = True


def _own(target: Path) -> Path:
    """Return the name of a file itself, in whichever folder that is: where it is a link, the link is replaced and not what it leads to."""
    return target.parent.resolve() / target.name


def _numbered(target: Path) -> Iterator[Path]:
    """Yield the names of a file that overwrites none: its own, and then with a number before its ending."""
    return chain([target], (target.with_name(f"{target.stem}.{number}{target.suffix}") for number in count(2)))


def _place_new(beside: Path, target: Path) -> Path:
    """Give a file the first of its names that is free now, since another run may have been faster; return it."""
    for name in _numbered(target):
        try:
            give_name(beside, name)
        except FileExistsError:
            continue
        return name
    raise AssertionError("there is always another number")


def _say_the_same(one: Path, other: Path) -> bool:
    """Tell whether two files have the same content; of workbooks, those parts that say when one was written and by what do not count."""
    if not (is_zipfile(one) and is_zipfile(other)):
        return cmp(one, other, shallow=False)
    with ZipFile(one) as first, ZipFile(other) as second:
        parts = [{part.filename: part.CRC for part in book.infolist() if not part.filename.startswith("docProps/")} for book in (first, second)]
    return parts[0] == parts[1]


def stem_of(name: str) -> str:
    """Return what the names of a file's result files begin with: its own without its ending, nor that of a compressed one."""
    plain = name.rpartition(".")[0] if name.lower().endswith((".gz", ".zst")) else name
    return Path(plain).stem


def _sweep(target: Path) -> None:
    """Remove what a run that was killed left of this file."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        process = left.name.rsplit(".", 2)[1]
        if process.isdigit() and not is_running(int(process)):
            left.unlink(missing_ok=True)


@contextmanager
def staged(inputs: Iterable[Path] = ()) -> Iterator[Staged]:
    """Collect files; those not published by the end are removed. None of them may be one of `inputs`."""
    files = Staged(frozenset(path.resolve() for path in inputs))
    try:
        yield files
    finally:
        for beside in files.pending.values():
            with suppress(OSError):  # the name may be one that this file system can't take, which was said already
                beside.unlink(missing_ok=True)


def cannot_write(target: Path, why: str) -> TryAgain:
    """Return the error for an output that can't be written."""
    return TryAgain(
        f"{target}: the file can't be written ({why}).", "Choose another folder with --out, shorten the name, or free it, then run the same command again."
    )
