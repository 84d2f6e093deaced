"""Charts: an Altair specification for each kind, turned to SVG without a browser.

What belongs here: how figures are drawn. Labels come as finished text, so that numbers are written as
everywhere else. What does not: which figures a chart shows (`sections.yml`) and where it stands
(`project.py`). Every chart stands beside a table of the same figures.
"""

import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import altair as alt
import vl_convert

from ingestion.words import writing
from reports.engines import FONT_FOLDER
from reports.escape import plain
from reports.sections import ChartKind

PALETTE = ("#1d4e89", "#a85f0a", "#2b7a78", "#8a4f7d")
"""Told apart with any colour vision; each dark enough on white to be read as the colour of a label."""

RANKS = ("#1d4e89", "#86b0d5", "#d8d4ca", "#b5472f")
"""From best to worst."""

TARGET = "#7a1f1f"
INK = "#1d1d1b"
MUTED = "#55534e"
RULE = "#e4e1da"
FONT = "Be Vietnam Pro"
WIDTH = 640
Drawing = alt.LayerChart | alt.FacetChart
_HEIGHT = 230
_STEP = 26
_WORKERS = 2
_WORTH_A_PROCESS = 40


class ChartError(Exception):
    """Charts could not be drawn; the message is the drawing program's."""


_WRAP = 34


@dataclass(frozen=True)
class Point:
    """One figure of a chart.

    Attributes:
        category: the year, unit or indicator along the axis.
        series: which of several indicators it belongs to.
        label: the figure as written.
    """

    category: str
    series: str
    value: float
    label: str


@dataclass(frozen=True)
class ChartData:
    """What a chart shows.

    Attributes:
        points: the figures, in the order of categories and series.
        target: the value of a target line; what it is stands in the caption.
        left_out: categories whose figures are incomplete, which the caption names.
    """

    kind: ChartKind
    points: Sequence[Point]
    target: float | None = None
    left_out: Sequence[str] = ()


def to_svg(data: ChartData) -> str:
    """Draw a chart as SVG; the same data give the same bytes.

    What no text can hold is left out of its words, as everywhere on a page: the drawing program would end the
    whole process over a control character.
    """
    specification = copy.deepcopy(_template(data.kind))
    specification["datasets"] = {
        "figures": [
            {
                "category": plain(point.category),
                "wrapped": _wrapped(plain(point.category)),
                "series": plain(point.series),
                "value": point.value,
                "label": plain(point.label),
            }
            for point in data.points
        ],
        "target": [] if data.target is None else [{"value": data.target}],
    }
    _register_font()
    return str(vl_convert.vegalite_to_svg(specification, format_locale=_locale()))


def draw(charts: Sequence[ChartData]) -> list[str]:
    """Draw many charts, in two processes of their own where that is worth their start.

    Raises:
        ChartError: a process failed.
    """
    if len(charts) < _WORTH_A_PROCESS:
        return [to_svg(chart) for chart in charts]
    shares = [charts[number::_WORKERS] for number in range(_WORKERS)]
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        drawn = list(pool.map(_draw_elsewhere, shares))
    result = [""] * len(charts)
    for number, share in enumerate(drawn):
        result[number::_WORKERS] = share
    return result


def _draw_elsewhere(charts: Sequence[ChartData]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "reports.charts"],
        input=json.dumps([asdict(chart) for chart in charts]),
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    if done.returncode != 0:
        raise ChartError(done.stderr.strip())
    drawn: list[str] = json.loads(done.stdout)
    return drawn


def _main() -> None:
    """Draw the charts that come as JSON on standard input, for `draw` in another process."""
    asked = json.loads(sys.stdin.read())
    charts = [
        ChartData(chart["kind"], tuple(Point(**point) for point in chart["points"]), chart["target"])
        for chart in asked
    ]
    sys.stdout.write(json.dumps([to_svg(chart) for chart in charts]))


def _locale() -> dict[str, Any]:
    """Have the numbers along an axis written as all others are."""
    thousands, decimal = writing.separators("vi")
    return {
        "decimal": decimal,
        "thousands": thousands,
        "grouping": [3],
        "currency": ["", ""],
        "minus": writing.MINUS,
    }


@cache
def _register_font() -> None:
    vl_convert.register_font_directory(str(FONT_FOLDER))


def _wrapped(text: str) -> list[str]:
    """Break a long name into lines, as axis labels need it."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _WRAP:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@cache
def _template(kind: ChartKind) -> dict[str, Any]:
    builders = {
        "years": _columns,
        "grouped": _grouped,
        "lines": _lines,
        "stack": _stack,
        "breakdown": _bars,
        "units": _bars,
    }
    chart = builders[kind]().configure(
        font=FONT,
        aria=False,
        background="white",
        padding=4,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=12,
            labelColor=INK,
            labelFont=FONT,
            domainColor="#9a978f",
            tickColor="#9a978f",
            gridColor=RULE,
            title=None,
            labelLimit=240,
        ),
        legend=alt.LegendConfig(
            orient="top",
            direction="horizontal",
            title=None,
            labelFont=FONT,
            labelFontSize=12,
            labelColor=INK,
            labelLimit=560,
            columns=2,
            symbolType="square",
            offset=18,
        ),
        text=alt.MarkConfig(font=FONT, fontSize=12, color=INK),
    )
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification


def _figures() -> alt.Chart:
    return alt.Chart(alt.NamedData("figures"))


def _category(**options: Any) -> alt.X:
    return alt.X("category:N", sort=None, axis=alt.Axis(labelAngle=0, ticks=False, labelPadding=6), **options)


def _hidden_value(**options: Any) -> alt.Y:
    return alt.Y("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False), **options)


def _colour(palette: Sequence[str]) -> alt.Color:
    return alt.Color("series:N", sort=None, scale=alt.Scale(range=list(palette)))


def _columns() -> Drawing:
    base = _figures().encode(
        x=_category(scale=alt.Scale(paddingInner=0.45, paddingOuter=0.25)), y=_hidden_value()
    )
    target = alt.Chart(alt.NamedData("target"))
    line = target.mark_rule(color=TARGET, strokeDash=[6, 4], strokeWidth=1.5).encode(y=_hidden_value())
    halo = base.mark_text(dy=-5, baseline="bottom", stroke="white", strokeWidth=4).encode(text="label:N")
    words = base.mark_text(dy=-5, baseline="bottom").encode(text="label:N")
    return alt.layer(base.mark_bar(color=PALETTE[0]), line, halo, words).properties(width=WIDTH, height=_HEIGHT)


def _grouped() -> Drawing:
    base = _figures().encode(
        x=_category(scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15)),
        xOffset=alt.XOffset("series:N", sort=None),
        y=_hidden_value(),
    )
    return alt.layer(
        base.mark_bar().encode(color=_colour(PALETTE)),
        base.mark_text(dy=-5, baseline="bottom", fontSize=11).encode(text="label:N"),
    ).properties(width=WIDTH, height=_HEIGHT)


def _lines() -> Drawing:
    value = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(tickCount=4, domain=False, ticks=False),
    )
    base = _figures().encode(
        x=_category(scale=alt.Scale(padding=0.5)), y=value, color=_colour(PALETTE), detail="series:N"
    )
    shape = alt.Shape("series:N", sort=None, legend=None)
    return alt.layer(
        base.mark_line(strokeWidth=2),
        base.mark_point(filled=True, size=60, opacity=1).encode(shape=shape),
        base.mark_text(dy=-9, baseline="bottom", fontSize=11).encode(text="label:N"),
    ).properties(width=WIDTH, height=_HEIGHT + 30)


def _stack() -> Drawing:
    order = alt.Order("rank:Q")
    base = (
        _figures()
        .transform_window(rank="row_number()")
        .encode(y=alt.Y("category:N", sort=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=6)))
    )
    length = alt.X("value:Q", stack="zero", axis=None, scale=alt.Scale(domainMin=0, nice=False))
    middle = alt.X("value:Q", stack="zero", bandPosition=0.5, axis=None)
    words = (
        base.transform_filter("datum.value >= 6")
        .mark_text()
        .encode(
            x=middle,
            order=order,
            text="label:N",
            color=alt.Color(
                "series:N", sort=None, scale=alt.Scale(range=["#fff", INK, INK, "#fff"]), legend=None
            ),
        )
    )
    bars = base.mark_bar(height=22).encode(x=length, order=order, color=_colour(RANKS))
    chart = alt.layer(bars, words).resolve_scale(color="independent")
    return cast(Drawing, chart.properties(width=WIDTH, height=alt.Step(32)))


def _bars() -> Drawing:
    base = _figures().encode(
        y=alt.Y("wrapped:N", sort=None, axis=alt.Axis(ticks=False, labelPadding=6, labelLineHeight=14)),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False)),
    )
    return alt.layer(
        base.mark_bar(color=PALETTE[0], height=alt.RelativeBandSize(0.7)),
        base.mark_text(align="left", dx=5).encode(text="label:N"),
    ).properties(width=WIDTH - 220, height=alt.Step(_STEP + 8))


def described(points: Sequence[Point]) -> str:
    """Give the figures of a chart as a text for those who do not see it."""
    several = len({point.series for point in points}) > 1
    groups: dict[str, list[str]] = {}
    for point in points:
        groups.setdefault(point.series if several else "", []).append(f"{point.category}: {point.label}")
    parts = [f"{name} – {'; '.join(items)}" if name else "; ".join(items) for name, items in groups.items()]
    return ". ".join(parts) + "."


if __name__ == "__main__":
    _main()
