"""Ways to spoil a file: bytes of any, lines and quotation marks of a text, parts of a zip and the XML in them."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence

Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]
TOKENS = (
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\x1a", b"\xff", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"'", b"="),
    *(b"\\", b"\xf0\x9f", b"customer_id", b"action", b"sep=;\n", b"<html>", b"<!DOCTYPE x>", b"&amp;", b"&x;", b"<c/>", b"<row>", b"</row>", b"9" * 30),
    *(b"-1", b"A1:XFD1048576", b"1e999"),
)
NUMBERS = (b"0", b"-1", b"1", b"16384", b"1048576", b"1048577", b"4294967296", b"99999999999999999999", b"1e308", b"NaN", b"")
XML_TAG, XML_VALUE = re.compile(rb"<[^>]+>"), re.compile(rb'="([^"]*)"')
ZIP = b"PK\x03\x04"


def flip(data: bytes, chance: Chance) -> bytes:
    """Change single bits."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def insert(data: bytes, chance: Chance) -> bytes:
    """Put something in that means something."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 50)) + data[at:]


def cut_out(data: bytes, chance: Chance) -> bytes:
    """Leave something out."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 1, 2, 10, 100)) :]


def cut_short(data: bytes, chance: Chance) -> bytes:
    """End too early."""
    return data[: chance.randrange(len(data))]


def repeat(data: bytes, chance: Chance) -> bytes:
    """Say something twice."""
    at = chance.randrange(len(data))
    size = chance.choice((1, 5, 50, 500))
    return data[: at + size] + data[at : at + size] * chance.choice((1, 2, 30)) + data[at + size :]


def lines(data: bytes, chance: Chance) -> bytes:
    """Move, double, join, break or blank lines."""
    parts = data.split(b"\n")
    at = chance.randrange(len(parts))
    other = chance.randrange(len(parts))
    change: Sequence[Callable[[], list[bytes]]] = (
        lambda: [*parts[:at], parts[other], *parts[at:]],
        lambda: [*parts[:at], b"", *parts[at:]],
        lambda: [*parts[:at], b",,,", *parts[at:]],
        lambda: [*parts[:at], b"".join(parts[at : at + 2]), *parts[at + 2 :]],
        lambda: [*parts[:at], parts[at].rpartition(b",")[0], *parts[at + 1 :]],
        lambda: [*parts[:at], parts[at].replace(b",", b"\r", 1), *parts[at + 1 :]],
        lambda: [part + b"\r" * (chance.random() < 0.5) for part in parts],  # one or the other
        lambda: [b"Title of the list", b"", *parts],
    )
    return b"\n".join(chance.choice(change)())


def quotes(data: bytes, chance: Chance) -> bytes:
    """Take quotation marks away, or open some at the beginning of a cell and close them at the end of another."""
    places = [found.start() for found in re.finditer(rb"[,;\t|\n]", data)]
    marks = [found.start() for found in re.finditer(b'"', data)]
    if marks and chance.random() < 0.4:  # less often
        at = chance.choice(marks)
        return data[:at] + data[at + 1 :]
    if len(places) < 2:  # two are needed
        return data
    first, last = sorted(chance.sample(places, 2))
    return data[: first + 1] + b'"' + data[first + 1 : last] + b'"' + data[last:]


def part(data: bytes, chance: Chance) -> bytes:
    """Spoil one part of a zip, or what the zip says of its parts; other files are spoilt as bytes."""
    if not data.startswith(ZIP):
        return flip(data, chance)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):  # spoilt already
        return flip(data, chance)
    at = chance.randrange(len(parts))
    name, content = parts[at]
    if chance.random() < 0.1:  # now and then
        parts = [one for one in parts if one[0] != name]
    else:
        parts[at] = (name, chance.choice((xml, xml, xml, flip, insert, cut_out, cut_short, repeat))(content or b" ", chance))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, inside in parts:
            archive.writestr(zipfile.ZipInfo(one), inside)
    return out.getvalue()


def xml(data: bytes, chance: Chance) -> bytes:
    """Leave a tag out, double it, change it for another, or change a value."""
    tags, values = list(XML_TAG.finditer(data)), list(XML_VALUE.finditer(data))
    if not tags:
        return flip(data, chance)
    one, other = chance.choice(tags), chance.choice(tags)
    if values and chance.random() < 0.5:  # one or the other
        value = chance.choice(values)
        new = chance.choice((*NUMBERS, chance.choice(values)[1]))
        return data[: value.start(1)] + new + data[value.end(1) :]
    return data[: one.start()] + chance.choice((b"", one[0] * 2, other[0], one[0] + other[0])) + data[one.end() :]


ANY: tuple[Mutation, ...] = (flip, insert, cut_out, cut_short, repeat)
OF_KIND: dict[str, tuple[Mutation, ...]] = {
    "csv": (*ANY, lines, lines, quotes, quotes, insert),
    "xlsx": (*ANY, *[part] * 10),
    "ods": (*ANY, *[part] * 10),
    "xls": ANY,
    "parquet": ANY,
    "gz": ANY,
}


def spoil(kind: str, data: bytes, chance: Chance) -> bytes:
    """Spoil a file in one to four ways; now and then in none."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        data = chance.choice(OF_KIND[kind])(data or b" ", chance)
    return data
