"""Compressed text files (rule 7.1): gzip and Zstandard, unpacked under a limit that counts what comes out."""

import zlib
from collections.abc import Iterator

import zstandard

from pipeline.errors import Refused

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PIECE = 1 << 10  # a kilobyte of Zstandard may hold many megabytes
IN = 1 << 16
OUT = 1 << 23
# What grows further than to so many bytes, and more than so many times its size, is no table but a bomb.
NO_BOMB, FOLD = 256_000_000, 200
BOMB = "Unpack it, and hand in what comes out, if it is a table after all."


def is_packed(data: bytes) -> bool:
    """Tell whether a file begins as a compressed one."""
    return data.startswith((GZIP, ZSTD))


def unpack(data: bytes, where: str, max_bytes: int) -> bytes:
    """Return what a compressed file holds; raise `Refused` where it is damaged, a bomb, or holds more than `max_bytes`.

    It is unpacked twice, since only what is known to fit is kept.
    """
    size = 0
    for piece in _unpacked(data, where):
        size += len(piece)
        if size > max_bytes:
            raise Refused(
                f"{where}: unpacked, the file is larger than {max_bytes:,} bytes, which is the limit.", "Split it, or raise files.max_bytes in the settings."
            )
    return b"".join(_unpacked(data, where))


def _unpacked(data: bytes, where: str) -> Iterator[bytes]:
    pieces = (data[place : place + IN] for place in range(0, len(data), IN))
    return unpack_pieces(next(pieces), pieces, where)


def unpack_pieces(first: bytes, more: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Yield what a compressed file holds, in pieces, from the pieces that it lies in; raise `Refused` where it is damaged or a bomb.

    Pieces are small whatever a small input swells to: memory does not grow with what comes out.
    """
    lying = _Counted(first, more)
    size = 0
    try:
        for piece in _joined(_gzip_pieces(first, lying) if first.startswith(GZIP) else _zstd_pieces(first, lying)):
            size += len(piece)
            if size > max(NO_BOMB, FOLD * lying.size):
                raise Refused(f"{where}: the compressed file grows more than {FOLD}-fold as it is unpacked, as no table does.", BOMB)
            yield piece
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise Refused(f"{where}: the compressed file is damaged or cut short.", "Make or download it again.") from None


class _Counted:
    """Yields pieces and counts the bytes of those that were asked for."""

    def __init__(self, first: bytes, more: Iterator[bytes]) -> None:
        self.size = len(first)
        self._more = more

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._more)
        self.size += len(piece)
        return piece


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces of about `OUT` bytes."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        if len(kept) >= OUT:
            yield bytes(kept)
            kept.clear()
    if kept:
        yield bytes(kept)


def _gzip_pieces(first: bytes, more: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack member after member; zeros after the last are padding."""
    member, rest = zlib.decompressobj(wbits=31), first
    while True:
        plain = member.decompress(rest, OUT)
        yield plain
        rest = member.unconsumed_tail
        if not member.eof and not rest and len(plain) < OUT:
            rest = next(more, b"")
            if not rest:
                raise EOFError
        elif member.eof:
            rest = member.unused_data.lstrip(b"\0")
            while not rest and (piece := next(more, b"")):
                rest = piece.lstrip(b"\0")
            if not rest:
                return
            member = zlib.decompressobj(wbits=31)


def _zstd_pieces(first: bytes, more: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack frame after frame, in small pieces.

    NOTE: the library's stream reader takes a file that is cut short for a whole one; its frame objects know better.
    """
    frame = zstandard.ZstdDecompressor().decompressobj()
    begun, rest = False, first
    while True:
        for place in range(0, len(rest), PIECE):
            part: bytes = rest[place : place + PIECE]
            while part:
                begun = True
                yield frame.decompress(part)
                part = frame.unused_data
                if frame.eof:
                    frame, begun = zstandard.ZstdDecompressor().decompressobj(), False
        if (piece := next(more, None)) is None:
            break
        rest = piece
    if begun:
        raise EOFError
