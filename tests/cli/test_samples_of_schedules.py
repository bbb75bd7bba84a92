"""The samples that schedule the night: each is read, and its command is run."""

import configparser
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import ROOT, Shop

SAMPLES = ROOT / "docs" / "samples"
FOLDER, PROGRAM = "/srv/our-flags", "/usr/local/bin/flagbook"
UPLOAD = "action,customer_id,flag_type,comment\nadd,C1,Alert,owes\n"
UNITS = ("flagbook.service", "flagbook.timer", "flagbook-watch.service")


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """Return a shop with an upload in its inbox, and a folder `bin` with the program."""
    for name in ("inbox", "bin"):
        (shop.folder / name).mkdir()
    os.utime(shop.file("inbox/flags.csv", UPLOAD), (0, 0))
    program = shop.file("bin/flagbook", f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m jobs "$@"\n')
    program.chmod(0o755)
    return shop


def is_taken(shop: Shop) -> bool:
    return len(list(shop.folder.glob("archive/*/flags.results.csv"))) == 1


def unit(name: str) -> configparser.RawConfigParser:
    parsed = configparser.RawConfigParser(strict=True)
    parsed.optionxform = str  # type: ignore[method-assign,assignment]  # keys of units are told apart by case
    parsed.read_string((SAMPLES / name).read_text(encoding="utf-8"))
    return parsed


def test_the_line_for_cron_runs_the_night(waiting: Shop) -> None:
    lines = [line for line in (SAMPLES / "flagbook.cron").read_text().splitlines() if line and not line.startswith("#") and not re.match(r"\w+=", line)]
    assert len(lines) == 1
    *when, command = lines[0].split(maxsplit=5)
    assert [bool(re.fullmatch(r"\d+|\*", field)) for field in when] == [True] * 5
    assert "%" not in command, "cron takes it for the end of the command"
    assert FOLDER in command
    environment = {**os.environ, "PATH": f"{waiting.folder / 'bin'}:/usr/bin:/bin"}
    here = command.replace(FOLDER, shlex.quote(str(waiting.folder)))
    done = subprocess.run(["/bin/sh", "-c", here], capture_output=True, text=True, check=False, cwd="/", env=environment)
    assert (done.returncode, done.stdout, is_taken(waiting)) == (0, "", True), done.stderr
    shutil.move(waiting.folder / "flagbook.duckdb", waiting.folder / "gone.duckdb")
    failed = subprocess.run(["/bin/sh", "-c", here], capture_output=True, text=True, check=False, cwd="/", env=environment)
    assert "flagbook nightly ended with 3" in failed.stdout


def test_the_service_runs_the_night(waiting: Shop) -> None:
    service = unit("flagbook.service")["Service"]
    assert (service["Type"], service["WorkingDirectory"], service["SuccessExitStatus"]) == ("oneshot", FOLDER, "4")
    done = subprocess.run(command_of(service, waiting), capture_output=True, text=True, check=False, cwd=waiting.folder)
    assert (done.returncode, is_taken(waiting)) == (0, True), done.stderr


def test_the_watching_service_runs_until_it_is_stopped(waiting: Shop) -> None:
    service = unit("flagbook-watch.service")["Service"]
    with subprocess.Popen(command_of(service, waiting), cwd=waiting.folder, stdout=subprocess.DEVNULL) as process:
        latest = time.monotonic() + 60
        while not is_taken(waiting) and time.monotonic() < latest:
            time.sleep(0.05)
        process.send_signal(getattr(signal, service["KillSignal"]))
        assert process.wait(timeout=60) == 0
    assert is_taken(waiting)


def command_of(service: configparser.SectionProxy, shop: Shop) -> list[str]:
    program, *words = shlex.split(service["ExecStart"])
    assert program == PROGRAM
    return [str(shop.folder / "bin" / "flagbook"), *words]


def test_the_units_are_units(waiting: Shop) -> None:
    """Where systemd is installed, it reads them itself; the timer is of the service that bears its name."""
    assert unit("flagbook.timer")["Timer"]["OnCalendar"]
    assert (SAMPLES / "flagbook.service").is_file()
    if (systemd := shutil.which("systemd-analyze")) is None:
        return
    for name in UNITS:
        text = (SAMPLES / name).read_text().replace(PROGRAM, str(waiting.folder / "bin" / "flagbook")).replace(FOLDER, str(waiting.folder))
        waiting.file(name, re.sub(r"(?m)^Documentation=.*\n", "", text))
    said = subprocess.run([systemd, "verify", *UNITS], cwd=waiting.folder, capture_output=True, text=True, check=False)
    assert (said.returncode, [line for line in said.stderr.splitlines() if "flagbook" in line]) == (0, [])
