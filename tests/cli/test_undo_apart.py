"""Undos that leave some of a batch's flags alone: what a source said is forgotten, and called undone, of those that are put back, and of no others."""

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_turns import bring, table

TAGS = (
    'name = "Alpha"\n[customers]\ncustomer_id = "No"\nstatus = "State"\nemail = "Mail"\n[[flags]]\ntype = "Warning"\ncomment = "Warn"\n'
    '[[flags]]\ntags = "Tags"\n[flags.allow]\n"vip" = "Important"\n"risk" = "At Risk"\n'
)
HEAD = "No,Mail,State,Warn,Tags"
FLAGS = "SELECT customer_id, flag_type, comment FROM flags ORDER BY ALL"


def undo(shop: Shop, number: int) -> int:
    return shop.run("undo", str(number), "--as-of", "2026-02-10").code


def rows(shop: Shop, name: str, *lines: str) -> str:
    return table(shop, name, *lines, head=HEAD)


def test_a_flag_that_an_undo_left_alone_is_still_the_source_s(bare: Shop) -> None:
    first, second = rows(bare, "a1.csv", "1,,active,gate code,vip|risk"), rows(bare, "a2.csv", "1,,active,dog,vip")
    bring(bare, "2026-02-01", first, by=TAGS)
    bring(bare, "2026-02-02", second, by=TAGS)
    assert [undo(bare, 1), undo(bare, 2)] == [4, 0]
    assert asked(bare, FLAGS) == [("1", "At Risk", "risk"), ("1", "Warning", "gate code")]
    told = {(one["flag_type"], one["batch_id"]): one["undone_by"] for one in bare.run("history", "1", "--json").json()["events"]}
    assert {told["At Risk", 1], told["Warning", 1], told["Important", 1], told["At Risk", 2], told["Warning", 2]} == {None, 3, 4}
    assert (told["At Risk", 1], told["Important", 1], told["At Risk", 2]) == (None, 3, 4)
    bring(bare, "2026-02-11", second, by=TAGS)
    assert asked(bare, FLAGS) == [("1", "Important", "vip"), ("1", "Warning", "dog")]


def test_a_flag_that_the_undo_of_an_undo_left_alone_is_set_again(bare: Shop) -> None:
    first, second = rows(bare, "a1.csv", "1,f@x.org,active,dog,risk", "2,,active,cat,"), rows(bare, "a2.csv", "1,f@x.org,active,dog,risk")
    bring(bare, "2026-02-01", first, by=TAGS)
    assert undo(bare, 1) == 0
    bring(bare, "2026-02-03", second, by=TAGS)
    assert [undo(bare, 2), undo(bare, 3)] == [4, 0]
    bring(bare, "2026-02-11", first, by=TAGS)
    assert asked(bare, FLAGS) == [("1", "At Risk", "risk"), ("1", "Warning", "dog"), ("2", "Warning", "cat")]


def test_a_status_that_is_put_back_counts_again_where_the_source_says_it_again(bare: Shop) -> None:
    for day, line in enumerate(("4,,active,,", "4,,archived,,", "4,f@x.org,archived,,"), 1):
        bring(bare, f"2026-02-0{day}", rows(bare, "a.csv", line), by=TAGS)
    assert undo(bare, 2) == 4
    assert asked(bare, "SELECT status, source_status FROM customers") == [("active", "active")]
    bring(bare, "2026-02-11", "a.csv", by=TAGS)
    assert asked(bare, "SELECT status, email FROM customers") == [("archived", "f@x.org")]


BETA = TAGS.replace("Alpha", "Beta")


def told(shop: Shop, number: int) -> list[str]:
    """Undo a batch, and return its remarks on flags that later migrations tell of too."""
    ran = shop.run("undo", str(number), "--as-of", "2026-02-10", "--json").json()
    return [remark for remark in ran["remarks"] if "migrated since" in remark]


def test_a_flag_that_another_system_says_too_comes_back_with_its_next_file(bare: Shop) -> None:
    file = rows(bare, "a.csv", "1,,active,gate code,")
    bring(bare, "2026-02-01", file, by=TAGS)
    bring(bare, "2026-02-02", file, by=BETA)
    assert (len(remarks := told(bare, 1)), "(batch 2)" in remarks[0]) == (1, True)
    assert asked(bare, FLAGS) == []
    assert [one["undone_by"] for one in bare.run("history", "1", "--json").json()["events"]] == [3, 3, None]
    bring(bare, "2026-02-11", file, by=BETA)
    assert asked(bare, FLAGS) == [("1", "Warning", "gate code")]


def test_once_that_undo_is_undone_the_other_system_has_said_it_as_before(bare: Shop) -> None:
    file = rows(bare, "a.csv", "1,,active,gate code,")
    bring(bare, "2026-02-01", file, by=TAGS)
    bring(bare, "2026-02-02", file, by=BETA)
    assert (len(told(bare, 1)), told(bare, 3)) == (1, [])
    bare.file("u.csv", "action,customer_id,flag_type\nremove,1,Warning\n")
    assert bare.run("apply", "u.csv", "--as-of", "2026-02-10", "--by", "Sue").code == 0
    bring(bare, "2026-02-11", file, by=BETA)
    assert asked(bare, FLAGS) == []  # staff ended it


def test_a_flag_of_staff_s_that_a_system_says_too_comes_back_after_its_undo(bare: Shop) -> None:
    bring(bare, "2026-02-01", rows(bare, "a0.csv", "1,,active,,"), by=TAGS)
    bare.file("u.csv", "action,customer_id,flag_type,comment\nadd,1,Warning,gate code\n")
    assert bare.run("apply", "u.csv", "--as-of", "2026-02-02", "--by", "Sue").code == 0
    file = rows(bare, "a.csv", "1,,active,gate code,")
    bring(bare, "2026-02-03", file, by=TAGS)
    assert len(told(bare, 2)) == 1
    assert asked(bare, FLAGS) == []
    bring(bare, "2026-02-11", file, by=TAGS)
    assert asked(bare, FLAGS) == [("1", "Warning", "gate code")]


def test_what_staff_ended_and_set_again_stays_ended_once_that_is_undone(bare: Shop) -> None:
    file = rows(bare, "a.csv", "1,,active,gate code,")
    bring(bare, "2026-02-01", file, by=TAGS)
    for day, action in ((2, "remove"), (3, "add")):
        bare.file("u.csv", f"action,customer_id,flag_type,comment\n{action},1,Warning,{'gate code' if action == 'add' else ''}\n")
        assert bare.run("apply", "u.csv", "--as-of", f"2026-02-0{day}", "--by", "Sue").code == 0
    assert told(bare, 3) == []
    bring(bare, "2026-02-11", file, by=TAGS)
    assert asked(bare, FLAGS) == []
