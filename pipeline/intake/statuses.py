"""Other systems' words for a status, in the book's terms; the settings and a column map extend them."""

from collections.abc import Mapping

from schemas.columns import header_key

# What a word counts as where nobody knows it.
COUNTS_AS = {"customers": "active of a customer who is new", "bookings": "booked"}
# Words are compared as headers are: without regard to case, blanks and punctuation.
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "customers": {
        "active": ("active", "current", "enabled", "open", "live", "member", "unarchived"),
        "archived": ("archived", "archive", "inactive", "disabled", "deactivated", "former", "suspended", "expired", "terminated", "closed", "dormant"),
        "deleted": ("deleted", "removed", "erased"),
    },
    "bookings": {
        "booked": (
            *("booked", "confirmed", "scheduled", "reserved", "pending", "upcoming", "accepted", "approved", "requested", "tentative", "unconfirmed"),
            *("awaiting confirmation", "pending approval", "rescheduled", "arrived", "checked in", "started", "in progress", "open", "active", "new"),
        ),
        "completed": (
            *("completed", "complete", "done", "finished", "attended", "checked out", "fulfilled", "closed", "show", "showed", "served", "ended"),
            *("service completed", "paid", "invoiced", "past"),
        ),
        "cancelled": (
            *("cancelled", "canceled", "cancellation", "void", "voided", "declined", "denied", "rejected", "refused", "withdrawn", "deleted"),
            *("late cancel", "early cancel", "late cancelled", "late canceled", "cancelled late", "canceled late", "cancelled by customer"),
            *("canceled by customer", "cancelled by seller", "canceled by seller", "cancelled by client", "canceled by client", "refunded", "expired"),
        ),
        "no-show": ("no-show", "no shows", "missed", "did not attend", "did not arrive", "dna", "absent", "not attended", "noshowed", "no showed"),
    },
}


def status_table(layout: str, extra: Mapping[str, str]) -> dict[str, str]:
    """Return word (as `header_key` gives it) → status of a layout, with a map's or the settings' own words."""
    known = {header_key(word): status for status, words in WORDS[layout].items() for word in words}
    return known | {header_key(word): status for word, status in extra.items() if status in WORDS[layout]}
