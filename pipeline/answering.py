"""What a job answers: its counts as a report, and the result files that go with them."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.context import Context
from pipeline.effects import tell_effects
from pipeline.intake.decode import GUESSED
from pipeline.intake.exports import Export
from pipeline.intake.files import FileKind
from pipeline.intake.sheets import RawSheet, own_width, rows_to_hand_back
from pipeline.intake.uploads import Upload, UploadFile
from pipeline.loading import Loaded
from pipeline.outputs.answers import Summary
from pipeline.outputs.results import CameBack, Sheet, SheetBack, Told, Uploaded, write_rejected, write_results
from pipeline.outputs.staging import Staged
from pipeline.outputs.tables import Table
from pipeline.planning import ApplyPlan
from pipeline.report import OUTCOMES, ApplyReport, LoadReport, ResultFile, UndoReport
from pipeline.returning import explain_customers, rejected_pieces
from pipeline.store.incoming import count_codes as count_codes_of_load
from pipeline.store.incoming import files_with_findings
from pipeline.store.looking import count_hindered
from pipeline.streaming import Numbered
from pipeline.suppressing import ERASED
from pipeline.undoing import UndoPlan
from pipeline.wording import count_of

NAMED = 10  # bookings that a remark names


def report_plan(plan: ApplyPlan, upload: Upload, batch: int | None) -> ApplyReport:
    """Return the report of a plan, without its files; `batch` is None for a dry run."""
    status = "applied" if plan.row_counts["applied"] else "nothing-applied"
    return ApplyReport(
        batch=batch,
        status="dry-run" if batch is None else status,
        rows=plan.row_counts,
        customers_changed=plan.customers_changed,
        bookings=plan.booking_counts,
        files=(),
        codes=count_codes(plan.rows),
        remarks=(*upload.remarks, *tell_erased(int((plan.rows["code"] == ERASED).sum()))),
    )


def report_again(record: Mapping[str, Any], rows: pl.DataFrame, upload: Upload, *, dry_run: bool) -> ApplyReport:
    """Return the report of an upload that an earlier batch (`record`, `rows`) applied, with that batch's counts (rule 6.3)."""
    return ApplyReport(
        batch=None if dry_run else record["batch_id"],
        status="dry-run" if dry_run else "already-applied",
        rows={"read": record["rows_read"], **{word: record[word] for word in OUTCOMES}},
        customers_changed=rows.filter(pl.col("outcome") == "applied")["customer_id"].n_unique(),
        bookings={word: record[f"bookings_{word}"] for word in ("updated", "cleared", "kept")},
        files=(),
        codes=count_codes(rows),
        remarks=upload.remarks,
        applied_before=record["batch_id"],
    )


@dataclass(frozen=True)
class Answer:
    """What an upload is answered with: its rows, what changes in the end (of a dry run, see `net_changes`), and facts of the batch."""

    rows: pl.DataFrame
    facts: Sequence[tuple[str, str]]
    net: pl.DataFrame | None = None
    began: float = 0.0


def place_anew(rows: pl.DataFrame, upload: Upload) -> pl.DataFrame:
    """Return what became of an upload's rows with the places that they have in it now.

    The same upload may come as another kind of file, with another sheet name or further down; its rows come in the same order.
    """
    places = pl.concat([part.instructions.select("seq", "file_no", "sheet", "source_row") for part in upload.parts]).sort("seq")
    if len(places) != len(rows):
        raise AssertionError("the same upload must have as many rows as before")
    return rows.drop("file_no", "sheet", "source_row").hstack(places.drop("seq"))


def stage_results(files: Staged, upload: Upload, answer: Answer, report: ApplyReport, out: Path | None) -> ApplyReport:
    """Stage the result files of an upload; return the report with their names."""
    uploaded = [_uploaded(number, file) for number, file in enumerate(upload.files, start=1)]
    shown = answer.rows.select("file_no", "sheet", "source_row", "outcome", "code", "message", "customer_id", "told")
    told = Told(_summary(report, answer.facts), report.status, None if answer.net is None else _changes(answer.net), answer.began)
    written, remarks = write_results(files, uploaded, shown, told, out)
    return replace(report, files=tuple(written), remarks=(*report.remarks, *remarks))


def _uploaded(number: int, file: UploadFile) -> Uploaded:
    source = file.source
    data = source.data if source.kind is FileKind.XLSX else b""
    places = tuple((sheet.header_row, sheet.first_column, own_width(sheet), len(sheet.header)) for sheet in file.sheets)
    return Uploaded(number, source.path, file.is_text, _is_marked(source.data), tuple(map(_sheet, file.sheets)), data, places)


def _is_marked(data: bytes) -> bool:
    """Tell whether a text begins with a byte order mark, or is in another encoding than UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return data.startswith(codecs.BOM_UTF8)


def _changes(net: pl.DataFrame) -> Table:
    columns = ("source_row", "customer_id", "entity", "item", "change", "before", "after")
    return Table("Changes", ("row", *columns[1:]), net.select(columns))


def _sheet(sheet: RawSheet) -> Sheet:
    return Sheet(sheet.name, sheet.header[: own_width(sheet)], rows_to_hand_back(sheet), sheet.separator)


def _summary(report: ApplyReport, facts: Sequence[tuple[str, str]]) -> Summary:
    """Return what the first sheet of a result workbook says."""
    batch: list[tuple[str, str | int]] = [("batch", report.batch)] if report.batch else []
    outcomes = list(report.rows.items())[1:]
    told = [("customers changed", report.customers_changed), *((f"bookings {word}", count) for word, count in report.bookings.items())]
    sections: list[tuple[str, Sequence[tuple[str, str | int]]]] = [
        ("Batch", [*batch, *facts, ("rows read", report.rows["read"])]),
        ("Outcomes", outcomes),
        ("Customers and bookings", told),
    ]
    return Summary(report.headline(), [*sections, ("Came back, by code", list(report.codes.items()))] if report.codes else sections)


def report_undo(plan: UndoPlan, done: tuple[int | None, str], kept: tuple[int, int], lacks: str | None) -> UndoReport:
    """Return the report of an undo. `done`: its batch (None for a dry run) and status; `kept`: rows that keep what a load wrote, and erased events."""
    (batch, status), (rewritten, erased) = done, kept
    remarks = []
    if rewritten:
        told = f"{rewritten:,} customers and bookings that were there before keep what the load wrote to their other columns, of which an earlier version "
        remarks.append(told + "of the program kept no record: load a corrected export")
    if len(plan.others):
        named = ", ".join(plan.others.head(NAMED)) + (", …" if len(plan.others) > NAMED else "")
        which = f"{count_of(len(plan.others), 'coming booking')} that batch {plan.whole.undoes} did not write to"
        remarks.append(f"{which}: left as they are, though their customers' alerts are others now ({named}); correct them at the source")
    if plan.along:
        named = f"{'batch' if len(plan.along) == 1 else 'batches'} {', '.join(map(str, plan.along))}"
        told = f"files migrated since then ({named}) may tell of flags that go now, and found them in the book"
        remarks.append(f"{told}: migrate those files, or newer ones, again, and what they say comes back")
    if erased:
        remarks.append(f"{count_of(erased, 'change concerns', 'changes concern')} customers who were erased since, and can't be put back")
    if lacks and batch is None:
        remarks.append(f"The run will be refused: {lacks}")
    effects = tell_effects(plan.net) if batch is None else None
    rows, bookings = plan.row_counts, plan.booking_counts
    whole = plan.whole
    return UndoReport(batch, whole.undoes, status, rows, bookings, tuple(plan.conflicts()), whole.counts(), whole.columns(), tuple(remarks), effects)


def count_codes(rows: pl.DataFrame) -> dict[str, int]:
    """Return how many rows came back with each code, most frequent first."""
    each = rows.filter(pl.col("outcome") == "rejected").select(pl.col("code").drop_nulls().str.split(",").explode()).to_series()
    return dict(each.value_counts().sort("count", "code", descending=[True, False]).rows())


def tell_erased(rows: int) -> list[str]:
    """Return what a report says of rows that are left alone since they are of somebody who was erased."""
    return [f"{count_of(rows, 'row is', 'rows are')} of customers who were erased, and left alone"] if rows else []


def report_load(loaded: Loaded, context: Context, found: tuple[int | None, Sequence[str]], files: Sequence[ResultFile]) -> LoadReport:
    """Return the report of a load; `found`: its batch (None for a dry run), and remarks that come before its own."""
    batch, remarks = found
    total = {word: sum(counts[word] for counts in loaded.tables.values()) for word in ("read", "new", "changed", "unchanged", "rejected")}
    ignored = sum(counts.get("ignored", 0) for counts in loaded.tables.values())
    applied = total["new"] + total["changed"]
    warned = tuple(f"{count_of(count, 'row')}: {message}" for message, count in sorted(loaded.warnings.items()))
    made = [f"{count_of(loaded.made, 'customer was', 'customers were')} made of bookings whose customer nobody knew"] if loaded.made else []
    held, breaches = count_hindered(context.book, context.as_of)
    return LoadReport(
        batch=batch,
        status="dry-run" if batch is None else "applied" if applied else "nothing-applied",
        rows={"read": total["read"], "applied": applied, "unchanged": total["unchanged"], "rejected": total["rejected"], "ignored": ignored, "unprocessed": 0},
        tables=loaded.tables,
        bookings=loaded.alerts,
        files=tuple(files),
        codes=count_codes_of_load(context.book),
        remarks=(*remarks, *loaded.remarks, *made, *warned, *tell_erased(ignored)),
        kept=tuple(loaded.kept),
        held=held,
        breaches=breaches,
    )


def stage_came_back(files: Staged, exports: Numbered, said: tuple[Loaded, Context], out: Path | None, explained: Numbered | None = None) -> list[ResultFile]:
    """Stage the rejected rows of each file, in its own columns with the reason, to fix and load again; the reason says more where it can.

    `explained`: the exports whose rows name customers as bookings do, where that is not all of them.
    """
    loaded, context = said
    kept = explain_customers(context, exports if explained is None else explained, loaded.rejected)
    with_some, written = files_with_findings(context.book), []
    for parts in _by_file(exports):
        _, first = parts[0]
        sheets = [_sheet_back(rejected_pieces(context, one, kept.get(one[0], []))) for one in parts if one[0] in with_some]
        is_guessed = any(remark.endswith(GUESSED) for remark in first.remarks)
        written.append(write_rejected(files, CameBack(first.path, first.is_text, sheets, is_guessed), out))
    return written


def _by_file(exports: Numbered) -> list[list[tuple[int, Export]]]:
    """Return the exports of each file together: the sheets of a workbook."""
    files: list[list[tuple[int, Export]]] = []
    for number, export in exports:
        files += [] if export.part else [[]]
        files[-1].append((number, export))
    return files


def _sheet_back(pieces: Iterator[tuple[RawSheet, pl.DataFrame]]) -> SheetBack:
    first, found = next(pieces)
    own = _sheet(first)
    return SheetBack(own.name, own.header, own.separator, (_came_back(sheet, said) for sheet, said in chain([(first, found)], pieces)))


def _came_back(sheet: RawSheet, found: pl.DataFrame) -> pl.DataFrame:
    rows = _sheet(sheet).rows
    joined = rows.join(found, on="source_row", how="inner", validate="1:1", maintain_order="left")
    return joined.select(*rows.columns[1:], pl.col("source_row").cast(pl.String), "message")
