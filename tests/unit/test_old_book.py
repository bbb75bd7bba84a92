"""Workbooks of the old binary kinds: error cells, formats and hidden rows of an .xls; what is said where they can't be told."""

import struct
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from pipeline.errors import Refused
from pipeline.intake import oldbook, parsing, workbook
from pipeline.intake.gate import BookKind, Passed, check_workbook
from pipeline.intake.sheets import Wanted
from pipeline.intake.workbook import WorkbookRead, read_workbook
from schemas.columns import FLAGS

HEADER = ("Action", "Customer ID", "Flag type", "Comment")
FORMATS = ["General", "00000", "0.00E+00", "yyyy\\-mm\\-dd", "#,##0", '"C"0']  # a cell's format is its place in this list
SECTOR, END, FREE = 512, 0xFFFFFFFE, 0xFFFFFFFF
GLOBALS, SHEET = 0x0005, 0x0010


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def text(value: str, size: str = "<HB") -> bytes:
    return struct.pack(size, len(value), 1) + value.encode("utf-16-le")


def start(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def label(row: int, column: int, value: str) -> bytes:
    return record(0x0204, struct.pack("<HHH", row, column, 0) + text(value))


def number(row: int, column: int, value: float, shown: str = "General") -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, FORMATS.index(shown), value))


def error(row: int, column: int, code: int) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(0x0006, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIHB", 0, 0, 1, 0x16))


def hidden(row: int) -> bytes:
    return record(0x0208, struct.pack("<HHHHHHI", row, 0, 4, 255, 0, 0, 0x0120))


def head() -> bytes:
    return b"".join(label(0, column, name) for column, name in enumerate(HEADER))


def stream(*sheets: tuple[str, bytes]) -> bytes:
    formats = b"".join(record(0x041E, struct.pack("<H", 164 + place) + text(code)) for place, code in enumerate(FORMATS))
    styles = b"".join(record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 164 + place, 1, 0x20, 0, 0, 0, 0, 0, 0)) for place in range(len(FORMATS)))
    begin = start(GLOBALS) + record(0x0042, struct.pack("<H", 1200)) + formats + styles
    bodies = [start(SHEET) + cells + record(0x000A) for _, cells in sheets]
    at = len(begin) + sum(4 + 6 + 2 + 2 * len(name) for name, _ in sheets) + 4
    listed = b""
    for (name, _), body in zip(sheets, bodies, strict=True):
        listed += record(0x0085, struct.pack("<IBB", at, 0, 0) + text(name, "<BB"))
        at += len(body)
    return begin + listed + record(0x000A) + b"".join(bodies)


def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII16sIQQIII", coded, len(coded), kind, 1, FREE, FREE, child, b"", 0, 0, 0, first, size, 0)


def container(content: bytes) -> bytes:
    """A compound file that holds one stream, the workbook: sector 0 is the list of sectors, sector 1 the directory."""
    content += bytes(max(4096 - len(content), -len(content) % SECTOR))
    sectors = len(content) // SECTOR
    chain = [0xFFFFFFFD, END, *range(3, sectors + 2), END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff")
    directory = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, FREE, 2, len(content))
    magic = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header = magic + struct.pack("<IIIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0, FREE).ljust(SECTOR - len(magic), b"\xff")
    return header + table + directory.ljust(SECTOR, b"\0") + content


def book(*cells: bytes, **others: bytes) -> bytes:
    return container(stream(("Flags", head() + b"".join(cells)), *others.items()))


def read(data: bytes) -> WorkbookRead:
    return read_workbook(data, Wanted.of(FLAGS), "up.xls")


def test_errors_and_numbers_that_show_other_digits_are_marked() -> None:
    first = [label(1, 0, "add"), number(1, 1, 123, "00000"), number(1, 2, 1.5), error(1, 3, 0x2A)]
    second = [label(2, 0, "add"), number(2, 1, 123), number(2, 2, 1e15), error(2, 3, 0x17)]
    third = [label(3, 0, "add"), number(3, 1, 5, "0.00E+00"), number(3, 2, 1234, "#,##0"), number(3, 3, 7, '"C"0')]
    sheet = read(book(*first, *second, *third)).sheets[0]
    assert sheet.rows.rows() == [(2, "add", "123", "1.5", "#N/A"), (3, "add", "123", "1000000000000000", "#REF!"), (4, "add", "5", "1234", "7")]
    inexact = [(2, 1), (2, 2), (3, 2), (4, 1), (4, 3)]
    assert sheet.marks.rows() == sorted([(row, place, "id-not-exact") for row, place in inexact] + [(2, 3, "cell-error"), (3, 3, "cell-error")])


def test_dates_and_empty_results_are_not_marked_but_where_an_id_should_be() -> None:
    day = "yyyy\\-mm\\-dd"
    sheet = read(book(label(1, 0, "add"), number(1, 1, 46024, day), formula(1, 2, b"\3\0\0\0\0\0\xff\xff"), number(1, 3, 46024, day))).sheets[0]
    assert sheet.rows.rows() == [(2, "add", "2026-01-02", None, "2026-01-02")]
    assert sheet.marks.rows() == [(2, 1, "id-not-exact")]


def test_error_of_a_formula_is_marked() -> None:
    sheet = read(book(label(1, 0, "add"), formula(1, 1, b"\2\0\x07\0\0\0\xff\xff"))).sheets[0]
    assert sheet.rows["c1"].to_list() == ["#DIV/0!"]
    assert sheet.marks.rows() == [(2, 1, "cell-error")]


def test_hidden_rows_are_read_and_counted() -> None:
    found = read(
        book(hidden(1), hidden(3), label(1, 0, "add"), label(2, 0, "add"), More=head() + hidden(1) + hidden(2) + label(1, 0, "add") + label(2, 0, "add"))
    )
    assert found.sheets[0].rows["source_row"].to_list() == [2, 3]
    assert found.remarks == ("Flags: 1 hidden or filtered row was read too", "More: 2 hidden or filtered rows were read too")


def test_what_the_second_parser_cannot_read_is_read_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = parsing._understood
    monkeypatch.setattr(parsing, "_understood", lambda answer, *said: whole((line for line in answer if b"looks" not in line), *said))
    found = read(book(label(1, 0, "add"), number(1, 1, 1.5), error(1, 2, 0x2A)))
    assert found.sheets[0].rows.rows() == [(2, "add", "1.5", None, None)]
    assert found.sheets[0].marks.rows() == [(2, 1, "id-not-exact")]
    assert found.remarks == ("Flags: in this XLS file an error cell can't be told from a blank one, nor how a number looks; save it as XLSX to be sure",)


def test_too_many_marks_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oldbook, "MAX_MARKS", 3)
    with pytest.raises(oldbook.TooMany):
        oldbook.look_at(book(*(number(row, 1, 1.5) for row in range(1, 5))))


def test_cut_short_file_is_refused_or_read_by_the_first_parser() -> None:
    with pytest.raises(Refused, match=r"up\.xls: the workbook"):
        read(book(label(1, 0, "add"))[:2000])


def test_look_has_rows_from_one_and_positions_from_zero() -> None:
    assert oldbook.look_at(book(number(4, 1, 0.5), error(5, 0, 7), hidden(4))) == [("Flags", [5, 6], [1, 0], [oldbook.NOT_SHOWN, 7], [5], [])]
    merged = record(0x00E5, struct.pack("<HHHHH", 1, 1, 3, 0, 1))
    assert oldbook.look_at(book(merged, label(1, 0, "add")))[0][-1] == [(2, 4, 0, 1)]


def test_xlsb_is_read_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book(label(1, 0, "add"))
    monkeypatch.setattr(workbook, "check_workbook", lambda *_: Passed(BookKind.XLSB))
    assert read(data).remarks == ("in an XLSB file an error cell can't be told from a blank one; save it as XLSX to be sure",)


def test_test_file_is_what_both_parsers_take() -> None:
    data = book(label(1, 0, "add"))
    assert check_workbook(data, "up.xls").kind == BookKind.XLS
    assert CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names == ["Flags"]
