"""flagbook migrate: flags, customers and bookings out of another system."""

from pathlib import Path
from typing import Any

import click

from jobs import options
from jobs.progress import Watch

EXAMPLE = "Example: flagbook migrate customers_export.csv --from shopify --dry-run"
UNNAMED = "\0"  # no file's name
DRAFT = (
    "Look at the file and write a draft of a map for it, with comments, to finish: as MAP, which is not there yet; without one, beside the file (or "
    "in --out) under its name with .map.toml, as list.map.toml for list.csv, and to stdout. --draft FILE is the same as FILE --draft."
)


@click.command("migrate", epilog=EXAMPLE)
@click.argument("files", nargs=-1, type=options.FILE, metavar="FILE...")
@click.option("--from", "system", default="auto", show_default=True, metavar="SYSTEM", help="Whose files these are; auto: told by their headers.")
@click.option("--map", "legacy_map", type=options.FILE, metavar="FILE", help="A map of your own (TOML), such as --draft writes.")
@click.option("--explain", "explained", metavar="SYSTEM", help="Print the map of a system in words (with --map: of that map), and do nothing else.")
@click.option("--draft", is_flag=False, flag_value=UNNAMED, metavar="[MAP]", help=DRAFT)
@click.option("--check", "checking", is_flag=True, help="Compare the files with the book, item by item; write nothing to the book.")
@click.option("--allow-mass-change", is_flag=True, help="Let it end or change as many flags as it may.")
@options.as_of
@options.by
@options.reason
@options.dry_run
@options.encoding
@options.out
@options.as_json
@options.pass_call
def command(call: options.Call, /, *, files: tuple[Path, ...], **said: Any) -> int:
    """Bring flags, customers and bookings out of another system's export, and prove that none was lost.

    Ends with a reconciliation: what was found, what became of it, and for each flag type whether the book has as many as the source. Rows
    that can't be taken come back as a file. The same files again change nothing; newer ones bring the differences; undo takes it back.
    """
    settings = call.settings()
    if said["explained"]:
        from pipeline import mapping

        return _say(call, mapping.explain(said["explained"], said["legacy_map"], settings), said)
    if said["draft"]:
        from pipeline import mapping

        file, target = _drafted(files, said["draft"])
        return _say(call, mapping.draft(file, target, settings, said["encoding"], said["out"]), said, is_done=True)
    if not files:
        raise click.UsageError("Name at least one file.")
    from pipeline import migration

    moment = call.moment(said["as_of"], settings)
    where = migration.Where(call.store, settings, said["out"])
    how = {name: said[name] for name in ("reason", "dry_run", "allow_mass_change", "encoding")}
    with Watch(files, quiet=call.quiet) as watch:
        job = migration.Migrating(files, said["by"] or options.user_name(), moment, said["system"], said["legacy_map"], **how, progress=watch.hear)
        report = migration.check(where, job) if said["checking"] else migration.migrate(where, job)
    return _say(call, report, said, is_done=not said["dry_run"])


def _drafted(files: tuple[Path, ...], named: str) -> tuple[Path, Path | None]:
    """Return the file that a draft is for, and the one that it is written to, if that is named: --draft may stand before either, or alone."""
    both = [*files, *([] if named == UNNAMED else [Path(named)])]
    if not both:
        raise click.UsageError("Name a file: --draft looks at one.")
    if len(both) > len(("file", "map")) or (named == UNNAMED and len(both) > 1):
        raise click.UsageError("--draft looks at one file.")
    if len(both) == 1:
        return both[0], None
    file, target = both
    is_swapped = file.suffix.lower() == ".toml" and target.exists() and not file.exists()
    return (target, file) if is_swapped else (file, target)


def _say(call: options.Call, report: Any, said: dict[str, Any], *, is_done: bool = False) -> int:
    call.say(report, as_json=said["as_json"], is_done=is_done)
    code: int = report.exit_code
    return code
