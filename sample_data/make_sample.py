"""Write the files of sample_data/ anew: `python sample_data/make_sample.py [FOLDER]`.

Everything in them is invented: Harbour & Hearth Ltd, its customers, their addresses, numbers and troubles. The phone numbers
lie in ranges that the numbering plans keep for fiction where there are such, the e-mail addresses under names kept for examples.

The same files come out byte for byte: chance has a fixed seed, and the workbook fixed dates and no compression.
"""

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

if __name__ == "__main__":  # run as a script, Python looks in this folder and not in the one above it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sample_data.making.bookings import BOOKING_HEADERS, booking_rows, make_bookings, next_bookings
from sample_data.making.business import MADE_UP, SETTINGS
from sample_data.making.chance import Chance
from sample_data.making.instructions import STORY
from sample_data.making.kinds import STATUS, TAGS
from sample_data.making.legacy import legacy_files
from sample_data.making.people import Customer, make_customers
from sample_data.making.uploads import first_rows, second_rows, workbook_rows
from sample_data.making.workbook import plain_workbook, workbook_bytes

__all__ = ["STORY", "main", "make_files"]

SEED = 20260601
OTHER_HEADERS = (
    "Command", "Customer No.", "E-Mail Address", "mobile phone", "FLAG", "Alert message",
    "expiry_date", "Change reason", "Requested by", "version", "What the row shows",
)  # fmt: skip


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def make_files() -> dict[str, bytes]:
    """Return every generated file by its name."""
    chance = Chance(SEED)
    customers = make_customers(chance)
    bookings = make_bookings(customers, chance)
    people = [list(vars(one).values()) for one in customers]
    first = [[row.action, row.customer_id, row.flag_type, row.comment, row.expires_on, row.flagged_by] for row in first_rows()]
    second = csv_text(OTHER_HEADERS, [row.cells() for row in second_rows(customers, chance)], ";")
    return {
        "customers.csv": csv_text([field.name for field in fields(Customer)], people).encode(),
        "bookings.csv": csv_text(BOOKING_HEADERS, booking_rows(bookings, customers)).encode(),
        "next_bookings.csv": csv_text(BOOKING_HEADERS, booking_rows(next_bookings(bookings), customers)).encode(),
        "first_flags.csv": csv_text(("action", "customer_id", "flag_type", "comment", "expires_on", "flagged_by"), first).encode(),
        "flags.xlsx": workbook_bytes(workbook_rows(customers, chance)),
        "tags_and_status.xlsx": plain_workbook({"Tags": TAGS, "Status": STATUS}),
        "more_flags.csv": f"{MADE_UP}\n{second}".encode("utf-8-sig"),
        "flagbook.toml": SETTINGS.encode(),
    }


def main() -> None:
    """Write the files into the folder named, or beside this script."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent
    (folder / "legacy").mkdir(parents=True, exist_ok=True)
    for name, data in (make_files() | {f"legacy/{name}": data for name, data in legacy_files().items()}).items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
