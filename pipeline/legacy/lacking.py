"""What a map names and a file lacks: of it nothing can come, which nobody would see; so it is said, or the file refused."""

import difflib
import re
from collections.abc import Iterator, Sequence

from pipeline.errors import Refused
from pipeline.intake.exports import is_mended
from pipeline.legacy.maps import FlagRule
from pipeline.legacy.opening import SURE, Source
from pipeline.wording import count_of
from schemas.columns import header_key

ALIKE = 0.45  # from which a header of the file is named as the nearest
# Words of headers that sound of a flag, in the language of the systems whose maps are shipped; a draft knows more.
LIKE_A_FLAG = re.compile(
    r"\b(?:block(?:ed)?|ban(?:ned)?|(?:on )?hold|alerts?|warn(?:ings?|ed)?|at risk|do not|don.?t|blacklist(?:ed)?|flag(?:ged)?|suspended)\b", re.I
)
PARTS = ("type_column", "comment", "by", "at", "expires")


def require_columns(sources: Sequence[Source]) -> None:
    """Raise `Refused` where files can't be what they are said to be of.

    Of a user's own map each flag's column, and the ids, must be in one of the files; of a shipped one that was named, enough columns.
    """
    of_customers = [source for source in sources if source.kind == "customers"]
    for source in sources:
        if source.map.shipped and source.sure < SURE and source.kind == "customers" and source.map.flags and not source.rules():
            why = f"{source.name}: only {source.sure:.0%} of its columns are known to the map of {source.map.name}, and none of those that tell of flags."
            raise Refused(why, f"Is it of {source.map.name}? If so, copy the map (--explain says where it lies), put the file's headers in, and use --map.")
    if not of_customers or of_customers[0].map.shipped:
        return
    legacy = of_customers[0].map
    ids = legacy.customers.get("customer_id", ())
    mended = all(is_mended(source.opened.header) for source in of_customers)  # rows that had come back, perhaps of one of several files
    flags = [] if mended else list(enumerate(legacy.flags, 1))
    for place, rule in flags:
        if rule.sheets and not any(own is rule for source in of_customers for own in source.own_rules()):
            why = f"{of_customers[0].what[0].name}: the map says flags {place}: sheets = {', '.join(rule.sheets)}, and none is read that is called so."
            raise Refused(why, f"Correct the line sheets in {legacy.where}, or take the rule out.")
    needed = [*([("customer_id", ids)] if ids else []), *((f"flags {place}", rule.tells()) for place, rule in flags)]
    needed += [(f"flags {place}", rule.ended) for place, rule in flags if rule.ended]
    for where, headers in needed:
        if not any(source.has(headers) for source in of_customers):
            why = f"{of_customers[0].name}: the map says {where}: {' or '.join(headers)}, which is not in the file{_hint(of_customers, headers)}."
            raise Refused(why, f"Correct the header in {legacy.where}, or take the line out.")


def says_nothing_of_flags(sources: Sequence[Source]) -> bool:
    """Tell whether a map tells of flags, and of its columns for them the files have none: whatever else they say, no flag can come of them."""
    of_customers = [source for source in sources if source.kind == "customers"]
    return any(source.map.flags for source in of_customers) and not any(source.rules() for source in of_customers)


def like_flags(source: Source) -> list[str]:
    """Return the headers of a file of customers of which a shipped map makes nothing, that it does not know either, and that sound of flags."""
    known = set(map(header_key, source.map.known))
    is_read = source.map.shipped and source.kind == "customers"
    return [title for title in source.unused() if LIKE_A_FLAG.search(title) and header_key(title) not in known] if is_read else []


def tell_lacking(source: Source) -> list[str]:
    """Return remarks on what the map names and the file lacks, with the nearest header that it has."""
    rules = source.own_rules()
    silent = [rule for rule in rules if rule not in source.rules()]
    told = {rule.type for rule in rules if rule not in silent}
    said = [
        f"{source.name}: {f'{_kind(rule)} come of other columns alone' if rule.type in told else f'no {_kind(rule)} can come'}: "
        f"{_named(source, rule.ended if source.has(rule.tells()) else rule.tells())} is not in the file"
        for rule in silent
    ]
    groups = list(dict.fromkeys(_lacking(source, [rule for rule in rules if rule not in silent])))
    if groups:
        said.append(f"{source.name}: the map names columns that the file lacks: {', '.join(_named(source, headers) for headers in groups)}")
    if alike := like_flags(source):
        said.append(f"{source.name}: nothing is made of columns that sound of flags: {', '.join(alike)}; a copy of the map can say what they are (--explain)")
    if source.map.shipped and source.sure < SURE:
        said.append(f"{source.name}: only {source.sure:.0%} of its columns are known to the map of {source.map.name}: look whether it is of that system")
    return said


def tell_unsaid(where: tuple[str, str], said: tuple[int, Sequence[int]]) -> str:
    """Return a remark on rows in which a column of comments has a text, and nothing says that there is the flag that it would be of (see `Told`)."""
    (file, column), (count, _) = where, said
    return f"{file}: {count_of(count, 'row has', 'rows have')} a text in {column}, and no flag that it would be of: nothing is made of it ({_rows(said)})"


def tell_ended(where: tuple[str, str], said: tuple[int, Sequence[int]]) -> str:
    """Return a remark on rows in which a column says that a flag has ended (see `Told`)."""
    (file, column), (count, _) = where, said
    is_one = count == 1
    ended = f"{'it has' if is_one else 'they have'} ended: nothing is made of {'it' if is_one else 'them'}"
    return f"{file}: {column} says of {count_of(count, 'flag')} that {ended} ({_rows(said)})"


def _rows(said: tuple[int, Sequence[int]]) -> str:
    count, first = said
    return f"rows {', '.join(map(str, first))}{', …' if count > len(first) else ''}"


def _lacking(source: Source, rules: Sequence[FlagRule]) -> Iterator[tuple[str, ...]]:
    columns = [*source.map.columns_of(source.kind).values(), *(getattr(rule, part) for rule in rules for part in PARTS)]
    columns += [source.map.zone_column] if source.kind == "bookings" else []
    yield from (headers for headers in columns if headers and not source.has(headers))


def _kind(rule: FlagRule) -> str:
    named = f" of type {rule.type}" if rule.type else ""
    return ("history of flags" if rule.event else "flags") + named


def _named(source: Source, headers: Sequence[str]) -> str:
    return " or ".join(headers) + _hint([source], headers)


def _hint(sources: Sequence[Source], headers: Sequence[str]) -> str:
    """Return in brackets which unused header of the files is most like one of some headers; nothing where none is."""
    there = {header_key(title): title for source in sources for title in source.unused()}
    near = [(difflib.SequenceMatcher(None, header_key(header), key).ratio(), title) for header in headers for key, title in there.items()]
    share, title = max(near, default=(0.0, ""))
    return f" (the nearest there: {title})" if share >= ALIKE else ""
