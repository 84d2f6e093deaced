"""The pages over all units: the index, the open cases and the catalogue of indicators.

What belongs here: what these pages say. What does not: the report of one unit (`unit_page.py`) and the stated
figures (`stated.py`).
"""

from collections.abc import Sequence

from ingestion.words.messages import message
from reports import format as write
from reports.blocks import Block, Bullets, Grid, Heading, Markdown, Paragraph, Text, code, inline, numbered
from reports.context import Site
from reports.filings import completeness_by_unit, open_cases
from reports.page import CATALOGUE, Page, shared_page
from reports.progress import SLUG as PROGRESS
from reports.rows import Unit
from reports.stated import SLUG as STATED

INDEX = "index"
OPEN = "ho-so-dang-mo"

_SHOWN_NOTES = 5


def index_page(site: Site) -> Page:
    """Write the page that leads to every report."""
    blocks: list[Block] = [Paragraph(message("report.index.intro")), *_notes(site)]
    placed: set[tuple[str, str]] = set()
    number = 0

    def table(units: Sequence[Unit]) -> Grid:
        nonlocal number
        number += 1
        placed.update((unit.code, unit.term) for unit in units)
        return numbered(completeness_by_unit(site, units, message("report.index.table")), number)

    for unit in site.units:
        if unit.is_province:
            heading = f"{unit.name}, {write.period(unit.term)}"
            blocks.append(Heading(2, heading, f"don-vi-{unit.slug}"))
            blocks.append(table([unit, *site.children(unit)]))
    for system, key, anchor in (("DANG", "others", "don-vi-khac"), ("DOAN", "union", "to-chuc-doan")):
        rest = [u for u in site.units if u.system == system and (u.code, u.term) not in placed]
        if rest:
            blocks += [Heading(2, message(f"report.index.{key}"), anchor), table(rest)]
    blocks.append(Heading(2, message("report.index.more"), "trang-khac"))
    others = (("progress", PROGRESS), ("open", OPEN), ("catalogue", CATALOGUE))
    named = (("stated", STATED), *others) if site.statements else others
    blocks.append(
        Bullets([Markdown(f"[{inline(message(f'report.nav.{name}'))}]({slug}.html)") for name, slug in named])
    )
    return shared_page(INDEX, "index", blocks)


def _notes(site: Site) -> list[Block]:
    if not site.notes:
        return []
    lines = [
        message("report.index.note", as_of=write.moment(note.as_of), text=" ".join(note.text.split()))
        for note in site.notes[:_SHOWN_NOTES]
    ]
    return [Heading(2, message("report.index.notes"), "ghi-chu"), Bullets(lines)]


def open_page(site: Site) -> Page:
    """Write the page of open cases and of what was never received."""
    cases = site.open_cases
    blocks: list[Block] = []
    grids = 0
    if cases:
        blocks.append(Paragraph(message("report.open.intro.some", count=write.number(len(cases)))))
        grids += 1
        blocks.append(numbered(open_cases(site, cases), grids))
    else:
        blocks.append(Paragraph(message("report.open.intro.zero")))
    if site.answered:
        shown = write.number(len(site.answered))
        blocks.append(Heading(2, message("report.answered.heading"), "tep-chua-ro-ky"))
        blocks.append(Paragraph(message("report.answered.intro", count=shown)))
        grids += 1
        blocks.append(numbered(open_cases(site, site.answered, message("report.answered.table")), grids))
    blocks.append(Heading(2, message("report.review.heading"), "giai-trinh-can-xem-lai"))
    if site.explanations_to_review:
        shown = write.number(len(site.explanations_to_review))
        blocks.append(Paragraph(message("report.review.intro.some", count=shown)))
        grids += 1
        blocks.append(numbered(_to_review(site), grids))
    else:
        blocks.append(Paragraph(message("report.review.intro.zero")))
    blocks.append(Heading(2, message("report.missing.heading"), "chua-nhan-duoc"))
    if site.missing:
        blocks.append(Paragraph(message("report.missing.intro.some", count=write.number(len(site.missing)))))
        grids += 1
        blocks.append(numbered(_missing(site), grids))
    else:
        blocks.append(Paragraph(message("report.missing.intro.zero")))
    return shared_page(OPEN, "open", blocks)


def _to_review(site: Site) -> Grid:
    rows: list[list[Text]] = [
        [
            site.name_of(explanation.org, newest),
            write.period(newest),
            write.period(explanation.period),
            explanation.rule,
            " ".join(part for part in (explanation.sheet, explanation.cell) if part),
            explanation.text,
        ]
        for newest, explanation in site.explanations_to_review
    ]
    names = ("unit", "review_with", "explained_in", "rule", "cell", "explanation")
    header = [message(f"report.column.{name}") for name in names]
    caption = message("report.review.table")
    return Grid(caption, header, rows, ["l"] * len(header), [1.6, 1.1, 1.1, 0.7, 0.8, 3])


def _missing(site: Site) -> Grid:
    rows: list[list[Text]] = [
        [
            site.name_of(filing.org, filing.period),
            write.period(filing.period),
            write.day(filing.due_on) if filing.due_on else message("report.value.missing_short"),
        ]
        for filing in site.missing
    ]
    header = [message(f"report.column.{name}") for name in ("unit", "period", "due")]
    return Grid(message("report.missing.table"), header, rows, ["l", "l", "l"], [2, 1, 1])


def catalogue_page(site: Site) -> Page:
    """Write the page of all indicators: what each is called, its code, what it is counted in, how it adds."""
    blocks: list[Block] = [Paragraph(message("report.catalogue.intro"))]
    for number, section in enumerate(site.plan.sections, start=1):
        rows: list[list[Text]] = [
            [
                indicator.name,
                code(indicator.code),
                indicator.measure,
                message(f"report.indicator_kind.{indicator.kind}"),
            ]
            for indicator in site.indicators.values()
            if indicator.section in section.topics
        ]
        blocks.append(Heading(2, section.title.vi, section.anchor))
        header = [message(f"report.column.{name}") for name in ("indicator", "code", "measure", "kind")]
        grid = Grid(section.title.vi, header, rows, ["l", "l", "l", "l"], [2.8, 2.6, 1.1, 1.4])
        blocks.append(numbered(grid, number))
    return shared_page(CATALOGUE, "catalogue", blocks, has_contents=True)
