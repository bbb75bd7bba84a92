"""Run every test that is marked as a hazard, record how long each took, and write the page of hazards anew."""

import json
import sys

import pytest

from tests.hazards.page import SECONDS, Hazard, hazards, read_seconds
from tests.spec.make_docs import DOCS
from tests.spec.make_docs import main as make_docs


class Recorder:
    """Keeps the time of the slowest test of each case that passes."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}

    @pytest.hookimpl
    def pytest_runtest_makereport(self, item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
        """Take the time of a test that has just ended."""
        if call.when != "call" or call.excinfo is not None:
            return
        for mark in item.iter_markers("hazard"):
            key = Hazard(*mark.args).key
            self.times[key] = max(round(call.duration, 1), self.times.get(key, 0))
            write_seconds(self.times)  # at once: a run that is broken off loses nothing


def write_seconds(times: dict[str, float]) -> None:
    """Write times over those that were recorded before; those of cases that are no more go."""
    known = {case.key for case in hazards()}
    kept = {key: seconds for key, seconds in {**read_seconds(), **times}.items() if key in known}
    lines = sorted(kept.items(), key=lambda item: (int(item[0].partition(":")[0]), item[0]))
    SECONDS.write_text(json.dumps(dict(lines), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(words: list[str]) -> int:
    """Run the tests (`words`: more arguments for pytest), and write times and page; return pytest's exit code."""
    code = pytest.main(["-m", "hazard", "-p", "no:randomly", "-p", "no:xdist", "-q", *words], plugins=[Recorder()])
    (DOCS / "hazards.md").unlink(missing_ok=True)  # a page that differs in its times alone does not count as stale
    return make_docs([]) or int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
