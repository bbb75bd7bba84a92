"""What a file is, where nobody says: an export of customers, one of bookings, or an upload of instructions. Its name tells, or else its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.errors import NotRecognised, Refused
from pipeline.intake.delimited import find_dialect
from pipeline.intake.files import open_source
from pipeline.intake.maps import ColumnMap, layout_aliases
from pipeline.intake.parquet import is_parquet, open_parquet
from pipeline.intake.sheets import Heads, OneOf, Sought, Wanted
from pipeline.intake.tables import Reading, read_tables
from pipeline.intake.textfiles import open_text
from pipeline.intake.uploads import NOT_ON_ITS_OWN
from pipeline.settings import Settings
from schemas.columns import LAYOUTS
from schemas.entities import ENTITIES

RENAME = "Rename it, so that its name says customers, bookings or flags; or correct its columns."


class InputKind(StrEnum):
    """What an input can be."""

    CUSTOMERS = "customers"
    BOOKINGS = "bookings"
    UPLOAD = "upload"


NAMED = {
    InputKind.CUSTOMERS: frozenset({"customer", "customers", "client", "clients"}),
    InputKind.BOOKINGS: frozenset({"booking", "bookings", "appointment", "appointments", "reservation", "reservations"}),
    InputKind.UPLOAD: frozenset({"flag", "flags", "tag", "tags", "instruction", "instructions", "upload", "uploads"}),
}
# Columns that nobody expects in a customer export: where one stands beside customers' columns, the columns alone do not tell.
FOREIGN = frozenset({"action", "flag_type", "tag", "booking_id", "starts_at"})
FEW = 2  # customers' own columns that a header must have to be theirs


@dataclass(frozen=True)
class AnyKind(OneOf):
    """Sheets of instructions, else of bookings, else of customers; `exports` has the latter two by name."""

    exports: tuple[Wanted, Wanted]

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return the first kind of which some record names the required columns."""
        bookings, customers = self.exports
        wanted = (super().choose(heads, name), bookings)
        return next((kind for kind in wanted if any(kind.score(record)[0] for head in heads for record in head)), customers)


def kinds_named(name: str) -> list[InputKind]:
    """Return the kinds that the words of a file's name tell."""
    words = set(re.findall(r"[a-z]+", name.partition(".")[0].casefold()))
    return [kind for kind, known in NAMED.items() if words & known]


def recognise(path: Path, column_map: ColumnMap, settings: Settings) -> InputKind:
    """Return what a file is; raise `Refused` where it can't be read, is neither, or could be two things."""
    sought = _sought(column_map, settings)
    said = kinds_named(path.name)
    named = said[0] if len(said) == 1 else None
    try:
        headers = _headers(path, _sought_as(sought, named), settings)
    except NotRecognised as error:
        if named is not None:
            raise
        fix = "Name the columns as an export of customers or bookings has them, or an upload: docs/columns.md lists them."
        raise Refused(f"{path}: this is neither an export nor an upload: no row names the columns of either.", fix) from error
    told = {kind for header in headers for kind in _kinds_of(header, sought)}
    return _settle(path, named, told, headers, sought)


def _sought(column_map: ColumnMap, settings: Settings) -> AnyKind:
    entities = tuple(Wanted.of(entity.layout, layout_aliases(settings, entity.layout)) for entity in ENTITIES)
    exports = [Wanted.of(LAYOUTS[name], dict(column_map.headers[name])) for name in ("bookings", "customers")]
    return AnyKind(entities, NOT_ON_ITS_OWN, (exports[0], exports[1]))


def _sought_as(sought: AnyKind, named: InputKind | None) -> Sought:
    """Return what to look for where the name tells the kind: a file that lacks a column of it is refused with that column's name."""
    bookings, customers = sought.exports
    by_name: dict[InputKind | None, Sought] = {
        None: sought,
        InputKind.UPLOAD: OneOf(sought.kinds, sought.by_action),
        InputKind.BOOKINGS: bookings,
        InputKind.CUSTOMERS: customers,
    }
    return by_name[named]


def _settle(path: Path, named: InputKind | None, told: set[InputKind], headers: Sequence[Sequence[str]], sought: AnyKind) -> InputKind:
    """Return the one kind that name and columns agree on."""
    if named is not None and (named in told or (not told and any(_is_whole(header, named, sought) for header in headers))):
        return named
    if named is not None and told:
        raise Refused(f"{path}: its name says {named}, and its columns are those of {' and '.join(sorted(told))}.", RENAME)
    if len(told) == 1:
        return told.pop()
    if told:
        raise Refused(f"{path}: this could be two things: {' or '.join(sorted(told))}.", RENAME)
    raise Refused(f"{path}: it can't be told what this is: its columns may be those of customers, or of something else.", RENAME)


def _is_whole(header: Sequence[str], kind: InputKind, sought: AnyKind) -> bool:
    bookings, customers = sought.exports
    kinds = {InputKind.UPLOAD: sought.kinds, InputKind.BOOKINGS: (bookings,), InputKind.CUSTOMERS: (customers,)}[kind]
    return any(one.score(header)[0] for one in kinds)


def _kinds_of(header: Sequence[str], sought: AnyKind) -> set[InputKind]:
    """Return the kinds of which a header has what only they have; none where it tells nothing for certain."""
    bookings, customers = sought.exports
    named = {name for kind in (*sought.kinds, bookings) for name in kind.recognised(header) if name}
    told = {kind for kind in (InputKind.UPLOAD, InputKind.BOOKINGS) if _is_whole(header, kind, sought)}
    if not told and customers.score(header)[0] and customers.score(header)[1] >= FEW and not named & FOREIGN:
        return {InputKind.CUSTOMERS}
    return told


def _headers(path: Path, sought: Sought, settings: Settings) -> list[Sequence[str]]:
    """Return the headers of a file's sheets; raise `NotRecognised` where no row is one."""
    if is_parquet(path):
        return [open_parquet(path, limits=settings.files).header]
    if (text := open_text(path)) is not None:
        return [find_dialect(text.head, sought, str(path)).header]
    tables = read_tables(open_source(path, settings.files.max_bytes), Reading(sought, limits=settings.files))
    return [sheet.header for sheet in tables.sheets]
