"""Progress as plain lines: how far a run is, and how long it still takes once that can be told."""

from pathlib import Path

import pytest

from jobs.progress import Watch


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (0, "c.csv: 500 rows read, 0 %, 50 rows a second"),
        (9, "c.csv: 500 rows read, 1 %, 50 rows a second"),
        (250, "c.csv: 500 rows read, 25 %, 50 rows a second, 30 s left"),
    ],
)
def test_the_time_left_is_told_once_something_was_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], done: int, said: str) -> None:
    clock = iter([0.0, 10.0, 10.0, 10.0])
    monkeypatch.setattr("jobs.progress.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    with Watch([Path("c.csv")], quiet=False) as watch:
        watch.hear(1, 500, done, 1000)
    assert capsys.readouterr().err.splitlines() == [said]
