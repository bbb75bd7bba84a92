"""Drafts of maps for columns whose cells list several tags, by their shape: whatever they are called, and whatever stands between the tags."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_ask import sheet
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, drafted, flags, migrated, rules

TAKEN_AWAY = "skip = true  # nothing is made of this rule as long as this line stands here\n"


def offered(shop: Shop, cells: tuple[str, ...], rest: str = "") -> str:
    """Return the draft for a column whose header nobody knows; check that nothing is made of it as long as nobody says so."""
    draft = sheet(shop, "Ettikk", *(f'"{cell}"' for cell in cells), rest=rest)
    assert not rules(draft), draft
    return draft


def test_pieces_that_stand_again_are_tags_whatever_their_header(bare: Shop) -> None:
    draft = offered(bare, ("Banned", "Slow hound; Unknown bill", "Slow hound", "Banned; Slow hound", "Unknown bill"))
    (rule,) = rules(draft, skipped=True)
    assert (rule["tags"], rule["allow"]) == (["Ettikk"], {"Banned": ON_HOLD})
    assert "and the line skip away" in draft
    assert '# "Slow hound" = "Alert"\n# "Unknown bill" = "Alert"' in draft
    draft = draft.replace(TAKEN_AWAY, "").replace('# "Slow hound" = "Alert"', '"Slow hound" = "Warning"')
    assert (migrated(bare, "s.csv", draft), flags(bare)) == (
        0,
        [
            ("K0", ON_HOLD, "Banned"),
            ("K1", "Warning", "Slow hound"),
            ("K2", "Warning", "Slow hound"),
            ("K3", ON_HOLD, "Banned"),
            ("K3", "Warning", "Slow hound"),
        ],
    )


def test_one_status_word_of_several_is_a_tag(bare: Shop) -> None:
    draft = offered(bare, ("unpaying, retail", "barred", "barred, child", "retail", "child", "unpaying", "retail", "barred"))
    (rule,) = rules(draft, skipped=True)
    assert (rule["tags"], rule["allow"]) == (["Ettikk"], {"barred": ON_HOLD})
    assert (migrated(bare, "s.csv", draft.replace(TAKEN_AWAY, "")), [who for who, _, _ in flags(bare)]) == (0, ["K1", "K2", "K7"])


def test_who_and_when_beside_such_tags_go_with_them(bare: Shop) -> None:
    first = ("Bites hands; Slow hound,Tove,2026-05-09", "Slow hound,Siv,2026-02-22", "Bites hands,Tove,2026-01-21", "Slow hound; Bites hands,Siv,2026-03-15")
    draft = sheet(bare, "Ettikk,Ettikk av,Ettikk den", *first, rest=",,")
    (rule,) = rules(draft, skipped=True)
    assert (rule["tags"], rule["by"], rule["at"], rule["allow"]) == (["Ettikk"], ["Ettikk av"], ["Ettikk den"], {})
    draft = draft.replace(TAKEN_AWAY, "").replace('# "Bites hands"', '"Bites hands"')
    assert migrated(bare, "s.csv", draft) == 0
    told = asked(bare, "SELECT customer_id, flag_type, comment, flagged_by, flagged_at::DATE::VARCHAR FROM flags ORDER BY ALL")
    assert told == [
        ("K0", "Alert", "Bites hands", "Tove", "2026-05-09"),
        ("K2", "Alert", "Bites hands", "Tove", "2026-01-21"),
        ("K3", "Alert", "Bites hands", "Siv", "2026-03-15"),
    ]


@pytest.mark.parametrize(
    ("split", "cells"),
    [
        (" ", ("#banned #late", "#late", "#banned", "#late #vip")),
        (",;|、", ("出入禁止、学生", "学生", "出入禁止", "学生、常連")),
        (",;|\uff0c", ("黑名单\uff0c散客", "散客", "黑名单", "散客\uff0c团体")),
    ],
)
def test_what_stands_between_tags_is_told(split: str, cells: tuple[str, ...], bare: Shop) -> None:
    draft = sheet(bare, "Tags", *cells, rest="")
    (rule,) = rules(draft)
    assert rule["split"] == split
    assert migrated(bare, "s.csv", draft) == 0
    assert [who for who, kind, _ in flags(bare) if kind == ON_HOLD] == ["K0", "K2"]


def test_the_usual_marks_between_tags_need_no_line(bare: Shop) -> None:
    assert "split" not in sheet(bare, "Tags", "Banned; Late", "Late", "#banned; #late", rest="")


@pytest.mark.parametrize(
    "cells",
    [
        ("came late, was loud and left", "pays in cash, mostly", "asks for Ann, or Bo", "has two dogs"),  # texts
        ("Hill, Ann", "Moss, Bo", "Dale, Cy", "Reed, Di"),  # names
    ],
)
def test_texts_with_commas_are_no_tags(cells: tuple[str, ...], bare: Shop) -> None:
    draft = sheet(bare, "Remarks", *(f'"{cell}"' for cell in cells), rest="")
    assert not [rule for rule in rules(draft) + rules(draft, skipped=True) if "tags" in rule]


def test_a_status_that_is_sure_stays_one(bare: Shop) -> None:
    bare.file("s.csv", "Id,Name,Status\n" + "".join(f'K{n},Ann {n}B,"{said}"\n' for n, said in enumerate(["Blocked", "Active", "Active", "Blocked"])))
    assert [one["when"] for one in rules(drafted(bare, "s.csv"))] == [["Status"]]
