"""Typed frames against their Pandera model: rows that hold, and findings for those that don't."""

import sys

import pandera.errors
import pandera.polars as pa
import polars as pl

from pipeline.findings import CATALOGUE, Checked
from schemas.models import CODES

FINDINGS = {"source_row": pl.Int64, "code": pl.String, "column": pl.String, "message": pl.String}

if "hypothesis" not in sys.modules:
    # NOTE: Pandera loads Hypothesis where it is installed, to make up data, which takes as long as to read 200,000 rows.
    sys.modules["hypothesis"] = None  # type: ignore[assignment]  # so that it is not found
    from pandera.strategies import base_strategies  # noqa: F401

    del sys.modules["hypothesis"]


def check_rows(frame: pl.DataFrame, model: pa.DataFrameSchema, found: pl.DataFrame) -> Checked:
    """Return rows and all findings: those of the casts in `found`, then the model's; rows with an error do not hold.

    A rule whose input could not be cast is not reported. A failure that no row can cause raises: it is a bug.
    """
    failures = _failures(frame, model, found)
    if not len(found) and not len(failures):
        return Checked(frame, found)
    findings = pl.concat([found, failures]).sort("source_row", maintain_order=True)
    bad = findings.filter(pl.col("code").is_in([code for code, kind in CATALOGUE.items() if kind.severity == "error"]))
    return Checked(frame, findings, lacking(frame["source_row"], bad["source_row"]))


def lacking(every: pl.Series, some: pl.Series) -> pl.Series:
    """Tell which rows' numbers are not among some of them; where they ascend and none is left out between them, they are places, which takes a fifth."""
    if len(every) and every[-1] - every[0] + 1 == len(every) and (every.slice(1) > every.head(-1)).all():
        return pl.repeat(value=True, n=len(every), eager=True).scatter(some - every[0], values=False)
    return ~every.is_in(some.implode())


def _failures(frame: pl.DataFrame, model: pa.DataFrameSchema, found: pl.DataFrame) -> pl.DataFrame:
    """Return findings of what the model says of the frame, in the order of its columns, save of cells in which something was found before."""
    blank = [name for name in CODES if name in model.columns and not model.columns[name].nullable and frame[name].null_count()]
    failures = [pl.DataFrame(schema={"column": pl.String, "index": pl.Int64})]
    # NOTE: Pandera takes as long to tell of a column's nulls as to check all columns, so these are told here, by what the model says of it.
    failures += [pl.DataFrame({"index": frame[name].is_null().arg_true().cast(pl.Int64)}).select(pl.lit(name).alias("column"), "index") for name in blank]
    try:
        _that_lets(model, tuple(blank)).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        failures.append(_cases(error))
    cases = pl.concat(failures)
    if not len(cases):
        return pl.DataFrame(schema=FINDINGS)
    named = cases.select("column", source_row=frame["source_row"].gather(cases["index"]), code=pl.col("column").replace_strict(CODES))
    uncast = named.join(found, on=["source_row", "column"], how="anti", maintain_order="left")
    return uncast.select("source_row", "code", "column", message=pl.col("code").replace_strict({code: CATALOGUE[code].message for code in CODES.values()}))


def _cases(error: pandera.errors.SchemaErrors) -> pl.DataFrame:
    """Return the column and the row's place (index) of each failure; raise where no row can have caused one."""
    cases: pl.DataFrame = error.failure_cases.select("column", "check", pl.col("index").cast(pl.Int64))
    unexpected = cases.filter(pl.col("index").is_null() | ~pl.col("column").is_in(list(CODES)))
    if len(unexpected):
        raise AssertionError(f"typed frame of a wrong shape: {unexpected.select('column', 'check').unique().rows()}")
    return cases.select("column", "index")


def _that_lets(model: pa.DataFrameSchema, blank: tuple[str, ...]) -> pa.DataFrameSchema:
    """Return a model that lets some columns be null, and else asks for the same."""
    return model.update_columns({name: {"nullable": True} for name in blank}) if blank else model
