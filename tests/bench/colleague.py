"""What a capable colleague's script takes for the same job, in an environment of its own, on what the pristine book holds."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.bench.inputs import AS_OF, Inputs
from tests.bench.measuring import HERE, Took, measure
from tests.bench.stores import export_for_colleague

PACKAGES = ("pandas", "openpyxl", "pyarrow")
PYTHON = HERE / "work" / "peer-venv" / "bin" / "python"


def make_environment() -> dict[str, str]:
    """Make the environment unless it is there; return the versions in it."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", PYTHON.parents[1]], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES], check=True)
    listed = subprocess.run([PYTHON, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"], check=True, capture_output=True, text=True)
    versions = {package["name"]: package["version"] for package in json.loads(listed.stdout)}
    return {name: versions[name] for name in PACKAGES}


def run_colleague(script: Path, inputs: Inputs, form: str) -> Took:
    """Run the script once on fresh copies of its files."""
    folder = inputs.file("colleague")
    folder.mkdir(exist_ok=True)
    export_for_colleague(inputs, folder)
    bookings, flags = folder / "bookings.parquet", folder / "flags.csv"
    shutil.copyfile(folder / "pristine.parquet", bookings)
    shutil.copyfile(folder / "pristine.csv", flags)
    words: list[str | Path] = [PYTHON, script, inputs.file("customers.csv"), bookings, flags, inputs.file(f"upload.{form}"), folder / "out", AS_OF.isoformat()]
    took = measure(words, inputs.folder)
    lines = [line.rsplit(" ", 1) for line in took.said.splitlines()]
    return replace(took, stages={name: float(seconds) for name, seconds in lines if name != "total"})
