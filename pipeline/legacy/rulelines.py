"""A rule for flags as lines of a map, with comments on what a person must look at."""

import json
from collections.abc import Iterator, Sequence

from pipeline.legacy import glossary as words
from pipeline.legacy.guessing import Guess
from pipeline.legacy.maps import ANY
from pipeline.legacy.rules import Rule, are_usual, says_until, type_of
from pipeline.legacy.tagging import USUAL, split_of, tags_of

TAGS_SHOWN = 20
SKIPPED = "skip = true  # nothing is made of this rule as long as this line stands here"
COLUMNS = ("event", "when", "type_column", "comment", "by", "at", "expires", "ended")


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def folded(text: str) -> str:
    """Return a text for a comment, which ends with its line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def as_list(texts: Sequence[str]) -> str:
    """Return texts as TOML writes a list of them."""
    return f"[{', '.join(map(quoted, texts))}]"


def rule_lines(rule: Rule, types: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a rule; each line that says CHECK wants a person."""
    yield from (f"# CHECK: {folded(doubt)}" for doubt in rule.doubts)
    if "comment" in rule.parts and says_until(rule.parts["comment"]) and not rule.parts["comment"].sounds(words.REASON):
        header = rule.parts["comment"].header
        rule.unsure["comment"] = f"{header} sounds of a last day, and not all of its cells are days that can be read: as a comment it ends no flag"
    if "tags" in rule.parts:
        yield from _tag_lines(rule, types)
        return
    yield from _lines(rule)


def _lines(rule: Rule) -> Iterator[str]:
    yield "[[flags]]"
    if rule.is_offered:
        yield SKIPPED
    if rule.kind:
        yield f"type = {quoted(rule.kind)}"
    yield from [f"sheets = {as_list(rule.sheets)}"] * bool(rule.sheets)
    for name in COLUMNS:
        if name in rule.unsure:
            yield f"# CHECK: {folded(rule.unsure[name])}"
        which = [rule.head().header] if name == "comment" and rule.says_which else []
        if name in rule.parts or which:
            yield f"{name} = {as_list([*([rule.parts[name].header] if name in rule.parts else []), *which])}"
            yield from _words_beside(rule, name)
        yield from _words_of(rule, name)
    for name, (guess, why) in rule.offered.items():
        stands = name == "comment" and rule.says_which
        is_second = name.strip() in rule.parts or stands
        yield f"# CHECK: {folded(why)}{f', and the line {name.strip()} above away' if is_second else ''}"
        yield f"# {name.strip()} = {as_list([guess.header, *([rule.head().header] if stands else [])])}"
        yield from (f"# {line}" for line in (_words_beside(rule, name) if name == "ended" else ()))
    yield from _text_of(rule)
    if rule.types or rule.maybe:
        yield "[flags.types]"
    for word, kind in rule.types.items():
        yield f"{quoted(word)} = {quoted(kind)}"
    for word, kind in rule.maybe.items():
        yield f"# {quoted(word)} = {quoted(kind)}"


def _words_beside(rule: Rule, name: str) -> Iterator[str]:
    """Yield the words of a part that go with it: those for no last day, and those by which a flag has ended."""
    for part, key, listed in (("expires", "no_end", rule.no_end), ("ended", "ended_yes", [] if are_usual(rule.ended_yes) else rule.ended_yes)):
        if name == part and listed:
            yield f"{key} = {as_list(listed)}"


def _text_of(rule: Rule) -> Iterator[str]:
    """Yield the comment of flags that have none, where a rule needs to say it."""
    text = rule.text or (rule.head().title if "when" in rule.parts else None)
    is_list = rule.text is not None and rule.yes == [ANY]  # its column tells who a customer is, and no reason
    if text and (is_list or ("comment" not in rule.parts and not rule.says_which) or "type_column" in rule.parts):
        yield f"text = {quoted(text)}"


def _words_of(rule: Rule, name: str) -> Iterator[str]:
    """Yield the words of yes and no of a rule's column, as far as they are not those that count anyway."""
    if name == "event" and name in rule.parts:
        yield f"flagged = {as_list(rule.flagged)}"
        yield f"unflagged = {as_list(rule.unflagged)}"
    head = next((one for one in ("event", "when", "type_column", "comment") if one in rule.parts), None)
    if name != head:
        return
    if name == "when" and rule.yes:
        yield f"yes = {as_list(rule.yes)}"
    if rule.no:
        yield f"no = {as_list(rule.no)}"


def _tag_lines(rule: Rule, types: Sequence[str]) -> Iterator[str]:
    tags = rule.parts["tags"]
    counts = _tags(tags)
    known = {tag: kind for tag in counts if (kind := type_of(tag, types))}
    is_left_out = rule.is_offered or not known
    and_skip = ", and the line skip away" if is_left_out else ""
    yield f"# CHECK: tags of {folded(tags.header)} become flags only where the list below names them; take the # off those that are flags{and_skip}."
    yield "[[flags]]"
    if is_left_out:
        yield SKIPPED
    yield from [f"sheets = {as_list(rule.sheets)}"] * bool(rule.sheets)
    yield f"tags = {as_list([tags.header])}"
    yield from [f"split = {quoted(split_of(tags))}"] * (split_of(tags) != USUAL)
    for name in [name for name in COLUMNS if name in rule.parts]:
        if name in rule.unsure:
            yield f"# CHECK: {folded(rule.unsure[name])}"
        yield f"{name} = {as_list([rule.parts[name].header])}"
        yield from _words_beside(rule, name)
    for name, (guess, why) in rule.offered.items():
        yield f"# CHECK: {folded(why)}{f', and the line {name.strip()} above away' if name.strip() in rule.parts else ''}"
        yield f"# {name.strip()} = {as_list([guess.header])}"
        yield from (f"# {line}" for line in (_words_beside(rule, name) if name == "ended" else ()))
    yield "[flags.allow]"
    for tag in [*known, *[tag for tag in counts if tag not in known][:TAGS_SHOWN]]:
        kind = known.get(tag)
        yield f"{'' if kind else '# '}{quoted(tag)} = {quoted(kind if kind and kind in types else types[-1])}"


def _tags(guess: Guess) -> list[str]:
    """Return the tags of a column, the most frequent first."""
    counts: dict[str, int] = {}
    for tags, count in tags_of(guess):
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + count
    return sorted(counts, key=lambda tag: (-counts[tag], tag))
