"""Compressed text files (rule 7.1): gzip and Zstandard, unpacked under a limit that counts what comes out."""

import gzip
import io
import zlib

import zstandard

from pipeline.errors import Refused

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PIECE = 1 << 10  # a kilobyte of Zstandard may hold many megabytes


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
    """Unpack frame after frame, in small pieces, up to `max_bytes` and a little more.

    NOTE: the library's stream reader takes a file that is cut short for a whole one; its frame objects know better.
    """
    plain, rest = bytearray(), data
    while rest and len(plain) <= max_bytes:
        frame = zstandard.ZstdDecompressor().decompressobj()
        place = 0
        while not frame.eof and place < len(rest) and len(plain) <= max_bytes:
            plain += frame.decompress(rest[place : place + PIECE])
            place += PIECE
        if not frame.eof and len(plain) <= max_bytes:
            raise EOFError
        rest = frame.unused_data + rest[place:]
    return bytes(plain)
