"""What a run has to say: counts, where its files are, the exit code, as text for people and as one JSON object.

Reports never print; `jobs` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CAME_BACK = 4


@dataclass(frozen=True)
class ResultFile:
    """Where the results of one input went; None where there is no such file. `earlier` is a rejected file of another run."""

    name: str
    results: str | None
    rejected: str | None
    earlier: str | None = None


@dataclass(frozen=True)
class ApplyReport:
    """What became of an upload. `status` is applied, nothing-applied, already-applied or dry-run; batch is None for a dry run."""

    batch: int | None
    status: str
    rows: Mapping[str, int]
    customers_changed: int
    bookings: Mapping[str, int]
    files: tuple[ResultFile, ...]
    codes: Mapping[str, int]
    remarks: tuple[str, ...]
    applied_before: int | None = None

    @property
    def exit_code(self) -> int:
        """Return 4 where rows came back, else 0; an upload that was applied before comes back with nothing new."""
        return CAME_BACK if self.rows["rejected"] and self.applied_before is None else 0

    def to_json(self) -> dict[str, Any]:
        """Return the object that the contract describes."""
        return {
            "batch": self.batch,
            "status": self.status,
            "rows": dict(self.rows),
            "customers_changed": self.customers_changed,
            "bookings": dict(self.bookings),
            "files": [{"name": file.name, "results": file.results, "rejected": file.rejected} for file in self.files],
            "codes": dict(self.codes),
            "remarks": list(self.remarks),
            "applied_before": self.applied_before,
        }

    def to_text(self) -> str:
        """Return the summary that a person can act on."""
        lines = [self._headline(), *_counted(self.rows)]
        if self.codes:
            lines += ["", "Came back, by code (a row may have several):", *(f"  {count:>9,}  {code}" for code, count in self.codes.items())]
        lines += ["", f"Customers changed: {self.customers_changed:,}"]
        told = self.bookings
        lines.append(f"Future bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text")
        lines += [f"Results: {file.results}" for file in self.files if file.results]
        lines += [f"To fix and upload again: {file.rejected}" for file in self.files if file.rejected]
        lines += [f"Note: {file.earlier} is of an earlier run; no row of {file.name} came back this time" for file in self.files if file.earlier]
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks)])

    def _headline(self) -> str:
        if self.applied_before is not None:
            return f"This upload was applied before, as batch {self.applied_before}; nothing was done. (--again applies it anew.) Its counts were:"
        return {
            "dry-run": "Dry run: nothing was written to the book. The run would do this:",
            "nothing-applied": f"Batch {self.batch}: nothing was applied.",
            "applied": f"Batch {self.batch} is applied.",
        }[self.status]


def _counted(rows: Mapping[str, int]) -> list[str]:
    return ["", f"  {rows['read']:>9,}  rows read", *(f"  {count:>9,}  {word}" for word, count in rows.items() if word != "read" and count)]


@dataclass(frozen=True)
class UndoReport:
    """What an undo put back; `status` is applied, nothing-applied, already-undone or dry-run. `rows` counts items."""

    batch: int | None
    undoes: int
    status: str
    rows: Mapping[str, int]
    bookings: Mapping[str, int]
    conflicts: tuple[Mapping[str, str], ...]

    @property
    def exit_code(self) -> int:
        """Return 4 where items were left alone, else 0."""
        return CAME_BACK if self.conflicts else 0

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        return {**vars(self), "rows": dict(self.rows), "bookings": dict(self.bookings), "conflicts": [dict(one) for one in self.conflicts]}

    def to_text(self) -> str:
        """Return the summary, conflicts item by item."""
        heads = {
            "already-undone": f"Batch {self.undoes} was undone before, by batch {self.batch}; nothing was done.",
            "dry-run": f"Dry run: nothing was written to the book. Undoing batch {self.undoes} would do this:",
            "nothing-applied": f"Batch {self.batch}: nothing of batch {self.undoes} was left to put back.",
            "applied": f"Batch {self.batch} puts back what batch {self.undoes} changed.",
        }
        lines = [heads[self.status]]
        if self.status != "already-undone":
            lines += [
                "",
                f"  {self.rows['applied']:>9,}  items put back (flags, and alerts of bookings)",
                f"  {self.rows['rejected']:>9,}  items left alone: changed since",
            ]
            told = self.bookings
            lines += ["", f"Bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text"]
        lines += [f"  left alone: {one['entity']} {one['item']} of customer {one['customer_id']}" for one in self.conflicts]
        return "\n".join(lines)


@dataclass(frozen=True)
class LoadReport:
    """What became of exports; `tables` has, for customers and bookings, read, new, changed, unchanged and rejected."""

    batch: int | None
    status: str
    rows: Mapping[str, int]
    tables: Mapping[str, Mapping[str, int]]
    bookings: Mapping[str, int]
    files: tuple[ResultFile, ...]
    codes: Mapping[str, int]
    remarks: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Return 4 where rows came back, else 0."""
        return CAME_BACK if self.rows["rejected"] else 0

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        return {
            "batch": self.batch,
            "status": self.status,
            "rows": dict(self.rows),
            **{name: dict(counts) for name, counts in self.tables.items()},
            "alerts": dict(self.bookings),
            "files": [{"name": file.name, "results": file.results, "rejected": file.rejected} for file in self.files],
            "codes": dict(self.codes),
            "remarks": list(self.remarks),
        }

    def to_text(self) -> str:
        """Return the summary that a person can act on."""
        lines = ["Dry run: nothing was written to the book. The load would do this:" if self.batch is None else f"Batch {self.batch} is loaded.", ""]
        for name, counts in self.tables.items():
            each = ", ".join(f"{count:,} {word}" for word, count in counts.items() if word != "read")
            lines.append(f"{name.capitalize()}: {counts['read']:,} rows read: {each}")
        lines.append(f"New future bookings that got their customer's alert: {self.bookings['updated']:,}")
        if self.codes:
            lines += ["", "Came back, by code (a row may have several):", *(f"  {count:>9,}  {code}" for code, count in self.codes.items())]
        lines += [f"To fix and load again: {file.rejected}" for file in self.files if file.rejected]
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks)])
