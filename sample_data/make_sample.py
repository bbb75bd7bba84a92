"""Write the files of sample_data/ anew: `python sample_data/make_sample.py [FOLDER]`.

Everything in them is invented: Harbour & Hearth Ltd, its customers, their addresses, numbers and troubles. The phone numbers
lie in ranges that the numbering plans keep for fiction where there are such, the e-mail addresses under names kept for examples.

The same files come out byte for byte: chance has a fixed seed, and the workbook fixed dates and no compression.
"""

import csv
import io
import random
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import xlsxwriter

T = TypeVar("T")
SEED = 20260601
AS_OF = datetime(2026, 6, 1, 9)  # the clock in Europe/London
ARCHIVED, DELETED = 48, 49
ARCHIVED_EACH, DELETED_EACH = 7, 11
CUSTOMERS, FAMILIES_FROM, REST_FROM, NEW_FROM, BOOKINGS = 500, 61, 151, 481, 3000
TYPES = ("On Hold", "At Risk", "Warning", "Important", "Alert")
MADE_UP = "Invented sample data of Harbour & Hearth Ltd, a tour and cleaning business that does not exist"

FIRST_NAMES = (
    "Ada", "Bram", "Célia", "Dev", "Elspeth", "Farid", "Greta", "Hamish", "Imani", "Jonas", "Kezia", "Lorcan", "Maëlle", "Nikhil", "Orla",
    "Pavel", "Quenby", "Rosalind", "Søren", "Tamsin", "Umar", "Verity", "Wilhelmina", "Xanthe", "Yusuf", "Zofia", "Ævar", "Beatriz", "Caspian",
)  # fmt: skip
LAST_NAMES = (
    "Appletarn", "Brackenmoor", "Cobblewick", "Dunmarrow", "Elderholt", "Fennimarsh", "Gorsewell", "Hollowmere", "Inglebrook", "Jessamund",
    "Kestrelby", "Lavenditch", "Morçayne", "Núñadale", "O'Thistle", "Pebbleshaw", "Quillfeather", "Rookhampton", "Sørbeck", "Tarnovsky-Pyke",
    "Underbough", "Vexmoor", "Wispington", "Yarrowgate", "Żelandrow", "Ashdrift", "Bellweir", "Crumbwell", "Driftholm", "Emberley-Stoat", "Foxlantern",
)  # fmt: skip
FIRMS = ("Lettings", "Dental Studio", "Book Nook", "Co-working", "Bakery", "Guest House", "Yoga Rooms", "Accountants", "Day Nursery", "Ferry Office")
SERVICES = (
    ("Harbour lights walking tour", 120, "18.00"), ("Smugglers' coast day tour", 480, "64.50"), ("Old town food tour", 180, "42.00"),
    ("Sourdough for beginners", 180, "55.00"), ("Watercolour by the quay", 150, "38.00"), ("Life drawing class", 120, "24.00"),
    ("Weekly home clean", 120, "44.00"), ("Office clean", 180, "96.00"), ("End-of-tenancy clean", 360, "210.00"), ("Oven and kitchen clean", 150, "79.95"),
)  # fmt: skip
AREAS = ("212", "312", "415", "503", "617", "716")  # in each of them 555-0100 to 555-0199 are for fiction
STAFF = ("Ines Parrow", "Tobias Fenwright", "Mbali Quist", "Rhona Castell", "Leif Odd", "")
WORDS = {
    "booked": ("Confirmed", "booked", "Scheduled", "Pending", "Deposit paid"),
    "completed": ("Completed", "done", "Checked out", "Attended", "Invoiced"),
    "cancelled": ("Cancelled", "canceled", "VOID", "Called off"),
    "no-show": ("no-show", "No show", "Missed"),
}
OWN_ALERTS = (
    "Vegan lunch, please", "Needs the step-free route", "Bring the tall ladder", "Cat must not get out", "Two left-handed easels", "Ring the side bell",
    "Arrives by the 9:40 ferry,\nmay be ten minutes late", "Key is with number 14", "Birthday: candle in the first loaf 🎂",
)  # fmt: skip
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


class Chance:
    """Repeatable chance, built on the one method whose numbers Python keeps from version to version."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, and without, `limit`."""
        return int(self._random() * limit)

    def one(self, values: Sequence[T]) -> T:
        """Return one of `values`."""
        return values[self.below(len(values))]

    def happens(self, percent: int) -> bool:
        """Return true in so many of a hundred cases."""
        return self.below(100) < percent


SETTINGS = """# Settings of Harbour & Hearth Ltd, a tour and cleaning business that does not exist.

[business]
# Times without an offset are on this clock, and a day begins and ends by it.
timezone = "Europe/London"
# Phone numbers without a country code are British: 07700 900123 is +44 7700 900123.
phone_region = "GB"
# Days are written as 2026-07-05. With the line below, 05/07/2026 would be taken as well, for 5 July.
# date_formats = ["%d/%m/%Y"]

[flags]
comment_limit = 500

# The most severe type first. Coming bookings of a customer with a type that holds must not go ahead.
[[flags.types]]
name = "On Hold"
colour = "red"
holds = true

[[flags.types]]
name = "At Risk"
colour = "red"

[[flags.types]]
name = "Warning"
colour = "yellow"

[[flags.types]]
name = "Important"
colour = "blue"

[[flags.types]]
name = "Alert"
colour = "magenta"

# What the booking system calls its statuses, beside the words that Flagbook knows.
[status_words]
"Deposit paid" = "booked"
"Invoiced" = "completed"
"Called off" = "cancelled"
"""


# --- customers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Customer:
    """One row of customers.csv."""

    customer_id: str
    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    status: str


def customer_id(number: int) -> str:
    """Return the id of the n-th customer, such as TC-00017."""
    return f"TC-{number:05}"


def plain(text: str) -> str:
    """Return a text as it may stand in an e-mail address."""
    letters = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Æ", "Ae")).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in letters if letter.isalnum())


def phone(number: int) -> str:
    """Return the n-th customer's own number, written the way that people of several countries write theirs."""
    short, last = f"{number:03}", f"{number % 100:02}"
    ways = (
        f"07700 900{short}", f"+44 7700 900{short}", f"0117 496 0{short}", f"(020) 7946 0{short}", f"+1 ({AREAS[number // 100]}) 555-01{last}",
        f"07700-900-{short}", f"+33 6 39 98 0{short[0]} {short[1:]}", f"0044 7700 900{short}", f"+353 20 915 0{short}", f"+49 30 23125 {short}",
    )  # fmt: skip
    return ways[number % len(ways)]


def make_customers(chance: Chance) -> list[Customer]:
    """Return all customers, by id."""
    singles = [_customer(number, chance) for number in range(1, CUSTOMERS + 1)]
    return _share(singles, chance)


def _customer(number: int, chance: Chance) -> Customer:
    first, last = chance.one(FIRST_NAMES), chance.one(LAST_NAMES)
    family = FAMILIES_FROM <= number < REST_FROM
    company = f"{last.split('-')[0]} {chance.one(FIRMS)}" if number % 9 == 0 and not family else ""
    address = f"office{number}@{plain(company)}.test" if company else f"{plain(first)}.{plain(last)}{number}@example.{('com', 'org', 'net')[number % 3]}"
    if number % 23 == 0:
        address = address.replace("example.", "EXAMPLE.").title()
    own = "" if number % 31 == 0 else phone(number)
    return Customer(customer_id(number), first, last, company, "" if number % 37 == 0 else address, own, _customer_status(number))


def _customer_status(number: int) -> str:
    if number == DELETED or (number >= REST_FROM and number % 40 == DELETED_EACH):
        return "Deleted"
    if number == ARCHIVED or (number >= REST_FROM and number % 20 == ARCHIVED_EACH):
        return ("archived", "Inactive", "Former")[number % 3]
    return "Active"


def _share(singles: list[Customer], chance: Chance) -> list[Customer]:
    """Make families of two to four: one name and e-mail address each, and in every other one phone number."""
    customers, start, sizes = list(singles), FAMILIES_FROM, cycle((2, 3, 4))
    while start < REST_FROM:
        size = next(sizes)
        parent = singles[start - 1]
        for number in range(start, min(start + size, REST_FROM)):
            mine = customers[number - 1]
            shared = parent.phone if size % 2 == 0 else mine.phone
            customers[number - 1] = replace(mine, first_name=chance.one(FIRST_NAMES), last_name=parent.last_name, email=parent.email, phone=shared)
        start += size
    return customers


# --- bookings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Booking:
    """One row of bookings.csv; the id is given by its place."""

    customer: int
    starts_at: datetime
    status: str
    created_at: datetime
    service: int
    staff: str
    alert_message: str = ""
    by_email: bool = False


# What the show uploads need: customer, start on the clock of the business, status, alert of its own.
CAST_BOOKINGS = (
    (17, datetime(2026, 5, 11, 10), "No show", ""),
    (17, datetime(2026, 6, 1, 8, 30), "Confirmed", ""),
    (17, datetime(2026, 6, 1, 9), "Confirmed", ""),
    (17, datetime(2026, 6, 4, 14), "Deposit paid", ""),
    (17, datetime(2026, 6, 11, 10, 30), "Confirmed", "Bring the tall ladder"),
    (17, datetime(2026, 6, 18, 10, 30), "Called off", ""),
)


def make_bookings(customers: Sequence[Customer], chance: Chance) -> list[Booking]:
    """Return all bookings, in the order in which they were made."""
    living = [number for number, customer in enumerate(customers, start=1) if customer.status == "Active" and number < NEW_FROM]
    bookings = [_made(Booking(number, start, status, AS_OF, 6, "Ines Parrow", alert), chance) for number, start, status, alert in CAST_BOOKINGS]
    for number in range(1, FAMILIES_FROM):
        if number in living:
            bookings += [_booking(number, 1 + chance.below(60), chance) for _ in range(1 + chance.below(2))]
    bookings += [_booking(number, 1 + chance.below(30), chance) for number in range(NEW_FROM + 1, CUSTOMERS + 1, 2)]
    bookings += [_booking(chance.one(living), 0, chance) for _ in range(25)]
    bookings += [_booking(chance.one(living), chance.below(270) - 180, chance) for _ in range(BOOKINGS - len(bookings))]
    return [_by_email(booking, customers) for booking in sorted(bookings, key=lambda one: (one.created_at, one.starts_at, one.customer))]


def _booking(customer: int, days: int, chance: Chance) -> Booking:
    start = datetime(2026, 6, 1) + timedelta(days=days, hours=7 + chance.below(10), minutes=chance.one((0, 0, 30)))
    past = start < datetime(2026, 6, 1)
    status = chance.one(("completed",) * 8 + ("cancelled", "no-show")) if past else chance.one(("booked",) * 11 + ("cancelled",))
    alert = chance.one(OWN_ALERTS) if chance.happens(5) else ""
    return _made(Booking(customer, start, chance.one(WORDS[status]), AS_OF, chance.below(len(SERVICES)), chance.one(STAFF), alert), chance)


def _made(booking: Booking, chance: Chance) -> Booking:
    """Set when a booking was made: by day, on a day before it starts and before the export."""
    latest = min(booking.starts_at, AS_OF)
    day = latest.replace(hour=0, minute=0) - timedelta(days=1 + chance.below(50))
    return replace(booking, created_at=day + timedelta(hours=8, minutes=chance.below(800)))


def _by_email(booking: Booking, customers: Sequence[Customer]) -> Booking:
    """Some bookings come from the web site, which knows the e-mail address only."""
    alone = not FAMILIES_FROM <= booking.customer < REST_FROM and customers[booking.customer - 1].email
    return replace(booking, by_email=bool(alone) and booking.starts_at.minute > 0 and booking.service == 1)


def booking_rows(bookings: Sequence[Booking], customers: Sequence[Customer]) -> list[list[str]]:
    """Return the rows of bookings.csv."""
    rows = []
    for number, booking in enumerate(bookings, start=1):
        customer = customers[booking.customer - 1]
        service, minutes, price = SERVICES[booking.service]
        who = ["", customer.email] if booking.by_email else [customer.customer_id, ""]
        times = [moment.isoformat(" ", "minutes") for moment in (booking.starts_at, booking.starts_at + timedelta(minutes=minutes))]
        made = booking.created_at.isoformat(" ", "minutes")
        rows.append([f"B-{100000 + number}", *who, *times, booking.status, service, booking.staff, price, booking.alert_message, made])
    return rows


# --- instructions -----------------------------------------------------------------------------------------------------


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
        """Return the cells in the order of `HEADERS`."""
        who: list[Cell] = [self.customer_id, self.email, self.phone]
        return [self.action, *who, self.flag_type, self.comment, self.expires_on, self.reason, self.flagged_by, self.version, self.shows]


def flag_type(number: int) -> str:
    """Return the type of the flag that the first upload gives to one of the first customers."""
    return TYPES[(number - 1) % len(TYPES)]


def first_comment(number: int) -> str:
    """Return the comment that goes with it."""
    comments = COMMENTS[flag_type(number)]
    return comments[number % len(comments)]


def first_rows() -> list[Row]:
    """Return the rows of first_flags.csv: one flag for each of the first customers, some more, and one change of mind."""
    ends: dict[int, Cell] = {4: "2026-07-31", 8: "2026-06-15", 16: "2026-06-01", 21: "2026-12-31"}
    rows = [Row("add", customer_id(n), flag_type(n), first_comment(n), expires_on=ends.get(n, "")) for n in range(1, 30)]
    more = [
        (12, "On Hold"),
        (12, "Warning"),
        (12, "Important"),
        (17, "Important"),
        (17, "Alert"),
        (20, "Warning"),
        (61, "Alert"),
        (63, "On Hold"),
        (155, "At Risk"),
    ]
    rows += [Row("add", customer_id(n), kind, COMMENTS[kind][n % len(COMMENTS[kind])]) for n, kind in more]
    return [*rows, Row("edit", customer_id(2), "At Risk", "Cancelled a fourth time. Manager calls first.", flagged_by="Rhona Castell")]


def good_rows(customers: Sequence[Customer]) -> list[Row]:
    """Return rows that are fine, each in its own way."""
    mail, number = [""] + [one.email for one in customers], [""] + [one.phone for one in customers]
    return [
        Row("edit", customer_id(1), "On Hold", "Paid in full on 29 May, one more week to be sure.", "the version fits", version="1"),
        Row("Set", customer_id(3), "warning", first_comment(3), "set to what is there already"),
        Row("edit", customer_id(4), "Important", "", "an edit with nothing filled in"),
        Row("add", customer_id(5), "Alert", f"  {first_comment(5)} ", "the same comment but for blanks around it"),
        Row("remove", customer_id(7), flag_type(7), "", "its bookings are cleared", reason="Talked it over, all is well"),
        Row("remove", customer_id(30), "Warning", "", "there is no such flag to remove"),
        Row("edit", customer_id(8), "Warning", "", "[clear] empties the last day", expires_on="[clear]"),
        Row("update", customer_id(16), "On Hold", "", "another last day only; a date cell", expires_on=date(2026, 6, 30)),
        Row("UNFLAG", customer_id(12), "all", "", "ends all four flags", reason="Moved away in May"),
        Row("remove", customer_id(12), "ALL", "", "none is left by now"),
        Row(
            "add",
            customer_id(17),
            "On Hold",
            "No-show on 11 May. Deposit first, then the next tour.",
            "a fourth flag, more severe than the others",
            flagged_by="Leif Odd",
        ),
        Row("edit", customer_id(17), "Alert", "Wants to be called Captain. Humour him 🧭", "an emoji"),
        Row("upsert", customer_id(32), "Important", "Parle français :\nMaëlle préfère « vous ».", "accents and a line break"),
        Row("add", customer_id(34), "Warning", "=SUM of the last three invoices is unpaid", "text that looks like a formula"),
        Row("add", customer_id(35), "Warning", "@reception: ask for the red key", "text that a spreadsheet may take for a formula"),
        Row("add", customer_id(46), "Important", STORY, "exactly 500 characters"),
        Row("new", "", "Alert", "Booked through the hotel desk, tips are settled there.", "by e-mail", email=mail[38].upper()),
        Row("add", "", "Alert", "Prefers a text message to a call.", "by phone, with the country code", phone="+44 117 496 0042"),
        Row("add", "", "Warning", "Gravel drive, no heels on the tour.", "by phone, as it is dialled at home", phone="07700 900 040"),
        Row("add", customer_id(62), "Important", "Tamsin pays, Hamish books.", "a shared address, and the id that narrows it down", email=mail[62]),
        Row("add", f" {customer_id(41)} ", "Alert", "Asks for Mbali each time.", "id and phone agree, blanks do not count", phone=number[41]),
        Row("add", customer_id(ARCHIVED), "At Risk", "Left in winter, may come back for the day tour.", "an archived customer may be flagged"),
        Row("add", customer_id(43), "Warning", "Ladder in the hall until today.", "active through the day of the upload", expires_on="2026-06-01"),
        Row("ignore", customer_id(44), "Warning", "Wait for the answer to our letter.", "left alone"),
        Row("skip", "TC-?????", "", "", "left alone and not judged"),
        Row("remove", customer_id(22), flag_type(22), "", "taken off here, and set again by the second file", reason="Contract renewed"),
    ]


def bad_rows(customers: Sequence[Customer]) -> list[Row]:
    """Return rows that come back, one for each code and some for several."""
    mail = [""] + [one.email for one in customers]
    lost = Formula("=VLOOKUP(B4,'Old list'!A:B,2,FALSE)", "#N/A")
    return [
        Row("add", customer_id(45), "Warning", lost, "cell-error: #N/A"),
        Row("add", Formula("='Old list'!#REF!", "#REF!"), "Warning", "Key under the third pot.", "cell-error: #REF! for an id"),
        Row("add", customer_id(36), "Alert", "Back in a month.", "cell-error: a formula that was never calculated", expires_on=Formula("=TODAY()+30", "")),
        Row("", customer_id(47), "Warning", "Which action?", "missing-action"),
        Row("flag", customer_id(47), "Warning", "Slippery steps at the back.", "unknown-action"),
        Row("add", "", "Warning", "Somebody with a parrot.", "missing-customer"),
        Row("add", "TC-0O017", "Warning", "An O for a nought.", "unknown-customer: one letter off"),
        Row("remove", customer_id(DELETED), "ALL", "", "unknown-customer: deleted"),
        Row("add", "", "Alert", "No account yet.", "unknown-customer: nobody's address", email="nobody.yet@example.org"),
        Row("add", customer_id(50), "Alert", "Whose address is it?", "conflicting-customer", email=mail[51]),
        Row("add", customer_id(50), "Alert", "Call the daughter.", "conflicting-customer: the number is nobody's", phone="ask at the desk"),
        Row("add", "", "Alert", "One of the family.", "ambiguous-customer: a family's address", email=mail[66]),
        Row("add", Shown(52, '"TC-"00000'), "Alert", "Two bikes in the hall.", "id-not-exact: shows TC-00052, holds 52"),
        Row("add", Shown(53, "00000"), "Alert", "Rings twice.", "id-not-exact: shows 00053, holds 53"),
        Row("add", customer_id(54), "", "Which kind?", "missing-flag-type"),
        Row("add", customer_id(54), "VIP", "Knows the owner.", "unknown-flag-type"),
        Row("add", customer_id(54), "ALL", "Everything.", "unknown-flag-type: ALL goes with remove"),
        Row("add", customer_id(55), "At Risk", "", "missing-comment", reason="Complained"),
        Row("set", customer_id(56), "Warning", "", "missing-comment: there is no such flag yet", expires_on="2026-08-31"),
        Row("add", customer_id(57), "Important", f"{STORY}.", "comment-too-long: 501 characters"),
        Row("add", customer_id(58), "Warning", "Painters in the house.", "bad-date", expires_on="end of June"),
        Row("add", customer_id(58), "Warning", "Roof being mended.", "bad-date: there is no such day", expires_on="2026-06-31"),
        Row("add", customer_id(59), "Warning", "Road works outside.", "ambiguous-date", expires_on="05/07/2026"),
        Row("add", customer_id(60), "Warning", "Lift out of order.", "already-expired: yesterday", expires_on=date(2026, 5, 31)),
        Row("edit", customer_id(9), "Important", "[clear]", "not-clearable"),
        Row("edit", customer_id(10), "Alert", "Call before 17:00.", "bad-version", version="v10"),
        Row("remove", customer_id(13), "ALL", "", "bad-version: ALL has none", version="13"),
        Row("add", customer_id(6), "On Hold", "Cheque bounced.", "already-flagged"),
        Row("edit", customer_id(31), "At Risk", "Calmer now.", "no-such-flag"),
        Row("edit", customer_id(2), "At Risk", "Two cancellations only.", "changed-since-export: edited since", version="2"),
        Row("forget", "TC-99999", "VIP", "Three things at once.", "three codes in one row", expires_on="soon"),
    ]


def repeated_rows() -> list[Row]:
    """Return rows that act on one another: each finds what the rows above it left."""
    return [
        Row("add", customer_id(33), "Warning", "Bees in the garden.", "1 of 7 on one flag"),
        Row("add", customer_id(33), "Warning", "Bees in the garden.", "2 of 7: the same again"),
        Row("add", customer_id(33), "Warning", "Wasps in the garden.", "3 of 7: already-flagged"),
        Row("edit", customer_id(33), "Warning", "Wasps, not bees.", "4 of 7"),
        Row("remove", customer_id(33), "Warning", "", "5 of 7", reason="Nest is gone"),
        Row("edit", customer_id(33), "Warning", "One wasp left.", "6 of 7: no-such-flag"),
        Row("set", customer_id(33), "Warning", "Hedgehogs in the garden, mind the mower.", "7 of 7", expires_on="2026-10-31"),
        Row("remove", customer_id(14), "Important", "", "removed, then added anew"),
        Row("add", customer_id(14), "Important", "Step-free route, and a seat at every stop.", "so that the add finds nothing there"),
    ]


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


def workbook_rows(customers: Sequence[Customer], chance: Chance) -> list[Row | None]:
    """Return the rows of flags.xlsx; None is a row left blank."""
    edits: list[Row | None] = [Row("edit", customer_id(n), flag_type(n), f"{first_comment(n)} Checked on 29 May.") for n in (11, 15, 18, 19)]
    one, two, three = (ordinary_rows(customers, chance, numbers) for numbers in (range(160, 220, 4), range(221, 300, 4), range(302, 370, 4)))
    return [*one, *good_rows(customers), *edits, None, *repeated_rows(), *two, None, None, *bad_rows(customers), *three]


def second_rows(customers: Sequence[Customer], chance: Chance) -> list[Row]:
    """Return the rows of more_flags.csv, which act on what flags.xlsx left."""
    mail, number = [""] + [one.email for one in customers], [""] + [one.phone for one in customers]
    return [
        *ordinary_rows(customers, chance, range(371, 440, 4)),
        Row("set", customer_id(22), "At Risk", "Renewed, but asks for a new crew.", "taken off by the first file, set again here"),
        Row("insert", customer_id(34), "Warning", "All invoices paid.", "already-flagged by the first file"),
        Row(
            "change",
            customer_id(1),
            "On Hold",
            "Hold lifted on 8 June at the latest.",
            "the version fits still: it is the one from before the upload",
            version="1",
        ),
        Row("delete", customer_id(20), "ALL", "", "ends both flags", reason="Account closed; see also the letter"),
        Row("edit", customer_id(20), "Alert", "Closed? Not so fast.", "no-such-flag: it has just ended"),
        Row("merge", customer_id(24), flag_type(24), "Keys:\n1. front door\n2. shed", "line breaks in a CSV"),
        Row("add", customer_id(25), "Warning", "+44 number no longer works; write instead", "text that a spreadsheet may take for a formula"),
        Row("add", customer_id(26), "Alert", "- no cards, cash only", "the same"),
        Row("add", customer_id(28), "Important", 'Says "no perfume; none at all"', "quotes and a semicolon"),
        Row("add", "", "Alert", "Deaf in the left ear.", "by e-mail", email=mail[39]),
        Row("add", "", "Alert", "Meets the guide at the ferry.", "by phone", phone=number[51]),
        Row("add", "", "Warning", "One of two.", "ambiguous-customer: a family's number", phone=number[62]),
        Row("add", "", "Alert", "A slip of the pen.", "unknown-customer: one letter off", email=mail[52].replace("rookhampton", "rockhampton")),
        Row("edit", customer_id(17), "Important", "", "the last day only", expires_on="2026-09-30"),
        Row("remove", customer_id(17), "At Risk", "", "changed-since-export: no version that this flag had", version="1"),
        Row("remove", customer_id(27), flag_type(27), "", "one flag of one", reason="Old"),
        Row("create", customer_id(55), "At Risk", "Complained about the wait on the quay.", "what flags.xlsx left out"),
        Row("add", customer_id(29), "Warning", "", "missing-comment,already-expired", expires_on="2025-12-31"),
        Row("add", customer_id(DELETED), "Alert", "Back again?", "unknown-customer: deleted"),
        Row("clear", customer_id(63), "ALL", "", "ends the one flag"),
        Row("edit", customer_id(64), "On Hold", "Nothing to hold.", "no-such-flag"),
        Row("ignore", customer_id(65), "On Hold", "Ask accounts.", "left alone"),
        Row("add", customer_id(56), "Warning", "Glass door, easily missed.", "", expires_on="2026-08-31", flagged_by="Inès Parrow"),
    ]


# --- files ------------------------------------------------------------------------------------------------------------

BOOKING_HEADERS = ("booking_id", "customer_id", "email", "starts_at", "ends_at", "status", "service", "staff", "price", "alert_message", "created_at")
HEADERS = ("Action", "Customer ID", "E-mail", "Phone", "Flag type", "Comment", "Expires on", "Reason", "Flagged by", "Version", "What the row shows")
OTHER_HEADERS = (
    "Command", "Customer No.", "E-Mail Address", "mobile phone", "FLAG", "Alert message",
    "expiry_date", "Change reason", "Requested by", "version", "What the row shows",
)  # fmt: skip
WIDTHS = (10, 13, 34, 20, 12, 60, 12, 26, 16, 9, 48)
NOTES = (
    f"{MADE_UP}.",
    "Weekly review of 29 May: Ines collected the rows, Rhona read them.",
    "This sheet has no table, so Flagbook leaves it out and says so.",
    "The sheet 'Old list' is hidden and left out for that reason.",
)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def workbook_bytes(rows: Sequence[Row | None]) -> bytes:
    """Return flags.xlsx: the sheet Flags with a title above its header, a sheet of notes, and a hidden sheet."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": "Flags, weekly review", "comments": MADE_UP, "created": datetime(2026, 5, 29, 16)})
    title, head, day = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format({"bold": True, "bg_color": "#D9E2F3"}),
        book.add_format({"num_format": "dd/mm/yyyy"}),
    )
    sheet = book.add_worksheet("Flags")
    sheet.write_string(0, 0, f"Flags to set, week 23 ({MADE_UP})", title)
    for column, (text, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, text, head)
    sheet.freeze_panes(3, 0)
    for place, row in enumerate(rows, start=3):
        for column, cell in enumerate(row.cells() if row else ()):
            _write_cell(sheet, (place, column), cell, day if isinstance(cell, date) else book.add_format(_look(cell)))
    notes = book.add_worksheet("Notes")
    for place, note in enumerate(NOTES):
        notes.write_string(place, 0, note)
    old = book.add_worksheet("Old list")
    old.write_row(0, 0, ("Action", "Customer ID", "Flag type", "Comment"))
    old.write_row(1, 0, ("add", "TC-00002", "Alert", "From last year, kept for reference."))
    old.hide()
    book.close()
    return _uncompressed(made.getvalue())


def _look(cell: Cell) -> dict[str, object]:
    return {"num_format": cell.shown_as} if isinstance(cell, Shown) else {}


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], cell: Cell, look: object) -> None:
    match cell:
        case Shown():
            sheet.write_number(*place, cell.number, look)
        case Formula():
            sheet.write_formula(*place, cell.formula, None, cell.value)
        case date():
            sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), look)
        case "":
            pass
        case _:
            sheet.write_string(*place, cell)


def _uncompressed(data: bytes) -> bytes:
    """Return a workbook stored without compression, since compressors differ from machine to machine."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), before.read(name))
    return packed.getvalue()


def make_files() -> dict[str, bytes]:
    """Return every generated file by its name."""
    chance = Chance(SEED)
    customers = make_customers(chance)
    bookings = booking_rows(make_bookings(customers, chance), customers)
    people = [list(vars(one).values()) for one in customers]
    first = [[row.action, row.customer_id, row.flag_type, row.comment, row.expires_on, row.flagged_by] for row in first_rows()]
    second = csv_text(OTHER_HEADERS, [row.cells() for row in second_rows(customers, chance)], ";")
    return {
        "customers.csv": csv_text([field.name for field in fields(Customer)], people).encode(),
        "bookings.csv": csv_text(BOOKING_HEADERS, bookings).encode(),
        "first_flags.csv": csv_text(("action", "customer_id", "flag_type", "comment", "expires_on", "flagged_by"), first).encode(),
        "flags.xlsx": workbook_bytes(workbook_rows(customers, chance)),
        "more_flags.csv": f"{MADE_UP}\n{second}".encode("utf-8-sig"),
        "flagbook.toml": SETTINGS.encode(),
    }


def main() -> None:
    """Write the files into the folder named, or beside this script."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent
    for name, data in make_files().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
