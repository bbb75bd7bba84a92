"""Maps of other systems, beside the migrations that use them: in words, and drafts for files that nobody knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import Refused
from pipeline.legacy.drafting import draft_map
from pipeline.legacy.explaining import explain_map
from pipeline.legacy.maps import read_legacy_map, shipped_map
from pipeline.legacy.rulelines import folded
from pipeline.outputs.staging import staged
from pipeline.reconciliation import Said
from pipeline.settings import Settings


def explain(system: str, path: Path | None, settings: Settings) -> Said:
    """Return a map in words: the user's own, or a shipped one."""
    legacy = read_legacy_map(path, settings) if path else shipped_map(system, settings)
    text = explain_map(legacy)
    more: Mapping[str, Any] = {"system": legacy.name, "template": legacy.template, "map": legacy.where, "text": text}
    return Said(text, more)


def draft(path: Path, target: Path | None, settings: Settings, encoding: str | None = None, out: Path | None = None) -> Said:
    """Look at a file (`encoding` is of a text) and write a draft of a map for it; raise `Refused` where the draft's file is there already.

    Without a `target` it lies in the folder `out`, or beside the file, and what is said is the draft itself.
    """
    written = target or (out or path.parent) / f"{path.stem}.map.toml"
    if written.exists():
        another = "Name another file." if target else f"Finish it, or name another: flagbook migrate {path} --draft NAME.toml"
        raise Refused(f"{written}: this is there already, and a draft never overwrites.", another)
    text, checks = draft_map(path, written, settings, encoding)
    with staged([path]) as files:
        files.write(written, lambda beside: _write_text(beside, text))
        files.publish()
    todo = [line.strip().removeprefix("# ") for line in checks]
    of_text = f" --encoding {encoding}" if encoding else ""
    lines = [f"Written: {written}", *(f"  {line}" for line in todo), f"Then: flagbook migrate {path} --map {written}{of_text} --dry-run"]
    said = "\n".join(lines) if target else f"# Written: {folded(str(written))}\n{text}".rstrip()
    return Said(said, {"map": str(written), "checks": todo, "text": text})


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
