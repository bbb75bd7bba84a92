"""flagbook batches: what was done to the book."""

import click

from jobs import options


@click.command("batches", epilog="Example: flagbook batches --json")
@options.as_json
@options.pass_call
def command(call: options.Call, *, as_json: bool) -> int:
    """List the batches, newest first."""
    from pipeline.look import Where, batches

    report = batches(Where(call.store, call.settings()))
    call.say(report, as_json=as_json)
    return report.exit_code
