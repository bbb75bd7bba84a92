"""The book of the benchmark: built by the program itself, kept as it was, restored before each run; and what the job wrote to it."""

import hashlib
import os
import shutil
from datetime import UTC
from pathlib import Path

import duckdb
import polars as pl

from tests.bench.inputs import AS_OF, SEED_AS_OF, Inputs
from tests.bench.measuring import FLAGBOOK, ROOT, measure

PRISTINE, BOOK, APPLIED = "pristine.duckdb", "book.duckdb", "applied.duckdb"
BY = ("--by", "Front office")
AS_OF_TEXT = AS_OF.replace(tzinfo=UTC).isoformat()
LAST = "batch_id = (SELECT max(batch_id) FROM batches)"
KEYED = f"history WHERE {LAST} AND entity"
ITEMS = f"(SELECT customer_id, item AS flag_type FROM {KEYED} = 'flags') USING (customer_id, flag_type)"
EFFECTS = {
    "batches": f"SELECT * FROM batches WHERE {LAST}",
    "batch_files": f"SELECT * FROM batch_files WHERE {LAST}",
    "batch_rows": f"SELECT * FROM batch_rows WHERE {LAST} ORDER BY rowid",
    "history": f"SELECT * FROM history WHERE {LAST} ORDER BY event_id",
    "flags_gone": f"SELECT rowid AS row_id FROM before.flags SEMI JOIN {ITEMS}",
    "flags": f"SELECT * FROM flags SEMI JOIN {ITEMS}",
    "customers": f"SELECT rowid AS row_id, alert_message FROM customers SEMI JOIN (SELECT customer_id FROM {KEYED} = 'customers') USING (customer_id)",
    "bookings": f"SELECT rowid AS row_id, alert_message FROM bookings SEMI JOIN (SELECT item AS booking_id FROM {KEYED} = 'bookings') USING (booking_id)",
    "touched": f"SELECT customer_id FROM {KEYED} = 'customers'",
}
COMPARED = ("batches", "batch_files", "batch_rows", "history", "flags", "customers", "bookings")


def flagbook(store: Path, *words: str | Path) -> list[str | Path]:
    return [*FLAGBOOK, "--store", store, *words]


def apply_command(inputs: Inputs, upload: str, store: str = BOOK, as_of: str = AS_OF_TEXT) -> list[str | Path]:
    return flagbook(inputs.file(store), "apply", inputs.file(upload), "--as-of", as_of, "--out", inputs.file("out"), "--json", "--allow-mass-change", *BY)


def build(inputs: Inputs) -> None:
    """Make the pristine book, and the small one for the start-up, unless they are there and the program is still the one that made them."""
    made, program = inputs.file("pristine.made"), fingerprint()
    if made.exists() and made.read_text(encoding="utf-8") == program:
        return
    made.unlink(missing_ok=True)
    remove(inputs.file(BOOK))
    exports = ("--customers", inputs.file("customers.csv"), "--bookings", inputs.file("bookings.csv"))
    measure(flagbook(inputs.file(BOOK), "load", *exports, "--as-of", SEED_AS_OF.isoformat(), *BY, "--out", inputs.file("out")), inputs.folder)
    measure(apply_command(inputs, "seeds.csv", as_of=SEED_AS_OF.isoformat()), inputs.folder)
    small = inputs.file("small.duckdb")
    remove(small)
    measure(flagbook(small, "load", "--customers", inputs.file("one_customer.csv"), *BY), inputs.folder)
    copy(inputs.file(BOOK), inputs.file(PRISTINE))
    for stale in ("pristine.parquet", "pristine.csv"):
        (inputs.file("colleague") / stale).unlink(missing_ok=True)
    made.write_text(program, encoding="utf-8")


def fingerprint() -> str:
    """Return a digest of the program's own files: a book that another version wrote may be laid out differently."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in ("pipeline", "schemas") for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".sql", ".toml"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def remove(store: Path) -> None:
    for path in (store, store.with_name(store.name + ".wal")):
        path.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """Copy a store that nobody has open, down to the disk, so that no later run waits for these writes."""
    if source.with_name(source.name + ".wal").exists():
        raise SystemExit(f"{source.name} was not closed in order: a .wal file lies beside it.")
    remove(target)
    beside = target.with_name(target.name + ".part")
    shutil.copyfile(source, beside)
    descriptor = os.open(beside, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    beside.replace(target)


def restore(inputs: Inputs, source: str = PRISTINE) -> None:
    copy(inputs.file(source), inputs.file(BOOK))


def keep_effects(inputs: Inputs) -> dict[str, int]:
    """Apply the upload once, and keep the rows that this wrote, for the floor to write again; return how many of each."""
    restore(inputs)
    measure(apply_command(inputs, "upload.csv"), inputs.folder)
    copy(inputs.file(BOOK), inputs.file(APPLIED))
    folder = inputs.file("effects")
    folder.mkdir(exist_ok=True)
    counts = {}
    with duckdb.connect(str(inputs.file(APPLIED)), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH '{inputs.file(PRISTINE)}' AS before (READ_ONLY)")
        for name, query in EFFECTS.items():
            frame = pl.DataFrame(con.sql(query))
            frame.write_parquet(folder / f"{name}.parquet")
            counts[name] = len(frame)
    pl.read_csv(inputs.file("out") / "upload.results.csv", infer_schema=False).write_parquet(folder / "results.parquet")
    return counts


def require_same(inputs: Inputs) -> None:
    """End the benchmark where the floor did not leave the same rows as the job."""
    with duckdb.connect(str(inputs.file(BOOK)), read_only=True) as con:
        con.execute(f"ATTACH '{inputs.file(APPLIED)}' AS applied (READ_ONLY)")
        for table in COMPARED:
            sums = [con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {where}{table} t").fetchone() for where in ("", "applied.")]
            if sums[0] != sums[1]:
                raise SystemExit(f"The floor left other rows in {table} than the job did.")


def export_for_colleague(inputs: Inputs, folder: Path) -> None:
    """Write what the pristine book holds as the files that the colleague's script works on."""
    bookings, flags = folder / "pristine.parquet", folder / "pristine.csv"
    if bookings.exists() and flags.exists():
        return
    columns = "booking_id, customer_id, starts_at AT TIME ZONE 'UTC' AS starts_at, status, service, price::DOUBLE AS price, alert_message"
    with duckdb.connect(str(inputs.file(PRISTINE)), read_only=True) as con:
        con.execute(f"COPY (SELECT {columns} FROM bookings) TO '{bookings}' (FORMAT parquet)")
        con.execute(f"COPY (SELECT customer_id, flag_type, comment FROM flags) TO '{flags}' (FORMAT csv, HEADER)")
