"""Rows of another system's table that are no records: its header again, a line of totals, words below it."""

import re
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
MARK = 3  # characters of a mark that a legend explains
SAYS_MARK = r"^\S{1,3}=\p{L}"  # 1=banned
PAIR = ("a mark", "what it means")
MEANING = r"^[^\W\d][^@]*[^\W\d]"
LEGEND = 50  # rows
ALIKE = 2  # cells that say what their header does


def find_no_records(sheet: RawSheet, ids: Sequence[int], others: Sequence[int] | None = None) -> pl.DataFrame:
    """Return findings (see `FINDINGS`) for the rows of a piece that are no records.

    `ids` are the places of columns that may begin a line of totals, `others` those of e-mail addresses and phone numbers, where
    a row may be known by them.
    """
    again = repeated_headers(sheet)
    below = pl.concat([footers(sheet, ids), legends(sheet, ids), *([] if others is None else [totals_of_nobody(sheet, ids, others)])])
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
    if not ids:
        return _found(sheet.rows["source_row"].clear(), "footer-row")
    text = _coalesced(sheet.rows, ids)
    odd = (~text.str.contains(PLAIN_ID) | text.str.contains(SAYS_MARK)).fill_null(value=False).arg_true()
    said = text.gather(odd)
    odd = odd.filter(said.str.contains(r"\s|^\D*$") | said.str.contains(TOTAL) | said.str.contains(SAYS_MARK))
    cells = _cells(sheet.rows[odd])
    others = cells.select(alone=pl.sum_horizontal(pl.all().is_not_null()) == 1, are_numbers=ALL_BUT_ONE)
    below = others["alone"] | (others["are_numbers"] & text.gather(odd).str.contains(TOTAL))
    return _found(sheet.rows["source_row"].gather(odd.filter(below)) if cells.width > 1 else sheet.rows["source_row"].clear(), "footer-row")


def legends(sheet: RawSheet, ids: Sequence[int]) -> pl.DataFrame:
    """Return findings for rows at the end of which two cells are filled, a mark and what it means: below a blank row, or of a mark that stands in the table.

    The text where the id should be is of another form in these than in all rows above.
    """
    tail = sheet.rows.tail(LEGEND)
    cells = _cells(tail)
    filled = [[place for place, text in enumerate(row) if text] for row in cells.rows()]
    first = len(filled) - next((count for count, places in enumerate(reversed(filled)) if len(places) > len(PAIR)), len(filled))
    if cells.width <= len(PAIR) or first == len(filled) or not ids:
        return _found(sheet.rows["source_row"].clear(), "footer-row")
    above = sheet.rows.head(len(sheet.rows) - len(tail) + first)
    forms = set(_forms(_coalesced(above, ids)))
    numbers = tail["source_row"].to_list()
    found = list[int]()
    last, is_apart = above["source_row"][-1] if len(above) else numbers[first], False
    for place in range(first, len(filled)):
        is_apart |= numbers[place] - last > 1
        last, row = numbers[place], cells.row(place)
        mark, *rest = [row[one] for one in filled[place]]
        is_pair = len(rest) == 1 and filled[place][1] == filled[place][0] + 1 and len(mark) <= MARK and re.search(MEANING, rest[0])
        form = _forms(_coalesced(tail[place], ids))[0]
        is_known = is_apart or bool(found) or bool(above.select(pl.any_horizontal((pl.exclude("source_row") == mark).any())).item())
        found += [last] if is_pair and form is not None and form not in forms and is_known else []
    return _found(pl.Series("source_row", found, dtype=pl.Int64), "footer-row")


def _coalesced(rows: pl.DataFrame, ids: Sequence[int]) -> pl.Series:
    """Return the first filled of some columns of each row."""
    return pl.select(pl.coalesce([blank_as_null(rows[cell(place)]) for place in ids])).to_series()


def _forms(texts: pl.Series) -> list[str | None]:
    """Return the forms of texts: K12 and K7 have one."""
    return texts.str.replace_all(r"\p{L}+", "a").str.replace_all(r"\d+", "9").to_list()


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
