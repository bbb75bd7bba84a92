"""The frames that pass between intake, rules and the store: column → Polars type."""

from typing import Final

import polars as pl

from pipeline.findings import ROW_FAULTS

UTC_TIME: Final = pl.Datetime("us", "UTC")

# One row an instruction, in the order of the upload. `actor` is who flags; type_no and all_types come from flag_type.
INSTRUCTIONS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "seq": pl.Int64,
    "file_no": pl.Int64,
    "sheet": pl.String,
    "source_row": pl.Int64,
    "action": pl.String,
    "id_key": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
    "flag_type": pl.String,
    "all_types": pl.Boolean,
    "comment": pl.String,
    "comment_length": pl.Int64,
    "expires_on": pl.Date,
    "clears_expiry": pl.Boolean,
    "reason": pl.String,
    "actor": pl.String,
    "version": pl.Int64,
    "keys_unread": pl.Boolean,
    "unread_columns": pl.String,
}

# A Boolean column for each code of rule 3.11; intake sets those that a row shows by itself, the rules the rest.
FAULTS: Final = {kind.code.replace("-", "_"): pl.Boolean for kind in ROW_FAULTS}

# Stored flags as the rules see them: item and the numbers of customer and type are given for the batch.
STORED_FLAGS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "item": pl.Int64,
    "customer_no": pl.Int64,
    "type_no": pl.Int64,
    "comment": pl.String,
    "expires_on": pl.Date,
    "flagged_by": pl.String,
    "flagged_at": UTC_TIME,
    "updated_by": pl.String,
    "updated_at": UTC_TIME,
    "version": pl.Int64,
}

CUSTOMER_EXPORT: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "source_row": pl.Int64,
    "customer_id": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "company": pl.String,
    "email": pl.String,
    "phone": pl.String,
    "status": pl.String,
    "alert_message": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
}

BOOKING_EXPORT: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "source_row": pl.Int64,
    "booking_id": pl.String,
    "id_key": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
    "starts_at": UTC_TIME,
    "ends_at": UTC_TIME,
    "status": pl.String,
    "service": pl.String,
    "staff": pl.String,
    "price": pl.Decimal(18, 4),
    "alert_message": pl.String,
    "created_at": UTC_TIME,
}
