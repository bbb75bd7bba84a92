"""report.html: every figure against a plain reading of the book's tables, hostile texts, its size, and how it behaves in a browser."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from tests.cli.browser import CHROMIUM, Tab, browser
from tests.cli.conftest import ROOT, Shop
from tests.cli.reported import NOW, TYPES, ZONE, Made, day, opened

WIDE, NARROW = 1280, 390
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(2)> \u202e\u0007 🧭 ' + "w" * 300
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: install the package chromium to have the page tried in it")


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


# --- what it is made of --------------------------------------------------------------------------------------------------


def test_nothing_is_loaded_from_anywhere(page: Plain, made: Made) -> None:
    loading = [(tag, said) for tag, said in page.tags if {"src", "srcset", "href", "action", "data"} & said.keys() or tag in ("link", "iframe", "object")]
    assert [(tag, said) for tag, said in loading if not (tag == "a" and str(said["href"]).startswith("#"))] == []
    text = (made.out / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", text)


def test_hostile_texts_are_texts(shop: Shop) -> None:
    shop.file("c.csv", 'customer_id,first_name\nC1,"' + HOSTILE.replace('"', '""') + '"\n')
    shop.file("f.csv", 'action,customer_id,flag_type,comment\nadd,C1,Alert,"' + HOSTILE.replace('"', '""') + '"\n')
    assert shop.run("load", "--customers", "c.csv", "--as-of", "2026-06-01").code == 0
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    assert shop.run("report", "--format", "html", "--as-of", "2026-06-01").code == 0
    text = (shop.folder / "report.html").read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert "<img" not in text
    assert "\u0007" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_page_of_a_large_book_stays_small_and_says_what_it_left_out(shop: Shop) -> None:
    with duckdb.connect(str(shop.folder / "flagbook.duckdb")) as con:
        con.execute(
            "INSERT INTO customers (customer_id, first_name, last_name, status, alert_message, first_batch) "
            "SELECT 'N' || i, repeat('Name ', 20), repeat('é', 200), 'active', repeat('alert ', 80), 1 FROM range(20000) t(i)"
        )
        con.execute(
            "INSERT INTO flags SELECT 'N' || i, 'Alert', repeat('alert ', 80), NULL, 'Ines', TIMESTAMPTZ '2026-05-01 00:00:00+00', NULL, NULL, i "
            "FROM range(20000) t(i)"
        )
        con.execute(
            "INSERT INTO bookings (booking_id, customer_id, starts_at, status, service, alert_message, first_batch) "
            "SELECT 'X' || i, 'N' || i % 20000, TIMESTAMPTZ '2026-06-01 00:00:00+00' + (i % 900) * INTERVAL 10 MINUTE, 'booked', repeat('Tour ', 30), "
            "'own text', 1 FROM range(60000) t(i)"
        )
    assert shop.run("report", "--format", "html", "--as-of", "2026-06-01").code == 0
    path = shop.folder / "report.html"
    page = Plain(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 5_000_000
    left = [text for texts in page.texts.values() for text in texts if re.match(r"First [\d,]+ of 20,000; the rest is in the workbook", text)]
    assert left
    assert 0 < len(page.table("workstack")) <= 500
    assert page.figures()["Customers flagged"] == "20000"


def test_an_empty_book_has_a_page(bare: Shop) -> None:
    assert bare.run("init").code == 0
    assert bare.run("report", "--format", "html").code == 0
    page = Plain((bare.folder / "report.html").read_text(encoding="utf-8"))
    assert set(page.figures().values()) == {"0"}


def test_export_writes_no_page(shop: Shop) -> None:
    done = shop.run("export", "--format", "html", "--out", "x")
    assert (done.code, "csv, xlsx" in done.err or "xlsx" in done.err) == (2, True)


# --- for everybody -------------------------------------------------------------------------------------------------------


def test_the_page_can_be_found_ones_way_in_without_seeing_it(page: Plain) -> None:
    tags = [tag for tag, _ in page.tags]
    assert next(said for tag, said in page.tags if tag == "html")["lang"] == "en"
    assert [tags.count(name) for name in ("header", "main", "nav", "footer", "h1")] == [1, 1, 1, 1, 1]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    named = {said["id"] for _, said in page.tags if "id" in said}
    assert len(named) == sum("id" in said for _, said in page.tags), "each id stands once"
    assert [said for tag, said in page.tags if tag == "label" and said["for"] not in named] == []
    assert tags.count("label") == sum(tag == "input" for tag in tags)
    assert [said for _, said in page.tags for name in str(said.get("aria-labelledby", "")).split() if name not in named and name != "None"] == []
    assert tags.count("caption") == tags.count("table")
    assert [said for tag, said in page.tags if tag == "th" and said.get("scope") not in ("col", "row")] == []
    charts = [said for tag, said in page.tags if tag == "svg"]
    assert len(charts) == 3
    assert all(said["role"] == "img" for said in charts)


# --- in a browser --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@in_browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_it_fits_its_window_and_asks_for_nothing(width: int, dark: bool, tab: Tab, made: Made) -> None:
    path = made.out / "report.html"
    tab.show(path, width, dark=dark)
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.requested() == [path.as_uri()]
    assert tab.complaints() == []


@in_browser
def test_the_search_box_leaves_the_rows_that_match(tab: Tab, made: Made) -> None:
    tab.show(made.out / "report.html", WIDE)
    who = made.parquet("workstack")[0]["customer_id"]
    shown = "[...document.querySelectorAll('#rows-workstack tr')].filter(row => !row.hidden).map(row => row.textContent)"
    every = tab.value(f"{shown}.length")
    tab.value(f"{{const box = document.getElementById('find-workstack'); box.value = '{who}'; box.dispatchEvent(new Event('input'))}}")
    found = tab.value(shown)
    assert 0 < len(found) < every
    assert all(who in text for text in found)
    assert tab.value("document.getElementById('found-workstack').textContent").startswith(f"{len(found)} of ")


@in_browser
def test_without_scripts_everything_is_there(tab: Tab, made: Made) -> None:
    tab.show(made.out / "report.html", WIDE, script=False)
    text = tab.call("Page.captureSnapshot")["data"]
    assert 'id=3D"rows-workstack"' in text or 'id="rows-workstack"' in text
    tab.call("Emulation.setScriptExecutionDisabled", value=False)


@in_browser
def test_the_keyboard_reaches_what_scrolls(tab: Tab, made: Made) -> None:
    tab.show(made.out / "report.html", NARROW)
    scrolls = "one.scrollWidth > one.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)"
    stuck = f"{scrolls} && one.tabIndex < 0 && !one.querySelector('a, button, input, summary')"
    assert tab.value(f"[...document.querySelectorAll('*')].filter(one => {stuck}).length") == 0


@in_browser
def test_it_prints(tab: Tab, made: Made) -> None:
    tab.show(made.out / "report.html", WIDE)
    assert tab.printed().startswith(b"%PDF")


def test_continuous_integration_installs_a_browser() -> None:
    assert "chromium" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o111
