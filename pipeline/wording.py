"""How messages say how many there are of something."""


def count_of(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun, and what of the sentence goes with it: 1 row, 1,000 rows. `several`: `one` with an s, unless it is given."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
