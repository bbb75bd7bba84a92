"""A parallel run: what `--check` compares, and what a migration says of what its files do not tell of."""

from typing import Any

from tests.cli.conftest import ROOT, Ran, Shop
from tests.cli.test_migrate import RESALE, asked

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy")
LAYER = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n"
UNPAID = "L-1,One Ltd,On Hold,Invoice unpaid,Wendy,03/02/2026\n"
SAMPLES = ROOT / "sample_data" / "legacy"


def check(shop: Shop, *files: object, system: str = "auto") -> tuple[Ran, dict[str, Any]]:
    """Check files; return how it ran as text, and the answer as JSON."""
    words = ("migrate", *map(str, files), "--from", system, "--check", "--out", "out", *AS_OF)
    ran = shop.run(*words)
    answer = shop.run(*words, "--json")
    assert ran.code == answer.code
    return ran, answer.json()


def test_a_flag_of_a_customer_whom_a_newer_file_does_not_tell_of_is_told(bare: Shop) -> None:
    bare.file("june.csv", f"{LAYER}{UNPAID}L-3,Three Ltd,Important,Ask for Zed,Xan,13/02/2026\n")
    bare.file("july.csv", f"{LAYER}{UNPAID}")
    assert bare.run("migrate", "june.csv", "--from", "thelayer", *AS_OF).code == 0
    assert check(bare, "june.csv", system="thelayer")[0].code == 0
    ran, answer = check(bare, "july.csv", system="thelayer")
    assert (ran.code, ran.out.startswith("The files and the book differ:")) == (4, True)
    assert [(one["customer_id"], one["item"], one["in_file"], one["in_book"]) for one in answer["differences"]] == [("L-3", "Important", None, "Ask for Zed")]
    done = bare.run("migrate", "july.csv", "--from", "thelayer", *AS_OF)
    assert (done.code, "1 flag that The Layer had brought, of customers whom these files do not tell of, left as they are" in done.out) == (0, True), done.out
    assert len(asked(bare, "SELECT * FROM flags")) == 2
    bare.file("u.csv", "action,customer_id,flag_type\nremove,L-3,Important\n")
    assert bare.run("apply", "u.csv", *AS_OF).code == 0
    assert check(bare, "july.csv", system="thelayer")[0].code == 0
    assert "had brought" not in bare.run("migrate", "july.csv", "--from", "thelayer", *AS_OF).out


def test_flags_that_another_system_or_an_upload_brought_are_not_missed_in_a_file(bare: Shop) -> None:
    bare.file("june.csv", f"{LAYER}{UNPAID}")
    bare.file("shop.csv", "Customer ID,First Name,Last Name,Email,Tags\nS1,A,B,a@example.com,vip\n")
    for name, system in (("june.csv", "thelayer"), ("shop.csv", "shopify")):
        assert bare.run("migrate", name, "--from", system, *AS_OF).code == 0
    for name, system in (("june.csv", "thelayer"), ("shop.csv", "shopify")):
        assert check(bare, name, system=system)[0].code == 0


def test_events_that_the_book_does_not_have_are_told(bare: Shop) -> None:
    lines = RESALE.splitlines(keepends=True)
    bare.file("late.csv", "".join([lines[0], lines[3]]))
    bare.file("all.csv", "".join(lines[:4]))
    assert bare.run("migrate", "late.csv", *AS_OF).code == 0
    assert check(bare, "late.csv")[0].code == 0
    ran, answer = check(bare, "all.csv")
    assert (ran.code, answer["counts"]["events only in the files"]) == (4, 2)
    assert [one["in_file"] for one in answer["differences"]] == ["2024-01-10 00:00 flagged stolen goods", "2024-02-11 00:00 unflagged apologised"]
    assert bare.run("migrate", "all.csv", *AS_OF).code == 0
    assert check(bare, "all.csv")[0].code == 0


def test_bookings_are_counted(bare: Shop) -> None:
    files = (SAMPLES / "acuity_clients.csv", SAMPLES / "acuity_appointments.csv")
    assert bare.run("migrate", files[0], *AS_OF, "--out", "out").code in (0, 4)
    ran, answer = check(bare, files[1])
    assert (ran.code, answer["bookings"]["only in the files"] > 0) == (4, True)
    assert "The files and the book differ:" in ran.out
    done = bare.run("migrate", *files, *AS_OF, "--out", "out", "--json").json()
    assert done["customers"]["made of bookings"] == 1
    ran, answer = check(bare, files[1])
    there = {what: n for what, n in answer["bookings"].items() if n}
    assert (set(there) <= {"the same", "that can't be read"}, answer["differences"]) == (True, []), answer
    bare.file("acuity_appointments.csv", files[1].read_text(encoding="utf-8-sig").replace("9:00 am", "9:30 am"))
    assert check(bare, "acuity_appointments.csv")[1]["bookings"]["that differ"] > 0


def test_customers_made_of_bookings_are_in_the_account(bare: Shop) -> None:
    done = bare.run("migrate", SAMPLES / "acuity_appointments.csv", *AS_OF, "--out", "out")
    made = asked(bare, "SELECT count(*) FROM customers")[0][0]
    assert f"Customers: 0 found, 0 new, 0 changed, 0 unchanged, {made} made of bookings" in done.out


def test_where_no_row_could_be_taken_nothing_is_called_known(bare: Shop) -> None:
    done = bare.run("migrate", SAMPLES / "fresha_appointments.csv", *AS_OF, "--out", "out")
    assert (done.code, "no row could be taken; nothing was changed" in done.out) == (4, True), done.out


def test_the_reason_of_a_migration_stands_with_the_flags_that_it_sets(bare: Shop) -> None:
    bare.file("june.csv", f"{LAYER}{UNPAID}")
    assert bare.run("migrate", "june.csv", "--from", "thelayer", "--reason", "moving over", *AS_OF).code == 0
    assert asked(bare, "SELECT DISTINCT entity, reason FROM history ORDER BY ALL") == [("customers", "moving over"), ("flags", "moving over")]
    bare.file("resale.csv", RESALE.replace(",No,Id,,no,,,,,,,\n", ""))
    assert bare.run("migrate", "resale.csv", "--reason", "moving over", *AS_OF).code == 0
    told = asked(bare, "SELECT reason FROM history WHERE entity = 'flags' AND customer_id = 'R2' ORDER BY event_id")
    assert told == [("rude",), ("mistake",)]  # what the source says of an event stays


def test_a_line_that_the_system_had_brought_and_says_no_more_differs(bare: Shop) -> None:
    header = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n"
    first, second = "A,Ann,Warning,owes 10,W,01/02/2026\n", "A,Ann,Warning,shouts,W,01/03/2026\n"
    bare.file("both.csv", header + first + second)
    bare.file("one.csv", header + first)
    assert bare.run("migrate", "both.csv", *AS_OF).code == 0
    assert bare.run("migrate", "both.csv", "--check", *AS_OF).code == 0
    checked = bare.run("migrate", "one.csv", "--check", *AS_OF)
    assert (checked.code, "another comment" in checked.out) == (4, True)
    assert bare.run("migrate", "one.csv", *AS_OF).code == 0
    assert bare.run("migrate", "one.csv", "--check", *AS_OF).code == 0


def test_an_event_that_somebody_else_brought_about_is_told(bare: Shop) -> None:
    bare.file("resale.csv", RESALE)
    bare.file("others.csv", RESALE.replace("apologised,Eli", "apologised,Flo"))
    bare.file("nobody.csv", RESALE.replace("apologised,Eli", "apologised,"))
    assert bare.run("migrate", "resale.csv", *AS_OF).code == 4  # one row has no id
    assert [check(bare, name)[1]["counts"].get("events told otherwise", 0) for name in ("resale.csv", "others.csv", "nobody.csv")] == [0, 1, 0]
    (told,) = check(bare, "others.csv")[1]["differences"]
    assert (told["in_file"], told["in_book"]) == ("2024-02-11 00:00 unflagged apologised by Flo", "2024-02-11 00:00 unflagged apologised by Eli")
