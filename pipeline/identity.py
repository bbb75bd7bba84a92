"""Whom rows of another system's file mean that has no ids of the book: by e-mail address, else by phone number, else by name."""

from collections.abc import Callable

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import are_addresses, are_numbers, name_keys, phone_keys
from pipeline.matching import find_by_keys, tell_faults
from pipeline.rules.frames import for_rules
from pipeline.rules.who import match_customers
from pipeline.store.sources import customer_names, lone_customers

SEVERAL, NOBODY = "ambiguous-customer", "unknown-customer"
NAMED = 5  # ids of customers of one name
EXPLAINED = 1_000  # rows of a piece of which it is said which customers they may mean


def find_or_name(context: Context, numbers: Callable[[], pl.DataFrame | None], every: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id, code, detail (of several: how many, and their ids) and is_new for rows of customers (email_key, phone, name_key), in their order.

    The book's customer who has the address, or where there is none the number, or who has the number alone and is called so (`numbers_known`); where
    nobody has it, it is the id of a new one. Several customers who have it, or what is no address or number, such as n/a or 0: a code.
    """
    asked = every.with_columns(pl.when(pl.col("email_key").is_null()).then("phone").alias("phone"))
    unsound = _unsound(asked)
    found = _by_keys(context, asked.with_columns(pl.when(unsound.is_null()).then(name).alias(name) for name in ("email_key", "phone")))
    code = pl.coalesce(pl.lit(unsound), "code")
    new = pl.coalesce("email_key", "phone_key", "phone")
    decided = found.select(
        pl.when(code.is_null()).then(pl.coalesce("customer_id", new)).alias("customer_id"),
        code.alias("code"),
        is_new=code.is_null() & pl.col("customer_id").is_null() & new.is_not_null(),
    )
    return _detailed(context, found, _known_by_number(decided, every, numbers, context))


def _known_by_number(decided: pl.DataFrame, every: pl.DataFrame, numbers: Callable[[], pl.DataFrame | None], context: Context) -> pl.DataFrame:
    """Return the same, where an address that nobody has stands in the row of a customer whom the book knows by number alone, with that one's id."""
    may_be = decided["is_new"] & every["email_key"].is_not_null() & every["phone"].is_not_null()
    known = numbers() if may_be.any() else None
    if known is None:
        return decided
    others = every["email_key"].set(may_be, None).drop_nulls()
    ids = find_by_number(known, others, context.settings.business.phone_region, every)
    return decided.with_columns(ids.zip_with(ids.is_not_null(), decided["customer_id"]), pl.col("is_new") & ids.is_null())


def _unsound(asked: pl.DataFrame) -> pl.Series:
    """Return the code of rows whose e-mail address, or else phone number, is none: by it, different people would become one."""
    sound = asked.select(email=are_addresses(asked["email_key"]), phone=are_numbers(asked["phone"]))
    email = pl.when(~pl.col("email")).then(pl.lit("bad-email"))
    return sound.select(email.when(pl.col("email").is_null() & ~pl.col("phone")).then(pl.lit("bad-phone")).alias("code")).to_series()


def _detailed(context: Context, asked: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Add detail to what was decided of rows, which have email_key and phone_key, where a key is several customers'."""
    rows = pl.int_range(pl.len(), dtype=pl.Int64).alias("who")
    keys = asked.select(rows, pl.lit(None, pl.String).alias("id_key"), "email_key", "phone_key", decided["code"])
    keys = keys.filter(pl.col("code") == SEVERAL).drop("code").head(EXPLAINED)
    if not len(keys):
        return decided.with_columns(pl.lit(None, pl.String).alias("detail"))
    return decided.with_columns(rows).join(tell_faults(keys, context), on="who", how="left", validate="1:1", maintain_order="left").drop("who")


def names_known(context: Context) -> pl.DataFrame:
    """Return name_key, customer_id (one of them), n, how many customers are called so, and some of their ids; deleted ones left out."""
    people = customer_names(context.book)
    named = people.with_columns(_called(people)).drop_nulls("name_key").group_by("name_key")
    return named.agg(pl.col("customer_id").first(), n=pl.len(), ids=pl.col("customer_id").sort().head(NAMED).str.join(", "))


def _called(people: pl.DataFrame) -> pl.Series:
    """Return name_key: the whole names of customers, in the form in which they are compared."""
    whole = people.select(pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)).to_series()
    return name_keys(whole).alias("name_key")


def find_named(names: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id, code and detail for rows of bookings that name customers by name alone, in their order.

    Nobody of the name, or several: a code, and of several the detail: how many, and their ids.

    `names`: see `names_known`. The book itself can't be asked while bookings stream into it.
    """
    found = asked.select("name_key").join(names, on="name_key", how="left", validate="m:1", maintain_order="left")
    code = pl.when(pl.col("name_key").is_null()).then(pl.lit("missing-customer")).when(pl.col("n").is_null()).then(pl.lit(NOBODY))
    code = code.when(pl.col("n") > 1).then(pl.lit(SEVERAL))
    more = pl.when(pl.col("n") > NAMED).then(pl.lit(", …")).otherwise(pl.lit(""))
    detail = pl.when(pl.col("n") > 1).then(pl.format("{} customers are called so: {}{}", "n", "ids", more))
    return found.select(pl.when(code.is_null()).then("customer_id").alias("customer_id"), code.alias("code"), detail.alias("detail"))


def numbers_known(context: Context) -> pl.DataFrame | None:
    """Return phone_key, name_key and customer_id of the customers of whom the book has a number and no e-mail address; None where there are none."""
    people = lone_customers(context.book)
    numbers = phone_keys(people["phone"], context.settings.business.phone_region)
    keyed = people.select("customer_id", _called(people), numbers.alias("phone_key"))
    return keyed.drop_nulls().unique(["name_key", "phone_key"], keep="none") if len(people) else None


def find_by_number(numbers: pl.DataFrame, emails: pl.Series, region: str | None, asked: pl.DataFrame) -> pl.Series:
    """Return for rows that have an e-mail address that nobody has the customer_id of who has their number alone, and is called so; else null.

    `numbers`: see `numbers_known`; `emails`: the addresses that the book has.
    """
    is_new = asked["email_key"].is_not_null() & ~asked["email_key"].is_in(emails.implode())
    may_be = is_new & asked["name_key"].is_in(numbers["name_key"].implode()).fill_null(value=False)  # few, of all rows: a number takes its time
    phones = phone_keys(asked["phone"].set(~may_be, None), region)
    keyed = asked.select("name_key", phones.alias("phone_key"))
    return keyed.join(numbers, on=["phone_key", "name_key"], how="left", validate="m:1", maintain_order="left")["customer_id"]


def _by_keys(context: Context, asked: pl.DataFrame) -> pl.DataFrame:
    """Add phone_key, customer_id of the one customer in the book who is meant, and the code where there are several.

    Of several, the one counts whose id is the address or number itself: an earlier run made that customer of it.
    """
    region = context.settings.business.phone_region
    asked = asked.with_columns(phone_keys(asked["phone"], region).alias("phone_key"))
    keys = asked.select(pl.lit(None, pl.String).alias("id_key"), "email_key", "phone_key").unique(maintain_order=True).with_row_index("who")
    keys = keys.filter(pl.col("email_key").is_not_null() | pl.col("phone_key").is_not_null())
    keys = keys.with_columns(pl.col("who").cast(pl.Int64))
    found = find_by_keys(context.book, keys, region)
    matched = match_customers(for_rules(keys), for_rules(found))
    decided: pl.DataFrame = matched.decisions.to_native()
    agreeing: pl.DataFrame = matched.agreeing.to_native()
    key = keys.select("who", customer_id=pl.coalesce("email_key", "phone_key"))
    named = agreeing.join(key, on=["who", "customer_id"], how="semi").rename({"customer_id": "named"})
    meant = keys.join(decided.select("who", "customer_id", "fault"), on="who", how="left", validate="1:1")
    meant = meant.join(named, on="who", how="left", validate="1:1")
    code = pl.when((pl.col("fault") == SEVERAL) & pl.col("named").is_null()).then("fault").alias("code")
    return asked.join(
        meant.select("email_key", "phone_key", pl.coalesce("customer_id", "named").alias("customer_id"), code),
        on=["email_key", "phone_key"],
        how="left",
        nulls_equal=True,
        validate="m:1",
        maintain_order="left",
    )
