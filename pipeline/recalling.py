"""What the book knows of the customers of a part before anything of it is written: asked for beforehand, so that what it means can be decided apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import word_keys
from pipeline.legacy.flagging import PRESENT
from pipeline.parting import WHO, Spoken
from pipeline.store.book import former_zones
from pipeline.store.sources import alerted_before, events_known, said_elsewhere, said_last, stood_before


@dataclass(frozen=True)
class Said:
    """The customers of a part with their numbers (customer_no, customer_id), what the source said last (`said_last`), and events (`events_known`).

    `zones` are the business time zones by which those may have been read, the present one left out.
    """

    people: pl.DataFrame
    last: pl.DataFrame
    events: pl.DataFrame
    zones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Before:
    """What the source said of a part's customers, the flags that they had (`stood_before`), their alerts (`alerted_before`), and what others said of them."""

    said: Said
    standing: pl.DataFrame
    alerts: pl.DataFrame
    elsewhere: pl.DataFrame


def recall_said(part: Spoken, context: Context) -> Said:
    """Return what the source said of a part's customers; events are asked for where the part has some."""
    people = part.customers.to_frame("customer_id").with_row_index(WHO).with_columns(pl.col(WHO).cast(pl.Int64))
    has_events = part.items.select(((pl.col("kind") != PRESENT) | pl.col("expires_on").is_not_null()).any()).item()
    asked = part.customers if has_events else part.customers.clear()
    here = context.settings.business.timezone
    zones = dict.fromkeys([*former_zones(context.book), context.book.value("timezone") or here])
    events = events_known(context.book, asked, part.source)
    return Said(people, _latest(said_last(context.book, people)), events, tuple(zone for zone in zones if zone != here))


def zones_of(said: Said, context: Context) -> tuple[str, Sequence[str]]:
    """Return the business time zone, and those by which events that are known may have been read before."""
    return context.settings.business.timezone, said.zones


def _latest(last: pl.DataFrame) -> pl.DataFrame:
    """Return what was said last of each item: of one whose type the settings once wrote otherwise, the later."""
    kinds = last["flag_type"].unique()
    if word_keys(kinds).n_unique() < len(kinds):
        keyed = last.with_columns(word_keys(last["flag_type"]).alias("key")).sort("event_id")
        last = keyed.unique(["customer_id", "key"], keep="last", maintain_order=True).drop("key")
    return last.drop("event_id")


def recall(part: Spoken, context: Context) -> Before:
    """Return what the book knew of a part's customers; `find_said` and `find_standing` come first."""
    said = recall_said(part, context)
    book = context.book
    return Before(said, stood_before(book, said.people), alerted_before(book, said.people), said_elsewhere(book, said.people))
