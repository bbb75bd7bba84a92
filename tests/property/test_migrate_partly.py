"""Random files of a row for each flag, some rows spoilt, some mended later, and staff in between: flags are what a plain interpreter says."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import parting
from pipeline.migration import Migrating, Where, migrate
from pipeline.run import Instructing, UploadRequest, apply
from pipeline.settings import read_settings
from tests.property.test_migrate import asked, require_chained

HEAD = "Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date"
TYPES = ("Warning", "Alert")
Item = tuple[str, str]
Row = tuple[str, str, str, bool]  # customer, type, comment, whether its day can be read


@dataclass
class Plain:
    """What stands, and what the source said last, by customer and type; a text is the book's own lines, then the source's."""

    stands: dict[Item, str] = field(default_factory=dict)
    said: dict[Item, str] = field(default_factory=dict)

    def migrate(self, rows: list[Row], *, is_mended: bool) -> None:
        good = [row for row in rows if row[3]]
        for who in {row[0] for row in good}:
            in_part = is_mended or any(row[0] == who and not row[3] for row in rows)
            for kind in TYPES:
                now = list(dict.fromkeys(row[2] for row in good if row[:2] == (who, kind)))
                self._say((who, kind), now, in_part=in_part)

    def _say(self, item: Item, now: list[str], *, in_part: bool) -> None:
        was = self.said.get(item)
        lines = was.split("\n") if was else []
        has_ended = in_part and bool(lines) and not set(lines) & set(self.stands.get(item, "").split("\n"))
        if has_ended and not now:
            return
        if in_part and set(lines) - set(now) and not has_ended:
            now = lines + [one for one in now if one not in lines]
        said = "\n".join(now) or None
        if said == was:
            return
        own = [one for one in self.stands.get(item, "").split("\n") if one.startswith("own")]
        text = "\n".join([*own, *now])
        for table, value in ((self.stands, text), (self.said, said)):
            table.pop(item, None)
            if value:
                table[item] = value


def random_rows(chance: random.Random) -> list[Row]:
    some = [(who, kind, word) for who in "12" for kind in TYPES for word in "abc"]
    return [(*one, chance.random() < 0.75) for one in chance.sample(some, chance.randint(1, 6))]


def write(path: Path, rows: list[Row]) -> Path:
    days = (f"{place + 1:02}/03/2026" if row[3] else "32/03/2026" for place, row in enumerate(rows))
    path.write_text("\n".join([HEAD, *(f"{who},N,{kind},{word},Wes,{day}" for (who, kind, word, _), day in zip(rows, days, strict=True))]) + "\n")
    return path


def mend(folder: Path) -> Path:
    text = (folder / "layer.rejected.csv").read_text(encoding="utf-8-sig").replace("32/03/2026", "31/03/2026")
    (folder / "mended.csv").write_text(text)
    return folder / "mended.csv"


@pytest.mark.parametrize("seed", range(8))
def test_flags_are_what_a_plain_interpreter_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance, moment, plain = random.Random(seed), datetime(2026, 6, 1, tzinfo=UTC), Plain()
    monkeypatch.setattr(parting, "PART", chance.choice([1, parting.PART]))
    where = Where(tmp_path / "book.duckdb", read_settings(None), tmp_path)

    def bring(path: Path, rows: list[Row], *, is_mended: bool = False) -> None:
        done = migrate(where, Migrating((path,), "Ivy", moment + timedelta(hours=turn), "thelayer", allow_mass_change=True))
        plain.migrate(rows, is_mended=is_mended)
        assert done.adds_up
        assert {(who, kind): text for who, kind, text in asked(where.store, "SELECT customer_id, flag_type, comment FROM flags")} == plain.stands
        require_chained(where.store)

    for turn in range(5):
        rows = random_rows(chance)
        path = write(tmp_path / "layer.csv", rows)
        bring(path, rows)
        spoilt = [(*row[:3], True) for row in rows if not row[3]]
        if spoilt and chance.random() < 0.5:
            bring(mend(tmp_path), spoilt, is_mended=True)
        who, kind = chance.choice("12"), chance.choice(TYPES)
        if asked(where.store, f"SELECT 1 FROM customers WHERE customer_id = '{who}'"):
            own = f"own {turn}" if chance.random() < 0.5 else None
            line = f"set,{who},{kind},{own}" if own else f"remove,{who},{kind},"
            (tmp_path / "staff.csv").write_text(f"action,customer_id,flag_type,comment\n{line}\n")
            apply(where, Instructing(UploadRequest((tmp_path / "staff.csv",), "Sue"), moment + timedelta(hours=turn, minutes=30), again=True))
            plain.stands.pop((who, kind), None)
            plain.stands |= {(who, kind): own} if own else {}
    nothing = asked(where.store, "SELECT count(*) FROM history WHERE before IS NULL AND after IS NULL AND action <> 'unflagged'")
    assert nothing == [(0,)]
