"""Another system's files to customers, flags and events, and what is wrong with their rows; bookings go on as exports that are loaded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipeline.ahead import ahead
from pipeline.findings import Checked
from pipeline.intake.casting import cast_bookings, cast_customers
from pipeline.intake.cells import email_keys, keys_of, name_keys, own_texts, word_keys
from pipeline.intake.checking import FINDINGS
from pipeline.intake.exports import Export, as_export, is_mended
from pipeline.intake.maps import ColumnMap
from pipeline.intake.sheets import RawSheet, cell
from pipeline.legacy.flagging import ITEMS, Told, find_items
from pipeline.legacy.messaging import in_file_words
from pipeline.legacy.norecords import find_no_records
from pipeline.legacy.opening import Source
from pipeline.legacy.shaping import Picked, count_scientific, not_picked, shape
from pipeline.legacy.unfit import bad_emails, bad_ids, bad_zones, code_faults
from schemas.plan import CUSTOMER_EXPORT, Dtype

CUSTOMERS: dict[str, Dtype] = {"file_no": pl.Int64, **CUSTOMER_EXPORT}
# Who rows mean by an e-mail address, a phone number or a name: customer_id, and a code where that is not one customer; in the order asked.
# Of rows of customers, is_new besides.
Whose = Callable[[pl.DataFrame], pl.DataFrame]
NEW: dict[str, Dtype] = {"source_row": pl.Int64, "by_phone": pl.Boolean}
NOT_PICKED = "{} is not of the form that [pick] of the map takes a part of: nothing is made of the cell"
IN_SHORT = (
    "{} is written as a spreadsheet shows long numbers, and counts as it stands; if that left digits out, export the file again without opening it in between"
)
ASKED = ("email_key", "phone", "name_key")


@dataclass
class Read:
    """What was read of customers' files: `items` (see `ITEMS`, with file_no and customer_id) of rows that hold; `take` gets their customers (`CUSTOMERS`).

    `lost` are the items of rows that come back (flag_type, kind), `partly` the customers of such rows, as far as they name one, and of rows that had
    come back from an earlier run: a file tells of these only in part. `rows` counts the rows of each file, `valid` those that hold, `may_repeat`
    whether some may be of one customer; `rejected` has those that come back. `name` gets customer_id and by_phone of rows that hold whose address or
    number became the id of somebody new. `seen` has, where files tell of different flags, who is in which (customer_id, file_no).
    `untitled` are the columns of each file, from 1 on, that have cells and no header.
    """

    take: Callable[[pl.DataFrame], None]
    name: Callable[[pl.DataFrame], None]
    items: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema={"file_no": pl.Int64, "customer_id": pl.String, **ITEMS})])
    lost: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema={"flag_type": pl.String, "kind": pl.String})])
    partly: set[str] = field(default_factory=set)
    seen: list[pl.DataFrame] = field(default_factory=list)
    findings: list[tuple[int, pl.DataFrame]] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)
    valid: int = 0
    may_repeat: bool = True
    rejected: dict[int, list[RawSheet]] = field(default_factory=dict)
    further: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    untitled: dict[int, set[int]] = field(default_factory=dict)
    told: Told = field(default_factory=Told)


def column_map(source: Source) -> ColumnMap:
    """Return what the casts of exports need to know of a map."""
    return ColumnMap(source.map.timezone, source.map.date_formats, dict(source.map.status_words))


@dataclass(frozen=True)
class Piece:
    """A piece of a file of customers as it came, and without rows that are no records: with its items (see `ITEMS`), and what is wrong (see `FINDINGS`)."""

    sheet: RawSheet
    picked: Picked
    items: pl.DataFrame
    faults: pl.DataFrame


def find_pieces(source: Source, types: Sequence[str], told: Told) -> Iterator[Piece]:
    """Yield a file of customers piece by piece; `types` are the settings' flag types. The book is not asked."""
    for sheet in ahead(source.opened.sheets()):
        ids, *others = (Picked(sheet, source).places(source.map.customers.get(name, ())) for name in ("customer_id", "email", "phone"))
        none = find_no_records(sheet, ids, [place for places in others for place in places])
        rows = sheet.rows.filter(~pl.col("source_row").is_in(none["source_row"].implode())) if len(none) else sheet.rows
        picked = Picked(replace(sheet, rows=rows), source)
        items, faults = find_items(picked, types, told)
        yield Piece(sheet, picked, items, pl.concat([none, faults]))


def read_customers(source: tuple[int, Source], pieces: Iterable[Piece], whose: Whose, read: Read) -> None:
    """Read a file of customers, which has a number, piece by piece into `read`; `whose` tells who is meant where the file has no ids."""
    number, file = source
    read.rows[number] = 0
    for piece in pieces:
        picked, items, sheet = piece.picked, piece.items, piece.sheet
        checked, new = _cast(picked, whose)
        findings = in_file_words(pl.concat([checked.findings, piece.faults]).sort("source_row", maintain_order=True), file)
        _note_warnings(read, findings, picked)
        _note_odd_cells(read, picked)
        bad = findings.filter(pl.col("code") != "unknown-status")["source_row"]
        valid = checked.valid.filter(~pl.col("source_row").is_in(bad.implode()))
        owned = items.join(valid.select("source_row", "customer_id"), on="source_row", how="left", validate="m:1", maintain_order="left")
        read.lost.append(owned.filter(pl.col("customer_id").is_null()).select("flag_type", "kind"))
        kept = owned.filter(pl.col("customer_id").is_not_null()).select(pl.lit(number, pl.Int64).alias("file_no"), "customer_id", *ITEMS)
        read.items.append(own_texts(kept))
        read.take(valid.select(pl.lit(number, pl.Int64).alias("file_no"), *CUSTOMER_EXPORT))
        read.name(new.join(valid.select("source_row", "customer_id"), on="source_row", how="inner", validate="1:1").select("customer_id", "by_phone"))
        read.partly.update((valid if is_mended(file.opened.header) else _told_of(bad, checked.rows))["customer_id"].drop_nulls())
        read.valid += len(valid)
        read.rows[number] += len(sheet.rows)
        read.untitled.setdefault(number, set()).update(_untitled(picked))
        if len(bad):
            read.findings.append((number, findings.filter(pl.col("code") != "unknown-status")))
            rows = own_texts(sheet.rows.filter(pl.col("source_row").is_in(bad.implode())))
            read.rejected.setdefault(number, []).append(replace(sheet, rows=rows))
        for name, count in sorted(picked.further.items()):
            read.further[name] = read.further.get(name, 0) + count


def _told_of(bad: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that come back, as they were cast."""
    return rows.filter(pl.col("source_row").is_in(bad.implode())) if len(bad) else rows.clear()


def _untitled(picked: Picked) -> set[int]:
    blank = [place for place, title in enumerate(picked.sheet.header) if not title.strip()]
    return {place + 1 for place in blank if picked.cells(place).null_count() < len(picked.rows)}


def _note_warnings(read: Read, findings: pl.DataFrame, picked: Picked) -> None:
    """Note words of statuses that nobody knows; those that a rule for flags takes from the same column are known."""
    places = {*picked.places(picked.source.map.customers.get("status", ()))}
    rules = [rule for rule in picked.source.rules() if places & {*picked.places((*rule.when, *rule.type_column))}]
    known = keys_of(word for rule in rules for word in (*rule.yes, *rule.no, *rule.types))
    words = findings["message"].str.extract('"(.*)"', 1)
    findings = findings.filter(~word_keys(words).is_in(known).fill_null(value=False))
    for message, count in findings.filter(pl.col("code") == "unknown-status")["message"].value_counts().rows():
        read.warnings[message] = read.warnings.get(message, 0) + count


def _note_odd_cells(read: Read, picked: Picked) -> None:
    counts = {} if "customer_id" in picked.source.map.pick else {IN_SHORT.format(_headers(picked, "customer_id")): count_scientific(picked)}
    for name in set(picked.source.map.pick) - {"customer_id"}:
        counts[NOT_PICKED.format(_headers(picked, name))] = len(not_picked(picked, name))
    for message, count in counts.items():
        if count:
            read.warnings[message] = read.warnings.get(message, 0) + count


def _headers(picked: Picked, name: str) -> str:
    """Return the headers that a column of customers is read from, as far as the file has them."""
    return " / ".join(header for header in picked.source.map.customers.get(name, ()) if picked.source.has((header,)))


def _cast(picked: Picked, whose: Whose) -> tuple[Checked, pl.DataFrame]:
    """Cast and check customers; where a row has no id, its e-mail address or phone number tells who it is, and becomes the id of who is new.

    Returns `NEW` of these besides.
    """
    sheet, positions = shape(picked)
    faults = pl.DataFrame(schema=FINDINGS)
    ids = sheet.rows[cell(positions["customer_id"])] if "customer_id" in positions else picked.nothing()
    new = pl.DataFrame(schema=NEW)
    if ids.null_count():
        lacking = ids.is_null().arg_true()
        asked = _asked(sheet, positions, every=True)[lacking]
        found = whose(asked)
        new = pl.DataFrame({"source_row": picked.rows.gather(lacking), "by_phone": asked["email_key"].is_null()}).filter(found["is_new"])
        ids = ids.scatter(lacking, found["customer_id"])
        faults = code_faults(picked.rows.gather(lacking), found)
        sheet, positions = _with_ids(sheet, positions, ids)
    checked = cast_customers(sheet, positions, column_map(picked.source))
    return _without(checked, pl.concat([faults, bad_ids(picked, "customer_id")]), "missing-id"), new


def cast_named(sheet: RawSheet, source: Source) -> Checked:
    """Cast and check customers who all have ids: a row without one does not hold. Findings are in the file's own words."""
    picked = Picked(sheet, source)
    shaped, positions = shape(picked)
    checked = cast_customers(shaped, positions, column_map(source))
    none, no_ids = find_no_records(sheet, picked.places(source.map.customers.get("customer_id", ()))), bad_ids(picked, "customer_id")
    is_none = pl.col("source_row").is_in(none["source_row"].implode())
    checked = replace(checked, findings=checked.findings.filter(~is_none))
    checked = _without(checked, pl.concat([none, no_ids.filter(~is_none)]), "missing-id")
    return replace(checked, findings=in_file_words(checked.findings, source))


def _asked(sheet: RawSheet, positions: dict[str, int], *, every: bool = False) -> pl.DataFrame:
    """Return `ASKED` for every row: an e-mail address, else a phone number, else a name; or, with `every`, all of them."""
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(sheet.rows))
    texts = {name: sheet.rows[cell(positions[name])] if name in positions else nothing for name in ("email", "phone", "first_name", "last_name")}
    frame = pl.DataFrame({"email_key": email_keys(texts["email"]), "phone": texts["phone"], "first": texts["first_name"], "last": texts["last_name"]})
    name = frame.select(pl.concat_str("first", "last", separator=" ", ignore_nulls=True)).to_series()
    frame = frame.with_columns(name_keys(name).alias("name_key"))
    if every:
        return frame.select(ASKED)
    return frame.select(
        "email_key",
        pl.when(pl.col("email_key").is_null()).then("phone").alias("phone"),
        pl.when(pl.col("email_key").is_null() & pl.col("phone").is_null()).then("name_key").alias("name_key"),
    )


def _with_ids(sheet: RawSheet, positions: dict[str, int], ids: pl.Series) -> tuple[RawSheet, dict[str, int]]:
    place = positions.get("customer_id", len(positions))
    rows = sheet.rows.with_columns(ids.alias(cell(place)))
    header = sheet.header if "customer_id" in positions else (*sheet.header, "customer_id")
    return replace(sheet, rows=rows, header=header), {**positions, "customer_id": place}


def _without(checked: Checked, faults: pl.DataFrame, besides: str) -> Checked:
    """Return what holds less the rows with faults of their own, which then need not hear `besides` that nothing tells whose they are."""
    if not len(faults):
        return checked
    told = pl.col("source_row").is_in(faults["source_row"].implode())
    findings = pl.concat([checked.findings.filter(~(told & (pl.col("code") == besides))), faults])
    holds = checked.rows.select(~told).to_series()
    return Checked(checked.rows, findings, holds if checked.holds is None else holds & checked.holds)


def _blanked(sheet: RawSheet, place: int, where: pl.Series) -> RawSheet:
    return replace(sheet, rows=sheet.rows.with_columns(sheet.rows[cell(place)].set(where, None)))


def booking_export(source: Source, whose: Whose, lone: Callable[[pl.DataFrame], pl.Series] | None = None) -> Export:
    """Return a file of bookings as an export to be loaded; where it names customers by e-mail, the phone is left out, and by name only where that is all.

    `lone` gives the ids of customers whom the book knows by number alone, and who are called as the row says; None where there are none.
    """

    def cast(sheet: RawSheet) -> Checked:
        picked = Picked(sheet, source)
        shaped, positions = shape(picked)
        faults, spare = pl.DataFrame(schema=FINDINGS), picked.nothing().alias("spare_phone")
        if not {"customer_id", "email", "phone"} & set(positions):
            found = whose(_asked(shaped, positions))
            faults = code_faults(picked.rows, found)
            shaped, positions = _with_ids(shaped, positions, found["customer_id"])
        elif {"email", "phone"} <= set(positions):
            spare = shaped.rows[cell(positions["phone"])].alias("spare_phone")
            if lone and "customer_id" not in positions:
                ids = lone(_asked(shaped, positions, every=True))
                shaped = _blanked(shaped, positions["email"], ids.is_not_null())
                shaped, positions = _with_ids(_blanked(shaped, positions["phone"], ids.is_not_null()), positions, ids)
            shaped = _blanked(shaped, positions["phone"], shaped.rows[cell(positions["email"])].is_not_null())
        if "email" in positions:
            faults = pl.concat([faults, bad_emails(picked.rows, shaped, positions)])
        faults = pl.concat([faults, bad_zones(picked), bad_ids(picked, "booking_id"), bad_ids(picked, "customer_id")])
        checked = _without(cast_bookings(shaped, positions, column_map(source)), faults, "missing-customer")
        return replace(checked, rows=checked.rows.with_columns(spare), findings=in_file_words(checked.findings, source))

    columns = source.map.bookings
    present = {name for name, headers in columns.items() if source.has(headers)}
    present |= {"spare_phone"} | ({"customer_id"} if lone else set()) if {"email", "phone"} <= present else set()
    if "name" in present:
        present |= {"first_name", "last_name"} | (set() if present & {"email", "phone"} else {"customer_id"})
    return as_export(source.opened, source.what, frozenset(present - {"name", "day"}) | {"starts_at"}, cast, ())


def customer_export(source: Source) -> Export:
    """Return a file of customers as an export, for its rows to come back; it is read by `read_customers`."""

    def cast(sheet: RawSheet) -> Checked:
        raise AssertionError(f"{len(sheet.rows)} rows of customers are not cast here")

    return as_export(source.opened, source.what, frozenset(source.map.customers), cast, ())
