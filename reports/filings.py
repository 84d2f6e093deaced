"""What units owed, what they filed and what became of it, as parts of pages.

What belongs here: tables and sentences of filings and open cases. What does not: what is owed and received,
which the warehouse says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.records.periods import CUMULATIVE, PeriodKind
from ingestion.words.messages import message
from ingestion.words.period_names import kind_of_period
from ingestion.words.standing import standing_because
from reports import format as write
from reports.blocks import (
    Grid,
    Heading,
    Markdown,
    Paragraph,
    Text,
    code,
    inline,
    link,
)
from reports.context import Site
from reports.page import Builder
from reports.rows import Filing, Submission, Unit


def completeness(site: Site, unit: Unit, builder: Builder) -> None:
    """Say what a unit owed, what it filed, and what is open."""
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
    kinds = [kind for kind in (*CUMULATIVE, PeriodKind.TERM) if any(kind in row for row in by_row.values())]
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
            site.name_of(case.org, case.period),
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
    widths = [2.5, 1.5, 1.1, 1.15, 1.3, 0.6, 0.75, 1.5]
    title = caption or message("report.open.table")
    return Grid(title, header, rows, ["l", "l", "l", "l", "l", "r", "r", "l"], widths)


def status_text(status: str) -> str:
    """Write where a submission stands."""
    try:
        return standing_because(status)
    except KeyError:
        return status


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
