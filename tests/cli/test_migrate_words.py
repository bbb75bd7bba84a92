"""Words of a file that tell of flags: in other languages, as signs, behind an apostrophe; and cells that are no ids."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import AS_OF, ON_HOLD, drafted, flags, migrated

FRESHA = "Client ID,First Name,Last Name,Email,Mobile Number,Telephone,Gender,Date of Birth,City,Note,Blocked,Added\n"
BLOCKED = '[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\nwhen = "Blocked"\n'


@pytest.mark.parametrize("word", ["Ja", "OUI", "Sí", "Sì", "sim", "TAK", "igen", "да", "Evet", "はい", "'Yes", " true "])
def test_yes_is_known_in_many_languages(bare: Shop, word: str) -> None:
    bare.file("f.csv", f"{FRESHA}1,Al,B,,,,,,,,{word},\n2,Cy,D,,,,,,,,nein,\n")
    assert bare.run("migrate", "f.csv", "--from", "fresha", *AS_OF).code == 0
    assert [who for who, _, _ in flags(bare)] == ["1"]


def test_a_row_whose_word_is_neither_yes_nor_no_comes_back(bare: Shop) -> None:
    bare.file("f.csv", f"{FRESHA}1,Al,B,,,,,,,,yes,\n2,Cy,D,,,,,,,,perhaps,\n")
    said = bare.run("migrate", "f.csv", "--from", "fresha", *AS_OF)
    assert (said.code, said.json()["codes"], [who for who, _, _ in flags(bare)]) == (4, {"unclear-flag": 1}, ["1"])
    held = next(one for one in said.json()["flags"] if one["flag_type"] == ON_HOLD)
    assert (held["found"], held["rejected"], held["imported"]) == (2, 1, 1)
    back = (bare.folder / "f.rejected.csv").read_text(encoding="utf-8-sig")
    assert "Blocked says neither yes nor no: give its word in the map, in yes or no" in back


def test_a_newer_file_ends_no_flag_by_a_word_that_nobody_knows(bare: Shop) -> None:
    for word in ("yes", "perhaps"):
        bare.file("f.csv", f"{FRESHA}1,Al,B,,,,,,,,{word},\n")
        bare.run("migrate", "f.csv", "--from", "fresha", *AS_OF)
    assert [who for who, _, _ in flags(bare)] == ["1"]


def test_where_a_map_says_which_words_mean_yes_others_are_only_told(bare: Shop) -> None:
    bare.file("f.csv", "Id,Blocked\n1,gesperrt\n2,frei\n")
    bare.file("map.toml", BLOCKED + 'yes = "Gesperrt"\n')
    said = bare.run("migrate", "f.csv", "--map", "map.toml", *AS_OF)
    assert (said.code, [who for who, _, _ in flags(bare)]) == (0, ["1"])
    assert '1 cell of Blocked says "frei", which is neither yes nor no and counts as no' in said.json()["remarks"]


@pytest.mark.parametrize("sign", ["✔", "✔️", "☑️", "❗️", "⚠️", "⛔️"])
def test_a_sign_is_known_however_it_is_to_be_drawn(bare: Shop, sign: str) -> None:
    bare.file("s.csv", f"Id,Name,Banned\n1,Ann,{sign}\n2,Ben,\n3,Cem,{sign}\n")
    assert migrated(bare, "s.csv", drafted(bare, "s.csv")) == 0
    assert [who for who, _, _ in flags(bare)] == ["1", "3"]


def test_signs_in_tags_and_types_are_known_too(bare: Shop) -> None:
    bare.file("s.csv", "Id,Tags,Type\n1,'⛔️ banned;regular,\n2,,⚠️\n")
    rules = '[[flags]]\ntags = "Tags"\n[flags.allow]\n"⛔️ banned" = "On Hold"\n[[flags]]\ntype_column = "Type"\n[flags.types]\n"⚠️" = "Warning"\n'
    assert migrated(bare, "s.csv", f'[customers]\ncustomer_id = "Id"\n{rules}') == 0
    assert [(who, kind) for who, kind, _ in flags(bare)] == [("1", ON_HOLD), ("2", "Warning")]


def test_an_apostrophe_before_words_days_and_addresses_is_none_of_them(bare: Shop) -> None:
    bare.file("e.csv", "Customer ID,Action,Date,Reason,Employee\n'A,'flagged,'01/05/2024,bad,Dana\n")
    assert bare.run("migrate", "e.csv", "--from", "resaleai", *AS_OF).code == 0
    bare.file("f.csv", f"{FRESHA}'1,'t Hooft,B,'a@example.com,,,,,,,'Yes,\n")
    assert bare.run("migrate", "f.csv", "--from", "fresha", *AS_OF).code == 0
    assert [who for who, _, _ in flags(bare)] == ["1", "A"]
    assert asked(bare, "SELECT first_name, email FROM customers WHERE customer_id = '1'") == [("'t Hooft", "a@example.com")]


@pytest.mark.parametrize("word", ["n/a", "N/A", "-", "\u2014", "#REF!", "#N/A"])
def test_what_is_no_id_makes_no_two_people_one(bare: Shop, word: str) -> None:
    bare.file("f.csv", f"{FRESHA}{word},Ed,B,,,,,,,,,\n{word},Flo,D,,,,,,,,yes,\n3,Gus,E,,,,,,,,,\n")
    said = bare.run("migrate", "f.csv", "--from", "fresha", *AS_OF)
    assert (said.code, said.json()["codes"], flags(bare)) == (4, {"bad-id": 2}, [])
    assert "by it different people would become one" in (bare.folder / "f.rejected.csv").read_text(encoding="utf-8-sig")


def test_words_of_a_status_that_are_flags_are_known(bare: Shop) -> None:
    bare.file("s.csv", "Id,Status\n1,zablokowany\n2,aktywny klient\n3,dziwny\n")
    rules = '[customers]\ncustomer_id = "Id"\nstatus = "Status"\n[[flags]]\ntype = "On Hold"\nwhen = "Status"\nyes = "Zablokowany"\nno = "aktywny klient"\n'
    bare.file("map.toml", rules)
    said = [one for one in bare.run("migrate", "s.csv", "--map", "map.toml", *AS_OF).json()["remarks"] if "add it to status_words" in one]
    assert said == ['1 row: status "dziwny" is not known and counts as active of a customer who is new: add it to status_words']


def test_tags_may_have_hyphens_between_their_words(bare: Shop) -> None:
    bare.file("s.csv", 'Id,Tags\n1,"do-not-ship, at_risk"\n2,Do Not  Ship\n3,donotship\n4,a_b\n5,"a b, a-b"\n6,-vip\n')
    rules = (
        '[[flags]]\ntags = "Tags"\n[flags.allow]\n"do not ship" = "On Hold"\n"at-risk" = "At Risk"\n"a b" = "Warning"\n"A-B" = "Alert"\n"vip" = "Important"\n'
    )
    bare.file("m.toml", 'name = "M"\n[customers]\ncustomer_id = "Id"\n' + rules)
    done = bare.run("migrate", "s.csv", "--map", "m.toml", "--as-of", "2026-06-02", "--json")
    assert done.code == 0, done.err
    flags = asked(bare, "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL")
    told = [("1", "At Risk", "at_risk"), ("1", "On Hold", "do-not-ship"), ("2", "On Hold", "Do Not  Ship"), ("5", "Alert", "a-b"), ("5", "Warning", "a b")]
    assert flags == told  # a_b may be either, donotship and -vip are none
    assert any("donotship (1)" in remark and "a_b (1)" in remark and "-vip (1)" in remark for remark in done.json()["remarks"])
