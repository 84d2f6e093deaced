"""Sheets that the product adds to a workbook: lines of styled text, with links inside the workbook.

What belongs here: how such a sheet is written. What does not: what it says (`returns/receipt.py`,
`returns/explanations.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from ingestion.ooxml.parts import legal, stored
from ingestion.ooxml.safety import harmless
from ingestion.records.cells import address

_LONGEST_TEXT = 32_000
_LONGEST_LINK_NAME = 255
_FILLING = 1.25
"""How many characters of the font go into a unit of width, with room for lines that break early."""

_ENTITIES = {"\r": "&#13;"}


@dataclass(frozen=True)
class Entry:
    """One cell of a line: its text, the name of its style, where it leads, over how many columns it reaches."""

    text: str = ""
    style: str = "text"
    link: str = ""
    columns: int = 1


@dataclass(frozen=True)
class Line:
    """One row: its entries from the first column on; its height is estimated where none is given."""

    entries: Sequence[Entry] = ()
    height: float | None = None
    is_hidden: bool = False


@dataclass
class NewSheet:
    """A sheet to be: its lines, the widths of its columns, and the rows above which it does not scroll."""

    widths: Sequence[float]
    lines: list[Line] = field(default_factory=list)
    hidden_columns: int = 0
    frozen: int = 0

    def add(self, *entries: Entry, height: float | None = None, is_hidden: bool = False) -> int:
        """Add a line and give its number."""
        self.lines.append(Line(entries, height, is_hidden))
        return len(self.lines)

    def to_bytes(self, namespace: str, styles: Mapping[str, int], sizes: Mapping[str, float]) -> bytes:
        """Write the sheet.

        Args:
            namespace: of the workbook's sheets.
            styles: cell styles by name.
            sizes: font sizes by name of style, from which heights of rows are estimated.
        """
        rows, merged, links = [], [], []
        for number, line in enumerate(self.lines, start=1):
            cells, column = [], 1
            for entry in line.entries:
                cells.append(_cell(number, column, entry, styles))
                cells += [
                    f'<c r="{address(number, c)}" s="{styles[entry.style]}"/>'
                    for c in range(column + 1, column + entry.columns)
                ]
                place = address(number, column)
                if entry.columns > 1:
                    merged.append(f'<mergeCell ref="{place}:{address(number, column + entry.columns - 1)}"/>')
                if entry.link:
                    links.append(
                        f'<hyperlink ref="{place}" location={quoteattr(legal(entry.link))} '
                        f"display={quoteattr(legal(entry.text)[:_LONGEST_LINK_NAME])}/>"
                    )
                column += entry.columns
            height = line.height or self._height(line, sizes)
            hidden = ' hidden="1"' if line.is_hidden else ""
            rows.append(f'<row r="{number}" ht="{height:g}" customHeight="1"{hidden}>{"".join(cells)}</row>')
        return self._document(namespace, rows, merged, links).encode("utf-8")

    def _document(
        self, namespace: str, rows: Sequence[str], merged: Sequence[str], links: Sequence[str]
    ) -> str:
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width:g}" customWidth="1"/>'
            for n, width in enumerate(self.widths, start=1)
        )
        pane = (
            f'<pane ySplit="{self.frozen}" topLeftCell="A{self.frozen + 1}" activePane="bottomLeft" '
            'state="frozen"/>'
            if self.frozen
            else ""
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<worksheet xmlns="{namespace}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<sheetViews><sheetView showGridLines="0" workbookViewId="0">{pane}</sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
            f"<sheetData>{''.join(rows)}</sheetData>"
            + (f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else "")
            + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
            + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
            "<headerFooter><oddFooter>&amp;L&amp;9&amp;A&amp;R&amp;9&amp;P/&amp;N</oddFooter></headerFooter>"
            "</worksheet>"
        )

    def _height(self, line: Line, sizes: Mapping[str, float]) -> float:
        """Estimate how high a line has to be for all its text to be seen."""
        height, column = 16.0, 0
        for entry in line.entries:
            width = sum(self.widths[column : column + entry.columns])
            size = sizes.get(entry.style, 11)
            count = sum(
                max(1, ceil(len(part) * size / 11 / max(1.0, width * _FILLING)))
                for part in entry.text.split("\n")
            )
            height = max(height, count * size * 1.36 + 4)
            column += entry.columns
        return min(round(height, 1), 400.0)


def _cell(row: int, column: int, entry: Entry, styles: Mapping[str, int]) -> str:
    place = f'r="{address(row, column)}" s="{styles[entry.style]}"'
    if not entry.text:
        return f"<c {place}/>"
    text = escape(stored(harmless(entry.text)[:_LONGEST_TEXT]), _ENTITIES)
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def link_to(sheet: str, cell: str) -> str:
    """Give the address of a cell inside the workbook, as links name it."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell or 'A1'}"
