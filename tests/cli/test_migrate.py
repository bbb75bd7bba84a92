"""Migration through the command line: flags and their past out of another system, the sum, a second run, and the way back."""

import os
import pty
import subprocess
import sys
import tomllib
from typing import Any

import duckdb
import pytest

from tests.cli.conftest import ROOT, Shop

RESALE = """Customer ID,First Name,Last Name,Email,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,flagged,01/10/2024,stolen goods,Dana
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,un-flagged,02/11/2024,apologised,Eli
R1,Jack,Miller,jm@example.com,Yes,stolen again,Dana,05/03/2025,flagged,05/03/2025,stolen again,Dana
R2,Ann,Lee,ann@example.com,No,,,,flagged,01/10/2023,rude,Dana
R2,Ann,Lee,ann@example.com,No,,,,un-flagged,01/12/2023,mistake,Dana
R3,Bo,Ek,bo@example.com,no,,,,,,,
,No,Id,,no,,,,,,,
"""
AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")


def asked(shop: Shop, query: str) -> list[Any]:
    """Ask the book."""
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        return con.sql(query).fetchall()


FLAGS = "SELECT customer_id, flag_type, comment, flagged_by FROM flags ORDER BY ALL"


@pytest.fixture
def resale(bare: Shop) -> Shop:
    """A folder with ResaleAI's file, migrated."""
    bare.file("resale.csv", RESALE)
    done = bare.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF)
    assert (done.code, done.json()["rows"]["rejected"]) == (4, 1), done.err
    return bare


def test_history_arrives_as_history_and_the_flag_stands(resale: Shop) -> None:
    events = resale.run("history", "R1", "--json").json()["events"]
    told = [(one["changed_at"][:10], one["action"], one["comment_after"], one["reason"], one["changed_by"]) for one in events]
    assert told == [
        ("2024-01-10", "flagged", "stolen goods", "stolen goods", "Dana"),
        ("2024-02-11", "unflagged", None, "apologised", "Eli"),
        ("2025-05-03", "flagged", "stolen again", "stolen again", "Dana"),
    ]
    assert asked(resale, FLAGS) == [("R1", "Warning", "stolen again", "Dana")]


def test_a_second_run_changes_nothing(resale: Shop) -> None:
    before = asked(resale, "SELECT * EXCLUDE (batch_id) FROM history ORDER BY event_id")
    again = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert again["rows"] == {"read": 7, "imported": 0, "merged": 3, "unchanged": 3, "rejected": 1}
    assert (again["status"], again["adds_up"]) == ("nothing-applied", True)
    assert asked(resale, "SELECT * EXCLUDE (batch_id) FROM history ORDER BY event_id") == before


def test_undo_takes_it_back_and_it_can_come_again(resale: Shop) -> None:
    assert resale.run("undo", "1", "--by", "Ivy").code == 0
    assert asked(resale, "SELECT (SELECT count(*) FROM flags), (SELECT count(*) FROM customers)") == [(0, 0)]
    again = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert (again["flags"][0]["imported"], again["history"][0]["imported"]) == (1, 5)


def test_an_end_that_found_no_flag_does_not_hold_its_customer_back(inside: Shop) -> None:
    """Whoever a later file says was un-flagged, and who had no flag, is untouched: the migration that brought them takes them out again."""
    head = "Customer ID,First Name,Action,Date,Reason,Employee\n"
    for row in ("R1,Al,,,,", "R1,Al,un-flagged,02/01/2025,paid,A"):
        inside.file("resale.csv", f"{head}{row}\n")
        assert inside.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF).code == 0
    assert asked(inside, "SELECT action, before, after FROM history WHERE entity = 'flags'") == [("unflagged", None, None)]
    assert [inside.run("undo", batch).code for batch in ("2", "1")] == [0, 0]
    assert asked(inside, "SELECT customer_id FROM customers") == []


def test_undone_brought_back_and_undone_again_it_can_come_again(resale: Shop) -> None:
    flags = asked(resale, FLAGS)
    for batch in ("1", "2", "3"):
        assert resale.run("undo", batch, "--by", "Ivy").code == 0
    assert asked(resale, FLAGS) == []
    assert resale.run("migrate", "resale.csv", *AS_OF).json()["status"] == "applied"
    assert asked(resale, FLAGS) == flags


def test_files_whose_names_differ_behind_a_dot_have_accounts_of_their_own(bare: Shop) -> None:
    for name in ("clients.may.csv", "clients.june.csv"):
        bare.file(name, RESALE)
        bare.run("migrate", name, "--from", "resaleai", *AS_OF)
    assert {"clients.may.reconciliation.xlsx", "clients.june.reconciliation.xlsx"} <= {path.name for path in bare.folder.iterdir()}


def test_a_newer_export_brings_only_the_differences(resale: Shop) -> None:
    resale.file(
        "resale.csv", RESALE.replace("R2,Ann,Lee,ann@example.com,No,,,,un-flagged", "R2,Ann,Lee,ann@example.com,yes,rude twice,Eli,02/02/2026,un-flagged")
    )
    newer = resale.run("migrate", "resale.csv", *AS_OF).json()
    assert (newer["rows"]["imported"], newer["history"][0]["imported"], newer["adds_up"]) == (1, 0, True)
    assert asked(resale, FLAGS) == [("R1", "Warning", "stolen again", "Dana"), ("R2", "Warning", "rude twice", "Eli")]


def test_what_the_book_did_since_stands_until_the_source_says_something_new(resale: Shop) -> None:
    resale.file("end.csv", "action,customer_id,flag_type\nremove,R1,Warning\n")
    assert resale.run("apply", "end.csv").code == 0
    row = resale.run("migrate", "resale.csv", *AS_OF).json()["flags"][0]
    assert (row["due"], row["in_book"], row["ended_in_book"], row["adds_up"]) == (1, 0, 1, True)
    resale.file("resale.csv", RESALE.replace("stolen again,Dana,05/03/2025", "third time,Eli,02/02/2026"))
    resale.run("migrate", "resale.csv", *AS_OF)
    assert asked(resale, FLAGS)[0][:3] == ("R1", "Warning", "third time")


def test_a_flag_of_the_books_own_is_kept_above_the_sources(bare: Shop) -> None:
    bare.file("customers.csv", "customer_id\nR1\n")
    bare.file("own.csv", "action,customer_id,flag_type,comment\nadd,R1,Warning,owes 20\n")
    bare.file("resale.csv", RESALE)
    for words in (["load", "--customers", "customers.csv"], ["apply", "own.csv"]):
        assert bare.run(*words, "--as-of", "2026-05-01").code == 0
    assert bare.run("migrate", "resale.csv", *AS_OF).code == 4
    assert asked(bare, "SELECT comment FROM flags") == [("owes 20\nstolen again",)]
    assert bare.run("migrate", "resale.csv", *AS_OF).json()["status"] == "nothing-applied"
    assert bare.run("undo", "3").code == 0
    assert asked(bare, "SELECT comment FROM flags") == [("owes 20",)]


def test_a_terminal_shows_a_bar_of_rows_and_then_of_flags(bare: Shop) -> None:
    bare.file("resale.csv", RESALE)
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "jobs", "migrate", "resale.csv", "--as-of", "2026-06-01"]
    subprocess.run(words, cwd=bare.folder, stdout=subprocess.PIPE, stderr=theirs, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert ("resale.csv: 7 rows" in shown, "flags: 8 decided" in shown, "100%" in shown) == (True, True, True), shown
    assert bare.run("migrate", "resale.csv", *AS_OF).err == ""  # and elsewhere a short run says nothing


def test_a_dry_run_says_the_same_and_writes_nothing(bare: Shop) -> None:
    bare.file("resale.csv", RESALE)
    dry = bare.run("migrate", "resale.csv", *AS_OF, "--dry-run").json()
    assert not (bare.folder / "flagbook.duckdb").exists()
    done = bare.run("migrate", "resale.csv", *AS_OF).json()
    same = ("rows", "customers", "flags", "history", "alerts", "codes")
    assert {name: dry[name] for name in same} == {name: done[name] for name in same}


def test_a_check_tells_item_by_item_where_the_two_differ(resale: Shop) -> None:
    resale.file("fine.csv", RESALE.replace(",No,Id,,no,,,,,,,\n", ""))
    assert resale.run("migrate", "fine.csv", *AS_OF, "--check").code == 0
    resale.file("edit.csv", "action,customer_id,flag_type,comment\nedit,R1,Warning,other\nadd,R3,Alert,new\n")
    assert resale.run("apply", "edit.csv").code == 0
    checked = resale.run("migrate", "fine.csv", *AS_OF, "--check")
    told = [(one["customer_id"], one["item"], one["difference"]) for one in checked.json()["differences"]]
    assert (checked.code, told) == (4, [("R1", "Warning", "with another comment"), ("R3", "Alert", "only in the book")])


GERMAN = """Kundenliste;;;;;;;
Telefon;Nachname;Vorname;Kundennr.;E-Mail-Adresse;Newsletter;Gesperrt;Sperrgrund;Gesperrt am;Besonderes
+49 30 1234567;Müller;Jörg;1001;joerg@example.com;ja;nein;;;
;Schmidt;Eva;1002;eva@example.com;nein;ja;zahlt nicht;05.03.2026;
;Weiß;Uwe;1003;;ja;nein;;;Hund beißt sehr
;Lang;Ina;1004;ina@example.com;ja;ja;hat randaliert;17.04.2026;
"""


def test_an_unknown_sheet_becomes_a_working_map_with_a_few_lines_edited(bare: Shop) -> None:
    bare.file("liste.csv", GERMAN.encode("cp1252"))
    drafted = bare.run("migrate", "liste.csv", "--draft", "liste.toml")
    assert drafted.code == 0, drafted.err
    draft = (bare.folder / "liste.toml").read_text(encoding="utf-8")
    skipped = [line for line in draft.splitlines(keepends=True) if line.startswith("skip = true")]
    assert len(skipped) == 1  # the second flag-like column is offered, and a person says that it is one
    finished = draft.replace(skipped[0], "")
    bare.file("liste.toml", finished)
    done = bare.run("migrate", "liste.csv", "--map", "liste.toml", *AS_OF)
    assert (done.code, done.json()["adds_up"]) == (0, True), done.out
    assert asked(bare, "SELECT customer_id, flag_type, comment, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL") == [
        ("1002", "On Hold", "zahlt nicht", "2026-03-05"),
        ("1003", "Alert", "Hund beißt sehr", "2026-06-01"),
        ("1004", "On Hold", "hat randaliert", "2026-04-17"),
    ]
    assert asked(bare, "SELECT first_name, last_name, email FROM customers WHERE customer_id = '1001'") == [("Jörg", "Müller", "joerg@example.com")]


@pytest.mark.parametrize(
    ("sheet", "flags"),
    [
        (
            "Code,Guest,Contact,Do Not Book,DNB Reason\nG1,Pat Brown,0161 496 0000,TRUE,No show x4\nG2,Sam Green,0161 496 0001,FALSE,\n",
            [("G1", "On Hold", "No show x4")],
        ),
        (
            "naam,klantnummer,geblokkeerd,reden,let op\nJan,K1,J,Betaalt niet,\nEls,K2,N,,Boze hond\n",
            [("K1", "On Hold", "Betaalt niet"), ("K2", "Warning", "Boze hond")],
        ),
        ("Correo;Nombre;Lista negra;Motivo\nana@example.com;Ana;Sí;no paga\nluis@example.com;Luis;No;\n", [("ana@example.com", "On Hold", "no paga")]),
    ],
)
def test_a_draft_of_a_plain_sheet_works_as_it_is(bare: Shop, sheet: str, flags: list[tuple[str, str, str]]) -> None:
    bare.file("sheet.csv", sheet)
    assert bare.run("migrate", "sheet.csv", "--draft", "map.toml").code == 0
    assert bare.run("migrate", "sheet.csv", "--map", "map.toml", *AS_OF).code == 0
    assert asked(bare, "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL") == flags


def test_a_draft_never_overwrites(bare: Shop) -> None:
    bare.file("sheet.csv", GERMAN)
    bare.file("map.toml", "mine")
    assert (bare.run("migrate", "sheet.csv", "--draft", "map.toml").code, (bare.folder / "map.toml").read_text()) == (3, "mine")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (("--draft", "sheet.csv"), "sheet.map.toml"),
        (("sheet.csv", "--draft"), "sheet.map.toml"),
        (("--draft", "sheet.csv", "--out", "maps"), "maps/sheet.map.toml"),
        (("sheet.csv", "--draft", "--out", "maps"), "maps/sheet.map.toml"),
        (("--draft", "sheet.csv", "map.toml"), "map.toml"),
        (("--draft", "map.toml", "sheet.csv"), "map.toml"),
    ],
)
def test_a_draft_takes_its_file_before_or_after_the_option_and_without_a_name_is_said_as_well(bare: Shop, said: tuple[str, ...], written: str) -> None:
    bare.file("sheet.csv", GERMAN)
    done = bare.run("migrate", *said)
    draft = (bare.folder / written).read_text(encoding="utf-8")
    assert (done.code, tomllib.loads(draft)["customers"]["customer_id"]) == (0, ["Kundennr."]), done.err
    if written.endswith("map.toml") and written != "map.toml":
        assert tomllib.loads(done.out) == tomllib.loads(draft)  # so it may be sent to a file of another name
        assert f"# Written: {written}" in done.out
    assert bare.run("migrate", *said).code == 3  # it is there already
    assert (bare.folder / written).read_text(encoding="utf-8") == draft
    assert bare.run("migrate", "sheet.csv", "--map", written, *AS_OF).code == 0


def test_a_draft_of_no_file_or_of_several_is_a_wrong_call(bare: Shop) -> None:
    bare.file("sheet.csv", GERMAN)
    for said in (("--draft",), ("sheet.csv", "sheet.csv", "--draft"), ("a.csv", "b.csv", "--draft", "sheet.csv")):
        assert bare.run("migrate", *said).code == 2, said
    missing = bare.run("migrate", "--draft", "missing.csv")
    assert (missing.code, "missing.csv" in missing.err) == (3, True), missing.err


def test_a_file_of_no_known_system_is_refused_and_told_what_to_do(bare: Shop) -> None:
    bare.file("sheet.csv", GERMAN)
    refused = bare.run("migrate", "sheet.csv")
    assert (refused.code, "--draft" in refused.err) == (3, True), refused.err
    assert not (bare.folder / "flagbook.duckdb").exists()


def test_a_map_with_a_word_that_is_not_known_is_refused_with_the_nearest(bare: Shop) -> None:
    bare.file("resale.csv", RESALE)
    bare.file("map.toml", '[customers]\ncustomer_id = "Customer ID"\n[[flags]]\ntype = "Waring"\ncomment = "Flagged Reason"\n')
    refused = bare.run("migrate", "resale.csv", "--map", "map.toml")
    assert (refused.code, "Warning" in refused.err) == (3, True)


def test_a_row_that_comes_back_can_be_mended_and_migrated(resale: Shop) -> None:
    back = (resale.folder / "resale.rejected.csv").read_text(encoding="utf-8-sig")
    resale.file("resale.rejected.csv", back.replace(",No,Id", "R9,No,Id"))
    again = resale.run("migrate", "resale.rejected.csv", *AS_OF)
    assert (again.code, again.json()["rows"]) == (0, {"read": 1, "imported": 1, "merged": 0, "unchanged": 0, "rejected": 0})


def test_a_customer_whom_the_book_knows_by_email_is_not_made_again(bare: Shop) -> None:
    bare.file("customers.csv", "customer_id,email,first_name\nC7,UNA@example.com,Una Maria\n")
    bare.file("bookings.csv", "booking_id,customer_id,starts_at\nB1,C7,2027-01-01 10:00\n")
    assert bare.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-05-01").code == 0
    bare.file("bookeo.csv", "First name,Last name,Email address,Phone,Alert message,Total bookings\n,Saga,una@example.com,,Shouts,3\n")
    done = bare.run("migrate", "bookeo.csv", *AS_OF).json()
    assert (done["customers"]["new"], done["alerts"]["updated"]) == (0, 1)
    assert asked(bare, "SELECT c.first_name, last_name, f.comment, b.alert_message FROM customers c, flags f, bookings b") == [
        ("Una Maria", "Saga", "Shouts", "Shouts")
    ]
    assert bare.run("undo", "2").code == 0
    assert asked(bare, "SELECT last_name, alert_message, (SELECT alert_message FROM bookings) FROM customers") == [(None, None, None)]


def test_what_a_newer_export_no_longer_says_ends_and_anothers_word_stays(bare: Shop) -> None:
    bookeo = "First name,Last name,Email address,Phone,Alert message,Total bookings\nUna,Saga,una@example.com,,{},3\n"
    vagaro = "First Name,Last Name,Email,Mobile Phone,Online Booking\nUna,Saga,una@example.com,,Block\n"
    bare.file("b1.csv", bookeo.format("Shouts"))
    bare.file("v.csv", vagaro)
    bare.file("b2.csv", bookeo.format(""))
    for name in ("b1.csv", "v.csv", "b2.csv"):
        assert bare.run("migrate", name, *AS_OF).code == 0
    assert asked(bare, "SELECT flag_type FROM flags") == [("On Hold",)]
    assert asked(bare, "SELECT action, reason FROM history WHERE entity = 'flags' AND batch_id = 3") == [("unflagged", "no longer flagged in Bookeo")]


def test_an_export_that_would_end_most_flags_is_stopped(bare: Shop) -> None:
    head, row = "First name,Last name,Email address,Phone,Alert message,Total bookings\n", "A,B,a{0}@example.com,,{1},1\n"
    bare.file("full.csv", head + "".join(row.format(n, "text") for n in range(60)))
    bare.file("empty.csv", head + "".join(row.format(n, "") for n in range(60)))
    assert bare.run("migrate", "full.csv", *AS_OF).code == 0
    stopped = bare.run("migrate", "empty.csv", *AS_OF)
    assert (stopped.code, "--allow-mass-change" in stopped.err) == (3, True)
    assert asked(bare, "SELECT count(*) FROM flags") == [(60,)]
    assert bare.run("migrate", "empty.csv", *AS_OF, "--allow-mass-change").code == 0
    assert asked(bare, "SELECT count(*) FROM flags") == [(0,)]


def test_dates_that_are_none_bring_their_row_back(bare: Shop) -> None:
    bare.file("resale.csv", RESALE.replace("05/03/2025,flagged,01/10/2024", "N/A,flagged,01/10/2024").replace(",No,Id,,no,,,,,,,\n", ""))
    done = bare.run("migrate", "resale.csv", *AS_OF).json()
    assert (done["codes"], done["adds_up"], done["flags"][0]["rejected"], done["history"][0]["rejected"]) == ({"bad-date": 1}, True, 1, 1)


def test_a_column_that_is_absent_says_nothing_and_ends_no_flag(bare: Shop) -> None:
    bare.file("full.csv", "Customer ID,First Name,Last Name,Email,Tags\n1,A,B,a@example.com,vip\n")
    bare.file("less.csv", "Customer ID,First Name,Last Name,Email\n1,A,C,a@example.com\n")
    full, less = (bare.run("migrate", name, "--from", "shopify", *AS_OF) for name in ("full.csv", "less.csv"))
    assert (full.code, full.json()["flags_read"], less.code, less.json()["flags_read"]) == (0, True, 0, False)
    assert asked(bare, "SELECT comment, last_name FROM flags JOIN customers USING (customer_id)") == [("vip", "C")]


WORKBOOK = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="A"><Table><Row><Cell><Data ss:Type="String">Report</Data></Cell></Row><Row ss:Index="4">{head}</Row>
<Row><Cell><Data ss:Type="String">Una</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">una@example.com</Data></Cell>
<Cell ss:Index="5"><Data ss:Type="String">Shouts &amp; runs</Data></Cell></Row></Table></Worksheet></Workbook>"""
BOOKEO = ("First name", "Last name", "Email address", "Phone", "Alert message", "Total bookings")


def test_cells_and_rows_that_spreadsheetml_leaves_out_keep_their_places(bare: Shop) -> None:
    head = "".join(f'<Cell><Data ss:Type="String">{title}</Data></Cell>' for title in BOOKEO)
    bare.file("report.xls", WORKBOOK.format(head=head))
    assert bare.run("migrate", "report.xls", *AS_OF).code == 0
    assert asked(bare, "SELECT customer_id, comment, source_row FROM flags JOIN history USING (customer_id) WHERE entity = 'flags'") == [
        ("una@example.com", "Shouts & runs", 5)
    ]


def test_entities_that_would_blow_up_are_refused(bare: Shop) -> None:
    bomb = WORKBOOK.format(head="").replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Workbook', 1)
    bare.file("bomb.xls", bomb)
    refused = bare.run("migrate", "bomb.xls")
    assert (refused.code, "SpreadsheetML" in refused.err) == (3, True)
