"""Several systems that tell of the same flags, and the same file again: lines between others', joint last days, what is over, another zone."""

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_turns import bring, standing

HEAD = "No,Kind,Text,Who,Since,Until"
MAP = 'name = "{}"\n[customers]\ncustomer_id = "No"\n[[flags]]\ntype_column = "Kind"\ncomment = "Text"\nby = "Who"\nat = "Since"\nexpires = "Until"\n'
LOG = (
    'name = "Log"\n[customers]\ncustomer_id = "No"\n[[flags]]\ntype = "Warning"\nevent = "Action"\nflagged = "on"\nunflagged = "off"\nat = "Date"\n'
    'comment = "Reason"\nby = "Who"\n[[flags]]\ntype = "Warning"\nwhen = "Flagged"\ncomment = "Why"\n'
)
EVENTS = "SELECT action, changed_at::DATE::VARCHAR, reason, after ->> 'comment' FROM history WHERE entity = 'flags' ORDER BY event_id"


def says(shop: Shop, day: str, system: str, *rows: str) -> None:
    """Migrate a file of a system with one customer, whose rows are text, last day and, if given, person and first day; none: no flag."""
    lines = [f"1,Warning,{row.split('|')[0]},{','.join([*row.split('|')[2:], '', ''][:2])},{row.split('|')[1]}" for row in rows] or ["1,,,,,"]
    shop.file("f.csv", "\n".join([HEAD, *lines, ""]))
    bring(shop, day, "f.csv", by=MAP.format(system))


def check(shop: Shop, day: str) -> int:
    return shop.run("migrate", "f.csv", "--map", "m.toml", "--check", "--as-of", day).code


def text(shop: Shop) -> list[tuple[str, str | None]]:
    return [(comment, until) for _, _, comment, until in standing(shop)]


def test_a_line_between_those_of_other_systems_is_taken_out(bare: Shop) -> None:
    for day, (system, word) in enumerate((("A", "aa"), ("B", "bb"), ("C", "cc"), ("B", "bb2")), 1):
        says(bare, f"2026-06-0{day}", system, f"{word}|")
    assert text(bare) == [("aa\ncc\nbb2", None)]
    for day, system in enumerate("ABC", 5):
        says(bare, f"2026-06-0{day}", system)
    assert text(bare) == []


def test_a_line_that_a_system_takes_back_goes_though_another_system_says_one_of_its_lines(bare: Shop) -> None:
    says(bare, "2026-06-01", "B", "p|")
    says(bare, "2026-06-02", "A", "q|")
    says(bare, "2026-06-03", "B", "p|", "b1|")
    says(bare, "2026-06-04", "A", "p|")
    says(bare, "2026-06-05", "B", "p|")
    assert (text(bare), check(bare, "2026-06-05")) == ([("p", None)], 0)
    says(bare, "2026-06-06", "B")
    assert text(bare) == [("p", None)]  # the other system's


def test_a_text_of_staff_s_between_two_systems_stays_alone(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "aa|")
    bare.file("u.csv", 'action,customer_id,flag_type,comment\nedit,1,Warning,"aa\nstaff"\n')
    assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue").code == 0
    says(bare, "2026-06-03", "B", "bb|")
    says(bare, "2026-06-04", "A")
    says(bare, "2026-06-05", "B")
    assert text(bare) == [("staff", None)]


def test_a_text_that_another_system_says_without_an_end_has_none_whatever_one_of_them_says(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "p|")
    says(bare, "2026-06-02", "B", "p|2026-07-20")
    says(bare, "2026-06-03", "B", "p|2026-09-01")
    assert text(bare) == [("p", None)]
    says(bare, "2026-06-04", "A", "p|2026-08-01")
    assert text(bare) == [("p", "2026-09-01")]


def test_where_one_of_two_systems_drops_its_own_text_the_last_day_is_the_other_s(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "p|2026-07-20")
    says(bare, "2026-06-02", "B", "q|")
    assert text(bare) == [("p\nq", None)]
    says(bare, "2026-06-03", "B")
    assert text(bare) == [("p", "2026-07-20")]


def test_a_last_day_that_staff_moved_stays_where_one_of_two_systems_drops_its_text(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "p|2026-07-20")
    says(bare, "2026-06-02", "B", "q|2026-07-30")
    bare.file("u.csv", "action,customer_id,flag_type,expires_on\nedit,1,Warning,2026-12-24\n")
    assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue").code == 0
    says(bare, "2026-06-03", "B")
    assert text(bare) == [("p", "2026-12-24")]


def test_what_a_night_ended_beside_a_flag_that_stands_is_not_told_again(bare: Shop) -> None:
    says(bare, "2026-05-30", "A", "q|2026-06-02|Dana|2026-05-29")
    assert bare.run("nightly", "--as-of", "2026-06-04").code == 0
    for _ in range(2):
        says(bare, "2026-06-04", "A", "q|2026-06-02|Dana|2026-05-29", "s||Eli|2026-05-28")
        told = asked(bare, EVENTS)
        assert [(action, after) for action, _, _, after in told] == [("flagged", "q"), ("expired", None), ("flagged", "s")]
    says(bare, "2026-06-05", "A", "r|2026-06-01|Dana|2026-05-20", "s||Eli|2026-05-28")  # a further one that is over
    assert [(action, reason) for action, _, reason, _ in asked(bare, EVENTS)][3:] == [("flagged", "r"), ("expired", "r")]
    assert text(bare) == [("s", None)]


def test_an_event_that_leaves_fewer_lines_is_known_as_what_it_was(bare: Shop) -> None:
    head = "No,Action,Date,Reason,Who,Flagged,Why\n"
    bare.file("f.csv", f"{head}1,,,,,yes,late\n1,,,,,yes,rude\n")
    bring(bare, "2026-06-01", "f.csv", by=LOG)
    bare.file("f.csv", f"{head}1,on,2026-03-06,rude,Dana,yes,rude\n")
    bring(bare, "2026-06-02", "f.csv", by=LOG)
    told = asked(bare, EVENTS)
    bring(bare, "2026-06-03", "f.csv", by=LOG)
    assert (asked(bare, EVENTS), check(bare, "2026-06-03")) == (told, 0)


def test_another_business_zone_tells_no_event_again_and_a_day_on_it_is_another(bare: Shop) -> None:
    head = "No,Action,Date,Reason,Who,Flagged,Why\n"
    rows = "1,on,2026-03-06,rude,Dana,,\n1,off,2026-03-09,sorry,Dana,,\n1,on,2026-04-01,rude,Dana,yes,rude\n"
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        bare.file("flagbook.toml", f'[business]\ntimezone = "{zone}"\n')
        bare.file("f.csv", head + rows)
        bring(bare, "2026-06-01", "f.csv", by=LOG)
        assert len(asked(bare, EVENTS)) == 3, zone
    bare.file("f.csv", f"{head}{rows}1,off,2026-05-09,sorry,Dana,,\n1,on,2026-05-10,rude,Dana,yes,rude\n")
    bring(bare, "2026-06-02", "f.csv", by=LOG)
    assert len(asked(bare, EVENTS)) == 5


def test_a_type_that_the_settings_write_in_other_letters_holds_and_can_be_edited(bare: Shop) -> None:
    bare.file("f.csv", f"{HEAD}\n1,On Hold,h,,,\n")
    bring(bare, "2026-06-01", "f.csv", by=MAP.format("A"))
    bare.file("b.csv", "booking_id,customer_id,starts_at,status\nB1,1,2026-07-01 10:00,booked\n")
    assert bare.run("load", "--bookings", "b.csv", "--as-of", "2026-06-01", "--json").json()["held"] == 1
    bare.file("flagbook.toml", '[flags]\ntypes = [{name = "ON HOLD", holds = true}, {name = "Warning"}]\n')
    assert bare.run("load", "--bookings", "b.csv", "--as-of", "2026-06-02", "--json").json()["held"] == 1
    assert bare.run("template", "t.xlsx", "--with-current").code == 0
    rows = bare.run("apply", "t.xlsx", "--as-of", "2026-06-03", "--by", "Sue", "--json").json()["rows"]
    assert (rows["unchanged"], rows["ignored"]) == (1, 0)


def test_an_id_that_is_another_person_s_now_is_told(bare: Shop) -> None:
    people = 'name = "{}"\n[customers]\ncustomer_id = "No"\nlast_name = "Name"\nemail = "Mail"\n[[flags]]\ntype = "Warning"\ncomment = "Warn"\n'
    told = []
    for system, row in (("A", "1,Lee,a@x.org,late"), ("A", "1,Lee,b@x.org,late"), ("A", "1,May,b@x.org,late"), ("B", "1,Zorn,z@x.org,rude")):
        bare.file("f.csv", f"No,Name,Mail,Warn\n{row}\n")
        bare.file("m.toml", people.format(system))
        remarks = bare.run("migrate", "f.csv", "--map", "m.toml", "--as-of", "2026-06-01", "--by", "Mig", "--json").json()["remarks"]
        told.append([remark for remark in remarks if "under the same id: 1;" in remark])
    assert list(map(len, told)) == [0, 0, 0, 1]


def test_an_undo_of_a_line_that_another_system_says_too_brings_it_back_with_its_next_file(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "p|")
    says(bare, "2026-06-02", "A", "p|", "s|")
    says(bare, "2026-06-03", "B", "s|")
    told = bare.run("undo", "2", "--as-of", "2026-06-04", "--json").json()["remarks"]
    assert any("files migrated since then (batch 3)" in remark for remark in told)
    assert text(bare) == [("p", None)]
    says(bare, "2026-06-05", "B", "s|")
    assert text(bare) == [("p\ns", None)]


def test_a_last_day_that_staff_moved_stays_where_another_system_speaks(bare: Shop) -> None:
    for until, day in (("2026-12-31", "2026-12-31"), ("[clear]", None)):
        says(bare, "2026-06-01", "A", "p|2026-07-20")
        bare.file("u.csv", f"action,customer_id,flag_type,expires_on\nedit,1,Warning,{until}\n")
        assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue", "--again").code == 0
        says(bare, "2026-06-03", "B", "q|2026-06-20")
        assert text(bare) == [("p\nq", day)]
        says(bare, "2026-06-04", "B")
        assert text(bare) == [("p", day)]


def test_the_same_a_day_later_is_another_event_also_where_older_rows_dropped_out(bare: Shop) -> None:
    head = "No,Action,Date,Reason,Who,Flagged,Why\n"
    for rows in ("1,on,2026-05-10 20:00,no show,Dana,,\n1,off,2026-05-10 21:00,paid,Dana,,\n", "1,on,2026-05-11 08:00,no show,Dana,yes,no show\n"):
        bare.file("f.csv", head + rows)
        bring(bare, "2026-06-01", "f.csv", by=LOG)
    assert [action for action, *_ in asked(bare, EVENTS)] == ["flagged", "unflagged", "flagged"]
    assert check(bare, "2026-06-01") == 0


def test_events_without_a_person_and_several_of_a_day_are_known_in_another_zone(bare: Shop) -> None:
    head = "No,Action,Date,Reason,Who,Flagged,Why\n"
    hours = (("on", 8, "late"), ("off", 9, "paid"), ("on", 12, "late"), ("off", 13, "paid"), ("on", 17, "late"))
    rows = "".join(f"1,{what},2026-05-10 {hour:02}:00,{why},,yes,late\n" for what, hour, why in hours)
    for zone in ("Europe/Berlin", "Europe/London", "Asia/Tokyo"):
        bare.file("flagbook.toml", f'[business]\ntimezone = "{zone}"\n')
        bare.file("f.csv", head + rows)
        bring(bare, "2026-06-01", "f.csv", by=LOG)
        assert (len(asked(bare, EVENTS)), check(bare, "2026-06-01")) == (5, 0), zone


def test_a_flag_of_which_only_blank_lines_are_left_is_ended(bare: Shop) -> None:
    says(bare, "2026-06-01", "A", "a1|", "a2|")
    bare.file("u.csv", 'action,customer_id,flag_type,comment\nedit,1,Warning,"a1\n\n\na2"\n')
    assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue").code == 0
    says(bare, "2026-06-03", "A")
    assert text(bare) == []


def test_a_night_and_an_upload_compose_alerts_alike_where_a_type_is_written_in_other_letters(bare: Shop) -> None:
    bare.file("f.csv", f"{HEAD}\n1,Warning,w,,,\n1,Alert,al,,,\n")
    bring(bare, "2026-06-01", "f.csv", by=MAP.format("A"))
    bare.file("flagbook.toml", '[flags]\ntypes = [{name = "WARNING"}, {name = "Alert"}]\n')
    assert bare.run("nightly", "--as-of", "2026-06-02").code == 0
    assert asked(bare, "SELECT alert_message FROM customers") == [("w | al",)]


def test_a_flag_that_is_over_leaves_staff_s_alone_and_carries_no_later_change(bare: Shop) -> None:
    says(bare, "2026-06-01", "A")
    bare.file("u.csv", "action,customer_id,flag_type,comment\nadd,1,Warning,s\n")
    assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue").code == 0
    over = "x|2026-05-10|Dana|2026-05-01"
    says(bare, "2026-06-03", "A", over)
    assert [(action, reason, after) for action, _, reason, after in asked(bare, EVENTS)][1:] == [("flagged", "x", "s"), ("expired", "x", "s")]
    says(bare, "2026-06-04", "A", over, "k||Kim|")
    says(bare, "2026-06-05", "A", over)
    assert asked(bare, EVENTS)[-1] == ("edited", "2026-06-05", "no longer flagged in A", "s")
    assert asked(bare, "SELECT flagged_by, updated_by FROM flags") == [("Sue", "Mig")]


def test_a_text_of_staff_s_that_a_system_says_beside_one_that_is_over_stays_staff_s(bare: Shop) -> None:
    says(bare, "2026-06-01", "A")
    bare.file("u.csv", 'action,customer_id,flag_type,comment\nadd,1,Warning,"s\nt"\n')
    assert bare.run("apply", "u.csv", "--as-of", "2026-06-02", "--by", "Sue").code == 0
    says(bare, "2026-06-03", "A", "x|2026-05-10|Dana|", "s||Eli|2026-06-03")
    assert text(bare) == [("s\nt", None)]
    assert asked(bare, "SELECT flagged_by, updated_by FROM flags") == [("Sue", None)]


def test_a_zone_by_which_nothing_was_migrated_moves_no_event(bare: Shop) -> None:
    head = "No,Action,Date,Reason,Who,Flagged,Why\n"
    bare.file("flagbook.toml", '[business]\ntimezone = "Europe/Berlin"\n')  # a new book is in UTC until its first batch
    for hour in (10, 8):  # 8 o'clock in UTC is 10 o'clock in Berlin
        bare.file("f.csv", f"{head}1,on,2026-05-10 {hour:02}:00,late,Dana,yes,late\n")
        bring(bare, "2026-06-01", "f.csv", by=LOG)
    assert len(asked(bare, EVENTS)) == 2
