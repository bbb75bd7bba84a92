"""Text of exports to typed rows, column by column, with a finding for every cell that can't be what it should be (rules 2.2, 7.4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from pipeline.findings import CATALOGUE, NOT_A_TIME, Checked
from pipeline.intake.cells import email_keys, id_keys, trimmed, visible
from pipeline.intake.checking import FINDINGS, check_rows
from pipeline.intake.dates import read_times
from pipeline.intake.maps import ColumnMap
from pipeline.intake.sheets import CELL_ERROR, ERROR_TEXTS, INEXACT, NOT_EXACT, RawSheet, cell
from pipeline.intake.statuses import COUNTS_AS, status_table
from schemas.columns import BOOKINGS, CUSTOMERS, Layout, header_key
from schemas.models import BOOKINGS as BOOKING_MODEL
from schemas.models import CUSTOMERS as CUSTOMER_MODEL
from schemas.plan import BOOKING_EXPORT, CUSTOMER_EXPORT, UTC_TIME, Dtype

EXACT = r"^[+-]?\d{1,14}(\.\d{1,4}0*)?$"  # a number that Decimal(18, 4) holds as it is
Positions = Mapping[str, int]


class _Casting:
    """Collects what casts of one piece find."""

    def __init__(self, layout: Layout, sheet: RawSheet, positions: Positions) -> None:
        self.sheet = sheet
        self.positions = positions
        self.rows = sheet.rows["source_row"]
        self.found: list[pl.DataFrame] = []
        self.unread = {name: bad for name in layout.names() if (bad := self._unread(name)) is not None}
        for name, bad in self.unread.items():
            self.note(bad, "cell-error", name)

    def _unread(self, name: str) -> pl.Series | None:
        """Tell where a cell could not be read; None where all could, as in most texts."""
        bad = self._marked(name, CELL_ERROR)
        if self.sheet.ours and name in self.positions:
            said = self.sheet.rows[cell(self.positions[name])].is_in(list(ERROR_TEXTS)).fill_null(value=False)
            bad = said if bad is None else bad | said
        return bad if bad is not None and bad.any() else None

    def _marked(self, name: str, mark: str) -> pl.Series | None:
        marks = self.sheet.marks
        if not len(marks) or name not in self.positions:
            return None
        rows = marks.filter((pl.col("position") == self.positions[name]) & (pl.col("mark") == mark))["source_row"]
        return self.rows.is_in(rows.implode()) if len(rows) else None

    def text(self, name: str) -> pl.Series:
        """Return a column as it came, null where it is absent or could not be read."""
        if name not in self.positions:
            return pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(self.rows))
        values = self.sheet.rows[cell(self.positions[name])].alias(name)
        return values.set(self.unread[name], None) if name in self.unread else values

    def ids(self, name: str) -> pl.Series:
        """Return ids in normal form."""
        inexact = self.inexact(name)
        if inexact is not None:
            self.note(inexact, "id-not-exact", name)
        return id_keys(self.text(name))

    def inexact(self, name: str) -> pl.Series | None:
        """Tell where an id is not exact, or came back as one that is not; None where all are."""
        marked = self._marked(name, NOT_EXACT)
        if self.sheet.ours and name in self.positions:
            said = self.text(name).str.ends_with(INEXACT).fill_null(value=False)
            marked = said if marked is None else marked | said
        return marked if marked is not None and marked.any() else None

    def emails(self) -> pl.Series:
        """Return e-mail addresses in normal form."""
        return email_keys(self.text("email")) if "email" in self.positions else self.text("email")

    def phones(self) -> pl.Series:
        """Return phone numbers as they stand, null where nothing can be seen."""
        return visible(self.text("phone")) if "phone" in self.positions else self.text("phone")

    def note(self, where: pl.Series, code: str, column: str) -> None:
        """Add a finding for every row where `where` is true."""
        if where.any():
            message = CATALOGUE[code].message
            said = NOT_A_TIME.format(column) if code == "bad-date" else message.replace("expires_on", column)
            said += f" (column {column})" if code == "cell-error" else ""
            self._add(self.rows.filter(where), code, column, pl.lit(said))

    def _add(self, rows: pl.Series, code: str, column: str, message: pl.Expr) -> None:
        self.found.append(rows.to_frame().select("source_row", pl.lit(code).alias("code"), pl.lit(column).alias("column"), message.alias("message")))

    def findings(self) -> pl.DataFrame:
        """Return all findings, of the schema `FINDINGS`."""
        return pl.concat(self.found) if self.found else pl.DataFrame(schema=FINDINGS)

    @property
    def nothing(self) -> pl.Series:
        """Return false for every row."""
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(self.rows))

    def absent(self, name: str, kind: Dtype) -> pl.Series | None:
        """Return nulls for a column that the file does not have; None where it has it."""
        if name in self.positions:
            return None
        return pl.Series(name, [None], dtype=kind).new_from_index(0, len(self.rows))

    def times(self, name: str, column_map: ColumnMap) -> pl.Series:
        """Return a column as times in UTC."""
        if (nothing := self.absent(name, UTC_TIME)) is not None:
            return nothing
        read = read_times(self.text(name), column_map.date_formats, column_map.timezone)
        self.note(read.bad, "bad-date", name)
        self.note(read.ambiguous, "ambiguous-date", name)
        return read.values.alias(name)

    def statuses(self, layout: str, extra: Mapping[str, str], kind: Dtype) -> pl.Series:
        """Return the status words in the book's terms, null where blank or unknown."""
        if (nothing := self.absent("status", kind)) is not None:
            return nothing
        text = self.text("status")
        exact = text.cast(kind, strict=False)
        if exact.null_count() == text.null_count():
            return exact.alias("status")
        words = visible(text)
        table = status_table(layout, extra)
        distinct = words.drop_nulls().unique()
        known = {word: table.get(header_key(word)) for word in distinct}
        statuses = words.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String) if known else words
        strange = words.filter(words.is_not_null() & statuses.is_null())
        if len(strange):
            said = pl.format('status "{}" is not known and counts as ' + COUNTS_AS[layout] + ": add it to status_words", pl.lit(strange))
            self._add(self.rows.filter(words.is_not_null() & statuses.is_null()), "unknown-status", "status", said)
        return statuses.cast(kind).alias("status")

    def numbers(self, name: str) -> pl.Series:
        """Return a column as Decimal(18, 4)."""
        kind = pl.Decimal(18, 4)
        if (nothing := self.absent(name, kind)) is not None:
            return nothing
        text = self.text(name)
        exact = text.str.contains(EXACT)
        if not exact.all():  # nulls do not count
            odd = (~exact).arg_true()
            rest = trimmed(text.gather(odd))
            good = rest.str.contains(EXACT).fill_null(value=False)
            self.note(self.nothing.scatter(odd, rest.is_not_null() & ~good), "bad-number", name)
            text = text.scatter(odd, rest.set(~good, None))
        return text.str.to_decimal(scale=4).cast(kind) if text.null_count() < len(text) else pl.Series(name, [None], dtype=kind).new_from_index(0, len(text))

    def texts(self, *names: str) -> list[pl.Series]:
        """Return columns without blanks around their texts."""
        return [trimmed(self.text(name)) if name in self.positions else self.text(name) for name in names]


def cast_customers(sheet: RawSheet, positions: Positions, column_map: ColumnMap) -> Checked:
    """Cast and check a piece of customers; see `CUSTOMER_EXPORT`."""
    casting = _Casting(CUSTOMERS, sheet, positions)
    frame = pl.DataFrame(
        [
            casting.rows,
            casting.ids("customer_id"),
            *casting.texts("first_name", "last_name", "company", "email", "phone", "alert_message"),
            casting.statuses("customers", column_map.status_words, CUSTOMER_STATUS),
            casting.emails().alias("email_key"),
        ]
    )
    return check_rows(frame.select(*CUSTOMER_EXPORT), CUSTOMER_MODEL, casting.findings())


def cast_bookings(sheet: RawSheet, positions: Positions, column_map: ColumnMap) -> Checked:
    """Cast and check a piece of bookings; see `BOOKING_EXPORT`."""
    casting = _Casting(BOOKINGS, sheet, positions)
    keys = [casting.ids("customer_id").alias("id_key"), casting.emails().alias("email_key"), casting.phones()]
    nobody = keys[0].is_null() & keys[1].is_null() & keys[2].is_null()
    if nobody.any():
        casting.note(nobody & ~_some_key_unread(casting), "missing-customer", "customer_id")
    starts, ends, created = (casting.times(name, column_map) for name in ("starts_at", "ends_at", "created_at"))
    frame = pl.DataFrame(
        [
            casting.rows,
            casting.ids("booking_id"),
            *keys,
            *(starts, ends, created),
            casting.statuses("bookings", column_map.status_words, BOOKING_STATUS).fill_null("booked"),
            *casting.texts("service", "staff", "alert_message", "first_name", "last_name", "company", "email"),
            casting.numbers("price"),
            (ends - starts).dt.total_microseconds().alias("lasts"),
        ]
    )
    checked = check_rows(frame, BOOKING_MODEL, casting.findings())
    return replace(checked, valid=checked.valid.select(*BOOKING_EXPORT))


def _some_key_unread(casting: _Casting) -> pl.Series:
    """Tell where a row may name its customer in a cell that can't be read, which is another fault."""
    bad = casting.nothing
    for name in ("customer_id", "email", "phone"):
        bad = bad | casting.unread.get(name, casting.nothing)
    inexact = casting.inexact("customer_id")
    return bad if inexact is None else bad | inexact


CUSTOMER_STATUS, BOOKING_STATUS = CUSTOMER_EXPORT["status"], BOOKING_EXPORT["status"]
CASTS: dict[str, Callable[[RawSheet, Positions, ColumnMap], Checked]] = {"customers": cast_customers, "bookings": cast_bookings}
