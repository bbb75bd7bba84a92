"""A draft of a map for a file that nobody knows: what its columns seem to hold, with comments on what a person must look at."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipeline.intake.decode import GUESSED
from pipeline.intake.statuses import status_table
from pipeline.legacy.assigning import NAMES, Drafted, assign
from pipeline.legacy.glossary import ACTIVE, ARCHIVED
from pipeline.legacy.guessing import guess_columns, is_below
from pipeline.legacy.innames import tell_in_names
from pipeline.legacy.looking import Looked, look
from pipeline.legacy.maps import CHECK, KEYS
from pipeline.legacy.rulelines import SKIPPED, as_list, folded, quoted, rule_lines
from pipeline.legacy.terms import phrase
from pipeline.legacy.workbooks import join_sheets, sheet_lines
from pipeline.settings import Settings
from schemas.columns import header_key

INEXACT_IDS = "some of these numbers show other digits than they hold, or have too many: such rows come back; let them be texts in the workbook"
LINES_SHOWN, LONGEST_LINE = 8, 80
HEAD = """\
# A draft of a map for {name}, written by looking at {rows} of it. Lines that begin with # are comments.
# Look at each line that says CHECK. Then see what would come of it, and change what is not right:
#   flagbook migrate {name} --map {target}{encoding} --dry-run
# A column may be called differently in other files: "Header", or ["Header", "Another"]; the first filled one counts.
name = {system}
"""


def draft_map(path: Path, target: Path, settings: Settings, encoding: str | None = None) -> tuple[str, list[str]]:
    """Return a draft of a map for a file (`encoding` is of a text), and what a person must look at; raise `Refused` where it can't be read."""
    types = settings.type_names()
    looked = look(path, settings, encoding)
    guesses = guess_columns(looked.own.columns, looked.own.rows)
    drafted = assign(guesses, types)
    if any(one.header in looked.inexact for one in drafted.columns.get("customer_id", [])):
        drafted.doubts["customer_id"] = INEXACT_IDS
    joined = join_sheets(looked, drafted, guesses, types)
    system = path.name.partition(".")[0]
    rows = f"{len(looked.own.rows):,} rows"
    of_text = f" --encoding {folded(encoding)}" if encoding else ""
    head = HEAD.format(name=folded(str(path)), target=folded(str(target)), system=quoted(system), rows=rows, encoding=of_text)
    lines = [head, *_guessed(looked), *sheet_lines(looked, drafted, joined), *_below(looked), *_alike(looked)]
    names = [line for table, one in [(looked.own, drafted), *joined.tables] for line in tell_in_names(one.columns, table.places)]
    lines += [*_dates(drafted), *_customers(drafted), *names, *_statuses(drafted), *_flags(drafted, types)]
    return "\n".join(lines) + "\n", [line for line in lines if line.strip().startswith(CHECK)]


def _guessed(looked: Looked) -> Iterator[str]:
    if looked.is_guessed:
        such = "such as cp1250 (Central Europe), cp1251 (Cyrillic) or cp932 (Japan)"
        again = f"Where letters below are not right, draft it again with --encoding, {such}, and migrate with it"
        yield f"# CHECK: the file was {GUESSED}: that is a guess. {again}"


def _below(looked: Looked) -> Iterator[str]:
    if looked.below:
        shown = [*(f'"{folded(text)[:LONGEST_LINE]}"' for text in looked.below[:LINES_SHOWN]), *["…"] * (len(looked.below) > LINES_SHOWN)]
        yield f"{CHECK}: below the table stands what is no customer, and comes back: {', '.join(shown)}. Does it say what words or marks mean?"


def _alike(looked: Looked) -> Iterator[str]:
    if any(one.header != one.title.strip() for one in looked.own.columns):
        yield "# Of columns that are called alike, (1) is the first from the left, (2) the second, and so on."
    for above in dict.fromkeys(one.above for one in looked.own.columns if is_below(one)):
        yield f"# Below {folded(above)}: {_named([one.header for one in looked.own.columns if one.above == above and is_below(one)])}"


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
    columns = {name: [*(one.header for one in drafted.columns.get(name, [])), *drafted.more.get(name, [])] for name in (*drafted.columns, *drafted.more)}
    if not {*KEYS} & set(columns):
        yield "# CHECK: no column tells who a customer is. Name the one that does:"
        yield '# customer_id = ["…"]'
    elif "customer_id" not in columns:
        who = "e-mail address" if "email" in columns else "phone number"
        yield f"# CHECK: no column is called a customer's number: so the {who} tells who a customer is. If a column is one, name it here:"
        yield f"# customer_id = {as_list([one.header for one in drafted.ids[:1]] or ['…'])}"
    if not NAMES & set(columns):
        yield "# CHECK: no column is called a customer's name, or a company. If one is, name it here:"
        yield f"# name = {as_list([one.header for one in drafted.names[:1]] or ['…'])}"
    lacking = [name for name in ("first_name", "last_name") if name not in columns]
    if len(lacking) == 1 and "name" not in columns:
        called = {"first_name": "first name", "last_name": "family name"}[lacking[0]]
        yield f"# CHECK: no column is called a customer's {called}. If one is, name it here:"
        yield f"# {lacking[0]} = {as_list(['…'])}"
    if "customer_id" not in columns and (shared := _shared(drafted)):
        those = "1 address or number stands" if shared == 1 else f"{shared:,} addresses or numbers stand"
        yield f"# CHECK: {those} beside different names, and all rows of one count as one customer: the flags of all of them go together."
    for column, headers in columns.items():
        if column in drafted.doubts:
            yield f"# CHECK: {column}: {folded(drafted.doubts[column])}"
        yield f"{column} = {as_list(headers)}"


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
