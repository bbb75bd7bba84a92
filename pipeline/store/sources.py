"""What other systems' files said before, as the history of migrations has it, and what a migration asks of the book."""

import polars as pl

from pipeline.store.book import Book
from pipeline.store.incoming import COLUMNS, CONTENT, count_rows
from pipeline.store.log import told_by_migrations
from pipeline.store.reading import KEY_MATCHES
from pipeline.store.staffs import STOOD

ALERTED = "SELECT customer_id, alert_message FROM customers WHERE alert_message IS NOT NULL"

# Why a flag ends that a source says no more. Where it was not there any more, the event has no values that say whose it is.
NO_LONGER = "no longer flagged in "
OF_SOURCE = (
    f"(coalesce(after ->> 'source', before ->> 'source') = $1 OR (before IS NULL AND after IS NULL AND action = 'unflagged' AND reason = '{NO_LONGER}' || $1))"
)
# The items (customer_id, flag_type) that a source (a parameter) said, as far as migrations are recorded, stand.
BROUGHT = (
    f"SELECT customer_id, item AS flag_type FROM history WHERE entity = 'flags' AND {{}} AND {OF_SOURCE} "
    "GROUP BY ALL HAVING arg_max_null(after ->> 'said', event_id) IS NOT NULL"
)


def find_said(book: Book, source: str) -> pl.Series:
    """Put what a source said last of the flags of the staged customers into `said_before`; return the customers (customer_id), each once."""
    last, (told, tables) = "arg_max_null(after ->> '{}', event_id)", told_by_migrations(book)
    book.run(
        "CREATE OR REPLACE TEMP TABLE said_before AS "
        f"SELECT customer_id, item AS flag_type, {last.format('said')} AS said, ({last.format('said_until')})::DATE AS said_until, max(event_id) AS event_id "
        f"FROM history {_theirs(book, 'SELECT 1 FROM batches')} WHERE entity = 'flags' AND {told} "
        f"AND {OF_SOURCE} GROUP BY customer_id, item ORDER BY customer_id, item",
        source,
        **tables,
    )
    _find_said_elsewhere(book, source, told, tables)
    return book.ask("SELECT DISTINCT customer_id FROM said_before ORDER BY customer_id")["customer_id"]


def _find_said_elsewhere(book: Book, source: str, told: str, tables: dict[str, pl.DataFrame]) -> None:
    """Put what other sources say of the staged customers' flags into `said_elsewhere`, a line for each, and the later of their last days, if each has one."""
    whose = f"coalesce(after ->> 'source', before ->> 'source', CASE WHEN action = 'unflagged' THEN replace(reason, '{NO_LONGER}', '') END)"
    book.run(
        "CREATE OR REPLACE TEMP TABLE said_elsewhere AS SELECT customer_id, flag_type, string_agg(said, chr(10)) AS said, "
        "CASE WHEN count(until) = count(*) THEN max(until) END AS said_until FROM ("
        f"SELECT customer_id, item AS flag_type, {whose} AS source, arg_max_null(after ->> 'said', event_id) AS said, "
        "arg_max_null(after ->> 'said_until', event_id)::DATE AS until FROM history "
        f"{_theirs(book, 'SELECT 1 FROM batches')} WHERE entity = 'flags' AND {told} AND {whose} <> $1 GROUP BY ALL) "
        "WHERE said IS NOT NULL GROUP BY ALL",
        source,
        **tables,
    )


def said_last(book: Book, customers: pl.DataFrame) -> pl.DataFrame:
    """Return what `find_said` found of some customers (customer_no, customer_id): these, flag_type, said (null: nothing), said_until and event_id."""
    return _of(book, "said_before", customers)


def said_elsewhere(book: Book, customers: pl.DataFrame) -> pl.DataFrame:
    """Return what other sources said last of some customers (customer_no, customer_id): number and id, flag_type, said and said_until."""
    return _of(book, "said_elsewhere", customers)


def said_now(book: Book) -> pl.DataFrame:
    """Return all that `find_said` found: customer_id, flag_type, brought (its word) and elsewhere (others', or blank); the last last."""
    return book.ask(
        "SELECT customer_id, flag_type, b.said AS brought, coalesce(e.said, '') AS elsewhere FROM said_before b "
        "LEFT JOIN said_elsewhere e USING (customer_id, flag_type) WHERE b.said IS NOT NULL ORDER BY event_id"
    )


def find_standing(book: Book) -> None:
    """Keep the flags that the staged customers have (`stood_before`) and the alerts (`alerted_before`): what a batch decides by, before it writes."""
    for table, query in (("stood_before", STOOD), ("alerted_before", ALERTED)):
        book.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM ({query}) {_theirs(book, query)}")


def _theirs(book: Book, query: str) -> str:
    """Return the join to the staged customers, in SQL: none where a query has no rows that could be joined, since a million of them take their time."""
    return "SEMI JOIN staged_customers USING (customer_id)" if count_rows(book, f"({query})") else ""


def stood_before(book: Book, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the flags that `find_standing` found of some customers (customer_no, customer_id): their number and id, and the rest of `items_of`."""
    return _of(book, "stood_before", customers)


def alerted_before(book: Book, customers: pl.DataFrame) -> pl.DataFrame:
    """Return customer_no, customer_id and alert_message of those of some customers who had an alert."""
    return _of(book, "alerted_before", customers)


def _of(book: Book, table: str, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table of some customers, with their numbers; who has none need not be looked for."""
    asked = customers if count_rows(book, table) else customers.clear()
    return book.ask(f"SELECT customer_no, t.* FROM {table} t JOIN asked USING (customer_id) ORDER BY ALL", asked=asked.select("customer_no", "customer_id"))


def brought_elsewhere(book: Book, source: str) -> pl.DataFrame:
    """Return the flags that stand and that a source said, as far as migrations are recorded, stand, of customers who are not staged.

    The columns are customer_id, flag_type, comment and expires_on, in the order of customers and types.
    """
    told, tables = told_by_migrations(book)
    return book.ask(
        f"SELECT customer_id, flag_type, comment, expires_on FROM flags SEMI JOIN ({BROUGHT.format(told)}) USING (customer_id, flag_type) "
        "ANTI JOIN staged_customers USING (customer_id) ORDER BY ALL",
        source,
        **tables,
    )


def count_brought(book: Book, source: str) -> int:
    """Count the flags that stand and that a source said, as far as migrations are recorded, stand."""
    told, tables = told_by_migrations(book)
    return int(book.ask(f"SELECT count(*) AS n FROM flags SEMI JOIN ({BROUGHT.format(told)}) USING (customer_id, flag_type)", source, **tables).item())


# Of an edit: a line was taken off, from below, or from above a text of the book's own.
LESS = "starts_with(before ->> 'comment', (after ->> 'comment') || chr(10)) OR ends_with(before ->> 'comment', chr(10) || (after ->> 'comment'))"


def events_known(book: Book, customers: pl.Series, source: str) -> pl.DataFrame:
    """Return the events of items that migrations brought, in their order: customer_id, flag_type, at, kind, reason, line, by, is_own and is_dated.

    kind is flagged, unflagged or expired: what the source said; where a text of the book's own stays, to be flagged or not is an edit. line is the last
    one of the comment then. is_own: the source brought it, or it found nothing and left nothing, and so does not say whose it is. is_dated: it has another
    time than that of its batch.
    """
    told, tables = told_by_migrations(book)
    return book.ask(
        "SELECT customer_id, item AS flag_type, changed_at AS at, "
        f"CASE WHEN action <> 'edited' THEN action ELSE coalesce(after ->> 'told', CASE WHEN {LESS} THEN 'unflagged' ELSE 'flagged' END) END AS kind, reason, "
        "string_split(after ->> 'comment', chr(10))[-1] AS line, changed_by AS by, "
        "coalesce(after ->> 'source', before ->> 'source', $1) = $1 AS is_own, changed_at <> as_of AS is_dated "
        "FROM history SEMI JOIN asked USING (customer_id) JOIN (SELECT batch_id, as_of FROM batches) USING (batch_id) "
        f"WHERE entity = 'flags' AND {told} ORDER BY event_id",
        source,
        asked=customers.to_frame("customer_id"),
        **tables,
    )


def events_told(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return what the history says of the events that migrations brought: customer_id, flag_type, at, reason, changed_by, and after (the comment then)."""
    told, tables = told_by_migrations(book)
    return book.ask(
        "SELECT customer_id, item AS flag_type, changed_at AS at, reason, changed_by, after ->> 'comment' AS after "
        f"FROM history SEMI JOIN asked USING (customer_id) WHERE entity = 'flags' AND {told} ORDER BY event_id",
        asked=customers.unique().to_frame("customer_id"),
        **tables,
    )


def begin_staging(book: Book) -> None:
    """Make an empty staging table of customers, and of the ids of those who have none but an e-mail address or phone number of theirs."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS["customers"].items())
    book.run(f"CREATE OR REPLACE TEMP TABLE staged_customers (file_no BIGINT, {columns})")
    book.run("CREATE OR REPLACE TEMP TABLE named_customers (customer_id VARCHAR, by_phone BOOLEAN)")


def stage_customers(book: Book, customers: pl.DataFrame) -> None:
    """Add customers (see `CUSTOMERS` of the files' reader) to the staging table."""
    book.run("INSERT INTO staged_customers BY NAME SELECT * REPLACE (status::VARCHAR AS status) FROM incoming", incoming=customers)


def add_named(book: Book, named: pl.DataFrame) -> None:
    """Note customers who are new, and whose e-mail address or phone number is their id: customer_id, by_phone."""
    book.run("INSERT INTO named_customers BY NAME SELECT * FROM more", more=named)


def named_by_phone(book: Book) -> pl.Series:
    """Return the ids of new customers that are phone numbers, each once, as far as they are staged under them."""
    found = book.ask("SELECT DISTINCT customer_id FROM named_customers SEMI JOIN staged_customers USING (customer_id) WHERE by_phone ORDER BY ALL")
    return found["customer_id"]


def staged_by_email(book: Book) -> pl.DataFrame:
    """Return named (an id that is an e-mail address) and other (a staged customer with another id who has the address), each pair once."""
    return book.ask(
        "SELECT DISTINCT n.customer_id AS named, s.customer_id AS other FROM named_customers n "
        "JOIN staged_customers s ON s.email_key = n.customer_id AND s.customer_id <> n.customer_id WHERE NOT n.by_phone ORDER BY ALL"
    )


def staged_by_phone(book: Book, tails: pl.Series) -> pl.DataFrame:
    """Return other (a staged customer) and phone of those whose number may be one that ends so (`phone_tail`, see `phone_tails`)."""
    query = f"SELECT DISTINCT customer_id AS other, phone FROM staged_customers WHERE phone IS NOT NULL AND ({KEY_MATCHES['phone_tail']})"
    return book.ask(query, keys=tails.to_frame("phone_tail"))


def names_of_staged(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return customer_id, first_name and last_name of the rows of some staged customers."""
    asked = customers.to_frame("customer_id")
    return book.ask("SELECT customer_id, first_name, last_name FROM staged_customers SEMI JOIN asked USING (customer_id)", asked=asked)


def rows_of_staged(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return file_no and source_row of the rows of some staged customers."""
    return book.ask("SELECT file_no, source_row FROM staged_customers SEMI JOIN asked USING (customer_id)", asked=customers.to_frame("customer_id"))


def join_staged(book: Book, pairs: pl.DataFrame) -> None:
    """Give the rows of staged customers (named) the id of another (other)."""
    book.run("UPDATE staged_customers SET customer_id = pairs.other FROM pairs WHERE staged_customers.customer_id = pairs.named", pairs=pairs)


def take_repeated(book: Book) -> pl.DataFrame:
    """Take the rows of customers who stand on several out of the staging table, and return them in the order of files and rows."""
    repeated = "customer_id IN (SELECT customer_id FROM staged_customers GROUP BY customer_id HAVING count(*) > 1)"
    rows = book.ask(f"SELECT * FROM staged_customers WHERE {repeated} ORDER BY file_no, source_row")
    if len(rows):
        book.run("DELETE FROM staged_customers WHERE customer_id IN (SELECT customer_id FROM rows)", rows=rows.select("customer_id").unique())
    return rows


def staged_rows(book: Book) -> pl.DataFrame:
    """Return the staged customers in the order of files and rows."""
    return book.ask("SELECT * FROM staged_customers ORDER BY file_no, source_row")


def keep_known(book: Book) -> None:
    """Let staged customers, each once, say what the book has where they say nothing: what is blank says nothing of one who is known."""
    if count_rows(book, "customers"):
        plain = [name for name in (*CONTENT["customers"], "email_key") if name not in ("status", "alert_message")]
        said = ", ".join(f"coalesce(i.{name}, c.{name}) AS {name}" for name in plain)
        book.run(
            f"CREATE OR REPLACE TEMP TABLE staged_customers AS SELECT i.* REPLACE ({said}, NULL::VARCHAR AS alert_message) "
            "FROM staged_customers i LEFT JOIN customers c USING (customer_id)"
        )


def count_unseen(book: Book) -> int:
    """Count the flags of staged customers who are deleted, whom no upload can name (rule 2.4)."""
    gone = "SELECT customer_id FROM customers SEMI JOIN staged_customers USING (customer_id) WHERE status = 'deleted'"
    found = book.ask(f"SELECT count(*) AS n FROM flags SEMI JOIN ({gone}) USING (customer_id)")
    return int(found.item())


def customer_names(book: Book) -> pl.DataFrame:
    """Return customer_id, first_name and last_name of all customers who are not deleted."""
    return book.ask("SELECT customer_id, first_name, last_name FROM customers WHERE status <> 'deleted' ORDER BY customer_id")


def lone_customers(book: Book) -> pl.DataFrame:
    """Return customer_id, names and phone of all customers who have a number and no e-mail address; deleted ones left out."""
    return book.ask(
        "SELECT customer_id, first_name, last_name, phone FROM customers "
        "WHERE status <> 'deleted' AND email_key IS NULL AND phone IS NOT NULL ORDER BY customer_id"
    )


def emails_known(book: Book) -> pl.Series:
    """Return the e-mail addresses of all customers, in normal form."""
    return book.ask("SELECT DISTINCT email_key FROM customers WHERE email_key IS NOT NULL")["email_key"]


def begin_due(book: Book) -> None:
    """Make `due` empty: the flags that a source says stand, and what became of them (imported, changed, unchanged)."""
    book.run("CREATE OR REPLACE TEMP TABLE due (customer_id VARCHAR, key VARCHAR, flag_type VARCHAR, became VARCHAR, comment VARCHAR)")


def add_due(book: Book, due: pl.DataFrame) -> None:
    """Add flags to `due`; of those that are as before, the comment is not compared."""
    book.run("INSERT INTO due BY NAME SELECT * FROM more", more=due)


def count_due(book: Book, keys: pl.DataFrame, *, any_others: bool) -> pl.DataFrame:
    """Compare `due` with the flags of the staged customers, counted anew; `keys`: flag_type as the book writes it, and its key.

    `any_others`: the book may have flags of others. Returns flag_type and became of what is due, stands (the type of the flag in the book),
    is_lost (it was brought, and does not stand as it should), and n; a type is null where a side has no such flag.
    """
    theirs = "SEMI JOIN staged_customers USING (customer_id)" if any_others else ""
    return book.ask(
        "WITH standing AS (SELECT customer_id, key, flag_type AS stands, comment AS now "
        f"FROM flags {theirs} JOIN keys USING (flag_type)) "
        "SELECT flag_type, became, stands, became <> 'unchanged' AND NOT coalesce(contains(now, comment), false) AS is_lost, count(*) AS n "
        "FROM due FULL JOIN standing USING (customer_id, key) GROUP BY ALL ORDER BY ALL",
        keys=keys,
    )


def flags_of(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return the flags that stand of some customers: customer_id, flag_type, comment, expires_on."""
    return book.ask(
        "SELECT customer_id, flag_type, comment, expires_on FROM flags SEMI JOIN asked USING (customer_id) ORDER BY customer_id, flag_type",
        asked=customers.to_frame("customer_id"),
    )


def customers_of(book: Book, customers: pl.Series) -> pl.DataFrame:
    """Return customer_id, names, e-mail address, phone number and status of those of some customers that the book has."""
    return book.ask(
        "SELECT customer_id, first_name, last_name, company, email, phone, status FROM customers SEMI JOIN asked USING (customer_id) ORDER BY customer_id",
        asked=customers.to_frame("customer_id"),
    )
