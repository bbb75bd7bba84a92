"""Uploads of instructions: files in the order given to typed frames, one an entity, each row with the faults that it shows by itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.intake.cells import trimmed, word_keys
from pipeline.intake.files import FileKind, Source, open_source
from pipeline.intake.instructions import Said, cast_instructions
from pipeline.intake.maps import layout_aliases
from pipeline.intake.sheets import OneOf, RawSheet, Wanted
from pipeline.intake.tables import Reading, read_tables, text_columns
from pipeline.settings import Settings
from schemas.columns import RESULT_COLUMNS
from schemas.entities import ENTITIES
from schemas.entity import IGNORE, Entity
from schemas.models import INSTRUCTIONS as MODEL

NOT_ON_ITS_OWN = {entity.layout.name: frozenset(entity.action_words()) - set(entity.words[IGNORE]) for entity in ENTITIES if not entity.item}
BY_LAYOUT = {entity.layout.name: entity for entity in ENTITIES}


@dataclass(frozen=True)
class UploadFile:
    """One file of an upload: its sheets as they came, and a digest of its recognised cells (rule 6.3)."""

    source: Source
    sheets: tuple[RawSheet, ...]
    rows_digest: str

    @property
    def is_text(self) -> bool:
        """Tell whether the file is a CSV or Parquet, so that its results are CSV."""
        return self.source.kind in (FileKind.TEXT, FileKind.PARQUET)


@dataclass(frozen=True)
class Part:
    """The rows of an upload that are about one entity, as `schemas.plan.instructions_of` has them."""

    entity: Entity
    instructions: pl.DataFrame


@dataclass(frozen=True)
class Upload:
    """All files of an upload; seq in the parts runs over files, sheets and rows. There is a part for every kind of sheet read."""

    files: tuple[UploadFile, ...]
    parts: tuple[Part, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class UploadRequest:
    """What to read: the files in order, who submits them, and how to read them."""

    paths: tuple[Path, ...]
    by: str
    sheets: tuple[str, ...] = ()
    encoding: str | None = None


def read_upload(request: UploadRequest, settings: Settings, reason: str | None = None) -> Upload:
    """Read every file and cast every cell; raise `Refused` where a file can't be read whole (rule 7.5). `reason`: why, by default."""
    kinds = tuple(Wanted.of(entity.layout, layout_aliases(settings, entity.layout)) for entity in ENTITIES)
    reading = Reading(OneOf(kinds, NOT_ON_ITS_OWN), request.encoding, request.sheets, settings.files)
    files, remarks = [], list(settings.remarks)
    texts: list[tuple[Entity, pl.DataFrame]] = []
    for number, path in enumerate(request.paths, start=1):
        source = open_source(path, settings.files.max_bytes)
        tables = read_tables(source, reading)
        frames = [_numbered(sheet, number, str(path)) for sheet in tables.sheets]
        for sheet, frame in zip(tables.sheets, frames, strict=True):
            refuse_swallowed(sheet, frame, str(path))
            texts.append((BY_LAYOUT[sheet.wanted.layout.name], frame))
        files.append(UploadFile(source, tables.sheets, digest_rows(tables.sheets, frames)))
        remarks += [*tables.remarks, *_unused(source, tables.sheets)]
    _refuse_many(sum(len(frame) for _, frame in texts), settings)
    return Upload(tuple(files), _cast(texts, settings, Said(request.by, reason)), tuple(remarks))


def _cast(texts: Sequence[tuple[Entity, pl.DataFrame]], settings: Settings, said: Said) -> tuple[Part, ...]:
    """Number the rows over all sheets, and cast those of each entity together."""
    numbered, start = [], 1
    for entity, frame in texts:
        numbered.append((entity, frame.with_row_index("seq", offset=start).with_columns(pl.col("seq").cast(pl.Int64))))
        start += len(frame)
    parts = []
    for entity in ENTITIES:
        mine = [frame for kind, frame in numbered if kind is entity]
        if mine:
            typed = cast_instructions(entity, pl.concat(mine), settings, said)
            MODEL.validate(typed)  # a failure here is a bug of the casts: it raises
            parts.append(Part(entity, typed))
    return tuple(parts)


def _refuse_many(rows: int, settings: Settings) -> None:
    if rows > settings.files.max_rows:
        raise Refused(f"The upload has {rows:,} rows, more than {settings.files.max_rows:,}.", "Split it, or raise files.max_rows in the settings.")


def refuse_swallowed(sheet: RawSheet, text: pl.DataFrame, where: str) -> None:
    """Raise `Refused` where a cell holds whole rows of a CSV: two stray quotation marks make one cell of all between them."""
    position = sheet.wanted.recognised(sheet.header).index("action")
    known = list(BY_LAYOUT[sheet.wanted.layout.name].action_words())
    columns = [column.name for column in sheet.wanted.layout.columns if column.name in ("comment", "tag", "reason")]
    for name in () if sheet.name else columns:
        lines = text.select("source_row", line=pl.col(name).str.split("\n")).filter(pl.col("line").list.len() > 1)
        cells = lines.explode("line").select("source_row", cells=pl.col("line").str.split(sheet.separator))
        cells = cells.filter(pl.col("cells").list.len() == len(sheet.header))
        rows = cells.filter(word_keys(cells["cells"].list.get(position, null_on_oob=True)).is_in(known))["source_row"]
        if len(rows):
            raise Refused(
                f"{where}: the {name} of row {rows[0]} holds what looks like rows of this sheet, swallowed by stray quotation marks.",
                "Remove the quotation mark that opens too early, or the line breaks, then try again.",
            )


def _numbered(sheet: RawSheet, file_no: int, path: str) -> pl.DataFrame:
    where = f"{path}, sheet {sheet.name}" if sheet.name else path
    frame = text_columns(sheet, where)
    return frame.with_columns(pl.lit(file_no, pl.Int64).alias("file_no"), pl.lit(sheet.name).alias("sheet"))


def _unused(source: Source, sheets: Sequence[RawSheet]) -> list[str]:
    unused = [title for sheet in sheets for title in sheet.wanted.unused(sheet.header, RESULT_COLUMNS)]
    return [f"{source.name}: columns not used, carried through: {', '.join(dict.fromkeys(unused))}"] if unused else []


def digest_rows(sheets: Sequence[RawSheet], texts: Sequence[pl.DataFrame]) -> str:
    """Return a SHA-256 over the recognised cells row by row, the same for a workbook merely saved anew."""
    digest = hashlib.sha256()
    for sheet, text in zip(sheets, texts, strict=True):
        names = sheet.wanted.layout.names()
        cells = [trimmed(text[name]).fill_null("").alias(name) for name in names]
        lines = pl.DataFrame(cells).select(pl.concat_str(names, separator="\x1f").str.join("\x1e"))
        digest.update(f"{sheet.wanted.layout.name}\x1c{lines.item() or ''}\x1d".encode())
    return digest.hexdigest()
