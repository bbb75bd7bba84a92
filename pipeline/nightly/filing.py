"""Where inputs go when the night is done with them: into the archive with their results, or among the rejected with a word why."""

import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.nightly.desk import Desk
from pipeline.nightly.journal import Input, Journal
from pipeline.nightly.logbook import note
from pipeline.nightly.moving import make_folder, move, write_whole
from pipeline.nightly.names import fitting, numbered, shown
from pipeline.outputs.staging import stem_of

ENDED = ("done", "refused")
WORD = ".refused.txt"


def file_inputs(journal: Journal, desk: Desk) -> None:
    """File every input with which the night is done. Where each file goes is written down before any moves."""
    due = [one for one in journal.inputs if _is_done(one, journal)]
    planned = {target for one in journal.inputs for _, target in one.moves or ()}
    for one in due:
        if one.moves is None:
            one.moves = _plan(one, journal, desk, planned)
    if due:
        journal.save()
    for one in due:
        _carry_out(one, journal, planned)
    for one in due:
        note("input-filed", name=shown(one.name), kind=one.kind, sha256=one.sha256, refused=one.kind is None, files=[target for _, target in one.moves or ()])


def _is_done(one: Input, journal: Journal) -> bool:
    step = journal.step_of(one)
    return one.kind is None or (step is not None and step.state in ENDED)


def _plan(one: Input, journal: Journal, desk: Desk, planned: set[str]) -> list[list[str]]:
    """Return from where to where an input and its result files move; names that are taken get a number, the same for all of them."""
    folder = desk.folder("rejected" if one.kind is None else "archive") / desk.day_of(journal.as_of)
    make_folder(folder)
    sources = [journal.path_of(one), *_results(one, journal)]
    if one.kind is None:
        sources.append(_write_word(one, journal, desk.settings.zone))
    plain = fitting(one.name)
    names = [plain, *(plain + WORD if path.name == WORD else path.name for path in sources[1:])]
    targets = numbered(names, stem_of(plain), _is_free(folder, planned))
    moves = [[os.fsdecode(source.relative_to(journal.folder)), str(folder / name)] for source, name in zip(sources, targets, strict=True)]
    planned.update(target for _, target in moves)
    return moves


def _results(one: Input, journal: Journal) -> list[Path]:
    """Return the result files of an input."""
    step = journal.step_of(one)
    if step is None or one.kind is None:
        return []
    inputs = journal.inputs_of(step)
    return sorted(path for path in journal.results_of(step).glob("*") if _owner(path.name, inputs) is one)


def _owner(name: str, inputs: list[Input]) -> Input | None:
    """Return the input whose name a result file bears, the first such one's where several do.

    NOTE: of inputs called x.csv and x.rejected.csv, x.rejected.rejected.csv begins with the stem of both; it is that of the longer one.
    """
    bearing = [one for one in inputs if name.startswith((f"{stem_of(one.name)}.results.", f"{stem_of(one.name)}.rejected."))]
    return max(bearing, key=lambda one: len(stem_of(one.name)), default=None)


def _write_word(one: Input, journal: Journal, zone: ZoneInfo) -> Path:
    """Write the text that goes with a refused input: where, what, and what to do."""
    path = journal.folder / "out" / f"refused-{one.number}" / WORD
    make_folder(path.parent)
    named = one.reason if one.reason and shown(one.name) in one.reason else f"{shown(one.name)}: {one.reason}"
    as_of = journal.as_of.astimezone(zone).isoformat(timespec="minutes")
    write_whole(path, f"{named}\n{one.fix}\nNothing of it was written to the book. Night as of {as_of}.\n")
    return path


def _is_free(folder: Path, planned: set[str]) -> Callable[[str], bool]:
    return lambda name: str(folder / name) not in planned and not os.path.lexists(folder / name)


def _carry_out(one: Input, journal: Journal, planned: set[str]) -> None:
    """Move an input and its results; a file whose name somebody took since it was planned gets another number."""
    for step in one.moves or []:
        source, target = journal.folder / step[0], Path(step[1])
        while not move(source, target):
            (free,) = numbered([target.name], stem_of(target.name), _is_free(target.parent, planned))
            target = target.with_name(free)
            step[1] = str(target)
            planned.add(step[1])
            journal.save()
