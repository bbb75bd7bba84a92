"""What a date that is none to us is advised to be named as."""

import polars as pl
import pytest

from pipeline.intake.forms import forms_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("24/12/2026 12:00", "%d/%m/%Y %H:%M"),
        (" 24.12.2026, 12:00:05 ", "%d.%m.%Y, %H:%M:%S"),
        ("12/24/26", "%m/%d/%y"),
        ("12-24-2026 5:06 pm", "%m-%d-%Y %I:%M %p"),
        ("24-12-2026T17:06", "%d-%m-%YT%H:%M"),
        ("01/02/2026", "%d/%m/%Y or %m/%d/%Y"),
        ("1/2/2026 5:06PM", "%d/%m/%Y %I:%M%p or %m/%d/%Y %I:%M%p"),
        ("31/02/2026", None),
        ("24/12/2026 25:00", None),
        ("12/24/2026 noon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_form_is_one_by_which_the_text_is_a_time(text: str | None, form: str | None) -> None:
    assert forms_of(pl.Series([text, "soon"], dtype=pl.String), ()).to_list() == [form, None]


def test_a_form_that_is_known_already_is_no_advice() -> None:
    texts = pl.Series(["29/03/2026 02:30", "03/29/2026 02:30"])
    assert forms_of(texts, ("%d/%m/%Y %H:%M",)).to_list() == [None, "%m/%d/%Y %H:%M"]
