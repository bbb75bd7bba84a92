"""Normal forms of keys."""

import sys

import polars as pl

from pipeline.folding import LAST_FOLDED
from pipeline.intake.cells import email_keys


def test_every_letter_is_folded_as_unicode_folds_it() -> None:
    letters = [chr(point) for point in range(128, sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    further = [letter for letter in letters if letter == letter.lower() != letter.casefold()]
    assert len(further) > 100
    assert max(map(ord, further)) <= LAST_FOLDED
    as_it_is = pl.Series(further).str.normalize("NFKC")
    alone = [letter for letter, normal in zip(further, as_it_is, strict=True) if letter == normal]
    assert email_keys(pl.Series([f"a{letter}b" for letter in alone])).to_list() == [f"a{letter}b".casefold() for letter in alone]
