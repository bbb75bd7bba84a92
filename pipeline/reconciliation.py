"""What a migration has to say: what was found, what became of it, and whether the sum is right; as text for people and as one JSON object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.report import CAME_BACK, SHOWN, ResultFile, tell_head
from pipeline.wording import count_of

FLAG_COLUMNS = (
    *("flag_type", "found", "rejected", "over", "repeated", "merged", "imported", "changed", "unchanged"),
    *("due", "in_book", "ended_in_book", "only_in_book", "ended_by_source", "adds_up"),
)
MUTE = "NO FLAG WAS READ: of the columns that the map has for flags the files have none; are they called otherwise there?"
FEW = 3  # flags that a source has brought, below which it may end them all
COUNTED = ("found", "new", "changed", "unchanged")  # of customers' rows; those made of bookings besides, where there are any
UNREAD = "rows that can't be read"  # what a comparison calls them among its counts
HISTORY_COLUMNS = ("flag_type", "found", "rejected", "repeated", "imported", "unchanged", "adds_up")


@dataclass(frozen=True)
class SourceLoss:
    """How many of the flags that a source had brought, and that stood, it now ends; the brake for small books, where shares of all flags say little."""

    source: str
    brought: int
    ended: int

    @property
    def is_too_much(self) -> bool:
        """Tell whether the run needs to be asked for expressly."""
        return self.brought >= FEW and 2 * self.ended > self.brought

    def to_text(self) -> str:
        """Return the numbers as a sentence's beginning."""
        return f"{self.ended:,} of the {count_of(self.brought, 'flag')} that {self.source} had brought would end, more than half"


@dataclass(frozen=True)
class MigrateReport:
    """What became of another system's files; `flags` and `history` have a row for each flag type, with `FLAG_COLUMNS` and `HISTORY_COLUMNS`.

    `rows` counts the rows of customers' files: read, imported (new and changed customers), merged, unchanged, rejected; `bookings` those of
    bookings' files. `unused` has the columns of each file of which nothing is made. `systems` are what the files are of, and how sure that is.
    `is_mute` tells that the map has flags, and the files none of its columns for them, `is_renamed` that they have others that sound of flags.
    """

    batch: int | None
    status: str
    systems: Sequence[Mapping[str, Any]]
    rows: Mapping[str, int]
    customers: Mapping[str, int]
    bookings: Mapping[str, int]
    alerts: Mapping[str, int]
    flags: Sequence[Mapping[str, Any]]
    history: Sequence[Mapping[str, Any]]
    unused: Mapping[str, Sequence[str]]
    codes: Mapping[str, int]
    files: tuple[ResultFile, ...]
    remarks: tuple[str, ...]
    sheet: str | None = None
    head: str | None = None
    is_mute: bool = False
    is_renamed: bool = False

    @property
    def adds_up(self) -> bool:
        """Tell whether every row, flag and event that was found is accounted for."""
        row = self.rows
        is_right = row["read"] == row["imported"] + row["merged"] + row["unchanged"] + row["rejected"] + row.get("ignored", 0)
        return is_right and all(one["adds_up"] for one in (*self.flags, *self.history))

    @property
    def exit_code(self) -> int:
        """Return 4 where rows came back, or no flag was read of columns that sound of some, else 0."""
        return CAME_BACK if self.rows["rejected"] or self.bookings.get("rejected") or (self.is_mute and self.is_renamed) else 0

    def _sum(self) -> str:
        """Return the answer as a sentence."""
        if not self.adds_up:
            return "THE SUM IS NOT RIGHT: see the sheet."
        return f"Every row is accounted for. {MUTE}" if self.is_mute else "The sum is right: every row and every flag is accounted for."

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object."""
        return {
            "batch": self.batch,
            "status": self.status,
            "systems": [dict(one) for one in self.systems],
            "rows": dict(self.rows),
            "customers": dict(self.customers),
            "bookings": dict(self.bookings),
            "alerts": dict(self.alerts),
            "flags": [dict(one) for one in self.flags],
            "history": [dict(one) for one in self.history],
            "adds_up": self.adds_up,
            "flags_read": not self.is_mute,
            "columns_not_used": {name: list(columns) for name, columns in self.unused.items()},
            "codes": dict(self.codes),
            "files": [{"name": file.name, "rejected": file.rejected} for file in self.files],
            "reconciliation": self.sheet,
            "remarks": list(self.remarks),
            "head": self.head,
        }

    def _why_nothing(self) -> str:
        if not self.rows["read"] + self.bookings.get("read", 0):
            return "the files have a header and no rows"
        if not (self.rows["rejected"] or self.bookings.get("rejected")):
            return "all of it was in the book already"
        known = self.rows["merged"] + self.rows["unchanged"] + self.bookings.get("unchanged", 0)
        return "what could be taken was in the book already" if known else "no row could be taken"

    def to_text(self) -> str:
        """Return the reconciliation that a person can check."""
        heads = {
            "dry-run": "Dry run: nothing was written to the book. The migration would do this:",
            "nothing-applied": f"Batch {self.batch}: {self._why_nothing()}; nothing was changed.",
            "applied": f"Batch {self.batch} is migrated.",
        }
        lines = [heads[self.status], *(f"{one['file']}: {one['system']}, {one['kind']} ({one['sure']} of its columns are known)" for one in self.systems), ""]
        lines += [f"Rows of customers: {_listed(self.rows)}"] if self.rows["read"] else []
        lines += [f"Customers: {_listed(self.customers)}"] if self.rows["read"] or len(self.customers) > len(COUNTED) else []
        lines += [f"Rows of bookings: {_listed(self.bookings)}"] if self.bookings else []
        lines += ["", "Flags, by type:", *(f"  {one['flag_type']}: {_listed(one)}" for one in self.flags)] if self.flags else []
        lines += ["", "History, by type:", *(f"  {one['flag_type']}: {_listed(one)}" for one in self.history)] if self.history else []
        told = self.alerts
        lines += ["", f"Future bookings: {told['updated']:,} given an alert, {told['cleared']:,} cleared, {told['kept']:,} kept with their own text"]
        lines.append(self._sum())
        if self.codes:
            lines += ["", "Came back, by code (a row may have several):", *(f"  {count:>9,}  {code}" for code, count in self.codes.items())]
        lines += [f"{name}: columns not used: {', '.join(columns)}" for name, columns in self.unused.items() if columns]
        lines += [f"To fix and migrate again: {file.rejected}" for file in self.files if file.rejected]
        lines += [f"Reconciliation: {self.sheet}"] if self.sheet else []
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks), *tell_head(self.head)])


def _listed(counts: Mapping[str, Any]) -> str:
    words = ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in counts.items() if isinstance(count, int) and not isinstance(count, bool))
    return words + ("" if counts.get("adds_up", True) else "  (DOES NOT ADD UP)")


def tally(agree: int, differ: int) -> dict[str, int]:
    """Return how many items were compared, agree and differ."""
    return {"compared": agree + differ, "agree": agree, "differ": differ}


@dataclass(frozen=True)
class CheckReport:
    """How another system's files and the book compare: counts of items that are the same, that differ, or that one side lacks; `differences` in full.

    `compared` has a `tally` of flags, and of events; `is_mute` tells that the files have no column for flags that the map knows. `bookings` are counted
    alone: those that are the same, only in the files, that differ, and that can't be read; without files of bookings there are none.
    """

    systems: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    differences: Sequence[Mapping[str, Any]]
    remarks: tuple[str, ...]
    sheet: str | None = None
    bookings: Mapping[str, int] = field(default_factory=dict)
    compared: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_mute: bool = False

    @property
    def exit_code(self) -> int:
        """Return 4 where the two differ, or rows, or flags, could not be compared, else 0."""
        return CAME_BACK if self.differ or self.unread or self.is_mute else 0

    @property
    def differ(self) -> bool:
        """Tell whether the two differ, as far as they can be compared."""
        return bool(self.differences or self.bookings.get("only in the files") or self.bookings.get("that differ"))

    @property
    def unread(self) -> int:
        """Return how many rows can't be read, of which nothing is compared."""
        return self.counts.get(UNREAD, 0) + self.bookings.get("that can't be read", 0)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return how many flags, events and bookings were compared, agree and differ."""
        told = self.bookings
        bookings = tally(told.get("the same", 0), told.get("only in the files", 0) + told.get("that differ", 0))
        return {**{what: dict(counts) for what, counts in self.compared.items()}, "bookings": bookings}

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as one object."""
        return {
            "systems": [dict(one) for one in self.systems],
            "counts": dict(self.counts),
            "compared": self.tallies(),
            "unread": self.unread,
            "flags_read": not self.is_mute,
            "differences": [dict(one) for one in self.differences],
            "bookings": dict(self.bookings),
            "sheet": self.sheet,
            "remarks": list(self.remarks),
        }

    def head(self) -> str:
        """Return the answer as a sentence."""
        if self.differ:
            return "The files and the book differ:"
        if self.unread:
            rest = f"{count_of(self.unread, 'row')} can't be read, and nothing is known of what {'it says' if self.unread == 1 else 'they say'}:"
            return f"What can be read of the files is the same in the book; {rest}"
        if self.is_mute:
            return "What the files say of customers is the same in the book; flags were not compared:"
        return "The files and the book say the same."

    def to_text(self) -> str:
        """Return the counts and the first differences."""
        lines = [self.head(), *([f"  {MUTE}"] if self.is_mute else []), *(f"  {what}: {count:,}" for what, count in self.counts.items())]
        lines += [f"  bookings {what}: {count:,}" for what, count in self.bookings.items()]
        lines += [f"  {one['customer_id']}  {one['item']}: {one['difference']}" for one in self.differences[:SHOWN]]
        if len(self.differences) > SHOWN:
            lines.append(f"  … and {count_of(len(self.differences) - SHOWN, 'more', 'more')} (--json lists all)")
        if any(count for what, count in self.bookings.items() if what != "the same"):
            lines.append("  Bookings are counted, not listed; a migration brings what is new or differs, and gives back rows that can't be read")
        lines += [f"Written: {self.sheet}"] if self.sheet else []
        return "\n".join([*lines, *(f"Note: {remark}" for remark in self.remarks)])


@dataclass(frozen=True)
class Said:
    """A text to be printed: a map in words, or what became of a draft."""

    text: str
    more: Mapping[str, Any]
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what is said as one object."""
        return dict(self.more)

    def to_text(self) -> str:
        """Return the text."""
        return self.text
