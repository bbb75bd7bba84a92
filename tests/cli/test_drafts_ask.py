"""What drafts of maps ask, and leave to a person: columns about something else, flags that have ended, days and people of other flags, names."""

import json

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import DATED, ON_HOLD, drafted, flags, migrated, rules, unmarked

ROWS = 12


def sheet(shop: Shop, header: str, *first: str, rest: str) -> str:
    """Write a list whose first rows are these and the others alike, each with an id and a name; return the draft for it."""
    shop.file("s.csv", f"Id,Name,{header}\n" + "".join(f"K{number},Ann {number}B,{(*first, *[rest] * ROWS)[number]}\n" for number in range(ROWS)))
    return drafted(shop, "s.csv")


@pytest.mark.parametrize(
    "header", ["Card blocked", "Blacklist check done", "Do not use bleach", "Risk of flooding", "Karte gesperrt", "Warning letter received"]
)
def test_yes_and_no_about_something_else_is_asked_about(header: str, bare: Shop) -> None:
    assert not [line for line in unmarked(sheet(bare, header, "yes", rest="no")) if header in line]


def test_it_is_only_offered_where_another_column_tells_of_such_flags(bare: Shop) -> None:
    draft = sheet(bare, "Banned,Card blocked", "yes,no", "no,yes", rest="no,no")
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "Banned")])
    assert [one["when"] for one in rules(draft, skipped=True)] == [["Card blocked"]]


def test_flags_that_have_ended_are_asked_about(bare: Shop) -> None:
    draft = sheet(bare, "Blocked,Unblocked,Unblock date", "yes,yes,2026-02-01", "yes,no,", rest="no,no,")
    assert "# CHECK: Unblocked says yes for 1 of those who would be flagged" in draft
    assert not [line for line in draft.splitlines() if line.startswith("when") and "Unblocked" in line]
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K1", ON_HOLD, "Blocked")])
    assert asked(bare, "SELECT customer_id FROM history WHERE action = 'expired'") == [("K0",)]


def test_a_day_goes_with_the_flag_that_it_stands_with(bare: Shop) -> None:
    draft = sheet(bare, "Account status,Card blocked,Ban expires", "Barred,no,2027-01-31", "Active,yes,", rest="Active,no,")
    assert (migrated(bare, "s.csv", draft), asked(bare, DATED)) == (0, [("K0", ON_HOLD, "Barred", "2026-06-01", "2027-01-31")])
    assert not [line for line in unmarked(draft) if "Ban expires" in line]


def test_a_day_of_a_flag_of_its_own_is_not_lost_to_another(bare: Shop) -> None:
    draft = sheet(bare, "Niet meer inplannen,Geblokkeerd t/m", "ja,", "nee,31-12-2027", rest="nee,")
    assert (migrated(bare, "s.csv", draft), [(who, day) for who, _, _, _, day in asked(bare, DATED)]) == (0, [("K0", None), ("K1", "2027-12-31")])


def test_a_day_until_which_a_flag_stands_is_no_first_day(bare: Shop) -> None:
    draft = sheet(bare, "Letiltva,Indok,Eddig", "igen,tartozás,2027-03-01", rest="nem,,")
    assert (migrated(bare, "s.csv", draft), asked(bare, DATED)) == (0, [("K0", ON_HOLD, "tartozás", "2026-06-01", "2027-03-01")])


def test_few_words_in_a_column_of_warnings_are_asked_about(bare: Shop) -> None:
    draft = sheet(bare, "Segnalazioni", "Celiaco", "Celiaco", "-", rest="")
    assert 'comment = ["Segnalazioni"]' in draft
    assert "is Segnalazioni about a flag" in draft


def test_who_brought_a_customer_set_no_flag(bare: Shop) -> None:
    draft = sheet(bare, "Blacklisted,Reason,Referred by", "yes,theft,Bo", rest="no,,")
    assert not [line for line in draft.splitlines() if "Referred by" in line and not line.startswith("# Nothing")]


def test_people_and_days_that_stand_just_where_the_flag_does_are_taken_and_marked(bare: Shop) -> None:
    draft = sheet(bare, "Czarna lista,Powód,Potwierdził,Data wpisu", "tak,nie płaci,Ola,2026-01-15", rest="nie,,,")
    assert not [line for line in unmarked(draft) if "Potwierdził" in line or "Data wpisu" in line]
    assert (migrated(bare, "s.csv", draft), asked(bare, DATED)) == (0, [("K0", ON_HOLD, "nie płaci", "2026-01-15", None)])
    assert asked(bare, "SELECT DISTINCT flagged_by FROM flags") == [("Ola",)]


def test_words_that_deny_a_flag_are_none(bare: Shop) -> None:
    draft = sheet(bare, "Standing,Standing note", "Barred,owes", "Not suspended,", "No longer on hold,", "Previously banned,", rest="Current,")
    assert 'yes = ["Barred"]' in draft
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "owes")])


def test_a_status_of_customers_with_a_row_each_is_no_history(bare: Shop) -> None:
    draft = sheet(bare, "Sperre,Geändert am", "gesperrt,2026-01-01", "entsperrt,2026-02-01", "nicht gesperrt,2026-02-01", rest="keine,")
    assert "event" not in draft
    assert (migrated(bare, "s.csv", draft), [who for who, _, _ in flags(bare)]) == (0, ["K0"])


def test_what_says_who_may_book_is_offered_the_other_way_round(bare: Shop) -> None:
    draft = sheet(bare, "OK to book", "No", rest="Yes")
    assert [one["yes"] for one in rules(draft, skipped=True)] == [["No"]]
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [])


def test_family_names_of_several_words_stay_whole(bare: Shop) -> None:
    bare.file("n.csv", "Id,Naam\n1,Pia van der Berg\n2,Jan Vos\n3,Juan de la Cruz\n")
    assert migrated(bare, "n.csv", drafted(bare, "n.csv")) == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [("Pia", "van der Berg"), ("Jan", "Vos"), ("Juan", "de la Cruz")]


def test_small_words_behind_a_first_name_belong_to_the_family_name(bare: Shop) -> None:
    bare.file("d.csv", 'Id,Naam\n1,"Dijk, Anouk van"\n2,"Berg, Jan van den"\n3,Femke in \'t Veld\n4,"Vos, Ivan"\n')
    assert migrated(bare, "d.csv", drafted(bare, "d.csv")) == 0
    found = asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id")
    assert found == [("Anouk", "van Dijk"), ("Jan", "van den Berg"), ("Femke", "in 't Veld"), ("Ivan", "Vos")]


PAIRS = (
    *("Owner first name,Owner surname", "Owner's first name,Owner's last name", "Prénom du client,Nom du client", "Nombre del cliente,Apellidos del cliente"),
    *("Vorname Kunde,Nachname Kunde", "Owner First,Owner Last", "Client forename,Client surname", "Voornaam klant,Achternaam klant", "Nome próprio,Apelido"),
)


@pytest.mark.parametrize("headers", PAIRS)
def test_names_whose_headers_say_whose_they_are(headers: str, bare: Shop) -> None:
    bare.file("w.csv", f"Ref;{headers.replace(',', ';')};E-mail;Banned\n1;Ann;Bee;a@example.com;yes\n2;Bo;Cee;b@example.com;no\n")
    assert migrated(bare, "w.csv", drafted(bare, "w.csv")) == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [("Ann", "Bee"), ("Bo", "Cee")]


def test_a_part_of_the_family_name_may_stand_in_a_column_of_its_own(bare: Shop) -> None:
    bare.file("t.csv", "Klantnr,Voornaam,Tussenvoegsel,Achternaam,Geblokkeerd\n1,Pia,van der,Berg,ja\n2,Jan,,Vos,nee\n")
    draft = drafted(bare, "t.csv")
    assert 'surname_prefix = ["Tussenvoegsel"]' in draft
    assert migrated(bare, "t.csv", draft) == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [("Pia", "van der Berg"), ("Jan", "Vos")]


def test_where_no_column_is_called_a_name_a_person_is_asked(bare: Shop) -> None:
    bare.file("m.csv", "Id,Mooring,Banned\n1,Ann Bee,yes\n2,Bo Cee,no\n3,Cy Dee,no\n")
    draft = drafted(bare, "m.csv")
    assert "# CHECK: no column is called a customer's name" in draft
    assert '# name = ["Mooring"]' in draft


def test_reasons_people_and_days_are_found_where_they_stand_apart(bare: Shop) -> None:
    rows = ("Powód wpisu,Town,Wpisał,City,Data wpisu,Czarna lista", "nie płaci,A,Ola,B,2026-01-15,tak")
    draft = sheet(bare, rows[0], rows[1], rows[1], rows[1], rest=",A,,B,,nie")
    assert not [line for line in unmarked(draft) if "wpis" in line.casefold()]
    assert (migrated(bare, "s.csv", draft), asked(bare, DATED)[0]) == (0, ("K0", ON_HOLD, "nie płaci", "2026-01-15", None))
    assert asked(bare, "SELECT DISTINCT flagged_by FROM flags") == [("Ola",)]


def test_a_word_of_a_flag_in_a_reason_is_no_flag(bare: Shop) -> None:
    draft = sheet(bare, "Spärrad,Ort,Orsak", "Ja,A,Husdjur trots förbud", "Ja,B,Obetald faktura", rest="Nej,C,")
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "Husdjur trots förbud"), ("K1", ON_HOLD, "Obetald faktura")])


def test_a_status_may_tell_of_flags_of_several_types(bare: Shop) -> None:
    draft = sheet(bare, "Situación,Motivo", "Bloqueado,insulta", "Moroso,", rest="Activo,")
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "insulta"), ("K1", "At Risk", "Moroso")])
    assert not [line for line in unmarked(draft) if "Moroso" in line]


def test_traffic_lights_are_offered_with_what_is_said_beside_them(bare: Shop) -> None:
    draft = sheet(bare, "Trust,Town,Trust comment", "Red,A,stole", "Amber,B,late", rest="Green,C,")
    (offered,) = rules(draft, skipped=True)
    assert (offered["type_column"], offered["comment"]) == (["Trust"], ["Trust comment"])


def test_a_family_name_alone_is_no_whole_name(bare: Shop) -> None:
    bare.file("r.csv", "Klantnr,Achternaam,Toegang ontzegd t/m\n1,Mulder,31-12-2027\n2,Vos,\n")
    assert migrated(bare, "r.csv", drafted(bare, "r.csv")) == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [(None, "Mulder"), (None, "Vos")]
    assert [day for *_, day in asked(bare, DATED)] == ["2027-12-31"]


def test_addresses_tell_whether_the_family_name_comes_first(bare: Shop) -> None:
    people = [("Öberg", "Birgitta"), ("Ek", "Bo"), ("Lind", "Åsa"), ("Berg", "Ola"), ("Dahl", "Siv"), ("Holm", "Ulf")]
    rows = [f"{number},{last} {first},{first}.{last}@example.se,Nej\n" for number, (last, first) in enumerate(people)]
    plain = "".join(rows).replace("Ö", "O").replace("Å", "A")
    bare.file("a.csv", "Kundnr,Namn,E-post,Spärrad\n" + plain)
    draft = drafted(bare, "a.csv")
    assert "# surname_first = true" in draft
    assert "CHECK: addresses begin with the last word" in draft
    bare.file(
        "b.csv", "Kundnr,Namn,E-post,Spärrad\n" + "".join(f"{n},{first} {last},{first}.{last}@example.se,Nej\n" for n, (last, first) in enumerate(people))
    )
    (bare.folder / "draft.toml").unlink()
    assert "surname_first" not in drafted(bare, "b.csv")


def test_cells_that_say_more_than_yes_or_no_go_by_their_first_word(bare: Shop) -> None:
    cells = {"1": "nein", "2": "ja", "3": "nein (aufgehoben am 3.5.2025 durch den Chef)", "4": "Ja!", "5": "nein", "6": "ja (bis auf weiteres)", "7": "evtl."}
    rows = "".join(f"{one};{cell};{'' if cell == 'nein' else f'Grund {one}'}\n" for one, cell in cells.items())
    bare.file("k.csv", f"Kundennr;Gesperrt;Sperrgrund\n{rows}")
    draft = drafted(bare, "k.csv")
    assert "# CHECK: of cells of Gesperrt that say more than yes or no the first word counts: " in draft
    assert "# CHECK: these words of Gesperrt are neither yes nor no: evtl." in draft
    migrated(bare, "k.csv", draft)
    assert flags(bare) == [(one, "On Hold", f"Grund {one}") for one in ("2", "4", "6")]


@pytest.mark.parametrize("header", ["Blacklisted,Date,By,Reason", "Blacklisted,Reason,Date,By"])
def test_parts_that_are_filled_without_the_flag_too_are_offered(bare: Shop, header: str) -> None:
    cells = {"Blacklisted": ("Yes", "No", "Yes", "No"), "Date": ("2026-02-03", "2025-02-03", "2026-05-03", ""), "By": ("Kim", "Lee", "Kim", "")}
    cells["Reason"] = ("theft", "cleared: mistaken identity", "fraud", "")
    rows = "".join(f"{one},{','.join(cells[name][one] for name in header.split(','))}\n" for one in range(4))
    bare.file("k.csv", f"Customer ID,{header}\n{rows}")
    draft = drafted(bare, "k.csv")
    for line in ('at = ["Date"]', 'by = ["By"]', 'comment = ["Reason"]'):
        assert f"take the # off\n# {line}" in draft, draft
        draft = draft.replace(f"# {line}", line)
    migrated(bare, "k.csv", draft)
    found = asked(bare, "SELECT customer_id, comment, flagged_by, strftime(flagged_at, '%Y-%m-%d') FROM flags ORDER BY ALL")
    assert found == [("0", "theft", "Kim", "2026-02-03"), ("2", "fraud", "Kim", "2026-05-03")]


def test_a_reason_offered_beside_a_comment_says_which_line_goes(bare: Shop) -> None:
    bare.file("k.csv", "Code,Status,Reason\nC1,Active,paid up\nC2,Banned,theft\nC3,Debtor,invoice 7\nC4,Active,\nC5,Active,\n")
    draft = drafted(bare, "k.csv")
    offered = '# comment = ["Reason", "Status"]'
    assert f"take the # off, and the line comment above away\n{offered}" in draft
    migrated(bare, "k.csv", draft.replace('\ncomment = ["Status"]', "").replace(offered, offered.removeprefix("# ")))
    assert flags(bare) == [("C2", "On Hold", "theft"), ("C3", "At Risk", "invoice 7")]


def test_what_a_cell_says_beside_yes_is_not_lost(bare: Shop) -> None:
    bare.file("w.csv", 'Customer ID,Warning\n1,no\n2,"yes: bites strangers, keep the gate closed"\n3,no\n4,yes\n5,no\n')
    migrated(bare, "w.csv", drafted(bare, "w.csv"))
    assert flags(bare) == [("2", "Warning", "yes: bites strangers, keep the gate closed"), ("4", "Warning", "yes")]


def test_days_of_customers_without_the_flag_are_asked_about(bare: Shop) -> None:
    draft = sheet(bare, "Blocked,Blocked on,Unblocked on", "yes,2026-02-01,", "no,2025-02-01,2025-03-01", rest="no,,-")
    assert "1 customer without this flag has a day in Unblocked on, of which nothing is made" in draft
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("K0", ON_HOLD, "Blocked")])


def test_the_days_of_flags_that_have_ended_become_history_as_the_draft_says(bare: Shop) -> None:
    draft = sheet(bare, "Blocked,Blocked on,Unblocked on", "yes,2026-02-01,", "no,2025-02-01,2025-03-01", rest="no,,")
    draft = draft.replace('when = ["Blocked"]\nyes = ["yes"]\nno = ["no"]', 'when = ["Blocked on"]\nyes = ["*"]')
    assert (migrated(bare, "s.csv", draft), [who for who, _, _ in flags(bare)]) == (0, ["K0"])
    told = asked(bare, "SELECT customer_id, action, changed_at::DATE::VARCHAR FROM history WHERE entity = 'flags' ORDER BY changed_at, event_id")
    assert told == [("K1", "flagged", "2025-02-01"), ("K1", "expired", "2025-03-02"), ("K0", "flagged", "2026-02-01")]


def test_columns_with_numbers_go_together_and_share_what_has_none(bare: Shop) -> None:
    first = ("On Hold,unpaid,Warning,dog,2026-02-03,Kim", "Warning,late,,,2025-02-03,Lee")
    draft = sheet(bare, "Flag 1,Flag 1 comment,Flag 2,Flag 2 comment,Flagged on,Flagged by", *first, rest=",,,,,")
    assert rules(draft, skipped=True) == []
    assert migrated(bare, "s.csv", draft) == 0
    assert asked(bare, "SELECT customer_id, flag_type, comment, flagged_at::DATE::VARCHAR, flagged_by FROM flags ORDER BY ALL") == [
        ("K0", ON_HOLD, "unpaid", "2026-02-03", "Kim"),
        ("K0", "Warning", "dog", "2026-02-03", "Kim"),
        ("K1", "Warning", "late", "2025-02-03", "Lee"),
    ]
    assert "# CHECK: Flagged on has no number: is it about this flag too?" in draft


def test_a_comment_beside_two_flags_is_offered_to_both(bare: Shop) -> None:
    draft = sheet(bare, "Banned,Debtor,Comment", "no,yes,owes 120", "yes,no,hit a guide", "no,no,likes tea", rest="no,no,")
    assert draft.count('# comment = ["Comment"]') == 2


@pytest.mark.parametrize(("header", "day"), [("Hinweis", "Hinweis vom"), ("Incident", "Incident date"), ("Notes", "Notes date")])
def test_a_day_that_is_called_as_a_column_is_goes_with_it(bare: Shop, header: str, day: str) -> None:
    draft = sheet(bare, f"{header},{day}", "dog bites guests,2026-02-03", "shouted at staff again,2026-02-04", rest=",")
    assert ([header], [day]) in [(one["comment"], one["at"]) for one in rules(draft, skipped=True)]


def test_what_yes_goes_on_with_is_the_comment_and_stays_a_yes_in_newer_files(bare: Shop) -> None:
    head = "Id,Name,Email,Banned\n1,Ann,a@x.example,No\n2,Ben,b@x.example,Yes\n"
    bare.file("k.csv", f"{head}3,Cem,c@x.example,Yes - bit Sam\n4,Di,d@x.example,no (was late once)\n")
    draft = drafted(bare, "k.csv")
    assert migrated(bare, "k.csv", draft) == 0
    assert flags(bare) == [("2", "On Hold", "Yes"), ("3", "On Hold", "Yes - bit Sam")]
    bare.file("k.csv", f'{head}3,Cem,c@x.example,"Yes - bit Sam, twice"\n4,Di,d@x.example,no: fine\n5,Eva,e@x.example,Yesterday\n')
    migrated(bare, "k.csv", draft)
    assert flags(bare) == [("2", "On Hold", "Yes"), ("3", "On Hold", "Yes - bit Sam, twice")]


@pytest.mark.parametrize("header", ["Banned,Notes,Reason", "Banned,Reason,Reception notes", "Gesperrt,Bemerkung,Grund", "Geblokkeerd,Reden,Opmerking receptie"])
def test_a_column_of_reasons_is_offered_before_one_of_notes(bare: Shop, header: str) -> None:
    names = header.split(",")
    why = next(name for name in names if name in ("Reason", "Grund", "Reden"))
    cells = {names[0]: ["yes", "", ""], why: ["Rude", "forgiven", ""]}
    rows = [",".join(cells.get(name, ["", "likes tea", "has a dog"])[row] for name in names) for row in range(3)]
    bare.file("k.csv", "\n".join([f"Id,Name,{header}", *(f"{row},Ann B{row},{cells}" for row, cells in enumerate(rows)), ""]))
    assert f"# comment = {json.dumps([why])}\n" in drafted(bare, "k.csv")


@pytest.mark.parametrize("header", ["Upozornění,Upozornil,Upozorněno dne", "Предупреждение,Предупредил,Дата", "Warning,Warner,Warned on"])
def test_names_beside_texts_of_the_same_family_are_people(bare: Shop, header: str) -> None:
    bare.file("k.csv", f"Id,Email,{header}\n1,a@x.example,Came too late,Maria,2025-03-14\n2,b@x.example,Dirty shoes,Otto,2025-04-14\n3,c@x.example,,,\n")
    (rule,) = rules(drafted(bare, "k.csv"))
    text, who, day = ([name] for name in header.split(","))
    assert (rule["comment"], rule["by"], rule["at"]) == (text, who, day)


def test_i_and_n_are_yes_and_no_in_hungarian(bare: Shop) -> None:
    bare.file("k.csv", "Azonosító,Név,Tiltólistán,Tiltás oka\nA1,Lakatos D,N,\nA2,Szabó D,I,Nem fizetett\nA3,Szűcs L,N,\n")
    draft = drafted(bare, "k.csv")
    assert "# CHECK: of the letters in Tiltólistán i is taken for yes (igen)" in draft
    assert (migrated(bare, "k.csv", draft), flags(bare)) == (0, [("A2", "On Hold", "Nem fizetett")])


@pytest.mark.parametrize(("header", "grades"), [("Rating", "ABX"), ("Bewertung", "ABCD"), ("Kundenklasse", "ABC")])
def test_grades_are_offered_the_last_of_them_as_a_flag(bare: Shop, header: str, grades: str) -> None:
    bare.file("k.csv", f"Id,Name,{header}\n" + "".join(f"{row},Ann B{row},{grades[row % len(grades)]}\n" for row in range(12)))
    (rule,) = rules(drafted(bare, "k.csv"), skipped=True)
    assert (rule["when"], rule["yes"], rule["no"]) == ([header], [grades[-1]], list(grades[:-1]))


@pytest.mark.parametrize(
    ("header", "one", "two"), [("Város", "Győr", "Pécs"), ("Postcode", "LS1", "LS2"), ("Рассылка", "да", "нет"), ("Breed", "Poodle", "Beagle")]
)
def test_places_breeds_and_newsletters_are_not_offered_as_flags(bare: Shop, header: str, one: str, two: str) -> None:
    bare.file("k.csv", f"Id,Name,{header}\n" + "".join(f"{row},Ann B{row},{two if row % 3 else one}\n" for row in range(12)))
    assert header not in str(rules(drafted(bare, "k.csv"), skipped=True))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Newsletter tags", ("blocked", "weekly", "monthly")),
        ("Email status", ("blocked", "bounced", "ok")),
        ("E-Mail-Status", ("gesperrt", "aktiv", "bounced")),
        ("Statut e-mail", ("bloqué", "ok", "rejeté")),
        ("Estado correo", ("bloqueado", "activo", "rebotado")),
        ("Marketing status", ("Blocked", "Subscribed", "Cleaned")),
        ("Nyhetsbrev status", ("spärrad", "aktiv", "")),
        ("Рассылка", ("заблокирован", "да", "нет")),
        ("Delivery status", ("blocked", "bounced", "delivered")),
        ("Newsletter gesperrt", ("ja", "nein", "")),
    ],
)
def test_what_is_said_of_newsletters_and_mails_is_no_question_about_a_flag(bare: Shop, header: str, words: tuple[str, ...]) -> None:
    draft = sheet(bare, f"{header},Banned", *(f"{word},no" for word in words), ",yes", rest=",no")
    assert [one["when"] for one in [*rules(draft), *rules(draft, skipped=True)]] == [["Banned"]], draft
    assert f"# Nothing is made of these columns: {header}\n" in draft


@pytest.mark.parametrize(
    ("header", "word"), [("Email status", "banned from the shop"), ("Mail", "Hausverbot"), ("Mail blocked", "yes"), ("Account blocked for spam", "yes")]
)
def test_a_ban_among_what_is_said_of_mails_is_asked_about(bare: Shop, header: str, word: str) -> None:
    draft = sheet(bare, header, word, rest="no")
    assert [one["when"] for one in [*rules(draft), *rules(draft, skipped=True)]] == [[header]], draft


@pytest.mark.parametrize("header", ["Child", "Child's name", "Enfant", "Dog"])
def test_names_of_children_and_pets_are_no_flag(header: str, bare: Shop) -> None:
    draft = sheet(bare, header, "Leo", "Ava", "Ava", "Leo", rest="Leo")
    assert f"may {header} be a flag" not in draft
    assert [one for one in rules(draft, skipped=True) if one.get("when") == [header]] == []


def test_two_words_that_are_no_names_are_asked_about(bare: Shop) -> None:
    assert "may Child care be a flag" in sheet(bare, "Child care", "Broken", "Fine", "Broken", rest="Fine")
