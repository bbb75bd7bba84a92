"""What a night works with: the book, the settings, its folders, and its journal; and what is checked before anything is done."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pipeline.errors import Refused, TryAgain
from pipeline.folders import FOLDERS
from pipeline.intake.maps import ColumnMap, default_map, layout_aliases, read_map
from pipeline.nightly.moving import make_folder
from pipeline.run import Where
from pipeline.settings import Settings
from pipeline.store.book import open_book
from pipeline.store.heads import heads_path
from schemas.columns import FLAGS

T = TypeVar("T")
PAUSE = 0.25


@dataclass(frozen=True)
class Desk:
    """Where everything lies; `work` is the night's own folder, which is gone when all is done. `map` is how exports are read."""

    where: Where
    map: ColumnMap

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.where.settings

    def folder(self, name: str) -> Path:
        """Return a folder that the settings name: inbox, outbox, archive, rejected or logs."""
        return self.settings.folder / str(getattr(self.settings.nightly, name))

    @property
    def work(self) -> Path:
        """Return the night's own folder."""
        return self.folder("archive") / ".night"

    @property
    def map_file(self) -> Path | None:
        """Return the column map for exports, if the settings name one."""
        named = self.settings.nightly.map
        return None if named is None else self.settings.folder / named

    def day_of(self, as_of: datetime) -> str:
        """Return the day of a night in the business time zone, by which its folders are called."""
        return as_of.astimezone(self.settings.zone).date().isoformat()

    def patiently(self, job: Callable[[], T]) -> T:
        """Do a job with the store, waiting a while where another command is using it."""
        latest = time.monotonic() + self.settings.nightly.wait_seconds
        while True:
            try:
                return job()
            except TryAgain as error:
                if time.monotonic() >= latest or not error.reason.startswith(f"{self.where.store}: the store is in use"):
                    raise
                time.sleep(PAUSE)


def open_desk(where: Where) -> Desk:
    """Return the desk; raise `Refused` where settings or store can't be used, `TryAgain` where a folder can't be written to."""
    settings = where.settings
    nightly = settings.nightly
    layout_aliases(settings, FLAGS)
    said = read_map(settings.folder / nightly.map, settings) if nightly.map else default_map(settings)
    desk = Desk(where, said)
    desk.patiently(lambda: _check_store(where.store))
    inbox = desk.folder("inbox")
    if nightly.inbox != type(nightly)().inbox and not inbox.is_dir():
        raise Refused(f"{inbox}: there is no such inbox.", "Make the folder, or correct nightly.inbox in the settings.")
    for name in FOLDERS:
        make_folder(desk.folder(name))
        _check_writable(desk.folder(name))
    _check_apart(desk)
    return desk


def _check_apart(desk: Desk) -> None:
    """Raise `Refused` where two folders are one, whatever they are called, or one lies in the inbox and would be taken in again.

    So it is where what is no input lies in the inbox, such as the store itself.
    """
    real = {name: desk.folder(name).resolve() for name in FOLDERS}
    for name in FOLDERS[1:]:
        others = [real[other] for other in FOLDERS if other != name]
        if real[name] in others or real[name].is_relative_to(real["inbox"]):
            raise Refused(f"{desk.folder(name)}: nightly.{name} is also another of the night's folders, or lies in the inbox.", "Name a folder of its own.")
    for what, path in _our_own(desk).items():
        if real["inbox"] in (path.parent.resolve(), path.resolve().parent):  # whatever a link to it lies in
            reason = f"nightly.inbox is the folder of {what}, which would be taken in and filed away"
            raise Refused(f"{desk.folder('inbox')}: {reason}.", "Name a folder that holds nothing but what comes in.")


def _our_own(desk: Desk) -> dict[str, Path]:
    """Return the files that are no inputs."""
    settings, store = desk.settings, desk.where.store
    own = {"the store": store, "the settings": settings.path, "history.heads_file": heads_path(store, settings), "nightly.map": desk.map_file}
    return {what: path for what, path in own.items() if path}


def _check_store(store: Path) -> None:
    with open_book(store, writing=False):
        pass


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TryAgain(f"{folder}: nothing can be written here.", "Mend the folder's permissions, then run the same command again.")
