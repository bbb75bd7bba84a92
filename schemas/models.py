"""Pandera models of typed frames. They check eager frames only: on lazy ones Pandera passes bad values in silence.

`CODES` says what a failure is called in the findings. Rows of exports are numbered as they are read, so their numbers are not checked.
"""

import pandera.polars as pa
import polars as pl

from schemas.plan import BOOKING_STATUSES, CUSTOMER_STATUSES, UTC_TIME

# What a failure in a column is called; a failure in any other column is a bug of the casts and raises.
CODES = {"customer_id": "missing-id", "booking_id": "missing-id", "starts_at": "missing-start", "lasts": "end-before-start"}

CUSTOMERS = pa.DataFrameSchema(
    {
        "source_row": pa.Column(pl.Int64, nullable=False),
        "customer_id": pa.Column(pl.String, nullable=False),
        "status": pa.Column(pl.Enum(CUSTOMER_STATUSES), nullable=True),
        "email_key": pa.Column(pl.String, nullable=True),
    },
)

BOOKINGS = pa.DataFrameSchema(
    {
        "source_row": pa.Column(pl.Int64, nullable=False),
        "booking_id": pa.Column(pl.String, nullable=False),
        "starts_at": pa.Column(UTC_TIME, nullable=False),
        "ends_at": pa.Column(UTC_TIME, nullable=True),
        "lasts": pa.Column(pl.Int64, pa.Check.ge(0), nullable=True),
        "status": pa.Column(pl.Enum(BOOKING_STATUSES), nullable=False),
        "price": pa.Column(pl.Decimal(18, 4), nullable=True),
    },
)

INSTRUCTIONS = pa.DataFrameSchema(
    {
        "seq": pa.Column(pl.Int64, nullable=False, unique=True),
        "action": pa.Column(pl.String, pa.Check.isin(("add", "edit", "set", "remove", "ignore")), nullable=True),
        "all_items": pa.Column(pl.Boolean, nullable=False),
        "complete": pa.Column(pl.Boolean, nullable=False),
        "actor": pa.Column(pl.String, nullable=False),
        "version": pa.Column(pl.Int64, pa.Check.ge(0), nullable=True),
        r".+_length": pa.Column(pl.Int64, pa.Check.ge(1), nullable=True, regex=True, required=False),
    },
)
