"""Drafts of maps for files in languages and forms that are less common; each test is a file that once gave a wrong draft, or none."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, drafted, rules

CITIES = ("Leeds", "York", "Hull")


def table(header: str, flagged: str, plain: str, rows: int = 36) -> str:
    """Return a file in which every ninth customer has what `flagged` says, and the others what `plain` does; {n} is the row's number."""
    lines = [(flagged if n % 9 == 3 else plain).format(n=n, day=f"{n % 28 + 1:02}.09.2026", city=CITIES[n % 3]) for n in range(rows)]
    return "\n".join([f"ID;Name;Email;{header}", *(f"C{n:03};Ann Lee;p{n}@example.com;{line}" for n, line in enumerate(lines)), ""])


def run(shop: Shop, text: str) -> str:
    """Draft a map for a file and migrate it by the draft as it is; return the draft."""
    shop.file("f.csv", text)
    draft = drafted(shop, "f.csv")
    assert shop.run("migrate", "f.csv", "--map", "draft.toml", *AS_OF).code == 0
    return draft


@pytest.mark.parametrize("header", ["Labels,Label notes", "Label notes,Labels", "Tags,Tags comment", "Etiquetas,Comentario etiquetas"])
def test_notes_of_tags_are_no_tags_of_their_own(bare: Shop, header: str) -> None:
    cells = ("VIP,Gold card", "Gold card,VIP")[header.startswith("Label notes")]
    bare.file("t.csv", f"ID,Email,{header}\n1,a@example.com,{cells}\n2,b@example.com,,\n")
    tags = [one for one in rules(drafted(bare, "t.csv")) + rules((bare.folder / "draft.toml").read_text(encoding="utf-8"), skipped=True) if "tags" in one]
    assert len(tags) == 1
    assert "note" not in tags[0]["tags"][0].lower()


@pytest.mark.parametrize(
    "header",
    [
        "Suspenso até;Motivo da suspensão",
        "Exclu jusqu'au;Motif de suspension",
        "Suspendido hasta;Motivo de la suspensión",
        "Gesperrt bis;Ausschlussgrund",
    ],
)
def test_a_reason_goes_with_the_last_day_beside_it(bare: Shop, header: str) -> None:
    bare.file("f.csv", table(header, "{day};owes", ";"))
    draft = drafted(bare, "f.csv")
    both = rules(draft) + rules(draft, skipped=True)
    day, reason = header.split(";")
    assert [(one["when"], one["expires"], one["comment"]) for one in both] == [([day], [day], [reason])]


@pytest.mark.parametrize("header", ["No alquilar", "Non noleggiare", "Nicht vermieten", "Niet leveren", "Não alugar", "No entry"])
def test_a_mark_of_few_under_a_denial_is_the_flag(bare: Shop, header: str) -> None:
    run(bare, table(f"{header};Reason", "x;owes", ";"))
    assert asked(bare, "SELECT flag_type, comment, count(*) FROM flags GROUP BY ALL") == [(ON_HOLD, "owes", 4)]


@pytest.mark.parametrize(("header", "reason"), [("Blokiran;Razlog blokade;Blokirao", "Razlog blokade"), ("Yasak;Yasak nedeni;Yasaklayan", "Yasak nedeni")])
def test_who_blocked_is_not_why(bare: Shop, header: str, reason: str) -> None:
    box, _, who = header.split(";")
    bare.file("f.csv", table(header, "da;owes;Kim" if box == "Blokiran" else "evet;owes;Kim", ";;"))
    assert [(one["when"], one["comment"], one["by"]) for one in rules(drafted(bare, "f.csv"))] == [([box], [reason], [who])]


@pytest.mark.parametrize("header", ["Review", "Next review", "Review date", "Wiedervorlage", "Follow up"])
def test_a_day_to_look_again_ends_nothing(bare: Shop, header: str) -> None:
    draft = run(bare, table(f"Blocked;Reason;Since;{header}", "yes;owes;01.02.2025;{day}", "no;;;"))
    assert asked(bare, "SELECT DISTINCT expires_on FROM flags") == [(None,)]
    assert f'# expires = ["{header}"]' in draft


@pytest.mark.parametrize("header", ["Poate rezerva", "Może rezerwować", "Credit OK", "In good standing"])
def test_the_answer_of_few_that_has_a_reason_is_offered(bare: Shop, header: str) -> None:
    bare.file("f.csv", table(f"{header};Reason", "N;owes", "Y;"))
    offered = [one for one in rules(drafted(bare, "f.csv"), skipped=True) if one.get("when") == [header]]
    assert [(one["yes"], one["no"]) for one in offered] == [(["N"], ["Y"])]


def test_most_customers_are_hardly_flagged_and_that_is_said(bare: Shop) -> None:
    bare.file("f.csv", table("Waiver;City", "N;Hull", "Y;York"))
    assert "32 of 36 customers would be flagged" in drafted(bare, "f.csv")


@pytest.mark.parametrize(("last", "first"), [("Cognoms", "Nom"), ("Priezvisko", "Meno"), ("Pavardė", "Vardas"), ("Surname", "Name")])
def test_both_halves_of_names_are_found(bare: Shop, last: str, first: str) -> None:
    bare.file("n.csv", f"ID;{last};{first};Email\n1;Puig;Pau;a@example.com\n2;Vila;Laia;b@example.com\n")
    draft = drafted(bare, "n.csv")
    assert (f'last_name = ["{last}"]' in draft, f'first_name = ["{first}"]' in draft) == (True, True)


def test_half_a_name_is_asked_about(bare: Shop) -> None:
    bare.file("n.csv", "ID;Vorname;Xyz;Email\n1;Pau;Puig;a@example.com\n2;Laia;Vila;b@example.com\n")
    assert "CHECK: no column is called a customer's family name" in drafted(bare, "n.csv")


def test_what_happened_is_no_status(bare: Shop) -> None:
    bare.file("f.csv", table("Incident summary", "Fire exit blocked", "Noise after eleven"))
    draft = drafted(bare, "f.csv")
    assert (rules(draft), "Fire exit blocked" in draft) == ([], True)


@pytest.mark.parametrize("words", ["roșu;galben;verde;niciuna", "crveno;žuto;zeleno;nema", "червоний;жовтий;зелений;немає", "raudona;geltona;žalia;nėra"])
def test_lights_in_further_languages(bare: Shop, words: str) -> None:
    red, amber, green, nothing = words.split(";")
    bare.file("f.csv", table("Semafor;Alert", f"{red};Gate code", f"{green};{nothing}").replace(f"p2@example.com;{green}", f"p2@example.com;{amber}"))
    draft = drafted(bare, "f.csv")
    types = [one for one in rules(draft) + rules(draft, skipped=True) if "type_column" in one]
    alerts = [one for one in rules(draft) + rules(draft, skipped=True) if one.get("comment") == ["Alert"]]
    assert (types[0]["types"], set(types[0]["no"]), alerts[0]["no"]) == ({red: ON_HOLD}, {amber, green}, [nothing])


@pytest.mark.parametrize(
    "header",
    [
        *("Tessera", "N. tessera", "NHC", "Nº socio", "Número de utente", "Matricola", "Matricule", "N° dossier", "Debitor", "Debiteurnr", "Pat.-Nr."),
        *("Kartoteka", "Vevőkód", "Šifra stranke", "Št. stranke", "Kliendikood", "Kliento kodas", "Klienta numurs", "Müşteri No", "Лицевой счёт"),
        *("Код клієнта", "診察券番号", "会员卡号", "환자번호", "No. Anggota", "MRN"),
        *("Account", "Acc no.", "A/C", "Socio", "Kund", "Historia", "Št. gosta", "رقم العميل", "מספר לקוח", "Κωδικός πελάτη", "Ügyfélkód", "N° abonné"),
    ],
)
def test_what_a_customers_number_is_called_is_known(bare: Shop, header: str) -> None:
    bare.file("f.csv", f"{header},E-mail,Banned\n" + "".join(f"{4300 + n},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8)))
    draft = drafted(bare, "f.csv")
    assert f'customer_id = ["{header}"]' in draft.splitlines()
    assert "CHECK: customer_id" not in draft


@pytest.mark.parametrize(
    "header", ["DNI", "Codice fiscale", "PESEL", "OIB", "Isikukood", "CNP pacient", "ЕГН", "CPF", "NIF", "Card no", "Nr karty", "N° carte"]
)
def test_a_number_that_a_country_gives_may_be_the_customers_and_is_asked_about(bare: Shop, header: str) -> None:
    bare.file("f.csv", f"{header},E-mail,Banned\n" + "".join(f"{43001234 + n},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8)))
    draft = drafted(bare, "f.csv")
    assert f'customer_id = ["{header}"]' in draft.splitlines()
    assert "# CHECK: customer_id: is this the customer's lasting number" in draft


@pytest.mark.parametrize("header", ["Kund", "Socio", "Account", "Klient"])
def test_a_header_of_customers_heads_numbers_where_the_cells_are_some(bare: Shop, header: str) -> None:
    bare.file("f.csv", f"Date,{header},Name,Event,Reason\n2025-01-02,1001,Ann Lee,Banned,theft\n2025-02-03,1001,Ann Lee,Ban lifted,paid\n")
    lines = drafted(bare, "f.csv").splitlines()
    assert {f'customer_id = ["{header}"]', 'name = ["Name"]'} <= {*lines}


@pytest.mark.parametrize("cells", [("Trade", "Retail"), ("12.50", "0.00")])
def test_a_kind_or_a_balance_of_accounts_is_neither_name_nor_number(bare: Shop, cells: tuple[str, str]) -> None:
    bare.file("f.csv", "Account,E-mail,Banned\n" + "".join(f"{cells[n % 2]},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8)))
    assert not {'customer_id = ["Account"]', 'name = ["Account"]'} & {*drafted(bare, "f.csv").splitlines()}


def test_a_card_beside_a_customers_number_is_none(bare: Shop) -> None:
    bare.file("f.csv", "Card no,Client ID,E-mail,Banned\n" + "".join(f"{4300 + n},{n},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8)))
    draft = drafted(bare, "f.csv")
    assert ('customer_id = ["Client ID"]' in draft.splitlines(), "CHECK: customer_id" in draft) == (True, False)


def test_a_card_of_the_shop_comes_before_a_number_that_a_country_gives(bare: Shop) -> None:
    rows = "".join(f"{80010112345 + n},{4300 + n},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8))
    bare.file("f.csv", f"PESEL,Card no,E-mail,Banned\n{rows}")
    assert 'customer_id = ["Card no"]' in drafted(bare, "f.csv").splitlines()


def test_in_a_log_a_card_tells_who_and_not_the_number_of_its_row(bare: Shop) -> None:
    bare.file("f.csv", "Nr,Data,Nr karty,Klient,Zdarzenie,Powód\n1,2025-01-02,1008,Ann Lee,Blokada,theft\n2,2025-02-03,1008,Ann Lee,Odblokowanie,paid\n")
    assert 'customer_id = ["Nr karty"]' in drafted(bare, "f.csv").splitlines()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("고객번호,이름,차단\n1,윤예린,Y\n2,박준호,N\n", {'name = ["이름"]', "surname_first = true"}),
        ("고객번호,성,이름,차단\n1,윤,예린,Y\n2,박,준호,N\n", {'last_name = ["성"]', 'first_name = ["이름"]'}),
    ],
)
def test_a_korean_name_is_whole_where_no_family_name_is_beside_it(bare: Shop, text: str, told: set[str]) -> None:
    bare.file("f.csv", text)
    assert told <= {*drafted(bare, "f.csv").splitlines()}


def test_a_membership_of_some_class_is_no_number(bare: Shop) -> None:
    bare.file("f.csv", "Membership,E-mail,Banned\n" + "".join(f"{('Gold', 'Silver')[n % 2]},p{n}@example.com,{'x' if n == 2 else ''}\n" for n in range(8)))
    assert 'customer_id = ["Membership"]' not in drafted(bare, "f.csv").splitlines()


@pytest.mark.parametrize(
    "header",
    [
        *("Tutor", "Utente", "Seller", "Dueño", "Titular", "Inquilino", "Locataire", "Usager", "Tierhalter", "Huurder", "Hyresgäst", "Omistaja", "Omanik"),
        *("Klients", "Majitel", "Właściciel", "Gość", "Tulajdonos", "Chiriaș", "Gost", "Lastnik", "Пациент", "Власник", "Ιδιοκτήτης", "Misafir", "Nafn"),
        *(
            "飼い主",
            "患者姓名",
            "보호자",
            "Pemilik",
            "Nama",
            "الاسم",
            "שם",
            "Ügyfél",
            "Ügyfél neve",
            "Abonné",
            "Lecteur",
            "Yetkili",
            "Klient",
            "Kund",
            "Cliente",
        ),
        *("Ονοματεπώνυμο", "이름", "Socio", "Account"),
    ],
)
def test_what_customers_are_called_heads_their_names(bare: Shop, header: str) -> None:
    bare.file("f.csv", f"Id,{header},Banned\n" + "".join(f"{n},{first} Lee,{'x' if n == 2 else ''}\n" for n, first in enumerate(("Ann", "Bo", "Cy", "Di"))))
    assert f'name = ["{header}"]' in drafted(bare, "f.csv").splitlines()


@pytest.mark.parametrize(
    ("first", "last"),
    [("Eesnimi", "Perenimi"), ("Izena", "Abizena"), ("Fornafn", "Eftirnafn"), ("Prénom usuel", "Nom usuel"), ("Собствено име", "Фамилно име")],
)
def test_first_and_family_names_are_known_in_further_languages(bare: Shop, first: str, last: str) -> None:
    bare.file("f.csv", f"Id,{first},{last},Banned\n1,Ann,Lee,x\n2,Bo,Ek,\n3,Cy,Fox,\n")
    lines = drafted(bare, "f.csv").splitlines()
    assert (f'first_name = ["{first}"]' in lines, f'last_name = ["{last}"]' in lines) == (True, True)


def test_a_tutor_beside_a_student_is_not_the_customer(bare: Shop) -> None:
    bare.file("f.csv", "Id,Tutor,Student,Banned\n1,Sue Ash,Ann Lee,x\n2,Sue Ash,Bo Ek,\n3,Tim Orr,Cy Fox,\n")
    draft = drafted(bare, "f.csv")
    assert 'name = ["Student"]' in draft.splitlines()
    assert "# CHECK: name: is this the customer's name? It may be Tutor as well" in draft


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("รหัสลูกค้า,ชื่อ,อีเมล,เบอร์โทร,บัญชีดำ,เหตุผล,วันที่", "ใช่", "ไม่"),
        ("ग्राहक आईडी,नाम,ईमेल,मोबाइल,ब्लैकलिस्ट,कारण,दिनांक", "हाँ", "नहीं"),
    ],
)
def test_words_whose_vowels_are_signs_of_their_own_are_whole(bare: Shop, header: str, yes: str, no: str) -> None:
    rows = "".join(f"{n},A{'bcdefgh'[n - 1]} Lee,p{n}@example.com,081234567{n},{yes + ',late,2025-01-15' if n % 3 == 0 else no + ',,'}\n" for n in range(1, 8))
    bare.file("f.csv", f"{header}\n{rows}")
    draft = drafted(bare, "f.csv")
    number, name, email, phone, flag, reason, day = header.split(",")
    customers = {f'customer_id = ["{number}"]', f'name = ["{name}"]', f'email = ["{email}"]', f'phone = ["{phone}"]'}
    assert ("CHECK" in draft.partition("\n\n")[2], customers - {*draft.splitlines()}) == (False, set())
    assert rules(draft) == [{"type": ON_HOLD, "when": [flag], "yes": [yes], "no": [no], "comment": [reason], "at": [day]}]
