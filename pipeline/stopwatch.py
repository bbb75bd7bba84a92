"""How long each stage of a job took, for the benchmarks."""

import json
import logging
from pathlib import Path
from time import perf_counter

LOG = logging.getLogger("flagbook.stopwatch")


class Stopwatch:
    """Counts the seconds of each stage, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage; the next one begins now."""
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def write(self, path: Path | None) -> None:
        """Write the seconds as one JSON object, if anywhere; where that fails, say so: the job is done."""
        if path is None:
            return
        try:
            path.write_text(json.dumps({stage: round(seconds, 4) for stage, seconds in self.seconds.items()}), encoding="utf-8")
        except OSError as error:
            LOG.warning("%s: the seconds of each stage can't be written there (%s). The job itself is done.", path, error.strerror or type(error).__name__)
