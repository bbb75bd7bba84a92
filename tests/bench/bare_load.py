"""The least that a load into DuckDB could do: `bare_load.py BOOKINGS.csv STORE`.

One statement, `CREATE TABLE ... AS SELECT * FROM read_csv(...)`, into a new database file: nothing is checked, compared or named. Prints the
rows and the seconds of the statement and of closing as JSON.
"""

import json
import sys
import time

import duckdb


def main() -> None:
    bookings, store = sys.argv[1:3]
    con = duckdb.connect(store)
    started = time.perf_counter()
    made = con.execute("CREATE TABLE bookings AS SELECT * FROM read_csv(?)", [bookings]).fetchone()
    written = time.perf_counter()
    con.close()
    closed = time.perf_counter()
    assert made is not None
    print(json.dumps({"rows": made[0], "stages": {"statement": written - started, "closing": closed - written}}))


if __name__ == "__main__":
    main()
