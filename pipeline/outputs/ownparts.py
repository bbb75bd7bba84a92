"""A workbook carried by openpyxl from one file to another, with what openpyxl itself would change or lose.

Some of that is kept from openpyxl as it reads (`_Source`, `_Reader`), and put back into the parts that it has written (`_Target`).
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError  # only the exception: parsing is defusedxml's
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.drawing.image import Image, PILImage
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import fromstring

# NOTE: openpyxl takes each x005F_ out of a text, so that _x005F_x000D_, seven letters to see, would become a line break.
TEXTS = re.compile(rb"<((?:[\w.-]+:)?(?:si|is))[\s>].*?</\1\s*>", re.DOTALL)
LINKS_OR_MERGES = re.compile(rb"<((?:[\w.-]+:)?(?:hyperlinks|mergeCells))[\s>].*?</\1\s*>", re.DOTALL)
ROOT = re.compile(rb"<((?:[\w.-]+:)?worksheet)[\s>][^<]*")
ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
ROW = re.compile(rb'<row\s([^<>]*\bht="[^<>]*)>')
CALCULATED = re.compile(rb"<c\s([^<>]*)>\s*<f(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*(<v(?:\s[^<>]*)?>[^<]+</v>)\s*</c>")
# Lists of choices that are another sheet's cells, and sparklines: neither needs another part.
EXTENSION = re.compile(rb"<ext\s[^<>]*\{(?:CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF|05C60535-1F16-4fd2-B633-F4F36F0B64E0)\}[^<>]*>.*?</ext>", re.DOTALL | re.I)
EXTENSIONS = (
    b'<extLst xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    b"%b</extLst>"
)
REVISION = re.compile(rb'\sxr\d*:\w+="[^"]*"')
WRITTEN_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)>(<f[^<]*</f>|<f[^<]*/>)<v ?/></c>')
WRITTEN_ROW = re.compile(rb'(<row r="([0-9]+)"[^<>]*?) customHeight="1"')
NOTES, SHAPES = (f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" for kind in ("comments", "vmlDrawing"))
PICTURES = {"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf"}


@dataclass(frozen=True)
class Kept:
    """What openpyxl does not carry of a sheet.

    `values` has the kind and the value of each formula, by cell; `fitted` the rows whose height nobody chose; `extensions`, `notes` and
    `shapes` (of the notes) are XML, blank where there is nothing to keep.
    """

    values: Mapping[bytes, tuple[bytes, bytes]]
    fitted: frozenset[int]
    extensions: bytes
    notes: bytes
    shapes: bytes


def read_book(data: bytes) -> tuple[Any, dict[str, Kept]]:
    """Return openpyxl's workbook, and by sheet what it does not carry; raises all that openpyxl does."""
    reader = _Reader(data)
    reader.read()
    return reader.wb, reader.kept


def write_book(path: Path, book: Any, kept: Mapping[str, Kept]) -> None:
    """Write a workbook with what was kept of its sheets."""
    # NOTE: openpyxl numbers sheets and notes in the order in which it writes them.
    noted = [sheet.title for sheet in book.worksheets if any(cell._comment for cell in sheet._cells.values())]
    notes = {f"xl/comments/comment{number}.xml": kept[title].notes for number, title in enumerate(noted, 1)}
    shapes = {f"xl/drawings/commentsDrawing{number}.vml": kept[title].shapes for number, title in enumerate(noted, 1)}
    with _Target(path, "w", ZIP_DEFLATED) as target:
        target.instead = {name: part for name, part in (notes | shapes).items() if part}
        target.sheets = {f"xl/worksheets/sheet{number}.xml": kept.get(sheet.title) for number, sheet in enumerate(book.worksheets, 1)}
        ExcelWriter(book, target).save()


class _Source(ZipFile):
    """The admin's file as openpyxl reads it: without links and merged ranges, and with the codes in texts as they are."""

    def open(self, name: Any, *_: Any, **__: Any) -> IO[bytes]:
        xml = LINKS_OR_MERGES.sub(b"", super().open(name).read())
        return BytesIO(TEXTS.sub(lambda text: text[0].replace(b"x005F_", b"x005Fx005F__"), xml) if b"x005F_" in xml else xml)

    def raw(self, name: str) -> bytes:
        return super().open(name).read()


class _Target(ZipFile):
    """The file that openpyxl writes; sheets are completed, and other parts may be the admin's own."""

    sheets: Mapping[str, Kept | None]
    instead: Mapping[str, bytes]

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        kept, xml = self.sheets.get(arcname), Path(filename).read_bytes()
        self.writestr(arcname, _put_back(xml, kept) if kept else xml)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(zinfo_or_arcname, self.instead.get(zinfo_or_arcname, data))


class _Picture(Image):  # type: ignore[misc]  # openpyxl carries no types
    """A picture as it came."""

    def __init__(self, content: bytes, ending: str) -> None:
        self.content, self.format = content, ending

    def _data(self) -> bytes:
        return self.content


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl carries no types
    """openpyxl's reader, which changes and loses less."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data), rich_text=True)
        self.archive = _Source(BytesIO(data))
        self.kept: dict[str, Kept] = {}

    def read_worksheets(self) -> None:
        # NOTE: moments stay the numbers, or the ISO texts, that they are: openpyxl rounds them, and makes an error of a day that it does not know.
        self.wb._date_formats, self.wb._timedelta_formats, self.wb.iso_dates = frozenset(), frozenset(), True
        super().read_worksheets()
        for listed, relation in self.parser.find_sheets():
            if isinstance(sheet := self.wb[listed.name], Worksheet):
                xml = self.archive.raw(relation.target)
                for cell in sheet._cells.values():
                    cell._value = _spelt_out(cell._value)
                _add_links_and_merges(sheet, xml)
                self._add_pictures(sheet)
                _forget_queries(sheet)
                notes, shapes = (b"".join(self.archive.raw(part.target) for part in sheet._rels.find(kind)) for kind in (NOTES, SHAPES))
                self.kept[sheet.title] = _keep(xml, notes, shapes)

    def _add_pictures(self, sheet: Any) -> None:
        """Add the pictures, which openpyxl leaves out where Pillow is not installed."""
        for relation in () if PILImage else sheet._rels.find(SpreadsheetDrawing._rel_type):
            with suppress(TypeError, KeyError):  # shapes that openpyxl does not know, or no picture at all
                drawing = SpreadsheetDrawing.from_tree(fromstring(self.archive.read(relation.target)))
                parts = get_dependents(self.archive, get_rels_path(relation.target))
                for picture in drawing._blip_rels:
                    target = parts.get(picture.embed).target
                    ending = Path(target).suffix[1:].lower()
                    if ending in PICTURES:
                        picture.anchor.pic = None  # openpyxl writes some of its details wrong
                        sheet.add_image(_Picture(self.archive.raw(target), ending), picture.anchor)


def _spelt_out(value: Any) -> Any:
    """Return a cell's value so that it is written whole: of a number openpyxl writes 16 digits, and blanks alone are not read again."""
    if isinstance(value, CellRichText):
        return CellRichText([_spelt_out(run) if isinstance(run, str) else TextBlock(run.font, _spelt_out(run.text)) for run in value])
    if isinstance(value, str) and ("\r" in value or value.isspace()):
        return re.sub(r"\r|\A\s+\Z", lambda found: "".join(f"_x{ord(letter):04X}_" for letter in found[0]), value)
    return repr(value) if type(value) in (int, float) else value


def _add_links_and_merges(sheet: Any, xml: bytes) -> None:
    """Add links and merged ranges: openpyxl itself writes addresses into blank cells, and empties the cells under a merged range."""
    root, parts = ROOT.search(xml), b"".join(found[0] for found in LINKS_OR_MERGES.finditer(xml))
    found = list(fromstring(root[0] + parts + b"</%b>" % root[1]).iter()) if root and parts else []
    sheet.merged_cells = MultiCellRange([CellRange(node.get("ref")) for node in found if node.tag.endswith("}mergeCell")])
    for link in (Hyperlink.from_tree(node) for node in found if node.tag.endswith("}hyperlink")):
        link.target = sheet._rels.get(link.id).Target if link.id else None
        sheet[link.ref.partition(":")[0]]._hyperlink = link


def _forget_queries(sheet: Any) -> None:
    """Let tables stand for themselves: openpyxl leaves out the queries that fill them."""
    for table in sheet.tables.values():
        table.tableType = table.connectionId = None
        for column in table.tableColumns:
            column.queryTableFieldId = None


def _keep(xml: bytes, notes: bytes, shapes: bytes) -> Kept:
    cells = ((dict(ATTRIBUTE.findall(attributes)), value) for attributes, value in CALCULATED.findall(xml))
    values = {cell.get(b"r", b""): (b' t="%b"' % cell[b"t"] if b"t" in cell else b"", value) for cell, value in cells}
    rows = (dict(ATTRIBUTE.findall(attributes)) for attributes in ROW.findall(xml))
    fitted = frozenset(int(row[b"r"]) for row in rows if b"r" in row and row.get(b"customHeight") not in (b"1", b"true"))
    # Shapes that are not only notes, or show pictures, need parts that openpyxl leaves out.
    plain = b'"Note"' in shapes and shapes.count(b"ObjectType") == shapes.count(b'"Note"') and b"relid" not in shapes and shapes.count(b"</xml>") == 1
    extensions = EXTENSIONS % b"".join(REVISION.sub(b"", part) for part in EXTENSION.findall(xml))
    with suppress(ParseError):  # some attribute or element of a namespace that only the sheet's root knows
        fromstring(extensions)
        return Kept(values, fitted, extensions if b"<ext " in extensions else b"", notes if plain else b"", shapes if plain else b"")
    return Kept(values, fitted, b"", notes if plain else b"", shapes if plain else b"")


def _put_back(xml: bytes, kept: Kept) -> bytes:
    """Return a sheet that openpyxl wrote with what it left out."""

    def calculated(cell: re.Match[bytes]) -> bytes:
        kind, value = kept.values.get(cell[1], (b"", b"<v/>"))
        return b'<c r="%b"%b%b>%b%b</c>' % (cell[1], cell[2], kind, cell[3], value)

    if kept.values:
        xml = WRITTEN_FORMULA.sub(calculated, xml)
    if kept.fitted:
        xml = WRITTEN_ROW.sub(lambda row: row[1] if int(row[2]) in kept.fitted else row[0], xml)
    return xml.replace(b"</worksheet>", kept.extensions + b"</worksheet>") if kept.extensions else xml
