"""Ids among many: in order, doubled, known or not, told piece by piece."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

SEED = 7
STRANGERS = 1_000_000  # ids of nobody that are remembered


def hashed(ids: pl.Series) -> pl.Series:
    """Return a hash of each id (UInt64), null where there is none."""
    return ids.hash(SEED).set(ids.is_null(), None)


def doubled_hashes(pieces: Iterable[pl.Series]) -> pl.Series:
    """Return the hashes of all ids that stand more than once, and of few others: two ids may have one hash. Takes 16 bytes an id while it works."""
    kept = [hashed(ids.drop_nulls()) for ids in pieces]
    if not kept:
        return pl.Series([], dtype=pl.UInt64)
    whole = pl.concat(kept, rechunk=True).sort(in_place=True)
    return whole.filter(whole == whole.shift(1)).unique()


@dataclass
class Order:
    """Whether every id came after the one before it, so that none can stand twice: the order of most exports."""

    is_ascending: bool = True
    _last: str | None = None

    def see(self, ids: pl.Series) -> None:
        """Look at further ids."""
        if not self.is_ascending or not len(ids):
            return
        sizes = ids.str.len_bytes().cast(pl.Int64)
        follows = (sizes.shift(-1) > sizes) | ((sizes.shift(-1) == sizes) & (ids.shift(-1) > ids))
        last = self._last
        self.is_ascending = bool(follows.head(len(ids) - 1).all()) and (last is None or (len(last.encode()), last) < (sizes[0], ids[0]))
        self._last = ids[-1]


class KnownIds:
    """Ids by which to tell those that are nobody's, however many pieces of them come."""

    def __init__(self, ids: pl.Series) -> None:
        self._ids = ids
        self._number()

    def _number(self) -> None:
        # Categories number texts as they come; these numbers stand as long as a column of them does.
        self._kind = pl.Categorical(pl.Categories.random())
        self._numbered = self._ids.cast(self._kind)
        self._last = self._numbered.to_physical().max()

    def lack(self, ids: pl.Series) -> pl.Series:
        """Tell which ids are not among them."""
        numbers = ids.cast(self._kind).to_physical()
        last = numbers.max()
        if isinstance(last, int) and isinstance(self._last, int) and last - self._last > STRANGERS:
            self._number()
        return numbers > self._last if self._last is not None else ids.is_not_null()
