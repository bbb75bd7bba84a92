"""Bad calls and bad files: the exit code that the README names, a message that says where, what and what to do, and nothing written."""

import gzip
import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import zstandard

from jobs.cli import COMMANDS
from tests.cli.conftest import Shop

UPLOAD = "action,customer_id,flag_type,comment\nadd,C1,Alert,Owes money\n"


def png() -> bytes:
    """Return a whole picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


BAD_FILES = {
    "an empty file": (b"", "empty"),
    "a picture": (png(), "PNG"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "a zip that is no workbook": (b"PK\x05\x06" + b"\0" * 18, "table"),
    "a workbook cut short": (b"PK\x03\x04" + b"\0" * 60, "damaged"),
    "a login page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "JSON": (b'\xef\xbb\xbf[\n  {"customer_id": "C1", "action": "add"}]', "this is JSON"),
    "JSON, a line each": (b'{ "customer_id": "C1" }\n{ "customer_id": "C2" }\n', "this is JSON"),
    "a header in braces": (b'{"action"},{"customer_id"}\nadd,C1\n', "required column"),
    "no action": (b"customer_id,flag_type,comment\nC1,Alert,x\n", "action"),
    "no column known": (b"a,b\n1,2\n", "required column"),
    "a column twice": (b"action,customer_id,Customer ID,flag_type\nadd,C1,C1,Alert\n", "two columns"),
    "more cells than headers": (b"action,customer_id,flag_type,comment\nadd,C1,Alert,big, bad\n", ": row 2."),
    "an open quote": (b'action,customer_id,flag_type,comment\nadd,C1,Alert,"x\nadd,C2,Alert,y\n', "quotation"),
    "a quotation mark inside a quoted cell": (b'action,customer_id,flag_type,comment\nadd,C1,Alert,"he said "never" twice"\n', "quotation"),
    "rows swallowed by stray quotation marks": (b'action,customer_id,flag_type,comment\nadd,C1,Alert,"x\nadd,C2,Alert,y\nadd,C2,Alert,z"\n', "swallowed"),
    "a compressed file cut short": (gzip.compress(UPLOAD.encode() * 50)[:-20], "cut short"),
    "a Zstandard file cut short": (zstandard.compress(UPLOAD.encode() * 50_000)[:-20], "cut short"),
    "NUL bytes": (b"action,customer_id,flag_type\nadd,C1\0,Alert\n", "NUL"),
}


def fingerprint(shop: Shop) -> dict[str, str]:
    """Return a digest of every file in the folder but the lock."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shop.folder.iterdir() if path.is_file() and path.suffix != ".lock"}


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ("action customer_id flag_type comment", "add C1 Alert x", ("apply", "wide.xlsx")),
        ("first_name last_name customer_id email", "Ann Lee [clear] x@", ("load", "--customers", "wide.xlsx")),
    ],
)
def test_a_workbook_whose_results_no_worksheet_holds_is_refused(shop: Shop, head: str, row: str, words: tuple[str, ...]) -> None:
    with xlsxwriter.Workbook(shop.folder / "wide.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*head.split(), *(f"x{number}" for number in range(16_379))])
        sheet.write_row(1, 0, row.split())
        sheet.write_row(2, 0, ["", "", "", "", "x"])
    before = fingerprint(shop)
    ran = shop.run(*words)
    assert (ran.code, "more than the 16,384 of a worksheet" in ran.err, fingerprint(shop)) == (3, True, before), ran.err


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_and_nothing_is_written(shop: Shop, name: str) -> None:
    content, word = BAD_FILES[name]
    path = shop.file("upload.xlsx", content)
    before = fingerprint(shop)
    ran = shop.run("apply", path)
    assert ran.code == 3, ran.err
    assert str(path) in ran.err
    assert word in ran.err
    assert "Traceback" not in ran.err
    assert fingerprint(shop) == before


def test_a_missing_file_is_refused(shop: Shop) -> None:
    ran = shop.run("apply", "nothing.csv")
    assert (ran.code, "no such file" in ran.err) == (3, True)


def test_a_folder_is_refused(shop: Shop) -> None:
    ran = shop.run("apply", shop.folder)
    assert (ran.code, "folder" in ran.err) == (3, True)


def test_a_pipe_is_refused_and_does_not_hang(shop: Shop) -> None:
    os.mkfifo(shop.folder / "pipe.csv")
    ran = shop.run("apply", "pipe.csv")
    assert (ran.code, "not a plain file" in ran.err) == (3, True)


def test_a_name_with_wildcards_means_that_file_only(shop: Shop) -> None:
    shop.file("a1.csv", UPLOAD)
    ran = shop.run("apply", "a[1].csv")
    assert (ran.code, "no such file" in ran.err) == (3, True)


def test_without_a_store_apply_refuses_and_makes_none(bare: Shop) -> None:
    bare.file("upload.csv", UPLOAD)
    ran = bare.run("apply", "upload.csv")
    assert (ran.code, "no store" in ran.err) == (3, True)
    assert [path.name for path in bare.folder.iterdir()] == ["upload.csv"]


@pytest.mark.parametrize(("content", "word"), [(b"", "empty file"), (b"not a database at all" * 1000, "not a store")], ids=["empty", "rubbish"])
def test_a_file_that_is_no_store_is_refused(bare: Shop, content: bytes, word: str) -> None:
    bare.file("flagbook.duckdb", content)
    bare.file("upload.csv", UPLOAD)
    ran = bare.run("apply", "upload.csv")
    assert (ran.code, word in ran.err) == (3, True), ran.err
    assert (bare.folder / "flagbook.duckdb").read_bytes() == content


def test_another_programs_database_is_refused(bare: Shop) -> None:
    with duckdb.connect(str(bare.folder / "flagbook.duckdb")) as con:
        con.execute("CREATE TABLE customers (a INTEGER)")
    bare.file("upload.csv", UPLOAD)
    ran = bare.run("apply", "upload.csv")
    assert (ran.code, "not a store of Flagbook" in ran.err) == (3, True), ran.err


def test_a_store_whose_main_file_is_gone_is_refused_and_its_log_is_kept(bare: Shop) -> None:
    bare.file("flagbook.duckdb.wal", b"something")
    bare.file("upload.csv", UPLOAD)
    ran = bare.run("load", "--customers", "upload.csv")
    assert ran.code == 3
    assert (bare.folder / "flagbook.duckdb.wal").exists()


def test_a_store_held_by_another_process_means_try_again(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    script = (
        "import sys, time; from pathlib import Path; from pipeline.store.book import open_book\n"
        "with open_book(Path(sys.argv[1]), writing=True): print('held', flush=True); time.sleep(30)"
    )
    command = [sys.executable, "-c", script, str(shop.folder / "flagbook.duckdb")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        runs = shop.run("apply", "upload.csv"), shop.run("apply", "upload.csv", "--dry-run"), shop.run("batches")
        holder.kill()
    assert [ran.code for ran in runs] == [5, 5, 5]
    assert f"process {holder.pid}" in runs[0].err
    assert shop.run("apply", "upload.csv").code == 0


def test_a_folder_that_cannot_be_written_means_try_again(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    shop.file("taken", "a file where the folder should be")
    before = fingerprint(shop)
    ran = shop.run("apply", "upload.csv", "--out", "taken/inside")
    assert (ran.code, "can't be written" in ran.err) == (5, True), ran.err
    assert fingerprint(shop) == before


def test_one_file_under_two_spellings_is_refused(shop: Shop) -> None:
    path = shop.file("up.csv", UPLOAD)
    ran = shop.run("apply", "up.csv", path)
    assert (ran.code, "would both give" in ran.err) == (3, True), ran.err
    assert len(shop.run("batches", "--json").json()["batches"]) == 1


def test_a_store_cut_in_half_is_refused(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    store = shop.folder / "flagbook.duckdb"
    store.write_bytes(store.read_bytes()[: store.stat().st_size // 2])
    ran = shop.run("show", "C1")
    assert (ran.code, "Traceback" in ran.err) == (3, False), ran.err


def test_a_codec_that_is_no_encoding_of_text_is_refused(shop: Shop) -> None:
    shop.file("upload.csv", UPLOAD)
    assert [shop.run("apply", "upload.csv", "--encoding", name).code for name in ("hex", "idna", "bogus")] == [3, 3, 3]


def test_two_inputs_of_one_name_are_refused(shop: Shop) -> None:
    (shop.folder / "sub").mkdir()
    paths = shop.file("up.csv", UPLOAD), shop.file("sub/up.csv", UPLOAD.replace("C1", "C2"))
    ran = shop.run("apply", *paths, "--out", "results")
    assert (ran.code, "would both give" in ran.err) == (3, True), ran.err


@pytest.mark.parametrize("words", [("aply",), ("apply",), ("load",), ("apply", "x.csv", "--as-of", "yesterday"), ("batch", "x"), ("--nonsense",)], ids=" ".join)
def test_a_wrong_call_is_told_so(shop: Shop, words: tuple[str, ...]) -> None:
    ran = shop.run(*words)
    assert ran.code == 2
    assert ran.err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[busines]\n", "nearest known one is business"),
        ("[flags]\ncomment_limit = 0\n", "comment_limit"),
        ("x = \n", "TOML"),
        ('[business]\ntimezone = "Mars"\n', "Mars"),
    ],
    ids=["unknown key", "bad value", "bad TOML", "bad zone"],
)
def test_settings_that_cannot_be_used_are_refused(shop: Shop, text: str, word: str) -> None:
    shop.file("flagbook.toml", text)
    shop.file("upload.csv", UPLOAD)
    ran = shop.run("apply", "upload.csv")
    assert (ran.code, word in ran.err) == (3, True), ran.err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[status_words]\nweg = "cancelld"\n', "nearest known one is cancelled"),
        ('[aliases]\ncomments = ["comment"]\n', "nearest known one is comment"),
        ('[business]\nphone_region = "UK"\n', "UK"),
        ('[business]\ndate_formats = ["DD/MM/YYYY"]\n', "strftime"),
        ('[[staff]]\nname = "Ann"\n[[staff]]\nname = "ann"\n', "twice"),
    ],
    ids=["status", "alias", "region", "date format", "staff"],
)
def test_settings_that_could_not_work_are_refused(shop: Shop, text: str, word: str) -> None:
    shop.file("flagbook.toml", "\ufeff" + text)
    shop.file("upload.csv", UPLOAD)
    ran = shop.run("apply", "upload.csv")
    assert (ran.code, word in ran.err) == (3, True), ran.err


def test_every_command_shows_its_help_with_an_example(bare: Shop) -> None:
    for name in COMMANDS:
        ran = bare.run(name, "--help")
        assert ran.code == 0
        assert f"Example: flagbook {name}" in ran.out
