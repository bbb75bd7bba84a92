"""Which cells of a sheet can't be trusted: errors, formulas without a stored value, numbers that are no exact id (rules 2.2, 7.4)."""

import polars as pl

from pipeline.intake.numberformats import GENERAL, Shown
from pipeline.intake.sheets import CELL_ERROR, NOT_EXACT

NO_VALUE = "#ERROR"
# `text` is what stands for the cell where the parsers give a blank: the error's own text; null for a number.
LOOKS = {"style": pl.Int64, "low": pl.Float64, "high": pl.Float64, "date": pl.Boolean}
MARKS = {"source_row": pl.Int64, "position": pl.Int64, "mark": pl.String, "text": pl.String}


def mark_cells(cells: pl.DataFrame, styles: list[Shown]) -> pl.DataFrame:
    """Return the cells (see `cellscan.CELLS`) that can't be trusted, as `MARKS`, each once, by row and column.

    `styles` is what each cell style shows of numbers; a style that is not among them counts as General.
    """
    looks = pl.DataFrame([(number, style.low, style.high, style.date) for number, style in enumerate(styles)], schema=LOOKS, orient="row", strict=False)
    # `looks` has one row a style, so the join is many to one and keeps the order of the cells.
    styled = cells.with_columns(pl.col("style").fill_null(0)).join(looks, on="style", how="left", validate="m:1", maintain_order="left")
    mark = pl.when(_is_error()).then(pl.lit(CELL_ERROR)).when(_is_inexact()).then(pl.lit(NOT_EXACT)).alias("mark")
    shown = pl.when(pl.col("mark") == CELL_ERROR).then(_error_text()).alias("text")
    marks = styled.with_columns(mark).filter(pl.col("mark").is_not_null()).select("source_row", "position", "mark", shown)
    # A cell may stand in the file twice: an error goes before a number, whichever the parser shows.
    return marks.sort("source_row", "position", "mark").unique(["source_row", "position"], keep="first", maintain_order=True)


def _is_error() -> pl.Expr:
    """An error value, or a formula without a result; an empty text is the stored result of a formula of texts."""
    kind = pl.col("kind").fill_null("n")
    stored = (pl.col("text") != "") | (pl.col("text").is_not_null() & kind.is_in(["str", "inlineStr"]))
    return (kind == "e") | (pl.col("formula") & ~stored.fill_null(value=False))


def _is_inexact() -> pl.Expr:
    """A number other than a date that is no whole number, or one that its format does not show digit by digit."""
    number = pl.col("text").cast(pl.Float64, strict=False)
    size = number.abs()
    low, high = pl.col("low").fill_null(float(GENERAL.low)), pl.col("high").fill_null(float(GENERAL.high))
    exact = (number == number.floor()) & (size >= low) & (size < high)
    numeric = (pl.col("kind").is_null() | (pl.col("kind") == "n")) & (pl.col("text").str.strip_chars() != "")
    return numeric & ~pl.col("date").fill_null(value=False) & ~exact.fill_null(value=False)


def _error_text() -> pl.Expr:
    own = pl.when(pl.col("kind") == "e").then(pl.col("text").str.strip_chars())
    return pl.when(own.str.starts_with("#")).then(own).otherwise(pl.lit(NO_VALUE))
