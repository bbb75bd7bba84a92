"""The customers: names, companies, addresses, numbers, families."""

import unicodedata
from dataclasses import dataclass, replace
from itertools import cycle

from sample_data.making.chance import Chance

ARCHIVED, DELETED = 48, 49
ARCHIVED_EACH, DELETED_EACH = 7, 11
CUSTOMERS, FAMILIES_FROM, REST_FROM, NEW_FROM = 500, 61, 151, 481
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
AREAS = ("212", "312", "415", "503", "617", "716")  # in each of them 555-0100 to 555-0199 are for fiction


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
