"""The reports as DuckDB itself would write them: `bare_reports.py STORE OUT AS_OF FORMAT...`, each view copied straight to a file. Nothing is formatted."""

import sys
from pathlib import Path

import duckdb

SOURCES = {
    "customers": "customer_report_at({t})",
    "workstack": "workstack_at({t})",
    "agenda": "agenda_slots_at({t})",
    "check-in": "check_in_on(business_day({t}))",
    "held-bookings": "held_bookings_at({t})",
    "breaches": "breaches",
    "flag-history": "flag_history",
    "changes": "changes",
    "expiring-and-stale": "expiring_and_stale_at({t}, 14, 180)",
    "kept-alerts": "kept_alerts_at({t})",
}


def main() -> None:
    store, out, as_of, *formats = sys.argv[1:]
    moment = f"TIMESTAMPTZ '{as_of}'"
    with duckdb.connect(store, read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, source in SOURCES.items():
            for form in formats:
                con.execute(f"COPY (SELECT * FROM {source.format(t=moment)}) TO '{Path(out) / f'{name}.{form}'}' (FORMAT {form})")


if __name__ == "__main__":
    main()
