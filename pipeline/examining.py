"""The full examination of a store, which changes nothing: every value is read, and all that must hold between tables is checked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.errors import Refused
from pipeline.health import DAMAGED, LOOK, Fault, HealthReport
from pipeline.run import Where
from pipeline.store.book import Book, open_as_it_is
from pipeline.store.formats import FORMAT, is_current
from pipeline.store.invariants import CHECKS
from pipeline.store.scanning import list_tables, scan_table
from pipeline.store.surroundings import look_around

__all__ = ["HealthReport", "Where", "doctor"]

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
    except Refused as error:
        found.faults.append(Fault("unusable", str(where.store), error.reason.removeprefix(f"{where.store}: "), error.fix))
    return HealthReport(str(where.store), found.tables, found.checks, found.faults)


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
