"""The gate: what is refused of a workbook before it is parsed, and which cells are marked."""

import random
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element

import polars as pl
import pytest
from defusedxml.ElementTree import fromstring

from pipeline.errors import Refused
from pipeline.intake import cellscan
from pipeline.intake.gate import BookKind, check_workbook
from pipeline.intake.numberformats import shown_by
from pipeline.intake.reach import column_number
from pipeline.intake.zipparts import MAX_PARTS, open_container
from pipeline.settings import Files

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
LISTED = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?>'
PART = "xl/worksheets/sheet1.xml"
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="166" formatCode="0000\\-0000"/></numFmts><cellStyleXfs><xf numFmtId="11"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/>
<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="11"/><xf numFmtId="1"/><xf numFmtId="3"/></cellXfs></styleSheet>"""
HIDDEN = [' hidden="1"', "", ' hidden="0"']
Found = list[tuple[int, int, str, str | None]]


def worksheet(cells: str, before: str = "") -> str:
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def book(sheet: str | bytes, **more: str) -> bytes:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{LISTED}</Relationships>',
        "xl/styles.xml": STYLES,
        PART: sheet,
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | more).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def marks(cells: str) -> Found:
    found: Found = check_workbook(book(worksheet(cells)), "up.xlsx").marks["S"].rows()
    return found


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(Refused) as caught:
        check_workbook(data, "up.xlsx", Files(**limits))
    assert caught.value.reason.startswith("up.xlsx")
    assert caught.value.fix
    assert all(f"files.{name}" in caught.value.fix for name in limits)
    return caught.value.reason


def test_errors_and_unsaved_formulas_are_marked() -> None:
    cells = '<c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1+1</f></c><c r="C2"><f>1+1</f><v></v></c><c r="D2"><f>1+1</f><v/></c><c r="E2"><f>1+1</f><v>2</v></c>'
    unsaved = [(2, position, "cell-error", "#ERROR") for position in (1, 2, 3)]
    assert marks(f'<row r="2">{cells}</row>') == [(2, 0, "cell-error", "#N/A"), *unsaved]


def test_empty_text_is_a_stored_result() -> None:
    assert marks('<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1" t="str"><f>"x"</f><v>x</v></c></row>') == []
    assert marks('<row r="1"><c r="A1" t="str"><f>""</f></c></row>') == [(1, 0, "cell-error", "#ERROR")]


@pytest.mark.parametrize(
    ("style", "number", "exact"),
    [
        (0, "123", True), (0, "123.0", True), (0, "99999999999", True), (0, "100000000000", False), (0, "1.5", False), (0, "1E2", True), (0, "1E+20", False),
        (1, "123", False), (1, "12345", True), (2, "46024.5", True), (3, "12345678", False), (4, "123", False), (5, "100000000000", True),
        (5, "999999999999999", True), (5, "1000000000000000", False), (6, "1234567", True), (99, "7", True), (0, "NaN", False),
    ],
)  # fmt: skip
def test_number_is_exact_where_its_format_shows_its_digits(style: int, number: str, exact: bool) -> None:
    assert (marks(f'<row r="1"><c r="A1" s="{style}"><v>{number}</v></c></row>') == []) is exact


EXACT_CODES = ["0", "#,##0", "# ##0", "General", "@", "0.00", "#,##0_);[Red](#,##0)", "[$€-407] #,##0", '_(* #,##0_);_(* "-"_)', "?0", "#", "\\(0\\)"]
ZEROS = ["00000", "0000-0000", "000-00-0000", "*0#", "\\00"]
OTHER_CODES = [*ZEROS, '"C"0', '"19"0', '0"5"', "0%", "0,", "0.00E+00", "##0.0E+0", "# ?/?", "[<1000]0;00000", ";;;"]


@pytest.mark.parametrize("code", EXACT_CODES)
def test_format_shows_digits(code: str) -> None:
    assert shown_by(code).low <= 123 < shown_by(code).high


@pytest.mark.parametrize("code", OTHER_CODES)
def test_format_shows_other_digits(code: str) -> None:
    assert not shown_by(code).low <= 123 < shown_by(code).high
    assert not shown_by(code).date


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "[$-409]d-mmm-yy;@", "[h]:mm", "h:mm AM/PM", "DD/MM/YYYY", '"on "d.m.'])
def test_format_shows_a_date(code: str) -> None:
    assert shown_by(code).date


def test_cells_without_a_reference_follow_the_one_before() -> None:
    cells = '<row/><row><c t="e"><v>#N/A</v></c><c r="D2"><v>1</v></c><c t="e"><v>#REF!</v></c></row><row r="7"><c/><c t="e"><v>#NUM!</v></c></row>'
    assert marks(cells) == [(2, 0, "cell-error", "#N/A"), (2, 4, "cell-error", "#REF!"), (7, 1, "cell-error", "#NUM!")]


def test_rows_out_of_order() -> None:
    cells = '<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row><row r="1"><c r="B1"><v>1.5</v></c><c r="A1" t="e"><v>#N/A</v></c></row>'
    assert marks(cells) == [(1, 0, "cell-error", "#N/A"), (1, 1, "id-not-exact", None), (3, 0, "cell-error", "#N/A")]


@pytest.mark.parametrize("second", ['<c r="A1"><v>2</v></c>', "<c r='A1'><v>2</v></c>", '</row><row r="2"/><row r="1"><c r="A1" t="s"><v>0</v></c>'])
def test_twice_the_same_cell_is_refused(second: str) -> None:
    assert "the cell A1 stands in the file twice" in refusal(book(worksheet(f'<row r="1"><c r="A1"><v>1.5</v></c>{second}</row>')))


def test_twice_the_same_cell_across_chunks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cellscan, "CHUNK", 200)
    cells = [f'<row r="{row}"><c r="B{row}"><v>1</v></c></row>' for row in (*range(1, 40), 7)]
    assert "the cell B7" in refusal(book(worksheet("".join(cells))))


def test_same_cell_blank_and_filled_passes() -> None:
    assert marks('<row r="1"><c r="A1" s="1"/><c r="A1"><v>12345</v></c></row>') == []


@pytest.mark.parametrize(
    "sheet",
    [
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>',
        f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData><row r="1"><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></row></sheetData></worksheet>',
        f"<worksheet xmlns='{MAIN}'><sheetData><row r='1'><c t='e' r='B1'><v>#N/A</v></c></row></sheetData></worksheet>",
        f'<worksheet xmlns="{MAIN}"><sheetData>\n<row r="1">\n<c\n r="B1" t="e" >\n<v>#N/A</v>\n</c></row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><!-- <c r="ZZZZ1"> --><sheetData><row r="1"><c r="B1" t="e"><v><![CDATA[#N/A]]></v></c></row></sheetData></worksheet>',
        worksheet('<row r="1"><c r="A1" t="str"><v>\xe9</v></c><c r="B1" t="e"><v>#N/A</v></c></row>', LATIN).encode("latin-1"),
    ],
)  # fmt: skip
def test_unusual_spellings_of_the_same_sheet(sheet: str | bytes) -> None:
    assert check_workbook(book(sheet), "up.xlsx").marks["S"].rows() == [(1, 1, "cell-error", "#N/A")]


def random_cell(at: str, pick: random.Random) -> str:
    kind = pick.choice(["", "", ' t="n"', ' t="s"', ' t="str"', ' t="e"', ' t="b"', ' t="inlineStr"'])
    head = f'<c r="{at}"' + pick.choice(["", ' s="0"', ' s="1"', ' s="2"', ' s="4"']) + kind
    formula = pick.choice(["", "", "", "<f>A1=&quot;x&quot;</f>", '<f t="shared" si="0"/>', "<f>A1='x'!B2</f>"])
    value = pick.choice(["<v>1</v>", "<v>12.5</v>", "<v>123456789012</v>", "<v></v>", "<v/>", "", "<is><t>ü &lt;c r=</t></is>", "<v>#N/A</v>"])
    return pick.choice([f"{head}>{formula}{value}</c>", f"{head}>{formula}{value}</c>", f"{head}/>"])


def plainly(sheet: str) -> Iterator[tuple[int, int, str | None, int | None, str | None, bool]]:
    root: Element = fromstring(sheet)
    for cell in root.iter(f"{{{MAIN}}}c"):
        kind, value, inline, formula = cell.get("t"), cell.find(f"{{{MAIN}}}v"), cell.find(f"{{{MAIN}}}is"), cell.find(f"{{{MAIN}}}f") is not None
        text = (value.text or "") if value is not None else "" if inline is not None else None
        is_lost = kind == "s" and text not in (None, "", "1")  # of all texts here only 1 can be a place in a list
        if formula or is_lost or (text is not None and kind in (None, "n", "e")):
            letters = cell.attrib["r"].rstrip("0123456789")
            yield int(cell.attrib["r"][len(letters) :]), column_number(letters) - 1, kind, int(cell.get("s", "0")), text, formula


@pytest.mark.parametrize("seed", range(8))
def test_quick_and_plain_scan_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cellscan, "CHUNK", 2_000)
    pick = random.Random(seed)
    rows = {row: "".join(random_cell(f"{letter}{row}", pick) for letter in "ABCDE") for row in range(1, 60)}
    sheet = worksheet("".join(f'<row r="{row}" spans="1:5"{HIDDEN[row % 3]}>{cells}</row>' for row, cells in rows.items()))
    container = open_container(book(sheet), "up.xlsx", Files())
    quick, plain = cellscan._scan_regular(container, PART, "S"), cellscan._scan_any(container, PART, "S")
    assert quick.cells.with_columns(pl.col("style").fill_null(0)).rows() == plain.cells.rows() == list(plainly(sheet))
    assert quick.hidden == plain.hidden == list(range(3, 60, 3))


def test_chunks_end_where_a_cell_starts() -> None:
    pieces = [b"<head/>" * 9, b'<c r="A1"/>' * 9, b"<tail/>"]
    assert b"".join(cellscan._chunks(iter(pieces), b"<c ")) == b"".join(pieces)


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048577", "A4294967290", "XFE1", "ZZZZ1", "A0"])
def test_far_cell_is_refused(corner: str) -> None:
    assert "sheet S" in refusal(book(worksheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row><c r="{corner}"><v>1</v></c></row>')))


def test_huge_row_number_without_cells_is_refused() -> None:
    assert "1,048,576" in refusal(book(worksheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="4294967290"/>')))


def test_formatted_blank_cells_do_not_count_as_used() -> None:
    assert marks('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>') == []


@pytest.mark.parametrize("part", [PART, "xl/sharedStrings.xml", "xl/other.bin"])
def test_bomb_is_refused(part: str) -> None:
    assert "one part of the workbook is larger than 3,000,000 bytes" in refusal(book(worksheet(""), **{part: "<a/>" * 1_000_000}), max_unpacked_bytes=9_000_000)


def test_pictures_are_not_unpacked() -> None:
    data = book(worksheet(""), **{"xl/media/image1.png": "0" * 2_000_000, "xl/embeddings/book.xlsx": "0" * 2_000_000})
    assert check_workbook(data, "up.xlsx", Files(max_unpacked_bytes=1_000_000)).kind == BookKind.XLSX


def test_sheet_that_calls_itself_a_picture_is_looked_at() -> None:
    listed = f'<Relationships xmlns="{RELATIONS}">{LISTED.replace("worksheets/sheet1.xml", "media/sheet1.png")}</Relationships>'
    far = worksheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>')
    assert "used area" in refusal(book("", **{"xl/_rels/workbook.xml.rels": listed, "xl/media/sheet1.png": far}))


@pytest.mark.parametrize("part", [PART, "xl/sharedStrings.xml"])
def test_bomb_of_spaces_is_refused(part: str) -> None:
    assert "a text longer than 1 MB" in refusal(book(worksheet(""), **{part: worksheet(" " * 9_000_000)}))


def test_many_large_parts_are_refused() -> None:
    assert "larger than 3,000,000 bytes" in refusal(book(worksheet(""), **{f"xl/{n}.xml": "0" * 900_000 for n in range(4)}), max_unpacked_bytes=3_000_000)


def test_many_large_parts_are_counted_whatever_they_claim() -> None:
    data = book(worksheet(""), **{f"xl/{n}.bin": "0" * 900_000 for n in range(4)}).replace(struct.pack("<I", 900_000), struct.pack("<I", 1_000))
    assert refusal(data, max_unpacked_bytes=900_000) == "up.xlsx: one part of the workbook is larger than 300,000 bytes when unpacked, which is the limit."


def test_too_many_parts_are_refused() -> None:
    assert "10,000 parts" in refusal(book(worksheet(""), **{f"xl/{n}.xml": "" for n in range(MAX_PARTS)}))


def test_sizes_that_lie_are_refused() -> None:
    data = bytearray(book(worksheet(" " * 100_000)))
    entry = data.rfind(PART.encode()) - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    assert "damaged" in refusal(bytes(data))


def test_too_many_cells_are_refused() -> None:
    assert "100 cells" in refusal(book(worksheet('<row r="1">' + '<c r="A1"/>' * 101 + "</row>")), max_cells=100)


def test_too_many_columns_are_refused() -> None:
    assert "reaches to column E: more than 4 columns" in refusal(book(worksheet('<row r="1"><c r="E1"><v>1</v></c></row>')), max_columns=4)


def test_plain_walk_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cellscan, "MAX_ELEMENTS", 100)
    assert "100 elements" in refusal(book(worksheet("<row>" + "<c><v>1</v></c>" * 100 + "</row>")))


def test_doctype_is_refused_in_any_part_that_is_read() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    assert "DOCTYPE" in refusal(book(worksheet("", before=doctype)))
    assert "DOCTYPE" in refusal(book(worksheet(""), **{"xl/sharedStrings.xml": doctype + "<sst/>"}))
    assert check_workbook(book(worksheet(""), **{"xl/media/image1.svg": doctype + "<svg/>"}), "up.xlsx").kind == BookKind.XLSX


def test_utf_16_is_refused() -> None:
    assert "UTF-16" in refusal(book(worksheet("").encode("utf-16")))


def test_malformed_xml_is_refused() -> None:
    assert "well-formed" in refusal(book(worksheet("<row><c t='e'></row>")))


def test_cut_short_and_flipped_files_are_refused() -> None:
    data = book(worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    assert "damaged or cut short" in refusal(data[: len(data) // 2])
    middle = data.find(b"xl/styles.xml") + 60
    assert "damaged" in refusal(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])


def test_encrypted_files_are_refused_as_such() -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    assert "password-protected" in refusal(ole + "EncryptedPackage".encode("utf-16-le"))
    locked = bytearray(book(worksheet("")))
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    assert "password-protected" in refusal(bytes(locked))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "an image"),
        (b"%PDF-1.7", "a PDF"),
        (b"", "empty"),
        (bytes(99), "empty"),
        (b"<html>", "not a workbook"),
        (b"PK\x05\x06" + bytes(18), "no workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504), "no workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, what: str) -> None:
    assert what in refusal(data)


TOO_MANY = [
    '<sst uniqueCount="4294967295">',
    "<x:sst a='1' uniqueCount = '99999999999999999999'>",
    '<x><sst uniqueCount="4294967295">',
    '<sst uniqueCount="-1">',
]


@pytest.mark.parametrize("head", TOO_MANY)
def test_list_of_texts_that_claims_too_much_is_refused(head: str) -> None:
    assert "list of texts" in refusal(book(worksheet(""), **{"xl/sharedStrings.xml": head + "</sst>"}))


def test_list_of_texts_that_claims_little_passes() -> None:
    texts = '<?xml version="1.0"?>\n<!-- made here --><sst count="9" uniqueCount="3"><si><t>uniqueCount="4294967295"</t></si></sst>'
    assert check_workbook(book(worksheet(""), **{"xl/sharedStrings.xml": texts}), "up.xlsx").kind == BookKind.XLSX


def test_two_sheets_of_one_name_are_refused() -> None:
    two = f'<workbook xmlns="{MAIN}"><sheets><sheet name="S"/><sheet name="S"/></sheets></workbook>'
    assert "two sheets" in refusal(book(worksheet(""), **{"xl/workbook.xml": two}))


def test_two_parts_of_one_name_are_refused() -> None:
    assert "two parts" in refusal(book(worksheet(""), **{PART.upper(): worksheet("")}))
