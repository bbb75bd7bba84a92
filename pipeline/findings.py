"""The catalogue of findings: every code that a row can come back with, in the order in which they are reported.

`ROW_FAULTS` follows rule 3.11; `STATE_FAULTS` need the stored flags (rules 3.3, 3.8, 3.10); `EXPORT_FAULTS` belong to
customer and booking exports. Entities add codes of their own (`schemas.entities.CATALOGUE`). The reference page in `docs/findings.md` is generated from here.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # foundations load nothing heavy: `flagbook --help` must answer at once
    import polars as pl


class Severity(StrEnum):
    """What a finding does to its row: an error rejects it, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue: `message` is what the admin reads beside the row."""

    code: str
    title: str
    message: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Checked:
    """Rows and what was found in them; `holds` tells which passed, None where all did: rows = valid rows + rejected rows.

    `findings` has the columns source_row (Int64), code, column, message; a row may have several findings.
    """

    rows: "pl.DataFrame"
    findings: "pl.DataFrame"
    holds: "pl.Series | None" = None

    @cached_property
    def valid(self) -> "pl.DataFrame":
        """Return the rows that passed."""
        return self.rows if self.holds is None else self.rows.filter(self.holds)


ROW_FAULTS = (
    Kind("cell-error", "Cell error", "a cell holds an Excel error or a formula without a stored value, or lies under a merged cell: type the value itself"),
    Kind("short-row", "Row cut short", "the row has fewer cells than the header: it may be cut short, or be no row at all; fill it up, or remove it"),
    Kind("control-character", "Control character", "a cell holds a control character, or a line break where there can be none: type it again"),
    Kind("cell-too-long", "Cell too long", "a cell holds more than 32,767 characters, the most that a spreadsheet can: a quotation mark may be missing"),
    Kind("missing-action", "No action", "action is blank: write add, edit, set, remove or ignore"),
    Kind("unknown-action", "Unknown action", "the action is not known: write add, edit, set, remove or ignore"),
    Kind("missing-customer", "No customer", "no customer is named: fill customer_id, email or phone"),
    Kind("unknown-customer", "Unknown customer", "no customer has this key: check it against the customer export"),
    Kind("conflicting-customer", "Conflicting keys", "customer_id, email and phone do not name the same customer: correct or blank one"),
    Kind("ambiguous-customer", "Several customers", "several customers have this key: name one by customer_id"),
    Kind(
        "id-not-exact",
        "Id is not exact",
        "the id is a number that shows other digits than it holds, is too long, in scientific form or a date: format the cell as text and type the id again",
    ),
    Kind("missing-flag-type", "No flag type", "flag_type is blank: name a flag type, or ALL to remove every flag"),
    Kind("unknown-flag-type", "Unknown flag type", "the flag type is not known (ALL goes with remove only)"),
    Kind("missing-comment", "No comment", "a new flag needs a comment that says why"),
    Kind("comment-too-long", "Comment too long", "the comment is too long: shorten it"),
    Kind("bad-date", "Not a date", "expires_on is not a date: write it as YYYY-MM-DD, or name its form in business.date_formats"),
    Kind("ambiguous-date", "Ambiguous date", "expires_on can be read in two ways: write it as YYYY-MM-DD, or name the format in business.date_formats"),
    Kind("already-expired", "Already over", "expires_on lies before the day of this batch: choose a later day, or leave it blank"),
    Kind("not-clearable", "Can't be cleared", "[clear] works in expires_on only: write the new value, or leave the cell blank"),
    Kind("bad-version", "Not a version", "version is not a whole number, or stands beside ALL: leave it as the template wrote it, and blank beside ALL"),
    Kind("not-allowed", "Not allowed", "the settings do not list this person as one who may do this: have someone listed submit it"),
)

STATE_FAULTS = (
    Kind("already-flagged", "Already flagged", "the customer already has this flag with other values: use edit or set to change it"),
    Kind("no-such-flag", "No such flag", "the customer does not have this flag: use add or set to create it"),
    Kind("changed-since-export", "Changed since export", "the flag was changed after this sheet was written: take a fresh template and make the change there"),
    Kind("accounts-not-required", "No customer accounts", 'new flags need customer accounts, and the settings say customer_accounts = "not-required"'),
)

STATUS_FAULTS = (Kind("missing-reason", "No reason", "a block needs a reason: fill the column, or upload the rejected rows with --reason"),)

EXPORT_FAULTS = (
    Kind("no-record", "No record", "the row repeats the header, or is a footer: it is no record, so remove it"),
    Kind("missing-id", "No id", "the row has no id: every row of an export needs one"),
    Kind("bad-email", "Not an address", "the e-mail address, by which the row is told, is none: correct it, or leave the cell blank"),
    Kind("bad-phone", "Not a phone number", "the phone number, by which the row is told, is none: correct it, or leave the cell blank"),
    Kind("bad-id", "Not an id", "the id is not of the form that the map takes ids from: correct it, or the pattern of its column under [pick] in the map"),
    Kind("unclear-flag", "Neither yes nor no", "a cell that tells whether there is a flag says neither yes nor no: give its word in the map, in yes or no"),
    Kind(
        "footer-row",
        "Not a row of data",
        "words stand where the id should, beside them nothing, or a line of totals or of a legend: remove the row if it is no data",
    ),
    Kind("duplicate-id", "Same id twice", "this id stands on several rows with different content: keep the right one"),
    Kind("missing-start", "No start", "starts_at is blank: a booking needs its day and time"),
    Kind("end-before-start", "Ends before it starts", "ends_at lies before starts_at"),
    Kind("bad-number", "Not a number", "price is not a number, or could be two (1,234): write it as 1234.50"),
)

WARNINGS = (
    Kind("unknown-status", "Unknown status", "the status word is not known and counts as booked or active: add it to status_words", Severity.WARNING),
    Kind("erased-customer", "Erased customer", "the customer was erased: the row is left alone, and does not come back", Severity.WARNING),
)

# What exports say of a time, in place of the message for days.
NOT_A_TIME = "{} is not a time, or one that a change of clocks skips: write it as YYYY-MM-DD HH:MM, or name its form in the settings' or the map's date_formats"

NOT_A_ZONE = "{} is not the name of a time zone, such as Europe/London: correct it, or leave the cell blank"

CATALOGUE = {kind.code: kind for kind in (*ROW_FAULTS, *STATE_FAULTS, *STATUS_FAULTS, *EXPORT_FAULTS, *WARNINGS)}
