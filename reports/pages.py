"""A page as a value, and the report page of one unit.

What belongs here: which parts a unit's report has, in which order, with which figures. What does not: pages
over all units (`overview.py`), the files of the project (`project.py`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ingestion.words.messages import message
from ingestion.words.period_names import kind_of_period
from reports import format as write
from reports import sentences, tables
from reports.blocks import (
    Block,
    Bullets,
    Command,
    Grid,
    Heading,
    Markdown,
    Notice,
    Paragraph,
    Picture,
    Text,
    code,
    inline,
    link,
    numbered,
)
from reports.charts import ChartData, Point, described
from reports.context import Site
from reports.rows import Figure, Filing, Indicator, Submission, Target, Unit
from reports.sections import Chart, Plan, Section

CATALOGUE = "danh-muc-chi-tieu"
"""The page of all indicators and their codes."""

_MOST_SAID = 6
_FEWEST_DRAWN = 2
_CUMULATIVE = ("Q1", "6T", "9T", "N")


@dataclass(frozen=True)
class Page:
    """One page of the site.

    Attributes:
        slug: its file name without extension.
        title: plain text.
        has_pdf: whether a PDF is made of it too.
        charts: SVG files by path below the project, as data yet to be drawn.
    """

    slug: str
    title: str
    subtitle: str
    eyebrow: str
    blocks: tuple[Block, ...]
    has_pdf: bool = True
    has_contents: bool = True
    charts: Mapping[str, ChartData] = field(default_factory=dict)


def shared_page(
    slug: str, name: str, blocks: Sequence[Block], *, has_pdf: bool = False, has_contents: bool = False
) -> Page:
    """Give a page over all units, whose title and subtitle stand in the messages under its name."""
    return Page(
        slug=slug,
        title=message(f"report.{name}.title"),
        subtitle=message(f"report.{name}.subtitle"),
        eyebrow="",
        blocks=tuple(blocks),
        has_pdf=has_pdf,
        has_contents=has_contents,
    )


class _Builder:
    """Collects the blocks of one page and numbers its tables and charts."""

    def __init__(self, slug: str):
        self.blocks: list[Block] = []
        self.charts: dict[str, ChartData] = {}
        self.grids: list[Grid] = []
        self._slug = slug

    def add(self, *blocks: Block) -> None:
        self.blocks += blocks

    def table(self, grid: Grid) -> None:
        self.grids.append(numbered(grid, len(self.grids) + 1))
        self.blocks.append(self.grids[-1])

    def chart(self, data: ChartData, title: str) -> None:
        number = len(self.charts) + 1
        source = f"charts/{self._slug}-{number}.svg"
        self.charts[source] = data
        caption = message("report.chart.caption", number=number, title=title)
        alt = message("report.chart.alt", title=title, figures=described(data.points))
        self.blocks.append(Picture(source, caption, alt))


def unit_page(site: Site, unit: Unit, plan: Plan) -> Page:
    """Write the report of one unit."""
    builder = _Builder(unit.slug)
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
    _completeness(site, unit, builder)
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
    )


def _key_figures(site: Site, unit: Unit, plan: Plan, builder: _Builder) -> None:
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


def _targets(site: Site, unit: Unit, builder: _Builder) -> None:
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
        builder.table(_term_targets(site, of_term))
    yearly = [target for target in known if target.year is not None]
    if yearly:
        builder.table(_yearly_targets(site, unit, yearly))


def _term_targets(site: Site, targets: Sequence[Target]) -> Grid:
    rows: list[list[Text]] = []
    for target in targets:
        indicator = site.indicators[target.indicator]
        rows.append(
            [
                indicator.name,
                sentences.target_text(target, indicator),
                _actual(target, indicator),
                sentences.assessment_text(target),
                target.document or message("report.value.missing_short"),
            ]
        )
    header = [
        message(f"report.column.{n}") for n in ("indicator", "target", "actual", "assessment", "document")
    ]
    widths = [2.6, 1.8, 1.2, 1, 1.6]
    return Grid(message("report.targets.title"), header, rows, ["l", "l", "r", "l", "l"], widths)


def _yearly_targets(site: Site, unit: Unit, targets: Sequence[Target]) -> Grid:
    """Lay yearly targets out by year; a target that changes from year to year has a row for each value."""
    years = site.years(unit.term)
    by_aim: dict[tuple[str, str], dict[int, Target]] = {}
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


def _actual(target: Target, indicator: Indicator) -> str:
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


def _section(site: Site, unit: Unit, section: _Prepared, builder: _Builder) -> None:
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
        children = site.children(unit)
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


def _previous_term(site: Site, unit: Unit, builder: _Builder) -> None:
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


def _completeness(site: Site, unit: Unit, builder: _Builder) -> None:
    builder.add(Heading(2, message("report.section.completeness"), "muc-do-day-du"))
    earlier = site.predecessors(unit)
    if site.completeness(unit).owed == 0:
        builder.add(Paragraph(message("report.completeness.none")))
    else:
        builder.add(Paragraph(_counted(site, unit, "report.completeness.sentence")))
    for predecessor in earlier:
        ended_on = write.day(site.merged_into[unit.code, unit.term][predecessor.code])
        sentence = _counted(site, predecessor, "report.completeness.predecessor", ended_on=ended_on)
        builder.add(Paragraph(sentence))
    filings = {member: filings for member in (*earlier, unit) if (filings := site.filings_of(member))}
    if filings:
        builder.table(_filing_matrix(site, unit, filings))
    if children := site.children(unit):
        builder.table(completeness_by_unit(site, [unit, *children], message("report.completeness.by_unit")))
    cases = [case for member in (unit, *earlier, *site.children(unit)) for case in site.open_of(member)]
    builder.add(Heading(3, message("report.completeness.open_title"), "ho-so-dang-mo"))
    if cases:
        builder.table(open_cases(site, cases))
    else:
        builder.add(Paragraph(message("report.completeness.no_open")))


def _counted(site: Site, unit: Unit, key: str, **fields: Any) -> str:
    """Say how many reports a unit owed and what became of them."""
    count = site.completeness(unit)
    return message(
        key,
        unit=unit.name,
        owed=write.number(count.owed),
        received=write.number(count.received),
        on_time=write.number(count.on_time),
        accepted=write.number(count.accepted),
        **fields,
    )


def _filing_matrix(site: Site, unit: Unit, filings: Mapping[Unit, Sequence[Filing]]) -> Grid:
    """Lay filings out by year; where others filed before they merged into the unit, a column says who filed."""
    open_now = {(case.org, case.period) for case in site.open_cases}
    by_row: dict[tuple[str, Unit], dict[str, Filing]] = {}
    for member, of_member in filings.items():
        for filing in of_member:
            period = site.periods[filing.period]
            label = write.years(period.first_year, period.year)
            by_row.setdefault((label, member), {})[period.kind] = filing
    kinds = [kind for kind in (*_CUMULATIVE, "NK") if any(kind in row for row in by_row.values())]
    names = [message("report.column.year")]
    widths = [1.0]
    is_shared = any(member != unit for member in filings)
    if is_shared:
        names.append(message("report.column.filed_by"))
        widths.append(3.2)
    rows: list[list[Text]] = []
    for (label, member), row in sorted(by_row.items(), key=lambda item: item[0][0]):
        filed_by = member.name if member == unit else link(member.name, f"{member.slug}.html")
        words = [_filing_word(row.get(kind), open_now) for kind in kinds]
        rows.append([label, *([filed_by] if is_shared else []), *words])
    header = [*names, *(kind_of_period(kind) for kind in kinds)]
    caption = message("report.completeness.matrix")
    return Grid(caption, header, rows, ["l"] * len(header), [*widths, *([1.4] * len(kinds))])


def _filing_word(filing: Filing | None, open_now: set[tuple[str, str]]) -> str:
    if filing is None or not (filing.is_owed or filing.is_received):
        return message("report.cell.not_owed")
    if (filing.org, filing.period) in open_now:
        return message("report.cell.open")
    if filing.is_accepted:
        return message("report.cell.accepted_on_time" if filing.is_on_time else "report.cell.accepted_late")
    return message("report.cell.not_accepted" if filing.is_received else "report.cell.missing")


def completeness_by_unit(site: Site, units: Sequence[Unit], caption: str) -> Grid:
    """Lay out what units owed and what became of it, one row a unit, each leading to its report."""
    rows: list[list[Text]] = []
    for unit in units:
        count = site.completeness(unit)
        numbers = [count.owed, count.received, count.on_time, count.accepted, len(site.open_of(unit))]
        rows.append(
            [
                Markdown(f"[{inline(unit.name)}]({unit.slug}.html)"),
                write.short_period(unit.term),
                *(write.number(number) for number in numbers),
            ]
        )
    names = ("unit", "term", "owed", "received_count", "on_time", "accepted", "open")
    header = [message(f"report.column.{name}") for name in names]
    return Grid(caption, header, rows, ["l", "l", "r", "r", "r", "r", "r"], [2.8, 1.2, 1, 1, 1, 1.1, 1])


def open_cases(site: Site, cases: Sequence[Submission], caption: str = "") -> Grid:
    """Lay out open cases: where they stand and what that means for the figures."""
    rows: list[list[Text]] = [
        [
            code(case.id) if case.id.replace(".", "").replace("-", "").isalnum() else case.id,
            site.names.get(case.org, case.org),
            write.period(case.period) if case.period in site.periods else message("period.unknown"),
            write.local_day(case.received_at) if case.received_at else message("report.value.missing_short"),
            status_text(case.standing or case.status),
            write.number(case.errors),
            write.number(case.warnings),
            message(f"report.open.effect.{_effect(site, case)}"),
        ]
        for case in cases
    ]
    names = ("submission", "unit", "period", "received", "status", "errors", "warnings", "effect")
    header = [message(f"report.column.{name}") for name in names]
    widths = [1.7, 1.6, 1.2, 1.1, 1.4, 0.6, 0.9, 1.8]
    title = caption or message("report.open.table")
    return Grid(title, header, rows, ["l", "l", "l", "l", "l", "r", "r", "l"], widths)


def status_text(status: str) -> str:
    """Write where a submission stands."""
    known = (
        *("accepted", "rejected", "needs_explanation", "on_hold", "unreadable", "withdrawn", "refused"),
        "pending",
    )
    name = status if status in known else "other"
    return message(f"report.verdict_of_file.{name}", verdict=status)


def _effect(site: Site, case: Submission) -> str:
    if case in site.answered:
        return "answered"
    accepted = [s for s in site.submissions if s.org == case.org and s.is_accepted]
    if any(s.period == case.period for s in accepted):
        return "earlier"
    period = site.periods.get(case.period)
    if period is not None and any(s.period == f"{period.year}-N" for s in accepted) and period.kind != "NK":
        return "covered"
    return "none"


def _annex(site: Site, unit: Unit, builder: _Builder) -> None:
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
    builder.add(
        Bullets(
            [
                message("report.footer.as_of", as_of=write.moment(site.as_of)),
                message("report.footer.version", version=site.code_version),
            ]
        )
    )


def _statuses(figures: Sequence[tuple[Indicator, Figure]], builder: _Builder) -> None:
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


def _explanations(site: Site, unit: Unit, builder: _Builder) -> None:
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
