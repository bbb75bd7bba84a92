"""The sheets of tags_and_status.xlsx."""

from sample_data.making.people import ARCHIVED, customer_id

TAGS = (
    ("Action", "Customer ID", "Tag", "What the row shows"),
    ("add", customer_id(1), "Regular", ""),
    ("add", customer_id(2), "regular", "written as it is known already"),
    ("add", customer_id(1), "REGULAR", "unchanged: it is there, in whatever spelling"),
    ("add", customer_id(17), "Press", ""),
    ("add", customer_id(17), "Regular", ""),
    ("remove", customer_id(2), "Press", "unchanged: it is not there"),
    ("edit", customer_id(3), "Press", "no-such-tag"),
    ("add", customer_id(3), "", "missing-tag"),
    ("add", customer_id(3), "ALL", "unknown-tag: ALL goes with remove"),
    ("remove", customer_id(17), "all", "ends both tags"),
)
STATUS = (
    ("Action", "Customer ID", "Reason", "What the row shows"),
    ("block", customer_id(6), "Threatened a guide on 30 May", ""),
    ("block", customer_id(9), "", "missing-reason: a block needs one"),
    ("archive", customer_id(70), "Moved abroad", ""),
    ("unarchive", customer_id(ARCHIVED), "Back for the day tour", ""),
    ("unblock", customer_id(10), "", "unchanged: not blocked"),
    ("add", customer_id(10), "", "unknown-action: that is for flags and tags"),
)
