"""Column maps: how another source names its columns, writes its dates and words its statuses (TOML)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.dateforms import check_formats, is_zone
from pipeline.errors import Refused
from pipeline.settings import Settings, alias_table, check_keys, status_words
from pipeline.toml import parse_toml
from schemas.columns import LAYOUTS, Layout
from schemas.entities import ENTITIES

KEYS = ["name", "timezone", "date_formats", "customers", "bookings", "status_words"]


@dataclass(frozen=True)
class ColumnMap:
    """What a map says; headers are header → column name, for each layout, with the settings' own, and `own` those of the map alone."""

    timezone: str
    date_formats: tuple[str, ...]
    status_words: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def layout_aliases(settings: Settings, layout: Layout) -> dict[str, str]:
    """Return the settings' other headers for columns of a layout; raise `Refused` for a column that no layout has."""
    check_keys(
        dict.fromkeys(settings.aliases.values()),
        [name for known in (*LAYOUTS.values(), *(entity.layout for entity in ENTITIES)) for name in known.names()],
        "The settings: aliases",
    )
    return {header: column for header, column in settings.aliases.items() if column in layout.names()}


def default_map(settings: Settings) -> ColumnMap:
    """Return the map of a source that uses Flagbook's own headers, with what the settings add."""
    known = {name: layout_aliases(settings, layout) for name, layout in LAYOUTS.items()}
    return ColumnMap(settings.business.timezone, settings.business.date_formats, dict(settings.status_words), known)


def read_map(path: Path, settings: Settings) -> ColumnMap:
    """Read a map file; what it leaves out comes from the settings. Raises `Refused`, naming the key that is wrong."""
    try:
        data = parse_toml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such column map.", "Check --map; it names a TOML file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: the column map can't be read ({type(error).__name__}).", "It must be a valid TOML file in UTF-8.") from None
    check_keys(data, KEYS, str(path))
    base = default_map(settings)
    zone, formats = data.get("timezone", base.timezone), data.get("date_formats", list(base.date_formats))
    check_zone(zone, str(path))
    check_formats(formats, f"{path}: date_formats")
    own = {name: _headers(data.get(name, {}), name, str(path)) for name in ("customers", "bookings")}
    headers = {name: {**base.headers[name], **said} for name, said in own.items()}
    words = status_words(data.get("status_words", {}), f"{path}: status_words")
    return ColumnMap(zone, tuple(formats), {**base.status_words, **words}, headers, own)


def _headers(table: object, layout: str, where: str) -> dict[str, str]:
    pairs = alias_table(table, f"{where}: {layout}")
    check_keys(dict.fromkeys(pairs.values()), list(LAYOUTS[layout].names()), f"{where}: {layout}")
    return pairs


def check_zone(zone: object, where: str) -> None:
    """Raise `Refused` unless this names a time zone."""
    if not is_zone(str(zone)):
        raise Refused(f"{where}: there is no time zone called {zone}.", "Name one such as Europe/London.")
