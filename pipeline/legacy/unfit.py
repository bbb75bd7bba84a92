"""Rows of another system's file that can't be taken as they are: ids, e-mail addresses and time zones that are none, and customers who are not one."""

import polars as pl

from pipeline.findings import CATALOGUE, NOT_A_ZONE
from pipeline.intake.cells import are_addresses, email_keys, keys_of, word_keys
from pipeline.intake.sheets import ERROR_TEXTS, RawSheet, cell
from pipeline.legacy.flagging import NO_TEXT
from pipeline.legacy.shaping import Picked, not_picked, strange_zones

NO_IDS = (*NO_TEXT, *ERROR_TEXTS)
LIKE_NO_ID = r"^[#\x{2013}\x{2014}-]|^[nN]/"
NO_ID = "what stands in the place of the id is none, and by it different people would become one: give the id, or leave the cell blank"


def code_faults(rows: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """Return findings for rows that mean no one customer; `found` has their code, and may have a detail of it."""
    detail = pl.col("detail") if "detail" in found.columns else pl.lit(None, pl.String)
    coded = found.select(rows.alias("source_row"), "code", detail.alias("detail")).filter(pl.col("code").is_not_null())
    messages = {code: CATALOGUE[code].message for code in coded["code"].unique()}
    message = pl.concat_str(pl.col("code").replace_strict(messages, return_dtype=pl.String), "detail", separator="; ", ignore_nulls=True)
    return coded.select("source_row", "code", pl.lit("customer_id").alias("column"), message=message)


def bad_emails(rows: pl.Series, sheet: RawSheet, positions: dict[str, int]) -> pl.DataFrame:
    """Return findings for rows that have no id, and an e-mail address that is none."""
    bad = ~are_addresses(email_keys(sheet.rows[cell(positions["email"])])).fill_null(value=True)
    if "customer_id" in positions:
        bad &= sheet.rows[cell(positions["customer_id"])].is_null()
    return code_faults(rows.filter(bad), pl.DataFrame({"code": ["bad-email"] * int(bad.sum())}, schema={"code": pl.String}))


def bad_zones(picked: Picked) -> pl.DataFrame:
    """Return findings for rows that name a time zone that there is not."""
    header = (*picked.source.map.zone_column, "")[0]
    rows = picked.rows.filter(strange_zones(picked)).to_frame()
    return rows.select("source_row", code=pl.lit("bad-date"), column=pl.lit(header), message=pl.lit(NOT_A_ZONE.format(header)))


def bad_ids(picked: Picked, name: str) -> pl.DataFrame:
    """Return findings for rows with an id of which the map's pattern takes nothing, so that another key would tell the row in its place, and no ids.

    By words such as n/a, and by what stands where a formula failed, different people would become one.
    """
    text = picked.text(headers := picked.source.map.columns_of(picked.source.kind).get(name, ()))
    text = picked.nothing() if text is None else text
    odd = text.str.contains(LIKE_NO_ID).fill_null(value=False).arg_true()  # few, of all rows
    none = picked.rows[odd].filter(word_keys(text[odd]).is_in(keys_of(NO_IDS)).fill_null(value=False))
    none = none.filter(~none.is_in(picked.rows.filter(picked.errors(headers)).implode()))
    rows = (other := not_picked(picked, name)).filter(~other.is_in(none.implode()))
    found = [code_faults(some, pl.DataFrame({"code": ["bad-id"] * len(some)}, schema={"code": pl.String})) for some in (rows, none)]
    return pl.concat([found[0], found[1].with_columns(message=pl.lit(NO_ID))])
