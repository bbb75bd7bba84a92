"""flagbook erase: a customer's personal data out of the book."""

import signal
import sys

import click

from jobs import options

ASK = "Erase this customer for good? It can't be undone"


@click.command("erase", epilog="Example: flagbook erase ann@example.com --by 'Data protection' --reason 'request of 2026-06-01' --dry-run")
@click.argument("customer")
@options.by
@options.reason
@options.as_of
@options.dry_run
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
@options.pass_call
def command(call: options.Call, *, customer: str, by: str | None, reason: str | None, as_of: str | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Erase the personal data of a customer, named by id, e-mail or phone. It can't be undone.

    Bookings and history stay under a pseudonym, without words about the customer; later files that bring the customer again are left
    alone in that. The store's file is written anew. Do not name the customer in --reason: it is kept.
    """
    settings = call.settings()
    moment = call.moment(as_of, settings)
    by = by or options.user_name()
    if not (dry_run or yes or sys.stdin.isatty()):
        raise click.UsageError("There is no terminal to ask on: say --yes if it is meant, or look at a --dry-run.")
    from pipeline.erasing import Erase, Where, erase

    where = Where(call.store, settings)
    if not (dry_run or yes):
        preview = erase(where, Erase(customer, by, moment, reason, dry_run=True))
        if not preview.is_done_before:
            click.echo(preview.to_text(), err=True)
            if not _is_meant():
                click.echo("Nothing was erased.", err=True)
                return options.STOPPED
    report = erase(where, Erase(customer, by, moment, reason, dry_run=dry_run))
    call.say(report, as_json=as_json, is_done=not dry_run)
    return report.exit_code


def _is_meant() -> bool:
    """Ask; an end of input, or an interrupt, is no.

    NOTE: Polars puts a handler of its own for interrupts, with which one that comes while the question is put is not heard.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return click.confirm(ASK, err=True)
    except click.Abort:
        return False
