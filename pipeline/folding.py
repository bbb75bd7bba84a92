"""Words as they are compared (rules 2.2, 3.2): without regard to case, to forms of one letter, to blanks around them and to marks that nobody sees."""

from functools import cache

import polars as pl

# What str.isspace() says, written out: engines differ on it.
BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
# Zero-width and direction marks, which a person can't see (rule 2.2).
INVISIBLE = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
LOOKED_AT = 1_000  # values by which it is told whether a column holds few different ones
# What tells, in one look at a whole column, that its values are folded.
NOT_FOLDED = r"^$|[^!-@\[-~]"
LAST_FOLDED = 0xFFFF  # beyond which case folding does what lower case does


def are_few(values: pl.Series) -> bool:
    """Tell by its first values whether a column holds few different ones, so that to find those takes less than to look at each value."""
    some = values.head(LOOKED_AT)
    return 4 * some.n_unique() < len(some)


def is_ascii(values: pl.Series) -> bool:
    """Tell whether no value holds a character beyond ASCII, which spares the costly part."""
    return bool((values.str.len_bytes() == values.str.len_chars()).all())


def folded(values: pl.Series) -> pl.Series:
    """Return texts in the form in which they are equal: NFKC, no invisible marks, trimmed, case-folded (ß is ss); null where nothing is left."""
    if needs_no(NOT_FOLDED, values):
        return values
    lower = visible_part(values).str.strip_chars(BLANKS).str.to_lowercase()
    if is_ascii(lower):
        return null_blank(lower)
    folds = _folds()
    return null_blank(lower.str.replace_many(list(folds), list(folds.values())))


def needs_no(work: str, values: pl.Series) -> bool:
    """Tell whether no value shows what a pattern tells to be work."""
    if values.null_count() == len(values):
        return True
    return not (values.unique() if are_few(values) else values).str.contains(work).any()


def visible_part(values: pl.Series) -> pl.Series:
    """Return texts in NFKC without the marks that nobody sees."""
    if is_ascii(values):
        return values
    # NOTE: a mark that nobody sees may stand between a letter and its accent, which only then come together.
    return values.str.normalize("NFKC").str.replace_all(INVISIBLE, "").str.normalize("NFKC")


def null_blank(values: pl.Series) -> pl.Series:
    """Return texts, null for empty ones."""
    return values.set(values == "", None)


@cache
def _folds() -> dict[str, str]:
    """Return the letters that case folding changes further than lower case does, such as ß to ss."""
    letters = (chr(point) for point in range(128, LAST_FOLDED + 1))
    return {letter: letter.casefold() for letter in letters if letter.lower() == letter != letter.casefold()}
