"""The parts of a zip container, inflated by us in small steps: no size that the container declares is believed."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from pipeline.errors import Refused
from pipeline.settings import Files

STEP = 1 << 20
INPUT_STEP = 1 << 16
MAX_PARTS = 10_000
PARTS_AT_MOST = 3  # parts of the largest size that a workbook may have: one alone may have a third of the limit
MAX_TEXT = 1_000_000  # bytes between two tags; a cell holds at most 32,767 characters, of up to 6 bytes as XML
ENTRY_MAGIC = b"PK\x01\x02"
LOCAL_HEADER = struct.Struct("<4s22xHH")
# Pictures, films, sounds, embedded files: no parser opens them, so they are not unpacked, whatever they would swell to.
MEDIA = re.compile(r"\.(?:png|jpe?g|jpe|gif|bmp|dib|emf|wmf|tiff?|svg|webp|ico|mp[34]|m4[av]|wav|wm[av]|avi|mov|mpe?g|pdf|[to]tf|odttf|fntdata)$|/embeddings/")
UNSAFE_NAME = re.compile(r"^/|^[a-z]:|(?:^|/)\.\.(?:/|$)|\0")
SAVE_ANEW = "Open it in a spreadsheet program, save it as a new .xlsx workbook, then try again."
SEND_AGAIN = "Export or download it again; if that does not help, open it in a spreadsheet program and save it as a new .xlsx workbook."
SPLIT_UP = "Save the sheet as CSV, or split the workbook, then try again."


@dataclass(frozen=True)
class Container:
    """A zip file in memory; `parts` maps normal part names (see `part_name`) to their entries."""

    data: bytes
    where: str
    parts: Mapping[str, zipfile.ZipInfo]
    limits: Files

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part in steps of at most 1 MB; raise `Refused` where it is damaged or larger than the limit."""
        info, size, checksum, most = self.parts[name], 0, 0, self.limits.max_unpacked_bytes // PARTS_AT_MOST
        for piece in self._inflate(info):
            size += len(piece)
            if size > most:
                raise self.too_large(f"one part of the workbook is larger than {most:,} bytes when unpacked")
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if (size, checksum) != (info.file_size, info.CRC):
            raise self.damaged("a part does not have the size or checksum that the file declares")

    def elements(self, name: str) -> int:
        """Return about how many elements a part has: what takes long to walk through is known before it is tried."""
        return sum(piece.count(b"<") - piece.count(b"</") for piece in self.stream(name))

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

    def too_large(self, what: str) -> Refused:
        """Return the refusal of a workbook that holds more than the settings let through; `what` says what."""
        return Refused(f"{self.where}: {what}, which is the limit.", f"{SPLIT_UP} Or raise files.max_unpacked_bytes in the settings.")

    def check_overlaps(self) -> None:
        """Raise `Refused` where two parts share bytes: so a small file claims to hold much."""
        spans = sorted((info.header_offset, info.header_offset + self._head_size(info) + info.compress_size) for info in self.parts.values())
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise Refused(f"{self.where}: parts of the workbook overlap in the file, which no spreadsheet program writes.", SAVE_ANEW)

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
        start = info.header_offset + self._head_size(info)
        return memoryview(self.data)[start : start + info.compress_size]

    def _head_size(self, info: zipfile.ZipInfo) -> int:
        """Return how many bytes stand before the content of a part."""
        if len(self.data) < info.header_offset + LOCAL_HEADER.size or info.header_offset < 0:
            raise self.damaged("a part lies outside the file")
        magic, name_size, extra_size = LOCAL_HEADER.unpack_from(self.data, info.header_offset)
        size: int = LOCAL_HEADER.size + name_size + extra_size
        if magic != b"PK\x03\x04" or info.header_offset + size + info.compress_size > len(self.data):
            raise self.damaged("a part lies outside the file")
        return size


def list_entries(data: bytes, where: str) -> list[zipfile.ZipInfo]:
    """Return the entries of a zip file's directory; raise `Refused` where it can't be read, or has too many."""
    # NOTE: the directory is counted before it is parsed: a million entries keep a parser busy for many seconds.
    if data.count(ENTRY_MAGIC) > 10 * MAX_PARTS:
        raise _too_many(where)
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise Refused(f"{where}: the workbook is damaged or cut short (its table of contents can't be read).", SEND_AGAIN) from error
    if len(entries) > MAX_PARTS:
        raise _too_many(where)
    return entries


def open_container(data: bytes, where: str, limits: Files) -> Container:
    """Return the parts of a zip file; raise `Refused` where it is damaged, encrypted, or has too many, overlapping or ambiguous parts."""
    entries = list_entries(data, where)
    parts = {part_name(entry.filename): entry for entry in entries}
    if len(parts) < len(entries):
        raise Refused(f"{where}: the workbook holds two parts of one name.", SAVE_ANEW)
    if any(UNSAFE_NAME.search(name) for name in parts):
        raise Refused(f"{where}: a part of the workbook is named as a file elsewhere (.. or an absolute path), which no spreadsheet program does.", SAVE_ANEW)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(f"{where}: the workbook is password-protected.", "Save a copy without a password, then try again.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Refused(f"{where}: the workbook is packed in a way that spreadsheet programs do not use.", SAVE_ANEW)
    container = Container(data, where, parts, limits)
    container.check_overlaps()
    return container


def part_name(name: str) -> str:
    """Return the form in which part names are compared: parsers ignore case and take a backslash for a slash."""
    return name.replace("\\", "/").lower()


@dataclass
class _Look:
    """What is noticed of one part while it is unpacked; `tail` joins what two steps cut apart."""

    wide: bool = False
    doctype: bool = False
    found: bool = False
    cells: int = 0
    untagged: int = 0
    longest: int = 0
    tail: bytes = b""

    def take(self, piece: bytes, needle: bytes) -> None:
        """Look at the next step."""
        window = self.tail + piece
        self.wide = self.wide or (not self.tail and b"\0" in window[:4])
        self.found = self.found or needle in window
        self.doctype = self.doctype or b"<!DOCTYPE" in window
        self.cells += piece.count(b"<c ")
        first, last = piece.find(b"<"), piece.rfind(b"<")
        self.longest = max(self.longest, self.untagged + (first if first >= 0 else len(piece)))
        self.untagged = len(piece) - last if last >= 0 else self.untagged + len(piece)
        self.tail = window[-32:]


def parts_with(container: Container, needle: bytes, guarded: frozenset[str], listed: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names of the parts that contain `needle`, having unpacked and checked every part but pictures and the like.

    `listed` has the parts that the workbook's own list names, which are looked at whatever their names.
    Raises `Refused` for sizes beyond the limits, damage, and, in `guarded` parts and those with the needle, a DTD, UTF-16
    (which the parser reads as an empty sheet) or an endless text.
    """
    names = [name for name in container.parts if name in listed or not MEDIA.search(name)]
    too_large = f"the workbook is larger than {container.limits.max_unpacked_bytes:,} bytes when unpacked"
    if sum(container.parts[name].file_size for name in names) > container.limits.max_unpacked_bytes:
        raise container.too_large(too_large)
    found, total = set(), 0
    for name in names:
        look = _Look()
        for piece in container.stream(name):
            total += len(piece)
            if total > container.limits.max_unpacked_bytes:
                raise container.too_large(too_large)
            look.take(piece, needle)
            if look.found and look.cells > container.limits.max_cells:
                raise too_many_cells(container.where, container.limits)
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


def too_many_cells(where: str, limits: Files) -> Refused:
    """Return the refusal of a sheet or workbook with more cells than the settings let through."""
    return Refused(f"{where}: there are more than {limits.max_cells:,} cells, which is the limit.", f"{SPLIT_UP} Or raise files.max_cells in the settings.")


def _too_many(where: str) -> Refused:
    return Refused(f"{where}: the workbook has more than {MAX_PARTS:,} parts, which is the limit.", SAVE_ANEW)
