"""What is wrong with a store, as `doctor` says it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

DAMAGED, LOOK = "damaged", "look"
UNUSABLE = "unusable"  # the code of a store that can't be opened


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: a code, where and what it is, and what to do. `level`: damaged, or something to look at."""

    code: str
    where: str
    what: str
    fix: str
    level: str = DAMAGED

    def to_text(self) -> str:
        """Return two lines for people."""
        level = "unusable" if self.code == UNUSABLE else self.level
        return f"{level.upper()}  {self.where}: {self.what} [{self.code}]\n         {self.fix}"


@dataclass(frozen=True)
class HealthReport:
    """All that was found; `tables` says how many rows of each table were read, every column of them, and `checks` what else was looked at."""

    store: str
    tables: Mapping[str, int]
    checks: Sequence[str]
    faults: Sequence[Fault]

    @property
    def exit_code(self) -> int:
        """Return 3 where something is damaged, 4 where there is something to look at, else 0."""
        levels = {fault.level for fault in self.faults}
        return 3 if DAMAGED in levels else 4 if levels else 0

    @property
    def status(self) -> str:
        """Return the verdict as a word."""
        return {0: "well", 3: DAMAGED, 4: LOOK}[self.exit_code]

    def to_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        faults = [asdict(fault) for fault in self.faults]
        return {"store": self.store, "status": self.status, "tables": dict(self.tables), "checks": list(self.checks), "faults": faults}

    def to_text(self) -> str:
        """Return the report for people."""
        read = f"{self.store}: {sum(self.tables.values()):,} rows of {len(self.tables)} tables read whole, {len(self.checks)} checks made"
        verdict = {0: "All is well.", 3: "The store is damaged: see docs/runbook.md, The store is damaged.", 4: "The store is sound; look at the above."}
        if all(fault.code == UNUSABLE for fault in self.faults):  # it is missing, or no store, or in use
            verdict[3] = "No store was examined."
        return "\n".join([read, *(fault.to_text() for fault in self.faults), verdict[self.exit_code]])


@dataclass(frozen=True)
class BackupReport:
    """A backup that was made: its file and bytes, how many rows of each table were compared with the store, and its last batch (0: none)."""

    store: str
    backup: str
    size: int
    tables: Mapping[str, int]
    last_batch: int

    exit_code = 0

    def to_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {**asdict(self), "tables": dict(self.tables)}

    def to_text(self) -> str:
        """Return the report for people."""
        compared = f"{sum(self.tables.values()):,} rows of {len(self.tables)} tables, each compared with {self.store}; the last batch is {self.last_batch}"
        return f"{self.backup}: {self.size:,} bytes, {compared}.\nHow to restore it: docs/runbook.md, Restoring a backup."
