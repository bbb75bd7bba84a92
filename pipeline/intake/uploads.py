"""Uploads of instructions: files in the order given to one typed frame, each row with the faults that it shows by itself."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.errors import Refused
from pipeline.findings import ROW_FAULTS
from pipeline.intake.cells import email_keys, id_keys, is_clear, map_values, phone_keys, trimmed, visible, word_keys
from pipeline.intake.dates import Dates, read_dates
from pipeline.intake.files import FileKind, Source, open_source
from pipeline.intake.maps import layout_aliases
from pipeline.intake.sheets import RawSheet, Wanted
from pipeline.intake.tables import Reading, inexact, read_tables, text_columns, unknown_columns, unread
from pipeline.settings import Settings
from schemas.columns import FLAGS, RESULT_COLUMNS
from schemas.models import INSTRUCTIONS as MODEL
from schemas.plan import FAULTS, INSTRUCTIONS

ACTIONS = {
    "add": ("add", "new", "create", "insert"),
    "edit": ("edit", "update", "change"),
    "remove": ("remove", "delete", "unflag", "clear"),
    "set": ("set", "merge", "upsert"),
    "ignore": ("ignore", "skip"),
}
ACTION_WORDS = {word: action for action, words in ACTIONS.items() for word in words}
ALL = "all"
KEY_COLUMNS = ("customer_id", "email", "phone")


@dataclass(frozen=True)
class UploadFile:
    """One file of an upload: its sheets as they came, and a digest of its recognised cells (rule 6.3)."""

    source: Source
    sheets: tuple[RawSheet, ...]
    rows_digest: str

    @property
    def is_text(self) -> bool:
        """Tell whether the file is a CSV, so that its results are too."""
        return self.source.kind is FileKind.TEXT


@dataclass(frozen=True)
class Upload:
    """All files of an upload; `instructions` has `schemas.plan.INSTRUCTIONS` and `FAULTS`, seq over files, sheets and rows."""

    files: tuple[UploadFile, ...]
    instructions: pl.DataFrame
    wanted: Wanted
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class UploadRequest:
    """What to read: the files in order, who submits them, and how to read them."""

    paths: tuple[Path, ...]
    by: str
    sheets: tuple[str, ...] = ()
    encoding: str | None = None


def read_upload(request: UploadRequest, settings: Settings) -> Upload:
    """Read every file and cast every cell; raise `Refused` where a file can't be read whole (rule 7.5)."""
    reading = Reading(Wanted.of(FLAGS, layout_aliases(settings, FLAGS)), request.encoding, request.sheets)
    files, frames, remarks = [], [], list(settings.remarks)
    for number, path in enumerate(request.paths, start=1):
        source = open_source(path, settings.files.max_bytes)
        tables = read_tables(source, reading)
        texts = [_numbered(sheet, reading, number, str(path)) for sheet in tables.sheets]
        for sheet, frame in zip(tables.sheets, texts, strict=True):
            refuse_swallowed(sheet, frame, reading.wanted, str(path))
        files.append(UploadFile(source, tables.sheets, digest_rows(texts)))
        frames += texts
        remarks += [*tables.remarks, *_unused(source, tables.sheets, reading.wanted)]
    text = pl.concat(frames).with_row_index("seq", offset=1).with_columns(pl.col("seq").cast(pl.Int64))
    if len(text) > settings.files.max_rows:
        raise Refused(f"The upload has {len(text):,} rows, more than {settings.files.max_rows:,}.", "Split it, or raise files.max_rows in the settings.")
    typed = cast_instructions(text, settings, request.by)
    MODEL.validate(typed)  # a failure here is a bug of the casts: it raises
    return Upload(tuple(files), typed, reading.wanted, tuple(remarks))


def refuse_swallowed(sheet: RawSheet, text: pl.DataFrame, wanted: Wanted, where: str) -> None:
    """Raise `Refused` where a comment holds whole rows of a CSV: two stray quotation marks make one cell of all between them."""
    position = wanted.recognised(sheet.header).index("action")
    lines = text.select("source_row", line=pl.col("comment").str.split("\n")).filter(pl.col("line").list.len() > 1)
    if sheet.name or not len(lines):
        return
    cells = lines.explode("line").select("source_row", cells=pl.col("line").str.split(sheet.separator)).filter(pl.col("cells").list.len() == len(sheet.header))
    words = word_keys(cells.select(pl.col("cells").list.get(position)).to_series()) if len(cells) else pl.Series([], dtype=pl.String)
    rows = cells.filter(words.is_in(list(ACTION_WORDS)))["source_row"] if len(cells) else words
    if len(rows):
        raise Refused(
            f"{where}: the comment of row {rows[0]} holds what looks like rows of this sheet, swallowed by stray quotation marks.",
            "Remove the quotation mark that opens too early, or the line breaks, then try again.",
        )


def _numbered(sheet: RawSheet, reading: Reading, file_no: int, path: str) -> pl.DataFrame:
    where = f"{path}, sheet {sheet.name}" if sheet.name else path
    frame = text_columns(sheet, reading.wanted, where)
    return frame.with_columns(pl.lit(file_no, pl.Int64).alias("file_no"), pl.lit(sheet.name).alias("sheet"))


def _unused(source: Source, sheets: Sequence[RawSheet], wanted: Wanted) -> list[str]:
    unused = [header for sheet in sheets for header in unknown_columns(sheet, wanted) if header not in RESULT_COLUMNS]
    return [f"{source.name}: columns not used, carried through: {', '.join(dict.fromkeys(unused))}"] if unused else []


def digest_rows(texts: Sequence[pl.DataFrame]) -> str:
    """Return a SHA-256 over the recognised cells row by row, the same for a workbook merely saved anew."""
    digest = hashlib.sha256()
    for text in texts:
        cells = [trimmed(text[name]).fill_null("").alias(name) for name in FLAGS.names()]
        lines = pl.DataFrame(cells).select(pl.concat_str(FLAGS.names(), separator="\x1f").str.join("\x1e"))
        digest.update((lines.item() or "").encode() + b"\x1d")
    return digest.hexdigest()


def cast_instructions(text: pl.DataFrame, settings: Settings, by: str) -> pl.DataFrame:
    """Cast text columns (see `text_columns`, with seq, file_no and sheet) to `INSTRUCTIONS` and `FAULTS`."""
    dates = read_dates(text["expires_on"].set(is_clear(text["expires_on"]), None), settings.business.date_formats)
    words = {name: word_keys(text[name]).alias(name) for name in ("action", "flag_type")}
    comment, version, phone = visible(text["comment"]), trimmed(text["version"]), trimmed(text["phone"])
    types = {word_keys(pl.Series([name])).item(): name for name in settings.type_names()}
    typed = text.select("seq", "file_no", "sheet", "source_row").with_columns(
        map_values(words["action"], ACTION_WORDS).alias("action"),
        id_keys(text["customer_id"]).alias("id_key"),
        email_keys(text["email"]).alias("email_key"),
        # A number that can't be read still names somebody, whom nobody matches.
        phone_keys(phone, settings.business.phone_region).fill_null("?" + phone).alias("phone_key"),
        map_values(words["flag_type"], types).alias("flag_type"),
        (words["flag_type"] == ALL).fill_null(value=False).alias("all_types"),
        comment.alias("comment"),
        comment.str.len_chars().cast(pl.Int64).alias("comment_length"),
        dates.values.alias("expires_on"),
        is_clear(text["expires_on"]).alias("clears_expiry"),
        trimmed(text["reason"]).alias("reason"),
        trimmed(text["flagged_by"]).fill_null(by).alias("actor"),
        version.str.extract(r"^([0-9]{1,18})$", 1).cast(pl.Int64).alias("version"),
        _any(text, [*(unread(name) for name in KEY_COLUMNS), inexact("customer_id")]).alias("keys_unread"),
        _named(text, FLAGS.names()).alias("unread_columns"),
    )
    shown = _shown_faults(text, typed, words, dates) | {"not_allowed": _not_allowed(typed["actor"], settings)}
    shown["bad_version"] = version.is_not_null() & typed["version"].is_null()
    no_fault = pl.Series([False]).new_from_index(0, len(text))
    return typed.with_columns(shown.get(name, no_fault).alias(name) for name in FAULTS).select(*INSTRUCTIONS, *FAULTS)


def _shown_faults(text: pl.DataFrame, typed: pl.DataFrame, words: Mapping[str, pl.Series], dates: Dates) -> dict[str, pl.Series]:
    """Return where rows show a fault by themselves; what could not be read is reported as that, and as nothing else."""
    action, kind = words["action"], words["flag_type"]
    no_key = typed["id_key"].is_null() & typed["email_key"].is_null() & typed["phone_key"].is_null()
    return {
        "cell_error": _any(text, [unread(name) for name in FLAGS.names()]),
        "missing_action": action.is_null() & ~text[unread("action")],
        "unknown_action": action.is_not_null() & typed["action"].is_null(),
        "missing_customer": no_key & ~typed["keys_unread"],
        "id_not_exact": text[inexact("customer_id")],
        "missing_flag_type": kind.is_null() & ~text[unread("flag_type")],
        "unknown_flag_type": kind.is_not_null() & typed["flag_type"].is_null() & ~typed["all_types"],
        "missing_comment": typed["comment"].is_null() & ~text[unread("comment")],
        "bad_date": dates.bad,
        "ambiguous_date": dates.ambiguous,
        "not_clearable": _clears_elsewhere(text),
    }


def _named(text: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Return the names of the columns whose cell could not be read; blank where all could."""
    each = [pl.when(pl.col(unread(name))).then(pl.lit(name)) for name in names]
    return text.select(pl.concat_str(each, separator=", ", ignore_nulls=True)).to_series()


def _any(text: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    return text.select(pl.any_horizontal(names)).to_series()


def _clears_elsewhere(text: pl.DataFrame) -> pl.Series:
    others = [is_clear(text[name]).alias(name) for name in FLAGS.names() if name != "expires_on"]
    return pl.DataFrame(others).select(pl.any_horizontal(pl.all())).to_series()


def _not_allowed(actor: pl.Series, settings: Settings) -> pl.Series:
    if not settings.staff:
        return pl.Series([False]).new_from_index(0, len(actor))
    listed = word_keys(pl.Series([person.name for person in settings.staff if person.may_flag], dtype=pl.String))
    return ~word_keys(actor).is_in(listed.implode()).fill_null(value=False)


assert set(FAULTS) == {kind.code.replace("-", "_") for kind in ROW_FAULTS}
