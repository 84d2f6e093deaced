"""The report page of one unit.

What belongs here: which parts a unit's report has, in which order, with which figures. What does not: what a
page is (`page.py`), filings (`filings.py`), pages over all units (`overview.py`), the files of the project
(`project.py`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ingestion.words.messages import message
from reports import format as write
from reports import sentences, tables
from reports.blocks import (
    Bullets,
    Command,
    Grid,
    Heading,
    Markdown,
    Notice,
    Paragraph,
    Text,
    inline,
    link,
)
from reports.charts import ChartData, Point
from reports.context import Site
from reports.filings import completeness
from reports.page import CATALOGUE, VERSION_FILE, Builder, Page
from reports.rows import Figure, Indicator, TargetResult, Unit
from reports.sections import Chart, Plan, Section

_MOST_SAID = 6
_FEWEST_DRAWN = 2


def unit_page(site: Site, unit: Unit, plan: Plan) -> Page:
    """Write the report of one unit."""
    builder = Builder(unit.slug)
    _key_figures(site, unit, plan, builder)
    sections = [_prepared(site, unit, section) for section in plan.for_system(unit.system)]
    if any(section.grids for section in sections):
        for section in sections:
            if section.grids or not section.plan.optional:
                _section(site, unit, section, builder)
    else:
        names = write.enumeration(
            [section.plan.title.vi.lower() for section in sections if not section.plan.optional]
        )
        builder.add(Notice(message("report.section.all_empty", sections=names)))
    _previous_term(site, unit, builder)
    completeness(site, unit, builder)
    _annex(site, unit, builder)
    legends = tables.marks_used(builder.grids)
    if legends:
        builder.blocks.insert(0, Notice(" ".join(message(key) for key in legends), css="legend"))
    subtitle = "report.page.subtitle_union" if unit.system == "DOAN" else "report.page.subtitle"
    return Page(
        slug=unit.slug,
        title=unit.name,
        subtitle=message(subtitle, term=write.period(unit.term)),
        eyebrow=message("report.page.eyebrow"),
        blocks=tuple(builder.blocks),
        charts=builder.charts,
        reaches_on=site.reaches_on(unit),
    )


def _key_figures(site: Site, unit: Unit, plan: Plan, builder: Builder) -> None:
    builder.add(Heading(2, message("report.section.key_figures"), "so-lieu-chu-yeu"))
    items: list[Text] = []
    for indicator_code in plan.headlines_of(unit.system):
        indicator = site.indicators.get(indicator_code)
        figure = site.figure(indicator_code, unit.code, unit.term)
        if indicator is not None and figure is not None:
            mark = tables.STATUS_MARKS.get(figure.status, "")
            value = inline(sentences.figure_text(figure.value, indicator) + mark)
            items.append(Markdown(f"**{value}** {inline(indicator.name)}"))
    if items:
        builder.add(Bullets(items, css="headline"))
    else:
        builder.add(Notice(message("report.section.empty")))
    _targets(site, unit, builder)


def _targets(site: Site, unit: Unit, builder: Builder) -> None:
    known = [t for t in site.targets.get((unit.code, unit.term), ()) if t.indicator in site.indicators]
    if not known:
        builder.add(Notice(message("report.targets.none")))
        return
    of_term = [target for target in known if target.year is None]
    said = [
        text for t in of_term if (text := sentences.say_target(t, site.indicators[t.indicator])) is not None
    ]
    if said:
        builder.add(Bullets(said))
    if of_term:
        builder.table(_term_targets(site, unit, of_term))
    yearly = [target for target in known if target.year is not None]
    if yearly:
        builder.table(_yearly_targets(site, unit, yearly))


def _term_targets(site: Site, unit: Unit, targets: Sequence[TargetResult]) -> Grid:
    rows: list[list[Text]] = []
    for target in targets:
        indicator = site.indicators[target.indicator]
        rows.append(
            [
                indicator.name,
                sentences.target_text(target, indicator),
                _actual(target, indicator),
                sentences.unassessed_text(target, *_last_year(site, unit, target))
                or sentences.assessment_text(target),
                target.document or message("report.value.missing_short"),
            ]
        )
    header = [
        message(f"report.column.{n}") for n in ("indicator", "target", "actual", "assessment", "document")
    ]
    widths = [2.2, 1.8, 1, 1.8, 1.4]
    return Grid(message("report.targets.title"), header, rows, ["l", "l", "r", "l", "l"], widths)


def _last_year(site: Site, unit: Unit, target: TargetResult) -> tuple[int, str | None]:
    """Give the last year of a unit's term and how whole its figure is; None where nobody waits for it."""
    year = site.years(unit.term)[-1]
    figure = site.figure(target.indicator, unit.code, f"{year}-N")
    if figure is not None:
        return year, figure.status
    owed = (filing for filing in site.filings_of(unit) if filing.is_owed)
    return year, "none" if any(site.periods[filing.period].year == year for filing in owed) else None


def _yearly_targets(site: Site, unit: Unit, targets: Sequence[TargetResult]) -> Grid:
    """Lay yearly targets out by year; a target that changes from year to year has a row for each value."""
    years = site.years(unit.term)
    by_aim: dict[tuple[str, str], dict[int, TargetResult]] = {}
    for target in targets:
        aim = sentences.target_text(target, site.indicators[target.indicator])
        by_aim.setdefault((target.indicator, aim), {})[target.year or 0] = target
    rows: list[list[Text]] = []
    for (indicator_code, aim), of_years in by_aim.items():
        indicator = site.indicators[indicator_code]
        cells = []
        for year in years:
            found = of_years.get(year)
            cells.append(
                f"{_actual(found, indicator)}: {sentences.assessment_text(found)}"
                if found is not None and found.actual is not None
                else message("report.value.missing_short")
            )
        rows.append([indicator.name, aim, *cells])
    header = [message("report.column.indicator"), message("report.column.target"), *map(str, years)]
    sides: list[Literal["l", "r"]] = ["l", "l"]
    sides += ["r"] * len(years)
    return Grid(message("report.targets.yearly"), header, rows, sides, [2, 1.4, *([1.1] * len(years))])


def _actual(target: TargetResult, indicator: Indicator) -> str:
    if target.actual is None:
        return message("report.value.missing_short")
    return sentences.actual_text(target, indicator) + tables.STATUS_MARKS.get(target.status, "")


@dataclass(frozen=True)
class _Prepared:
    """A section with the tables that it has figures for."""

    plan: Section
    grids: tuple[Grid, ...]


def _prepared(site: Site, unit: Unit, section: Section) -> _Prepared:
    built = (tables.build(site, unit, section, table) for table in section.tables)
    return _Prepared(section, tuple(grid for grid in built if grid is not None))


def _section(site: Site, unit: Unit, section: _Prepared, builder: Builder) -> None:
    builder.add(Heading(2, section.plan.title.vi, section.plan.anchor))
    if not section.grids:
        builder.add(Notice(message("report.section.empty")))
        return
    said = [
        text for sentence in section.plan.sentences if (text := sentences.say(site, unit, sentence)) is not None
    ]
    if said:
        # that an indicator is not compared is said once
        builder.add(Paragraph(" ".join(dict.fromkeys(said))))
    if section.plan.note:
        builder.add(Notice(message(f"report.note.{section.plan.note}")))
    for chart in section.plan.charts:
        data = chart_data(site, unit, chart)
        if data is not None:
            builder.chart(data, _chart_title(site, unit, chart, data))
    for grid in section.grids:
        builder.table(grid)


def chart_data(site: Site, unit: Unit, chart: Chart) -> ChartData | None:
    """Gather the figures of a chart; None where there are too few to draw.

    A chart over years needs two of them, and shares that make a whole need all of their parts in a year. What
    is incomplete is not drawn beside what is complete, nor is a total of a part of a year beside those of whole
    ones.
    """
    labels = [label.vi for label in chart.labels] or [site.indicators[c].name for c in chart.indicators]
    indicators = list(zip((site.indicators[name] for name in chart.indicators), labels, strict=True))
    points: list[Point] = []
    left_out: list[str] = []

    def add(of_category: list[Point | None], category: str) -> None:
        """Take what is complete; a whole stack goes where one of its parts does."""
        found = [point for point in of_category if point is not None]
        if len(found) < len(of_category):
            left_out.append(category)
        if chart.kind != "stack" or len(found) == len(indicators):
            points.extend(found)

    if chart.kind == "units":
        indicator, label = indicators[0]
        children = site.summands(unit)
        named = Counter(child.name for child in children)
        for child in children:
            # Two of one name would share a bar.
            name = child.name if named[child.name] == 1 else f"{child.name} ({child.code})"
            add(_point(site, indicator, child, child.term, category=name, series=label), name)
    elif chart.kind == "breakdown":
        for indicator, label in indicators:
            point = _point(site, indicator, unit, unit.term, category=label, series=chart.title.vi, of_one=True)
            add(point, label)
    else:
        for year in site.years(unit.term):
            of_year = [
                point
                for indicator, label in indicators
                for point in _point(site, indicator, unit, f"{year}-N", category=str(year), series=label)
            ]
            add(of_year, str(year))
    if len({point.category for point in points}) < _FEWEST_DRAWN or not any(point.value for point in points):
        return None
    target = _target_line(site, unit, indicators[0][0]) if chart.kind == "years" else None
    return ChartData(chart.kind, tuple(points), target, tuple(left_out))


def _point(
    site: Site,
    indicator: Indicator,
    unit: Unit,
    period: str,
    *,
    category: str,
    series: str,
    of_one: bool = False,
) -> list[Point | None]:
    """Give the figure as a point, nothing where there is none, None where it is no whole beside others.

    With `of_one` all others are of the same unit and time.
    """
    figure = site.figure(indicator.code, unit.code, period)
    if figure is None or figure.value is None:
        return []
    is_part = figure.status == "provisional" and indicator.kind == "flow" and not of_one
    if figure.status == "incomplete" or is_part:
        return [None]
    return [Point(category, series, figure.value, tables.cell(figure, indicator))]


def _target_line(site: Site, unit: Unit, indicator: Indicator) -> float | None:
    """Give the value of a yearly target that is the same in every year."""
    bounds = {
        target.minimum if target.minimum is not None else target.maximum
        for target in site.targets.get((unit.code, unit.term), ())
        if target.indicator == indicator.code and target.basis in ("YEAR", "AVG_PER_YEAR")
    }
    return bounds.pop() if len(bounds) == 1 else None


def _chart_title(site: Site, unit: Unit, chart: Chart, data: ChartData) -> str:
    title = chart.title.vi
    if data.target is not None:
        aim = sentences.aim_text(data.target, site.indicators[chart.indicators[0]])
        title = message("report.chart.with_target", title=title, target=aim)
    if data.left_out:
        title = message("report.chart.left_out", title=title, missing=write.enumeration(data.left_out))
    return title


def _previous_term(site: Site, unit: Unit, builder: Builder) -> None:
    builder.add(Heading(2, message("report.section.previous"), "nhiem-ky-truoc"))
    previous = site.previous_term(unit)
    rows: list[list[Text]] = []
    said = []
    uncompared: dict[str, list[str]] = {}
    for indicator in site.indicators.values():
        change = site.derivation(indicator.code, unit.code, unit.term, "change_vs_previous_term")
        why = site.left_uncompared(indicator.code, unit.code, unit.term, "change_vs_previous_term")
        if why is not None:
            uncompared.setdefault(why, []).append(f"“{indicator.name}”")
            continue
        before = site.figure(indicator.code, unit.code, previous) if previous else None
        now = site.figure(indicator.code, unit.code, unit.term)
        if change is None or before is None or now is None or change.value is None:
            continue
        rows.append(
            [
                tables.labelled(indicator),
                tables.cell(before, indicator),
                tables.cell(now, indicator),
                tables.change_text(change, indicator, "change_vs_previous_term"),
            ]
        )
        days = sentences.days_of(site, [now])
        if (sentence := sentences.say_previous(indicator, before, change, days)) is not None:
            said.append(sentence)
    for why, names in sorted(uncompared.items()):
        builder.add(Notice(message(f"report.previous.{why}", indicators=write.enumeration(names))))
    if not rows:
        if not uncompared:
            builder.add(Notice(message(f"report.previous.{_why_nothing_is_compared(site, unit, previous)}")))
        return
    builder.add(Paragraph(message("report.previous.partly")), Bullets(said[:_MOST_SAID]))
    header = [message(f"report.column.{name}") for name in ("indicator", "previous", "current", "change")]
    builder.table(Grid(message("report.previous.title"), header, rows, ["l", "r", "r", "r"], [3, 1, 1, 1]))


def _why_nothing_is_compared(site: Site, unit: Unit, previous: str | None) -> str:
    if previous is None:
        return "unknown"
    has_previous = any(site.figure(code, unit.code, previous) for code in site.indicators)
    return "nothing_in_common" if has_previous else "none"


def _annex(site: Site, unit: Unit, builder: Builder) -> None:
    builder.add(Heading(2, message("report.section.annex"), "phu-luc"))
    figures = [
        (indicator, figure)
        for indicator in site.indicators.values()
        if (figure := site.figure(indicator.code, unit.code, unit.term)) is not None
    ]
    if figures:
        builder.add(Heading(3, message("report.annex.trace.heading"), "truy-nguon"))
        indicator = figures[0][0]
        builder.add(Paragraph(message("report.annex.trace.text", indicator=f"“{indicator.name}”")))
        builder.add(
            Command(f"tongket trace --indicator {indicator.code} --unit {unit.code} --period {unit.term}")
        )
        catalogue = link(message("report.nav.catalogue"), f"{CATALOGUE}.html")
        codes = inline(message("report.annex.trace.codes"))
        builder.add(Paragraph(Markdown(f"{codes} {catalogue.text}")))
        _statuses(figures, builder)
    builder.add(Heading(3, message("report.annex.explanations.heading"), "giai-trinh"))
    _explanations(site, unit, builder)
    builder.add(Heading(3, message("report.annex.version.heading"), "phien-ban"))
    told, file = inline(message("report.annex.version.text")), link(VERSION_FILE, VERSION_FILE)
    builder.add(Paragraph(Markdown(f"{told} {file.text}")))


def _statuses(figures: Sequence[tuple[Indicator, Figure]], builder: Builder) -> None:
    """Say how many figures are final, and list those that are not."""
    builder.add(Heading(3, message("report.annex.status.heading"), "tinh-trang"))
    counts = Counter(figure.status for _, figure in figures)
    fields: dict[str, Any] = {
        name: write.number(counts[name]) for name in ("final", "provisional", "incomplete")
    }
    builder.add(Paragraph(message("report.annex.status.counts", total=write.number(len(figures)), **fields)))
    rows: list[list[Text]] = [
        [
            indicator.name,
            sentences.figure_text(figure.value, indicator),
            indicator.measure,
            message(f"report.status.{figure.status}"),
        ]
        for indicator, figure in figures
        if figure.status != "final"
    ]
    if rows:
        header = [message(f"report.column.{name}") for name in ("indicator", "value", "measure", "status")]
        widths = [3.2, 1, 1.2, 1]
        builder.table(Grid(message("report.annex.figures"), header, rows, ["l", "r", "l", "l"], widths))


def _explanations(site: Site, unit: Unit, builder: Builder) -> None:
    term = site.periods[unit.term]
    found = [
        explanation
        for member in (*site.predecessors(unit), unit)
        for explanation in site.explanations.get(member.code, ())
        if (period := site.periods.get(explanation.period)) is not None
        and term.starts_on <= period.starts_on
        and period.ends_on <= term.ends_on
    ]
    if not found:
        builder.add(Paragraph(message("report.annex.explanations.none")))
        return
    rows: list[list[Text]] = [
        [e.submission, e.rule, " ".join(part for part in (e.sheet, e.cell) if part), e.text] for e in found
    ]
    header = [message(f"report.column.{name}") for name in ("submission", "rule", "cell", "explanation")]
    builder.table(
        Grid(
            message("report.annex.explanations.table"), header, rows, ["l", "l", "l", "l"], [1.4, 0.7, 0.9, 3.4]
        )
    )
