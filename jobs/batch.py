"""flagbook batch: one batch."""

import click

from jobs import options


@click.command("batch", epilog="Example: flagbook batch 7")
@click.argument("number", metavar="N", type=int)
@options.as_json
@options.pass_call
def command(call: options.Call, *, number: int, as_json: bool) -> int:
    """Show one batch with its files, counts and findings."""
    from pipeline.look import Where, batch

    report = batch(Where(call.store, call.settings()), number)
    call.say(report, as_json=as_json)
    return report.exit_code
