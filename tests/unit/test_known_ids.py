"""Ids by which rows of nobody are told, piece by piece."""

import polars as pl
import pytest

from pipeline.intake.idsets import KnownIds


@pytest.mark.parametrize("count", [1, 7, 1_000, 30_000])
def test_strangers_are_told_however_many_ids_have_one_place(count: int) -> None:
    ids = [f"C{n}" + "é" * (n % 3) for n in range(0, 2 * count, 2)]
    known, there = KnownIds(pl.Series(ids)), set(ids)
    for start in (0, count // 2, 0):
        asked = [*(f"C{n}" + "é" * (n % 3) for n in range(start, start + 3 * count)), "", None]
        assert known.lack(pl.Series(asked)).to_list() == [one not in there for one in asked]


def test_among_no_ids_everybody_is_a_stranger() -> None:
    known = KnownIds(pl.Series([], dtype=pl.String))
    assert known.lack(pl.Series(["A", "B", "A"])).to_list() == [True, True, True]
    assert known.lack(pl.Series(["A"])).to_list() == [True]
