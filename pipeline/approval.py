"""Four eyes: large batches that a second person has to approve, where the settings say so."""

import unicodedata
from collections.abc import Iterable

from pipeline.settings import Settings


def lacks_approval(settings: Settings, applied: int, doing: Iterable[str], approved_by: str | None) -> str | None:
    """Say what a batch lacks that applies so many rows, or None.

    An approver is none of those who do it (`doing`: who submits it, and whom its rows name), and is listed if anybody is.
    """
    limit = settings.batches.approval_over
    if not settings.approval or applied <= limit:
        return None
    batch = f"a batch that applies {applied:,} rows, more than {limit:,}, needs approval (approval = true in the settings)"
    if approved_by is None or not _key(approved_by):
        return f"{batch}, and --approved-by names nobody."
    if _key(approved_by) in map(_key, doing):
        return f"{batch} by somebody else than who submits it or is named in its rows."
    if settings.staff and not any(_key(approved_by) == _key(person.name) for person in settings.staff):
        return f"{batch} by somebody whom the settings list as staff."
    return None


def _key(name: str) -> str:
    """Return a name as it is compared: whatever its case, blanks around it, and marks that nobody sees."""
    plain = unicodedata.normalize("NFKC", name)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip().casefold()
