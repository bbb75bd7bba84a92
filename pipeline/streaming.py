"""Exports on their way into the book: read, cast and checked piece by piece, in a stream that the book takes as fast as it can."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from operator import and_
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from pipeline.ahead import ahead
from pipeline.findings import CATALOGUE, Checked
from pipeline.intake.cells import own_texts
from pipeline.intake.checking import lacking
from pipeline.intake.exports import Export
from pipeline.intake.idsets import Hashes, KnownIds, Order, Tally, all_hashes, doubled, hashed
from pipeline.intake.sheets import RawSheet
from schemas.plan import Dtype

Numbered = Sequence[tuple[int, Export]]
Progress = Callable[[int, int, int, int], None]
GROUP = 122_880  # rows of one of DuckDB's row groups
STEP = 2 * GROUP
ALWAYS = frozenset({"source_row", "status"})
SAID_IN = {"id_key": "customer_id", "email_key": "email"}  # columns that are made of another
KEPT = 500_000  # rejected rows that are kept as they came
LOOKED_THROUGH = 1 << 30  # bytes of files of which the ids are read beforehand
MOST_IDS = 40_000_000  # of which that is done
NOBODY = "unknown-customer"
MANY = 100  # different warnings that a report lists
WARNINGS = frozenset(code for code, kind in CATALOGUE.items() if kind.severity == "warning")


def unwatched(number: int, rows: int, done: int, size: int) -> None:
    """Hear that rows of a file were read, and how far that is in bytes of all files; say nothing."""


@dataclass
class Passage:
    """One pass over the exports of a layout: how many rows were read and handed on, by file, what was found, and rejected rows as they came.

    Findings are kept as numbers of what was found, so that a file of which every row comes back takes little room.
    `look` is shown the first piece's customers: where it returns ids, rows of customers who are not among them come back, and `nobodys` counts them.
    With `withholds`, and a first piece whose ids are in no order, rows whose id stands elsewhere too are not handed on: `withheld` has them, once
    `doubled` is set, and `withheld_all` tells whether it has every one.
    """

    exports: Numbered
    schema: Mapping[str, Dtype]
    progress: Progress
    read: dict[int, int] = field(default_factory=dict)
    handed_on: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    rejected: dict[int, list[RawSheet]] = field(default_factory=dict)
    look: Callable[[pl.Series], KnownIds | None] | None = None
    nobodys: int | None = None
    withholds: bool = False
    doubled: Hashes | None = None
    withheld: list[pl.DataFrame] = field(default_factory=list)
    _known: KnownIds | None = None
    _order: Order = field(default_factory=Order)
    _glanced: Tally = field(default_factory=Tally)
    _seen: Tally = field(default_factory=Tally)
    _what: dict[tuple[str, str], int] = field(default_factory=dict)
    _found: list[pl.DataFrame] = field(default_factory=list)

    @property
    def is_ascending(self) -> bool:
        """Tell whether every id came after the one before it."""
        return self._order.is_ascending

    @property
    def rows(self) -> int:
        """Return how many rows were read in all."""
        return sum(self.read.values())

    def pieces(self) -> Iterator[pl.DataFrame]:
        """Yield typed rows that hold, with file_no; at least one frame, which may be empty."""
        before = 0
        for number, export in self.exports:
            self.read[number] = 0
            for sheet in ahead(export.sheets()):
                checked = self._let_in(export.cast(sheet), number)
                self._note(checked.findings, number)
                self._keep(sheet, checked, number)
                self.read[number] += len(sheet.rows)
                self.handed_on += len(checked.valid)
                self.progress(number, len(sheet.rows), before + export.passed(), sum(one.size for _, one in self.exports))
                yield checked.valid.select(pl.lit(number, pl.Int64).alias("file_no"), pl.all())
            before += export.size

    def stream(self) -> "Stream":
        """Return `pieces` as an Arrow stream, to be read once."""
        return Stream(_evenly(self.pieces()), {"file_no": pl.Int64, **{name: self.schema[name] for name in self.columns()}})

    def columns(self) -> list[str]:
        """Return the columns of the schema that some file has something to say in, `status` among them, which has a default."""
        present = frozenset[str]().union(*(export.present for _, export in self.exports))
        return [name for name in self.schema if name in ALWAYS or SAID_IN.get(name, name) in present]

    def _note(self, findings: pl.DataFrame, number: int) -> None:
        if not len(findings):
            return
        is_warning = pl.col("code").is_in(list(WARNINGS))
        for message, count in findings.filter(is_warning)["message"].value_counts().rows():
            known = message in self.warnings or len(self.warnings) < MANY
            said = message if known else "more status words are not known"
            self.warnings[said] = self.warnings.get(said, 0) + count
        faults = findings.filter(~is_warning)
        for code, message in faults.select("code", "message").unique(maintain_order=True).rows():
            self._what.setdefault((code, message), len(self._what))
        numbered = faults.join(self._table(), on=["code", "message"], how="left", validate="m:1", maintain_order="left")
        self._found.append(numbered.select(pl.lit(number, pl.Int64).alias("file_no"), "source_row", "what"))

    def _keep(self, sheet: RawSheet, checked: Checked, number: int) -> None:
        """Keep rejected rows as they came, so that the file need not be read again for them; not where they are many."""
        if len(checked.valid) < len(sheet.rows) and sum(len(one.rows) for sheets in self.rejected.values() for one in sheets) < KEPT:
            rows = sheet.rows.filter(lacking(sheet.rows["source_row"], checked.valid["source_row"]))
            self.rejected.setdefault(number, []).append(replace(sheet, rows=own_texts(rows)))

    def came_back(self) -> dict[int, list[RawSheet]]:
        """Return the rejected rows that were kept, by file; each file's as one piece, with which everything after is quicker than with many."""
        return {number: [join_pieces(sheets)] for number, sheets in self.rejected.items()}

    def _table(self) -> pl.DataFrame:
        rows = [(what, *key) for key, what in self._what.items()]
        return pl.DataFrame(rows, schema={"what": pl.UInt32, "code": pl.String, "message": pl.String}, orient="row")

    def findings(self) -> Iterator[pl.DataFrame]:
        """Yield what was found, in order: file_no, source_row, code, message; what was yielded is forgotten."""
        gathered = Gathered()
        found, self._found = self._found[::-1], []
        while found:
            yield from self._told(gathered.add(found.pop()))
        yield from self._told(gathered.rest())

    def _told(self, found: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
        """Yield findings with what their numbers stand for, if there are any."""
        if found is not None:
            yield found.join(self._table(), on="what", how="inner", validate="m:1", maintain_order="left").drop("what")

    def _let_in(self, checked: Checked, number: int) -> Checked:
        """Leave out rows whose id stands elsewhere too, which are kept, and those of nobody, which come back; both where there is something to tell them by."""
        rows, findings, holds = checked.rows.select(self.columns()), checked.findings, checked.holds
        if self._order.is_ascending:
            self._order.see(_where(holds, checked.rows.to_series(1)))
        apart, nobodys = self._doubled(rows, holds), self._of_nobody(rows, holds)
        if apart is not None:
            self.withheld.append(own_texts(rows.filter(apart).select(pl.lit(number, pl.Int64).alias("file_no"), pl.all())))
        if nobodys is not None:
            self.nobodys = (self.nobodys or 0) + int(nobodys.sum())
            nobodys = nobodys if apart is None else nobodys & ~apart
            said = {"code": pl.lit(NOBODY), "column": pl.lit("customer_id"), "message": pl.lit(CATALOGUE[NOBODY].message)}
            findings = pl.concat([findings, rows.filter(nobodys).select("source_row", **said)])
        conditions = [*([] if holds is None else [holds]), *(~which for which in (apart, nobodys) if which is not None)]
        return Checked(rows, findings, reduce(and_, conditions) if conditions else None)

    def _doubled(self, rows: pl.DataFrame, holds: pl.Series | None) -> pl.Series | None:
        """Tell which rows have an id that stands elsewhere too, None where none has; that is found out where the first piece suggests that there are such."""
        if self.withholds and len(rows):
            self.withholds = False
            self.doubled = None if self.is_ascending else self._find_doubled()
        if self.doubled is None:
            return None
        ids = rows["booking_id"]
        hashes = hashed(ids)
        self._seen.see(hashes.filter(ids.is_not_null()) if ids.null_count() else hashes)
        return _any_that_hold(self.doubled.have(hashes), holds)

    def _of_nobody(self, rows: pl.DataFrame, holds: pl.Series | None) -> pl.Series | None:
        """Tell which rows are of nobody, None where none is."""
        if self.look is not None and len(rows):
            self._known, self.look = self.look(_where(holds, rows["id_key"])), None
            self.nobodys = None if self._known is None else 0
        return None if self._known is None else _any_that_hold(self._known.lack(rows["id_key"]), holds)

    def _find_doubled(self) -> Hashes | None:
        """Return the hashes of the ids that stand more than once, None where to find them would take too much or they are too many to keep."""
        columns = [export.ids for _, export in self.exports if export.ids is not None]
        if len(columns) < len(self.exports) or sum(export.size for _, export in self.exports) > LOOKED_THROUGH:
            return None
        try:
            hashes = all_hashes((ids() for ids in columns), MOST_IDS)
        except (pl.exceptions.PolarsError, OSError):  # a text that needs to be read with more care; the rows will show what is wrong, if anything is
            return None
        if hashes is None:
            return None
        self._glanced.see(hashes)
        found = doubled(hashes)
        return Hashes(found) if len(found) <= KEPT else None

    @property
    def withheld_all(self) -> bool:
        """Tell, at the end, whether all rows whose id stands twice were withheld: the ids that were read beforehand were those of the rows."""
        return self.doubled is not None and self._seen == self._glanced


def _where(holds: pl.Series | None, values: pl.Series) -> pl.Series:
    return values if holds is None else values.filter(holds)


def _any_that_hold(which: pl.Series, holds: pl.Series | None) -> pl.Series | None:
    """Return which of the rows are meant, of those that hold; None where none is."""
    which = which if holds is None else which & holds
    return which if which.any() else None


def join_pieces(sheets: Sequence[RawSheet]) -> RawSheet:
    """Return pieces of one sheet as one."""
    return replace(sheets[0], rows=pl.concat([one.rows for one in sheets]), marks=pl.concat([one.marks for one in sheets]))


def _evenly(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the same rows in frames of exactly `STEP` or `GROUP` rows, but for the last; no more of them are copied than must be put together.

    NOTE: DuckDB keeps tables in groups of so many rows. Frames that do not fill theirs make it write the whole table twice.
    """
    kept, held = [], 0
    for frame in frames:
        if not held and len(frame) == STEP:
            yield frame
            continue
        kept.append(frame)
        held += len(frame)
        while held >= GROUP:
            if len(kept[0]) < GROUP:
                kept = [pl.concat(kept)]
            yield kept[0].head(GROUP).rechunk()
            kept[0], held = kept[0].slice(GROUP), held - GROUP
    if kept:
        yield pl.concat(kept).rechunk()


@dataclass
class Gathered:
    """Frames that come one after the other, put together until they fill whole row groups; see `_evenly`."""

    _frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """Take one more; return as many rows as fill row groups, if any do."""
        self._frames.append(frame)
        cut = sum(map(len, self._frames)) // GROUP * GROUP
        if not cut:
            return None
        whole = pl.concat(self._frames)
        self._frames = [whole.slice(cut)]
        return whole.head(cut)

    def rest(self) -> pl.DataFrame | None:
        """Return the rows that are left, if there are any."""
        rest, self._frames = self._frames, []
        return pl.concat(rest) if rest else None


class Stream:
    """Frames as an Arrow stream; what goes wrong in making them is raised again by `check`, as it was."""

    def __init__(self, frames: Iterator[pl.DataFrame], schema: Mapping[str, Dtype]) -> None:
        self.failure: BaseException | None = None
        self._frames = frames
        self._schema = dict(schema)
        self._batches: Any = None

    def first(self) -> pl.DataFrame:
        """Return the first rows, which the stream gives all the same."""
        head = next(self._frames)
        self._frames = chain([head], self._frames)
        return head

    def _yield(self, columns: Any, predicate: Any, rows: Any, size: Any) -> Iterator[pl.DataFrame]:  # noqa: ARG002  # Polars' own shape
        try:
            yield from self._frames
        except BaseException as error:
            self.failure = error
            raise

    def check(self) -> None:
        """Raise what went wrong, if anything did."""
        # NOTE: the connection holds the stream, and the failure's traceback the connection: kept here, neither would ever be freed.
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the stream in Arrow's C interface."""
        # NOTE: DuckDB asks for the stream more than once, to learn its columns first; it must be the same one. Polars begins at once to fill it.
        if self._batches is None:
            self._batches = register_io_source(self._yield, schema=self._schema).collect_batches(maintain_order=True)
        stream: object = self._batches.__arrow_c_stream__(requested_schema)
        return stream
