"""Drafts of maps: what stands in several columns, numbered ones, days to come, lights and signs, words that deny a flag, notes beside tags."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_ask import sheet
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, drafted, flags, migrated, rules, unmarked

DATED = "SELECT customer_id, flag_type, comment, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL"


def test_a_note_and_a_day_beside_tags_go_with_them(bare: Shop) -> None:
    draft = sheet(bare, "Flags,Flag notes,Flag date", "Banned; VIP,rude to staff,2025-03-03", "VIP,,2025-03-04", "Banned,,2025-03-05", rest=",,")
    (rule,) = rules(draft)
    assert (rule["tags"], rule["comment"], rule["at"]) == (["Flags"], ["Flag notes"], ["Flag date"])
    assert migrated(bare, "s.csv", draft) == 0
    assert asked(bare, DATED) == [
        ("K0", "Important", "rude to staff", "2025-03-03"),
        ("K0", ON_HOLD, "rude to staff", "2025-03-03"),
        ("K1", "Important", "VIP", "2025-03-04"),
        ("K2", ON_HOLD, "Banned", "2025-03-05"),
    ]


@pytest.mark.parametrize(
    ("header", "ends"),
    [
        ("Avertissement 1 le,Avertissement 1 pour,Avertissement 2 le,Avertissement 2 pour", ("1", "2")),
        ("1. Verwarnung am,1. Verwarnung wegen,2. Verwarnung am,2. Verwarnung wegen", ("1", "2")),
        ("First warning date,First warning reason,Final warning date,Final warning reason", ("First", "Final")),
    ],
)
def test_each_day_of_numbered_columns_goes_with_its_own_reason(bare: Shop, header: str, ends: tuple[str, str]) -> None:
    draft = sheet(bare, header, "2025-01-02,late,2025-03-04,noise in the bus", "2025-05-06,theft,,", rest=",,,")
    for rule in rules(draft):
        assert len({end for end in ends for name in ("comment", "at") if end in rule[name][0]}) == 1, draft
    assert migrated(bare, "s.csv", draft) == 0
    told = asked(bare, "SELECT customer_id, comment, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL")
    assert told == [("K0", "late\nnoise in the bus", "2025-01-02"), ("K1", "theft", "2025-05-06")]


def test_days_to_come_are_last_days_whatever_their_header(bare: Shop) -> None:
    days = [(datetime.now(UTC).date() + timedelta(days=days)).isoformat() for days in (40, 50, 60)]
    draft = sheet(bare, "Blocked,Reason,Whenever", *(f"yes,rude,{day}" for day in days), rest="no,,")
    assert [(rule.get("at"), rule.get("expires")) for rule in rules(draft)] == [(None, ["Whenever"])]


def test_of_two_days_the_one_that_is_always_later_is_the_last(bare: Shop) -> None:
    draft = sheet(bare, "Blocked,Blocked on,Whenever", "yes,2025-02-01,2025-04-01", "yes,2025-02-05,2025-04-09", rest="no,,")
    assert [(rule.get("at"), rule.get("expires")) for rule in rules(draft)] == [(["Blocked on"], ["Whenever"])]
    assert "# CHECK: Whenever is later than Blocked on wherever both stand: is it the last day?" in draft


def test_last_days_among_words_that_nobody_knows_are_last_days_still(bare: Shop) -> None:
    draft = sheet(bare, "Gesperrt,seit,bis", "ja,2026-02-01,bis Rechnung bezahlt", "ja,2026-02-02,2027-12-31", "ja,2026-02-03,KW 7", rest="nein,,")
    (rule,) = rules(draft)
    assert (rule["expires"], "2 cells of bis can't be read as a day" in draft) == (["bis"], True)
    assert (migrated(bare, "s.csv", draft), [who for who, _, _ in flags(bare)]) == (4, ["K1"])


@pytest.mark.parametrize("header", ["Not blacklisted", "Non bloqué", "No ban", "keine Sperre", "Не заблокирован"])  # noqa: RUF001  # Russian
def test_a_header_that_denies_a_flag_sets_none(bare: Shop, header: str) -> None:
    draft = sheet(bare, header, "no", rest="yes")
    assert rules(draft) == []
    assert [(rule["type"], rule["yes"]) for rule in rules(draft, skipped=True)] == [(ON_HOLD, ["no"])]


@pytest.mark.parametrize("header", ["Blocco listino", "Preissperre", "Rabattsperre", "メール禁止", "禁止短信"])
def test_what_is_blocked_for_prices_or_messages_is_no_block_of_the_customer(bare: Shop, header: str) -> None:
    assert not [line for line in unmarked(sheet(bare, header, "yes", rest="no")) if header in line]


def test_signs_of_lights_are_colours(bare: Shop) -> None:
    draft = sheet(bare, "Ampel", "🔴", "🟡", rest="🟢")
    (rule,) = [*rules(draft), *rules(draft, skipped=True)]
    assert (rule["types"], "🟢" in rule["no"]) == ({"🔴": ON_HOLD}, True)


def test_o_is_yes_where_x_is_no(bare: Shop) -> None:
    bare.file("k.csv", "고객번호,이름,차단\n1,김,O\n2,이,X\n3,박,X\n")
    draft = drafted(bare, "k.csv")
    assert "o is taken for yes, and x for no" in draft
    assert (migrated(bare, "k.csv", draft), [who for who, _, _ in flags(bare)]) == (0, ["1"])


def test_an_unknown_word_for_a_flag_is_accepted_by_one_line_with_all_that_stands_beside_it(bare: Shop) -> None:
    draft = sheet(bare, "Xyzzy,Plugh,Frobnicate", "yes,rude to all of us,2025-03-03", "yes,late again and again,2025-03-05", rest="no,,")
    assert rules(draft) == []
    lines = draft.splitlines(keepends=True)
    assert migrated(bare, "s.csv", "".join(line for line in lines if not line.startswith("skip = true"))) == 0
    assert asked(bare, DATED) == [("K0", "Alert", "rude to all of us", "2025-03-03"), ("K1", "Alert", "late again and again", "2025-03-05")]


def test_a_day_of_something_is_offered_as_a_flag(bare: Shop) -> None:
    draft = sheet(bare, "Grounded until", "2027-03-03", "2027-03-05", rest="")
    assert [(rule["when"], rule["expires"]) for rule in rules(draft, skipped=True)] == [(["Grounded until"], ["Grounded until"])]


def test_a_day_of_something_else_is_not(bare: Shop) -> None:
    assert not [rule for rule in rules(sheet(bare, "Last visit on", "2025-03-03", rest=""), skipped=True) if "when" in rule]


def test_numbers_of_rows_are_no_ids_where_addresses_come_again(bare: Shop) -> None:
    rows = ["1,ann@example.com,Ann,Banned,2025-01-02,rude", "2,bo@example.com,Bo,Warned,2025-01-03,late", "3,ann@example.com,Ann,Ban lifted,2025-02-03,sorry"]
    bare.file("log.csv", "\n".join(["Case no,Email,Name,Event,Date,Reason", *rows, ""]))
    draft = drafted(bare, "log.csv")
    assert "\ncustomer_id" not in draft
    assert (migrated(bare, "log.csv", draft), flags(bare)) == (0, [("bo@example.com", "Warning", "late")])


def test_words_of_a_log_that_nobody_knows_are_offered_as_another_flag(bare: Shop) -> None:
    rows = [
        "2025-01-10,7,Ann Hill,Banned,fraud",
        "2025-03-01,7,Ann Hill,Ban lifted,paid",
        "2025-03-02,8,Bo Dale,Reprimanded,late",
        "2025-03-03,8,Bo Dale,Called,",
    ]
    bare.file("log.csv", "\n".join(["Date,Customer no.,Customer,Action,Reason", *rows, ""]))
    draft = drafted(bare, "log.csv")
    (offered,) = rules(draft, skipped=True)
    assert (offered["type"], offered["flagged"], offered["at"]) == ("Warning", ["Called", "Reprimanded"], ["Date"])
    taken = "".join(line for line in draft.splitlines(keepends=True) if not line.startswith("skip = true"))
    taken = taken.replace('flagged = ["Called", "Reprimanded"]', 'flagged = ["Reprimanded"]').replace(
        'no = ["Ban lifted", "Banned"]', 'no = ["Ban lifted", "Banned", "Called"]'
    )
    assert (migrated(bare, "log.csv", taken), flags(bare)) == (0, [("8", "Warning", "late")])


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Do not rent,Why,Who,Since", "Y", "N"),
        ("Niet meer verhuren,Waarom niet,Medewerker,Sinds", "J", "N"),
        ("Nie umawiać,Dlaczego,Kto zdecydował,Od dnia", "tak", "nie"),
        ("Sirene,Grund,Mitarbeiter,seit", "ja", "nein"),
        ("Not rentable,Reason,Staff,Since", "Y", ""),
    ],
)
def test_columns_that_are_filled_for_one_answer_tell_which_is_a_flag_whatever_its_header(bare: Shop, header: str, yes: str, no: str) -> None:
    draft = sheet(bare, header, f"{yes},rude to staff,Kim,2025-03-03", f"{yes},owes us money,Lee,2025-04-04", rest=f"{no},,,")
    titles = header.split(",")
    rule = next(one for one in [*rules(draft), *rules(draft, skipped=True)] if one.get("when") == titles[:1])
    found = {name: rule.get(name) for name in ("when", "yes", "comment", "by", "at")}
    assert found == {"when": [titles[0]], "yes": [yes], "comment": [titles[1]], "by": [titles[2]], "at": [titles[3]]}


@pytest.mark.parametrize(("header", "few", "flagged"), [("No credit", "Y", "Y"), ("Not blocked", "N", "N"), ("Nicht kreditwürdig", "ja", "ja")])
def test_of_a_header_that_begins_with_no_the_rarer_answer_is_offered_as_the_flag(bare: Shop, header: str, few: str, flagged: str) -> None:
    most = {"Y": "N", "N": "Y", "ja": "nein"}[few]
    draft = sheet(bare, header, few, *[most] * 5, rest=most)
    assert [rule["yes"] for rule in rules(draft, skipped=True) if rule.get("when") == [header]] == [[flagged]], draft


def test_days_of_which_some_have_a_time_are_read_all(bare: Shop) -> None:
    draft = sheet(bare, "Banned,Banned on,Banned until", "yes,05.01.2026,", "yes,06.02.2026 14:30,31.12.2027 23:59", "no,,", rest=",,")
    assert 'date_formats = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]' in draft
    assert migrated(bare, "s.csv", draft) == 0
    assert asked(bare, "SELECT customer_id, flagged_at::DATE::VARCHAR, expires_on::VARCHAR FROM flags ORDER BY ALL") == [
        ("K0", "2026-01-05", None),
        ("K1", "2026-02-06", "2027-12-31"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        *("Do not seat", "Unsafe address", "Rude on the phone", "Sent to collections", "Deposit forfeited", "Hostile member", "Do not contact"),
        *("Gevaarlijk adres", "Niet meer accepteren", "Betalar sent", "Dirección peligrosa", "Adresse dangereuse", "Am Telefon ausfällig"),
    ],
)
def test_trouble_said_with_words_about_something_else_is_offered_with_its_reason(header: str, bare: Shop) -> None:
    rows = [f"K{number},Ann {number}B,{'yes,' + 'late again' if number == 1 else 'no,'}\n" for number in range(12)]
    bare.file("s.csv", f"Id,Name,{header},Reason\n" + "".join(rows))
    draft = drafted(bare, "s.csv")
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [])  # nobody is flagged unasked
    (rule,) = rules(draft, skipped=True)
    assert (rule["when"], rule["yes"], rule["comment"]) == ([header], ["yes"], ["Reason"])


@pytest.mark.parametrize("header", ["Do not call", "Do not email", "Phone verified", "Deposit paid", "Address confirmed", "Ne pas contacter par SMS"])
def test_what_may_be_sent_or_was_looked_at_is_not_even_asked_about(header: str, bare: Shop) -> None:
    bare.file("s.csv", f"Id,Name,{header}\n" + "".join(f"K{number},Ann {number}B,{'yes' if number == 1 else 'no'}\n" for number in range(12)))
    assert not [line for line in drafted(bare, "s.csv").splitlines() if "CHECK" in line and header in line]
