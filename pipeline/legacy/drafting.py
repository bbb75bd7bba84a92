"""A draft of a map for a file that nobody knows: what its columns seem to hold, with comments on what a person must look at."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.intake.decode import GUESSED
from pipeline.intake.exports import Opened, open_parts
from pipeline.intake.sheets import Heads, OneOf, Wanted, cell
from pipeline.intake.statuses import status_table
from pipeline.legacy.assigning import NAMES, Drafted, assign
from pipeline.legacy.glossary import ACTIVE, ARCHIVED
from pipeline.legacy.guessing import guess_columns
from pipeline.legacy.markup import open_markup
from pipeline.legacy.norecords import find_no_records
from pipeline.legacy.rulelines import SKIPPED, as_list, folded, quoted, rule_lines
from pipeline.legacy.terms import phrase
from pipeline.settings import Settings
from schemas.columns import Column, Kind, Layout, header_key

LOOKED_AT = 20_000  # rows
NUMBERED = re.compile(r"^\d{1,2}(?:\.|st|nd|rd|th|er|e|º|ª)?\s+[^\W\d][^\d]*$")
LONGEST = 60  # characters of a header
HEAD = """\
# A draft of a map for {name}, written by looking at {rows} of it. Lines that begin with # are comments.
# Look at each line that says CHECK. Then see what would come of it, and change what is not right:
#   flagbook migrate {name} --map {target}{encoding} --dry-run
# A column may be called differently in other files: "Header", or ["Header", "Another"]; the first filled one counts.
name = {system}
"""


class AnyHeader(OneOf):
    """Sheets of anything: the first record that looks like a header is taken for one, and all columns count that it names once."""

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return what to read: the columns of the most likely header."""
        records = [record for head in heads for record in head]
        best = max(map(_titles, records), default=0)
        found = next((record for record in records if _titles(record) >= max(0.8 * best, 1)), [])
        titles = list(dict.fromkeys(title.strip() for title in found if title.strip()))
        keys = [header_key(title) for title in found if title.strip()]
        names = {header_key(title): title for title in titles if keys.count(header_key(title)) == 1}
        everything = tuple((title,) for title in names.values()) or (("a header",),)
        return Wanted(Layout("any", name, tuple(Column(title, Kind.TEXT, "") for title in titles), everything), names)


def _titles(record: Sequence[str]) -> int:
    """Return how many cells of a record may be titles: different texts, short, no numbers, dates or addresses; 2nd warning is one."""
    short = [one for title in record if (one := title.strip()) and len(one) <= LONGEST and "@" not in one]
    return len({one for one in short if not any(map(str.isdigit, one[:4])) or NUMBERED.match(one)})


@dataclass(frozen=True)
class _Looked:
    """What was looked at: a sheet of the file with the most rows, and the names of the others; its header, and its first rows.

    `twice` are headers that stand there more than once, whose columns are left out; `is_guessed` tells that the file's encoding is.
    """

    sheet: str
    others: tuple[str, ...]
    twice: tuple[str, ...]
    is_guessed: bool
    header: tuple[str, ...]
    rows: pl.DataFrame


def draft_map(path: Path, target: Path, settings: Settings, encoding: str | None = None) -> tuple[str, list[str]]:
    """Return a draft of a map for a file (`encoding` is of a text), and what a person must look at; raise `Refused` where it can't be read."""
    looked = _look(path, settings, encoding)
    drafted = assign(guess_columns(looked.header, looked.rows), settings.type_names())
    system = path.name.partition(".")[0]
    rows = f"{len(looked.rows):,} rows"
    of_text = f" --encoding {folded(encoding)}" if encoding else ""
    head = HEAD.format(name=folded(str(path)), target=folded(str(target)), system=quoted(system), rows=rows, encoding=of_text)
    types = settings.type_names()
    lines = [head, *_guessed(looked), *_sheets(looked), *_twice(looked), *_dates(drafted), *_customers(drafted), *_statuses(drafted), *_flags(drafted, types)]
    return "\n".join(lines) + "\n", [line for line in lines if line.strip().startswith("# CHECK")]


def _look(path: Path, settings: Settings, encoding: str | None) -> _Looked:
    """Read the first rows of the sheet that has most of them, and of sheets with the same columns."""
    sought = AnyHeader((), {})
    opened = open_markup(path, sought, settings, encoding) or open_parts(path, sought, settings, encoding)
    first = [_first_rows(one) for one in opened]
    best = max(range(len(opened)), key=lambda place: len(first[place]))
    header = opened[best].header
    alike = [place for place, one in enumerate(opened) if one.header == header]
    rows = pl.concat([first[place] for place in alike]).head(LOOKED_AT)
    others = tuple(one.sheet for place, one in enumerate(opened) if place not in alike)
    name = f"{opened[best].called}{opened[best].sheet}"
    keys = [header_key(title) for title in header]
    once = [place for place, key in enumerate(keys) if keys.count(key) == 1]
    twice = tuple(dict.fromkeys(title for title, key in zip(header, keys, strict=True) if key and keys.count(key) > 1))
    is_guessed = any(remark.endswith(GUESSED) for one in opened for remark in one.remarks)
    return _Looked(name, others, twice, is_guessed, tuple(header[place] for place in once), rows.select(cell(place) for place in once))


def _first_rows(opened: Opened) -> pl.DataFrame:
    pieces = []
    for sheet in opened.sheets():
        none = find_no_records(sheet, range(len(sheet.header)))["source_row"]
        pieces.append(sheet.rows.filter(~pl.col("source_row").is_in(none.implode())))
        if sum(map(len, pieces)) >= LOOKED_AT:
            break
    return pl.concat(pieces).head(LOOKED_AT).select(cell(place) for place in range(len(opened.header)))


def _guessed(looked: _Looked) -> Iterator[str]:
    if looked.is_guessed:
        again = "Where letters below are not right, draft it again with --encoding, such as cp1250 (Central Europe) or cp932 (Japan), and migrate with it"
        yield f"# CHECK: the file was {GUESSED}: that is a guess. {again}"


def _sheets(looked: _Looked) -> Iterator[str]:
    if looked.others:
        yield f"# CHECK: this is the {folded(looked.sheet)}, which has the most rows. Nothing is said here of the others: {_named(looked.others)}"


def _twice(looked: _Looked) -> Iterator[str]:
    if looked.twice:
        why = "a map can't name columns whose header stands there twice (signs and blanks do not count): they are left out"
        yield f"# CHECK: {why}. If they matter, rename them in the file, and draft it again: {_named(looked.twice)}"


def _dates(drafted: Drafted) -> Iterator[str]:
    if drafted.is_either:
        yield "# CHECK: every day in this file can be read with the day first or the month first; this says which it is."
    if drafted.formats:
        yield f"date_formats = {as_list(drafted.formats)}"
    if drafted.surname_first:
        yield "# Whole names begin with the family name."
        yield "surname_first = true"
    if drafted.may_begin_with_surname:
        yield "# CHECK: addresses begin with the last word of the whole name: does the family name come first in it? If it does, take the # off:"
        yield "# surname_first = true"
    if drafted.unused:
        yield f"# Nothing is made of these columns: {_named([one.header for one in drafted.unused])}"


def _named(headers: Sequence[str]) -> str:
    return ", ".join(map(folded, headers))


def _customers(drafted: Drafted) -> Iterator[str]:
    yield "\n# Our column = their header."
    yield "[customers]"
    if not {"customer_id", "email", "phone"} & set(drafted.columns):
        yield "# CHECK: no column tells who a customer is. Name the one that does:"
        yield '# customer_id = ["…"]'
    elif "customer_id" not in drafted.columns:
        who = "e-mail address" if "email" in drafted.columns else "phone number"
        yield f"# CHECK: no column is called a customer's number: so the {who} tells who a customer is. If a column is one, name it here:"
        yield f"# customer_id = {as_list([one.header for one in drafted.ids[:1]] or ['…'])}"
    if not NAMES & set(drafted.columns):
        yield "# CHECK: no column is called a customer's name, or a company. If one is, name it here:"
        yield f"# name = {as_list([one.header for one in drafted.names[:1]] or ['…'])}"
    lacking = [name for name in ("first_name", "last_name") if name not in drafted.columns]
    if len(lacking) == 1 and "name" not in drafted.columns:
        called = {"first_name": "first name", "last_name": "family name"}[lacking[0]]
        yield f"# CHECK: no column is called a customer's {called}. If one is, name it here:"
        yield f"# {lacking[0]} = {as_list(['…'])}"
    for column, guesses in drafted.columns.items():
        if column in drafted.doubts:
            yield f"# CHECK: {column}: {folded(drafted.doubts[column])}"
        yield f"{column} = {as_list([one.header for one in guesses])}"


def _statuses(drafted: Drafted) -> Iterator[str]:
    known = status_table("customers", {})
    flagging = [word for rule in drafted.rules if not rule.is_offered for word in (*(rule.yes or ()), *rule.types)]
    words = [word for one in drafted.columns.get("status", []) for word in one.words if header_key(word) not in known and word not in flagging]
    if words:
        yield "\n# CHECK: words for the status that are not known by themselves: active, archived or deleted. Those with a # count as active."
        yield "[status_words]"
    for word in words:
        said = phrase(word)
        status = "archived" if ARCHIVED.whole(said) else "active"
        off = "" if ARCHIVED.whole(said) or ACTIVE.whole(said) else "# "
        yield f'{off}{quoted(word)} = "{status}"'


def _flags(drafted: Drafted, types: Sequence[str]) -> Iterator[str]:
    yield f"\n# Flags. Their types are: {_named(types)}."
    if not drafted.rules:
        yield "# CHECK: no column looks like a flag. If one is, name it below, and take the line skip away:"
        yield f'[[flags]]\n{SKIPPED}\ntype = {quoted(types[-1])}\ncomment = ["…"]'
    for rule in sorted(drafted.rules, key=lambda rule: rule.is_offered):
        yield ""
        yield from rule_lines(rule, types)
