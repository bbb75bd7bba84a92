"""Long texts, whose encoding shows where their ASCII ends, read by several passes at the same time."""

from pathlib import Path

import pytest

from pipeline.intake import textfiles
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
