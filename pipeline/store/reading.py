"""What a batch of instructions needs from the book: only the rows that it touches."""

from datetime import datetime
from functools import partial
from typing import Any

import polars as pl

from pipeline.store.book import Book
from pipeline.store.log import undone_batches
from schemas.entities import STATUS
from schemas.entity import STAMPS, Entity

LONGEST = 100  # characters of a key for which a close one is looked for
TAIL = 6  # digits at the end of a phone number by which customers are narrowed down
ANY = "*"
FEW = 100_000  # customers: their bookings are looked for within little memory
# The last digits of a phone number as it stands, `ANY` where it holds more than digits and what stands between them.
PHONE_TAIL = f"CASE WHEN regexp_full_match(phone, '[0-9 ()+./-]*') THEN right(translate(phone, ' ()+./-', ''), {TAIL}) ELSE '{ANY}' END"
ANY_PHONE = f"(phone IS NOT NULL AND (SELECT bool_or(phone_tail = '{ANY}') FROM keys))"
KEY_MATCHES = {
    "id_key": "customer_id IN (SELECT id_key FROM keys)",
    "email_key": "email_key IN (SELECT email_key FROM keys)",
    "phone_tail": f"{PHONE_TAIL} IN (SELECT phone_tail FROM keys UNION ALL SELECT '{ANY}') OR {ANY_PHONE}",
}


def find_customers(book: Book, keys: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id, email_key, phone, status, alert_message of every customer whom some key may match.

    `keys`: id_key and email_key in normal form, phone_tail (see `phone_tails`); null where not filled. Whose phone ends alike is among them too;
    the phone of others is null, since no key can be theirs.
    """
    filled = [match for key, match in KEY_MATCHES.items() if keys[key].is_not_null().any()]
    where = " OR ".join(filled) or "false"
    phone = f"CASE WHEN {KEY_MATCHES['phone_tail']} THEN phone END" if keys["phone_tail"].is_not_null().any() else "NULL::VARCHAR"
    return book.ask(f"SELECT customer_id, email_key, {phone} AS phone, status, alert_message FROM customers WHERE {where}", keys=keys)


def phone_tails(keys: pl.Series) -> pl.Series:
    """Return the last digits of phone numbers in normal form (E.164); `ANY` for short ones, of which more may differ; null for what is none.

    Texts of one number end in the same digits, whatever they begin with. NOTE: that holds for six digits, since a number without its
    country code has at least as many once it has nine with it.
    """
    number = pl.col("key").str.starts_with("+")
    long = pl.col("key").str.len_chars() > TAIL + 3
    tails = pl.when(number & long).then(pl.col("key").str.tail(TAIL)).when(number).then(pl.lit(ANY))
    return keys.to_frame("key").select(tails.alias("phone_tail")).to_series()


def close_keys(book: Book, keys: pl.DataFrame) -> pl.DataFrame:
    """Return key_kind, key and near (a customer_id) where a stored id or e-mail is one edit away: a letter changed, left out or put in.

    `others` says of how many more customers that is true. `keys`: key_kind (id_key or email_key) and key, none of them
    stored, longer ones than `LONGEST` not looked at. Deleted customers are not named.
    """
    found = [pl.DataFrame(schema={"key": pl.String, "near": pl.String, "others": pl.Int64, "key_kind": pl.String})]
    for kind, column in (("id_key", "customer_id"), ("email_key", "email_key")):
        asked = keys.filter(pl.col("key_kind") == kind).select("key").filter(pl.col("key").str.len_chars() <= LONGEST)
        if len(asked):
            found.append(name_one(_near(book, column, asked)).with_columns(pl.lit(kind).alias("key_kind")))
    return pl.concat(found)


def _near(book: Book, column: str, asked: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs (see `one_edit_pairs`) of what was asked and what a column of the customers holds.

    Two keys that are one edit apart begin or end alike, if not both: those that do neither are left in the book.
    """
    stored_sizes = book.ask(f"SELECT DISTINCT length({column}) AS size FROM customers WHERE {column} IS NOT NULL")["size"]
    sizes = pl.concat([stored_sizes - 1, stored_sizes, stored_sizes + 1]).unique()
    asked = asked.filter(pl.col("key").str.len_chars().cast(pl.Int64).is_in(sizes.implode()))
    if not len(asked):
        return pl.DataFrame(schema={"key": pl.String, "near": pl.String})
    lengths = asked["key"].str.len_chars()
    least, most = int(lengths.min()), int(lengths.max())  # type: ignore[arg-type]  # there is one: asked is not empty
    head, tail = least // 2, least - least // 2
    ends = asked.select(pl.col("key").str.head(head).alias("head"), pl.col("key").str.tail(tail).alias("tail"))
    stored = book.ask(
        f"SELECT customer_id, {column} AS stored FROM customers WHERE length({column}) BETWEEN ? AND ? AND status <> 'deleted' "
        f"AND (left({column}, ?) IN (SELECT head FROM ends) OR right({column}, ?) IN (SELECT tail FROM ends))",
        *(least - 1, most + 1, head, tail),
        ends=ends.unique(),
    )
    return one_edit_pairs(asked, stored)


def phones_ending(book: Book) -> pl.DataFrame:
    """Return customer_id, phone and stored (the last digits, or `ANY`) of all customers who have a phone and are not deleted."""
    return book.ask(f"SELECT customer_id, phone, {PHONE_TAIL} AS stored FROM customers WHERE phone IS NOT NULL AND status <> 'deleted'")


def name_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return key, near (the first of the customers by id) and others (how many more there are) of pairs of key and near."""
    return pairs.group_by("key").agg(pl.col("near").min(), others=pl.len().cast(pl.Int64) - 1)


def one_edit_pairs(asked: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return key and near (a customer_id) of what is at most one edit apart; `asked` has key, `stored` has customer_id and stored.

    Each position is left out in turn, on both sides; two keys that are then alike differ there only. A stored key with a place left out
    is compared with what was asked with the same place left out (a letter changed), and with what was asked as it is (a letter put
    in); one of which nothing is left out, with what was asked less one letter.
    """
    asked = asked.with_columns(size=pl.col("key").str.len_chars().cast(pl.Int64))
    stored = stored.with_columns(size=pl.col("stored").str.len_chars().cast(pl.Int64))
    sizes = asked["size"].unique().to_list()
    as_long = stored.filter(pl.col("size").is_in([*sizes, *(size + 1 for size in sizes)]))
    places = range(max(_longest(as_long), _longest(asked)))
    as_it_is = asked.lazy().select("key", short="key", size=pl.col("size") + 1)
    shorter, found = [], []
    for place in places:
        less = [_less(name, place).alias("short") for name in ("key", "stored")]
        asked_less = asked.lazy().filter(pl.col("size") > place).select("key", less[0], "size")
        stored_less = as_long.lazy().filter(pl.col("size") > place).select("customer_id", less[1], "size")
        found.append(stored_less.join(pl.concat([asked_less, as_it_is]), on=["short", "size"], how="inner").select("key", near="customer_id"))
        shorter.append(asked_less.select("key", "short"))
    if not shorter:
        return pl.DataFrame(schema={"key": pl.String, "near": pl.String})
    found.append(pl.concat(shorter).join(stored.lazy(), left_on="short", right_on="stored", how="inner").select("key", near="customer_id"))
    return pl.concat(pl.collect_all([part.unique() for part in found])).unique()


def _longest(frame: pl.DataFrame) -> int:
    return int(frame.select(pl.col("size").max().fill_null(0)).item())


def _less(name: str, place: int) -> pl.Expr:
    return pl.concat_str(pl.col(name).str.slice(0, place), pl.col(name).str.slice(place + 1))


def items_of(book: Book, entity: Entity, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the items of the customers in `customers` (customer_id, customer_no).

    The columns are customer_no, item_name, the fields, `STAMPS` (null where the entity keeps none) and version.
    """
    return book.ask(
        f"SELECT customer_no, i.* EXCLUDE (customer_id) FROM ({items_query(entity)}) i JOIN asked USING (customer_id)",
        asked=customers.select("customer_id", "customer_no"),
    )


def items_query(entity: Entity) -> str:
    """Return the query for all items of an entity, with the names that the engine uses."""
    if entity is STATUS:
        return MARKS
    fields = "".join(f"{one.name}, " for one in entity.fields)
    stamps = ", ".join(f"{entity.stamps.get(name, EMPTY[name])} AS {name}" for name in STAMPS)
    return f"SELECT customer_id, {entity.item} AS item_name, {fields}{stamps}, version FROM {entity.table}"


EMPTY = {"made_by": "NULL::VARCHAR", "made_at": "NULL::TIMESTAMPTZ", "updated_by": "NULL::VARCHAR", "updated_at": "NULL::TIMESTAMPTZ"}
# An archived customer has the item status, a blocked one the item blocked; both are columns of the customers.
MARKS = """
    SELECT customer_id, 'status' AS item_name, NULL::VARCHAR AS blocked_reason, NULL::VARCHAR AS made_by, NULL::TIMESTAMPTZ AS made_at,
           NULL::VARCHAR AS updated_by, NULL::TIMESTAMPTZ AS updated_at, NULL::BIGINT AS version FROM customers WHERE status = 'archived'
    UNION ALL
    SELECT customer_id, 'blocked', blocked_reason, blocked_by, blocked_at, NULL, NULL, NULL FROM customers WHERE blocked"""


def names_in_use(book: Book, entity: Entity) -> list[str]:
    """Return the names of all items of an entity, each once, in order."""
    names: list[str] = book.ask(f"SELECT DISTINCT {entity.item} AS name FROM {entity.table} ORDER BY name")["name"].to_list()
    return names


def count_items(book: Book, entity: Entity) -> int:
    """Return how many items of an entity the book holds."""
    n: int = book.ask(f"SELECT count(*) AS n FROM {entity.table}")["n"][0]
    return n


def future_live_bookings(book: Book, customers: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the bookings that rule 4.3 speaks of: row_id, booking_id, customer_no, alert (null where empty), stored_alert (as it stands).

    `customers`: customer_id, customer_no. A booking is future from the as-of on, and live while it is booked. Blanks around
    an alert do not count (4.2).
    """
    asked = customers.select("customer_id", "customer_no")
    found = book.search(partial(_bookings_of, book, asked, as_of)) if len(asked) <= FEW else _bookings_of(book, asked, as_of)
    alert = pl.col("stored_alert").str.strip_chars()
    return found.with_columns(alert=pl.when(alert != "").then(alert))


def _bookings_of(book: Book, asked: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    # NOTE: in two steps, since a single one reads every booking's texts only to throw nearly all of them away.
    book.run(
        "CREATE OR REPLACE TEMP TABLE theirs AS SELECT b.rowid AS row_id, customer_no FROM bookings b JOIN asked USING (customer_id) "
        "WHERE status = 'booked' AND starts_at >= ?",
        as_of,
        asked=asked,
    )
    return book.ask("SELECT row_id, booking_id, customer_no, alert_message AS stored_alert FROM bookings b JOIN theirs t ON b.rowid = t.row_id")


def last_changes(book: Book, entity: Entity, items: pl.DataFrame) -> pl.DataFrame:
    """Return action, changed_by and changed_at of the last event of each item in `items` (customer_id, item), where there is one."""
    return book.ask(
        "SELECT customer_id, item, arg_max(action, event_id) AS action, arg_max(changed_by, event_id) AS changed_by, "
        "arg_max(changed_at, event_id) AS changed_at FROM history SEMI JOIN items USING (customer_id, item) WHERE entity = ? GROUP BY ALL",
        entity.entity_in_history,
        items=items,
    )


def next_numbers(book: Book) -> tuple[int, int]:
    """Return the next batch_id and the next event_id; both run without gaps."""
    row = book.ask("SELECT (SELECT coalesce(max(batch_id), 0) + 1 FROM batches) AS batch, (SELECT coalesce(max(event_id), 0) + 1 FROM history) AS event")
    return row["batch"][0], row["event"][0]


def same_upload(book: Book, digests: list[str]) -> int | None:
    """Return the batch that applied the same upload before, or None (rule 6.3).

    It must have applied something, not have been undone, and no later batch may have changed its items.
    """
    wanted = pl.DataFrame({"file_no": range(1, len(digests) + 1), "rows_digest": digests}, schema={"file_no": pl.Int64, "rows_digest": pl.String})
    found = book.ask(
        """
        WITH candidates AS (
            SELECT batch_id FROM batches b
            WHERE kind = 'apply' AND status = 'applied'
              AND NOT EXISTS (SELECT 1 FROM batches u WHERE u.undoes = b.batch_id AND u.status = 'applied')
              AND (SELECT count(*) FROM batch_files f WHERE f.batch_id = b.batch_id) = (SELECT count(*) FROM wanted)
              AND (SELECT count(*) FROM batch_files f JOIN wanted USING (file_no, rows_digest) WHERE f.batch_id = b.batch_id) = (SELECT count(*) FROM wanted)
        )
        SELECT max(batch_id) AS batch_id FROM candidates c WHERE NOT EXISTS (
            SELECT 1 FROM history mine JOIN history later USING (entity, customer_id, item)
            WHERE mine.batch_id = c.batch_id AND mine.action <> 'alert' AND later.batch_id > c.batch_id)
        """,
        wanted=wanted,
    )
    batch_id: int | None = found["batch_id"][0]
    return batch_id


def batch_rows(book: Book, batch_id: int) -> pl.DataFrame:
    """Return what became of each row of a batch, in its order: file_no, sheet, source_row, outcome, code, message, customer_id, told.

    `told` is how many bookings of the customer the batch gave another alert, on the row that its history names, else 0.
    """
    return book.ask(
        """
        WITH told AS (
            SELECT customer_id, file_no, sheet, source_row, count(*) AS told FROM history
            WHERE batch_id = ? AND entity = 'bookings' GROUP BY ALL)
        SELECT r.*, coalesce(told, 0) AS told FROM batch_rows r
        LEFT JOIN told USING (customer_id, file_no, sheet, source_row) WHERE r.batch_id = ? ORDER BY r.rowid
        """,
        batch_id,
        batch_id,
    )


def batch_record(book: Book, batch_id: int) -> dict[str, Any]:
    """Return one row of `batches` as a dictionary; the batch must be there."""
    return book.ask("SELECT * FROM batches WHERE batch_id = ?", batch_id).row(0, named=True)


def rows_last_time(book: Book, layout: str) -> int | None:
    """Return how many rows the last load of a layout read that was not undone; None where there was none."""
    found = book.ask(
        "SELECT sum(f.rows_read)::BIGINT AS n FROM batch_files f ANTI JOIN undone USING (batch_id) WHERE f.layout = ? AND f.rows_read IS NOT NULL "
        "GROUP BY batch_id ORDER BY batch_id DESC LIMIT 1",
        layout,
        undone=undone_batches(book),
    )["n"]
    return int(found[0]) if len(found) else None
