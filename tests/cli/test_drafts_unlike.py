"""Drafts of maps: headers that only sound of a flag, words for yes and no that few know, numbers, texts beside none, the order of day and month."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_ask import sheet
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, flags, migrated, rules
from tests.cli.test_migrate_drafts import drafted as draft_once

NO_SKIP = "skip = true  # nothing is made of this rule as long as this line stands here\n"
SEVEN = range(1, 8)


def drafted(shop: Shop, name: str) -> str:
    (shop.folder / "draft.toml").unlink(missing_ok=True)
    return draft_once(shop, name)


def table(shop: Shop, header: str, *cells: str) -> None:
    """Write a file of customers 1 to 7, whose further cells are as given, one line after the other from the first again."""
    rows = [f"{n},Ann B{'abcdefgh'[n]},{cells[n % len(cells)]}" for n in SEVEN]
    shop.file("f.csv", "\n".join([f"Client no,Name,{header}", *rows, ""]))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Estetica", ("Sì", "No", "No")),
        ("Zakazano", ("da", "ne", "ne")),
        ("Napomena", ("Voli sobu s pogledom", "", "")),
        ("Riscosso", ("Sì", "No", "No")),
        ("Varovanje", ("DA", "NE", "NE")),
        ("Blockflöte", ("ja", "nein", "nein")),
        ("Blocket", ("ja", "nej", "nej")),
        ("Sparring", ("ja", "nej", "nej")),
        ("Da richiamare", ("Sì", "No", "No")),
        ("Refuse day", ("Mon", "Tue", "Mon")),
        ("Wie waarschuwen", ("oma Riet 06", "", "")),
        ("Seguro a todo riesgo", ("sí", "no", "sí")),
        ("Block booking", ("yes", "no", "no")),
        ("Medical alert bracelet", ("yes", "no", "no")),
        ("Warning leaflet given", ("yes", "no", "no")),
        ("Advertencia legal firmada", ("sí", "no", "no")),
    ],
)
def test_a_header_that_only_sounds_of_a_flag_makes_none_by_itself(bare: Shop, header: str, cells: tuple[str, ...]) -> None:
    table(bare, header, *cells)
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, []), draft


@pytest.mark.parametrize("header", ["Caution", "Risikogruppe", "Warnkonzept"])
def test_a_word_that_goes_on_or_means_two_things_is_asked_about(bare: Shop, header: str) -> None:
    table(bare, header, "oui" if header == "Caution" else "ja", "non" if header == "Caution" else "nein")
    assert f"# CHECK: is {header} about a flag" in drafted(bare, "f.csv")


def test_a_word_that_is_only_inflected_is_not_asked_about(bare: Shop) -> None:
    table(bare, "Geblokkeerd", "ja", "nee")
    assert "CHECK: is" not in drafted(bare, "f.csv")


@pytest.mark.parametrize(("yes", "no"), [("IGAZ", "HAMIS"), ("כן", "לא"), ("Bəli", "Xeyr"), ("C", "K"), ("Ya", "Tidak"), ("ใช่", "ไม่"), ("-1", "0")])
def test_words_for_yes_and_no_that_few_know(bare: Shop, yes: str, no: str) -> None:
    table(bare, "Banned", yes, yes, no)  # more are than are not
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), len(flags(bare))) == (0, sum(n % 3 != 2 for n in SEVEN)), draft


def test_what_two_unknown_words_mean_is_asked_of_a_rule_that_is_offered_and_told_by_what_stands_beside(bare: Shop) -> None:
    table(bare, "Payment record", "Prompt", "Late", "Late")
    assert "# CHECK: does Prompt mean that there is a flag, and Late that there is none?" in drafted(bare, "f.csv")
    table(bare, "Visits,Reason,Added by,Since", "Zub,lost keys,Jo,2026-01-02", "Zub,shouted,Al,2026-01-03", "Wak,,,")
    draft = drafted(bare, "f.csv").replace(NO_SKIP, "")
    assert 'yes = ["Zub"]' in draft
    assert migrated(bare, "f.csv", draft) == 0
    assert {comment for _, _, comment in flags(bare)} == {"lost keys", "shouted"}


def test_a_status_that_says_until_when_is_offered(bare: Shop) -> None:
    table(bare, "Status", "Active", "Active", "Suspended until 31/01/2027", "Active")
    draft = drafted(bare, "f.csv")
    assert "# CHECK: some words of Status sound of a flag" in draft
    assert (migrated(bare, "f.csv", draft.replace(NO_SKIP, "")), [who for who, *_ in flags(bare)]) == (0, ["2", "6"])


@pytest.mark.parametrize("amounts", [("0.00", "120.50", "80.00"), ("£0.00", "£120.50", "£80.00")])
def test_nothing_owed_is_no_flag(bare: Shop, amounts: tuple[str, ...]) -> None:
    table(bare, "Overdue amount", *amounts)
    draft = drafted(bare, "f.csv")
    assert "leave in the line yes those alone that are one" in draft
    assert (migrated(bare, "f.csv", draft.replace(NO_SKIP, "")), [who for who, *_ in flags(bare)]) == (0, ["1", "2", "4", "5", "7"])


def test_a_text_beside_none_keeps_its_words_also_in_the_next_file(bare: Shop) -> None:
    table(bare, "Varoitus", "ei ole", "Häiritsee muita")
    draft = drafted(bare, "f.csv")
    assert migrated(bare, "f.csv", draft) == 0
    assert {comment for _, _, comment in flags(bare)} == {"Häiritsee muita"}
    table(bare, "Varoitus", "ei ole", "Ei maksanut")
    assert bare.run("migrate", "f.csv", "--map", "map.toml", "--as-of", "2026-06-02", "--by", "Mig", "--allow-mass-change").code == 0
    assert {comment for _, _, comment in flags(bare)} == {"Ei maksanut"}


def test_the_order_of_day_and_month_is_told_by_a_column_of_which_nothing_is_made(bare: Shop) -> None:
    table(bare, "Banned,Banned on,DOB", "yes,02/03/2026,07/24/1980", "no,,11/30/1975")
    draft = drafted(bare, "f.csv")
    assert "DOB can be read with the month first alone, so that is taken" in draft
    assert (migrated(bare, "f.csv", draft), asked(bare, "SELECT DISTINCT flagged_at::DATE::VARCHAR FROM flags")) == (0, [("2026-02-03",)])


def test_a_list_of_those_who_are_banned_takes_one_line(bare: Shop) -> None:
    rows = ["Ann Lee,07700900081,Stole tools,2026-01-12,Maria", "Bob May,07700900082,Did not pay,2026-02-20,Johan"]
    bare.file("f.csv", "\n".join(["Name,Phone,Reason,Date,Added by", *rows, ""]))
    draft = drafted(bare, "f.csv")
    assert (draft.count(NO_SKIP), rules(draft, skipped=True)[-1]["comment"]) == (1, ["Reason"])
    bare.file("flagbook.toml", '[business]\nphone_region = "GB"\n')
    assert migrated(bare, "f.csv", draft.replace(NO_SKIP, "")) == 0
    told = asked(bare, "SELECT flag_type, comment, flagged_by, flagged_at::DATE::VARCHAR FROM flags ORDER BY comment")
    assert told == [(ON_HOLD, "Did not pay", "Johan", "2026-02-20"), (ON_HOLD, "Stole tools", "Maria", "2026-01-12")]


def test_people_who_share_an_address_are_asked_about(bare: Shop) -> None:
    bare.file("f.csv", "Name,E-mail,Banned\nAmy Lee,p@example.com,no\nBen Lee,p@example.com,yes\nCol May,c@example.com,no\n")
    assert "# CHECK: 1 address or number stands beside different names" in drafted(bare, "f.csv")
    bare.file("f.csv", "Customer No,Name,E-mail,Banned\n1,Amy Lee,p@example.com,no\n2,Ben Lee,p@example.com,yes\n3,Col May,c@example.com,no\n")
    assert "beside different names" not in drafted(bare, "f.csv")


def test_days_of_another_calendar_or_of_none_bring_their_rows_back(bare: Shop) -> None:
    bare.file("f.csv", "No,Name,Banned,Why,From,Until\n1,Amy,yes,a,,1406/01/01\n2,Ben,yes,b,30/12/1899,\n3,Col,yes,c,01/02/2026,\n")
    bare.file(
        "m.toml",
        'name = "A"\ndate_formats = ["%d/%m/%Y", "%Y/%m/%d"]\n[customers]\ncustomer_id = "No"\nname = "Name"\n'
        '[[flags]]\ntype = "On Hold"\nwhen = "Banned"\ncomment = "Why"\nat = "From"\nexpires = "Until"\n',
    )
    ran = bare.run("migrate", "f.csv", "--map", "m.toml", *AS_OF)
    assert (ran.code, ran.json()["codes"], flags(bare)) == (4, {"bad-date": 2}, [("3", ON_HOLD, "c")])


def test_a_line_of_totals_is_no_customer_whatever_its_language(bare: Shop) -> None:
    for word in ("Sum", 'סה"כ', "المجموع", "รวม", "कुल"):
        said = word.replace('"', '""')
        bare.file("f.csv", f'No,Name,Banned,Visits\n1,Amy,yes,2\n2,Ben,no,3\n"{said}",,,5\n')
        assert "looking at 2 rows" in drafted(bare, "f.csv"), word


def test_initials_of_those_who_banned_are_no_answers(bare: Shop) -> None:
    table(bare, "Banned,Banned by,Banned on", "N,,", "Y,K,2025-03-04", "N,J,2023-01-02", "N,,")
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [("1", ON_HOLD, "Banned"), ("5", ON_HOLD, "Banned")]), draft
    assert asked(bare, "SELECT DISTINCT flagged_by FROM flags") == [("K",)]


@pytest.mark.parametrize("header", ["Hautproblem", "Allergierisiko", "Fallrisk"])
def test_what_stands_before_a_word_makes_it_another(bare: Shop, header: str) -> None:
    table(bare, header, "ja", "nein")
    assert f"# CHECK: is {header} about a flag" in drafted(bare, "f.csv")


@pytest.mark.parametrize(("day", "form"), [("03/04/2025 2:30 PM", "%d/%m/%Y %I:%M %p"), ("03-04-25", "%d-%m-%y"), ("03-04-2025 14:30", "%d-%m-%Y %H:%M")])
def test_an_order_of_day_and_month_that_nothing_tells_is_asked_about(bare: Shop, day: str, form: str) -> None:
    table(bare, "Banned,Banned at", f"yes,{day}", "no,")
    draft = drafted(bare, "f.csv")
    assert "# CHECK: every day that is used here can be read with the day first or the month first" in draft
    assert form in draft


def test_a_status_of_members_is_looked_at_as_well(bare: Shop) -> None:
    table(bare, "Membership status", "Active", "Suspended for unpaid fees since May", "Banned", "Active")
    draft = drafted(bare, "f.csv")
    assert "# CHECK: some words of Membership status sound of a flag" in draft
    assert migrated(bare, "f.csv", draft.replace(NO_SKIP, "")) == 0
    assert [who for who, *_ in flags(bare)] == ["1", "2", "5", "6"]


@pytest.mark.parametrize("cells", [("H", "E", "H"), ("", "E", "")])
def test_a_letter_that_means_yes_in_turkish_is_no_no(bare: Shop, cells: tuple[str, ...]) -> None:
    table(bare, "Kara liste", *cells)
    draft = drafted(bare, "f.csv")
    assert (migrated(bare, "f.csv", draft), [who for who, *_ in flags(bare)]) == (0, ["1", "4", "7"]), draft


def test_without_notice_is_something_to_say(bare: Shop) -> None:
    table(bare, "Advertencia", "", "Sin aviso", "Grita mucho")
    draft = drafted(bare, "f.csv")
    assert migrated(bare, "f.csv", draft) == 0
    assert {comment for _, _, comment in flags(bare)} == {"Sin aviso", "Grita mucho"}


def test_a_cell_that_only_sounds_of_a_flag_is_none_by_itself(bare: Shop) -> None:
    for words in (("Geige", "Blockflöte"), ("Tan", "Sun block")):
        table(bare, "Instrument", *words)
        assert (migrated(bare, "f.csv", drafted(bare, "f.csv")), flags(bare)) == (0, [])


def test_a_check_against_a_list_is_no_flag_and_takes_nothing_from_one(bare: Shop) -> None:
    draft = sheet(bare, "Banned on,Ban reason,Blacklist checked,Locker blocked", "2026-02-01,drunk,yes,no", rest=",,yes,no")
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "drunk")])


@pytest.mark.parametrize("header", ["Nom,Cognoms", "Cognoms,Nom"])
def test_of_two_names_the_one_that_can_only_be_the_family_name_is_it(header: str, bare: Shop) -> None:
    """Nom is the family name in French, and the first name in Catalan."""
    first, last = ("Anna", "Serra") if header.startswith("Nom") else ("Serra", "Anna")
    bare.file("s.csv", f"Codi,{header},Vetat\n" + "".join(f"K{number},{first}{chr(97 + number)},{last}{chr(97 + number)},no\n" for number in range(9)))
    assert 'last_name = ["Cognoms"]\nfirst_name = ["Nom"]' in drafted(bare, "s.csv")
