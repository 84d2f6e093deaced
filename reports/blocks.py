"""The parts of a page, and how each is written in Pandoc Markdown.

What belongs here: paragraphs, tables, charts and notices as values, and their Markdown. Pages keep to what
both runners render alike: plain tables, figures, divs. All text that comes in is plain text and is escaped
here; what is Markdown already is of type `Markdown`. What does not: what a page says (`project.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from ingestion.words.messages import message
from reports import escape

_DASHES = 100
"""Length of a table's rule; above pandoc's line length, so that the widths given here always hold."""


@dataclass(frozen=True)
class Markdown:
    """Text that is Markdown already."""

    text: str


Text = str | Markdown


class Block(Protocol):
    """A part of a page."""

    def markdown(self) -> str:
        """Write it."""
        ...


def inline(text: Text) -> str:
    """Write text within a paragraph or cell, escaping what is plain."""
    return text.text if isinstance(text, Markdown) else escape.markdown(text)


def link(text: str, target: str) -> Markdown:
    """Write a link to a page of the same site."""
    return Markdown(f"[{escape.markdown(text)}]({target})")


def code(text: str) -> Markdown:
    """Write a code or command as it is typed."""
    return Markdown(escape.code(text))


@dataclass(frozen=True)
class Heading:
    """A heading; level 2 is a section, since the title is the only heading of level 1."""

    level: int
    text: str
    anchor: str

    def markdown(self) -> str:
        """Write it."""
        return f"{'#' * self.level} {escape.markdown(self.text)} {{#{self.anchor}}}"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text

    def markdown(self) -> str:
        """Write it."""
        return inline(self.text)


@dataclass(frozen=True)
class Bullets:
    """A list; `css` wraps it in a div of that class."""

    items: Sequence[Text]
    css: str | None = None

    def markdown(self) -> str:
        """Write it."""
        items = "\n".join(f"- {inline(item)}" for item in self.items)
        return f"::: {{.{self.css}}}\n{items}\n:::" if self.css else items


@dataclass(frozen=True)
class Notice:
    """A remark that stands apart: a notice, or the legend of the marks in tables."""

    text: Text
    css: Literal["notice", "legend"] = "notice"

    def markdown(self) -> str:
        """Write it."""
        return f"::: {{.{self.css}}}\n{inline(self.text)}\n:::"


@dataclass(frozen=True)
class Command:
    """A command to type."""

    text: str

    def markdown(self) -> str:
        """Write it."""
        return "\n".join(f"    {escape.code_line(line)}" for line in self.text.splitlines())


@dataclass(frozen=True)
class Grid:
    """A table with a caption; the first column names its rows.

    Attributes:
        align: `l` or `r` for each column.
        widths: relative widths of the columns.
    """

    caption: str
    header: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    align: Sequence[Literal["l", "r"]]
    widths: Sequence[float]

    def markdown(self) -> str:
        """Write it as a pipe table within a region that scrolls on narrow screens."""
        total = sum(self.widths)
        rule = []
        for side, width in zip(self.align, self.widths, strict=True):
            dashes = "-" * max(3, round(_DASHES * width / total))
            rule.append(f"{dashes}:" if side == "r" else f":{dashes}")
        lines = [_row([inline(cell) for cell in self.header]), f"|{'|'.join(rule)}|"]
        lines += [_row([inline(cell) for cell in row]) for row in self.rows]
        label = escape.attribute(self.caption)
        return "\n".join(
            [
                f'::: {{.table role="region" tabindex="0" aria-label="{label}"}}',
                *lines,
                "",
                f": {escape.markdown(self.caption)}",
                ":::",
            ]
        )


def numbered(grid: Grid, number: int) -> Grid:
    """Give a table with its number in the caption."""
    return replace(grid, caption=message("report.table.caption", number=number, title=grid.caption))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Picture:
    """A chart with its caption and the text for those who do not see it."""

    source: str
    caption: str
    alt: str

    def markdown(self) -> str:
        """Write it as a figure."""
        attributes = f'alt="{escape.attribute(self.alt)}" width=100%'
        return f"![{escape.markdown(self.caption)}]({self.source}){{{attributes}}}"


def write(blocks: Sequence[Block]) -> str:
    """Write blocks one after another."""
    return "\n\n".join(block.markdown() for block in blocks) + "\n"
