"""Columns of times in which most are written alike and a few are not: each is read as if it stood alone."""

from datetime import UTC, datetime

import polars as pl
import pytest

from pipeline.intake.dates import read_times

PLAIN = "2026-05-05T10:00"
# text → its time in UTC where the business is in Berlin; None where it is none, and whether it is bad, or can be read in two ways
ODD = {
    " 2026-01-01 09:00 ": (datetime(2026, 1, 1, 8, tzinfo=UTC), False, False),
    "2026-01-01T09:00Z": (datetime(2026, 1, 1, 9, tzinfo=UTC), False, False),
    "2026-03-29T02:30": (None, True, False),  # an hour that the change of clocks skips
    "2026-10-25T02:30": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False, False),  # one that it repeats
    "31/31/2026": (None, True, False),
    "1/2/2026": (None, False, True),
    "soon": (None, True, False),
    " ": (None, False, False),
    "0001-01-01": (None, True, False),
}


@pytest.mark.parametrize("order", [1, -1])
def test_each_is_read_as_if_it_stood_alone(order: int) -> None:
    texts = [PLAIN, None, *list(ODD)[::order], PLAIN]
    read = read_times(pl.Series(texts), (), "Europe/Berlin")
    plain, nothing = (datetime(2026, 5, 5, 8, tzinfo=UTC), False, False), (None, False, False)
    told = list(zip(read.values, read.bad, read.ambiguous, strict=True))
    assert told == [plain, nothing, *list(ODD.values())[::order], plain]


def test_a_format_that_is_named_reads_what_would_be_ambiguous() -> None:
    read = read_times(pl.Series([PLAIN, "1/2/2026", " 2026-01-01 ", "soon"]), ("%d/%m/%Y",), "UTC")
    assert read.values.to_list() == [datetime(2026, 5, 5, 10, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), None]
    assert read.bad.to_list() == [False, False, False, True]
    assert not read.ambiguous.any()
