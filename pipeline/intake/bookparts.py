"""What a workbook's own lists say: which part holds which sheet, and how each cell style shows numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join
from typing import Protocol
from xml.etree.ElementTree import ParseError  # only the exception: parsing is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from pipeline.errors import Refused
from pipeline.intake.numberformats import GENERAL, Shown, shown_by_id
from pipeline.intake.zipparts import SAVE_ANEW, Container, part_name

LIST_BYTES = 32_000_000
LIST_ELEMENTS = 1_000_000
MAX_TEXTS = 20_000_000
TEXTS_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?[^>]*>|<!--(?:[^-]|-[^-])*-->)*<(?:[\w.-]+:)?sst(?=[\s/>])([^<>]*)>")
TEXTS_CLAIMED = re.compile(rb"uniqueCount\s*=\s*[\"']([^\"']*)")
WHOLE_NUMBER = re.compile("[0-9]{1,10}")
ROOT_RELATIONS = "_rels/.rels"


class Target(Protocol):
    """What the XML parser calls; tags are local names in braces notation, as ElementTree has them."""

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """Take the start of an element."""

    def end(self, tag: str, /) -> None:
        """Take the end of an element."""

    def data(self, text: str, /) -> None:
        """Take text."""


class _Elements:
    """Collects elements as (parent, tag, attributes), all by local name, up to a number that no honest file reaches."""

    def __init__(self, where: str) -> None:
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self._open = [""]
        self._where = where

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.found) >= LIST_ELEMENTS:
            raise Refused(f"{self._where}: the list of sheets or formats has more than {LIST_ELEMENTS:,} entries, which is the limit.", SAVE_ANEW)
        name = local(tag)
        self.found.append((self._open[-1], name, {local(key): value for key, value in attributes.items()}))
        self._open.append(name)

    def end(self, _tag: str) -> None:
        self._open.pop()

    def data(self, _text: str) -> None:
        """Leave text: the lists keep everything in attributes."""


def parse(container: Container, pieces: Iterable[bytes], target: Target) -> None:
    """Feed XML to `target`, without DTDs, entities or external references; raise `Refused` where it is not well-formed."""
    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.feed(b"")
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:  # the last two: an encoding that is not known
        raise container.damaged("a part is not well-formed XML") from error


def local(tag: str) -> str:
    """Return a tag or attribute name without its namespace."""
    return tag.rpartition("}")[2]


def check_shared_texts(container: Container) -> None:
    """Raise `Refused` where the list of shared texts claims more texts than a workbook can hold.

    NOTE: the parser sets aside memory for as many as the list claims, and the process is aborted where it can't have it.
    """
    for name in container.parts:
        if name.endswith("sharedstrings.xml"):
            head = TEXTS_HEAD.match(next(container.stream(name), b""))
            claimed = TEXTS_CLAIMED.findall(head[1]) if head else [b""]
            if any(whole_number(count.decode("latin-1").strip(), MAX_TEXTS + 1) > MAX_TEXTS for count in claimed):
                raise container.damaged("its list of texts claims a length that can't be true")


def whole_number(text: str, otherwise: int) -> int:
    """Return the number that an attribute says, `otherwise` where it says none or one that no honest file has."""
    return int(text) if WHOLE_NUMBER.fullmatch(text) else otherwise


def workbook_part(container: Container) -> str | None:
    """Return the name of the part that lists the sheets, or None where there is none."""
    roots = [target for kind, _, target in _relations(container, ROOT_RELATIONS, "") if kind == "officeDocument"]
    return next((name for name in (*roots, "xl/workbook.xml") if name in container.parts), None)


def sheet_parts(container: Container, book: str) -> list[tuple[str, str]]:
    """Return (sheet name, part name) in workbook order; part names may name nothing that is there."""
    targets = {key: target for _, key, target in _book_relations(container, book)}
    sheets = [attributes for parent, tag, attributes in _elements(container, book) if (parent, tag) == ("sheets", "sheet")]
    return [(sheet.get("name", ""), targets.get(sheet.get("id", ""), "")) for sheet in sheets]


def listed_parts(container: Container, book: str) -> frozenset[str]:
    """Return the parts that the lists of the container and of the workbook name: those that a parser may open."""
    relations = (*_relations(container, ROOT_RELATIONS, ""), *_book_relations(container, book), *_book_relations(container, "xl/workbook.xml"))
    return frozenset(target for _, _, target in relations)


def cell_styles(container: Container, book: str) -> list[Shown]:
    """Return what each cell style (a cell's `s` attribute) shows of whole numbers; at least the style 0 is there."""
    declared = [target for kind, _, target in _book_relations(container, book) if kind == "styles"]
    name = next((name for name in (*declared, join(dirname(book), "styles.xml")) if name in container.parts), None)
    elements = _elements(container, name) if name else []
    codes = {_number(found): found.get("formatCode", "") for parent, tag, found in elements if (parent, tag) == ("numFmts", "numFmt")}
    ids = [_number(found) for parent, tag, found in elements if (parent, tag) == ("cellXfs", "xf")]
    shown = {number: shown_by_id(number, codes) for number in set(ids)}
    return [shown[number] for number in ids] or [GENERAL]


def _number(attributes: Mapping[str, str]) -> int:
    return whole_number(attributes.get("numFmtId", "0"), -1)


def _book_relations(container: Container, book: str) -> list[tuple[str, str, str]]:
    folder, _, file = book.rpartition("/")
    return list(_relations(container, join(folder, "_rels", f"{file}.rels"), folder))


def _relations(container: Container, name: str, folder: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, id, part name) of a list of relations, in lower case where part names are."""
    for _, tag, found in _elements(container, name) if name in container.parts else []:
        if tag == "Relationship" and found.get("TargetMode") != "External":
            target = found.get("Target", "")
            path = target[1:] if target.startswith("/") else join(folder, target)
            yield found.get("Type", "").rpartition("/")[2], found.get("Id", ""), part_name(path)


def _elements(container: Container, name: str) -> list[tuple[str, str, dict[str, str]]]:
    collector = _Elements(container.where)
    parse(container, [container.read(name, LIST_BYTES)], collector)
    return collector.found
