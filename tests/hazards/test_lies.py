"""CSV files that lie: each is refused, or its rows are located, by both readers and in every dialect; never read as something else."""

import gzip
from collections.abc import Callable

import pytest

from tests.hazards.readers import READERS, read_stream, read_whole

HEADS = {"apply": "action,customer_id,flag_type,comment", "load": "last_name,customer_id,company,first_name"}
Change = Callable[[str], str]
DIALECTS: dict[str, Callable[[str], bytes]] = {
    "commas": lambda text: text.encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "bars": lambda text: text.replace(",", "|").encode(),
    "CRLF and a mark": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "sep=": lambda text: b"sep=;\n" + text.replace(",", ";").encode(),
}
OTHERWISE: list[Change] = [
    lambda text: text.replace(",", " "),
    lambda text: text.replace(",", "~"),
    lambda text: "sep=;\n" + text,
    lambda text: "sep=é\n" + text,
    lambda text: 'sep="\n' + text,
    lambda text: "\n".join(",".join(f"'{cell}'" for cell in line.split(",")) for line in text.split("\n") if line),
    lambda text: text.replace(",Alert,", ', "Alert",'),
]
NO_TEXTS = [
    "{}\nadd,C1,Alert,läßt\n".encode("utf-16-le"),
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}\nadd,C1,Alert,\xe4\n",
    b"{}\nadd,C1,Alert,\x81\n",
    f"{HEADS['load']}\nadd,C1,Alert,late\n".encode("utf-16")[:-1],
    f"{HEADS['load']}\nadd,C1,Alert,late\n".encode("utf-32") + b"\xff\xff\xff\xff",
]
both = pytest.mark.parametrize("reader", READERS)
everyhow = pytest.mark.parametrize("dialect", DIALECTS)


def written(reader: str, rows: str, dialect: str = "commas") -> bytes:
    return DIALECTS[dialect](f"{HEADS[reader]}\n{rows}")


@both
@everyhow
def test_good_files_pass(reader: str, dialect: str) -> None:
    read = READERS[reader](written(reader, 'add,C1,Alert,"one\ntwo"\nadd,C2,Alert,"5"" pipe"\n\nadd,C3,Alert,läßt\n', dialect))
    assert read.good() == {2: ("C1", "one\ntwo"), 3: ("C2", '5" pipe'), 5: ("C3", "läßt")}


@pytest.mark.hazard(39, "Stray quotation marks that swallow rows of a CSV", "the file is refused, with the row's number")
@both
@everyhow
@pytest.mark.parametrize(
    "swallowed",
    [
        'add,C2,Alert,"late\nadd,C3,Alert,late\nadd,C4,Alert,"\n',
        'add,C2,"Alert,late\nadd,C3,Alert",late\n',
        'add,C2,"Alert,late\nadd,C3,Alert,late\n\nadd,C4,Alert",late\n',
        '"add,C2,Alert,late\nadd",C3,Alert,late\n',
    ],
    ids=["in the last column", "in the middle", "with a whole row and a blank one", "in the first column"],
)
def test_swallowed_rows_refuse_the_file(reader: str, dialect: str, swallowed: str) -> None:
    read = READERS[reader](written(reader, f"add,C1,Alert,late\n{swallowed}add,C9,Alert,late\n", dialect))
    assert read.refusal is not None
    assert "row 3 " in read.refusal


@pytest.mark.hazard(39, "A line break in an id, or a cell longer than a spreadsheet's", "the row comes back, with its number")
@both
@everyhow
def test_breaks_in_ids_and_endless_cells_come_back(reader: str, dialect: str) -> None:
    read = READERS[reader](written(reader, f'add,"C1\nC2",Alert,late\nadd,C3,Alert,{"x" * 40_000}\nadd,C4,Alert,late\n', dialect))
    assert read.codes() == {2: ("control-character",), 3: ("cell-too-long",)}
    assert read.good() == {4: ("C4", "late")}


@both
def test_200_000_rows_with_500_swallowed_are_refused(reader: str) -> None:
    rows = [f"add,C{number},Alert,late" for number in range(200_000)]
    rows[1_000] = rows[1_000].replace("late", '"late')
    rows[1_500] += '"'
    read = READERS[reader](written(reader, "\n".join(rows)))
    assert read.refusal is not None
    assert "row 1002 " in read.refusal


@pytest.mark.hazard(40, "Rows of a CSV with too few cells, footers, a second table, a cut end", "the rows come back, with their numbers")
@both
@everyhow
@pytest.mark.parametrize("row", ["add,C2,Alert", "add", "Total rows: 2", "(2 rows)", '"add","C2","Alert"', "name,age", "\x1a", "# end"])
def test_short_rows_come_back(reader: str, dialect: str, row: str) -> None:
    read = READERS[reader](written(reader, f"add,C1,Alert,late\n\n{row}\nadd,C3,Alert,late\n", dialect))
    assert set(read.good()) == {2, 5}
    assert "short-row" in read.codes()[4]


@both
def test_short_rows_are_found_among_rows_of_any_kind(reader: str) -> None:
    rows = ["add,C1,Alert,", "add,C2,Alert", 'add,"C3",Alert,"a, b"', 'add,"C4","a, b"', 'add,C5,Alert,"a\nb"', 'add,C6,"a\nb"', "add,C7,Alert,x,,", ""]
    read = READERS[reader](written(reader, "\n".join(rows)))
    assert [row for row, codes in read.codes().items() if "short-row" in codes] == [3, 5, 7]


@both
def test_titles_that_are_blank_need_no_cells(reader: str) -> None:
    read = READERS[reader](f"{HEADS[reader]},,\nadd,C1,Alert,late\nadd,C2,Alert,late,\nadd,C3,Alert,late,,\n".encode())
    assert set(read.good()) == {2, 3, 4}


@pytest.mark.hazard(40, "Rows of a CSV with more cells than the header", "the file is refused, with the rows' numbers")
@both
@pytest.mark.parametrize(
    "row", ["add,C2,Alert,late, again", "add,C2,Alert,late,a,b,c,d,e,f", 'add,C2,Alert,late,"a\nb"', "add,C2,'Alert','late, again'", "add,C2,Alert,a,,,,,,,,z"]
)
def test_long_rows_refuse_the_file(reader: str, row: str) -> None:
    read = READERS[reader](written(reader, f"add,C1,Alert,late\n{row}\n"))
    assert read.refusal is not None
    assert "row 3" in read.refusal


@both
@everyhow
def test_blank_cells_past_the_header_are_none(reader: str, dialect: str) -> None:
    assert READERS[reader](written(reader, "add,C1,Alert,late,\nadd,C2,Alert,late,,,\n", dialect)).good() == {2: ("C1", "late"), 3: ("C2", "late")}


@pytest.mark.hazard(37, "A CSV whose lines end in CR alone", "it is read")
@both
def test_lines_may_end_in_cr_alone(reader: str) -> None:
    read = READERS[reader](written(reader, "add,C1,Alert,late\nadd,C2,Alert,late\n").replace(b"\n", b"\r"))
    assert read.good() == {2: ("C1", "late"), 3: ("C2", "late")}


@pytest.mark.hazard(37, "A CSV whose lines end in different ways", "it is read where each line is a row, else refused with the row's number")
@both
@pytest.mark.parametrize("first_end", [b"\n", b"\r\n"])
def test_lines_that_end_in_different_ways(reader: str, first_end: bytes) -> None:
    head = HEADS[reader].encode() + first_end
    read = READERS[reader](head + b"add,C1,Alert,late\r\nadd,C2,Alert,late\nadd,C3,Alert,late\r")
    assert read.good() == {2: ("C1", "late"), 3: ("C2", "late"), 4: ("C3", "late")}
    for rest in (b"add,C1,Alert,late\radd,C2,Alert,late\n", b"add,C1,Alert,late\r" * 9, b'add,C1,Alert,"x"\radd,C2,Alert,late\n'):
        refusal = READERS[reader](head + rest).refusal
        assert refusal is not None
        assert "row 2 holds a carriage return" in refusal


@both
@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_lines_that_end_in_what_ends_no_line_are_refused(reader: str, end: str) -> None:
    text = f"{HEADS[reader]}\nadd,C1,Alert,late\nadd,C2,Alert,late\n"
    refusal = READERS[reader](text.replace("\n", end).encode()).refusal
    assert refusal is not None
    assert f"U+{ord(end):04X}" in refusal
    assert READERS[reader](text.encode() + f"add,C3,Alert,la{end}te\n".encode()).refusal is None


@both
@pytest.mark.parametrize("title", ["x", "\u20ac"])
@pytest.mark.parametrize("sep", ["", "sep=,\n"])
def test_a_header_without_end_is_refused_as_one(reader: str, title: str, sep: str) -> None:
    many = 90_000
    data = f"{sep}{HEADS[reader]}{f',{title}1' * many}\nadd,C1,Alert,late{',' * many}\n".encode()
    refusal = READERS[reader](data).refusal
    assert refusal is not None
    assert "the header does not end within" in refusal
    assert READERS[reader](f"{HEADS[reader]}\nadd,C1,Alert,{'late' * 80_000}\n".encode()).refusal is None


@pytest.mark.hazard(31, "NUL bytes in a CSV", "the file is refused")
@both
def test_nul_bytes_refuse_the_file(reader: str) -> None:
    refusal = READERS[reader](written(reader, "add,C1\0,Alert,late\n")).refusal
    assert refusal is not None
    assert "NUL" in refusal


@pytest.mark.hazard(31, "Control characters in a cell", "the row comes back; tabs and line breaks in comments stay")
@both
@everyhow
@pytest.mark.parametrize("character", ["\x01", "\x07", "\x0b", "\x1b", "\x7f", "\x80", "\x9d", "\ufffe", "\uffff"])
def test_control_characters_come_back(reader: str, dialect: str, character: str) -> None:
    read = READERS[reader](written(reader, f"add,C{character}1,Alert,late\nadd,C2,Alert,la{character}te\nadd,C3,Alert,late\n", dialect))
    assert read.codes() == {2: ("control-character",), 3: ("control-character",)}
    assert set(read.good()) == {4}


@pytest.mark.hazard(38, "A login page saved as a CSV", "the file is refused")
@both
@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html><title>Sign in</title>", "\n\n<HTML>\n<body>", "<!-- saved -->\n<html>", "<div>{head}</div>\n", "<?xml version='1.0'?>"]
)
def test_web_pages_are_refused(reader: str, page: str) -> None:
    refusal = READERS[reader](page.format(head=HEADS[reader]).encode() + b"\nadd,C1,Alert,late\n").refusal
    assert refusal is not None
    assert "web page" in refusal


@pytest.mark.hazard(37, "A CSV that is cut into one column: another separator, a sep= line that lies, cells in other quotation marks", "the file is refused")
@both
@pytest.mark.parametrize("change", OTHERWISE)
def test_other_dialects_are_refused(reader: str, change: Change) -> None:
    assert READERS[reader](change(f"{HEADS[reader]}\nadd,C1,Alert,late\n").encode()).refusal is not None


@pytest.mark.hazard(40, "Quotation marks escaped by backslashes", "the file is refused, with the row's number")
@both
def test_backslashes_do_not_escape(reader: str) -> None:
    refusal = READERS[reader](written(reader, 'add,C1,Alert,late\nadd,C2,Alert,"say \\"hi\\", now"\n')).refusal
    assert refusal is not None
    assert "row 3" in refusal


@pytest.mark.hazard(38, "An export that is cut off inside a quoted cell", "the file is refused, with the row's number")
@both
def test_a_cut_end_inside_a_quoted_cell_is_refused(reader: str) -> None:
    refusal = READERS[reader](written(reader, 'add,C1,Alert,late\nadd,C2,Alert,"la')).refusal
    assert refusal is not None
    assert "row 3" in refusal


@both
def test_a_million_blank_records_are_none(reader: str) -> None:
    assert READERS[reader](written(reader, ",\n" * 1_000_000 + "add,C1,Alert,late\n")).good() == {1_000_002: ("C1", "late")}


@pytest.mark.hazard(40, "A header that repeats inside an export, a footer with as many cells as a row", "the rows come back, with their numbers")
@pytest.mark.parametrize(
    "row", ["last_name,customer_id,company,first_name", ",Total rows: 2,,", ",Total,,", ",(2 rows affected),,", ",----,,", ",End of file,,"]
)
def test_rows_that_are_no_records_come_back(row: str) -> None:
    read = read_stream(f"{HEADS['load']}\nadd,C1,Alert,late\n{row}\n".encode())
    assert (read.codes(), set(read.good())) == ({3: ("no-record",)}, {2})


@pytest.mark.hazard(
    29, "Ids with no-break blanks, zero-width marks, full-width digits, direction overrides, combining forms", "each is the customer that it looks like"
)
@pytest.mark.parametrize("who", ["\xa0C1\xa0", "C\u200b1", "\uff23\uff11", "\u202eC1\u202c", "C\ufe0f1", "'C1", "\u2060C1", "C\xad1"])
def test_look_alikes_of_one_customer_are_that_customer(who: str) -> None:
    for read in (read_whole, read_stream):
        head = HEADS["apply" if read is read_whole else "load"]
        assert set(read(f"{head}\nadd,{who},Alert,late\n".encode()).good().values()) == {("C1", "late")}


@pytest.mark.hazard(
    29, "An id written with a letter of another alphabet, a letter and its accent apart", "another alphabet is another id; accents are put together"
)
def test_letters_of_another_alphabet_make_another_customer() -> None:
    rows = "add,С1,Alert,late\nadd,E\u0301\u200d1,Alert,late\nadd,\xc91,Alert,late\nadd,E\u200d\u03011,Alert,late\n"  # noqa: RUF001  # that is the case
    read = read_stream(f"{HEADS['load']}\n{rows}".encode())
    assert [who for who, _ in read.good().values()] == ["\u04211", "\xc91", "\xc91", "\xc91"]


@pytest.mark.hazard(36, "A CSV in UTF-16 without its mark, in no encoding, or in another than it says", "the file is refused")
@both
@pytest.mark.parametrize("data", NO_TEXTS)
def test_text_in_no_encoding_is_refused(reader: str, data: bytes) -> None:
    assert READERS[reader](data.replace(b"{}", HEADS[reader].encode())).refusal is not None
