"""Texts cut to what a cell of Excel holds, with a word at their end; Excel counts units of UTF-16, of which an emoji takes two."""

from typing import Final

import polars as pl
import polars.selectors as cs

from pipeline.wording import count_of

CELL_CHARACTERS: Final = 32_767
CUT: Final = " … (cut here: a cell of Excel holds no more)"
BEYOND: Final = r"[\x{10000}-\x{10FFFF}]"  # characters of two units
SAID: Final = ("text is longer than a cell of Excel holds; it is", "texts are longer than a cell of Excel holds; they are")


def cut_texts(frame: pl.DataFrame, word: str = CUT) -> tuple[pl.DataFrame, int]:
    """Return the frame with its texts cut to what a cell holds, ending with `word` where they were longer, and how many were."""
    count, cut = 0, []
    for name in frame.select(cs.string()).columns:
        if int(frame[name].str.len_bytes().max() or 0) <= CELL_CHARACTERS:  # type: ignore[arg-type]  # a length, in bytes of UTF-8: never less than in units
            continue
        units = frame[name].str.len_chars() + frame[name].str.count_matches(BEYOND)
        if long := int((units > CELL_CHARACTERS).sum()):
            count += long
            cut.append(pl.Series(name, [None if text is None else cut_text(text, word) for text in frame[name]], dtype=pl.String))
    return frame.with_columns(cut), count


def cut_text(text: str, word: str = CUT) -> str:
    """Return a text as a cell holds it: one that is longer is cut and ends with `word`; no character is cut in two."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_CHARACTERS:
        return text
    return units[: 2 * (CELL_CHARACTERS - len(word))].decode("utf-16-le", errors="ignore") + word


def say_cut(count: int) -> str:
    """Say that so many texts were cut."""
    return f"{count_of(count, *SAID)} cut, with a word at the end"
