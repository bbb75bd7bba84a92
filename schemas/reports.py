"""The reports: their names, titles, and what each column is called and shows. What is in them the book's views say."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a column is shown in a workbook and on a page."""

    TEXT = "text"
    LONG = "long text"
    FLAGS = "flags"  # types of flags, most severe first
    NAME = "name"  # of a person or company; in red with a flag behind it where the row is flagged
    DAY = "day"
    TIME = "time"
    COUNT = "count"
    YES = "yes or nothing"


@dataclass(frozen=True)
class Shown:
    """One column: its name in the view, its heading, and its form."""

    name: str
    heading: str
    form: Form = Form.TEXT


@dataclass(frozen=True)
class ReportKind:
    """One report; `about` is what it says in one sentence. `flags` is the column that tells whether a row is flagged."""

    name: str
    title: str
    about: str
    columns: tuple[Shown, ...]
    flags: str | None = None

    def names(self) -> list[str]:
        """Return the names of the columns that it needs: those that it shows, and the one that tells whether a row is flagged."""
        return list(dict.fromkeys([*(column.name for column in self.columns), *([self.flags] if self.flags else [])]))


CUSTOMER = Shown("customer_id", "Customer")
NAME = Shown("name", "Name", Form.NAME)
FLAGS = Shown("flags", "Flags", Form.FLAGS)
STARTS = Shown("starts_at", "Starts", Form.TIME)
ENDS = Shown("ends_at", "Ends", Form.TIME)
SERVICE, STAFF = Shown("service", "Service"), Shown("staff", "Staff")
ALERT = Shown("alert_message", "Alert message", Form.LONG)
BOOKING = Shown("booking_id", "Booking")
PERSON = (Shown("first_name", "First name", Form.NAME), Shown("last_name", "Last name", Form.NAME), Shown("company", "Company", Form.NAME))
REACH = (Shown("email", "E-mail"), Shown("phone", "Phone"))

REPORTS = (
    ReportKind(
        "customers",
        "Customers",
        "Every customer with alert message, flags, tags, and how many bookings (of any status) there are before and after the report's time.",
        (
            CUSTOMER,
            *PERSON,
            FLAGS,
            ALERT,
            Shown("status", "Status"),
            Shown("blocked", "Blocked", Form.YES),
            Shown("total_bookings", "Total bookings", Form.COUNT),
            Shown("past_bookings", "Past bookings", Form.COUNT),
            Shown("future_bookings", "Future bookings", Form.COUNT),
            Shown("last_booking", "Last booking", Form.TIME),
            Shown("next_booking", "Next booking", Form.TIME),
            Shown("tags", "Tags"),
            *REACH,
        ),
        "flags",
    ),
    ReportKind(
        "workstack",
        "Workstack",
        "Customers with flags, most severe first, then the oldest flag first.",
        (
            FLAGS,
            CUSTOMER,
            NAME,
            ALERT,
            Shown("oldest_flag_at", "Oldest flag", Form.TIME),
            Shown("oldest_flag_days", "Days since", Form.COUNT),
            Shown("flagged_by", "Flagged by"),
            Shown("coming_bookings", "Coming bookings", Form.COUNT),
            Shown("next_booking", "Next booking", Form.TIME),
            Shown("held", "Held", Form.YES),
            Shown("blocked", "Blocked", Form.YES),
            Shown("status", "Status"),
            Shown("company", "Company"),
            *REACH,
        ),
        "flags",
    ),
    ReportKind(
        "agenda",
        "Agenda",
        "Coming bookings by day and time; bookings of one service, time and member of staff are one line that lists its customers, flagged ones first.",
        (
            Shown("day", "Day", Form.DAY),
            STARTS,
            ENDS,
            SERVICE,
            STAFF,
            Shown("bookings", "Bookings", Form.COUNT),
            Shown("flagged", "Flagged", Form.COUNT),
            Shown("held", "Held", Form.COUNT),
            Shown("customers", "Customers", Form.LONG),
            Shown("alerts", "Alerts", Form.LONG),
            Shown("booking_ids", "Booking"),
        ),
        "flagged",
    ),
    ReportKind(
        "check-in",
        "Check-in",
        "The bookings of the report's day by name, as at a counter; flagged customers in red.",
        (
            NAME,
            STARTS,
            SERVICE,
            STAFF,
            FLAGS,
            ALERT,
            Shown("customer_alert", "Customer's own alert, where it differs", Form.LONG),
            Shown("blocked", "Blocked", Form.YES),
            Shown("phone", "Phone"),
            CUSTOMER,
            BOOKING,
        ),
        "flags",
    ),
    ReportKind(
        "held-bookings",
        "Held bookings",
        "Coming bookings of customers with a flag that holds: they must not progress.",
        (
            Shown("day", "Day", Form.DAY),
            STARTS,
            SERVICE,
            STAFF,
            CUSTOMER,
            *PERSON,
            FLAGS,
            Shown("held_for", "Held for", Form.FLAGS),
            Shown("flagged_by", "Flagged by"),
            ALERT,
            BOOKING,
        ),
        "flags",
    ),
    ReportKind(
        "breaches",
        "Breaches",
        "Bookings that customers made after they were blocked, as long as that block stands: with it they leave the list, a later block does not "
        "bring them back, and the history keeps all of it.",
        (
            BOOKING,
            CUSTOMER,
            *PERSON,
            STARTS,
            Shown("status", "Status"),
            SERVICE,
            STAFF,
            Shown("made_at", "Made", Form.TIME),
            Shown("blocked_at", "Blocked since", Form.TIME),
            Shown("blocked_by", "Blocked by"),
            Shown("blocked_reason", "Reason of the block", Form.LONG),
        ),
    ),
    ReportKind(
        "flag-history",
        "Flag history",
        "Everything that happened to flags, customer by customer.",
        (
            CUSTOMER,
            Shown("name", "Name"),
            Shown("changed_at", "Date", Form.TIME),
            Shown("action", "Action"),
            Shown("flag_type", "Flag type", Form.FLAGS),
            Shown("comment_before", "Comment before", Form.LONG),
            Shown("comment_after", "Comment after", Form.LONG),
            Shown("expires_on_before", "Last day before", Form.DAY),
            Shown("expires_on_after", "Last day after", Form.DAY),
            Shown("reason", "Reason", Form.LONG),
            Shown("changed_by", "Who"),
            Shown("batch_id", "Batch", Form.COUNT),
        ),
    ),
    ReportKind(
        "changes",
        "Changes",
        "All changes on customers' profiles: flags, tags, status, blocks and alerts.",
        (
            CUSTOMER,
            Shown("name", "Name"),
            Shown("changed_at", "Date", Form.TIME),
            Shown("entity", "Of"),
            Shown("item", "Item"),
            Shown("action", "Action"),
            Shown("before", "Before", Form.LONG),
            Shown("after", "After", Form.LONG),
            Shown("reason", "Reason", Form.LONG),
            Shown("changed_by", "Who"),
            Shown("batch_id", "Batch", Form.COUNT),
        ),
    ),
    ReportKind(
        "expiring-and-stale",
        "Expiring and stale",
        "Flags that end soon, and old flags whose customer has had no booking since.",
        (
            Shown("list", "List"),
            Shown("flag_type", "Flag type", Form.FLAGS),
            CUSTOMER,
            Shown("name", "Name"),
            Shown("comment", "Comment", Form.LONG),
            Shown("expires_on", "Last day", Form.DAY),
            Shown("days_left", "Days left", Form.COUNT),
            Shown("flagged_at", "Flagged", Form.TIME),
            Shown("age_days", "Days since", Form.COUNT),
            Shown("flagged_by", "Flagged by"),
            Shown("last_booking", "Latest booking", Form.TIME),
        ),
    ),
    ReportKind(
        "kept-alerts",
        "Kept alerts",
        "Coming bookings whose own text hides their customer's alert.",
        (
            Shown("day", "Day", Form.DAY),
            STARTS,
            SERVICE,
            STAFF,
            CUSTOMER,
            NAME,
            FLAGS,
            Shown("customer_alert", "Customer's alert", Form.LONG),
            Shown("booking_alert", "The booking's own text", Form.LONG),
            BOOKING,
        ),
        "flags",
    ),
)
BY_NAME = {report.name: report for report in REPORTS}
