"""Sources and staff by turns: a last day of the book's own, columns and customers that a file lacks, texts that staff ended."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked

HEAD = "No,First,Banned,Why,Since,Until,Warn"
BOX = (
    'name = "Alpha"\n[customers]\ncustomer_id = "No"\nfirst_name = "First"\n[[flags]]\ntype = "On Hold"\nwhen = "Banned"\ncomment = "Why"\ntext = "banned"\n'
    'at = "Since"\nexpires = "Until"\n[[flags]]\ntype = "Warning"\ncomment = "Warn"\n'
)
ROWS = 'name = "Beta"\n[customers]\ncustomer_id = "No"\n[[flags]]\ntype_column = "Kind"\ncomment = "Text"\nat = "Since"\nexpires = "Until"\n'
LOG = (
    'name = "Log"\n[customers]\ncustomer_id = "No"\n[[flags]]\ntype = "On Hold"\nevent = "What"\nflagged = "banned"\nunflagged = "lifted"\n'
    'at = "When"\ncomment = "Why"\n'
)
STANDING = "SELECT customer_id, flag_type, comment, expires_on::VARCHAR FROM flags ORDER BY ALL"


def bring(shop: Shop, day: str, *files: str, by: str = BOX) -> int:
    shop.file("m.toml", by)
    ran = shop.run("migrate", *files, "--map", "m.toml", "--as-of", day, "--by", "Mig", "--json")
    assert ran.code in (0, 4), ran.err
    assert ran.json()["adds_up"] is True
    return ran.code


def staff(shop: Shop, day: str, line: str) -> None:
    shop.file("u.csv", f"action,customer_id,flag_type,comment,expires_on\n{line}\n")
    assert shop.run("apply", "u.csv", "--as-of", day, "--by", "Sue", "--again").code == 0


def table(shop: Shop, name: str, *rows: str, head: str = HEAD) -> str:
    shop.file(name, "\n".join([head, *rows, ""]))
    return name


def standing(shop: Shop) -> list[tuple[str, str, str, str | None]]:
    return asked(shop, STANDING)


@pytest.mark.parametrize("line", ["edit,1,On Hold,,2026-06-01", "edit,1,On Hold,,2026-04-01", "edit,1,On Hold,,[clear]"])
def test_the_same_file_leaves_a_last_day_that_staff_moved_though_its_own_is_over(bare: Shop, line: str) -> None:
    name = table(bare, "a.csv", "1,Ann,yes,rude,2026-01-02,2026-03-01,")
    bring(bare, "2026-02-01", name)
    staff(bare, "2026-02-02", line)
    before = asked(bare, "SELECT * FROM flags")
    bring(bare, "2026-04-01", name)
    assert asked(bare, "SELECT * FROM flags") == before
    assert asked(bare, "SELECT count(*) FROM history WHERE entity = 'flags'") == [(2,)]


def test_a_flag_of_staff_of_the_same_text_stays_though_the_source_s_is_over(bare: Shop) -> None:
    name = table(bare, "a.csv", "1,Ann,yes,rude,2026-01-02,2026-03-01,")
    bring(bare, "2026-02-01", name)
    staff(bare, "2026-02-02", "remove,1,On Hold,,\nadd,1,On Hold,rude,")
    bring(bare, "2026-04-01", name)
    assert standing(bare) == [("1", "On Hold", "rude", None)]


def test_a_flag_that_nobody_moved_is_over_as_before(bare: Shop) -> None:
    name = table(bare, "a.csv", "1,Ann,yes,rude,2026-01-02,2026-03-01,")
    bring(bare, "2026-02-01", name)
    bring(bare, "2026-04-01", name)
    assert standing(bare) == []


@pytest.mark.parametrize(("own", "stays"), [("", None), ("2026-06-01", "2026-06-01"), ("2026-02-20", "2026-03-15")])
def test_a_text_that_the_book_has_already_keeps_the_later_of_the_two_days(bare: Shop, own: str, stays: str | None) -> None:
    bring(bare, "2026-01-01", table(bare, "a.csv", "1,Ann,,,,,"))
    staff(bare, "2026-02-13", f"add,1,On Hold,stole,{own}")
    bring(bare, "2026-02-15", table(bare, "a.csv", "1,Ann,yes,stole,,2026-03-15,"))
    assert standing(bare) == [("1", "On Hold", "stole", stays)]


def test_another_system_s_flag_without_an_end_gets_none(bare: Shop) -> None:
    bring(bare, "2026-01-01", table(bare, "b.csv", "1,On Hold,stole,,", head="No,Kind,Text,Since,Until"), by=ROWS)
    bring(bare, "2026-02-15", table(bare, "a.csv", "1,Ann,yes,stole,,2026-03-15,"))
    assert standing(bare) == [("1", "On Hold", "stole", None)]


def test_a_text_said_otherwise_leaves_the_last_day_that_staff_moved(bare: Shop) -> None:
    bring(bare, "2026-02-01", table(bare, "a.csv", "1,Ann,yes,rude,,2026-03-01,"))
    staff(bare, "2026-02-02", "edit,1,On Hold,,2026-06-01")
    bring(bare, "2026-02-03", table(bare, "a.csv", "1,Ann,yes,very rude,,2026-03-01,"))
    assert standing(bare) == [("1", "On Hold", "very rude", "2026-06-01")]
    bring(bare, "2026-02-04", table(bare, "a.csv", "1,Ann,yes,very rude,,2026-03-10,"))
    assert standing(bare) == [("1", "On Hold", "very rude", "2026-03-10")]


def test_of_two_rows_of_one_text_the_one_that_runs_out_tells_nothing(bare: Shop) -> None:
    name = table(bare, "b.csv", "1,Warning,late,,2026-03-01", "1,Warning,late,,2026-05-01", head="No,Kind,Text,Since,Until")
    bring(bare, "2026-02-01", name, by=ROWS)
    before = asked(bare, "SELECT * FROM flags"), asked(bare, "SELECT count(*) FROM history")
    bring(bare, "2026-04-02", name, by=ROWS)
    assert (asked(bare, "SELECT * FROM flags"), asked(bare, "SELECT count(*) FROM history")) == before


def test_a_column_that_is_not_there_says_nothing(bare: Shop) -> None:
    bring(bare, "2026-02-01", table(bare, "a.csv", "1,Ann,yes,knife,,2026-05-01,", "2,Bo,yes,,,,"))
    bring(bare, "2026-02-02", table(bare, "a.csv", "1,Ann,yes,", "2,Bo,yes,", "3,Cy,yes,", head="No,First,Banned,Warn"))
    assert standing(bare) == [("1", "On Hold", "knife", "2026-05-01"), ("2", "On Hold", "banned", None), ("3", "On Hold", "banned", None)]
    checked = bare.run("migrate", "a.csv", "--map", "m.toml", "--check", "--as-of", "2026-02-02", "--json")
    assert (checked.code, checked.json()["differences"]) == (0, [])
    bring(bare, "2026-02-03", table(bare, "a.csv", "1,Ann,no,", head="No,First,Banned,Warn"))
    assert [who for who, *_ in standing(bare)] == ["2", "3"]


def test_of_several_files_one_that_does_not_name_a_customer_ends_nothing(bare: Shop) -> None:
    tags = '[customers]\ncustomer_id = "No"\n[[flags]]\ntype = "Warning"\ncomment = "Warn"\n[[flags]]\ntags = "Tags"\n[flags.allow]\n"Problem" = "Warning"\n'
    warned, tagged = table(bare, "x.csv", "1,Ann,late", "2,Bo,", head="No,First,Warn"), table(bare, "y.csv", "1,Problem", "2,Problem", head="No,Tags")
    bring(bare, "2026-02-01", warned, tagged, by=tags)
    bring(bare, "2026-02-02", warned, table(bare, "y.csv", "3,Problem", head="No,Tags"), by=tags)
    assert [(who, text) for who, _, text, _ in standing(bare)] == [("1", "late\nProblem"), ("2", "Problem"), ("3", "Problem")]
    bring(bare, "2026-02-03", warned, table(bare, "y.csv", "1,", "2,Other", head="No,Tags"), by=tags)
    assert [(who, text) for who, _, text, _ in standing(bare)] == [("1", "late"), ("3", "Problem")]


def test_two_halves_of_one_export_are_whole_each(bare: Shop) -> None:
    bring(bare, "2026-02-01", table(bare, "x.csv", "1,Ann,,,,,late"), table(bare, "y.csv", "2,Bo,,,,,slow"))
    bring(bare, "2026-02-02", table(bare, "x.csv", "1,Ann,,,,,"), table(bare, "y.csv", "2,Bo,,,,,slow"))
    assert [who for who, *_ in standing(bare)] == ["2"]


def test_a_text_that_staff_ended_does_not_come_back_with_a_mended_row(bare: Shop) -> None:
    bring(bare, "2026-01-21", table(bare, "a.csv", "1,Ann,yes,rude,,,"))
    staff(bare, "2026-01-22", "remove,1,On Hold,,")
    assert bring(bare, "2026-01-30", table(bare, "a.csv", "1,Ann,yes,stole,2026-31-31,,")) == 4
    back = (bare.folder / "a.rejected.csv").read_text(encoding="utf-8-sig")
    bare.file("back.csv", back.replace("2026-31-31", ""))
    bring(bare, "2026-01-31", "back.csv")
    assert standing(bare) == [("1", "On Hold", "stole", None)]


def test_a_mended_row_of_one_of_several_files_is_read_by_itself(bare: Shop) -> None:
    banned, warned = table(bare, "x.csv", "1,yes,2026-31-31", head="No,Banned,Since"), table(bare, "y.csv", "1,late", head="No,Warn")
    assert bring(bare, "2026-02-01", banned, warned) == 4
    bare.file("back.csv", (bare.folder / "x.rejected.csv").read_text(encoding="utf-8-sig").replace("2026-31-31", "2026-01-31"))
    assert bring(bare, "2026-02-02", "back.csv") == 0
    assert [kind for _, kind, *_ in standing(bare)] == ["On Hold", "Warning"]


def test_a_lifting_below_a_text_of_staff_is_known_again(bare: Shop) -> None:
    head, first = "No,What,When,Why", "1,banned,2026-01-20,rude"
    bring(bare, "2026-01-21", table(bare, "g.csv", first, head=head), by=LOG)
    staff(bare, "2026-01-22", 'edit,1,On Hold,"rude\nnote",')
    name = table(bare, "g.csv", first, "1,lifted,2026-01-24,late", "1,banned,2026-01-27,stole", "1,lifted,2026-01-28,sorry", head=head)
    bring(bare, "2026-01-30", name, by=LOG)
    told = asked(bare, "SELECT count(*) FROM history")
    checked = bare.run("migrate", name, "--map", "m.toml", "--check", "--as-of", "2026-01-30", "--json")
    assert [one["difference"] for one in checked.json()["differences"]] == ["only in the book"]
    bring(bare, "2026-01-30", name, by=LOG)
    assert asked(bare, "SELECT count(*) FROM history") == told


def test_a_flag_that_stands_since_another_system_says_it_too_is_over_for_the_first(bare: Shop) -> None:
    box, row = table(bare, "a.csv", "1,Ann,yes,stole,,,"), table(bare, "b.csv", "1,On Hold,stole,,2026-03-01", head="No,Kind,Text,Since,Until")
    bring(bare, "2026-02-01", row, by=ROWS)
    bring(bare, "2026-02-02", box)
    assert standing(bare) == [("1", "On Hold", "stole", None)]
    bring(bare, "2026-04-01", row, by=ROWS)
    assert standing(bare) == [("1", "On Hold", "stole", None)]
    bring(bare, "2026-04-02", table(bare, "a.csv", "1,Ann,no,,,,"))
    assert standing(bare) == [("1", "On Hold", "stole", "2026-03-01")]  # which the next night ends
