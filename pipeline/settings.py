"""The settings file: one frozen object, read once; an unknown key is refused with the nearest known one."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from pipeline import dateforms
from pipeline.errors import Refused
from pipeline.folders import Nightly, check_folders, check_heads_file
from pipeline.folding import folded
from pipeline.toml import parse_toml

T = TypeVar("T")
MOST, LIMITS = 10**15, {"days": 36_500, "seconds": 86_400}  # the largest numbers: of days and seconds those that a calendar, or a night, can hold
ACCOUNTS = ("password-on-first-booking", "verify-on-next-booking", "not-required")


@dataclass(frozen=True)
class FlagType:
    """One type of flag; the order in the settings is the order of severity, most severe first."""

    name: str
    colour: str = "red"
    alerts: bool = True
    holds: bool = False


@dataclass(frozen=True)
class Staff:
    """A person whom the settings list, and what they may do."""

    name: str
    may_flag: bool = True
    may_block: bool = False


FIVE_TYPES = (
    FlagType("On Hold", "red", holds=True),
    FlagType("At Risk", "red"),
    FlagType("Warning", "yellow"),
    FlagType("Important", "blue"),
    FlagType("Alert", "magenta"),
)
COLOURS = ("red", "yellow", "blue", "magenta", "green", "cyan", "white")


@dataclass(frozen=True)
class Business:
    """When and where: the business time zone, the region of phone numbers without country code, date formats (strftime)."""

    timezone: str = "UTC"
    phone_region: str | None = None
    customer_accounts: str = ACCOUNTS[0]
    date_formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flags:
    """The flag types and the longest comment in characters."""

    comment_limit: int = 500
    types: tuple[FlagType, ...] = FIVE_TYPES


@dataclass(frozen=True)
class Files:
    """How large an upload may be, as it lies and unpacked, and what reading one workbook or Parquet file may take."""

    max_rows: int = 5_000_000
    max_bytes: int = 2 << 30
    max_unpacked_bytes: int = 768_000_000
    max_cells: int = 10_000_000
    max_columns: int = 16_384
    read_seconds: int = 120
    read_memory: int = 2_000_000_000


@dataclass(frozen=True)
class Batches:
    """What stops a batch: the share of the active flags, in percent, that it may end or change; the rows above which it needs approval.

    `shrink_percent`: the share of last time's rows that an export must have.
    """

    mass_change_percent: int = 25
    approval_over: int = 50
    shrink_percent: int = 70


@dataclass(frozen=True)
class Reports:
    """What reports look for: flags that end within so many days, and flags older than so many days without a booking since."""

    expiring_days: int = 14
    stale_days: int = 180


@dataclass(frozen=True)
class Store:
    """How many bytes must be free on the store's disk before a batch begins, besides thrice its inputs."""

    min_free_bytes: int = 128 << 20


@dataclass(frozen=True)
class History:
    """Where the heads of batches are kept outside the store, from the settings' folder on; none: beside the store."""

    heads_file: str | None = None


@dataclass(frozen=True)
class Settings:
    """All that a run may know; `remarks` warn in the report, `approval`: large batches need a second person's, `path`: their file."""

    business: Business = Business()
    flags: Flags = Flags()
    files: Files = Files()
    batches: Batches = Batches()
    reports: Reports = Reports()
    history: History = History()
    nightly: Nightly = field(default_factory=Nightly)
    store: Store = Store()
    staff: tuple[Staff, ...] = ()
    status_words: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    approval: bool = False
    remarks: tuple[str, ...] = ()
    path: Path = Path("flagbook.toml")

    @property
    def folder(self) -> Path:
        """Return where the file lies: what it names is there, or goes on from there."""
        return self.path.parent

    @property
    def zone(self) -> ZoneInfo:
        """Return the business time zone."""
        return ZoneInfo(self.business.timezone)

    def type_names(self) -> tuple[str, ...]:
        """Return the flag types' names, most severe first."""
        return tuple(kind.name for kind in self.flags.types)


STATUSES = ("booked", "completed", "cancelled", "no-show", "active", "archived", "deleted")
NO_ZONE = "business.timezone is not set: times without an offset count as UTC"


def read_settings(path: Path | None) -> Settings:
    """Read a settings file; without one, the defaults. Raises `Refused` for what can't be used, naming the key."""
    if path is None:
        return Settings(remarks=(NO_ZONE,))
    try:
        data = parse_toml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such settings file.", "Check --settings, or write one with: flagbook init") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: the settings can't be read ({type(error).__name__}).", "It must be a readable UTF-8 file.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path}: the settings are not valid TOML: {error}.", "Correct the line.") from None
    settings = replace(_settings(data, str(path)), path=path)
    check_heads_file(settings.history.heads_file, path)
    return settings


def _settings(data: dict[str, Any], where: str) -> Settings:
    check_keys(data, [key.name for key in fields(Settings) if key.name not in ("remarks", "path")], where)
    business = _section(Business, data.get("business", {}), f"{where}: business")
    flags = _section(Flags, data.get("flags", {}), f"{where}: flags", types=FlagType)
    _check_business(business, where)
    _check_types(flags, where)
    staff = _entries(Staff, data.get("staff", []), f"{where}: staff")
    if len({person.name.casefold() for person in staff}) < len(staff):
        raise Refused(f"{where}: staff: a name stands twice.", "Name each person once.")
    remarks = () if "timezone" in data.get("business", {}) else (NO_ZONE,)
    return Settings(
        approval=_value(data.get("approval", False), False, f"{where}: approval"),  # the default is what tells the type
        batches=_section(Batches, data.get("batches", {}), f"{where}: batches"),
        business=business,
        flags=flags,
        files=_section(Files, data.get("files", {}), f"{where}: files"),
        reports=_section(Reports, data.get("reports", {}), f"{where}: reports"),
        history=_section(History, data.get("history", {}), f"{where}: history"),
        nightly=check_folders(_section(Nightly, data.get("nightly", {}), f"{where}: nightly"), f"{where}: nightly"),
        store=_section(Store, data.get("store", {}), f"{where}: store"),
        staff=staff,
        status_words=status_words(data.get("status_words", {}), f"{where}: status_words"),
        aliases=alias_table(data.get("aliases", {}), f"{where}: aliases"),
        remarks=remarks,
    )


def check_keys(table: Any, known: list[str], where: str) -> None:
    """Raise `Refused` for a key that is not known, naming the nearest one (also used for column maps)."""
    if not isinstance(table, dict):
        raise Refused(f"{where}: this must be a table.", "See the commented file that flagbook init writes.")
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            raise Refused(f"{where}: there is no key called {key}.", f"The nearest known one is {near[0]}." if near else "Remove it.")


def _section(kind: type[T], table: Any, where: str, **nested: type[Any]) -> T:
    check_keys(table, [key.name for key in fields(kind)], where)  # type: ignore[arg-type]  # every T here is a dataclass
    default = kind()
    values = {}
    for key, value in table.items():
        if key in nested:
            values[key] = _entries(nested[key], value, f"{where}.{key}")
        else:
            values[key] = _value(value, getattr(default, key), f"{where}.{key}")
    return kind(**values)


def _value(value: Any, default: Any, where: str) -> Any:
    if isinstance(default, tuple):
        value = (value,) if isinstance(value, str) else value
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise Refused(f"{where}: this must be a list of texts.", 'Write it as ["…", "…"].')
    wanted = str if default is None else type(default)
    most = LIMITS.get(where.rpartition("_")[2], MOST)
    if type(value) is not wanted or (isinstance(value, int) and wanted is int and not 0 < value <= most):
        words = {str: "a text", int: f"a whole number above 0, and at most {most:,}", bool: "true or false"}
        raise Refused(f"{where}: this must be {words[wanted]}.", "Correct the value.")
    return value


def _entries(kind: type[T], rows: Any, where: str) -> tuple[T, ...]:
    if not isinstance(rows, list):
        raise Refused(f"{where}: this must be a list of tables.", f"Write each as [[{where.rsplit(' ', 1)[-1]}]].")
    known = {key.name: key for key in fields(kind)}  # type: ignore[arg-type]  # every T here is a dataclass
    made = []
    for row in rows:
        check_keys(row, list(known), where)
        if not isinstance(row.get("name"), str) or not row["name"].strip():
            raise Refused(f"{where}: an entry has no name.", "Give each entry a name.")
        checked = {key: _value(value, "" if key == "name" else known[key].default, f"{where}.{key}") for key, value in row.items()}
        made.append(kind(**{**checked, "name": row["name"].strip()}))
    return tuple(made)


def status_words(table: Any, where: str) -> dict[str, str]:
    """Return word → status from a table of word = "status" (also used for column maps); a status that is not known is refused."""
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise Refused(f'{where}: this must be a table of word = "status".', 'For example: "Checked out" = "completed"')
    for word, status in table.items():
        if status not in STATUSES:
            near = difflib.get_close_matches(status, STATUSES, n=1, cutoff=0.0)
            raise Refused(f"{where}: {word}: there is no status called {status}.", f"The nearest known one is {near[0]}; they are: {', '.join(STATUSES)}.")
    return dict(table)


def alias_table(table: Any, where: str) -> dict[str, str]:
    """Return header → column name from a table of column = "Header" or column = ["Header", …], of maps too; raise `Refused` where it is none."""
    if not isinstance(table, dict):
        raise Refused(f'{where}: this must be a table of column = ["Header"].', 'For example: customer_id = ["Client code"]')
    pairs = {}
    for column, headers in table.items():
        for header in _value(headers, (), f"{where}.{column}"):
            pairs[header] = column
    return pairs


def _check_business(business: Business, where: str) -> None:
    if not dateforms.is_zone(business.timezone):
        raise Refused(f"{where}: business.timezone: there is no time zone called {business.timezone}.", "Name one such as Europe/London.")
    if business.customer_accounts not in ACCOUNTS:
        raise Refused(f"{where}: business.customer_accounts is not known.", f"It is one of: {', '.join(ACCOUNTS)}.")
    region = business.phone_region
    if region is not None and region not in SUPPORTED_REGIONS:
        raise Refused(f"{where}: business.phone_region: {region} is not a country's two letters.", 'For example: phone_region = "GB"')
    dateforms.check_formats(business.date_formats, f"{where}: business.date_formats")


def _check_types(flags: Flags, where: str) -> None:
    keys = folded(pl.Series([kind.name for kind in flags.types], dtype=pl.String)).to_list()
    if not keys or len(set(keys)) < len(keys) or {"all", None} & set(keys):
        raise Refused(f"{where}: flags.types must name each type once, at least one, and none of them ALL.", "Correct the list.")
    strange = [kind.colour for kind in flags.types if kind.colour not in COLOURS]
    if strange:
        raise Refused(f"{where}: flags.types: there is no colour called {strange[0]}.", f"It is one of: {', '.join(COLOURS)}.")
