"""The equations of a migration's account: whatever of it is missing or too much, the sum is not right."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from pipeline.accounting import flag_rows, history_rows
from pipeline.context import Context
from pipeline.settings import Business, Settings

# Ten flags in the files: one comes back, one is over, one is told twice, one joins another; six stand, of which one ended in the book, and one is others'.
RIGHT = {"found": 9, "rejected": 1, "over": 1, "repeated": 1, "merged": 1, "imported": 3, "changed": 2, "unchanged": 1}
RIGHT_BOOK = {"in_book": 6, "ended_in_book": 1, "only_in_book": 1}
EVENTS = {"events_found": 7, "events_rejected": 1, "events_kept": 6, "events_imported": 4}


def adds_up(counts: dict[str, int], kind: str = "flags") -> bool:
    """Return what the account of one type says."""
    context = Context(None, Settings(Business("UTC", "GB")), datetime(2026, 6, 1, tzinfo=UTC), None)  # type: ignore[arg-type]  # the book is not asked
    (row,) = (flag_rows if kind == "flags" else history_rows)(Counter({("Alert", what): n for what, n in counts.items()}), context)
    return bool(row["adds_up"])


def test_the_account_is_right_where_nothing_is_missing() -> None:
    assert adds_up(RIGHT | RIGHT_BOOK)
    assert adds_up(EVENTS, "events")


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("what", [*RIGHT, *RIGHT_BOOK])
def test_one_flag_too_few_or_too_many_makes_it_wrong(what: str, by: int) -> None:
    counts = RIGHT | RIGHT_BOOK
    assert adds_up(counts | {what: counts[what] + by}) == (what == "rejected")  # such a flag is found and rejected in one count


@pytest.mark.parametrize("more", [{"events_kept": 8}, {"events_imported": 7}])
def test_more_events_of_a_kind_than_there_are_make_it_wrong(more: dict[str, int]) -> None:
    assert not adds_up(EVENTS | more, "events")
