"""Golden cases: a folder a case, with settings, a small book, an upload, and the results that are expected word for word.

A cell of the expected results that holds nothing but … may say anything: a spec test holds its words.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.intake.uploads import UploadRequest
from pipeline.run import Instructing, Where, apply
from pipeline.settings import read_settings
from tests.spec.book import write_book
from tests.spec.tables import Drawn
from tests.spec.workbooks import read_result_sheets, write_workbook

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/settings.toml"))
BOOK = ("customers", "flags", "bookings")
ANYTHING = "…"


def read_csv(path: Path) -> Drawn:
    """Read a CSV as it is, every cell as text."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return Drawn(tuple(head), tuple(map(tuple, rows)))


def copy_upload(case: Path, folder: Path) -> Path:
    """Put a case's upload into a folder; where `workbook.csv` draws it (see `tests.spec.workbooks`), as a workbook."""
    if (case / "workbook.csv").exists():
        upload = folder / "upload.xlsx"
        write_workbook(upload, {"[Flags]": read_csv(case / "workbook.csv")})
        return upload
    upload = folder / "upload.csv"
    upload.write_bytes((case / "upload.csv").read_bytes())
    return upload


def run_case(case: Path, folder: Path) -> Drawn:
    """Apply a case's upload to its book; return the results."""
    settings, store = read_settings(case / "settings.toml"), folder / "book.duckdb"
    write_book(store, settings, {name: read_csv(case / f"{name}.csv") for name in BOOK if (case / f"{name}.csv").exists()})
    call = Instructing(UploadRequest((copy_upload(case, folder),), "Front desk"), datetime(2026, 3, 2, 9, tzinfo=UTC), "weekly review")
    results = Path(str(apply(Where(store, settings), call).files[0].results))
    return read_csv(results) if results.suffix == ".csv" else read_result_sheets(results)[0]


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, tmp_path: Path) -> None:
    found, expected = run_case(HERE / case, tmp_path), read_csv(HERE / case / "results.csv")
    masked = [
        tuple(ANYTHING if want == ANYTHING else cell for cell, want in zip(row, wanted, strict=True))
        for row, wanted in zip(found.rows, expected.rows, strict=True)
    ]
    assert (found.header, masked) == (expected.header, list(expected.rows))


@pytest.mark.parametrize("case", CASES)
def test_each_case_shows_the_code_that_it_is_named_for(case: str) -> None:
    assert case in {code for row in read_csv(HERE / case / "results.csv").dicts() for code in row["code"].split(",")}
