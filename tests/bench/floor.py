"""The least that any program would have to do for the job, timed by stage: `floor.py FORM UPLOAD STORE EFFECTS OUT AS_OF`.

FORM is csv or xlsx. Stages: the upload is read as bare text, the store opened, the bookings of the customers in question fetched, the rows
that the job writes written in one transaction (all of them known beforehand, from EFFECTS), the store closed, the results written.
Nothing is checked, matched or decided. Prints the seconds as JSON; a stage of two words is part of another.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import FastExcel

WRITES = {
    "batches": "INSERT INTO batches SELECT * FROM shown",
    "batch_files": "INSERT INTO batch_files SELECT * FROM shown",
    "batch_rows": "INSERT INTO batch_rows SELECT * FROM shown",
    "history": "INSERT INTO history SELECT * FROM shown",
    "flags_gone": "DELETE FROM flags USING shown WHERE flags.rowid = shown.row_id",
    "flags": "INSERT INTO flags SELECT * FROM shown",
    "customers": "UPDATE customers SET alert_message = shown.alert_message FROM shown WHERE customers.rowid = shown.row_id",
    "bookings": "UPDATE bookings SET alert_message = shown.alert_message FROM shown WHERE bookings.rowid = shown.row_id",
}
STAGES: dict[str, float] = {}
CPU: dict[str, float] = {}


class Stream:
    """A frame as nothing but an Arrow stream, which DuckDB reads without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@contextmanager
def stage(name: str) -> Iterator[None]:
    started, cpu = time.perf_counter(), time.process_time()
    yield
    STAGES[name], CPU[name] = time.perf_counter() - started, time.process_time() - cpu


def read(form: str, upload: Path) -> pl.DataFrame:
    if form == "csv":
        return pl.read_csv(upload, infer_schema=False)
    header, *rows = CalamineWorkbook.from_path(str(upload)).get_sheet_by_index(0).to_python()
    return pl.DataFrame(rows, schema=[str(name) for name in header], orient="row")


def write_results(form: str, results: pl.DataFrame, out: Path) -> None:
    if form == "csv":
        results.write_csv(out / "floor.csv")
        return
    book = FastExcel(str(out / "floor.xlsx"))
    book.sheet("Flags", results)
    book.save()


def write(con: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> None:
    con.execute("BEGIN TRANSACTION")
    for name, statement in WRITES.items():
        with stage(f"write {name}"):
            con.register("shown", Stream(frames[name]))
            con.execute(statement)
            con.unregister("shown")
    with stage("write commit"):
        con.execute("COMMIT")


def fetch(con: duckdb.DuckDBPyConnection, customers: pl.DataFrame, as_of: str) -> pl.DataFrame:
    con.register("asked", Stream(customers))
    query = "SELECT rowid, booking_id, customer_id, alert_message FROM bookings SEMI JOIN asked USING (customer_id) WHERE status = 'booked' AND starts_at >= ?"
    found = pl.DataFrame(con.sql(query, params=[as_of]))
    con.unregister("asked")
    return found


def main() -> None:
    form, as_of = sys.argv[1], sys.argv[6]
    upload, store, effects, out = map(Path, sys.argv[2:6])
    frames = {name: pl.read_parquet(effects / f"{name}.parquet") for name in (*WRITES, "results", "touched")}
    with stage("read"):
        read(form, upload)
    with stage("open"):
        con = duckdb.connect(str(store))
        con.execute("SET TimeZone = 'UTC'")
    with stage("fetch"):
        fetch(con, frames["touched"], as_of)
    with stage("write"):
        write(con, frames)
    with stage("close"):
        con.close()
    with stage("results"):
        write_results(form, frames["results"], out)
    print(json.dumps({"stages": STAGES, "cpu": CPU}))


if __name__ == "__main__":
    main()
