"""Drafts of maps for files that nobody knows, run as they are or with what they ask for settled; and what a map can say."""

import json
import tomllib
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
ON_HOLD = "On Hold"


def migrated(shop: Shop, name: str, text: str) -> int:
    """Migrate a file by a map, and return the exit code."""
    shop.file("map.toml", text)
    return shop.run("migrate", name, "--map", "map.toml", *AS_OF).code


def flags(shop: Shop) -> list[tuple[str, str, str]]:
    """Return the book's flags: whose, of which type, with which comment."""
    return asked(shop, "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL")


def test_a_word_of_a_type_column_may_mean_no_flag(bare: Shop) -> None:
    bare.file("k.csv", "Nr,Kleur,Tekst\n1,rood,\n2,groen,toch iets\n3,paars,\n4,,alleen tekst\n")
    code = migrated(bare, "k.csv", '[customers]\ncustomer_id = "Nr"\n[[flags]]\ntype_column = "Kleur"\nno = ["groen"]\n[flags.types]\nrood = "On Hold"\n')
    assert (code, flags(bare)) == (4, [("1", ON_HOLD, "Kleur")])
    assert asked(bare, "SELECT customer_id FROM customers ORDER BY 1") == [("1",), ("2",), ("4",)]


def test_a_day_that_is_filled_in_may_be_the_flag(bare: Shop) -> None:
    bare.file("b.csv", "Id,Bloccato il,Motivo\n1,2025-12-24,non paga\n2,,\n3,-,\n")
    assert migrated(bare, "b.csv", '[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\nwhen = "Bloccato il"\nyes = ["*"]\ncomment = "Motivo"\n') == 0
    assert flags(bare) == [("1", ON_HOLD, "non paga")]


def test_a_dash_in_an_alert_is_no_alert(bare: Shop) -> None:
    bare.file("a.csv", "First name,Last name,Email address,Phone,Alert message,Total bookings\nA,B,a@example.com,,-,3\nC,D,c@example.com,,N/A,1\n")
    assert (bare.run("migrate", "a.csv", "--from", "bookeo", *AS_OF).code, flags(bare)) == (0, [])


def test_whole_names_may_begin_with_the_family_name(bare: Shop) -> None:
    bare.file("n.csv", 'Id,Cognome e nome\n1,Rossi Anna Maria\n2,Verdi\n3,"De Luca, Pia"\n')
    assert migrated(bare, "n.csv", 'surname_first = true\n[customers]\ncustomer_id = "Id"\nname = "Cognome e nome"\n') == 0
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY customer_id") == [("Anna Maria", "Rossi"), ("Verdi", None), ("Pia", "De Luca")]


def drafted(shop: Shop, name: str) -> str:
    """Return the draft of a map for a file."""
    assert shop.run("migrate", name, "--draft", "draft.toml").code == 0
    return (shop.folder / "draft.toml").read_text(encoding="utf-8")


def rules(draft: str, *, skipped: bool = False) -> list[dict[str, Any]]:
    """Return the rules of a draft that count, or those that are only offered."""
    return [one for one in tomllib.loads(draft).get("flags", []) if bool(one.get("skip")) is skipped]


def unmarked(draft: str) -> list[str]:
    """Return the active lines of a draft that have no CHECK above them, within their rule or table."""
    lines, is_marked = [], False
    for line in draft.splitlines():
        is_marked = (is_marked and line != "") or line.startswith("# CHECK")
        if line and not line.startswith("#") and not is_marked:
            lines.append(line)
    return lines


DATED = "SELECT customer_id, flag_type, comment, (flagged_at AT TIME ZONE 'UTC')::DATE::VARCHAR, expires_on::VARCHAR FROM flags ORDER BY ALL"
LISTS = {
    "swedish": (
        "Namn;E-post;Spärrad;Spärrad den;Spärrad t.o.m.;Kundnr\nÅsa Ek;a@example.se;Ja;2026-01-31;2027-01-31;1\nBo Ek;b@example.se;Nej;;;2\n",
        [("1", ON_HOLD, "Spärrad", "2026-01-31", "2027-01-31")],
    ),
    "swedish-till": (
        "Kundnr;Förnamn;Efternamn;Avstängd;Anledning;Avstängd till\n1;Åsa;Ek;Ja;Slagsmål;2027-01-31\n2;Bo;Ek;Nej;;\n",
        [("1", ON_HOLD, "Slagsmål", "2026-06-01", "2027-01-31")],
    ),
    "danish": (
        "Kundenr.;Navn;Spærret;Spærret til;Årsag\n1;Bo Ek;Ja;01.02.2027;betaler ikke\n2;Ida Ek;Nej;;\n",
        [("1", ON_HOLD, "betaler ikke", "2026-06-01", "2027-02-01")],
    ),
    "norwegian": (
        "Kundenummer;Navn;Sperret;Sperret til;Årsak\n1;Bo Ek;Ja;28.02.2027;betaler ikke\n2;Ida Ek;Nei;;\n",
        [("1", ON_HOLD, "betaler ikke", "2026-06-01", "2027-02-28")],
    ),
    "finnish": (
        "Asiakasnro;Nimi;Estetty;Syy;Estetty asti\n1;Aino Laine;Kyllä;maksamatta;31.1.2027\n2;Eero Niemi;Ei;;\n",
        [("1", ON_HOLD, "maksamatta", "2026-06-01", "2027-01-31")],
    ),
    "dutch": (
        "Klantnr;Naam;Geblokkeerd;Geblokkeerd tot;Reden;Let op\n1;Jan Vos;ja;31-12-2027;Betaalt niet;\n2;Els Bos;nee;;;Boze hond blaft\n",
        [("1", ON_HOLD, "Betaalt niet", "2026-06-01", "2027-12-31"), ("2", "Warning", "Boze hond blaft", "2026-06-01", None)],
    ),
    "polish": (
        "Numer klienta;Imię i nazwisko;Czarna lista;Zablokowany do;Powód\n11;Jan Kos;tak;2027-01-31;nie płaci\n12;Ewa Lis;nie;;\n",
        [("11", ON_HOLD, "nie płaci", "2026-06-01", "2027-01-31")],
    ),
    "czech": (
        "Číslo zákazníka;Příjmení a jméno;Blokován;Důvod blokace;Blokován do\n1;Novák Jan;ano;neplatí;31. 1. 2027\n2;Malá Eva;ne;;\n",
        [("1", ON_HOLD, "neplatí", "2026-06-01", "2027-01-31")],
    ),
    "portuguese": (
        "Código do cliente;Nome;Bloqueado;Motivo;Bloqueado até\n1;Ana Reis;Sim;não paga;31/12/2027\n2;Rui Sá;Não;;\n",
        [("1", ON_HOLD, "não paga", "2026-06-01", "2027-12-31")],
    ),
    "italian": (
        "Cod. cliente;Cognome e nome;Bloccato il;Motivo blocco\n1;Rossi Maria;24/12/2025;non paga\n2;Verdi Ugo;;\n3;De Luca Pia;15/11/2025;\n",
        [("1", ON_HOLD, "non paga", "2025-12-24", None), ("3", ON_HOLD, "Bloccato il", "2025-11-15", None)],
    ),
    "spanish": (
        "Nº cliente;Nombre y apellidos;NIF;Vetado;Motivo del veto;Fecha veto\n5;Ana García;12345678Z;Sí;impago;13/02/2026\n6;Luis Pérez;12345679S;No;;\n",
        [("5", ON_HOLD, "impago", "2026-02-13", None)],
    ),
    "french": (
        "Code client;Nom;Prénom;Interdit;Motif interdiction;Interdit jusqu'au;Client depuis\n"
        "C1;Dupont;Luc;Oui;impayé;15/03/2027;2020-01-01\nC2;Petit;Zoé;Non;;;2021-01-01\n",
        [("C1", ON_HOLD, "impayé", "2026-06-01", "2027-03-15")],
    ),
    "german": (
        "Kundenkennung;Vor- und Nachname;Kundensperre;Sperrgrund;gesperrt von;gesperrt am\nA1;Eva Lang;ja;zahlt nie;Pat;15.04.2026\nA2;Uwe Kurz;nein;;;\n",
        [("A1", ON_HOLD, "zahlt nie", "2026-04-15", None)],
    ),
    "english": (
        "Client ID,Member,DNR,DNR reason,DNR date,Hold ends\n1,Pat B,Y,rude,2025-01-31,2027-01-31\n2,Sam C,N,,,\n",
        [("1", ON_HOLD, "rude", "2025-01-31", "2027-01-31")],
    ),
    "russian": (
        "Код клиента;ФИО;Эл. почта;В чёрном списке;Причина;Метки\n"
        "К1;Иванов Пётр Ильич;p@example.com;да;не платит;опт\nК2;Ким Анна;a@example.com;нет;;опт, риск\n",
        [("К1", ON_HOLD, "не платит", "2026-06-01", None), ("К2", "At Risk", "риск", "2026-06-01", None)],
    ),
    "japanese": (
        "顧客番号,氏名,電話番号,ブラックリスト,ブラックリスト理由,タグ\n"
        "0012,山田 花子,090-1234-5678,○,無断キャンセル,常連\n0013,佐藤 健,090-1234-5679,×,,常連\n",
        [("0012", ON_HOLD, "無断キャンセル", "2026-06-01", None)],
    ),
    "japanese day": (
        "会員番号,氏名,利用停止,利用停止期限\n0014,山田 花子,○,2026年10月3日\n0015,佐藤 健,×,\n",
        [("0014", ON_HOLD, "利用停止", "2026-06-01", "2026-10-03")],
    ),
    "chinese": (
        "姓名,手机,客户编号,黑名单,原因\n王 芳,13800138000,88,是,没有付款\n李 明,13800138001,89,否,\n",
        [("88", ON_HOLD, "没有付款", "2026-06-01", None)],
    ),
    "italian tags": (
        "Etichette;Codice Cliente;Cognome;Nome\nVIP, a rischio;7;Rossi;Maria\ngrossista;8;Verdi;Ugo\n",
        [("7", "At Risk", "a rischio", "2026-06-01", None), ("7", "Important", "VIP", "2026-06-01", None)],
    ),
    "greek": (
        "Κωδικός πελάτη;Επώνυμο;Όνομα;Κινητό;Μαύρη λίστα;Λόγος\n7;Ρήγα;Άννα;6900000001;Ναι;δεν πληρώνει\n8;Δήμου;Νίκος;6900000002;Όχι;\n",
        [("7", ON_HOLD, "δεν πληρώνει", "2026-06-01", None)],
    ),
    "types": (
        "Customer ref,Company,Email,Flag type,Flag comment,Flag date\n1,Co,k@example.com,On Hold,c 1,2025-03-01\n2,Bo,b@example.com,-,,\n",
        [("1", ON_HOLD, "c 1", "2025-03-01", None)],
    ),
    "several types in a cell": (
        "Customer ref,Name,Flags\n1,Pat B,On hold; Important\n2,Sam C,Important\n3,Kim D,\n4,Bo E,on hold\n",
        [
            *(("1", kind, said, "2026-06-01", None) for kind, said in (("Important", "Important"), (ON_HOLD, "On hold"))),
            *(("2", "Important", "Important", "2026-06-01", None), ("4", ON_HOLD, "on hold", "2026-06-01", None)),
        ],
    ),
    "several words of a status": (
        "Kundennr;Name;Status\n1;Al B;Aktiv\n2;Bo C;Gesperrt\n3;Cy D;Blockiert\n4;Di E;Aktiv\n",
        [("2", ON_HOLD, "Gesperrt", "2026-06-01", None), ("3", ON_HOLD, "Blockiert", "2026-06-01", None)],
    ),
    "decoys": (
        "Customer ID,Name,Do Not Book,Reason,DNB Until,Blocked calendar days,Warning label size,Bad customer warning\n"
        "1,A B,Y,Rude,12/31/2026,Mon,,\n2,C D,N,,,Tue,,\n3,E F,N,,,,,bites\n4,G H,N,,,,,\n",
        [("1", ON_HOLD, "Rude", "2026-06-01", "2026-12-31"), ("3", "Warning", "bites", "2026-06-01", None)],
    ),
    "no warnings": (
        "Kundennr;Name;Warnhinweis\n1;A B;keine Warnung\n2;C D;\n3;E F;beißt\n4;G H;no go\n5;K L;nichts\n6;M N;Keine Auffälligkeiten\n",
        [("3", "Warning", "beißt", "2026-06-01", None), ("4", "Warning", "no go", "2026-06-01", None)],
    ),
    "headers in two languages": (
        "Kd-Nr / No client;Name / Nom;Vorname / Prénom;Gesperrt\n1;Müller;Anne;ja\n2;Rey;Éric;nein\n",
        [("1", ON_HOLD, "Gesperrt", "2026-06-01", None)],
    ),
    "hungarian": (
        "Tiltólistán;Tiltás oka;Név;Ügyfélszám;Figyelmeztetés\nigen;nem fizet;Kovács Anna;U1;nincs figyelmeztetés\nnem;;Nagy Béla;U2;kutya harap\n",
        [("U1", ON_HOLD, "nem fizet", "2026-06-01", None), ("U2", "Warning", "kutya harap", "2026-06-01", None)],
    ),
    "on stop": (
        "Customer ID,Name,On stop,Stop reason\n1,A B,TRUE,unpaid\n2,C D,FALSE,\n3,E F,FALSE,\n",
        [("1", ON_HOLD, "unpaid", "2026-06-01", None)],
    ),
    "why": ("Customer,Mail,Do not book,Why\nPat B,p@example.com,Y,rude\nSam C,s@example.com,N,\n", [("p@example.com", ON_HOLD, "rude", "2026-06-01", None)]),
}


@pytest.mark.parametrize("language", LISTS)
def test_a_draft_works_as_it_is(bare: Shop, language: str) -> None:
    text, expected = LISTS[language]
    bare.file("list.csv", text)
    draft = drafted(bare, "list.csv")
    assert migrated(bare, "list.csv", draft) == 0, draft
    assert asked(bare, DATED) == expected, draft


def test_a_draft_of_a_workbook_is_of_its_largest_sheet_and_names_the_others(bare: Shop) -> None:
    book = Workbook()
    book.active.title = "Info"
    book.active.append(["Stand", "Quelle"])
    book.active.append(["Januar", "Kasse"])
    sheet = book.create_sheet("Kunden")
    for row in (["Kundennr", "Nachname und Vorname", "Gesperrt", "Grund"], ["007", "Lang Eva", "ja", "zahlt nie"], ["8", "Kurz Uwe", "nein", None]):
        sheet.append(row)
    book.save(bare.folder / "kunden.xlsx")
    draft = drafted(bare, "kunden.xlsx")
    assert "Nothing is said here of the others: Info" in draft
    assert (migrated(bare, "kunden.xlsx", draft), flags(bare)) == (0, [("007", ON_HOLD, "zahlt nie")])
    assert asked(bare, "SELECT first_name, last_name FROM customers ORDER BY 2") == [("Uwe", "Kurz"), ("Eva", "Lang")]


def test_levels_are_flags_only_where_they_are_high_and_a_person_is_asked(bare: Shop) -> None:
    bare.file("r.csv", "Customer ID,Payment risk,Kleur\n" + "".join(f"{one},{('low', 'medium', 'high')[one % 3]},groen\n" for one in range(9)))
    draft = drafted(bare, "r.csv")
    assert not [line for line in unmarked(draft) if "risk" in line or "Kleur" in line], draft
    assert (migrated(bare, "r.csv", draft), flags(bare)) == (0, [(one, "At Risk", "Payment risk") for one in "258"])


def test_a_word_of_a_traffic_light_is_settled_by_one_line(bare: Shop) -> None:
    bare.file("a.csv", "Kundennr;Ampel\n1;rot\n2;gelb\n3;grün\n4;grün\n")
    draft = drafted(bare, "a.csv").replace('# "gelb"', '"gelb"')
    assert (migrated(bare, "a.csv", draft), flags(bare)) == (0, [("1", ON_HOLD, "Ampel"), ("2", "Warning", "Ampel")])


@pytest.mark.parametrize(
    "header", ["Remarque", "Contribuinte", "Observações", "Percentage", "Cottage", "Geburtstag", "Banner", "Zákaznice", "Umarket", "Risotto"]
)
def test_a_word_inside_a_word_is_no_flag(bare: Shop, header: str) -> None:
    bare.file("w.csv", f"Id;Name;{header}\n1;A B;VIP likes tea a lot\n2;C D;\n3;E F;\n")
    assert rules(drafted(bare, "w.csv")) == []


def test_a_number_for_taxes_is_no_phone_and_placeholders_are_no_flags(bare: Shop) -> None:
    bare.file(
        "p.csv",
        "Nome;Telemóvel;Contribuinte;Alerta\nAna;+351 912 345 678;234 567 890;-\nRui;;234 567 891;N/A\nEva;+351 912 345 670;234 567 892;grita\n",
    )
    draft = drafted(bare, "p.csv")
    assert 'phone = ["Telemóvel"]' in draft
    migrated(bare, "p.csv", draft)
    assert asked(bare, "SELECT flag_type, comment FROM flags") == [("Alert", "grita")]


def test_an_odd_cell_and_months_in_words_of_no_language_leave_a_rule_whole(bare: Shop) -> None:
    rows = "".join(f"{one};ja;{day};z {one}\n" for one, day in enumerate(["unbekannt", "01.03.2025", "15.03.2025", "16.03.2025"], 1))
    bare.file("o.csv", f"Kundennr;Gesperrt;Gesperrt am;Grund\n{rows}5;nein;;\n")
    draft = drafted(bare, "o.csv")
    assert (migrated(bare, "o.csv", draft), flags(bare)) == (4, [(str(one), ON_HOLD, f"z {one}") for one in (2, 3, 4)]), draft
    bare.file("m.csv", "Kundennr;Gesperrt;Gesperrt am;Grund\n8;ja;1. Brachet 2025;z 8\n9;nein;;\n")
    (bare.folder / "draft.toml").unlink()
    draft = drafted(bare, "m.csv")
    assert '# at = ["Gesperrt am"]' in draft
    assert (migrated(bare, "m.csv", draft), ("8", ON_HOLD, "z 8") in flags(bare)) == (0, True)


@pytest.mark.parametrize(
    ("days", "language", "found"),
    [
        ("1. März 2025|Montag, 3. Dez. 2024", "de", ["2025-03-01", "2024-12-03"]),
        ("12 april 2024 14:30|3 mei 2023 09:00", "nl", ["2024-04-12", "2023-05-03"]),
        ("1er août 2023|lundi 4 déc. 2023", "fr", ["2023-08-01", "2023-12-04"]),
        ("3 de setembro de 2024|9 de mai. de 2023", "pt", ["2024-09-03", "2023-05-09"]),
        ("12 listopada 2024|3 maja 2023", "pl", ["2024-11-12", "2023-05-03"]),
        ("12 listopada 2024|3 listopada 2023", "", ["2026-06-01", "2026-06-01"]),  # November in Polish, October in Croatian
    ],
)
def test_months_in_words_are_read_in_the_one_language_that_they_are_of(bare: Shop, days: str, language: str, found: list[str]) -> None:
    rows = "".join(f'{one},yes,"{day}",why {one}\n' for one, day in enumerate(days.split("|"), 1))
    bare.file("w.csv", f"Customer ID,Blacklisted,Blacklisted on,Reason\n{rows}3,no,,\n")
    draft = drafted(bare, "w.csv")
    assert (f'date_formats = ["{language}: ' in draft) is bool(language), draft
    assert migrated(bare, "w.csv", draft) == 0
    told = asked(bare, "SELECT strftime(flagged_at, '%Y-%m-%d') FROM flags ORDER BY customer_id")
    assert [day for (day,) in told] == found


def test_days_of_something_else_are_no_days_of_a_flag(bare: Shop) -> None:
    bare.file("d.csv", "N° client;Alerte;Remarque;Client depuis\n1;Ne paie pas ses factures;aime le thé;2020-01-01\n2;;;2021-01-01\n3;;;2022-03-04\n")
    draft = drafted(bare, "d.csv")
    assert 'at = ["Client depuis"]' not in draft
    assert 'comment = ["Alerte"]' in unmarked(draft)


def test_what_is_of_other_people_or_half_a_name_is_not_taken_for_the_whole(bare: Shop) -> None:
    bare.file("list.csv", "Guide email,Telefon,Vorname,Name,E-mail,Sperrmüll,Gesperrt\ng@tours.example,030 / 4410000,Jan,Holm,p@example.com,ja,ja\n")
    draft = drafted(bare, "list.csv")
    assert 'email = ["E-mail"]' in draft
    assert 'first_name = ["Vorname"]\nlast_name = ["Name"]' in draft
    assert migrated(bare, "list.csv", draft) == 0
    assert asked(bare, "SELECT customer_id, phone FROM customers") == [("p@example.com", "030 / 4410000")]
    assert flags(bare) == [("p@example.com", ON_HOLD, "Gesperrt")]


def test_a_text_whose_header_is_about_something_else_is_asked_about_and_never_told_among_flags_that_are_sure(bare: Shop) -> None:
    bare.file("a.csv", "Klantnr;Naam;Geblokkeerd;Reden;Geblokkeerde agendadagen\n1;A B;J;no-show;ma\n3;E F;N;verhuisd;\n")
    draft = drafted(bare, "a.csv")
    assert '# comment = ["Reden"]' in draft
    assert (migrated(bare, "a.csv", draft), flags(bare)) == (0, [("1", ON_HOLD, "Geblokkeerd")])
    bare.file("b.csv", "Customer ID,Name,Warning lamp,Blocked wheel\n1,A B,,left\n2,C D,XL,\n3,E F,,\n")
    (bare.folder / "draft.toml").unlink()
    assert not [line for line in unmarked(drafted(bare, "b.csv")) if "lamp" in line or "wheel" in line]


def test_flags_past_their_last_day_count_on_neither_side_of_a_check(bare: Shop) -> None:
    rows = "Customer ID,Name,Blocked,Blocked until\n1,A B,Y,{}\n2,C D,N,\n"
    bare.file("l.csv", rows.format("2026-06-30"))
    assert migrated(bare, "l.csv", drafted(bare, "l.csv")) == 0

    def checked(day: str) -> int:
        return bare.run("migrate", "l.csv", "--map", "map.toml", "--check", "--as-of", day).code

    assert [checked(day) for day in ("2026-06-30", "2026-07-01")] == [0, 0]
    bare.file("l.csv", rows.format("2026-07-31"))
    assert [checked(day) for day in ("2026-06-30", "2026-07-01")] == [4, 4]


def test_who_did_not_know_is_not_taken_for_a_no(bare: Shop) -> None:
    bare.file("q.csv", "Kundennr;Name;Gesperrt\n1;A B;ja\n2;C D;?\n3;E F;nein\n")
    draft = drafted(bare, "q.csv")
    assert "# CHECK: these words of Gesperrt are neither yes nor no: ?." in draft
    assert (migrated(bare, "q.csv", draft), flags(bare)) == (0, [("1", ON_HOLD, "Gesperrt")])


@pytest.mark.parametrize("both", ["090-1111-2223、03-1234-5678", "090-1111-2223 of 03-1234-5678", "090-1111-2223 und 03 1234 5678"])
def test_of_several_numbers_the_first_counts_whatever_stands_between_them(bare: Shop, both: str) -> None:
    bare.file("p.csv", f"Telefon,Name,Gesperrt\n{both},A B,ja\n090-1111-2224,C D,nein\n")
    assert migrated(bare, "p.csv", drafted(bare, "p.csv")) == 0
    assert asked(bare, "SELECT customer_id, phone FROM customers ORDER BY 1") == [(one, one) for one in ("090-1111-2223", "090-1111-2224")]


def test_a_last_day_that_can_not_be_read_is_no_comment_without_a_word(bare: Shop) -> None:
    bare.file("list.csv", "Kundennr,Name,Gesperrt,Gesperrt bis\n1,Ann,ja,KW 41/2026\n2,Ben,nein,\n3,Cem,ja,KW 50/2026\n")
    assert "# CHECK: Gesperrt bis sounds of a last day" in drafted(bare, "list.csv")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("On hold,Reason,Since", "at"),
        ("Gesperrt,Grund,Gesperrt seit", "at"),
        ("Gesperrt,Gesperrt seit,Grund", "at"),
        ("Gesperrt,Gesperrt bis,Grund", "expires"),
    ],
)
def test_a_column_called_a_day_that_is_none_is_neither_why_nor_who(bare: Shop, header: str, part: str) -> None:
    switch, *others = header.split(",")
    day = next(one for one in others if one not in ("Reason", "Grund"))
    rows = [
        ",".join({switch: "yes", day: said}.get(name, f"owes {said}") for name in header.split(",")) for said in ("soon", "later", "some day", "2025-03-04")
    ]
    bare.file("list.csv", "\n".join([f"Email,{header}", *(f"{row}@x.example,{cells}" for row, cells in enumerate([*rows, ",,", ",,"])), ""]))
    draft = drafted(bare, "list.csv")
    assert f"# {part} = {json.dumps([day])}\n" in draft
    assert rules(draft)[0]["comment"] == [next(one for one in others if one != day)]
    assert "by" not in rules(draft)[0]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("Banned until", "permanent"),
        ("Gesperrt bis", "auf unbestimmte Zeit"),
        ("Geblokkeerd tot", "Onbepaalde tijd"),
        ("Bloqué jusqu'au", "à vie"),
        ("Bloqueado hasta", "indefinido"),
        ("Zablokowany do", "bezterminowo"),
        ("Banned until", "none"),
    ],
)
def test_a_word_in_the_place_of_a_last_day_says_that_there_is_none(bare: Shop, header: str, word: str) -> None:
    rows = [f"1,Ann,yes,{word}", "2,Ben,no,-", "3,Cem,yes,-", "4,Di,yes,2027-05-14", "5,Eva,yes,2027-05-15", f"6,Fay,yes,{word.upper()}"]
    bare.file("list.csv", "\n".join([f"Id,Name,Blocked,{header}", *rows, ""]))
    draft = drafted(bare, "list.csv")
    assert f"\nno_end = {json.dumps([word, '-', word.upper()], ensure_ascii=False)}\n" in draft
    assert migrated(bare, "list.csv", draft) == 0
    days = [("1", None), ("3", None), ("4", "2027-05-14"), ("5", "2027-05-15"), ("6", None)]
    assert asked(bare, "SELECT customer_id, expires_on::VARCHAR FROM flags ORDER BY ALL") == days


def test_a_word_in_the_place_of_a_last_day_that_no_map_lists_comes_back(bare: Shop) -> None:
    bare.file("list.csv", "Id,Blocked,Until\n1,yes,permanent\n2,yes,2027-05-14\n3,yes,-\n")
    rule = '[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\nwhen = "Blocked"\nexpires = "Until"\n'
    assert (migrated(bare, "list.csv", rule), [who for who, _, _ in flags(bare)]) == (4, ["2"])
    bare.file("own.toml", f'{rule}no_end = ["forever", "Permanent", "-"]')
    assert "none where that says forever, Permanent, -" in bare.run("migrate", "--explain", "it", "--map", "own.toml").out
    assert bare.run("migrate", "list.csv", "--map", "own.toml", *AS_OF).code == 0
    assert [who for who, _, _ in flags(bare)] == ["1", "2", "3"]


def test_words_in_the_place_of_a_first_day_are_told(bare: Shop) -> None:
    bare.file("list.csv", "Id,Name,Blocked,Blocked on\n1,Ann,yes,2025-05-13\n2,Ben,yes,none\n5,Eva,no,none\n3,Cem,yes,2025-05-14\n4,Di,yes,2025-05-15\n")
    draft = drafted(bare, "list.csv")
    assert "1 cell of Blocked on can't be read as a day" in draft
    assert (migrated(bare, "list.csv", draft), len(flags(bare)), len(asked(bare, "SELECT * FROM customers"))) == (4, 3, 4)


def test_where_no_column_is_called_an_id_a_person_is_asked(bare: Shop) -> None:
    bare.file("i.csv", "Sachbearbeitung;Mail;Sperrvermerk\nX-1;a@example.com;zahlt nicht\nX-2;b@example.com;\nX-3;c@example.com;\n")
    draft = drafted(bare, "i.csv")
    assert '# customer_id = ["Sachbearbeitung"]' in draft
    assert "CHECK: no column is called a customer's number" in draft


def test_a_status_may_tell_of_a_flag_and_of_who_is_archived(bare: Shop) -> None:
    bare.file("s.csv", "Kundennr;Name;Status\n1;Al B;Aktiv\n2;Bo C;Gesperrt\n3;Cy D;Inaktiv\n4;Di E;Aktiv\n")
    draft = drafted(bare, "s.csv")
    assert not [line for line in unmarked(draft) if "Gesperrt" in line or "Inaktiv" in line]
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (0, [("2", ON_HOLD, "Gesperrt")])
    assert asked(bare, "SELECT customer_id FROM customers WHERE status = 'archived'") == [("3",)]


def test_a_file_of_events_is_drafted_as_one(bare: Shop) -> None:
    bare.file(
        "e.csv",
        "Customer ID,Event,Event date,Employee,Reason\n1,flagged,2025-01-01,Pat,rude\n1,unflagged,2025-02-01,Sam,sorry\n2,flagged,2025-03-01,Pat,late\n",
    )
    assert (migrated(bare, "e.csv", drafted(bare, "e.csv")), flags(bare)) == (0, [("2", "Warning", "late")])
    assert asked(bare, "SELECT count(*) FROM history WHERE entity = 'flags'") == [(3,)]


def test_a_header_with_a_line_break_leaves_the_draft_whole(bare: Shop) -> None:
    bare.file(
        "t.csv", 'Kundennr;"Bonus\npunkte";"Tags\nalt";"Gesperrt\nja/nein";"Warnung\n\u2028intern"\n1;5;"VIP, neu";ja;-\n2;7;neu;nein;schreit immer laut\n'
    )
    assert migrated(bare, "t.csv", drafted(bare, "t.csv")) == 0
    assert [kind for _, kind, _ in flags(bare)] == ["Important", ON_HOLD, "Warning"]


def test_columns_beside_a_flag_that_nobody_knows_are_taken_where_they_are_filled_as_it_is_and_marked(bare: Shop) -> None:
    bare.file("u.csv", "Id;Namn;Svart lista;Xyzzy;Gäller till;Plugh\n1;Bo;x;stal cykel;2027-01-31;gillar te\n2;Ek;;;;gillar kaffe\n3;Al;;;;\n")
    draft = drafted(bare, "u.csv")
    assert not [line for line in unmarked(draft) if "Xyzzy" in line or "Gäller" in line or "Plugh" in line]
    assert (migrated(bare, "u.csv", draft), asked(bare, "SELECT comment, expires_on::VARCHAR FROM flags")) == (0, [("stal cykel", "2027-01-31")])


def test_a_file_of_events_may_say_how_things_stand_too(bare: Shop) -> None:
    row = "1,Yes,stolen again,Dana,2025-03-05,{},{},{},Eli\n"
    head = "Customer ID,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee\n"
    bare.file("r.csv", head + row.format("flagged", "2024-10-01", "stolen") + row.format("un-flagged", "2024-11-02", "sorry"))
    assert migrated(bare, "r.csv", drafted(bare, "r.csv")) == 0
    assert asked(bare, DATED) == [("1", "Warning", "stolen again", "2025-03-05", None)]
    assert asked(bare, "SELECT count(*) FROM history WHERE entity = 'flags' AND changed_by = 'Eli'") == [(2,)]


def test_a_blank_column_about_addresses_is_none(bare: Shop) -> None:
    bare.file("s.csv", "Customer ID,Name,Email,Accepts Email Marketing,Phone,Phone verified,Blocked\n1,Ann,a@example.com,,+441632960001,,yes\n2,Ben,,,,,no\n")
    draft = drafted(bare, "s.csv")
    assert ('email = ["Email"]' in draft.splitlines(), 'phone = ["Phone"]' in draft.splitlines()) == (True, True), draft


def test_a_draft_elsewhere_says_where_it_lies(bare: Shop) -> None:
    bare.file("s.csv", "Id,Name,Blocked\n1,Ann,yes\n2,Ben,no\n")
    done = bare.run("migrate", "--draft", "s.csv", "--out", "maps")
    assert "#   flagbook migrate s.csv --map maps/s.map.toml --dry-run" in done.out
