"""Compressed text files (rule 7.1): gzip and Zstandard, unpacked under a limit that counts what comes out."""

import gzip
import io
import zlib
from collections.abc import Iterator

import zstandard

from pipeline.errors import Refused

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PIECE = 1 << 10  # a kilobyte of Zstandard may hold many megabytes
OUT = 1 << 23


def is_packed(data: bytes) -> bool:
    """Tell whether a file begins as a compressed one."""
    return data.startswith((GZIP, ZSTD))


def unpack(data: bytes, where: str, max_bytes: int) -> bytes:
    """Return what a compressed file holds; raise `Refused` where it is damaged or holds more than `max_bytes`."""
    try:
        plain = _unpack_gzip(data, max_bytes) if data.startswith(GZIP) else _unpack_zstd(data, max_bytes)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise Refused(f"{where}: the compressed file is damaged or cut short.", "Make or download it again.") from None
    if len(plain) > max_bytes:
        raise Refused(f"{where}: unpacked, the file is larger than {max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    return plain


def _unpack_gzip(data: bytes, max_bytes: int) -> bytes:
    with gzip.open(io.BytesIO(data)) as handle:
        return handle.read(max_bytes + 1)


def _unpack_zstd(data: bytes, max_bytes: int) -> bytes:
    """Unpack frame after frame up to `max_bytes` and a little more."""
    plain = bytearray()
    for piece in _zstd_pieces(data, iter(())):
        plain += piece
        if len(plain) > max_bytes:
            break
    return bytes(plain)


def unpack_pieces(first: bytes, more: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Yield what a compressed file holds, in pieces, from the pieces that it lies in; raise `Refused` where it is damaged.

    Pieces are small whatever a small input swells to: memory does not grow with what comes out.
    """
    try:
        yield from _joined(_gzip_pieces(first, more) if first.startswith(GZIP) else _zstd_pieces(first, more))
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise Refused(f"{where}: the compressed file is damaged or cut short.", "Make or download it again.") from None


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
