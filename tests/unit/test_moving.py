"""Files that move, within a file system and between two, broken off or not."""

import errno
import os
from pathlib import Path

import pytest

from pipeline.errors import TryAgain
from pipeline.nightly import moving
from pipeline.nightly.names import fault_of_name, numbered, shown
from pipeline.outputs.staging import stem_of


@pytest.fixture(params=["one file system", "without second names", "two file systems"])
def between(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let files move as they do within a file system, in one that has no hard links, or from one to another."""
    kind = str(request.param)
    if kind != "one file system":
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    if kind == "two file systems":
        monkeypatch.setattr(os, "rename", failing(errno.EXDEV))
    return kind


def failing(number: int) -> object:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.usefixtures("between")
def test_a_file_moves_and_its_content_with_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x" * 10)
    assert moving.move(tmp_path / "a", tmp_path / "b")
    assert moving.move(tmp_path / "a", tmp_path / "b"), "it moved already"
    moving.take(tmp_path / "b", tmp_path / "c")
    assert files(tmp_path) == {"c": "x" * 10}


@pytest.mark.usefixtures("between")
def test_another_file_of_that_name_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    (tmp_path / "b").write_text("else")
    assert not moving.move(tmp_path / "a", tmp_path / "b")
    assert files(tmp_path) == {"a": "mine", "b": "else"}
    (tmp_path / "b").unlink()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert not moving.move(tmp_path / "a", tmp_path / "b"), "a link to it is not the file"


@pytest.mark.usefixtures("between")
def test_a_move_that_was_broken_off_is_finished(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    (tmp_path / "b").write_text("mine")
    assert moving.move(tmp_path / "a", tmp_path / "b")
    assert files(tmp_path) == {"b": "mine"}


def test_a_half_copy_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "rename", failing(errno.EXDEV))
    (tmp_path / "a").write_text("mine")
    (tmp_path / ".b.tmp").write_text("m")
    moving.take(tmp_path / "a", tmp_path / "b")
    assert files(tmp_path) == {"b": "mine"}


def test_what_cannot_be_written_is_to_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TryAgain, match="file"):
        moving.make_folder(tmp_path / "file" / "folder")
    with pytest.raises(TryAgain, match="nowhere"):
        moving.write_whole(tmp_path / "nowhere" / "a", "x")


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("flags März.csv", "flags März.csv"),
        ("-rf", r"\x2drf"),
        ("a-b.csv", "a-b.csv"),
        ("a\nb", r"a\nb"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\\nb", r"a\\nb"),
        ("a\u202eb", r"a\u202eb"),
        (os.fsdecode(b"a\xff"), r"a\xff"),
        ("a\ufeffb", r"a\ufeffb"),
    ],
)
def test_names_are_shown_so_that_they_hide_nothing_and_differ(name: str, escaped: str) -> None:
    assert shown(name) == escaped
    assert (fault_of_name(name) is None) == (name == escaped)


@pytest.mark.parametrize(("name", "stem"), [("a.b.csv", "a.b"), ("a.csv.gz", "a"), ("a", "a"), ("A.CSV.ZST", "A")])
def test_results_bear_the_stem(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_files_that_belong_together_share_a_number() -> None:
    taken = {"a.csv", "a-2.results.csv"}
    assert numbered(["a.csv", "a.results.csv"], "a", lambda name: name not in taken) == ["a-3.csv", "a-3.results.csv"]


def test_a_file_that_is_nowhere_any_more_had_moved(tmp_path: Path) -> None:
    """Somebody took it away since: waiting for it would be for ever."""
    assert moving.move(tmp_path / "gone", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []
