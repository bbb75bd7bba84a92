"""The parts of a zip container, inflated by us in small steps: no size that the container declares is believed."""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from pipeline.errors import Refused

STEP = 1 << 20
INPUT_STEP = 1 << 16
MAX_PARTS = 2_000
MAX_PART_BYTES = 256_000_000
MAX_TOTAL_BYTES = 768_000_000
MAX_TEXT = 1_000_000  # bytes between two tags; a cell holds at most 32,767 characters, of up to 6 bytes as XML
ENTRY_MAGIC = b"PK\x01\x02"
LOCAL_HEADER = struct.Struct("<4s22xHH")
SAVE_ANEW = "Open it in a spreadsheet program, save it as a new .xlsx workbook, then try again."
SEND_AGAIN = "Export or download it again; if that does not help, open it in a spreadsheet program and save it as a new .xlsx workbook."
SPLIT_UP = "Save the sheet as CSV, or split the workbook, then try again."


@dataclass(frozen=True)
class Container:
    """A zip file in memory; `parts` maps normal part names (see `part_name`) to their entries."""

    data: bytes
    where: str
    parts: Mapping[str, zipfile.ZipInfo]

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part in steps of at most 1 MB; raise `Refused` where it is damaged or larger than the limit."""
        info, size, checksum = self.parts[name], 0, 0
        for piece in self._inflate(info):
            size += len(piece)
            if size > MAX_PART_BYTES:
                limit = f"{MAX_PART_BYTES // 1_000_000} MB"
                raise Refused(f"{self.where}: one part of the workbook is larger than {limit} when unpacked, which is the limit.", SPLIT_UP)
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if (size, checksum) != (info.file_size, info.CRC):
            raise self.damaged("a part does not have the size or checksum that the file declares")

    def read(self, name: str, limit: int) -> bytes:
        """Return a small part as bytes; raise `Refused` beyond `limit` bytes."""
        pieces: list[bytes] = []
        for piece in self.stream(name):
            pieces.append(piece)
            if sum(map(len, pieces)) > limit:
                raise Refused(f"{self.where}: the workbook's list of sheets or formats is larger than {limit // 1_000_000} MB, which is the limit.", SAVE_ANEW)
        return b"".join(pieces)

    def damaged(self, cause: str) -> Refused:
        """Return the refusal for a damaged container."""
        return Refused(f"{self.where}: the workbook is damaged or cut short ({cause}).", SEND_AGAIN)

    def _inflate(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        raw = self._packed(info)
        if info.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(raw[at : at + STEP]) for at in range(0, len(raw), STEP))
            return
        inflater = zlib.decompressobj(-15)
        try:
            for at in range(0, len(raw), INPUT_STEP):
                yield from _drain(inflater, bytes(raw[at : at + INPUT_STEP]))
        except zlib.error as error:
            raise self.damaged("a part can't be unpacked") from error
        if not inflater.eof:
            raise self.damaged("a part ends too early")

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        if len(self.data) < info.header_offset + LOCAL_HEADER.size or info.header_offset < 0:
            raise self.damaged("a part lies outside the file")
        magic, name_size, extra_size = LOCAL_HEADER.unpack_from(self.data, info.header_offset)
        start = info.header_offset + LOCAL_HEADER.size + name_size + extra_size
        if magic != b"PK\x03\x04" or start + info.compress_size > len(self.data):
            raise self.damaged("a part lies outside the file")
        return memoryview(self.data)[start : start + info.compress_size]


def open_container(data: bytes, where: str) -> Container:
    """Return the parts of a zip file; raise `Refused` where it is damaged, encrypted, or has too many or ambiguous parts."""
    # NOTE: the directory is counted before it is parsed: a million entries keep a parser busy for many seconds.
    if data.count(ENTRY_MAGIC) > 10 * MAX_PARTS:
        raise _too_many(where)
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise Refused(f"{where}: the workbook is damaged or cut short (its table of contents can't be read).", SEND_AGAIN) from error
    if len(entries) > MAX_PARTS:
        raise _too_many(where)
    parts = {part_name(entry.filename): entry for entry in entries}
    if len(parts) < len(entries):
        raise Refused(f"{where}: the workbook holds two parts of one name.", SAVE_ANEW)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(f"{where}: the workbook is password-protected.", "Save a copy without a password, then try again.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Refused(f"{where}: the workbook is packed in a way that spreadsheet programs do not use.", SAVE_ANEW)
    return Container(data, where, parts)


def part_name(name: str) -> str:
    """Return the form in which part names are compared: parsers ignore case and take a backslash for a slash."""
    return name.replace("\\", "/").lower()


@dataclass
class _Look:
    """What is noticed of one part while it is unpacked; `tail` joins what two steps cut apart."""

    wide: bool = False
    doctype: bool = False
    found: bool = False
    untagged: int = 0
    longest: int = 0
    tail: bytes = b""

    def take(self, piece: bytes, needle: bytes) -> None:
        """Look at the next step."""
        window = self.tail + piece
        self.wide = self.wide or (not self.tail and b"\0" in window[:4])
        self.found = self.found or needle in window
        self.doctype = self.doctype or b"<!DOCTYPE" in window
        first, last = piece.find(b"<"), piece.rfind(b"<")
        self.longest = max(self.longest, self.untagged + (first if first >= 0 else len(piece)))
        self.untagged = len(piece) - last if last >= 0 else self.untagged + len(piece)
        self.tail = window[-32:]


def parts_with(container: Container, needle: bytes, guarded: frozenset[str]) -> frozenset[str]:
    """Return the names of the parts that contain `needle`, having unpacked and checked every part.

    Raises `Refused` for sizes beyond the limits, damage, and, in `guarded` parts and those with the needle, a DTD, UTF-16
    (which the parser reads as an empty sheet) or an endless text.
    """
    found, total = set(), 0
    for name in container.parts:
        look = _Look()
        for piece in container.stream(name):
            total += len(piece)
            if total > MAX_TOTAL_BYTES:
                limit = f"{MAX_TOTAL_BYTES // 1_000_000} MB"
                raise Refused(f"{container.where}: the workbook is larger than {limit} when unpacked, which is the limit.", SPLIT_UP)
            look.take(piece, needle)
            if look.longest > MAX_TEXT and name in guarded:
                limit = f"{MAX_TEXT // 1_000_000} MB"
                raise Refused(
                    f"{container.where}: the workbook holds a text longer than {limit}, which is the limit.", "Shorten the text of that cell, then try again."
                )
        if look.doctype and (look.found or name in guarded):
            reason = "the workbook contains a document type declaration (DOCTYPE), which no spreadsheet program writes"
            raise Refused(f"{container.where}: {reason}.", SAVE_ANEW)
        if look.wide and name in guarded:
            raise Refused(f"{container.where}: the workbook's parts are encoded as UTF-16 or UTF-32 and not as UTF-8.", SAVE_ANEW)
        if look.found:
            found.add(name)
    return frozenset(found)


def _drain(inflater: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """Yield all that `packed` inflates to, in steps, so that a bomb is never held whole."""
    while True:
        piece = inflater.decompress(packed, STEP)
        if piece:
            yield piece
        packed = inflater.unconsumed_tail
        if not packed and len(piece) < STEP:
            return


def _too_many(where: str) -> Refused:
    return Refused(f"{where}: the workbook has more than {MAX_PARTS} parts, which is the limit.", SAVE_ANEW)
