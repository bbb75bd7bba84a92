"""What an entity is: something that customers can be given in bulk, by sheets of instructions. `schemas.entities` declares them.

An entity's *items* are what a customer has of it, at most one of each name: flags by type, tags by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from pipeline.findings import CATALOGUE as FIXED
from pipeline.findings import Kind as Finding
from schemas.columns import Kind, Layout

ADD, EDIT, SET, REMOVE, IGNORE = "add", "edit", "set", "remove", "ignore"
BY_ANY_ROW: Final = (
    "cell-error",
    "short-row",
    "control-character",
    "cell-too-long",
    "missing-action",
    "unknown-action",
    "missing-customer",
    "unknown-customer",
    "conflicting-customer",
    "ambiguous-customer",
    "id-not-exact",
)
# How the engine writes "none" of a field where null means "nothing said": values that no row can ask for.
NOTHING: Final[Mapping[Kind, str | date]] = {Kind.DATE: date(1, 1, 1), Kind.TEXT: ""}
DTYPES: Final[Mapping[Kind, type[pl.DataType]]] = {Kind.DATE: pl.Date, Kind.TEXT: pl.String}
# Who made an item and when, who changed it last and when: as the engine calls them.
STAMPS: Final = ("made_by", "made_at", "updated_by", "updated_at")


@dataclass(frozen=True)
class Field:
    """A value of an item. `column` is its column in the upload, where it has another name there."""

    name: str
    column: str = ""
    required: bool = False  # a new item needs it
    clearable: bool = False  # [clear] empties it
    limited: bool = False  # at most flags.comment_limit characters
    last_day: bool = False  # a day that must not lie before the batch's
    else_reason: bool = False  # where the cell of a new item is blank, the batch's --reason counts
    of: tuple[str, ...] = ()  # the items that have it; none named: all

    @property
    def upload_column(self) -> str:
        """Return the name of the column in the upload."""
        return self.column or self.name

    @property
    def code_word(self) -> str:
        """Return the column's name as codes write it."""
        return self.upload_column.replace("_", "-")


@dataclass(frozen=True)
class Act:
    """What an action asks for: a verb of the engine, the item where the action itself names it, and the right that it takes."""

    verb: str
    item: str | None = None
    right: str = "may_flag"


@dataclass(frozen=True)
class Done:
    """The history's words for an item that was made, changed and ended."""

    made: str
    changed: str
    ended: str


USUAL_WORDS: Final = {
    ADD: ("add", "new", "create", "insert"),
    EDIT: ("edit", "update", "change"),
    SET: ("set", "merge", "upsert"),
    REMOVE: ("remove", "delete", "unflag", "clear"),
    IGNORE: ("ignore", "skip"),
}


@dataclass(frozen=True)
class Entity:
    """What customers can be given: the sheet that says so, the items and their fields, and the words for what happens.

    `table` holds the items: customer_id, the item column, the fields, the stamps and version. `item` is the column that names
    the item (None where actions do); `words` are the actions' spellings and `acts` what they ask for.
    """

    name: str
    word: str
    layout: Layout
    done: Mapping[str, Done]  # by item; "" stands for every item
    item: str | None = None
    fields: tuple[Field, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)  # the engine's names → the table's
    who: str = "changed_by"  # the upload's column for who asks
    recorded_as: str = ""  # the history's word for the entity, where it is another
    table: str | None = None
    versioned: bool = True
    needs_accounts: bool = False  # new items need customer accounts (rule 3.10)
    items: tuple[str, ...] = ()  # the items' names, where actions name them
    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: USUAL_WORDS)
    acts: Mapping[str, Act] = field(default_factory=lambda: {verb: Act(verb) for verb in USUAL_WORDS})

    @property
    def entity_in_history(self) -> str:
        """Return what `history.entity` calls it."""
        return self.recorded_as or self.name

    @property
    def item_word(self) -> str:
        """Return the item column's name as codes write it."""
        return (self.item or self.word).replace("_", "-")

    def action_words(self) -> dict[str, str]:
        """Return word → action."""
        return {word: action for action, words in self.words.items() for word in words}

    def value_names(self) -> tuple[str, ...]:
        """Return the fields' names, then the stamps that it keeps, as the engine calls them."""
        return (*(one.name for one in self.fields), *self.stamps)

    def code_exists(self) -> str:
        """Return the code of an add where the item is there with other values."""
        return f"already-{self._done().made}"

    def code_absent(self) -> str:
        """Return the code of an edit where the item is not there."""
        return f"no-such-{self.word}"

    def code_incomplete(self) -> str | None:
        """Return the code of a new item that lacks what it needs."""
        return next((f"missing-{one.code_word}" for one in self.fields if one.required), None)

    def soft_faults(self) -> dict[str, str]:
        """Return code → field of the faults that are none where the cell equals what is stored (rule 3.3)."""
        return {
            code: one.name for one in self.fields for code, there in ((f"{one.code_word}-too-long", one.limited), ("already-expired", one.last_day)) if there
        }

    def row_faults(self) -> tuple[str, ...]:
        """Return the codes of the faults that a row shows without a look at what is stored, in the order of rule 3.11."""
        of_item = (f"missing-{self.item_word}", f"unknown-{self.item_word}") if self.item else ()
        of_fields = [
            code
            for one in self.fields
            for code, there in ((f"missing-{one.code_word}", one.required and self.item is not None), (f"{one.code_word}-too-long", one.limited))
            if there
        ]
        days = [one for one in self.fields if self.kind_of(one) is Kind.DATE]
        of_days = (*(("bad-date", "ambiguous-date") if days else ()), *(("already-expired",) if any(one.last_day for one in days) else ()))
        return (*BY_ANY_ROW, *of_item, *of_fields, *of_days, "not-clearable", *(("bad-version",) if self.versioned else ()), "not-allowed")

    def kind_of(self, one: Field) -> Kind:
        """Return how a field's cells are cast."""
        return next(column.kind for column in self.layout.columns if column.name == one.upload_column)

    def messages(self) -> dict[str, str]:
        """Return what rows are told whose item was made, changed or ended."""
        if "" not in self.done:
            return {word: f"customer {word}" for each in self.done.values() for word in (each.made, each.ended)} | {"edited": "reason edited"}
        own = self._done()
        return {own.made: f"{self.word} added", own.changed: f"{self.word} edited", own.ended: f"{self.word} removed"}

    def findings(self) -> dict[str, Finding]:
        """Return the codes that only this entity's rows come back with; the catalogue's own wording goes before."""
        name, item = self.word, self.item_word.replace("-", " ")
        blank = f"{self.item} is blank: name the {item}, or ALL with remove for all of them"
        kinds = {
            **({f"missing-{self.item_word}": Finding(f"missing-{self.item_word}", f"No {item}", blank)} if self.item else {}),
            **({f"unknown-{self.item_word}": Finding(f"unknown-{self.item_word}", f"Unknown {item}", "ALL goes with remove only")} if self.item else {}),
        }
        for one in self.fields:
            what = one.upload_column
            if one.required:
                kinds[f"missing-{one.code_word}"] = Finding(f"missing-{one.code_word}", f"No {what}", f"{what} is blank, and a new {name} needs it")
            if one.limited:
                kinds[f"{one.code_word}-too-long"] = Finding(f"{one.code_word}-too-long", f"{what} too long", f"the {what} is too long: shorten it")
        if self.item:
            there = f"the customer already has this {name} with other values: use edit or set to change it"
            kinds[self.code_exists()] = Finding(self.code_exists(), f"Already {self._done().made}", there)
            kinds[self.code_absent()] = Finding(self.code_absent(), f"No such {name}", f"the customer does not have this {name}: use add or set to create it")
        return {code: kind for code, kind in kinds.items() if code not in FIXED}

    def _done(self) -> Done:
        return self.done.get("") or next(iter(self.done.values()))
