"""flagbook doctor: a full examination of the store."""

import click

from jobs import options


@click.command("doctor", epilog="Example: flagbook doctor --json")
@options.as_json
@options.pass_call
def command(call: options.Call, *, as_json: bool) -> int:
    """Read every value of the book, check all that must hold in it, and look at its files. Changes nothing.

    Exit code 0: all is well. 4: something to look at, such as a file that others may read. 3: damaged.
    """
    from jobs.progress import Steps
    from pipeline.examining import Where, doctor

    report = doctor(Where(call.store, call.settings()), Steps(quiet=call.quiet).hear)
    call.say(report, as_json=as_json)
    return report.exit_code
