"""What a night has to say: what became of each input, its batches, its files, the exit code; as text for people and as one JSON object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.report import CAME_BACK, tell_head

LISTED = 50  # inputs and skipped files that a text lists


@dataclass(frozen=True)
class InputReport:
    """What became of one input: where it lies now with its result files, the batch that took it, or why it was refused and what to do."""

    name: str
    kind: str | None
    sha256: str
    outcome: str
    batch: int | None
    files: tuple[str, ...]
    reason: str | None = None
    fix: str | None = None


@dataclass(frozen=True)
class BatchMade:
    """One batch of a night: `step` is what the night calls it."""

    step: str
    batch: int
    kind: str
    status: str
    rows: Mapping[str, int]
    bookings: Mapping[str, int]
    codes: Mapping[str, int]
    head: str | None = None


@dataclass(frozen=True)
class NightReport:
    """A whole night. `skipped`: what stays in the inbox, each with the reason; `left`: files that somebody is still writing.

    `failed` tells that a step was left out on which the program failed. `finished` is the night before, where that one was broken off and had to be
    finished first.
    """

    run: str
    as_of: str
    day: str
    inputs: Sequence[InputReport]
    batches: Sequence[BatchMade]
    skipped: Sequence[tuple[str, str]]
    left: Sequence[str]
    reports: Sequence[str]
    remarks: Sequence[str] = ()
    stopped: bool = False
    failed: bool = False
    finished: "NightReport | None" = field(default=None)

    @property
    def exit_code(self) -> int:
        """Return 4 where rows came back, an input was refused or could not be taken, or a step was left out, else 0."""
        came_back = self.failed or any(batch.rows["rejected"] for batch in self.batches) or any(one.outcome == "refused" for one in self.inputs) or self.skipped
        return CAME_BACK if came_back else self.finished.exit_code if self.finished else 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was there to do."""
        return not (self.inputs or self.batches or self.finished)

    def to_json(self) -> dict[str, Any]:
        """Return the night as one object."""
        return {
            "run": self.run,
            "as_of": self.as_of,
            "day": self.day,
            "status": "stopped" if self.stopped else "done",
            "exit_code": self.exit_code,
            "inputs": [{**vars(one), "files": list(one.files)} for one in self.inputs],
            "batches": [{**vars(one), "rows": dict(one.rows), "bookings": dict(one.bookings), "codes": dict(one.codes)} for one in self.batches],
            "skipped": [{"name": name, "reason": reason} for name, reason in self.skipped],
            "left": list(self.left),
            "reports": list(self.reports),
            "remarks": list(self.remarks),
            "finished": self.finished.to_json() if self.finished else None,
        }

    def to_text(self) -> str:
        """Return the summary that a person can act on."""
        before = ["A night that was broken off is finished first:", self.finished.to_text(), ""] if self.finished else []
        end = ", stopped before its end: the next one finishes it" if self.stopped else ""
        lines = [*before, f"Night of {self.day} (as of {self.as_of}){end}"]
        lines += [_input_line(one) for one in self.inputs[:LISTED]] or ["  nothing in the inbox to take in"]
        lines += [f"  … and {len(self.inputs) - LISTED:,} more inputs (nightly.json lists all)"] if len(self.inputs) > LISTED else []
        lines += [f"  {_batch_line(one)}" for one in self.batches]
        lines += [f"  stays in the inbox: {name}: {reason}" for name, reason in self.skipped[:LISTED]]
        lines += [f"  left for later, since somebody is still writing it: {name}" for name in self.left[:LISTED]]
        lines += [*(f"  written: {name}" for name in self.reports), *(f"  note: {remark}" for remark in self.remarks)]
        last = [one.head for one in self.batches][-1:]
        return "\n".join([*lines, *(f"  {line}" for head in last for line in tell_head(head))])


def _input_line(one: InputReport) -> str:
    where = f" → {one.files[0]}" if one.files else ""
    if one.outcome == "refused":
        return f"  refused: {one.reason} {one.fix}{where}"
    batch = f", batch {one.batch}" if one.batch else ""
    return f"  {one.name}: {one.kind}, {one.outcome}{batch}{where}"


def _batch_line(one: BatchMade) -> str:
    counts = ", ".join(f"{count:,} {word}" for word, count in one.rows.items() if count and word != "read")
    told = ", ".join(f"{count:,} {word}" for word, count in one.bookings.items() if count)
    codes = ", ".join(f"{count:,} {code}" for code, count in one.codes.items())
    said = f"batch {one.batch}: {one.kind}: {one.rows['read']:,} read{': ' if counts else ''}{counts}"
    return said + (f"; alerts on bookings: {told}" if told else "") + (f"; came back with: {codes}" if codes else "")
