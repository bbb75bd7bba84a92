"""flagbook history: every flag event of a customer."""

import click

from jobs import options


@click.command("history", epilog="Example: flagbook history TC-00017")
@click.argument("customer")
@options.as_json
@options.pass_call
def command(call: options.Call, *, customer: str, as_json: bool) -> int:
    """List every flag event of a customer: action, date, type, comment before and after, reason, who, batch."""
    from pipeline.look import Where, history

    report = history(Where(call.store, call.settings()), customer)
    call.say(report, as_json=as_json)
    return report.exit_code
