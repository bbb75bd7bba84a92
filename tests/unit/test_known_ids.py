"""Ids by which rows of nobody are told, piece by piece."""

import polars as pl
import pytest

from pipeline.intake import idsets
from pipeline.intake.idsets import KnownIds


@pytest.mark.parametrize("strangers", [0, 3, 1_000_000])
def test_strangers_are_told_in_every_piece_however_many_there_were(strangers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idsets, "STRANGERS", strangers)
    known = KnownIds(pl.Series([f"C{n}" for n in range(0, 100, 2)]))
    for start in (0, 40, 80, 0):
        asked = [f"C{n}" for n in range(start, start + 40)]
        assert known.lack(pl.Series(asked)).to_list() == [int(one[1:]) % 2 == 1 or int(one[1:]) >= 100 for one in asked]


def test_among_no_ids_everybody_is_a_stranger() -> None:
    known = KnownIds(pl.Series([], dtype=pl.String))
    assert known.lack(pl.Series(["A", "B", "A"])).to_list() == [True, True, True]
    assert known.lack(pl.Series(["A"])).to_list() == [True]
