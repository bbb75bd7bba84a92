"""The laws of this house that no other tool measures. Each takes source text and returns its faults, so that each is seen to fail."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipeline", "schemas", "jobs")
FUNCTION_LINES, MODULE_LINES, POSITIONAL = 40, 300, 5

VAGUE_NAMES = {"common", "helper", "helpers", "util", "utils"}
SQL = re.compile(
    r"\s*(?:(?:SELECT|WITH|UPDATE|CREATE|DROP|ALTER|ATTACH|DETACH|COPY|PRAGMA|EXPLAIN|TRUNCATE|INSERT (?:OR \w+ )?INTO|DELETE FROM|MERGE INTO)\s"
    r"|(?:BEGIN|COMMIT|ROLLBACK|CHECKPOINT)\b)"
)
IMPURE_MODULES = {"io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess", "sys", "tempfile", "time", "warnings"}
IMPURE_CALLS = {"breakpoint", "input", "open", "print"}
IMPURE_METHODS = re.compile(r"now|utcnow|today|open|getenv|(?:read|write)_(?:text|bytes)|(?:scan|sink|write)_\w+")
READERS = {"nw", "pl", "polars", "narwhals"}

# Written in pieces, so that this file keeps the law that it measures.
REGISTRIES = tuple(
    ".".join(host)
    for host in (("pypi", "org"), ("python" + "hosted", "org"), ("npmjs", "org"), ("anaconda", "org"), ("proxy", "golang", "org"), ("deb", "debian", "org"))
)
UNREAD_FOLDERS = {".git", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis", "build", "demo", "dist"}

Law = Callable[[str], list[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (function.end_lineno or 0) - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1) * documented


def long_functions(source: str) -> list[str]:
    return [f"{node.name} has {length(node)} lines" for node in functions(source) if length(node) > FUNCTION_LINES]


def long_module(source: str) -> list[str]:
    lines = len(source.splitlines())
    return [f"{lines} lines"] * (lines > MODULE_LINES)


def many_positional(source: str) -> list[str]:
    counts = [(node.name, [arg.arg for arg in (*node.args.posonlyargs, *node.args.args) if arg.arg not in {"self", "cls"}]) for node in functions(source)]
    return [f"{name} takes {len(names)} positional parameters" for name, names in counts if len(names) > POSITIONAL]


def sql_texts(source: str) -> list[str]:
    texts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [f"line {node.lineno}: SQL" for node in texts if SQL.match(str(node.value))]


def imports(source: str) -> set[str]:
    """The top-level names of what is imported, wherever in the module."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}}


def click_imports(source: str) -> list[str]:
    return sorted(imports(source) & {"click"})


def is_impure(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in IMPURE_CALLS
    if not isinstance(called, ast.Attribute):
        return False
    reads = called.attr.startswith("read_") and isinstance(called.value, ast.Name) and called.value.id in READERS
    return reads or bool(IMPURE_METHODS.fullmatch(called.attr))


def impurities(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and is_impure(node.func)]
    return sorted(imports(source) & IMPURE_MODULES) + [f"line {node.lineno}: {ast.unparse(node.func)}()" for node in calls]


def registry_hosts(source: str) -> list[str]:
    return [host for host in REGISTRIES if host in source.lower()]


def vague_names(path: str) -> list[str]:
    return sorted(VAGUE_NAMES & set(Path(path).with_suffix("").parts))


def modules(*folders: str) -> list[Path]:
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "tests/bench/work" not in path.as_posix())
    assert found, f"no modules in {folders}: the law would measure nothing"
    return found


def broken(law: Law, paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {fault}" for path in paths for fault in law(path.read_text("utf-8", errors="replace"))]


def repository() -> list[Path]:
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in UNREAD_FOLDERS and not name.endswith(".egg-info")]
        found += [Path(folder, name) for name in names]
    return [path for path in found if path.is_file() and "tests/bench/work" not in path.as_posix()]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("law", [long_functions, long_module, many_positional])
def test_packages_keep_their_measures(law: Law) -> None:
    assert broken(law, modules(*PACKAGES)) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [fault for path in modules(*PACKAGES, "tests") for fault in vague_names(str(path.relative_to(ROOT)))] == []


def test_sql_stays_in_the_store() -> None:
    store = ROOT / "pipeline" / "store"
    assert broken(sql_texts, [path for path in modules(*PACKAGES) if not path.is_relative_to(store)]) == []


def test_rules_touch_nothing_outside_their_frames() -> None:
    assert broken(impurities, modules("pipeline/rules")) == []


def test_click_stays_in_jobs() -> None:
    assert broken(click_imports, modules("pipeline", "schemas")) == []


def test_no_file_names_a_package_registry() -> None:
    assert broken(registry_hosts, repository()) == []


IMPORT_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.split(".")[0] in {"pipeline", "schemas", "jobs"}]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except BaseException as fault:
        print(f"{name}: {fault!r}")
"""


def import_each(names: list[str], folder: Path) -> str:
    """Import each module with none of ours loaded before it, warnings as errors; return what went wrong."""
    command = [sys.executable, "-W", "error", "-c", IMPORT_EACH, *names]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.stdout + ended.stderr


def test_every_module_can_be_imported_first() -> None:
    names = [dotted(path) for path in modules(*PACKAGES) if path.stem != "__main__"]
    assert import_each(names, ROOT) == ""


@pytest.mark.parametrize("source", ["import nowhere_at_all", "import warnings\nwarnings.warn('old', DeprecationWarning)"])
def test_a_module_that_cannot_be_imported_is_seen(tmp_path: Path, source: str) -> None:
    (tmp_path / "bad.py").write_text(source, encoding="utf-8")
    assert import_each(["bad"], tmp_path).startswith("bad: ")


BODY = "    pass\n"


@pytest.mark.parametrize(
    ("law", "bad", "good"),
    [
        (long_functions, "def f():\n" + BODY * 40, 'def f():\n    """What it\n    does."""\n' + BODY * 39),
        (long_functions, "class A:\n  async def f(self):\n" + BODY * 40, "def f():\n" + BODY * 39),
        (long_module, "x = 1\n" * 301, "x = 1\n" * 300),
        (many_positional, "def f(a, b, c, d, e, g): ...", "def f(self, a, b, c, d, e, *, g, h): ..."),
        (many_positional, "def f(a, b, /, c, d, e, g=1): ...", "def f(*many, **named): ..."),
        (sql_texts, "x = 'SELECT 1'", "x = 'Select a file'"),
        (sql_texts, "x = f'''\n  DELETE FROM {table}'''", "x = 'DELETE'"),
        (sql_texts, "x = 'WITH a AS (SELECT 1) FROM a'", "x = 'with care'"),
        (sql_texts, "x = 'COMMIT'", "x = 'COMMITTED'"),
        (click_imports, "def f():\n    from click.testing import CliRunner", "from jobs.click import echo"),
        (impurities, "import os.path", "from datetime import date"),
        (impurities, "from logging import getLogger", "import polars as pl"),
        (impurities, "x = datetime.now(zone)", "x = now - start"),
        (impurities, "open('a')", "x = rows.select('open')"),
        (impurities, "print(1)", "fingerprint(1)"),
        (impurities, "frame = pl.read_csv('a')", "frame = plan.read_rows('a')"),
        (impurities, "frame.write_csv('a')", "frame.rows()"),
        (registry_hosts, "see https://" + REGISTRIES[0].title(), "see the package index"),
        (vague_names, "pipeline/utils.py", "pipeline/utilisation.py"),
        (vague_names, "jobs/common/x.py", "jobs/x.py"),
    ],
)
def test_each_law_can_be_broken_and_kept(law: Law, bad: str, good: str) -> None:
    assert (law(bad) != [], law(good)) == (True, [])
