"""A draft of a map for a file that nobody knows: what its columns seem to hold, with comments on what a person must look at."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import polars as pl

from pipeline.intake.exports import open_parts
from pipeline.intake.sheets import Heads, OneOf, Wanted, cell
from pipeline.legacy import glossary
from pipeline.legacy.guessing import Drafted, Guess, guess_columns, plain, settle
from pipeline.legacy.markup import open_markup
from pipeline.settings import Settings
from schemas.columns import Column, Kind, Layout, header_key

LOOKED_AT = 20_000  # rows
TAGS_SHOWN = 20
LONGEST = 60  # characters of a header
HEAD = """\
# A draft of a map for {name}, written by looking at {rows} of it. Lines that begin with # are comments.
# Look at each line that says CHECK. Then see what would come of it, and change what is not right:
#   flagbook migrate {name} --map {target} --dry-run
# A column may be called differently in other files: "Header", or ["Header", "Another"]; the first filled one counts.
name = {system}
"""


class AnyHeader(OneOf):
    """Sheets of anything: the first record that looks like a header is taken for one, and all of its columns count."""

    def choose(self, heads: Heads, name: str) -> Wanted:
        """Return what to read: the columns of the most likely header."""
        records = [record for head in heads for record in head]
        best = max(map(_titles, records), default=0)
        found = next((record for record in records if _titles(record) >= max(0.8 * best, 1)), [])
        titles = list(dict.fromkeys(title.strip() for title in found if title.strip()))
        names = {header_key(title): title for title in reversed(titles)}
        everything = tuple((title,) for title in names.values()) or (("a header",),)
        return Wanted(Layout("any", name, tuple(Column(title, Kind.TEXT, "") for title in titles), everything), names)


def _titles(record: Sequence[str]) -> int:
    """Return how many cells of a record may be titles: different texts, short, no numbers, dates or addresses."""
    likely = [one for title in record if (one := title.strip()) and len(one) <= LONGEST and "@" not in one and not any(map(str.isdigit, one[:4]))]
    return len(set(likely))


def draft_map(path: Path, target: Path, settings: Settings) -> tuple[str, list[str]]:
    """Return a draft of a map for a file, and what a person must look at; raise `Refused` where the file can't be read."""
    sought = AnyHeader((), {})
    opened = (open_markup(path, sought, settings) or open_parts(path, sought, settings))[0]
    pieces = []
    for sheet in opened.sheets():
        pieces.append(sheet.rows)
        if sum(map(len, pieces)) >= LOOKED_AT:
            break
    rows = pl.concat(pieces).head(LOOKED_AT).select(cell(place) for place in range(len(opened.header)))
    drafted = settle(guess_columns(opened.header, rows), settings.type_names())
    system = path.name.partition(".")[0]
    head = HEAD.format(name=path.name, target=target.name, system=json.dumps(system, ensure_ascii=False), rows=f"{len(rows):,} rows")
    lines = [head, *_dates(drafted), *_customers(drafted), *_flags(drafted, settings.type_names())]
    return "\n".join(lines) + "\n", [line for line in lines if line.strip().startswith("# CHECK")]


def _dates(drafted: Drafted) -> Iterator[str]:
    if drafted.is_either:
        yield "# CHECK: every day in this file can be read with the day first or the month first; this says which it is."
    if drafted.formats:
        yield f"date_formats = {_list(drafted.formats)}"
    several = [name for name in ("phone", "email") if any(_has_several(one) for one in drafted.columns.get(name, []))]
    if several:
        yield "# Cells of these hold several values; the first counts."
        yield f"several = {_list(several)}"
    unused = [one.header for one in drafted.unused]
    if unused:
        yield f"# Nothing is made of these columns: {', '.join(unused)}"


def _has_several(guess: Guess) -> bool:
    return bool(guess.cells.str.contains(r"[,;|\n]|\s/\s").any())


def _customers(drafted: Drafted) -> Iterator[str]:
    yield "\n# Our column = their header."
    yield "[customers]"
    if not {"customer_id", "email", "phone"} & set(drafted.columns):
        yield "# CHECK: no column tells who a customer is. Name the one that does:"
        yield '# customer_id = ["…"]'
    for column, guesses in drafted.columns.items():
        yield f"{column} = {_list([one.header for one in guesses])}"
    words = [word for one in drafted.columns.get("status", []) for word in one.words]
    if words:
        yield "\n# CHECK: words for the status that are not known by themselves: active, archived or deleted. Unknown ones count as active."
        yield "[status_words]"
        yield from (f'# {json.dumps(word, ensure_ascii=False)} = "active"' for word in words)


def _flags(drafted: Drafted, types: Sequence[str]) -> Iterator[str]:
    yield f"\n# Flags. Their types are: {', '.join(types)}."
    if not drafted.rules and not drafted.candidates:
        yield "# CHECK: no column looks like a flag. If one is, add these lines with its header, and take off the #:"
        yield f'# [[flags]]\n# type = "{types[-1]}"\n# comment = ["…"]'
    for rule in drafted.rules:
        yield ""
        yield from _tag_lines(rule, types) if "tags" in rule else _rule_lines(rule)
    for rule in drafted.candidates:
        yield "\n# May this be a flag? If it is, take the # off the lines below."
        yield from (f"# {line}" for line in _rule_lines(rule))


def _rule_lines(rule: dict[str, object]) -> Iterator[str]:
    head = rule.get("when") or rule.get("comment")
    assert isinstance(head, Guess), "a rule is made of a column"
    yield "[[flags]]"
    yield f'type = "{rule["type"]}"'
    for name in ("when", "comment", "by", "at", "expires"):
        if isinstance(one := rule.get(name), Guess):
            yield f"{name} = {_list([one.header])}"
    if "when" in rule:
        yes, no = _yes_and_no(head)
        yield f"yes = {_list(yes)}"
        yield f"no = {_list(no)}"
        if "comment" not in rule:
            yield f"text = {json.dumps(head.header, ensure_ascii=False)}"


def _yes_and_no(guess: Guess) -> tuple[list[str], list[str]]:
    """Return the words of a column that mean yes and no; of two that nobody knows, the rarer means yes."""
    no = [word for word in guess.words if plain(word) in glossary.NO_WORDS]
    yes = [word for word in guess.words if plain(word) in glossary.YES_WORDS]
    if not yes and not no and len(guess.words) > 1:
        counted = guess.cells.value_counts(sort=True).to_series(0).to_list()
        no, yes = counted[:1], counted[1:]
    strange = [word for word in guess.words if word not in (*yes, *no)]
    return [*yes, *strange], no


def _tag_lines(rule: dict[str, object], types: Sequence[str]) -> Iterator[str]:
    tags = rule["tags"]
    assert isinstance(tags, Guess), "a rule is made of a column"
    counts = _tags(tags)
    known = {tag: kind for tag in counts if (kind := next((kind for kind, parts in glossary.FLAG_PARTS.items() if _sounds(tag, parts)), None))}
    off = "" if known else "# "
    yield f"# CHECK: tags of {tags.header} become flags only where the list below names them; take the # off those that are flags."
    yield f"{off}[[flags]]"
    yield f"{off}tags = {_list([tags.header])}"
    yield f"{off}[flags.allow]"
    for tag in counts[:TAGS_SHOWN]:
        kind = known.get(tag)
        yield f'{"" if kind else "# "}{json.dumps(tag, ensure_ascii=False)} = "{kind if kind in types else types[-1]}"'


def _sounds(tag: str, parts: Sequence[str]) -> bool:
    return any(part in header_key(plain(tag)) for part in parts)


def _tags(guess: Guess) -> list[str]:
    """Return the tags of a column, the most frequent first."""
    each = chain.from_iterable(text.replace(";", ",").replace("|", ",").split(",") for text in guess.cells.to_list())
    counts: dict[str, int] = {}
    for tag in map(str.strip, each):
        if tag:
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(json.dumps(text, ensure_ascii=False) for text in texts)}]"
