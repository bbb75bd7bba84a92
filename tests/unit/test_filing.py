"""Inputs on their way to the archive: what is planned is carried out, whatever happened in between."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.intake.maps import default_map
from pipeline.nightly.desk import Desk
from pipeline.nightly.filing import file_inputs
from pipeline.nightly.journal import Input, Journal, Step, read_journal
from pipeline.run import Where
from pipeline.settings import Settings


def a_night(folder: Path) -> tuple[Journal, Desk]:
    """Return a night that is done with one upload."""
    settings = Settings(path=folder / "flagbook.toml")
    journal = Journal(folder / "archive" / ".night", "run", datetime(2026, 6, 5, tzinfo=UTC), "Nina", taken=True)
    journal.inputs = [Input(1, "flags.csv", kind="upload")]
    journal.steps = [Step("apply-1", "apply", [1], "done")]
    for path, text in ((journal.path_of(journal.inputs[0]), "upload"), (journal.results_of(journal.steps[0]) / "flags.results.csv", "results")):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return journal, Desk(Where(folder / "book", settings), default_map(settings))


def archive(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "archive" / "2026-06-05").iterdir()}


def test_a_name_taken_since_it_was_planned_gets_a_number_and_nothing_is_overwritten(tmp_path: Path) -> None:
    journal, desk = a_night(tmp_path)
    folder = tmp_path / "archive" / "2026-06-05"
    folder.mkdir()
    journal.inputs[0].moves = [["in/00001/flags.csv", str(folder / "flags.csv")], ["out/apply-1/flags.results.csv", str(folder / "flags.results.csv")]]
    (folder / "flags.csv").write_text("somebody else's")
    (folder / "flags-2.csv").write_text("and another")
    file_inputs(journal, desk)
    assert archive(tmp_path) == {"flags.csv": "somebody else's", "flags-2.csv": "and another", "flags-3.csv": "upload", "flags.results.csv": "results"}
    kept = read_journal(journal.folder)
    assert kept is not None
    assert kept.inputs[0].moves == journal.inputs[0].moves


def test_filing_twice_files_once(tmp_path: Path) -> None:
    journal, desk = a_night(tmp_path)
    file_inputs(journal, desk)
    file_inputs(journal, desk)
    assert archive(tmp_path) == {"flags.csv": "upload", "flags.results.csv": "results"}


def test_an_input_with_which_the_night_is_not_done_stays(tmp_path: Path) -> None:
    journal, desk = a_night(tmp_path)
    journal.steps[0].state = "pending"
    file_inputs(journal, desk)
    assert journal.path_of(journal.inputs[0]).read_text() == "upload"
