"""Chance that falls the same way every time."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Repeatable chance, built on the one method whose numbers Python keeps from version to version."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, and without, `limit`."""
        return int(self._random() * limit)

    def one(self, values: Sequence[T]) -> T:
        """Return one of `values`."""
        return values[self.below(len(values))]

    def happens(self, percent: int) -> bool:
        """Return true in so many of a hundred cases."""
        return self.below(100) < percent
