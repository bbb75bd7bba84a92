"""What the columns of an unknown file are like, by their headers and cells: what a draft of a map is guessed from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from pipeline.intake.cells import trimmed
from pipeline.intake.dates import read_dates, read_times
from pipeline.legacy.flagwords import ABOUT, FAMILIES, LIGHTS, NO_END, NO_WORDS, YES_WORDS
from pipeline.legacy.glossary import ACTIVE, AT, BY, NOTES, REASON, STAFF, STATUS, UNTIL, UNTIL_LAST
from pipeline.legacy.headings import Headed
from pipeline.legacy.nowords import BESIDE_NOTHING, NO_SUCH, NOTHING, NOTHING_SAID
from pipeline.legacy.terms import Terms, phrase, plain
from pipeline.months import MONTHS, months_in_numbers
from schemas.columns import header_key

EMAIL = r"^(?:[^<>]*<)?(?:mailto:)?[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+>?"
PHONE = r"^['+(]?[0-9][0-9 ()./+-]{6,}$"
PERIOD = r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\s*[/\u2013-]\s*\d{1,4}[./-]"
MONTH_OF_YEAR = r"^\d{1,2}[./-]\d{4}$"
MONEY = r"(?i:€|\$|£|zł|kr\.?|kč|ft|lei|eur|usd|gbp|chf|sek|nok|dkk|pln|czk)"
NUMBER = rf"^(?:{MONEY}\s?)?[+-]?\d+(?:[ .,\x27]\d{{3}})*(?:[.,]\d+)?\s?(?:%|{MONEY})?$"
ISO = r"^\d{4}-\d{2}-\d{2}"
WEEKDAY = r"[^\W\d]{2,}\.?,?\s+"
LIKE_A_DAY = rf"^(?:{WEEKDAY})?(?:\d{{1,4}}[\D]|[^\W\d]{{3,}}\.?\s+\d{{1,2}}\b)"
# 1. März 2025, or Montag, 1. März 2025: months in words.
SAID = (
    rf"^(?:{WEEKDAY})?(?:\d{{1,2}}(?:er|[.º°])?[\s-]+(?:de\s+)?[^\W\d]{{3,}}\.?,?[\s-]+(?:de\s+)?\d{{2,4}}|[^\W\d]{{3,}}\.?\s+\d{{1,2}},?\s+\d{{4}}|"
    r"\d{4}\.?\s+[^\W\d]{3,}\.?\s+\d{1,2})"
)
DAYS_SAID = ("%d. %B %Y", "%d %B %Y", "%d de %B de %Y", "%d de %B %Y", "%d-%B-%Y", "%d-%B-%y", "%d %B, %Y", "%B %d, %Y", "%Y. %B %d.", "%Y %B %d")
TIMES_SAID = ("", " %H:%M", ", %H:%M", " um %H:%M", " à %H:%M", " a las %H:%M", " às %H:%M", " kl. %H:%M", " om %H:%M", " alle %H:%M", " ore %H:%M")
FORMATS = (
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y", "%d. %m. %Y", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y", "%d-%m-%Y"),
    *("%d/%m/%Y %I:%M %p", "%d/%m/%y %H:%M", "%m/%d/%y %H:%M", "%m-%d-%y", "%m-%d-%Y %H:%M", "%d-%m-%Y %I:%M %p", "%m-%d-%Y %I:%M %p"),
    *("%d-%m-%Y %H:%M", "%d-%m-%y", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y"),
    "%m/%d/%y %I:%M %p",
    *("%d %B %Y %H:%M", "%b %d, %Y", "%B %d, %Y", "%B %d, %Y %I:%M %p", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y.%m.%d", "%Y. %m. %d.", "%d-%b-%Y", "%d-%b-%y"),
    *("%d.%m.%Y.", "%d. %m. %Y.", "%Y年%m月%d日", "%Y年%m月%d日 %H:%M", "%Y년 %m월 %d일", "%Y년 %m월 %d일 %H:%M"),
)
WITH_WEEKDAY = tuple(f"{weekday}{form}" for form in FORMATS for weekday in ("%A, ", "%A "))
NO_FIRST = tuple(f"{word} " for word in NO_SUCH.words)
# Words of flags that begin so, as no go does.
NO_GO = Terms(*(word for terms in FAMILIES for word in terms.words if word.startswith(NO_FIRST)))
# What somebody did without a word, which is something to say.
NO_NOTICE = Terms(
    "sin aviso | sin avisar | sin previo aviso | senza avviso | senza preavviso | senza avvisare | sans prevenir | sans avertissement | sans preavis",
    "ohne vorwarnung | ohne warnung | without notice | without warning | no notice | no warning given | sem aviso | sem avisar | zonder waarschuwing",
    "utan varning | uden varsel | uten varsel | bez ostrzezenia | bez upozorneni | no alarm | keine alarmanlage",
)
# Headers that say only which part of a flag a column holds.
PARTS = (AT, UNTIL, REASON, NOTES, BY, STAFF, STATUS, ACTIVE)
OTHERWISE = ("bråk", "nợ")  # words that are another's only without their accents: a brawl is no Polish lack, a debt no no
GOES_ON = re.compile(r"([^\W\d_]+)\s*[(\[,;:!.\u2013\u2014-]")
MOST = 0.9
LESS = 0.3  # of a column's cells, so that it is of last days where its header says so
COMING = 0.2  # of a column's days
MANY = 0.7  # of a column's cells, so that it is of dates though some are not
FEW_WORDS = 12
LONG_WORD = 24  # characters of a word that says yes or no, or a level
INITIALS = 2  # letters
LONG_STATUS = 120  # characters of a status, which may say until when
LONG_TEXT = 60  # characters of words that say that there is no last day


@dataclass(frozen=True, eq=False)
class Guess:
    """One column: what a map calls it (`header`), what the file does (`title`), its words and key, its cells (null where blank), and what they are like.

    The title is that above it too, where that tells of a flag and the header only of a part of one; `said` are its words with its numbers.
    `words` are the different cells where they are few, the most frequent first. `formats` are those by which the dates can be read, none needed for
    ISO; `odd` counts the cells that are no dates, `is_said` tells that the months are words of no language that can be told. `no_days` are the texts of
    a column of dates that say that there is none, as permanent does of a last one; `is_coming` tells that a share of the days is after today.
    """

    header: str
    title: str
    said: str
    terms: str
    key: str
    place: int
    filled: float
    cells: pl.Series
    words: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    odd: int = 0
    no_days: tuple[str, ...] = ()
    is_coming: bool = False
    is_email: bool = False
    is_phone: bool = False
    is_date: bool = False
    is_said: bool = False
    is_yes_no: bool = False
    is_number: bool = False
    is_unique: bool = False

    def sounds(self, terms: Terms) -> bool:
        """Tell whether the header has one of some terms."""
        return terms.within(self.terms) or terms.whole(self.key)

    def is_called(self, terms: Terms) -> bool:
        """Tell whether the header is made of some terms, and nothing else."""
        return terms.whole(self.terms) or self.key in terms.words

    def is_text(self) -> bool:
        """Tell whether the cells are words of people: neither dates, numbers and addresses, nor yes and no."""
        return bool(self.filled) and not (self.is_date or self.is_number or self.is_email or self.is_phone or self.is_yes_no)

    def share(self, pattern: str) -> float:
        """Return the share of the filled cells that match a pattern."""
        return share(self.cells.drop_nulls(), pattern)


def share(cells: pl.Series, pattern: str) -> float:
    """Return the share of cells that match a pattern; 0 of no cells."""
    return float(cells.str.contains(pattern).mean() or 0.0) if len(cells) else 0.0  # type: ignore[arg-type]  # the mean of a Boolean series is a number


def means_no(word: str) -> bool:
    """Tell whether a word means no, or that there is nothing to say."""
    return (plain(word) in NO_WORDS.words or plain(word) in NOTHING.words) and word.strip().casefold() not in OTHERWISE


def says_none(text: str) -> bool:
    """Tell whether a text says that there is nothing to say: in a word, or in words such as no warnings; not where they name a flag, as no go does."""
    if text.strip().casefold() in OTHERWISE:
        return False
    said = phrase(text)
    bare = text.strip(" .!()[]*_:")
    rest = BESIDE_NOTHING.without(said)
    if (bare and means_no(bare)) or NOTHING_SAID.whole(said) or (rest and (means_no(rest) or NOTHING_SAID.whole(rest))):
        return not NO_GO.within(said)
    if means_no(text) or NO_GO.within(said) or NO_NOTICE.whole(said):
        return means_no(text)
    rest = NO_SUCH.without(said)
    return said.startswith(NO_FIRST) and (_is_of_flags(rest) or all(map(_is_of_flags, rest.split())))


def _is_of_flags(word: str) -> bool:
    """Tell whether a word, or some, is one of flags, or of what else there may be to say."""
    return NOTES.whole(word) or ABOUT.whole(word) or any(terms.whole(word) for terms in FAMILIES)


def means_yes(word: str) -> bool:
    """Tell whether a word means yes; so does a mark such as ! that is none of those that mean no."""
    return plain(word) in YES_WORDS.words or not (means_no(word) or word.strip() in LIGHTS or any(letter.isalnum() for letter in word))


def guess_columns(columns: Sequence[Headed], rows: pl.DataFrame) -> list[Guess]:
    """Look at every column; `rows` has one text column for each, in order."""
    return [_guess(one, place, trimmed(rows.to_series(place))) for place, one in enumerate(columns)]


def _guess(headed: Headed, place: int, cells: pl.Series) -> Guess:
    said = f"{headed.above} {headed.title}" if is_below(headed) else headed.title
    some = cells.drop_nulls()
    filled = len(some) / len(cells) if len(cells) else 0.0
    known = {
        "header": headed.header,
        "title": said,
        "said": phrase(said),
        "terms": re.sub(r"(?<=[^\W\d]) \d$", "", phrase(said)),
        "key": header_key(plain(said)),
        "place": place,
        "filled": filled,
        "cells": cells,
    }
    if not len(some):
        return Guess(**known)  # type: ignore[arg-type]  # the names are the fields'
    words = _words(some, LONG_STATUS if STATUS.within(str(known["terms"])) else LONG_WORD)
    no_days = _no_days(some)
    told = some.filter(~some.is_in(no_days))
    days = told.filter(told.str.contains(LIKE_A_DAY))
    is_until = UNTIL.within(str(known["terms"])) and LESS * len(told) <= len(days) < MANY * len(told)
    formats, odd = find_formats(days if is_until else told)
    odd += len(told) - len(days) if is_until and formats is not None else 0
    is_said = formats is None and share(told, SAID) >= MANY
    is_date = formats is not None or is_said
    return Guess(
        **known,  # type: ignore[arg-type]  # likewise
        words=words,
        formats=tuple(formats or ()),
        odd=odd,
        is_coming=is_date and not is_said and _are_coming(told, formats or []),
        no_days=tuple(no_days),
        is_email=share(some, EMAIL) >= MOST,
        is_phone=not is_date and share(told, PHONE) >= MOST and share(told, PERIOD) < MOST and share(told, MONTH_OF_YEAR) < MOST,
        is_date=is_date,
        is_said=is_said,
        is_yes_no=bool(words) and all(means_yes(word) or means_no(word) for word in words) and not _are_initials(words, str(known["terms"])),
        is_number=share(told, NUMBER) >= MOST,
        is_unique=some.n_unique() == len(some) and filled >= MOST,
    )


def is_below(headed: Headed) -> bool:
    """Tell whether a header says only which part of a flag a column holds, and the title above it of which flag."""
    title, above = phrase(headed.title), phrase(headed.above)
    is_of_flags = any(terms.within(above) for terms in FAMILIES)
    is_yes_no = all(word in YES_WORDS.words or word in NO_WORDS.words for word in title.split())  # Ja/Nein
    return is_of_flags and (is_yes_no or title in UNTIL_LAST or any(terms.whole(title) for terms in PARTS))


def _are_initials(words: Sequence[str], terms: str) -> bool:
    """Tell whether words that may mean yes or no are people's initials: the header says that it tells who."""
    says_who = STAFF.within(terms) or terms.rpartition(" ")[2] in BY.words
    return says_who and all(len(word) <= INITIALS and word.isalpha() for word in words)


def _are_coming(days: pl.Series, formats: Sequence[str]) -> bool:
    """Tell whether a share of the days is after today."""
    found = read_dates(days, tuple(formats[:1])).values.drop_nulls()
    return len(found) > 0 and float((found > datetime.now(UTC).date()).mean() or 0.0) >= COMING  # type: ignore[arg-type]  # the mean of a Boolean series is a number


def _no_days(cells: pl.Series) -> list[str]:
    """Return the different cells that say that there is nothing, or no end."""
    different = cells.filter(~cells.str.contains(r"\d")).unique(maintain_order=True)
    return [text for text in different if text.lower() in NOTHING.words or (len(text) <= LONG_TEXT and NO_END.whole(phrase(text)))]


def _words(cells: pl.Series, most: int) -> tuple[str, ...]:
    """Return the different words of a column, the most frequent first, one of those that differ in case alone; none where they are many, or long.

    `most`: how many characters one may have.
    """
    counted = cells.str.to_lowercase().alias("key").to_frame().with_columns(cells.alias("word"))
    few = counted.group_by("key").agg(pl.col("word").first(), pl.len().alias("n")).sort(["n", "key"], descending=[True, False])
    longest = few["word"].str.len_chars().max()
    plain_ones = few.filter([means_yes(word) or means_no(word) for word in few["word"]])
    if len(few) <= FEW_WORDS and len(plain_ones) and all(first_word(word) for word in few["word"] if len(word) > LONG_WORD):
        return tuple(few["word"])  # somebody wrote more than yes or no in some
    return tuple(few["word"]) if len(few) <= FEW_WORDS and isinstance(longest, int) and longest <= most else ()


def first_word(text: str) -> str | None:
    """Return yes or no where a text begins with that and goes on, as in `no (lifted in May)`; None where it does not."""
    begins = GOES_ON.match(text.strip())
    return None if begins is None else "yes" if means_yes(begins[1]) else "no" if means_no(begins[1]) else None


def beginning(text: str) -> str:
    """Return the word with which a text of `first_word` begins, small."""
    begins = GOES_ON.match(text.strip())
    return "" if begins is None else begins[1].lower()


def find_formats(cells: pl.Series) -> tuple[list[str] | None, int]:
    """Return the formats by which cells are dates, and how many are none; none needed for ISO: []; None where the cells are no dates."""
    if share(cells, LIKE_A_DAY) < MANY or share(cells, r"^\d{1,4}$|^\d{5,}$") > 1 - MANY:
        return None, 0
    iso = read_dates(cells, ()).values
    rest = cells.filter(iso.is_null())
    if not len(rest):
        return [], 0
    tried = (*FORMATS, *WITH_WEEKDAY) if share(rest, rf"^{WEEKDAY}") else FORMATS
    tried = tried if rest.str.contains(":", literal=True).any() else tuple(form for form in tried if "%M" not in form)
    counts = rest.alias("day").value_counts(name="n")  # few days stand in many rows
    left = {form: _unread(counts, form) for form in tried}
    fewest = min(left.values())
    said, unsaid = _said(counts) if fewest and share(rest, SAID) >= MANY else (None, 0)
    if said and unsaid < fewest:
        return [said], unsaid
    if fewest > len(cells) * (1 - MANY) and fewest > 1:
        return None, 0
    if fewest == len(cells):
        return None, 0
    return ([form for form, count in left.items() if count == fewest] if fewest < len(rest) else []), fewest


def _unread(counts: pl.DataFrame, form: str) -> int:
    """Return of how many rows a format does not read the day; `counts` has day and n."""
    days = counts["day"]
    return int(counts["n"].filter(read_times(days, (form,), "UTC").values.is_null() & read_dates(days, (form,)).values.is_null()).sum())


def _said(counts: pl.DataFrame) -> tuple[str | None, int]:
    """Return the format by which days with months in words are read, and of how many rows it does not read them.

    None where there is none, and where the words are of several languages in which they are not the same months.
    """
    days, rows = counts["day"], int(counts["n"].sum())
    weekdays = ("", "%A, ", "%A ") if share(days, rf"^{WEEKDAY}") else ("",)
    times = TIMES_SAID if days.str.contains(":", literal=True).any() else ("",)
    found: list[tuple[int, str]] = []
    for language in MONTHS:
        numbered = months_in_numbers(days, language)
        if float((numbered != days).mean() or 0.0) < MANY:  # type: ignore[arg-type]  # the mean of a Boolean series is a number
            continue
        forms = [f"{language}: {weekday}{day}{time}" for weekday in weekdays for day in DAYS_SAID for time in times]
        found += [(left, form) for form in forms if (left := _unread(counts, form)) <= rows * (1 - MANY)]
    if not found:
        return None, 0
    fewest = min(found)[0]
    best = [form for left, form in found if left == fewest]
    first, *others = [read_times(days, (form,), "UTC").values for form in best]
    return (best[0] if all(first.equals(other) for other in others) else None), fewest
