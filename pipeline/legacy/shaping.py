"""A piece of another system's file to a sheet with our columns, its damage mended: what the casts of exports then take."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipeline.dateforms import is_zone
from pipeline.intake.cells import LEAST_DIGITS, blank_as_null, trimmed
from pipeline.intake.dates import read_times
from pipeline.intake.sheets import CELL_ERROR, ERROR_TEXTS, NOT_EXACT, SHORT_ROW, RawSheet, cell
from pipeline.legacy.maps import PREFIX
from pipeline.legacy.opening import Source

GUARD = r"^'[=+\-@\t\r0-9]"  # an apostrophe before what a spreadsheet would take for a number or a formula
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+)?E\+\d{2,}$"  # as a spreadsheet writes long numbers, of which it leaves digits out
APART = ",;|\n、\uff0c\uff1b"  # Chinese and Japanese ones among them
AND_OR = r"\s(?:or|oder|of|ou|o|eller|and|und|en|et|e|y|och|og)\s"
SEVERAL = rf"^\s*(.*?)\s*(?:[{APART}]|\s/\s|\sor\s)"
REST = r"[\d\s().+-]{5,}"
NUMBER = rf"[+(\d]{REST}"
LISTED = rf"^\s*(.*?)\s*(?:[{APART}]|{AND_OR})"  # numbers: what stands about a stroke may be one
# Addresses and numbers that can only be several, in files of any system: a second one follows.
SEVERAL_ADDRESSES = r"^\s*((?:[^@<>]*<)?[^\s,;|@<>]+@[^\s,;|@<>]+>?)[\s,;|/]+[^@]*@"
SEVERAL_NUMBERS = rf"^\s*([+(\d][\d\s()./+-]{{5,}}?)\s*(?:(?:[{APART}]|{AND_OR})\s*'?{NUMBER}|\s/\s\s*'?(?:[+0(]{REST}))"
# What a cell has that one of these patterns fits: to look for that in a whole column takes less.
SEVERAL_SIGNS = {"email": "@[^@]*@", "any": rf"[/{APART}]|{AND_OR}"}
# Numbers on both sides of a stroke, which may as well stand inside one: 030 / 123456.
ABOUT_A_STROKE = rf"^\s*({NUMBER})\s/\s\s*({NUMBER})"
WHOLE = 9  # digits, which no area code has
ALIKE = 2  # digits at the beginning, of numbers of the same kind
IN_BRACKETS = r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>"
UTC_TEXT = "%Y-%m-%dT%H:%M:%S+00:00"
KEYS = ("customer_id", "booking_id", "email")  # where a line break inside one is a fault, and none of the sheet's look
ZONED = ("starts_at", "ends_at")
GUARDED = (*KEYS, *ZONED, "day", "status")  # none of them begins with an apostrophe: a spreadsheet had it there to say that it is text
# Small words that begin a family name, and a whole name whose family name comes last.
SMALL = "de|del|della|dello|delle|dei|degli|di|da|dal|dalla|dos|das|do|du|des|la|le|lo|van|von|vom|der|den|ter|ten|zu|zur|zum|af|av|el|in|op|aan|'t|\u2019t|'s"
PARTICLES = rf"(?:(?i:{SMALL})\s+)*"
BEHIND = rf"^([^,]+),\s*(.+?)\s+((?:(?:{SMALL})\s+)*(?:{SMALL}))$"  # Dijk, Anouk van
IN_ORDER = rf"^(.+?)\s+({PARTICLES}\S+)$"


class Picked:
    """The columns of one piece, named by their headers; a blank cell is null in them, quoted or not. Each is read once, however often it is asked for.

    `further` counts, by column, the cells that hold several values, of which the first counts: once the piece was shaped (see `shape`).
    """

    def __init__(self, sheet: RawSheet, source: Source) -> None:
        self.sheet = sheet
        self.source = source
        self.rows = sheet.rows["source_row"]
        self.further: dict[str, int] = {}
        self._cells: dict[int, pl.Series] = {}
        self._texts: dict[tuple[tuple[int, ...], bool], pl.Series] = {}

    def places(self, headers: Sequence[str]) -> list[int]:
        """Return where those of some columns stand that the file has."""
        return self.source.places(headers)

    def cells(self, place: int) -> pl.Series:
        """Return a column's cells as they came, null where one is blank."""
        if place not in self._cells:
            self._cells[place] = blank_as_null(self.sheet.rows[cell(place)])
        return self._cells[place]

    def text(self, headers: Sequence[str], *, trims: bool = True) -> pl.Series | None:
        """Return for each row the first filled cell of some columns, without guards, and blanks around it; None where the file has none of them.

        Without `trims`, blanks around the cells of a single column stay, for casts that take them off anyway.
        """
        places = tuple(self.places(headers))
        trims |= len(places) > 1
        if places and (places, trims) not in self._texts:
            first, *others = (_plain(self.cells(place), trims=trims) for place in places)
            for text in others:
                first = first.zip_with(first.is_not_null(), text)
            self._texts[places, trims] = first
        return self._texts[places, trims] if places else None

    def line(self, headers: Sequence[str]) -> pl.Series | None:
        """Return `text` without line breaks: a word, a name or a day is the same on several lines."""
        text = self.text(headers)
        return None if text is None else _in_one_line(text)

    def marked(self, headers: Sequence[str]) -> pl.DataFrame:
        """Return source_row and mark of the cells of some columns that can't be trusted."""
        return self.sheet.marks.filter(pl.col("position").is_in(self.places(headers))).select("source_row", "mark").unique(maintain_order=True)

    def errors(self, headers: Sequence[str]) -> pl.Series:
        """Tell which rows have an error in a cell of some columns; in a file that Flagbook wrote it stands as text."""
        bad = self.rows.is_in(self.marked(headers).filter(pl.col("mark") == CELL_ERROR)["source_row"].implode())
        text = self.text(headers) if self.sheet.ours else None
        return bad if text is None else bad | text.is_in(list(ERROR_TEXTS)).fill_null(value=False)

    def nothing(self) -> pl.Series:
        """Return null for every row."""
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(self.rows))


def _plain(values: pl.Series, *, trims: bool) -> pl.Series:
    if values.str.starts_with("'").any():
        values = values.str.strip_prefix("'").zip_with(values.str.contains(GUARD), values)
    return trimmed(values) if trims else values


def _in_one_line(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"[^\S\n]*\n\s*", " ") if text.str.contains("\n", literal=True).any() else text


def shape(picked: Picked) -> tuple[RawSheet, dict[str, int]]:
    """Return a sheet with our columns, and where each stands."""
    source = picked.source
    columns = source.map.columns_of(source.kind)
    as_it_is = {"first_name", "last_name", "company", "email"} - {*source.map.several, *source.map.pick}
    texts = {name: text for name, headers in columns.items() if (text := picked.text(headers, trims=name not in as_it_is)) is not None}
    texts = {name: _mended(name, text, picked) for name, text in texts.items()}
    if "name" in texts:
        texts = _named(texts, surname_first=source.map.surname_first)
    if PREFIX in texts:
        texts = _with_prefix(texts)
    if source.kind == "bookings":
        texts = _timed(texts, picked)
    positions = {name: place for place, name in enumerate(texts)}
    rows = pl.DataFrame([picked.rows, *(text.alias(cell(place)) for place, text in enumerate(texts.values()))])
    marks = [_marks(picked, name, place) for name, place in positions.items()]
    short = picked.sheet.marks.filter(pl.col("mark") == SHORT_ROW)
    return replace(picked.sheet, rows=rows, marks=pl.concat([short, *marks]), header=tuple(texts)), positions


def _mended(name: str, text: pl.Series, picked: Picked) -> pl.Series:
    """Return a column with its damage mended: several values in a cell, addresses in brackets, patterns, numbers without their plus."""
    source = picked.source
    if name in GUARDED and text.str.starts_with("'").any():
        text = text.str.strip_prefix("'")
    if (first := _first_of_several(name, text, source)) is not None:
        picked.further[name] = len(first) - first.null_count()
        text = first.zip_with((first.is_not_null() & (first != "")).fill_null(value=False), text)
    if name == "email" and text.str.contains("[<:]").any():
        inside = text.str.extract(IN_BRACKETS, 1)
        text = inside.zip_with(inside.is_not_null(), text.str.replace(r"(?i)^mailto:", ""))
    if name not in KEYS:
        text = _in_one_line(text)
    if name in source.map.pick:
        text = text.str.extract(source.map.pick[name], 1)
    if name == "phone" and source.map.plus:
        text = text.str.replace(r"^([1-9][\d ()-]{9,})$", "+$1")
    return text


def not_picked(picked: Picked, name: str) -> pl.Series:
    """Return the source_row of rows in which a column is filled, and the pattern by which the map takes a part of it finds none."""
    text = picked.text(headers := picked.source.map.columns_of(picked.source.kind).get(name, ()))
    pattern = picked.source.map.pick.get(name)
    if text is None or pattern is None:
        return picked.rows.clear()
    return picked.rows.filter(text.is_not_null() & text.str.extract(pattern, 1).is_null() & ~picked.errors(headers))


def count_scientific(picked: Picked) -> int:
    """Count the ids of customers in the form in which a spreadsheet writes long numbers."""
    text = picked.text(picked.source.map.customers.get("customer_id", ()))
    return 0 if text is None else int(text.str.contains(SCIENTIFIC).sum() or 0)


def _first_of_several(name: str, text: pl.Series, source: Source) -> pl.Series | None:
    """Return the first value of cells that hold several, null where a cell holds one; None where none of a column holds several."""
    patterns = _several(source)
    sign = SEVERAL_SIGNS["email" if patterns.get(name) == SEVERAL_ADDRESSES else "any"]
    if name not in patterns or not text.str.contains(sign).any():
        return None
    first = _first_number(text, source) if name == "phone" else text.str.extract(patterns[name], 1)
    return first if first.null_count() < len(first) else None


def _first_number(text: pl.Series, source: Source) -> pl.Series:
    """Return the first number of cells that hold several; a map may say that they stand in lists."""
    listed = text.str.extract(LISTED if "phone" in source.map.several else SEVERAL_NUMBERS, 1)
    listed = listed.set((listed == "").fill_null(value=False), None)
    rest = listed.zip_with(listed.is_not_null(), text)
    first = rest.str.extract(SEVERAL_NUMBERS, 1)
    if rest.str.contains(ABOUT_A_STROKE).any():
        about = _first_about_a_stroke(rest)
        first = first.zip_with(first.is_not_null(), about)
    return first.zip_with(first.is_not_null(), listed)


def _several(source: Source) -> dict[str, str]:
    """Return by what pattern a column's cells are known to hold several values, and which is the first, of the columns that may."""
    return {"email": SEVERAL_ADDRESSES, "phone": SEVERAL_NUMBERS, **dict.fromkeys(source.map.several, SEVERAL)}


def _first_about_a_stroke(text: pl.Series) -> pl.Series:
    """Return the first of two numbers about a stroke, null where they may be one: two begin alike, or what stands before the stroke is whole by itself."""
    parts = pl.DataFrame({"first": text.str.extract(ABOUT_A_STROKE, 1).str.strip_chars(), "second": text.str.extract(ABOUT_A_STROKE, 2)})
    first, second = (pl.col(name).str.replace_all(r"\D", "") for name in ("first", "second"))
    are_numbers = (first.str.len_chars() >= LEAST_DIGITS) & (second.str.len_chars() >= LEAST_DIGITS)
    are_two = are_numbers & ((first.str.head(ALIKE) == second.str.head(ALIKE)) | (first.str.len_chars() >= WHOLE))
    return parts.select(pl.when(are_two).then("first").alias("first")).to_series()


def _named(texts: dict[str, pl.Series], *, surname_first: bool) -> dict[str, pl.Series]:
    """Take a whole name apart: Last, First; else the last word is the family name, or the first where that is said of the file.

    Small words before it, such as von or de la, are a part of it.
    """
    whole = texts["name"]
    if surname_first:
        whole = whole.zip_with(whole.str.contains(",", literal=True).fill_null(value=True), whole.str.replace(rf"^({PARTICLES}\S+)\s+(.+)$", "$1, $2"))
    whole = whole.str.replace(BEHIND, "$3 $1, $2")
    frame = pl.DataFrame({"name": whole}).select(
        first=pl.coalesce(pl.col("name").str.extract(r"^[^,]+,\s*(.+)$", 1), pl.col("name").str.extract(IN_ORDER, 1), pl.col("name")),
        last=pl.coalesce(pl.col("name").str.extract(r"^([^,]+),\s*.+$", 1), pl.col("name").str.extract(IN_ORDER, 2)),
    )
    rest = {name: text for name, text in texts.items() if name != "name"}
    return {"first_name": frame["first"], "last_name": frame["last"], **rest}


def _with_prefix(texts: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Put the part of a family name that stands in a column of its own before the rest of it."""
    rest = {name: text for name, text in texts.items() if name != PREFIX}
    parts = pl.DataFrame({"prefix": texts[PREFIX], "last": rest.get("last_name")}, schema={"prefix": pl.String, "last": pl.String})
    whole = pl.concat_str("prefix", "last", separator=" ", ignore_nulls=True)
    return rest | {"last_name": parts.select(pl.when(whole != "").then(whole)).to_series()}


def _timed(texts: dict[str, pl.Series], picked: Picked) -> dict[str, pl.Series]:
    """Put a day and its time together (a day whose time is blank is no time), and bring times with a time zone of their own into UTC."""
    legacy = picked.source.map
    if "day" in texts:
        day = texts.pop("day")
        whole = pl.lit(value=True) if "starts_at" not in texts else pl.col("time").is_not_null() | pl.col("day").str.contains(":")
        texts["starts_at"] = pl.DataFrame({"day": day, "time": texts.get("starts_at", picked.nothing())}).select(
            pl.when(pl.col("day").is_not_null() & whole).then(pl.concat_str("day", "time", separator=" ", ignore_nulls=True))
        )["day"]
    zones = picked.text(legacy.zone_column)
    if zones is None:
        return texts
    for name in ZONED:
        if name in texts:
            texts[name] = _in_utc(texts[name], zones, legacy.date_formats)
    return texts


def _in_utc(text: pl.Series, zones: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Return times as text in UTC.

    A time that its row's zone does not have gets the zone behind it: so it is no time, and not one of another zone. A row whose zone there is not
    comes back for that (see `strange_zones`); its times are read as if they were UTC's, so that they are told only if they are no times.
    """
    for zone in zones.drop_nulls().unique():
        here = (zones == zone).fill_null(value=False).arg_true()
        came = text.gather(here)
        read = read_times(came, formats, zone if is_zone(zone) else "UTC")
        said = read.values.dt.strftime(UTC_TEXT)
        text = text.scatter(here, said.zip_with(said.is_not_null(), came.zip_with(~read.bad, came + f" ({zone})")))
    return text


def strange_zones(picked: Picked) -> pl.Series:
    """Tell which rows name a time zone that there is not."""
    zones = picked.text(picked.source.map.zone_column)
    zones = picked.nothing() if zones is None else zones
    return zones.is_not_null() & ~zones.is_in([zone for zone in zones.drop_nulls().unique() if is_zone(zone)])


def _marks(picked: Picked, name: str, place: int) -> pl.DataFrame:
    """Return the marks of a column: those of its cells."""
    columns = picked.source.map.columns_of(picked.source.kind)
    beside = {"first_name": ("name",), "last_name": ("name", PREFIX), "starts_at": ("day",)}.get(name, ())
    found = picked.marked((*columns.get(name, ()), *(header for one in beside for header in columns.get(one, ()))))
    kinds = {CELL_ERROR, NOT_EXACT} if name in ("customer_id", "booking_id") else {CELL_ERROR}
    found = found.filter(pl.col("mark").is_in(list(kinds)))
    return found.select("source_row", pl.lit(place, pl.Int64).alias("position"), "mark")
