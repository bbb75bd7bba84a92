"""The group of commands; here errors turn into a message and an exit code, and nowhere else."""

import importlib
import logging
import sys
import traceback
from pathlib import Path

import click

from jobs import options
from pipeline import __version__
from pipeline.errors import FlagbookError

COMMANDS = ("init", "load", "apply", "undo", "erase", "batches", "batch", "show", "history", "template", "report", "migrate", "nightly", "export")


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
    """Run the program; exit as the contract says."""
    logging.basicConfig(format="Warning: %(message)s", level=logging.WARNING)  # what there is to say besides a report goes to stderr
    try:
        code = group.main(global_first(sys.argv[1:]), standalone_mode=False)
    except click.Abort:
        code = _say("Stopped.", 1)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except FlagbookError as error:
        code = _say(f"Error: {error.reason}\n{error.fix}", error.exit_code)
    except Exception:  # a bug: its traceback is shown whole, and the exit code says so
        traceback.print_exc()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code
