"""A page as a value.

What belongs here: what every page has, and collecting its parts. What does not: what any page says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ingestion.words.messages import message
from reports.blocks import (
    Block,
    Grid,
    Picture,
    numbered,
)
from reports.charts import ChartData, described

CATALOGUE = "danh-muc-chi-tieu"
"""The page of all indicators and their codes."""

VERSION_FILE = "phien-ban.txt"
"""Stands beside the pages and says when the figures were taken, so that no page has to."""


@dataclass(frozen=True)
class Page:
    """One page of the site.

    Attributes:
        slug: its file name without extension.
        title: plain text.
        has_pdf: whether a PDF is made of it too.
        reaches_on: the last day of the filings of which its figures are; None where they are of several days.
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
    reaches_on: date | None = None


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


class Builder:
    """Collects the blocks of one page and numbers its tables and charts."""

    def __init__(self, slug: str):
        self.blocks: list[Block] = []
        self.charts: dict[str, ChartData] = {}
        self.grids: list[Grid] = []
        self._slug = slug

    def add(self, *blocks: Block) -> None:
        """Add parts."""
        self.blocks += blocks

    def table(self, grid: Grid) -> None:
        """Add a table, with its number."""
        self.grids.append(numbered(grid, len(self.grids) + 1))
        self.blocks.append(self.grids[-1])

    def chart(self, data: ChartData, title: str) -> None:
        """Add a chart, with its number and its figures in words."""
        number = len(self.charts) + 1
        source = f"charts/{self._slug}-{number}.svg"
        self.charts[source] = data
        caption = message("report.chart.caption", number=number, title=title)
        alt = message("report.chart.alt", title=title, figures=described(data.points))
        self.blocks.append(Picture(source, caption, alt))
