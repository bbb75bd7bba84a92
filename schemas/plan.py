"""The frames that pass between intake, rules and the store: column → Polars type."""

from typing import Final, TypeAlias

import polars as pl

from schemas.entity import DTYPES, Entity

Dtype: TypeAlias = pl.DataType | type[pl.DataType]
UTC_TIME: Final = pl.Datetime("us", "UTC")

# One row an instruction, in the order of the upload, whatever it is about. `action` is the engine's verb, `asked` the sheet's word
# for it; `item_name` is the item as the row names it, null where it is not known; `actor` is who asks.
INSTRUCTIONS: Final[dict[str, Dtype]] = {
    "seq": pl.Int64,
    "file_no": pl.Int64,
    "sheet": pl.String,
    "source_row": pl.Int64,
    "action": pl.String,
    "asked": pl.String,
    "id_key": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
    "item_name": pl.String,
    "all_items": pl.Boolean,
    "complete": pl.Boolean,
    "reason": pl.String,
    "actor": pl.String,
    "version": pl.Int64,
    "keys_unread": pl.Boolean,
    "unread_columns": pl.String,
}


def instructions_of(entity: Entity) -> dict[str, Dtype]:
    """Return the columns of an entity's instructions.

    Beside `INSTRUCTIONS`: each field, <field>_length in characters where it is limited, clears_<field> where it is clearable,
    else_<field> where the batch's reason may stand in; `complete` says that a new item would have all that it needs. A Boolean
    column for each row fault; intake sets those that a row shows by itself, the rules the rest.
    """
    own: dict[str, Dtype] = dict(INSTRUCTIONS)
    for one in entity.fields:
        own[one.name] = DTYPES[entity.kind_of(one)]
        own |= {f"{one.name}_length": pl.Int64} if one.limited else {}
        own |= {f"clears_{one.name}": pl.Boolean} if one.clearable else {}
        own |= {f"else_{one.name}": pl.String} if one.else_reason else {}
    own.update((code.replace("-", "_"), pl.Boolean) for code in entity.row_faults())
    return own


def items_of(entity: Entity) -> dict[str, Dtype]:
    """Return the columns of stored items as the rules see them: item and the numbers of customer and item name are given for the batch."""
    fields: dict[str, Dtype] = {one.name: DTYPES[entity.kind_of(one)] for one in entity.fields}
    stamps: dict[str, Dtype] = {"made_by": pl.String, "made_at": UTC_TIME, "updated_by": pl.String, "updated_at": UTC_TIME}
    return {"item": pl.Int64, "customer_no": pl.Int64, "item_no": pl.Int64, **fields, **stamps, "version": pl.Int64}


CUSTOMER_STATUSES: Final = ("active", "archived", "deleted")
BOOKING_STATUSES: Final = ("booked", "completed", "cancelled", "no-show")

CUSTOMER_EXPORT: Final[dict[str, Dtype]] = {
    "source_row": pl.Int64,
    "customer_id": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "company": pl.String,
    "email": pl.String,
    "phone": pl.String,
    "status": pl.Enum(CUSTOMER_STATUSES),
    "alert_message": pl.String,
    "email_key": pl.String,
}

# `phone` is the text as it stands (a normal form takes long, so it is made of distinct texts only); names are for customers to be made.
BOOKING_EXPORT: Final[dict[str, Dtype]] = {
    "source_row": pl.Int64,
    "booking_id": pl.String,
    "id_key": pl.String,
    "email_key": pl.String,
    "phone": pl.String,
    "starts_at": UTC_TIME,
    "ends_at": UTC_TIME,
    "status": pl.Enum(BOOKING_STATUSES),
    "service": pl.String,
    "staff": pl.String,
    "price": pl.Decimal(18, 4),
    "alert_message": pl.String,
    "created_at": UTC_TIME,
    "first_name": pl.String,
    "last_name": pl.String,
    "company": pl.String,
    "email": pl.String,
    "spare_phone": pl.String,  # tells nobody, and is the number of who is made of the row
}
