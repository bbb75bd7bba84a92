"""The group of commands; here errors turn into a message and an exit code, and nowhere else."""

import importlib
import io
import logging
import os
import sys
from pathlib import Path

import click

from jobs import options
from jobs.bugs import show_bug
from jobs.output import prepare_streams, silence, unsaid
from pipeline import __version__
from pipeline.errors import FlagbookError

COMMANDS = (
    *("init", "load", "apply", "undo", "erase", "batches", "batch", "show", "history", "template", "report", "migrate", "nightly", "export"),
    *("backup", "doctor"),
)


WRITING = ("load", "apply", "undo", "erase", "migrate", "nightly")
WHOLE = "A batch is in the book whole or not at all: flagbook batches tells whether this one is."
HELP = {"--help", "-h", "--version"}
VARIABLES = ("FLAGBOOK_STORE", "FLAGBOOK_SETTINGS", "FLAGBOOK_TIMINGS")
GLOBAL_VALUES = ("--store", "--settings")


class LazyGroup(click.Group):
    """A group that imports a command's file when the command is called, so that help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # Click's own shape
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # Click's own shape
        """Return one command, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"jobs.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@options.store
@options.settings
@options.quiet
@click.version_option(__version__, prog_name="flagbook")
@click.pass_context
def group(ctx: click.Context, store: Path, settings: Path | None, *, quiet: bool) -> None:
    """Flag customers in bulk: exports in, sheets of instructions applied, every row answered for.

    \b
    Example:
      flagbook load --customers customers.csv --bookings bookings.csv
      flagbook apply flags.xlsx --dry-run
      flagbook apply flags.xlsx --by "Front office"
    """
    ctx.obj = options.Call(store, settings, quiet=quiet)


def global_first(words: list[str]) -> list[str]:
    """Return the call with the global options before the command, where Click looks for them; people write them anywhere."""
    first, rest = [], []
    queue = iter(words)
    for word in queue:
        if word == "--":
            rest += [word, *queue]
        elif word in GLOBAL_VALUES:
            first += [word, *([value] if (value := next(queue, None)) is not None else [])]
        elif word == "--quiet" or word.startswith(tuple(f"{name}=" for name in GLOBAL_VALUES)):
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def main() -> None:
    """Run the program; exit with its code (see README). What it writes is for its owner alone, unless the folder has rules of its own (default ACLs)."""
    os.umask(0o077)
    prepare_streams()
    logging.basicConfig(format="Warning: %(message)s", level=logging.WARNING)  # what there is to say besides a report goes to stderr
    try:
        _require_text(sys.argv[1:])
        code = group.main(global_first(sys.argv[1:]), standalone_mode=False)
    except click.Abort:
        code = _say(_stopped(sys.argv[1:]), options.STOPPED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except FlagbookError as error:
        code = _fail(error)
    except SystemExit:
        if not _is_unheard(sys.argv[1:]):
            raise
        silence()
        code = 0
    except KeyboardInterrupt:
        raise
    except OSError as error:
        code = _fail(unsaid(error)) if _is_of_help(sys.argv[1:]) else _say(show_bug(error), 1)
    except BaseException as error:  # a bug, be it a panic of a library in Rust: its traceback is shown, and the exit code says so
        code = _say(show_bug(error), 1)
    sys.exit(code if isinstance(code, int) else 0)


def _require_text(words: list[str]) -> None:
    """Raise a usage error for a word of the call, or of the environment, that holds bytes which are no UTF-8: no report could show it."""
    for name, word in (*((None, word) for word in words), *((name, os.environ.get(name, "")) for name in VARIABLES)):
        said = os.fsencode(word).decode("utf-8", "backslashreplace")
        if said != word:
            where = f"{name} in the environment: " if name else ""
            raise click.UsageError(f"{where}{said}: this holds bytes that are not UTF-8. Rename the file, or type the text anew.")


def _stopped(words: list[str]) -> str:
    """Return what is said of a call that was interrupted: where it was to write a batch, it may just have done so."""
    command = next((word for word in global_first(words) if word in COMMANDS), None)
    return f"Stopped. {WHOLE}" if command in WRITING and "--dry-run" not in words else "Stopped."


def _is_unheard(words: list[str]) -> bool:
    """Tell whether Click ended the program because nobody listens to its help any more, in which case it has put something else for stdout."""
    return not isinstance(sys.stdout, io.TextIOWrapper) and _is_of_help(words)


def _is_of_help(words: list[str]) -> bool:
    """Tell whether a call asks for help or the version, which Click says by itself."""
    return not HELP.isdisjoint(words)


def _fail(error: FlagbookError) -> int:
    return _say(f"Error: {error.reason}\n{error.fix}", error.exit_code)


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code
