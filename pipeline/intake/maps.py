"""Column maps: how another source names its columns, writes its dates and words its statuses (TOML)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import Refused
from pipeline.settings import Settings, alias_table, check_keys
from schemas.columns import LAYOUTS

KEYS = ["name", "timezone", "date_formats", "customers", "bookings", "status_words"]


@dataclass(frozen=True)
class ColumnMap:
    """What a map says; headers are header → column name, for each layout."""

    timezone: str
    date_formats: tuple[str, ...]
    status_words: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def default_map(settings: Settings) -> ColumnMap:
    """Return the map of a source that uses Flagbook's own headers, with what the settings add."""
    known = {name: {header: column for header, column in settings.aliases.items() if column in layout.names()} for name, layout in LAYOUTS.items()}
    return ColumnMap(settings.business.timezone, settings.business.date_formats, dict(settings.status_words), known)


def read_map(path: Path, settings: Settings) -> ColumnMap:
    """Read a map file; what it leaves out comes from the settings. Raises `Refused`, naming the key that is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such column map.", "Check --map; it names a TOML file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: the column map can't be read ({type(error).__name__}).", "It must be a valid TOML file in UTF-8.") from None
    check_keys(data, KEYS, str(path))
    base = default_map(settings)
    zone, formats = data.get("timezone", base.timezone), data.get("date_formats", list(base.date_formats))
    _check_zone(zone, str(path))
    if not isinstance(formats, list) or not all(isinstance(form, str) for form in formats):
        raise Refused(f"{path}: date_formats must be a list of texts.", 'For example: date_formats = ["%d/%m/%Y %H:%M"]')
    headers = {name: {**base.headers[name], **_headers(data.get(name, {}), name, str(path))} for name in ("customers", "bookings")}
    words = data.get("status_words", {})
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise Refused(f'{path}: status_words must be a table of word = "status".', 'For example: "t" = "active"')
    return ColumnMap(zone, tuple(formats), {**base.status_words, **words}, headers)


def _headers(table: object, layout: str, where: str) -> dict[str, str]:
    pairs = alias_table(table, f"{where}: {layout}")
    check_keys(dict.fromkeys(pairs.values()), list(LAYOUTS[layout].names()), f"{where}: {layout}")
    return pairs


def _check_zone(zone: object, where: str) -> None:
    try:
        ZoneInfo(str(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"{where}: there is no time zone called {zone}.", "Name one such as Europe/London.") from None
