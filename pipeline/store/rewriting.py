"""Writing the store anew, so that no byte is left of what was taken out of it: DuckDB leaves deleted rows and former values in its file."""

import errno
import os
import shutil
from pathlib import Path
from typing import Final

import duckdb

from pipeline.errors import TryAgain
from pipeline.lasting import flush
from pipeline.store.connecting import connect
from pipeline.store.place import rewriting_folder

MARK: Final = "to_rewrite"  # the entry of `book` that says that it is still to be done


def write_anew(path: Path) -> None:
    """Do so under the caller's lock; raise `TryAgain` where it can't be done now, or an error of DuckDB's."""
    try:
        if shutil.disk_usage(path.parent).free < path.stat().st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        _rewrite(path)
    except OSError as error:
        why = error.strerror or str(error)
        fix = "Free some space or mend the permissions of its folder."
        raise TryAgain(f"{path}: the store can't be written anew, as an erasure needs it ({why}).", fix) from None


def _rewrite(path: Path) -> None:
    """Copy the store into a new file beside it, compare the two, and put the new one in its place; until then the store is what it was, mark and all."""
    store = path.resolve()
    folder = rewriting_folder(store)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        _copy(store, folder / "store")
        if Path(f"{store}.wal").exists():
            raise OSError("the .wal file of the store is still there")
        _put(folder / "store", store)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(f"{store}.tmp", ignore_errors=True)  # what a killed run spilled


def _copy(store: Path, fresh: Path) -> None:
    con = connect(store, writing=True, beside=fresh)
    try:
        (own,) = con.execute("SELECT current_database()").fetchall()[0]
        con.execute(f"COPY FROM DATABASE {_name(own)} TO beside")
        _compare(con, own)
        con.execute("DELETE FROM beside.book WHERE key = ?", [MARK])
        con.execute("DETACH beside")
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _compare(con: duckdb.DuckDBPyConnection, own: str) -> None:
    """Raise unless every table of the copy, read to its end, holds what the store's does."""
    listed = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL"
    tables = con.execute(listed, [own]).fetchall()
    if con.execute(listed, ["beside"]).fetchall() != tables:
        raise AssertionError("the copy of the store has other tables: the store stays as it is")
    for schema, table in tables:
        sums = "SELECT count(*), sum(hash(t)::HUGEINT) FROM {}.{}.{} t"
        one, other = (con.execute(sums.format(_name(place), _name(schema), _name(table))).fetchall() for place in (own, "beside"))
        if one != other:
            raise AssertionError(f"{table}: the copy of the store is not the same: the store stays as it is")


def _put(fresh: Path, store: Path) -> None:
    shutil.copymode(store, fresh)
    flush(fresh)
    fresh.replace(store)
    flush(store.parent)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
