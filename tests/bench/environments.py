"""Environments of their own for what the program is measured against, each made once from packages by name."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import HERE, tell


@dataclass(frozen=True)
class Environment:
    """A folder with a Python that has these packages."""

    name: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return HERE / "work" / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def make(self) -> dict[str, str]:
        """Make the environment unless it is there; return the versions in it, none where they can't be installed."""
        if not self.python.exists():
            tell(f"Making an environment with {', '.join(self.packages)} (once)")
            subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
            words: list[str | Path] = [self.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *self.packages]
            if subprocess.run(words, check=False).returncode:
                shutil.rmtree(self.folder)
                return {}
        listed = subprocess.run([self.python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"], check=True, capture_output=True, text=True)
        versions = {package["name"].lower(): package["version"] for package in json.loads(listed.stdout)}
        return {name: versions[name] for name in self.packages}


PANDAS = Environment("peer-venv", ("pandas", "openpyxl", "pyarrow"))
DJANGO = Environment("django-venv", ("django", "django-import-export"))
