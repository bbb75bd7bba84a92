"""The builder itself: a drawing is read as drawn, and what differs from it fails."""

from pathlib import Path

import pytest

from pipeline.findings import ROW_FAULTS, STATE_FAULTS
from tests.spec.book import Spec
from tests.spec.make_docs import PAGES, rules_page, stale_pages
from tests.spec.tables import Drawn, read_sheets, read_table

UPLOAD = """
    action  customer_id  flag_type  comment  =>  outcome    code
    add     C1           At Risk    late     =>  {}"""


def test_columns_begin_where_their_headers_begin() -> None:
    drawn = read_table(r"""
        Customer ID  comment        x
        C1           one | two
                     " a\nb\u200b"  y""")
    assert drawn == Drawn(("Customer ID", "comment", "x"), (("C1", "one | two", ""), ("", " a\nb\u200b", "y")))


@pytest.mark.parametrize("row", ["C1 late", "a longer id  late", "C1  late"])
def test_a_cell_across_the_start_of_a_column_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="not aligned at comment"):
        read_table(f"id    comment\n{row}")


def test_sheets_stand_under_their_names() -> None:
    drawn = read_sheets("[One]\na  b\n1  2\n\n[Two] hidden\nc\n[clear]x")
    assert drawn == {"[One]": Drawn(("a", "b"), (("1", "2"),)), "[Two] hidden": Drawn(("c",), (("[clear]x",),))}


@pytest.mark.parametrize("wrong", ["unchanged", "applied    bad-date", ""])
def test_another_outcome_fails(spec: Spec, wrong: str) -> None:
    with pytest.raises(AssertionError, match="expected"):
        spec.apply(UPLOAD.format(wrong))


def test_other_flags_fail(spec: Spec) -> None:
    spec.apply(UPLOAD.format("applied"))
    with pytest.raises(AssertionError, match="expected"):
        spec.then_flags("comment\nLate")
    with pytest.raises(AssertionError, match="expected"):
        spec.then_flags("comment")
    with pytest.raises(AssertionError, match="expected"):
        spec.reports("applied\n2")


def test_a_builder_without_a_folder_only_records() -> None:
    spec = Spec(None)
    spec.apply(UPLOAD.format("sunny"), by="Ann")
    spec.then_flags("nothing of the kind")
    assert [step.title for step in spec.steps] == ["Upload (by Ann)", "Flags after"]


def test_pages_that_are_missing_or_differ_are_stale(tmp_path: Path) -> None:
    for path, text in stale_pages(tmp_path).items():
        path.write_text(text, encoding="utf-8")
    assert stale_pages(tmp_path) == {}
    (tmp_path / "rules.md").write_text("old", encoding="utf-8")
    (tmp_path / "columns.md").unlink()
    assert [path.name for path in stale_pages(tmp_path)] == ["rules.md", "columns.md"]
    assert set(PAGES) == {"rules.md", "findings.md", "columns.md", "reports.md", "hazards.md"}


def test_every_code_that_an_upload_can_come_back_with_is_in_the_rule_book() -> None:
    shown = rules_page()
    assert [kind.code for kind in (*ROW_FAULTS, *STATE_FAULTS) if kind.code not in shown] == []
