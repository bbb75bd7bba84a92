"""flagbook export: tables of the book as files."""

from pathlib import Path

import click

from jobs import options


@click.command("export", epilog="Example: flagbook export flags history --out tables --format csv,parquet")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("--out", type=options.FILE, metavar="DIR", required=True, help="The folder for the files.")
@click.option(
    "--format",
    "formats",
    default="csv",
    show_default=True,
    callback=options.split_formats("csv", "xlsx", "parquet"),
    help="csv, xlsx or parquet, or several with commas.",
)
@options.as_json
@options.pass_call
def command(call: options.Call, *, tables: tuple[str, ...], out: Path, formats: tuple[str, ...], as_json: bool) -> int:
    """Write tables (or views) of the book as files; none named: customers, bookings, flags, tags, the history, batches and flag types."""
    from pipeline.look import Where, export

    report = export(Where(call.store, call.settings(), out), tables, formats)
    call.say(report, as_json=as_json, is_done=True)
    return report.exit_code
