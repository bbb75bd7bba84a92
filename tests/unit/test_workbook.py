"""Workbooks as text sheets: cells, row numbers, sheets that are read or left out, marks."""

import datetime
import zipfile
from collections.abc import Sequence
from io import BytesIO

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipeline.errors import Refused
from pipeline.intake.cellvalues import cell_text, is_inexact
from pipeline.intake.sheets import RawSheet, Wanted
from pipeline.intake.workbook import WorkbookRead, read_workbook
from schemas.columns import FLAGS

WANTED = Wanted.of(FLAGS)
HEADER = ["Action", "Customer ID", "Flag type", "Comment"]
Cell = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None


def book(*rows: Sequence[Cell], title: str = "Flags", **others: Sequence[Sequence[Cell]]) -> bytes:
    made = openpyxl.Workbook()
    first = made.active
    first.title = title
    for row in rows:
        first.append(row)
    for name, table in others.items():
        sheet = made.create_sheet(name)
        for row in table:
            sheet.append(row)
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def patched(data: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name).decode()
            assert name != part or old in content
            target.writestr(name, content.replace(old, new) if name == part else content)
    return buffer.getvalue()


def read(data: bytes, *only: str) -> WorkbookRead:
    return read_workbook(data, WANTED, "up.xlsx", only)


def sheet_of(*rows: Sequence[Cell]) -> RawSheet:
    return read(book(*rows)).sheets[0]


def refusal(data: bytes, *only: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read(data, *only)
    assert caught.value.reason.startswith("up.xlsx")
    return caught.value


def test_cells_come_as_text() -> None:
    day, moment = datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 10, 0)
    sheet = sheet_of(HEADER, ["add", 123, True, "two\nlines"], ["add", 1.5, day, moment], ["add", " ", datetime.time(10, 0), None])
    assert sheet.rows.rows() == [
        (2, "add", "123", "TRUE", "two\nlines"),
        (3, "add", "1.5", "2026-01-02", "2026-01-02T10:00:00"),
        (4, "add", None, "10:00:00", None),
    ]
    assert sheet.header == tuple(HEADER)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123.0, "123"),
        (-0.1, "-0.1"),
        (1.234567890123457e16, "12345678901234570"),
        (-1e22, "-10000000000000000000000"),
        (float("inf"), "inf"),
        (7, "7"),
        (False, "FALSE"),
        (datetime.timedelta(hours=36), "PT129600S"),
    ],
)
def test_one_cell_as_text(value: float | datetime.timedelta, text: str) -> None:
    assert cell_text(value) == text


def test_fractions_of_a_second_stay() -> None:
    assert cell_text(datetime.datetime(2026, 1, 2, 10, 0, 0, 500_000)) == "2026-01-02T10:00:00.500000"
    assert cell_text(datetime.datetime(2026, 1, 2)) == "2026-01-02"


def test_numbers_that_are_no_ids_in_other_kinds_of_workbook() -> None:
    assert [is_inexact(value) for value in (1.5, 1e15, 10**15, 123.0, 123, True, "1.5")] == [True, True, True, False, False, False, False]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    sheet = sheet_of(["Flags of May"], [], HEADER, ["add", "C1"], [], [" ", None], ["add", "C2"])
    assert sheet.header_row == 3
    assert sheet.rows["source_row"].to_list() == [4, 7]


def test_table_that_begins_at_b3() -> None:
    made = openpyxl.Workbook()
    for column, name in enumerate(HEADER, 2):
        made.active.cell(3, column, name)
    made.active["C4"], made.active["B6"] = 1.5, "=NA()"
    sheet = read(saved(made)).sheets[0]
    assert sheet.header == tuple(HEADER)
    assert sheet.rows.rows() == [(4, None, "1.5", None, None), (6, "#ERROR", None, None, None)]
    assert sheet.marks.rows() == [(4, 1, "id-not-exact"), (6, 0, "cell-error")]


def test_cells_beside_the_header_make_no_row() -> None:
    sheet = sheet_of(HEADER, ["add", "C1", None, None, None, "=NA()"], [None, None, None, None, None, "note"])
    assert sheet.rows["source_row"].to_list() == [2]
    assert sheet.marks.is_empty()


def test_errors_and_inexact_numbers_are_marked() -> None:
    data = patched(book(HEADER, ["add", 46024, "On Hold", "x"]), '<c r="D2"', '<c r="D2" t="e"><v>#N/A</v></c><c r="E2"')
    made = openpyxl.load_workbook(BytesIO(book(HEADER, ["add", 7, "On Hold", "=1+1"])))
    made.active["B2"].number_format = "00000"
    sheet = read(saved(made)).sheets[0]
    assert sheet.rows.rows() == [(2, "add", "7", "On Hold", "#ERROR")]
    assert sheet.marks.rows() == [(2, 1, "id-not-exact"), (2, 3, "cell-error")]
    assert read(data).sheets[0].rows["c3"].to_list() == ["#N/A"]


@pytest.mark.parametrize("text", ["#SPILL!", "#CALC!", "#BUSY!", "#GETTING_DATA", "#CONNECT!"])
def test_newer_error_is_an_error_like_any_other(text: str) -> None:
    cells = f'<c r="B2" t="e"><f>X()</f><v>{text}</v></c><c r="D2" t="e"><v>#REF!</v></c>'
    sheet = read(patched(book(HEADER, ["add", 7], ["add", "C1"]), '<c r="B2" t="n"><v>7</v></c>', cells)).sheets[0]
    assert sheet.rows.rows() == [(2, "add", text, None, "#REF!"), (3, "add", "C1", None, None)]
    assert sheet.marks.rows() == [(2, 1, "cell-error"), (2, 3, "cell-error")]


def test_newer_error_in_an_odd_spelling_names_sheet_and_cell() -> None:
    data = patched(book(HEADER, ["add", 7]), '<c r="B2" t="n"><v>7</v></c>', '<c r="B2" t="e"><v>#SPILL!<!-- ! --></v></c>')
    assert "sheet Flags: cell B2" in refusal(data).reason


def merged(*areas: str) -> bytes:
    made = openpyxl.load_workbook(BytesIO(book(["Flags of May"], HEADER, ["add", "C1", "Alert", "x"], ["add", None, "Alert", None], [], ["add", "C2"])))
    for area in areas:
        made.active.merge_cells(area)
    return saved(made)


def test_cells_under_merged_areas_are_marked() -> None:
    sheet = read(merged("A1:D1", "B3:B5", "D3:D4", "E3:F4")).sheets[0]
    assert sheet.rows.rows()[:2] == [(3, "add", "C1", "Alert", "x"), (4, "add", "#ERROR", "Alert", "#ERROR")]
    assert sheet.rows["source_row"].to_list() == [3, 4, 6]
    assert sheet.marks.rows() == [(4, 1, "cell-error"), (4, 3, "cell-error")]


@pytest.mark.parametrize("area", ["A5:D5", "B4:B5", "D6:D9", "A1:D1"])
def test_merged_areas_that_hide_nothing_are_no_fault(area: str) -> None:
    assert read(merged(area)).sheets[0].marks.is_empty()


def test_value_that_a_merged_area_hides_is_not_believed() -> None:
    data = patched(
        book(HEADER, ["add", "C1", "Alert", "x"], ["add", "C2", "Alert", "x"]), "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>'
    )
    assert read(data).sheets[0].marks.rows() == [(3, 1, "cell-error")]


def test_huge_merged_area_is_refused() -> None:
    data = patched(book(HEADER, ["add", "C1"]), "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>')
    assert "merged cells reach from row 2 to row 1,048,576" in refusal(data).reason


def test_merged_areas_that_overlap_do_not_multiply() -> None:
    areas = '<mergeCell ref="A1:D9000"/>' * 2_000
    data = patched(book(HEADER, *[["add", "C1", "Alert", "x"]] * 2_000), "</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>")
    assert "more than 10,000,000 cells" in refusal(data).reason


def test_hidden_rows_are_read_and_counted() -> None:
    made = openpyxl.load_workbook(BytesIO(book(HEADER, ["add", "C1"], ["add", "C2"], [], ["add", "C3"], More=[HEADER, ["add"]])))
    for row in (2, 4, 5):  # row 4 is blank, and so was not read
        made["Flags"].row_dimensions[row].hidden = True
    made["More"].row_dimensions[2].hidden = True
    found = read(saved(made))
    assert found.sheets[0].rows["source_row"].to_list() == [2, 3, 5]
    assert found.remarks == ("Flags: 2 hidden or filtered rows were read too", "More: 1 hidden or filtered row was read too")


def test_every_visible_sheet_with_the_columns_is_read() -> None:
    made = openpyxl.load_workbook(BytesIO(book(HEADER, ["add"], Notes=[["see below"]], More=[HEADER, ["add"]], Old=[HEADER, ["add"]])))
    made["Old"].sheet_state = "hidden"
    made.create_chartsheet("Chart")
    found = read(saved(made))
    assert [sheet.name for sheet in found.sheets] == ["Flags", "More"]
    assert found.skipped == ("Notes (no header with the required columns)", "Old (hidden)", "Chart (not a sheet of cells)")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_named_where_no_other_is_usable(state: str) -> None:
    made = openpyxl.Workbook()
    made.active.append(["notes"])
    for name in ("Flags", "Old"):
        made.create_sheet(name).append(HEADER)
        made[name].sheet_state = state
    assert "Hidden, and therefore left out: Flags, Old." in refusal(saved(made)).reason
    assert "Hidden" not in refusal(saved(made), "Sheet").reason
    assert "Hidden" not in refusal(book(["notes"])).reason


def test_only_the_named_sheets_are_read() -> None:
    data = book(HEADER, ["add"], Notes=[["Action", "Email"]], More=[HEADER])
    found = read(data, "More")
    assert [sheet.name for sheet in found.sheets] == ["More"]
    assert found.skipped == ("Flags (not asked for)", "Notes (not asked for)")
    assert "The sheets there are: Flags, Notes, More." in refusal(data, "Mroe").reason
    assert "sheet Notes: a required column is missing: flag_type" in refusal(data, "Notes").reason


def test_without_a_usable_sheet_the_nearest_is_named() -> None:
    data = book(["Colour"], ["red"], Second=[["Action", "Customer ID"], ["add", "C1"]])
    assert "sheet Second: a required column is missing: flag_type. The columns there are: Action, Customer ID." in refusal(data).reason
    assert "no table" in refusal(book(["Colour"], ["red"])).reason
    assert "no table" in refusal(book()).reason


def test_header_is_searched_in_the_first_fifty_filled_rows() -> None:
    title = [["title"]]
    assert sheet_of(*title * 49, HEADER, ["add"]).header_row == 50
    assert "no table" in refusal(book(*title * 50, HEADER, ["add"])).reason


def test_dimension_that_lies_is_not_believed() -> None:
    data = patched(book(HEADER, *[["add"]] * 10), 'ref="A1:D11"', 'ref="A1:A2"')
    assert read(data).sheets[0].rows.height == 10
    assert read(patched(data, 'ref="A1:A2"', 'ref="A1:XFD1048576"')).sheets[0].rows.height == 10


def test_rows_out_of_order_and_cells_without_reference() -> None:
    made = book(HEADER, ["add", "C1"], ["add", "C2"])
    plain = patched(patched(made, ' r="2"', ' r="9"'), ' r="A3"', "")
    assert read(plain).sheets[0].rows.height == 2
    assert read(patched(made, 'r="A2"', 'r="A5"')).sheets[0].rows["source_row"].to_list() == [2, 3, 5]


def test_strict_workbook_is_read() -> None:
    strict = {"http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main"}
    strict["http://schemas.openxmlformats.org/officeDocument/2006/relationships"] = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(book(HEADER, ["add", "C1"]))) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode().replace('<c r="B2"', '<c r="D2" t="d"><v>2027-06-01</v></c><c r="B2"')
            for old, new in strict.items():
                content = content.replace(old, new)
            target.writestr(name, content)
    assert read(buffer.getvalue()).sheets[0].rows.rows() == [(2, "add", "C1", None, "2027-06-01")]


@pytest.mark.parametrize("name", ["x'; DROP TABLE flags;--", '<&>"', "مرحبا"])
def test_odd_sheet_names(name: str) -> None:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        made.add_worksheet(name).write_row(0, 0, HEADER)
    assert read(buffer.getvalue()).sheets[0].name == name


@pytest.mark.parametrize("pointer", ["6", "999", "abc", "-1", "1.5", "+1", " 1", "99999999999999999999"])
@pytest.mark.parametrize("spelling", ["<v>5</v>", '<v xml:space="preserve">5</v>'])
def test_cell_that_points_to_no_text_refuses_the_file(pointer: str, spelling: str) -> None:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        made.add_worksheet("Flags").write_row(0, 0, HEADER)
        made.get_worksheet_by_name("Flags").write_row(1, 0, ["add", "C1"])
    spelt = patched(buffer.getvalue(), "<v>5</v>", spelling)
    assert read(spelt).sheets[0].rows.rows() == [(2, "add", "C1", None, None)]
    for nothing in ("<v></v>", "<v/>"):  # no pointer at all: a blank cell
        assert read(patched(spelt, spelling, nothing)).sheets[0].rows.rows() == [(2, "add", None, None, None)]
    error = refusal(patched(spelt, spelling, spelling.replace("5", pointer)))
    assert "sheet Flags" in error.reason
    assert "cell B2" in error.reason
    assert "spreadsheet program" in error.fix


def test_open_document_is_read() -> None:
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in HEADER)
    add = '<table:table-cell office:value-type="string"><text:p>add</text:p></table:table-cell>'
    number = f'{add}<table:table-cell office:value-type="float" office:value="1.5"/>'
    rows = f"<table:table-row>{cells}</table:table-row><table:table-row>{number}</table:table-row>"
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<office:spreadsheet><table:table table:name="Flags">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content {names}><office:body>{table}</office:body></office:document-content>"
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    sheet = read(buffer.getvalue()).sheets[0]
    assert sheet.rows.rows() == [(2, "add", "1.5", None, None)]
    assert sheet.marks.rows() == [(2, 1, "id-not-exact")]


def test_frames_keep_their_shape() -> None:
    sheet = sheet_of(HEADER)
    assert sheet.rows.schema == {"source_row": pl.Int64, "c0": pl.String, "c1": pl.String, "c2": pl.String, "c3": pl.String}
    assert sheet.marks.schema == {"source_row": pl.Int64, "position": pl.Int64, "mark": pl.String}


def test_cells_right_of_the_last_header_are_told() -> None:
    head = ["action", "customer_id", "flag_type", "comment"]
    row = ["add", "C1", "Alert", "x"]
    said = "of which nothing is made: give them a header, or move them to their columns"
    assert read(book(head, row, [*row, None, "call first"])).remarks == (f"Flags: 1 row has cells right of the last header, {said} (row 3)",)
    assert read(book(head, [*row, "y"], [*row, "y"])).remarks == (f"Flags: 2 rows have cells right of the last header, {said} (row 2 and others)",)
    assert read(book(head, row, [*row, " "])).remarks == read(book(head, row)).remarks == ()
