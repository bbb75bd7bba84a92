"""The load as a capable person writes it with pandas, to be measured against: `with_pandas.py CUSTOMERS.csv BOOKINGS.csv KEPT.parquet REJECTED.csv`.

Reads both exports whole, checks ids, times, prices, statuses and customers, takes out ids that stand twice with different content, and
merges what is left into the Parquet file that it keeps. No history, no undo, no preview, no transaction, one key (customer_id), and no
word of the source remembered. Needs pandas and pyarrow, in an environment of its own. Prints the counts as JSON.
"""

import json
import sys
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]  # in the environment that it is measured in, not in the project's

STATUSES = ["booked", "completed", "cancelled", "no-show"]
COLUMNS = ["booking_id", "customer_id", "starts_at", "ends_at", "status", "service", "price", "alert_message"]


def read(path: Path) -> pd.DataFrame:
    """Return a CSV as text, blanks as missing; pyarrow's reader is pandas' fastest."""
    return pd.read_csv(path, engine="pyarrow", dtype_backend="pyarrow", dtype="string[pyarrow]")


def typed(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the bookings with times, prices and statuses as what they are; what can't be read is missing."""
    frame = raw.reindex(columns=COLUMNS)
    for name in ("starts_at", "ends_at"):
        frame[name] = pd.to_datetime(frame[name], format="ISO8601", errors="coerce", utc=True)
    frame["price"] = pd.to_numeric(frame["price"], errors="coerce").astype("float64")
    status = frame["status"].str.strip().str.lower()
    frame["status"] = status.where(status.isin(STATUSES), "booked")
    return frame


def find_faults(raw: pd.DataFrame, frame: pd.DataFrame, customers: pd.DataFrame) -> pd.Series:
    """Return what is wrong with each row, missing where nothing is."""
    faults = pd.Series(pd.NA, index=frame.index, dtype="string[pyarrow]")
    faults[~frame["customer_id"].isin(customers["customer_id"])] = "unknown-customer"
    faults[raw["price"].notna() & frame["price"].isna()] = "bad-number"
    faults[frame["ends_at"] < frame["starts_at"]] = "end-before-start"
    if "ends_at" in raw:
        faults[raw["ends_at"].notna() & frame["ends_at"].isna()] = "bad-date"
    faults[frame["starts_at"].isna()] = "missing-start"
    faults[frame["booking_id"].isna()] = "missing-id"
    again = frame[frame["booking_id"].duplicated(keep=False) & frame["booking_id"].notna()]
    said = again.drop_duplicates()["booking_id"]
    faults[frame["booking_id"].isin(said[said.duplicated()])] = "duplicate-id"
    return faults


def differing(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Return which of two rows beside each other differ, two missing values being the same."""
    found = pd.Series(data=False, index=new.index)
    for name in COLUMNS[1:]:
        before, after = old[name], new[name]
        found |= (before != after).fillna(value=True).astype(bool) & ~(before.isna() & after.isna())
    return found


def merge(kept: Path, frame: pd.DataFrame) -> dict[str, int]:
    """Bring checked bookings into the file; leave it alone where nothing differs."""
    if not kept.exists():
        frame.to_parquet(kept, index=False)
        return {"new": len(frame), "changed": 0, "unchanged": 0}
    stored = pd.read_parquet(kept, dtype_backend="pyarrow")
    stored["price"] = stored["price"].astype("float64")
    places = pd.Index(stored["booking_id"]).get_indexer(pd.Index(frame["booking_id"]))
    known = frame[places >= 0].reset_index(drop=True)
    before = stored.take(places[places >= 0]).reset_index(drop=True)
    changed = known[differing(before, known)]
    new = frame[places < 0]
    if len(changed) or len(new):
        left = stored[~stored["booking_id"].isin(changed["booking_id"])]
        pd.concat([left, changed, new], ignore_index=True).to_parquet(kept, index=False)
    return {"new": len(new), "changed": len(changed), "unchanged": len(known) - len(changed)}


def main() -> None:
    customers, bookings, kept, rejected = map(Path, sys.argv[1:5])
    raw = read(bookings)
    frame = typed(raw)
    faults = find_faults(raw, frame, read(customers))
    came_back = raw.assign(fault=faults)[faults.notna()]
    if len(came_back):
        came_back.to_csv(rejected, index=False)
    del raw
    counts = merge(kept, frame[faults.isna()].drop_duplicates("booking_id"))
    print(json.dumps({**counts, "rejected": len(came_back)}))


if __name__ == "__main__":
    main()
