"""Amounts as people of many countries write them: read where it is certain what they mean, and never guessed."""

import polars as pl
import pytest

from pipeline.intake.decimals import may_be_thousands, plain_numbers

READ = {
    **{
        "29,00": "29.00",
        "29,5": "29.5",
        "1.029,50": "1029.50",
        "1,029.50": "1029.50",
        "1 234,50": "1234.50",
        "1\u202f234,50": "1234.50",
        "1'234.50": "1234.50",
    },
    **{"€29": "29", "$29.00": "29.00", "29.00 EUR": "29.00", "US$ 5": "5", "R$ 5,00": "5.00", "150 kr.": "150", "12 zł": "12", "29,-": "29", "29.\u2013": "29"},
    **{"-5": "-5", "- 5,5": "-5.5", "-€5.50": "-5.50", "€ -5,50": "-5.50", "+5,5": "+5.5", "1,234,567": "1234567", "1.234.567": "1234567"},
    **{"0,500": "0.500", "1234,567": "1234.567", "12,3456": "12.3456", "12,34,567.00": "1234567.00", "1 234": "1234"},
}
NONE = [
    "1,234",
    "€ 1.234",
    "--5",
    "-€-5",
    "abc",
    "5 EUR pp",
    "1,2,3",
    "1.2.3",
    "12.345.67",
    "12 34",
    "120 MIN",
    "5 PAX",
    "1e5",
    "",
    "EUR",
    "1.234 567",
    "1,23.456",
    "5.",
    None,
]


@pytest.mark.parametrize(("text", "number"), READ.items())
def test_a_certain_amount_is_read(text: str, number: str) -> None:
    assert plain_numbers(pl.Series([text])).to_list() == [number]


def test_what_is_none_or_may_be_two_is_none() -> None:
    read = plain_numbers(pl.Series(NONE))
    assert dict(zip(NONE, read, strict=True)) == dict.fromkeys(NONE)


@pytest.mark.parametrize(
    ("cells", "doubtful"),
    [
        (["1.234", "29,00"], [True, False]),
        (["-1.234", "1.029,50 €", "0.500", "12.34"], [True, False, False, False]),
        (["1.234", "29.00"], [False, False]),
        (["1.234", "1,029.50"], [False, False]),
        (["1.234", "1,234"], [False, False]),
        ([None, "1.234"], [False, False]),
    ],
)
def test_three_decimals_are_doubted_beside_a_decimal_comma(cells: list[str | None], doubtful: list[bool]) -> None:
    assert may_be_thousands(pl.Series(cells)).fill_null(value=False).to_list() == doubtful
