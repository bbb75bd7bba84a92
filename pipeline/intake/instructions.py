"""Rows of text to typed instructions on an entity's items, each with the faults that it shows by itself (rules 3.2 to 3.11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.intake.cells import controls, email_keys, id_keys, is_clear, map_values, phone_keys, too_long, trimmed, visible, word_keys
from pipeline.intake.dates import Dates, read_dates
from pipeline.intake.tables import inexact, unread
from pipeline.settings import Settings
from schemas.columns import Kind
from schemas.entities import FLAGS
from schemas.entity import Entity, Field
from schemas.plan import instructions_of

ALL = "all"
KEY_COLUMNS = ("customer_id", "email", "phone")
Columns = dict[str, pl.Series]


@dataclass(frozen=True)
class Said:
    """What the call says of every row that does not say it itself: who asks, and why."""

    by: str
    reason: str | None = None


def cast_instructions(entity: Entity, text: pl.DataFrame, settings: Settings, said: Said) -> pl.DataFrame:
    """Cast text columns (see `text_columns`, with seq, file_no and sheet) to `schemas.plan.instructions_of`."""
    strange = _strange(entity, text)
    action = word_keys(text["action"])
    asked = map_values(action, entity.action_words())
    version = trimmed(text["version"]) if entity.versioned else _constant(None, len(text))
    actor = trimmed(text[entity.who]).fill_null(said.by)
    typed = text.select("seq", "file_no", "sheet", "source_row").with_columns(
        map_values(asked, {name: act.verb for name, act in entity.acts.items()}).alias("action"),
        asked.alias("asked"),
        *_keys(text, settings),
        trimmed(text["reason"]).alias("reason"),
        actor.alias("actor"),
        version.str.extract(r"^([0-9]{1,18})$", 1).cast(pl.Int64).alias("version"),
        _any(text, [*(unread(name) for name in KEY_COLUMNS), inexact("customer_id")]).alias("keys_unread"),
        _named(text, strange, entity.layout.names()).alias("unread_columns"),
    )
    dates = {
        one.name: read_dates(text[one.upload_column].set(is_clear(text[one.upload_column]), None), settings.business.date_formats, settings.business.timezone)
        for one in entity.fields
        if entity.kind_of(one) is Kind.DATE
    }
    fields = {name: values for one in entity.fields for name, values in _field(text, one, dates, asked, (entity, said)).items()}
    items = _items(entity, text, asked, settings)
    typed = typed.with_columns(values.alias(name) for name, values in (items | fields).items())
    typed = typed.with_columns(complete=_complete(entity))
    shown = strange | _faults_of_all(entity, text, typed, action) | _faults_of_items(entity, text, typed) | _faults_of_fields(entity, text, typed, dates)
    shown |= {"not_allowed": _not_allowed(entity, typed, settings), "bad_version": version.is_not_null() & typed["version"].is_null()}
    wanted = instructions_of(entity)
    nowhere = _constant(value=False, rows=len(text))
    faults = [code.replace("-", "_") for code in entity.row_faults()]
    return typed.with_columns(shown.get(name, nowhere).alias(name) for name in faults).select(*wanted)


def _constant(value: object, rows: int) -> pl.Series:
    return pl.Series([value], dtype=pl.Boolean if isinstance(value, bool) else pl.String).new_from_index(0, rows)


def _keys(text: pl.DataFrame, settings: Settings) -> list[pl.Series]:
    phone = trimmed(text["phone"])
    # A number that can't be read still names somebody, whom nobody matches.
    numbers = phone_keys(phone, settings.business.phone_region).fill_null("?" + phone)
    return [id_keys(text["customer_id"]).alias("id_key"), email_keys(text["email"]).alias("email_key"), numbers.alias("phone_key")]


def _items(entity: Entity, text: pl.DataFrame, asked: pl.Series, settings: Settings) -> Columns:
    """Return which item each row is about: as the settings write it where they list the names, else as the row does."""
    if entity.item is None:
        acts = {name: act.item for name, act in entity.acts.items() if act.item}
        return {"item_name": map_values(asked, acts), "all_items": _constant(value=False, rows=len(text))}
    words = word_keys(text[entity.item])
    is_all = (words == ALL).fill_null(value=False)
    known = item_names(entity, settings)
    listed = map_values(words, {word_keys(pl.Series([name])).item(): name for name in known})
    return {"item_name": listed if known else visible(text[entity.item]).set(is_all | is_clear(text[entity.item]), None), "all_items": is_all}


def item_names(entity: Entity, settings: Settings) -> tuple[str, ...]:
    """Return the names that an entity's items can have, in their order; empty where any name will do."""
    return settings.type_names() if entity is FLAGS else entity.items


def _field(text: pl.DataFrame, one: Field, dates: Mapping[str, Dates], asked: pl.Series, more: tuple[Entity, Said]) -> Columns:
    """Return the columns of one field (see `instructions_of`)."""
    entity, said = more
    cells = text[one.upload_column]
    value = dates[one.name].values if one.name in dates else visible(cells)
    has_it = _has_field(entity, one, asked)
    columns = {one.name: value if has_it is None else value.set(~has_it, None)}
    if one.limited:
        columns[f"{one.name}_length"] = value.str.len_chars().cast(pl.Int64)
    if one.clearable:
        columns[f"clears_{one.name}"] = is_clear(cells)
    if one.else_reason:
        columns[f"else_{one.name}"] = _constant(said.reason, len(text))
    return columns


def _has_field(entity: Entity, one: Field, asked: pl.Series) -> pl.Series | None:
    """Tell which rows are about an item that has a field; None where all are."""
    if not one.of:
        return None
    return asked.is_in([name for name, act in entity.acts.items() if act.item in one.of and act.verb != "remove"]).fill_null(value=False)


def _complete(entity: Entity) -> pl.Expr:
    """Tell where a new item would have every field that it needs."""
    needed = [
        pl.coalesce(one.name, *([f"else_{one.name}"] if one.else_reason else [])).is_not_null() | (~pl.col("item_name").is_in(one.of) if one.of else False)
        for one in entity.fields
        if one.required
    ]
    return pl.all_horizontal(pl.lit(value=True), *needed).fill_null(value=False)


def _faults_of_all(entity: Entity, text: pl.DataFrame, typed: pl.DataFrame, action: pl.Series) -> Columns:
    """Return where rows of any kind show a fault by themselves; what could not be read is reported as that, and as nothing else."""
    no_key = typed["id_key"].is_null() & typed["email_key"].is_null() & typed["phone_key"].is_null()
    clearable = [one.upload_column for one in entity.fields if one.clearable]
    return {
        "cell_error": _any(text, [unread(name) for name in entity.layout.names()]),
        "short_row": text["short_row"],
        "missing_action": action.is_null() & ~text[unread("action")],
        "unknown_action": action.is_not_null() & typed["action"].is_null(),
        "missing_customer": no_key & ~typed["keys_unread"],
        "id_not_exact": text[inexact("customer_id")],
        "not_clearable": _clears(text, [name for name in entity.layout.names() if name not in clearable]),
    }


def _faults_of_items(entity: Entity, text: pl.DataFrame, typed: pl.DataFrame) -> Columns:
    if entity.item is None:
        return {}
    word, code = visible(text[entity.item]), entity.item_word.replace("-", "_")
    unknown = word.is_not_null() & typed["item_name"].is_null() & ~typed["all_items"]
    return {
        f"missing_{code}": word.is_null() & ~text[unread(entity.item)],
        f"unknown_{code}": unknown & ~(is_clear(text[entity.item]) & (not _listed(entity))),
    }


def _listed(entity: Entity) -> bool:
    """Tell whether the names of an entity's items are listed somewhere, so that another is unknown."""
    return entity is FLAGS or bool(entity.items)


def _faults_of_fields(entity: Entity, text: pl.DataFrame, typed: pl.DataFrame, dates: Mapping[str, Dates]) -> Columns:
    shown: Columns = {}
    for one in entity.fields:
        if one.required:
            filled = typed[one.name].is_not_null() | (typed[f"else_{one.name}"].is_not_null() if one.else_reason else False)
            lacks = ~filled & ~text[unread(one.upload_column)]
            has_it = _has_field(entity, one, typed["asked"])
            shown[f"missing_{one.code_word.replace('-', '_')}"] = lacks if has_it is None else lacks & has_it
    for read in dates.values():
        shown["bad_date"] = shown["bad_date"] | read.bad if "bad_date" in shown else read.bad
        shown["ambiguous_date"] = shown["ambiguous_date"] | read.ambiguous if "ambiguous_date" in shown else read.ambiguous
    return shown


def _strange(entity: Entity, text: pl.DataFrame) -> Columns:
    """Return where cells hold what none should, under their codes; and under each column's name where it does."""
    nowhere = _constant(value=False, rows=len(text))
    shown = {"control_character": nowhere, "cell_too_long": nowhere}
    for column in entity.layout.columns:
        cells = text[column.name]
        for code, bad in (("control_character", controls(cells, any_breaks=column.kind is Kind.TEXT)), ("cell_too_long", too_long(cells))):
            if bad is not None:
                shown[code] = shown[code] | bad
                shown[column.name] = shown.get(column.name, nowhere) | bad
    return shown


def _named(text: pl.DataFrame, strange: Columns, names: Sequence[str]) -> pl.Series:
    """Return the names of the columns whose cell could not be read, or is strange; blank where there is none."""
    marked = text.select(unread(name) for name in names).with_columns(strange[name].alias(f"{name}__strange") for name in names if name in strange)
    each = [pl.when(pl.any_horizontal(pl.col(f"^{name}__(unread|strange)$"))).then(pl.lit(name)) for name in names]
    return marked.select(pl.concat_str(each, separator=", ", ignore_nulls=True)).to_series()


def _any(text: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    return text.select(pl.any_horizontal(names)).to_series()


def _clears(text: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    return pl.DataFrame([is_clear(text[name]).alias(name) for name in names]).select(pl.any_horizontal(pl.all())).to_series()


def _not_allowed(entity: Entity, typed: pl.DataFrame, settings: Settings) -> pl.Series:
    """Tell which rows ask for what the settings do not let their author do (rule 3.9)."""
    if not settings.staff:
        return _constant(value=False, rows=len(typed))
    lacks = {}
    for right in {act.right for act in entity.acts.values()}:
        listed = word_keys(pl.Series([person.name for person in settings.staff if getattr(person, right)], dtype=pl.String))
        lacks[right] = ~word_keys(typed["actor"]).is_in(listed.implode()).fill_null(value=False)
    needs = map_values(typed["asked"], {name: act.right for name, act in entity.acts.items()})
    frame = pl.DataFrame([needs.alias("needs"), *(values.alias(right) for right, values in lacks.items())])
    # Of a row whose action is not known, the right that it takes can't be told: any will do.
    refused = pl.all_horizontal(*lacks)
    for right in lacks:
        refused = pl.when(pl.col("needs") == right).then(right).otherwise(refused)
    return frame.select(refused).to_series()
