"""The job `migrate`: flags, customers and bookings out of another system's files; comparing later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.answering import stage_came_back, tell_erased
from pipeline.comparing import compare, count_unread, tell_unread
from pipeline.context import Context
from pipeline.errors import Refused
from pipeline.intake.exports import Export
from pipeline.legacy.lacking import like_flags, require_columns, says_nothing_of_flags, tell_ended, tell_lacking, tell_unsaid
from pipeline.legacy.maps import LegacyMap, read_legacy_map, shipped_map, shipped_systems
from pipeline.legacy.opening import Source, open_sources
from pipeline.legacy.reading import booking_export, customer_export
from pipeline.legacy.returned import find_unmended
from pipeline.loading import Loading
from pipeline.migrating import Migrated, leave_out_erased, merge_staged, migrate_sources, read_sources
from pipeline.outputs.staging import Staged, staged, stem_of
from pipeline.parting import spoken_of
from pipeline.planning import batch_counts
from pipeline.proving import Occasion, write_check, write_reconciliation
from pipeline.reconciliation import CheckReport, MigrateReport, SourceLoss
from pipeline.report import MassChange, ResultFile
from pipeline.run import Where
from pipeline.settings import Settings
from pipeline.store.book import open_book, write_settings
from pipeline.store.dryruns import open_for_load
from pipeline.store.incoming import count_codes, stand_in
from pipeline.store.place import check_room
from pipeline.store.reading import next_numbers
from pipeline.store.sources import count_brought, staged_rows
from pipeline.store.suppression import begin_left_out, left_out, write_left_out
from pipeline.store.writing import BatchRecord, finish_batch, name_sheets, write_findings, write_record
from pipeline.streaming import Progress, unwatched
from pipeline.suppressing import MESSAGE
from pipeline.wording import count_of

__all__ = ["Migrating", "Where", "check", "migrate"]
AUTO = "auto"
Numbered = Sequence[tuple[int, Source]]
Brakes = tuple[MassChange, SourceLoss]


@dataclass(frozen=True)
class Migrating:
    """One call of `migrate`: which files, of which system (or by which map), by whom and when, and how."""

    paths: tuple[Path, ...]
    by: str
    as_of: datetime
    system: str = AUTO
    map: Path | None = None
    reason: str | None = None
    dry_run: bool = False
    allow_mass_change: bool = False
    encoding: str | None = None
    progress: Progress = unwatched


def migrate(where: Where, call: Migrating) -> MigrateReport:
    """Bring another system's files into the book, making the book where there is none, or say what that would do."""
    started = datetime.now(UTC)
    sources = open_all(call, where.settings)
    if not call.dry_run:
        check_room(where.store, where.settings.store.min_free_bytes, call.paths)
    with staged([source.what[0] for _, source in sources]) as files:
        with open_for_load(where.store, dry_run=call.dry_run) as book, book.transaction(keep=not call.dry_run):
            batch_id, _ = next_numbers(book)
            if call.dry_run:
                stand_in(book)
            context = Context(book, where.settings, call.as_of, call.reason)
            done = migrate_sources(Loading(context, batch_id, call.by, progress=_by_file(call.progress, sources)), sources)
            mass = MassChange(done.flags_before, done.gone, where.settings.batches.mass_change_percent)
            done.remarks += _ignored(call)
            brakes = (mass, _source_loss(done, sources, context))
            _require_meant(brakes, call)
            back = [] if call.dry_run else stage_came_back(files, _exports(sources), (done.loaded, context), where.out, _exports(sources, "bookings"))
            report = _report(done, sources, (context, None if call.dry_run else batch_id), (back, brakes))
            if not call.dry_run:
                report = _stage_sheet(files, report, (where, call))
            record = BatchRecord("migrate", call.by, call.reason, call.as_of, started, report.status, _counts(report), _files(sources, done, report))
            write_settings(book, where.settings)
            write_record(book, batch_id, record)
            write_findings(book, batch_id)
            write_left_out(book, batch_id, MESSAGE)
            name_sheets(book, batch_id, {number: source.opened.sheet for number, source in sources if source.opened.sheet})
            report = replace(report, head=finish_batch(book, batch_id, where.settings) if not call.dry_run else None)
        files.publish()
        return report if report.sheet is None else replace(report, sheet=str(files.name_of(Path(report.sheet))))


def open_all(call: Migrating, settings: Settings) -> list[tuple[int, Source]]:
    """Open every file by the map that fits it, each part with its number; raise `Refused` where files of several systems come together."""
    maps, unfit = ([read_legacy_map(call.map, settings)], {}) if call.map else _maps(call.system, settings)
    others = tuple if call.map else lambda: _maps(AUTO, settings)[0]
    opened = [one for path in call.paths for one in open_sources(path, maps, settings, call.encoding, others)]
    left_out = find_unmended([(one.what[0], one.opened) for one in opened])
    kept = [one for place, one in enumerate(opened) if place not in left_out]
    if left_out:
        last = kept[-1]
        kept[-1] = replace(last, opened=replace(last.opened, tell=lambda: (*last.opened.tell(), *left_out.values())))
    sources = list(enumerate(kept, start=1))
    systems = {source.map.name for _, source in sources}
    for error in [unfit[name] for name in systems & set(unfit)]:
        raise error
    if len(systems) > 1:
        raise Refused(f"The files are of several systems: {', '.join(sorted(systems))}.", "Migrate each system on its own.")
    require_columns([source for _, source in sources])
    return sources


def _by_file(progress: Progress, sources: Numbered) -> Progress:
    """Return what hears of the parts of files and tells of the files; 0, the flags of all, stays."""
    files = [0, *accumulate(int(source.what[1] == 0) for _, source in sources)]
    return lambda number, rows, done, size: progress(files[number], rows, done, size)


def _maps(system: str, settings: Settings) -> tuple[list[LegacyMap], dict[str, Refused]]:
    """Return the maps that may be meant; and of those that tell of flag types which the settings lack why they can't be used, by their names."""
    if system != AUTO:
        return [shipped_map(system, settings)], {}
    maps, unfit = [], {}
    for name in shipped_systems():
        try:
            maps.append(shipped_map(name, settings))
        except Refused as error:
            maps.append(shipped_map(name, Settings()))
            unfit[maps[-1].name] = error
    return maps, unfit


def _source_loss(done: Migrated, sources: Numbered, context: Context) -> SourceLoss:
    """Return how many of the flags that the source had brought it ends; the batch is not recorded yet, so what it says counts for nothing here."""
    ended = sum(one["ended_by_source"] for one in done.flags)
    name = sources[0][1].map.name
    return SourceLoss(name, ended + (count_brought(context.book, name) if ended else 0), ended)


def _require_meant(brakes: Brakes, call: Migrating) -> None:
    found = [one.to_text() for one in brakes if one.is_too_much]
    if found and not (call.allow_mass_change or call.dry_run):
        raise Refused(f"{found[0]}; nothing was written.", "Look at a dry run; if it is meant, run it again with --allow-mass-change.")


def _ignored(call: Migrating) -> list[str]:
    """Return a remark where the call says twice whose files these are."""
    return [f"--map {call.map} tells whose files these are: --from {call.system} is not looked at"] if call.map and call.system != AUTO else []


def _exports(sources: Numbered, kind: str | None = None) -> list[tuple[int, Export]]:
    """Return the sources as exports, for rows to come back."""

    def nobody(asked: pl.DataFrame) -> pl.DataFrame:
        return asked.with_columns(pl.lit(None, pl.String).alias("customer_id"), pl.lit(None, pl.String).alias("code")).select("customer_id", "code")

    kinds = [(number, source) for number, source in sources if kind in (None, source.kind)]
    return [(number, customer_export(source) if source.kind == "customers" else booking_export(source, nobody)) for number, source in kinds]


def _report(done: Migrated, sources: Numbered, run: tuple[Context, int | None], found: tuple[Sequence[ResultFile], Brakes]) -> MigrateReport:
    (context, batch), (back, brakes) = run, found
    bookings = done.loaded.tables.get("bookings", {})
    applied = done.rows["imported"] + bookings.get("new", 0) + bookings.get("changed", 0) + done.events
    return MigrateReport(
        batch=batch,
        status="dry-run" if batch is None else "applied" if applied else "nothing-applied",
        systems=_systems(sources),
        rows=done.rows,
        customers={**done.customers, "made of bookings": done.loaded.made} if done.loaded.made else done.customers,
        bookings=bookings,
        alerts=done.loaded.alerts,
        flags=done.flags,
        history=done.history,
        unused={source.name: [*source.unused(), *_untitled(done, number)] for number, source in sources},
        codes=count_codes(context.book),
        files=tuple(back),
        remarks=(*context.settings.remarks, *_remarks(done, sources), *(_held_back(brakes) if batch is None else [])),
        is_mute=says_nothing_of_flags([source for _, source in sources]),
        is_renamed=any(like_flags(source) for _, source in sources),
    )


def _untitled(done: Migrated, number: int) -> list[str]:
    return [f"column {place}, which has no header" for place in sorted(done.read.untitled.get(number, ()))]


def _held_back(brakes: Brakes) -> list[str]:
    return [f"The run will be refused without --allow-mass-change: {one.to_text()}" for one in brakes if one.is_too_much]


def _systems(sources: Numbered) -> list[dict[str, Any]]:
    return [
        {"file": source.name, "sha256": source.opened.sha256(), "system": source.map.name, "kind": source.kind, "sure": f"{source.sure:.0%}"}
        for _, source in sources
    ]


def _remarks(done: Migrated, sources: Numbered) -> list[str]:
    """Return what a reader of the report should know besides the counts."""
    maps = {source.map.name: source.map for _, source in sources}
    said = [f"the map of {one.name} is a template: {one.template}" for one in maps.values() if one.template]
    said += [f"{one.where}: {count_of(one.checks, 'line says', 'lines say')} CHECK: look at them, and take them out" for one in maps.values() if one.checks]
    said += [remark for _, source in sources for remark in tell_lacking(source)]
    said += [remark for _, source in sources if not source.opened.sheet or not source.what[1] for remark in source.opened.remarks]
    rest = "several values: the first is kept, and the others are not in the book, which has one {} of a customer"
    said += [f"{count_of(n, 'cell')} of {name} with {rest.format(name)}" for name, n in done.read.further.items()]
    said += [
        f'{count_of(n, f"cell of {column} says", f"cells of {column} say")} "{word}", which is neither yes nor no and counts as no'
        for (column, word), n in sorted(done.read.told.strange.items())
    ]
    said += [tell_unsaid(where, rows) for where, rows in sorted(done.read.told.unsaid.items()) if rows[0]]
    said += [tell_ended(where, rows) for where, rows in sorted(done.read.told.ended.items()) if rows[0]]
    said += [f"{count_of(n, 'row')}: {message}" for message, n in sorted({**done.read.warnings, **done.loaded.warnings}.items())]
    tags = sorted(done.read.told.tags.items(), key=lambda one: (-one[1], one[0]))
    said += [f"tags that the map's list does not name, and of which no flag is made: {', '.join(f'{tag} ({n:,})' for tag, n in tags)}"] if tags else []
    made = done.loaded.made
    said += tell_erased(done.left_alone)
    return [*said, *done.remarks, *([f"{count_of(made, 'customer was', 'customers were')} made of bookings whose customer nobody knew"] if made else [])]


def _counts(report: MigrateReport) -> dict[str, int]:
    """Return the counts as the columns of `batches` are called; a row that is merged into another is one that changes nothing of its own."""
    bookings = report.bookings
    rows = {
        "read": report.rows["read"] + bookings.get("read", 0),
        "applied": report.rows["imported"] + bookings.get("new", 0) + bookings.get("changed", 0),
        "unchanged": report.rows["merged"] + report.rows["unchanged"] + bookings.get("unchanged", 0),
        "rejected": report.rows["rejected"] + bookings.get("rejected", 0),
        "ignored": report.rows.get("ignored", 0) + bookings.get("ignored", 0),
    }
    return batch_counts(rows, dict(report.alerts))


def _files(sources: Numbered, done: Migrated, report: MigrateReport) -> pl.DataFrame:
    text, whole = pl.String, pl.Int64
    rows = [(number, one["file"], one["sha256"], None, None, None) for (number, _), one in zip(sources, report.systems, strict=True)]
    schema = {"file_no": whole, "name": text, "sha256": text, "rows_digest": text, "layout": text, "rows_read": whole}
    assert set(done.read.rows) <= {number for number, _ in sources}, "every file that was read is recorded"
    return pl.DataFrame(rows, schema=schema, orient="row")


def _stage_sheet(files: Staged, report: MigrateReport, said: tuple[Where, Migrating]) -> MigrateReport:
    """Stage the reconciliation as a workbook named after the first file; return the report with its name, as far as it can be told yet."""
    free = write_reconciliation(files, _beside(said, "reconciliation"), report, (_occasion(said), said[0].settings))
    return replace(report, sheet=str(free))


def _beside(said: tuple[Where, Migrating], what: str) -> Path:
    """Return the name of a workbook, after the first file."""
    where, call = said
    first = call.paths[0]
    return (first.parent if where.out is None else where.out) / f"{stem_of(first.name)}.{what}.xlsx"


def _occasion(said: tuple[Where, Migrating]) -> Occasion:
    where, call = said
    return Occasion(where.store.name, call.by, call.reason, call.as_of)


def check(where: Where, call: Migrating) -> CheckReport:
    """Compare another system's files with the book, item by item; nothing is written to the book."""
    sources = open_all(call, where.settings)
    of_customers = [one for one in sources if one[1].kind == "customers"]
    with open_book(where.store, writing=False) as book:
        context = Context(book, where.settings, call.as_of)
        begin_left_out(book)
        read = read_sources(context, of_customers, _by_file(call.progress, sources))
        leave_out_erased(read, context)
        merge_staged(context)
        spoken = spoken_of(read, of_customers, call.by)
        differing, counts, compared = compare(spoken, staged_rows(book), context)
        remarks = _ignored(call) + read.remarks + [remark for _, source in of_customers for remark in tell_lacking(source)]
        remarks += [*tell_unread(read.findings, of_customers), *tell_erased(len(left_out(book)))]
    bookings = _compare_bookings(where, call) if len(of_customers) < len(sources) else {}
    counts |= count_unread(read.findings)
    is_mute = says_nothing_of_flags([source for _, source in sources])
    report = CheckReport(_systems(sources), counts, differing.to_dicts(), (*where.settings.remarks, *remarks), None, bookings, compared, is_mute)
    target = _beside((where, call), "check")
    with staged([source.what[0] for _, source in sources]) as files:
        write_check(files, target, report, differing, (_occasion((where, call)), where.settings))
        files.publish()
    return replace(report, sheet=str(target))


def _compare_bookings(where: Where, call: Migrating) -> dict[str, int]:
    """Count what a migration would do to bookings, as they are or differ; of flags it may do as much as it would."""
    done = migrate(where, replace(call, dry_run=True, allow_mass_change=True)).bookings
    return {"the same": done["unchanged"], "only in the files": done["new"], "that differ": done["changed"], "that can't be read": done["rejected"]}
