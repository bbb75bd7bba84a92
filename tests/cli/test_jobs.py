"""Each command through the real program: what it prints, what it writes, and its exit code."""

import csv
import json
import sys
from datetime import UTC, datetime

import duckdb
import openpyxl
import polars as pl
import pytest

from jobs import cli, options
from tests.cli.conftest import Shop

UPLOAD = "action,customer_id,flag_type,comment,own\nadd,C1,Alert,Owes money,1\nadd,C9,Alert,x,2\nremove,C2,ALL,,3\nignore,C2,,,4\n"


def apply(shop: Shop, *words: str) -> dict[str, object]:
    """Apply the upload above and return its JSON answer."""
    shop.file("upload.csv", UPLOAD)
    answer: dict[str, object] = shop.run("apply", "upload.csv", "--as-of", "2026-06-01", "--by", "Desk", "--json", *words).json()
    return answer


def table(shop: Shop, name: str) -> list[list[str]]:
    """Return a CSV file's rows."""
    return list(csv.reader((shop.folder / name).read_text().splitlines()))


def test_apply_answers_in_its_fixed_form(shop: Shop) -> None:
    answer = apply(shop)
    assert answer["batch"] == 2
    assert answer["status"] == "applied"
    assert answer["rows"] == {"read": 4, "applied": 1, "unchanged": 1, "rejected": 1, "ignored": 1, "unprocessed": 0}
    assert (answer["customers_changed"], answer["bookings"]) == (1, {"updated": 1, "cleared": 0, "kept": 0})
    assert answer["files"] == [{"name": "upload.csv", "results": "upload.results.csv", "rejected": "upload.rejected.csv"}]


def test_results_keep_the_uploads_columns_and_rows_and_say_what_became_of_each(shop: Shop) -> None:
    apply(shop)
    rows = table(shop, "upload.results.csv")
    assert rows[0] == ["action", "customer_id", "flag_type", "comment", "own", "outcome", "code", "message", "matched_customer_id", "bookings_updated"]
    assert [row[4:7] for row in rows[1:]] == [["1", "applied", ""], ["2", "rejected", "unknown-customer"], ["3", "unchanged", ""], ["4", "ignored", ""]]
    assert [row[8:] for row in rows[1:]] == [["C1", "1"], ["", "0"], ["C2", "0"], ["", "0"]]


def test_the_rejected_file_uploads_again_once_it_is_fixed(shop: Shop) -> None:
    apply(shop)
    path = shop.folder / "upload.rejected.csv"
    path.write_text(path.read_text().replace("C9", "C2"))
    again = shop.run("apply", path, "--as-of", "2026-06-01", "--json")
    assert (again.code, again.json()["rows"]["applied"]) == (0, 1), again.err
    assert table(shop, "upload.rejected.results.csv")[0].count("message") == 1


def test_a_rejected_file_of_an_earlier_run_is_kept_and_named(shop: Shop) -> None:
    apply(shop)
    shop.file("upload.csv", UPLOAD.replace("C9", "C2"))
    ran = shop.run("apply", "upload.csv", "--as-of", "2026-06-01")
    assert (ran.code, "upload.rejected.csv is of an earlier run" in ran.out) == (0, True)
    assert (shop.folder / "upload.rejected.csv").exists()


def test_corrections_in_a_rejected_file_outlive_a_repeated_upload(shop: Shop) -> None:
    apply(shop)
    shop.file("upload.rejected.csv", "corrected")
    assert apply(shop)["status"] == "already-applied"
    assert (shop.folder / "upload.rejected.csv").read_text() == "corrected"


def test_an_input_is_never_overwritten_by_results(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    other = shop.file("upload.results.csv", UPLOAD.replace("C1", "C2"))
    ran = shop.run("apply", "upload.csv", "upload.results.csv")
    assert (ran.code, "an input too" in ran.err) == (3, True), ran.err
    assert other.read_text() == UPLOAD.replace("C1", "C2")


def test_an_export_without_rows_loads_nothing(shop: Shop) -> None:
    shop.file("none.csv", "customer_id,first_name")
    ran = shop.run("load", "--customers", "none.csv", "--bookings", "bookings.csv", "--json")
    assert (ran.code, ran.json()["customers"]["read"], ran.json()["bookings"]["unchanged"]) == (0, 0, 2), ran.err


def test_the_same_upload_twice_does_nothing_the_second_time(shop: Shop) -> None:
    first = apply(shop)
    (shop.folder / "upload.results.csv").unlink()
    shop.file("upload.csv", UPLOAD.replace("\n", "\r\n"))
    ran = shop.run("apply", "upload.csv", "--as-of", "2026-06-01", "--json")
    second = ran.json()
    assert (ran.code, second["status"], second["batch"]) == (0, "already-applied", 2)
    assert (second["rows"], second["bookings"], second["files"]) == (first["rows"], first["bookings"], first["files"])
    assert (shop.folder / "upload.results.csv").read_text().splitlines()[1] == "add,C1,Alert,Owes money,1,applied,,flag added,C1,1"
    assert len(shop.run("batches", "--json").json()["batches"]) == 2


def test_again_applies_it_anew(shop: Shop) -> None:
    apply(shop)
    assert apply(shop, "--again")["status"] == "nothing-applied"


def test_a_dry_run_says_what_the_run_does_and_writes_a_preview_only(shop: Shop) -> None:
    dry = apply(shop, "--dry-run")
    assert (dry["batch"], dry["status"]) == (None, "dry-run")
    assert not (shop.folder / "upload.results.csv").exists()
    preview = (shop.folder / "upload.preview.csv").read_text()
    wet = apply(shop)
    assert [dry[name] for name in ("rows", "bookings", "customers_changed")] == [wet[name] for name in ("rows", "bookings", "customers_changed")]
    assert (shop.folder / "upload.results.csv").read_text() == preview


def test_all_or_nothing_changes_nothing_where_a_row_comes_back(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    ran = shop.run("apply", "upload.csv", "--as-of", "2026-06-01", "--all-or-nothing", "--json")
    answer = ran.json()
    assert (ran.code, answer["status"], answer["batch"], answer["customers_changed"]) == (4, "nothing-applied", 2, 0)
    assert answer["rows"] == {"read": 4, "applied": 0, "unchanged": 0, "rejected": 1, "ignored": 0, "unprocessed": 3}
    assert [row[5] for row in table(shop, "upload.results.csv")[1:]] == ["unprocessed", "rejected", "unprocessed", "unprocessed"]
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        assert con.sql("SELECT (SELECT count(*) FROM flags) + (SELECT count(*) FROM history)").fetchall() == [(0,)]
    assert apply(shop)["status"] == "applied"


def test_all_or_nothing_does_all_where_no_row_comes_back(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD.replace("C9", "C2"))
    ran = shop.run("apply", "upload.csv", "--as-of", "2026-06-01", "--all-or-nothing", "--json")
    assert (ran.code, ran.json()["rows"]["applied"]) == (0, 3)


def test_times_without_an_offset_are_in_the_business_time_zone(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "Pacific/Auckland"\n')
    apply(shop)
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        as_of = con.sql("SELECT epoch(as_of) FROM batches WHERE batch_id = 2").fetchall()
    assert as_of == [(1780228800.0,)]  # 2026-05-31 12:00 in UTC


def test_global_options_may_stand_anywhere(shop: Shop) -> None:
    (shop.folder / "flagbook.duckdb").rename(shop.folder / "other.duckdb")
    ran = shop.run("show", "C1", "--store=other.duckdb", "--json")
    assert (ran.code, ran.json()["customer"]["customer_id"]) == (0, "C1"), ran.err
    shop.file("upload.csv", UPLOAD)
    ran = shop.run("apply", "--quiet", "upload.csv", "--store", "other.duckdb", "--as-of", "2026-06-01")
    assert (ran.code, ran.out, ran.err) == (4, "", "")


def test_init_makes_a_folder_and_never_overwrites(bare: Shop) -> None:
    ran = bare.run("init", "new", TZ="Europe/London")
    assert ran.code == 0, ran.err
    assert sorted(path.name for path in (bare.folder / "new").iterdir() if path.suffix != ".lock") == ["flagbook.duckdb", "flagbook.toml", "inbox", "outbox"]
    assert 'timezone = "Europe/London"' in (bare.folder / "new" / "flagbook.toml").read_text()
    assert bare.run("init", "new").code == 3
    assert bare.run("--store", "new/flagbook.duckdb", "--settings", "new/flagbook.toml", "batches").code == 0


def test_show_and_history_find_a_customer_by_any_key(shop: Shop) -> None:
    apply(shop)
    glance = shop.run("show", "ANN@example.com", "--as-of", "2026-06-01", "--json").json()
    assert (glance["customer"]["customer_id"], glance["customer"]["alert_message"]) == ("C1", "Owes money")
    assert [one["booking_id"] for one in glance["bookings"]] == ["B1"]
    events = shop.run("history", "C1", "--json").json()["events"]
    assert [(event["action"], event["comment_after"], event["changed_by"], event["source_row"]) for event in events] == [("flagged", "Owes money", "Desk", 2)]
    assert shop.run("show", "C9").code == 3
    plain = shop.run("show", "C1")
    assert "⚑ Alert" in plain.out
    assert "\x1b" not in plain.out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("apply", "The batch's time, ISO 8601"),
        ("show", "The time from which on bookings are coming ones, ISO 8601"),
        ("report", "The time of the reports, which says what is past and what is to come, ISO 8601"),
        ("nightly", "The night's time, ISO 8601"),
    ],
)
def test_help_says_whose_time_as_of_is(bare: Shop, command: str, said: str) -> None:
    assert said in " ".join(bare.run(command, "--help").out.split())


@pytest.mark.parametrize(("coming", "more"), [(10, None), (12, "  … and 2 more (--json lists all)")])
def test_show_says_how_many_coming_bookings_it_leaves_out(bare: Shop, coming: int, more: str | None) -> None:
    rows = "".join(f"N{number:02},C1,2030-01-{number:02}\n" for number in range(1, coming + 1))
    files = bare.file("c.csv", "customer_id\nC1\n"), bare.file("b.csv", f"booking_id,customer_id,starts_at\n{rows}")
    assert bare.run("load", "--customers", files[0].name, "--bookings", files[1].name).code == 0
    lines = bare.run("show", "C1", "--as-of", "2029-12-31").out.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("  2030-")] == [f"N{number:02}" for number in range(1, 11)]
    assert [line for line in lines if line.startswith("  …")] == ([] if more is None else [more])
    assert len(bare.run("show", "C1", "--as-of", "2029-12-31", "--json").json()["bookings"]) == coming


def test_batch_shows_files_counts_and_findings(shop: Shop) -> None:
    apply(shop)
    one = shop.run("batch", "2", "--json").json()
    assert (one["batch"]["rejected"], one["files"][0]["name"], one["findings"]) == (1, "upload.csv", {"unknown-customer": 1})
    assert shop.run("batch", "77").code == 3


def test_a_table_that_is_named_twice_is_exported_once(shop: Shop) -> None:
    ran = shop.run("export", "flags", "batches", "flags", "--out", "tables", "--json")
    assert (ran.code, [one["table"] for one in ran.json()["files"]]) == (0, ["flags", "batches"]), ran.err


@pytest.mark.parametrize(("tables", "said"), [(["flags"], "1 file written"), (["flags", "tags"], "2 files written")])
def test_export_says_how_many_files_it_wrote(shop: Shop, tables: list[str], said: str) -> None:
    assert shop.run("export", *tables, "--out", "tables").out.splitlines()[0] == said


def test_export_writes_tables_in_every_format(shop: Shop) -> None:
    apply(shop)
    ran = shop.run("export", "flags", "agenda", "--out", "tables", "--format", "csv,xlsx,parquet")
    assert ran.code == 0, ran.err
    assert sorted(path.name for path in (shop.folder / "tables").iterdir()) == [
        f"{name}.{form}" for name in ("agenda", "flags") for form in ("csv", "parquet", "xlsx")
    ]
    assert pl.read_parquet(shop.folder / "tables" / "flags.parquet")["comment"].to_list() == ["Owes money"]
    assert shop.run("export", "nonsense", "--out", "tables").code == 3


def test_export_tells_how_many_texts_a_workbook_has_no_room_for(bare: Shop) -> None:
    bare.file("c.csv", f"customer_id,alert_message\nC1,{chr(0x1F600) * 20_000}\nC2,{chr(0x1F600) * 17_000}\nC3,{'y' * 32_767}\n")
    assert bare.run("load", "--customers", "c.csv").code == 0
    ran = bare.run("export", "flags", "--out", "tables", "--format", "xlsx,csv", "--json")
    (remark,) = ran.json()["remarks"]
    assert (ran.code, remark.startswith("flags.xlsx: 2 texts are longer than a cell of Excel holds"), "--format csv" in remark) == (0, True, True)
    rows = list(openpyxl.load_workbook(bare.folder / "tables" / "flags.xlsx")["flags"].values)
    texts = {row[0]: str(row[rows[0].index("comment")]) for row in rows[1:]}
    assert [len(texts[one].encode("utf-16-le")) // 2 <= 32_767 for one in ("C1", "C2", "C3")] == [True] * 3
    assert ["cut here" in texts[one] for one in ("C1", "C2", "C3")] == [True, True, False]
    assert remark in bare.run("export", "flags", "--out", "tables", "--format", "xlsx").out
    assert pl.read_csv(bare.folder / "tables" / "flags.csv")["comment"].str.len_chars().to_list() == [20_000, 17_000, 32_767]


@pytest.mark.parametrize("name", ["customer_flags", "heads", "commitments", "former_bookings", "former_customers"])
def test_export_writes_what_the_book_has_besides_where_it_is_named(shop: Shop, name: str) -> None:
    apply(shop)
    ran = shop.run("export", name, "--out", "tables", "--format", "csv,xlsx,parquet")
    made = sorted(path.name for path in (shop.folder / "tables").iterdir())
    assert (ran.code, made) == (0, [f"{name}.{form}" for form in ("csv", "parquet", "xlsx")]), ran.err


@pytest.mark.parametrize("name", ["suppressed", "book"])
def test_keys_of_who_was_erased_are_not_exported(shop: Shop, name: str) -> None:
    assert shop.run("export", name, "--out", "tables").code == 3


def test_a_load_in_several_pieces_loses_no_row(bare: Shop) -> None:
    rows = 430_000  # more than two batches of the reader, each larger than DuckDB's row group
    bare.file("customers.csv", "customer_id\n" + "".join(f"K{number}\n" for number in range(rows)))
    bare.file("bookings.csv", "booking_id,customer_id,starts_at\n" + "".join(f"B{number},K{number},2026-07-01\n" for number in range(rows)))
    ran = bare.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-01", "--json")
    assert (ran.code, ran.json()["customers"]["new"], ran.json()["bookings"]["new"]) == (0, rows, rows), ran.err
    with duckdb.connect(str(bare.folder / "flagbook.duckdb"), read_only=True) as con:
        counts = con.sql("SELECT (SELECT count(DISTINCT customer_id) FROM customers), (SELECT count(DISTINCT booking_id) FROM bookings)").fetchall()
    assert counts == [(rows, rows)]


def test_a_second_load_of_the_same_exports_changes_nothing(shop: Shop) -> None:
    apply(shop)
    again = shop.run("load", "--customers", "customers.csv", "--bookings", "bookings.csv", "--as-of", "2026-06-02", "--json").json()
    assert (again["status"], again["rows"]["unchanged"]) == ("nothing-applied", 4)
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        assert con.sql("SELECT alert_message FROM bookings WHERE booking_id = 'B1'").fetchall() == [("Owes money",)]


def test_a_new_booking_of_a_flagged_customer_gets_the_alert(shop: Shop) -> None:
    apply(shop)
    shop.file("bookings.csv", "booking_id,customer_id,starts_at,alert_message\nB3,C1,2026-08-01,\nB4,C1,2026-08-01,own\nB5,C1,2026-01-01,\nB6,C2,2026-08-01,\n")
    report = json.loads(shop.run("load", "--bookings", "bookings.csv", "--as-of", "2026-06-02", "--json").out)
    assert (report["bookings"]["new"], report["alerts"]["updated"]) == (4, 1)
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        told = con.sql("SELECT booking_id, alert_message FROM bookings WHERE booking_id > 'B2' ORDER BY 1").fetchall()
    assert told == [("B3", "Owes money"), ("B4", "own"), ("B5", None), ("B6", None)]


def test_rows_of_one_id_count_once_if_they_are_the_same_and_come_back_if_not(bare: Shop) -> None:
    bare.file("customers.csv", "customer_id,first_name\nC1,Ann\nC1,Ann\nC2,Ben\nC2,Bob\n,Nobody\n")
    ran = bare.run("load", "--customers", "customers.csv", "--json")
    assert (ran.code, ran.json()["customers"]) == (4, {"read": 5, "new": 1, "changed": 0, "unchanged": 1, "rejected": 3})
    rejected = table(bare, "customers.rejected.csv")
    assert [row[:2] for row in rejected] == [["customer_id", "first_name"], ["C2", "Ben"], ["C2", "Bob"], ["", "Nobody"]]


def test_a_dry_load_makes_no_store_and_changes_none(shop: Shop) -> None:
    (shop.folder / "flagbook.duckdb").rename(shop.folder / "kept.duckdb")
    ran = shop.run("load", "--customers", "customers.csv", "--dry-run", "--json")
    assert (ran.code, ran.json()["customers"]["new"]) == (0, 2)
    assert not (shop.folder / "flagbook.duckdb").exists()
    shop.file("more.csv", "customer_id\nC7\n")
    assert shop.run("--store", "kept.duckdb", "load", "--customers", "more.csv", "--dry-run", "--json").json()["customers"]["new"] == 1
    assert len(shop.run("--store", "kept.duckdb", "batches", "--json").json()["batches"]) == 1


def test_undo_puts_back_lists_conflicts_and_can_be_undone(shop: Shop) -> None:
    apply(shop)
    shop.file("later.csv", "action,customer_id,flag_type,comment\nedit,C1,Alert,Paid half\n")
    assert shop.run("apply", "later.csv", "--as-of", "2026-06-02").code == 0
    first = shop.run("undo", "2", "--as-of", "2026-06-03", "--json")
    assert (first.code, first.json()["rows"]["applied"]) == (4, 0)
    assert {(one["entity"], one["item"]) for one in first.json()["conflicts"]} == {("flags", "Alert"), ("bookings", "B1")}
    # Nothing was put back, so it may be tried again.
    assert shop.run("undo", "2", "--as-of", "2026-06-03", "--dry-run", "--json").json()["status"] == "dry-run"
    second = shop.run("undo", "3", "--as-of", "2026-06-03", "--json").json()
    assert (second["status"], second["undoes"], second["bookings"]) == ("applied", 3, {"updated": 1, "cleared": 0, "kept": 0})
    assert shop.run("show", "C1", "--json").json()["customer"]["alert_message"] == "Owes money"
    assert shop.run("undo", "3").out.startswith("Batch 3 was undone before, by batch 5")
    assert shop.run("undo", "5", "--as-of", "2026-06-04").code == 0
    assert shop.run("show", "C1", "--json").json()["customer"]["alert_message"] == "Paid half"


def test_undo_says_what_it_cannot_undo(shop: Shop) -> None:
    assert shop.run("undo", "9").code == 3


def test_an_undone_upload_may_come_again(shop: Shop) -> None:
    first = apply(shop)
    assert shop.run("undo", "2", "--as-of", "2026-06-02", "--dry-run").code == 0
    assert apply(shop)["status"] == "already-applied"
    assert shop.run("undo", "2", "--as-of", "2026-06-02").code == 0
    again = apply(shop)
    assert (again["status"], again["rows"], again["bookings"]) == ("applied", first["rows"], first["bookings"])


@pytest.mark.hazard(59, "an as-of in an hour that a change of clocks skips", "a wrong call, never guessed")
def test_an_as_of_that_a_change_of_clocks_skips_is_a_wrong_call(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "Europe/London"\n')
    shop.file("u.csv", "action,customer_id,flag_type,comment\nadd,C1,At Risk,late\n")
    for skipped in ("2026-03-29T01:00", "2026-03-29T01:59:59"):
        ran = shop.run("apply", "u.csv", "--as-of", skipped)
        assert (ran.code, "does not exist" in ran.err, "Europe/London" in ran.err) == (2, True, True), ran.err
    for text in ("2026-03-29T00:59", "2026-03-29T02:00", "2026-03-29T01:30+00:00"):
        ran = shop.run("apply", "u.csv", "--dry-run", "--as-of", text)
        assert (ran.code, "twice" in ran.err) == (0, False), ran.err


def test_of_an_as_of_that_comes_twice_the_earlier_counts(shop: Shop) -> None:
    shop.file("flagbook.toml", '[business]\ntimezone = "Europe/London"\n')
    shop.file("u.csv", "action,customer_id,flag_type,comment\nadd,C1,At Risk,late\n")
    ran = shop.run("apply", "u.csv", "--as-of", "2026-10-25T01:30")
    assert (ran.code, "comes twice in the time zone Europe/London" in ran.err) == (0, True)
    with duckdb.connect(str(shop.folder / "flagbook.duckdb"), read_only=True) as con:
        assert con.sql("SELECT epoch(max(as_of)) FROM batches").fetchall() == [(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp(),)]
    assert shop.run("apply", "u.csv", "--dry-run", "--as-of", "0001-01-01T00:00+05:00").code == 2  # no time of any calendar in UTC


@pytest.mark.parametrize(
    ("words", "is_told"), [(("apply", "u.csv"), True), (("apply", "u.csv", "--dry-run"), False), (("report", "agenda", "--out", "load"), False)]
)
def test_who_stops_a_run_that_writes_is_told_where_to_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], *, is_told: bool
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(options.Call, "settings", stopped)
    monkeypatch.setattr(sys, "argv", ["flagbook", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert (ended.value.code, "Stopped." in said, "flagbook batches" in said) == (130, True, is_told), said
