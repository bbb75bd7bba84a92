"""Every cell of a worksheet part that could be an error, a formula without a value, or a number; and how far cells reach.

The parsers show none of this, and some abort the process on a far cell, so the part is looked at before they are. Two ways give
the same answer: `_scan_regular` finds cells with compiled patterns, some hundred thousand in a tenth of a second, where the part
is written as spreadsheet programs write it; anything else goes to `_scan_any`, a plain walk over the XML.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TypeVar

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.bookparts import local, parse, whole_number
from pipeline.intake.merges import Merge, Merges
from pipeline.intake.reach import COLUMNS, MAX_ROWS, Order, Reach, column_letters, column_number
from pipeline.intake.zipparts import SAVE_ANEW, Container
from pipeline.settings import Files

MAX_ELEMENTS = 2_000_000  # for the plain walk, which needs about a microsecond and a half for each
CHUNK = 1 << 22
THREADS = 2
# source_row is what the spreadsheet shows, position the 0-based column; text is null for `<c/>` without a value, "" for an empty one.
CELLS = {"source_row": pl.Int64, "position": pl.Int64, "kind": pl.String, "style": pl.Int64, "text": pl.String, "formula": pl.Boolean}
HEAD = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
ANY_CELL = r"<(?:[^\s<>/!?:]*:)?c[\s/>]"
PLACE = "[0-9]{1,9}"  # of a text in the list of shared ones: parsers take any other word for the first
Item = TypeVar("Item")
Result = TypeVar("Result")
REFERENCE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,10})")


class _Irregular(Exception):
    """The part is not written as the patterns expect."""


@dataclass(frozen=True)
class Scan:
    """What is known of a part: the cells (`CELLS`, in file order) that are an error, a formula or a number, or point to no text; hidden rows; merged areas."""

    cells: pl.DataFrame
    hidden: list[int]
    merges: list[Merge]


def scan_cells(container: Container, name: str, where: str) -> Scan:
    """Return what is known of a worksheet part; raise `Refused` beyond the limits."""
    try:
        scan = _scan_regular(container, name, where)
    except (_Irregular, UnicodeDecodeError):
        scan = _scan_any(container, name, where)
    for row, position in scan.cells.filter(_names_no_text()).select("source_row", "position").head(1).rows():
        raise no_such_text(where, row, position + 1)
    return scan


def no_such_text(where: str, row: int, column: int) -> Refused:
    """Return the refusal of a sheet in which a cell points to a text that the workbook does not have."""
    at = f"{column_letters(column)}{row}"
    return Refused(f"{where}: the workbook is damaged: cell {at} points to a text that is not in its list of texts.", SAVE_ANEW)


def _scan_regular(container: Container, name: str, where: str) -> Scan:
    merges = Merges(where, container.limits)
    pieces = merges.watch(container.stream(name))
    first = next(pieces, b"")
    head = HEAD.search(first)
    if not head:
        raise _Irregular
    prefix = f"{head[1].decode()}:" if head[1] else ""
    chunks = _chunks(chain([first], pieces), f"<{prefix}c ".encode())
    reach, order, candidates = Reach(where, container.limits), Order(where), []
    with ThreadPoolExecutor(THREADS) as pool:
        # How far the whole sheet reaches is known before any cell is taken apart, so that a refusal comes soon.
        for cells, own, places in _in_order(pool, partial(_candidates, prefix=prefix, said=(where, container.limits)), chunks):
            candidates.append(cells)
            reach.add(own)
            order.add(places)
        order.check()
        fields = _in_order(pool, partial(_fields, p=re.escape(prefix)), candidates)
        return Scan(pl.concat([pl.DataFrame(schema=CELLS), *fields]), reach.hidden, merges.found)


def _in_order(pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results in the order of the items, few of which are in memory at a time."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > THREADS:
            yield waiting.popleft().result()
    for future in waiting:
        yield future.result()


def _chunks(pieces: Iterable[bytes], cell_start: bytes) -> Iterator[bytes]:
    """Yield a part in chunks of some megabytes that end where a cell starts (or anywhere, where no cell does)."""
    kept = b""
    for piece in pieces:
        kept += piece
        if len(kept) < CHUNK:
            continue
        cut = kept.rfind(cell_start)
        if cut <= 0 and len(kept) < 2 * CHUNK:
            continue
        cut = cut if cut > 0 else len(kept) - len(cell_start)
        yield kept[:cut]
        kept = kept[cut:]
    yield kept


def _candidates(chunk: bytes, prefix: str, said: tuple[str, Files]) -> tuple[pl.DataFrame, Reach, pl.Series]:
    """Return the cells of one chunk that may need a mark, how far all reach, and the places of those that hold something.

    Raises `_Irregular` at any that has no usual form. `said`: where that is, and the limits.
    """
    if b"<!" in chunk:
        raise _Irregular
    text, p, reach = chunk.decode(), re.escape(prefix), Reach(*said)
    value = rf"(?:<{p}v>[^<]*</{p}v>|<{p}v/>)"
    formula = rf"<{p}f(?:[^<>]*/>|[^<>]*>[^<]*</{p}f>)"
    usual = rf'<{p}c r="[A-Z]{{1,3}}[0-9]{{1,7}}"(?: [a-z]+="[A-Za-z0-9]*")*(?:/>|>\s*(?:{formula}\s*)?(?:{value}\s*</{p}c>|<{p}is>|</{p}c>))'
    harmless = rf'^[^>]* t="(?:(?:str|b|d|inlineStr)"[^>]*>\s*<{p}(?:v>[^<]|is>)|s"[^>]*>\s*<{p}v>{PLACE}<)'
    # Expressions of one select run side by side, which is why everything is asked for at once.
    whole = pl.DataFrame({"text": [text]}).select(
        cells=pl.col("text").str.extract_all(usual),
        number=pl.col("text").str.count_matches(ANY_CELL),
        rows=pl.col("text").str.extract_all(rf'<{p}row r="[0-9]+'),
    )
    cells = whole.select(pl.col("cells").explode().drop_nulls())
    if whole["number"][0] != len(cells):
        raise _Irregular
    _check_rows(whole["rows"].explode().drop_nulls(), reach)
    blank = cells["cells"].str.ends_with("/>")
    _check_reach(cells.filter(blank), p, reach, filled=False)
    places = _check_reach(cells.filter(~blank), p, reach, filled=True)
    reach.cells, reach.hidden = len(cells), _hidden(text, p)
    return cells.filter(~blank & ~cells["cells"].str.contains(harmless)), reach, places


def _check_rows(rows: pl.Series, reach: Reach) -> None:
    numbers = rows.str.extract("([0-9]+)$").cast(pl.Int64, strict=False)
    largest = MAX_ROWS + 1 if numbers.null_count() else numbers.max()
    if isinstance(largest, int):
        reach.take(max(largest, 1), 1, filled=False)


def _hidden(text: str, p: str) -> list[int]:
    if " hidden=" not in text:
        return []
    rows = re.findall(rf'<{p}row(?=\s)([^<>]*)\shidden="(?:1|true)"([^<>]*)>', text)
    numbers = (re.search(r'\sr="([0-9]{1,7})"', f"{before} {after}") for before, after in rows)
    return [int(number[1]) for number in numbers if number]


def _check_reach(cells: pl.DataFrame, p: str, reach: Reach, *, filled: bool) -> pl.Series:
    """Widen the reach to cells, and return the place of each (see `Order`)."""
    if cells.is_empty():
        return pl.Series([], dtype=pl.Int64)
    row = pl.col("cells").str.extract(rf'^<{p}c r="[A-Z]+([0-9]+)').cast(pl.Int64)
    places = cells.select(row=row, letters=pl.col("cells").str.extract(rf'^<{p}c r="([A-Z]+)'))
    numbers = {letters: column_number(letters) for letters in places["letters"].unique()}
    first, last = places.select(pl.col("row").min().alias("first"), pl.col("row").max().alias("last")).row(0)
    reach.take(first, max(numbers.values()), filled=False)
    reach.take(last, max(numbers.values()), filled=filled)
    if not filled:
        return pl.Series([], dtype=pl.Int64)
    return places.select(pl.col("row") * COLUMNS + pl.col("letters").replace_strict(numbers, return_dtype=pl.Int64)).to_series()


def _fields(cells: pl.DataFrame, p: str) -> pl.DataFrame:
    """Return cells in the usual form, taken apart, as `CELLS`."""
    if cells.is_empty():
        return pl.DataFrame(schema=CELLS)
    cell = pl.col("cells")
    empty = cell.str.contains(rf"<{p}(?:v/|is)>$|<{p}v/>")
    parts = cells.select(
        cell.str.extract(rf'^<{p}c r="[A-Z]+([0-9]+)').cast(pl.Int64).alias("source_row"),
        cell.str.extract(rf'^<{p}c r="([A-Z]+)').alias("letters"),
        cell.str.extract('^[^>]* t="([A-Za-z]+)"').alias("kind"),
        cell.str.extract('^[^>]* s="([0-9]+)"').cast(pl.Int64, strict=False).alias("style"),
        pl.coalesce(cell.str.extract(f"<{p}v>([^<]*)"), pl.when(empty).then(pl.lit(""))).alias("text"),
        cell.str.contains(f"<{p}f[ />]").alias("formula"),
    )
    positions = {letters: column_number(letters) - 1 for letters in parts["letters"].unique()}
    position = pl.col("letters").replace_strict(positions, return_dtype=pl.Int64).alias("position")
    return parts.with_columns(position).select(*CELLS).filter(_worth_a_look())


def _worth_a_look() -> pl.Expr:
    number = pl.col("kind").is_null() | pl.col("kind").is_in(["n", "e"])
    return pl.col("formula") | (number & pl.col("text").is_not_null()) | _names_no_text()


def _names_no_text() -> pl.Expr:
    return ((pl.col("kind") == "s") & ~pl.col("text").str.contains(f"^{PLACE}$") & (pl.col("text") != "")).fill_null(value=False)


@dataclass
class Walk:
    """The plain walk: positions follow the rule of the format (a cell without a reference follows the one before it)."""

    reach: Reach
    found: list[tuple[int, int, str | None, int | None, str | None, bool]] = field(default_factory=list)
    row: int = 1
    column: int = 1
    places: list[int] = field(default_factory=list)
    cell: dict[str, str] | None = None
    at: tuple[int, int] = (1, 1)
    text: list[str] | None = None
    value: str | None = None
    formula: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = local(tag)
        if name == "c":
            self._open_cell(attributes)
        elif name == "row":
            self.row, self.column = whole_number(attributes["r"], MAX_ROWS + 1) if "r" in attributes else self.row, 1
            self.reach.take(self.row, 1, filled=False)
            self.reach.hidden += [self.row] * (attributes.get("hidden") in ("1", "true"))
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.text = []
        elif name == "is":
            self.value = ""

    def data(self, text: str) -> None:
        """Take text."""
        if self.text is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        name = local(tag)
        if name == "v" and self.text is not None:
            self.value, self.text = "".join(self.text), None
        elif name == "row":
            self.row, self.column = self.row + 1, 1
        elif name == "c" and self.cell is not None:
            self.close_cell(self.cell)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self.cell, self.value, self.formula, self.text = attributes, None, False, None
        self.at = (self.row, self.column)
        if "r" in attributes:
            match = REFERENCE.fullmatch(attributes["r"])
            if not match:
                raise Refused(f"{self.reach.where}: the workbook is damaged (a cell's position can't be read).", SAVE_ANEW)
            self.at = (int(match[2]), column_number(match[1]))
        self.column = self.at[1] + 1
        self.reach.take(*self.at, filled=False)

    def close_cell(self, cell: dict[str, str]) -> None:
        """Take what a cell holds, at its end."""
        kind, self.cell = cell.get("t"), None
        filled = self.value is not None
        if filled or self.formula:
            self.reach.take(*self.at, filled=True)
            self.places.append(self.at[0] * COLUMNS + self.at[1])
        if self.formula or (filled and kind in (None, "n", "e", "s")):
            self.found.append((self.at[0], self.at[1] - 1, kind, whole_number(cell.get("s", ""), 0), self.value, self.formula))


def _scan_any(container: Container, name: str, where: str) -> Scan:
    if container.elements(name) > MAX_ELEMENTS:
        what = "the sheet is written in an unusual form, and too large to be read so"
        raise Refused(f"{where}: {what} (more than {MAX_ELEMENTS:,} elements, which is the limit).", SAVE_ANEW)
    walk, merges, order = Walk(Reach(where, container.limits)), Merges(where, container.limits), Order(where)
    parse(container, merges.watch(container.stream(name)), walk)
    order.add(pl.Series(walk.places, dtype=pl.Int64))
    order.check()
    return Scan(pl.DataFrame(walk.found, schema=CELLS, orient="row").filter(_worth_a_look()), walk.reach.hidden, merges.found)
