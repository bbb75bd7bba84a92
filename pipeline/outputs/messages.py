"""The message beside each row of a result: what became of it, and what to do where it came back."""

import polars as pl

from pipeline.findings import CATALOGUE

IDS_SHOWN = 50
DONE = {"flagged": "flag added", "edited": "flag edited", "unflagged": "flag removed"}


def ambiguous_details(agreeing: pl.DataFrame) -> pl.DataFrame:
    """Return who and detail for combinations of keys that several customers have; `agreeing` has who and customer_id."""
    ids = pl.col("customer_id").sort()
    listed = agreeing.group_by("who").agg(pl.len().alias("n"), ids.head(IDS_SHOWN).str.join(", ").alias("ids"))
    more = pl.when(pl.col("n") > IDS_SHOWN).then(pl.lit(", …")).otherwise(pl.lit(""))
    return listed.filter(pl.col("n") > 1).select("who", detail=pl.format("{} customers have it: {}{}", "n", "ids", more))


def near_details(near: pl.DataFrame) -> pl.DataFrame:
    """Return key_kind, key and detail for keys that a stored one is close to; `near` has key_kind, key and near."""
    what = {"id_key": "id", "email_key": "e-mail", "phone_key": "phone number"}
    kind = pl.col("key_kind").replace_strict(what, return_dtype=pl.String)
    return near.select("key_kind", "key", detail=pl.format("customer {} has an {} that is one edit away", "near", kind))


def add_messages(rows: pl.DataFrame, comment_limit: int) -> pl.DataFrame:
    """Add message to rows with outcome, code, changes, verb (of a single change), detail and archived (Boolean)."""
    said = rows["code"].drop_nulls().unique().to_list()
    told = {codes: "; ".join(_text(code, comment_limit) for code in codes.split(",")) for codes in said}
    several = pl.format("{} flags removed", "changes")
    done = pl.when(pl.col("changes") > 1).then(several).otherwise(pl.col("verb").replace_strict(DONE, default=None, return_dtype=pl.String))
    fault = pl.col("code").replace_strict(told, default=None, return_dtype=pl.String) if told else pl.lit(None, pl.String)
    what = (
        pl.when(pl.col("outcome") == "rejected")
        .then(pl.concat_str([fault, pl.col("detail")], separator=" - ", ignore_nulls=True))
        .when(pl.col("outcome") == "applied")
        .then(done)
        .when(pl.col("outcome") == "ignored")
        .then(pl.lit("left alone, as the row asks"))
        .otherwise(pl.lit("nothing to change: it is so already"))
    )
    archived = pl.when(pl.col("archived")).then(pl.lit("the customer is archived"))
    return rows.with_columns(message=pl.concat_str([what, archived], separator="; ", ignore_nulls=True))


def _text(code: str, comment_limit: int) -> str:
    message = CATALOGUE[code].message
    return message + f" to {comment_limit} characters" if code == "comment-too-long" else message
