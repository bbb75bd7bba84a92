"""The page's charts as SVG: text stays text, colours are the page's own, each with a title and a description for those who do not see it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import polars as pl
import vl_convert
from markupsafe import Markup

from pipeline.report import OUTCOMES

# Colours are names of the page's style, which knows light, dark and print.
INK, MUTED, LINE = "var(--ink)", "var(--muted)", "var(--line)"
RED, BLUE, PALE = "var(--chart-red)", "var(--chart-blue)", "var(--chart-pale)"
OUTCOME_COLOURS: Final = {
    "applied": BLUE,
    "unchanged": PALE,
    "rejected": RED,
    "ignored": "var(--chart-grey)",
    "unprocessed": "var(--chart-yellow)",
}
WIDTH, ROW = 270, 34
DAY = "utcFormat(toDate(datum.value), '%-d %b')"
ROOT = re.compile(r"^<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>")

# What the drawer says of its parts to those who don't see them; the title, the description and the table beside say it better.
ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


@dataclass(frozen=True)
class Said:
    """What is said of a chart: the name of its elements, its title, and what it shows in a sentence."""

    name: str
    title: str
    about: str


def draw_flags(trend: pl.DataFrame, types: Sequence[str], said: Said) -> Markup:
    """Draw flags by type over time, a small chart a type; `trend`: day, flag_type, flags."""
    days = trend["day"].unique().sort().to_list()
    rows = _rows(trend.filter(pl.col("flag_type").is_in(list(types))))
    x = alt.X(
        "day:O",
        axis=_axis(labelExpr=DAY, labelAngle=0, values=[str(day) for day in days[:: -max(len(days) // 4, 1)]]),
        scale=alt.Scale(type="point", padding=0.2),
    )
    y = alt.Y("flags:Q", axis=_axis(tickCount=2, format="~s", grid=True), scale=alt.Scale(nice=True, domainMin=0))
    base = alt.Chart().encode(x=x, y=y)
    area = base.mark_area(interpolate="step-after", color=BLUE, opacity=0.25)
    line = base.mark_line(interpolate="step-after", color=BLUE, strokeWidth=1.6)
    last = base.transform_filter(f"datum.day == '{days[-1]}'").mark_text(align="left", dx=4, color=INK, fontWeight="bold")
    small = alt.layer(area, line, last.encode(text=alt.Text("flags:Q", format=","))).properties(width=WIDTH - 60, height=ROW)
    header = alt.Header(title=None, labelAngle=0, labelAlign="left", labelColor=INK, labelLimit=90, labelFontSize=12)
    chart = small.facet(data=alt.InlineData(values=rows), row=alt.Row("flag_type:N", sort=list(types), header=header)).resolve_scale(y="independent")
    return _svg(chart.properties(spacing=10), said)


def draw_coming(coming: pl.DataFrame, said: Said) -> Markup:
    """Draw coming bookings by day, those with an alert below; `coming`: day, bookings, with_alert."""
    plain, alert = "without an alert", "with an alert"
    split = coming.select("day", pl.col("with_alert").alias(alert), (pl.col("bookings") - pl.col("with_alert")).alias(plain), "with_alert", "bookings")
    parts = split.unpivot([alert, plain], index=["day", "with_alert", "bookings"], variable_name="part", value_name="n").with_columns(
        place=(pl.col("part") == plain).cast(pl.Int8)
    )
    x = alt.X("day:O", axis=_axis(labelExpr="utcFormat(toDate(datum.value), '%-d')", labelAngle=0))
    base = alt.Chart(alt.InlineData(values=_rows(parts)))
    bars = base.mark_bar(stroke=MUTED, strokeWidth=0.6).encode(
        x=x,
        y=alt.Y("n:Q", axis=_axis(tickCount=4, format="~s", grid=True), stack="zero"),
        order=alt.Order("place:Q"),
        color=alt.Color("part:N", scale=alt.Scale(domain=[alert, plain], range=[RED, PALE]), legend=_legend()),
    )
    count = base.transform_filter(f"datum.part == '{alert}' && datum.with_alert > 0").mark_text(dy=-6, color="var(--red)", fontWeight="bold")
    return _svg(
        alt.layer(bars, count.encode(x=x, y=alt.Y("bookings:Q"), text=alt.Text("with_alert:Q", format="~s"))).properties(width=WIDTH + 40, height=200), said
    )


def draw_outcomes(batches: pl.DataFrame, said: Said) -> Markup:
    """Draw what became of the rows of recent batches, as shares; `batches` as in the book."""
    named = batches.with_columns(
        batch=pl.format("{} {}", "batch_id", "kind"),
        told=pl.when(pl.col("rejected") > 0).then(pl.format("⚠ {} rejected", "rejected")).otherwise(pl.lit("")),
    )
    parts = named.unpivot(list(OUTCOMES), index=["batch", "rows_read", "told"], variable_name="outcome", value_name="n").with_columns(
        place=pl.col("outcome").replace_strict({name: place for place, name in enumerate(OUTCOMES)}, return_dtype=pl.Int8)
    )
    y = alt.Y("batch:N", sort=named["batch"].to_list(), axis=_axis(labelLimit=90))
    base = alt.Chart(alt.InlineData(values=_rows(parts)))
    colours = alt.Scale(domain=list(OUTCOMES), range=[OUTCOME_COLOURS[name] for name in OUTCOMES])
    bars = base.mark_bar(stroke=MUTED, strokeWidth=0.6).encode(
        y=y,
        x=alt.X("n:Q", stack="normalize", axis=_axis(format="~%", values=[0, 0.5, 1])),
        order=alt.Order("place:Q"),
        color=alt.Color("outcome:N", scale=colours, legend=_legend()),
    )
    told = base.transform_filter("datum.outcome == 'applied'").mark_text(align="left", dx=4, color=INK)
    return _svg(alt.layer(bars, told.encode(y=y, x=alt.datum(1), text="told:N")).properties(width=WIDTH - 60, height={"step": 20}), said)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.selectors.date().cast(pl.String)).to_dicts()


def _axis(**changes: Any) -> alt.Axis:
    shown: Mapping[str, Any] = {"title": None, "grid": False, "labelColor": INK, "tickColor": LINE, "domainColor": LINE, "gridColor": LINE, "labelFontSize": 11}
    return alt.Axis(**{**shown, **changes})


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="bottom", columns=3, labelColor=INK, labelFontSize=12, symbolType="square", symbolStrokeWidth=0)


def _svg(chart: Any, said: Said) -> Markup:
    """Return a chart as SVG to stand within a page."""
    dressed = chart.configure(background="transparent", font="sans-serif", padding=2, aria=False).configure_view(stroke=None)
    svg = vl_convert.vegalite_to_svg(dressed.to_dict(), allowed_base_urls=[])
    found = ROOT.match(svg)
    assert found is not None, "an SVG begins with its root"
    title, about = f"{said.name}-title", f"{said.name}-about"
    root = Markup('<svg class="chart" viewBox="{}" role="img" aria-labelledby="{} {}"><title id="{}">{}</title><desc id="{}">{}</desc>')
    return root.format(found[1], title, about, title, said.title, about, said.about) + Markup(ROLES.sub("", svg[found.end() :]))  # noqa: S704  # drawn by us; the drawer escapes texts
