"""Run every test that is marked as a hazard, record what each took, and write the page of hazards anew."""

import json
import sys

import pytest

from tests.hazards.page import FIGURES, Figures, Hazard, hazards, read_figures
from tests.hazards.watching import RUNS
from tests.spec.make_docs import DOCS
from tests.spec.make_docs import main as make_docs


class Recorder:
    """Keeps the most that a test of each case took that passes: of the program's runs that are watched, else of the whole test."""

    def __init__(self) -> None:
        self.figures: dict[str, Figures] = {}
        self.known = {case.key for case in hazards()}

    @pytest.hookimpl
    def pytest_runtest_makereport(self, item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
        """Take the figures of a test that has just ended."""
        runs, RUNS[:] = list(RUNS), []
        if call.when != "call" or call.excinfo is not None:
            return
        took = Figures(round(call.duration, 1), None)
        if runs:
            took = Figures(round(max(run.seconds for run in runs), 1), max(run.bytes for run in runs) // 1_000_000)
        for mark in item.iter_markers("hazard"):
            key = Hazard(*mark.args).key
            self.figures[key] = _most(took, self.figures.get(key))
            write_figures(self.figures, self.known)  # at once: a run that is broken off loses nothing


def _most(one: Figures, other: Figures | None) -> Figures:
    """Return the greater figures; those of whole tests do not count where there are others."""
    if other is None or (one.megabytes is not None and other.megabytes is None):
        return one
    if other.megabytes is not None and one.megabytes is None:
        return other
    return Figures(max(one.seconds, other.seconds), None if one.megabytes is None else max(one.megabytes, other.megabytes or 0))


def write_figures(figures: dict[str, Figures], known: set[str]) -> None:
    """Write figures over those that were recorded before; those of cases that are not known go."""
    kept = {key: took for key, took in {**read_figures(), **figures}.items() if key in known}
    lines = sorted(kept.items(), key=lambda item: (int(item[0].partition(":")[0]), item[0]))
    text = ",\n".join(f" {json.dumps(key, ensure_ascii=False)}: {json.dumps(took)}" for key, took in lines)
    FIGURES.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def main(words: list[str]) -> int:
    """Run the tests (`words`: more arguments for pytest), and write figures and page; return pytest's exit code."""
    code = pytest.main(["-m", "hazard", "-p", "no:randomly", "-p", "no:xdist", "-q", *words], plugins=[Recorder()])
    (DOCS / "hazards.md").unlink(missing_ok=True)  # a page that differs in its figures alone does not count as stale
    return make_docs([]) or int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
