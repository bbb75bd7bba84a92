"""flagbook undo: what a batch changed is put back."""

import click

from jobs import options


@click.command("undo", epilog="Example: flagbook undo 7 --dry-run, then: flagbook undo 7 --reason 'wrong file'")
@click.argument("number", metavar="BATCH", type=int)
@options.by
@options.reason
@options.approved_by
@options.as_of
@options.dry_run
@options.as_json
@options.pass_call
def command(
    call: options.Call, *, number: int, by: str | None, reason: str | None, approved_by: str | None, as_of: str | None, dry_run: bool, as_json: bool
) -> int:
    """Put back what a batch changed: flags, tags, status, and the alerts of bookings; of a load, what is new goes again, and what was there is as before.

    What was changed after the batch is left alone and listed. An undo is a batch itself, and can be undone.
    """
    settings = call.settings()
    moment = call.moment(as_of, settings)
    by = by or options.user_name()
    from pipeline.run import Undoing, Where, undo

    report = undo(Where(call.store, settings), Undoing(number, by, moment, reason, approved_by, dry_run=dry_run))
    call.say(report, as_json=as_json, is_done=not dry_run)
    return report.exit_code
