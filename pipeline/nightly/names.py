"""Names of files that anybody may have dropped: how they are shown, and which are free."""

import os
from collections.abc import Callable

LONGEST = 180  # bytes of a name: what results add must fit too
LOCK = "~$"
UNFINISHED = (".part", ".tmp", ".crdownload", "~")


def shown(name: str) -> str:
    r"""Return a name as one line that hides nothing: what can't be printed, a backslash, and a dash in front come as \x2d and the like."""
    return "".join(_escaped(letter) if not _is_plain(letter) or (place == 0 and letter == "-") else letter for place, letter in enumerate(name))


def _is_plain(letter: str) -> bool:
    return letter.isprintable() and letter != "\\"


def _escaped(letter: str) -> str:
    if letter == "-":
        return r"\x2d"
    is_byte = "\udc80" <= letter <= "\udcff"  # that is no text, as Python carries it
    return f"\\x{os.fsencode(letter)[0]:02x}" if is_byte else letter.encode("unicode_escape").decode()


def fault_of_name(name: str) -> str | None:
    """Say what is wrong with a file's name, or return None."""
    if len(os.fsencode(name)) > LONGEST:
        return f"its name is longer than {LONGEST} bytes, and results add to it"
    if not all(map(_is_plain, name)):
        return "its name holds line breaks, backslashes, control or unseen letters, or bytes that are no text"
    return "its name begins with a dash, as options of commands do" if name.startswith("-") else None


def is_unfinished(name: str) -> bool:
    """Tell whether a name says that somebody is still writing the file."""
    return name.startswith(".") or name.lower().endswith(UNFINISHED)


def is_of_system(name: str) -> bool:
    """Tell whether a file is not one of people's: hidden, a lock file of a spreadsheet program, or what Windows keeps in folders."""
    return name.startswith((".", LOCK)) or name.lower() in ("thumbs.db", "desktop.ini")


def is_lock_of(name: str, other: str) -> bool:
    """Tell whether a spreadsheet program keeps a file of this name while it has the other one open: Excel, whose names may lack two letters, or LibreOffice."""
    return name == f".~lock.{other}#" or (name.startswith(LOCK) and name[2:] in (other, other[2:]) and bool(name[2:]))


def fitting(name: str) -> str:
    """Return a shown name short enough to be a file's; it is cut at the end."""
    return os.fsencode(shown(name))[:LONGEST].decode(errors="ignore")


def numbered(names: list[str], stem: str, is_free: Callable[[str], bool]) -> list[str]:
    """Return names that are free for files that belong together: as they are, or all with the same number behind the stem."""
    number = 1
    wanted = names
    while not all(map(is_free, wanted)):
        number += 1
        wanted = [f"{stem}-{number}{name.removeprefix(stem)}" for name in names]
    return wanted
