"""Draws lines on two logarithmic axes as an SVG of its own: seconds by bookings. Legible on light and on dark ground, each line named beside its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 650, 60, 420
APART = 17  # pixels between names, at least
ROOM = 100  # left of this a name above its point would leave the chart
COLOURS = (("#0b6bcb", "#4aa3ff"), ("#0e8a72", "#2fc7a8"), ("#6b7280", "#9aa4b2"), ("#b45309", "#f0a040"), ("#a02c8f", "#e07fd2"))  # on light, on dark
STYLE = """text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}.ground{fill:#ffffff}
.grid{stroke:#d8dee4}.line{fill:none;stroke-width:2.5}.halo{stroke:#ffffff;stroke-width:4}"""
DARK = ".halo{stroke:#0d1117}text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}"


@dataclass(frozen=True)
class Line:
    """A line with its name: bookings and seconds, by bookings."""

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Scale:
    """Where powers of ten lie: from `low` to `high` on `start` to `end`, in pixels."""

    low: int
    high: int
    start: int
    end: int

    def at(self, value: float) -> float:
        return self.start + (log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def scale(values: Sequence[float], start: int, end: int) -> Scale:
    """Return a scale of whole powers of ten that holds all values."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return Scale(low, max(high, low + 1), start, end)


def draw(lines: Sequence[Line], title: str = "Loading bookings: seconds of the whole process, by the size of the file") -> str:
    """Return the chart of lines, none of them empty, as SVG."""
    across = scale([rows for line in lines for rows, _ in line.points], LEFT, RIGHT)
    up = scale([seconds for line in lines for _, seconds in line.points], BOTTOM, TOP)
    parts = [*_frame(title), *_across(across), *_up(up), *_lines(lines, across, up), *_names(lines, across, up)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
            f"<style>{STYLE}{_colours(0)}@media (prefers-color-scheme:dark){{{DARK}{_colours(1)}}}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def _colours(ground: int) -> str:
    both = ((number, pair[ground]) for number, pair in enumerate(COLOURS))
    return "".join(f".line.c{number}{{stroke:{colour}}}circle.c{number},text.c{number}{{fill:{colour}}}" for number, colour in both)


def _text(x: float, y: float, said: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(said)}</text>'


def _frame(title: str) -> Iterator[str]:
    yield f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield _text(LEFT, 32, title, 'class="title"')
    yield _text((LEFT + RIGHT) / 2, HEIGHT - 16, "bookings in the file", 'text-anchor="middle"')
    yield _text(20, (TOP + BOTTOM) / 2, "seconds", f'text-anchor="middle" transform="rotate(-90 20 {(TOP + BOTTOM) / 2})"')


def _across(axis: Scale) -> Iterator[str]:
    for power in range(axis.low, axis.high + 1):
        x = axis.at(10**power)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{BOTTOM}"/>'
        yield _text(x, BOTTOM + 20, f"{10**power:,}", 'text-anchor="middle"')


def _up(axis: Scale) -> Iterator[str]:
    for power in range(axis.low, axis.high + 1):
        y = axis.at(10.0**power)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>'
        yield _text(LEFT - 8, y + 4, f"{10.0**power:,g}", 'text-anchor="end"')


def _lines(lines: Sequence[Line], across: Scale, up: Scale) -> Iterator[str]:
    for number, line in enumerate(lines):
        places = [(across.at(rows), up.at(seconds)) for rows, seconds in line.points]
        colour = f"c{number % len(COLOURS)}"
        yield f'<polyline class="line {colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
        yield from (f'<circle class="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places)


def _names(lines: Sequence[Line], across: Scale, up: Scale) -> Iterator[str]:
    """Name each line with its last seconds: right of it where lines end, pushed apart there; above its last point where others go on."""
    ends = sorted((up.at(line.points[-1][1]), across.at(line.points[-1][0]), number) for number, line in enumerate(lines))
    taken: list[tuple[float, float]] = []
    for y, x, number in ends:
        free = y
        for other_x, other_y in taken:
            if abs(other_x - x) < 1 and free - other_y < APART:
                free = other_y + APART
        taken.append((x, free))
        is_last = x < LEFT + ROOM or x == max(place for _, place, _ in ends)
        said = f"{lines[number].name}, {lines[number].points[-1][1]:,.1f} s"
        left, below, anchor = (x + 10, free + 4, "start") if is_last else (x, free - 12, "middle")
        yield from (_text(left, below, said, f'class="{look}" text-anchor="{anchor}"') for look in ("halo", f"c{number % len(COLOURS)}"))
