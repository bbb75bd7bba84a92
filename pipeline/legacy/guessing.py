"""What the columns of an unknown file seem to hold, by their headers and their cells; nothing is decided, a draft of a map is written of it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.intake.cells import trimmed
from pipeline.intake.dates import read_dates, read_times
from pipeline.legacy import glossary
from schemas.columns import header_key

EMAIL = r"^(?:[^<>]*<)?(?:mailto:)?[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+>?"
PHONE = r"^['+(]?\d[\d ()./+-]{6,}$"
WRITTEN_OUT = r"^['+(]*0|[ ()+]"  # how a phone number is told from an id
ID = r"^[^\s@]{1,40}$"
LONG_WORD = 20  # characters of a word that says yes or no
FORMATS = (
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y", "%d-%m-%Y"),
    *("%d-%m-%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%d %B %Y %H:%M", "%b %d, %Y"),
    *("%B %d, %Y", "%B %d, %Y %I:%M %p", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%d-%b-%Y"),
)
MOST = 0.9
FEW_WORDS = 4
SPARSE = 0.6


@dataclass(frozen=True)
class Guess:
    """One column: its header, key (letters without accents, small), its filled cells, and what they are like."""

    header: str
    key: str
    place: int
    filled: float
    cells: pl.Series
    words: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    is_email: bool = False
    is_phone: bool = False
    is_date: bool = False
    is_yes_no: bool = False
    is_unique: bool = False

    def sounds(self, parts: Sequence[str]) -> bool:
        """Tell whether the header has one of some parts."""
        return any(part in self.key for part in parts)


@dataclass
class Drafted:
    """What a draft proposes: headers for our columns, rules for flags, and candidates for flags that only a person can tell."""

    columns: dict[str, list[Guess]] = field(default_factory=dict)
    rules: list[dict[str, object]] = field(default_factory=list)
    candidates: list[dict[str, object]] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    is_either: bool = False
    unused: list[Guess] = field(default_factory=list)


def plain(text: str) -> str:
    """Return a text as the glossary writes it: small, without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold().replace("ß", "ss").strip()


def guess_columns(header: Sequence[str], rows: pl.DataFrame) -> list[Guess]:
    """Look at every column that has a header; `rows` has one text column for each header, in order."""
    return [_guess(title, place, trimmed(rows.to_series(place))) for place, title in enumerate(header) if title.strip()]


def _guess(title: str, place: int, cells: pl.Series) -> Guess:
    some = cells.drop_nulls()
    filled = len(some) / len(cells) if len(cells) else 0.0
    known = {"header": title, "key": header_key(plain(title)), "place": place, "filled": filled, "cells": some}
    if not len(some):
        return Guess(**known)  # type: ignore[arg-type]  # the names are the fields'
    words = some.unique(maintain_order=True).head(FEW_WORDS + 1).to_list()
    few = len(words) <= FEW_WORDS
    meant = [plain(word) for word in words]
    yes_no = few and all(word in (*glossary.YES_WORDS, *glossary.NO_WORDS) for word in meant)
    formats = _formats(some)
    return Guess(
        **known,  # type: ignore[arg-type]  # likewise
        words=tuple(words) if few else (),
        formats=tuple(formats or ()),
        is_email=_share(some, EMAIL) >= MOST,
        is_phone=formats is None and _share(some, PHONE) >= MOST,
        is_date=formats is not None,
        is_yes_no=yes_no,
        is_unique=some.n_unique() == len(some) and filled >= MOST,
    )


def _share(cells: pl.Series, pattern: str) -> float:
    return float(cells.str.contains(pattern).mean() or 0.0) if len(cells) else 0.0  # type: ignore[arg-type]  # the mean of a Boolean series is a number


def _formats(cells: pl.Series) -> list[str] | None:
    """Return the formats by which every cell is a date; none needed for ISO: []; None where the cells are no dates."""
    if not cells.str.contains(r"\d").all() or cells.str.contains(r"^\d{1,4}$|^\d{5,}$").any():
        return None
    if read_dates(cells, ()).values.null_count() == 0:
        return []
    fits = [form for form in FORMATS if read_times(cells, (form,), "UTC").values.null_count() == 0]
    return fits or None


def settle(guesses: Sequence[Guess], types: Sequence[str]) -> Drafted:
    """Choose what each column is for; `types` are the settings' flag types."""
    drafted, left = Drafted(), list(guesses)
    _take_contacts(drafted, left)
    _take_flags(drafted, left, types)
    _take_names(drafted, left)
    _take_candidates(drafted, left, types)
    drafted.unused = left
    _settle_dates(drafted, guesses)
    return drafted


def _take(drafted: Drafted, left: list[Guess], column: str, some: Sequence[Guess]) -> None:
    for guess in some:
        drafted.columns.setdefault(column, []).append(guess)
        left.remove(guess)


def _take_contacts(drafted: Drafted, left: list[Guess]) -> None:
    """Take addresses and numbers, which cells tell, and ids, which headers tell."""
    for column in ("email", "phone"):
        told = [one for one in left if getattr(one, f"is_{column}") and not one.is_date]
        named = [one for one in left if one.sounds(glossary.PARTS[column]) and not one.is_yes_no and not one.sounds(glossary.NOT_A_FLAG)]
        by_cells = [one for one in told if column == "email" or _share(one.cells, WRITTEN_OUT) >= MOST]
        some = [one for one in told if one in named] or by_cells or [one for one in named if not one.filled or column == "phone"]
        _take(drafted, left, column, some)
    ids = [one for one in left if one.key in glossary.WHOLE["customer_id"] and not one.is_yes_no and not one.is_date] or list(filter(_is_id, left))
    _take(drafted, left, "customer_id", ids[:1])


def _is_id(guess: Guess) -> bool:
    """Tell whether a column's cells are different words, and its header calls them numbers or codes."""
    words = set(plain(guess.header).replace("_", " ").replace(".", " ").replace("-", " ").split())
    is_called = bool(words & set(glossary.ID_WORDS)) or guess.key.endswith(glossary.ID_ENDS)
    return guess.is_unique and not guess.is_date and is_called and _share(guess.cells, ID) == 1.0


def _take_names(drafted: Drafted, left: list[Guess]) -> None:
    for column in ("first_name", "last_name", "name", "company", "status"):
        if column in glossary.WHOLE:
            some = [one for one in left if one.key in glossary.WHOLE[column]]
        else:
            some = [one for one in left if one.sounds(glossary.PARTS[column]) and not one.is_yes_no]
        if column == "name" and ("last_name" in drafted.columns or "first_name" in drafted.columns):
            continue
        _take(drafted, left, column, some[:1])
    if "last_name" in drafted.columns and "first_name" not in drafted.columns:  # French Nom alone, and the like
        drafted.columns["name"] = drafted.columns.pop("last_name")
    if "first_name" in drafted.columns and "last_name" not in drafted.columns:
        drafted.columns["name"] = drafted.columns.pop("first_name")
    if not {"customer_id", "email", "phone"} & set(drafted.columns):
        _take(drafted, left, "customer_id", [one for one in left if one.is_unique and not one.is_date][:1])


def _kind(guess: Guess, types: Sequence[str]) -> str | None:
    """Return the flag type that a header sounds of, as far as the settings have it."""
    found = next((kind for kind, parts in glossary.FLAG_PARTS.items() if guess.sounds(parts)), None)
    return None if found is None else found if found in types else types[0]


def _take_flags(drafted: Drafted, left: list[Guess], types: Sequence[str]) -> None:
    """Take the columns whose headers sound of flags, with those that tell why, who and when of them."""
    for tags in [one for one in left if one.sounds(glossary.TAG_PARTS) and not one.is_yes_no]:
        left.remove(tags)
        drafted.rules.append({"tags": tags})
    heads = [one for one in left if _kind(one, types) and not _is_part(one) and not one.sounds(glossary.NOT_A_FLAG) and not one.is_date]
    for head in heads:
        left.remove(head)
    for number, head in enumerate(heads):
        end = heads[number + 1].place if number + 1 < len(heads) else None
        drafted.rules.append(_rule(head, left, (_kind(head, types) or types[0], end)))


def _is_part(guess: Guess) -> bool:
    """Tell whether a header is of a column that tells why, who or when of a flag."""
    return guess.is_date or (guess.sounds(glossary.REASON) and not guess.is_yes_no) or _says_who(guess)


def _says_who(guess: Guess) -> bool:
    """Tell whether a column holds names of those who flagged: its header says so, and its cells are no sentences."""
    words = plain(guess.header).replace("_", " ").replace("-", " ").split()
    is_called = guess.sounds(glossary.BY_PARTS) or (len(words) > 1 and words[-1] in glossary.BY)
    return is_called and not guess.is_yes_no and _share(guess.cells, r"\S\s+\S+\s+\S") < 1 - MOST


def _is_switch(guess: Guess) -> bool:
    """Tell whether a column's cells say yes or no: in words that are known, or in two words, in nearly every row."""
    two = len(guess.words) == len(("yes", "no")) and guess.filled >= MOST and not guess.is_unique
    return guess.is_yes_no or (two and all(len(word) <= LONG_WORD for word in guess.words))


def _rule(head: Guess, left: list[Guess], found: tuple[str, int | None]) -> dict[str, object]:
    """Return a rule for a flag's column: the columns right of it, up to the next flag's, may tell why, who and when."""
    kind, end = found
    rule: dict[str, object] = {"type": kind, "when" if _is_switch(head) else "comment": head}
    near = [one for one in left if one.place > head.place and (end is None or one.place < end)]
    stem = head.key[:5]
    parts = {"expires": lambda one: one.is_date and one.sounds(glossary.UNTIL_PARTS), "at": lambda one: one.is_date, "by": _says_who}
    if "when" in rule:
        parts = {**parts, "comment": lambda one: one.sounds(glossary.REASON) and not one.is_yes_no and not one.is_date}
    for name, fits in parts.items():
        some = [one for one in near if one in left and fits(one) and not one.sounds(("birth", "geburt", "nacim", "naiss"))]
        some = [one for one in some if one.key.startswith(stem)] or [one for one in some if name == "comment" or one.place - head.place <= len(parts)]
        if some:
            rule[name] = some[0]
            left.remove(some[0])
    return rule


def _take_candidates(drafted: Drafted, left: list[Guess], types: Sequence[str]) -> None:
    """Note columns that may be flags by their cells: yes or no, or a few words in few rows; a person must tell."""
    for one in list(left):
        is_text = 0 < one.filled <= SPARSE and float(one.cells.str.contains(r"\S\s+\S").mean() or 0) >= SPARSE  # type: ignore[arg-type]  # see above
        if (one.is_yes_no or (is_text and not one.is_date and not one.is_phone)) and not one.sounds(glossary.NOT_A_FLAG):
            drafted.candidates.append({"type": types[-1], "when" if one.is_yes_no else "comment": one})


def _settle_dates(drafted: Drafted, guesses: Sequence[Guess]) -> None:
    """Choose the formats of dates: those by which all columns of dates can be read that need one; days first where nothing tells."""
    needing = [set(one.formats) for one in guesses if one.is_date and one.formats]
    months = {form for form in FORMATS if form.startswith("%m")}
    open_ones = [forms for forms in needing if forms & months and forms - months]
    told = [bool(forms & months) for forms in needing if forms not in open_ones and any("/" in form or "-" in form for form in forms)]
    is_month_first = any(told) and all(told)
    drafted.is_either = bool(open_ones) and not told
    for forms in needing:
        fits = [form for form in FORMATS if form in forms and (forms not in open_ones or (form in months) == is_month_first)]
        drafted.formats += [form for form in fits[:1] if form not in drafted.formats]
