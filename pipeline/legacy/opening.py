"""Which system a file is of: its header is compared with every map's, and the map that fits best is taken, with how sure that is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import NotRecognised, Refused
from pipeline.intake.exports import ADDED, Opened, open_parts
from pipeline.intake.sheets import Heads, OneOf, Wanted, map_columns
from pipeline.legacy.headings import FIRST, are_numbered, numbered
from pipeline.legacy.maps import KEYS, WHO, FlagRule, LegacyMap
from pipeline.legacy.markup import open_markup
from pipeline.settings import Settings
from schemas.columns import Column, Kind, Layout, header_key, sign_key

SURE = 0.5  # the share of a file's columns that a map must know for the file to be taken as its system's
NAME_IT = "Name the system with --from, or have a map drafted: flagbook migrate FILE --draft MAP.toml"


@dataclass(frozen=True)
class Source:
    """A file, or a sheet of one, with the map that it is read by and what it holds: customers or bookings. `positions`: sign key of a header → column.

    `sure` is the share of its columns that the map knows; `what` the file, which part of that it is, and how it is told from the others.
    """

    what: tuple[Path, int, str]
    opened: Opened
    map: LegacyMap
    kind: str
    positions: Mapping[str, int]
    sure: float

    @property
    def name(self) -> str:
        """Return the file's name, with the sheet's where there are several."""
        return f"{self.what[0].name}{self.what[2]}"

    @property
    def size(self) -> int:
        """Return how many bytes the file has; of a workbook, its first sheet stands for all."""
        return 0 if self.what[1] else self.what[0].stat().st_size

    def has(self, headers: Sequence[str]) -> bool:
        """Tell whether the file has one of some columns."""
        return bool(self.places(headers))

    def places(self, headers: Iterable[str]) -> list[int]:
        """Return where those of some columns stand that the file has."""
        return [place for header in headers if (place := self.positions.get(sign_key(header))) is not None]

    def own_rules(self) -> list[FlagRule]:
        """Return the rules of flags of the map, less those of other sheets."""
        return [rule for rule in self.map.flags if self.kind == "customers" and rule.is_of(self.opened.sheet, f"{self.opened.called}{self.opened.sheet}")]

    def rules(self) -> list[FlagRule]:
        """Return the rules of flags whose columns the file has, and that which tells of some that they have ended: of other flags it says nothing."""
        return [rule for rule in self.own_rules() if self.has(rule.tells()) and (not rule.ended or self.has(rule.ended))]

    def names_only(self) -> bool:
        """Tell whether it is a file of bookings that names customers by name alone."""
        keys = [header for column in KEYS for header in self.map.bookings.get(column, ())]
        return self.kind == "bookings" and not self.has(keys)

    def has_both(self) -> bool:
        """Tell whether it is a file of bookings that names customers by e-mail address and by number."""
        return self.kind == "bookings" and all(self.has(self.map.bookings.get(column, ())) for column in ("email", "phone"))

    def unused(self) -> list[str]:
        """Return the columns of which nothing is made."""
        used = set(self.places(_used(self.map, self.kind)))
        titles = [title for place, title in enumerate(self.opened.header) if title and place not in used and title not in ADDED]
        return list(dict.fromkeys(titles))


@dataclass(frozen=True)
class MapColumns(Wanted):
    """The columns that a map knows; those of which nothing is made (`idle`) may stand in a file several times.

    Of columns whose headers differ in signs alone (`signed`: sign key → header) the one counts that the map writes as the file does, and of those that
    are called alike each that the map names by its number (`is_numbered`: it does so, see `numbered`).
    """

    signed: Mapping[str, str]
    idle: frozenset[str] = frozenset()
    is_numbered: bool = False

    @classmethod
    def of_headers(cls, layout: Layout, headers: Iterable[str], known: Iterable[str] = ()) -> "MapColumns":
        """Return what to look for: columns that have these headers, and others that are only `known`."""
        every, signed, names = [*headers], dict[str, str](), dict[str, str]()
        for header in [*every, *known]:
            names.setdefault(header_key(header), signed.setdefault(sign_key(header), header))
        used = {signed[sign_key(header)] for header in every}
        return cls(layout, names, signed, frozenset(signed.values()) - used, are_numbered(every))

    def recognised(self, record: Sequence[str]) -> list[str | None]:
        """Return the column name that each header cell means, or None; of idle columns only the first."""
        record = self._by_number(record) if self.is_numbered else record
        told = [self.signed.get(sign_key(title)) for title in record]
        as_written = set(told)
        meant = [self.names.get(key) if (key := header_key(title)) else None for title in record]
        names = [one or (other if other not in as_written else None) for one, other in zip(told, meant, strict=True)]
        return [None if name in self.idle and name in names[:place] else name for place, name in enumerate(names)]

    def which_one(self, headers: Sequence[str]) -> str:
        """Return what to do where several headers mean one column: a map can say which, where they are called alike."""
        *_, last = numbered(headers)
        return f"Remove or rename one of them, or say in the map which it is, as in {last}." if last != headers[-1].strip() else super().which_one(headers)

    def _by_number(self, record: Sequence[str]) -> list[str]:
        """Return a header as the map calls its columns: by number those of which it names one so, though the first without, and the others as they stand."""
        pairs = list(zip(record, numbered(record), strict=True))
        meant = {sign_key(title) for title, name in pairs if name != title.strip() and sign_key(name) in self.signed}
        is_plain = [sign_key(title) not in meant or (name.endswith(FIRST) and sign_key(name) not in self.signed) for title, name in pairs]
        return [title if plain else name for plain, (title, name) in zip(is_plain, pairs, strict=True)]


@dataclass(frozen=True)
class AnySystem(OneOf):
    """Sheets of any of some systems: the one is taken whose map knows the largest share of a record that has what it needs."""

    def choose(self, heads: Heads, name: str) -> Wanted:  # noqa: ARG002  # the columns tell, not the sheet's name
        """Return the kind that fits best; of kinds that fit as well, the first."""
        records = [record for head in heads for record in head if any(record)]
        return max(self.kinds, key=lambda kind: max((_fit(kind, record) for record in records), default=(False, 0.0, 0)))


def _fit(kind: Wanted, record: Sequence[str]) -> tuple[bool, float, int]:
    """Return whether a record has the columns that are needed, the share of them that is known, and how many those are."""
    complete, named = kind.score(record)
    filled = sum(1 for title in record if title.strip())
    return complete, named / filled if filled else 0.0, named


def _used(legacy: LegacyMap, kind: str) -> list[str]:
    columns = [header for headers in legacy.columns_of(kind).values() for header in headers]
    rules = [header for rule in legacy.flags for header in rule.columns()] if kind == "customers" else list(legacy.zone_column)
    return [*columns, *rules]


def wanted_of(legacy: LegacyMap, kind: str) -> Wanted:
    """Return what to look for in a file: every header of the map, its own name being what it means."""
    columns = legacy.columns_of(kind)
    ids = set(columns.get("customer_id", ()) if kind == "customers" else columns.get("booking_id", ()))
    used = _used(legacy, kind)
    headers = dict.fromkeys([*used, *legacy.known])
    layout = Layout(f"{legacy.system}/{kind}", kind.capitalize(), tuple(Column(name, Kind.ID if name in ids else Kind.TEXT, "") for name in headers), ())
    needed = [tuple(header for column in WHO for header in columns.get(column, ()))]
    if kind == "bookings":
        needed += [columns["booking_id"], (*columns.get("day", ()), *columns.get("starts_at", ()))]
    found = MapColumns.of_headers(layout, used, legacy.known)
    groups = tuple(tuple(found.signed[sign_key(header)] for header in group) for group in needed)
    return replace(found, layout=replace(layout, required=groups))


def open_sources(
    path: Path, maps: Sequence[LegacyMap], settings: Settings, encoding: str | None = None, others: Callable[[], Sequence[LegacyMap]] = tuple
) -> list[Source]:
    """Open a file (`encoding` is of texts) as an export of one of some systems; raise `Refused` where it can't be read, or fits none, or several as well.

    Where it is of one system that somebody named, `others` gives the maps of which some sheets may be.
    """
    kinds = {wanted.layout.name: (one, kind, wanted) for one in maps for kind in one.kinds() for wanted in [wanted_of(one, kind)]}
    sought = AnySystem(tuple(wanted for _, _, wanted in kinds.values()), {})
    opened = _open(path, sought, maps, settings, encoding)
    opened = _without_others(path, _named_sheets(path, opened, maps[0]), maps[0], others) if len(maps) == 1 else opened
    sources = []
    for part, one in enumerate(opened):
        legacy, kind, wanted = kinds[one.wanted.layout.name]
        of_sheet = f", {one.called}{one.sheet}" if len(opened) > 1 else ""
        positions = {sign_key(name): place for name, place in map_columns(one.header, wanted, f"{path}{of_sheet}").items()}
        sure = _fit(wanted, one.header)[1]
        if len(maps) > 1:
            _require_sure(path, one.header, (legacy.name, sure), [entry for entry in kinds.values() if entry[0] is not legacy])
        sources.append(Source((path, part, of_sheet), one, legacy, kind, positions, sure))
    return sources


def _open(path: Path, sought: AnySystem, maps: Sequence[LegacyMap], settings: Settings, encoding: str | None) -> list[Opened]:
    """Open a file as one of some systems; raise `Refused` where it can't be read, or its columns are those of none."""
    try:
        return open_markup(path, sought, settings, encoding) or open_parts(path, sought, settings, encoding)
    except NotRecognised as error:
        if len(maps) == 1:
            fix = f"If it is a file of {maps[0].name}, copy the map, put your headers in, and give it with --map; else name its system, or leave --from out."
            raise NotRecognised(error.reason, fix) from error
        raise NotRecognised(f"{path}: its columns are those of no system that is known.", NAME_IT) from error


def _named_sheets(path: Path, opened: list[Opened], legacy: LegacyMap) -> list[Opened]:
    """Return the sheets that a map names, if it names any, with a remark on the others; raise `Refused` where the file has sheets, and none of them."""
    if not legacy.sheets or not any(one.sheet for one in opened):
        return opened
    names = {name.strip().casefold() for name in legacy.sheets}
    kept = [one for one in opened if names & {one.sheet.strip().casefold(), f"{one.called}{one.sheet}".casefold()}]
    others = ", ".join(one.sheet for one in opened if one not in kept)
    if not kept:
        why = f"{path}: none of the sheets that have the header is one that the map names: {', '.join(legacy.sheets)}."
        raise Refused(why, f"It has: {others}. Correct the line sheets in {legacy.where}.")
    return _kept(opened, kept, [f"{path.name}: left out, since the map does not name them: {others}"] if others else [])


def _kept(opened: Sequence[Opened], kept: Sequence[Opened], said: Sequence[str]) -> list[Opened]:
    """Return the sheets that are kept, with what there is to say of all, which stands with the first, and of those that are not."""
    tells = [one.tell for one in opened]
    return [replace(kept[0], tell=lambda: (*(remark for tell in tells for remark in tell()), *said)), *(replace(one, tell=tuple) for one in kept[1:])]


def _without_others(path: Path, opened: list[Opened], legacy: LegacyMap, others: Callable[[], Sequence[LegacyMap]]) -> list[Opened]:
    """Return the sheets less those of another system, with a remark on them: a map knows more of their columns, and finds flags where this one finds none.

    Where no sheet would be left, all are kept: somebody said whose they are.
    """
    if len(opened) == 1:
        return opened
    silent = [one for one in opened if one.wanted.layout.name == f"{legacy.system}/customers" and not _tells(legacy, one.wanted, one.header)]
    rivals = [(other, wanted_of(other, "customers")) for other in (others() if silent else ()) if other.name != legacy.name and "customers" in other.kinds()]
    left_out, said = [], []
    for one in silent:
        fits = [(_fit(wanted, one.header), other) for other, wanted in rivals if _tells(other, wanted, one.header)]
        better = [(fit, other) for fit, other in fits if fit[:2] > _fit(one.wanted, one.header)[:2]]
        if better:
            best = max(better, key=lambda pair: pair[0])[1]
            left_out.append(one)
            said.append(f"{path.name}: {one.called}{one.sheet} is left out, since its columns are those of {best.name}: migrate it with --from {best.system}")
    kept = [one for one in opened if one not in left_out]
    return _kept(opened, kept, said) if kept and left_out else opened


def _tells(legacy: LegacyMap, wanted: Wanted, header: Sequence[str]) -> bool:
    """Tell whether a file of customers has a column that tells of flags."""
    there = {sign_key(name) for name in wanted.recognised(header) if name}
    return any(sign_key(title) in there for rule in legacy.flags for title in rule.tells())


def _require_sure(path: Path, header: Sequence[str], found: tuple[str, float], others: Sequence[tuple[LegacyMap, str, Wanted]]) -> None:
    best, sure = found
    fits = [legacy.name for legacy, _, wanted in others if _fit(wanted, header)[:2] >= (True, sure)]
    if sure >= SURE and not fits:
        return
    most = f"no map knows more than {sure:.0%} of its columns" if fits else f"only {sure:.0%} of its columns are known to {best}, whose map fits best"
    why = f"its columns fit {', '.join([best, *fits])} equally well" if sure >= SURE else most
    raise NotRecognised(f"{path}: it can't be told which system this is of: {why}.", NAME_IT)
