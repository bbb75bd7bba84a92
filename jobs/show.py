"""flagbook show: a customer at a glance."""

import click

from jobs import options
from jobs.output import in_json, tell


def paint(text: str, colour: str | None) -> str:
    """Colour a text; Click takes the colour out again where the output is no terminal."""
    return click.style(text, fg=colour, bold=True)


@click.command("show", epilog="Example: flagbook show TC-00017, or: flagbook show ann@example.com")
@click.argument("customer")
@options.time_of("The time from which on bookings are coming ones")
@options.as_json
@options.pass_call
def command(call: options.Call, *, customer: str, as_of: str | None, as_json: bool) -> int:
    """Show a customer, named by id, e-mail or phone: flags in colour, alert, coming bookings, history."""
    settings = call.settings()
    moment = call.moment(as_of, settings)
    from pipeline.look import Where, show

    report = show(Where(call.store, settings), customer, moment)
    if as_json or not call.quiet:
        tell(in_json(report.to_json()) if as_json else report.to_text(paint))
    return report.exit_code
