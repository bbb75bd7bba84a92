"""Reports through the command line: each row and figure against a plain reading of the book's own tables, in all three formats."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest

from pipeline.outputs import reports as workbook
from pipeline.settings import read_settings
from pipeline.store.book import open_book
from pipeline.store.page import read_page
from pipeline.store.reports import written_otherwise
from schemas.page import Limits
from schemas.reports import BY_NAME, REPORTS, Form
from tests.cli.conftest import Shop
from tests.cli.pages import Page
from tests.cli.reported import NOW, TYPES, ZONE, Made, Row, day, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with opened(tmp_path_factory.mktemp("reports")) as book:
        yield book


# --- what is in them -----------------------------------------------------------------------------------------------------


def test_customers_are_all_there_with_their_counts(made: Made) -> None:
    rows = {row["customer_id"]: row for row in made.parquet("customers")}
    assert list(rows) == sorted(made.customers)
    for who, row in rows.items():
        theirs = [one for one in made.bookings if one["customer_id"] == who]
        past = [one["starts_at"] for one in theirs if one["starts_at"] < NOW]
        live = [one["starts_at"] for one in theirs if one["starts_at"] >= NOW and one["status"] == "booked"]
        assert (row["total_bookings"], row["past_bookings"], row["future_bookings"]) == (len(theirs), len(past), len(theirs) - len(past))
        assert (row["last_booking"], row["next_booking"]) == (max(past, default=None), min(live, default=None))
        assert (row["flags"], row["tags"]) == (made.kinds(who), ", ".join(sorted(made.tags[who])) or None)
        for name in ("alert_message", "status", "blocked", "first_name", "company", "email"):
            assert row[name] == made.customers[who][name]


def test_the_workstack_has_flagged_customers_the_most_severe_first(made: Made) -> None:
    rows = made.parquet("workstack")
    flagged = {who for who, flags in made.flags.items() if flags}
    assert {row["customer_id"] for row in rows} == flagged
    assert len(rows) == len(flagged) > 20
    order = [(TYPES.index(row["most_severe"]) if "most_severe" in row else TYPES.index(row["flags"].split(", ")[0]), row["oldest_flag_at"]) for row in rows]
    assert order == sorted(order)
    for row in rows:
        flags = made.flags[row["customer_id"]]
        oldest = min(flag["flagged_at"] for flag in flags)
        assert (row["oldest_flag_at"], row["oldest_flag_days"]) == (oldest, (NOW.date() - day(oldest)).days)
        assert row["flagged_by"] == ", ".join(sorted({flag["flagged_by"] for flag in flags}))
        assert row["coming_bookings"] == sum(one["customer_id"] == row["customer_id"] for one in made.coming())
        assert row["held"] == any(flag["flag_type"] == "On Hold" for flag in flags)


def test_the_agenda_has_one_line_a_slot_that_lists_its_customers(made: Made) -> None:
    slots = defaultdict(list)
    for one in made.coming():
        alone = None if one["service"] else one["booking_id"]
        slots[(one["starts_at"], one["ends_at"], one["service"], one["staff"], alone)].append(one)
    rows = made.parquet("agenda")
    assert len(rows) == len(slots)
    assert sum(row["bookings"] for row in rows) == len(made.coming())
    assert [row["starts_at"] for row in rows] == sorted(row["starts_at"] for row in rows)
    assert max(row["bookings"] for row in rows) == 20, "some slots are shared"
    for row in rows:
        ids = row["booking_ids"].split(", ")
        slot = slots[(row["starts_at"], row["ends_at"], row["service"], row["staff"], None if row["service"] else ids[0])]
        assert sorted(ids) == sorted(one["booking_id"] for one in slot)
        flagged = [one for one in slot if made.kinds(one["customer_id"])]
        lines = sorted((not made.kinds(one["customer_id"]), made.name(one["customer_id"]), one["booking_id"], one) for one in slot)
        people = [made.name(one["customer_id"]) if plain else f"⚑ {name} ({made.kinds(one['customer_id'])})" for plain, name, _, one in lines]
        alerts = [f"{name}: {one['alert_message']}" for _, name, _, one in lines if one["alert_message"]]
        assert (row["customers"], row["alerts"]) == ("\n".join(people), "\n".join(alerts) or None)
        assert (row["flagged"], row["day"]) == (len(flagged), day(row["starts_at"]))
        assert row["held"] == sum("On Hold" in str(made.kinds(one["customer_id"])) for one in slot)


def test_the_check_in_list_is_of_the_business_day_by_name(made: Made) -> None:
    rows = made.parquet("check-in")
    todays = {one["booking_id"] for one in made.bookings if one["status"] == "booked" and day(one["starts_at"]) == NOW.date()}
    assert {row["booking_id"] for row in rows} == todays
    assert any(one["starts_at"].astimezone(UTC).date() != NOW.date() for one in made.bookings if one["booking_id"] in todays), (
        "midnight in London is yesterday in UTC"
    )
    assert [row["name"].lower() for row in rows] == sorted(row["name"].lower() for row in rows)
    for row in rows:
        one, booking = made.customers[row["customer_id"]], next(b for b in made.bookings if b["booking_id"] == row["booking_id"])
        assert row["name"] == (", ".join(part for part in (one["last_name"], one["first_name"]) if part) or one["company"] or row["customer_id"])
        assert (row["flags"], row["alert_message"]) == (made.kinds(row["customer_id"]), booking["alert_message"])
        assert row["customer_alert"] == (None if one["alert_message"] == booking["alert_message"] else one["alert_message"])


def test_held_bookings_and_breaches_are_those_of_the_rules(made: Made) -> None:
    held = {one["booking_id"] for one in made.coming() if "On Hold" in str(made.kinds(one["customer_id"]))}
    assert {row["booking_id"] for row in made.parquet("held-bookings")} == held != set()
    breaches = set()
    for one in made.bookings:
        customer = made.customers[one["customer_id"]]
        if customer["blocked"] and customer["blocked_at"] < (one["created_at"] or made.batches[one["first_batch"]]["as_of"]):
            breaches.add(one["booking_id"])
    assert {row["booking_id"] for row in made.parquet("breaches")} == breaches != set()


def test_histories_have_every_event_customer_by_customer(made: Made) -> None:
    flags = [event for event in made.history if event["entity"] == "flags"]
    told = made.parquet("flag-history")
    assert [(row["customer_id"], row["action"], row["flag_type"]) for row in told] == [
        (event["customer_id"], event["action"], event["item"]) for event in sorted(flags, key=lambda event: (event["customer_id"], event["event_id"]))
    ]
    profile = [event for event in made.history if event["entity"] != "bookings"]
    changes = made.parquet("changes")
    assert len(changes) == len(profile)
    assert {(row["customer_id"], row["entity"], row["action"], row["changed_by"]) for row in changes} == {
        (event["customer_id"], event["entity"], event["action"], event["changed_by"]) for event in profile
    }
    assert {row["after"] for row in changes if row["action"] == "blocked"} == {"Never came"}
    edited = [row for row in changes if row["action"] == "edited"]
    assert edited
    assert [row for row in edited if row["before"] == row["after"]] == [], "an edit shows what it changed"


def test_flags_that_end_soon_and_stale_ones_are_listed_once(made: Made) -> None:
    expected = {}
    for who, flags in made.flags.items():
        latest = max((one["starts_at"] for one in made.bookings if one["customer_id"] == who and one["status"] != "cancelled"), default=None)
        for flag in flags:
            if flag["expires_on"] and flag["expires_on"] <= date(2026, 6, 15):
                expected[who, flag["flag_type"]] = "expiring"
            elif (NOW.date() - day(flag["flagged_at"])).days > 180 and (latest is None or latest < flag["flagged_at"]):
                expected[who, flag["flag_type"]] = "stale"
    rows = made.parquet("expiring-and-stale")
    assert {(row["customer_id"], row["flag_type"]): row["list"] for row in rows} == expected
    assert len(rows) == len(expected)
    assert {"expiring", "stale"} == set(expected.values())
    assert all(row["days_left"] == (row["expires_on"] - NOW.date()).days for row in rows if row["expires_on"])


def test_kept_alerts_are_texts_that_hide_the_customers_alert(made: Made) -> None:
    kept = set()
    for one in made.coming():
        alert = made.customers[one["customer_id"]]["alert_message"]
        if alert and one["alert_message"] and alert != one["alert_message"]:
            kept.add(one["booking_id"])
    assert {row["booking_id"] for row in made.parquet("kept-alerts")} == kept != set()


# --- how they are written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", REPORTS, ids=lambda kind: str(kind.name))
def test_csv_and_workbook_say_what_the_parquet_says(kind: Any, made: Made) -> None:
    rows = made.parquet(kind.name)
    with (made.out / f"{kind.name}.csv").open(encoding="utf-8", newline="") as handle:
        read = list(csv.DictReader(handle))
    assert [list(row) for row in read] == [kind.names()] * len(rows)
    for name in kind.names():
        forms = {column.name: column.form for column in kind.columns}
        for row, cells in zip(rows, read, strict=True):
            assert cells[name] == as_csv(row[name], forms[name]), (kind.name, name)
    sheet = openpyxl.load_workbook(made.out / "reports.xlsx")[kind.title]
    head = [cell.value for cell in sheet[1]]
    for column in kind.columns:
        place = head.index(column.heading) + 1
        shown = [sheet.cell(line, place).value for line in range(2, len(rows) + 2)]
        assert shown == [as_cell(row[column.name], column.form, row, kind) for row in rows], column.heading
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref


def as_csv(value: Any, form: Form) -> str:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    if isinstance(value, str):
        return "'" + value if value[:1] in "=+-@\t\r'" else value
    assert form is not Form.TIME or value is None
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_cell(value: Any, form: Form, row: Row, kind: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if form is Form.YES:
        return "yes" if value else None
    if form is Form.NAME and [column.form for column in kind.columns].count(Form.NAME) == 1 and row[kind.flags]:
        return f"{value} ⚑"
    return value


def test_the_workbook_begins_with_its_contents(made: Made) -> None:
    book = openpyxl.load_workbook(made.out / "reports.xlsx")
    assert book.sheetnames == ["Contents", *(kind.title for kind in REPORTS)]
    contents = book["Contents"]
    assert contents["A1"].value == "Flagbook reports as of Monday 2026-06-01 09:30 (Europe/London)"
    assert {contents.cell(line, 1).value: contents.cell(line, 2).value for line in range(4, 14)} == {
        kind.title: len(made.parquet(kind.name)) for kind in REPORTS
    }


def test_flags_are_coloured_by_the_settings(made: Made) -> None:
    rules = openpyxl.load_workbook(made.out / "reports.xlsx")["Workstack"].conditional_formatting
    fills = {rule.text: rule.dxf.fill.bgColor.rgb[-6:] for area in rules for rule in area.rules if rule.text in TYPES}
    assert fills == {name: workbook.TINTS[tint][0][1:] for name, tint in zip(TYPES, ("red", "red", "yellow", "blue", "magenta"), strict=True)}


def test_sheets_past_excels_limit_go_on_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 10)
    kind = BY_NAME["flag-history"]
    frame = pl.DataFrame({column.name: [None] * 25 for column in kind.columns}, schema=dict.fromkeys(kind.names(), pl.String)).with_columns(
        customer_id=pl.int_range(25).cast(pl.String)
    )
    said = workbook.write_report_book(tmp_path / "r.xlsx", [workbook.ReportSheet(kind, frame)], ("Reports", lambda one: one), {})
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert said == ["Flag history: 25 rows are more than a sheet of Excel takes: they go on in 2 further sheets."]
    parts = [[row[0].value for row in book[name].iter_rows(min_row=2)] for name in ("Flag history", "Flag history (2)", "Flag history (3)")]
    assert [len(part) for part in parts] == [10, 10, 5]
    assert [cell for part in parts for cell in part] == [str(n) for n in range(25)]
    assert "further sheets" in str(book["Contents"]["D4"].value)


def test_a_text_longer_than_a_cell_ends_with_a_word_about_it(tmp_path: Path) -> None:
    kind = BY_NAME["flag-history"]
    frame = pl.DataFrame(
        {column.name: ["x" * 40_000 if column.name == "comment_after" else None] for column in kind.columns}, schema=dict.fromkeys(kind.names(), pl.String)
    )
    said = workbook.write_report_book(tmp_path / "r.xlsx", [workbook.ReportSheet(kind, frame)], ("Reports", lambda one: one), {})
    text = openpyxl.load_workbook(tmp_path / "r.xlsx")["Flag history"]["G2"].value
    assert (len(text), text.endswith(workbook.CUT)) == (32_767, True)
    assert said == ["Flag history: 1 text is longer than a cell of Excel holds; it is cut, with a word at the end."]


def test_emoji_take_two_places_of_a_cell(tmp_path: Path) -> None:
    kind = BY_NAME["flag-history"]
    frame = pl.DataFrame(
        {column.name: ["\U0001f600" * 20_000 if column.name == "comment_after" else None] for column in kind.columns},
        schema=dict.fromkeys(kind.names(), pl.String),
    )
    said = workbook.write_report_book(tmp_path / "r.xlsx", [workbook.ReportSheet(kind, frame)], ("Reports", lambda one: one), {})
    text = openpyxl.load_workbook(tmp_path / "r.xlsx")["Flag history"]["G2"].value
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert (text.endswith(workbook.CUT), len(said)) == (True, 1)


# --- the command ---------------------------------------------------------------------------------------------------------


def test_named_reports_alone_are_written(shop: Shop) -> None:
    done = shop.run("report", "agenda", "breaches", "--as-of", "2026-06-01", "--format", "csv", "--out", "new/folder", "--json")
    assert done.code == 0
    assert done.json()["reports"] == {"agenda": 1, "breaches": 0}
    assert sorted(path.name for path in (shop.folder / "new/folder").iterdir()) == ["agenda.csv", "breaches.csv"]


def test_an_unknown_report_is_refused_naming_those_there_are(shop: Shop) -> None:
    done = shop.run("report", "agendas")
    assert (done.code, done.out) == (3, "")
    assert "no report called agendas" in done.err
    assert "agenda, check-in" in done.err


def test_a_report_needs_a_book(bare: Shop) -> None:
    assert bare.run("report").code == 3
    assert list(bare.folder.iterdir()) == []


def test_reports_go_by_the_settings_of_today(shop: Shop) -> None:
    shop.file("f.csv", "action,customer_id,flag_type,comment\nadd,C1,Alert,x\nadd,C1,Warning,y\n")
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    shop.file("flagbook.toml", '[[flags.types]]\nname = "Alert"\nholds = true\n[[flags.types]]\nname = "Warning"\n')
    assert shop.run("report", "held-bookings", "workstack", "--as-of", "2026-06-01", "--format", "parquet").code == 0
    assert pl.read_parquet(shop.folder / "workstack.parquet")["flags"].to_list() == ["Alert, Warning"]
    assert pl.read_parquet(shop.folder / "held-bookings.parquet")["held_for"].to_list() == ["Alert"]


def test_a_flag_whose_type_has_left_the_settings_is_told_of(shop: Shop) -> None:
    shop.file("flagbook.toml", '[[flags.types]]\nname = "Old"\n[[flags.types]]\nname = "Alert"\n')
    shop.file("f.csv", "action,customer_id,flag_type,comment\nadd,C1,Old,x\nadd,C1,Alert,y\n")
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    shop.file("flagbook.toml", '[[flags.types]]\nname = "Alert"\n')
    assert "1 flag still alerts, after the others: it is of the type Old, which has left the settings." in shop.run("report", "breaches").out


def write_type(shop: Shop, name: str) -> None:
    shop.file("flagbook.toml", f'[[flags.types]]\nname = "Alert"\n[[flags.types]]\nname = "{name}"\ncolour = "blue"\nholds = true\n')


def test_a_type_that_only_its_letters_tell_apart_is_one_to_views_too(shop: Shop) -> None:
    write_type(shop, "Große Café-Gefahr")
    shop.file("f.csv", "action,customer_id,flag_type,comment\nadd,C1,große café-gefahr,x\n")
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    for name in ("GROSSE CAFE\u0301-GEFAHR", "\uff27rosse Cafe\u0301-Gefahr"):  # a decomposed accent, a wide letter
        write_type(shop, name)
        done = shop.run("report", "held-bookings", "workstack", "--as-of", "2026-06-01", "--format", "parquet", "--json")
        assert (done.code, done.json()["reports"]) == (0, {"held-bookings": 1, "workstack": 1})
        assert not [remark for remark in done.json()["remarks"] if "left the settings" in remark]
        assert [flag["colour"] for flag in shop.run("show", "C1", "--json").json()["flags"]] == ["blue"]
        shop.file("f.csv", f"action,customer_id,flag_type,comment\nedit,C1,{name},said of {name}\n")
        assert shop.run("apply", "f.csv", "--as-of", "2026-06-02").code == 0
        assert not [one for one in shop.run("doctor", "--json").json()["faults"] if one["level"] == "damaged"]
        assert shop.run("template", "t.xlsx", "--with-current").code == 0
        rows = list(openpyxl.load_workbook(shop.folder / "t.xlsx")["Flags"].iter_rows(values_only=True))
        assert [(row[0], row[rows[0].index("flag_type")]) for row in rows[1:] if row[0]] == [("edit", name)]
        (shop.folder / "t.xlsx").unlink()


def test_a_type_under_two_names_is_one_to_the_page_and_has_its_colour(shop: Shop) -> None:
    for when, name, who in (("2026-06-01", "Große", "C1"), ("2026-06-02", "GROSSE", "C2")):
        write_type(shop, name)
        shop.file("f.csv", f"action,customer_id,flag_type,comment\nadd,{who},{name},x\n")
        assert shop.run("apply", "f.csv", "--as-of", when).code == 0
    with open_book(shop.folder / "flagbook.duckdb", writing=False) as book:
        found = read_page(book, datetime(2026, 6, 2, 12, tzinfo=UTC), read_settings(shop.folder / "flagbook.toml"), Limits())
        assert written_otherwise(book) == {"Große": "blue"}
    assert [row for row in found.types.rows() if row[2]] == [("GROSSE", "blue", 2)]
    assert found.trend.filter(pl.col("flags") > 0).tail(2).select("flag_type", "flags").rows() == [("GROSSE", 1), ("GROSSE", 2)]


def test_flags_of_a_type_that_the_settings_write_otherwise_now_have_its_colour_in_the_files(shop: Shop) -> None:
    write_type(shop, "Gro\u00dfe")
    shop.file("f.csv", "action,customer_id,flag_type,comment\nadd,C1,Gro\u00dfe,x\nadd,C2,Alert,x\n")
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    write_type(shop, "GROSSE")
    assert shop.run("report", "--as-of", "2026-06-01T12:00").code == 0
    page = Page((shop.folder / "report.html").read_text(encoding="utf-8")).root
    chips = {(chip.text, chip.attributes["class"]) for chip in page.one("tbody", id="rows-workstack").all("span", class_="chip")}
    assert chips == {("\u2691 Gro\u00dfe", "chip tint-blue"), ("\u2691 Alert", "chip tint-red")}
    rules = openpyxl.load_workbook(shop.folder / "reports.xlsx")["Workstack"].conditional_formatting
    fills = {rule.text: rule.dxf.fill.bgColor.rgb[-6:] for area in rules for rule in area.rules if rule.text in ("Gro\u00dfe", "Alert")}
    assert fills["Gro\u00dfe"] == workbook.TINTS["blue"][0][1:] != fills["Alert"]


def test_a_type_that_left_the_settings_under_two_names_bears_one_everywhere(shop: Shop) -> None:
    """Where a third of its names is in the history only, too."""
    sheets = (
        ("2026-06-01", "GROSSE", "add,C2,GROSSE,x"),
        ("2026-06-02", "Gro\u00dfe", "add,C1,Gro\u00dfe,x\nremove,C2,Gro\u00dfe,"),
        ("2026-06-03", "gross\uff25", "add,C2,grosse,x"),
    )
    for when, name, rows in sheets:
        write_type(shop, name)
        shop.file("f.csv", f"action,customer_id,flag_type,comment\n{rows}\n")
        assert shop.run("apply", "f.csv", "--as-of", when).code == 0
    shop.file("flagbook.toml", '[[flags.types]]\nname = "Alert"\n')
    done = shop.run("report", "--as-of", "2026-06-03T12:00", "--format", "html")
    assert [line for line in done.out.splitlines() if "left the settings" in line] == [
        "Note: 2 flags still alert, after the others: they are of the type Gro\u00dfe, which has left the settings."
    ]
    page = Page((shop.folder / "report.html").read_text(encoding="utf-8")).root
    assert [type_.text for type_ in page.one("ul", class_="types").all("li")] == ["\u2691 Alert 0", "\u2691 Gro\u00dfe 2 no longer in the settings"]
    table = next(table for table in page.all("table") if table.all("tbody", id="rows-flags-over-time"))
    assert [head.text for head in table.one("thead").all("th")] == ["End of day", "Alert", "Gro\u00dfe"]
    assert [row[1:] for row in page.table("flags-over-time")[:4]] == [["0", "2"], ["0", "1"], ["0", "1"], ["0", "0"]]


def test_types_that_only_their_letters_tell_apart_are_refused_in_the_settings(shop: Shop) -> None:
    shop.file("flagbook.toml", '[[flags.types]]\nname = "\uff21lert"\n[[flags.types]]\nname = "Alert"\n')
    refused = shop.run("report", "workstack")
    assert (refused.code, "must name each type once" in refused.err) == (3, True)


def test_a_book_of_format_6_gets_the_keys_of_its_types(shop: Shop) -> None:
    write_type(shop, "Große")
    shop.file("f.csv", "action,customer_id,flag_type,comment\nadd,C1,große,x\n")
    assert shop.run("apply", "f.csv", "--as-of", "2026-06-01").code == 0
    with duckdb.connect(str(shop.folder / "flagbook.duckdb")) as con:
        con.execute(
            "CREATE OR REPLACE VIEW ranked_flags AS SELECT f.*, coalesce(t.severity, 1000) AS severity, coalesce(t.holds, false) AS holds, t.colour "
            "FROM flags f LEFT JOIN flag_types t ON lower(t.name) = lower(f.flag_type)"
        )
        con.execute("DROP MACRO type_key; DROP TABLE type_keys; UPDATE book SET value = '6' WHERE key = 'format'")
        con.execute("UPDATE bookings SET alert_message = 'of the desk', book_alert = NULL WHERE booking_id = 'B1'")
    write_type(shop, "GROSSE")
    done = shop.run("report", "held-bookings", "--as-of", "2026-06-01", "--format", "parquet", "--json")
    assert (done.code, done.json()["reports"]) == (0, {"held-bookings": 1})
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        assert con.execute("SELECT DISTINCT type_key(name) FROM type_keys WHERE name ILIKE 'gro%'").fetchall() == [("grosse",)]
        assert con.execute("SELECT book_alert FROM bookings WHERE booking_id = 'B1'").fetchall() == [(None,)]


def test_a_file_that_cannot_be_written_is_worth_another_try(shop: Shop) -> None:
    shop.file("taken", "a file")
    done = shop.run("report", "--out", "taken")
    assert (done.code, "taken" in done.err) == (5, True)
