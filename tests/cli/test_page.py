"""report.html of the book that the other reports are tested on: every figure against a plain reading of its tables."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT
from tests.cli.reported import NOW, TYPES, ZONE, Made, day, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with opened(tmp_path_factory.mktemp("page")) as book:
        yield book


class Plain(HTMLParser):
    """The page's texts by section, its tables' rows by the id of their body, and its tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"": []}
        self.rows: dict[str, list[list[str]]] = {}
        self.section, self.body, self.quiet = "", "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.append((tag, said))
        if tag == "section" and said.get("id"):
            self.section = str(said["id"])
            self.texts[self.section] = []
        if tag == "tbody":
            self.body = str(said["id"])
            self.rows[self.body] = []
        if tag == "tr" and self.body:
            self.rows[self.body].append([])
        if tag in ("td", "th") and self.body:
            self.rows[self.body][-1].append("")
        self.quiet = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.body = "" if tag == "tbody" else self.body
        self.quiet = False

    def handle_data(self, data: str) -> None:
        if self.quiet or not data.strip():
            return
        self.texts[self.section].append(data.strip())
        if self.body and self.rows[self.body] and self.rows[self.body][-1]:
            self.rows[self.body][-1][-1] += data

    def figures(self) -> dict[str, str]:
        """Return the numbers at a glance, by their words."""
        said = self.texts["counts"]
        return {said[place]: re.sub(r"[^\d]", "", said[place + 1]) for place in range(len(said) - 1) if re.fullmatch(r"[⚑⚠ ]*[\d,]+", said[place + 1])}

    def table(self, name: str) -> list[list[str]]:
        return [[" ".join(cell.split()) for cell in row] for row in self.rows[f"rows-{name}"]]


@pytest.fixture(scope="module")
def page(made: Made) -> Plain:
    return Plain((made.out / "report.html").read_text(encoding="utf-8"))


# --- its figures ---------------------------------------------------------------------------------------------------------


def test_numbers_at_a_glance_equal_the_book(made: Made, page: Plain) -> None:
    flagged = {who for who, flags in made.flags.items() if flags}
    coming = made.coming()
    alert = {who: one["alert_message"] for who, one in made.customers.items()}
    latest = {who: max((b["starts_at"] for b in made.bookings if b["customer_id"] == who and b["status"] != "cancelled"), default=None) for who in flagged}
    ending = [flag for who in flagged for flag in made.flags[who] if flag["expires_on"] and flag["expires_on"] <= NOW.date() + timedelta(14)]
    old = [flag for who in flagged for flag in made.flags[who] if (NOW.date() - day(flag["flagged_at"])).days > 180]
    stale = [flag for flag in old if flag not in ending and not (latest[flag["customer_id"]] and latest[flag["customer_id"]] >= flag["flagged_at"])]
    recent = sorted(made.batches.values(), key=lambda batch: -batch["batch_id"])[:12]
    blocked = [b for b in made.bookings if made.customers[b["customer_id"]]["blocked"]]
    expected = {
        "Customers flagged": len(flagged),
        "Coming bookings flagged": sum(one["customer_id"] in flagged for one in coming),
        "Held bookings": sum("On Hold" in str(made.kinds(one["customer_id"])) for one in coming),
        "Breaches": sum(made.customers[b["customer_id"]]["blocked_at"] < (b["created_at"] or made.batches[b["first_batch"]]["as_of"]) for b in blocked),
        "Kept alerts": sum(bool(one["alert_message"] and alert[one["customer_id"]]) and one["alert_message"] != alert[one["customer_id"]] for one in coming),
        "Flags that end soon": len(ending),
        "Stale flags": len(stale),
        "Rejected rows": sum(batch["rejected"] for batch in recent),
    }
    found = page.figures()
    assert {word: int(found[word]) for word in expected} == expected
    assert min(expected[word] for word in expected if word != "Rejected rows") > 0
    assert f"of {len(coming):,} coming" in page.texts["counts"]
    types = Counter(flag["flag_type"] for flags in made.flags.values() for flag in flags)
    assert {name: int(found[f"⚑ {name}"]) for name in TYPES} == {name: types[name] for name in TYPES}


def test_the_charts_tables_equal_the_book(made: Made, page: Plain) -> None:
    coming = made.coming()
    days = [NOW.date() + timedelta(n) for n in range(14)]
    on = {one: [b for b in coming if day(b["starts_at"]) == one] for one in days}
    assert [[int(cell) for cell in row[1:]] for row in page.table("alerts-to-come")] == [
        [len(on[one]), sum(bool(b["alert_message"]) for b in on[one])] for one in days
    ]
    events = [event for event in made.history if event["entity"] == "flags"]
    for row in page.table("flags-over-time"):
        at = next(one for one in (NOW.date() - timedelta(n) for n in range(400)) if f"{one:%Y-%m-%d}" in row[0])
        standing: Counter[str] = Counter()
        for event in events:
            if day(event["changed_at"]) <= at:
                standing[event["item"]] += (event["after"] is not None) - (event["before"] is not None)
        assert [int(cell.replace(",", "")) for cell in row[1:]] == [standing[name] for name in TYPES], row[0]
    newest = sorted(made.batches.values(), key=lambda batch: -batch["batch_id"])
    assert [int(row[0]) for row in page.table("recent-batches")] == [batch["batch_id"] for batch in newest][:12]


def test_the_week_shows_every_coming_booking_of_seven_days(made: Made, page: Plain) -> None:
    text = "\n".join(page.texts["week"])
    week = [one for one in made.coming() if day(one["starts_at"]) < NOW.date() + timedelta(7)]
    sums = [int(found) for found in re.findall(r"^(\d+) bookings?\b", text, re.MULTILINE)]
    per_day = Counter(day(one["starts_at"]) for one in week)
    assert [number for number in per_day.values() if number not in sums] == []
    for one in week:
        assert made.name(one["customer_id"]) in text
        assert f"{one['starts_at'].astimezone(ZONE):%H:%M}" in text
    assert "20 bookings" in text, "the tour is one group"


def test_tables_have_the_rows_of_their_reports(made: Made, page: Plain) -> None:
    for name in ("workstack", "check-in", "held-bookings", "expiring-and-stale", "kept-alerts", "breaches"):
        rows = made.parquet(name)
        assert len(page.table(name)) == min(len(rows), 500) > 0, name
    assert {row[2] for row in page.table("workstack")} == {row["customer_id"] for row in made.parquet("workstack")}


def test_continuous_integration_installs_a_browser() -> None:
    assert "chromium" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o111
