"""Records of CSV text, read block by block, against Python's own strict reader on the whole text."""

import csv
import io
import random

import polars as pl
import pytest

from pipeline.errors import Refused
from pipeline.intake.records import SPARE, read_records
from pipeline.intake.swallowed import holds_records

CELLS = ("a", "b c", "", "1", '"1\n,,1"', '"', '""', 'x"y', '"q"', '"a,b"', '"l\nm"', '"d""e"', '5" p', "é", '"é\n\n"', " ")
WIDTH = 3


def expected(text: str) -> list[tuple[int | str, ...]] | None:
    """Return the number and cells of every record that is not blank, and whether it has too few; None where they can't be told apart, or one is too wide."""
    found: list[tuple[int | str, ...]] = []
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            if any(cell.strip() for cell in record[WIDTH:]) or len(record) > WIDTH + SPARE:
                return None
            if any(cell.strip() for cell in record):
                if any("\n" in cell for cell in record) and holds_records(record, ","):
                    return None
                found.append((number, *[*record, *[""] * WIDTH][:WIDTH], len(record) < WIDTH))
    except csv.Error:
        return None
    return found


def read(text: str, chance: random.Random) -> list[tuple[int | str, ...]] | None:
    data, pieces, start = text.encode(), [], 0
    longest = chance.choice((12, 12, 1_000))
    while start < len(data):
        size = chance.randint(1, longest)
        pieces.append(data[start : start + size])
        start += size
    try:
        rows = pl.concat(read_records(iter(pieces), ",", (0, 1, WIDTH, WIDTH), "it")).fill_null("")
    except Refused:
        return None
    return [tuple(row) for row in rows.rows()]


@pytest.mark.parametrize("seed", range(8))
def test_blocks_give_the_records_of_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.intake.lines.FEW", 1 + seed % 2 * 1_000)
    chance = random.Random(seed)
    outcomes = set()
    for _ in range(400):
        lines = [
            ",".join(chance.choice(CELLS if chance.random() < 0.5 else CELLS[:3]) for _ in range(chance.choice((3, 3, 3, 2))))
            for _ in range(chance.randint(1, 7))
        ]
        text = "\n".join(lines) + chance.choice(("", "\n"))
        wanted = expected(text)
        assert read(text, chance) == wanted, repr(text)
        outcomes.add(wanted is None)
    assert outcomes == {True, False}


@pytest.mark.parametrize("first", ["x\x01", "\ufeffhello", "x^y", "\x1f", "#", "(", "é"])
@pytest.mark.parametrize("row", [0, 1])
def test_what_a_block_begins_with_is_text_like_any_other(first: str, row: int) -> None:
    rows = [("a", "b", "c"), ("d", "e", "f")]
    rows[row] = (first, "b", "c")
    text = "".join(",".join(cells) + "\n" for cells in rows)
    read = pl.concat(read_records([text.encode()], ",", (0, 1, WIDTH, WIDTH), "it"))
    assert [cells[1:-1] for cells in read.rows()] == rows
