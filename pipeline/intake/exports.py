"""Customer and booking exports: files to typed batches, each row checked (rules 7.1 to 7.6; duplicates are found in the book)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.findings import CATALOGUE, NOT_A_TIME, Checked
from pipeline.intake.cells import email_keys, id_keys, map_values, phone_keys, trimmed, word_keys
from pipeline.intake.checking import FINDINGS, check_rows
from pipeline.intake.dates import read_times
from pipeline.intake.decode import refuse_web_page
from pipeline.intake.delimited import SEP_LINE, SEPARATORS, find_dialect, refuse_stray_quotes, stream_rows
from pipeline.intake.files import FileKind, PlainText, open_plain_text, open_source
from pipeline.intake.maps import ColumnMap
from pipeline.intake.sheets import MARK_SCHEMA, RawSheet, Wanted, is_ours
from pipeline.intake.tables import Reading, inexact, read_tables, text_columns, unread
from pipeline.settings import Settings
from schemas.columns import BOOKINGS, CUSTOMERS, Layout
from schemas.models import BOOKINGS as BOOKING_MODEL
from schemas.models import CUSTOMERS as CUSTOMER_MODEL
from schemas.plan import BOOKING_EXPORT, CUSTOMER_EXPORT

BATCH_ROWS = 200_000
COUNTS_AS = {"customers": "active", "bookings": "booked"}
WORDS = {
    "customers": {
        "active": ("active", "current", "enabled", "open"),
        "archived": ("archived", "archive", "inactive", "disabled", "deactivated", "former"),
        "deleted": ("deleted", "removed"),
    },
    "bookings": {
        "booked": ("booked", "confirmed", "scheduled", "reserved", "pending", "upcoming"),
        "completed": ("completed", "complete", "done", "finished", "attended", "checked out", "checked-out", "fulfilled"),
        "cancelled": ("cancelled", "canceled", "cancellation", "void"),
        "no-show": ("no-show", "no show", "noshow", "missed", "did not attend"),
    },
}


@dataclass(frozen=True)
class Export:
    """One export: `sheets` yields its rows as text, piece by piece and as often as asked; `cast` types and checks a piece.

    `present` names the columns that the file has, since an absent column says nothing (rule 4.5).
    """

    path: Path
    sha256: str
    is_text: bool
    wanted: Wanted
    header: tuple[str, ...]
    present: frozenset[str]
    sheets: Callable[[], Iterator[RawSheet]]
    cast: Callable[[RawSheet], Checked]
    remarks: tuple[str, ...]


def open_export(path: Path, layout: Layout, column_map: ColumnMap, settings: Settings) -> Export:
    """Open an export; raise `Refused` where it can't be read or lacks a required column. Rows are read when `sheets` is."""
    wanted = Wanted.of(layout, dict(column_map.headers[layout.name]))
    plain = open_plain_text(path)
    if plain is not None and SEP_LINE.match(plain.head):
        plain = None  # the line that names the separator is taken off a decoded text
    opened = _open_plain(plain, wanted) if plain is not None else _open_whole(path, wanted, settings)
    present = frozenset(name for name in wanted.recognised(opened.header) if name)

    def cast(sheet: RawSheet) -> Checked:
        return CASTS[layout.name](text_columns(sheet, str(path)), column_map, settings)

    return Export(path, opened.sha256, opened.is_text, wanted, opened.header, present, opened.sheets, cast, opened.remarks)


@dataclass(frozen=True)
class _Opened:
    sha256: str
    is_text: bool
    header: tuple[str, ...]
    sheets: Callable[[], Iterator[RawSheet]]
    remarks: tuple[str, ...] = ()


def _open_plain(plain: PlainText, wanted: Wanted) -> _Opened:
    where = str(plain.path)
    refuse_web_page(plain.head, where)
    dialect = find_dialect(plain.head, wanted, where, SEPARATORS)
    if plain.quoted:
        refuse_stray_quotes(plain.path.read_text(encoding="utf-8-sig"), dialect, where)
    no_marks = pl.DataFrame(schema=MARK_SCHEMA)

    def sheets() -> Iterator[RawSheet]:
        for rows in stream_rows(plain.path, dialect, where, BATCH_ROWS):
            yield RawSheet("", dialect.header, dialect.header_row, rows, no_marks, wanted, dialect.separator, ours=is_ours(dialect.header, rows))

    return _Opened(plain.sha256, True, dialect.header, sheets)


def _open_whole(path: Path, wanted: Wanted, settings: Settings) -> _Opened:
    source = open_source(path, settings.files.max_bytes)
    tables = read_tables(source, Reading(wanted))
    if len(tables.sheets) > 1:
        names = ", ".join(sheet.name for sheet in tables.sheets)
        raise Refused(f"{path}: several sheets look like an export: {names}.", "Keep one of them in the file.")
    return _Opened(source.sha256, source.kind is FileKind.TEXT, tables.sheets[0].header, lambda: iter(tables.sheets), tables.remarks)


class _Casting:
    """Collects what casts find, column by column."""

    def __init__(self, text: pl.DataFrame) -> None:
        self.text = text
        self.found: list[pl.DataFrame] = []

    def note(self, where: pl.Series, code: str, column: str) -> None:
        """Add a finding for every row where `where` is true."""
        if where.any():
            message = CATALOGUE[code].message
            said = NOT_A_TIME.format(column) if code == "bad-date" else message.replace("expires_on", column)
            said += f" (column {column})" if code == "cell-error" else ""
            rows = self.text.select("source_row").filter(where)
            self.found.append(rows.select("source_row", pl.lit(code).alias("code"), pl.lit(column).alias("column"), pl.lit(said).alias("message")))

    def findings(self) -> pl.DataFrame:
        """Return all findings, of the schema `FINDINGS`."""
        return pl.concat(self.found) if self.found else pl.DataFrame(schema=FINDINGS)

    def unread(self, layout: Layout) -> None:
        """Note error cells, and ids that are not exact."""
        for column in layout.columns:
            self.note(self.text[unread(column.name)], "cell-error", column.name)
        for name in ("customer_id", "booking_id"):
            if name in layout.names():
                self.note(self.text[inexact(name)], "id-not-exact", name)

    def times(self, name: str, column_map: ColumnMap) -> pl.Series:
        """Return a column as times in UTC."""
        read = read_times(self.text[name], column_map.date_formats, column_map.timezone)
        self.note(read.bad, "bad-date", name)
        self.note(read.ambiguous, "ambiguous-date", name)
        return read.values.alias(name)

    def statuses(self, layout: str, extra: Mapping[str, str]) -> pl.Series:
        """Return the status words in the book's terms, null where blank or unknown."""
        known = {word: status for status, words in WORDS[layout].items() for word in words}
        own = {word_keys(pl.Series([word])).item(): status for word, status in extra.items() if status in WORDS[layout]}
        words = word_keys(self.text["status"])
        statuses = map_values(words, known | own)
        strange = pl.DataFrame({"source_row": self.text["source_row"], "word": words}).filter(words.is_not_null() & statuses.is_null())
        if len(strange):
            said = pl.format('status "{}" is not known and counts as ' + COUNTS_AS[layout] + ": add it to status_words", "word")
            self.found.append(strange.select("source_row", pl.lit("unknown-status").alias("code"), pl.lit("status").alias("column"), said.alias("message")))
        return statuses.alias("status")

    def numbers(self, name: str) -> pl.Series:
        """Return a column as Decimal(18, 4)."""
        text = trimmed(self.text[name])
        values = text.str.to_decimal(scale=4).cast(pl.Decimal(18, 4), strict=False) if text.is_not_null().any() else text.cast(pl.Decimal(18, 4))
        exact = text.str.contains(r"^[+-]?\d{1,14}(\.\d{1,4}0*)?$")
        self.note(text.is_not_null() & ~exact.fill_null(value=False), "bad-number", name)
        return values.alias(name)


def cast_customers(text: pl.DataFrame, column_map: ColumnMap, settings: Settings) -> Checked:
    """Cast and check a batch of customers; see `CUSTOMER_EXPORT`."""
    casting = _Casting(text)
    casting.unread(CUSTOMERS)
    plain = [trimmed(text[name]).alias(name) for name in ("first_name", "last_name", "company", "email", "phone", "alert_message")]
    frame = text.select("source_row").with_columns(
        id_keys(text["customer_id"]).alias("customer_id"),
        *plain,
        casting.statuses("customers", column_map.status_words),
        email_keys(text["email"]).alias("email_key"),
        phone_keys(text["phone"], settings.business.phone_region).alias("phone_key"),
    )
    return check_rows(frame.select(*CUSTOMER_EXPORT), CUSTOMER_MODEL, casting.findings())


def cast_bookings(text: pl.DataFrame, column_map: ColumnMap, settings: Settings) -> Checked:
    """Cast and check a batch of bookings; see `BOOKING_EXPORT`."""
    casting = _Casting(text)
    casting.unread(BOOKINGS)
    phone = trimmed(text["phone"])
    frame = text.select("source_row").with_columns(
        id_keys(text["booking_id"]).alias("booking_id"),
        id_keys(text["customer_id"]).alias("id_key"),
        email_keys(text["email"]).alias("email_key"),
        phone_keys(phone, settings.business.phone_region).fill_null("?" + phone).alias("phone_key"),
        *(casting.times(name, column_map) for name in ("starts_at", "ends_at", "created_at")),
        casting.statuses("bookings", column_map.status_words).fill_null("booked"),
        *(trimmed(text[name]).alias(name) for name in ("service", "staff", "alert_message")),
        casting.numbers("price"),
    )
    unread_keys = text.select(pl.any_horizontal(unread("customer_id"), inexact("customer_id"), unread("email"), unread("phone"))).to_series()
    nobody = frame.select(pl.all_horizontal(pl.col("id_key", "email_key", "phone_key").is_null())).to_series()
    casting.note(nobody & ~unread_keys, "missing-customer", "customer_id")
    frame = frame.with_columns(lasts=(pl.col("ends_at") - pl.col("starts_at")).dt.total_microseconds())
    checked = check_rows(frame, BOOKING_MODEL, casting.findings())
    return replace(checked, valid=checked.valid.select(*BOOKING_EXPORT))


CASTS: dict[str, Callable[[pl.DataFrame, ColumnMap, Settings], Checked]] = {"customers": cast_customers, "bookings": cast_bookings}
