"""flagbook init: a folder to work in."""

from pathlib import Path

import click

from jobs import options
from jobs.output import tell


@click.command("init", epilog="Example: flagbook init our-flags")
@click.argument("folder", metavar="[DIR]", type=options.FILE, default=Path())
@options.pass_call
@click.pass_context
def command(ctx: click.Context, call: options.Call, *, folder: Path) -> int:
    """Make a folder with a commented flagbook.toml, inbox/, outbox/ and an empty store. Nothing is ever overwritten."""
    from pipeline.look import init

    assert ctx.parent is not None, "the group is always there"
    chosen = ctx.parent.get_parameter_source("store") is not click.core.ParameterSource.DEFAULT
    made = init(folder, call.store if chosen else folder / call.store, options.machine_zone())
    if not call.quiet:
        tell("\n".join(f"Made {path}" for path in made), is_done=True)
    return 0
