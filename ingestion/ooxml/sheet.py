"""One sheet under change: the fill of cells, text in cells, comments.

What belongs here: the vocabulary of SpreadsheetML that marking needs. What does not: what is marked and why
(`returns/marking.py`), and the drawing of comments (`comments.py`).
"""

import re
from collections.abc import Mapping
from functools import cached_property
from xml.etree.ElementTree import Element, SubElement

from ingestion.ooxml.comments import Notes
from ingestion.ooxml.markup import elements, is_true, local, rich_text, unescaped
from ingestion.ooxml.mending import fits, mend_value
from ingestion.ooxml.package import Package
from ingestion.ooxml.parts import Part, stored
from ingestion.ooxml.references import place_of, whole_number
from ingestion.ooxml.signs import Signs
from ingestion.ooxml.styles import Styles
from ingestion.records.cells import LAST_COLUMN, LAST_ROW, address, parse_range

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PLAIN_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,20})?")
_WIDEST = 400
"""How far a merged range or a width is followed; forms are not as wide."""

_MOST_OWNED = 200_000
"""Cells in merged ranges that are looked up; where there are more, marks stand in cells that are not seen."""

_AFTER_LEGACY_DRAWING = frozenset(
    {
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
    }
)
_DEFAULT_WIDTH = 9.14


class Sheet:
    """A sheet of the package, parsed."""

    def __init__(
        self, package: Package, path: str, styles: Styles, shared: "SharedStrings", signs: Signs
    ) -> None:
        self._signs = signs
        self._package = package
        self._path = path
        self._part: Part = package.document(path)
        self._styles = styles
        self._shared = shared
        data = self._part.child("sheetData")
        if data is None:
            raise KeyError("sheetData")
        self._data = data
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}
        number = 0
        for row in list(data):
            number = _row_number(row, number)
            if not number or local(row.tag) != "row":
                continue
            row.set("r", str(number))
            if number in self._rows:
                # A row that stands there twice is one row; a mark would else go into either.
                self._rows[number].extend(list(row))
                data.remove(row)
            else:
                self._rows[number] = row
        self._last_row = max(self._rows, default=0)
        protection = self._part.child("sheetProtection")
        self._is_protected = protection is not None and protection.get("sheet") in ("1", "true")
        self._owners: dict[tuple[int, int], tuple[int, int]] | None = None

    def _row_cells(self, number: int) -> dict[int, Element]:
        """Give the cells of a row by column; positions that are only implied are written down."""
        if number not in self._cells:
            cells: dict[int, Element] = {}
            column = 0
            for cell in self._rows.get(number, ()):
                said = cell.get("r")
                line, column = place_of(said, number) if said else (number, column + 1)
                if line and 0 < column <= LAST_COLUMN:
                    cell.set("r", address(number, column))
                    cells.setdefault(column, cell)
                else:
                    column = LAST_COLUMN  # as the reader has it: what only follows has no place either
            self._cells[number] = cells
        return self._cells[number]

    def _cell(self, number: int, column: int) -> Element:
        """Give a cell, made if it is not there."""
        row = self._rows.get(number)
        if row is None:
            row = Element(self._part.tag("row"), r=str(number))
            place = len(self._data)
            if number < self._last_row:
                later = (i for i, o in enumerate(self._data) if whole_number(o.get("r")) > number)
                place = next(later, place)
            self._data.insert(place, row)
            self._rows[number] = row
            self._cells[number] = {}
            self._last_row = max(self._last_row, number)
        cells = self._row_cells(number)
        if column not in cells:
            row.attrib.pop("spans", None)
            cell = Element(self._part.tag("c"), r=address(number, column))
            if (style := row.get("s")) and row.get("customFormat") in ("1", "true"):
                cell.set("s", style)
            row.insert(sum(other < column for other in cells), cell)
            cells[column] = cell
        return cells[column]

    def put_right(self) -> None:
        """Write what other programs refuse to open so that they do; a cell that has no place is taken out."""
        for row in list(self._data):
            if row is not self._rows.get(whole_number(row.get("r"))):
                self._data.remove(row)
        for number, row in self._rows.items():
            self._row_cells(number)
            for cell in list(row):
                said = cell.get("r", "")
                if local(cell.tag) == "c" and (not said or place_of(said, number)[0] != number):
                    row.remove(cell)
                else:
                    mend_value(cell, self._part, self._shared.count)
        merged = self._part.child("mergeCells")
        for entry in list(merged) if merged is not None else ():
            if found := parse_range(entry.get("ref", "")):
                entry.set("ref", f"{address(*found[:2])}:{address(*found[2:])}")
            elif merged is not None:
                merged.remove(entry)
        if merged is not None and not len(merged):
            self._part.root.remove(merged)

    @property
    def row_numbers(self) -> list[int]:
        """The numbers of the rows that the sheet has."""
        return sorted(self._rows)

    def owner(self, row: int, column: int) -> tuple[int, int]:
        """Give the cell that is shown where a cell is: itself, or the first of the range it is merged into."""
        if self._owners is None:
            self._owners = {}
            owned = 0
            for merge in self._part.children("mergeCells"):
                found = parse_range(merge.get("ref", ""))
                if found is None:
                    continue
                top, left, bottom, right = found
                rows = range(top, min(bottom, top + _WIDEST) + 1)
                columns = range(left, min(right, left + _WIDEST) + 1)
                owned += len(rows) * len(columns)
                if owned > _MOST_OWNED:
                    break
                self._owners.update(((r, c), (top, left)) for r in rows for c in columns)
        return self._owners.get((row, column), (row, column))

    def fill(self, row: int, column: int, color: str) -> None:
        """Fill a cell, with everything else about it left as it is.

        In a protected sheet it can be mended; what a formula gives is mended in cells that it reads.
        """
        cell = self._cell(row, column)
        cell.set("s", str(self._styles.filled(_style_of(cell), color)))
        if cell.find(self._part.tag("f")) is None or cell.get("t") == "e":
            self._unlock(cell)

    def open(self, row: int, column: int, like: tuple[int, int]) -> None:
        """Make a cell ready to be written into, in the style that another cell has."""
        cell = self._cell(row, column)
        self._dress(cell, like)
        self._unlock(cell)

    def _dress(self, cell: Element, like: tuple[int, int]) -> None:
        """Give a cell without a style that of another."""
        model = self._row_cells(like[0]).get(like[1])
        if "s" not in cell.attrib and model is not None and "s" in model.attrib:
            cell.set("s", model.attrib["s"])

    def _unlock(self, cell: Element) -> None:
        if self._is_protected:
            cell.set("s", str(self._styles.unlocked(_style_of(cell))))

    def clear_marks(self) -> None:
        """Take the fills of an earlier return away."""
        for number in self._rows:
            for cell in self._row_cells(number).values():
                style = _style_of(cell)
                if style and self._styles.is_marked(style):
                    cell.set("s", str(self._styles.cleared(style)))

    def texts(self, row: int) -> dict[int, str]:
        """Give what stands in a row, by column."""
        found = {}
        for column, cell in self._row_cells(row).items():
            kind = cell.get("t", "n")
            value = cell.find(self._part.tag("v"))
            if kind == "s" and value is not None and value.text:
                found[column] = self._shared.text(value.text)
            elif kind == "inlineStr":
                found[column] = "".join(rich_text(child) for child in cell if local(child.tag) == "is")
            elif value is not None and value.text:
                found[column] = unescaped(value.text)
        return {column: text for column, text in found.items() if text.strip()}

    def write(self, row: int, column: int, text: str, like: tuple[int, int] | None = None) -> None:
        """Write text into a cell, in the style that it has or that another cell has."""
        cell = self._cell(row, column)
        if like is not None:
            self._dress(cell, like)
        for child in list(cell):
            cell.remove(child)
        cell.set("t", "inlineStr")
        holder = SubElement(cell, self._part.tag("is"))
        put_text(holder, self._part.tag("t"), text)

    def comment(self, texts: Mapping[tuple[int, int], list[str]]) -> None:
        """Put comments into cells; those of an earlier return go, the clerk's own stay."""
        notes = Notes(self._package, self._path, self._part, self._signs.comment)
        notes.write(texts, self._widths())
        if (relation := notes.relation) is None:
            return
        name = f"{{{self._package.base}}}id"
        drawing = self._part.child("legacyDrawing")
        if drawing is not None:
            drawing.set(name, relation)  # the one that it named is not in the file
        else:
            root = self._part.root
            place = next(
                (i for i, child in enumerate(root) if local(child.tag) in _AFTER_LEGACY_DRAWING), len(root)
            )
            root.insert(place, Element(self._part.tag("legacyDrawing"), {name: relation}))

    def _widths(self) -> dict[int, float]:
        """Give the widths of columns in pixels, where the sheet sets them."""
        widths: dict[int, float] = {}
        for entry in self._part.children("cols"):
            width = 0.0 if is_true(entry.get("hidden")) else _width(entry.get("width")) * 7 + 5
            first, last = whole_number(entry.get("min")), whole_number(entry.get("max"))
            for column in range(max(first, 1), min(last, _WIDEST) + 1):
                widths[column] = width
        return widths


class SharedStrings:
    """The shared texts of a workbook, looked up when they are asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package

    @cached_property
    def _items(self) -> list[Element]:
        path = self._package.strings
        return [item for _, item in elements(self._package.raw(path), 1)] if path else []

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def text(self, number: str) -> str:
        """Give a text by its number as a cell writes it; blank if there is none."""
        return rich_text(self._items[int(number)]) if fits("s", number.strip(), self.count) else ""


def _style_of(cell: Element) -> int:
    """Give the number of a cell's style; that of cells that name none, or none that is a number, is 0."""
    return whole_number(cell.get("s"))


def _row_number(row: Element, previous: int) -> int:
    """Give the number of a row as the reader has it: its own, or the next; 0 where nobody can tell."""
    said = row.get("r")
    number = previous + 1 if said is None else whole_number(said)
    return number if number <= LAST_ROW else 0


def _width(text: str | None) -> float:
    """Give the width of a column; that of all others where it is none."""
    return float(text) if text and _PLAIN_NUMBER.fullmatch(text) else _DEFAULT_WIDTH


def put_text(parent: Element, tag: str, text: str) -> None:
    """Add a text element whose blanks are kept."""
    element = SubElement(parent, tag)
    element.text = stored(text)
    element.set(_SPACE, "preserve")
