"""The page of hazards says what the marks say."""

from pathlib import Path

import pytest

from tests.hazards.page import Figures, Hazard, hazards, page, unmeasured, without_figures

FIRST, SECOND = Hazard(1, "A bomb | two", "refused"), Hazard(23, "Errors", "the row comes back")
ONE = Figures(1.0, 100)
MARK = "import pytest\n@pytest.mark.hazard({})\ndef test_it() -> None: ...\n"


def test_marks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.py").write_text(MARK.format('23, "Errors", "the row comes back"'))
    (tmp_path / "below/b.py").write_text("import pytest\nCASES = [pytest.param(1, marks=pytest.mark.hazard(1, 'A bomb | two', 'refused'))] * 2\n")
    assert hazards(tmp_path) == [FIRST, SECOND]


@pytest.mark.parametrize("said", ['0, "a", "b"', '61, "a", "b"', '1, "a"', '1, f"a{1}", "b"', '1, "", "b"', "1, 2, 3", '1, "a", outcome="b"'])
def test_mark_that_says_something_else_is_a_fault(said: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MARK.format(said))
    with pytest.raises(ValueError, match="line 2"):
        hazards(tmp_path)


def test_page_has_every_case_and_names_numbers_without_any() -> None:
    third = Hazard(24, "Formulas", "the row comes back")
    text = page([FIRST, SECOND, third], {FIRST.key: Figures(1.26, 1234), SECOND.key: Figures(2, None)})
    assert "| 1 | A bomb \\| two | refused | 1.3, 1,234 |" in text
    assert "| 23 | Errors | the row comes back | 2.0 |" in text
    assert "| 24 | Formulas | the row comes back |  |" in text
    assert "without a test as yet: 2, 3," in text
    assert "without a test" not in page([Hazard(number, "a", "b") for number in range(1, 61)], {})


def test_figures_do_not_make_a_page_stale_and_cases_do() -> None:
    before, after = page([FIRST], {FIRST.key: ONE}), page([FIRST], {FIRST.key: Figures(99.0, None)})
    assert before != after
    assert without_figures(before) == without_figures(after)
    assert without_figures(before) != without_figures(page([FIRST._replace(outcome="read")], {FIRST.key: ONE}))


def test_case_without_recorded_figures_is_named() -> None:
    assert unmeasured([FIRST, SECOND], {SECOND.key: ONE}) == [FIRST.key]
