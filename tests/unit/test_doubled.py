"""Ids that stand more than once: found from their column alone, which must be read as the rows are."""

import random
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline import streaming
from pipeline.intake.checking import lacking
from pipeline.intake.exports import open_exports
from pipeline.intake.idsets import Hashes, Tally, all_hashes, doubled, hashed
from pipeline.intake.maps import default_map
from pipeline.run import Loads, Where, load
from pipeline.settings import Settings
from pipeline.store.book import open_book
from schemas.columns import BOOKINGS

HEAD = "starts_at,booking_id,customer_id,service\n"
LINE = "2026-12-01,{},C1,Tour\n"
FILES = {
    "plain": HEAD + "".join(LINE.format(one) for one in ("B2", "B1", " B3 ", "'B2", "b1")),
    "quoted": HEAD + '2026-12-01,"B,1",C1,"two\nlines"\n2026-12-01,B2,C1,"a ""word"""\n' + LINE.format('"B,1"'),
    "blank": "\n\n" + HEAD + LINE.format("B2") + ",,,\n\n" + LINE.format("") + LINE.format("B2"),
    "wide": HEAD + LINE.format("B2").rstrip() + ",,\n" + LINE.format("B1"),
    "other letters": HEAD + "".join(LINE.format(one) for one in ("B\u200b1", "\uff221", "\u00c91", "B1\u00a0")),
    "one line end": (HEAD + LINE.format("B1") + LINE.format("B2")).replace("\n", "\r"),
    "utf-16": "\ufeff" + HEAD + LINE.format("B1") + LINE.format("B1"),
    "sep": "sep=;\n" + (HEAD + LINE.format("B9") + LINE.format("B8")).replace(",", ";"),
}


ODD = {"plain", "other letters", "one line end", "utf-16"}  # of whose ids Polars by itself has other forms


@pytest.mark.parametrize("name", FILES)
def test_the_column_alone_is_told_from_one_that_the_rows_do_not_have(name: str, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(FILES[name].encode("utf-16-le" if name == "utf-16" else "utf-8"))
    export = open_exports(path, BOOKINGS, default_map(Settings()), Settings())[0]
    assert export.ids is not None
    rows, seen, glanced = pl.concat([export.cast(sheet).valid["booking_id"] for sheet in export.sheets()]), Tally(), Tally()
    seen.see(hashed(rows))
    try:
        found = all_hashes([export.ids()], 9)
    except pl.exceptions.PolarsError:
        assert name in ODD
    else:
        assert found is not None
        glanced.see(found)
        assert (seen == glanced) == (name not in ODD)


def test_every_id_that_stands_twice_is_found_wherever_it_does() -> None:
    pieces = [["A", "B", None], ["C", "", "A"], [], ["D", "D", "D", "E"]]
    columns = [pl.LazyFrame({"c0": piece}, schema={"c0": pl.String}) for piece in pieces]
    hashes = all_hashes(columns, 8)
    assert hashes is not None
    assert all_hashes(columns, 7) is None
    assert sorted(hashes) == sorted(hashed(pl.Series(["A", "B", "C", "A", "D", "D", "D", "E"])))
    assert set(doubled(hashes)) == set(hashed(pl.Series(["A", "D"])))


@pytest.mark.parametrize("kept", [0, 1, 7, 30_000])
def test_ids_are_told_that_have_one_of_some_hashes(kept: int) -> None:
    every = [f"B{number}" for number in random.Random(kept).sample(range(200_000), 60_000)]
    some = set(every[:kept])
    hashes = Hashes(hashed(pl.Series(list(some), dtype=pl.String)))
    asked = pl.Series(random.Random(1).choices(every, k=5_000))
    assert hashes.have(hashed(asked)).to_list() == [one in some for one in asked]
    assert hashes.have(hashed(asked.clear())).to_list() == []


@pytest.mark.parametrize("every", [[], [7], [2, 3, 4, 5], [2, 3, 5, 9], [2, 4, 3, 5], [2, 2, 2, 5], [5, 4, 3, 2]])
def test_rows_are_told_by_their_numbers_in_any_order(every: list[int]) -> None:
    for some in ([], every[:1], every[1:3], every):
        numbers = pl.Series(every, dtype=pl.Int64)
        assert lacking(numbers, pl.Series(some, dtype=pl.Int64)).to_list() == [one not in some for one in every]


@pytest.mark.parametrize("sizes", [(streaming.STEP, streaming.STEP, 5), (3, streaming.STEP, 0, streaming.STEP - 1), (streaming.GROUP + 1,) * 5, (0,)])
def test_frames_are_of_whole_groups_and_lose_no_row(sizes: tuple[int, ...]) -> None:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    frames = [pl.DataFrame({"n": pl.int_range(start, start + size, eager=True)}) for start, size in zip(starts, sizes, strict=True)]
    even = list(streaming._evenly(iter(frames)))
    assert pl.concat(even)["n"].to_list() == list(range(sum(sizes)))
    assert all(len(one) in (streaming.GROUP, streaming.STEP) for one in even[:-1])
    assert len(even[-1]) <= streaming.STEP
    assert all(one.n_chunks() == 1 for one in even)


def load_rows(folder: Path, rows: list[tuple[str, str, str]]) -> tuple[object, ...]:
    """Load bookings (id, customer, service) in two files into a new book; return what was said of them, and what is in the book."""
    folder.mkdir()
    people = folder / "c.csv"
    people.write_text("customer_id\nC1\nC2\n")
    files = []
    for number, half in enumerate((rows[::2], rows[1::2])):
        files.append(folder / f"b{number}.csv")
        files[-1].write_text("booking_id,customer_id,starts_at,service\n" + "".join(f"{one},{who},2026-12-01,{what}\n" for one, who, what in half))
    where = Where(folder / "book.duckdb", Settings(), folder / "out")
    as_of = datetime(2026, 6, 1, tzinfo=UTC)
    report = load(where, Loads((people,), tuple(files), "test", as_of))
    with open_book(where.store, writing=False) as book:
        stored = book.ask("SELECT booking_id, customer_id, service, first_file, first_row FROM bookings ORDER BY ALL").rows()
        found = book.ask("SELECT file_no, source_row, code FROM batch_rows ORDER BY ALL").rows()
    back = sorted(path.read_text() for path in (folder / "out").glob("*.rejected.csv"))
    return stored, found, back, report.tables["bookings"]


@pytest.mark.parametrize("forms", [("{}",), ("{}", "{}", "{} ", "'{}")], ids=["plain", "in several forms"])
@pytest.mark.parametrize("seed", range(12))
def test_rows_come_back_alike_whether_doubled_ids_were_known_beforehand_or_not(
    seed: int, forms: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    ids = [chance.choice(forms).format(f"B{chance.randint(1, 40)}") for _ in range(30)] + [f"X{n}" for n in range(20)]
    rows = [(one, chance.choice(("C1", "C1", "C2", "nobody")), chance.choice(("Tour", "Walk"))) for one in ids]
    chance.shuffle(rows)
    known = load_rows(tmp_path / "known", rows)
    monkeypatch.setattr(streaming, "LOOKED_THROUGH", 0)
    assert load_rows(tmp_path / "unknown", rows) == known
