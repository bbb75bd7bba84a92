"""Backups: a copy of the store, compared with it row by row."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipeline.health import BackupReport
from pipeline.run import Where
from pipeline.store.copying import copy_book

__all__ = ["BackupReport", "Where", "backup"]


def backup(where: Where, to: Path, now: datetime, tell: Callable[[str, int, int], None]) -> BackupReport:
    """Write a backup of the store, which is a store itself; into a folder, under the store's name and the time in the business time zone."""
    said = now.astimezone(where.settings.zone).strftime("%Y-%m-%dT%H%M%S")
    target = to / f"{where.store.stem}-{said}{where.store.suffix}" if to.is_dir() else to
    tables, last_batch = copy_book(where.store, target, tell)
    return BackupReport(str(where.store), str(target), target.stat().st_size, tables, last_batch)
