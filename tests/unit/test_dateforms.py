"""Formats of dates that settings and maps may name: those by which something can be read."""

from pathlib import Path

import pytest

from pipeline.dateforms import can_be_read
from pipeline.errors import Refused
from pipeline.intake.maps import read_map
from pipeline.legacy.guessing import DAYS_SAID, FORMATS, TIMES_SAID, WITH_WEEKDAY
from pipeline.legacy.maps import read_legacy_map, shipped_map, shipped_systems
from pipeline.months import MONTHS
from pipeline.settings import Settings

IN_WORDS = [f"{language}: %A, {day}{time}" for language, day, time in zip(MONTHS, DAYS_SAID * 2, TIMES_SAID * 2, strict=False)]
RARE = ("%Y-%j", "%G-W%V-%u", "%e. %-m. %Y", "%m/%Y", "%F %T", "%D", "%x", "%c", "%d/%m/%Y %l:%M %P", "%Y-%m-%dT%H:%M:%S%.f%z", "%H:%M %d/%m/%Y", "%d%m%y")


@pytest.mark.parametrize("form", [*FORMATS, *WITH_WEEKDAY, *IN_WORDS, *RARE])
def test_what_can_be_read_is_taken(form: str) -> None:
    assert can_be_read(form)


STRANGE = ["%Q/%m/%Y", "de: %d. %B %Q", "%d/%m", "%d.%m.", "%H:%M", "%d/%m/%Y%", "%%d", "%d/%m/%Y %I:%M", "%d/%m/%Y %M", "100%"]


@pytest.mark.parametrize("form", STRANGE)
@pytest.mark.parametrize("read", [read_map, read_legacy_map])
def test_what_never_can_be_a_date_refuses_a_map_and_is_named_with_what_may_stand_there(read: object, form: str, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'date_formats = ["%d.%m.%Y", "{form}"]\n[customers]\ncustomer_id = "Nr"\n')
    with pytest.raises(Refused) as refused:
        read(path, Settings())  # type: ignore[operator]  # both take these
    assert f'"{form}" is no format by which a date can be read' in refused.value.reason
    assert ("%d/%m/%Y %H:%M" in refused.value.fix, refused.value.exit_code) == (True, 3)


def test_the_maps_of_systems_are_taken() -> None:
    assert all(shipped_map(system, Settings()).date_formats is not None for system in shipped_systems())
