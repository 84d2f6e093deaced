"""One sheet under change: the fill of cells, text in cells, comments.

What belongs here: the vocabulary of SpreadsheetML that marking needs. What does not: what is marked and why
(`marking.py`), and the drawing of comments (`comments.py`).
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from ingestion.cells import address, column_index, parse_address
from ingestion.reading.markup import local, rich_text
from ingestion.returns.comments import Notes
from ingestion.returns.package import Package
from ingestion.returns.parts import Part, legal
from ingestion.returns.styles import Styles

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DIGITS = "0123456789"
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

    def __init__(self, package: Package, path: str, styles: Styles, shared: "SharedStrings") -> None:
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
        for row in data:
            number = int(row.get("r") or number + 1)
            row.set("r", str(number))
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
                reference = cell.get("r")
                column = column_index(reference.rstrip(_DIGITS)) if reference else column + 1
                cell.set("r", address(number, column))
                cells[column] = cell
            self._cells[number] = cells
        return self._cells[number]

    def _cell(self, number: int, column: int) -> Element:
        """Give a cell, made if it is not there."""
        row = self._rows.get(number)
        if row is None:
            row = Element(self._part.tag("row"), r=str(number))
            place = len(self._data)
            if number < self._last_row:
                place = next(i for i, other in enumerate(self._data) if int(other.get("r", "0")) > number)
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

    @property
    def row_numbers(self) -> list[int]:
        """The numbers of the rows that the sheet has."""
        return sorted(self._rows)

    def owner(self, row: int, column: int) -> tuple[int, int]:
        """Give the cell that is shown where a cell is: itself, or the first of the range it is merged into."""
        if self._owners is None:
            self._owners = {}
            for merge in self._part.children("mergeCells"):
                first, _, last = merge.get("ref", "").partition(":")
                top, left = parse_address(first)
                bottom, right = parse_address(last or first)
                for r in range(top, min(bottom, top + 400) + 1):
                    for c in range(left, min(right, left + 400) + 1):
                        self._owners[r, c] = (top, left)
        return self._owners.get((row, column), (row, column))

    def fill(self, row: int, column: int, color: str) -> None:
        """Fill a cell, with everything else about it left as it is.

        In a protected sheet it can be mended; what a formula gives is mended in cells that it reads.
        """
        cell = self._cell(row, column)
        cell.set("s", str(self._styles.filled(int(cell.get("s", "0")), color)))
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
            cell.set("s", str(self._styles.unlocked(int(cell.get("s", "0")))))

    def clear_marks(self) -> None:
        """Take the fills of an earlier return away."""
        for number in self._rows:
            for cell in self._row_cells(number).values():
                style = int(cell.get("s", "0"))
                if style and self._styles.is_marked(style):
                    cell.set("s", str(self._styles.cleared(style)))

    def texts(self, row: int) -> dict[int, str]:
        """Give what stands in a row, by column."""
        found = {}
        for column, cell in self._row_cells(row).items():
            kind = cell.get("t", "n")
            value = cell.find(self._part.tag("v"))
            if kind == "s" and value is not None and value.text:
                found[column] = self._shared.text(int(value.text))
            elif kind == "inlineStr":
                found[column] = "".join(rich_text(child) for child in cell if local(child.tag) == "is")
            elif value is not None and value.text:
                found[column] = value.text
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
        notes = Notes(self._package, self._path, self._part)
        notes.write(texts, self._widths())
        if (relation := notes.relation) is not None and self._part.child("legacyDrawing") is None:
            root = self._part.root
            place = next(
                (i for i, child in enumerate(root) if local(child.tag) in _AFTER_LEGACY_DRAWING), len(root)
            )
            drawing = Element(self._part.tag("legacyDrawing"), {f"{{{self._package.base}}}id": relation})
            root.insert(place, drawing)

    def _widths(self) -> dict[int, float]:
        """Give the widths of columns in pixels, where the sheet sets them."""
        widths: dict[int, float] = {}
        for entry in self._part.children("cols"):
            is_hidden = entry.get("hidden") in ("1", "true")
            width = 0.0 if is_hidden else float(entry.get("width") or _DEFAULT_WIDTH) * 7 + 5
            for column in range(int(entry.get("min", "1")), min(int(entry.get("max", "1")), 400) + 1):
                widths[column] = width
        return widths


class SharedStrings:
    """The shared texts of a workbook, looked up when they are asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._items: list[Element] | None = None

    def text(self, index: int) -> str:
        """Give a text by its number; blank if there is none."""
        if self._items is None:
            path = self._package.related(self._package.path, "sharedStrings")
            self._items = list(self._package.document(path).root) if path else []
        return rich_text(self._items[index]) if 0 <= index < len(self._items) else ""


def put_text(parent: Element, tag: str, text: str) -> None:
    """Add a text element whose blanks are kept."""
    element = SubElement(parent, tag)
    element.text = legal(text)
    element.set(_SPACE, "preserve")
