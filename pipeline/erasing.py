"""The job `erase`: a customer's personal data out of the book for good, and out of the store's file; what later files bring of them is left alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from pipeline.errors import Refused, TryAgain
from pipeline.intake.cells import id_keys, key_forms, phone_keys
from pipeline.matching import find_by_keys
from pipeline.report import tell_head
from pipeline.run import Where
from pipeline.settings import Settings
from pipeline.store.book import Book, rewrite_store, write_settings
from pipeline.store.dryruns import open_to_write
from pipeline.store.erasing import Erasing, erase_customer, find_mentions, is_erased, is_known, next_pseudonym, personal_keys
from pipeline.store.reading import next_numbers
from pipeline.store.suppression import any_suppressed, known_again, suppress
from pipeline.store.writing import NO_FILES, BatchRecord, finish_batch, write_record
from pipeline.wording import count_of

__all__ = ["Erase", "EraseReport", "Where", "erase"]

SHORTEST = 4  # characters of an id that is looked for in texts: a shorter one stands in too many words
BEYOND = "What lies outside the store is yours to clear: result files, the inbox, archive and rejected folders, exports and reports, backups (docs/erasing.md)."


@dataclass(frozen=True)
class Erase:
    """One call of `erase`: whom (by id, e-mail or phone), by whom, when and why."""

    customer: str
    by: str
    as_of: datetime
    reason: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class EraseReport:
    """What an erasure took out: `counts` by what it is; `mentions` are columns in which words of others still name the customer, with their rows.

    Without a pseudonym, the customer was erased before, and nothing is to be done; by which batch, and what bears which pseudonym, is not told again.
    """

    batch: int | None
    pseudonym: str | None
    counts: Mapping[str, int]
    mentions: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    head: str | None = None
    exit_code: int = 0

    @property
    def is_done_before(self) -> bool:
        """Tell whether there was nothing left to erase."""
        return self.pseudonym is None

    def to_json(self) -> dict[str, Any]:
        """Return the report as one object; it does not say who was erased."""
        status = "already-erased" if self.is_done_before else "dry-run" if self.batch is None else "applied"
        said = {"batch": self.batch, "status": status, "pseudonym": self.pseudonym, "erased": dict(self.counts), "mentions": dict(self.mentions)}
        return {**said, "remarks": list(self.remarks), "head": self.head}

    def to_text(self) -> str:
        """Return what went, and what is left to do."""
        if self.is_done_before:
            return "\n".join(["The customer was erased already; nothing was written.", "", BEYOND, *(f"Note: {remark}" for remark in self.remarks)])
        head = f"Batch {self.batch}: the customer is erased" if self.batch else "Dry run: nothing was written to the book. The customer would be erased"
        lines = [f"{head}; what stays bears the pseudonym {self.pseudonym}.", "", *(f"  {count:>9,}  {what}" for what, count in self.counts.items())]
        lines += ["", "Words of others still name the customer; look at them, and change what has to go:"] if self.mentions else []
        lines += [f"  {place}: {count_of(count, 'row')}" for place, count in self.mentions.items()]
        return "\n".join([*lines, "", BEYOND, *(f"Note: {remark}" for remark in self.remarks), *tell_head(self.head)])


def erase(where: Where, call: Erase) -> EraseReport:
    """Take a customer's data out of the book, as a batch that can't be undone, and write the store anew; or say what that would take out."""
    started = datetime.now(UTC)
    with open_to_write(where.store, dry_run=call.dry_run) as book, book.transaction(keep=not call.dry_run):
        customer_id = _find_person(book, call.customer, where.settings)
        if customer_id is None:
            return EraseReport(None, None, {}, {}, where.settings.remarks)
        batch_id, _ = next_numbers(book)
        said = personal_keys(book, customer_id)
        suppress(book, batch_id, _keys(customer_id, said, where.settings))
        erasing = Erasing(batch_id, customer_id, next_pseudonym(book), call.by, call.as_of, call.reason)
        counts = erase_customer(book, erasing)
        record = BatchRecord("erase", call.by, call.reason, call.as_of, started, "applied", {"rows_read": 1, "applied": 1}, NO_FILES)
        write_settings(book, where.settings)
        write_record(book, batch_id, record)
        mentions = find_mentions(book, _words(customer_id, said))
        head = None if call.dry_run else finish_batch(book, batch_id, where.settings)
    report = EraseReport(None if call.dry_run else batch_id, erasing.pseudonym, counts, mentions, where.settings.remarks, head)
    if not call.dry_run:
        _rewrite(where, batch_id)
    return report


def _rewrite(where: Where, batch_id: int) -> None:
    try:
        rewrite_store(where.store)
    except (TryAgain, Refused) as error:
        fix = "The next command that writes to the store does it first; until then keep the file where nobody reads it."
        raise TryAgain(f"Batch {batch_id} erased the customer, but the old bytes are still in the store's file: {error.reason}", f"{error.fix} {fix}") from None


def _find_person(book: Book, text: str, settings: Settings) -> str | None:
    """Return the id of the customer who is named by id, e-mail or phone, deleted ones too; one who has gone from the book is found by id alone.

    None for one who was erased before, as by a run that was killed once that was done.
    """
    keys = key_forms(text, settings.business.phone_region)
    asked = keys["id_key"][0]
    if asked is None:
        raise Refused("The customer's name is blank.", "Give an id, an e-mail or a phone number.")
    if is_erased(book, asked):
        raise Refused(f"{asked} was erased already.", "There is nothing left to take out.")
    if is_known(book, asked):
        return str(asked)
    places = {"email_key": "email_key", "phone_key": "phone_key"}
    meant = pl.any_horizontal(pl.col(place) == form for key, place in places.items() if (form := keys[key][0]) is not None)
    found = find_by_keys(book, keys, settings.business.phone_region).filter(meant)["customer_id"].sort().to_list()
    if len(found) == 1:
        return str(found[0])
    if found:
        raise Refused(f"{len(found)} customers have it: {', '.join(found[:20])}.", "Name one of them by id; erase each who is meant.")
    if any_suppressed(book) and len(known_again(book, keys.select(pl.lit(0).alias("who"), "id_key", "email_key", "phone_key"))):
        return None
    raise Refused("No customer has this id, e-mail or phone number.", "Check it against the customer export; who is not in the book any more is found by id.")


def _keys(customer_id: str, said: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the keys (kind, key) by which a customer is known again, in normal form."""
    phones = phone_keys(said.filter(pl.col("kind") == "phone")["value"], settings.business.phone_region).drop_nulls()
    pairs = [("id", id_keys(pl.Series([customer_id])).item() or customer_id), ("id", customer_id), *(("phone", phone) for phone in phones)]
    pairs += [("email", value) for value in said.filter(pl.col("kind") == "email")["value"]]
    return pl.DataFrame(pairs, schema={"kind": pl.String, "key": pl.String}, orient="row")


def _words(customer_id: str, said: pl.DataFrame) -> list[str]:
    """Return what of a customer is looked for in texts: the id, addresses, numbers and the whole name."""
    return [value for value in (customer_id, *said["value"]) if len(value) >= SHORTEST]
