"""Bytes of a text file to text (rule 7.2): byte order marks, UTF-8, else Windows-1252, or what the user says."""

import codecs
import re

from pipeline.errors import Refused

# NOTE: UTF-32 LE begins with the two bytes of UTF-16 LE, so it is tried first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python calls these encodings of text, but no file is written in them.
NOT_OF_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
GLANCE = 4096  # characters in which a page shows itself
CHOOSE = "Save it as UTF-8, if it is a table at all; the commands apply, load and migrate take another encoding (--encoding)."
GUESSED = "read as Windows-1252, since it is not UTF-8"
# How a web page or XML begins, after blanks and comments. A title that begins with such a tag is none either.
WEB_PAGE = re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype|html|head|body|title|meta|script|style|div|span|table|form|center|p|pre|h[1-6]|\?xml|xml)\b", re.I | re.S)


def decode(data: bytes, where: str, encoding: str | None = None) -> tuple[str, str | None]:
    """Return the text and, where the encoding was a fallback, a remark for the report.

    Line ends come out as LF; a file with CR alone is read as lines too. Raises `Refused` for what is not text.
    """
    text, remark = _decode_as(data, where, encoding) if encoding else _decode_guess(data, where)
    if "\0" in text:
        raise Refused(f"{where}: the file holds NUL bytes, so it is not a text table, or it is UTF-16 without its mark.", CHOOSE)
    refuse_web_page(text, where)
    text = text.replace("\r\n", "\n")
    return (text.removesuffix("\r") if "\n" in text else text.replace("\r", "\n")), remark


def refuse_web_page(text: str, where: str) -> None:
    """Raise `Refused` where a text is HTML or XML."""
    if WEB_PAGE.match(text[:GLANCE]):
        raise Refused(f"{where}: this is a web page or XML and not a table.", "Download the export again; a login page is often saved in its place.")


def find_codec(encoding: str, where: str) -> codecs.CodecInfo:
    """Return an encoding by the name that the user gave it; raise `Refused` where there is none of that name that files are written in."""
    try:
        codec = codecs.lookup(encoding)
        if not codec._is_text_encoding or codec.name in NOT_OF_FILES or codec.incrementaldecoder is None:  # what open() asks too
            raise LookupError
    except LookupError:
        raise Refused(f"{where}: there is no encoding called {encoding}.", "Name one such as utf-8, utf-16, cp1252 or latin-1.") from None
    return codec


def is_not(name: str, where: str) -> Refused:
    """Return the refusal of a file that is not in the encoding that the user named."""
    return Refused(f"{where}: the file is not {name}.", "Name another encoding with --encoding, or save the file as UTF-8.")


def _decode_as(data: bytes, where: str, encoding: str) -> tuple[str, None]:
    codec = find_codec(encoding, where)
    try:
        return codec.decode(data, "strict")[0].removeprefix("\ufeff"), None
    except UnicodeError:
        raise is_not(codec.name, where) from None


def _decode_guess(data: bytes, where: str) -> tuple[str, str | None]:
    for mark, name in MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(name), None
            except UnicodeDecodeError:
                raise Refused(f"{where}: the file begins as {name} but does not go on so.", CHOOSE) from None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), f"{where}: {GUESSED}"
    except UnicodeDecodeError:
        raise Refused(f"{where}: the text is neither UTF-8 nor Windows-1252.", CHOOSE) from None
