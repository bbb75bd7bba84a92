"""Rows of exports that come back: as they came, and what more there is to say of those whose customer is not one (rule 2.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipeline.ahead import ahead
from pipeline.context import Context
from pipeline.intake.cells import own_texts, phone_keys
from pipeline.intake.exports import Export
from pipeline.intake.sheets import RawSheet
from pipeline.matching import tell_faults
from pipeline.rules.who import KEYS
from pipeline.store import incoming
from pipeline.streaming import KEPT, Numbered

NOT_ONE = ("unknown-customer", "conflicting-customer", "ambiguous-customer")
EXPLAINED = 1_000  # different keys of which a load says more than that they name nobody, or several


def came_back(context: Context, number: int, first: int, last: int) -> pl.DataFrame:
    """Return source_row and message of the rows of a file that came back, from `first` to `last`; a row's messages joined, each once."""
    found = incoming.findings_between(context.book, number, first, last).unique(maintain_order=True)
    if found["source_row"].n_unique() == len(found):  # as most often, and quicker told than joined
        return found
    return found.group_by("source_row", maintain_order=True).agg(pl.col("message").str.join("; "))


def rejected_pieces(context: Context, export: tuple[int, Export], kept: Sequence[RawSheet]) -> Iterator[tuple[RawSheet, pl.DataFrame]]:
    """Yield a file's rejected rows as they came, piece by piece, each with what `came_back` says of it.

    The file is read once more for them, unless all of them were kept.
    """
    number, file = export
    for sheet in kept if _are_all(context, number, kept) else ahead(file.sheets()):
        rows = sheet.rows["source_row"]
        if not len(rows):
            continue
        found = came_back(context, number, int(rows[0]), int(rows[-1]))
        if len(found):
            yield replace(sheet, rows=sheet.rows.join(found, on="source_row", how="semi", maintain_order="left")), found


def _are_all(context: Context, number: int, kept: Sequence[RawSheet]) -> bool:
    """Tell whether all rejected rows of a file are among those that were kept; some that were may not have come back after all."""
    rejected, rows = incoming.count_rejected(context.book, [number]), [sheet.rows["source_row"] for sheet in kept]
    return sum(map(len, rows)) >= rejected == sum(len(incoming.rows_among(context.book, number, one)) for one in rows)


def explain_customers(context: Context, exports: Numbered, kept: Mapping[int, list[RawSheet]]) -> dict[int, list[RawSheet]]:
    """Say more in the messages of rows whose customer is not one: how many there are, and which; or what is close.

    Done for the first `EXPLAINED` different keys. Returns the rejected rows of each file as they came, as far as there was room to keep them.
    """
    files = incoming.files_with_findings(context.book, NOT_ONE)
    again, asked = dict(kept), [pl.DataFrame(schema={"file_no": pl.Int64, "source_row": pl.Int64, **dict.fromkeys(KEYS, pl.String)})]
    room = KEPT - sum(len(sheet.rows) for number, sheets in kept.items() if number not in files for sheet in sheets)
    for number, export in (one for one in exports if one[0] in files):
        rejected = incoming.count_rejected(context.book, [number])
        sheets, keys = _read_again(context, (number, export), kept.get(number, []), is_kept=rejected <= room)
        if rejected <= room:
            again[number], room = sheets, room - rejected
        asked.append(keys)
    if len(every := pl.concat(asked)):
        _explain(context, every)
    return again


def _read_again(context: Context, export: tuple[int, Export], kept: Sequence[RawSheet], *, is_kept: bool) -> tuple[list[RawSheet], pl.DataFrame]:
    """Return a file's rejected rows as they came, and the keys of those whose customer is not one: file_no, source_row and `KEYS`.

    Where the rows are too many to be kept, reading ends as soon as there are keys enough.
    """
    if is_kept and _are_all(context, export[0], kept):
        return list(kept), pl.concat([_keys(context, export, sheet) for sheet in kept])
    sheets, keys, distinct = [], [], pl.DataFrame(schema=dict.fromkeys(KEYS, pl.String))
    for sheet, _ in rejected_pieces(context, export, kept):
        keys.append(_keys(context, export, sheet))
        if is_kept:
            sheets.append(replace(sheet, rows=own_texts(sheet.rows)))
            continue
        distinct = pl.concat([distinct, keys[-1].select(KEYS)]).unique()
        if len(distinct) >= EXPLAINED:
            break
    return sheets, pl.concat(keys)


def _keys(context: Context, export: tuple[int, Export], sheet: RawSheet) -> pl.DataFrame:
    """Return file_no, source_row and `KEYS` of those rows of a piece whose customer is not one."""
    number, file = export
    rows = sheet.rows["source_row"]
    of_nobody = incoming.rows_with(context.book, (number, NOT_ONE), int(rows[0]), int(rows[-1]))
    typed = file.cast(replace(sheet, rows=sheet.rows.filter(pl.col("source_row").is_in(of_nobody.implode())))).valid
    numbers = phone_keys(typed["phone"], context.settings.business.phone_region).fill_null("?" + typed["phone"])
    return typed.select(pl.lit(number, pl.Int64).alias("file_no"), "source_row", "id_key", "email_key", numbers.alias("phone_key"))


def _explain(context: Context, asked: pl.DataFrame) -> None:
    keys = asked.select(KEYS).unique(maintain_order=True).head(EXPLAINED).with_row_index("who").with_columns(pl.col("who").cast(pl.Int64))
    told = keys.join(tell_faults(keys, context), on="who", how="inner", validate="1:1")
    details = asked.join(told, on=list(KEYS), how="inner", nulls_equal=True, validate="m:1")
    incoming.add_details(context.book, NOT_ONE, details.select("file_no", "source_row", "detail"))
