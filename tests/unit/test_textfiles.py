"""Long texts, whose encoding shows where their ASCII ends, read by several passes at the same time."""

import io
from pathlib import Path

import pytest

from pipeline.intake import textfiles
from pipeline.intake.files import read_all
from pipeline.intake.textfiles import open_text

ROWS = 300_000


@pytest.mark.parametrize("late", [b"Caf\xe9", "Café".encode()])
def test_a_pass_goes_on_in_the_encoding_that_another_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bytes) -> None:
    monkeypatch.setattr(textfiles, "PIECE", 1 << 16)
    path, data = tmp_path / "long.csv", b"id,name\n" + b"1,Harbour\n" * ROWS + b"2," + late + b"\n"
    path.write_bytes(data)
    text = open_text(path)
    assert text is not None
    passes = [text.pieces(), text.pieces()]
    read = [next(passes[0]), next(passes[1])]
    read[1] += b"".join(passes[1])
    read[0] += b"".join(passes[0])
    expected = data.replace(b"\xe9", "é".encode()) if late.endswith(b"\xe9") else data
    assert read == [expected, expected]
    assert (text.read_as.encoding, text.read_as.remark is not None) == (("cp1252", True) if late.endswith(b"\xe9") else ("utf-8", False))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("text", ["id,name\n1,Café\n2,Zoë 🐕 \ud7ff\n", "\ufeffid,name\n1,日本\r\n2,x\r\n"])
def test_characters_of_several_bytes_are_whole_wherever_a_piece_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, text: str) -> None:
    monkeypatch.setattr(textfiles, "GLANCE", size)
    path = tmp_path / "short.csv"
    path.write_bytes(text.encode())
    opened = open_text(path)
    assert opened is not None
    monkeypatch.setattr(textfiles, "PIECE", size)
    assert b"".join(opened.pieces()).decode() == text.removeprefix("\ufeff").replace("\r\n", "\n")


@pytest.mark.parametrize("size", [1, 2, 1 << 20])
def test_a_text_that_ends_inside_a_character_is_not_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(textfiles, "GLANCE", size)
    path = tmp_path / "cut.csv"
    path.write_bytes("id,name\n1,Café".encode()[:-1])
    opened = open_text(path)
    assert opened is not None
    assert opened.read_as.encoding == "cp1252"


class Growing(io.FileIO):
    """A file that grows as it is first read, and remembers for how many bytes it was asked then."""

    more, first = b"", 0

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.first:
            self.first = size or 0
            with Path(str(self.name)).open("ab") as end:
                end.write(self.more)
        return super().read(size) or b""


@pytest.mark.parametrize(
    ("more", "limit", "length"), [(0, 2 << 30, 1000), (0, 1000, 1000), (0, 300, 301), (1, 2 << 30, 1001), (5000, 2 << 30, 6000), (5000, 1200, 1201)]
)
def test_no_more_is_asked_of_a_file_than_it_has(tmp_path: Path, more: int, limit: int, length: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1000)
    with Growing(path) as handle:
        handle.more = b"y" * more
        found = read_all(handle, limit)
        assert (len(found), found, handle.first) == (length, (b"x" * 1000 + b"y" * more)[:length], min(limit, 1000) + 1)
