"""Compressed text files (rule 7.1): gzip and Zstandard, unpacked under a limit that counts what comes out."""

import gzip
import io
import zlib

import zstandard

from pipeline.errors import Refused

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PACKED_ENDINGS = (".gz", ".zst")


def is_packed(data: bytes) -> bool:
    """Tell whether a file begins as a compressed one."""
    return data.startswith((GZIP, ZSTD))


def unpack(data: bytes, where: str, max_bytes: int) -> bytes:
    """Return what a compressed file holds; raise `Refused` where it is damaged or holds more than `max_bytes`."""
    packed = io.BytesIO(data)
    try:
        with gzip.open(packed) if data.startswith(GZIP) else zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as handle:
            plain = handle.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise Refused(f"{where}: the compressed file is damaged or cut short.", "Make or download it again.") from None
    if len(plain) > max_bytes:
        raise Refused(f"{where}: unpacked, the file is larger than {max_bytes:,} bytes.", "Split it, or raise files.max_bytes in the settings.")
    return plain
