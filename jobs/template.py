"""flagbook template: a workbook to fill in."""

from pathlib import Path

import click

from jobs import options
from jobs.output import tell


@click.command("template", epilog="Example: flagbook template flags.xlsx --with-current")
@click.argument("target", metavar="OUT.xlsx", type=options.FILE)
@click.option("--with-current", is_flag=True, help="Every active flag and tag as a row ready to edit.")
@options.pass_call
def command(call: options.Call, *, target: Path, with_current: bool) -> int:
    """Write a workbook to fill in and apply: drop-downs, dates as dates, a page of help.

    With --with-current an untouched row changes nothing, and a row whose flag or tag was changed in the meantime comes back.
    """
    if target.suffix.lower() != ".xlsx":
        raise click.BadParameter("the template is a workbook: its name must end in .xlsx.", param_hint="OUT.xlsx")
    settings = call.settings()
    from pipeline.look import Where, template

    rows = template(Where(call.store, settings), target, with_current=with_current)
    if not call.quiet:
        shown = ", ".join(f"{count:,} {'active ' if name == 'flags' else ''}{name}" for name, count in rows.items()) or "nothing to show yet"
        tell(f"Wrote {target}: {shown}" if with_current else f"Wrote {target}", is_done=True)
    return 0
