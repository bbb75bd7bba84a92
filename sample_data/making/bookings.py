"""The bookings: tours, classes and cleanings, past and to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sample_data.making.chance import Chance
from sample_data.making.people import CUSTOMERS, FAMILIES_FROM, NEW_FROM, REST_FROM, Customer

AS_OF = datetime(2026, 6, 1, 9)  # the clock in Europe/London
BOOKINGS = 3000
SERVICES = (
    ("Harbour lights walking tour", 120, "18.00"), ("Smugglers' coast day tour", 480, "64.50"), ("Old town food tour", 180, "42.00"),
    ("Sourdough for beginners", 180, "55.00"), ("Watercolour by the quay", 150, "38.00"), ("Life drawing class", 120, "24.00"),
    ("Weekly home clean", 120, "44.00"), ("Office clean", 180, "96.00"), ("End-of-tenancy clean", 360, "210.00"), ("Oven and kitchen clean", 150, "79.95"),
)  # fmt: skip
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
BOOKING_HEADERS = ("booking_id", "customer_id", "email", "starts_at", "ends_at", "status", "service", "staff", "price", "alert_message", "created_at")


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

# What came in on 1 June: seats on one tour, and bookings of a customer who had been blocked that morning.
TOUR = (datetime(2026, 6, 6, 10), 2, "Mbali Quist", (1, 4, 9, 17, 28, 60, 74, 91, 120, 233))
BLOCKED, BLOCKED_BOOKINGS = 6, (datetime(2026, 6, 9, 14), datetime(2026, 6, 23, 14))
CANCELS_ONE_IN = 97


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


def next_bookings(bookings: Sequence[Booking]) -> list[Booking]:
    """Return the bookings as the export of the next night has them: some cancelled, and new ones at the end."""
    later = datetime(2026, 6, 2)
    coming = [number for number, one in enumerate(bookings) if one.starts_at >= later and one.status in WORDS["booked"]][::CANCELS_ONE_IN]
    same = [replace(one, status="Cancelled") if number in coming else one for number, one in enumerate(bookings)]
    starts, service, staff, seats = TOUR
    tour = [Booking(who, starts, "Confirmed", AS_OF + timedelta(minutes=7 * place), service, staff) for place, who in enumerate(seats)]
    blocked = [Booking(BLOCKED, start, "Confirmed", datetime(2026, 6, 1, 15, 20), 6, "Leif Odd") for start in BLOCKED_BOOKINGS]
    return [*same, *tour, *blocked]


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
