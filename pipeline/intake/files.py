"""Opens what the user named: is it a readable file, and what is in it? The content decides the kind (rule 7.1)."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NoReturn

from pipeline.errors import Refused
from pipeline.intake.packed import is_packed, unpack
from pipeline.intake.zipparts import list_entries


class FileKind(StrEnum):
    """The kinds that can be read."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    PARQUET = "parquet"


# What a file begins with when it is something else; the words complete "is … and not a table".
FOREIGN = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"SQLite format 3": "an SQLite database",
}
JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*(?:"[^"]*"\s*:|\})')  # an object, or a list of them
ENDINGS = {
    ".csv": FileKind.TEXT,
    ".txt": FileKind.TEXT,
    ".tsv": FileKind.TEXT,
    ".xlsx": FileKind.XLSX,
    ".xlsm": FileKind.XLSX,
    ".xlsb": FileKind.XLSB,
    ".xls": FileKind.XLS,
    ".ods": FileKind.ODS,
    ".parquet": FileKind.PARQUET,
    ".pq": FileKind.PARQUET,
}
KIND_WORDS = {
    FileKind.TEXT: "a text table (CSV)",
    FileKind.XLSX: "an XLSX workbook",
    FileKind.XLSB: "an XLSB workbook",
    FileKind.XLS: "an XLS workbook",
    FileKind.ODS: "an ODS workbook",
    FileKind.PARQUET: "a Parquet file",
}
ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
ACCEPTED = "Give a CSV file, a workbook (XLSX, XLS, XLSB or ODS) or a Parquet file."


@dataclass(frozen=True)
class Source:
    """One input file: its bytes, its kind by content, and its fingerprint (SHA-256 in hexadecimal)."""

    path: Path
    kind: FileKind
    data: bytes
    sha256: str

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return self.path.name

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a remark where the file's ending says another kind than its content."""
        says = ENDINGS.get(Path(self.name.lower().removesuffix(".gz").removesuffix(".zst")).suffix)
        return () if says in (None, self.kind) else (f"{self.name}: by its content this is {KIND_WORDS[self.kind]}, and was read as that",)


def open_source(path: Path, max_bytes: int) -> Source:
    """Read a file once; raise `Refused` where it is missing, not a plain file, empty, too large or of a foreign kind.

    A compressed text comes out unpacked; the fingerprint is that of the file as it lies.
    """
    data = _read(path, max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    plain = unpack(data, str(path), max_bytes) if is_packed(data) else data
    return Source(path, _kind(plain, path), plain, digest)


def kind_of_head(head: bytes, path: Path) -> FileKind | None:
    """Return the kind that a file's first bytes tell: text, or None for a workbook; raise `Refused` for what is no table."""
    return None if head.startswith((ZIP, OLE)) else _kind(head, path)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file for reading; raise `Refused` where there is none, or it is none."""
    try:
        # NOTE: O_NONBLOCK, or opening a named pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such file.", "Check the name and the folder.") from None
    except OSError as error:
        raise Refused(f"{path}: the file can't be opened ({error.strerror}).", "Check its permissions.") from None
    with os.fdopen(descriptor, "rb") if stat.S_ISREG(os.fstat(descriptor).st_mode) else _refuse(path, descriptor) as handle:
        yield handle


def _refuse(path: Path, descriptor: int) -> NoReturn:
    is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    if is_folder:
        raise Refused(f"{path}: this is a folder, not a file.", "Name the file in it.")
    raise Refused(f"{path}: this is not a plain file.", "Copy the data into a file first.")


def _read(path: Path, max_bytes: int) -> bytes:
    with opened(path) as handle:
        # NOTE: the size is asked first, so that a file too large is refused without being read; it may grow, so what is read is counted too.
        data = b"" if os.fstat(handle.fileno()).st_size > max_bytes else read_all(handle, max_bytes)
        if not data or len(data) > max_bytes:
            _refuse_size(path, os.fstat(handle.fileno()).st_size, max_bytes)
    if data.isspace():
        raise Refused(f"{path}: the file is empty.", "Export it again; an empty file is not a table.")
    return data


def read_all(handle: BinaryIO, max_bytes: int) -> bytes:
    """Return what is left of a plain file, and one byte too many at most of one that is larger than `max_bytes`.

    NOTE: room for all that is asked for is set aside before any of it is read, so no more is asked for than there is.
    """
    there = os.fstat(handle.fileno()).st_size - handle.tell()
    data = handle.read(min(there, max_bytes) + 1)
    return data + handle.read(max_bytes + 1 - len(data)) if there < len(data) <= max_bytes else data  # it grew meanwhile


def _refuse_size(path: Path, size: int, max_bytes: int) -> NoReturn:
    if size > max_bytes:
        raise Refused(f"{path}: the file is larger than {max_bytes:,} bytes, which is the limit.", "Split it, or raise files.max_bytes in the settings.")
    raise Refused(f"{path}: the file is empty.", "Export it again; an empty file is not a table.")


def _kind(data: bytes, path: Path) -> FileKind:
    if data.startswith(ZIP):
        return _zip_kind(data, path)
    if data.startswith(OLE):
        return FileKind.XLS
    if data.startswith(PARQUET):
        return FileKind.PARQUET
    for start, what in FOREIGN.items():
        if data.startswith(start):
            raise Refused(f"{path}: this is {what} and not a table.", ACCEPTED)
    if JSON.match(data):
        raise Refused(f"{path}: this is JSON and not a table.", ACCEPTED)
    return FileKind.TEXT


def _zip_kind(data: bytes, path: Path) -> FileKind:
    names = {entry.filename.replace("\\", "/") for entry in list_entries(data, str(path))}
    if "xl/workbook.bin" in names:
        return FileKind.XLSB
    if "[Content_Types].xml" in names:
        return FileKind.XLSX
    if {"mimetype", "content.xml"} <= names:
        return FileKind.ODS
    raise Refused(f"{path}: this is a zip archive and not a workbook.", ACCEPTED)
