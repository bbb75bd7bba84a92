"""One command, measured from outside: wall time, CPU time, peak memory, and the stages that it tells of itself."""

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
FLAGBOOK = (sys.executable, "-m", "jobs")
CAME_BACK = 4  # rejected rows came back: a run as good as any


class Failed(SystemExit):
    """A measured command did not end as it should."""


@dataclass(frozen=True)
class Took:
    """What one run took: seconds, CPU seconds, MiB at the peak, seconds by stage, MiB of the file that it left; and what it printed."""

    wall: float
    cpu: float
    peak: float
    stages: Mapping[str, float] = field(default_factory=dict)
    size: float = 0
    said: str = ""


@dataclass(frozen=True)
class Runs:
    """Several runs of one thing; each figure is a median."""

    all: tuple[Took, ...]

    @property
    def wall(self) -> float:
        return statistics.median(run.wall for run in self.all)

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.all)

    @property
    def peak(self) -> float:
        return statistics.median(run.peak for run in self.all)

    @property
    def size(self) -> float:
        return statistics.median(run.size for run in self.all)

    @property
    def stages(self) -> dict[str, float]:
        return {name: statistics.median(run.stages[name] for run in self.all) for name in self.all[0].stages}

    def range(self) -> tuple[float, float]:
        return min(run.wall for run in self.all), max(run.wall for run in self.all)


def measure(command: Sequence[str | Path], work: Path, codes: Sequence[int] = (0, CAME_BACK)) -> Took:
    """Run a command in `work` and return what it took; end the benchmark where its exit code is none of `codes`."""
    out, timings = work / "took.json", work / "timings.json"
    timings.unlink(missing_ok=True)
    words = [sys.executable, "-I", str(HERE / "child.py"), str(out), *map(str, command)]
    environment = os.environ | {"FLAGBOOK_TIMINGS": str(timings)}
    ended = subprocess.run(words, cwd=work, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode not in codes:
        raise Failed(without_paths(f"A measured command ended with {ended.returncode}:\n{ended.stdout[-2000:]}{ended.stderr[-4000:]}"))
    took = json.loads(out.read_text(encoding="utf-8"))
    stages = json.loads(timings.read_text(encoding="utf-8")) if timings.exists() else {}
    return Took(took["wall"], took["cpu"], took["peak"], stages, said=ended.stdout)


def repeat(times: int, once: Callable[[], Took], what: str, enough: float = math.inf) -> Runs:
    """Measure something several times, or once where that takes more than `enough` seconds; tell what goes on."""
    found: list[Took] = []
    while len(found) < times and (not found or found[-1].wall <= enough):
        found.append(once())
        tell(f"  {what}, {len(found)} of {times}: {found[-1].wall:.2f} s")
    return Runs(tuple(found))


def tell(text: str) -> None:
    print(text, file=sys.stderr)


def without_paths(text: str) -> str:
    """Take this machine's own folders out of a text."""
    for folder, name in ((str(ROOT), "."), (str(Path.home()), "~")):
        text = text.replace(folder, name)
    return text
