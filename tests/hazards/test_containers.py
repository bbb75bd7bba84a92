"""Files that are not what they say: bombs, lies, encryption, other kinds, cut short."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
import zstandard

from tests.hazards import books
from tests.hazards.books import BOOK, GOOD, GOOD_SHEET, HEAD, SHEET, TEXTS, Swelling, bomb, book, sheet, table, zipped
from tests.hazards.conftest import Victim
from tests.unit import test_old_book as old
from tests.unit import test_open_document as opened

ROWS = sheet("").encode().removesuffix(b"</sheetData></worksheet>")
CSV = b"action,customer_id,flag_type,comment\nadd,C1,Alert,Owes money\n"
LAUGHS = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 10))
DOCTYPES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a0 "{"ha" * 50_000}">]>',
    "external": '<!DOCTYPE x [<!ENTITY a0 SYSTEM "file:///etc/passwd">]>',
    "external subset": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}
TOO_LARGE = "when unpacked, which is the limit"


@pytest.mark.hazard(1, "10 MB that unpack to 10 GB: one text, rows, texts, blanks, or rows of cells", "refused, naming the limit, before it is unpacked far")
@pytest.mark.parametrize(
    ("name", "swelling", "said"),
    [
        (TEXTS, Swelling(b"<sst><si><t>", b"a", 10_000_000_000), TOO_LARGE),
        (SHEET, Swelling(ROWS, b'<row r="1"/>', 10_000_000_000), TOO_LARGE),
        (SHEET, Swelling(ROWS, b'<row r="1"/>', 10_000_000_000, claimed=1_000), TOO_LARGE),
        (TEXTS, Swelling(b"<sst>", b"<si><t>a</t></si>", 10_000_000_000, claimed=4_000_000), TOO_LARGE),
        (TEXTS, Swelling(b"<sst><si><t>", b"a", 200_000_000), "a text longer than 1 MB"),
        (SHEET, Swelling(ROWS, b" ", 200_000_000), "a text longer than 1 MB"),
        (SHEET, Swelling(ROWS, b"<row><c><v>1</v></c></row>", 250_000_000), "which is the limit"),
        (SHEET, Swelling(ROWS, b'<c r="A1"><v>1</v></c>', 250_000_000), "more than 10,000,000 cells"),
        ("xl/tables/table1.xml", Swelling(b"<table>", b"<a/>", 10_000_000_000), TOO_LARGE),
        ("xl/vbaProject.bin", Swelling(b"", b"\0", 10_000_000_000, claimed=10), TOO_LARGE),
    ],
    ids=["text", "rows", "rows that lie", "texts", "long text", "blanks", "odd cells", "cells", "table", "macros"],
)
def test_bomb(victim: Victim, name: str, swelling: Swelling, said: str) -> None:
    victim.refuses("up.xlsx", bomb(swelling, name), said)


@pytest.mark.hazard(
    1, "10 MB that unpack to 10 GB: an OpenDocument workbook, an .xlsb, a compressed CSV", "refused, naming the limit, before it is unpacked far"
)
@pytest.mark.parametrize("kind", ["ods", "xlsb", "gz", "zst"])
def test_bomb_of_another_kind(victim: Victim, kind: str) -> None:
    content: dict[str, Callable[[], bytes]] = {
        "ods": lambda: bomb(Swelling(b"<a>", b"<b/>", 10_000_000_000), "content.xml", {"mimetype": "", "content.xml": ""}),
        "xlsb": lambda: bomb(Swelling(b"", b"\0", 10_000_000_000), "xl/sharedStrings.bin", {"xl/workbook.bin": "", "[Content_Types].xml": ""}),
        "gz": lambda: gzip_bomb(10_000_000_000),
        "zst": lambda: zstandard.compress(CSV) + zstandard.compress(b"add,C1,Alert,Owes money\n" * 10_000) * 40_000,
    }
    victim.refuses(f"up.{kind}", content[kind](), "which is the limit" if kind in ("ods", "xlsb") else "Unpack it")


def gzip_bomb(size: int) -> bytes:
    packed, plain = Swelling(CSV, b"add,C1,Alert,Owes money\n", size).packed()
    return b"\x1f\x8b\x08" + bytes(7) + packed + struct.pack("<II", 0, plain % 2**32)


@pytest.mark.hazard(2, "A part of a workbook that lies about its size", "refused as damaged")
@pytest.mark.parametrize("claimed", [0, 1_000, 2_000_000_000])
def test_part_that_lies(victim: Victim, claimed: int) -> None:
    victim.refuses(
        "up.xlsx", bomb(Swelling(ROWS, b'<row r="2"/>', 2_000_000, b"</sheetData></worksheet>", claimed)), TOO_LARGE if claimed > 10**9 else "damaged"
    )


@pytest.mark.hazard(3, "Two hundred names for one body, and two parts of one name", "refused")
@pytest.mark.parametrize("content", [books.overlapping(200), zipped({**books.parts(), SHEET.upper(): GOOD_SHEET})], ids=["overlap", "duplicate"])
def test_ambiguous_parts(victim: Victim, content: bytes) -> None:
    victim.refuses("up.xlsx", content, "overlap" if content[-60:].count(b"xl/00") else "two parts of one name")


@pytest.mark.hazard(3, "A directory of a million parts", "refused before it is read")
def test_a_million_parts(victim: Victim) -> None:
    victim.refuses("up.xlsx", books.claims_many_parts(1_000_000), "more than 10,000 parts")


@pytest.mark.hazard(4, "Document types and entities: billion laughs, quadratic, a file or an address outside", "refused; nothing outside is read or asked")
@pytest.mark.parametrize("part", [SHEET, TEXTS, BOOK, "xl/styles.xml", "_rels/.rels"])
def test_document_type(victim: Victim, part: str) -> None:
    for name, doctype in DOCTYPES.items() if part == SHEET else [("laughs", DOCTYPES["billion laughs"])]:
        plain = {**books.parts(), TEXTS: "<sst><si><t>x</t></si></sst>"}[part]
        assert isinstance(plain, str)
        content = doctype + plain.replace(">action<", ">&a0;<")
        victim.refuses(f"{name}.xlsx", book(**{part: content}), "DOCTYPE" if part != "_rels/.rels" else "not well-formed")


@pytest.mark.hazard(4, "Document types and entities in an OpenDocument workbook", "refused; nothing outside is read or asked")
def test_document_type_of_open_document(victim: Victim) -> None:
    for name, doctype in list(DOCTYPES.items())[::2]:
        made = opened.book(opened.table(opened.row(opened.ADD)))
        with zipfile.ZipFile(BytesIO(made)) as source:
            content = {part: source.read(part) for part in source.namelist()}
        victim.refuses(f"{name}.ods", zipped({**content, "content.xml": doctype.encode() + content["content.xml"]}), "DOCTYPE")


@pytest.mark.hazard(5, "Parts named .., with an absolute path or a drive", "refused; nothing is written anywhere")
@pytest.mark.parametrize("name", ["xl/../../evil.xml", "/etc/evil.xml", "..\\..\\evil.xml", "C:\\evil.xml"])
def test_part_named_as_a_file_elsewhere(victim: Victim, name: str) -> None:
    victim.refuses("up.xlsx", book(**{name: "<x/>"}), "named as a file elsewhere")


@pytest.mark.hazard(5, "Part names with backslashes, as some programs write them", "read as slashes")
def test_backslashes(victim: Victim) -> None:
    content = zipped({name.replace("/", "\\"): data for name, data in books.parts().items()})
    assert victim.outcomes("up.xlsx", content) == [(2, "applied", None)]


def encrypted(kind: str) -> bytes:
    if kind == "zip":
        data = bytearray(book())
        for at in [place for place in range(len(data)) if data[place : place + 4] == b"PK\1\2"]:
            data[at + 8] |= 1
        return bytes(data)
    if kind == "ods":
        entry = '<file-entry full-path="content.xml"><encryption-data checksum="x"/></file-entry>'
        return opened.book(opened.table(), **{"META-INF/manifest.xml": f"<manifest>{entry}</manifest>"})
    if kind == "xls":
        return old.container(old.start(old.GLOBALS) + old.record(0x002F, b"\1\0" + bytes(52)) + old.record(0x000A))
    return old.container(b"").replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le") + b"\0\0")


@pytest.mark.hazard(6, "A password-protected workbook (.xlsx, .xls, .ods, zip)", "refused, saying so and what to do")
@pytest.mark.parametrize("kind", ["xlsx", "zip", "ods", "xls"])
def test_password(victim: Victim, kind: str) -> None:
    victim.refuses(f"up.{kind}", encrypted(kind), "password-protected", "Save a copy without a password")


@pytest.mark.hazard(7, ".xls, .xlsb, .ods and .xlsm, under their own names and as .csv", "read, each by its content")
@pytest.mark.parametrize("name", ["up.xls", "up.xlsb", "up.ods", "up.xlsm", "up.csv"])
def test_other_kinds_of_workbook(victim: Victim, name: str) -> None:
    cells = [opened.cell('office:value-type="string"', f"<text:p>{value}</text:p>") for value in GOOD]
    macros = zipped({**books.parts(), "xl/vbaProject.bin": "macros"})
    content = {
        "up.xls": old.book(*(old.label(1, place, value) for place, value in enumerate(GOOD))),
        "up.xlsb": books.binary_book(HEAD, GOOD),
        "up.ods": opened.book(opened.table(opened.row(*cells))),
        "up.xlsm": macros,
        "up.csv": book(),
    }
    assert victim.outcomes(name, content[name]) == [(2, "applied", None)]


@pytest.mark.hazard(
    8, "Not a table at all: a web page, a picture, nothing, half a workbook, another Office document, under the name .xlsx", "refused, saying what it is"
)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), "PNG"),
        (b"", "empty"),
        (b" \n" * 50_000_000, "empty"),
        (bytes(50_000_000), "NUL"),
        (book()[:-40], "damaged or cut short"),
        (table(*[GOOD] * 5000)[:-9000], "damaged or cut short"),
        (zipped({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}), "holds no workbook"),
        (zipped({"a.txt": "x"}), "zip archive"),
        (old.container(b"").replace("Workbook".encode("utf-16-le"), "WordDoc!".encode("utf-16-le")), "holds no workbook"),
        (b"%PDF-1.7", "PDF"),
    ],
    ids=["page", "picture", "nothing", "blanks", "zeros", "no directory", "half", "document", "zip", "old document", "PDF"],
)
def test_not_a_table(victim: Victim, content: bytes, said: str) -> None:
    victim.refuses("up.xlsx", content, said)


@pytest.mark.hazard(8, "A CSV called .xlsx, and a workbook called .csv", "read by its content, with a remark")
def test_wrong_extension(victim: Victim) -> None:
    assert victim.outcomes("up.xlsx", CSV) == [(2, "applied", None)]
    assert victim.outcomes("up.csv", table(("add", "C2", "Alert", "x"))) == [(2, "applied", None)]
    assert "by its content" in victim.hand_in("more.csv", table(("add", "C2", "Alert", "x"))).out


@pytest.mark.hazard(10, "4 GB of pictures and films in a workbook", "read without unpacking them")
def test_media(victim: Victim) -> None:
    packed, size = Swelling(b"", b"\0", 4_000_000_000).packed()
    entries = [(name, *books._deflated(data)) for name, data in books.parts().items()]
    content = books.archive([*entries, ("xl/media/image1.png", packed, 0, size), ("xl/media/film.mp4", packed, 0, size)])
    assert victim.outcomes("up.xlsx", content) == [(2, "applied", None)]


@pytest.mark.hazard(10, "4 GB of pictures that a sheet shows", "read; the results are a plain workbook, and the report says why")
def test_shown_media(victim: Victim) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Flags"
    made.active.append(HEAD)
    made.active.append(GOOD)
    buffer = BytesIO()
    made.save(buffer)
    with zipfile.ZipFile(buffer) as source:
        kept = {name: source.read(name) for name in source.namelist()}
    drawing = f'<drawing xmlns:r="{books.OFFICE}" r:id="rId9"/></worksheet>'
    kept[SHEET] = kept[SHEET].replace(b"</worksheet>", drawing.encode())
    relation = '<Relationships xmlns="{}"><Relationship Id="rId9" Type="{}/{}" Target="/xl/{}"/></Relationships>'
    kept["xl/worksheets/_rels/sheet1.xml.rels"] = relation.format(books.RELATIONS, books.OFFICE, "drawing", "drawings/drawing1.xml").encode()
    kept["xl/drawings/_rels/drawing1.xml.rels"] = relation.format(books.RELATIONS, books.OFFICE, "image", "media/image1.png").encode()
    kept["xl/drawings/drawing1.xml"] = DRAWING.encode()
    packed, size = Swelling(b"", b"\0", 4_000_000_000).packed()
    content = books.archive([*((name, *books._deflated(data)) for name, data in kept.items()), ("xl/media/image1.png", packed, 0, size)])
    assert victim.outcomes("up.xlsx", content) == [(2, "applied", None)]
    assert "plain workbook" in victim.hand_in("up.xlsx", content).out


@pytest.mark.hazard(
    9,
    "A workbook that is read well, and whose tables or merges would take openpyxl all memory",
    "applied; the results are a plain workbook, and the report says why",
)
@pytest.mark.parametrize("kind", ["table", "merges"])
def test_hostile_formatting(victim: Victim, kind: str) -> None:
    table_part = f'<table xmlns="{books.MAIN}" id="1" name="T" displayName="T" ref="A1:XFD1048576" headerRowCount="1"/>'
    merges = "".join(f'<mergeCell ref="F{number}:XFD{number}"/>' for number in range(10, 60))
    content = {"table": book(**{"xl/tables/table1.xml": table_part}), "merges": book(sheet(books.rows(HEAD, GOOD), f"<mergeCells>{merges}</mergeCells>"))}
    ran = victim.hand_in("up.xlsx", content[kind])
    assert (ran.code, "the results are a plain workbook" in ran.out) == (0, True), ran.err


DRAWING = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><xdr:oneCellAnchor><xdr:from><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row>
<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="9" cy="9"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="x"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>
<a:blip r:embed="rId9"/><a:stretch/></xdr:blipFill><xdr:spPr/></xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"""
