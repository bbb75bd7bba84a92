"""The workbook to fill in: a sheet an entity with drop-downs and dates as dates, what is there now as rows if asked for, and a page of help."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from schemas.columns import Kind
from schemas.entity import Entity

NAME_COLUMN = "customer_name"  # shown for people; no column of the layout, so it is left alone on the way back
WIDTHS = {"comment": 60, "email": 30, "phone": 20, "reason": 30, NAME_COLUMN: 30}
LINE_POINTS = 15
EMPTY_ROWS = 1000  # rows below the filled ones that have drop-downs too
# What stands in a workbook as its code: letters that XML can't hold, and the beginning of a text that spells such a code itself.
CODED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
LIST_CHARACTERS = 255  # what Excel takes in a list of choices


@dataclass(frozen=True)
class Choices:
    """What the drop-downs offer: the names that items can have by entity (none: any), and the staff by right."""

    names: Mapping[str, Sequence[str]]
    staff: Sequence[str]


def write_template(path: Path, rows: Sequence[tuple[Entity, Sequence[Mapping[str, Any]]]], choices: Choices) -> None:
    """Write the template, a sheet for each entity; its rows have columns of the upload's layout and `NAME_COLUMN`, and may be none."""
    book, whole = Workbook(write_only=True), BytesIO()
    try:
        for entity, filled in rows:
            _write_sheet(book, entity, filled, choices)
        _write_help(book, [entity for entity, _ in rows])
        book.save(whole)
    except OSError:
        _give_up(book)
        raise
    path.write_bytes(whole.getbuffer())  # a zip file on a full disk would complain again as it is thrown away


def _give_up(book: Any) -> None:
    """End the sheets of a book that found no room, here or in the folder for temporary files.

    NOTE: openpyxl would end them as they are thrown away, fail again, and have Python print that on stderr.
    """
    for sheet in book.worksheets:
        for part in (sheet._rows, sheet._writer and sheet._writer.xf):
            with suppress(Exception):
                part.close()


def _write_sheet(book: Any, entity: Entity, rows: Sequence[Mapping[str, Any]], choices: Choices) -> None:
    sheet = book.create_sheet(entity.layout.title)
    names = [*entity.layout.names(), NAME_COLUMN]
    sheet.freeze_panes = "A2"
    for place, name in enumerate(names, start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.hidden = WIDTHS.get(name, 16), name == "version"
    _protect(sheet)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    listed = choices.names.get(entity.name, ())
    offers = {"action": tuple(entity.words), entity.who: choices.staff, **({entity.item: (*listed, "ALL")} if entity.item and listed else {})}
    for name, offered in offers.items():
        _offer(sheet, names.index(name) + 1, offered, len(rows) + 1 + EMPTY_ROWS)
    sheet.append([_head(sheet, name) for name in names])
    kinds = {column.name: column.kind for column in entity.layout.columns}
    for number, row in enumerate(rows, start=2):
        if (lines := _lines(str(row.get("comment") or ""))) > 1:
            sheet.row_dimensions[number].height = LINE_POINTS * lines
        sheet.append([_cell(sheet, name, kinds.get(name), row.get(name)) for name in names])
    for _ in range(EMPTY_ROWS):
        sheet.append([_cell(sheet, name, kinds.get(name), None) for name in names])


def _lines(comment: str) -> int:
    return sum(len(line) // WIDTHS["comment"] + 1 for line in comment.split("\n"))


def _protect(sheet: Any) -> None:
    """Lock the version column; everything else stays free to write, sort, filter, insert and delete."""
    free = ("formatCells", "formatColumns", "formatRows", "insertRows", "insertColumns", "deleteRows", "deleteColumns", "sort", "autoFilter")
    for right in free:
        setattr(sheet.protection, right, False)  # False means allowed
    sheet.protection.sheet = True


def _offer(sheet: Any, place: int, offered: Sequence[str], last: int) -> None:
    listed = ",".join(offered)
    if not offered or len(listed) > LIST_CHARACTERS or any("," in word or '"' in word for word in offered):
        return
    choice = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(place)
    choice.add(f"{letter}2:{letter}{last}")
    sheet.data_validations.append(choice)


def _head(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, value=name)
    cell.font = Font(name="Calibri", size=11, bold=True)
    return cell


def _cell(sheet: Any, name: str, kind: Kind | None, value: Any) -> Any:
    """Return a cell: text stays text whatever it looks like, days are dates, and only the version is locked."""
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = CODED.sub(lambda letter: f"_x{ord(letter[0]):04X}_", value)
        cell.data_type = "s"  # or a text that begins with = would be a formula
        cell.quotePrefix = True
    elif value is not None:
        cell.value = value
    cell.number_format = {Kind.DATE: "yyyy-mm-dd", Kind.VERSION: "0"}.get(kind or Kind.TEXT, "@")
    cell.protection = Protection(locked=name == "version")
    cell.alignment = Alignment(vertical="top", wrap_text=name == "comment")
    return cell


def _write_help(book: Any, entities: Sequence[Entity]) -> None:
    sheet = book.create_sheet("Help")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 100
    titles = ", ".join(entity.layout.title for entity in entities)
    lines = [
        ("How to use", f"Fill in the sheets that you need ({titles}), one row an instruction, save, and run: flagbook apply FILE --dry-run"),
        ("Actions", "add makes something, edit changes it, set does either, remove ends it (ALL: everything of its kind), ignore leaves the row alone"),
        ("", "on Status: archive and unarchive, block and unblock; a block needs a reason"),
        ("Blank cells", "leave what is stored alone; [clear] in expires_on empties it"),
        ("Who", "a row needs one of customer_id, email and phone; where several are filled they must agree"),
        (NAME_COLUMN, "for people only; it is not read"),
    ]
    for entity in entities:
        lines += [("", ""), (f"Sheet {entity.layout.title}", ""), *((column.name, column.meaning) for column in entity.layout.columns)]
    for title, text in lines:
        sheet.append([_head(sheet, title), _cell(sheet, "comment", None, text)])
