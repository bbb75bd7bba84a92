"""OpenDocument workbooks: errors, formulas without a value, numbers that look different, hidden rows, limits."""

import time
import zipfile
from io import BytesIO

import pytest

from pipeline.errors import Refused
from pipeline.intake import opendocument
from pipeline.intake.gate import check_workbook
from pipeline.intake.numberformats import text_shows
from pipeline.intake.sheets import Wanted
from pipeline.intake.workbook import WorkbookRead, read_workbook
from schemas.columns import FLAGS

NAMES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style"))
CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
HEADER = ("Action", "Customer ID", "Flag type", "Comment")
ADD = '<table:table-cell office:value-type="string"><text:p>add</text:p></table:table-cell>'


def cell(attributes: str = "", shown: str = "") -> str:
    return f"<table:table-cell {attributes}>{shown}</table:table-cell>"


def number(value: str, shown: str | None, kind: str = "float", more: str = "") -> str:
    return cell(f'office:value-type="{kind}" office:value="{value}" {more}', "" if shown is None else f"<text:p>{shown}</text:p>")


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def head() -> str:
    return row(*(cell('office:value-type="string"', f"<text:p>{text}</text:p>") for text in HEADER))


def table(*rows: str, name: str = "Flags") -> str:
    return f'<table:table table:name="{name}">{head()}{"".join(rows)}</table:table>'


def book(*tables: str, **more: str) -> bytes:
    body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    content = f"<office:document-content {NAMES} {CALCEXT}>{body}</office:document-content>"
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<manifest/>", "content.xml": content}
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in (parts | more).items():
            archive.writestr(part, text)
    return buffer.getvalue()


def read(data: bytes) -> WorkbookRead:
    return read_workbook(data, Wanted.of(FLAGS), "up.ods")


def one(made: str) -> tuple[str | None, str | None]:
    """The text and the mark of one cell in the second column."""
    sheet = read(book(table(row(ADD, made)))).sheets[0]
    marks = {position: mark for _, position, mark in sheet.marks.rows()}
    return sheet.rows["c1"][0], marks.get(1)


def refusal(data: bytes) -> str:
    started = time.perf_counter()
    with pytest.raises(Refused) as caught:
        read(data)
    assert time.perf_counter() - started < 5
    assert caught.value.reason.startswith("up.ods")
    assert caught.value.fix
    return caught.value.reason


EXACT = [
    ("123", "123"),
    ("1234", "1,234"),
    ("1234", "1 234"),
    ("1234", "1.234"),
    ("1234", "1\u202f234"),
    ("1234567", "12,34,567"),
    ("123", "123.00"),
    ("123", "123,00"),
]
EXACT += [("-123", "-123"), ("-123", "(123)"), ("123", "123 "), ("0", "0.00"), ("1234", "1,234.00"), ("1000", "1,000"), ("1", "1.000"), ("1.5E3", "1500")]
OTHER = [("123", "00123"), ("123000", "1.23E+05"), ("123", "C123"), ("123", "1-23"), ("123", ""), ("123", "###"), ("1.5", "1.5"), ("1.5", "2"), ("100", "1.00")]
OTHER += [("1000000000000000", "1000000000000000"), ("INF", "INF"), ("123", "$123"), ("123", "12300%"), ("1", "TRUE"), ("123", "\u0661\u0662\u0663")]


@pytest.mark.parametrize(("value", "shown"), EXACT)
def test_same_digits(value: str, shown: str) -> None:
    assert text_shows(shown, float(value))


@pytest.mark.parametrize(("value", "shown"), OTHER)
def test_other_digits(value: str, shown: str) -> None:
    assert not text_shows(shown, float(value))


def test_numbers_that_show_other_digits_are_marked() -> None:
    assert one(number("123", "00123")) == ("123", "id-not-exact")
    assert one(number("123", "123")) == ("123", None)
    assert one(number("123", None)) == ("123", None)
    assert one(number("1.5", None)) == ("1.5", "id-not-exact")
    assert one(number("1.234567890123457E+016", "1.23E+016")) == ("12345678901234570", "id-not-exact")
    assert one(number("123", "123", "currency")) == one(number("123", "123", "percentage")) == ("123", "id-not-exact")


def test_only_what_the_cell_itself_displays_counts() -> None:
    note = "<office:annotation><text:p>00123</text:p></office:annotation>"
    shown = "<text:p><text:span>12<text:s/>3</text:span><text:s/>4</text:p>"
    assert one(cell('office:value-type="float" office:value="1234"', f"{note}<text:p>1234</text:p>")) == ("1234", None)
    assert one(cell('office:value-type="float" office:value="1234"', f"{shown}{note}")) == ("1234", "id-not-exact")


@pytest.mark.parametrize(
    ("attributes", "shown", "text"),
    [
        ('table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"', "#N/A", "#N/A"),
        ('table:formula="of:=SQRT(-1)" office:value-type="string" office:string-value="" calcext:value-type="error"', "Err:502", "Err:502"),
        ('table:formula="of:=#REF!" office:value-type="string"', "#REF!", "#REF!"),
        ('table:formula="of:=NA()" office:value-type="float" office:value="0"', "#N/A", "#N/A"),
        ('table:formula="of:=1+1"', None, "#ERROR"),
        ('table:formula="of:=1+1" office:value-type="float"', None, "#ERROR"),
        ('office:value-type="float"', "12", "#ERROR"),
    ],
)  # fmt: skip
def test_errors_and_formulas_without_a_value(attributes: str, shown: str | None, text: str) -> None:
    assert one(cell(attributes, "" if shown is None else f"<text:p>{shown}</text:p>")) == (text, "cell-error")


@pytest.mark.parametrize(
    ("attributes", "shown", "text"),
    [
        ('table:formula="of:=&quot;&quot;"', "<text:p/>", None),
        ('table:formula="of:=A1" office:value-type="string" office:string-value="#N/A" calcext:value-type="string"', "<text:p>#N/A</text:p>", "#N/A"),
        ('office:value-type="string"', "<text:p>#N/A</text:p>", "#N/A"),
        ('table:formula="of:=1+1" office:value-type="float" office:value="2"', "<text:p>2</text:p>", "2"),
        ('office:value-type="boolean" office:boolean-value="true"', "<text:p>TRUE</text:p>", "TRUE"),
    ],
)  # fmt: skip
def test_cells_that_can_be_trusted(attributes: str, shown: str, text: str | None) -> None:
    assert one(cell(attributes, shown)) == (text, None)


def test_a_day_is_no_id() -> None:
    assert one(cell('office:value-type="date" office:date-value="2026-01-02"', "<text:p>02.01.26</text:p>")) == ("2026-01-02", "id-not-exact")


def test_repeated_rows_and_cells_have_their_places() -> None:
    blank = row(cell('table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="3"')
    twice = row(ADD, number("7", "007", more='table:number-columns-repeated="2"'), attributes='table:number-rows-repeated="2"')
    tail = row(cell('table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048570"')
    sheet = read(book(table(blank, twice, row(ADD, "<table:covered-table-cell/>", number("8", "08")), tail))).sheets[0]
    assert sheet.rows["source_row"].to_list() == [5, 6, 7]
    assert [(place, position) for place, position, _ in sheet.marks.rows()] == [(5, 1), (5, 2), (6, 1), (6, 2), (7, 2)]


def test_hidden_and_filtered_rows_are_counted() -> None:
    rows = [row(ADD, attributes=f'table:visibility="{kind}"') for kind in ("collapse", "filter", "visible")]
    blank = row(cell(), attributes='table:visibility="collapse" table:number-rows-repeated="9"')
    repeated = row(ADD, attributes='table:visibility="filter" table:number-rows-repeated="2"')
    assert read(book(table(*rows, blank, repeated))).remarks == ("Flags: 4 hidden or filtered rows were read too",)
    assert read(book(table(rows[0]))).remarks == ("Flags: 1 hidden or filtered row was read too",)
    assert read(book(table(rows[2]))).remarks == ()


def test_each_sheet_has_its_own_marks() -> None:
    found = read(book(table(row(ADD, number("7", "007"))), table(row(ADD), row(ADD, number("7", "07")), name="More")))
    assert [sheet.marks.rows() for sheet in found.sheets] == [[(2, 1, "id-not-exact")], [(3, 1, "id-not-exact")]]


def test_repeats_beyond_the_limits_are_refused() -> None:
    many = 'table:number-columns-repeated="{}"'
    assert "10,000,000 cells" in refusal(book(table(row(number("1.5", None, more=many.format(16_384)), attributes='table:number-rows-repeated="3000"'))))
    assert "50,000,000 cells" in refusal(book(table(row(number("1", None, more=many.format(16_384)), attributes='table:number-rows-repeated="1048570"'))))
    assert "beyond row" in refusal(book(table(row(number("1", None, more=many.format(16_385))))))
    assert "beyond row" in refusal(book(table(row(attributes='table:number-rows-repeated="1048576"'), row(ADD))))
    assert "beyond row" in refusal(book(table(row(number("1", None, more=many.format("9" * 30))))))


def test_cells_of_all_sheets_count_together() -> None:
    large = row(number("1.5", None, more='table:number-columns-repeated="10000"'), attributes='table:number-rows-repeated="400"')
    assert "10,000,000 cells" in refusal(book(*(table(large, name=f"S{n}") for n in range(3))))


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendocument, "MAX_ELEMENTS", 1_000)
    assert "1,000 elements" in refusal(book(table("<table:table-row/>" * 1_000)))


def test_too_many_sheets_are_refused() -> None:
    assert "10,000 sheets" in refusal(book(*(f'<table:table table:name="{n}"/>' for n in range(10_001))))


def test_table_inside_a_cell_is_not_the_sheet() -> None:
    inner = f'<table:table table:name="Inner">{row(number("9", "009"))}</table:table>'
    made = book(table(row(ADD, cell('office:value-type="float" office:value="123"', f"<text:p>123</text:p>{inner}"))))
    assert check_workbook(made, "up.ods").marks["Flags"].is_empty()
    assert list(check_workbook(made, "up.ods").marks) == ["Flags"]


def test_content_that_ends_early_or_is_malformed_is_refused() -> None:
    assert "ends too early" in refusal(book(**{"content.xml": f"<office:document-content {NAMES}><table:table table:name='x'>"}))
    assert "well-formed" in refusal(book(table("<table:table-row></table:table-cell>")))
    assert "DOCTYPE" in refusal(book(**{"content.xml": '<!DOCTYPE x [<!ENTITY a "a">]><x/>'}))


def test_protected_documents_are_refused_as_such() -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert "password-protected" in refusal(book(**{"content.xml": "\x01\x02", "META-INF/manifest.xml": manifest}))
    assert "password-protected" in refusal(book(**{"encrypted-package": "\x01\x02", "META-INF/manifest.xml": manifest}))


def test_two_sheets_of_one_name_are_refused() -> None:
    assert "two sheets are named 'Flags'" in refusal(book(table(), table()))
