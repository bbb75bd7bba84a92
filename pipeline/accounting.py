"""The account of a migration's flags and events: what was found, what became of it, and whether the book has as many, by type."""

from collections import Counter
from typing import Any

import polars as pl

from pipeline.context import Context
from pipeline.intake.cells import word_keys
from pipeline.legacy.flagging import PRESENT, UNCLEAR
from pipeline.store.reading import names_in_use
from pipeline.store.sources import count_due
from schemas.entities import FLAGS

UNNAMED = "(no known type)"
Counts = Counter[tuple[str, str]]  # by flag type and what


def count_lost(counts: Counts, lost: pl.DataFrame) -> None:
    """Count the flags and events (flag_type, kind) of rows that come back."""
    what = pl.when(pl.col("kind").is_in([PRESENT, UNCLEAR])).then(pl.lit("rejected")).otherwise(pl.lit("events_rejected"))
    add_counts(counts, lost.group_by("flag_type", what.alias("what")).agg(n=pl.len().cast(pl.Int64)))


def add_counts(counts: Counts, more: pl.DataFrame) -> None:
    """Add counts (flag_type, what, n)."""
    for name, what, n in more.select("flag_type", "what", "n").rows():
        counts[name or UNNAMED, what] += n


def count_book(counts: Counts, context: Context, *, any_before: bool) -> None:
    """Count what is due, and what the book has of it; raise where a flag that the migration brought is not in the book as it should be.

    `any_before`: the book had flags before.
    """
    names = pl.Series("flag_type", names_in_use(context.book, FLAGS), dtype=pl.String)
    found = count_due(context.book, pl.DataFrame({"flag_type": names, "key": word_keys(names)}), any_others=any_before)
    for name, became, stands, is_lost, n in found.rows():
        if is_lost:
            raise AssertionError(f"{n:,} flags that were brought are not in the book as they should be: nothing is written")
        counts[name, became] += n if name else 0
        counts[name, "ended_in_book"] += n if name and not stands else 0
        counts[stands, "in_book"] += n if stands else 0
        counts[stands, "only_in_book"] += n if stands and not name else 0
    _write_as_now(counts, context)


def _write_as_now(counts: Counts, context: Context) -> None:
    """Count a type that the book writes otherwise than the settings do now (Warning, WARNING), and that is the same (rule 3.2), as the settings write it."""
    now = context.settings.type_names()
    by_key = dict(zip(word_keys(pl.Series(now, dtype=pl.String)), now, strict=True))
    names = pl.Series([name for name in {name for name, _ in counts} if name not in now and name != UNNAMED], dtype=pl.String)
    written = dict(zip(names, word_keys(names), strict=True))
    for name, what in [one for one in counts if by_key.get(written.get(one[0], ""))]:
        counts[by_key[written[name]], what] += counts.pop((name, what))


def flag_rows(counts: Counts, context: Context) -> list[dict[str, Any]]:
    """Return what became of flags, a row for each type (`FLAG_COLUMNS`)."""
    return [
        row for name in _ordered(counts, context) if any((row := _flag_row(name, counts)).get(word) for word in ("found", "in_book", "due", "ended_by_source"))
    ]


def history_rows(counts: Counts, context: Context) -> list[dict[str, Any]]:
    """Return what became of events, a row for each type (`HISTORY_COLUMNS`)."""
    return [row for name in _ordered(counts, context) if (row := _history_row(name, counts))["found"]]


def _ordered(counts: Counts, context: Context) -> list[str]:
    names = {name for name, _ in counts if name}
    listed = [name for name in context.settings.type_names() if name in names]
    return [*listed, *sorted(names - set(listed))]


def _flag_row(name: str, counts: Counts) -> dict[str, Any]:
    of = {what: counts[name, what] for what in ("rejected", "over", "repeated", "merged", "imported", "changed", "unchanged")}
    book = {what: counts[name, what] for what in ("in_book", "ended_in_book", "only_in_book", "ended_by_source")}
    found, due = counts[name, "found"] + of["rejected"], of["imported"] + of["changed"] + of["unchanged"]
    adds_up = book["in_book"] == due - book["ended_in_book"] + book["only_in_book"]
    adds_up = adds_up and found == due + of["rejected"] + of["over"] + of["repeated"] + of["merged"]
    return {"flag_type": name, "found": found, **of, "due": due, **book, "adds_up": adds_up}


def _history_row(name: str, counts: Counts) -> dict[str, Any]:
    found, rejected, imported = (counts[name, f"events_{what}"] for what in ("found", "rejected", "imported"))
    repeated = found - counts[name, "events_kept"]
    unchanged = counts[name, "events_kept"] - imported
    row = {"flag_type": name, "found": found + rejected, "rejected": rejected, "repeated": repeated, "imported": imported, "unchanged": unchanged}
    return {**row, "adds_up": min(repeated, unchanged) >= 0}  # the others are counted, these two are the rest
