"""The tables of a book and its format: making them, knowing them again, and bringing those of earlier formats up to date."""

from importlib import resources
from typing import TYPE_CHECKING

from pipeline.store.refusals import refusal
from pipeline.store.sealing import seal
from pipeline.store.typekeys import write_keys_in_use
from schemas.entities import ENTITIES

if TYPE_CHECKING:  # the book opens itself by what is known here
    from pipeline.store.book import Book

FORMAT = "7"
KEYLESS = "6"  # without the keys of flag types, and nothing else
UPGRADED = ("1", "2", "3", "4", "5", KEYLESS, FORMAT)  # formats that can be read, the older ones after an upgrade


def make_tables(book: "Book") -> None:
    """Write the tables and views of an empty book."""
    with book.transaction():
        for name in ("book.sql", "entities.sql", "chain.sql", "views.sql"):
            book.run(_sql(name))
        book.run("INSERT INTO book VALUES ('format', ?), ('timezone', 'UTC')", FORMAT)


def make_views(book: "Book") -> None:
    """Write the views anew; the caller holds the transaction."""
    book.run(_sql("views.sql"))


def _sql(name: str) -> str:
    return resources.files("pipeline.store").joinpath(name).read_text(encoding="utf-8")


def is_current(book: "Book") -> bool:
    """Tell whether a book has everything that this program knows."""
    wanted = {entity.table for entity in ENTITIES if entity.table}
    return book.value("format") == FORMAT and wanted <= set(book.ask("SELECT table_name FROM duckdb_tables()")["table_name"])


def upgrade(book: "Book") -> None:
    """Bring a book of an earlier program up to date; what it holds stays, and is sealed as it is where it was not."""
    with book.transaction():
        older = () if book.value("format") in (KEYLESS, FORMAT) else ("upgrade.sql",)
        for name in (*older, "entities.sql", "chain.sql", "views.sql"):
            book.run(_sql(name))
        write_keys_in_use(book)
        _seal_in_bytes(book)
        if not book.ask("SELECT EXISTS (SELECT 1 FROM heads) AS any_sealed")["any_sealed"][0]:
            seal(book, 0)
        book.run("UPDATE book SET value = ? WHERE key = 'format'", FORMAT)


def _seal_in_bytes(book: "Book") -> None:
    """Turn salts and commitments into bytes, where they are hexadecimal digits as in format 5; what they commit to is the same."""
    is_text = "table_name = 'commitments' AND column_name = 'commitment' AND data_type = 'VARCHAR'"
    if not len(book.ask(f"SELECT 1 AS n FROM duckdb_columns() WHERE {is_text}")):
        return
    book.run("ALTER TABLE commitments RENAME TO commitments_in_digits")
    book.run(_sql("chain.sql"))
    book.run("INSERT INTO commitments SELECT event_id, batch_id, unhex(salt), unhex(commitment), erased_by FROM commitments_in_digits")
    book.run("DROP TABLE commitments_in_digits")


def check_format(book: "Book") -> None:
    """Raise `Refused` where the file is another program's database, or a book of a later format."""
    tables = set(book.ask("SELECT table_name FROM duckdb_tables()")["table_name"])
    if not {"book", "customers", "flags", "history", "batches"} <= tables:
        raise refusal("other-database", book.path)
    if (found := book.value("format")) not in UPGRADED:
        raise refusal("newer", book.path, detail=f": it has format {found}, and this one reads formats up to {FORMAT}")
