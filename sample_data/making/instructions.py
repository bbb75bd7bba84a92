"""What one row of an upload holds, and the flags and comments that the rows give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.making.chance import Chance
from sample_data.making.people import Customer, customer_id

TYPES = ("On Hold", "At Risk", "Warning", "Important", "Alert")
COMMENTS = {
    "On Hold": (
        "Two invoices unpaid since March: no new visit until accounts say so.", "Card declined three times; take payment first.",
        "Deposit for the day tour still open. Hold all bookings.", "Disputes the April invoice; Ines is talking to them.",
        "Standing order stopped, letter sent on 12 May.", "Account under review after the chargeback.",
    ),
    "At Risk": (
        "Cancelled three times in a row, call before the next visit.", "Gave one star after the coast tour; manager has written.",
        "Says a competitor is cheaper. Offer the spring rate.", "Long-time customer, unhappy with the new crew.",
        "Asked how to end the contract.", "Late cancellation twice this month.",
    ),
    "Warning": (
        "Large dog, friendly but loud. Ring before entering.", "Loose tread on the cellar stairs, carry nothing heavy.",
        "No bleach in the house: asthma.", "Alarm goes off after 30 seconds, code is with the office.",
        "Was rude to the guide in May; send two people.", "Scaffolding at the front until July, use the back gate.",
    ),
    "Important": (
        "Severe nut allergy: no samples on the food tour.", "Wheelchair user, step-free route only.", "Key safe moved to the left of the shed.",
        "Speaks French and a little English.", "Hearing aid: stand where lips can be read.", "Baby sleeps from 13:00 to 15:00, start upstairs.",
    ),
    "Alert": (
        "Prefers to be called after 17:00.", "Wants a printed receipt each time.", "Parking permit is behind the front door.",
        "New address from 15 June, see the e-mail.", "Invoice goes to the daughter, not to the house.", "Brings own brushes, set out water only.",
    ),
}  # fmt: skip
# Exactly 500 characters, the longest comment that the settings allow.
STORY = (
    "Left at the third stop of the harbour tour and asked for the whole price back, since the lamps on the quay were off that night. Tobias "
    "offered a second tour without charge, which she took; on that one it rained. She has been promised a place on any evening tour until the end"
    " of September, for herself and one guest, whatever the list says. Please let her choose the day, do not ask for the voucher again, and tell "
    "the guide that she is coming, so that he can greet her by name. Ask Rhona if in doubt"
)


@dataclass(frozen=True)
class Shown:
    """A number cell of a workbook with its number format."""

    number: int
    shown_as: str


@dataclass(frozen=True)
class Formula:
    """A formula cell of a workbook with its stored value: an error, or nothing."""

    formula: str
    value: str


Cell = str | date | Shown | Formula


@dataclass(frozen=True)
class Row:
    """One instruction; `shows` is the sample's own column."""

    action: str = ""
    customer_id: Cell = ""
    flag_type: str = ""
    comment: Cell = ""
    shows: str = ""
    email: str = ""
    phone: str = ""
    expires_on: Cell = ""
    reason: str = ""
    flagged_by: str = ""
    version: str = ""

    def cells(self) -> list[Cell]:
        """Return the cells in the order of the workbook's `HEADERS`."""
        who: list[Cell] = [self.customer_id, self.email, self.phone]
        return [self.action, *who, self.flag_type, self.comment, self.expires_on, self.reason, self.flagged_by, self.version, self.shows]


def flag_type(number: int) -> str:
    """Return the type of the flag that the first upload gives to one of the first customers."""
    return TYPES[(number - 1) % len(TYPES)]


def first_comment(number: int) -> str:
    """Return the comment that goes with it."""
    comments = COMMENTS[flag_type(number)]
    return comments[number % len(comments)]


def ordinary_rows(customers: Sequence[Customer], chance: Chance, numbers: Iterable[int]) -> list[Row]:
    """Return everyday rows: mostly new flags."""
    rows = []
    for number in numbers:
        if customers[number - 1].status == "Deleted":
            continue
        kind = chance.one(TYPES)
        end = date(2026, 6, 14) + timedelta(weeks=chance.below(20)) if chance.happens(30) else ""
        action, by = chance.one(("add", "add", "Add", "set", "new")), chance.one(("", "", "Ines Parrow", "Rhona Castell"))
        rows.append(Row(action, customer_id(number), kind, chance.one(COMMENTS[kind]), expires_on=end, flagged_by=by))
    return rows
