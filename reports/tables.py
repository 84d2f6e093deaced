"""The tables of a report: figures laid out by year, by unit, before and after, or by two properties.

What belongs here: which figure stands in which cell, and how a cell is written. What does not: which tables a
section has (`sections.yml`) and how a table is written in Markdown (`blocks.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from ingestion.words.messages import message
from reports import format as write
from reports.blocks import Grid, Text, link
from reports.context import Site
from reports.rows import Figure, Indicator, Unit
from reports.sections import Section, Table

STATUS_MARKS = {"provisional": "*", "incomplete": "**"}
_TERM_KIND_WITHOUT_SUM = frozenset({"distinct"})


def cell(figure: Figure | None, indicator: Indicator, part: Literal["value", "opening"] = "value") -> str:
    """Write one figure of a table, marked where it may still change; a dash where there is none."""
    value = getattr(figure, part) if figure is not None else None
    if figure is None or value is None:
        return message("report.value.missing_short")
    return write.figure(value, indicator.decimals, indicator.unit) + STATUS_MARKS.get(figure.status, "")


def labelled(indicator: Indicator, common: str | None = None) -> str:
    """Write an indicator with its unit of measure, unless the caption gives that or the name holds it."""
    unit = indicator.measure
    is_named = bool(words := _words(unit)) and words <= _words(indicator.name)
    return indicator.name if is_named or indicator.unit == common else f"{indicator.name} ({unit})"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def common_unit(indicators: Sequence[Indicator]) -> str | None:
    """Give the unit of measure of more than half of the indicators, for the caption."""
    units = Counter(indicator.unit for indicator in indicators)
    unit, count = units.most_common(1)[0]
    return unit if 2 * count > len(indicators) else None


def _captioned(title: str, common: str | None, indicators: Sequence[Indicator]) -> str:
    if common is None:
        return title
    named = next(indicator.measure for indicator in indicators if indicator.unit == common)
    return message("report.table.with_unit", title=title, unit=named)


def build(site: Site, unit: Unit, section: Section, table: Table) -> Grid | None:
    """Lay a table out; None where the unit has none of its figures. Its caption has no number yet."""
    if table.kind == "years":
        return _years(site, unit, table.title.vi, table.indicators)
    if table.kind == "rest":
        return _years(site, unit, table.title.vi, rest_of(site, section))
    if table.kind == "before_after":
        return _before_after(site, unit, table)
    if table.kind == "matrix":
        return _matrix(site, unit, table)
    return _units(site, unit, table)


def rest_of(site: Site, section: Section) -> tuple[str, ...]:
    """Give the indicators of a section's topics that none of its tables names."""
    return tuple(
        code
        for code, indicator in site.indicators.items()
        if indicator.section in section.topics and code not in section.placed
    )


def _years(site: Site, unit: Unit, title: str, codes: Sequence[str]) -> Grid | None:
    years = site.years(unit.term)
    yearly = [f"{year}-N" for year in years]
    rows: list[list[Text]] = []
    found = [
        (indicator, [site.figure(indicator.code, unit.code, period) for period in (*yearly, unit.term)])
        for indicator in _known(site, codes)
    ]
    filled = [(indicator, figures) for indicator, figures in found if any(figures)]
    if not filled:
        return None
    shown = [indicator for indicator, _ in filled]
    common = common_unit(shown)
    for indicator, (*of_years, whole) in filled:
        last = (
            message("report.value.not_applicable")
            if whole is None and indicator.kind in _TERM_KIND_WITHOUT_SUM
            else cell(whole, indicator)
        )
        rows.append([labelled(indicator, common), *(cell(figure, indicator) for figure in of_years), last])
    header = [message("report.column.indicator"), *map(str, years), message("report.column.whole_term")]
    return _grid(_captioned(title, common, shown), header, rows, first=3.4)


def _before_after(site: Site, unit: Unit, table: Table) -> Grid | None:
    rows: list[list[Text]] = []
    for indicator in _known(site, table.indicators):
        figure = site.figure(indicator.code, unit.code, unit.term)
        if figure is None:
            continue
        change = site.derivation(indicator.code, unit.code, unit.term, "change_over_term")
        percent = site.derivation(indicator.code, unit.code, unit.term, "percent_change")
        ends = site.derivation(indicator.code, unit.code, unit.term, "before_after")
        before = figure if ends is None else replace(figure, status=ends.status)
        rows.append(
            [
                labelled(indicator),
                cell(before, indicator, "opening"),
                cell(figure, indicator),
                change_text(change, indicator, "change_over_term"),
                change_text(percent, indicator, "percent_change"),
            ]
        )
    header = [
        message(f"report.column.{name}") for name in ("indicator", "before", "after", "change", "percent")
    ]
    return _grid(table.title.vi, header, rows, first=2.6)


def change_text(figure: Figure | None, indicator: Indicator, derivation: str) -> str:
    """Write a change with its sign, and its mark where it may still change; a dash where there is none."""
    if figure is None or figure.value is None:
        return message("report.value.missing_short")
    unit, decimals = write.decimals_of(indicator.unit, indicator.decimals, derivation)
    return write.signed(figure.value, decimals, unit) + STATUS_MARKS.get(figure.status, "")


def _matrix(site: Site, unit: Unit, table: Table) -> Grid | None:
    rows: list[list[Text]] = []
    for row in table.rows:
        figures = [site.figure(code, unit.code, unit.term) if code else None for code in row.indicators]
        if not any(figures):
            continue
        cells = [
            cell(figure, site.indicators[code]) if code and code in site.indicators else ""
            for code, figure in zip(row.indicators, figures, strict=True)
        ]
        rows.append([row.label.vi, *cells])
    header = [message("report.column.indicator"), *(column.vi for column in table.columns)]
    return _grid(table.title.vi, header, rows, first=2.2)


def _units(site: Site, unit: Unit, table: Table) -> Grid | None:
    indicators = tuple(_known(site, table.indicators))
    rows: list[list[Text]] = []
    for child in site.summands(unit):
        figures = [site.figure(indicator.code, child.code, child.term) for indicator in indicators]
        cells = [cell(f, indicator) for f, indicator in zip(figures, indicators, strict=True)]
        rows.append([link(child.name, f"{child.slug}.html"), *cells])
        rows += [_of_which(site, earlier, indicators) for earlier in site.predecessors(child)]
    if not rows:
        return None
    own = [site.figure(indicator.code, unit.code, unit.term) for indicator in indicators]
    total = [cell(figure, indicator) for figure, indicator in zip(own, indicators, strict=True)]
    rows.append([message("report.row.total"), *total])
    title = message("report.units.title", title=table.title.vi, period=write.period(unit.term))
    header = [message("report.column.unit"), *(labelled(indicator) for indicator in indicators)]
    return _grid(title, header, rows, first=1.9)


def _of_which(site: Site, earlier: Unit, indicators: Sequence[Indicator]) -> list[Text]:
    """Give the line of a unit that merged wholly into the one above it: what it did is in that one's figures.

    What lasts is none of them, since it stood when the unit ended.
    """
    figures = [
        site.figure(indicator.code, earlier.code, earlier.term) if indicator.kind == "flow" else None
        for indicator in indicators
    ]
    cells = [cell(f, indicator) if f else "" for f, indicator in zip(figures, indicators, strict=True)]
    name = message("report.row.of_which", unit=earlier.name)
    return [link(name, f"{earlier.slug}.html"), *cells]


def _known(site: Site, codes: Iterable[str]) -> Iterable[Indicator]:
    return (site.indicators[code] for code in codes if code in site.indicators)


def _grid(caption: str, header: Sequence[Text], rows: Sequence[Sequence[Text]], first: float) -> Grid | None:
    if not rows:
        return None
    columns = len(header) - 1
    sides: list[Literal["l", "r"]] = ["l", *(["r"] * columns)]  # type: ignore[list-item]
    return Grid(caption, header, rows, sides, [first, *([1.0] * columns)])


def marks_used(grids: Iterable[Grid]) -> tuple[str, ...]:
    """Give the keys of the legends that a page's tables need."""
    texts = [text for grid in grids for row in grid.rows for text in row[1:] if isinstance(text, str)]
    legends = []
    if message("report.value.missing_short") in texts:
        legends.append("report.missing_legend")
    if any(text.endswith("*") and not text.endswith("**") for text in texts):
        legends.append("report.provisional_legend")
    if any(text.endswith("**") for text in texts):
        legends.append("report.incomplete_legend")
    return tuple(legends)
