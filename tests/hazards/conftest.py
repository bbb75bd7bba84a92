"""A book to try hazards on, and runs of the program that are watched."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import BOOKINGS, CUSTOMERS, Ran, Shop, run_in
from tests.cli.test_refusals import fingerprint
from tests.hazards.watching import watched

MOST_MEMORY = 1_000_000_000
Outcome = tuple[int, str, str | None]


@dataclass(frozen=True)
class Victim:
    """A shop to which bad files are handed in."""

    shop: Shop

    def hand_in(self, name: str, content: bytes, *words: str) -> Ran:
        """Run a command (`apply` where none is given) on a file."""
        return self.run(*(words or ("apply",)), self.shop.file(name, content))

    def run(self, *words: str | Path) -> Ran:
        """Run the program; fail where it takes more memory than a refusal or a small file may."""
        ran, took = watched(self.shop.folder, *words)
        assert took.bytes < MOST_MEMORY, f"{took.bytes // 1_000_000} MB"
        return ran

    def refuses(self, name: str, content: bytes, *said: str, by: tuple[str, ...] = ("apply",)) -> None:
        """Hand in a file; fail unless it is refused in these words, without a traceback, and nothing is written."""
        path = self.shop.file(name, content)
        before = fingerprint(self.shop)
        ran = self.run(*by, path)
        assert ran.code == 3, (ran.code, ran.out, ran.err)
        assert str(path) in ran.err, ran.err
        assert [word for word in said if word not in ran.err] == [], ran.err
        assert "Traceback" not in ran.err
        assert fingerprint(self.shop) == before

    def outcomes(self, name: str, content: bytes, *more: str) -> list[Outcome]:
        """Hand in a file that is read; return the row, outcome and code of each of its rows."""
        ran = self.run("apply", self.shop.file(name, content), "--json", *more)
        assert ran.code in (0, 4), ran.err
        with duckdb.connect(str(self.shop.folder / "flagbook.duckdb"), read_only=True) as con:
            rows = "SELECT source_row, outcome, code FROM batch_rows WHERE batch_id = ? ORDER BY file_no, sheet, source_row"
            return con.execute(rows, [ran.json()["batch"]]).fetchall()

    def previewed(self, name: str, content: bytes) -> list[Outcome]:
        """Do as `outcomes` does, after a preview that must say the same."""
        preview = self.run("apply", self.shop.file(name, content), "--dry-run", "--json")
        outcomes = self.outcomes(name, content)
        assert preview.json()["rows"]["read"] == len(outcomes)
        assert preview.json()["rows"]["rejected"] == sum(outcome == "rejected" for _, outcome, _ in outcomes)
        return outcomes


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book of two customers and two bookings, to be copied."""
    folder = tmp_path_factory.mktemp("untouched")
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "bookings.csv").write_text(BOOKINGS)
    loaded = run_in(folder, "load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01")
    assert loaded.code == 0, loaded.err
    return folder


@pytest.fixture
def victim(untouched: Path, tmp_path: Path) -> Victim:
    """A shop with two customers and two bookings."""
    shutil.copytree(untouched, tmp_path / "shop")
    return Victim(Shop(tmp_path / "shop", lambda *words, **environment: run_in(tmp_path / "shop", *words, **environment)))
