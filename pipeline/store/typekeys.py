"""By what flag types are compared: each name that the settings have, or had, with its key; `type_key` of views.sql looks them up.

NOTE: SQL has no form of a text in which *Große* and *GROSSE* are equal, as they are to the rules; keys are made here, when a name comes.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from pipeline.folding import folded

if TYPE_CHECKING:  # the book writes its settings by what is known here
    from pipeline.store.book import Book

IN_USE = (
    "SELECT name FROM flag_types UNION SELECT flag_type FROM flags UNION SELECT item FROM history WHERE entity = 'flags' "
    "UNION SELECT item FROM batch_rows WHERE action = 'flags'"
)


def write_type_keys(book: "Book", names: Sequence[str]) -> None:
    """Remember the keys of flag types; the caller holds the transaction. Those of names that have left the settings stay."""
    series = pl.Series("name", names, dtype=pl.String)
    keyed = pl.DataFrame([series, folded(series).alias("key")]).drop_nulls()
    book.run("INSERT OR REPLACE INTO type_keys SELECT name, key FROM keyed", keyed=keyed)


def write_keys_in_use(book: "Book") -> None:
    """Remember the keys of all flag types that a book of an earlier program has."""
    write_type_keys(book, book.ask(f"SELECT name FROM ({IN_USE}) WHERE name IS NOT NULL ORDER BY name")["name"].to_list())
