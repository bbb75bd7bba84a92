"""flagbook load: exports into the book."""

from pathlib import Path

import click

from jobs import options


@click.command("load", epilog="Example: flagbook load --customers customers.csv --bookings bookings.csv --as-of 2026-06-01T06:00")
@click.option("--customers", multiple=True, type=options.FILE, metavar="FILE", help="A customer export; may be repeated.")
@click.option("--bookings", multiple=True, type=options.FILE, metavar="FILE", help="A booking export; may be repeated.")
@click.option("--map", "column_map", type=options.FILE, metavar="FILE", help="A column map (TOML) for another source's headers, dates and status words.")
@options.as_of
@options.by
@options.dry_run
@options.out
@options.as_json
@options.pass_call
def command(
    call: options.Call,
    *,
    customers: tuple[Path, ...],
    bookings: tuple[Path, ...],
    column_map: Path | None,
    as_of: str | None,
    by: str | None,
    dry_run: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Bring customer and booking exports into the book, which is made if there is none.

    Rows are validated; rejected ones come back as a file with the reason. New future bookings of flagged customers get their
    customer's alert.
    """
    if not customers and not bookings:
        raise click.UsageError("Name at least one export with --customers or --bookings.")
    settings = call.settings()
    moment = call.moment(as_of, settings)
    by = by or options.user_name()
    from pipeline.run import Loads, Where, load

    report = load(Where(call.store, settings, out), Loads(customers, bookings, by, moment, column_map, dry_run=dry_run))
    call.say(report, as_json=as_json)
    return report.exit_code
