"""Rows of another system's table that are no records: its header again, a line of totals, words below it."""

from collections.abc import Sequence

import polars as pl

from pipeline.findings import CATALOGUE
from pipeline.intake.cells import blank_as_null
from pipeline.intake.checking import FINDINGS
from pipeline.intake.sheets import RawSheet, cell

PLAIN_ID = r"^[!-~]*[0-9][!-~]*$"
# Words that begin a line of totals.
TOTALS = (
    "grand total|sub-?totals?|sous-total|totals?|totaal|totale|totali|totaux|totales|totais|eindtotaal|summe|zwischensumme|gesamt|gesamtsumme|insgesamt",
    "suma|sumă|somme|somma|soma|razem|ogółem|łącznie|celkem|součet|spolu|súčet|ukupno|zbroj|skupaj|vsota|összesen|итого|всего|усього|всього|разом|общо|сума|сумма",
    'sum|סה"כ|סהכ|المجموع|الإجمالي|مجموع|รวม|कुल|cəmi|jami',
    "σύνολο|toplam|yhteensä|kokku|kopā|iš viso|samtals|sammanlagt|summa|i alt|jumlah|tổng|tổng cộng|total général|合計|小計|合计|总计|總計|합계",
)
TOTAL = rf"(?i)^\W*(?:{'|'.join(TOTALS)})(?:\W|\d|$)"
ONLY_TOTAL = rf"(?i)^\W*(?:{'|'.join(TOTALS)})\W*$"
COUNT = 5  # characters of a number of customers: no telephone number is as short
A_NUMBER = r"^[^\p{L}]*\d[^\p{L}]*(?:\p{L}{1,3}\.?)?$"  # with a sign of money or a unit
ALL_BUT_ONE = pl.sum_horizontal(pl.all().str.contains(A_NUMBER)) == pl.sum_horizontal(pl.all().is_not_null()) - 1  # filled cells that are numbers
ALIKE = 2  # cells that say what their header does


def find_no_records(sheet: RawSheet, ids: Sequence[int], others: Sequence[int] | None = None) -> pl.DataFrame:
    """Return findings (see `FINDINGS`) for the rows of a piece that are no records.

    `ids` are the places of columns that may begin a line of totals, `others` those of e-mail addresses and phone numbers, where
    a row may be known by them.
    """
    again = repeated_headers(sheet)
    below = pl.concat([footers(sheet, ids), *([] if others is None else [totals_of_nobody(sheet, ids, others)])])
    return pl.concat([_found(again, "no-record"), below.filter(~pl.col("source_row").is_in(again.implode())).unique("source_row", maintain_order=True)])


def repeated_headers(sheet: RawSheet) -> pl.Series:
    """Return the source_row of rows that say what the header does, as where pages or exports stand one behind the other."""
    rows, titles = sheet.rows, {cell(place): title.strip() for place, title in enumerate(sheet.header) if title.strip()}
    if not titles:
        return rows["source_row"].clear()
    first, title = next(iter(titles.items()))
    may_be = rows.filter(pl.col(first).str.strip_chars() == title)  # few, or none
    same = pl.sum_horizontal(pl.col(name).str.strip_chars() == said for name, said in titles.items())
    filled = pl.sum_horizontal(pl.exclude("source_row").is_not_null())
    return may_be.filter((same >= min(ALIKE, len(titles))) & (2 * same >= filled))["source_row"]


def footers(sheet: RawSheet, ids: Sequence[int]) -> pl.DataFrame:
    """Return findings for rows of which nothing is filled but the column of ids, and that with words, as in lines below a table, and for lines of totals.

    Of these the other cells hold nothing but numbers. Of several columns the first filled one of a row counts.
    """
    texts = [blank_as_null(sheet.rows[cell(place)]) for place in ids]
    if not texts:
        return _found(sheet.rows["source_row"].clear(), "footer-row")
    text = pl.select(pl.coalesce(texts)).to_series()
    odd = (~text.str.contains(PLAIN_ID)).fill_null(value=False).arg_true()
    said = text.gather(odd)
    odd = odd.filter(said.str.contains(r"\s|^\D*$") | said.str.contains(TOTAL))
    cells = _cells(sheet.rows[odd])
    others = cells.select(alone=pl.sum_horizontal(pl.all().is_not_null()) == 1, are_numbers=ALL_BUT_ONE)
    below = others["alone"] | (others["are_numbers"] & text.gather(odd).str.contains(TOTAL))
    return _found(sheet.rows["source_row"].gather(odd.filter(below)) if cells.width > 1 else sheet.rows["source_row"].clear(), "footer-row")


def totals_of_nobody(sheet: RawSheet, ids: Sequence[int], others: Sequence[int]) -> pl.DataFrame:
    """Return findings for rows that begin with a word for a total, and have besides it nothing but numbers, and neither an id nor an address.

    A short number where the customers' phone numbers stand is a count.
    """
    rows = sheet.rows if ids or others else sheet.rows.clear()
    for place in (*ids, *others):  # hardly any row has none of these
        text = blank_as_null(rows[cell(place)])
        rows = rows.filter(text.is_null() | (text.str.len_bytes() <= COUNT)) if place in others else rows.filter(text.is_null())
    is_total = pl.coalesce(pl.all()).str.contains(ONLY_TOTAL).fill_null(value=False) & ALL_BUT_ONE
    return _found(rows["source_row"].filter(_cells(rows).select(is_total).to_series()), "footer-row")


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    cells = rows.drop("source_row")
    return cells.with_columns(blank_as_null(values) for values in cells)


def _found(rows: pl.Series, code: str) -> pl.DataFrame:
    told = rows.alias("source_row").to_frame()
    return told.select("source_row", code=pl.lit(code), column=pl.lit("customer_id"), message=pl.lit(CATALOGUE[code].message)).select(*FINDINGS)
