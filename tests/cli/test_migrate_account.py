"""Migration's account, its brakes, and what it says: each flag that comes, goes or stays is told, and mistakes in a map are not passed over."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from pipeline import telling
from pipeline.store import alerts
from pipeline.store.items import ItemChanges
from tests.cli.conftest import Ran, Shop
from tests.cli.test_migrate import asked

AS_OF = ("--as-of", "2026-06-01", "--by", "Ivy", "--json")
SHOPIFY = "Customer ID,First Name,Last Name,Email,Phone,Tags\n"


def shopify(shop: Shop, *tags: str, also: tuple[str, ...] = ()) -> Ran:
    """Migrate an export of so many customers, with these tags."""
    shop.file("shop.csv", SHOPIFY + "".join(f"{number},A,B,a{number}@example.com,,{tag}\n" for number, tag in enumerate(tags)))
    return shop.run("migrate", "shop.csv", "--from", "shopify", *AS_OF, *also)


def test_flags_that_a_newer_export_ends_are_in_the_account(inside: Shop) -> None:
    assert shopify(inside, "fraud", "fraud", "vip", "fraud").code == 0
    newer = shopify(inside, "fraud", "fraud", "vip", "").json()
    told = {one["flag_type"]: (one["found"], one["in_book"], one["ended_by_source"], one["adds_up"]) for one in newer["flags"]}
    assert told == {"On Hold": (2, 2, 1, True), "Important": (1, 1, 0, True)}
    none = shopify(inside, "fraud", "fraud", "", "").json()["flags"]
    assert [(one["flag_type"], one["found"], one["ended_by_source"]) for one in none] == [("On Hold", 2, 0), ("Important", 0, 1)]


HISTORY = "Customer ID,First Name,Action,Date,Reason,Employee\n"


def test_of_files_that_tell_only_what_happened_the_equation_holds_too(inside: Shop) -> None:
    inside.file("resale.csv", HISTORY + "".join(f"R{n},Al,flagged,01/01/2025,first,A\n" for n in range(3)) + "R0,Al,un-flagged,02/01/2025,paid,A\n")
    for became in ("imported", "unchanged"):
        row = inside.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF).json()["flags"][0]
        assert (row["found"], row[became], row["due"], row["in_book"], row["adds_up"]) == (2, 2, 2, 2, True)


@pytest.mark.parametrize(("left", "code"), [(2, 0), (1, 3), (0, 3)])
def test_a_small_book_does_not_lose_most_of_a_sources_flags_without_a_word(inside: Shop, left: int, code: int) -> None:
    assert shopify(inside, "fraud", "fraud", "fraud", "fraud").code == 0
    newer = [*["fraud"] * left, *[""] * (4 - left)]
    dry = shopify(inside, *newer, also=("--dry-run",))
    assert (dry.code, "--allow-mass-change" in str(dry.json()["remarks"])) == (0, code == 3)
    done = shopify(inside, *newer)
    assert (done.code, f"{4 - left} of the 4 flags that Shopify had brought" in done.err) == (code, code == 3)
    assert asked(inside, "SELECT count(*) FROM flags") == [(4 if code else left,)]
    assert shopify(inside, *newer, also=("--allow-mass-change",)).code == 0


def test_of_three_flags_a_source_does_not_end_two_without_a_word(inside: Shop) -> None:
    """Three are enough for the brake; of two it may end both."""
    assert shopify(inside, "fraud", "fraud", "fraud").code == 0
    assert shopify(inside, "fraud", "", "").code == 3
    assert [shopify(inside, "fraud", "fraud", "").code, shopify(inside, "", "", "").code] == [0, 0]


def test_comments_that_a_newer_export_changes_count_for_the_brake(inside: Shop) -> None:
    assert shopify(inside, *["fraud"] * 120).code == 0
    refused = shopify(inside, *["banned"] * 60, *["fraud"] * 60)
    assert (refused.code, "60 of the 120 active flags" in refused.err) == (3, True), refused.err
    assert asked(inside, "SELECT DISTINCT comment FROM flags") == [("fraud",)]


def test_the_brake_counts_what_the_source_brought_and_not_what_others_did(inside: Shop) -> None:
    assert shopify(inside, "fraud", "fraud", "fraud", *["fraud"] * 4).code == 0
    assert shopify(inside, "", "", "").code == 0  # of seven: customers who are absent keep theirs
    assert shopify(inside, *[""] * 7).code == 3
    inside.file("end.csv", "action,customer_id,flag_type\n" + "".join(f"remove,{number},ALL\n" for number in (3, 4)))
    assert inside.run("apply", "end.csv").code == 0
    assert shopify(inside, *[""] * 7).code == 0  # two were left


MINDBODY = "ID,First Name,Booking Suspended,Suspension Start Date,Suspension End Date\n"


@pytest.mark.parametrize("start", ["2026-02-01", ""])
def test_a_flag_that_the_night_ended_does_not_expire_again(inside: Shop, start: str) -> None:
    inside.file("flagbook.toml", '[business]\ntimezone = "UTC"\n')
    inside.file("mind.csv", f"{MINDBODY}5,Ann,true,{start},2026-06-01\n")
    words = ("migrate", "mind.csv", "--from", "mindbody", "--by", "Ivy", "--json")
    assert inside.run(*words, "--as-of", "2026-06-01").code == 0
    assert inside.run("nightly", "--as-of", "2026-07-01T01:00Z").code == 0
    before = asked(inside, "SELECT action FROM history WHERE entity = 'flags'")
    again = inside.run(*words, "--as-of", "2026-07-02").json()
    assert (again["status"], again["rows"]["unchanged"], again["flags"][0]["over"], again["adds_up"]) == ("nothing-applied", 1, 1, True)
    assert asked(inside, "SELECT action FROM history WHERE entity = 'flags'") == before == [("flagged",), ("expired",)]


def test_where_no_night_has_run_a_migration_ends_what_is_over(inside: Shop) -> None:
    inside.file("mind.csv", f"{MINDBODY}5,Ann,true,,2026-06-01\n")
    for day in ("2026-06-01", "2026-07-02"):
        done = inside.run("migrate", "mind.csv", "--from", "mindbody", "--json", "--as-of", day).json()
    assert (asked(inside, "FROM flags"), done["flags"][0]["ended_by_source"], done["adds_up"]) == ([], 0, True)
    assert asked(inside, "SELECT action, changed_at::DATE::VARCHAR FROM history WHERE entity = 'flags'") == [
        ("flagged", "2026-06-01"),
        ("expired", "2026-06-02"),
    ]


def differences(shop: Shop, name: str, system: str) -> list[tuple[str, str, str]]:
    """Compare a file with the book."""
    checked = shop.run("migrate", name, "--from", system, *AS_OF, "--check")
    found = [(one["customer_id"], one["item"], one["difference"]) for one in checked.json()["differences"]]
    assert checked.code == (4 if found else 0), checked.err
    return found


@pytest.mark.parametrize("word", ["true", "false"])
def test_a_check_leaves_out_a_flag_past_its_last_day_that_nobody_has_ended_yet(inside: Shop, word: str) -> None:
    """It stands in the book until the night; for the file it is over, whether it says so still or not."""
    row = f"{MINDBODY}5,Ann,{{}},,2026-06-01\n"
    inside.file("mind.csv", row.format("true"))
    assert inside.run("migrate", "mind.csv", "--from", "mindbody", *AS_OF).code == 0
    inside.file("mind.csv", row.format(word))
    checked = inside.run("migrate", "mind.csv", "--from", "mindbody", "--as-of", "2026-06-02", "--json", "--check")
    assert (checked.code, checked.json()["differences"], len(asked(inside, "FROM flags"))) == (0, [], 1)


def test_a_check_compares_statuses_and_addresses_and_numbers_in_their_normal_form(inside: Shop) -> None:
    rows = "Customer ID,Customer Name,Email,Phone,Customer Status\n1,Bob B,{},{},Active\n2,Eve E,e@example.com,,{}\n"
    inside.file("d1.csv", rows.format("bob@example.com", "+12025550101", "Active"))
    assert inside.run("migrate", "d1.csv", "--from", "dotimely", *AS_OF).code == 0
    inside.file("d2.csv", rows.format("BOB@Example.com", "+1 202-555-0101", "Deactivated"))
    assert differences(inside, "d2.csv", "dotimely") == [("2", "status", "differs")]
    inside.file("d3.csv", rows.format("bob@example.org", "+1 202-555-0102", ""))
    assert differences(inside, "d3.csv", "dotimely") == [("1", "email", "differs"), ("1", "phone", "differs")]


@pytest.mark.parametrize(("own", "theirs", "stands"), [("2027-01-01", "", None), ("", "2027-01-01", None), ("2027-01-01", "2027-03-01", "2027-03-01")])
def test_a_flag_that_has_the_books_text_and_a_sources_stands_as_long_as_either(inside: Shop, own: str, theirs: str, stands: str | None) -> None:
    inside.file("customers.csv", "customer_id\n5\n")
    inside.file("own.csv", f"action,customer_id,flag_type,comment,expires_on\nadd,5,On Hold,late payer,{own}\n")
    assert inside.run("load", "--customers", "customers.csv", "--as-of", "2026-05-01").code == 0
    assert inside.run("apply", "own.csv", "--as-of", "2026-05-01").code == 0
    inside.file("mind.csv", f"{MINDBODY}5,Ann,true,,{theirs}\n")
    assert inside.run("migrate", "mind.csv", "--from", "mindbody", *AS_OF).code == 0
    assert asked(inside, "SELECT expires_on::VARCHAR FROM flags WHERE comment LIKE 'late payer%'") == [(stands,)]
    assert differences(inside, "mind.csv", "mindbody") == []
    inside.file("end.csv", "action,customer_id,flag_type,expires_on\nedit,5,On Hold,2026-12-01\n")
    assert inside.run("apply", "end.csv", "--as-of", "2026-06-01").code == 0
    assert differences(inside, "mind.csv", "mindbody") == [("5", "On Hold", "with another last day")]


def test_an_event_whose_word_is_not_known_comes_back_and_is_counted(inside: Shop) -> None:
    inside.file("resale.csv", HISTORY + "R1,Al,banished,01/02/2025,rude,A\nR2,Bo,flagged,01/02/2025,rude,A\nR3,Cy,no,,,\n")
    done = inside.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF)
    row = done.json()["history"][0]
    assert (done.code, done.json()["codes"], row["found"], row["rejected"], row["adds_up"]) == (4, {"unknown-action": 1}, 2, 1, True)
    assert asked(inside, "SELECT customer_id FROM customers ORDER BY ALL") == [("R2",), ("R3",)]


def test_dated_flags_of_one_type_come_in_the_order_of_their_dates(inside: Shop) -> None:
    rows = "1,Co,Alert,newer,Pat,20/02/2026\n1,Co,Alert,older,Pat,20/01/2025\n1,Co,Alert,undated,Pat,\n"
    inside.file("layer.csv", "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date\n" + rows)
    assert inside.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).code == 0
    told = asked(inside, "SELECT action, changed_at::DATE::VARCHAR, after ->> 'comment' FROM history WHERE entity = 'flags' ORDER BY event_id")
    older, newer, undated = "2025-01-20", "2026-02-20", "2026-06-01"
    assert told == [("flagged", older, "older"), ("edited", newer, "older\nnewer"), ("edited", undated, "older\nnewer\nundated")]


def test_dates_after_the_day_of_the_run_are_told(inside: Shop) -> None:
    for day, told in (("06/01/2026", False), ("06/01/2062", True)):
        inside.file("resale.csv", f"{HISTORY}R1,Al,flagged,{day},rude,A\n")
        done = inside.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF, "--dry-run").json()
        assert any("1 flag or event dated after" in remark for remark in done["remarks"]) == told


def test_the_history_says_which_events_are_of_a_batch_that_was_undone(inside: Shop) -> None:
    inside.file("resale.csv", f"{HISTORY}R1,Al,flagged,01/02/2025,rude,A\n")
    words = ("migrate", "resale.csv", "--from", "resaleai", *AS_OF)
    assert inside.run(*words).code == 0
    assert "undone by" not in inside.run("history", "R1").out
    assert (inside.run("undo", "1").code, inside.run(*words).code) == (0, 0)
    assert [(one["batch_id"], one["undone_by"]) for one in inside.run("history", "R1", "--json").json()["events"]] == [(1, 2), (2, None), (3, None)]
    assert ("undone by" in inside.run("history", "R1").out, "undone by" in inside.run("show", "R1").out) == (True, True)


OWN = '[customers]\ncustomer_id = "Customer ID"\nphone = "Phone"\n{}\n[[flags]]\ntype = "Warning"\nwhen = "Tags"\n{}\n'


@pytest.mark.parametrize(
    ("above", "columns", "rule", "told"),
    [
        ('several = ["phoen"]', "", "", "The nearest is phone"),
        ('zone_column = ["Zeitzone"]', "", "", "the map reads none"),
        ('plus = "yes"', "", "", "true or false"),
        ("", 'company = "phone"', "", "phone and company are both read from the column Phone"),
        ("", "", 'yes = ["x", "Gesperrt"]\nno = ["gesperrt "]', '"Gesperrt" stands both in yes and in no'),
        ("", "", 'no_end = ["permanent"]', "there is no expires"),
        ("", "", 'ended_yes = ["yes"]', "there is no ended"),
        ("", "", '[[flags]]\ntype = "On Hold"\nevent = "What"\nended = "Lifted"', "event tells that itself"),
        ("", "", '[[flags]]\ntags = "Tags"\nsplit = ""\n[flags.allow]\nvip = "Important"', "split is blank"),
    ],
)
def test_a_mistake_in_a_map_refuses_it(inside: Shop, above: str, columns: str, rule: str, told: str) -> None:
    inside.file("shop.csv", f"{SHOPIFY}1,A,B,,,x\n")
    inside.file("map.toml", f"{above}\n" + OWN.format(columns, rule))
    refused = inside.run("migrate", "shop.csv", "--map", "map.toml", *AS_OF)
    assert (refused.code, told in refused.err) == (3, True), refused.err


def test_a_word_that_a_map_gives_a_meaning_loses_the_usual_one(inside: Shop) -> None:
    inside.file("shop.csv", f"{SHOPIFY}1,A,B,,,x\n2,A,B,,,None\n3,A,B,,,yes\n")
    inside.file("map.toml", OWN.format("", 'no = ["X"]'))
    done = inside.run("migrate", "shop.csv", "--map", "map.toml", "--from", "square", *AS_OF)
    assert (done.code, asked(inside, "SELECT customer_id FROM flags")) == (0, [("3",)])
    assert any("--from square is not looked at" in remark for remark in done.json()["remarks"])


ACUITY = "First Name,Last Name,Phone,Email,Days Since Last Appointment,Notes,Banned\n"
FRESHA = "Appointment reference,Client,Scheduled date,Scheduled time,Duration,Services,Status\n"


def came_back(shop: Shop, name: str) -> str:
    """Return the rows that came back, with their messages."""
    return (shop.folder / f"{name}.rejected.csv").read_text(encoding="utf-8-sig")


def test_a_row_without_anything_that_tells_whose_it_is_says_what_to_fill(inside: Shop) -> None:
    inside.file("clients.csv", f"{ACUITY}A,B,,,12,,yes\n")
    assert inside.run("migrate", "clients.csv", "--from", "acuity", *AS_OF).code == 4
    assert "fill Email or Phone" in came_back(inside, "clients")


def test_of_several_customers_a_row_names_their_number_and_ids(inside: Shop) -> None:
    inside.file("customers.csv", "customer_id,email\nC1,ann@example.com\nC2,ann@example.com\n")
    assert inside.run("load", "--customers", "customers.csv").code == 0
    inside.file("clients.csv", f"{ACUITY}A,B,,ann@example.com,12,,yes\nB,C,,bo@example.com,12,,yes\n")
    assert inside.run("migrate", "clients.csv", "--from", "acuity", *AS_OF).json()["codes"] == {"ambiguous-customer": 1}
    assert "2 customers have it: C1, C2" in came_back(inside, "clients")
    assert "customer_id" not in came_back(inside, "clients")


def test_an_unknown_flag_type_names_the_column_and_the_types(inside: Shop) -> None:
    inside.file("layer.csv", "Customer ID,Customer Name,Flag Type,Flag Comment\n1,Co,Rood,late\n")
    assert inside.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).code == 4
    assert "Flag Type names none of the flag types, which are On Hold, At Risk, Warning, Important, Alert" in came_back(inside, "layer")


def test_a_blank_flag_type_of_a_flag_is_told_as_blank_with_the_types(inside: Shop) -> None:
    inside.file("layer.csv", "Customer ID,Customer Name,Flag Type,Flag Comment\n1,Co,,late\n2,Bo,Rood,late\n3,Cy,,\n")
    done = inside.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).json()
    assert (done["codes"], done["rows"]["rejected"]) == ({"unknown-flag-type": 2}, 2)
    first, second = came_back(inside, "layer").splitlines()[1:]
    assert "Flag Type is blank, and there is a flag: name one of the flag types, which are On Hold, At Risk, Warning, Important, Alert" in first
    assert ("names none" in first, "Flag Type names none of the flag types" in second) == (False, True)


@pytest.mark.parametrize(("start", "told"), [("December 2, 2030 9:00 am", 0), ("sometime", 1)])
def test_of_a_row_whose_time_zone_there_is_not_only_that_is_told(inside: Shop, start: str, told: int) -> None:
    head = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Appointment ID\n"
    inside.file("a.csv", f'{head}"{start}","December 2, 2030 10:00 am",Mars/Base,Fay,F,,fay@example.com,Massage,S,20,1\n')
    done = inside.run("migrate", "a.csv", "--from", "acuity", *AS_OF)
    assert (done.code, done.json()["codes"], asked(inside, "FROM bookings")) == (4, {"bad-date": 1}, [])
    (row,) = came_back(inside, "a").splitlines()[1:]
    assert ("Timezone is not the name of a time zone" in row, row.count("Start Time is not"), "End Time is" in row) == (True, told, False)


def test_appointments_come_with_money_and_names_as_people_write_them_and_not_without_a_time(inside: Shop) -> None:
    inside.file("c.csv", "Client ID,First Name,Last Name,Email,Mobile Number,Telephone,Gender,Date of Birth,City,Note,Blocked,Added\n1,Lou,F,,,,,,,,No,\n")
    inside.file("b.csv", f"{FRESHA}F-1,lou  f,3 Mar 2031,14:30,45,Cut,Confirmed\nF-2,Lou F,4 Mar 2031,,45,Cut,Confirmed\nF-3,Lou F,soon,1:00,45,Cut,\n")
    done = inside.run("migrate", "c.csv", "b.csv", "--from", "fresha", *AS_OF)
    assert (done.code, done.json()["codes"]) == (4, {"bad-date": 1, "missing-start": 1}), done.err
    assert asked(inside, "SELECT booking_id, customer_id FROM bookings") == [("F-1", "1")]
    assert came_back(inside, "b").count("Scheduled date / Scheduled time is ") == 2


@pytest.mark.parametrize(("price", "read"), [("1,029.00", "1029"), ("1.029,5", "1029.5"), ("29.00", "29"), ("1,029", None)])
def test_signs_between_thousands_are_taken_out_where_they_are_plain(inside: Shop, price: str, read: str | None) -> None:
    head = "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Appointment ID\n"
    inside.file("a.csv", f'{head}"December 2, 2030 9:00 am","December 2, 2030 10:00 am",UTC,Fay,F,,fay@example.com,Massage,S,"{price}",900100\n')
    assert inside.run("migrate", "a.csv", "--from", "acuity", *AS_OF).code == (0 if read else 4)
    assert asked(inside, f"SELECT price = {read or 0} FROM bookings") == ([(True,)] if read else [])
    if not read:
        assert "Appointment Price is not a number" in came_back(inside, "a")


def test_an_export_with_a_header_only_says_so(inside: Shop) -> None:
    inside.file("shop.csv", SHOPIFY)
    done = inside.run("migrate", "shop.csv", "--from", "shopify", "--as-of", "2026-06-01")
    assert "the files have a header and no rows" in done.out


EXPLAINED = """date_formats = ["%d.%m.%Y", "%d %b %Y %H:%M"]
[customers]
customer_id = "Nr"
[[flags]]
type_column = "Art"
comment = "Text"
[flags.types]
rot = "On Hold"
[[flags]]
type = "Alert"
when = "Sperre"
no = ["nein", "offen"]
"""


def test_a_map_is_explained_in_words(inside: Shop) -> None:
    inside.file("map.toml", EXPLAINED)
    said = inside.run("migrate", "--explain", "mine", "--map", "map.toml").out
    assert "written like 31.12.2026, 31 Dec 2026 16:05." in said
    assert 'where "Art" or "Text" is filled; no flag: no, n,' in said
    assert "words for a type, besides its name: rot = On Hold" in said
    assert "says nein, offen;" in said


def test_the_account_has_numbers_as_numbers_and_reasons_in_words(inside: Shop) -> None:
    from openpyxl import load_workbook  # noqa: PLC0415  # only this test looks into a workbook

    inside.file("layer.csv", "Customer ID,Customer Name,Flag Type,Flag Comment\n1,Co,Alert,late\n2,Co,Rood,late\n")
    assert inside.run("migrate", "layer.csv", "--from", "thelayer", *AS_OF).code == 4
    book = load_workbook(inside.folder / "layer.reconciliation.xlsx")
    head, row, *_ = book["Flags"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["in book"] == 1
    assert ("came back", "unknown-flag-type: Unknown flag type", 1) in list(book["Summary"].iter_rows(values_only=True))


def test_a_map_with_a_date_format_that_can_be_none_is_refused(inside: Shop) -> None:
    inside.file("shop.csv", f"{SHOPIFY}1,A,B,,,x\n")
    inside.file("map.toml", 'date_formats = ["%Q/%m/%Y"]\n' + OWN.format("", ""))
    refused = inside.run("migrate", "shop.csv", "--map", "map.toml", *AS_OF)
    assert (refused.code, '"%Q/%m/%Y" is no format' in refused.err, "%d, %m" in refused.err) == (3, True, True), refused.err


def lose(patch: pytest.MonkeyPatch, step: tuple[object, str, int], keeps: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Let a step of writing lose some of its rows, the frame that stands at the place `which` of its arguments."""
    module, name, which = step
    write = getattr(module, name)

    def losing(*given: object) -> None:
        changed = list(given)
        part = changed[which]
        changed[which] = replace(part, events=keeps(part.events)) if isinstance(part, ItemChanges) else keeps(part)  # type: ignore[arg-type]
        write(*changed)

    patch.setattr(module, name, losing)


@pytest.mark.parametrize(
    ("step", "keeps", "noticed"),
    [
        ((telling, "write_events", 3), lambda rows: rows.head(1), "require_events"),
        ((telling, "put_items", 3), lambda rows: rows.head(1), "count_book"),
        ((telling, "put_items", 3), lambda rows: rows.with_columns(after_comment=pl.lit("another")), "count_book"),
        ((alerts, "keep_alerts", 1), lambda rows: rows.clear(), "require_events"),
    ],
)
def test_a_migration_of_which_anything_does_not_arrive_writes_nothing(
    inside: Shop, step: tuple[object, str, int], keeps: Callable[[pl.DataFrame], pl.DataFrame], noticed: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        lose(patch, step, keeps)
        done = shopify(inside, "fraud", "chargeback", "")
    assert (done.code, noticed in done.err) == (1, True), done.err
    assert asked(inside, "SELECT count(*) FROM history") == [(0,)]
    assert shopify(inside, "fraud", "chargeback", "").json()["flags"][0]["in_book"] == 1
