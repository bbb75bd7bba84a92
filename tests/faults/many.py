"""Many kills and many full disks, with a summary: make faults ARGS="--kills 200 --disks 30 --seed 1"."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.trials import Tally, choose_kills, draw_room, make_cases, try_fault, try_small_disks, zygote


def main() -> int:
    """Run the trials; return 1 where anything was not as it should be."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--kills", type=int, default=200)
    said.add_argument("--disks", type=int, default=30)
    said.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    words = said.parse_args()
    chance, began = random.Random(words.seed), time.monotonic()
    print(f"seed {words.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, zygote(Path(folder)) as program:
        scratch = Path(folder)
        cases = make_cases(scratch, program)
        kills, disks = Tally(), Tally()
        for number, (case, fault) in enumerate(choose_kills(cases, words.kills, chance, 0.4)):
            try_fault(case, program, scratch / f"kill {number}", kills, fault)
        _print("kills", kills)
        small = try_small_disks(cases, program, scratch, [draw_room(chance) for _ in range(words.disks // 2)])
        _print("small disks in memory", small or Tally())
        for number in range(words.disks - (words.disks // 2 if small else 0)):
            try_fault(cases[number % len(cases)], program, scratch / f"disk {number}", disks, {"limit": draw_room(chance)})
        _print("files that may not grow", disks)
    print(f"{time.monotonic() - began:.0f} s")
    return int(any(tally.wrong for tally in (kills, small or Tally(), disks)))


def _print(name: str, tally: Tally) -> None:
    print(f"{name}: {sum(tally.counts.values())} trials, {len(tally.wrong)} wrong")
    for what, count in sorted(tally.counts.items()):
        print(f"  {count:4d}  {what}")
    for what in tally.wrong:
        print(f"  WRONG {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
