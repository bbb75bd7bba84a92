"""flagbook nightly: the whole night."""

import click

from jobs import options
from pipeline.errors import TryAgain


@click.command("nightly", epilog="Example: flagbook nightly --as-of 2026-06-01T02:00")
@options.time_of("The night's time")
@click.option("--by", metavar="WHO", callback=options.somebody, help="Who submits the batches; default: nightly.by of the settings.")
@click.option("--watch", "watching", is_flag=True, help="Go on taking in the inbox until stopped (SIGTERM or SIGINT).")
@options.as_json
@options.pass_call
def command(call: options.Call, *, as_of: str | None, by: str | None, watching: bool, as_json: bool) -> int:
    """Do the whole night, as the settings say: take in the inbox, end flags past their last day, write the reports.

    Inputs are recognised by name or columns, and go to the archive or among the rejected, with their results. A night that was broken
    off is finished first.
    """
    settings = call.settings()
    moment = call.moment(as_of, settings) if as_of else None
    from pipeline.nightly.watching import Nightly, nightly, watch
    from pipeline.run import Where

    where, night = Where(call.store, settings), Nightly(moment, by)
    if watching:
        return watch(where, night, lambda report: call.say(report, as_json=as_json, is_done=True), _complain)
    report = nightly(where, night)
    call.say(report, as_json=as_json, is_done=True)
    return report.exit_code


def _complain(error: TryAgain) -> None:
    click.echo(f"Error: {error.reason}\nIt is tried again.", err=True)
