"""Damaged, odd and foreign files through `migrate`: what can't be taken comes back or is refused, and nothing is guessed."""

from collections.abc import Sequence

import pytest

from tests.cli.conftest import Ran, Shop
from tests.cli.test_migrate import AS_OF, asked

ACUITY = "First Name,Last Name,Phone,Email,Days Since Last Appointment,Notes,Banned\n"
FRESHA = "Client ID,First Name,Last Name,Email,Mobile Number,Telephone,Gender,Date of Birth,City,Note,Blocked,Added\n"
VISITS = "Appointment reference,Client,Scheduled date,Scheduled time,Duration,Services,Status\n"


def migrated(shop: Shop, text: str | bytes, *words: str) -> Ran:
    """Run `migrate` on a file of this content."""
    shop.file("export.csv", text)
    return shop.run("migrate", "export.csv", *words, *AS_OF)


def codes(shop: Shop) -> Sequence[tuple[int, str]]:
    """Return the row and code of what came back, of all batches."""
    return asked(shop, "SELECT source_row, code FROM batch_rows ORDER BY ALL")


@pytest.mark.parametrize("names", [("Al Gone", "Bo Gone"), ("Al Gone", "Bo Gone", "Lou F", "Lou F")])
def test_bookings_that_name_nobody_come_back(bare: Shop, names: tuple[str, ...]) -> None:
    bare.file("clients.csv", FRESHA + "2001,Lou,F,lou@example.com,,,,,,,Yes,2024-02-01\n")
    bare.file("visits.csv", VISITS + "".join(f"F-{n},{name},3 Mar 2031,14:3{n},45,Cut,Confirmed\n" for n, name in enumerate(names)))
    dry, done = (bare.run("migrate", "visits.csv", "clients.csv", "--from", "fresha", *AS_OF, *more) for more in (["--dry-run"], []))
    assert (dry.code, done.code, dry.json()["bookings"]) == (4, 4, done.json()["bookings"]), done.err
    assert (bare.folder / "visits.rejected.csv").read_text().count("Gone") == 2


def test_a_web_page_that_breaks_off_is_refused(bare: Shop) -> None:
    cells = "".join(f"<th>{title}</th>" for title in ACUITY.strip().split(","))
    rows = "".join(f"<tr><td>A</td><td>B</td><td></td><td>n{n}@example.com</td><td>1</td><td></td><td>yes</td></tr>" for n in range(5))
    page = f"<html><table><tr>{cells}</tr>{rows}</table></html>"
    whole = migrated(bare, page.replace("</td></tr>", "").replace("</table>", "</table><p>Printed on Monday"))
    cut = migrated(bare, page[: page.index("n3@ex") + 5])
    assert (whole.code, cut.code, "truncated" in cut.err) == (0, 3, True), (whole.err, cut.err)
    assert asked(bare, "SELECT count(*) FROM customers") == [(5,)]


@pytest.mark.parametrize("text", ["n/a", "-", "none", "x y", "bob.example.com", "a@b", "@"])
def test_what_is_no_address_makes_no_customer(bare: Shop, text: str) -> None:
    done = migrated(bare, ACUITY + f"Ann,A,,{text},12,,yes\nBob,B,,{text},12,,no\nIvy,I,,ivy@example.com,1,,yes\n")
    assert (done.code, codes(bare)) == (4, [(2, "bad-email"), (3, "bad-email")]), done.err
    assert asked(bare, "SELECT customer_id FROM customers") == [("ivy@example.com",)]


@pytest.mark.parametrize("text", ["0", "n/a", "-", "000 000 0000", "+99999999", "12345", "ask wife 2020-11-05"])
def test_what_is_no_phone_number_makes_no_customer(bare: Shop, text: str) -> None:
    done = migrated(bare, ACUITY + f"Ann,A,{text},,12,,yes\nBob,B,{text},,12,,no\nIvy,I,{text},ivy@example.com,1,,yes\nJo,J,0161 496 0000,,,,\n")
    assert (done.code, codes(bare)) == (4, [(2, "bad-phone"), (3, "bad-phone")]), done.err
    assert asked(bare, "SELECT customer_id FROM customers ORDER BY ALL") == [("0161 496 0000",), ("ivy@example.com",)]


VISIT = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Appointment ID\n"


def test_bookings_whose_address_is_none_make_no_customer(bare: Shop) -> None:
    rows = "".join(f'"July 16, 2030 2:30 pm",,Europe/London,A,B,+447700900110,{email},Cut,S,,{n}\n' for n, email in enumerate(["n/a", "", "a@example.com"]))
    done = migrated(bare, VISIT + rows)
    assert (done.code, codes(bare)) == (4, [(2, "bad-email")]), done.err
    # Who is made of the address has the number too, so that who has only that is they.
    assert asked(bare, "SELECT booking_id, customer_id FROM bookings ORDER BY ALL") == [("1", "a@example.com"), ("2", "a@example.com")]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (ACUITY.replace("Banned", "Is banned"), "no flags of type On Hold can come: Banned (the nearest there: Is banned) is not in the file"),
        (ACUITY.replace("Banned", "Town"), "no flags of type On Hold can come: Banned is not in the file"),
        (ACUITY.replace("Phone", "Fone"), "the map names columns that the file lacks: Phone (the nearest there: Fone)"),
    ],
)
def test_what_the_map_names_and_the_file_lacks_is_told_with_the_nearest(bare: Shop, header: str, said: str) -> None:
    done = migrated(bare, header + "A,B,,a@example.com,1,,yes\n", "--from", "acuity")
    code = 4 if "Is banned" in header else 0  # nothing was read of a column that sounds of a flag
    assert (done.code, f"export.csv: {said}" in done.json()["remarks"]) == (code, True), done.json()["remarks"]


def test_a_file_that_the_named_system_hardly_knows_is_refused(bare: Shop) -> None:
    shopify = "Customer ID,First Name,Last Name,Email,Total Spent,Total Orders,Note,Tax Exempt,Tags\n1,A,B,a@example.com,,,,,fraud\n"
    refused = migrated(bare, shopify, "--from", "acuity")
    assert (refused.code, "only 33%" in refused.err, "Acuity" in refused.err) == (3, True, True), refused.err


OWN = '[customers]\ncustomer_id = "{id}"\nemail = "E-Mail"\n[[flags]]\ntype = "On Hold"\nwhen = "{when}"\nyes = "ja"\nno = "nein"\ncomment = "{why}"\n'


@pytest.mark.parametrize(("wrong", "code"), [({"when": "Gespert"}, 3), ({"id": "Kundennummer"}, 3), ({"why": "Hinweise"}, 0), ({}, 0)])
def test_a_header_misspelt_in_a_map_is_named(bare: Shop, wrong: dict[str, str], code: int) -> None:
    bare.file("map.toml", OWN.format(**{"id": "Kundennr.", "when": "Gesperrt", "why": "Hinweis", **wrong}))
    done = migrated(bare, "Kundennr.;E-Mail;Gesperrt;Hinweis\n1;a@example.com;ja;x\n", "--map", "map.toml")
    told = done.err + done.out
    assert (done.code, all(header in told for header in wrong.values()), "nearest there" in told) == (code, True, bool(wrong)), told


@pytest.mark.parametrize("region", ["", 'phone_region = "GB"\n'])
def test_two_who_share_a_number_are_the_same_two_in_a_second_run(bare: Shop, region: str) -> None:
    bare.file("flagbook.toml", f'[business]\ntimezone = "UTC"\n{region}')
    rows = "Fay,F,'+447700900110,fay@example.com,12,,yes\nKid,F,'+447700900110,,12,,yes\n"
    first, second = migrated(bare, ACUITY + rows), migrated(bare, ACUITY + rows)
    assert (first.code, second.code, second.json()["rows"]["unchanged"]) == (0, 0, 2), second.err
    assert codes(bare) == []


@pytest.mark.parametrize(
    ("start", "zone", "stored"),
    [
        ("July 16, 2030 2:30 pm", "Europe/Londn", []),
        ("March 31, 2030 1:30 am", "Europe/London", []),
        ("March 31, 2030 1:30 am", "America/New_York", ["2030-03-31 05:30"]),
        ("July 16, 2030 2:30 pm", "", ["2030-07-16 12:30"]),
    ],
)
def test_a_time_that_its_zone_does_not_have_comes_back(bare: Shop, start: str, zone: str, stored: list[str]) -> None:
    bare.file("flagbook.toml", '[business]\ntimezone = "Europe/Berlin"\n')
    done = migrated(bare, VISIT + f'"{start}",,{zone},A,B,,a@example.com,Cut,S,,1\n', "--from", "acuity")
    assert (done.code, [code for _, code in codes(bare)]) == ((0, []) if stored else (4, ["bad-date"])), done.err
    assert asked(bare, "SELECT strftime(starts_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') FROM bookings") == [(time,) for time in stored]
    assert stored or "(Europe" not in (bare.folder / "export.rejected.csv").read_text()


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("'+447700900119, +447700900120", "fi@example.com, fi2@example.com"),
        ("'+447700900119 or 0161 496 0000", "fi@example.com;fi2@example.com"),
        ("'+447700900119 / +447700900120", "fi@example.com\nfi2@example.com"),
    ],
)
def test_of_several_values_in_a_cell_the_first_counts_in_any_system(bare: Shop, cell: str, email: str) -> None:
    done = migrated(bare, ACUITY + f'Fi,F,"{cell}","{email}",12,,yes\nJo,J,"{cell}",,12,,yes\nGe,G,030 / 123456,ge@example.com,,,\n')
    assert (done.code, [remark.split(":")[0] for remark in done.json()["remarks"] if "several" in remark]) == (
        0,
        ["1 cell of email with several values", "2 cells of phone with several values"],
    )
    assert asked(bare, "SELECT customer_id, phone FROM customers ORDER BY ALL") == [
        ("+447700900119", "+447700900119"),
        ("fi@example.com", "+447700900119"),
        ("ge@example.com", "030 / 123456"),
    ]


MINDBODY = "ID,First Name,Last Name,Email,Phone,Status,Red Alert\n"


def test_a_line_below_the_table_makes_no_customer(bare: Shop) -> None:
    done = migrated(bare, MINDBODY + "1,A,B,,,,\nX 7,C,,,,,\nC9,,,,,,\n3 clients,,,,,,\nTotal,,,,,,\n", "--from", "mindbody")
    assert (done.code, codes(bare)) == (4, [(5, "footer-row"), (6, "footer-row")]), done.err
    assert asked(bare, "SELECT customer_id FROM customers ORDER BY ALL") == [("1",), ("C9",), ("X 7",)]


def test_columns_of_which_nothing_is_made_may_stand_twice_and_have_no_header(bare: Shop) -> None:
    done = migrated(bare, "First Name,Last Name,Phone,Email,Notes,Notes,,,Banned\nA,B,,a@example.com,x,y,z,,yes\n", "--from", "acuity")
    assert (done.code, done.json()["columns_not_used"]) == (0, {"export.csv": ["Notes", "column 7, which has no header"]}), done.err
    assert asked(bare, "SELECT flag_type FROM flags") == [("On Hold",)]


def test_a_column_that_counts_may_not_stand_twice_and_is_named_alone(bare: Shop) -> None:
    refused = migrated(bare, "Phone,Phone,Email,Banned,Banned\n1,2,a@example.com,yes,no\n", "--from", "acuity")
    assert (refused.code, "two columns mean Banned: Banned, Banned." in refused.err) == (3, True), refused.err


def test_mindbodys_mailing_list_is_read(bare: Shop) -> None:
    text = "First Name,Last Name,Phone Number,Email Address\nA,B,+447700900110,a@example.com\n"
    auto, named = migrated(bare, text), migrated(bare, text, "--from", "mindbody")
    assert (auto.code, "Bookeo, " in auto.err, named.code) == (3, True, 0), auto.err + named.err
    assert asked(bare, "SELECT customer_id, phone FROM customers") == [("a@example.com", "+447700900110")]


def test_a_file_of_nobody_names_the_map_that_fits_best(bare: Shop) -> None:
    refused = migrated(bare, "Email,First Name,Banned,Colour,Size,Shape,Weight\na@example.com,A,,,,,\n")
    assert (refused.code, "43% of its columns are known to Acuity" in refused.err) == (3, True), refused.err


SUSPENDED = "ID,First Name,Booking Suspended,Suspension Start Date,Suspension End Date\n"
EVENTS = "SELECT action, changed_at::DATE::VARCHAR, changed_by, after ->> 'expires_on' FROM history WHERE entity = 'flags' ORDER BY event_id"


@pytest.mark.parametrize(("last", "until"), [("2027-03-01", "2027-03-01"), ("", None), ("2026-06-15", "2026-07-01")])
def test_of_the_same_flag_twice_the_later_last_day_counts(bare: Shop, last: str, until: str | None) -> None:
    rows = SUSPENDED + f"5,A,true,2026-02-01,2026-07-01\n5,A,true,2026-02-02,{last}\n5,A,true,2026-02-01,2026-07-01\n"
    flags = migrated(bare, rows, "--from", "mindbody").json()["flags"][0]
    assert (flags["found"], flags["repeated"], flags["merged"], flags["due"], flags["adds_up"]) == (3, 1, 1, 1, True)
    assert asked(bare, "SELECT comment, expires_on::VARCHAR FROM flags") == [("suspended in Mindbody", until)]
    events = asked(bare, EVENTS)
    assert events == [("flagged", "2026-02-01", "Ivy", "2026-07-01"), ("flagged" if until == "2026-07-01" else "edited", "2026-02-02", "Ivy", until)]
    assert migrated(bare, rows, "--from", "mindbody").json()["status"] == "nothing-applied"
    longer = migrated(bare, rows.replace(f"2026-02-02,{last}", "2026-02-02,2028-01-01"), "--from", "mindbody")
    assert (longer.code, asked(bare, EVENTS)[2:]) == (0, [("edited", "2026-06-01", "Ivy", "2028-01-01")])  # when the day was moved, nobody says


LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n"


def test_the_same_words_of_another_person_and_day_are_an_event_of_their_own(bare: Shop) -> None:
    rows = LAYER + "1,A,Alert,same,Pat,01/02/2025\n1,A,Alert,same,Quin,01/02/2026\n1,A,Alert,same,Pat,01/02/2025\n"
    done = migrated(bare, rows, "--from", "thelayer")
    flags = done.json()["flags"][0]
    assert (flags["repeated"], flags["merged"], flags["imported"], done.json()["adds_up"]) == (1, 1, 1, True)
    events = [("flagged", "2025-02-01", "Pat", None), ("flagged", "2026-02-01", "Quin", None)]
    assert asked(bare, EVENTS) == events
    assert migrated(bare, rows, "--from", "thelayer").json()["status"] == "nothing-applied"
    assert migrated(bare, rows + "1,A,Alert,more,Rae,01/03/2026\n", "--from", "thelayer").code == 0
    assert asked(bare, EVENTS) == [*events, ("edited", "2026-03-01", "Rae", None)]
    assert asked(bare, "SELECT comment, flagged_by, updated_by FROM flags") == [("same\nmore", "Pat", "Rae")]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("zwei@x.example; Una <una2@x.example>", "zwei@x.example"),
        ("Una <una@x.example>; zwei@x.example", "una@x.example"),
        ("A <a@x.example>, B <b@x.example>", "a@x.example"),
        ("Bo, A <c@x.example> d@x.example", "c@x.example"),
        ("mailto:e@x.example / f@x.example", "e@x.example"),
        ("<g@x.example>\nh@x.example", "g@x.example"),
    ],
)
def test_of_several_addresses_with_names_the_first_counts_and_is_told(bare: Shop, cell: str, kept: str) -> None:
    done = migrated(bare, ACUITY + f'Fi,F,,"{cell}",,,yes\nJo,J,,"Jo <jo@x.example>",,,\n')
    assert [remark.split(":")[0] for remark in done.json()["remarks"] if "several" in remark] == ["1 cell of email with several values"], done.err
    assert asked(bare, "SELECT customer_id, email FROM customers ORDER BY 1") == sorted([(kept, kept), ("jo@x.example", "jo@x.example")])


@pytest.mark.parametrize(
    ("system", "head", "lines"),
    [
        ("vagaro", "First Name,Last Name,Email,Mobile Phone,Online Booking", ["Total,,,1,1", "Summe,,,,1", ",Grand total:,,,12"]),
        ("mindbody", "ID,First Name,Last Name,Red Alert,Yellow Alert,Booking Suspended", [",Total,,1,0,1"]),
    ],
)
def test_a_line_of_totals_is_none_where_no_id_begins_it(bare: Shop, system: str, head: str, lines: list[str]) -> None:
    first = {"vagaro": "Sal,V,sal@example.com,,Block", "mindbody": "100,P,N,rude,,"}[system]
    done = migrated(bare, "\n".join([head, first, *lines, ""]), "--from", system)
    assert (done.code, codes(bare)) == (4, [(row, "footer-row") for row in range(3, 3 + len(lines))]), done.err
    assert ([row["found"] for row in done.json()["flags"]], done.json()["adds_up"]) == ([1], True)


@pytest.mark.parametrize("row", ["Total,Smith,,0612345678,", "Total,,total@example.com,,", "Soma,,,061 234,", "Total Care,,,0201234567,"])
def test_a_customer_whose_name_is_a_word_for_a_total_is_one(bare: Shop, row: str) -> None:
    bare.file("flagbook.toml", '[business]\nphone_region = "NL"\n')
    done = migrated(bare, f"First Name,Last Name,Email,Mobile Phone,Online Booking\n{row}\n", "--from", "vagaro")
    assert "footer-row" not in [code for _, code in codes(bare)], done.err


TABLE = "".join(f"{number},Ann {number}B,ann{number}@x.org,{'R' if number == 1003 else ''}\n" for number in range(1001, 1006))
OF_TABLE = '[customers]\ncustomer_id = "Nr"\nname = "Name"\nemail = "Mail"\n[[flags]]\ntype = "On Hold"\nwhen = "Mark"\nyes = ["R"]\n'


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("\nLegend:,,,\nR,banned,,\nP,pays late,,\n", 3),
        ("R,gesperrt,,\nP,zahlt spät,,\n", 2),
        ("\n*,moroso,,\n", 1),
        ("\n1=banned,,,\n2=late,,,\n", 2),
        ("\n,,,\nR = interdit,,,\n", 1),
    ],
)
def test_a_legend_below_the_table_comes_back_and_is_told_in_a_draft(bare: Shop, lines: str, count: int) -> None:
    bare.file("f.csv", f"Nr,Name,Mail,Mark\n{TABLE}{lines}")
    bare.file("m.toml", OF_TABLE)
    done = bare.run("migrate", "f.csv", "--map", "m.toml", *AS_OF)
    assert (done.code, [code for _, code in codes(bare)]) == (4, ["footer-row"] * count), done.err
    assert asked(bare, "SELECT count(*) FROM customers") == [(5,)]
    drawn = bare.run("migrate", "f.csv", "--draft", "draft.toml")
    last = lines.strip().splitlines()[-1].replace(",", " ").strip()
    assert f'"{last}". Does it say what words or marks mean?' in drawn.out


@pytest.mark.parametrize("lines", ["\n1006,Bo Cy,,\n", "1006,Bo,,\n1007,Al,,\n", "\nB7,Bo Cy,bo@x.org,\n", "\nK1006,Bo Cy,,\n"])
def test_a_customer_of_whom_little_is_known_is_no_legend(bare: Shop, lines: str) -> None:
    bare.file("f.csv", f"Nr,Name,Mail,Mark\n{TABLE}{lines}")
    bare.file("m.toml", OF_TABLE)
    assert bare.run("migrate", "f.csv", "--map", "m.toml", *AS_OF).code == 0
    assert asked(bare, "SELECT count(*) FROM customers") == [(5 + lines.count("\n") - lines.startswith("\n"),)]
