"""Books to make pages of, and pages taken apart."""

from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb

from pipeline.reporting import Reporting, Where, report
from pipeline.settings import Business, Flags, FlagType, Settings
from pipeline.store.book import open_book, write_settings

AS_OF = datetime.fromisoformat("2026-06-01T08:30:00+00:00")  # 09:30 on the clock of London
NASTY = "<script>alert(\"1\")</script> & 'quoted' \u202eright to left\u202c 🧭 " + "Donaudampfschifffahrt" * 6
NASTY_TYPE = 'Odd <b>"type"</b> & more'
TYPES = (FlagType("On Hold", "red", holds=True), FlagType("Warning", "yellow"), FlagType(NASTY_TYPE, "blue"))
SETTINGS = Settings(business=Business("Europe/London"), flags=Flags(types=TYPES))
VOID = {"meta", "input", "br", "link", "img", "path", "line"}


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what it says."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str, **attributes: str) -> list["Element"]:
        """Return the elements within that have this tag and these attributes (class_ for class, of which one suffices)."""
        within = [child for child in self.children if isinstance(child, Element)]
        mine = [child for child in within if child.tag == tag and all(value in child.value(name) for name, value in attributes.items())]
        return mine + [found for child in within for found in child.all(tag, **attributes)]

    def value(self, name: str) -> list[str]:
        """Return the words of an attribute."""
        return self.attributes.get(name.rstrip("_"), "").split()

    def one(self, tag: str, **attributes: str) -> "Element":
        """Return the only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def table(self, name: str) -> list[list[str]]:
        """Return the cells of a table's rows, as they are shown."""
        return [[cell.text for cell in row.children if isinstance(cell, Element)] for row in self.one("tbody", id=f"rows-{name}").all("tr")]


class Page(HTMLParser):
    """A page as a tree, read as strictly as browsers do not: every element that begins must end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("root", {})
        self.open = [self.root]
        self.feed(text)
        self.close()
        assert self.open == [self.root], "elements are left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag, f"</{tag}> ends something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@dataclass(frozen=True)
class Made:
    """A page, and the book that it was made of."""

    store: Path
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def page(self) -> Element:
        return Page(self.text).root

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.store), read_only=True) as book:
            book.execute("SET TimeZone = 'Europe/London'")
            return book.execute(query, list(values)).fetchall()


def make_page(folder: Path, *statements: str, settings: Settings = SETTINGS) -> Made:
    """Make a book with some statements, and its page."""
    store = folder / "book.duckdb"
    with open_book(store, writing=True, creating=True) as book, book.transaction():
        write_settings(book, settings)
        for statement in statements:
            book.run(statement)
    report(Where(store, settings, folder), Reporting(AS_OF, formats=("html",)))
    return Made(store, folder / "report.html")


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def business() -> tuple[str, ...]:
    """Return what makes a book in which every figure of the page differs from 0, and from the others."""
    return (
        "INSERT INTO batches (batch_id, kind, submitted_by, reason, as_of, started_at, status, rows_read, applied, unchanged, rejected) "
        "SELECT i, 'apply', 'Ines', CASE WHEN i % 2 = 0 THEN 'weekly' END, TIMESTAMPTZ '2026-05-01 08:00+00' + INTERVAL 1 DAY * i, now(), 'applied', "
        "10 + i + i % 6, 10, i, i % 6 FROM range(1, 21) r(i)",
        "INSERT INTO customers (customer_id, first_name, last_name, status, blocked, blocked_at, alert_message, first_batch) "
        "SELECT 'C' || i, 'First' || i, 'Last' || (i % 7), 'active', i = 9, CASE WHEN i = 9 THEN TIMESTAMPTZ '2026-01-01 08:00+00' END, "
        "CASE WHEN i % 3 = 0 THEN 'Comment ' || i END, 1 FROM range(1, 61) r(i)",
        "INSERT INTO bookings (booking_id, customer_id, starts_at, ends_at, status, service, staff, alert_message, created_at, first_batch) "
        "SELECT 'B' || i, 'C' || (1 + i * 7 % 60), s, s + INTERVAL 90 MINUTE, CASE WHEN i % 5 = 0 THEN 'cancelled' ELSE 'booked' END, 'Visit', 'S' || (i % 2), "
        "CASE WHEN i % 4 = 0 THEN 'Own note ' || i WHEN i % 4 = 1 THEN ' ' END, TIMESTAMPTZ '2025-12-01 00:00+00' + INTERVAL 1 DAY * i, 1 "
        "FROM (SELECT i, TIMESTAMPTZ '2026-05-28 05:00+00' + INTERVAL 1 HOUR * (i * 5) AS s FROM range(1, 121) r(i))",
        # A class of 25, half an hour before midnight in London, so on another day there than in UTC.
        "INSERT INTO bookings (booking_id, customer_id, starts_at, status, service, staff, first_batch) "
        "SELECT 'K' || i, 'C' || i, TIMESTAMPTZ '2026-06-03 23:30+00', 'booked', 'Class', 'Leif', 1 FROM range(1, 26) r(i)",
        f"INSERT INTO flags SELECT 'C' || i, CASE WHEN i % 6 = 0 THEN 'On Hold' WHEN i % 5 = 0 THEN {quoted(NASTY_TYPE)} ELSE 'Warning' END, 'Comment ' || i, "
        "CASE WHEN i % 9 = 0 THEN DATE '2026-06-01' + (i // 3)::INTEGER END, 'Ines', TIMESTAMPTZ '2025-09-01 08:00+00' + INTERVAL 5 DAY * i, NULL, NULL, i "
        "FROM range(3, 61, 3) r(i)",
        # A type that has left the settings, given on a 25 May that was the 26th in London.
        "INSERT INTO flags SELECT 'C' || i, 'Gone type', 'x', NULL, 'Ines', TIMESTAMPTZ '2026-05-25 23:30+00', NULL, NULL, 99 FROM range(4, 6) r(i)",
        # One with two flags.
        "INSERT INTO flags SELECT 'C6', 'Warning', 'x', NULL, 'Ines', TIMESTAMPTZ '2026-05-02 08:00+00', NULL, NULL, 97",
        # Two who were flagged long ago and have not come since.
        "INSERT INTO customers (customer_id, status, first_batch) SELECT 'C' || i, 'active', 1 FROM range(61, 63) r(i)",
        "INSERT INTO flags SELECT 'C' || i, 'Warning', 'x', NULL, 'Ines', TIMESTAMPTZ '2025-10-01 08:00+00', NULL, NULL, 98 FROM range(61, 63) r(i)",
        "INSERT INTO history (event_id, batch_id, entity, customer_id, item, action, before, after, changed_by, changed_at) "
        "SELECT row_number() OVER (), 2, 'flags', customer_id, flag_type, 'flagged', NULL, json_object('comment', comment), 'Ines', flagged_at FROM flags",
        "INSERT INTO history (event_id, batch_id, entity, customer_id, item, action, before, after, changed_by, changed_at) "
        "SELECT 100 + 3 * i + k, 2, 'flags', 'C' || (1 + 3 * i), 'Warning', ['flagged', 'edited', 'unflagged'][1 + k], "
        'CASE WHEN k > 0 THEN \'{"comment": "x"}\' END, '
        "CASE WHEN k < 2 THEN '{\"comment\": \"y\"}' END, 'Ines', TIMESTAMPTZ '2026-03-01 08:00+00' + INTERVAL 9 DAY * (i + k) "
        "FROM range(1, 5) r(i), range(3) s(k)",
    )
