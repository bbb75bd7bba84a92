"""Every option, once."""

import getpass
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from jobs.output import in_json, tell
from pipeline.errors import Refused
from pipeline.settings import Settings, read_settings

F = TypeVar("F", bound=Callable[..., Any])
FIRST_YEAR, LAST_YEAR = 1900, 2900  # of an as-of: days before and after it are reckoned from it, and no calendar ends there
DEFAULT_SETTINGS = Path("flagbook.toml")
STOPPED = 130  # the exit code where the user stopped it, as shells count it


class Call:
    """What the global options said; the settings are read when a command first asks for them."""

    def __init__(self, store: Path, settings: Path | None, *, quiet: bool) -> None:
        self.store = store
        self.quiet = quiet
        self._settings = settings

    def settings(self) -> Settings:
        """Read the settings file that was named, else flagbook.toml of this folder, else the defaults."""
        try:
            named = self._settings or (DEFAULT_SETTINGS if DEFAULT_SETTINGS.exists() else None)
        except OSError as error:
            reason = f"{DEFAULT_SETTINGS}: whether it is in the present folder can't be told ({error.strerror})."
            raise Refused(reason, "Mend the folder's permissions, work in another one, or name the settings with --settings.") from None
        return read_settings(named)

    def moment(self, text: str | None, settings: Settings) -> datetime:
        """Return an as-of in UTC: now, or ISO 8601, in the business time zone where it has no offset."""
        if text is None:
            return datetime.now(UTC)
        try:
            said = datetime.fromisoformat(text)
            if not FIRST_YEAR <= said.year <= LAST_YEAR:
                raise click.BadParameter(f"{text} is not a time between the years {FIRST_YEAR} and {LAST_YEAR}.", param_hint="--as-of")
            if said.tzinfo:
                return said.astimezone(UTC)
            times = [said.replace(tzinfo=settings.zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        except (ValueError, OverflowError):
            raise click.BadParameter(f"{text!r} is not a time in ISO 8601, such as 2026-06-01T09:00.", param_hint="--as-of") from None
        if times[0] > times[1]:  # in an hour that is skipped each way of telling it is the other's
            why = f"{text} does not exist in the time zone {settings.zone.key}, where clocks go forward over it: give another time, or an offset."
            raise click.BadParameter(why, param_hint="--as-of")
        if times[0] < times[1] and not self.quiet:
            click.echo(f"Note: {text} comes twice in the time zone {settings.zone.key}; the earlier one counts. Give an offset to say which.", err=True)
        return times[0]

    def say(self, report: Any, *, as_json: bool, is_done: bool = False) -> None:
        """Print a report to stdout; `is_done`: of what was written, to the book or to files, and not only of what was seen there."""
        if as_json or not self.quiet:
            tell(in_json(report.to_json()) if as_json else report.to_text(), is_done=is_done)


def timings() -> Path | None:
    """Return the file that FLAGBOOK_TIMINGS names for the seconds of each stage, if any."""
    named = os.environ.get("FLAGBOOK_TIMINGS")
    return Path(named) if named else None


def machine_zone() -> str:
    """Return the name of the machine's time zone; UTC where it can't be told."""
    named = os.environ.get("TZ", "").removeprefix(":") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    try:
        ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return named.removeprefix("Etc/")


def split_formats(*known: str) -> Callable[..., tuple[str, ...] | None]:
    """Return what takes a list with commas of formats that are known; anything else is a wrong call, and none is None."""

    def split(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:  # noqa: ARG001  # Click's own shape
        if value is None:
            return None
        formats = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
        if not formats or set(formats) - set(known):
            raise click.BadParameter(f"{value!r} is not a list of {', '.join(known[:-1])} and {known[-1]}.")
        return formats

    return split


def somebody(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001  # Click's own shape
    """Return a name without blanks around it; one of blanks alone is a wrong call."""
    if value is not None and not value.strip():
        raise click.BadParameter("the name is blank.")
    return value.strip() if value else value


def unless_blank(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001  # Click's own shape
    """Return a text without blanks around it; None where nothing is left."""
    return (value.strip() or None) if value else None


def time_of(what: str) -> Callable[[F], F]:
    """Return the option --as-of of a command; `what` says what its time is the time of."""
    return click.option("--as-of", metavar="T", help=f"{what}, ISO 8601; without an offset in the business time zone. Default: now.")


def user_name() -> str:
    """Return who runs the program, for batches that name nobody else."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise Refused("The name of the user who runs this can't be found out.", "Say who with --by.") from None


class SeveralFiles(click.Command):
    """A command whose options that may be repeated take several files each, as a shell writes out a pattern: --bookings b1.csv b2.csv."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the option's name before each further file."""
        names = {name for option in self.params if isinstance(option, click.Option) and option.multiple for name in option.opts}
        said: list[str] = []
        last, values = "", 0
        for place, word in enumerate(args):
            if word == "--":
                return super().parse_args(ctx, [*said, *args[place:]])
            if word in names:
                last, values = word, 0
            elif word.startswith("-"):
                last = ""
            elif last:
                said += [last] if values else []
                values += 1
            said.append(word)
        return super().parse_args(ctx, said)


FILE = click.Path(path_type=Path, readable=False)  # whether it can be read is found out by reading it, which says what to do
store = click.option(
    "--store", type=FILE, envvar="FLAGBOOK_STORE", default=Path("flagbook.duckdb"), show_default=True, show_envvar=True, help="The book's file."
)
settings = click.option(
    "--settings", type=FILE, envvar="FLAGBOOK_SETTINGS", show_envvar=True, help="The settings file; default: flagbook.toml if there is one."
)
quiet = click.option("--quiet", is_flag=True, help="Say nothing but warnings and errors.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout instead of text.")
by = click.option("--by", metavar="WHO", callback=somebody, help="Who submits this; default: the user who runs it.")
reason = click.option("--reason", metavar="TEXT", callback=unless_blank, help="Why, for the history.")
approved_by = click.option("--approved-by", metavar="WHO", callback=somebody, help="Who approved it, where the settings ask for a second person.")
as_of = time_of("The batch's time")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing to the book.")
out = click.option("--out", type=FILE, metavar="DIR", help="Where result files go; default: beside the input.")
encoding = click.option("--encoding", metavar="E", help="The encoding of CSV files, where it can't be told from the content.")
sheets = click.option("--sheet", "sheets", multiple=True, metavar="NAME", help="Read this sheet of a workbook only; may be repeated.")
pass_call = click.make_pass_decorator(Call)
