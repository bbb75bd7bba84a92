"""What a capable colleague's script takes for the same job, in an environment of its own, on what the pristine book holds."""

import shutil
from dataclasses import replace
from pathlib import Path

from tests.bench.environments import PANDAS
from tests.bench.inputs import AS_OF, Inputs
from tests.bench.measuring import Took, measure
from tests.bench.stores import export_for_colleague


def run_colleague(script: Path, inputs: Inputs, form: str) -> Took:
    """Run the script once on fresh copies of its files."""
    folder = inputs.file("colleague")
    folder.mkdir(exist_ok=True)
    export_for_colleague(inputs, folder)
    bookings, flags = folder / "bookings.parquet", folder / "flags.csv"
    shutil.copyfile(folder / "pristine.parquet", bookings)
    shutil.copyfile(folder / "pristine.csv", flags)
    words: list[str | Path] = [
        PANDAS.python,
        script,
        inputs.file("customers.csv"),
        bookings,
        flags,
        inputs.file(f"upload.{form}"),
        folder / "out",
        AS_OF.isoformat(),
    ]
    took = measure(words, inputs.folder)
    lines = [line.rsplit(" ", 1) for line in took.said.splitlines()]
    return replace(took, stages={name: float(seconds) for name, seconds in lines if name != "total"})
