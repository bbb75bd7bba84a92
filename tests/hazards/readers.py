"""Both readers of CSV, the whole one of `apply` and the streaming one of `load`, and what they make of the same bytes."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.exports import open_exports
from pipeline.intake.maps import default_map
from pipeline.intake.uploads import UploadRequest, read_upload
from pipeline.settings import Settings
from schemas.columns import CUSTOMERS
from schemas.entities import FLAGS

SETTINGS = Settings()


@dataclass(frozen=True)
class Read:
    """What a reader made of a file: its refusal, or each row's id, comment and codes by its number."""

    refusal: str | None
    rows: dict[int, tuple[str | None, str | None, tuple[str, ...]]]

    def codes(self) -> dict[int, tuple[str, ...]]:
        """Return the codes of the rows that have any."""
        return {row: codes for row, (_, _, codes) in self.rows.items() if codes}

    def good(self) -> dict[int, tuple[str | None, str | None]]:
        """Return the id and the comment of the rows that hold."""
        return {row: (who, comment) for row, (who, comment, codes) in self.rows.items() if not codes}


def read_whole(data: bytes, encoding: str | None = None) -> Read:
    """Read a file as `apply` does: columns action, customer_id, flag_type, comment."""
    return _tried(data, lambda path: _upload(path, encoding))


def read_stream(data: bytes) -> Read:
    """Read a file as `load` does; first_name stands for the comment."""
    return _tried(data, _export)


READERS: dict[str, Callable[[bytes], Read]] = {"apply": read_whole, "load": read_stream}


def _tried(data: bytes, read: Callable[[Path], Read]) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.csv")
        path.write_bytes(data)
        try:
            return read(path)
        except Refused as error:
            return Read(str(error).replace(str(path), "file"), {})


def _upload(path: Path, encoding: str | None) -> Read:
    part = read_upload(UploadRequest((path,), "me", encoding=encoding), SETTINGS).parts[0].instructions
    faults = [(code, code.replace("-", "_")) for code in FLAGS.row_faults() if code != "already-expired"]
    codes = [tuple(code for code, column in faults if row[column]) for row in part.iter_rows(named=True)]
    return Read(None, {row["source_row"]: (row["id_key"], row["comment"], found) for row, found in zip(part.iter_rows(named=True), codes, strict=True)})


def _export(path: Path) -> Read:
    rows: dict[int, tuple[str | None, str | None, tuple[str, ...]]] = {}
    (export,) = open_exports(path, CUSTOMERS, default_map(SETTINGS), SETTINGS)
    for sheet in export.sheets():
        checked = export.cast(sheet)
        rows |= {row: (who, said, ()) for row, who, said in checked.valid.select("source_row", "customer_id", "first_name").rows()}
        found = checked.findings.filter(pl.col("code") != "unknown-status").group_by("source_row", maintain_order=True).agg("code")
        rows |= {row: (None, None, tuple(codes)) for row, codes in found.rows()}
        assert len(checked.valid) + len(found) == len(sheet.rows)
    return Read(None, rows)
