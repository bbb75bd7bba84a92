"""Sheets of odd shapes: far cells, merges, dimensions that lie, blank rows, hidden sheets, headers, names."""

import json
import tempfile
from pathlib import Path

import pytest

from tests.hazards.books import BOOK, GOOD, HEAD, MAIN, OFFICE, Swelling, binary_book, bomb, book, parts, row, rows, sheet, table, zipped
from tests.hazards.conftest import Victim
from tests.unit import test_open_document as opened

ONE = rows(HEAD, GOOD)
APPLIED = [(2, "applied", None)]
MERGED = "</sheetData><mergeCells>{}</mergeCells>"


def cell_at(at: str, value: str = "<v>1</v>") -> str:
    return f'<row r="{at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{at}">{value}</c></row>'


def merged(body: str, *areas: str) -> bytes:
    listed = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return book(sheet(body, after=f"<mergeCells>{listed}</mergeCells>"))


@pytest.mark.hazard(11, "Cells at A1 and XFD1048576", "refused, naming how far the used area reaches, and what to delete")
@pytest.mark.parametrize("at", ["XFD1048576", "XFD9000"])
def test_far_cell(victim: Victim, at: str) -> None:
    victim.refuses("up.xlsx", book(sheet(ONE + cell_at(at))), "sheet Flags", "used area", "files.max_cells", "Delete the stray cells")


@pytest.mark.hazard(11, "Cells at A1 and XFD1048576 of an .xlsb, which the parser alone sees", "refused: the parser dies, and the program goes on")
def test_far_cell_of_a_binary_book(victim: Victim) -> None:
    victim.refuses("up.xlsb", binary_book(HEAD, GOOD, far=(1_048_575, 16_383)), "could not be read safely", "files.read_memory")


@pytest.mark.hazard(11, "An OpenDocument sheet that claims 17,000,000,000 cells", "refused, naming the limit")
def test_far_cells_of_an_open_document(victim: Victim) -> None:
    cell = opened.cell('office:value-type="string" table:number-columns-repeated="16384"', "<text:p>x</text:p>")
    content = opened.book(opened.table(opened.row(cell, attributes='table:number-rows-repeated="1048575"')))
    victim.refuses("up.ods", content, "which is the limit", "files.max_cells")


@pytest.mark.hazard(11, "A stray cell in the last column, or in the last row", "read: the area is small enough")
@pytest.mark.parametrize("at", ["XFD3", "A1048576"])
def test_stray_cell(victim: Victim, at: str) -> None:
    assert victim.outcomes("up.xlsx", book(sheet(ONE + cell_at(at))))[0] == APPLIED[0]


@pytest.mark.hazard(12, "A row beyond 1,048,576 or a column beyond XFD", "refused")
@pytest.mark.parametrize("at", ["A1048577", "A99999999999999999999", "ZZZZ2", "A0"])
def test_cell_beyond_a_worksheet(victim: Victim, at: str) -> None:
    victim.refuses("up.xlsx", book(sheet(ONE + cell_at(at))), "up.xlsx, sheet Flags")


@pytest.mark.hazard(13, "Cells merged over the whole sheet", "refused, with how to unmerge them")
def test_huge_merge(victim: Victim) -> None:
    victim.refuses("up.xlsx", merged(ONE, "A2:XFD1048576"), "merged cells reach from row 2 to row 1,048,576", "Unmerge")


@pytest.mark.hazard(13, "Cells merged in the data", "rows under a merged cell come back; nothing is filled down")
def test_small_merge(victim: Victim) -> None:
    body = rows(("May",), HEAD, GOOD, ("add", None, "Warning", "x"), ("add", "C2", "Warning", None), ("add", "C2", "Alert", "y"))
    outcomes = victim.previewed("up.xlsx", merged(body, "A1:D1", "B3:B4", "D4:D5"))
    assert outcomes == [(3, "applied", None), (4, "rejected", "cell-error"), (5, "rejected", "cell-error"), (6, "applied", None)]


@pytest.mark.hazard(13, "A million merged areas, or as many that overlap", "refused, naming the limit")
def test_many_merges(victim: Victim) -> None:
    swelling = Swelling(sheet(ONE).replace("</sheetData></worksheet>", "</sheetData><mergeCells>").encode(), b'<mergeCell ref="B2:B3"/>', 60_000_000)
    victim.refuses("up.xlsx", bomb(swelling), "merged areas, which is the limit")
    body = rows(HEAD, *[GOOD] * 3000)
    victim.refuses("overlapping.xlsx", merged(body, *["A2:D3001"] * 2000), "which is the limit")


@pytest.mark.hazard(14, "A dimension that says more or less than there is", "read as if it were not there")
@pytest.mark.parametrize("claim", ["A1:XFD1048576", "A1:A1", "C9"])
def test_dimension(victim: Victim, claim: str) -> None:
    content = sheet(rows(HEAD, GOOD, ("add", "C2", "Alert", "x"))).replace("<sheetData>", f'<dimension ref="{claim}"/><sheetData>')
    assert victim.outcomes("up.xlsx", book(content)) == [(2, "applied", None), (3, "applied", None)]


@pytest.mark.hazard(15, "A million blank rows, formatted, below the table", "the rows of the table are read, and no more")
@pytest.mark.parametrize("blank", ['<c r="A{0}" s="2"/><c r="D{0}" s="1"/>', "", '<c r="A{0}"><v></v></c>'], ids=["formatted", "rows", "values"])
def test_blank_rows(victim: Victim, blank: str) -> None:
    many = "".join(f'<row r="{number}" ht="15">{blank.format(number)}</row>' for number in range(3, 1_000_003))
    assert victim.outcomes("up.xlsx", book(sheet(ONE + many))) == APPLIED


@pytest.mark.hazard(16, "Titles above the header, a table that begins at C4, blank rows", "read; rows are numbered as the spreadsheet shows them")
def test_titles_and_blank_rows(victim: Victim) -> None:
    body = row(1, "Flags of May") + row(4, *HEAD, first=2) + row(5, *GOOD, first=2) + row(9, "ad", *GOOD[1:], first=2) + row(12, "note", first=9)
    assert victim.outcomes("up.xlsx", book(sheet(body))) == [(5, "applied", None), (9, "rejected", "unknown-action")]


@pytest.mark.hazard(17, "Headers in other case, with blanks, in another order, with columns more", "read; the columns more are named")
def test_headers_in_other_words(victim: Victim) -> None:
    body = rows((" COMMENT ", "Colour", "customer-id", "Flag Type", "Action", None), ("Owes money", "red", "C1", "Alert", "add", None))
    assert "Colour" in victim.hand_in("up.xlsx", book(sheet(body))).out
    assert victim.outcomes("up.xlsx", book(sheet(body.replace(">C1<", ">C2<")))) == APPLIED


@pytest.mark.hazard(17, "A header twice, missing or blank", "refused, naming it")
@pytest.mark.parametrize(
    ("head", "said"),
    [
        ((*HEAD, "Comment"), "two columns mean comment"),
        (("action", "customer_id", "comment"), "missing: flag_type"),
        (("action", "customer_id", None, "comment"), "missing: flag_type"),
        (("A", "B", "C"), "no table was found"),
    ],
    ids=["twice", "missing", "blank", "none"],
)
def test_headers_that_do_not_do(victim: Victim, head: tuple[str | None, ...], said: str) -> None:
    victim.refuses("up.xlsx", book(sheet(rows(head, GOOD))), said)


def two_sheets(state: str, second: str = "Old") -> bytes:
    sheets = f'<sheet name="Flags" sheetId="1" r:id="rId1"/><sheet name="{second}" sheetId="2"{state} r:id="rId3"/>'
    more = f'<Relationship Id="rId3" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    made = parts()
    relations = str(made["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", more)
    listed = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    other = sheet(rows(HEAD, ("add", "C2", "Alert", "hidden")))
    return zipped({**made, BOOK: listed, "xl/_rels/workbook.xml.rels": relations, "xl/worksheets/sheet2.xml": other})


@pytest.mark.hazard(18, "A hidden or very hidden sheet with instructions", "left out and named; read where --sheet names it")
@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheet(victim: Victim, state: str) -> None:
    content = two_sheets(f' state="{state}"')
    assert "Old (hidden)" in victim.hand_in("up.xlsx", content).out
    assert len(victim.outcomes("other.xlsx", content, "--sheet", "old")) == 1


@pytest.mark.hazard(18, "Several visible sheets of instructions, and none", "all are read; none: refused")
def test_several_sheets(victim: Victim) -> None:
    assert len(victim.outcomes("up.xlsx", two_sheets(""))) == 2
    victim.refuses("hidden.xlsx", zipped(parts(state=' state="hidden"')), "no table was found")


@pytest.mark.hazard(19, "Hidden and filtered rows", "read, with a remark that counts them")
def test_hidden_rows(victim: Victim) -> None:
    content = book(sheet(rows(HEAD, GOOD, ("add", "C2", "Alert", "x")).replace('<row r="3"', '<row r="3" hidden="1"')))
    assert "1 hidden or filtered row was read" in victim.hand_in("up.xlsx", content).out


@pytest.mark.hazard(20, "Rows out of order", "every row is read, under its own number")
def test_rows_out_of_order(victim: Victim) -> None:
    body = row(1, *HEAD) + row(9, "add", "C2", "Alert", "x") + row(4, *GOOD) + row(6, "ad", "C1", "Alert", "x")
    assert victim.outcomes("up.xlsx", book(sheet(body))) == [(4, "applied", None), (6, "rejected", "unknown-action"), (9, "applied", None)]


@pytest.mark.hazard(20, "The same cell twice", "refused, naming the cell")
def test_same_cell_twice(victim: Victim) -> None:
    body = rows(HEAD, GOOD).replace("</row>", '<c r="B2"><v>7</v></c></row>')
    victim.refuses("up.xlsx", book(sheet(body)), "the cell B2 stands in the file twice")


@pytest.mark.hazard(21, "Sheets named like SQL, a path, a formula or markup", "read, the name being nothing but text")
@pytest.mark.parametrize("name", ["x'; DROP TABLE flags;--", "../../etc/passwd", "=&lt;b&gt;" + "a" * 300])
def test_sheet_name(victim: Victim, name: str) -> None:
    made = parts()
    content = zipped({**made, BOOK: str(made[BOOK]).replace('name="Flags"', f'name="{name}"')})
    assert victim.outcomes("up.xlsx", content) == APPLIED
    assert not (victim.shop.folder / "../../etc").exists()


@pytest.mark.hazard(22, "A header without rows", "no rows, exit code 0")
def test_only_a_header(victim: Victim) -> None:
    assert victim.outcomes("up.xlsx", table()) == []


@pytest.mark.hazard(22, "A sheet without anything", "refused")
def test_nothing(victim: Victim) -> None:
    victim.refuses("up.xlsx", book(sheet("")), "no table was found")


@pytest.mark.hazard(41, "Files named a[1].csv, *.csv, -rf.csv, flags (1).xlsx, with a line break, of 255 bytes", "that file is read, and no other")
@pytest.mark.parametrize("name", ["a[1].csv", "*.csv", "-rf.csv", "flags (1).csv", "two\nlines.csv", "é" * 120 + ".csv", "x" * 251 + ".csv", "http:x.csv"])
def test_file_name(victim: Victim, name: str) -> None:
    content = b"action,customer_id,flag_type,comment\nadd,C1,Alert,right\n"
    for other in ("a1.csv", "ab.csv", "flags.csv", "lines.csv"):
        victim.shop.file(other, content.replace(b"right", b"wrong"))
    path = victim.shop.file(name, content)
    short = len(name.encode()) < 200
    with tempfile.TemporaryDirectory(dir=victim.shop.folder) as out:
        ran = victim.run("apply", "--json", "--out", out, "--", Path(name))
        assert ran.code == (0 if short else ran.code), ran.err
        assert ran.code in (0, 3, 5), ran.err
        assert path.read_bytes() == content
    if ran.code == 0:
        assert json.loads(victim.run("show", "C1", "--json").out)["flags"][0]["comment"] == "right"


@pytest.mark.hazard(41, "A name that no file has, though a pattern or an address it might be", "refused: there is no such file")
@pytest.mark.parametrize("name", ["a[1].csv", "*.csv", "http://127.0.0.1:9/x.csv"])
def test_name_that_is_no_file(victim: Victim, name: str) -> None:
    victim.shop.file("a1.csv", b"action,customer_id,flag_type,comment\nadd,C1,Alert,wrong\n")
    ran = victim.run("apply", name)
    assert (ran.code, "no such file" in ran.err) == (3, True), ran.err
