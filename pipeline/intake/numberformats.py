"""Which whole numbers a spreadsheet's number format shows with exactly the digits that the cell holds (rule 2.2)."""

import re
from dataclasses import dataclass

GENERAL_DIGITS = 11  # General, and a number under the text format, turn to scientific form from 12 digits on
MOST_DIGITS = 15
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00", 8: "$#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
# Dates, those of East Asian versions among them.
BUILT_IN |= dict.fromkeys((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)), "yyyy-mm-dd")
TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|.', re.DOTALL | re.IGNORECASE)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
CONDITION = re.compile(r"\[[<>=]")
BESIDE = re.compile(r"([_\\*])(.)", re.DOTALL)
CURRENCY = re.compile(r"\[\$([^-\]]*)")
EDGE = r"[^0#?.,%@A-Za-z\d]*"
SHAPE = re.compile(EDGE + r"(?P<whole>[0#?]+(?:[, \u00a0\u202f'][0#?]+)*)(?:\.[0#?]*)?" + EDGE)
# A whole number as it is displayed: in groups or not, with zeros behind the decimal sign, negative by a sign or brackets.
PLAIN = re.compile(r"[-+\u2212(\s]*(?P<whole>[0-9]+(?:(?:[,.'\u2019\s][0-9]{2,4})*[,.'\u2019\s][0-9]{3,4})?)(?:[.,]0*)?[-)\s]*")
DECIMALS = re.compile("[.,]0*$")
GENERAL_SHAPE = re.compile(EDGE + r"(?:General|@)" + EDGE, re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """A whole number n is shown as it is held where low <= |n| < high; `date` formats show no number at all."""

    low: float
    high: float
    date: bool = False


NEVER = Shown(0, 0)
DATE = Shown(0, 0, date=True)
GENERAL = Shown(0, 10**GENERAL_DIGITS)


def shown_by(code: str) -> Shown:
    """Return what a format code shows of whole numbers; the first section decides, formats with conditions never count."""
    tokens = _first_section(code)
    if any(CONDITION.match(token) for token in tokens):
        return NEVER
    if any(ELAPSED.fullmatch(token) for token in tokens):
        return DATE
    plain = "".join(token for token in tokens if len(token) == 1)
    if re.search("[dmyhs]", plain, re.IGNORECASE):
        return DATE
    shape = "".join(map(_displayed, tokens))
    if GENERAL_SHAPE.fullmatch(shape):
        return GENERAL
    match = SHAPE.fullmatch(shape)
    if not match:
        return NEVER
    zeros = match["whole"].count("0")
    return Shown(10 ** (zeros - 1) if zeros > 1 else 0, 10**MOST_DIGITS)


def shown_by_id(number: int, codes: dict[int, str]) -> Shown:
    """Return what a numFmtId shows; ids that are neither declared nor common to all languages are taken as inexact."""
    code = codes.get(number) or BUILT_IN.get(number)
    return shown_by(code) if code else NEVER


def is_shown(number: float, shown: Shown) -> bool:
    """Tell whether a number other than a date is whole and shown digit by digit."""
    return shown.date or (number.is_integer() and shown.low <= abs(number) < shown.high)


def text_shows(text: str, number: float) -> bool:
    """Tell whether a displayed text has exactly the digits of a whole number of at most 15 digits: "1,234.00" has those of 1234."""
    match = PLAIN.fullmatch(text)
    if not match or not number.is_integer() or abs(number) >= 10**MOST_DIGITS:
        return False
    # A last group of zeros may be decimals: that is for the number to say.
    return str(abs(int(number))) in (re.sub("[^0-9]", "", whole) for whole in (match["whole"], DECIMALS.sub("", match["whole"])))


def _first_section(code: str) -> list[str]:
    tokens = TOKEN.findall(code)
    return tokens[: tokens.index(";")] if ";" in tokens else tokens


def _displayed(token: str) -> str:
    """Return what a token puts beside the digits: blanks that only align show nothing, a filling character does."""
    if token.startswith('"'):
        # Letters of a quoted text are no codes; a digit stands for "some letter or digit is added to what the cell holds".
        return re.sub(r"\w", "9", token.strip('"'))
    if token.startswith("["):
        currency = CURRENCY.match(token)
        return "$" if currency and currency[1] else ""
    beside = BESIDE.fullmatch(token)
    if not beside:
        return token
    return "" if beside[1] == "_" else re.sub(r"[\w#?.,%@]", "9", beside[2])
