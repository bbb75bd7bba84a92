"""The page: one HTML file with everything in it, for looking; nothing is loaded from anywhere."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline import __version__
from pipeline.outputs.charts import Said, draw_coming, draw_flags, draw_outcomes
from pipeline.outputs.pagecells import Look, Row, counted, number, rows_of
from pipeline.outputs.pageweek import week_of
from pipeline.outputs.reports import MARK, TINTS
from schemas.page import BATCH_COLUMNS, BATCHES, COMING_DAYS, TABLES, Limits, PageData
from schemas.reports import Form, ReportKind, Shown

PAGE_BYTES = 5_000_000
CHARTED = 8  # types of flags in the chart and its table, most severe first
WARNING = "⚠"
# Count → its words, what more is said of it, where it leads, and the glyph that it has where it is not 0.
FIGURES: Final = (
    ("flagged_customers", "Customers flagged", "with any flag", "workstack", ""),
    ("flagged_bookings", "Coming bookings flagged", "of {coming_bookings:,} coming", "week", ""),
    ("held_bookings", "Held bookings", "must not progress", "held-bookings", MARK),
    ("breaches", "Breaches", "booked while blocked", "breaches", WARNING),
    ("kept_alerts", "Kept alerts", "bookings with a text of their own", "kept-alerts", ""),
    ("expiring_flags", "Flags that end soon", "within {ends_within} days", "expiring-and-stale", ""),
    ("stale_flags", "Stale flags", "older than {stale_after} days, no booking since", "expiring-and-stale", ""),
    ("rejected_rows", "Rejected rows", f"in the last {BATCHES} batches", "charts", WARNING),
)


@dataclass(frozen=True)
class Figure:
    """One number at a glance."""

    word: str
    number: str
    more: str
    anchor: str
    glyph: str


@dataclass(frozen=True)
class Block:
    """A table, and what is said of it."""

    name: str
    title: str
    about: str
    columns: Sequence[Shown]
    rows: Sequence[Row]
    total: str = ""
    note: str = ""
    svg: Markup | None = None


def write_page(path: Path, data: PageData, look: Look, limits: Limits) -> None:
    """Write the page; where it would be larger than a page may be, with half of everything, and so on."""
    charts = _charts(data, look)
    text = _render(data, look, limits, charts)
    while len(text) > PAGE_BYTES and limits != limits.halved():
        limits = limits.halved()
        text = _render(data, look, limits, charts)
    path.write_bytes(text)


def _render(data: PageData, look: Look, limits: Limits, charts: Sequence[Block]) -> bytes:
    look = replace(look, text=limits.text)
    style, script = style_of_page(), _inline("page.js.j2")
    made = f"{look.local(data.as_of):%A %Y-%m-%d %H:%M}"
    page = _templates().get_template("page.html.j2")
    text = page.render(
        {"style": style, "script": script, "policy": _policy(style, script), "version": __version__, "as_of": made, "zone": look.timezone},
        contents=[("counts", "At a glance"), ("charts", "Charts"), ("week", "Week"), *((kind.name, kind.title) for kind in TABLES)],
        figures=[_figure(figure, data, look) for figure in FIGURES],
        types=[{**record, "tint": look.tint(record["flag_type"])} for record in data.types.to_dicts()],
        charts=charts,
        week=week_of(data, look, limits),
        tables=[_table(kind, data, look, limits) for kind in TABLES],
    )
    return text.encode()


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("pipeline.outputs"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _inline(name: str, **values: Any) -> Markup:
    return Markup(_templates().get_template(name).render(values))  # noqa: S704  # style and script are ours, and hold nothing of the book


def style_of_page() -> Markup:
    """Return the style, with the colours of flags."""
    return _inline("page.css.j2", tints=TINTS)


def _policy(style: str, script: str) -> str:
    """Return what a browser may do with the page: show this very style and run this very script, and nothing else."""
    one, other = (b64encode(sha256(text.encode()).digest()).decode() for text in (style, script))
    return f"default-src 'none'; style-src 'sha256-{one}'; script-src 'sha256-{other}'; base-uri 'none'; form-action 'none'"


def _figure(figure: tuple[str, str, str, str, str], data: PageData, look: Look) -> Figure:
    name, word, more, anchor, glyph = figure
    known = {**data.counts, "ends_within": look.ends_within, "stale_after": look.stale_after}
    return Figure(word, number(data.counts[name]), more.format(**known), anchor, glyph if data.counts[name] else "")


def _table(kind: ReportKind, data: PageData, look: Look, limits: Limits) -> Block:
    found = data.tables[kind.name]
    frame = found.frame.head(limits.rows)
    note = f"First {len(frame):,} of {found.total:,}; the rest is in the workbook." if len(frame) < found.total else ""
    return Block(kind.name, kind.title, kind.about, kind.columns, rows_of(frame, kind.columns, look, kind.flags), number(found.total), note)


def _charts(data: PageData, look: Look) -> list[Block]:
    return [_flags_chart(data, look), _coming_chart(data, look), _outcomes_chart(data, look)]


def _flags_chart(data: PageData, look: Look) -> Block:
    types = data.types["flag_type"].to_list()[:CHARTED]
    ends = "week" if data.trend["day"].n_unique() > 1 and _gap(data.trend) > 1 else "day"
    said = Said("flags-over-time", "Flags by type over time", f"Active flags at the end of each {ends}, out of the history; each type on a scale of its own.")
    # By their places: a type may be called anything, "day" too.
    places = {name: f"type {place}" for place, name in enumerate(types)}
    known = data.trend.filter(pl.col("flag_type").is_in(types)).with_columns(pl.col("flag_type").replace(places))
    wide = known.pivot("flag_type", index="day", values="flags").sort("day", descending=True)
    columns = (Shown("day", f"End of {ends}", Form.DAY), *(Shown(place, name, Form.COUNT) for name, place in places.items()))
    left_out = len(data.types) - len(types)
    note = f"The {CHARTED} most severe types; {counted(left_out, 'type')} more in the book." if left_out else ""
    return Block(said.name, said.title, said.about, columns, rows_of(wide, columns, look), note=note, svg=draw_flags(data.trend, types, said))


def _gap(trend: pl.DataFrame) -> int:
    days = trend["day"].unique().sort()
    return int((days[1] - days[0]).days)


def _coming_chart(data: PageData, look: Look) -> Block:
    said = Said("alerts-to-come", "Alerts on coming bookings", f"Bookings of the coming {COMING_DAYS} days by day; the numbers above are those with an alert.")
    columns = (
        Shown("day", "Day", Form.DAY),
        Shown("bookings", "Bookings", Form.COUNT),
        Shown("with_alert", "With an alert", Form.COUNT),
    )
    return Block(said.name, said.title, said.about, columns, rows_of(data.coming, columns, look), svg=draw_coming(data.coming, said))


def _outcomes_chart(data: PageData, look: Look) -> Block:
    said = Said("recent-batches", "Outcomes of recent batches", f"What became of the rows of the last {BATCHES} batches, newest first.")
    return Block(said.name, said.title, said.about, BATCH_COLUMNS, rows_of(data.batches, BATCH_COLUMNS, look), svg=draw_outcomes(data.batches, said))
