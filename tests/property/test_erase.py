"""Random lives of a book, with erasures in between: the chain always verifies, and of whoever was erased nothing is ever there again."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import run
from pipeline.erasing import Erase, erase
from pipeline.errors import Refused
from pipeline.run import Instructing, Loads, Undoing, UploadRequest, Where
from pipeline.settings import Business, Settings
from pipeline.store.book import open_book
from pipeline.store.chain import verify_chain
from pipeline.store.heads import heads_path, read_heads

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE, BOOKINGS, STEPS = 4, 6, 10


class Life:
    """A book and what happens to it; all that is said of customer n holds MARKn."""

    def __init__(self, folder: Path, seed: int) -> None:
        (folder / "store").mkdir()
        self.where = Where(folder / "store" / "book.duckdb", Settings(Business("UTC", "GB")), folder / "out")
        self.folder, self.chance = folder, random.Random(seed)
        self.erased: set[int] = set()
        self.batches = 0

    def step(self) -> None:
        """Do one thing."""
        self.chance.choice((self.load, self.load, self.apply, self.apply, self.apply, self.undo, self.undo, self.erase))()

    def load(self) -> None:
        """Load an export in which anybody may have changed, and any booking may have another customer and another text; who was erased is still in it."""
        people = range(PEOPLE)
        customers = [f"MARK{n},MARK{n} {self.chance.choice('ab')},mark{n}@{self.chance.choice('xy')}.example,{self.text(n)}" for n in people]
        owners = [self.chance.choice(people) for _ in range(BOOKINGS)]
        bookings = [f"B{place},MARK{n},2026-04-1{self.chance.randrange(3)} 10:00,{self.text(n)}" for place, n in enumerate(owners)]
        files = (
            self.write("c.csv", "customer_id,first_name,email,alert_message", customers),
            self.write("b.csv", "booking_id,customer_id,starts_at,alert_message", bookings),
        )
        call = Loads((files[0],), (files[1],), "Loader", AS_OF, accept_shrink=True, create_customers=self.chance.random() < 0.3)
        self.done(run.load(self.where, call).batch)

    def text(self, n: int) -> str:
        return self.chance.choice(("", "", f"MARK{n} {self.chance.choice('pq')}"))

    def apply(self) -> None:
        """Apply a sheet that names people by id or e-mail, some of whom are erased."""
        rows = []
        for _ in range(4):
            n = self.chance.randrange(PEOPLE)
            key = self.chance.choice((f"MARK{n},", f",mark{n}@x.example"))
            action, kind = self.chance.choice(("set", "set", "remove")), self.chance.choice(("Alert", "Warning"))
            rows.append(f"{action},{key},{kind},MARK{n} {self.chance.choice('rs')},MARK{n} why")
        path = self.write("u.csv", "action,customer_id,email,flag_type,comment,reason", rows)
        self.done(run.apply(self.where, Instructing(UploadRequest((path,), "Staff"), AS_OF, again=True)).batch)

    def undo(self) -> None:
        """Undo any batch."""
        if self.batches:
            try:
                self.done(run.undo(self.where, Undoing(self.chance.randint(1, self.batches), "Staff", AS_OF)).batch)
            except Refused as error:
                if "erased a customer's data" not in error.reason:
                    raise

    def erase(self) -> None:
        """Erase anybody."""
        n = self.chance.randrange(PEOPLE)
        try:
            self.done(erase(self.where, Erase(f"MARK{n}", "Officer", AS_OF)).batch)
            self.erased.add(n)
        except Refused as error:
            if "No customer has this" not in error.reason:
                raise

    def done(self, batch: int | None) -> None:
        self.batches = max(self.batches, batch or 0)

    def write(self, name: str, header: str, rows: list[str]) -> Path:
        path = self.folder / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def faults(self) -> list[object]:
        """Return what the chain finds, and the columns that hold something of somebody erased."""
        with open_book(self.where.store, writing=False) as book:
            broken: list[object] = [*verify_chain(book, read_heads(heads_path(self.where.store, self.where.settings)))]
            columns = book.ask("SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal").rows()
            some = " OR ".join(f"contains(lower({{0}}::VARCHAR), 'mark{n}')" for n in self.erased) or "false"
            return broken + [f"{table}.{name}" for table, name in columns if book.ask(f"SELECT count(*) FROM {table} WHERE {some.format(name)}").item()]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_of_an_erased_customer_is_ever_there_again(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path, seed)
    life.load()
    for step in range(STEPS):
        life.step()
        if life.erased or step == STEPS - 1:
            assert life.faults() == [], (seed, step, life.erased)
