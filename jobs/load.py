"""flagbook load: exports into the book."""

from pathlib import Path
from typing import Any

import click

from jobs import options
from jobs.progress import Watch

MAP = "A map (TOML) for another source's headers, dates and status words, or the name of a system that is known, such as shopify."


@click.command("load", cls=options.SeveralFiles, epilog="Example: flagbook load --customers customers.csv --bookings bookings.csv --as-of 2026-06-01T06:00")
@click.option("--customers", multiple=True, type=options.FILE, metavar="FILE...", help="Customer exports.")
@click.option("--bookings", multiple=True, type=options.FILE, metavar="FILE...", help="Booking exports.")
@click.option("--map", "column_map", type=options.FILE, metavar="NAME_OR_FILE", help=MAP)
@click.option("--create-customers", is_flag=True, help="Make customers of bookings whose customer nobody knows, from the bookings' own columns.")
@click.option("--accept-shrink", is_flag=True, help="Load an export that has far fewer rows than last time's.")
@options.as_of
@options.by
@options.dry_run
@options.encoding
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
    encoding: str | None,
    out: Path | None,
    as_json: bool,
    create_customers: bool,
    accept_shrink: bool,
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

    how: dict[str, Any] = {"dry_run": dry_run, "create_customers": create_customers, "accept_shrink": accept_shrink, "encoding": encoding}
    with Watch([*customers, *bookings], quiet=call.quiet) as watch:
        report = load(Where(call.store, settings, out), Loads(customers, bookings, by, moment, column_map, **how, progress=watch.hear))
    call.say(report, as_json=as_json, is_done=not dry_run)
    return report.exit_code
