"""The full examination of a store, which changes nothing: every value is read, and all that must hold between tables is checked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Refused
from pipeline.health import DAMAGED, LOOK, UNUSABLE, Fault, HealthReport
from pipeline.run import Where
from pipeline.store.book import Book, open_as_it_is
from pipeline.store.chain import heads_behind, verify_chain
from pipeline.store.formats import FORMAT, is_current
from pipeline.store.heads import heads_path, read_heads
from pipeline.store.invariants import CHECKS
from pipeline.store.scanning import list_tables, scan_table
from pipeline.store.surroundings import look_around
from pipeline.wording import count_of

__all__ = ["HealthReport", "Where", "doctor"]

FIX = "Compare the store with a backup and the file of heads: somebody changed it, or put another one in its place (docs/history.md)."
Tell = Callable[[str, int, int], None]  # what is looked at now, how many steps are done, and of how many


@dataclass
class _Found:
    tables: dict[str, int] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_damaged(self) -> bool:
        return any(fault.level == DAMAGED for fault in self.faults)


def doctor(where: Where, tell: Tell) -> HealthReport:
    """Examine a store; raise `TryAgain` where it is in use. Whatever else stands in the way is said in the report."""
    found = _Found()
    try:
        with open_as_it_is(where.store) as book:
            found.faults += look_around(where.store, where.settings.store.min_free_bytes)
            _examine(book, found, tell)
            if found.checks:
                found.faults += _look_at_chain(book, heads_path(where.store, where.settings))
                found.checks.append("history chain")
    except Refused as error:
        found.faults.append(Fault(UNUSABLE, str(where.store), error.reason.removeprefix(f"{where.store}: "), error.fix))
    return HealthReport(str(where.store), found.tables, found.checks, found.faults)


def _look_at_chain(book: Book, path: Path) -> list[Fault]:
    """Compute the seals of the history anew, and compare them with the file of heads that is kept outside the store."""
    faults = []
    try:
        heads = read_heads(path)
    except OSError as error:
        heads = None
        faults.append(Fault("heads-unread", str(path), f"the file of heads can't be read ({error.strerror or error})", "Mend its permissions.", LOOK))
    if heads is None and not faults:
        what = "there is no file of heads, so a store that was sealed anew, or put back, can't be told"
        faults.append(Fault("heads-missing", str(path), what, "Look where it went; the next batch begins a new one.", LOOK))
    faults += [Fault(one.kind, str(book.path), one.text.removesuffix("."), FIX) for one in verify_chain(book, heads)]
    if heads is not None and (behind := heads_behind(book, heads)) and not faults:
        what = f"the file of heads lacks {count_of(len(behind), 'batch', 'batches')}"
        faults.append(Fault("heads-behind", str(path), what, "Nothing: the next batch writes them too.", LOOK))
    return faults


def _examine(book: Book, found: _Found, tell: Tell) -> None:
    tables = list_tables(book)
    steps = len(tables) + len(CHECKS)
    for number, table in enumerate(tables):
        tell(f"reading {table}", number, steps)
        scan = scan_table(book, table)
        found.tables[table] = scan.rows
        found.faults += scan.faults
    if found.is_damaged:  # what is left says nothing of the rest
        return
    if not is_current(book):
        what = f"it has format {book.value('format')}, and this program writes format {FORMAT}: not all could be checked"
        found.faults.append(Fault("older-format", str(book.path), what, "Nothing: the next command brings it up to date. Then run doctor again.", LOOK))
        return
    for number, (name, check) in enumerate(CHECKS.items(), start=len(tables)):
        tell(f"checking {name}", number, steps)
        found.faults += check(book)
        found.checks.append(name)
