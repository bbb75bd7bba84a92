"""Cells that are not what they seem: errors, formulas, numbers, dates, texts that look like something else."""

import json
import re
import zipfile

import pytest

from tests.hazards.books import GOOD, HEAD, book, parts, rows, sheet, table, zipped
from tests.hazards.conftest import Victim

REJECTED = "rejected"
EXPIRES = (*HEAD, "expires_on")
ERRORS = [
    "#N/A",
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#GETTING_DATA",
    "#BUSY!",
    "#CONNECT!",
    "#UNKNOWN!",
]


def comments(victim: Victim, customer: str = "C1") -> list[str]:
    return [flag["comment"] for flag in json.loads(victim.run("show", customer, "--json").out)["flags"]]


@pytest.mark.hazard(23, "Error cells, those of newer kinds too (#SPILL!, #CALC!)", "the row comes back as cell-error; the others go on")
def test_error_cells(victim: Victim) -> None:
    places = [(error, place) for error in ERRORS for place in range(len(GOOD))]
    lines = [tuple(f'<c r="AT" t="e"><v>{error}</v></c>' if at == place else value for at, value in enumerate(GOOD)) for error, place in places]
    outcomes = victim.previewed("up.xlsx", table(*lines, ("add", "C2", "Alert", "x")))
    assert [code.split(",")[0] if code else code for _, _, code in outcomes] == ["cell-error"] * len(lines) + [None]
    assert [number for number, *_ in outcomes] == list(range(2, len(lines) + 3))


@pytest.mark.hazard(23, "An error cell in a column that nothing needs", "no fault")
def test_error_beside(victim: Victim) -> None:
    body = rows((*HEAD, "sum"), (*GOOD, '<c r="AT" t="e"><v>#SPILL!</v></c>'))
    assert victim.outcomes("up.xlsx", book(sheet(body))) == [(2, "applied", None)]


@pytest.mark.hazard(24, "A formula without a stored value, and one with", "without: the row comes back as cell-error; with: the value counts")
def test_formulas(victim: Victim) -> None:
    without, stored = '<c r="AT"><f>B1</f></c>', '<c r="AT" t="str"><f>B1&amp;"1"</f><v>C1</v></c>'
    content = table(("add", without, "Alert", "x"), ("add", stored, "Alert", "x"), ("add", "C2", "Alert", without))
    assert victim.outcomes("up.xlsx", content) == [(2, REJECTED, "cell-error"), (3, "applied", None), (4, REJECTED, "cell-error")]


@pytest.mark.hazard(25, "=cmd|…, @SUM, +1 and -1 in a comment", "stored as they are; text in every file written, never a formula")
def test_formula_in_a_comment(victim: Victim) -> None:
    texts = ["=cmd|'/c calc'!A1", "@SUM(1+1)", "+1", "-1", "{=1}", "\t=1"]
    kinds = ["On Hold", "At Risk", "Warning", "Important", "Alert", "Nonsense"]
    victim.outcomes("up.xlsx", table(*(("add", "C1", kind, value) for kind, value in zip(kinds, texts, strict=True))))
    assert sorted(comments(victim)) == sorted(texts[:5])
    assert victim.run("report", "--out", "reports", "--format", "xlsx,csv", "--as-of", "2026-06-01").code == 0
    assert victim.run("template", "again.xlsx", "--with-current").code == 0
    written = [*victim.shop.folder.glob("*.xlsx"), *victim.shop.folder.glob("reports/*.xlsx")]
    for path in [path for path in written if path.name != "up.xlsx"]:
        with zipfile.ZipFile(path) as book_read:
            sheets = {name: book_read.read(name) for name in book_read.namelist() if "worksheets/sheet" in name and name.endswith(".xml")}
        assert [name for name, xml in sheets.items() if re.search(rb"<f[ >]", xml)] == [], path.name
    for path in victim.shop.folder.glob("reports/*.csv"):
        assert not re.search(r'(?m)(?:^|,)"?[=@](?:cmd|SUM)', path.read_text()), path.name


@pytest.mark.hazard(26, "An address or a path in a comment", "text; no link is made of it")
def test_address_in_a_comment(victim: Victim) -> None:
    victim.outcomes("up.xlsx", table(("add", "C1", "Alert", "https://example.com/x"), ("add", "C2", "Alert", "file:///etc/passwd")))
    assert comments(victim) == ["https://example.com/x"]
    assert victim.run("report", "--out", "reports", "--format", "xlsx", "--as-of", "2026-06-01").code == 0
    for path in (victim.shop.folder / "up.results.xlsx", *victim.shop.folder.glob("reports/*.xlsx")):
        with zipfile.ZipFile(path) as made:
            assert [name for name in made.namelist() if b"example.com" in made.read(name) and b"yperlink" in made.read(name)] == []


@pytest.mark.hazard(27, "Ids as numbers: leading zeros shown, more than 15 digits, scientific form, a fraction", "the row comes back as id-not-exact")
def test_inexact_id(victim: Victim) -> None:
    numbers = ['s="1"><v>123', "><v>1234567890123456", "><v>9007199254740993", 's="3"><v>1000', "><v>1.23E+15", "><v>123.5", 's="4"><v>1']
    content = table(*(("add", f'<c r="AT" {number}</v></c>', "Alert", "x") for number in numbers))
    assert [code for *_, code in victim.outcomes("up.xlsx", content)] == ["id-not-exact"] * len(numbers)


@pytest.mark.hazard(27, "Ids as whole numbers, and 12E3 in a CSV", "a number is its digits; the text of a CSV is the id")
def test_exact_id(victim: Victim) -> None:
    for number, (name, customer) in enumerate({"123": "123", "12E3": "12E3", "00045": "00045"}.items()):
        victim.hand_in(f"customers{number}.csv", f"customer_id,first_name\n{customer},{name}\n".encode(), "load", "--accept-shrink", "--customers")
    assert victim.outcomes("up.xlsx", table(("add", '<c r="AT"><v>123.0</v></c>', "Alert", "x"))) == [(2, "applied", None)]
    lines = b"action,customer_id,flag_type,comment\nadd,12E3,Alert,x\nadd,12000,Alert,x\nadd,00045,Alert,x\n"
    assert victim.outcomes("up.csv", lines) == [(2, "applied", None), (3, REJECTED, "unknown-customer"), (4, "applied", None)]


@pytest.mark.hazard(28, "The ids 00123 and 123", "two ids")
def test_leading_zeros(victim: Victim) -> None:
    victim.hand_in("customers.csv", b"customer_id,first_name\n00123,Ann\nC1,Ann\nC2,Ben\n", "load", "--customers")
    assert victim.outcomes("up.xlsx", table(("add", "123", "Alert", "x"), ("add", "00123", "Alert", "x"))) == [
        (2, REJECTED, "unknown-customer"),
        (3, "applied", None),
    ]


@pytest.mark.hazard(30, "A text after 1,500 numbers in one column", "kept as it is")
def test_late_text(victim: Victim) -> None:
    lines = [("remove", number, "Alert", None) for number in range(1_500)]
    outcomes = victim.outcomes("up.xlsx", table(*lines, GOOD))
    assert outcomes[-1] == (1502, "applied", None)
    assert {code for *_, code in outcomes[:-1]} == {"unknown-customer"}


@pytest.mark.hazard(32, "Dates as ISO, as Excel dates, in a workbook that counts from 1904", "the day that the spreadsheet shows")
@pytest.mark.parametrize(("properties", "serial"), [("", 46_539), ('<workbookPr date1904="1"/>', 46_539 - 1_462)])
def test_dates(victim: Victim, properties: str, serial: int) -> None:
    body = rows(EXPIRES, (*GOOD, f'<c r="AT" s="2"><v>{serial}</v></c>'), ("add", "C2", "Alert", "x", "2027-06-01"))
    assert victim.outcomes("up.xlsx", zipped(parts(sheet(body), properties=properties)), "--as-of", "2026-06-01")[0] == (2, "applied", None)
    found = [json.loads(victim.run("show", customer, "--json").out)["flags"][0]["expires_on"] for customer in ("C1", "C2")]
    assert found == ["2027-06-01", "2027-06-01"]


@pytest.mark.hazard(
    32, "Dates that can be read two ways, a bare serial number, 29 February 1900, the year 20000, the past", "the row comes back with what is wrong"
)
def test_bad_dates(victim: Victim) -> None:
    cells = ["01/02/2027", "2027-02-30", "soon", '<c r="AT"><v>46539</v></c>', '<c r="AT" s="2"><v>60</v></c>', '<c r="AT" s="2"><v>9999999</v></c>']
    cells += ['<c r="AT" s="2"><v>-5</v></c>', '<c r="AT" s="2"><v>1</v></c>', "2020-01-01"]
    outcomes = victim.outcomes("up.xlsx", book(sheet(rows(EXPIRES, *((*GOOD, cell) for cell in cells)))), "--as-of", "2026-06-01")
    assert [outcome for _, outcome, _ in outcomes] == [REJECTED] * len(cells)
    assert {code for *_, code in outcomes} <= {"bad-date", "ambiguous-date", "already-expired"}


@pytest.mark.hazard(33, "TRUE, 25 % and a number where text is wanted", "the text that stands for them: TRUE, 0.25, 7; TRUE is never 1")
def test_other_kinds_of_value(victim: Victim) -> None:
    yes = '<c r="AT" t="b"><v>1</v></c>'
    cells: list[str | int] = [yes, '<c r="AT" s="4"><v>0.25</v></c>', 7]
    kinds = ["Warning", "Important", "Alert"]
    victim.outcomes("up.xlsx", table(*(("add", "C1", kind, cell) for kind, cell in zip(kinds, cells, strict=True))))
    assert comments(victim) == ["TRUE", "0.25", "7"]
    outcomes = victim.outcomes("ids.xlsx", table(("add", yes, "Alert", "x"), ("add", "C2", yes, "x")))
    assert [code for *_, code in outcomes] == ["unknown-customer", "unknown-flag-type"]


@pytest.mark.hazard(34, "A comment of 40,000 characters", "the row comes back: a comment is never cut")
def test_long_comment(victim: Victim) -> None:
    assert victim.outcomes("up.xlsx", table(("add", "C1", "Alert", "x" * 40_000))) == [(2, REJECTED, "cell-too-long,comment-too-long")]


@pytest.mark.hazard(34, "Line breaks, formatted text and _x000D_ in a comment", "kept; the same through a template filled in again")
def test_odd_comment(victim: Victim) -> None:
    rich = '<c r="AT" t="inlineStr"><is><r><t xml:space="preserve">Owes </t></r><r><rPr><b/></rPr><t>money</t></r></is></c>'
    lines = [("add", "C1", "Warning", "first\nsecond"), ("add", "C1", "Important", rich), ("add", "C1", "Alert", "a_x005F_x000D_b & <c>")]
    victim.outcomes("up.xlsx", table(*lines))
    found = comments(victim)
    assert found[:2] == ["first\nsecond", "Owes money"]
    assert victim.run("template", "again.xlsx", "--with-current").code == 0
    ran = victim.run("apply", "again.xlsx", "--json")
    assert (ran.code, ran.json()["rows"]["unchanged"], ran.json()["rows"]["applied"]) == (0, 3, 0)
    assert comments(victim) == found


@pytest.mark.hazard(35, "NULL, NA, None and n/a in a comment", "texts like any other")
def test_words_for_nothing(victim: Victim) -> None:
    words, kinds = ["NULL", "NA", "None", "n/a", "nan"], ["On Hold", "At Risk", "Warning", "Important", "Alert"]
    victim.outcomes("up.xlsx", table(*(("add", "C1", kind, word) for kind, word in zip(kinds, words, strict=True))))
    assert comments(victim) == words


@pytest.mark.hazard(35, "Nothing but blanks in a cell", "blank: what must be there is missing")
def test_blanks(victim: Victim) -> None:
    content = table(("add", "C1", "Alert", " \u00a0 "), (" ", "C1", "Alert", "x"), ("add", "\t", "Alert", "x"), (" ", " ", None, " "))
    assert [code for *_, code in victim.outcomes("up.xlsx", content)] == ["missing-comment", "missing-action", "missing-customer"]
