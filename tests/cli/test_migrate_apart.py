"""Files that tell of different flags, or in different ways, and events of one day: what counts is what each file says, of whom it says it."""

from typing import Any

import pytest

from pipeline import parting
from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

LOG = "Customer ID,First Name,Action,Date,Reason,Employee\n"
BOX = "Customer ID,First Name,flag customer?,Flagged Reason,Flagged By,Flagged Date\n"
BOTH = BOX.strip() + ",Action,Date,Reason,Employee\n"
FLAGS = "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL"
EVENTS = (
    "SELECT action, after ->> 'comment', reason, changed_by, strftime(changed_at AT TIME ZONE 'UTC', '%Y-%m-%d') FROM history WHERE entity = 'flags' "
    "AND action <> 'alert' ORDER BY event_id"
)
LOG_MAP = """name = "{}"
[customers]
customer_id = "Id"
[[flags]]
type = "Warning"
event = "What"
flagged = ["on"]
unflagged = ["off"]
at = "Day"
comment = "Why"
by = "Who"
"""


def migrated(shop: Shop, day: str, *words: str) -> dict[str, Any]:
    """Migrate, by Ivy, and return the report."""
    done = shop.run("migrate", *words, "--as-of", f"2026-06-{day}", "--by", "Ivy", "--json")
    assert done.code in (0, 4), done.err
    report: dict[str, Any] = done.json()
    assert report["adds_up"]
    return report


def test_flags_told_by_events_stand_beside_flags_told_by_a_box(bare: Shop) -> None:
    bare.file("m.toml", 'name = "M"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "Warning"\nwhen = "Box"\ncomment = "Why"\n')
    with (bare.folder / "m.toml").open("a") as file:
        file.write('[[flags]]\ntype = "On Hold"\nevent = "What"\nflagged = ["banned"]\nunflagged = ["lifted"]\nat = "Day"\ncomment = "Reason"\n')
    bare.file("l.csv", "Id,Box,Why,What,Day,Reason\n1,Yes,rude,banned,2024-01-05,stole\n2,No,,banned,2024-01-06,hit\n3,No,,lifted,2024-01-07,ok\n")
    migrated(bare, "02", "l.csv", "--map", "m.toml")
    assert asked(bare, FLAGS) == [("1", "On Hold", "stole"), ("1", "Warning", "rude"), ("2", "On Hold", "hit")]
    assert migrated(bare, "03", "l.csv", "--map", "m.toml")["status"] == "nothing-applied"


def test_a_file_of_boxes_says_nothing_of_customers_who_are_only_in_the_log(bare: Shop) -> None:
    bare.file("box.csv", BOX + "A,N,Yes,rude,Dana,01/05/2024\nB,N,No,,,\n")
    bare.file("log.csv", LOG + "X,N,flagged,01/07/2024,late,Eli\nB,N,flagged,01/02/2024,odd,Eli\n")
    migrated(bare, "02", "log.csv", "--from", "resaleai")
    migrated(bare, "03", "box.csv", "log.csv", "--from", "resaleai")
    assert asked(bare, FLAGS) == [("A", "Warning", "rude"), ("X", "Warning", "late")]


def test_an_absent_column_says_nothing_though_another_file_has_it(bare: Shop) -> None:
    bare.file("red.csv", "ID,First Name,Last Name,Red Alert\n1,A,B,rude\n2,C,D,late\n")
    bare.file("yellow.csv", "ID,First Name,Last Name,Yellow Alert\n1,A,B,vip\n2,C,D,old\n")
    bare.file("red1.csv", "ID,First Name,Last Name,Red Alert\n1,A,B,rude\n")
    bare.file("yellow2.csv", "ID,First Name,Last Name,Yellow Alert\n2,C,D,\n")
    migrated(bare, "02", "red.csv", "yellow.csv", "--from", "mindbody")
    migrated(bare, "03", "red1.csv", "yellow2.csv", "--from", "mindbody")
    assert asked(bare, FLAGS) == [("1", "Important", "vip"), ("1", "Warning", "rude"), ("2", "Warning", "late")]


def test_where_a_file_has_its_last_days_first_a_part_boundary_changes_nothing(bare: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "PART", 2)
    bare.file("m.toml", LOG_MAP.format("Log"))
    rows = [f"c{n},{what},2024-03-04,{why},Eli\n" for n in range(6) for what, why in (("off", "ok"), ("on", "rude"))]
    bare.file("l.csv", "Id,What,Day,Why,Who\nz,off,2024-03-07,fine,Eli\nz,on,2024-03-06,rude,Eli\n" + "".join(rows))
    migrated(bare, "02", "l.csv", "--map", "m.toml")
    assert asked(bare, FLAGS) == []


def test_a_flag_that_ended_is_not_made_again_where_another_row_came_back(bare: Shop) -> None:
    bare.file("r1.csv", BOTH + "A,N,Yes,rude,Dana,01/08/2024,flagged,01/08/2024,rude,Dana\n")
    rest = "A,N,No,,,,flagged,01/08/2024,rude,Dana\nA,N,No,,,,un-flagged,01/11/2024,sorry,Eli\n"
    bare.file("r2.csv", BOTH + "A,N,No,,,,flaged,01/05/2024,late,Eli\n" + rest)
    migrated(bare, "02", "r1.csv", "--from", "resaleai")
    migrated(bare, "03", "r2.csv", "--from", "resaleai")
    bare.file("mended.csv", (bare.folder / "r2.rejected.csv").read_text().replace("flaged", "flagged"))
    late = migrated(bare, "04", "mended.csv", "--from", "resaleai")
    assert ([remark for remark in late["remarks"] if "otherwise" in remark], asked(bare, FLAGS)) == ([], [])
    assert asked(bare, EVENTS)[:2] == [
        ("flagged", "rude", "rude", "Dana", "2024-01-08"),
        ("unflagged", None, "sorry", "Eli", "2024-01-11"),
    ]
    assert asked(bare, EVENTS)[2:] == [("flagged", None, "late", "Eli", "2024-01-05")]


def test_a_flag_that_the_source_sets_anew_comes_back_after_it_ended_in_both(bare: Shop) -> None:
    bare.file("a.csv", LOG + "A,N,flagged,06/01/2026,rude,Dana\n")
    bare.file("b.csv", (bare.folder / "a.csv").read_text() + "A,N,un-flagged,06/09/2026,ok,Dana\n")
    bare.file("c.csv", (bare.folder / "b.csv").read_text() + "A,N,flagged,06/11/2026,stole,Dana\n")
    bare.file("s.csv", "action,customer_id,flag_type\nremove,A,Warning\n")
    migrated(bare, "02", "a.csv", "--from", "resaleai")
    assert bare.run("apply", "s.csv", "--as-of", "2026-06-03").code == 0
    migrated(bare, "10", "b.csv", "--from", "resaleai")
    assert migrated(bare, "11", "b.csv", "--from", "resaleai")["status"] == "nothing-applied"
    migrated(bare, "12", "c.csv", "--from", "resaleai")
    assert asked(bare, FLAGS) == [("A", "Warning", "stole")]


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        ("1,on,2024-01-05,rude,Dana", "1,off,2024-01-05,apologised,Eli", []),
        ("1,on,2024-01-05,rude,Dana", "1,on,2024-01-05,late,Eli\n1,on,2024-01-05,rude,Dana", [("1", "Warning", "rude")]),
        ("1,on,2024-01-05,rude,Dana", "1,on,2024-01-05,rude,Dana\n1,on,2024-01-05,late,Eli", [("1", "Warning", "late")]),
    ],
)
def test_an_event_of_the_day_of_a_known_one_is_another_one(bare: Shop, first: str, then: str, stands: list[tuple[str, str, str]]) -> None:
    bare.file("m.toml", LOG_MAP.format("Log"))
    for day, rows in (("02", first), ("03", then)):
        bare.file("l.csv", f"Id,What,Day,Why,Who\n{rows}\n")
        migrated(bare, day, "l.csv", "--map", "m.toml")
    assert migrated(bare, "04", "l.csv", "--map", "m.toml")["status"] == "nothing-applied"
    told = {tuple(row.split(",")[3:]) for row in (*first.splitlines(), *then.splitlines())}
    happened = asked(bare, "SELECT reason, changed_by FROM history WHERE entity = 'flags' AND reason IS NOT NULL")
    assert (sorted(happened), asked(bare, FLAGS)) == (sorted(told), stands)


def test_another_systems_event_of_the_same_day_is_another_one(bare: Shop) -> None:
    bare.file("one.toml", LOG_MAP.format("One"))
    bare.file("two.toml", LOG_MAP.format("Two"))
    bare.file("a.csv", "Id,What,Day,Why,Who\n1,on,2024-01-05,rude,Dana\n")
    bare.file("b.csv", "Id,What,Day,Why,Who\n1,on,2024-01-05,stole,Eli\n1,off,2024-02-05,paid,Eli\n")
    migrated(bare, "02", "a.csv", "--map", "one.toml")
    assert migrated(bare, "03", "b.csv", "--map", "two.toml")["history"][0]["imported"] == 2
    assert asked(bare, FLAGS) == [("1", "Warning", "rude")]


def test_a_flag_that_two_systems_say_stands_until_both_have_dropped_it(bare: Shop) -> None:
    for name in ("Aa", "Cc"):
        bare.file(f"{name}.toml", f'name = "{name}"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "On Hold"\ncomment = "Why"\n')
    bare.file("yes.csv", "Id,Why\n1,owes\n")
    bare.file("no.csv", "Id,Why\n1,\n")
    for day, name, system in (("01", "yes", "Aa"), ("02", "yes", "Cc"), ("03", "no", "Aa")):
        migrated(bare, day, f"{name}.csv", "--map", f"{system}.toml")
    assert asked(bare, FLAGS) == [("1", "On Hold", "owes")]
    assert [migrated(bare, day, f"{name}.csv", "--map", f"{system}.toml")["status"] for day, name, system in (("04", "yes", "Cc"), ("05", "no", "Aa"))] == [
        "nothing-applied"
    ] * 2
    migrated(bare, "06", "no.csv", "--map", "Cc.toml", "--allow-mass-change")
    assert asked(bare, FLAGS) == []


def test_two_people_who_say_the_same_of_one_day_are_both_in_the_history(bare: Shop) -> None:
    bare.file("m.toml", LOG_MAP.format("Log"))
    bare.file("l.csv", "Id,What,Day,Why,Who\n1,on,2024-01-05,rude,Dana\n1,on,2024-01-05,rude,Eli\n1,on,2024-01-05,rude,Eli\n")
    row = migrated(bare, "02", "l.csv", "--map", "m.toml")["history"][0]
    assert (row["found"], row["imported"], row["repeated"]) == (3, 2, 1)
    assert asked(bare, "SELECT changed_by FROM history WHERE entity = 'flags' ORDER BY 1") == [("Dana",), ("Eli",)]


def test_a_flag_without_a_first_day_is_over_once(bare: Shop) -> None:
    bare.file("m.csv", "ID,First Name,Last Name,Booking Suspended,Suspension Start Date,Suspension End Date\n1,A,B,Yes,,02/06/2026\n")
    for day, status in (("01", "applied"), ("10", "applied"), ("11", "nothing-applied"), ("12", "nothing-applied")):
        assert migrated(bare, day, "m.csv", "--from", "mindbody")["status"] == status
    assert [event[0] for event in asked(bare, EVENTS)] == ["flagged", "expired"]


ONE = 'name = "One"\ntimezone = "{}"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "Warning"\ncomment = "Why"\nat = "Since"\nexpires = "Until"\n'


@pytest.mark.parametrize(("zone", "day"), [("Africa/Cairo", "2026-04-24"), ("America/Santiago", "2025-09-07"), ("Europe/Berlin", "2025-10-26")])
def test_a_day_whose_midnight_is_skipped_or_that_is_longer_is_a_day(bare: Shop, zone: str, day: str) -> None:
    bare.file("flagbook.toml", f'[business]\ntimezone = "{zone}"\n')
    bare.file("m.toml", ONE.format(zone))
    bare.file("a.csv", f"Id,Why,Since,Until\n1,rude,2025-04-01,{day}\n2,late,{day},\n3,other,,{day}\n")
    migrated(bare, "02", "a.csv", "--map", "m.toml")
    assert migrated(bare, "03", "a.csv", "--map", "m.toml")["status"] == "nothing-applied"
    assert asked(bare, FLAGS) == [("2", "Warning", "late")]
    at = f"CAST(timezone('{zone}', changed_at) AS DATE)"
    ended = asked(bare, f"SELECT customer_id, CAST({at} - DATE '{day}' AS INT) FROM history WHERE entity = 'flags' AND action = 'expired' ORDER BY 1")
    assert ended == [("1", 1), ("3", 1)]


def test_the_order_of_flags_without_days_is_no_difference(bare: Shop) -> None:
    for name, order in (("x.csv", "ab"), ("y.csv", "ba")):
        bare.file(name, "Customer ID,Customer Name,Flag Type,Flag Comment\n" + "".join(f"1,N,Alert,{text}\n" for text in order))
    migrated(bare, "01", "x.csv", "--from", "thelayer")
    assert migrated(bare, "02", "y.csv", "--from", "thelayer")["status"] == "nothing-applied"
    assert bare.run("migrate", "y.csv", "--from", "thelayer", "--check", "--as-of", "2026-06-03").code == 0


def test_what_was_said_of_a_type_that_is_written_otherwise_now_is_remembered_once(bare: Shop) -> None:
    for name in ("Aa", "Cc"):
        bare.file(f"{name}.toml", f'name = "{name}"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "warning"\ncomment = "Why"\n')
    bare.file("yes.csv", "Id,Why\n1,owes\n")
    bare.file("more.csv", "Id,Why\n1,owes more\n")
    bare.file("no.csv", "Id,Why\n1,\n")
    bare.file("s.csv", "action,customer_id,flag_type\nremove,1,warning\n")
    kind = 'types = [{{name = "On Hold", colour = "red"}}, {{name = "{}", colour = "red"}}]\n'
    bare.file("flagbook.toml", "[flags]\n" + kind.format("Warning"))
    for system in ("Aa", "Cc"):
        migrated(bare, "01", "yes.csv", "--map", f"{system}.toml")
    assert bare.run("apply", "s.csv", "--as-of", "2026-06-02").code == 0
    (bare.folder / "flagbook.toml").write_text("[flags]\n" + kind.format("WARNING"))
    migrated(bare, "03", "more.csv", "--map", "Aa.toml")
    assert migrated(bare, "04", "more.csv", "--map", "Aa.toml")["status"] == "nothing-applied"
    migrated(bare, "05", "more.csv", "--map", "Cc.toml")
    assert asked(bare, FLAGS) == [("1", "WARNING", "owes more")]
    for day, system in (("06", "Aa"), ("07", "Cc")):
        migrated(bare, day, "no.csv", "--map", f"{system}.toml", "--allow-mass-change")
    assert asked(bare, FLAGS) == []


@pytest.mark.parametrize("written", ["Große Warnung", "GROSSE WARNUNG", "\uff27roße Warnung"])
def test_a_type_with_letters_of_its_own_is_compared_as_it_is_migrated(bare: Shop, written: str) -> None:
    bare.file("flagbook.toml", '[[flags.types]]\nname = "Große Warnung"\ncolour = "red"\n')
    bare.file("m.toml", f'name = "One"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "{written}"\ncomment = "Why"\n')
    bare.file("a.csv", "Id,Why\n1,rude\n")
    migrated(bare, "02", "a.csv", "--map", "m.toml")
    assert bare.run("migrate", "a.csv", "--map", "m.toml", "--check", "--as-of", "2026-06-03").code == 0


def test_the_sum_is_right_where_flags_stand_of_a_type_that_is_written_otherwise_now(bare: Shop) -> None:
    bare.file("m.toml", 'name = "M"\n[customers]\ncustomer_id = "Id"\n[[flags]]\ntype = "warning"\ncomment = "Why"\n')
    kind = 'types = [{{name = "On Hold", colour = "red"}}, {{name = "{}", colour = "red"}}]\n'
    bare.file("flagbook.toml", "[flags]\n" + kind.format("Warning"))
    bare.file("first.csv", "Id,Why\n1,owes\n2,rude\n3,late\n")
    migrated(bare, "01", "first.csv", "--map", "m.toml")
    (bare.folder / "flagbook.toml").write_text("[flags]\n" + kind.format("WARNING"))
    bare.file("then.csv", "Id,Why\n1,owes more\n2,\n3,late\n4,new\n")
    done = migrated(bare, "02", "then.csv", "--map", "m.toml", "--allow-mass-change")
    assert [(row["flag_type"], row["found"], row["imported"], row["changed"], row["unchanged"], row["in_book"]) for row in done["flags"]] == [
        ("WARNING", 3, 1, 1, 1, 3)
    ]
    assert migrated(bare, "03", "then.csv", "--map", "m.toml")["status"] == "nothing-applied"
    assert bare.run("migrate", "then.csv", "--map", "m.toml", "--check", "--as-of", "2026-06-04").code == 0


SUSPENDED = "ID,First Name,Booking Suspended,Suspension Start Date,Suspension End Date\n"
SAID = "entity = 'flags' AND action NOT IN ('alert', 'edited')"
DAYS = f"SELECT action, strftime(changed_at AT TIME ZONE 'UTC', '%m-%d') FROM history WHERE {SAID} ORDER BY event_id"


@pytest.mark.parametrize(
    ("first", "then", "day", "events"),
    [
        ("01/06/2026,31/12/2026", "01/03/2026,31/03/2026", "20", [("flagged", "06-01"), ("flagged", "03-01"), ("expired", "04-01"), ("unflagged", "06-20")]),
        ("02/06/2026,16/06/2026", "06/06/2026,18/06/2026", "20", [("flagged", "06-02"), ("expired", "06-19")]),
    ],
)
def test_a_suspension_whose_days_are_said_otherwise_is_told_once(bare: Shop, first: str, then: str, day: str, events: list[tuple[str, str]]) -> None:
    bare.file("a.csv", f"{SUSPENDED}1,Pam,true,{first}\n")
    bare.file("b.csv", f"{SUSPENDED}1,Pam,true,{then}\n")
    migrated(bare, "15", "a.csv", "--from", "mindbody")
    migrated(bare, day, "b.csv", "--from", "mindbody", "--allow-mass-change")
    assert (asked(bare, FLAGS), asked(bare, DAYS)) == ([], events)
    assert migrated(bare, "21", "b.csv", "--from", "mindbody")["status"] == "nothing-applied"
    assert asked(bare, DAYS) == events
