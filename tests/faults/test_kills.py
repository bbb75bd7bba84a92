"""kill -9 and full disks, a few of each; `make faults` does many: no batch is lost, doubled or half there, and the same command again ends right."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.trials import Case, Tally, Zygote, choose_kills, draw_room, make_cases, try_fault, zygote

KILLS, DISKS = 20, 8


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with zygote(tmp_path_factory.mktemp("program")) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def cases(program: Zygote, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return make_cases(tmp_path_factory.mktemp("cases"), program)


@pytest.mark.hazard(49, "kill -9 at any moment, and at each step before and after the commit", "the whole batch or nothing; the same command again ends right")
@pytest.mark.hazard(50, "kill -9 while result files are written", "under its name a file is whole or not there; what is left over is swept")
@pytest.mark.hazard(51, "kill -9 between the commit and the result files", "the same command again writes them and applies nothing twice")
def test_kills(cases: list[Case], program: Zygote, tmp_path: Path) -> None:
    tally = Tally()
    for number, (case, fault) in enumerate(choose_kills(cases, KILLS, random.Random(), 0.3)):
        try_fault(case, program, tmp_path / str(number), tally, fault)
    assert tally.wrong == []
    assert sum(tally.counts.values()) == KILLS


@pytest.mark.hazard(
    52, "the disk fills up while a batch is read, written, committed or answered", "exit 5 and why; with room again the same command ends right"
)
@pytest.mark.hazard(57, "the database gives up (FATAL) in the middle of a run", "the process ends with 5, nothing half-applied; the next run works")
def test_full_disks(cases: list[Case], program: Zygote, tmp_path: Path) -> None:
    tally, chance = Tally(), random.Random()
    for number in range(DISKS):
        try_fault(cases[number % len(cases)], program, tmp_path / str(number), tally, {"limit": draw_room(chance)})
    assert tally.wrong == []
