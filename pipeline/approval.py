"""Four eyes: large batches that a second person has to approve, where the settings say so."""

from pipeline.settings import Settings


def lacks_approval(settings: Settings, applied: int, by: str, approved_by: str | None) -> str | None:
    """Say what a batch lacks that applies so many rows, or None. An approver is another person than who submits it, and listed if anybody is."""
    limit = settings.batches.approval_over
    if not settings.approval or applied <= limit:
        return None
    batch = f"a batch that applies {applied:,} rows, more than {limit:,}, needs approval (approval = true in the settings)"
    if approved_by is None:
        return f"{batch}, and --approved-by names nobody."
    if _same(approved_by, by):
        return f"{batch} by somebody else than who submits it."
    if settings.staff and not any(_same(approved_by, person.name) for person in settings.staff):
        return f"{batch} by somebody whom the settings list as staff."
    return None


def _same(left: str, right: str) -> bool:
    return left.strip().casefold() == right.strip().casefold()
