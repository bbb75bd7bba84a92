"""Ids among many: in order, doubled, known or not, told piece by piece."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

SEED = 7
SEED_BITS = 63
ROOM = 4  # times as many places as ids, at least
SPARSE = 32  # times as many as hashes of which most are not asked for
FEW = 4_096  # ids that need no places


def hashed(ids: pl.Series) -> pl.Series:
    """Return a hash of each id (UInt64); none is null."""
    return ids.hash(SEED)


def all_hashes(columns: Iterable[pl.LazyFrame], most: int) -> pl.Series | None:
    """Return the hashes of all ids in some columns, as `hashed` would; None where they are more than `most`. Blank cells hold no id.

    Takes 16 bytes an id while it works.
    """
    hashes = pl.concat([column.select(pl.all().filter(pl.all() != "").hash(SEED).alias("hash")) for column in columns]).head(most + 1)
    found = hashes.collect(engine="streaming").to_series()
    return found if len(found) <= most else None


def doubled(hashes: pl.Series) -> pl.Series:
    """Return those of some hashes, which are sorted for it, that stand more than once: those of ids that do, and of few others that have one hash."""
    hashes.sort(in_place=True)
    return hashes.filter(hashes == hashes.shift(1)).unique()


@dataclass
class Tally:
    """How many ids were seen, and the sum of their hashes, which tells whether the same ids were seen another time, in whatever order."""

    count: int = 0
    total: int = 0

    def see(self, hashes: pl.Series) -> None:
        """Look at the hashes of further ids."""
        self.count += len(hashes)
        self.total = (self.total + int(hashes.sum())) % (1 << 64)


@dataclass
class Order:
    """Whether every id came after the one before it, so that none can stand twice: the order of most exports."""

    is_ascending: bool = True
    _last: str | None = None

    def see(self, ids: pl.Series) -> None:
        """Look at further ids."""
        if not self.is_ascending or not len(ids):
            return
        sizes = ids.str.len_bytes()
        follows = ids.head(-1) < ids.slice(1)
        if sizes.min() != sizes.max():
            before, after = sizes.head(-1), sizes.slice(1)
            follows = (before < after) | ((before == after) & follows)
        last = self._last
        self.is_ascending = bool(follows.all()) and (last is None or (len(last.encode()), last) < (sizes[0], ids[0]))
        self._last = ids[-1]


class KnownIds:
    """Ids by which to tell those that are nobody's, however many pieces of them come.

    They are kept as hashes, each in a place that another hash tells: an id that is not among them passes for one where both are another's, which of
    ten million ids that are not happens once in a million million files. The seeds are random, so that nobody can make up such an id.

    NOTE: casting to categories, joins and `is_in` take from twice to five times as long for a piece, or begin anew with each.
    """

    def __init__(self, ids: pl.Series) -> None:
        self._seeds = [secrets.randbits(SEED_BITS) for _ in range(2)]
        self._table = _Places(*self._hashes(ids.drop_nulls()))

    def lack(self, ids: pl.Series) -> pl.Series:
        """Tell which ids are not among them; a null is none of them."""
        lacking = self._table.lack(*self._hashes(ids))
        return lacking | ids.is_null() if ids.null_count() else lacking

    def _hashes(self, ids: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return what tells an id's place, and its hash, which is never that of an empty place, 0."""
        places, hashes = (ids.hash(seed) for seed in self._seeds)
        return places, hashes | 1


class Hashes:
    """Hashes of ids (`hashed`) by which to tell the few others that have one of them; the most are told by the last bits of theirs alone."""

    def __init__(self, hashes: pl.Series) -> None:
        self._last_bits = (1 << (SPARSE * len(hashes)).bit_length()) - 1
        self._taken = pl.repeat(value=False, n=self._last_bits + 1, eager=True).scatter(hashes & self._last_bits, values=True)
        self._hashes = hashes.implode()

    def have(self, asked: pl.Series) -> pl.Series:
        """Tell which hashes are among them."""
        may_have = self._taken.gather(asked & self._last_bits)
        unsure = may_have.arg_true()
        return may_have.scatter(unsure, asked.gather(unsure).is_in(self._hashes))


class _Places:
    """Hashes, each in the place that the last bits of another say; those whose place is taken in a smaller table, and the last few in none."""

    def __init__(self, places: pl.Series, hashes: pl.Series) -> None:
        self._last_bits = (1 << (ROOM * len(hashes)).bit_length()) - 1
        at = places & self._last_bits
        self._kept = pl.repeat(0, self._last_bits + 1, dtype=pl.UInt64, eager=True).scatter(at, hashes)
        taken = self._kept.gather(at) != hashes
        others = hashes.filter(taken)
        self._others = _Places(places.filter(taken), others) if len(others) > FEW else None
        self._few = others.implode()

    def lack(self, places: pl.Series, hashes: pl.Series) -> pl.Series:
        lacking = self._kept.gather(places & self._last_bits) != hashes
        unsure = lacking.arg_true()
        rest = hashes.gather(unsure)
        return lacking.scatter(unsure, self._others.lack(places.gather(unsure), rest) if self._others else ~rest.is_in(self._few))
