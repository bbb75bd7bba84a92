"""Text to plain numbers: amounts as people and spreadsheets of many countries write them, where it is certain what they mean."""

import polars as pl

CODES = "EUR|USD|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|HRK|RSD|TRY|RUB|UAH|ILS|JPY|CNY|KRW|TWD|HKD|SGD|MYR|THB|IDR|VND|PHP|INR|AED|SAR|ZAR"
MONEY = rf"(?:[A-Z]{{0,2}}\p{{Sc}}|{CODES}|BRL|MXN|ARS|CLP|COP|PEN|kr\.?|zł|Kč|Ft|lei|Rs\.?)"
AMOUNT = rf"^([+-]?)\s*{MONEY}?\s*([+-]?)\s*([0-9][0-9.,'\x{{2019}}\s]*?)(?:[.,][-\x{{2013}}])?\s*{MONEY}?$"
BLANKS_BETWEEN = r"^[0-9]{1,3}(?:[\s'\x{2019}][0-9]{3})+(?:[.,][0-9]+)?$"
# What stands between thousands, and the decimal sign, where it is plain which is which: pattern, the one to leave out, the one that is the point.
FORMS = (
    (r"^[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}\.[0-9]+$", ",", "."),
    (r"^[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$", ".", ","),
    (r"^[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}$", ",", "."),
    (r"^[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}$", ".", ","),
    (r"^(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4})|0,[0-9]+|[0-9]{4,},[0-9]{3})$", " ", ","),
)
PLAIN = r"^[0-9]+(?:\.[0-9]+)?$"
EITHER = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"  # thousands, or three decimals
DECIMAL_COMMA = r"[0-9],(?:[0-9]{1,2}|[0-9]{4,})(?:[^0-9.,]|$)"


def plain_numbers(text: pl.Series) -> pl.Series:
    """Return amounts, without blanks around them, as digits with a decimal point: 1.234,50 €, 1,234.50, 29,90 and 1 234.

    Null where one is none, or could mean two numbers (1,234).
    """
    parts = pl.select(pl.lit(text).str.extract_groups(AMOUNT)).to_series()
    before, after, number = (parts.struct.field(name) for name in parts.struct.fields)
    is_apart = number.str.contains(BLANKS_BETWEEN).fill_null(value=False)
    number = number.str.replace_all(r"[^0-9.,]", "").zip_with(is_apart, number)
    doubtful = number.str.contains(EITHER).fill_null(value=False) & ~is_apart
    for pattern, sign, point in FORMS:
        is_so = number.str.contains(pattern).fill_null(value=False)
        number = number.str.replace_all(sign, "", literal=True).str.replace(point, ".", literal=True).zip_with(is_so, number)
    is_plain = number.str.contains(PLAIN).fill_null(value=False) & ~doubtful & ((before == "") | (after == ""))
    return pl.select(pl.concat_str(before, after, number)).to_series().set(~is_plain, None)


def may_be_thousands(text: pl.Series) -> pl.Series:
    """Tell which of a column's plain numbers (1.234) may be thousands, since others have a decimal comma."""
    if not text.str.contains(DECIMAL_COMMA).any():
        return pl.Series([False]).new_from_index(0, len(text))
    return text.str.strip_chars().str.strip_chars_start("+-").str.contains(EITHER).fill_null(value=False)
