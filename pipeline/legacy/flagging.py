"""What a piece of another system's file says of flags: those that stand, and what happened to them before."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.findings import CATALOGUE
from pipeline.intake.cells import keys_of, map_values, word_keys
from pipeline.intake.checking import FINDINGS
from pipeline.intake.dates import read_dates, read_times
from pipeline.intake.sheets import CELL_ERROR
from pipeline.legacy.flagdays import day_faults, fault
from pipeline.legacy.maps import ANY, GOES_ON, NO, YES, FlagRule
from pipeline.legacy.shaping import Picked
from schemas.plan import UTC_TIME, Dtype

PRESENT, UNCLEAR, FLAGGED, UNFLAGGED, STRANGE = "present", "unclear", "flagged", "unflagged", "strange"
# One row for each flag that stands in the file (kind present; unclear where its word is neither yes nor no), or event of the past (flagged, unflagged;
# strange where its word is not known); `place` is its order within the row.
ITEMS: dict[str, Dtype] = {
    "source_row": pl.Int64,
    "place": pl.Int64,
    "flag_type": pl.String,
    "kind": pl.String,
    "comment": pl.String,
    "by": pl.String,
    "at": UTC_TIME,
    "expires_on": pl.Date,
    "no_text": pl.Boolean,  # the file lacks the column that tells why, or the one of last days: it says nothing of that
    "no_days": pl.Boolean,
    "is_default": pl.Boolean,  # no cell tells why: the comment is the map's
}
NOT_A_TYPE = "{} names none of the flag types, which are {}: correct it, or say in [flags.types] of the map which its word is"
NO_TYPE = "{} is blank, and there is a flag: name one of the flag types, which are {}"
NOT_AN_EVENT = "{} says neither that a flag was set nor that it ended: give the word in the map, in flagged, unflagged, or no (nothing happened)"
NOT_YES_OR_NO = "{} says neither yes nor no: give its word in the map, in yes or no"
NO_WHY = "{} is blank, and a flag needs a comment that says why: fill it, or give the rule a text for such rows in the map"
NO_TIME = "{} is blank: an event needs its day to stand in its place in the history"
NO_TEXT = ("-", "--", "\u2013", "\u2014", "n/a")  # comments that say that there is none
BETWEEN = r"[\s_-]+"  # what stands between the words of a tag
MANY = 50  # different words that are remembered to be told


@dataclass
class Told:
    """What is to be said of a file besides its rows: words that are neither yes nor no, and tags that no list allows, each with how often.

    `unsaid` has, by file and column, in how many rows there is a text and nothing says that there is the flag whose comment it would be, and the first
    of these rows; `ended` likewise in how many rows the column says that a flag has ended.
    """

    strange: dict[tuple[str, str], int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    unsaid: dict[tuple[str, str], tuple[int, list[int]]] = field(default_factory=dict)
    ended: dict[tuple[str, str], tuple[int, list[int]]] = field(default_factory=dict)

    def add(self, table: dict[str, int], counts: pl.DataFrame) -> None:
        """Add counts (word, n) to a table, as far as there is room."""
        is_known = counts.to_series().is_in(list(table))
        for word, count in (*counts.filter(is_known).rows(), *counts.filter(~is_known).head(MANY - len(table)).rows()):
            table[word] = table.get(word, 0) + count

    def note(self, table: dict[tuple[str, str], tuple[int, list[int]]], where: tuple[str, str], rows: pl.Series) -> None:
        """Add rows to those of a file's column."""
        count, first = table.get(where, (0, []))
        table[where] = (count + len(rows), [*first, *rows.head(MANY - len(first))])


def find_items(picked: Picked, types: Sequence[str], told: Told) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the items of a piece (see `ITEMS`), in the order of rows and rules, and what is wrong with rows (see `FINDINGS`)."""
    items, found = [pl.DataFrame(schema=ITEMS)], [pl.DataFrame(schema=FINDINGS)]
    for place, rule in enumerate(picked.source.rules()):
        some, faults = _of_rule(picked, rule, types, told)
        items.append(some.with_columns(pl.lit(place, pl.Int64).alias("place")).select(*ITEMS))
        found.append(_with_errors(picked, rule, faults))
    _note_unsaid(told, picked, items)
    return pl.concat(items).sort("source_row", "place", maintain_order=True), pl.concat(found)


def _note_unsaid(told: Told, picked: Picked, items: Sequence[pl.DataFrame]) -> None:
    """Note the rows in which a column of comments has a text, and none of the rules that would take it made anything."""
    rules = [(rule, items[1 + place]) for place, rule in enumerate(picked.source.rules())]
    for headers in dict.fromkeys(rule.comment for rule, _ in rules if rule.comment and rule.when and not rule.event):
        text = _read(picked, headers, picked.text)
        own = [rule for rule, _ in rules if set(rule.comment) & set(headers)]
        if not all(rule.when for rule in own):
            continue
        made = pl.concat([some["source_row"] for rule, some in rules if rule in own])
        none = keys_of(["", *NO_TEXT, *(word for rule in own for word in rule.no)])
        says_more = text.is_not_null() & ~word_keys(text).is_in(none).fill_null(value=False)
        over = pl.concat([pl.Series(dtype=pl.Int64), *(picked.rows.filter(_has_ended(picked, rule)) for rule in own if rule.ended)])
        rows = picked.rows.filter(says_more & ~picked.rows.is_in(made.implode()) & ~picked.rows.is_in(over.implode()))
        told.note(told.unsaid, (picked.source.name, " / ".join(headers)), rows)


def _with_errors(picked: Picked, rule: FlagRule, faults: pl.DataFrame) -> pl.DataFrame:
    """Return a rule's faults, and in their place `cell-error` for rows in which one of its cells holds an error: what else they lack follows of that."""
    unread = {header: rows for header in rule.columns() if len(rows := picked.rows.filter(picked.errors((header,))))}
    said = {header: f"{CATALOGUE[CELL_ERROR].message} (column {header})" for header in unread}
    errors = [fault(rows.to_frame("source_row"), CELL_ERROR, (header,), said[header]) for header, rows in unread.items()]
    told = pl.concat([pl.Series(dtype=pl.Int64), *unread.values()])
    return pl.concat([faults.filter(~pl.col("source_row").is_in(told.implode())), *errors]).unique(
        ["source_row", "code", "column"], keep="first", maintain_order=True
    )


def _of_rule(picked: Picked, rule: FlagRule, types: Sequence[str], told: Told) -> tuple[pl.DataFrame, pl.DataFrame]:
    base = _tagged(picked, rule, told) if rule.tags else _marked(picked, rule, types, told)
    base = _still_standing(picked, rule, base, told) if rule.ended else base
    rows = base["index"]
    by, at, expires = (_gathered(picked, headers, rows) for headers in (rule.by, rule.at, rule.expires))
    expires = _without(expires, keys_of(rule.no_end)) if rule.no_end else expires
    times, days = (
        read_times(at, picked.source.map.date_formats, picked.source.map.timezone),
        read_dates(expires, picked.source.map.date_formats, picked.source.map.timezone),
    )
    lacking = {name: bool(headers) and not picked.places(headers) for name, headers in (("no_text", rule.comment), ("no_days", rule.expires))}
    frame = base.with_columns(by.alias("by"), times.values.alias("at"), days.values.alias("expires_on"), source_row=picked.rows.gather(rows), **lacking)
    faults = day_faults(frame, rule, {"at": (at, times), "expires_on": (expires, days)}, picked)
    faults.append(fault(frame.filter(pl.col("kind") == UNCLEAR), "unclear-flag", rule.when, NOT_YES_OR_NO.format(" / ".join(rule.when))))
    if rule.event:
        undated = at.is_null()
        faults.append(fault(frame.filter(undated), "bad-date", rule.at or rule.event, NO_TIME.format((rule.at or rule.event)[0])))
        faults.append(fault(frame.filter(pl.col("kind") == STRANGE), "unknown-action", rule.event, NOT_AN_EVENT.format(rule.event[0])))
    unknown = frame.filter(pl.col("flag_type").is_null())
    is_blank = _gathered(picked, rule.type_column, unknown["index"]).is_null()
    for text, some in ((NO_TYPE, unknown.filter(is_blank)), (NOT_A_TYPE, unknown.filter(~is_blank))):
        faults.append(fault(some, "unknown-flag-type", rule.type_column, text.format(" / ".join(rule.type_column), ", ".join(types))))
    silent = frame.filter(pl.col("comment").is_null() & pl.col("kind").is_in([PRESENT, FLAGGED]))
    faults.append(fault(silent, "missing-comment", rule.comment, NO_WHY.format(" / ".join(rule.comment)) if rule.comment else None))
    return frame, pl.concat([pl.DataFrame(schema=FINDINGS), *faults])


def _has_ended(picked: Picked, rule: FlagRule) -> pl.Series:
    """Tell for each row whether the rule's column says that its flag has ended."""
    keys = word_keys(_word(picked, rule.ended))
    return (keys.is_not_null() & ~keys.is_in(keys_of(NO))).fill_null(value=False) if ANY in rule.ended_yes else among(keys, rule.ended_yes)


def _still_standing(picked: Picked, rule: FlagRule, base: pl.DataFrame, told: Told) -> pl.DataFrame:
    """Return the flags of a rule (see `_marked`) that have not ended; the others are told, and so are words that are neither yes nor no."""
    words, over = _word(picked, rule.ended), _has_ended(picked, rule)
    over = base.select(over=over.gather(base["index"])).to_series()
    told.note(told.ended, (picked.source.name, " / ".join(rule.ended)), picked.rows.gather(base.filter(over & (pl.col("kind") == PRESENT))["index"]))
    is_known = among(word_keys(words), (*rule.ended_yes, *NO)) | pl.Series([ANY in rule.ended_yes]).new_from_index(0, len(words))
    _note(told, rule.ended, words.filter(words.is_not_null() & ~is_known))
    return base.filter(~over)


def _read(picked: Picked, headers: Sequence[str], read: Callable[[Sequence[str]], pl.Series | None]) -> pl.Series:
    """Return a column's texts as they are read, null where it is not there, and where its cell holds an error, which is no word."""
    text = read(headers)
    bad = picked.errors(headers)
    return picked.nothing() if text is None else text.set(bad, None) if bad.any() else text


def _word(picked: Picked, headers: Sequence[str]) -> pl.Series:
    """Return a column's words; an apostrophe before one is none of it, but what a spreadsheet has to say that it is text."""
    return _read(picked, headers, picked.line).str.strip_prefix("'")


def _gathered(picked: Picked, headers: Sequence[str], rows: pl.Series) -> pl.Series:
    text = picked.line(headers)
    return picked.nothing().gather(rows) if text is None else text.gather(rows)


def _without(texts: pl.Series, words: Sequence[str]) -> pl.Series:
    """Return texts, null where one is among some words, which are small."""
    return texts.set(word_keys(texts).is_in(words).fill_null(value=False), None)


def _marked(picked: Picked, rule: FlagRule, types: Sequence[str], told: Told) -> pl.DataFrame:
    """Return the rows of a rule that have a flag, or an event: index (in the piece), kind, flag_type and comment."""
    filled = {name: _word(picked, getattr(rule, name)) for name in ("when", "type_column", "event")}
    filled["comment"] = _read(picked, rule.comment, picked.text)
    frame = pl.DataFrame(filled).with_row_index("index").with_columns(pl.col("index").cast(pl.Int64))
    if rule.event:
        kind = _event_kinds(filled["event"], rule)
    elif rule.when:
        strange = _strange(picked, rule, filled["when"])
        is_usual = rule.yes == YES
        kind = _yes_kinds(filled["when"], rule).set(strange, UNCLEAR if is_usual else None)
        _note(told, rule.when, filled["when"].filter(strange) if not is_usual else filled["when"].clear())
    else:
        kind = _filled_kinds(filled["comment"], filled["type_column"], rule)
    words = dict(zip(keys_of([*types, *rule.types]), [*types, *rule.types.values()], strict=True))
    flag_type = map_values(word_keys(filled["type_column"]), words) if rule.type_column else None
    heads = rule.when or (() if rule.comment else rule.type_column)
    default = rule.text or next(iter(heads), None)
    comment = _without(filled["comment"], NO_TEXT) if default else filled["comment"]
    is_default = comment.is_null() & kind.is_in([PRESENT, FLAGGED, STRANGE, UNCLEAR] if default else [])
    return (
        frame.with_columns(kind.alias("kind"))
        .select(
            "index",
            "kind",
            (pl.lit(rule.type) if flag_type is None else pl.Series(flag_type).fill_null(rule.type) if rule.type else flag_type).alias("flag_type"),
            comment.set(is_default.fill_null(value=False), default).alias("comment"),
            is_default.fill_null(value=False).alias("is_default"),
        )
        .filter(pl.col("kind").is_not_null())
    )


def _yes_kinds(words: pl.Series, rule: FlagRule) -> pl.Series:
    """Return `PRESENT` where a word means yes."""
    keys, listed = word_keys(words), keys_of(rule.types) if rule.when == rule.type_column else []
    no = [key for key in keys_of(rule.no) if key not in listed]
    if any(word.endswith(GOES_ON) for word in (*rule.yes, *rule.no)):
        return _present(among(keys, rule.yes) & ~keys.is_in(no))
    yes = keys_of(rule.yes)
    return _present(keys.is_not_null() & ~keys.is_in(no)) if ANY in yes else map_values(keys, dict.fromkeys(yes, PRESENT))


def among(keys: pl.Series, words: Sequence[str]) -> pl.Series:
    """Tell which cells are one of some words, or begin with one that may go on."""
    begins = [re.escape(key.removesuffix(GOES_ON)) for key in keys_of(words) if key.endswith(GOES_ON)]
    return (keys.is_in(keys_of(words)) | keys.str.contains(rf"^(?:{'|'.join(begins) or 'x^'})(?:[^\p{{L}}\p{{N}}]|$)")).fill_null(value=False)


def _strange(picked: Picked, rule: FlagRule, words: pl.Series) -> pl.Series:
    """Tell which words of a rule's column are neither yes nor no; of several rules that look at the same column, for the first, if none knows them."""
    alike = [other for other in picked.source.rules() if other.when and picked.places(other.when) == picked.places(rule.when)]
    known = [word for other in alike for word in (*other.yes, *other.no)]
    keys = word_keys(words)
    return keys.is_not_null() & ~among(keys, known) & pl.Series([alike[0] is rule and ANY not in known]).new_from_index(0, len(words))


def _filled_kinds(comment: pl.Series, named: pl.Series, rule: FlagRule) -> pl.Series:
    """Return `PRESENT` where a type is named, or else there is a comment; a word of `no` in the one's place, or the other's, says that there is no flag."""
    no = keys_of(rule.no)
    types, texts = word_keys(named), word_keys(comment)
    listed = keys_of(rule.types)
    no_type, no_text = types.is_in(no) & ~types.is_in(listed), texts.is_in(no)
    return _present((types.is_not_null() | (texts.is_not_null() & ~no_text)) & ~no_type.fill_null(value=False))


def _present(is_there: pl.Series) -> pl.Series:
    return pl.Series([PRESENT], dtype=pl.String).new_from_index(0, len(is_there)).set(~is_there.fill_null(value=False), None)


def _event_kinds(words: pl.Series, rule: FlagRule) -> pl.Series:
    """Return what each word says happened; `STRANGE` where the rule does not know the word, null where there is none, or one that means no event."""
    keys = word_keys(words)
    table = {word: kind for kind, some in ((FLAGGED, rule.flagged), (UNFLAGGED, rule.unflagged)) for word in keys_of(some)}
    kinds, is_none = map_values(keys, table), keys.is_null() | keys.is_in(keys_of(rule.no))
    return kinds.set(kinds.is_null() & ~is_none.fill_null(value=True), STRANGE)


def _note(told: Told, headers: Sequence[str], strange: pl.Series) -> None:
    for word, count in strange.value_counts(sort=True).rows() if len(strange) else ():
        key = (headers[0], word)
        if key in told.strange or len(told.strange) < MANY:
            told.strange[key] = told.strange.get(key, 0) + count


def _tagged(picked: Picked, rule: FlagRule, told: Told) -> pl.DataFrame:
    """Return the tags that the rule's list allows: index (in the piece), kind, flag_type and comment; without one, the rule's text, or the tag.

    Each different cell is taken apart once: a shop has few of them, however many customers it has.
    """
    cells = pl.DataFrame({"cell": _read(picked, rule.tags, picked.text).str.strip_prefix("'")}).with_columns(index=pl.int_range(pl.len(), dtype=pl.Int64))
    tags = _split(cells.select("cell").drop_nulls().group_by("cell").agg(n=pl.len().cast(pl.Int64)), rule)
    words = tags.group_by("tag", maintain_order=True).agg(pl.col("n").sum())
    words = words.with_columns(flag_type=_allowed(words["tag"], rule.allow))
    told.add(told.tags, words.filter(pl.col("flag_type").is_null()).select("tag", "n").sort("n", "tag", descending=[True, False]))
    found = tags.join(words.drop("n").drop_nulls(), on="tag", how="inner", validate="m:1", maintain_order="left")
    listed = found.select("cell", "flag_type", comment=pl.lit(rule.text) if rule.text else pl.col("tag"))
    each = cells.join(listed, on="cell", how="inner", maintain_order="left_right")
    if rule.comment:
        notes = _without(_read(picked, rule.comment, picked.text), NO_TEXT).gather(each["index"])
        each = each.with_columns(comment=pl.coalesce(notes, pl.col("comment")))
    return each.select("index", pl.lit(PRESENT).alias("kind"), "flag_type", "comment", pl.lit(value=False).alias("is_default"))


def _allowed(tags: pl.Series, allow: Mapping[str, str]) -> pl.Series:
    """Return the types that a list allows for tags, null where none; what stands between the words of a tag may be blanks, hyphens or underscores."""
    keys, types = keys_of(allow), list(allow.values())
    words = word_keys(tags)
    found = map_values(words, dict(zip(keys, types, strict=True)))
    others = words.filter(found.is_null()).str.replace_all(BETWEEN, " ")
    apart = pl.Series(keys, dtype=pl.String).str.replace_all(BETWEEN, " ")
    alike = {word: {kind for other, kind in zip(apart, types, strict=True) if other == word} for word in apart}
    return found.scatter(found.is_null().arg_true(), map_values(others, {word: one.pop() for word, one in alike.items() if len(one) == 1}))


def _split(cells: pl.DataFrame, rule: FlagRule) -> pl.DataFrame:
    """Add tag: a row for each tag of a cell, in their order, blanks around it off; each line of a cell has tags of its own."""
    first, others = rule.split[0], f"{rule.split[1:]}\n"
    text = pl.col("cell")
    for other in others:
        text = text.str.replace_all(other, first, literal=True)
    each = cells.with_columns(tag=text.str.split(first)).explode("tag")
    return each.with_columns(pl.col("tag").str.strip_chars()).filter(pl.col("tag") != "")
