"""Measures how `apply` grows: more and more instructions on one book, and the same few on larger and larger books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.bench import stores
from tests.bench.inputs import Inputs, make_exports
from tests.bench.measuring import Runs, Took, measure, repeat, tell
from tests.bench.uploads import make_upload, make_uploads

LONG = 30.0  # seconds from which one run is enough


@dataclass(frozen=True)
class Growth:
    """What `apply` of a CSV takes: by instructions on the largest book, and of `few` instructions by bookings."""

    few: int
    by_instructions: dict[int, Runs] = field(default_factory=dict)
    by_bookings: dict[int, Runs] = field(default_factory=dict)


def measure_growth(series: list[Inputs], instructions: list[int], times: int, known: Mapping[int, Runs]) -> Growth:
    """Measure; `series` and `instructions` come smallest first, the last of `series` is the book for all of the instructions.

    `known` are counts of instructions that were measured on it already.
    """
    growth, largest = Growth(instructions[0]), series[-1]
    for inputs in series:
        tell(f"Apply: a book of {inputs.sizes.customers:,} customers, {inputs.sizes.bookings:,} bookings (built once and kept until `make clean`)")
        prepare(inputs)
        growth.by_bookings[inputs.sizes.bookings] = repeat(times, partial(_apply, inputs, growth.few), f"apply of {growth.few:,}", LONG)
    growth.by_instructions[growth.few] = growth.by_bookings[largest.sizes.bookings]
    growth.by_instructions.update(known)
    for count in sorted({*instructions} - {*growth.by_instructions}):
        growth.by_instructions[count] = repeat(times, partial(_apply, largest, count), f"apply of {count:,}", LONG)
    return growth


def prepare(inputs: Inputs) -> None:
    """Make the files and the book of one size unless they are there."""
    make_exports(inputs)
    make_uploads(inputs)
    stores.build(inputs)


def _apply(inputs: Inputs, count: int) -> Took:
    upload = make_upload(inputs, count)
    stores.restore(inputs)
    return measure(stores.apply_command(inputs, upload), inputs.folder)
