"""flagbook apply: bulk instructions, the main job."""

from pathlib import Path

import click

from jobs import options


@click.command("apply", epilog="Example: flagbook apply flags.xlsx more.csv --by 'Front office' --reason 'weekly review' --out results")
@click.argument("files", nargs=-1, required=True, type=options.FILE)
@options.by
@options.reason
@options.approved_by
@options.as_of
@options.dry_run
@click.option("--all-or-nothing", is_flag=True, help="Change nothing if any row comes back.")
@click.option("--allow-mass-change", is_flag=True, help="Go on where a large share of the active flags would be gone or changed.")
@click.option("--again", is_flag=True, help="Apply an upload once more that was applied before.")
@options.sheets
@options.encoding
@options.out
@options.as_json
@options.pass_call
def command(
    call: options.Call,
    *,
    files: tuple[Path, ...],
    by: str | None,
    reason: str | None,
    approved_by: str | None,
    as_of: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    allow_mass_change: bool,
    again: bool,
    sheets: tuple[str, ...],
    encoding: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Apply sheets of add, edit, set, remove and ignore instructions to the book.

    Results come back beside each upload (or in --out): every row with what became of it, and the rejected rows as a file to
    fix and apply again.
    """
    settings = call.settings()
    moment = call.moment(as_of, settings)
    by = by or options.user_name()
    from pipeline.run import Instructing, UploadRequest, Where, apply

    request = UploadRequest(files, by, sheets, encoding)
    how = {"dry_run": dry_run, "again": again, "all_or_nothing": all_or_nothing, "allow_mass_change": allow_mass_change}
    report = apply(Where(call.store, settings, out, options.timings()), Instructing(request, moment, reason, approved_by, **how))
    call.say(report, as_json=as_json, is_done=not dry_run)
    return report.exit_code
