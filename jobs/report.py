"""flagbook report: reports out of the book."""

from pathlib import Path

import click

from jobs import options


@click.command("report", epilog="Example: flagbook report agenda held-bookings --out reports --as-of 2026-06-01T06:00")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--out", type=options.FILE, metavar="DIR", help="The folder for the files; default: the current one.")
@click.option(
    "--format",
    "formats",
    callback=options.split_formats("xlsx", "html", "csv", "parquet"),
    help="xlsx, html, csv or parquet, or several with commas; default: xlsx,html, and xlsx where reports are named.",
)
@options.time_of("The time of the reports, which says what is past and what is to come")
@options.as_json
@options.pass_call
def command(call: options.Call, *, names: tuple[str, ...], out: Path | None, formats: tuple[str, ...] | None, as_of: str | None, as_json: bool) -> int:
    """Write reports by name; none named: all of them.

    \b
    customers           every customer, with alert, flags, tags and bookings
    workstack           customers with flags, most severe first
    agenda              coming bookings by day and time, flagged ones marked
    check-in            the day's bookings by name, flagged customers in red
    held-bookings       coming bookings that must not progress
    breaches            bookings made by customers who were blocked
    flag-history        everything that happened to flags
    changes             all changes on customers' profiles
    expiring-and-stale  flags that end soon, and old ones without a booking since
    kept-alerts         coming bookings whose own text hides the customer's alert

    xlsx writes one workbook, reports.xlsx; csv and parquet a file each;
    html writes report.html, a page for looking, always the whole of it.
    """
    settings = call.settings()
    moment = call.moment(as_of, settings)
    from pipeline.reporting import Reporting, Where, report

    made = report(Where(call.store, settings, out), Reporting(moment, names, formats or (("xlsx",) if names else ("xlsx", "html"))))
    call.say(made, as_json=as_json, is_done=True)
    return made.exit_code
