"""Text files of any size, piece by piece: unpacked, decoded, with LF line ends, whatever they are packed with and written in (rules 7.1, 7.2)."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Refused
from pipeline.intake.decode import CHOOSE, GUESSED, MARKS, find_codec, is_not, refuse_web_page
from pipeline.intake.files import FileKind, kind_of_head, opened
from pipeline.intake.packed import is_packed, unpack_pieces

PIECE = 1 << 22  # bytes of a piece to be read as rows
GLANCE = 1 << 20  # bytes of one to be looked at
HEAD = 1 << 18


@dataclass
class Fingerprint:
    """The SHA-256 of a file as it lies, in hexadecimal; null until somebody has read it to its end."""

    value: str | None = None


@dataclass
class Passed:
    """How many bytes of a file, as it lies, the present pass has read."""

    bytes: int = 0


@dataclass
class ReadAs:
    """How a text is read: its encoding, whether its lines end in CR alone, and what was a fallback, if anything.

    Of a long text that begins in ASCII, only its beginning was looked at, and it may turn out to be something else where its ASCII ends: up to
    there, all encodings that it may have agree.
    """

    encoding: str
    lines_end_in_cr: bool = False
    remark: str | None = None
    is_sure: bool = True


@dataclass(frozen=True)
class TextFile:
    """A text that can be read piece by piece, as often as asked; `head` is its beginning."""

    path: Path
    read_as: ReadAs
    head: str
    size: int
    passed: Passed = field(default_factory=Passed)
    fingerprint: Fingerprint = field(default_factory=Fingerprint)

    def pieces(self) -> Iterator[bytes]:
        """Yield the text as UTF-8 without a byte order mark, its lines ending in LF.

        Takes the file's fingerprint on the way, and says how far it is.
        """
        digest = hashlib.sha256() if self.fingerprint.value is None else None
        encoding, decoder = self.read_as.encoding, self._decoder()
        held, first = b"", True
        for piece, is_last in _with_last(_raw_pieces(self.path, digest, self.passed)):
            is_plain = not self.read_as.is_sure and _is_plain(piece)
            if not is_plain and not self.read_as.is_sure:
                self._make_sure()
            if self.read_as.encoding != encoding:  # another pass may have found it out
                encoding, decoder = self.read_as.encoding, self._decoder()
            text = piece if is_plain else self._decoded(piece, decoder, is_last=is_last)
            if first and text:
                text, first = text.removeprefix(codecs.BOM_UTF8), False
            text = held + text
            held = b"\r" if text.endswith(b"\r") and not (is_last and self.read_as.lines_end_in_cr) else b""
            yield self._with_lf(text.removesuffix(b"\r") if held else text)
        if digest is not None:
            self.fingerprint.value = digest.hexdigest()

    def _decoder(self) -> codecs.IncrementalDecoder:
        return codecs.getincrementaldecoder(self.read_as.encoding)("strict")

    def _make_sure(self) -> None:
        """Look through all of a text of which only the beginning was looked at."""
        found = _look_through(self.path)
        self.read_as.encoding, self.read_as.remark, self.read_as.is_sure = found.encoding, found.remark, True

    def _decoded(self, piece: bytes, decoder: codecs.IncrementalDecoder, *, is_last: bool) -> bytes:
        try:
            return _in_utf8(piece, self.read_as.encoding, decoder, is_last=is_last)
        except UnicodeDecodeError:
            raise Refused(f"{self.path}: the file is not {self.read_as.encoding} to its end, or it was changed while it was read.", CHOOSE) from None

    def _with_lf(self, text: bytes) -> bytes:
        if b"\r" not in text:
            return text
        return text.replace(b"\r", b"\n") if self.read_as.lines_end_in_cr else text.replace(b"\r\n", b"\n")

    def sha256(self) -> str:
        """Return the file's fingerprint, reading it where nobody has."""
        if self.fingerprint.value is None:
            for _ in self.pieces():
                pass
        assert self.fingerprint.value is not None, "pieces sets it at their end"
        return self.fingerprint.value


def open_text(path: Path, encoding: str | None = None) -> TextFile | None:
    """Look through a file, piece by piece, and return it where it is text; None where it is a workbook or another kind of table.

    An `encoding` that the user named decides. A long text that begins in ASCII is looked through as it is read, where its ASCII
    ends; not a packed one, which may be damaged, or a bomb.
    Raises `Refused` where it is missing, empty, damaged, in no known encoding, or a web page.
    """
    with opened(path) as handle:
        size = path.stat().st_size
        start = handle.read(HEAD)
    if not start.strip():
        raise Refused(f"{path}: the file is empty.", "Export it again; an empty file is not a table.")
    if not is_packed(start) and kind_of_head(start, path) is not FileKind.TEXT:
        return None
    read_as = _look_through_as(path, encoding) if encoding else _look_through(path) if is_packed(start) else _look_at(path)
    text = TextFile(path, read_as, "", size)
    head = next(iter(text.pieces()))[:HEAD].decode(errors="ignore")
    if not head.strip():
        raise Refused(f"{path}: the file is empty.", "Export it again; an empty file is not a table.")
    refuse_web_page(head, str(path))
    return TextFile(path, read_as, head, size)


def _look_at(path: Path) -> ReadAs:
    """Return how to read a text: after looking through all of it, unless it is long and begins in ASCII, with lines that end in LF."""
    first, is_last = next(_with_last(_raw_pieces(path)))
    return _look_through(path) if is_last or not _is_plain(first) or b"\n" not in first else ReadAs("utf-8", is_sure=False)


def _is_plain(piece: bytes) -> bool:
    return piece.isascii() and b"\0" not in piece


def _look_through(path: Path) -> ReadAs:
    """Return how to read a text, after looking through all of it."""
    said = next((name for mark, name in MARKS if _first_bytes(path).startswith(mark)), None)
    try:
        return ReadAs(said or "utf-8", _is_as(path, said or "utf-8"))
    except UnicodeDecodeError:
        if said:
            raise Refused(f"{path}: the file begins as {said} but does not go on so.", CHOOSE) from None
    try:
        return ReadAs("cp1252", _is_as(path, "cp1252"), f"{path}: {GUESSED}")
    except UnicodeDecodeError:
        raise Refused(f"{path}: the text is neither UTF-8 nor Windows-1252.", CHOOSE) from None


def _look_through_as(path: Path, encoding: str) -> ReadAs:
    """Return what `_look_through` does, by the encoding that the user named; of one that needs a mark and has none, the bytes' usual order."""
    name = find_codec(encoding, str(path)).name
    name += "-le" if name in ("utf-16", "utf-32") and not any(_first_bytes(path).startswith(mark) for mark, _ in MARKS) else ""
    try:
        return ReadAs(name, _is_as(path, name))
    except UnicodeError:
        raise is_not(name, str(path)) from None


def _first_bytes(path: Path) -> bytes:
    return next(iter(_raw_pieces(path)), b"")[:4]


def _is_as(path: Path, encoding: str) -> bool:
    """Decode a whole file, piece by piece; return whether its lines end in CR alone. Raises where it is not in this encoding, or no text."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    has_lf = has_cr = False
    for piece, is_last in _with_last(_raw_pieces(path)):
        text = _in_utf8(piece, encoding, decoder, is_last=is_last)
        has_lf, has_cr = has_lf or b"\n" in text, has_cr or b"\r" in text
        if b"\0" in text:
            raise Refused(f"{path}: the file holds NUL bytes, so it is not a text table, or it is UTF-16 without its mark.", CHOOSE)
    return has_cr and not has_lf


def _in_utf8(piece: bytes, encoding: str, decoder: codecs.IncrementalDecoder, *, is_last: bool) -> bytes:
    """Return a piece's text as UTF-8, as far as its last character is whole; what is UTF-8 already is only looked at. Raises `UnicodeDecodeError`."""
    if encoding != "utf-8":
        return decoder.decode(piece, is_last).encode()
    before, _ = decoder.getstate()
    if not before and piece.isascii():
        return piece
    decoder.decode(piece, is_last)
    whole, (after, _) = before + piece, decoder.getstate()
    return whole[: len(whole) - len(after)]


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield every piece with whether it is the last."""
    before = next(pieces, b"")
    for piece in pieces:
        yield before, False
        before = piece
    yield before, True


def _raw_pieces(path: Path, digest: "hashlib._Hash | None" = None, passed: Passed | None = None) -> Iterator[bytes]:
    """Yield a file's bytes, unpacked where it is packed; `digest` takes those of the file as it lies, `passed` counts them."""
    size = GLANCE if passed is None else PIECE
    with opened(path) as handle:
        lying = _told(iter(lambda: handle.read(size), b""), digest, passed)
        first = next(lying, b"")
        yield from unpack_pieces(first, lying, str(path)) if is_packed(first) else _chained(first, lying)


def _told(pieces: Iterator[bytes], digest: "hashlib._Hash | None", passed: Passed | None) -> Iterator[bytes]:
    if passed is not None:
        passed.bytes = 0
    for piece in pieces:
        if passed is not None:
            passed.bytes += len(piece)
        if digest is not None:
            digest.update(piece)
        yield piece


def _chained(first: bytes, more: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from more
