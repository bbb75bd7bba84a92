"""A draft of a map for a file that nobody knows: what its columns seem to hold, with comments on what a person must look at."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.intake.decode import GUESSED
from pipeline.intake.exports import Opened, open_parts
from pipeline.intake.sheets import NOT_EXACT, Heads, OneOf, Wanted, cell
from pipeline.intake.statuses import status_table
from pipeline.legacy.assigning import NAMES, Drafted, assign
from pipeline.legacy.flagwords import ENDED, FLAG_FAMILIES, OVER
from pipeline.legacy.glossary import ACTIVE, ARCHIVED
from pipeline.legacy.guessing import MOST, guess_columns, is_below
from pipeline.legacy.headings import Headed, numbered, spread
from pipeline.legacy.innames import tell_in_names
from pipeline.legacy.maps import CHECK, WHO
from pipeline.legacy.markup import open_markup
from pipeline.legacy.norecords import find_no_records
from pipeline.legacy.opening import MapColumns
from pipeline.legacy.rulelines import SKIPPED, as_list, folded, quoted, rule_lines
from pipeline.legacy.terms import phrase
from pipeline.settings import Settings
from schemas.columns import Column, Kind, Layout, header_key, sign_key

LOOKED_AT = 20_000  # rows
NUMBERED = re.compile(r"^\d{1,2}(?:\.|st|nd|rd|th|er|e|º|ª)?\s+[^\W\d][^\d]*$")
LONGEST = 60  # characters of a header
TRIED = 5  # sheets, those with most rows, of which the first that tells of flags is drafted
INEXACT_IDS = "some of these numbers show other digits than they hold, or have too many: such rows come back; let them be texts in the workbook"
HEAD = """\
# A draft of a map for {name}, written by looking at {rows} of it. Lines that begin with # are comments.
# Look at each line that says CHECK. Then see what would come of it, and change what is not right:
#   flagbook migrate {name} --map {target}{encoding} --dry-run
# A column may be called differently in other files: "Header", or ["Header", "Another"]; the first filled one counts.
name = {system}
"""


class AnyHeader(OneOf):
    """Sheets of anything: the first record that looks like a header is taken for one, and all columns count."""

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return what to read: the columns of the most likely header."""
        records = [(record, head[place - 1] if place else ()) for head in heads for place, record in enumerate(head)]
        best = max((len({*_titles(record)}) for record, _ in records), default=0)
        found, above = next(((record, before) for record, before in records if _is_header(_titles(record), best)), ((), ()))
        names = list(dict.fromkeys(one for one in numbered(found) if one))
        everything = tuple((name,) for name in names) or (("a header",),)
        layout = Layout("any", name, tuple(Column(one, Kind.TEXT, "") for one in names), everything)
        return _Below(**vars(MapColumns.of_headers(layout, names)), above=tuple(above))


@dataclass(frozen=True)
class _Below(MapColumns):
    """The columns of a header, with the record above it."""

    above: tuple[str, ...] = ()


def _titles(record: Sequence[str]) -> list[str]:
    """Return the cells of a record that may be titles: short texts, no numbers, dates or addresses; 2nd warning is one."""
    short = [one for title in record if (one := title.strip()) and len(one) <= LONGEST and "@" not in one]
    return [one for one in short if not any(map(str.isdigit, one[:4])) or NUMBERED.match(one)]


def _is_header(titles: Sequence[str], most: int) -> bool:
    """Tell whether there are enough titles for a header, `most` being those of the record with most different ones; some may stand there several times."""
    return len(titles) >= max(0.8 * most, 1) and 2 * len({*titles}) > most


@dataclass(frozen=True)
class _Looked:
    """What was looked at: a sheet of the file with what tells of flags, or with the most rows (`is_most`), those with the same header, and the others.

    `inexact` are columns with numbers that can't be ids (rule 2.2); `is_guessed` tells that the file's encoding is; `places` say where rows stand.
    """

    sheet: str
    alike: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    is_most: bool
    inexact: frozenset[str]
    is_guessed: bool
    columns: tuple[Headed, ...]
    rows: pl.DataFrame
    places: tuple[str, ...]


def draft_map(path: Path, target: Path, settings: Settings, encoding: str | None = None) -> tuple[str, list[str]]:
    """Return a draft of a map for a file (`encoding` is of a text), and what a person must look at; raise `Refused` where it can't be read."""
    types = settings.type_names()
    looked = _look(path, settings, encoding)
    drafted = assign(guess_columns(looked.columns, looked.rows), types)
    if any(one.header in looked.inexact for one in drafted.columns.get("customer_id", [])):
        drafted.doubts["customer_id"] = INEXACT_IDS
    system = path.name.partition(".")[0]
    rows = f"{len(looked.rows):,} rows"
    of_text = f" --encoding {folded(encoding)}" if encoding else ""
    head = HEAD.format(name=folded(str(path)), target=folded(str(target)), system=quoted(system), rows=rows, encoding=of_text)
    lines = [head, *_guessed(looked), *_sheets(looked, drafted), *_alike(looked)]
    lines += [*_dates(drafted), *_customers(drafted), *tell_in_names(drafted.columns, looked.places), *_statuses(drafted), *_flags(drafted, types)]
    return "\n".join(lines) + "\n", [line for line in lines if line.strip().startswith(CHECK)]


def _look(path: Path, settings: Settings, encoding: str | None) -> _Looked:
    """Read the first rows of the sheet that tells of flags, else of the one that has most of them, and of sheets with the same columns."""
    sought = AnyHeader((), {})
    opened = open_markup(path, sought, settings, encoding) or open_parts(path, sought, settings, encoding)
    first = [_first_rows(one) for one in opened]
    order = sorted(range(len(opened)), key=lambda place: (_is_past(opened[place].sheet), -len(first[place][0])))
    told = (place for place in order[:TRIED] if len(opened) > 1 and _tells(opened[place], first[place][0], settings.type_names()))
    best = next(told, order[0])
    header = opened[best].header
    alike = [place for place, one in enumerate(opened) if one.header == header]
    rows = pl.concat([first[place][0].with_columns(sheet=pl.lit(opened[place].sheet)) for place in alike]).head(LOOKED_AT)
    columns = _columns(opened[best])
    return _Looked(
        sheet=f"{opened[best].called}{opened[best].sheet}",
        alike=tuple(opened[place].sheet for place in alike if place != best),
        others=tuple((one.sheet, one.header) for place, one in enumerate(opened) if place not in alike),
        is_most=len(first[best][0]) == max(len(rows) for rows, _ in first),
        inexact=frozenset(columns[place].header for one in alike for place in first[one][1] if place in columns),
        is_guessed=any(remark.endswith(GUESSED) for one in opened for remark in one.remarks),
        columns=tuple(_apart(columns.values(), rows.select(cell(place) for place in columns))),
        rows=rows.select(cell(place) for place in columns),
        places=tuple(f"{row} in {sheet}" if len(alike) > 1 else str(row) for row, sheet in rows.select("source_row", "sheet").rows()),
    )


def _columns(opened: Opened) -> dict[int, Headed]:
    """Return the columns that have headers, by their places."""
    above = spread(opened.wanted.above if isinstance(opened.wanted, _Below) else (), len(opened.header))
    every = zip(numbered(opened.header), opened.header, above, strict=True)
    return {place: Headed(*one) for place, one in enumerate(every) if one[0]}


def _apart(columns: Iterable[Headed], rows: pl.DataFrame) -> Iterator[Headed]:
    """Yield columns; of those below one title, none from the one on that is filled in nearly every row, beside sparse ones: merged cells end before it."""
    above, is_sparse, is_over = "", False, False
    for one, cells in zip(columns, rows, strict=True):
        is_full = 1 - cells.null_count() / max(len(cells), 1) >= MOST
        is_sparse, is_over = (False, False) if one.above != above else (is_sparse, is_over)
        is_over |= is_full and is_sparse
        is_sparse |= not is_full
        above = one.above
        yield replace(one, above="") if is_over else one


def _tells(opened: Opened, rows: pl.DataFrame, types: Sequence[str]) -> bool:
    """Tell whether a sheet is called as a list of flags is, or has columns that tell of flags, and whose they are."""
    columns = _columns(opened)
    drafted = assign(guess_columns([*columns.values()], rows.select(cell(place) for place in columns)), types)
    is_called_so = any(terms.within(phrase(opened.sheet)) for families in FLAG_FAMILIES.values() for terms in families)
    is_known = bool({"customer_id", "email", "phone"} & set(drafted.columns))
    return (is_called_so and is_known) or (bool(drafted.columns) and any(not rule.is_offered for rule in drafted.rules))


def _first_rows(opened: Opened) -> tuple[pl.DataFrame, set[int]]:
    """Return the first rows of a sheet, and where the columns stand that hold numbers which are not exact."""
    pieces, inexact = [], set[int]()
    for sheet in opened.sheets():
        none = find_no_records(sheet, range(len(sheet.header)))["source_row"]
        pieces.append(sheet.rows.filter(~pl.col("source_row").is_in(none.implode())))
        inexact |= set(sheet.marks.filter(pl.col("mark") == NOT_EXACT)["position"].to_list())
        if sum(map(len, pieces)) >= LOOKED_AT:
            break
    return pl.concat(pieces).head(LOOKED_AT).select("source_row", *(cell(place) for place in range(len(opened.header)))), inexact


def _guessed(looked: _Looked) -> Iterator[str]:
    if looked.is_guessed:
        such = "such as cp1250 (Central Europe), cp1251 (Cyrillic) or cp932 (Japan)"
        again = f"Where letters below are not right, draft it again with --encoding, {such}, and migrate with it"
        yield f"# CHECK: the file was {GUESSED}: that is a guess. {again}"


def _sheets(looked: _Looked, drafted: Drafted) -> Iterator[str]:
    which = "which has the most rows" if looked.is_most else "whose columns tell of flags"
    if looked.others:
        yield f"# CHECK: this is the {folded(looked.sheet)}, {which}. Nothing is said here of the others: {_named([name for name, _ in looked.others])}"
    who = {sign_key(one.header) for column in WHO for one in drafted.columns.get(column, [])}
    read = [*looked.alike, *(name for name, header in looked.others if who & set(map(sign_key, header)))]
    own, past = looked.sheet.partition(" ")[2], [name for name in read if _is_past(name)]
    if past and not _is_past(own):
        yield f"# CHECK: left out, since it is called as what is over is: {_named(past)}. Is that so? To read every sheet take the next line away:"
        yield f"sheets = {as_list([own, *(name for name in read if name not in past)])}"
    elif read:
        yield f"# CHECK: read as well, since they have the same columns, or one that tells who a customer is: {_named(read)}. To leave them out, say so:"
        yield f"# sheets = {as_list([own])}"


def _is_past(sheet: str) -> bool:
    """Tell whether a sheet is called as one of flags that are over is."""
    return OVER.within(phrase(sheet)) or ENDED.within(phrase(sheet))


def _alike(looked: _Looked) -> Iterator[str]:
    if any(one.header != one.title.strip() for one in looked.columns):
        yield "# Of columns that are called alike, (1) is the first from the left, (2) the second, and so on."
    for above in dict.fromkeys(one.above for one in looked.columns if is_below(one)):
        yield f"# Below {folded(above)}: {_named([one.header for one in looked.columns if one.above == above and is_below(one)])}"


def _dates(drafted: Drafted) -> Iterator[str]:
    if drafted.is_either:
        order = "the month first" if any(re.match(r"(?:%A,? )?%m", form) for form in drafted.formats) else "the day first"
        told = f"; {_named([one.header for one in drafted.order_told_by])} can be read with {order} alone, so that is taken" if drafted.order_told_by else ""
        yield f"# CHECK: every day that is used here can be read with the day first or the month first{told}; this says which it is."
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
    if "customer_id" not in drafted.columns and (shared := _shared(drafted)):
        those = "1 address or number stands" if shared == 1 else f"{shared:,} addresses or numbers stand"
        yield f"# CHECK: {those} beside different names, and all rows of one count as one customer: the flags of all of them go together."
    for column, guesses in drafted.columns.items():
        if column in drafted.doubts:
            yield f"# CHECK: {column}: {folded(drafted.doubts[column])}"
        yield f"{column} = {as_list([one.header for one in guesses])}"


def _shared(drafted: Drafted) -> int:
    """Count the e-mail addresses, else numbers, by which customers are known here, and which stand beside more than one name."""
    who = next((drafted.columns[name][0].cells for name in ("email", "phone") if name in drafted.columns), None)
    parts = [drafted.columns[name][0].cells.str.to_lowercase().alias(name) for name in ("first_name", "last_name", "name") if name in drafted.columns]
    if who is None or not parts:
        return 0
    people = (
        pl.DataFrame([who.str.to_lowercase().alias("who"), *parts])
        .drop_nulls("who")
        .select("who", called=pl.concat_str(pl.exclude("who"), separator=" ", ignore_nulls=True))
    )
    return int((people.filter(pl.col("called") != "").group_by("who").agg(pl.col("called").n_unique())["called"] > 1).sum())


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
