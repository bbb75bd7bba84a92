"""The page: every figure is the book's, every value is escaped, it stays small, and nothing comes from outside."""

import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.outputs.page import PAGE_BYTES
from pipeline.settings import Settings
from tests.cli.conftest import Shop
from tests.cli.pages import AS_OF, NASTY, NASTY_TYPE, Made, business, make_page, quoted

TODAY = date(2026, 6, 1)
COMING = "status = 'booked' AND epoch_ms(starts_at) >= epoch_ms(TIMESTAMPTZ '2026-06-01 09:30+01')"
ALERT = "(SELECT trim(alert_message) FROM customers c WHERE c.customer_id = b.customer_id)"
SINCE = "(SELECT max(starts_at) FROM bookings b WHERE b.customer_id = f.customer_id AND status <> 'cancelled')"
SOON = "coalesce(expires_on, DATE '9999-01-01') < DATE '2026-06-16'"
# What each figure of the page must be, asked without the views.
COUNTS = {
    "Customers flagged": "SELECT count(*) FROM customers WHERE customer_id IN (SELECT customer_id FROM flags)",
    "Coming bookings flagged": f"SELECT count(*) FROM bookings b WHERE {COMING} AND EXISTS (FROM flags f WHERE f.customer_id = b.customer_id)",
    "Held bookings": f"SELECT count(*) FROM bookings b JOIN flags f ON f.customer_id = b.customer_id AND f.flag_type = 'On Hold' WHERE {COMING}",
    "Breaches": "SELECT count(*) FROM bookings WHERE customer_id = 'C9' AND created_at > TIMESTAMPTZ '2026-01-01 08:00+00' OR booking_id = 'K9'",
    "Kept alerts": f"SELECT count(*) FROM bookings b WHERE {COMING} AND {ALERT} > '' AND trim(alert_message) NOT IN ('', {ALERT})",
    "Flags that end soon": f"SELECT count(*) FROM flags WHERE {SOON}",
    "Stale flags": f"SELECT count(*) FROM flags f WHERE NOT {SOON} AND flagged_at::DATE < DATE '2026-06-01' - 180 AND coalesce({SINCE} < flagged_at, true)",
    "Rejected rows": "SELECT sum(rejected) FROM batches WHERE batch_id > 8",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_page(tmp_path_factory.mktemp("page"), *business())


def test_every_figure_equals_a_count_of_its_own(made: Made) -> None:
    figures = made.page.one("ul", class_="figures").all("a")
    shown = {figure.one("span", class_="word").text: int(re.sub(r"\D", "", figure.one("strong").text)) for figure in figures}
    wanted = {word: made.ask(query)[0][0] for word, query in COUNTS.items()}
    assert shown == wanted
    assert len(set(wanted.values()) - {0}) == len(wanted), "a figure of 0, or one like another, would show little"


def test_flags_by_type_equal_the_flags(made: Made) -> None:
    shown = {kind.one("span", class_="chip").text.removeprefix("⚑ "): int(kind.one("strong").text) for kind in made.page.one("ul", class_="types").all("li")}
    assert shown == Counter(kind for (kind,) in made.ask("SELECT flag_type FROM flags"))
    assert list(shown) == ["On Hold", "Warning", NASTY_TYPE, "Gone type"]


def test_flags_over_time_equal_a_replay_of_the_history(made: Made) -> None:
    events = made.ask("SELECT customer_id, item, action, changed_at::DATE FROM history WHERE entity = 'flags' ORDER BY changed_at, event_id")
    kinds = ["On Hold", "Warning", NASTY_TYPE, "Gone type"]
    wanted = []
    for day in (TODAY - timedelta(days=7 * back) for back in range(len(made.page.table("flags-over-time")))):
        active: set[tuple[str, str]] = set()
        for customer, kind, action, when in events:
            if when <= day:
                (active.discard if action == "unflagged" else active.add)((customer, kind))
        wanted.append([f"{day:%a %Y-%m-%d}", *(str(sum(kind == one for _, one in active)) for kind in kinds)])
    assert made.page.table("flags-over-time") == wanted
    assert wanted[-1][1:] == ["0", "0", "0", "0"], "it reaches back to before the first flag"
    assert len({row[2] for row in wanted}) >= 10


def test_alerts_to_come_equal_the_bookings(made: Made) -> None:
    rows = made.ask(f"SELECT starts_at::DATE, alert_message FROM bookings WHERE {COMING}")
    days = [TODAY + timedelta(days=ahead) for ahead in range(14)]
    texts = {day: [text for when, text in rows if when == day] for day in days}
    assert made.page.table("alerts-to-come") == [
        [f"{day:%a %Y-%m-%d}", str(len(found)), str(sum(bool((text or "").strip()) for text in found))] for day, found in texts.items()
    ]


def test_outcomes_equal_the_batches(made: Made) -> None:
    stored = made.ask("SELECT batch_id, rows_read, applied, unchanged, rejected FROM batches WHERE batch_id > 8 ORDER BY batch_id DESC")
    assert [(row[0], *row[5:9]) for row in made.page.table("recent-batches")] == [tuple(map(str, row)) for row in stored]


def test_the_week_has_the_days_of_the_business_and_groups_a_class(made: Made) -> None:
    days = made.page.all("section", class_="day")
    assert [day.one("h3").text for day in days] == ["Mon 1 Jun", "Tue 2 Jun", "Wed 3 Jun", "Thu 4 Jun", "Fri 5 Jun", "Sat 6 Jun", "Sun 7 Jun"]
    counted = dict(made.ask(f"SELECT starts_at::DATE, count(*) FROM bookings WHERE {COMING} GROUP BY ALL"))
    assert [int(day.all("p", class_="sum")[0].text.split()[0]) for day in days] == [counted.get(TODAY + timedelta(days=ahead), 0) for ahead in range(7)]
    group = days[3].one("details", class_="slot")
    assert "00:30 Class · Leif 25 bookings, ⚑ 10 flagged, 4 held" in " ".join(group.one("summary").text.split())
    people = [entry.text for entry in group.all("li")]
    assert (len(people), people[-1]) == (21, "First 20 of 25; the rest is in the workbook.")
    assert [person.startswith("⚑") for person in people[:20]] == [True] * 10 + [False] * 10


def test_what_is_past_is_not_in_the_week(made: Made) -> None:
    first = made.page.all("section", class_="day")[0]
    times = [slot.text for slot in first.all("span", class_="time")]
    assert (len(times) > 1, min(times) >= "09:30") == (True, True)


def test_tables_show_the_reports_and_how_many_rows_they_have(made: Made) -> None:
    totals = {
        "workstack": "SELECT count(*) FROM workstack_at(TIMESTAMPTZ '2026-06-01 09:30+01')",
        "check-in": "SELECT count(*) FROM bookings WHERE status = 'booked' AND starts_at::DATE = DATE '2026-06-01'",
        "changes": "SELECT count(*) FROM history",
    }
    for name, query in totals.items():
        total = made.ask(query)[0][0]
        assert (made.page.one("h2", id=f"h-{name}").one("span").text, len(made.page.table(name))) == (str(total), total)
    assert made.page.table("workstack")[0][:2] == ["⚑ On Hold, Warning", "⚑ First6 Last6"]
    names = [row[1].removeprefix("⚑ ").lower() for row in made.page.table("check-in")]
    assert names == sorted(names)
    assert made.page.table("changes")[0][0] == made.ask("SELECT strftime(changed_at, '%a %Y-%m-%d %H:%M') FROM history ORDER BY event_id DESC")[0][0]


def test_a_long_table_says_what_it_left_out(tmp_path: Path) -> None:
    many = "INSERT INTO flags SELECT 'C' || i, 'Warning', 'x', NULL, 'Ines', TIMESTAMPTZ '2026-05-01 08:00+00', NULL, NULL, i FROM range(1, 1235) r(i)"
    people = "INSERT INTO customers (customer_id, status, first_batch) SELECT 'C' || i, 'active', 1 FROM range(1, 1235) r(i)"
    events = (
        "INSERT INTO history (event_id, batch_id, entity, customer_id, item, action, after, changed_by, changed_at) "
        "SELECT i, 1, 'flags', 'C' || i, 'Warning', 'flagged', '{}', 'Ines', TIMESTAMPTZ '2026-05-01 08:00+00' FROM range(1, 1235) r(i)"
    )
    page = make_page(tmp_path, people, many, events).page
    for name in ("workstack", "changes"):
        note = page.one("section", id=name).one("p", class_="note").text
        assert (len(page.table(name)), note) == (500, "First 500 of 1,234; the rest is in the workbook.")
    assert [row[2] for row in page.table("changes")] == [f"C{event}" for event in range(1234, 734, -1)], "the latest ones"


def test_values_are_escaped_wherever_they_stand(tmp_path: Path) -> None:
    name = quoted(NASTY)
    made = make_page(
        tmp_path,
        f"INSERT INTO customers (customer_id, first_name, company, status, alert_message, first_batch) VALUES ({name}, {name}, {name}, 'active', {name}, 1)",
        "INSERT INTO bookings (booking_id, customer_id, starts_at, status, service, staff, alert_message, first_batch) "
        f"SELECT {name} || i, {name}, TIMESTAMPTZ '2026-06-01 12:00+00', 'booked', {name}, {name}, 'Own ' || {name}, 1 FROM range(2) r(i)",
        f"INSERT INTO flags VALUES ({name}, 'On Hold', {name} || chr(7), DATE '2026-06-02', {name}, TIMESTAMPTZ '2026-05-01 08:00+00', NULL, NULL, 1)",
        f"INSERT INTO batches (batch_id, kind, submitted_by, reason, as_of, started_at, status) VALUES (1, {name}, {name}, {name}, now(), now(), 'applied')",
        f"INSERT INTO history SELECT 1, 1, 1, {name}, 1, 'flags', {name}, {quoted(NASTY_TYPE)}, {name}, NULL, "
        f"json_object('comment', {name}), {name}, {name}, now()",
    )
    page = made.page
    assert (len(page.all("script")), len(page.all("b")), "<script>alert" in made.text, "\x07" in made.text) == (1, 0, False, False)
    for table in ("workstack", "check-in", "held-bookings", "expiring-and-stale", "kept-alerts", "changes", "recent-batches"):
        assert NASTY in " ".join(cell for row in page.table(table) for cell in row), table
    assert page.one("details", class_="slot").text.count(NASTY) == 2 + 2 * 2, "service and staff, and name and alert of each booking"
    assert any(text.text == NASTY_TYPE or text.text.endswith("…") for text in page.all("text")), "in the chart too"


def test_nothing_comes_from_outside_and_only_our_own_runs(made: Made) -> None:
    page, text = made.page, made.text
    assert re.findall(r"https?://(?!www\.w3\.org/)|@import|@font-face|url\(", text) == []
    assert [tag for tag in ("link", "img", "iframe", "object", "embed", "base", "form", "use", "image") if page.all(tag)] == []
    assert {anchor.attributes["href"][0] for anchor in page.all("a")} == {"#"}
    assert re.search(r'<[^>]+ (?:style|on\w+|src)="', re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)) is None
    policy = next(meta.attributes["content"] for meta in page.all("meta") if "http-equiv" in meta.attributes)
    hashes = [b64encode(sha256(page.one(tag).text.encode()).digest()).decode() for tag in ("style", "script")]
    assert policy == f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"


def test_a_page_of_a_large_book_stays_small(tmp_path: Path) -> None:
    """Texts of marks that HTML writes with five letters each, in all places at once."""
    long = "repeat('&', 2000)"
    made = make_page(
        tmp_path,
        f"INSERT INTO customers (customer_id, first_name, status, blocked, blocked_at, alert_message, first_batch) "
        f"SELECT 'C' || i, {long} || i, 'active', true, TIMESTAMPTZ '2026-01-01 00:00+00', {long}, 1 FROM range(20000) r(i)",
        "INSERT INTO bookings (booking_id, customer_id, starts_at, status, service, staff, alert_message, created_at, first_batch) "
        f"SELECT 'B' || i, 'C' || (i % 20000), TIMESTAMPTZ '2026-06-01 10:00+00' + INTERVAL 1 MINUTE * (i % 10000), 'booked', {long}, 'S' || (i % 3), "
        "repeat('<', 400), TIMESTAMPTZ '2026-02-01 00:00+00', 1 FROM range(60000) r(i)",
        f"INSERT INTO flags SELECT 'C' || i, 'On Hold', {long}, DATE '2026-06-02', 'Ines', TIMESTAMPTZ '2026-05-01 08:00+00', NULL, NULL, i "
        "FROM range(20000) r(i)",
        "INSERT INTO batches (batch_id, kind, as_of, started_at, status) VALUES (1, 'load', now(), now(), 'applied')",
    )
    assert PAGE_BYTES / 10 < made.path.stat().st_size <= PAGE_BYTES == 5_000_000
    assert re.search(r"First \d+ of 20,000; the rest is in the workbook", made.page.one("section", id="workstack").text)
    assert re.search(r"\d+ of 4,320 shown, those with flags first; the rest is in the workbook", made.page.one("section", id="week").text)


def test_an_empty_book_has_a_page_too(tmp_path: Path) -> None:
    page = make_page(tmp_path, settings=Settings()).page
    assert {strong.text for strong in page.one("ul", class_="figures").all("strong")} == {"0"}
    assert page.table("workstack") == page.table("recent-batches") == [["None."]]


def test_headings_names_and_landmarks_are_in_order(made: Made) -> None:
    page = made.page
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", made.text)]
    assert levels[0] == 1
    assert max(after - before for before, after in pairwise(levels)) == 1
    assert page.one("html").attributes["lang"] == "en"
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer", "h1", "title")] == [1, 1, 1, 1, 1, len(page.all("svg")) + 1]
    ids = re.findall(r' id="([^"]*)"', made.text)
    assert len(ids) == len(set(ids))
    named = re.findall(r'(?:aria-labelledby|for|href="#|data-rows)="?([\w -]+)"', made.text)
    assert {one for words in named for one in words.split()} <= set(ids)
    assert all(table.all("caption") and all(th.attributes["scope"] for th in table.all("th")) for table in page.all("table"))
    assert all("tabindex" in region.attributes for region in page.all("div", role="region"))


def test_the_page_goes_with_the_workbook_where_no_report_is_named(shop: Shop) -> None:
    said = shop.run("report", "--out", "all", "--as-of", "2026-06-01", "--json")
    assert (said.code, sorted(path.name for path in (shop.folder / "all").iterdir())) == (0, ["report.html", "reports.xlsx"]), said.err
    shop.run("report", "agenda", "--out", "one")
    assert [path.name for path in (shop.folder / "one").iterdir()] == ["reports.xlsx"]
    page = shop.run("report", "agenda", "--format", "html", "--out", "page", "--json").json()
    assert [Path(name).name for name in page["files"]] == ["report.html"]


def test_tables_are_not_exported_as_pages(shop: Shop) -> None:
    refused = shop.run("export", "--format", "html", "--out", "x")
    assert (refused.code, "is not a list of csv, xlsx and parquet" in refused.err) == (2, True)


def test_only_a_page_loads_what_draws_it() -> None:
    slow = {"altair", "jinja2", "vl_convert"}
    code = f"import sys, jobs.cli, jobs.report, jobs.apply, pipeline.run, pipeline.reporting; print(sorted({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_type_may_be_called_anything(tmp_path: Path) -> None:
    flags = "INSERT INTO flags VALUES ('C1', 'day', 'x', NULL, 'Ines', TIMESTAMPTZ '2026-05-01 08:00+00', NULL, NULL, 1)"
    made = make_page(tmp_path, "INSERT INTO customers (customer_id, status, first_batch) VALUES ('C1', 'active', 1)", flags)
    assert AS_OF.date() == TODAY
    assert made.page.table("flags-over-time")[0] == ["Mon 2026-06-01", "0", "0", "0", "0"]
