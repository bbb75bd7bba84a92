"""Whose incoming bookings are, where they name customers by e-mail, phone or several keys (rule 2.3); customers that are made of them."""

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import are_addresses, phone_keys
from pipeline.matching import find_by_keys
from pipeline.rules.frames import for_rules
from pipeline.rules.who import match_customers
from pipeline.store.incoming import staged
from pipeline.store.naming import add_decisions, begin_decisions, begin_naming, combinations_between, make_by, make_by_id

PIECE = 200_000


def name_customers(context: Context, making: int | None) -> int:
    """Decide whose the staged bookings are, combination by combination of keys; return how many customers were made.

    `making`: the batch that makes customers of keys that nobody has, by id first, then by e-mail, then by phone; None to make none.
    """
    combinations = begin_naming(context.book)
    _decide(context, combinations)
    if making is None:
        return 0
    made = make_by_id(context.book, making, staged("bookings"))
    for key in ("email_key", "phone"):
        nobodys = _decide(context, combinations)
        made += make_by(context.book, making, key, _new_ids(nobodys, key, context))
    _decide(context, combinations)
    return made


def _decide(context: Context, combinations: int) -> pl.DataFrame:
    """Decide on every combination, piece by piece; return those that nobody has and that name no id."""
    begin_decisions(context.book)
    nobodys = [combinations_between(context.book, 0, 0)]
    for start in range(0, combinations, PIECE):
        asked = combinations_between(context.book, start, start + PIECE)
        numbers = phone_keys(asked["phone"], context.settings.business.phone_region).fill_null("?" + asked["phone"])
        keys = asked.select("who", "id_key", "email_key", numbers.alias("phone_key"))
        found = find_by_keys(context.book, keys, context.settings.business.phone_region)
        matched = match_customers(for_rules(keys), for_rules(found))
        decisions = asked.join(matched.decisions.to_native(), on="who", how="left", validate="1:1")
        add_decisions(context.book, decisions)
        nobodys.append(decisions.filter((pl.col("fault") == "unknown-customer") & pl.col("id_key").is_null()).select(asked.columns))
    return pl.concat(nobodys)


def _new_ids(nobodys: pl.DataFrame, key: str, context: Context) -> pl.DataFrame:
    """Return who and customer_id: the id that is made of a key; null ones are left out, and addresses that are none, such as n/a, which many may have."""
    if key == "phone":
        ids = phone_keys(nobodys["phone"], context.settings.business.phone_region)
    else:
        ids = nobodys["email_key"].set(~are_addresses(nobodys["email_key"]).fill_null(value=False), None)
    return nobodys.select("who", ids.alias("customer_id")).drop_nulls()
