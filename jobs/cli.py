"""The group of commands; here errors turn into a message and an exit code, and nowhere else."""

import importlib
import logging
import os
import sys
from pathlib import Path

import click

from jobs import options
from jobs.bugs import show_bug
from pipeline import __version__
from pipeline.errors import FlagbookError

COMMANDS = (
    *("init", "load", "apply", "undo", "erase", "batches", "batch", "show", "history", "template", "report", "migrate", "nightly", "export"),
    *("backup", "doctor"),
)


WRITING = ("load", "apply", "undo", "erase", "migrate", "nightly")
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
    """Run the program; exit as the contract says. What it writes is for its owner alone, unless the folder has rules of its own (default ACLs)."""
    os.umask(0o077)
    logging.basicConfig(format="Warning: %(message)s", level=logging.WARNING)  # what there is to say besides a report goes to stderr
    try:
        code = group.main(global_first(sys.argv[1:]), standalone_mode=False)
    except click.Abort:
        code = _say(_stopped(sys.argv[1:]), 1)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except FlagbookError as error:
        code = _say(f"Error: {error.reason}\n{error.fix}", error.exit_code)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # a bug, be it a panic of a library in Rust: its traceback is shown, and the exit code says so
        code = _say(show_bug(error), 1)
    sys.exit(code if isinstance(code, int) else 0)


def _stopped(words: list[str]) -> str:
    """Return what is said of a call that was interrupted: where it was to write a batch, it may just have done so."""
    is_writing = any(word in WRITING for word in words) and "--dry-run" not in words
    return "Stopped. A batch is in the book whole or not at all: flagbook batches tells whether this one is." if is_writing else "Stopped."


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code
