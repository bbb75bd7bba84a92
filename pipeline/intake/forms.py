"""In which form (strftime) a text that is no date to us is written, where its numbers tell: what to name in date_formats."""

from collections.abc import Sequence

import polars as pl

from pipeline.folding import BLANKS
from pipeline.intake.dates import read_times

DAY = r"^\d{1,2}([./-])\d{1,2}([./-])(\d{4}|\d{2})"
TIME = r"(?:([ ,T]+)\d{1,2}:\d{2}(:\d{2})?(?:( ?)[AaPp][Mm])?)?$"
PARTS = ("one", "two", "year", "gap", "seconds", "half")
EITHER = " or "


def forms_of(texts: pl.Series, known: Sequence[str]) -> pl.Series:
    """Return for each text the form by which it is a day or a time, two with an `or` between where either may be meant, null where there is none.

    Forms that are `known` are none: a text of theirs that was not read is wrong in another way.
    """
    parts = texts.str.strip_chars(BLANKS).str.extract_groups(DAY + TIME).struct.rename_fields(list(PARTS)).struct.unnest()
    year = pl.when(pl.col("year").str.contains(r"^\d{4}$")).then(pl.lit("%Y")).otherwise(pl.lit("%y"))
    hours = pl.when(pl.col("half").is_null()).then(pl.lit("%H:%M")).otherwise(pl.lit("%I:%M"))
    seconds = pl.when(pl.col("seconds").is_null()).then(pl.lit("")).otherwise(pl.lit(":%S"))
    half = pl.when(pl.col("half").is_null()).then(pl.lit("")).otherwise(pl.col("half") + pl.lit("%p"))
    time = pl.when(pl.col("gap").is_null()).then(pl.lit("")).otherwise(pl.concat_str("gap", hours, seconds, half))
    forms = parts.select(pl.concat_str(pl.lit(one), "one", pl.lit(two), "two", year, time).alias(one) for one, two in (("%d", "%m"), ("%m", "%d")))
    read = [_that_read(texts, form, known) for form in forms]
    return pl.select(pl.concat_str(read, separator=EITHER, ignore_nulls=True).replace("", None)).to_series()


def _that_read(texts: pl.Series, forms: pl.Series, known: Sequence[str]) -> pl.Series:
    """Return forms, null where one is known or does not read its text."""
    good = pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
    for form in forms.drop_nulls().unique():
        if form not in known:
            rows = (forms == form).arg_true()
            values = read_times(texts.gather(rows), (form,), "UTC").values
            good = good.scatter(rows.filter(values.is_not_null()), form)
    return good
