"""flagbook backup: a copy of the store that was compared with it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from jobs import options


@click.command("backup", epilog="Example: flagbook backup /backups/flagbook-monday.duckdb")
@click.argument("to", metavar="TO")
@options.as_json
@options.pass_call
def command(call: options.Call, *, to: str, as_json: bool) -> int:
    """Copy the book to TO, or into the folder TO under a name with the time, and compare every row. Never overwrites.

    The copy is a store itself, and appears only when it is whole. Meanwhile others may read the book, and nobody may write to it. How to
    restore it: docs/runbook.md.
    """
    from jobs.progress import Steps
    from pipeline.copying import Where, backup
    from pipeline.errors import Refused

    if to.endswith("/") and not Path(to).is_dir():
        raise Refused(f"{to}: there is no such folder.", "Make it first, or name a file.")
    report = backup(Where(call.store, call.settings()), Path(to), datetime.now(UTC), Steps(quiet=call.quiet).hear)
    call.say(report, as_json=as_json, is_done=True)
    return report.exit_code
