"""Cells of other systems' files that are easily misread: blanks in quotation marks, errors, several values, ids and dates of odd forms."""

from typing import Any

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import AS_OF, asked
from tests.cli.test_migrate_damage import ACUITY, LAYER, VISIT, codes, migrated

BY_CUSTOMER = "SELECT customer_id FROM customers ORDER BY ALL"


def quoted(text: str) -> str:
    """Return a CSV without quotation marks with every cell in them."""
    return "".join(",".join(f'"{cell}"' for cell in line.split(",")) + "\r\n" for line in text.splitlines())


@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_a_blank_in_quotation_marks_is_blank_in_bookings(bare: Shop, blank: str) -> None:
    migrated(bare, ACUITY + "Zo,M,+447700900201,zo@example.com,,,no\n")
    row = f"2030-07-02 12:30,,Europe/London,Zo,M,'+447700900201,{blank},Cut,Ann,,93004\n"
    done = migrated(bare, quoted(VISIT + row))
    assert (done.code, asked(bare, "SELECT booking_id, customer_id FROM bookings")) == (0, [("93004", "zo@example.com")]), done.out


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), ("\t", "utf-16")])
def test_a_line_below_a_quoted_table_makes_no_customer(bare: Shop, separator: str, encoding: str) -> None:
    rows = quoted(LAYER + "1,A,Alert,x,s,2026-01-01\n3 customers,,,,,\n3 clients,,,,,\n").replace(",", separator)
    done = migrated(bare, rows.encode(encoding), "--from", "thelayer")
    assert (done.code, codes(bare), asked(bare, BY_CUSTOMER)) == (4, [(3, "footer-row"), (4, "footer-row")], [("1",)])


def workbook(shop: Shop, rows: list[list[Any]]) -> None:
    """Write a workbook; a text such as #N/A becomes an error cell, one that begins with = a formula without a stored value."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(shop.folder / "export.xlsx")


@pytest.mark.parametrize(
    ("system", "header", "cells"),
    [
        ("mindbody", ["ID", "First Name", "Status", "Red Alert", "Yellow Alert"], ["Active", "#N/A", "late"]),
        ("mindbody", ["ID", "First Name", "Status", "Red Alert", "Yellow Alert"], ["Active", "late", "=A1"]),
        ("mindbody", ["ID", "First Name", "Booking Suspended", "Suspension End Date"], ["true", "#REF!"]),
        ("mindbody", ["ID", "First Name", "Booking Suspended", "Suspension End Date"], ["#N/A", None]),
        ("thelayer", ["Customer ID", "Customer Name", "Flag Type", "Flag Comment"], ["#N/A", "late"]),
        ("shopify", ["Customer ID", "First Name", "Email", "Tags"], ["ann@example.com", "#VALUE!"]),
    ],
)
def test_an_error_in_a_cell_that_tells_of_flags_brings_the_row_back(bare: Shop, system: str, header: list[str], cells: list[Any]) -> None:
    name = ["Ann"] if len(header) - len(cells) == 2 else []  # the id comes first, and a name
    workbook(bare, [header, ["7", *name, *cells]])
    done = bare.run("migrate", "export.xlsx", "--from", system, *AS_OF)
    assert (done.code, codes(bare), asked(bare, "SELECT * FROM flags")) == (4, [(2, "cell-error")], []), done.out
    assert not [remark for remark in done.json()["remarks"] if "#" in remark]
    mended = bare.run("migrate", "export.rejected.xlsx", "--from", system, *AS_OF)
    assert (mended.code, codes(bare)[1:]) == (4, [(2, "cell-error")]), mended.err


FRESHA = "Client ID,First Name,Email,Mobile Number,Telephone,City,Note,Blocked,Added\n"
SHOPIFY = "Customer ID,First Name,Email,Phone,Tags\n"


@pytest.mark.parametrize(
    ("cell", "first"),
    [
        ("39 333 1 / 39 333 2", "39 333 1"),
        ("39333000111 or 39333000222", "+39333000111"),
        ("39333000111 / 44207946000", "+39333000111"),
        ("'+420601111111, '+420601112111", "+420601111111"),
        ("'+420601111111 / '+420601112111", "+420601111111"),
        ("030 / 123456", None),
        ("+49 6221 / 123456", None),
        ("0049 6221 / 1234567", None),
        ("06221 / 12 34 56 / 57", None),
        ("", ""),
    ],
)
def test_of_several_numbers_in_a_cell_of_a_file_with_ids_the_first_is_kept(bare: Shop, cell: str, first: str | None) -> None:
    done = migrated(bare, FRESHA + f'F1,Ann,ann@example.com,"{cell}",,,,no,\n')
    told = [remark.split(":")[0] for remark in done.json()["remarks"] if "several" in remark]
    assert (done.code, told) == (0, ["1 cell of phone with several values"] if first else []), done.err
    assert asked(bare, "SELECT phone FROM customers") == [((cell if first is None else first) or None,)]


def test_a_customer_is_found_by_the_first_number_of_a_cell(bare: Shop) -> None:
    migrated(bare, SHOPIFY + "1001,Q,q@example.com,\"'+420601111111, '+420601112111\",vip\n", "--from", "shopify")
    assert bare.run("show", "+420601111111", "--json").json()["customer"]["customer_id"] == "1001"


FLAGGED = "SELECT customer_id, flag_type FROM flags ORDER BY ALL"
ANN = ("Ann,Ray,+12025550155,ann@example.com,,,no\n", "ann,Ray,+1 202 555 0155,,,,yes\n")
BO = ("1001,Bo,bo@example.com,+12025550156,\n", ",Bo,BO@example.com,,fraud\n", ",Bo,,+12025550156,vip\n")


@pytest.mark.parametrize("rows", [ANN, ANN[::-1]])
def test_rows_of_one_person_in_one_file_are_one_customer_as_in_two(bare: Shop, rows: tuple[str, str]) -> None:
    done = migrated(bare, ACUITY + "".join(rows))
    assert (done.code, done.json()["rows"]["merged"], asked(bare, FLAGGED)) == (0, 1, [("ann@example.com", "On Hold")])
    place = rows.index(ANN[1]) + 2
    assert [remark for remark in done.json()["remarks"] if f"taken as that customer (export.csv, row {place})" in remark], done.out
    assert asked(bare, BY_CUSTOMER) == [("ann@example.com",)]
    assert migrated(bare, ACUITY + "".join(rows)).json()["status"] == "nothing-applied"
    same = bare.run("migrate", "export.csv", "--check", *AS_OF)
    assert (same.code, asked(bare, BY_CUSTOMER)) == (0, [("ann@example.com",)]), same.out


def test_rows_without_an_id_join_the_customer_who_has_one(bare: Shop) -> None:
    done = migrated(bare, SHOPIFY + "".join(BO), "--from", "shopify")
    assert (done.code, done.json()["adds_up"], asked(bare, FLAGGED)) == (0, True, [("1001", "Important"), ("1001", "On Hold")]), done.out
    assert asked(bare, BY_CUSTOMER) == [("1001",)]
    assert "(export.csv, rows 3, 4)" in done.out
    assert migrated(bare, SHOPIFY + "".join(BO), "--from", "shopify").json()["status"] == "nothing-applied"


@pytest.mark.parametrize("other", ["Kid,Ray,+12025550155,,,,yes\n", ANN[1] + "Ann,Ray,+12025550155,ann2@example.com,,,no\n"])
def test_rows_that_may_be_of_one_customer_or_not_are_told(bare: Shop, other: str) -> None:
    done = migrated(bare, ACUITY + ANN[0] + other)
    assert (done.code, asked(bare, FLAGGED)) == (0, [("+12025550155", "On Hold")])
    told = [remark for remark in done.json()["remarks"] if "not taken as one of them" in remark]
    assert [remark.endswith("(export.csv, row 3)") for remark in told] == [True], done.out


def told(shop: Shop) -> list[tuple[int, str, str]]:
    """Return the row, code and message of what came back, of all batches."""
    return asked(shop, "SELECT source_row, code, message FROM batch_rows ORDER BY ALL")


JOBBER = "J-ID,First Name,Last Name,E-mails,Tags,Archived\n"


def test_an_id_of_another_form_than_the_map_says_brings_the_row_back(bare: Shop) -> None:
    rows = "X-77,Odd,Id,odd@example.com,vip,false\n12_3,Ann,A,ann@example.com,vip,false\n,Bo,B,bo@example.com,,false\n3 clients,,,,,\n"
    done = migrated(bare, JOBBER + rows, "--from", "jobber")
    assert (done.code, codes(bare)) == (4, [(2, "bad-id"), (5, "footer-row")]), done.err
    assert asked(bare, BY_CUSTOMER) == [("12",), ("bo@example.com",)]


def test_a_cell_of_another_form_than_the_map_takes_a_part_of_is_told(bare: Shop) -> None:
    bare.file("map.toml", '[customers]\ncustomer_id = "No"\nemail = "Mail"\n[pick]\nemail = \'^MAIL:(.*)$\'\n')
    done = migrated(bare, "No,Mail\n1,MAIL:a@example.com\n2,b@example.com\n", "--map", "map.toml")
    assert (done.code, asked(bare, "SELECT email FROM customers ORDER BY customer_id")) == (0, [("a@example.com",), (None,)])
    assert "1 row: Mail is not of the form that [pick] of the map takes a part of" in done.out


FRESHA_VISITS = "Appointment reference,Client,Scheduled date,Scheduled time,Duration,Services,Status\n"


@pytest.mark.parametrize(
    ("system", "row", "code", "fill"),
    [
        ("fresha", FRESHA_VISITS + ",Nn Oo,3 Mar 2031,09:30,,Cut,Booked\n", "missing-id", "of its own: fill Appointment reference"),
        ("fresha", FRESHA_VISITS + "#C3,,3 Mar 2031,09:30,,Cut,Booked\n", "missing-customer", "whose the row is: fill Client"),
        ("acuity", VISIT + "2030-07-02 12:30,,,Ann,B,,,Cut,S,,1\n", "missing-customer", "whose the row is: fill Email or Phone"),
        ("acuity", ACUITY + "Fay,Gum,,,,,no\n", "missing-id", "whose the row is: fill Email or Phone"),
        ("shopify", SHOPIFY + ",Fay,,,vip\n", "missing-id", "whose the row is: fill Customer ID or Email or Phone"),
    ],
)
def test_a_row_of_nobody_names_the_cell_to_fill(bare: Shop, system: str, row: str, code: str, fill: str) -> None:
    bare.file("clients.csv", FRESHA + "F1,Nn Oo,,,,,,no,\n" if system == "fresha" else "")
    more = ["clients.csv"] if system == "fresha" else []
    done = migrated(bare, row, *more, "--from", system)
    assert (done.code, [(one[1], one[2].endswith(fill)) for one in told(bare)]) == (4, [(code, True)]), done.out


@pytest.mark.parametrize(("cells", "differing"), [("JO@EXAMPLE.COM ,+44 7700 900201", []), ("jo2@example.com,07700 900202", ["email", "phone"])])
def test_addresses_and_numbers_differ_where_their_normal_forms_do(bare: Shop, cells: str, differing: list[str]) -> None:
    done = migrated(bare, SHOPIFY + f"1,Jo,jo@example.com,+447700900201,\n1,Jo,{cells},\n", "--from", "shopify")
    remarks = [remark for remark in done.json()["remarks"] if "rows that differ in" in remark]
    assert (done.code, [remark.partition("differ in ")[2].partition(":")[0] for remark in remarks]) == (0, differing), done.err
    assert all(remark.endswith("the first row counts; customers: 1") for remark in remarks)


def drafted(shop: Shop, text: str | bytes, *words: str) -> str:
    """Return the draft of a map for a file of this content."""
    shop.file("list.csv", text)
    done = shop.run("migrate", "list.csv", "--draft", "list.toml", *words)
    assert done.code == 0, done.err
    return (shop.folder / "list.toml").read_text()


DAYS = """Client no,Client,Banned on,Ban reason,Warning,Warning until
7,Ann Ray,"Monday, March 2, 2026",theft,,
8,Bob Sun,,,loud,"Friday, July 31, 2026"
9,Cy Fox,"Tuesday, May 5, 2026",,dog,
"""


def test_days_with_a_weekday_are_days_to_a_draft(bare: Shop) -> None:
    draft = drafted(bare, DAYS)
    for line in ('date_formats = ["%A, %B %d, %Y"]', 'at = ["Banned on"]', 'expires = ["Warning until"]'):
        assert line in draft.splitlines(), draft
    assert bare.run("migrate", "list.csv", "--map", "list.toml", *AS_OF).code == 0
    flags = asked(bare, "SELECT customer_id, flag_type, comment, expires_on::VARCHAR FROM flags ORDER BY ALL")
    assert flags == [
        ("7", "On Hold", "theft", None),
        ("8", "Warning", "loud", "2026-07-31"),
        ("9", "On Hold", "Banned on", None),
        ("9", "Warning", "dog", None),
    ]


@pytest.mark.parametrize(
    ("days", "form"),
    [
        (("Mon, 02/03/2026", "Sun, 15/03/2026"), '["%A, %d/%m/%Y"]'),
        (("Mon 03/02/2026", "Sun 03/15/2026"), '["%A %m/%d/%Y"]'),
        (("Mon 02/03/2026", "Tue 05/05/2026"), '["%A %d/%m/%Y"]'),
        (("Monday 2 March 2026", "Tue 5 May 2026"), '["%A %d %B %Y"]'),
    ],
)
def test_a_weekday_helps_to_tell_a_form_of_days(bare: Shop, days: tuple[str, str], form: str) -> None:
    rows = "".join(f'{n},Ann,"{day}",late\n' for n, day in enumerate(days))
    assert f"date_formats = {form}" in drafted(bare, "Client no,Client,Banned on,Ban reason\n" + rows)


CZECH = "Jméno;Příjmení;Číslo zákazníka;E-mail;Zakázán;Důvod\nJan;Dvořák;C1;jan@example.cz;Ano;neplatí\nEva;Malá;C2;eva@example.cz;Ne;\n"
PAGE = "<html><table><tr>{}</tr></table></html>"


@pytest.mark.parametrize("is_page", [False, True])
def test_a_draft_says_that_an_encoding_is_guessed_and_takes_another(bare: Shop, is_page: bool) -> None:
    page = PAGE.format("</tr><tr>".join("".join(f"<td>{cell}</td>" for cell in line.split(";")) for line in CZECH.splitlines()))
    data = (page if is_page else CZECH).encode("cp1250")
    guessed = drafted(bare, data)
    assert ("# CHECK: the file was read as Windows-1252, since it is not UTF-8" in guessed, "Příjmení" in guessed) == (True, False), guessed
    (bare.folder / "list.toml").unlink()
    draft = drafted(bare, data, "--encoding", "cp1250")
    assert ("Windows-1252" in draft, 'customer_id = ["Číslo zákazníka"]' in draft, "--map list.toml --encoding cp1250" in draft) == (False, True, True), draft
    done = bare.run("migrate", "list.csv", "--map", "list.toml", "--encoding", "cp1250", *AS_OF)
    assert (done.code, asked(bare, "SELECT last_name FROM customers ORDER BY customer_id")) == (0, [("Dvořák",), ("Malá",)]), done.err
    assert asked(bare, "SELECT customer_id, comment FROM flags") == [("C1", "neplatí")]
    assert bare.run("migrate", "list.csv", "--map", "list.toml", "--encoding", "cp1250", "--check", *AS_OF).code == 0


@pytest.mark.parametrize(
    ("encoding", "said"), [("nope", "there is no encoding called nope"), ("utf-8", "the file is not utf-8"), ("idna", "no encoding called")]
)
def test_an_encoding_that_is_none_or_another_is_refused(bare: Shop, encoding: str, said: str) -> None:
    refused = migrated(bare, (ACUITY + "Zoë,M,,zoe@example.com,,,no\n").encode("cp1252"), "--encoding", encoding)
    assert (refused.code, said in refused.err) == (3, True), refused.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "shift_jis"])
def test_an_encoding_that_is_named_decides(bare: Shop, encoding: str) -> None:
    name = "山田" if encoding == "shift_jis" else "Zoë"
    done = migrated(bare, (ACUITY + f"{name},M,,zoe@example.com,,,no\n").encode(encoding), "--encoding", encoding)
    assert (done.code, [remark for remark in done.json()["remarks"] if "Windows" in remark]) == (0, []), done.err
    assert asked(bare, "SELECT first_name FROM customers") == [(name,)]


RESALE = "Customer ID,First Name,Last Name,Email,Phone,Action,Date,Employee,Reason\n"


def test_the_text_of_an_id_is_the_id_in_a_csv(bare: Shop) -> None:
    events = "1E5,Ida,M,,,flagged,03/04/2024,Kim,Stole tags\n1E5,Ida,M,,,un-flagged,03/14/2024,Lee,Paid\n7.21045E+12,Ed,M,,,flagged,03/14/2024,Lee,late\n"
    done = migrated(bare, RESALE + events, "--from", "resaleai")
    assert (done.code, codes(bare), asked(bare, BY_CUSTOMER)) == (0, [], [("1E5",), ("7.21045E+12",)]), done.err
    notes = [remark for remark in done.json()["remarks"] if "as a spreadsheet shows long numbers" in remark]
    assert [note.startswith("1 row: Customer ID is written") for note in notes] == [True], done.out


def test_a_number_of_a_workbook_that_is_in_scientific_form_is_no_id(bare: Shop) -> None:
    workbook(bare, [["Customer ID", "Customer Name", "Flag Type", "Flag Comment"], [7210448301122, "A", "Alert", "x"], ["1E5", "B", "Alert", "y"]])
    book = openpyxl.load_workbook(bare.folder / "export.xlsx")
    book.worksheets[0]["A2"].number_format = "0.00E+00"
    book.save(bare.folder / "export.xlsx")
    done = bare.run("migrate", "export.xlsx", "--from", "thelayer", *AS_OF)
    assert (done.code, codes(bare), asked(bare, BY_CUSTOMER)) == (4, [(2, "id-not-exact")], [("1E5",)])


@pytest.mark.parametrize("word", ["Summe", "Total: 2 clientes", "Razem", "Итого", "合計", "TOTAL", "Totaal"])
def test_a_line_of_totals_makes_no_customer(bare: Shop, word: str) -> None:
    rows = f"ID,First Name,Email,Status,Red Alert\n1,A,a@example.com,Active,x\n{word},,,,5\nTotal Wine,B,,,\n"
    done = migrated(bare, rows, "--from", "mindbody")
    assert (done.code, codes(bare)) == (4, [(3, "footer-row")]), done.err
    assert asked(bare, "SELECT customer_id FROM customers ORDER BY 1") == [("1",), ("Total Wine",)]


@pytest.mark.parametrize("system", ["mindbody", "map"])
def test_a_header_that_is_repeated_in_the_table_comes_back_and_says_nothing(bare: Shop, system: str) -> None:
    header = "ID,First Name,Last Name,Email,Phone,Status,Red Alert"
    rows = f"{header}\n1,A,B,a@example.com,,,Bites\n{header}\n2,C,D,c@example.com,,,\n"
    bare.file("m.toml", 'name = "m"\n[customers]\nemail = "Email"\nname = "First Name"\n[[flags]]\ntype = "Warning"\ncomment = "Red Alert"\n')
    done = migrated(bare, rows, *(("--from", "mindbody") if system == "mindbody" else ("--map", "m.toml")))
    assert (done.code, codes(bare)) == (4, [(3, "no-record")]), done.err
    assert asked(bare, "SELECT count(*) FROM customers") == [(2,)]
    assert [(one["flag_type"], one["found"], one["imported"]) for one in done.json()["flags"]] == [("Warning", 1, 1)]


def test_a_header_that_is_repeated_hides_no_parts_of_a_flag_from_a_draft(bare: Shop) -> None:
    page = "No,Email,On stop,Reason,Since\n" + "".join(f"{n},p{n}@example.com,{'Y,rude,16/01/2026' if n % 7 == 3 else 'N,,'}\n" for n in range(20))
    bare.file("d.csv", page + "\nPage 2,,,,\n" + page.replace("@", ".b@"))
    bare.run("migrate", "d.csv", "--draft", "draft.toml")
    draft = (bare.folder / "draft.toml").read_text(encoding="utf-8")
    assert ('\ncomment = ["Reason"]' in draft, '\nat = ["Since"]' in draft) == (True, True)


@pytest.mark.parametrize("zone", ["Factory", "localtime", "Narnia"])
def test_a_zone_that_there_is_not_brings_its_row_back(bare: Shop, zone: str) -> None:
    start = '"July 2, 2030 9:00 am","July 2, 2030 10:00 am"'
    head = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Date Scheduled,Appointment ID\n"
    rest = ",Ann,Bee,,ann@example.com,Massage,Cy,29.00,2030-06-25,"
    bare.file("a.csv", f"{head}{start},Europe/London{rest}1\n{start},{zone}{rest}2\n")
    done = bare.run("migrate", "a.csv", *AS_OF)
    assert (done.code, codes(bare), asked(bare, "SELECT booking_id FROM bookings")) == (4, [(3, "bad-date")], [("1",)]), done.err
    bare.file("flagbook.toml", f'[business]\ntimezone = "{zone}"\n')
    refused = bare.run("migrate", "a.csv", *AS_OF)
    assert (refused.code, f"there is no time zone called {zone}" in refused.err) == (3, True)


def test_a_last_day_that_no_calendar_has_in_the_business_zone_is_none(bare: Shop) -> None:
    bare.file("flagbook.toml", '[business]\ntimezone = "Europe/Berlin"\n')
    rows = [f"{n},Pam,true,01/05/2026,{day}\n" for n, day in enumerate(("9999-12-31T23:59:59Z", "9999-12-31T12:00:00Z", "9999-12-31"))]
    bare.file("a.csv", "ID,First Name,Booking Suspended,Suspension Start Date,Suspension End Date\n" + "".join(rows))
    assert (bare.run("migrate", "a.csv", "--from", "mindbody", *AS_OF).code, codes(bare)) == (4, [(2, "bad-date")])
    assert bare.run("show", "1").code == bare.run("report", "--out", "r", *AS_OF[:2]).code == 0


def test_a_mended_row_keeps_its_apostrophes(bare: Shop) -> None:
    rows = {
        "a": (LAYER + "B,Zed,Caution,'quoted' word,W,\n", "Caution", "Warning"),
        "b": (ACUITY + "Ann,'t Hooft,'+447700900110,ann@example.com,1,,odd\n", "odd", "yes"),
    }
    for name, (text, wrong, right) in rows.items():
        bare.file(f"{name}.csv", text)
        assert bare.run("migrate", f"{name}.csv", *AS_OF).code == 4
        bare.file(f"{name}2.csv", (bare.folder / f"{name}.rejected.csv").read_text().replace(f",{wrong},", f",{right},"))
        bare.file(f"{name}.csv", text.replace(f",{wrong}", f",{right}"))
        assert bare.run("migrate", f"{name}2.csv", *AS_OF).code == 0
        assert bare.run("migrate", f"{name}.csv", "--check", *AS_OF).code == 0
    assert asked(bare, "SELECT comment FROM flags WHERE flag_type = 'Warning'") == [("'quoted' word",)]
    assert asked(bare, "SELECT last_name, phone FROM customers WHERE email = 'ann@example.com'") == [("'t Hooft", "+447700900110")]


@pytest.mark.parametrize(("system", "other"), [("acuity", "brings its row back"), ("vagaro", "counts as no, and the report tells it")])
def test_a_map_in_words_says_what_becomes_of_other_words(bare: Shop, system: str, other: str) -> None:
    assert f"another word {other}" in bare.run("migrate", "--explain", system).out


VISITS = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Date Scheduled,Appointment ID\n"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("name", "email", "whose"),
    [
        ("gus,UP", "gus@example.com", "+447700900111"),  # the banned client, with an address now
        ("Pia,Low", "pia@example.com", "pia@example.com"),  # somebody else with the number
        ("Gus,Up", "zoe@example.com", "zoe@example.com"),  # an address that another client has
    ],
)
def test_a_visit_with_a_new_address_is_of_the_client_of_that_name_and_number(bare: Shop, together: bool, name: str, email: str, whose: str) -> None:
    bare.file("clients.csv", f"{ACUITY}Gus,Up,'+447700900111,,200,,yes\nZoe,Quick,,zoe@example.com,1,,\n")
    time = '"December 2, 2030 9:00 am","December 2, 2030 10:00 am",Europe/London'
    bare.file("visits.csv", f"{VISITS}{time},{name},'+44 7700 900111,{email},Massage,Ann,29.00,2026-06-01,1\n")
    for files in [["clients.csv", "visits.csv"]] if together else [["clients.csv"], ["visits.csv"]]:
        assert bare.run("migrate", *files, *AS_OF).code == 0
    alert = "banned in Acuity" if whose.startswith("+") else None
    assert asked(bare, "SELECT customer_id, alert_message FROM bookings") == [(whose, alert)]
    assert bare.run("migrate", "clients.csv", "visits.csv", *AS_OF).json()["status"] == "nothing-applied"
    assert bare.run("migrate", "clients.csv", "visits.csv", "--check", *AS_OF).code == 0


def test_a_client_known_by_number_who_has_an_address_now_is_the_same(bare: Shop) -> None:
    bare.file("old.csv", f"{ACUITY}Gus,Up,'+447700900111,,200,,yes\nPia,Low,'+447700900112,,9,,yes\n")
    bare.file("new.csv", f"{ACUITY}Gus,Up,'+447700900111,gus@example.com,1,,\nPia,Other,'+447700900112,pia@example.com,1,,\n")
    for name in ("old.csv", "new.csv"):
        assert bare.run("migrate", name, *AS_OF, "--allow-mass-change").code == 0
    people = asked(bare, "SELECT customer_id, last_name, email, alert_message FROM customers ORDER BY ALL")
    known = [("+447700900111", "Up", "gus@example.com", None), ("+447700900112", "Low", None, "banned in Acuity")]
    assert people == [*known, ("pia@example.com", "Other", "pia@example.com", None)]
    assert bare.run("migrate", "new.csv", *AS_OF).json()["status"] == "nothing-applied"


@pytest.mark.parametrize("column", ["Customer ID", "Customer Name", "Flag Type", "Flag Comment", "Created Date"])
def test_a_cell_that_holds_an_error_is_named_as_the_file_names_it(bare: Shop, column: str) -> None:
    header = LAYER.strip().split(",")
    workbook(bare, [header, ["7" if title == "Customer ID" else "x" for title in header]])
    book = openpyxl.load_workbook(bare.folder / "export.xlsx")
    book.active.cell(2, header.index(column) + 1).value = "#N/A"
    book.save(bare.folder / "export.xlsx")
    assert bare.run("migrate", "export.xlsx", "--from", "thelayer", *AS_OF).code == 4
    back = openpyxl.load_workbook(bare.folder / "export.rejected.xlsx").worksheets[0]
    assert f"(column {column})" in str(back.cell(2, back.max_column).value)
