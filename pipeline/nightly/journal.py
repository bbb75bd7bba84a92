"""What a night means to do and has done, written down before each step, so that one that is killed is finished by the next."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import Refused
from pipeline.nightly.moving import write_whole

NAME = "journal.json"


@dataclass
class Input:
    """A file that was taken out of the inbox. `kind` is null, and `reason` and `fix` are not, where it was refused.

    `moves` says where it and its results go: names in the work folder → paths; null until that is settled.
    """

    number: int
    name: str
    sha256: str = ""
    kind: str | None = None
    reason: str | None = None
    fix: str | None = None
    moves: list[list[str]] | None = None


@dataclass
class Step:
    """One thing to do. `state`: pending, done, refused, split (others stand in its place), or failed (by a bug). `batch` is what it wrote, if anything.

    `failures` counts how often the program failed on it. `files` are those that are for people at once: the reports. `remarks` is what there is to say of it.
    """

    key: str
    what: str
    inputs: list[int] = field(default_factory=list)
    state: str = "pending"
    batch: int | None = None
    status: str = "nothing-to-do"
    files: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failures: int = 0


@dataclass
class Journal:
    """A night: `run` is its id, `store` whose book it works on, `taken` whether all inputs and steps are listed.

    `skipped` is what stays in the inbox, each with the reason, `left` what somebody is still writing.
    """

    folder: Path
    run: str
    as_of: datetime
    by: str
    store: str = ""
    taken: bool = False
    inputs: list[Input] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    skipped: list[list[str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def save(self) -> None:
        """Write the journal, whole or not at all."""
        said = {name: value for name, value in asdict(self).items() if name != "folder"} | {"as_of": self.as_of.isoformat()}
        write_whole(self.folder / NAME, json.dumps(said))  # ASCII: names may hold bytes that are no text

    def path_of(self, one: Input) -> Path:
        """Return where an input lies while the night has it."""
        return self.folder / "in" / f"{one.number:05d}" / one.name

    def results_of(self, step: Step) -> Path:
        """Return the folder of a step's result files."""
        return self.folder / "out" / step.key

    def inputs_of(self, step: Step) -> list[Input]:
        """Return the inputs of a step, in their order."""
        return [one for one in self.inputs if one.number in step.inputs]

    def remarks(self) -> list[str]:
        """Return what there is to say of the steps so far, each thing once."""
        return [remark for step in self.steps for remark in step.remarks]

    def step_of(self, one: Input) -> Step | None:
        """Return the step that took an input, or could not; None where there is none, as of one that was refused at the gate."""
        return next((step for step in self.steps if one.number in step.inputs and step.state != "split"), None)


def read_journal(folder: Path) -> Journal | None:
    """Return the journal of a night that did not end, or None."""
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from None
    try:
        return _journal(folder, said)
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(folder, error) from None


def _journal(folder: Path, said: dict[str, Any]) -> Journal:
    inputs, steps = [Input(**one) for one in said.pop("inputs")], [Step(**one) for one in said.pop("steps")]
    return Journal(folder=folder, as_of=datetime.fromisoformat(said.pop("as_of")), inputs=inputs, steps=steps, **said)


def _unreadable(folder: Path, error: Exception) -> Refused:
    fix = "Move the inputs that lie in its folder back into the inbox and remove the journal; what a batch did already is seen and not done twice."
    return Refused(f"{folder / NAME}: the journal of the last night can't be read ({type(error).__name__}).", fix)
