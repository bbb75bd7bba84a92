"""The admin's own workbook with results: what is added, and that all else stays as it was."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as ListObject
from python_calamine import CalamineWorkbook

from pipeline.confined import FULL
from pipeline.intake.gate import check_workbook
from pipeline.intake.sheets import Wanted, is_ours
from pipeline.intake.workbook import read_workbook
from pipeline.outputs import ownbook
from pipeline.outputs.answers import Answered, Summary
from pipeline.outputs.ownapart import write_own_workbook_apart
from pipeline.outputs.ownbook import MARK, CantKeep, write_own_workbook
from pipeline.outputs.ownlimits import MOST_ROWS, why_not
from pipeline.outputs.tables import Table
from schemas.columns import FLAGS, RESULT_COLUMNS

HEADER = ["Action", "Customer ID", "Flag type", "Comment"]
ROWS: list[list[Any]] = [["add", "007", "VIP", "quiet room"], ["remove", "008", "VIP", None]]
SUMMARY = Summary("Batch 7 is applied.", [("Batch", [("file", "up.xlsx")]), ("Outcomes", [("applied", 1234), ("rejected", 1)]), ("Codes", [])])
APPLIED, REJECTED = ("applied", None, "flag added", "007", 2), ("rejected", "unknown-customer", "nobody has this id", None, None)
SCHEMA = {"source_row": pl.Int64, **dict.fromkeys(RESULT_COLUMNS, pl.String), "bookings_updated": pl.Int64}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Cell = Any  # what a cell may hold


def admin_book(*rows: Sequence[Cell]) -> Any:
    made = openpyxl.Workbook()
    made.active.title = "Flags"
    for row in rows or (HEADER, *ROWS):
        made.active.append(row)
    return made


def saved(made: Any) -> bytes:
    made.save(buffer := BytesIO())
    return buffer.getvalue()


def by_excel(fill: Callable[[Any, Any], None]) -> bytes:
    """Return a workbook of another writer, with texts in a shared list."""
    made = xlsxwriter.Workbook(buffer := BytesIO(), {"in_memory": True})
    sheet = made.add_worksheet("Flags")
    for row, values in enumerate([HEADER, *ROWS]):
        sheet.write_row(row, 0, values)
    fill(made, sheet)
    made.close()
    return buffer.getvalue()


def patched(data: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer := BytesIO(), "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            assert name != part or old in content
            target.writestr(name, content.replace(old, new) if name == part else content)
    return buffer.getvalue()


def answered(*rows: Sequence[Cell], name: str = "Flags", own: int = 4, width: int = 4, header_row: int = 1) -> Answered:
    numbered = [(header_row + number, *row) for number, row in enumerate(rows or (APPLIED, REJECTED), 1)]
    return Answered(name, header_row, 0, own, width, pl.DataFrame(numbered, schema=SCHEMA, orient="row"))


def results(data: bytes | Any, *sheets: Answered, more: Sequence[Table] = (), summary: Summary = SUMMARY) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, ".up.results.xlsx.1.tmp")
        write_own_workbook(path, data if isinstance(data, bytes) else saved(data), sheets or (answered(),), summary, more)
        check_workbook(path.read_bytes(), "results")
        return path.read_bytes()


def opened(data: bytes, **how: Any) -> Any:
    return openpyxl.load_workbook(BytesIO(data), **how)


def flags(data: bytes | Any, *sheets: Answered, **how: Any) -> Any:
    return opened(results(data, *sheets), **how)["Flags"]


def values(sheet: Any, area: str) -> list[tuple[Cell, ...]]:
    return [tuple(cell.value for cell in row) for row in sheet[area]]


def xml(data: bytes, part: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as parts:
        return parts.read(part).decode()


def calamine(data: bytes, name: str = "Flags") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name).to_python(skip_empty_area=False)


# --- results ----------------------------------------------------------------------------------------------------------


def test_results_stand_beside_their_rows() -> None:
    sheet = flags(admin_book())
    assert values(sheet, "A1:D3") == [tuple(HEADER), *map(tuple, ROWS)]
    assert values(sheet, "E1:I3") == [RESULT_COLUMNS, APPLIED, REJECTED]


def test_result_cells_are_texts_to_read_with_the_outcome_coloured() -> None:
    sheet = flags(admin_book())
    assert [cell.data_type for cell in sheet[2][4:]] == ["s", "n", "s", "s", "n"]
    assert all(sheet[place].quotePrefix and sheet[place].alignment.vertical == "top" for place in ("E2", "G2", "H2"))
    assert [sheet[place].alignment.wrap_text for place in ("E2", "G2")] == [None, True]
    assert [sheet[place].fill.fgColor.rgb for place in ("E2", "E3")] == ["00E2F0D9", "00F8CBAD"]
    assert [sheet.column_dimensions[letter].width for letter in "EFGHI"] == [13, 24, 60, 22, 18]


def test_new_headers_look_like_the_last_of_the_admin() -> None:
    made = admin_book([*HEADER[:3], "Comment", None], *ROWS)
    made.active["D1"].font, made.active["D1"].fill = Font(italic=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E78")
    sheet = flags(made, answered(own=5, width=5))
    assert sheet["F1"].font.italic
    assert sheet["J1"].fill.fgColor.rgb == "001F4E78"


def test_new_headers_are_bold_where_the_admin_has_no_style() -> None:
    assert flags(admin_book())["E1"].font.bold


def test_text_stays_text_in_results() -> None:
    strange = ["=1+1", "+1", "-1", "@x", "'quoted", "{=1}", "http://example.org", "file:///etc/passwd", "00123", " both "]
    data = results(admin_book(HEADER, *[["add"]] * len(strange)), answered(*[("rejected", None, text, text, None) for text in strange]))
    sheet = opened(data)["Flags"]
    assert [cell.value for cell in sheet["G"][1:]] == strange
    assert "<f>" not in xml(data, "xl/worksheets/sheet2.xml")
    assert all(cell.hyperlink is None and cell.data_type == "s" for cell in sheet["G"])
    assert [row[6] for row in calamine(data)[1:]] == strange


def test_messages_hold_no_character_that_xml_can_not() -> None:
    sheet = flags(admin_book(), answered(("rejected", None, "a\x00b\x1f\ufffe c\r\nd\re", "_x0041_", None)))
    assert sheet["G2"].value == "a\ufffdb\ufffd\ufffd c\nd\ne"


def test_letters_that_look_like_a_code_are_read_as_they_are() -> None:
    data = results(admin_book(), answered(("rejected", None, "is _x0041_", "_x005F_", None)))
    assert calamine(data)[1][6:8] == ["is _x0041_", "_x005F_"]


def test_messages_are_cut_to_what_a_cell_takes() -> None:
    for front in ("", "x"):  # one of the two would be cut in the middle of an emoji
        long = front + "😀" * 17_000
        text = str(flags(admin_book(), answered(("rejected", None, long, None, None)))["G2"].value)
        kept, _, word = text.partition(" … ")
        assert (long.startswith(kept), word) == (True, "(cut here: a cell of Excel holds no more)")
        assert 32_766 <= len(text.encode("utf-16-le")) // 2 <= 32_767


def test_sheets_are_answered_each_for_itself() -> None:
    made = admin_book()
    other = made.create_sheet("More")
    other.append(["title"])
    other.append([None, *HEADER])
    other.append([None, *ROWS[0]])
    second = Answered("More", 2, 1, 4, 4, pl.DataFrame([(3, *APPLIED)], schema=SCHEMA, orient="row"))
    book = opened(results(made, answered(), second))
    assert values(book["More"], "F2:J3") == [RESULT_COLUMNS, APPLIED]
    assert book["Flags"]["E1"].value == "outcome"


# --- where results go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["G9", "G1"])
def test_results_go_beyond_what_stands_right_of_the_table(place: str) -> None:
    made = admin_book()
    made.active[place] = "a note"
    sheet = flags(made)
    assert (sheet[place].value, sheet["E1"].value, sheet["H1"].value) == ("a note", None, "outcome")


def test_a_note_or_a_merged_range_at_the_right_is_something_too() -> None:
    made = admin_book()
    made.active["F2"].comment = Comment("look", "Ann")
    assert flags(made)["G1"].value == "outcome"
    made.active.merge_cells("C3:H3")
    assert flags(made)["I1"].value == "outcome"


def test_a_merged_title_above_the_table_takes_no_room() -> None:
    made = admin_book(["Flags of the season"], HEADER, *ROWS)
    made.active.merge_cells("A1:Z1")
    assert flags(made, answered(header_row=2))["E2"].value == "outcome"


def test_results_of_an_earlier_run_are_replaced() -> None:
    first = results(admin_book())
    sheet = flags(first, answered(REJECTED, APPLIED, width=9))
    assert values(sheet, "E1:J3") == [(*RESULT_COLUMNS, None), (*REJECTED, None), (*APPLIED, None)]
    assert sheet["F3"].value is None
    assert sheet["E3"].fill.fgColor.rgb == "00E2F0D9"


def test_an_earlier_runs_columns_keep_the_width_they_were_given() -> None:
    made = opened(results(admin_book()))
    made["Flags"].column_dimensions["G"].width, made["Flags"].column_dimensions["F"].hidden = 33, True
    sheet = flags(made, answered(width=9))
    assert (sheet.column_dimensions["G"].width, sheet.column_dimensions["F"].hidden) == (33, True)


def test_an_earlier_outcome_goes_even_where_its_row_was_emptied() -> None:
    made = opened(results(admin_book()))
    for cell in made["Flags"][3][:4]:
        cell.value = None
    made["Flags"]["E9"], made["Flags"]["G9"] = "mine", "mine too"
    sheet = flags(made, answered(APPLIED, width=9))
    assert [cell.value for cell in sheet[3][4:9]] == [None] * 5
    assert (sheet["E9"].value, sheet["G9"].value) == ("mine", "mine too")
    assert not sheet["E3"].has_style


def test_the_message_of_a_rejected_file_is_replaced() -> None:
    made = admin_book([*HEADER, "message"], [*ROWS[0], "nobody has this id"], [*ROWS[1], "flag type missing"])
    assert values(flags(made, answered(width=5)), "E1:J3") == [(*RESULT_COLUMNS, None), (*APPLIED, None), (*REJECTED, None)]


def test_old_results_make_way_for_what_the_admin_wrote_beside_them() -> None:
    made = admin_book([*HEADER, "message"], [*ROWS[0], "nobody has this id", "my note"])
    sheet = flags(made, answered(APPLIED, width=5))
    assert values(sheet, "E1:G2") == [(None, None, "outcome"), (None, "my note", "applied")]


def test_a_note_below_old_results_stays_below_the_new() -> None:
    made = opened(results(admin_book()))
    made["Flags"]["E9"] = "two of three done"
    sheet = flags(made, answered(width=9))
    assert [sheet[place].value for place in ("E1", "E2", "E9", "J1")] == ["outcome", "applied", "two of three done", None]


def test_a_note_on_an_old_result_stays_where_it_is() -> None:
    made = opened(results(admin_book()))
    made["Flags"]["E2"].comment = Comment("why?", "Ann")
    sheet = flags(made, answered(width=9))
    assert (sheet["E2"].value, sheet["E2"].comment.text) == ("applied", "why?")


def test_a_sheet_without_room_is_told() -> None:
    made = admin_book()
    made.active["XFB1"] = "far"
    with pytest.raises(CantKeep, match="no room"):
        results(made)


# --- widths, heights, filters -----------------------------------------------------------------------------------------


def test_result_columns_are_shown_where_all_columns_to_the_right_are_hidden() -> None:
    made = admin_book()
    rest = made.active.column_dimensions["C"]
    rest.min, rest.max, rest.hidden, rest.width = 3, 16_384, True, 7
    columns = flags(made).column_dimensions
    assert [(columns[letter].min, columns[letter].max, columns[letter].hidden) for letter in ("C", "J")] == [(3, 4, True), (10, 16_384, True)]
    assert not any(columns[letter].hidden for letter in "EFGHI")


def test_heights_that_were_chosen_stay_and_others_are_left_to_be_found() -> None:
    data = patched(saved(admin_book()), '<row r="3">', '<row r="3" ht="15">')
    data = patched(data, '<row r="2">', '<row r="2" ht="40" customHeight="1">')
    heights = flags(data).row_dimensions
    assert (heights[2].height, heights[3].height) == (40, None)


def test_a_filter_is_added_over_the_table() -> None:
    assert flags(admin_book()).auto_filter.ref == "A1:I3"


def test_no_filter_is_added_over_no_rows() -> None:
    empty = Answered("Flags", 1, 0, 4, 4, pl.DataFrame(schema=SCHEMA))
    assert flags(admin_book(HEADER), empty).auto_filter.ref is None


def test_a_filter_stays_as_it_is() -> None:
    made = admin_book()
    made.active.auto_filter.ref = "A1:D3"
    made.active.auto_filter.add_filter_column(2, ["VIP"])
    made.active.auto_filter.add_sort_condition("B2:B3", descending=True)
    made.active.row_dimensions[3].hidden = True
    before, data = saved(made), results(made)
    found = re.compile("<autoFilter.*</autoFilter>")
    assert found.findall(xml(data, "xl/worksheets/sheet2.xml")) == found.findall(xml(before, "xl/worksheets/sheet1.xml"))
    assert opened(data)["Flags"].row_dimensions[3].hidden


def test_a_table_object_stays_and_gets_no_second_filter() -> None:
    made = admin_book()
    made.active.add_table(ListObject(displayName="Flagged", ref="A1:D3"))
    sheet = flags(made)
    assert (sheet.tables["Flagged"].ref, sheet.auto_filter.ref, sheet["E1"].value) == ("A1:D3", None, "outcome")


def test_a_table_forgets_the_query_that_is_left_out() -> None:
    made = admin_book()
    made.active.add_table(ListObject(displayName="Flagged", ref="A1:D3"))
    data = patched(saved(made), 'ref="A1:D3" header', 'ref="A1:D3" tableType="queryTable" connectionId="1" header', "xl/tables/table1.xml")
    assert not {"queryTable", "connectionId"} & set(re.findall(r"\w+", xml(results(data), "xl/tables/table1.xml")))


# --- what stays -------------------------------------------------------------------------------------------------------


STRANGE = [
    "=1+1",
    "+x",
    "-5",
    "@a",
    "'quoted",
    "007",
    "x" * 500,
    "two\nlines",
    "😀 ünï",
    "\u200f\u05e2\u05d1\u05e8\u05d9\u05ea\u200f",
    " blanks ",
    "#N/A",
    "http://a.b",
    "1E5",
    "TRUE",
]


def test_texts_stay_as_they_are() -> None:
    def fill(_: Any, sheet: Any) -> None:
        for row, text in enumerate(STRANGE, 1):
            sheet.write_row(row, 0, ["add", "", "VIP", ""])
            sheet.write_string(row, 3, text)

    data = results(by_excel(fill), answered(*[APPLIED] * len(STRANGE)))
    assert [(cell.value, cell.data_type) for cell in opened(data)["Flags"]["D"][1:]] == [(text, "s") for text in STRANGE]
    assert [row[3] for row in calamine(data)[1:]] == STRANGE
    read = read_workbook(data, Wanted.of(FLAGS), "up.xlsx").sheets[0]
    assert read.rows["c3"].to_list() == STRANGE
    assert (read.header[4:], is_ours(read.header, read.rows)) == (RESULT_COLUMNS, True)


def test_a_cells_apostrophe_stays() -> None:
    made = admin_book([*HEADER], ["add", "007", "VIP", "=1+1"])
    made.active["D2"].data_type, made.active["D2"].quotePrefix = "s", True
    sheet = flags(made, answered(APPLIED))
    assert (sheet["D2"].value, sheet["D2"].data_type, sheet["D2"].quotePrefix) == ("=1+1", "s", True)


def test_rich_text_stays_with_blanks_and_line_breaks_between_its_parts() -> None:
    bold, plain = InlineFont(b=True), InlineFont()
    rich = CellRichText(["ask ", TextBlock(bold, "Bob"), TextBlock(plain, " "), TextBlock(bold, "first"), TextBlock(plain, "\n"), "then go"])
    data = results(admin_book(HEADER, ["add", "007", "VIP", rich]), answered(APPLIED))
    assert calamine(data)[1][3] == "ask Bob first\nthen go"
    assert [str(run) for run in opened(data, rich_text=True)["Flags"]["D2"].value if isinstance(run, TextBlock) and run.font.b] == ["Bob", "first"]


@pytest.mark.parametrize("text", [" ", "_x000D_", "_x005F_x000D_", "a_x005F_b x005F_", "line_x000D_\nend"])
def test_blanks_and_codes_are_read_as_before(text: str) -> None:
    data = by_excel(lambda _, sheet: sheet.write_string(1, 3, text))
    data = patched(data, "_x005F_", "_x005F_", "xl/sharedStrings.xml") if "_x005F_" in xml(data, "xl/sharedStrings.xml") else data
    once = results(data)
    assert calamine(once)[1][3] == calamine(data)[1][3]
    assert calamine(results(once, answered(width=9)))[1][3] == calamine(data)[1][3]


def test_a_line_end_of_two_characters_stays() -> None:
    data = patched(by_excel(lambda _, sheet: sheet.write_string(1, 3, "a|b")), "a|b", "a&#13;\nb", "xl/sharedStrings.xml")
    assert calamine(results(data))[1][3] == "a\r\nb"


NUMBERS = ["0.13079200000000002", "45292.416666666664", "0", "60", "-1", "2958466.5", "9007199254740993", "12345678901234567890", "1E-7"]


@pytest.mark.parametrize("shown", ["General", "yyyy-mm-dd hh:mm", "[h]:mm", "00000"])
def test_numbers_and_moments_stay_to_the_last_digit(shown: str) -> None:
    made = admin_book(HEADER, *[["add", 111_000 + row] for row in range(len(NUMBERS))])
    for row, _ in enumerate(NUMBERS):
        made.active.cell(row + 2, 2).number_format = shown
    data = saved(made)
    for row, number in enumerate(NUMBERS):
        data = patched(data, f"<v>{111_000 + row}</v>", f"<v>{number}</v>")
    kept = results(data, answered(*[APPLIED] * len(NUMBERS)))
    found = re.findall(r'<c r="B[0-9]+"[^>]*><v>([^<]*)</v>', xml(kept, "xl/worksheets/sheet2.xml"))
    assert [float(number) for number in found] == [float(number) for number in NUMBERS]
    assert found[6:8] == NUMBERS[6:8]
    assert xml(kept, "xl/styles.xml").count(f'formatCode="{shown}"') == xml(data, "xl/styles.xml").count(f'formatCode="{shown}"')


def test_formulas_stay_and_are_computed_when_the_workbook_is_opened() -> None:
    data = results(admin_book(HEADER, ["add", "007", "VIP", '="quiet "&B2']), answered(APPLIED))
    assert opened(data)["Flags"]["D2"].value == '="quiet "&B2'
    assert 'fullCalcOnLoad="1"' in xml(data, "xl/workbook.xml")


def test_an_iso_date_stays() -> None:
    data = patched(saved(admin_book(HEADER, ["add", 5])), '<c r="B2" t="n"><v>5</v>', '<c r="B2" t="d"><v>2026-01-02T00:00:00</v>')
    assert calamine(results(data, answered(APPLIED)))[1][1] == calamine(data)[1][1]


def dressed_book() -> Any:
    """Return a workbook with something of all that a sheet can have."""
    made = admin_book(["Flags of the season"], [], HEADER, *ROWS)
    sheet = made.active
    sheet.merge_cells("A1:D1")
    sheet.freeze_panes, sheet.sheet_view.zoomScale, sheet.sheet_properties.tabColor = "B4", 85, "FF0000"
    sheet["D4"].comment, sheet["D4"].alignment, sheet["D4"].fill = Comment("Ask Bob", "Ann"), Alignment(indent=2), PatternFill("solid", fgColor="ABCDEF")
    sheet.add_data_validation(DataValidation("list", '"add,remove"', sqref="A4:A99"))
    sheet.conditional_formatting.add("C4:C5", CellIsRule("equal", ['"VIP"'], fill=PatternFill(bgColor="FFC7CE")))
    sheet.column_dimensions["B"].hidden, sheet.column_dimensions["C"].width = True, 31
    sheet.row_dimensions[5].hidden, sheet.row_dimensions[4].height = True, 44
    sheet.row_dimensions.group(4, 5, outline_level=1)
    sheet.protection.sheet, sheet.protection.password = True, "secret"
    sheet.print_title_rows, sheet.print_area, sheet.oddFooter.center.text = "3:3", "A1:D5", "Page &P"
    made.create_sheet("Lookup").sheet_state = "hidden"
    made["Lookup"]["A1"] = "=Flags!A4"
    return made


def test_what_a_sheet_has_stays() -> None:
    made = dressed_book()
    before, after = opened(saved(made))["Flags"], flags(made, answered(header_row=3))
    for name in ("freeze_panes", "print_title_rows", "print_area", "merged_cells", "sheet_state"):
        assert getattr(after, name) == getattr(before, name)
    assert after["D4"].comment.text == "Ask Bob"
    for name in ("alignment", "fill", "font", "border", "number_format", "protection"):
        assert repr(getattr(after["D4"], name)) == repr(getattr(before["D4"], name))
    for place in "BC":
        assert dict(after.column_dimensions[place]) == dict(before.column_dimensions[place])
    assert [dict(after.row_dimensions[row]) for row in (4, 5)] == [dict(before.row_dimensions[row]) for row in (4, 5)]


@pytest.mark.parametrize("part", ["dataValidations", "conditionalFormatting", "sheetProtection", "mergeCells", "headerFooter", "pageMargins", "sheetFormatPr"])
def test_a_sheets_own_settings_are_written_as_they_were(part: str) -> None:
    made = dressed_book()
    found = re.compile(f"<{part}[ >/].*?(?:</{part}>|/>)")
    before, after = xml(saved(made), "xl/worksheets/sheet1.xml"), xml(results(made, answered(header_row=3)), "xl/worksheets/sheet2.xml")
    assert found.findall(before)
    assert found.findall(after) == found.findall(before)


def test_cells_under_a_merged_range_keep_what_they_hold() -> None:
    data = patched(saved(admin_book()), "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="C2:D3"/></mergeCells>')
    sheet = xml(results(data), "xl/worksheets/sheet2.xml")
    assert "quiet room" in sheet
    assert '<mergeCell ref="C2:D3"' in sheet


def test_a_link_on_a_blank_cell_leaves_it_blank() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_url(1, 1, "https://example.org/", string="007", tip="open")
        sheet.write_url(1, 3, "mailto:gone@example.org")
        sheet.write_url(2, 3, "internal:Flags!A1", string="up")

    data = patched(by_excel(fill), "gone@example.org</t>", "</t>", "xl/sharedStrings.xml")
    sheet = flags(data)
    assert [(sheet[place].value, sheet[place].hyperlink.target, sheet[place].hyperlink.location) for place in ("B2", "D3")] == [
        ("007", "https://example.org/", None),
        ("up", None, "Flags!A1"),
    ]
    assert calamine(results(data))[1][3] == ""


def test_a_link_over_many_cells_stays_one() -> None:
    made = admin_book()
    made.active["D2"].hyperlink = "https://example.org/"
    data = results(patched(saved(made), 'ref="D2"', 'ref="D2:D1048576"'))
    assert re.findall('<hyperlink [^>]*ref="([^"]*)"', xml(data, "xl/worksheets/sheet2.xml")) == ["D2:D1048576"]


def test_charts_stay() -> None:
    made = admin_book(HEADER, ["add", 5], ["add", 7])
    chart = BarChart()
    chart.add_data(Reference(made.active, min_col=2, min_row=2, max_row=3))
    made.active.add_chart(chart, "K2")
    assert [len(sheet._charts) for sheet in opened(results(made)).worksheets] == [1, 1]


def test_pictures_stay() -> None:
    parts = (b"IHDR" + struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(b"\0\0"), b"IEND")
    png = b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    data = results(by_excel(lambda _, sheet: sheet.insert_image(8, 8, "logo.png", {"image_data": BytesIO(png)})))
    with zipfile.ZipFile(BytesIO(data)) as kept:
        assert kept.read("xl/media/image1.png") == png
    assert 'r:embed="rId1"' in xml(data, "xl/drawings/drawing2.xml")


def test_notes_keep_their_look() -> None:
    data = by_excel(lambda _, sheet: sheet.write_comment(1, 3, "look", {"width": 400, "height": 222, "author": "Ann", "visible": True}))
    kept = results(data)
    assert xml(kept, "xl/drawings/commentsDrawing1.vml") == xml(data, "xl/drawings/vmlDrawing1.vml")
    assert xml(kept, "xl/comments/comment1.xml") == xml(data, "xl/comments1.xml")


def test_choices_listed_on_another_sheet_stay() -> None:
    listed = (
        '<x14:dataValidation type="list" xr:uid="{0}"><x14:formula1><xm:f>Lookup!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>A2:A9</xm:sqref></x14:dataValidation>'
    )
    extension = (
        f'<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations count="1">{listed}</x14:dataValidations></ext></extLst></worksheet>'
    )
    office = "http://schemas.microsoft.com/office"
    names = f'xmlns:x14="{office}/spreadsheetml/2009/9/main" xmlns:xm="{office}/excel/2006/main" xmlns:xr="urn:r"'
    data = patched(patched(saved(admin_book()), "<worksheet ", f"<worksheet {names} "), "</worksheet>", extension)
    sheet = xml(results(data), "xl/worksheets/sheet2.xml")
    assert "<xm:f>Lookup!$A$1:$A$3</xm:f>" in sheet
    assert "xr:uid" not in sheet


def test_what_formulas_came_to_stays() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula(1, 3, '="quiet "&B2', value="quiet 007")
        sheet.write_formula(2, 3, "=1/3", value=1 / 3)

    assert [row[3] for row in calamine(results(by_excel(fill)))[1:]] == ["quiet 007", 1 / 3]


def test_names_stay_with_their_sheets_behind_the_new_ones() -> None:
    made = admin_book()
    other = made.create_sheet("Lookup")
    made.defined_names["everywhere"] = DefinedName("everywhere", attr_text="Lookup!$A$1:$A$9")
    other.defined_names["here"] = DefinedName("here", attr_text="Lookup!$B$1")
    other.print_title_cols, made.active.print_title_rows = "A:A", "1:1"
    book = opened(results(made, more=[Table("Changes", ["a"], pl.DataFrame({"a": ["b"]}))]))
    assert book.sheetnames == ["Summary", "Changes", "Flags", "Lookup"]
    assert (book.defined_names["everywhere"].attr_text, book["Lookup"].defined_names["here"].attr_text) == ("Lookup!$A$1:$A$9", "Lookup!$B$1")
    assert (book["Lookup"].print_title_cols, book["Flags"].print_title_rows) == ("$A:$A", "$1:$1")


def test_a_chart_sheet_does_not_shift_names() -> None:
    made = admin_book()
    made.active.print_title_rows = "1:1"
    made.create_chartsheet("Chart", 0).add_chart(BarChart())
    data = results(patched(saved(made), 'localSheetId="0"', 'localSheetId="1"', "xl/workbook.xml"))  # openpyxl writes the wrong one
    assert opened(data).sheetnames == ["Summary", "Flags", "Chart"]
    assert re.findall('<definedName (?=[^>]*Print_Titles)[^>]*localSheetId="([0-9]+)"', xml(data, "xl/workbook.xml")) == ["1"]


def test_links_to_other_workbooks_stay() -> None:
    data = by_excel(lambda made, _: made.add_worksheet("Ref").write_formula(0, 0, "=[1]Prices!$A$1", value=5))
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    data = patched(data, "</sheets>", '</sheets><externalReferences><externalReference r:id="rId99"/></externalReferences>', "xl/workbook.xml")
    link = f'<Relationship Id="rId99" Type="{relations}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'
    data = patched(data, "</Relationships>", link, "xl/_rels/workbook.xml.rels")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    data = patched(data, "</Types>", f'<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="{kind}"/></Types>', "[Content_Types].xml")
    sheets = '<sheetNames><sheetName val="Prices"/></sheetNames>'
    book = f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{relations}" r:id="rId1">{sheets}</externalBook></externalLink>'
    target = f'<Relationship Id="rId1" Type="{relations}/externalLinkPath" Target="prices.xlsx" TargetMode="External"/>'
    listed = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{target}</Relationships>'
    with zipfile.ZipFile(buffer := BytesIO(data), "a") as parts:
        parts.writestr("xl/externalLinks/externalLink1.xml", book)
        parts.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", listed)
    kept = opened(results(buffer.getvalue()))
    assert kept._external_links[0].file_link.Target == "prices.xlsx"
    assert kept["Ref"]["A1"].value == "=[1]Prices!$A$1"


def test_a_macro_workbook_or_template_comes_back_as_a_workbook() -> None:
    made = admin_book()
    made.template = True
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert f'/xl/workbook.xml" ContentType="{kind}"' in xml(results(made), "[Content_Types].xml")
    macros = patched(saved(admin_book()), kind, "application/vnd.ms-excel.sheet.macroEnabled.main+xml", "[Content_Types].xml")
    assert f'/xl/workbook.xml" ContentType="{kind}"' in xml(results(macros), "[Content_Types].xml")


# --- sheets in front --------------------------------------------------------------------------------------------------


def test_the_summary_says_what_became_of_the_batch() -> None:
    sheet = opened(results(admin_book()))["Summary"]
    lines = [tuple(cell.value for cell in row if cell.value is not None) for row in sheet.iter_rows()]
    assert [line for line in lines if line] == [
        (MARK.format("Summary"),),
        ("Batch 7 is applied.",),
        ("Batch",),
        ("file", "up.xlsx"),
        ("Outcomes",),
        ("applied", 1234),
        ("rejected", 1),
        ("Codes",),
    ]
    assert (sheet["B8"].number_format, sheet["A7"].font.bold, sheet["A8"].font.bold) == ("#,##0", True, False)


def test_the_summary_prints_on_one_page_across() -> None:
    sheet = opened(results(admin_book()))["Summary"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", 0, True)


def test_outcomes_are_charted_in_their_colours() -> None:
    chart = opened(results(admin_book()))["Summary"]._charts[0]
    series = chart.series[0]
    assert (series.val.numRef.f, series.cat.numRef.f) == ("'Summary'!$B$8:$B$9", "'Summary'!$A$8:$A$9")
    assert [point.spPr.solidFill.srgbClr for point in series.dPt] == ["4E8F3A", "C55A11"]


def test_the_summary_is_shown_and_nothing_else_is_selected() -> None:
    made = admin_book()
    made.create_sheet("Other").sheet_view.tabSelected = True
    made.create_chartsheet("Chart").add_chart(BarChart())
    made.active.sheet_view.tabSelected, made.active, made.views[0].firstSheet = True, 1, 1
    book = opened(results(made))
    assert (book.active.title, book.views[0].firstSheet) == ("Summary", 0)
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book.worksheets] == [True, False, False]
    assert not book.chartsheets[0].sheetViews.sheetView[0].tabSelected


def test_our_sheets_of_an_earlier_run_are_replaced() -> None:
    changes = Table("Changes", ["customer_id", "n", ""], pl.DataFrame({"a": ["=1+1"], "b": [5], "c": [None]}))
    first = results(admin_book(), more=[changes])
    assert values(opened(first)["Changes"], "A2:C3") == [("customer_id", "n", None), ("=1+1", 5, None)]
    again = opened(results(first, answered(width=9), summary=Summary("Batch 8 is applied.", [])))
    assert again.sheetnames == ["Summary", "Flags"]
    assert again["Summary"]["A2"].value == "Batch 8 is applied."


def test_a_summary_of_the_admin_stays() -> None:
    made = admin_book()
    made.create_sheet("SUMMARY")["A1"] = "mine"
    first = results(made)
    assert opened(first).sheetnames == ["Summary 2", "Flags", "SUMMARY"]
    assert opened(results(first, answered(width=9))).sheetnames == ["Summary 2", "Flags", "SUMMARY"]


def test_our_sheet_stays_where_the_admin_gave_it_a_name() -> None:
    made = opened(results(admin_book()))
    made["Summary"].title = "Batch 7"
    assert opened(results(made, answered(width=9))).sheetnames == ["Summary", "Batch 7", "Flags"]


def test_formulas_that_point_to_our_sheet_still_find_it() -> None:
    made = opened(results(admin_book()))
    made["Flags"]["K1"] = "=Summary!B8"
    book = opened(results(made, answered(width=9)))
    assert (book["Flags"]["K1"].value, book["Summary"]["B8"].value) == ("=Summary!B8", 1234)


def test_tables_in_front_hold_text_as_text_and_numbers_as_numbers() -> None:
    frame = pl.DataFrame({"a": ["http://x.y"], "b": [3], "c": [2.5], "d": [True]})
    data = results(admin_book(), more=[Table("Changes", ["same", "same", "c", "d"], frame)])
    sheet = opened(data)["Changes"]
    assert [(cell.value, cell.data_type) for cell in sheet[3]] == [("http://x.y", "s"), (3, "n"), ("2.5", "s"), ("True", "s")]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A3", "$2:$2")


# --- what can't be kept -----------------------------------------------------------------------------------------------


def test_an_ordinary_workbook_may_come_back_as_its_own() -> None:
    assert why_not(saved(dressed_book()), [answered()]) is None


@pytest.mark.parametrize("data", [b"", b"Action,Customer ID\n", saved(openpyxl.Workbook())[:-30]])
def test_what_is_no_workbook_is_told(data: bytes) -> None:
    assert "not an XLSX" in str(why_not(data, []))


def test_other_zip_files_are_told() -> None:
    with zipfile.ZipFile(buffer := BytesIO(), "w") as parts:
        parts.writestr("content.xml", "<office/>")
    assert "not an XLSX" in str(why_not(buffer.getvalue(), []))
    binary = patched(saved(admin_book()), "openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "ms-excel.sheet.binary.main", "[Content_Types].xml")
    assert "not an XLSX" in str(why_not(binary, []))


def test_too_many_rows_are_told() -> None:
    rows = pl.DataFrame({"source_row": range(MOST_ROWS + 1)})
    assert why_not(saved(admin_book()), [Answered("Flags", 1, 0, 4, 4, rows)]) == "the upload has 20,001 rows, more than 20,000"


def test_parts_too_large_are_told() -> None:
    data = patched(saved(admin_book()), "</worksheet>", " " * 64_000_000 + "</worksheet>")
    assert "larger than 64 MB" in str(why_not(data, []))


def test_too_many_cells_are_told() -> None:
    data = patched(saved(admin_book()), "<sheetData>", "<sheetData>" + "<row/>" * 2_000_000)
    assert "too many cells" in str(why_not(data, []))


def test_a_defined_name_without_end_is_told() -> None:
    made = admin_book()
    made.defined_names["long"] = DefinedName("long", attr_text="'" * 10_000)
    assert "too long" in str(why_not(saved(made), []))


MERGED = "</sheetData><mergeCells><mergeCell {}/></mergeCells>"


@pytest.mark.parametrize("ref", ['ref="A2:XFD1048576"', "ref = '$A$2:$XFD$1048576'", 'ref="A:XFD"', 'ref="2:1048576"', 'ref="XFD1:A1048576"'])
def test_vast_merged_ranges_are_told(ref: str) -> None:
    assert why_not(patched(saved(admin_book()), "</sheetData>", MERGED.format(ref)), [])


def test_many_merged_ranges_are_told_by_their_sum() -> None:
    many = "".join(f'<mergeCell ref="A{row}:J{row}"/>' for row in range(2, 20_003))
    assert "merged cells" in str(why_not(patched(saved(admin_book()), "</sheetData>", f"</sheetData><mergeCells>{many}</mergeCells>"), []))


def test_a_merged_range_that_is_none_is_told() -> None:
    assert "not a sound one" in str(why_not(patched(saved(admin_book()), "</sheetData>", MERGED.format('ref="&#65;1:B2"')), []))


def test_a_note_on_a_vast_range_is_told() -> None:
    made = admin_book()
    made.active["D2"].comment = Comment("look", "Ann")
    assert "notes" in str(why_not(patched(saved(made), 'ref="D2"', 'ref="A1:XFD1048576"', "xl/comments/comment1.xml"), []))


def test_a_workbook_that_openpyxl_can_not_read_is_told() -> None:
    data = patched(saved(admin_book()), 'name="Normal"', "", "xl/styles.xml")
    with pytest.raises(CantKeep, match="can't be carried over"):
        results(data)


def test_a_sheet_that_openpyxl_leaves_out_is_told() -> None:
    with pytest.raises(CantKeep, match="a sheet"):
        results(admin_book(), answered(name="Elsewhere"))


def test_words_about_what_is_left_out_do_not_stop_the_work() -> None:
    extension = '<extLst><ext xmlns:x14="urn:x" uri="{78C0D931-6437-407D-A8EE-F0AAD7539E65}"><x14:conditionalFormattings/></ext></extLst></worksheet>'
    assert flags(patched(saved(admin_book()), "</worksheet>", extension))["E1"].value == "outcome"


def test_table_without_columns_over_a_whole_sheet_is_not_carried() -> None:
    table = '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" ref="A1:XFD1048576" headerRowCount="1"/>'
    buffer = BytesIO(saved(admin_book()))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/tables/table9.xml", table)
    assert "tables" in str(why_not(buffer.getvalue(), []))


def test_writing_in_a_process_apart_does_the_same(tmp_path: Path) -> None:
    assert write_own_workbook_apart(tmp_path / "apart.xlsx", saved(admin_book()), [answered()], SUMMARY, ()) is None
    write_own_workbook(tmp_path / "here.xlsx", saved(admin_book()), [answered()], SUMMARY)
    apart, here = (openpyxl.load_workbook(tmp_path / name) for name in ("apart.xlsx", "here.xlsx"))
    assert [[cell.value for cell in row] for row in apart["Flags"]] == [[cell.value for cell in row] for row in here["Flags"]]


@pytest.mark.parametrize("code", [None, -6, -9, 1])
def test_process_apart_that_does_not_come_to_an_end_means_a_plain_workbook(code: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.apart.run_apart", lambda *_: code)
    assert "60 seconds or 3 GB" in str(write_own_workbook_apart(tmp_path / "up.xlsx", b"", [], SUMMARY, ()))


def test_process_apart_without_room_is_an_output_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.apart.run_apart", lambda *_: FULL)
    with pytest.raises(OSError, match="No space left"):
        write_own_workbook_apart(tmp_path / "up.xlsx", b"", [], SUMMARY, ())


def test_process_apart_says_why_a_workbook_cannot_be_carried(tmp_path: Path) -> None:
    assert (
        write_own_workbook_apart(tmp_path / "up.xlsx", b"no workbook", [answered()], SUMMARY, ()) == "the workbook holds something that can't be carried over"
    )


def test_without_the_guard_of_xml_nothing_is_carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert openpyxl.DEFUSEDXML
    monkeypatch.setattr(ownbook, "DEFUSEDXML", False)
    with pytest.raises(CantKeep, match="defusedxml"):
        write_own_workbook(tmp_path / "up.xlsx", saved(admin_book()), [answered()], SUMMARY)
