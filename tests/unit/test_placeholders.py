"""What an e-mail address and a phone number look like, where people are told apart by them."""

import polars as pl
import pytest

from pipeline.intake.cells import are_addresses, are_numbers


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("+447700900110", True),
        ("(202) 555-0150", True),
        ("+1 202-555-0150 x12", True),
        ("0161 496 0000 ext. 7", True),
        ("0", False),
        ("x1234567", False),
        ("999 999 999", False),
        ("- / -", False),
        ("call 0161 496 0000", False),
    ],
)
def test_a_phone_number_has_digits_that_differ_and_no_words(text: str, *, is_number: bool) -> None:
    assert are_numbers(pl.Series([text, None])).to_list() == [is_number, None]


@pytest.mark.parametrize(("text", "is_address"), [("a@b.example", True), ("a.b+c@d-e.example.com", True), ("a@b", False), ("n/a", False), ("a@b.c@d.e", False)])
def test_an_address_has_one_at_sign_and_a_domain(text: str, *, is_address: bool) -> None:
    assert are_addresses(pl.Series([text, None])).to_list() == [is_address, None]
