"""Columns that say of some flags that they have ended: what a map makes of them, and what a draft does."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, drafted, flags, migrated, rules

OWN = 'name = "List"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\nwhen = "Banned"\ncomment = "Why"\nended = "Lifted"\n'
HEAD = "Id,Banned,Why,Lifted\n"
# In each language: the header of ids, of the ban, of its reason, of what says that it is over; yes and no.
LIFTED = {
    "ar": "رقم العميل;محظور;السبب;رفع الحظر;نعم;لا",
    "cs": "Číslo zákazníka;Blokován;Důvod;Blokace zrušena;ano;ne",
    "de": "Kundennr;Sperre;Grund;wieder freigegeben;ja;nein",
    "el": "Κωδικός πελάτη;Αποκλεισμένος;Λόγος;Άρση αποκλεισμού;\u03bd\u03b1\u03b9;όχι",
    "en": "Cust no;Banned;Reason;Appeal upheld;yes;no",
    "fi": "Asiakasnumero;Estetty;Syy;Esto poistettu;kyllä;ei",
    "fr": "Code client;Liste noire;Motif;Réhabilité;oui;non",
    "hr": "Šifra kupca;Blokiran;Razlog;Blokada ukinuta;da;ne",
    "hu": "Ügyfélszám;Letiltva;Ok;Tiltás feloldva;igen;nem",
    "id": "ID Pelanggan;Diblokir;Alasan;Blokir dicabut;ya;tidak",
    "it": "Codice cliente;Bloccato;Motivo;Blocco rimosso;sì;no",
    "ja": "顧客番号;出入禁止;理由;解除済み;はい;いいえ",
    "nl": "Klantnr;Zwarte lijst;Reden;Weer welkom;ja;nee",
    "pl": "Nr klienta;Zablokowany;Powód;Blokada zdjęta;tak;nie",
    "pt": "Nº cliente;Bloqueado;Motivo;Bloqueio removido;sim;não",
    "ro": "Cod client;Blocat;Motiv;Blocare ridicată;da;nu",
    "tr": "Müşteri no;Yasakl\u0131;Sebep;Yasak kalkt\u0131;evet;hay\u0131r",
    "uk": "Код клієнта;Заблоковано;Причина;Блокування знято;так;ні",
    "vi": "Mã KH;Danh sách đen;Lý do;Đã gỡ;có;không",
}


def test_a_flag_of_which_a_column_says_that_it_has_ended_is_none_and_is_told(bare: Shop) -> None:
    bare.file("f.csv", f"{HEAD}1,yes,owes,no\n2,yes,rude,YES\n3,no,,\n4,yes,late,perhaps\n")
    bare.file("map.toml", OWN)
    said = bare.run("migrate", "f.csv", "--map", "map.toml", *AS_OF)
    assert (said.code, flags(bare)) == (0, [("1", ON_HOLD, "owes"), ("4", ON_HOLD, "late")])
    told = said.json()["remarks"]
    assert "f.csv: Lifted says of 1 flag that it has ended: nothing is made of it (rows 3)" in told
    assert '1 cell of Lifted says "perhaps", which is neither yes nor no and counts as no' in told
    assert not [one for one in told if "no flag that it would be of" in one]


def test_a_newer_file_that_says_that_a_flag_has_ended_ends_it(bare: Shop) -> None:
    bare.file("map.toml", OWN)
    for lifted in ("no", "yes", "yes"):
        bare.file("f.csv", f"{HEAD}1,yes,owes,{lifted}\n2,yes,rude,no\n")
        said = bare.run("migrate", "f.csv", "--map", "map.toml", *AS_OF)
    assert (flags(bare), said.json()["status"]) == ([("2", ON_HOLD, "rude")], "nothing-applied")
    assert bare.run("migrate", "f.csv", "--map", "map.toml", "--check", "--json").code == 0


def test_own_words_say_that_a_flag_has_ended_also_of_tags_and_any_word_may(bare: Shop) -> None:
    tags = 'name = "List"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntags = "Tags"\nended = "Over"\nended_yes = {}\n[flags.allow]\nbanned = "On Hold"\n'
    bare.file("f.csv", "Id,Tags,Over\n1,banned,\n2,banned,since May\n3,banned,no\n4,banned,done\n")
    assert (migrated(bare, "f.csv", tags.format('["done"]')), [who for who, _, _ in flags(bare)]) == (0, ["1", "2", "3"])
    assert (migrated(bare, "f.csv", tags.format('["*"]')), [who for who, _, _ in flags(bare)]) == (0, ["1", "3"])


def test_a_file_without_the_column_that_says_which_have_ended_is_refused(bare: Shop) -> None:
    bare.file("f.csv", "Id,Banned,Why\n1,yes,owes\n")
    bare.file("map.toml", OWN)
    refused = bare.run("migrate", "f.csv", "--map", "map.toml", *AS_OF)
    assert (refused.code, "the map says flags 1: Lifted, which is not in the file" in refused.err) == (3, True)


@pytest.mark.parametrize("language", LIFTED)
def test_bans_that_are_lifted_are_none_in_many_languages(bare: Shop, language: str) -> None:
    who, banned, why, lifted, yes, no = LIFTED[language].split(";")
    rows = [(yes, "x y z", no), (no, "", no), (yes, "u v w", yes), (no, "", no), (no, "", no), (yes, "r s t", no), (no, "", no), (no, "", no)]
    lines = "\n".join(f"{1000 + number};Ann {'ABCDEFGH'[number]};{';'.join(row)}" for number, row in enumerate(rows))
    bare.file("f.csv", f"{who};Name;{banned};{why};{lifted}\n{lines}\n")
    draft = drafted(bare, "f.csv")
    assert f"{lifted} says yes for 1 of those who would be flagged" in draft
    (rule,) = rules(draft)
    if "ended" not in rule:  # its words are not known, and it is only offered
        draft = draft.replace("# ended", "ended")
    assert (migrated(bare, "f.csv", draft), [row[0] for row in flags(bare)]) == (0, ["1000", "1005"])


def test_what_is_settled_and_is_no_flag_is_only_offered(bare: Shop) -> None:
    bare.file(
        "f.csv", "Id,Name,Banned,Debt cleared\n" + "".join(f"{n},Ann {'ABCDEFGH'[n]},{'yes' if n < 3 else 'no'},{'yes' if n < 2 else 'no'}\n" for n in range(8))
    )
    draft = drafted(bare, "f.csv")
    assert "Debt cleared says yes for 2 of those who would be flagged, and for nobody else: if their flag has ended, take the # off" in draft
    assert (migrated(bare, "f.csv", draft), len(flags(bare))) == (0, 3)


def test_a_column_of_no_known_words_that_says_yes_for_some_who_are_flagged_alone_is_offered(bare: Shop) -> None:
    rows = "".join(f"{n},Ann {'ABCDEFGH'[n]},{'yes,rude,' + ('y' if n == 1 else 'n') if n < 3 else 'no,,'}\n" for n in range(8))
    bare.file("f.csv", f"Id,Name,Banned,Reason,Talked it over\n{rows}")
    draft = drafted(bare, "f.csv")
    assert '# ended = ["Talked it over"]' in draft.splitlines()
    assert (migrated(bare, "f.csv", draft), len(flags(bare))) == (0, 3)
    assert (migrated(bare, "f.csv", draft.replace("# ended", "ended")), [row[0] for row in flags(bare)]) == (0, ["0", "2"])


@pytest.mark.parametrize(("header", "stands", "over"), [("Active?", "Yes", "No"), ("Flag status", "Active", "Inactive"), ("Resolved", "No", "Yes")])
@pytest.mark.parametrize("kind", ["Warning", "Muzzle"])  # a type that is known, and one that is not
def test_of_a_list_of_flags_those_that_stand_no_more_are_none(bare: Shop, header: str, stands: str, over: str, kind: str) -> None:
    rows = [
        (kind, "bites dogs", stands),
        ("Bad debt", "40 owing", stands),
        ("Bad debt", "paid in May", over),
        ("Banned", "hit a nurse", stands),
        (kind, "growls", over),
    ]
    lines = "".join(f"{n + 1},Ann {'ABCDE'[n]},{','.join(row)},{'Kim' if n % 2 else 'Raj'},0{n + 1}/05/2026\n" for n, row in enumerate(rows))
    bare.file("f.csv", f"Client code,Client,Flag type,Details,{header},Added by,Added\n{lines}")
    draft = drafted(bare, "f.csv")
    assert f"does {header} tell which of these flags still stand? {stands}: it does; {over}: it does not" in draft
    known = [("1", "Warning", "bites dogs")] if kind == "Warning" else []
    assert (migrated(bare, "f.csv", draft), flags(bare)) == (0, [*known, ("2", "At Risk", "40 owing"), ("4", ON_HOLD, "hit a nurse")])
    (rule,) = rules(draft)
    assert (rule["comment"], rule["by"], rule["at"]) == (["Details"], ["Added by"], ["Added"])


def test_what_stands_beside_a_level_that_is_only_offered_is_a_part_of_it(bare: Shop) -> None:
    levels = [
        "Green,,,",
        "Red,hit a nurse,Dr Pell,14/02/2026",
        "Amber,misses visits,Reception,15/05/2026",
        "Green,,,",
        "Green,,,",
        "Amber,late,Reception,16/05/2026",
    ]
    bare.file("f.csv", "MRN,Name,RAG,RAG note,Set by,Set on\n" + "".join(f"00{n},Ann {'ABCDEF'[n]},{some}\n" for n, some in enumerate(levels)))
    (rule,) = rules(drafted(bare, "f.csv"))
    assert (rule["type_column"], rule["comment"], rule["by"], rule["at"]) == (["RAG"], ["RAG note"], ["Set by"], ["Set on"])
