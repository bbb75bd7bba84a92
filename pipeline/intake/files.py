"""Opens what the user named: is it a readable file, and what is in it? The content decides the kind (rule 7.1)."""

import hashlib
import io
import os
import stat
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.errors import Refused

CHUNK = 1 << 22


class FileKind(StrEnum):
    """The kinds that can be read."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"


# What a file begins with when it is something else; the words complete "is … and not a table".
FOREIGN = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"PAR1": "a Parquet file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"SQLite format 3": "an SQLite database",
}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ACCEPTED = "Give a CSV file or a workbook (XLSX, XLS, XLSB or ODS)."


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


def open_source(path: Path, max_bytes: int) -> Source:
    """Read a file once; raise `Refused` where it is missing, not a plain file, empty, too large or of a foreign kind."""
    data = _read(path, max_bytes)
    return Source(path, _kind(data, path), data, hashlib.sha256(data).hexdigest())


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        # NOTE: O_NONBLOCK, or opening a named pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such file.", "Check the name and the folder.") from None
    except OSError as error:
        raise Refused(f"{path}: the file can't be opened ({error.strerror}).", "Check its permissions.") from None
    with os.fdopen(descriptor, "rb") as handle:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise Refused(f"{path}: this is a folder, not a file.", "Name the file in it.")
        if not stat.S_ISREG(mode):
            raise Refused(f"{path}: this is not a plain file.", "Copy the data into a file first.")
        data = handle.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise Refused(f"{path}: the file is larger than {max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    if not data.strip():
        raise Refused(f"{path}: the file is empty.", "Export it again; an empty file is not a table.")
    return data


def _kind(data: bytes, path: Path) -> FileKind:
    if data.startswith(ZIP):
        return _zip_kind(data, path)
    if data.startswith(OLE):
        return FileKind.XLS
    for start, what in FOREIGN.items():
        if data.startswith(start):
            raise Refused(f"{path}: this is {what} and not a table.", ACCEPTED)
    return FileKind.TEXT


def _zip_kind(data: bytes, path: Path) -> FileKind:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except zipfile.BadZipFile:
        raise Refused(f"{path}: the workbook is damaged or cut short.", "Open it in the spreadsheet program, save it again, and try again.") from None
    if "xl/workbook.bin" in names:
        return FileKind.XLSB
    if "[Content_Types].xml" in names:
        return FileKind.XLSX
    if {"mimetype", "content.xml"} <= names:
        return FileKind.ODS
    raise Refused(f"{path}: this is a zip archive and not a workbook.", ACCEPTED)
