"""The page of who has filed: units by periods, and totals by period and level.

What belongs here: how a filing is marked and what is added up. What does not: what is owed and received, which
the warehouse says (`rpt_completeness`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain

from ingestion.definitions.kinds import LEVELS
from ingestion.records.days import day_of
from ingestion.words.messages import load_messages, message
from ingestion.words.standing import standing
from reports import escape
from reports import format as write
from reports.blocks import Block, Grid, Heading, Markdown, Notice, Paragraph, Text, inline, link, numbered
from reports.context import Site
from reports.page import Page, shared_page
from reports.rows import Filing, Unit

SLUG = "tien-do-nop"

SYMBOLS = {
    "accepted": "✓",
    "rejected": "✗",
    "needs_explanation": "?",
    "on_hold": "…",
    "unreadable": "!",
    "withdrawn": "↺",
    "refused": "⊘",
    "pending": "◌",
    "other": "•",
    "missing": "○",
    "not_due": "□",
    "not_owed": "·",
}
"""What stands for each state; a reader who does not see it is told in words."""


def progress_page(site: Site) -> Page:
    """Write the page of units by periods."""
    blocks: list[Block] = [Paragraph(message("report.progress.intro"))]
    grids: list[Grid] = []
    for group, anchor, units in _groups(site):
        grid = _matrix(site, group, units)
        if grid is not None:
            grids.append(numbered(grid, len(grids) + 1))
            blocks += [Heading(2, group, anchor), grids[-1]]
    if grids:
        blocks.insert(1, _legend(site))
        blocks.append(Heading(2, message("report.progress.totals.heading"), "tong-hop"))
        blocks.append(numbered(_totals(site), len(grids) + 1))
    else:
        blocks.append(Paragraph(message("report.progress.none")))
    return shared_page(SLUG, "progress", blocks)


def _groups(site: Site) -> list[tuple[str, str, list[Unit]]]:
    """Group the units: each province with its own, then the rest, then the youth union."""
    groups = [
        (f"{unit.name}, {write.period(unit.term)}", f"don-vi-{unit.slug}", [unit, *site.children(unit)])
        for unit in site.units
        if unit.is_province
    ]
    placed = {(unit.code, unit.term) for _, _, units in groups for unit in units}
    for system, key in (("DANG", "others"), ("DOAN", "union")):
        rest = [u for u in site.units if u.system == system and (u.code, u.term) not in placed]
        if rest:
            groups.append((message(f"report.progress.{key}"), f"nhom-{key}", rest))
    return groups


def _matrix(site: Site, group: str, units: Sequence[Unit]) -> Grid | None:
    filings = {unit: {filing.period: filing for filing in site.filings_of(unit)} for unit in units}
    periods = sorted(set(chain.from_iterable(filings.values())), key=site.order)
    if not periods:
        return None
    today = day_of(site.as_of)
    rows: list[list[Text]] = [
        [link(unit.name, f"{unit.slug}.html"), *(_cell(filings[unit].get(period), today) for period in periods)]
        for unit in units
    ]
    header = [message("report.column.unit"), *(write.short_period(period) for period in periods)]
    caption = message("report.progress.table", group=group)
    return Grid(caption, header, rows, ["l"] * len(header), [2.4, *([0.7] * len(periods))])


def state(filing: Filing | None, today: date) -> str:
    """Say where a unit stands with a period."""
    if filing is None or not (filing.is_owed or filing.is_received):
        return "not_owed"
    if not filing.is_received:
        return "not_due" if filing.due_on is not None and filing.due_on >= today else "missing"
    return filing.status if filing.status in SYMBOLS else "other"


def _is_late(filing: Filing | None) -> bool:
    return filing is not None and filing.is_received and filing.due_on is not None and not filing.is_on_time


def _cell(filing: Filing | None, today: date) -> Markdown:
    found = state(filing, today)
    meaning, shown = _meaning(found), SYMBOLS[found]
    if _is_late(filing):
        meaning = message("report.progress.late_long", status=meaning)
        shown = f"{shown}{write.NBSP}{message('report.progress.late')}"
    label = escape.attribute(meaning)
    return Markdown(f'[{inline(shown)}]{{.state role="img" aria-label="{label}" title="{label}"}}')


def _meaning(state_name: str) -> str:
    """Name a state: where a submission stands, or why there is none."""
    key = f"report.progress.{state_name}"
    return message(key) if key in load_messages() else standing(state_name)


def _legend(site: Site) -> Notice:
    today = day_of(site.as_of)
    used = {state(filing, today) for unit in site.units for filing in (*site.filings_of(unit), None)}
    marks = [
        message("report.progress.mark", symbol=symbol, meaning=_meaning(name))
        for name, symbol in SYMBOLS.items()
        if name in used
    ]
    return Notice(message("report.progress.legend", marks="; ".join(marks)), css="legend")


def _totals(site: Site) -> Grid:
    """Add up what was owed, by period and level; a period that several levels owe has a row for all of them."""
    owed: dict[str, dict[str, dict[str, Filing]]] = {}
    for unit in site.units:
        level: str = site.kinds.level_of(unit.kind) or "other"
        for filing in site.filings_of(unit):
            if filing.is_owed:
                owed.setdefault(filing.period, {}).setdefault(level, {})[unit.code] = filing
    rows: list[list[Text]] = []
    for period in sorted(owed, key=site.order):
        levels = owed[period]
        for level in (*LEVELS, "other"):
            if level in levels:
                rows.append(_total(period, level, levels[level].values()))
        if len(levels) > 1:
            rows.append(_total(period, "all", [f for found in levels.values() for f in found.values()]))
    names = ("period", "level", "owed", "received_count", "on_time", "accepted")
    header = [message(f"report.column.{name}") for name in names]
    caption = message("report.progress.totals.table")
    return Grid(caption, header, rows, ["l", "l", "r", "r", "r", "r"], [1.6, 1.8, 1, 1, 1, 1.2])


def _total(period: str, level: str, filings: Iterable[Filing]) -> list[Text]:
    found = list(filings)
    counts = (
        len(found),
        sum(filing.is_received for filing in found),
        sum(filing.is_on_time for filing in found),
        sum(filing.is_accepted for filing in found),
    )
    shown = [write.number(count) for count in counts]
    return [write.period(period), message(f"report.level.{level}"), *shown]
