"""Text of exports to typed rows, column by column, with a finding for every cell that can't be what it should be (rules 2.2, 7.4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipeline.findings import CATALOGUE, NOT_A_TIME, Checked
from pipeline.folding import NOT_FOLDED, needs_no
from pipeline.intake.cells import NOT_AN_ID_YET, NOT_TRIMMED, controls, email_keys, id_keys, too_long, trimmed, visible
from pipeline.intake.checking import FINDINGS, check_rows
from pipeline.intake.dates import read_times
from pipeline.intake.decimals import may_be_thousands, plain_numbers
from pipeline.intake.forms import forms_of
from pipeline.intake.maps import ColumnMap
from pipeline.intake.sheets import CELL_ERROR, ERROR_TEXTS, INEXACT, NOT_EXACT, SHORT_ROW, RawSheet, cell
from pipeline.intake.statuses import COUNTS_AS, status_table
from schemas.columns import BOOKINGS, CUSTOMERS, Layout, header_key
from schemas.models import BOOKINGS as BOOKING_MODEL
from schemas.models import CUSTOMERS as CUSTOMER_MODEL
from schemas.plan import BOOKING_EXPORT, CUSTOMER_EXPORT, UTC_TIME, Dtype

EXACT = r"^[+-]?[0-9]{1,14}(\.[0-9]{1,4}0*)?$"  # a number that Decimal(18, 4) holds as it is
WORD = r"^[\p{L} _/()-]{1,30}$"
# What stands where the id should in a row that ends a file, or underlines its header.
FOOTER = (
    r"(?i)^\s*(?:(?:grand |sub)?totals?(?: (?:rows?|records?|count|customers?|bookings?))?\s*:?\s*[0-9]*|(?:rows?|records?|count)(?: count)?\s*:\s*[0-9]*"
    r"|\(?[0-9]+ (?:rows?|records?)(?: (?:affected|selected|returned|exported))?\.?\)?|end of (?:file|report|data|export)|[-=]{3,}|\x1a)\s*$"
)
AT_ENDS = 5  # rows at either end of a piece that may be such
OF_COLUMN = ("cell-error", "control-character", "cell-too-long")
Positions = Mapping[str, int]


class _Casting:
    """Collects what casts of one piece find."""

    def __init__(self, layout: Layout, sheet: RawSheet, positions: Positions) -> None:
        self.sheet = sheet
        self.positions = positions
        self.rows = sheet.rows["source_row"]
        self.found: list[pl.DataFrame] = []
        self.noted: set[tuple[str, str]] = set()
        self.unread = {name: bad for name in layout.names() if (bad := self._unread(name)) is not None}
        for name, bad in self.unread.items():
            self.note(bad, "cell-error", name)
        if len(sheet.marks) and len(short := sheet.marks.filter(pl.col("mark") == SHORT_ROW)["source_row"]):
            self.note(self.rows.is_in(short.implode()), "short-row", layout.columns[0].name)
        self._note_no_records(layout.columns[0].name)

    def _cleaned(self, name: str, how: tuple[str, Callable[[pl.Series], pl.Series]], *, any_breaks: bool = False) -> pl.Series:
        """Return a column in normal form, having noted cells that hold what none of them should; `how`: what tells that there is work, and who does it."""
        values, (work, clean) = self.text(name), how
        if name not in self.positions or needs_no(work, values):
            return values if name not in self.positions else self._noted(values, name, {"cell-too-long": too_long(values)})
        strange = {"control-character": controls(values, any_breaks=any_breaks), "cell-too-long": too_long(values)}
        return clean(self._noted(values, name, strange))

    def _noted(self, values: pl.Series, name: str, strange: Mapping[str, pl.Series | None]) -> pl.Series:
        """Note once where a column's values are strange, and return them."""
        for code, where in strange.items():
            if where is not None and (name, code) not in self.noted:
                self.noted.add((name, code))
                self.note(where, code, name)
        return values

    def _note_no_records(self, name: str) -> None:
        """Note rows whose id is the header's own word, as where exports were put behind one another, and footers."""
        if name not in self.positions:
            return
        ids = self.text(name)
        repeated = (ids == self.sheet.header[self.positions[name]]).fill_null(value=False)
        for edge in (ids.head(AT_ENDS), ids.tail(AT_ENDS)):
            if edge.str.contains(FOOTER).any():
                near = pl.Series(range(len(ids))).is_between(AT_ENDS, len(ids) - AT_ENDS - 1)
                repeated = repeated | (ids.str.contains(FOOTER).fill_null(value=False) & ~near)
        self.note(repeated, "no-record", name)

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
        return self._cleaned(name, (NOT_AN_ID_YET, id_keys))

    def inexact(self, name: str) -> pl.Series | None:
        """Tell where an id is not exact, or came back as one that is not; None where all are."""
        marked = self._marked(name, NOT_EXACT)
        if self.sheet.ours and name in self.positions:
            said = self.text(name).str.ends_with(INEXACT).fill_null(value=False)
            marked = said if marked is None else marked | said
        return marked if marked is not None and marked.any() else None

    def emails(self) -> pl.Series:
        """Return e-mail addresses in normal form."""
        return self._cleaned("email", (NOT_FOLDED, email_keys))

    def phones(self) -> pl.Series:
        """Return phone numbers as they stand, null where nothing can be seen."""
        return self._cleaned("phone", (NOT_TRIMMED, visible))

    def note(self, where: pl.Series, code: str, column: str) -> None:
        """Add a finding for every row where `where` is true."""
        if where.any():
            said = CATALOGUE[code].message + (f" (column {column})" if code in OF_COLUMN else "")
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
        text = self.text(name)
        read = read_times(text, column_map.date_formats, column_map.timezone)
        for code, where in (("bad-date", read.bad), ("ambiguous-date", read.ambiguous)):
            if where.any():
                said = NOT_A_TIME.format(name) if code == "bad-date" else CATALOGUE[code].message.replace("expires_on", name)
                forms = pl.format(" ({})", pl.lit(forms_of(text.filter(where), column_map.date_formats))).fill_null("")
                self._add(self.rows.filter(where), code, name, pl.lit(said) + forms)
        return read.values.alias(name)

    def statuses(self, layout: str, extra: Mapping[str, str], kind: Dtype) -> pl.Series:
        """Return the status words in the book's terms, null where blank or unknown."""
        if (nothing := self.absent("status", kind)) is not None:
            return nothing
        text = self.text("status")
        exact = text.cast(kind, strict=False)
        if exact.null_count() == text.null_count():
            return exact.alias("status")
        words = self._cleaned("status", (NOT_TRIMMED, visible))
        table = status_table(layout, extra)
        distinct = words.drop_nulls().unique()
        known = {word: table.get(header_key(word)) for word in distinct}
        statuses = words.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String) if known else words
        strange = words.filter(words.is_not_null() & statuses.is_null())
        if len(strange):
            # NOTE: the report names the word, so it must be one, and not what columns that have slipped put in its place.
            word = pl.when(pl.lit(strange).str.contains(WORD)).then(pl.format('status "{}"', pl.lit(strange))).otherwise(pl.lit("a status that is no word"))
            said = pl.format("{} is not known and counts as " + COUNTS_AS[layout] + ": add it to status_words", word)
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
            plain = rest.zip_with(rest.str.contains(EXACT).fill_null(value=False), plain_numbers(rest))
            good = plain.str.contains(EXACT).fill_null(value=False)
            bad = self.nothing.scatter(odd, rest.is_not_null() & ~good) | may_be_thousands(text)
            self.note(bad, "bad-number", name)
            text = text.scatter(odd, plain).set(bad, None)
        return text.str.to_decimal(scale=4).cast(kind) if text.null_count() < len(text) else pl.Series(name, [None], dtype=kind).new_from_index(0, len(text))

    def plain(self, *names: str) -> list[pl.Series]:
        """Return columns of addresses or numbers as they are written, without blanks around them."""
        return [self._cleaned(name, (NOT_TRIMMED, trimmed)) for name in names]

    def texts(self, *names: str) -> list[pl.Series]:
        """Return columns without blanks around their texts."""
        return [self._cleaned(name, (NOT_TRIMMED, trimmed), any_breaks=True) for name in names]


def cast_customers(sheet: RawSheet, positions: Positions, column_map: ColumnMap) -> Checked:
    """Cast and check a piece of customers; see `CUSTOMER_EXPORT`."""
    casting = _Casting(CUSTOMERS, sheet, positions)
    frame = as_frame(
        [
            casting.rows,
            casting.ids("customer_id"),
            *casting.texts("first_name", "last_name", "company"),
            *casting.plain("email", "phone"),
            *casting.texts("alert_message"),
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
    frame = as_frame(
        [
            casting.rows,
            casting.ids("booking_id"),
            *keys,
            *(starts, ends, created),
            casting.statuses("bookings", column_map.status_words, BOOKING_STATUS).fill_null("booked"),
            *casting.texts("service", "staff", "alert_message", "first_name", "last_name", "company"),
            *casting.plain("email"),
            casting.text("spare_phone"),
            casting.numbers("price"),
            (ends - starts).dt.total_microseconds().alias("lasts"),
        ]
    )
    checked = check_rows(frame, BOOKING_MODEL, casting.findings())
    return replace(checked, rows=checked.rows.select(*BOOKING_EXPORT))


def as_frame(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """Return columns, the first of which is filled, as a frame in which those of nulls take no room, and no time to pick rows of."""
    nulls = [column for column in columns[1:] if column.null_count() == len(column)]
    filled = pl.DataFrame([column for column in columns if not any(column is one for one in nulls)])
    return filled.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in nulls).select(column.name for column in columns)


def _some_key_unread(casting: _Casting) -> pl.Series:
    """Tell where a row may name its customer in a cell that can't be read, which is another fault."""
    bad = casting.nothing
    for name in ("customer_id", "email", "phone"):
        bad = bad | casting.unread.get(name, casting.nothing)
    inexact = casting.inexact("customer_id")
    return bad if inexact is None else bad | inexact


CUSTOMER_STATUS, BOOKING_STATUS = CUSTOMER_EXPORT["status"], BOOKING_EXPORT["status"]
CASTS: dict[str, Callable[[RawSheet, Positions, ColumnMap], Checked]] = {"customers": cast_customers, "bookings": cast_bookings}
