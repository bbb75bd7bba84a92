"""What a map of another system says: a column map, and how its flag-like columns become flags. Checked as it is read."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.dateforms import check_formats
from pipeline.errors import Refused
from pipeline.intake.cells import keys_of
from pipeline.intake.maps import check_zone, default_map
from pipeline.legacy.mistakes import check_several, check_sources, check_words, check_zoned, read_switch, settle_words
from pipeline.settings import Settings, check_keys, status_words
from pipeline.toml import parse_toml
from schemas.columns import LAYOUTS

SHIPPED = "pipeline.legacy"
MAP_KEYS = [
    *("name", "about", "template", "timezone", "date_formats", "status_words", "known", "several", "sheets", "customers", "bookings"),
    *("pick", "zone_column", "plus", "surname_first", "flags"),
]
PREFIX = "surname_prefix"  # a part of the family name that stands in a column of its own, as Dutch systems have it
# What a map may fill: the columns of the book, but for the alert, of which [[flags]] tells; and a whole name in one cell.
FIELDS = {
    "customers": [name for name in LAYOUTS["customers"].names() if name != "alert_message"] + ["name", PREFIX],
    "bookings": [name for name in LAYOUTS["bookings"].names() if name != "alert_message"] + ["name", "day"],
}
KEYS = ("customer_id", "email", "phone")
WHO = (*KEYS, "name")
# Words that mean yes and no where a map does not say which do.
YES = (
    *("yes", "y", "true", "t", "1", "x", "on", "✓", "✔", "checked", "blocked", "banned", "flagged"),
    *("ja", "oui", "si", "sí", "sì", "sim", "da", "tak", "igen", "ano", "kyllä", "evet", "да", "\u03bd\u03b1\u03b9", "はい", "是"),
    *("wahr", "vrai", "vero", "verdadero", "verdadeiro"),
)
NO = (
    *("no", "n", "false", "f", "0", "off", "unchecked", "allow", "allowed", "none", "-", "--", "\u2013", "\u2014", "n/a"),
    *("nein", "non", "nee", "nej", "nei", "não", "nao", "nie", "nem", "ne", "ei", "hay\u0131r", "hayir", "нет", "όχι", "いいえ", "否"),
    *("falsch", "faux", "falso"),
)
GOES_ON = " *"  # behind a word of yes or no: cells that begin with it, whatever else they say
CHECK = "# CHECK"  # how a draft marks what wants a person
ANY = "*"  # among the words that mean yes: whatever is filled in and does not mean no


@dataclass(frozen=True)
class FlagRule:
    """How some columns become flags of one type, or of the type that a column names; columns are named by their headers, the first filled one counts.

    A flag is there where `when` holds a word of `yes` (`ANY`: anything but a word of `no`), or begins with one that ends with `GOES_ON`; without
    it, where there is a type or a comment, and no word of `no` stands in its place; of `tags`, one for each tag in `allow` (tag → type).
    With `event`, each row is an event of the past: a word of `flagged`, or one of `unflagged`; one of `no` is none. `text` is the comment of a flag without
    one, `no_end` the words in `expires` by which there is no last day; where `ended` holds a word of `ended_yes` the flag has ended, and nothing is made
    of it; `sheets`, if there are any, those of a workbook that alone the rule reads. A rule of a map with `skip = true` is none.
    """

    type: str | None = None
    type_column: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    when: tuple[str, ...] = ()
    yes: tuple[str, ...] = YES
    no: tuple[str, ...] = NO
    tags: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    split: str = ",;|"
    comment: tuple[str, ...] = ()
    text: str | None = None
    by: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    expires: tuple[str, ...] = ()
    no_end: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    ended_yes: tuple[str, ...] = YES
    event: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ("flagged", "flag", "added")
    unflagged: tuple[str, ...] = ("un-flagged", "unflagged", "unflag", "removed")
    sheets: tuple[str, ...] = ()

    def columns(self) -> Iterator[str]:
        """Yield the headers that the rule reads."""
        for name in ("type_column", "when", "tags", "comment", "by", "at", "expires", "ended", "event"):
            yield from getattr(self, name)

    def tells(self) -> tuple[str, ...]:
        """Return the headers of which one must be there for the rule to say anything."""
        return self.tags or self.event or self.when or self.comment or self.type_column

    def is_of(self, *sheet: str) -> bool:
        """Tell whether the rule reads a sheet, by the names that it may have in a map."""
        return not self.sheets or bool({name.strip().casefold() for name in self.sheets} & {name.strip().casefold() for name in sheet})

    def says_present(self) -> bool:
        """Tell whether the rule says how things stand, and not only what happened."""
        return not self.event

    def type_names(self) -> set[str]:
        """Return the flag types that the rule itself names."""
        return {name for name in (self.type, *self.types.values(), *self.allow.values()) if name}


@dataclass(frozen=True)
class LegacyMap:
    """One system: its headers for our columns (`customers`, `bookings`: column → headers), its times, its words, and its flags.

    `template` says why the headers are not the system's own, where nobody has published them. `known` are headers of its files of which nothing
    is made, `several` columns whose cells may hold several values, `pick` patterns whose group is the value, `zone_column` names rows' time zones.
    `surname_first` says that whole names begin with the family name; of a workbook only `sheets` are read, all if there are none. `checks` counts the
    comments of a draft that want a person.
    """

    system: str
    name: str
    about: str
    template: str | None
    timezone: str
    date_formats: tuple[str, ...]
    status_words: Mapping[str, str]
    customers: Mapping[str, tuple[str, ...]]
    bookings: Mapping[str, tuple[str, ...]]
    flags: tuple[FlagRule, ...] = ()
    known: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    pick: Mapping[str, str] = field(default_factory=dict)
    zone_column: tuple[str, ...] = ()
    plus: bool = False
    surname_first: bool = False
    sheets: tuple[str, ...] = ()
    where: str = ""
    shipped: bool = False
    checks: int = 0

    def columns_of(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        """Return column → headers of a kind of file: customers or bookings."""
        return self.customers if kind == "customers" else self.bookings

    def kinds(self) -> list[str]:
        """Return the kinds of file that the map reads."""
        return [kind for kind in ("bookings", "customers") if self.columns_of(kind)]


def shipped_systems() -> list[str]:
    """Return the systems of which a map is shipped."""
    return sorted(entry.name.removesuffix(".toml") for entry in resources.files(SHIPPED).iterdir() if entry.name.endswith(".toml"))


def shipped_map(system: str, settings: Settings) -> LegacyMap:
    """Return a shipped map; raise `Refused` where there is none of that name, naming the nearest."""
    known = shipped_systems()
    plain = re.sub(r"[^a-z0-9]", "", system.casefold())
    if plain not in known:
        near = difflib.get_close_matches(plain, known, n=1)
        said = f"Did you mean {near[0]}? " if near else ""
        raise Refused(f"There is no map of a system called {system}.", f"{said}They are: {', '.join(known)}. Give your own with --map.")
    source = resources.files(SHIPPED).joinpath(f"{plain}.toml")
    return replace(_checked(tomllib.loads(source.read_text(encoding="utf-8")), settings, (plain, str(source))), shipped=True)


def read_legacy_map(path: Path, settings: Settings) -> LegacyMap:
    """Read a user's map; raise `Refused`, naming what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = parse_toml(text)
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such map.", "Check --map; it names a TOML file, such as migrate --draft writes.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path}: the map is not valid TOML: {error}.", "Correct the line.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: the map can't be read ({type(error).__name__}).", "It must be a TOML file in UTF-8.") from None
    checks = sum(line.lstrip().startswith(CHECK) for line in text.splitlines())
    return replace(_checked(data, settings, (path.stem, str(path))), checks=checks)


def _checked(data: Any, settings: Settings, named: tuple[str, str]) -> LegacyMap:
    system, where = named
    check_keys(data, MAP_KEYS, where)
    base = default_map(settings)
    zone, formats = _text(data, "timezone", where) or base.timezone, data.get("date_formats", list(base.date_formats))
    check_zone(zone, where)
    check_formats(formats, f"{where}: date_formats")
    columns = {kind: _columns(data.get(kind, {}), kind, where) for kind in FIELDS}
    if not any(columns.values()):
        raise Refused(f"{where}: the map names no columns.", "Add a table [customers] or [bookings] that says which headers hold what.")
    tables = [(rule, f"{where}: flags {place}") for place, rule in enumerate(_tables(data.get("flags", []), f"{where}: flags"), 1)]
    rules = tuple(_rule(rule, settings, place) for rule, place in tables if not read_switch(rule, "skip", place))
    name = _text(data, "name", where) or system
    several, picked, zone_column = _texts(data, "several", where), _patterns(data.get("pick", {}), f"{where}: pick"), _texts(data, "zone_column", where)
    check_several(several, {*FIELDS["customers"], *FIELDS["bookings"]}, where)
    check_zoned(zone_column, columns["bookings"], where)
    for kind, headers in columns.items():
        check_sources(headers, picked, f"{where}: {kind}")
    return LegacyMap(
        system=re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or system,
        name=name,
        about=_text(data, "about", where) or "",
        template=_text(data, "template", where),
        timezone=zone,
        date_formats=tuple(formats),
        status_words={**base.status_words, **status_words(data.get("status_words", {}), f"{where}: status_words")},
        customers=columns["customers"],
        bookings=columns["bookings"],
        flags=rules,
        known=_texts(data, "known", where),
        several=several,
        pick=picked,
        zone_column=zone_column,
        plus=read_switch(data, "plus", where),
        surname_first=read_switch(data, "surname_first", where),
        sheets=_texts(data, "sheets", where),
        where=where,
    )


def _columns(table: object, kind: str, where: str) -> dict[str, tuple[str, ...]]:
    """Return column → headers; a map needs something that tells whose a row is, and of bookings which and when."""
    check_keys(table, FIELDS[kind], f"{where}: {kind}")
    assert isinstance(table, dict), "check_keys raises for what is no table"
    found = {column: headers for column in table if (headers := _texts(table, column, f"{where}: {kind}"))}
    needed = [("booking_id",), ("starts_at", "day")] if kind == "bookings" else []
    for group in [WHO, *needed] if found else []:
        if not set(group) & set(found):
            raise Refused(f"{where}: {kind}: none of {', '.join(group)} is named.", "Say which column of the file holds it.")
    return found


def _rule(table: Any, settings: Settings, where: str) -> FlagRule:
    lists: tuple[str, ...] = ("type_column", "when", "yes", "no", "tags", "comment", "by", "at", "expires", "no_end", "ended", "ended_yes")
    lists += ("event", "flagged", "unflagged", "sheets")
    check_keys(table, ["skip", "type", *lists, "types", "allow", "split", "text"], where)
    said: dict[str, Any] = {name: _texts(table, name, where) for name in lists if name in table}
    said |= {name: _text(table, name, where) for name in ("type", "split", "text") if name in table}
    said |= {name: _words(table[name], f"{where}: {name}") for name in ("types", "allow") if name in table}
    if "split" in table and not said["split"]:
        raise Refused(f"{where}: split is blank, so that tags can't be told apart.", 'Give the characters between tags, such as ",;|", or take the line out.')
    said |= settle_words(said, {"yes": YES, "no": NO, "flagged": FlagRule.flagged, "unflagged": FlagRule.unflagged}, where)
    rule = FlagRule(**said)
    if not (rule.type or rule.type_column or rule.allow):
        raise Refused(f"{where}: it is not said of which type the flags are.", "Give type, or type_column, or of tags a table allow.")
    if not rule.tells():
        raise Refused(f"{where}: it is not said where a flag is.", "Give when (a column that says yes), comment, type_column, tags or event.")
    check_words(said, where)
    if rule.tags and not rule.allow:
        raise Refused(f"{where}: tags become flags only by an allow-list.", 'Add a table: [flags.allow], with lines such as "do not serve" = "On Hold"')
    return _typed(rule, settings, where)


def _typed(rule: FlagRule, settings: Settings, where: str) -> FlagRule:
    """Return the rule with types as the settings write them; raise `Refused` for one that they do not have."""
    known = dict(zip(keys_of(settings.type_names()), settings.type_names(), strict=True))
    used = sorted(rule.type_names())
    spelt = dict(zip(used, map(known.get, keys_of(used)), strict=True))
    for name in used:
        if spelt[name] is None:
            near = difflib.get_close_matches(name, settings.type_names(), n=1, cutoff=0.0)
            raise Refused(f"{where}: there is no flag type called {name}.", f"The nearest is {near[0]}; flags.types in the settings lists them.")
    tables = {what: {word: spelt[name] for word, name in getattr(rule, what).items()} for what in ("types", "allow")}
    return FlagRule(**{**vars(rule), **tables, "type": spelt[rule.type] if rule.type else None})


def _tables(value: object, where: str) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(f"{where}: this must be a list of tables.", "Write each as [[flags]].")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise Refused(f"{where}: {key}: this must be a text.", "Put it between double quotes.")
    return value or None


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, ())
    value = (value,) if isinstance(value, str) else value
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise Refused(f"{where}: {key}: this must be a text or a list of texts.", 'Write it as "…" or as ["…", "…"].')
    return tuple(one for one in value if one.strip())


def _words(table: object, where: str) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise Refused(f'{where}: this must be a table of word = "flag type".', 'For example: "do not serve" = "On Hold"')
    return dict(table)


def _patterns(table: object, where: str) -> dict[str, str]:
    patterns = _words(table, where)
    check_keys(patterns, sorted({*FIELDS["customers"], *FIELDS["bookings"]}), where)
    for column, pattern in patterns.items():
        try:
            groups = re.compile(pattern).groups
        except re.error:
            groups = 0
        if groups != 1:
            raise Refused(f"{where}: {column}: this must be a regular expression with one group.", "For example: customer_id = '^([0-9]+)_'")
    return patterns
