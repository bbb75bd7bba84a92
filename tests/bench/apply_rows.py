"""What `apply` took, as rows of the table."""

from tests.bench.applying import FORMS, Figures, is_whole
from tests.bench.growing import Growth
from tests.bench.measuring import Runs
from tests.bench.table import figures_row, text_row, times

NOISE = 0.05  # seconds
WRITTEN = ("batch_rows", "history", "flags", "flags_gone", "customers", "bookings")
NOTES = """*Apply*: the whole book has {customers:,} customers, {bookings:,} bookings and {flags:,} flags, the smaller ones a
tenth and a hundredth of each. *Less start-up*: less the median of a run with 1 instruction on a book of 1 customer. *Floor*: the upload read as
bare text, the store opened, one semi join for the bookings, one bare transaction with the rows that the job writes, known beforehand, the store
closed, the results written; the start of its process does not count. The job of {instructions:,} instructions writes {written}."""


def apply_notes(figures: Figures) -> str:
    sizes = figures.sizes
    written = ", ".join(f"{figures.written[name]:,} {name.replace('_', ' ')}" for name in WRITTEN)
    return NOTES.format(customers=sizes.customers, bookings=sizes.bookings, flags=sizes.stored_flags, instructions=sizes.instructions, written=written)


def apply_rows(figures: Figures, growth: Growth) -> list[str]:
    """Return the rows: calls without much work, how `apply` grows, then both forms of file beside the floor and the colleague's script."""
    rows = [figures_row(what, _bookings(what, figures), runs) for what, runs in figures.calls.items()]
    rows += growth_rows(figures, growth)
    for form in FORMS:
        rows += form_rows(figures, form)
    return rows


def _bookings(what: str, figures: Figures) -> int | None:
    return figures.sizes.bookings if "whole book" in what else None


def growth_rows(figures: Figures, growth: Growth) -> list[str]:
    """Return how `apply` grows, start-up taken off before the ratios."""
    assert figures.start is not None
    start, rows = figures.start.wall, []
    smallest = min(growth.by_bookings)
    least = growth.by_bookings[smallest].wall - start
    for bookings, runs in sorted(growth.by_bookings.items()):
        more = "" if bookings == smallest else ratio(runs.wall - start, least, f"that on {smallest:,} bookings")
        rows.append(figures_row(f"`apply` of {growth.few:,} instructions, csv", bookings, runs, f"less start-up {runs.wall - start:.2f}{more}"))
    base = growth.by_instructions[growth.few].wall - start
    for count, runs in sorted(growth.by_instructions.items()):
        if count != growth.few:
            beside = f"less start-up {runs.wall - start:.2f}{ratio(runs.wall - start, base, f'that of {growth.few:,}')}"
            rows.append(figures_row(f"`apply` of {count:,} instructions, csv", figures.sizes.bookings, runs, beside))
    return rows


def ratio(own: float, base: float, whose: str) -> str:
    """Return how many times the base something is; what drowns in the noise of start-up gives no ratio."""
    return f", {times(own / base)} {whose}" if min(own, base) >= NOISE else ""


def form_rows(figures: Figures, form: str) -> list[str]:
    floor, job, start, bookings = figures.floors[form], figures.jobs[form], figures.start, figures.sizes.bookings
    assert start is not None
    least = floor_seconds(floor)
    own, cpu = job.wall - start.wall, job.cpu - start.cpu
    shares = ", ".join(f"{name} {taken:.2f}" for name, taken in floor.stages.items() if is_whole(name))
    peer = figures.colleagues.get(form)
    many = f"{figures.sizes.instructions:,} instructions, {form}"
    rows = [
        text_row(f"floor, {many}", bookings, (f"{least:.2f}", f"{floor.cpu:.2f}", f"{floor.peak:,.0f}", ""), shares),
        figures_row(f"`apply`, {many}", bookings, job, f"{job.wall / peer.wall:.2f} of the colleague's" if peer else ""),
        text_row("... less start-up", bookings, (f"{own:.2f}", f"{cpu:.2f}", "", ""), f"{times(own / least)} the floor, {times(cpu / floor.cpu)} its CPU"),
    ]
    rows += [text_row(f"... {name}", bookings, (f"{taken:.2f}", "", "", ""), f"{taken / job.wall:.0%}") for name, taken in job.stages.items()]
    if peer:
        shares = ", ".join(f"{name} {taken:.1f}" for name, taken in peer.stages.items())
        rows.append(figures_row(f"colleague's script, {form}", bookings, peer, f"{times(peer.wall / job.wall)} `apply`; {shares}"))
    return rows


def floor_seconds(floor: Runs) -> float:
    """Return the floor: the sum of its stages, without the start of its process."""
    return sum(taken for name, taken in floor.stages.items() if is_whole(name))
