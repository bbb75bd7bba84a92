"""The entities: what customers can be given in bulk. Each is one declaration; engine, store, template and undo follow it.

To add one: declare it here, put it into `ENTITIES`, and add its table to `pipeline/store/entities.sql`. The README takes you
through it.
"""

from typing import Final

from pipeline.findings import CATALOGUE as FIXED
from schemas.columns import CUSTOMER_ID, EMAIL, PHONE, Column, Kind, Layout
from schemas.columns import FLAGS as FLAG_COLUMNS
from schemas.entity import IGNORE, REMOVE, SET, Act, Done, Entity, Field

REASON = Column("reason", Kind.TEXT, "why, for the history", ("reason for change", "change reason"))
CHANGED_BY = Column("changed_by", Kind.TEXT, "who asks for it", ("requested by", "flagged by", "tagged by", "blocked by"))
VERSION = Column("version", Kind.VERSION, "written by the template: leave it alone")
SOMEBODY: Final = ("customer_id", "email", "phone")

FLAGS = Entity(
    name="flags",
    word="flag",
    layout=FLAG_COLUMNS,
    table="flags",
    item="flag_type",
    fields=(Field("comment", required=True, limited=True), Field("expires_on", clearable=True, last_day=True)),
    stamps={"made_by": "flagged_by", "made_at": "flagged_at", "updated_by": "updated_by", "updated_at": "updated_at"},
    who="flagged_by",
    done={"": Done("flagged", "edited", "unflagged")},
    needs_accounts=True,
)

TAGS = Entity(
    name="tags",
    word="tag",
    layout=Layout(
        "tags",
        "Tags",
        (
            Column("action", Kind.WORD, "add, edit, set, remove or ignore", ("command", "operation", "instruction")),
            CUSTOMER_ID,
            EMAIL,
            PHONE,
            Column("tag", Kind.TEXT, "the tag, or ALL with remove", ("tag name", "customer tag")),
            REASON,
            CHANGED_BY,
            VERSION,
        ),
        (("action",), ("tag",), SOMEBODY),
    ),
    table="tags",
    item="tag",
    stamps={"made_by": "tagged_by", "made_at": "tagged_at"},
    done={"": Done("tagged", "edited", "untagged")},
)

STATUS = Entity(
    name="status",
    word="status",
    layout=Layout(
        "status",
        "Status",
        (
            Column("action", Kind.WORD, "archive, unarchive, block, unblock or ignore", ("command", "operation", "instruction")),
            CUSTOMER_ID,
            EMAIL,
            PHONE,
            Column("reason", Kind.TEXT, "why; a block needs it", ("reason for change", "change reason", "blocked reason")),
            CHANGED_BY,
        ),
        (("action",), SOMEBODY),
    ),
    items=("status", "blocked"),
    fields=(Field("blocked_reason", column="reason", required=True, else_reason=True, of=("blocked",)),),
    stamps={"made_by": "blocked_by", "made_at": "blocked_at"},
    recorded_as="customers",
    versioned=False,
    done={"status": Done("archived", "edited", "unarchived"), "blocked": Done("blocked", "edited", "unblocked")},
    words={
        "archive": ("archive", "deactivate"),
        "unarchive": ("unarchive", "restore", "reactivate", "activate"),
        "block": ("block", "ban"),
        "unblock": ("unblock", "unban"),
        IGNORE: ("ignore", "skip"),
    },
    acts={
        "archive": Act(SET, "status"),
        "unarchive": Act(REMOVE, "status"),
        "block": Act(SET, "blocked", "may_block"),
        "unblock": Act(REMOVE, "blocked", "may_block"),
        IGNORE: Act(IGNORE),
    },
)

ENTITIES: Final = (FLAGS, TAGS, STATUS)
CATALOGUE: Final = FIXED | {code: kind for entity in ENTITIES for code, kind in entity.findings().items()}
