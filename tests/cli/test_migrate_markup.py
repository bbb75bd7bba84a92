"""HTML and SpreadsheetML through `migrate`: every table and sheet is read or named, and cells are what a workbook's cells would be."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

import pytest

from tests.cli.conftest import Ran, Shop
from tests.cli.test_migrate import AS_OF, asked
from tests.cli.test_migrate_damage import codes

VAGARO = ("First Name", "Last Name", "Email", "Mobile Phone", "Online Booking")
LAYER = ("Customer ID", "Customer Name", "Flag Type", "Flag Comment")
RESALE = ("Customer ID", "First Name", "Action", "Date", "Employee", "Reason")
BOOK = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
IDS, EVENTS = "SELECT customer_id FROM customers ORDER BY ALL", "SELECT customer_id, action, reason FROM history WHERE entity = 'flags' ORDER BY changed_at"
HIDDEN = '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>'


def migrated(shop: Shop, content: str, *words: str) -> Ran:
    """Run `migrate` on a file of this content that calls itself .xls."""
    shop.file("export.xls", content)
    return shop.run("migrate", "export.xls", *words, *AS_OF)


def notes(ran: Ran) -> list[str]:
    """Return the remarks on how the file was read, but for that on its kind."""
    return [remark.removeprefix("export.xls: ") for remark in ran.json()["remarks"] if remark.startswith("export.xls: ") and "by its content" not in remark]


def table(*rows: Sequence[str]) -> str:
    """Return rows as a table of HTML."""
    return "<table>" + "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows) + "</table>"


def person(number: int) -> Sequence[str]:
    """Return a row of a customer who is blocked."""
    return (f"N{number}", "X", f"n{number}@example.com", "", "Block")


def sheet(name: str, *rows: Sequence[str], more: str = "") -> str:
    """Return rows as a sheet of SpreadsheetML; a cell that begins with < stands for itself."""
    cells = (["".join(text if text.startswith("<") else f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row)] for row in rows)
    return f"<Worksheet ss:Name={quoteattr(name)}><Table>{''.join(f'<Row>{row}</Row>' for (row,) in cells)}</Table>{more}</Worksheet>"


def book(*sheets: str) -> str:
    """Return sheets as a file of SpreadsheetML."""
    return f"{BOOK}{''.join(sheets)}</Workbook>"


def number(text: str, kind: str = "Number") -> str:
    """Return a cell of a number, or of another kind."""
    return f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_every_table_that_has_the_header_is_read(bare: Shop) -> None:
    page = table(("menu",)) + table(VAGARO, person(1), person(2)) + "<p>page 2</p>" + table(VAGARO, person(3)) + table(("", ""))
    done = migrated(bare, f"<html>{page}</html>")
    assert (done.code, done.json()["rows"]["read"], notes(done)) == (0, 3, []), done.err
    assert [one["file"] for one in done.json()["systems"]] == ["export.xls, table 1", "export.xls, table 2"]
    assert asked(bare, IDS) == [(f"n{n}@example.com",) for n in (1, 2, 3)]


def test_tables_without_the_header_are_named_with_their_rows(bare: Shop) -> None:
    done = migrated(bare, table(("Printed by", "Kim")) + table(VAGARO, person(1)) + table(person(2), person(3)))
    left_out = "left out: it has {}, and no header with the required columns"
    assert (done.code, notes(done)) == (0, [f"table 1 of 3 {left_out.format('1 row')}", f"table 3 of 3 {left_out.format('2 rows')}"]), done.err
    assert asked(bare, IDS) == [("n1@example.com",)]


def test_of_very_many_tables_that_are_left_out_the_first_are_named(bare: Shop) -> None:
    done = migrated(bare, table(VAGARO, person(1)) + table(person(2)) * 25)
    assert (len(notes(done)), notes(done)[-1]) == (21, "5 more tables left out likewise, with 5 rows")


def test_rows_of_several_tables_that_come_back_say_of_which(bare: Shop) -> None:
    wrong = ("N", "X", "nobody", "", "Block")
    done = migrated(bare, table(VAGARO, person(1), wrong) + table(VAGARO, wrong))
    assert (done.code, codes(bare), done.json()["rows"]["rejected"]) == (4, [(2, "bad-email"), (3, "bad-email")], 2), done.err
    again = bare.run("migrate", "export.rejected.xlsx", "--from", "vagaro", *AS_OF)
    assert (again.code, [one["file"] for one in again.json()["systems"]]) == (4, ["export.rejected.xlsx, sheet table 1", "export.rejected.xlsx, sheet table 2"])


def test_a_draft_names_the_tables_that_it_says_nothing_of(bare: Shop) -> None:
    bare.file("export.xls", table(("Printed", "By"), ("Monday", "Kim")) + table(VAGARO, person(1), person(2)))
    assert "this is the table 2, which has the most rows. Nothing is said here of the others: table 1" in bare.run("migrate", "--draft", "export.xls").out


def test_a_cell_that_spans_rows_stands_in_each(bare: Shop) -> None:
    rows = [("flagged", "01/10/2024", "Dana", "stolen"), ("un-flagged", "02/11/2024", "Eli", "mix-up"), ("flagged", "05/03/2025", "Dana", "again")]
    body = "</tr><tr>".join("".join(f"<td>{text}</td>" for text in row) for row in rows)
    page = table(RESALE).replace("</table>", f"<tr><td rowspan=3>R1</td><td rowspan='1000000'>Jack</td>{body}</tr></table>")
    done = migrated(bare, page, "--from", "resaleai")
    assert (done.code, codes(bare), asked(bare, IDS)) == (0, [], [("R1",)]), done.err
    assert asked(bare, EVENTS) == [("R1", action.replace("-", ""), why) for action, _, _, why in rows]


def test_cells_that_span_rows_and_columns_push_others_aside_in_their_group_of_rows(bare: Shop) -> None:
    """Two columns of a cell that spans rows: its text in the first, a blank in the second; none of it in the next group."""
    body = "<tbody><tr><td rowspan=0>A</td><td colspan=2 rowspan=2>Fay</td><td>Alert</td><td>x</td></tr><tr><td>Warning</td><td>y</td></tr></tbody>"
    page = table(("Customer ID", "Customer Name", "Town", "Flag Type", "Flag Comment")).replace("</table>", body)
    done = migrated(bare, page + "<tbody><tr><td>B</td><td>Bo</td><td></td><td>Alert<td>z</tr></tbody></table>", "--from", "thelayer")
    flags = asked(bare, "SELECT customer_id, company, flag_type, comment FROM flags JOIN customers USING (customer_id) ORDER BY ALL")
    assert (done.code, flags) == (0, [("A", "Fay", "Alert", "x"), ("A", "Fay", "Warning", "y"), ("B", "Bo", "Alert", "z")]), done.err


def test_every_visible_sheet_that_has_the_header_is_read(bare: Shop) -> None:
    sheets = [sheet("A", VAGARO, person(1)), sheet("B", ("Report",), VAGARO, person(2)), sheet("Old", VAGARO, person(3), more=HIDDEN), sheet("Notes", ("x",))]
    done = migrated(bare, book(*sheets))
    left_out = ["sheet left out: Old (hidden)", "sheet left out: Notes (no header with the required columns)"]
    assert (done.code, notes(done), asked(bare, IDS)) == (0, left_out, [("n1@example.com",), ("n2@example.com",)]), done.err
    assert [one["file"] for one in done.json()["systems"]] == ["export.xls, sheet A", "export.xls, sheet B"]


def test_sheets_of_one_name_are_each_read(bare: Shop) -> None:
    done = migrated(bare, book(*(sheet("A", VAGARO, person(n)) for n in range(3))))
    assert (done.code, len(asked(bare, IDS))) == (0, 3), done.err


@pytest.mark.parametrize(
    ("text", "known"),
    [("123", "123"), ("123.0", "123"), ("7210448301122", "7210448301122"), *((text, "") for text in ("7.2104483011224999E+16", "12345678901234567", "12.5"))],
)
def test_a_number_is_an_id_where_it_shows_all_digits(bare: Shop, text: str, known: str) -> None:
    done = migrated(bare, book(sheet("A", LAYER, (number(text), "Ann", "Alert", number("12.50")))), "--from", "thelayer")
    assert (done.code, codes(bare), asked(bare, IDS)) == ((0, [], [(known,)]) if known else (4, [(2, "id-not-exact")], [])), done.err
    assert asked(bare, "SELECT comment FROM flags") == ([("12.5",)] if known else [])
    again = bare.run("migrate", "export.rejected.csv", "--from", "thelayer", *AS_OF)
    assert known or (again.code, asked(bare, IDS)) == (4, [])


def test_a_day_is_no_id_and_is_read_as_in_other_workbooks(bare: Shop) -> None:
    rows = [(number(text, "DateTime"), "Ann", "Alert", "x") for text in ("2002-01-01T00:00:00.000", "soon")]
    rows += [("L1", "Bo", "Alert", number("2026-03-04T00:00:00.000", "DateTime")), ("L2", "Cy", "Alert", number("2026-03-04T09:30:00.000", "DateTime"))]
    done = migrated(bare, book(sheet("A", LAYER, *rows)), "--from", "thelayer")
    assert (done.code, codes(bare)) == (4, [(2, "id-not-exact"), (3, "id-not-exact")]), done.err
    assert asked(bare, "SELECT customer_id, comment FROM flags ORDER BY ALL") == [("L1", "2026-03-04"), ("L2", "2026-03-04T09:30:00")]


@pytest.mark.parametrize("cell", [number("#REF!", "Error"), number("#SPILL!", "Error"), '<Cell ss:Formula="=R1C1"/>'])
def test_an_error_cell_brings_its_row_back(bare: Shop, cell: str) -> None:
    done = migrated(bare, book(sheet("A", LAYER, ("L1", "Ann", "Alert", cell), (cell, "Bo", "Alert", "x"), ("L3", cell, "Alert", "x"))), "--from", "thelayer")
    assert (done.code, {code for _, code in codes(bare)}, done.json()["rows"]["rejected"], asked(bare, IDS)) == (4, {"cell-error"}, 3, []), done.err


def test_a_note_is_no_part_of_its_cell(bare: Shop) -> None:
    cell = '<Cell><Data ss:Type="String">late</Data><Comment ss:Author="Kim"><ss:Data>Kim: see file</ss:Data></Comment></Cell>'
    done = migrated(bare, book(sheet("A", LAYER, ("L1", "Ann", "Alert", cell))), "--from", "thelayer")
    assert (done.code, asked(bare, "SELECT comment FROM flags")) == (0, [("late",)]), done.err


def test_rows_under_merged_cells_come_back(bare: Shop) -> None:
    first, second = ('<Cell ss:MergeDown="1"><Data ss:Type="String">R1</Data></Cell>', "Jack"), ('<Cell ss:Index="2"><Data>Jack</Data></Cell>',)
    rows = [(*first, "flagged", "01/10/2024", "Dana", "a"), (*second, "un-flagged", "02/11/2024", "Eli", "b")]
    done = migrated(bare, book(sheet("A", RESALE, *rows)), "--from", "resaleai")
    assert (done.code, codes(bare), asked(bare, IDS)) == (4, [(3, "cell-error")], [("R1",)]), done.err


def test_a_cell_stands_right_of_the_area_merged_before_it(bare: Shop) -> None:
    wide = '<Cell ss:MergeAcross="1"><Data ss:Type="String">Ann</Data></Cell>'
    header = ("Customer ID", "Customer Name", "Town", "Flag Type", "Flag Comment")
    done = migrated(bare, book(sheet("A", header, ("L1", wide, "Alert", "x"))), "--from", "thelayer")
    assert (done.code, asked(bare, "SELECT flag_type, comment FROM flags")) == (0, [("Alert", "x")]), done.err


def test_hidden_rows_are_read_and_told(bare: Shop) -> None:
    done = migrated(bare, book(sheet("A", VAGARO, person(1))).replace("</Row><Row>", '</Row><Row ss:Hidden="1">'))
    assert (done.code, notes(done), asked(bare, IDS)) == (0, ["A: 1 hidden or filtered row was read too"], [("n1@example.com",)]), done.err
