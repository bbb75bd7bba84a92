"""What the settings say of a night: where it finds and leaves files, who submits its batches, and how it takes exports; and of the file of heads."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Refused

FOLDERS = ("inbox", "outbox", "archive", "rejected", "logs")


@dataclass(frozen=True)
class Nightly:
    """Folders, from that of the settings file on; who submits the batches; a column map for exports, and whether they make customers.

    `rest_seconds`: how long a file must not have changed to be whole. `wait_seconds`: how long to wait for a store that is in use.
    """

    inbox: str = "inbox"
    outbox: str = "outbox"
    archive: str = "archive"
    rejected: str = "rejected"
    logs: str = "logs"
    by: str = "nightly"
    map: str | None = None
    create_customers: bool = False
    rest_seconds: int = 5
    wait_seconds: int = 10


def check_folders(nightly: Nightly, where: str) -> Nightly:
    """Return what was read; raise `Refused` where a folder is named twice or lies in the inbox, which would be taken in again."""
    blank = [name for name in (*FOLDERS, "by") if not getattr(nightly, name).strip()]
    if blank:
        raise Refused(f"{where}.{blank[0]}: this is blank.", "Fill it, or leave the key out.")
    named = {name: os.path.normpath(getattr(nightly, name)) for name in FOLDERS}
    for name in FOLDERS[1:]:
        others = [named[other] for other in FOLDERS if other != name]
        if named[name] in others or named["inbox"] == "." or Path(named[name]).is_relative_to(named["inbox"]):
            raise Refused(f"{where}.{name}: another key names this folder, or it lies in the inbox.", "Name a folder of its own.")
    return nightly


def check_heads_file(named: str | None, settings: Path) -> None:
    """Raise `Refused` where the heads of batches would be written into the settings file, or nobody can tell into which."""
    try:
        place = (settings.parent / named).resolve() if named else None
    except (OSError, RuntimeError, ValueError):  # links in a circle, or what no name of a file holds
        raise Refused(f"{settings}: history.heads_file: this can't be the name of a file.", "Name a file of its own.") from None
    if place == settings.resolve():
        raise Refused(f"{settings}: history.heads_file: this is the settings file itself.", "Name a file of its own.")
