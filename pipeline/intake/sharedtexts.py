"""Which cell of a sheet that no parser can read points beyond the end of the workbook's list of texts."""

from dataclasses import dataclass

from pipeline.intake.bookparts import local, parse, sheet_parts, workbook_part
from pipeline.intake.cellscan import MAX_ELEMENTS, Walk, no_such_text
from pipeline.intake.reach import Reach
from pipeline.intake.zipparts import open_container
from pipeline.settings import Files


class _Texts:
    """Counts the texts of the list."""

    def __init__(self) -> None:
        self.number = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self.number += local(tag) == "si"

    def end(self, _tag: str) -> None:
        """Leave the end of an element."""

    def data(self, _text: str) -> None:
        """Leave text."""


@dataclass
class _Pointers(Walk):
    """Looks at the cells that point to a text; `lost` is the place (row, column) of the first for which there is none among `texts`."""

    texts: int = 0
    lost: tuple[int, int] | None = None

    def close_cell(self, cell: dict[str, str]) -> None:
        """Take what a cell points to."""
        if self.lost is None and cell.get("t") == "s" and self.value and int(self.value) >= self.texts:
            self.lost = self.at
        super().close_cell(cell)


def check_texts(data: bytes, name: str, where: str, limits: Files) -> None:
    """Raise `Refused`, naming the cell, where one of a sheet points beyond the end of the list of texts; a sheet too large to tell is left.

    `data`: a workbook that passed the gate (`check_workbook`), so that whatever points to a text is a number.
    """
    container = open_container(data, where, limits)
    book = workbook_part(container)
    part = dict(sheet_parts(container, book)).get(name, "") if book else ""
    lists = [one for one in container.parts if one.endswith("sharedstrings.xml")]
    if part not in container.parts or any(container.elements(one) > MAX_ELEMENTS for one in (part, *lists)):
        return
    texts = _Texts()
    for one in lists:
        parse(container, container.stream(one), texts)
    pointers = _Pointers(Reach(where, limits), texts=texts.number)
    parse(container, container.stream(part), pointers)
    if pointers.lost is not None:
        raise no_such_text(where, *pointers.lost)
