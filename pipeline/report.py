"""What a run has to say: counts, where its files are, the exit code, as text for people and as one JSON object.

Reports never print; `jobs` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipeline.glance import draw_table
from pipeline.wording import count_of

CAME_BACK = 4
# What becomes of a row (rule 3.12), in the order in which reports count them; the columns of `batches` are called so.
OUTCOMES: Final = ("applied", "unchanged", "rejected", "ignored", "unprocessed")
UTC_ZONE = ZoneInfo("UTC")
SHOWN = 50  # changes and conflicts that a text lists; JSON and the preview have all of them
MASS = 50  # flags below which no batch is a mass change


@dataclass(frozen=True)
class MassChange:
    """How many of the flags that were active before a batch it ends or changes, and the share from which that is too much."""

    before: int
    lost: int
    limit_percent: int

    @property
    def is_too_much(self) -> bool:
        """Tell whether the batch needs to be asked for expressly."""
        return self.lost >= MASS and 100 * self.lost > self.limit_percent * self.before

    def to_text(self) -> str:
        """Return the numbers as a sentence's beginning."""
        share = 100 * self.lost / self.before if self.before else 0
        return f"{self.lost:,} of the {self.before:,} active flags ({share:.1f} %) would be gone or changed, more than {self.limit_percent} %"


@dataclass(frozen=True)
class Effects:
    """What a batch would change in the end: totals by entity, and each item before → after (place, entity, customer_id, item, …)."""

    totals: Mapping[str, Mapping[str, int]]
    changes: Sequence[Mapping[str, Any]]

    def to_lines(self) -> list[str]:
        """Return the totals and a table of the first changes."""
        if not self.totals:
            return ["", "Nothing would change."]
        shown = self.changes[:SHOWN]
        named = {"customers": "alerts of customers"}
        totals = [f"  {named.get(name, name)}: {', '.join(f'{count:,} {word}' for word, count in counts.items())}" for name, counts in self.totals.items()]
        rows = [{**row, "before": row["before"] or "-", "after": row["after"] or "-", "row": row["source_row"]} for row in shown]
        more = [f"  … and {len(self.changes) - len(shown):,} more"] if len(self.changes) > len(shown) else []
        numbered = ("row",) if any(row["row"] for row in rows) else ()
        table = draw_table(rows, (*numbered, "customer_id", "entity", "item", "before", "after"), UTC_ZONE)
        return ["", "What would change, in total:", *totals, "", "Before → after:", *table, *more]


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
    effects: Effects | None = None
    mass_change: MassChange | None = None
    head: str | None = None

    @property
    def exit_code(self) -> int:
        """Return 4 where rows came back, else 0; an upload that was applied before comes back with nothing new."""
        return CAME_BACK if self.rows["rejected"] and self.applied_before is None else 0

    def to_json(self) -> dict[str, Any]:
        """Return the object for `--json`: batch, status, rows by outcome, bookings, files, and what there is to say."""
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
            "head": self.head,
            **self._effects_to_json(),
        }

    def _effects_to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if self.effects is not None:
            said |= {"totals": {name: dict(counts) for name, counts in self.effects.totals.items()}, "changes": [dict(one) for one in self.effects.changes]}
        if self.mass_change is not None:
            said["mass_change"] = {"active_before": self.mass_change.before, "gone_or_changed": self.mass_change.lost, "refused": self.mass_change.is_too_much}
        return said

    def to_text(self) -> str:
        """Return the summary that a person can act on."""
        lines = [self.headline(), *_counted(self.rows), *(self.effects.to_lines() if self.effects else [])]
        if self.codes:
            lines += ["", "Came back, by code (a row may have several):", *(f"  {count:>9,}  {code}" for code, count in self.codes.items())]
        lines += ["", f"Customers changed: {self.customers_changed:,}"]
        told = self.bookings
        lines.append(f"Future bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text")
        lines += [f"Results: {file.results}" for file in self.files if file.results]
        if self.rows["unprocessed"]:
            lines += [f"To fix in {file.name} itself, and to upload that again: the rows in {file.rejected}" for file in self.files if file.rejected]
        else:
            lines += [f"To fix and upload again: {file.rejected}" for file in self.files if file.rejected]
        lines += [f"Note: {file.earlier} is of an earlier run; no row of {file.name} came back this time" for file in self.files if file.earlier]
        if self.mass_change is not None and self.mass_change.is_too_much:
            lines.append(f"The run will be refused without --allow-mass-change: {self.mass_change.to_text()}.")
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks), *tell_head(self.head)])

    def headline(self) -> str:
        """Return what was done in one sentence."""
        if self.applied_before is not None:
            return f"This upload was applied before, as batch {self.applied_before}; nothing was done. (--again applies it anew.) Its counts were:"
        return {
            "dry-run": "Dry run: nothing was written to the book. The run would do this:",
            "nothing-applied": f"Batch {self.batch}: nothing was applied.",
            "applied": f"Batch {self.batch} is applied.",
        }[self.status]


def tell_head(head: str | None) -> list[str]:
    """Return the line that says what a batch's head is; none of a dry run."""
    return [f"Head of the history: {head}"] if head else []


def _named(conflict: Mapping[str, str]) -> str:
    """Return an item that an undo left alone: a customer, or something of one."""
    whose, item = f"customer {conflict['customer_id']}", conflict["item"]
    if conflict["entity"] == "customers":
        return whose if item == conflict["customer_id"] else f"{item.replace('_', ' ')} of {whose}"
    return f"{conflict['entity'].removesuffix('s')} {item} of {whose}"


def _counted(rows: Mapping[str, int]) -> list[str]:
    return [
        "",
        f"  {rows['read']:>9,}  {'row' if rows['read'] == 1 else 'rows'} read",
        *(f"  {count:>9,}  {word}" for word, count in rows.items() if word != "read" and count),
    ]


@dataclass(frozen=True)
class UndoReport:
    """What an undo put back; `status` is applied, nothing-applied, already-undone or dry-run.

    `rows` counts items and whole rows; `whole` counts the customers and bookings removed, restored and put back as they were; `columns` the values
    put back, by table and column.
    """

    batch: int | None
    undoes: int
    status: str
    rows: Mapping[str, int]
    bookings: Mapping[str, int]
    conflicts: tuple[Mapping[str, str], ...]
    whole: Mapping[str, Mapping[str, int]]
    columns: Mapping[str, Mapping[str, int]]
    remarks: tuple[str, ...] = ()
    effects: Effects | None = None
    head: str | None = None

    @property
    def exit_code(self) -> int:
        """Return 4 where items were left alone, else 0."""
        return CAME_BACK if self.conflicts else 0

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        said = {name: value for name, value in vars(self).items() if name != "effects"}
        said |= {"rows": dict(self.rows), "bookings": dict(self.bookings), "conflicts": [dict(one) for one in self.conflicts], "remarks": list(self.remarks)}
        effects = {} if self.effects is None else {"totals": self.effects.totals, "changes": [dict(one) for one in self.effects.changes]}
        return {**said, **effects}

    def to_text(self) -> str:
        """Return the summary, conflicts item by item."""
        heads = {
            "already-undone": f"Batch {self.undoes} was undone before, by batch {self.batch}; nothing was done.",
            "dry-run": f"Dry run: nothing was written to the book. Undoing batch {self.undoes} would do this:",
            "nothing-applied": f"Batch {self.batch}: nothing of batch {self.undoes} was left to put back.",
            "applied": f"Batch {self.batch} puts back what batch {self.undoes} changed.",
        }
        if self.status == "already-undone":
            return heads[self.status]
        told, moved = self.bookings, _listed(self.whole)
        effects = self.effects.to_lines() if self.effects and (self.effects.totals or not moved) else []
        lines = [heads[self.status], "", f"  {self.rows['applied']:>9,}  put back", f"  {self.rows['rejected']:>9,}  left alone: changed since", *effects, ""]
        lines += [f"Whole rows: {', '.join(moved)}"] if moved else []
        lines += [f"Values put back: {', '.join(_listed(self.columns))}"] if _listed(self.columns) else []
        lines.append(f"Bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text")
        lines += [f"  left alone: {_named(one)}" for one in self.conflicts[:SHOWN]]
        if len(self.conflicts) > SHOWN:
            lines.append(f"  … and {len(self.conflicts) - SHOWN:,} more (--json lists all)")
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks), *tell_head(self.head)])


def _listed(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    return [f"{table} {word.replace('_', ' ')}: {count:,}" for table, each in counts.items() for word, count in each.items() if count]


@dataclass(frozen=True)
class LoadReport:
    """What became of exports; `tables` has, for customers and bookings, read, new, changed, unchanged and rejected.

    `kept` are the bookings that moved and keep a text of their own; `held` is how many coming bookings must not progress, `breaches`
    how many bookings were made by customers who were blocked (rule 5), now that the load is done.
    """

    batch: int | None
    status: str
    rows: Mapping[str, int]
    tables: Mapping[str, Mapping[str, int]]
    bookings: Mapping[str, int]
    files: tuple[ResultFile, ...]
    codes: Mapping[str, int]
    remarks: tuple[str, ...]
    kept: tuple[str, ...] = ()
    held: int = 0
    breaches: int = 0
    head: str | None = None

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
            "kept_alerts": list(self.kept),
            "held": self.held,
            "breaches": self.breaches,
            "files": [{"name": file.name, "results": file.results, "rejected": file.rejected} for file in self.files],
            "codes": dict(self.codes),
            "remarks": list(self.remarks),
            "head": self.head,
        }

    def to_text(self) -> str:
        """Return the summary that a person can act on."""
        lines = ["Dry run: nothing was written to the book. The load would do this:" if self.batch is None else f"Batch {self.batch} is loaded.", ""]
        for name, counts in self.tables.items():
            each = ", ".join(f"{count:,} {word}" for word, count in counts.items() if word != "read")
            lines.append(f"{name.capitalize()}: {count_of(counts['read'], 'row')} read: {each}")
        told = self.bookings
        lines.append(f"Future bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text")
        if self.kept:
            more = f" … and {len(self.kept) - SHOWN:,} more (--json lists all)" if len(self.kept) > SHOWN else ""
            lines.append(f"  moved, and kept with their own text: {', '.join(self.kept[:SHOWN])}{more}")
        if self.held or self.breaches:
            breaches = count_of(
                self.breaches, "booking by a customer who was blocked when it was made", "bookings by customers who were blocked when they were made"
            )
            lines.append(f"Held: {count_of(self.held, 'coming booking')}. Breaches: {breaches}")
        if self.codes:
            lines += ["", "Came back, by code (a row may have several):", *(f"  {count:>9,}  {code}" for code, count in self.codes.items())]
        lines += [f"To fix and load again: {file.rejected}" for file in self.files if file.rejected]
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks), *tell_head(self.head)])
