"""Files of another system as exports for `load`: customers and bookings by the columns of its map; what it says of flags is for `migrate`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.findings import Checked
from pipeline.intake.exports import Export, as_export, open_exports
from pipeline.intake.maps import KEYS, ColumnMap, default_map, read_map
from pipeline.intake.sheets import RawSheet
from pipeline.legacy.maps import FIELDS, MAP_KEYS, PREFIX, LegacyMap, read_legacy_map, shipped_map, shipped_systems
from pipeline.legacy.opening import Source, open_sources
from pipeline.legacy.reading import booking_export, cast_named
from pipeline.legacy.returned import find_unmended
from pipeline.settings import Settings
from pipeline.toml import parse_toml
from schemas.columns import LAYOUTS

BY_MIGRATE = "or bring the file in with flagbook migrate, which knows people by {} as well"


def choose_map(named: Path | None, settings: Settings) -> ColumnMap | LegacyMap:
    """Return the map of a call of `load`: of a file (a column map, or one that `migrate` takes), or of a system by its name; raise `Refused` for neither."""
    if named is None:
        return default_map(settings)
    if not named.exists() and named.name == str(named) and not named.suffix:
        try:
            return shipped_map(str(named), settings)
        except Refused:
            known = f"Check --map: it names a TOML file, or a system: {', '.join(shipped_systems())}."
            raise Refused(f"{named}: there is no such column map, and no system of that name is known.", known) from None
    return read_legacy_map(named, settings) if _is_legacy(named) else read_map(named, settings)


def _is_legacy(path: Path) -> bool:
    """Tell whether a file says what only the map of a system can."""
    try:
        data = parse_toml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False  # whoever reads it says what is wrong
    more = {*MAP_KEYS} - {*KEYS}
    columns = {kind: {*fields} - {*LAYOUTS[kind].names()} for kind, fields in FIELDS.items()}
    return bool(more & {*data}) or any(isinstance(data.get(kind), dict) and columns[kind] & {*data[kind]} for kind in FIELDS)


def open_all(named: Mapping[str, Sequence[Path]], map_path: Path | None, settings: Settings, encoding: str | None = None) -> list[tuple[int, Export]]:
    """Open files (kind → paths) as exports, by whichever map, each part with its number from 1 on; raise `Refused` as `open_exports` does.

    Files of rows that came back from another of them, and that nobody has changed, are left out with a remark.
    """
    chosen = choose_map(map_path, settings)
    exports = [one for kind, paths in named.items() for path in paths for one in open_by_map((kind, path), chosen, settings, encoding)]
    left_out = find_unmended([(one.path, one) for one in exports])
    kept = [one for place, one in enumerate(exports) if place not in left_out]
    if left_out:
        last = kept[-1]
        kept[-1] = replace(last, tell=lambda: (*last.tell(), *left_out.values()))
    return list(enumerate(kept, start=1))


def open_by_map(what: tuple[str, Path], chosen: ColumnMap | LegacyMap, settings: Settings, encoding: str | None = None) -> list[Export]:
    """Open a file of customers or bookings (its kind and path) as exports, by whichever map; raise `Refused` as `open_exports` does."""
    kind, path = what
    if isinstance(chosen, ColumnMap):
        return open_exports(path, LAYOUTS[kind], chosen, settings, encoding)
    if not chosen.columns_of(kind):
        raise Refused(f"{path}: the map of {chosen.name} names no columns of {kind}.", f"Load it without --map, or add a table [{kind}] to a copy of the map.")
    alone = replace(chosen, bookings={}) if kind == "customers" else replace(chosen, customers={})
    return [_exported(source) for source in open_sources(path, [alone], settings, encoding)]


def _exported(source: Source) -> Export:
    unused = source.unused()
    told = [f"{source.name}: columns not used: {', '.join(unused)}"] if unused else []
    if source.kind == "bookings":
        if source.names_only():
            raise Refused(f"{source.name}: it names customers by their names alone.", f"Add a column of ids or addresses, {BY_MIGRATE.format('name')}.")
        export = booking_export(source, _nobody)
        return replace(export, tell=lambda: (*source.opened.remarks, *told))
    if not source.has(source.map.customers.get("customer_id", ())):
        fix = f"Name its column in the map, {BY_MIGRATE.format('e-mail and phone')}."
        raise Refused(f"{source.name}: load knows customers by their customer_id, and the map names no column of the file for it.", fix)
    if source.rules():
        told.append(f"{source.name}: load brings customers and bookings alone; what the file says of flags comes with flagbook migrate")

    def cast(sheet: RawSheet) -> Checked:
        return cast_named(sheet, source)

    present = {name for name, headers in source.map.customers.items() if source.has(headers)}
    if "name" in present:
        present |= {"first_name", "last_name"}
    return as_export(source.opened, source.what, frozenset(present - {"name", PREFIX}), cast, tuple(told))


def _nobody(asked: pl.DataFrame) -> pl.DataFrame:
    raise AssertionError(f"{len(asked)} rows name nobody by id, address or number, though their file does")
