"""Rows without an id, and other rows of the same files that have their e-mail address or phone number: whether they are of one customer."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import name_keys, phone_keys
from pipeline.store.incoming import count_rows
from pipeline.store.reading import phone_tails
from pipeline.store.sources import join_staged, named_by_phone, names_of_staged, rows_of_staged, staged_by_email, staged_by_phone
from pipeline.wording import count_of

TOLD = 5  # rows that a note names
PAIRS = {"named": pl.String, "other": pl.String}
JOINED = "tell a customer of another row by the same e-mail address or phone number, and no other name: taken as that customer"
APART = (
    "have the e-mail address or phone number of customers of other rows, who are called otherwise or are more than one: not taken as one of them; "
    "give them the ids of those whom they mean, if they are the same"
)


def join_rows(context: Context, files: Mapping[int, str]) -> tuple[dict[str, str], list[str]]:
    """Join staged customers whom their rows' address or number named to the one other customer of these files who has it, unless their names differ.

    So what comes of the rows is what would come of them in files one after the other. Returns the ids that became others, and remarks that name the
    rows by the names of `files`. A customer whom the book knew before has been found there, and is not looked at.
    """
    became: dict[str, str] = {}
    if not count_rows(context.book, "named_customers"):
        return became, []
    joined, apart = list[pl.DataFrame](), list[pl.DataFrame]()
    for find in (_by_email, _by_phone):  # an address first: who is joined by it has one number less that several have
        pairs = find(context)
        if not len(pairs):
            continue
        same = _same(context, pairs)
        joined.append(rows_of_staged(context.book, same["named"]))
        apart.append(rows_of_staged(context.book, pairs.filter(~pl.col("named").is_in(same["named"].implode()))["named"].unique()))
        join_staged(context.book, same)
        became |= dict(same.rows())
    return became, [*_remarks(joined, JOINED, files), *_remarks(apart, APART, files)]


def _by_email(context: Context) -> pl.DataFrame:
    return staged_by_email(context.book)


def _by_phone(context: Context) -> pl.DataFrame:
    """Return `PAIRS` of customers whom a number named, and others who have it; where a number has no normal form, it is nobody else's in the book either."""
    named = named_by_phone(context.book)
    if not len(named):
        return pl.DataFrame(schema=PAIRS)
    region = context.settings.business.phone_region
    asked = pl.DataFrame({"named": named, "key": phone_keys(named, region)}).drop_nulls()
    found = staged_by_phone(context.book, phone_tails(asked["key"]))
    found = found.with_columns(phone_keys(found["phone"], region).alias("key")).drop_nulls()
    pairs = asked.join(found, on="key", how="inner", validate="m:m").filter(pl.col("named") != pl.col("other"))
    return pairs.select("named", "other").unique().sort("named", "other")


def _same(context: Context, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of one customer each: there is one other, and all rows of the two that have a name have the same."""
    alone = pairs.filter(pl.len().over("named") == 1)
    rows = names_of_staged(context.book, pl.concat([alone["named"], alone["other"]]).unique())
    name = rows.select(pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)).to_series()
    names = rows.select("customer_id", name_keys(name).alias("name")).drop_nulls().unique()
    both = pl.concat([alone.select("named", customer_id=side) for side in ("named", "other")])
    called = both.join(names, on="customer_id", how="inner", validate="m:m").group_by("named").agg(n=pl.col("name").n_unique())
    return alone.join(called.filter(pl.col("n") > 1), on="named", how="anti").sort("named")


def _remarks(parts: Sequence[pl.DataFrame], said: str, files: Mapping[int, str]) -> list[str]:
    rows = pl.concat(parts) if parts else pl.DataFrame()
    if not len(rows):
        return []
    of_file = [(name, rows.filter(pl.col("file_no") == number)["source_row"].sort()) for number, name in files.items()]
    places = "; ".join(f"{name}, {_places(some)}" for name, some in of_file if len(some))
    verbs = said if len(rows) > 1 else said.replace("tell", "tells", 1).replace("have", "has", 1)
    return [f"{count_of(len(rows), 'row')} without an id {verbs} ({places})"]


def _places(rows: pl.Series) -> str:
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows.head(TOLD)))}{' …' if len(rows) > TOLD else ''}"
