"""Text cells to values: trimming, normal forms of keys, words (rules 2.2, 3.2 to 3.5).

All text work ends here: rules compare what comes out as it is. Every function takes and gives a String series of the same
length and order; null in, null out; what is blank comes out null.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import phonenumbers
import polars as pl

from pipeline.folding import BLANKS, INVISIBLE, folded, is_ascii, needs_no, null_blank, visible_part

# What no text should hold: beside tabs and line breaks, which texts may have, and what stands there only where an encoding was mistaken; and the
# two that are no characters: no workbook can say them, so that they would come back from a template as something else.
CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"
BREAK = "[\t\n\r\x85\u2028\u2029]"  # what besides may not stand inside an id, an address or a number
LONGEST = 32_767  # characters that a spreadsheet's cell can hold
CLEAR = "[clear]"
ADDRESS = r"^[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>()]+$"
LEAST_DIGITS = 6  # of a phone number
EXTENSION = r"(?i)(?:\bext(?:ension)?|x)\.?\s*\d+\s*$"
KNOWN_NUMBERS = 400_000  # phone numbers whose normal form is remembered: those asked for are mostly written as the book has them
# What tells, in one look at a whole column, that its values need no work: most columns of most exports.
NOT_AN_ID_YET = r"^$|[^!-~]|^'"
NOT_TRIMMED = r"^$|^[^!-~]|[^!-~]$|[^\n -~]"


def trimmed(values: pl.Series) -> pl.Series:
    """Return the values without blanks around them, line breaks as LF (rules 3.3, 3.5)."""
    if needs_no(NOT_TRIMMED, values):
        return values
    if values.str.contains("\r", literal=True).any():
        values = values.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
    return null_blank(values.str.strip_chars(BLANKS))


def blank_as_null(values: pl.Series) -> pl.Series:
    """Return the values as they are, null where one is blank; only those are looked at that begin as a blank does."""
    if not ((values < "!") | (values > "~")).any():
        return values
    return values.set(values.str.strip_chars(BLANKS) == "", None)


def controls(values: pl.Series, *, any_breaks: bool) -> pl.Series | None:
    """Tell where a value holds control characters, or line breaks and tabs inside it unless `any_breaks` may be; None where none does."""
    if needs_no(r"[^ -~]", values):
        return None
    text = values.str.strip_chars(BLANKS)
    bad = text.str.contains(CONTROL if any_breaks else f"{CONTROL}|{BREAK}").fill_null(value=False)
    return bad if bad.any() else None


def too_long(values: pl.Series) -> pl.Series | None:
    """Tell where a value is longer than a spreadsheet's cell can be; None where none is."""
    longest = values.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= LONGEST:
        return None
    bad = (values.str.len_chars() > LONGEST).fill_null(value=False)
    return bad if bad.any() else None


def visible(values: pl.Series) -> pl.Series:
    """Return trimmed values, null too where all that they hold is marks that nobody sees."""
    text = trimmed(values)
    return text if is_ascii(text) else text.set(text.str.replace_all(INVISIBLE, "").str.strip_chars(BLANKS) == "", None)


def id_keys(values: pl.Series) -> pl.Series:
    """Return ids in normal form: NFKC, no invisible marks, trimmed, one leading apostrophe removed; case is kept."""
    if needs_no(NOT_AN_ID_YET, values):
        return values
    plain = visible_part(values).str.strip_chars(BLANKS)
    return null_blank(plain.str.replace("^'", "").str.strip_chars(BLANKS))


def email_keys(values: pl.Series) -> pl.Series:
    """Return e-mail addresses in normal form: as ids, and case-folded."""
    return folded(values)


def phone_keys(values: pl.Series, region: str | None) -> pl.Series:
    """Return phone numbers as E.164 with the region's country code; null where the text is no number.

    NOTE: the library takes 15 microseconds a number, so each distinct text is parsed once.
    """
    distinct = visible_part(values).str.strip_chars(BLANKS).unique().drop_nulls().to_list()
    known = {text: _e164(text, region) for text in distinct}
    return map_values(visible_part(values).str.strip_chars(BLANKS), {text: number for text, number in known.items() if number})


def are_addresses(values: pl.Series) -> pl.Series:
    """Tell which values are e-mail addresses by their form; null in, null out."""
    return values.str.contains(ADDRESS)


def are_numbers(values: pl.Series) -> pl.Series:
    """Tell which values may be phone numbers: no letters but those of an extension, and some digits, not all the same as in placeholders."""
    digits = pl.col("digits")
    plain = values.str.replace(EXTENSION, "")
    frame = pl.DataFrame({"text": plain, "digits": plain.str.replace_all(r"\D", "")})
    several = digits.str.strip_chars(digits.str.head(1)) != ""
    return frame.select(~pl.col("text").str.contains(r"\p{L}") & (digits.str.len_chars() >= LEAST_DIGITS) & several).to_series()


def key_forms(text: str, region: str | None) -> pl.DataFrame:
    """Return one text as id_key, email_key and phone_key, for looking a customer up by whichever it is."""
    one = pl.Series([text], dtype=pl.String)
    return pl.DataFrame({"id_key": id_keys(one), "email_key": email_keys(one), "phone_key": phone_keys(one, region)})


def map_values(values: pl.Series, table: Mapping[str, str]) -> pl.Series:
    """Return each value's entry in `table`, null where there is none."""
    if not table:
        return pl.Series(values.name, [None], dtype=pl.String).new_from_index(0, len(values))
    return values.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)


def word_keys(values: pl.Series) -> pl.Series:
    """Return words without regard to case and surrounding blanks (rule 3.2)."""
    return folded(values)


def keys_of(words: Iterable[str]) -> list[str]:
    """Return words of a map or of the settings as `word_keys` gives those of cells, blank where nothing is left of one."""
    return word_keys(pl.Series(list(words), dtype=pl.String)).fill_null("").to_list()


def name_keys(values: pl.Series) -> pl.Series:
    """Return people's names without regard to case and to how many blanks stand between and around their parts."""
    return word_keys(values.str.replace_all(r"\s+", " "))


def is_clear(values: pl.Series) -> pl.Series:
    """Tell where a cell holds the token [clear] (rule 3.4); false where blank."""
    return (word_keys(values) == CLEAR).fill_null(value=False)


def own_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the same rows with texts of their own.

    NOTE: texts that are merely picked out keep all of the file's text in memory; an empty one put to them makes them new.
    """
    return rows.with_columns(pl.selectors.string() + "")


@lru_cache(maxsize=KNOWN_NUMBERS)
def _e164(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
