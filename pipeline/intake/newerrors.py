"""Error cells of newer kinds (#SPILL!, #CALC!): the parser refuses a whole sheet for one, so it is given a workbook with an old kind in their place.

What the cells really hold is known already: the marks say it (see `cellmarks`).
"""

import re
import zipfile
from io import BytesIO

from pipeline.intake.zipparts import MEDIA

MOST_BYTES = 64_000_000  # of a part, to be held whole
ERROR = re.compile(
    rb"""(<(?:[\w.-]+:)?c\s[^<>]*\bt\s*=\s*["']e["'][^<>]*>\s*(?:<(?:[\w.-]+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:[\w.-]+:)?f>)\s*)?<(?:[\w.-]+:)?v(?:\s[^<>]*)?>)[^<]*(?=</)"""
)


def with_known_errors(data: bytes) -> bytes:
    """Return a workbook that the gate has passed with #N/A in every error cell, and without pictures."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in source.infolist():
            if MEDIA.search(entry.filename.lower()):
                continue
            content = source.read(entry)
            has_cells = b"sheetData" in content and len(content) <= MOST_BYTES
            target.writestr(entry.filename, ERROR.sub(rb"\1#N/A", content) if has_cells else content)
    return buffer.getvalue()
