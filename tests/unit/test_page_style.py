"""Colours of the page keep enough contrast for everybody, in light, in dark and in print, computed from its own style."""

import re
from itertools import product

import pytest

from pipeline.outputs.page import style_of_page
from pipeline.outputs.reports import TINTS

ENOUGH, ENOUGH_OF_SHAPES = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
VARIABLE = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6})")
TEXTS = [
    *product(("ink", "muted", "red", "link"), ("paper", "card", "stripe", "redwash")),
    *product(("onhead", "onheadmuted"), ("head",)),
]
SHAPES = [*product(("chart-red", "chart-blue", "chart-grey", "red", "muted"), ("card",)), ("chart-red", "chart-pale")]


def schemes() -> dict[str, dict[str, str]]:
    """Return the colours by name of each scheme; what one does not name, it has from the first."""
    light, dark, paper = (dict(VARIABLE.findall(block)) for block in re.findall(r":root \{(.*?)\}", style_of_page(), re.DOTALL))
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert (round(contrast("#000", "#ffffff"), 2), round(contrast("#777777", "#fff"), 2)) == (21.0, 4.48)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_letters_and_shapes_stand_out(scheme: str) -> None:
    colours = schemes()[scheme]
    weak = [(one, other) for one, other in TEXTS if contrast(colours[one], colours[other]) < ENOUGH]
    weak += [(one, other) for one, other in SHAPES if contrast(colours[one], colours[other]) < ENOUGH_OF_SHAPES]
    assert weak == []


def test_chips_of_flags_stand_out() -> None:
    """In the dark, a chip's two colours change places; in print, its letters stand on white."""
    assert [name for name, (fill, letters) in TINTS.items() if min(contrast(fill, letters), contrast(letters, "#fff")) < ENOUGH] == []
    assert set(re.findall(r"\.tint-(\w+) ", style_of_page())) == set(TINTS)
