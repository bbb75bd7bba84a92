"""Drafts of maps: marks of one letter, first days that are none, and columns that tell who and since when of a flag that is only offered."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate_drafts import drafted, flags, migrated, rules


def write(shop: Shop, header: str, rows: list[str]) -> None:
    shop.file("list.csv", "\n".join([f"Id,Name,{header}", *(f"{number},Fay Hill,{row}" for number, row in enumerate(rows, start=1)), ""]))


@pytest.mark.parametrize("letter", ["L", "b"])
def test_a_letter_that_stands_alone_in_a_column_is_a_mark(bare: Shop, letter: str) -> None:
    write(bare, "Late payer", ["", letter, "", "", letter, ""])
    draft = drafted(bare, "list.csv")
    assert f"# CHECK: does {letter} mean that there is a flag, and a blank that there is none?" in draft
    assert (migrated(bare, "list.csv", draft), flags(bare)) == (0, [("2", "At Risk", "Late payer"), ("5", "At Risk", "Late payer")])


def test_a_reason_that_is_called_after_one_mark_is_not_offered_to_another(bare: Shop) -> None:
    write(bare, "Late payer,Why B/L,B/L", [",,", "L,,", ",Stole,X", ",,", "L,Rude,X", ",,"])
    draft = drafted(bare, "list.csv")
    assert '# comment = ["Why B/L"]' not in draft
    assert [(one["when"], one.get("comment")) for one in rules(draft, skipped=True)] == [(["B/L"], ["Why B/L"])]
