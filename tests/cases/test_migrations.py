"""Each system's sample, migrated into a clean book: the book that comes of it (kept as golden cases), the sum, and a second run.

To write the golden books anew, after a change that is meant: `python -m tests.cases.test_migrations`, and look at every line that differs.
"""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from pipeline.legacy.maps import shipped_systems
from pipeline.migration import Migrating, Where, migrate
from pipeline.settings import read_settings

GOLDEN = Path(__file__).parent / "migrations"
SAMPLES = Path(__file__).parents[2] / "sample_data" / "legacy"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
TABLES = {
    "customers": "SELECT customer_id, first_name, last_name, company, email, phone, status, alert_message FROM customers ORDER BY ALL",
    "flags": "SELECT customer_id, flag_type, comment, expires_on, flagged_by, flagged_at, updated_by, updated_at FROM flags ORDER BY ALL",
    "history": "SELECT customer_id, item, action, after ->> 'comment', reason, changed_by, changed_at FROM history WHERE entity = 'flags' ORDER BY event_id",
    "bookings": "SELECT booking_id, customer_id, starts_at, ends_at, status, service, staff, price, alert_message FROM bookings ORDER BY ALL",
    "came back": "SELECT file_no, source_row, code FROM batch_rows WHERE batch_id = 1 ORDER BY ALL",
}


def samples() -> dict[str, tuple[Path, ...]]:
    """Return each system's files."""
    found = defaultdict(list)
    for path in sorted(SAMPLES.iterdir()):
        found[path.stem.partition("_")[0]].append(path)
    return {system: tuple(paths) for system, paths in found.items()}


def job(system: str) -> Migrating:
    """Return the call that migrates a system's files."""
    return Migrating(samples()[system], "Ivy", AS_OF)


def book_of(store: Path) -> str:
    """Return a book as text."""
    lines = []
    with duckdb.connect(str(store), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, query in TABLES.items():
            rows = con.sql(query).fetchall()
            lines += [f"# {name}", *(" | ".join("" if cell is None else str(cell).replace("\n", " / ") for cell in row).rstrip() for row in rows), ""]
    return "\n".join(lines)


def test_every_system_has_a_sample() -> None:
    assert sorted(samples()) == shipped_systems()


@pytest.mark.parametrize("system", shipped_systems())
def test_a_sample_migrates_from_a_clean_book_and_a_second_run_changes_nothing(system: str, tmp_path: Path) -> None:
    where = Where(tmp_path / "book.duckdb", read_settings(None), tmp_path)
    first = migrate(where, job(system))
    assert (first.adds_up, first.status) == (True, "applied")
    assert {one["system"].lower().replace(" ", "") for one in first.systems} == {system}
    book = book_of(where.store)
    assert book == (GOLDEN / f"{system}.txt").read_text(encoding="utf-8")
    again = migrate(where, job(system))
    assert (again.adds_up, again.status, again.rows["imported"]) == (True, "nothing-applied", 0)
    assert book_of(where.store) == book


def main() -> None:
    """Write the golden books anew."""
    for system in shipped_systems():
        with TemporaryDirectory() as folder:
            where = Where(Path(folder) / "book.duckdb", read_settings(None), Path(folder))
            migrate(where, job(system))
            (GOLDEN / f"{system}.txt").write_text(book_of(where.store), encoding="utf-8")


if __name__ == "__main__":
    main()
