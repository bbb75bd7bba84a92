"""Hostile and broken workbooks, made part by part, and zip files whose lists lie."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
HEAD = ("action", "customer_id", "flag_type", "comment")
GOOD = ("add", "C1", "Alert", "Owes money")
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="11"/><xf numFmtId="9"/></cellXfs></styleSheet>"""
Values = tuple[str | int | None, ...]


def letters(column: int) -> str:
    """Return a column's letters, A for 0."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def text(at: str, value: str) -> str:
    """Return a cell of text."""
    safe = value.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def row(number: int, *values: str | int | None, first: int = 0) -> str:
    """Return a row; texts that begin with `<c` are cells as they are."""
    cells = []
    for place, value in enumerate(values, first):
        at = f"{letters(place)}{number}"
        if isinstance(value, str):
            cells.append(value.replace("AT", at) if value.startswith("<c ") else text(at, value))
        elif value is not None:
            cells.append(f'<c r="{at}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows(*lines: Values) -> str:
    """Return rows from the first on."""
    return "".join(row(number, *values) for number, values in enumerate(lines, 1))


def sheet(body: str, after: str = "", before: str = "") -> str:
    """Return a worksheet."""
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{after}</worksheet>'


GOOD_SHEET = sheet(rows(HEAD, GOOD))


def parts(main: str | bytes = GOOD_SHEET, state: str = "", properties: str = "") -> dict[str, str | bytes]:
    """Return the parts of a workbook with the sheet Flags."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{BOOK}" ContentType="{kind}.sheet.main+xml"/><Override PartName="/{SHEET}" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="{BOOK}"/></Relationships>',
        BOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets><sheet name="Flags" sheetId="1"{state} r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        SHEET: main,
    }


def zipped(content: Mapping[str, str | bytes]) -> bytes:
    """Return parts as an honest zip file."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def book(main: str | bytes = GOOD_SHEET, **more: str | bytes) -> bytes:
    """Return a workbook with the sheet Flags; `more` has other parts."""
    return zipped({**parts(main), **more})


def table(*lines: Values) -> bytes:
    """Return a workbook with a sheet of these rows below the usual header."""
    return book(sheet(rows(HEAD, *lines)))


@dataclass(frozen=True)
class Swelling:
    """A part that is `before`, then `block` over and over up to `size` bytes, then `after`; small in the file. `claimed`: the size that the file declares."""

    before: bytes
    block: bytes
    size: int
    after: bytes = b""
    claimed: int | None = None

    def packed(self) -> tuple[bytes, int]:
        """Return the compressed content, and what it swells to."""
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        first = packer.compress(self.before) + packer.flush(zlib.Z_FULL_FLUSH)
        many = self.block * max(1, (1 << 20) // len(self.block))
        # After a full flush the same bytes in give the same bytes out, so one piece stands for all.
        packer.compress(b"")
        piece = packer.compress(many) + packer.flush(zlib.Z_FULL_FLUSH)
        times = self.size // len(many)
        return first + piece * times + packer.compress(self.after) + packer.flush(), len(self.before) + len(many) * times + len(self.after)

    def checksum(self) -> int:
        """Return the checksum of the content, or a wrong one where it is too large to be gone through."""
        many = self.block * max(1, (1 << 20) // len(self.block))
        found = zlib.crc32(self.before)
        for _ in range(self.size // len(many)) if self.size < 1 << 30 else ():
            found = zlib.crc32(many, found)
        return zlib.crc32(self.after, found)


def bomb(swelling: Swelling, name: str = SHEET, good: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a workbook in which one part swells."""
    packed, size = swelling.packed()
    entries = [(other, *_deflated(data)) for other, data in (good or parts()).items() if other != name]
    return archive([*entries, (name, packed, swelling.checksum(), size if swelling.claimed is None else swelling.claimed)])


def _deflated(data: str | bytes) -> tuple[bytes, int, int]:
    plain = data.encode() if isinstance(data, str) else data
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush(), zlib.crc32(plain), len(plain)


def archive(entries: list[tuple[str, bytes, int, int]]) -> bytes:
    """Return a zip file of (name, compressed content, checksum, declared size), whatever they say."""
    body, directory = bytearray(), bytearray()
    for name, packed, checksum, size in entries:
        coded, at = name.encode(), len(body)
        shown, extra = (0xFFFFFFFF, struct.pack("<HHQ", 1, 8, size)) if size > 0xFFFFFFFE else (size, b"")
        fields = (20, 0, 8, 0, 0x21, checksum, len(packed), shown, len(coded))
        body += b"PK\3\4" + struct.pack("<HHHHHIIIHH", *fields, 0) + coded + packed
        directory += b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 20, *fields, len(extra), 0, 0, 0, 0, at) + coded + extra
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\5\6" + end


def overlapping(names: int) -> bytes:
    """Return a workbook whose directory names one body many times."""
    packed, checksum, size = _deflated(sheet("<row/>" * 100_000))
    whole = archive([*((name, *_deflated(data)) for name, data in parts().items()), ("xl/x.bin", packed, checksum, size)])
    start = struct.unpack("<I", whole[-6:-2])[0]
    entry = whole[whole.rindex(b"PK\1\2") : -22]
    more = b"".join(entry.replace(b"xl/x.bin", b"xl/%05d" % number) for number in range(names))
    directory = whole[start:-22] + more
    count = len(parts()) + 1 + names
    return whole[:start] + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0)


def claims_many_parts(number: int) -> bytes:
    """Return a zip file with a directory of so many entries."""
    entry = b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = entry * number
    return b"PK\3\4" + bytes(26) + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, number % 65536, number % 65536, len(directory), 30, 0)


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record of an .xlsb part."""
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    sizes = bytearray()
    while size >= 0x80:
        sizes.append(size & 0x7F | 0x80)
        size >>= 7
    return number + bytes(sizes) + bytes([size]) + content


def wide(value: str) -> bytes:
    """Return a text as an .xlsb has it."""
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def binary_book(*lines: Values, far: tuple[int, int] | None = None) -> bytes:
    """Return an .xlsb with the sheet Flags; `far`: the row and column, from 0 on, of one more cell."""
    listed = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Flags")) + record(144) + record(132)
    body = b"".join(_binary_row(number, dict(enumerate(values))) for number, values in enumerate(lines))
    if far:
        body += _binary_row(far[0], {far[1]: 1})
    cells = record(129) + record(148, struct.pack("<IIII", 0, 1, 0, 1)) + record(145) + body + record(146) + record(130)
    others = {name: data for name, data in parts().items() if name in ("[Content_Types].xml", "_rels/.rels")}
    relations = parts()["xl/_rels/workbook.xml.rels"]
    assert isinstance(relations, str)
    more: dict[str, str | bytes] = {
        "xl/workbook.bin": listed,
        "xl/_rels/workbook.bin.rels": relations.replace(".xml", ".bin"),
        "xl/worksheets/sheet1.bin": cells,
    }
    return zipped({**others, **more})


def _binary_row(number: int, values: Mapping[int, str | int | None]) -> bytes:
    cells = record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
    for column, value in values.items():
        place = struct.pack("<II", column, 0)
        cells += record(6, place + wide(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value or 0))
    return cells
