"""Blocks of CSV text as lines, in the shortest time in which they can be told."""

import polars as pl

APART = b"\x01"  # what no text holds: by it, Polars takes lines for cells
FEW = 2_000  # lines with quotation marks in a block that are told by themselves


def lines_of(block: bytes) -> pl.Series:
    """Return the lines of a block, "" where one is blank. NOTE: Polars passes over a blank line at the beginning, so another comes first."""
    if APART in block or b"\r" in block:
        return pl.Series(block.decode().removesuffix("\n").split("\n"), dtype=pl.String)
    read = pl.read_csv(b"first\n" + block, has_header=False, separator=APART.decode(), quote_char=None, schema={"line": pl.String})
    return read["line"].slice(1).fill_null("")


def quoted_lines(block: bytes) -> pl.Series | None:
    """Return the lines that have quotation marks, None where those are not few: finding them takes less than reading all lines only where they are."""
    lines: list[str] = []
    at = block.find(b'"')
    while at >= 0:
        if len(lines) == FEW:
            return None
        end = block.find(b"\n", at)
        end = len(block) if end < 0 else end
        lines.append(block[block.rfind(b"\n", 0, at) + 1 : end].decode())
        at = block.find(b'"', end)
    return pl.Series(lines, dtype=pl.String)


def all_separate(block: bytes, rows: pl.DataFrame, marks: int) -> bool:
    """Tell, of lines each of which was read as a row, whether all have as many cells as `rows` has columns, and quotation marks around cells only.

    `marks`: how many of those there are. What the block has besides its cells' texts and the ends of its lines is then just separators and
    marks. No line has more separators, and no more marks than there are were taken off, so that nothing makes up for what is missing.
    """
    texts: int = sum(rows.select(pl.all().str.len_bytes().cast(pl.Int64).sum()).row(0))
    ends = len(rows) - (not block.endswith(b"\n"))
    return len(block) == texts + ends + len(rows) * (rows.width - 1) + marks
