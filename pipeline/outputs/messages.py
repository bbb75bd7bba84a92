"""The message beside each row of a result: what became of it, and what to do where it came back."""

from collections.abc import Sequence

import polars as pl

from schemas.entities import CATALOGUE, FLAGS
from schemas.entity import Entity

IDS_SHOWN = 50
# Where a row's own detail goes in the messages that have one.
HERE_DETAIL, HERE_COLUMN = "\x00", "\x01"
PLACES = {
    **dict.fromkeys(("cell-error", "control-character", "cell-too-long"), HERE_COLUMN),
    **dict.fromkeys(("unknown-customer", "conflicting-customer", "ambiguous-customer", "changed-since-export"), HERE_DETAIL),
}
# A phone number, behind the mark of one that has no normal form, that begins with no country code.
REGIONLESS = r"^\?\(?(?:0?[1-9])[0-9 ()./-]{4,}$"
SET_REGION = "the phone number has no country code: set business.phone_region in the settings"
KEY_WORDS = {"id_key": "id", "email_key": "e-mail", "phone_key": "phone number"}


def ambiguous_details(agreeing: pl.DataFrame) -> pl.DataFrame:
    """Return who and detail for combinations of keys that several customers have; `agreeing` has who and customer_id."""
    ids = pl.col("customer_id").sort()
    listed = agreeing.group_by("who").agg(pl.len().alias("n"), ids.head(IDS_SHOWN).str.join(", ").alias("ids"))
    more = pl.when(pl.col("n") > IDS_SHOWN).then(pl.lit(", …")).otherwise(pl.lit(""))
    return listed.filter(pl.col("n") > 1).select("who", detail=pl.format("{} customers have it: {}{}", "n", "ids", more))


def near_details(near: pl.DataFrame) -> pl.DataFrame:
    """Return key_kind, key and detail for keys that a stored one is close to; `near` has key_kind, key, near and others."""
    kind = pl.col("key_kind").replace_strict(KEY_WORDS, return_dtype=pl.String)
    more = pl.when(pl.col("others") > 0).then(pl.format(", and of {} more", "others")).otherwise(pl.lit(""))
    return near.select("key_kind", "key", detail=pl.concat_str(pl.format("one edit away is the {} of customer {}", kind, "near"), more))


def regionless_details(keys: pl.DataFrame) -> pl.DataFrame:
    """Return key_kind, key and detail for phone numbers without a country code; `keys` has key_kind and key, and no region is set."""
    return keys.filter((pl.col("key_kind") == "phone_key") & pl.col("key").str.contains(REGIONLESS)).with_columns(detail=pl.lit(SET_REGION))


def change_details(changes: pl.DataFrame) -> pl.Series:
    """Return who changed a flag and when, for each row of `changes` (action, changed_by, changed_at)."""
    return changes.select(pl.format("{} by {}, {}", "action", "changed_by", pl.col("changed_at").dt.to_string("%Y-%m-%d %H:%M"))).to_series()


def unmatched_details(unmatched: pl.DataFrame) -> pl.DataFrame:
    """Return who and detail for keys that contradict each other; `unmatched` has who and kind of the keys that nobody has."""
    kind = pl.col("kind").replace_strict(KEY_WORDS, return_dtype=pl.String)
    return unmatched.group_by("who").agg(detail=pl.format("nobody has this {}", kind.sort().str.join(" or this ")))


def _texts(entity: Entity, comment_limit: int, names: Sequence[str]) -> dict[str, str]:
    """Return code → message for the rows of an entity, with places for what each row adds."""
    more = {f"{one.code_word}-too-long": f" to {comment_limit} characters" for one in entity.fields if one.limited}
    if names and entity.item:
        more[f"unknown-{entity.item_word}"] = f": use one of {', '.join(names)}"
    texts = {code: CATALOGUE[code].message + more.get(code, "") + PLACES.get(code, "") for code in CATALOGUE}
    if entity is FLAGS:
        return texts
    usual, own = FLAGS.layout.columns[0].meaning, entity.layout.columns[0].meaning
    texts["not-clearable"] = "[clear] does not work here: write the value, or leave the cell blank"
    return {code: text.replace(usual, own).replace("the flag was", f"the {entity.word} was") for code, text in texts.items()}


def add_messages(entity: Entity, rows: pl.DataFrame, comment_limit: int, names: Sequence[str]) -> pl.DataFrame:
    """Add message to rows with outcome, code, changes, verb (of a single change), detail, unread_columns and archived (Boolean).

    `names`: those that the entity's items can have, where they are listed.
    """
    texts = _texts(entity, comment_limit, names)
    said = rows["code"].drop_nulls().unique().to_list()
    told = {codes: "; ".join(texts[code] for code in codes.split(",")) for codes in said}
    several = pl.format(f"{{}} {entity.name} removed", "changes")
    done = pl.when(pl.col("changes") > 1).then(several).otherwise(pl.col("verb").replace_strict(entity.messages(), default=None, return_dtype=pl.String))
    fault = pl.col("code").replace_strict(told, default=None, return_dtype=pl.String) if told else pl.lit(None, pl.String)
    column = pl.when(pl.col("unread_columns") != "").then(pl.format(" (column {})", "unread_columns")).otherwise(pl.lit(""))
    detail = pl.when(pl.col("detail").is_not_null()).then(pl.format(" ({})", "detail")).otherwise(pl.lit(""))
    fault = fault.str.replace_all(HERE_COLUMN, column, literal=True).str.replace(HERE_DETAIL, detail, literal=True)
    what = (
        pl.when(pl.col("outcome") == "rejected")
        .then(fault)
        .when(pl.col("outcome") == "applied")
        .then(done)
        .when(pl.col("outcome") == "ignored")
        .then(pl.lit("left alone, as the row asks"))
        .otherwise(pl.lit("nothing to change: it is so already"))
    )
    archived = pl.when(pl.col("archived")).then(pl.lit("the customer is archived"))
    return rows.with_columns(message=pl.concat_str([what, archived], separator="; ", ignore_nulls=True))
