"""Another system's files against the book, item by item: for the weeks in which both are kept."""

from collections.abc import Sequence

import polars as pl

from pipeline.chaining import said_by
from pipeline.context import Context
from pipeline.intake.cells import email_keys, phone_keys, word_keys
from pipeline.layering import JOINT
from pipeline.legacy.opening import Source
from pipeline.parting import Spoken
from pipeline.reconciliation import UNREAD, tally
from pipeline.report import SHOWN
from pipeline.store.book import former_zones
from pipeline.store.sources import brought_elsewhere, customers_of, events_told, find_said, flags_of, said_now

PLAIN = ("first_name", "last_name", "company", "email", "phone", "status")
DIFFERENCE = ("customer_id", "item", "difference", "in_file", "in_book")
SAME = "same"
ELSEWHERE = "of customers whom the files do not tell of"


def compare(spoken: Spoken, people: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, dict[str, int], dict[str, dict[str, int]]]:
    """Return the items that differ (`DIFFERENCE`), by customer and item, and counts of flags and customers by what they are; and `compared`.

    compared tells how many flags and events were compared, agree and differ (`tally`), those of customers who are not in the book included.

    `people`: customers as the files have them, each once; a blank cell says nothing. Addresses and numbers are compared in their normal form. A flag
    is the same where the book's comment has the source's, line by line, and no other line that this source brought and says no more, and its last day is
    the source's; not before it, where the comment has more.
    Flags past their last day count on neither side. Events of the files that the book does not have differ too, and so do flags that the source had
    brought, of customers whom the files do not tell of.
    """
    find_said(context.book, spoken.source)
    known = customers_of(context.book, people["customer_id"])
    day = context.as_of.astimezone(context.settings.zone).date()
    past = (pl.col("expires_on") < day).fill_null(value=False)  # what nobody has ended yet is over all the same, as it is in the file
    standing, events, known_events = said_by(spoken, context)
    brought = said_now(context.book).filter(~pl.col("customer_id").is_in(list(spoken.partly)))
    flags = _flags(standing, flags_of(context.book, people["customer_id"]).filter(~past), brought)
    absent = people.join(known, on="customer_id", how="anti").select("customer_id")
    zone = context.settings.business.timezone
    happened = _events(events, zone)
    has_moved = bool({*former_zones(context.book), context.book.value("timezone")} - {zone, None})
    retold = _retold(known_events, events_told(context.book, known_events["customer_id"]), zone, has_moved=has_moved)
    untold = brought_elsewhere(context.book, spoken.source).filter(~(past | pl.col("customer_id").is_in(list(spoken.partly))))
    elsewhere = _elsewhere(untold)
    lacking = absent.select(
        "customer_id",
        pl.lit("customer").alias("item"),
        pl.lit("not in the book").alias("difference"),
        pl.lit(None, pl.String).alias("in_file"),
        pl.lit(None, pl.String).alias("in_book"),
    )
    profiles = _profiles(people.with_columns(pl.col("status").cast(pl.String)), known, context.settings.business.phone_region)
    every = pl.concat([lacking, flags.filter(pl.col("difference") != SAME), happened, retold, elsewhere, profiles])
    every = every.sort("customer_id", "item", maintain_order=True)
    counts = {f"flags {what}": n for what, n in flags.group_by("difference").agg(n=pl.len().cast(pl.Int64)).sort("difference").rows()}
    more = {"events only in the files": len(happened), "events told otherwise": len(retold), f"flags only in the book, {ELSEWHERE}": len(elsewhere)}
    people_counts = {"customers compared": len(people), "customers not in the book": len(absent), "profiles that differ": len(profiles)}
    same = len(flags.filter(pl.col("difference") == SAME))
    compared = {"flags": tally(same, len(flags) + len(elsewhere) - same), "events": tally(len(known_events) - len(retold), len(events) + len(retold))}
    return every, people_counts | counts | {what: n for what, n in more.items() if n}, compared


def count_unread(findings: Sequence[tuple[int, pl.DataFrame]]) -> dict[str, int]:
    """Return how many rows can't be read, and so not compared; `findings` are those of each piece, with its file's number."""
    return {UNREAD: sum(found["source_row"].n_unique() for _, found in findings)}


def tell_unread(findings: Sequence[tuple[int, pl.DataFrame]], files: Sequence[tuple[int, Source]]) -> list[str]:
    """Return a remark for each file with rows that can't be read: which they are, and why."""
    told = []
    for number, file in files:
        parts = [found.select("source_row", "code") for one, found in findings if one == number]
        rows = pl.concat(parts).sort("source_row").unique(maintain_order=True) if parts else pl.DataFrame({"source_row": [], "code": []})
        places, codes = rows["source_row"].unique(maintain_order=True).to_list(), ", ".join(rows["code"].unique(maintain_order=True))
        more = ", …" if len(places) > SHOWN else ""
        which = f"row{'s' if len(places) > 1 else ''} {', '.join(map(str, places[:SHOWN]))}{more}"
        told += [f"{file.name}: {which} can't be read ({codes}), and nothing of them is compared: correct them, and check again"] if places else []
    return told


def _flags(file: pl.DataFrame, book: pl.DataFrame, brought: pl.DataFrame) -> pl.DataFrame:
    book = book.with_columns(word_keys(book["flag_type"]).alias("key"))
    sides = file.join(book, on=["customer_id", "key"], how="full", coalesce=True, validate="1:1", suffix="_book")
    former = brought.with_columns(key=word_keys(brought["flag_type"])).unique(["customer_id", "key"], keep="last", maintain_order=True)
    sides = sides.join(former.select("customer_id", "key", "brought", "elsewhere"), on=["customer_id", "key"], how="left", validate="1:1")
    said, stands = pl.col("said"), pl.col("comment")
    lines, sought = (pl.concat_str(pl.lit(JOINT), text, pl.lit(JOINT)) for text in (stands, said))  # a part of a line is another text
    has_lines = said.str.split(JOINT).list.set_difference(stands.str.split(JOINT)).list.len() == 0  # flags without days have no order
    dropped = pl.col("brought").str.split(JOINT).list.set_difference(said.str.split(JOINT)).list.set_difference(pl.col("elsewhere").str.split(JOINT))
    is_more = (dropped.list.set_intersection(stands.str.split(JOINT)).list.len() > 0).fill_null(value=False)
    other = pl.when(~(lines.str.contains(sought, literal=True) | has_lines) | is_more).then(pl.lit("with another comment"))
    until, ends = pl.col("said_until"), pl.col("expires_on")
    is_early = ends.is_not_null() & (until.is_null() | (ends < until))
    is_other = pl.when((stands == said) | (has_lines & (stands.str.len_bytes() == said.str.len_bytes()))).then(until.ne_missing(ends)).otherwise(is_early)
    rest = other.when(is_other).then(pl.lit("with another last day")).otherwise(pl.lit(SAME))
    what = pl.when(stands.is_null()).then(pl.lit("only in the file")).when(said.is_null()).then(pl.lit("only in the book")).otherwise(rest)
    return sides.select(
        "customer_id",
        pl.coalesce("flag_type_book", "flag_type").alias("item"),
        what.alias("difference"),
        _text("said", "said_until").alias("in_file"),
        _text("comment", "expires_on").alias("in_book"),
    )


def _events(lacking: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return events that the book does not have, as differences; their times are those of a zone."""
    told = _event(zone, "comment")
    difference = pl.lit("an event only in the files").alias("difference")
    return lacking.select("customer_id", pl.col("flag_type").alias("item"), difference, told.alias("in_file"), pl.lit(None, pl.String).alias("in_book"))


def _retold(known: pl.DataFrame, told: pl.DataFrame, zone: str, *, has_moved: bool) -> pl.DataFrame:
    """Return the events that the book has and the files tell otherwise, as differences: why, or who, as far as the files say it.

    Why a flag was set may stand in its comment, where the file that came first had no events. Where the business zone was another before
    (`has_moved`), events that the book has at another time are compared by none.
    """
    told = told.with_columns(key=word_keys(told["flag_type"]), is_then=True).drop("flag_type")
    pairs = known.with_row_index("number").join(told, on=["customer_id", "key", "at"], how="left", maintain_order="left")
    lines, line = (pl.concat_str(pl.lit(JOINT), text, pl.lit(JOINT)) for text in ("after", "comment"))
    is_why = pl.col("comment").is_null() | (pl.col("comment") == pl.col("reason")) | lines.str.contains(line, literal=True).fill_null(value=False)
    is_who = pl.col("by").is_null() | (pl.col("by") == pl.col("changed_by"))
    fits = (is_why & is_who).fill_null(value=False)
    others = pairs.filter(~fits.any().over("number") & pl.col("is_then").is_not_null()).unique("number", keep="first", maintain_order=True)
    if has_moved:
        elsewhere = told.select("customer_id", "key", comment="reason").unique()
        others = others.join(elsewhere, on=["customer_id", "key", "comment"], how="anti", nulls_equal=True, maintain_order="left")
    return others.select(
        "customer_id",
        pl.col("flag_type").alias("item"),
        pl.lit("an event with another reason or person").alias("difference"),
        _event(zone, "comment", "by").alias("in_file"),
        _event(zone, "reason", "changed_by").alias("in_book"),
    )


def _event(zone: str, why: str, who: str | None = None) -> pl.Expr:
    """Return an event as a person reads it, its time that of a zone."""
    time = pl.col("at").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M").fill_null("at no time")
    return pl.concat_str(time, "kind", why, *([pl.format("by {}", who)] if who else []), separator=" ", ignore_nulls=True)


def _elsewhere(flags: pl.DataFrame) -> pl.DataFrame:
    """Return flags that the source had brought, of customers whom the files do not tell of, as differences."""
    difference = pl.lit(f"only in the book, {ELSEWHERE}").alias("difference")
    in_book = _text("comment", "expires_on").alias("in_book")
    return flags.select("customer_id", pl.col("flag_type").alias("item"), difference, pl.lit(None, pl.String).alias("in_file"), in_book)


def _text(comment: str, until: str) -> pl.Expr:
    """Return a flag as a person reads it."""
    said = pl.concat_str(pl.format("(through {})", until), pl.col(comment), separator=" ", ignore_nulls=True)
    return pl.when(pl.col(comment).is_not_null()).then(said)


def _profiles(people: pl.DataFrame, known: pl.DataFrame, region: str | None) -> pl.DataFrame:
    both = people.join(known, on="customer_id", how="inner", validate="1:1", suffix="_book")
    parts = []
    for name in PLAIN:
        differing = both.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name}_book")))
        sides = [_normal(name, differing[column], region) for column in (name, f"{name}_book")]
        parts.append(
            differing.filter(sides[0].ne_missing(sides[1])).select(
                "customer_id",
                pl.lit(name).alias("item"),
                pl.lit("differs").alias("difference"),
                pl.col(name).alias("in_file"),
                pl.col(f"{name}_book").alias("in_book"),
            )
        )
    return pl.concat(parts)


def _normal(name: str, texts: pl.Series, region: str | None) -> pl.Series:
    """Return texts in the form in which they are compared (rule 2.2); what is no phone number as it stands."""
    if name == "email":
        return email_keys(texts)
    if name == "phone":
        numbers = phone_keys(texts, region)
        return numbers.zip_with(numbers.is_not_null(), texts)
    return texts
