"""What a file is, told by its name, or else by its columns."""

from pathlib import Path

import pytest

from pipeline.errors import Refused
from pipeline.intake.maps import default_map
from pipeline.intake.recognise import recognise
from pipeline.settings import Settings
from tests.spec.tables import Drawn
from tests.spec.workbooks import write_workbook

FLAGS = "action,customer_id,flag_type,comment\n"


def kind_of(path: Path, content: str | bytes | None = None) -> str | None:
    """Return what a file is taken for, None where it is refused."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        return str(recognise(path, default_map(Settings()), Settings()))
    except Refused:
        return None


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", "customer_id,email\nC1,a@example.com\n", "customers"),
        ("a.csv", "Booking No;Customer ID;Start\nB9;C1;2026-07-01\n", "bookings"),
        ("a.csv", FLAGS + "add,C1,Alert,x\n", "upload"),
        ("a.csv", "action,customer_id,reason\nblock,C1,fraud\n", "upload"),
        ("customers.csv", "customer_id\nC1\n", "customers"),
        ("bookings-flagged.csv", "booking_id,customer_id,starts_at\n" + "B9,C1,2026-07-01\n", "bookings"),
        ("a.csv", "customer_id\nC1\n", None),
        ("a.csv", "customer_id,flag_type,comment\nC1,Alert,x\n", None),
        ("customers.csv", "booking_id,customer_id,starts_at\n" + "B9,C1,2026-07-01\n", None),
        ("flags.csv", "customer_id,first_name\nC1,Ann\n", None),
        ("a.csv", "booking_id,customer_id,starts_at,action,flag_type\nB9,C1,2026-07-01,add,Alert\n", None),
        ("a.csv", "hello\n", None),
        ("bookings.csv", "", None),
        ("bookings.xlsx", b"PK\x03\x04broken", None),
        ("bookings.csv", b"\x89PNG....", None),
    ],
)
def test_a_file_is_told_by_its_name_or_else_by_its_columns_and_never_guessed(tmp_path: Path, name: str, content: str | bytes, kind: str | None) -> None:
    assert kind_of(tmp_path / name, content) == kind


UPLOAD = Drawn(("action", "customer_id", "flag_type", "comment"), (("add", "C1", "Alert", "x"),))
PEOPLE = Drawn(("customer_id", "first_name"), (("C1", "Ann"),))


@pytest.mark.parametrize(
    ("name", "sheets", "kind"),
    [
        ("a.xlsx", {"Flags": UPLOAD}, "upload"),
        ("a.xlsx", {"People": PEOPLE}, "customers"),
        ("a.xlsx", {"Flags": UPLOAD, "People": PEOPLE}, None),
        ("flags.xlsx", {"Flags": UPLOAD, "People": PEOPLE}, "upload"),
        ("customers.xlsx", {"Flags": UPLOAD}, None),
    ],
)
def test_every_sheet_of_a_workbook_counts(tmp_path: Path, name: str, sheets: dict[str, Drawn], kind: str | None) -> None:
    write_workbook(tmp_path / name, sheets)
    assert kind_of(tmp_path / name) == kind
