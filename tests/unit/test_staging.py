"""Files that overwrite none: which names they get, also where another run is faster, or the file system knows no links."""

from pathlib import Path

import pytest

from pipeline.errors import Refused
from pipeline.outputs.staging import staged


def write(target: Path, text: str, taken: str | None = None) -> Path:
    """Write a file that overwrites none, while another run may take a name; return the name that it got."""

    def writer(path: Path) -> None:
        path.write_text(text)

    with staged() as files:
        free = files.write_new(target, writer)
        if taken:
            (target.parent / taken).write_text("another's")
        files.publish()
        return files.name_of(free)


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_overwrites_none_takes_the_next_free_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    names = [write(tmp_path / "a.proof.xlsx", text, taken).name for text, taken in (("1", None), ("2", None), ("3", "a.proof.3.xlsx"), ("4", None))]
    assert names == ["a.proof.xlsx", "a.proof.2.xlsx", "a.proof.4.xlsx", "a.proof.5.xlsx"]
    assert [(tmp_path / name).read_text() for name in names] == ["1", "2", "3", "4"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "a.proof.3.xlsx"])


def test_a_name_that_is_taken_by_a_folder_or_leads_nowhere_is_not_free(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    (tmp_path / "a.2.xlsx").symlink_to(tmp_path / "missing")
    assert write(tmp_path / "a.xlsx", "1") == tmp_path / "a.3.xlsx"


def _results(path: Path) -> None:
    path.write_text("results")


@pytest.mark.parametrize("method", ["write", "write_beside"])
def test_a_link_is_replaced_and_what_it_leads_to_is_left(tmp_path: Path, method: str) -> None:
    (tmp_path / "book").write_text("the book")
    (tmp_path / "a.csv").symlink_to("book")
    with staged() as files:
        getattr(files, method)(tmp_path / "a.csv", _results)
        files.publish()
    assert (tmp_path / "book").read_text() == "the book"
    assert ((tmp_path / "a.csv").is_symlink(), (tmp_path / "a.csv").read_text()) == (False, "results")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "book"]


@pytest.mark.parametrize("name", ["in.csv", "link.csv"])
def test_no_input_is_overwritten_nor_a_link_to_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "in.csv").write_text("input")
    (tmp_path / "link.csv").symlink_to("in.csv")
    with staged([tmp_path / "link.csv"]) as files, pytest.raises(Refused, match="it is an input too"):
        files.write(tmp_path / name, _results)
    assert (tmp_path / "in.csv").read_text() == "input"
