"""The gate of the inbox: what is ready, what does not rest yet, and what stays."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.nightly.inbox import Found, Rest, look_into, take_in, taken
from pipeline.nightly.journal import Journal


def write(path: Path, text: str, age: float) -> None:
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)


def test_a_file_rests_by_its_time_or_since_it_was_first_seen_just_so(tmp_path: Path) -> None:
    rest = Rest(0.2)
    write(tmp_path / "old.csv", "x", 10)
    write(tmp_path / "new.csv", "x", 0)
    write(tmp_path / "ahead.csv", "x", -1000)
    assert look_into(tmp_path, rest) == Found(["old.csv"], ["ahead.csv", "new.csv"], [])
    time.sleep(0.25)
    write(tmp_path / "new.csv", "xx", 0)
    assert look_into(tmp_path, rest) == Found(["ahead.csv", "old.csv"], ["new.csv"], [])


def test_a_file_that_was_replaced_by_another_of_its_size_and_time_begins_to_rest_anew(tmp_path: Path) -> None:
    rest = Rest(100)
    write(tmp_path / "a.csv", "x", 50)
    look_into(tmp_path, rest)
    rest.seen["a.csv"] = (rest.seen["a.csv"][0], time.monotonic() - 200)
    assert look_into(tmp_path, rest).ready == ["a.csv"]
    write(tmp_path / "b", "y", 50)
    (tmp_path / "b").replace(tmp_path / "a.csv")
    assert look_into(tmp_path, rest).ready == []


@pytest.mark.parametrize("name", ["a.part", "A.PART", "a.csv.tmp", "a.crdownload", "a.csv~"])
def test_names_of_unfinished_files_are_left_however_old(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, "x", 1000)
    assert look_into(tmp_path, Rest(1)) == Found([], [name], [])


@pytest.mark.parametrize(("lock", "age", "is_left"), [("~$a.xlsx", 23, True), ("~$a.xlsx", 25, False), (".~lock.a.xlsx#", 23, True), ("~$b.xlsx", 1, False)])
def test_a_file_that_a_program_has_open_is_left_for_a_day(tmp_path: Path, lock: str, age: int, is_left: bool) -> None:
    """The lock of a program that broke down must not hold a file back for ever."""
    write(tmp_path / "a.xlsx", "x", 1_000_000)
    write(tmp_path / lock, "", age * 60 * 60)
    assert look_into(tmp_path, Rest(1)) == Found([] if is_left else ["a.xlsx"], ["a.xlsx"] if is_left else [], [])


def test_what_cannot_be_read_stays_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.csv", "x", 1000)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert look_into(tmp_path, Rest(1)) == Found([], [], [("a.csv", "it can't be read (Permission denied): mend its permissions")])


def test_what_cannot_be_moved_stays_and_is_not_tried_over_and_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    (work / "in").mkdir(parents=True)
    inbox.mkdir()
    for name in ("a.csv", "b.csv"):
        write(inbox / name, "x", 1000)
    journal, rest = Journal(work, "run", datetime.now(UTC), "Nina"), Rest(1)
    move = os.rename

    def only_b(source: Path, target: Path) -> None:
        if source.name != "b.csv":
            raise PermissionError(1, "Operation not permitted")
        move(source, target)

    monkeypatch.setattr(os, "rename", only_b)
    take_in(inbox, journal, look_into(inbox, rest), rest)
    assert ([one.name for one in taken(journal)], [name for name, _ in journal.skipped]) == (["b.csv"], ["a.csv"])
    assert look_into(inbox, rest).ready == []
    write(inbox / "a.csv", "xx", 1000)
    assert look_into(inbox, rest).ready == ["a.csv"]


def test_what_others_put_into_the_nights_folder_is_no_input(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    for folder in ("1", "2", "notes"):
        (inside / folder).mkdir(parents=True)
        write(inside / folder / f"{folder}.csv", "x", 0)
    write(inside / ".DS_Store", "x", 0)
    write(inside / "3", "x", 0)
    assert [one.name for one in taken(Journal(tmp_path, "run", datetime.now(UTC), "Nina"))] == ["1.csv", "2.csv"]
