"""Drafts of maps: texts that say nothing, comments and reasons beside a flag, columns that several flags share, last days, levels, signs, short days."""

import openpyxl
import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_unlike import NO_SKIP, SEVEN, drafted, table
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, flags, migrated, unmarked

TOLD = "SELECT customer_id, flag_type, comment, flagged_by, flagged_at::DATE::VARCHAR, expires_on::VARCHAR FROM flags ORDER BY ALL"


@pytest.mark.parametrize(
    ("header", "nothing"),
    [
        ("Alert", ("nothing to report", "None known", "none known at present", "N/A.")),
        ("Warnhinweis", ("nichts bekannt", "alles in Ordnung", "keine bekannt", "(keine)")),
        ("Avertissement", ("rien à signaler", "sans objet", "non renseigné", "Néant.")),
        ("Ostrzeżenie", ("brak uwag", "nie dotyczy", "bez uwag", "-")),
        ("Предупреждение", ("без замечаний", "отсутствует", "нет данных", "нет")),
        ("警告", ("特記事項なし", "なし", "無", "問題なし")),
    ],
)
def test_texts_that_say_that_there_is_nothing_flag_nobody(bare: Shop, header: str, nothing: tuple[str, ...]) -> None:
    table(bare, header, "bites the vet", *nothing, "", "")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), flags(bare)) == (0, [("7", flags(bare)[0][1], "bites the vet")])


def test_texts_that_may_say_nothing_are_asked_about(bare: Shop) -> None:
    table(bare, "Alert", "No dogs near him", "bites", "", "", "")
    assert 'do these say that there is a flag: "No dogs near him"? Name those that mean none in a line no' in drafted(bare, "f.csv")


@pytest.mark.parametrize(("header", "cells"), [("Comment", ("Do not book again", "Rude")), ("Sperrbemerkung", ("Hausverbot", "zahlt nicht"))])
def test_a_comment_with_a_word_for_a_flag_stays_the_comment(bare: Shop, header: str, cells: tuple[str, str]) -> None:
    flag = "Blocked" if header == "Comment" else "Gesperrt"
    table(bare, f"{flag},{header}", f"yes,{cells[0]}", "no,", "no,", f"yes,{cells[1]}", "no,", "no,", "no,")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), flags(bare)) == (0, sorted([("3", ON_HOLD, cells[1]), ("7", ON_HOLD, cells[0])]))


def test_a_reason_beside_a_word_for_the_flag_is_why_and_no_person(bare: Shop) -> None:
    table(bare, "Blocked,Reason,By", "Permanently,Unpaid,Jo", ",,", "Temporarily,Rude,Al", ",,", ",,", ",,", ",,")
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), asked(bare, "SELECT customer_id, comment, flagged_by FROM flags ORDER BY ALL")) == (
        0,
        [("2", "Rude", "Al"), ("7", "Unpaid", "Jo")],
    )


def test_columns_that_several_flags_share_are_of_each(bare: Shop) -> None:
    bare.file(
        "f.csv",
        "Customer No,Name,Hold,Warn,Comment,Flagged on,Flagged by,Ends\n"
        "1,Ann Lee,no,no,,,,\n2,Bob Ray,yes,no,unpaid,2026-01-05,Jo,2027-01-01\n3,Cy Poe,no,yes,shouts,2026-02-06,Al,\n"
        "4,Di Orr,yes,yes,owes and shouts,2026-03-07,Jo,2027-02-02\n5,Ed Fox,no,no,,,,\n6,Flo Gee,no,yes,rude,2026-04-08,Al,2027-03-03\n",
    )
    draft = drafted(bare, "f.csv")
    assert not [line for line in unmarked(draft) if "Flagged" in line or "Comment" in line or "Ends" in line]
    assert (migrated(bare, "f.csv", draft), asked(bare, TOLD)) == (
        0,
        [
            ("2", ON_HOLD, "unpaid", "Jo", "2026-01-05", "2027-01-01"),
            ("3", "Warning", "shouts", "Al", "2026-02-06", None),
            ("4", ON_HOLD, "owes and shouts", "Jo", "2026-03-07", "2027-02-02"),
            ("4", "Warning", "owes and shouts", "Jo", "2026-03-07", "2027-02-02"),
            ("6", "Warning", "rude", "Al", "2026-04-08", "2027-03-03"),
        ],
    )


@pytest.mark.parametrize(
    ("flag", "header"),
    [
        ("Geblokkeerd", "Vervaldatum"),
        ("Zablokowany", "Data zdjęcia blokady"),
        ("Заблокирован", "Дата разблокировки"),
        ("Bloqueado", "Data limite do bloqueio"),
        ("Gesperrt", "Aufhebungsdatum"),
        ("Engellendi", "Son tarih"),
    ],
)
def test_a_last_day_that_is_past_is_no_first_day(bare: Shop, flag: str, header: str) -> None:
    table(bare, f"{flag},{header}", "yes,2026-02-01", "no,", "no,", "yes,", "no,", "no,", "no,")
    draft = drafted(bare, "f.csv")
    assert [line for line in draft.splitlines() if header in line and line.startswith(("at", "expires"))] == [f'expires = ["{header}"]']
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("3", ON_HOLD, flag)])


def test_a_flag_that_a_word_says_is_over_is_none(bare: Shop) -> None:
    table(bare, "Sperre,Sperrgrund", "aktiv,zahlt nicht", ",", ",", "abgelaufen,Lärm", ",", ",", ",")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), [row[:2] for row in flags(bare)]) == (0, [("7", ON_HOLD)])


@pytest.mark.parametrize(
    ("header", "cells", "high"),
    [
        ("Risk", ("Low risk", "Medium risk", "High risk"), "High risk"),
        ("Уровень риска", ("низкий", "средний", "высокий"), "высокий"),
        ("风险等级", ("低", "中", "高"), "高"),
        ("Risk", ("1 - low", "2 - medium", "3 - high"), "3 - high"),
    ],
)
def test_levels_of_risk_flag_the_highest_alone(bare: Shop, header: str, cells: tuple[str, ...], high: str) -> None:
    table(bare, header, *cells)
    draft = drafted(bare, "f.csv")
    assert f'"{high}" = "At Risk"' in draft.splitlines()
    assert (migrated(bare, "f.csv", draft), [row[:2] for row in flags(bare)]) == (0, [("2", "At Risk"), ("5", "At Risk")])


def test_classes_that_everybody_has_flag_nobody_unasked(bare: Shop) -> None:
    table(bare, "Risk class", "A", "B", "C")
    draft = drafted(bare, "f.csv")
    assert ("skip = true" in draft, migrated(bare, "f.csv", draft), flags(bare)) == (True, 0, [])


def test_a_cross_that_stands_alone_marks_a_row(bare: Shop) -> None:
    table(bare, "Gesperrt,Grund", "✗,zahlt nicht", ",", ",", "✗,Lärm", ",", ",", ",")
    draft = drafted(bare, "f.csv")
    assert "# CHECK: does ✗ mean that there is a flag, and a blank that there is none?" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("3", ON_HOLD, "Lärm"), ("7", ON_HOLD, "zahlt nicht")])


def test_a_question_whether_a_customer_is_accepted_is_offered_with_no_as_the_flag(bare: Shop) -> None:
    table(bare, "Accept bookings,Why not", "No,Unpaid", "Yes,", "Yes,", "No,Rude", "Yes,", "Yes,", "Yes,")
    draft = drafted(bare, "f.csv")
    assert 'yes = ["No"]' in draft.splitlines()
    assert (migrated(bare, "f.csv", draft.replace(NO_SKIP, "")), [row[0] for row in flags(bare)]) == (0, ["3", "7"])


def test_days_with_a_year_of_two_figures_and_no_time_are_days(bare: Shop) -> None:
    table(bare, "Banned,Ban date", "yes,1/13/26", "no,", "no,", "yes,11/2/25", "no,", "no,", "no,")
    assert migrated(bare, "f.csv", drafted(bare, "f.csv")) == 0
    assert asked(bare, "SELECT customer_id, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL") == [("3", "2025-11-02"), ("7", "2026-01-13")]


@pytest.mark.parametrize("header", ["撮影禁止", "风险告知书已签", "사진 촬영 금지"])
def test_headers_without_blanks_that_are_about_something_else_flag_nobody(bare: Shop, header: str) -> None:
    table(bare, header, "yes", "no", "no")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), flags(bare)) == (0, [])


def test_months_of_years_are_no_numbers(bare: Shop) -> None:
    bare.file(
        "f.csv",
        "Name;Kunde seit;E-Mail;Gesperrt\nAnn Lee;03/2019;ann@example.com;ja\nBob Ray;04/2016;bob@example.com;nein\nCy Poe;03/2019;cy@example.com;nein\n",
    )
    assert "phone" not in [line.partition(" = ")[0] for line in drafted(bare, "f.csv").splitlines()]


def test_a_sheet_that_is_called_a_list_of_flags_is_drafted(bare: Shop) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Customers"
    for row in (["Cust No", "Name", "Email"], *([f"C{n}", f"Ann {'abcdefgh'[n]}ee", f"c{n}@example.com"] for n in range(1, 8))):
        sheet.append(row)
    other = book.create_sheet("Blacklist")
    for row in (["Cust No", "Name", "Reason", "Date"], ["C2", "Ann cee", "theft", "2026-01-05"], ["C5", "Ann fee", "fights", "2026-02-06"]):
        other.append(row)
    book.save(bare.folder / "two.xlsx")
    draft = drafted(bare, "two.xlsx").replace(NO_SKIP, "")
    assert (migrated(bare, "two.xlsx", draft), flags(bare)) == (0, [("C2", ON_HOLD, "theft"), ("C5", ON_HOLD, "fights")])


def test_ended_words_beside_a_reason_are_no_flags_and_the_others_are_asked_about(bare: Shop) -> None:
    table(bare, "Blokkade,Reden", "Tijdelijk,betaalt niet", ",", ",", "Beëindigd,te laat", ",", ",", ",")
    draft = drafted(bare, "f.csv")
    assert "each of these words of Blokkade would be a flag: Tijdelijk." in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("7", ON_HOLD, "betaalt niet")])


@pytest.mark.parametrize("header", ["Ban expired", "Ban lifted"])
def test_a_column_that_says_that_a_ban_is_over_makes_none_and_is_asked_about(bare: Shop, header: str) -> None:
    table(bare, f"Banned,{header},Ban reason", "Yes,No,Theft", "No,Yes,", "No,No,", "Yes,Yes,Noise", "No,No,", "No,No,", "No,No,")
    draft = drafted(bare, "f.csv")
    assert f"{header} says yes for 1 of those who would be flagged" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("7", ON_HOLD, "Theft")])


def test_a_column_that_tells_which_flags_still_stand_is_looked_at(bare: Shop) -> None:
    table(bare, "Suspended,Suspension status,Reason", "yes,active,owes 40", "no,,", "no,,", "yes,ended,rude", "no,,", "no,,", "no,,")
    draft = drafted(bare, "f.csv")
    assert "Suspension status tells, and not Suspended: does it say which of these flags still stand? active: it does; ended: it does not" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("7", ON_HOLD, "owes 40")])


@pytest.mark.parametrize("cells", [("no,active", "yes,closed", "no,active"), ("no,active", "yes,active", "no,closed")])
def test_a_status_of_customers_beside_a_flag_is_not_what_tells_of_it(bare: Shop, cells: tuple[str, ...]) -> None:
    table(bare, "Blocked,Status", *cells)
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), [row[0] for row in flags(bare)]) == (0, ["1", "4", "7"])


def test_a_reason_that_is_not_known_is_one(bare: Shop) -> None:
    table(bare, "Ban reason,Banned until", "Theft,2027-01-01", ",", ",", "unknown,2027-05-05", ",", ",", ",")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), [row[0] for row in flags(bare)]) == (0, ["3", "7"])


def test_a_brawl_is_no_polish_lack(bare: Shop) -> None:
    table(bare, "Varning", "Bråk", "", "", "Stöld av handduk", "", "", "")
    assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), [row[2] for row in flags(bare)]) == (0, ["Stöld av handduk", "Bråk"])


def test_a_header_with_repeated_titles_is_the_header_all_the_same(bare: Shop) -> None:
    rows = "\n".join(f"C{n},Ann {'abcdefgh'[n]},active,ok,Rex {'abcdefgh'[n]}" for n in SEVEN)
    bare.file("f.csv", f"Customer ID,Name,Status,Status,Name\n{rows}\n")
    draft = drafted(bare, "f.csv")
    assert ('customer_id = ["Customer ID"]' in draft.splitlines(), "looking at 7 rows" in draft) == (True, True)


def test_a_title_of_merged_cells_ends_before_a_column_that_everybody_has(bare: Shop) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Client", None, "Ban", None, None, None, None],
        ["No", "Name", "since", "until", "reason", "Since", "By"],
        *([f"{n}", f"Ann {'abcdefgh'[n]}", *(["2026-01-05", "2027-01-05", "theft"] if n == 3 else [None] * 3), "2019-05-05", "Meg"] for n in SEVEN),
    ):
        sheet.append(row)
    book.save(bare.folder / "f.xlsx")
    draft = drafted(bare, "f.xlsx")
    assert migrated(bare, "f.xlsx", draft) == 0
    found = asked(bare, "SELECT customer_id, comment, flagged_at::DATE::VARCHAR, expires_on::VARCHAR, flagged_by = 'Meg' FROM flags")
    assert found == [("3", "theft", "2026-01-05", "2027-01-05", False)], draft


def test_a_reason_is_of_the_flag_that_it_stands_beside(bare: Shop) -> None:
    table(
        bare, "Risiko,Gesperrt,Grund", "hoch,ja,zahlt nicht", "niedrig,nein,", "mittel,nein,", "hoch,ja,Randale", "hoch,nein,", "niedrig,nein,", "niedrig,nein,"
    )
    assert migrated(bare, "f.csv", drafted(bare, "f.csv")) == 0
    assert [row for row in flags(bare) if row[1] == ON_HOLD] == [("3", ON_HOLD, "Randale"), ("7", ON_HOLD, "zahlt nicht")]


def test_a_watch_list_is_no_block(bare: Shop) -> None:
    table(bare, "Blacklist,Watch list", "yes,no", "no,yes", "no,no")
    assert migrated(bare, "f.csv", drafted(bare, "f.csv")) == 0
    assert {row[1] for row in flags(bare) if row[0] in ("1", "4")} == {"Warning"}


def test_days_that_several_flags_share_are_not_said_to_be_of_nobody(bare: Shop) -> None:
    table(bare, "Hold,Warn,Date", "yes,no,2026-01-01", "no,yes,2026-02-02", "no,no,", "yes,yes,2026-03-03", "no,no,", "no,no,", "no,no,")
    assert "without this flag" not in drafted(bare, "f.csv")


def test_two_texts_of_a_flag_are_both_told_of(bare: Shop) -> None:
    table(bare, "Warning,Reason", "aggressive dog,bites the postman", ",", ",", ",", ",", ",", ",")
    draft = drafted(bare, "f.csv")
    assert "Warning and Reason both say something of this flag, and only one is its comment" in draft
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("7", "Warning", "aggressive dog")])


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Banned,Ban until,Blacklisted", ("x,2027-01-01,", "x,2027-02-01,x", ",,x", "x,,x")),
        ("Gesperrt,Gesperrt bis,Hausverbot", ("ja,01.03.2027,", "ja,13.03.2027,ja", ",,ja", ",,")),
    ],
)
def test_a_last_day_that_another_flag_of_its_type_takes_away_is_told(bare: Shop, header: str, rows: tuple[str, ...]) -> None:
    lines = [f"K{number},Ann {number}B,{row}" for number, row in enumerate(rows)]
    bare.file("f.csv", "\n".join([f"Id,Name,{header}", *lines, ""]))
    assert bare.run("migrate", "f.csv", "--draft", "d.toml").code == 0
    draft, (_, until, other) = (bare.folder / "d.toml").read_text(encoding="utf-8"), header.split(",")
    assert f"# CHECK: 1 customer with a day in {until} has the flag of {other} too: one flag of type On Hold comes of both, without a last day" in draft
    done = bare.run("migrate", "f.csv", "--map", "d.toml", "--as-of", "2026-06-01", "--by", "Ivy", "--json")
    said = [remark for remark in done.json()["remarks"] if "last day" in remark]
    assert said == ["1 customer has two flags of one type (On Hold), of which one has a last day and another none: they become one without; customers: K1"]
    assert asked(bare, "SELECT customer_id FROM flags WHERE expires_on IS NOT NULL") == [("K0",)]


def test_flags_of_two_types_keep_their_last_days_and_nothing_is_told(bare: Shop) -> None:
    bare.file("f.csv", "Id,Name,Banned,Ban until,Warning\nK1,Ann B,x,2027-01-01,\nK2,Bo C,x,2027-02-01,Rude\nK3,Cy D,,,Late\n")
    assert bare.run("migrate", "f.csv", "--draft", "d.toml").code == 0
    assert "without a last day" not in (bare.folder / "d.toml").read_text(encoding="utf-8")
    done = bare.run("migrate", "f.csv", "--map", "d.toml", "--as-of", "2026-06-01", "--by", "Ivy", "--json")
    assert [remark for remark in done.json()["remarks"] if "last day" in remark] == []
