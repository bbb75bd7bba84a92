"""The columns that Flagbook recognises in uploads and exports: names, aliases, kinds, and which are required."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a cell is cast (rules 2.2, 3.4, 7.4)."""

    ID = "id"
    EMAIL = "e-mail"
    PHONE = "phone"
    TEXT = "text"
    WORD = "word"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    VERSION = "version"


@dataclass(frozen=True)
class Column:
    """One recognised column; `aliases` are other headers that mean it, compared by `header_key`."""

    name: str
    kind: Kind
    meaning: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """One kind of sheet. `required` lists groups of column names: at least one of each group must be there."""

    name: str
    title: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]

    def names(self) -> tuple[str, ...]:
        """Return the recognised column names in their order."""
        return tuple(column.name for column in self.columns)


RESULT_COLUMNS = ("outcome", "code", "message", "matched_customer_id", "bookings_updated")
# What an export's rejected rows have besides their own columns: the number that each had in the file, and why it came back.
REJECTED_COLUMNS = ("source_row", "message")

CUSTOMER_ID = Column("customer_id", Kind.ID, "the customer's id", ("customer no", "customer number", "cust id", "client id", "account id", "customer ref"))
EMAIL = Column("email", Kind.EMAIL, "the customer's e-mail address", ("e-mail address", "email address", "customer email", "client email"))
PHONE = Column("phone", Kind.PHONE, "the customer's phone number", ("phone number", "mobile", "mobile phone", "telephone", "customer phone", "cell phone"))

FLAGS = Layout(
    "flags",
    "Flags",
    (
        Column("action", Kind.WORD, "add, edit, set, remove or ignore", ("command", "operation", "instruction")),
        CUSTOMER_ID,
        EMAIL,
        PHONE,
        Column("flag_type", Kind.WORD, "the type of the flag, or ALL with remove", ("flag", "type of flag")),
        Column("comment", Kind.TEXT, "what staff need to know", ("flag comment", "alert message", "flag note", "flagged reason")),
        Column("expires_on", Kind.DATE, "the last day on which the flag is active", ("expires", "expiry", "expiry date", "expiration date", "end date")),
        Column("reason", Kind.TEXT, "why, for the history", ("reason for change", "change reason")),
        Column("flagged_by", Kind.TEXT, "who asks for it", ("requested by",)),
        Column("version", Kind.VERSION, "written by the template: leave it alone"),
    ),
    (("action",), ("flag_type",), ("customer_id", "email", "phone")),
)

CUSTOMERS = Layout(
    "customers",
    "Customers",
    (
        CUSTOMER_ID,
        Column("first_name", Kind.TEXT, "given name", ("given name", "forename", "firstname")),
        Column("last_name", Kind.TEXT, "family name", ("surname", "family name", "lastname")),
        Column("company", Kind.TEXT, "company", ("company name", "organisation", "organization", "business name")),
        EMAIL,
        PHONE,
        Column("status", Kind.WORD, "active, archived or deleted", ("customer status", "account status")),
        Column("alert_message", Kind.TEXT, "the source's alert text", ("alert",)),
    ),
    (("customer_id",),),
)

BOOKINGS = Layout(
    "bookings",
    "Bookings",
    (
        Column("booking_id", Kind.ID, "the booking's id", ("booking no", "booking number", "appointment id", "order id", "reservation id", "booking ref")),
        CUSTOMER_ID,
        EMAIL,
        PHONE,
        Column("starts_at", Kind.TIME, "day and time of the start", ("start", "starts", "start time", "start date", "starts on")),
        Column("ends_at", Kind.TIME, "day and time of the end", ("end", "ends", "end time", "end date", "ends on")),
        Column("status", Kind.WORD, "booked, completed, cancelled or no-show", ("booking status", "appointment status")),
        Column("service", Kind.TEXT, "what is booked", ("service name", "tour")),
        Column("staff", Kind.TEXT, "who serves", ("staff name", "employee")),
        Column("price", Kind.NUMBER, "the price as a number", ("total price", "amount")),
        Column("alert_message", Kind.TEXT, "the text that staff see on the booking", ("alert", "booking alert")),
        Column("created_at", Kind.TIME, "when the booking was made", ("created", "booked at", "booked on", "created on", "date created")),
        Column("first_name", Kind.TEXT, "given name, for customers that are made", ("customer first name",)),
        Column("last_name", Kind.TEXT, "family name, for customers that are made", ("customer last name",)),
        Column("company", Kind.TEXT, "company, for customers that are made", ("company name",)),
    ),
    (("booking_id",), ("starts_at",), ("customer_id", "email", "phone")),
)

SAY_NOTHING = "_-\u2010\u2011\u2012\u2013\u2014.,:;'\u2019"  # signs by which no two headers differ
LAYOUTS = {layout.name: layout for layout in (FLAGS, CUSTOMERS, BOOKINGS)}


def header_key(text: str) -> str:
    """Return the form in which headers are compared: no case, blanks, underscores or punctuation (rule 7.3)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def sign_key(text: str) -> str:
    """Return the form in which headers are told apart that differ in signs alone, as Customer and Customer #, or Hold and Hold?."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if not (letter.isspace() or letter in SAY_NOTHING))


def header_names(layout: Layout, extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the column name for every header key of `layout`; `extra` maps more headers to column names and wins."""
    known = {header_key(word): column.name for column in layout.columns for word in (column.name, *column.aliases)}
    more = {header_key(header): name for header, name in (extra or {}).items()}
    return known | more
